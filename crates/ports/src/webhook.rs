//! A signed request over HTTP: `POST` of JSON with the message's id, also as `idempotency-key`. The header `luotsi-signature`
//! is `t=SECONDS,v1=HEX`, an HMAC-SHA-256 over `SECONDS.BODY` by the port's secret, so that nobody else can send in the
//! county's name, nor the same again later.

use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use operations::dispatches::Outcome;
use serde_json::json;
use sha2::Sha256;
use store::hex;
use ureq::http::{StatusCode, Uri};
use ureq::{Agent, Error, Timeout};

use crate::{Letter, Settings};

/// So many seconds a signature holds: as long as clocks differ and a request may take.
const SIGNED_WITHIN: u64 = 300;

/// Whether nobody on the way reads what goes there.
pub fn is_safe(url: &str) -> bool {
    let Ok(uri) = url.parse::<Uri>() else { return false };
    match (uri.scheme_str(), uri.host()) {
        (Some("https"), Some(_)) => true,
        (Some("http"), Some(host)) => is_of_this_machine(host),
        _ => false,
    }
}

/// Whether a host is this machine, by its number.
pub fn is_of_this_machine(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host.parse::<std::net::IpAddr>().is_ok_and(|it| it.is_loopback())
}

/// `now`: microseconds since 1970.
pub fn hand_over(settings: &Settings, letter: &Letter, (step, now): (Duration, i64)) -> Outcome {
    let failed = |code: &str| Outcome::Failed { code: code.into() };
    let (Some(url), Some(secret)) = (&settings.url, &settings.secret) else { return failed("settings") };
    let Letter { id, to, title, text, language } = letter;
    let body = json!({ "id": id, "to": to, "title": title, "text": text, "language": language }).to_string();
    let Some(signature) = signature(secret, now / 1_000_000, &body) else { return failed("settings") };
    // Another agent for each: a connection that is used again could bring a late answer to another message.
    let agent = Agent::config_builder().timeout_global(Some(step)).http_status_as_error(false).max_redirects(0);
    let agent: Agent = agent.build().into();
    let sent = agent
        .post(url)
        .header("content-type", "application/json")
        .header("idempotency-key", id.to_string())
        .header("luotsi-signature", signature)
        .send(&body);
    match sent {
        Ok(response) => by_status(response.status()),
        Err(error) => by_error(&error),
    }
}

fn signature(secret: &str, seconds: i64, body: &str) -> Option<String> {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(secret.as_bytes()).ok()?;
    mac.update(format!("{seconds}.{body}").as_bytes());
    Some(format!("t={seconds},v1={}", hex(&mac.finalize().into_bytes())))
}

/// Whether a signature is of a body, and of about now, in seconds since 1970: nobody sends the same again later.
pub fn is_signed(secret: &str, header: &str, body: &[u8], now: i64) -> bool {
    let part = |name: &str| header.split(',').find_map(|part| part.trim().strip_prefix(name)?.strip_prefix('='));
    let (Some(seconds), Some(given)) = (part("t").and_then(|it| it.parse::<i64>().ok()), part("v1")) else {
        return false;
    };
    let Ok(mut mac) = <Hmac<Sha256> as KeyInit>::new_from_slice(secret.as_bytes()) else { return false };
    mac.update(format!("{seconds}.").as_bytes());
    mac.update(body);
    // Compared in a time that tells nothing of how much of it is right.
    let given: Option<Vec<u8>> =
        (0..given.len() / 2).map(|at| u8::from_str_radix(given.get(2 * at..2 * at + 2)?, 16).ok()).collect();
    now.abs_diff(seconds) <= SIGNED_WITHIN && given.is_some_and(|given| mac.verify_slice(&given).is_ok())
}

fn by_status(status: StatusCode) -> Outcome {
    let code = status.as_str().into();
    match status.as_u16() {
        200..=299 => Outcome::Taken,
        // Of this message or this address; the others are of the port itself, which somebody mends.
        400 | 410 | 422 => Outcome::Refused { code },
        // It failed at something, and may have done it before.
        500..=599 if status != StatusCode::SERVICE_UNAVAILABLE => Outcome::Unknown { code },
        _ => Outcome::Failed { code },
    }
}

/// A message that failed before it was on its way is known not to have arrived.
fn by_error(error: &Error) -> Outcome {
    let before = match error {
        Error::HostNotFound | Error::BadUri(_) => Some("host"),
        Error::ConnectionFailed | Error::Timeout(Timeout::Resolve | Timeout::Connect) => Some("connection"),
        Error::Io(error) if error.kind() == std::io::ErrorKind::ConnectionRefused => Some("connection"),
        Error::Tls(_) | Error::Rustls(_) | Error::Pem(_) => Some("tls"),
        _ => None,
    };
    match (before, error) {
        (Some(code), _) => Outcome::Failed { code: code.into() },
        (None, Error::Timeout(_)) => Outcome::Unknown { code: "timeout".into() },
        (None, _) => Outcome::Unknown { code: "hung_up".into() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_can_be_made_again_by_anybody_with_the_key() {
        // By `printf '1700000000.{}' | openssl dgst -sha256 -hmac secret`.
        let expected = "t=1700000000,v1=b8569b78799ff9e3cbff0fc2d63a33a2b57f3282abd07c37ae5e8e7d79a5f163";
        assert_eq!(signature("secret", 1_700_000_000, "{}").as_deref(), Some(expected));
    }

    #[test]
    fn a_request_is_heard_only_with_a_signature_of_it_and_of_now() {
        let now = 1_700_000_000;
        let good = signature("secret", now, "{}").expect("a signature");
        for (header, body, at, expected) in [
            (good.as_str(), "{}", now, true),
            (good.as_str(), "{}", now + 300, true),
            (good.as_str(), "{}", now - 300, true),
            (good.as_str(), "{}", now + 301, false),
            (good.as_str(), "{ }", now, false),
            (&good.replace("t=1700000000", "t=1700000001"), "{}", now, false),
            (&good[..good.len() - 2], "{}", now, false),
            (&format!("{good}zz"), "{}", now, false),
            (&signature("other", now, "{}").expect("a signature"), "{}", now, false),
            ("t=1700000000", "{}", now, false),
            ("t=1700000000,v1=", "{}", now, false),
            ("v1=ä,t=x", "{}", now, false),
            ("", "{}", now, false),
        ] {
            assert_eq!(is_signed("secret", header, body.as_bytes(), at), expected, "{header} {body} {at}");
        }
    }

    #[test]
    fn nothing_goes_where_others_read_it() {
        for (url, expected) in [
            ("https://sms.example.fi/messages", true),
            ("http://sms.example.fi/messages", false),
            ("http://127.0.0.1:1", true),
            ("http://[::1]:1/x", true),
            ("http://localhost/", false),
            ("ftp://127.0.0.1", false),
            ("sms.example.fi", false),
            ("", false),
        ] {
            assert_eq!(is_safe(url), expected, "{url}");
        }
    }
}
