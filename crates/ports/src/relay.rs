//! The servers of visits by video: by STUN two browsers learn how they are reached, and by TURN they reach each other where no
//! other way leads through (RFC 8489, RFC 8656). TURN takes a name that says until when it holds, and a password made of it with
//! a secret that the county shares with the server (draft-uberti-behave-turn-rest-00; `static-auth-secret` of coturn). The name
//! says nothing of anybody.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use kinds::{Files, Incoming, Standing};
use operations::dispatches::port::Adapter;
use serde_json::{Value, json};
use sha1::Sha1;

/// The port.
pub const VIDEO: &str = "video";
/// A password holds so long, in seconds: longer than any visit whose page was opened in time.
const HOLDS: i64 = 6 * 3_600;

/// The servers as the settings name them.
pub struct Relay {
    urls: Vec<String>,
    secret: Option<String>,
}

impl Relay {
    pub fn new(urls: Vec<String>, secret: Option<String>) -> Relay {
        Relay { urls, secret }
    }

    fn of(&self, schemes: [&str; 2]) -> Vec<&str> {
        let is_of =
            |url: &&String| schemes.iter().any(|scheme| url.strip_prefix(*scheme).is_some_and(|it| it.len() > 1));
        self.urls.iter().filter(is_of).map(String::as_str).collect()
    }

    /// How the port stands: without servers two browsers still meet within one network. `now` in microseconds since 1970.
    pub fn standing(&self, now: i64) -> Standing {
        let (stun, turn) = (self.of(["stun:", "stuns:"]), self.of(["turn:", "turns:"]));
        let is_whole = !turn.is_empty() && stun.len() + turn.len() == self.urls.len();
        let lacks = [(!is_whole).then_some("urls"), self.secret.is_none().then_some("secret")];
        Standing {
            runs: Some(Adapter::Webrtc),
            lacks: lacks.into_iter().flatten().collect(),
            looked_at: now,
            taken_at: None,
            files: Files::default(),
            came: Incoming::default(),
        }
    }

    /// The servers as a browser's `RTCPeerConnection` takes them, with a password that holds from an instant on, in microseconds
    /// since 1970.
    pub fn servers(&self, now: i64) -> String {
        let (stun, turn) = (self.of(["stun:", "stuns:"]), self.of(["turn:", "turns:"]));
        let mut servers = Vec::new();
        if !stun.is_empty() {
            servers.push(json!({ "urls": stun }));
        }
        if let Some(secret) = self.secret.as_ref().filter(|_| !turn.is_empty()) {
            let username = (now.div_euclid(1_000_000) + HOLDS).to_string();
            servers.push(json!({ "urls": turn, "username": username, "credential": password(secret, &username) }));
        }
        Value::from(servers).to_string()
    }
}

fn password(secret: &str, username: &str) -> String {
    #[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
    let mut mac = Hmac::<Sha1>::new_from_slice(secret.as_bytes()).expect("a key");
    mac.update(username.as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn relay(urls: &[&str], secret: Option<&str>) -> Relay {
        Relay::new(urls.iter().map(ToString::to_string).collect(), secret.map(Into::into))
    }

    #[test]
    fn the_password_is_the_one_that_turn_servers_expect() {
        // HMAC-SHA-1 of RFC 2202, case 2, in base 64.
        assert_eq!(password("Jefe", "what do ya want for nothing?"), "7/zfauXrL6LSdBbV8YTfnCWafHk=");
        let both = relay(&["stun:turn.example.fi", "turns:turn.example.fi:443"], Some("s"));
        let servers: Value = serde_json::from_str(&both.servers(1_000_000_000_000)).expect("JSON");
        let name = (1_000_000 + HOLDS).to_string();
        let turn =
            json!({ "urls": ["turns:turn.example.fi:443"], "username": name, "credential": password("s", &name) });
        assert_eq!(servers, json!([{ "urls": ["stun:turn.example.fi"] }, turn]));
        assert_eq!(both.standing(7).lacks, [] as [&str; 0]);
    }

    #[test]
    fn what_is_lacking_is_said_and_nothing_half_is_given_to_a_browser() {
        for (urls, secret, lacks, servers) in [
            (&[][..], None, &["urls", "secret"][..], "[]"),
            (&["turn:a.example.fi"], None, &["secret"], "[]"),
            (&["stun:a.example.fi"], Some("s"), &["urls"], r#"[{"urls":["stun:a.example.fi"]}]"#),
            (&["https://a.example.fi", "turn:"], Some("s"), &["urls"], "[]"),
        ] {
            let relay = relay(urls, secret);
            assert_eq!((relay.standing(0).lacks.as_slice(), &*relay.servers(0)), (lacks, servers), "{urls:?}");
        }
    }
}
