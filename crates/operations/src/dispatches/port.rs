//! A port as its file in `content/ports/` gives it: what goes out or comes in by it, and what a county sees to before it runs.
//!
//! No secret stands in a port: addresses are settings, and secrets come from the environment.

use content::{At, Content, There, Wrong};
use facts::Names;
use serde::Deserialize;

use super::Means;

/// The way in which a port hands its messages over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Adapter {
    /// A file for each message in the data directory, for another program to take.
    File,
    /// A mail server.
    Smtp,
    /// A signed request over HTTP.
    Webhook,
    /// A provider of OpenID Connect, by whom people sign in.
    Oidc,
    /// Files that another program puts into the data directory, with what a register tells.
    Register,
    /// The browsers of two people, which find each other by servers of STUN and TURN.
    Webrtc,
    /// Signed requests over HTTP, with what a telephone exchange tells.
    Telephony,
}

impl Adapter {
    /// End of the key of its text.
    pub fn code(self) -> &'static str {
        match self {
            Adapter::File => "file",
            Adapter::Smtp => "smtp",
            Adapter::Webhook => "webhook",
            Adapter::Oidc => "oidc",
            Adapter::Register => "register",
            Adapter::Webrtc => "webrtc",
            Adapter::Telephony => "telephony",
        }
    }

    /// Whether messages go out by it.
    pub fn sends(self) -> bool {
        matches!(self, Adapter::File | Adapter::Smtp | Adapter::Webhook)
    }

    /// The settings that it needs.
    pub fn needs(self) -> &'static [&'static str] {
        match self {
            Adapter::File | Adapter::Register => &[],
            Adapter::Oidc => &["issuer", "client_id", "address"],
            Adapter::Smtp => &["url", "from"],
            Adapter::Webhook => &["url", "secret"],
            Adapter::Webrtc => &["urls", "secret"],
            Adapter::Telephony => &["secret"],
        }
    }
}

/// A port.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Port {
    pub name: Names,
    /// None: no message goes out by it.
    #[serde(default)]
    pub carries: Option<Means>,
    /// Text messages come in by it, too, and are answered by it; none: they do not.
    pub takes: Option<Takes>,
    /// The way in which it speaks once its settings are there. Files wait in its stead only where the settings say so.
    pub adapter: Adapter,
    /// Whether the other side takes a second message with the same id for the same one. Where it does not, an attempt of
    /// which nobody knows what became is followed by a task.
    #[serde(default)]
    pub again: bool,
    /// The things that a county contracts, with whom; and those that it configures.
    pub contract: Names,
    pub configure: Names,
}

/// How messages that come in by a port are taken.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Takes {
    /// The service to which they come.
    pub service: At<String>,
    /// Words that ask for no more messages where one stands alone; in small letters.
    #[serde(default)]
    pub stop: Vec<String>,
}

impl Content for Port {
    const FOLDER: &'static str = "ports";
    /// A message is begun and sent within days, by the port that is in force then.
    const IS_KEPT: bool = false;

    fn name(&self) -> &Names {
        &self.name
    }

    fn check(&self, _id: &str, there: There) -> Vec<Wrong> {
        let texts = [("name", &self.name), ("contract", &self.contract), ("configure", &self.configure)];
        let lacking = texts.iter().filter(|(_, it)| it.fi.trim().is_empty() || it.sv.trim().is_empty());
        let mut wrong: Vec<Wrong> = lacking
            .map(|(at, _)| Wrong::new(0..0, format!("{at}: it is not there in Finnish or in Swedish"), ""))
            .collect();
        if self.adapter.sends() != self.carries.is_some() {
            wrong.push(Wrong::new(0..0, "a port says what it carries, or carries nothing, as its adapter does", ""));
        }
        if let Some(takes) = &self.takes {
            let service = &takes.service;
            if self.carries != Some(Means::Sms) {
                wrong.push(Wrong::new(service.place(), "messages come in by a port of text messages alone", ""));
            }
            if !there("service", service) {
                wrong.push(Wrong::new(service.place(), format!("there is no service {}", **service), ""));
            }
            if takes.stop.iter().any(|it| *it != it.to_lowercase() || it.trim().is_empty()) {
                wrong.push(Wrong::new(service.place(), "a word that stops is in small letters", ""));
            }
        }
        wrong
    }
}
