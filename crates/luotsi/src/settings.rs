//! `county.toml`: what a county sets for its data directory.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use analytics::lake::{private_folder, write_private};
use analytics::measure::{Catalogue, MOST_THRESHOLD, THRESHOLD};
use analytics::{Error, Result};
use facts::Names;
use serde::{Deserialize, Deserializer};

use crate::place::SNAPSHOTS;

const FILE: &str = "county.toml";

/// The place of the copy of the settings that a server read last.
fn copy(data: &Path) -> PathBuf {
    data.join(SNAPSHOTS).join(FILE)
}

/// The settings of a data directory; unknown ones are refused.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// A figure that rests on fewer people than this is not published: 3 to 10.
    pub threshold: u64,
    /// Whether the file names the threshold, and it is not the usual one for want of a word.
    #[serde(skip)]
    pub names_threshold: bool,
    /// Services that residents can write about, and the unit whose queue each comes to; the first takes the rest, for
    /// which no other is named.
    #[serde(rename = "service")]
    pub services: Vec<Service>,
    pub limits: Limits,
    /// Addresses of the proxies before the server, which say truly for whom they ask; one, or a list.
    #[serde(deserialize_with = "one_or_several")]
    pub trusted_proxy: Vec<IpAddr>,
    /// Names under which the server is asked, such as `yhteys.example.fi`; none: any. The first stands in messages to
    /// residents, and without one none goes out.
    pub hosts: Vec<String>,
    /// Where messages go out, by the ids of ports; a port that is not here sends nothing, but in a demonstration.
    pub port: BTreeMap<String, Port>,
    /// The county's identity provider; without it staff have local accounts and tokens.
    pub provider: Option<Provider>,
    /// The provider that identifies residents strongly, such as Suomi.fi; without it they write without a name.
    pub strong: Option<Provider>,
}

/// An OpenID Connect provider, by which people sign in. Its secret is in the environment: `LUOTSI_PROVIDER_SECRET` of staff's,
/// `LUOTSI_STRONG_SECRET` of residents'.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provider {
    /// Its address, under which it describes itself.
    pub issuer: String,
    /// The name by which it knows this server.
    pub client_id: String,
    /// Where people reach this server, such as `https://yhteys.example.fi`; the provider leads back to
    /// `/sign-in/provider/return` there.
    pub address: String,
    /// The claim of the ID token that is a person's id.
    #[serde(default = "subject")]
    pub person_claim: String,
    /// Scopes that are asked for beside `openid`.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// How strongly it must have made sure of a person (`acr`); without it, as it does.
    pub strength: Option<String>,
    /// The claim that says that a person is under a non-disclosure order.
    pub protected_claim: Option<String>,
}

fn subject() -> String {
    "sub".into()
}

/// Where a port is. Its secret stands in no file: it is in the environment, as `LUOTSI_PORT_SMS_SECRET`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Port {
    /// `smtps://USER@mail.example.fi`, `https://sms.example.fi/messages`; `file:`: files for another program in its stead.
    pub url: Option<String>,
    /// The sender's address of mail.
    pub from: Option<String>,
    /// Servers by which browsers find each other: `stun:turn.example.fi`, `turns:turn.example.fi:443?transport=tcp`.
    #[serde(default)]
    pub urls: Vec<String>,
}

/// Limits for strangers in an hour; 0 is no limit. People who share an address, such as that of a library or of an
/// operator of mobile networks, share its counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// New contacts from one address, and of one resident who has signed in.
    pub contacts_per_address: u32,
    /// Messages of the resident in one contact.
    pub messages_per_contact: u32,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { contacts_per_address: 60, messages_per_contact: 200 }
    }
}

fn one_or_several<'de, D: Deserializer<'de>>(given: D) -> std::result::Result<Vec<IpAddr>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "an address, or a list of addresses")]
    enum Given {
        One(IpAddr),
        Several(Vec<IpAddr>),
    }
    Ok(match Given::deserialize(given)? {
        Given::One(address) => vec![address],
        Given::Several(addresses) => addresses,
    })
}

/// A service that residents can choose.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    pub id: String,
    pub unit: String,
    /// Id of one of that unit's queues (`content/queues/`); none: the one that each unit has without a part.
    #[serde(default)]
    pub queue: Option<String>,
    pub name: Names,
}

impl Default for Settings {
    fn default() -> Settings {
        let (services, trusted_proxy, hosts, port) = (Vec::new(), Vec::new(), Vec::new(), BTreeMap::new());
        Settings {
            threshold: THRESHOLD,
            names_threshold: false,
            services,
            limits: Limits::default(),
            trusted_proxy,
            hosts,
            port,
            provider: None,
            strong: None,
        }
    }
}

impl Settings {
    /// Keeps a copy of settings that are right among the snapshots.
    pub fn keep(data: &Path) -> Result<()> {
        let (Ok(text), copy) = (std::fs::read_to_string(data.join(FILE)), copy(data)) else { return Ok(()) };
        let partial = copy.with_extension("partial");
        private_folder(&data.join(SNAPSHOTS))?;
        write_private(&partial, &text)?;
        std::fs::rename(&partial, &copy).map_err(|error| Error::file("write", &copy, error))
    }

    /// The settings of the copy, if one was kept that can be read.
    pub fn kept(data: &Path) -> Option<Settings> {
        let copy = copy(data);
        Settings::parse(&std::fs::read_to_string(&copy).ok()?, &copy).ok()
    }

    /// The settings of a data directory; those of a directory that never had any are the usual ones. Settings that a
    /// server has read and that are gone are an error: the usual ones could show what they hide.
    pub fn read(data: &Path) -> Result<Settings> {
        let (path, copy) = (data.join(FILE), copy(data));
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(Error::file("read", &path, error)),
        };
        let is_lost = || std::fs::read_to_string(&copy).is_ok_and(|kept| !kept.trim().is_empty());
        if text.trim().is_empty() && is_lost() {
            let copy = copy.display();
            return Err(Error::new("the settings are lost: a server has read some, and the file is missing or empty")
                .at(path.display())
                .remedy(format!("put back {copy}, which is a copy; for the usual settings, remove that as well")));
        }
        Settings::parse(&text, &path)
    }

    fn parse(text: &str, path: &Path) -> Result<Settings> {
        let mut settings: Settings = toml::from_str(text).map_err(|error| {
            let line = error.span().map_or(1, |span| text[..span.start.min(text.len())].matches('\n').count() + 1);
            Error::new(format!("the settings are wrong: {}", error.message()))
                .at(format!("{}:{line}:1", path.display()))
        })?;
        if !(3..=MOST_THRESHOLD).contains(&settings.threshold) {
            return Err(Error::new(format!("threshold = {} is not 3 to {MOST_THRESHOLD}", settings.threshold))
                .at(path.display()));
        }
        settings.names_threshold = text.parse::<toml::Table>().is_ok_and(|table| table.contains_key("threshold"));
        Ok(settings)
    }

    /// The threshold to publish with. One lower than that of the last publication must stand in the file: it may be lost.
    pub fn threshold_after(&self, last: Option<u64>, data: &Path) -> Result<u64> {
        let Some(last) = last.filter(|last| *last > self.threshold) else { return Ok(self.threshold) };
        if !self.names_threshold {
            return Err(Error::new(format!(
                "no threshold is set, and the usual {} is lower than the {last} of the last publication",
                self.threshold
            ))
            .at(data.join("county.toml").display())
            .remedy(format!("restore the file, or write threshold = {} in it", self.threshold)));
        }
        eprintln!(
            "note: the threshold is {} now and was {last} at the last publication; what was hidden stays hidden",
            self.threshold
        );
        Ok(self.threshold)
    }
}

/// The measures of a data directory: the shipped ones, and over them those of its folder `measures`.
pub fn catalogue(data: &Path) -> Result<Catalogue> {
    let folder = data.join("measures");
    if folder.is_dir() { Catalogue::with_folder(&folder) } else { Catalogue::shipped() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(text: &str) -> Result<Settings> {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("county.toml"), text).expect("a file");
        Settings::read(folder.path())
    }

    #[test]
    fn a_threshold_falls_only_by_a_word_in_the_file() {
        let data = Path::new("data");
        for (text, last, expected) in [
            ("", None, Some(THRESHOLD)),
            ("", Some(THRESHOLD), Some(THRESHOLD)),
            ("", Some(10), None),
            ("# threshold = 5\n", Some(10), None),
            ("threshold = 5\n", Some(10), Some(5)),
            ("threshold = 10\n", Some(5), Some(10)),
        ] {
            let threshold = settings(text).expect("settings").threshold_after(last, data);
            assert_eq!(threshold.ok(), expected, "{text:?} after {last:?}");
        }
    }

    #[test]
    fn settings_that_were_read_and_are_gone_are_lost_until_their_copy_goes_as_well() {
        let folder = tempfile::tempdir().expect("a folder");
        let (data, write) =
            (folder.path(), |text: &str| std::fs::write(folder.path().join(FILE), text).expect("a file"));
        let read = || Settings::read(data).map(|settings| settings.threshold).ok();
        Settings::keep(data).expect("nothing to keep");
        assert_eq!((read(), Settings::kept(data).is_none()), (Some(THRESHOLD), true), "never any");
        write("");
        Settings::keep(data).expect("kept");
        assert_eq!(read(), Some(THRESHOLD), "empty from the beginning");
        write("threshold = 8\n");
        Settings::keep(data).expect("kept");
        for (text, expected) in [
            (Some("threshold = 9\n"), Some(9)),
            (Some("# none of ours\n"), Some(THRESHOLD)),
            (Some(""), None),
            (Some(" \n\t\n"), None),
            (Some("\0\0\0"), None),
            (None, None),
        ] {
            text.map_or_else(|| std::fs::remove_file(data.join(FILE)).expect("removed"), write);
            assert_eq!(read(), expected, "{text:?}");
            assert_eq!(Settings::kept(data).map(|settings| settings.threshold), Some(8), "{text:?}");
        }
        let error = Settings::read(data).expect_err("lost").to_string();
        assert!(error.contains("county.toml") && error.contains("snapshots"), "{error}");
        std::fs::remove_file(copy(data)).expect("removed");
        assert_eq!(read(), Some(THRESHOLD));
    }

    #[test]
    fn what_is_not_known_is_refused_with_its_line() {
        assert_eq!(settings("threshold = 10\n").expect("settings").threshold, 10);
        assert_eq!(settings("").expect("settings").threshold, THRESHOLD);
        let error = settings("# ours\ntreshold = 3\n").expect_err("an error");
        assert!(error.at.is_some_and(|at| at.ends_with("county.toml:2:1")));
        assert!(settings("threshold = 1\n").is_err());
        let service = "[[service]]\nid = \"a\"\nunit = \"u\"\nname = { fi = \"A\", sv = \"B\", en = \"C\" }\n";
        assert_eq!(settings(service).expect("settings").services[0].name.sv, "B");
        let limits = settings("").expect("settings").limits;
        for limit in [limits.contacts_per_address, limits.messages_per_contact] {
            assert!((5..=500).contains(&limit), "somebody who does not look is protected, and hardly anybody hindered");
        }
        let set = settings("[limits]\ncontacts_per_address = 0\n").expect("settings").limits;
        assert_eq!(set, Limits { contacts_per_address: 0, ..limits });
        for (text, count) in [("\"127.0.0.1\"", 1), ("[\"127.0.0.1\", \"::1\"]", 2), ("[]", 0)] {
            let read = settings(&format!("trusted_proxy = {text}\n")).expect("settings");
            assert_eq!(read.trusted_proxy.len(), count, "{text}");
        }
        let port = settings("[port.email]\nurl = \"smtps://mail.example.fi\"\nfrom = \"a@example.fi\"\n")
            .expect("settings")
            .port;
        assert_eq!(port["email"].from.as_deref(), Some("a@example.fi"));
        assert!(settings("[port.sms]\nsecret = \"x\"\n").is_err(), "no secret stands in a file");
        for wrong in
            ["trusted_proxy = \"proxy\"\n", "[limits]\ncontacts = 5\n", "[limits]\ncontacts_per_address = -1\n"]
        {
            assert!(settings(wrong).is_err(), "{wrong}");
        }
    }
}
