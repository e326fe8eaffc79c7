//! Style sheet, fonts and the mark, embedded in the binary and cached for ever under names with their digest.

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

const MARK: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 26 30"><rect width="26" height="30" rx="4" fill="#003479"/><path d="M13 3l4 4H9z" fill="#fff"/><rect x="9.5" y="7" width="7" height="4" fill="#fd5"/><path d="M9 12h8l2 15H7z" fill="#fff"/></svg>"##;

macro_rules! embedded {
    ($($name:literal: $kind:literal,)*) => {
        &[$(($name, $kind, include_bytes!(concat!("../assets/", $name)) as &[u8]),)*]
    };
}

static ASSETS: &[(&str, &str, &[u8])] = embedded! {
    "luotsi.css": "text/css; charset=utf-8",
    "live.js": "text/javascript; charset=utf-8",
    "form.js": "text/javascript; charset=utf-8",
    "source-sans-3-latin-400-normal.woff2": "font/woff2",
    "source-sans-3-latin-700-normal.woff2": "font/woff2",
    "source-sans-3-latin-ext-400-normal.woff2": "font/woff2",
    "source-sans-3-latin-ext-700-normal.woff2": "font/woff2",
};

/// Address of the style sheet; a changed sheet has another one.
pub fn style() -> String {
    format!("/assets/luotsi.css?v={}", digest())
}

/// Addresses of the scripts: live arrival, and forms.
pub fn scripts() -> [String; 2] {
    ["live.js", "form.js"].map(|name| format!("/assets/{name}?v={}", digest()))
}

/// A number that changes with the manifest of the assets.
fn digest() -> usize {
    let manifest = include_str!("../assets/manifest.txt");
    manifest.bytes().fold(17, |sum: usize, byte| sum.wrapping_mul(31).wrapping_add(usize::from(byte))) % 1_000_000_007
}

pub async fn asset(Path(name): Path<String>) -> Response {
    let cache = [(header::CACHE_CONTROL, "public, max-age=31536000, immutable")];
    if name == "luotsi.svg" {
        return (cache, [(header::CONTENT_TYPE, "image/svg+xml")], MARK).into_response();
    }
    match ASSETS.iter().find(|(known, ..)| *known == name) {
        Some((_, kind, bytes)) => (cache, [(header::CONTENT_TYPE, *kind)], *bytes).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
