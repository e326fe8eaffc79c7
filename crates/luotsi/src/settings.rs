//! `county.toml`: what a county sets for its data directory.

use std::path::Path;

use analytics::measure::{Catalogue, MOST_THRESHOLD, THRESHOLD};
use analytics::{Error, Result};
use operations::calendar::Names;
use serde::Deserialize;

/// The settings of a data directory; unknown ones are refused.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// What fewer people than this stand behind is not published: 3 to 10.
    pub threshold: u64,
    /// What residents can write about, and whose queue it comes to; the first takes what no other is named for.
    #[serde(rename = "service")]
    pub services: Vec<Service>,
}

/// A service that residents can choose.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    pub id: String,
    pub unit: String,
    pub name: Names,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings { threshold: THRESHOLD, services: Vec::new() }
    }
}

impl Settings {
    /// The settings of a data directory; those of a directory without the file are the usual ones.
    pub fn read(data: &Path) -> Result<Settings> {
        let path = data.join("county.toml");
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Settings::default()),
            Err(error) => return Err(Error::file("read", &path, error)),
        };
        let settings: Settings = toml::from_str(&text).map_err(|error| {
            let line = error.span().map_or(1, |span| text[..span.start.min(text.len())].matches('\n').count() + 1);
            Error::new(format!("the settings are wrong: {}", error.message()))
                .at(format!("{}:{line}:1", path.display()))
        })?;
        if !(3..=MOST_THRESHOLD).contains(&settings.threshold) {
            return Err(Error::new(format!("threshold = {} is not 3 to {MOST_THRESHOLD}", settings.threshold))
                .at(path.display()));
        }
        Ok(settings)
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
    fn what_is_not_known_is_refused_with_its_line() {
        assert_eq!(settings("threshold = 10\n").expect("settings").threshold, 10);
        assert_eq!(settings("").expect("settings").threshold, THRESHOLD);
        let error = settings("# ours\ntreshold = 3\n").expect_err("an error");
        assert!(error.at.is_some_and(|at| at.ends_with("county.toml:2:1")));
        assert!(settings("threshold = 1\n").is_err());
        let service = "[[service]]\nid = \"a\"\nunit = \"u\"\nname = { fi = \"A\", sv = \"B\", en = \"C\" }\n";
        assert_eq!(settings(service).expect("settings").services[0].name.sv, "B");
    }
}
