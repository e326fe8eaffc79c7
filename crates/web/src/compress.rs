//! Compression: of files, and of pages that hold nothing secret. The length of a compressed page reveals what stands in
//! it beside what the asker chose (BREACH); so pages with a form's own name, a code or somebody's words go as they are.

use std::io::Write;

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::Response;
use flate2::Compression;
use flate2::write::GzEncoder;

/// Below so many bytes there is nothing to win.
const LEAST: u64 = 1024;
/// Types of content that can be compressed.
const KINDS: [&str; 5] = ["text/html", "text/css", "text/javascript", "text/csv", "image/svg+xml"];

/// By this field a page has a form whose message is sent once, under a name that nobody else may know.
const FORM: &[u8] = b"name=\"client_id\"";

/// Whether what stands at an address is the same for all who may see it.
fn is_open(path: &str) -> bool {
    let is_of_figures = (path == "/steer" || path.starts_with("/steer/")) && !path.ends_with("/cases");
    matches!(path, "/sign-in" | "/api/openapi.json") || path.starts_with("/assets/") || is_of_figures
}

pub async fn compress(request: Request, next: Next) -> Response {
    let is_open = request.method() == Method::GET && is_open(request.uri().path());
    let is_wanted = takes_gzip(request.headers());
    let mut response = next.run(request).await;
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let is_text = KINDS.iter().any(|it| kind.starts_with(it)) || kind == "application/json";
    if !is_open || !is_text {
        return response;
    }
    response.headers_mut().append(header::VARY, HeaderValue::from_static("accept-encoding"));
    let size = axum::body::HttpBody::size_hint(response.body()).exact();
    if !is_wanted || !response.status().is_success() || size.is_none_or(|size| size < LEAST) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    // Its size is known: it lies in memory already.
    let Ok(whole) = to_bytes(body, usize::MAX).await else { return Response::new(Body::empty()) };
    // A form has a name of its own.
    if whole.windows(FORM.len()).any(|part| part == FORM) {
        return Response::from_parts(parts, Body::from(whole));
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    let Ok(compressed) = encoder.write_all(&whole).and_then(|()| encoder.finish()) else {
        return Response::from_parts(parts, Body::from(whole));
    };
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    Response::from_parts(parts, Body::from(compressed))
}

/// Whether the asker takes gzip.
fn takes_gzip(headers: &HeaderMap) -> bool {
    let lines = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|line| line.to_str().ok());
    let weight = |it: &str| {
        let (name, rest) = it.split_once(';').unwrap_or((it, ""));
        let weight = rest.trim().strip_prefix("q=").map_or(Some(1.0), |weight| weight.trim().parse::<f32>().ok());
        (name.trim().to_ascii_lowercase(), weight.unwrap_or(0.0))
    };
    let all: Vec<(String, f32)> = lines.flat_map(|line| line.split(',')).map(weight).collect();
    let of = |name: &str| all.iter().find(|(it, _)| it == name).map(|(_, weight)| *weight);
    of("gzip").or(of("*")).is_some_and(|weight| weight > 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_takes_gzip_gets_it_and_nobody_else() {
        for (given, takes) in [
            ("gzip", true),
            ("gzip, deflate, br, zstd", true),
            ("br;q=1.0, gzip;q=0.8, *;q=0.1", true),
            ("*", true),
            ("GZIP", true),
            ("gzip;q=0", false),
            ("gzip; q=0.0, *", false),
            ("*;q=0", false),
            ("br", false),
            ("identity", false),
            ("", false),
        ] {
            let headers = HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(given))]);
            assert_eq!(takes_gzip(&headers), takes, "{given}");
        }
        assert!(!takes_gzip(&HeaderMap::new()));
    }
}
