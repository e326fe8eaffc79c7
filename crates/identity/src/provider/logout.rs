//! Sign-out from the provider's side (OpenID Connect Back-Channel Logout 1.0): a token of a type of its own, signed by the
//! provider's key, which `openidconnect` does not read.

use openidconnect::JsonWebKey;
use openidconnect::core::{CoreJsonWebKeySet, CoreJwsSigningAlgorithm};
use serde_json::{Map, Value};

use super::{AtProvider, SIGNED_BY};

/// The claim that says it.
const SIGNED_OUT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// The claims of a token that one of these keys has signed; else why they are none.
pub fn claims(token: &str, keys: &CoreJsonWebKeySet) -> Result<Map<String, Value>, String> {
    let [header, claims, signature] = token.split('.').collect::<Vec<_>>()[..] else {
        return Err("it is no token".into());
    };
    let read = |part: &str| -> Option<Map<String, Value>> { serde_json::from_slice(&decoded(part)?).ok() };
    let (of, said) = (read(header).ok_or("it has no header")?, read(claims).ok_or("it has no claims")?);
    let signed_by = of.get("alg").and_then(|it| serde_json::from_value::<CoreJwsSigningAlgorithm>(it.clone()).ok());
    // Never by a secret that others know, or by nobody at all.
    let signed_by = signed_by.filter(|it| SIGNED_BY.contains(it)).ok_or("nobody has signed it who may")?;
    let signature = decoded(signature).ok_or("it has no signature")?;
    let signed = token.get(..header.len() + 1 + claims.len()).unwrap_or_default();
    let named = of.get("kid").and_then(Value::as_str);
    let is_named = |key: &&openidconnect::core::CoreJsonWebKey| {
        named.is_none_or(|name| key.key_id().is_some_and(|it| **it == *name))
    };
    let mut of_these = keys.keys().iter().filter(is_named);
    match of_these.any(|key| key.verify_signature(&signed_by, signed.as_bytes(), &signature).is_ok()) {
        true => Ok(said),
        false => Err("no key of the provider has signed it".into()),
    }
}

/// The one of whom a token says to a client of an issuer that they have signed out; else why it does not. Times in microseconds.
pub fn said(
    claims: &Map<String, Value>,
    (issuer, client): (&str, &str),
    now: i64,
    leeway: i64,
) -> Result<AtProvider, String> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str).unwrap_or_default();
    let at = |name: &str| claims.get(name).and_then(Value::as_i64).map(|at| at.saturating_mul(1_000_000));
    let is_for = match claims.get("aud") {
        Some(Value::String(one)) => one == client,
        Some(Value::Array(all)) => all.len() == 1 && all.iter().all(|it| it == client),
        _ => false,
    };
    let issued = at("iat").ok_or("it does not say when it was made")?;
    let expires = at("exp").unwrap_or(issued);
    let known = AtProvider { subject: text("sub").into(), session: text("sid").into() };
    match () {
        () if text("iss") != issuer => Err("it is of another issuer".into()),
        () if !is_for => Err("it is for another".into()),
        () if issued > now.saturating_add(leeway) => Err("it is of later than now".into()),
        () if expires < now.saturating_sub(leeway) => Err("its time is over".into()),
        // By that a token of a sign-in would pass for one of a sign-out.
        () if claims.contains_key("nonce") => Err("it has a nonce".into()),
        () if claims.get("events").is_none_or(|it| it.get(SIGNED_OUT).is_none()) => {
            Err("it says nothing of signing out".into())
        }
        () if known == AtProvider::default() => Err("it names nobody".into()),
        () => Ok(known),
    }
}

/// Base64 for addresses, without padding (RFC 4648, section 5).
fn decoded(text: &str) -> Option<Vec<u8>> {
    let sextet = |byte: u8| match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'-' => Some(62),
        b'_' => Some(63),
        _ => None,
    };
    let (mut bytes, mut held, mut bits) = (Vec::new(), 0_u32, 0);
    for byte in text.bytes() {
        held = (held << 6) | u32::from(sextet(byte)?);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push((held >> bits) as u8);
            held &= (1 << bits) - 1;
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: i64 = 1_800_000_000_000_000;
    const MINUTE: i64 = 60_000_000;

    #[test]
    fn a_token_says_who_has_signed_out_to_whom_and_when() {
        let whole = json!({
            "iss": "https://id", "aud": "luotsi", "sub": "x", "sid": "s", "iat": 1_800_000_000, "events": { SIGNED_OUT: {} }
        });
        let told = |changed: Value| {
            let mut claims = whole.as_object().cloned().unwrap_or_default();
            claims.extend(changed.as_object().cloned().unwrap_or_default());
            said(&claims, ("https://id", "luotsi"), NOW, 6 * MINUTE)
        };
        assert_eq!(told(json!({})), Ok(AtProvider { subject: "x".into(), session: "s".into() }));
        assert_eq!(told(json!({ "sub": null })), Ok(AtProvider { subject: String::new(), session: "s".into() }));
        assert!(told(json!({ "aud": ["luotsi"], "iat": 1_800_000_300 })).is_ok());
        for wrong in [
            json!({ "iss": "https://other" }),
            json!({ "aud": "other" }),
            json!({ "aud": ["luotsi", "other"] }),
            json!({ "aud": null }),
            json!({ "iat": null }),
            json!({ "iat": 1_800_000_600 }),
            json!({ "iat": 1_799_999_000 }),
            json!({ "exp": 1_799_999_000 }),
            json!({ "nonce": "n" }),
            json!({ "events": {} }),
            json!({ "events": null }),
            json!({ "sub": "", "sid": "" }),
        ] {
            assert!(told(wrong.clone()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_is_no_base64_is_nothing() {
        assert_eq!(decoded("eyJhIjoxfQ").as_deref(), Some(&br#"{"a":1}"#[..]));
        assert_eq!(decoded("_-8"), Some(vec![0xff, 0xef]));
        assert_eq!((decoded(""), decoded("a+b"), decoded("a=")), (Some(vec![]), None, None));
    }
}
