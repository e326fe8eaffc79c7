//! Style sheet, fonts and the mark, embedded in the binary and cached for ever under names with their digest.

use std::sync::LazyLock;

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
    "live.js": "text/javascript; charset=utf-8",
    "form.js": "text/javascript; charset=utf-8",
    "video.js": "text/javascript; charset=utf-8",
    "source-sans-3-latin-400-normal.woff2": "font/woff2",
    "source-sans-3-latin-600-normal.woff2": "font/woff2",
    "source-sans-3-latin-700-normal.woff2": "font/woff2",
    "source-sans-3-latin-ext-400-normal.woff2": "font/woff2",
    "source-sans-3-latin-ext-600-normal.woff2": "font/woff2",
    "source-sans-3-latin-ext-700-normal.woff2": "font/woff2",
};

/// The one style sheet: plain CSS, in the order in which later files refine earlier ones.
const STYLE: &str = concat!(
    include_str!("../assets/style/tokens.css"),
    include_str!("../assets/style/base.css"),
    include_str!("../assets/style/frame.css"),
    include_str!("../assets/style/parts.css"),
    include_str!("../assets/style/pages.css"),
);

/// Address of the style sheet; a changed sheet has another one.
pub fn style() -> String {
    format!("/assets/luotsi.css?v={}", digest())
}

/// Addresses of the scripts of every page: live arrival, and forms.
pub fn scripts() -> [String; 2] {
    ["live.js", "form.js"].map(script)
}

/// Address of the script of visits by video, which their page alone has.
pub fn video() -> String {
    script("video.js")
}

fn script(name: &str) -> String {
    format!("/assets/{name}?v={}", digest())
}

/// A number that changes with what a browser keeps.
fn digest() -> usize {
    static DIGEST: LazyLock<usize> = LazyLock::new(|| {
        let all = ASSETS.iter().flat_map(|(.., bytes)| *bytes).chain(STYLE.as_bytes());
        all.fold(17, |sum: usize, byte| sum.wrapping_mul(31).wrapping_add(usize::from(*byte))) % 1_000_000_007
    });
    *DIGEST
}

pub async fn asset(Path(name): Path<String>) -> Response {
    let cache = [(header::CACHE_CONTROL, "public, max-age=31536000, immutable")];
    match name.as_str() {
        "luotsi.svg" => return (cache, [(header::CONTENT_TYPE, "image/svg+xml")], MARK).into_response(),
        "luotsi.css" => return (cache, [(header::CONTENT_TYPE, "text/css; charset=utf-8")], STYLE).into_response(),
        _ => {}
    }
    match ASSETS.iter().find(|(known, ..)| *known == name) {
        Some((_, kind, bytes)) => (cache, [(header::CONTENT_TYPE, *kind)], *bytes).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
