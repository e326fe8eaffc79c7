//! Every kind of file that a data directory holds, and what a backup does with it: the one place that says so.

use std::path::{Path, PathBuf};

use analytics::{Error, Result};

/// The treatment of a file in a backup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// Copied as it is.
    Copied,
    /// A database of one file, copied as it stands at one instant.
    Database,
    /// One of the two logs, copied event by event with its chain checked.
    Log,
    /// Facts: the current version, and the files that it names.
    Facts,
    /// The wrapped content keys, which stand apart.
    Wrapped,
    /// A key that is in no backup: it is kept elsewhere, or nobody reads what the backup holds.
    Key,
    /// Left out: of a process that runs, or made anew.
    LeftOut,
}

/// A file, or a folder with everything in it where the name ends with `/`.
const INVENTORY: &[(&str, What)] = &[
    ("FORMAT", What::Copied),
    ("county.toml", What::Copied),
    ("heads.jsonl", What::Copied),
    ("published.toml", What::Copied),
    // Of the demo county: which one it is, and until when it has lived.
    ("synthetic", What::Copied),
    ("lived", What::Copied),
    ("results.db", What::Database),
    // Nothing in it opens an account without the master key.
    ("accounts.db", What::Database),
    ("log.db", What::Log),
    ("access.db", What::Log),
    ("facts/", What::Facts),
    ("imports/", What::Copied),
    ("quarantine/", What::Copied),
    ("measures/", What::Copied),
    ("mappings/", What::Copied),
    ("rules/", What::Copied),
    ("scorecards/", What::Copied),
    ("content/", What::Copied),
    ("attachments/", What::Copied),
    ("ports/", What::Copied),
    // Sealed with content keys.
    ("drafts/", What::Copied),
    ("keys/keys.db", What::Wrapped),
    ("keys/master", What::Key),
    ("keys/directory.key", What::Key),
    // Made anew from the log.
    ("snapshots/", What::LeftOut),
    // A person who has signed in signs in again.
    ("sessions", What::LeftOut),
    // Locks of processes.
    ("lock", What::LeftOut),
    // Whether the disk takes anything.
    ("writable", What::LeftOut),
    ("importing", What::LeftOut),
    ("serving", What::LeftOut),
    // Of `luotsi bench`.
    ("bench", What::LeftOut),
    ("lost+found/", What::LeftOut),
];

/// The treatment of a file in a backup, by its path in the data directory; none: no rule foresees the file.
pub fn what(path: &Path) -> Option<What> {
    let text = path.to_str()?;
    // Of databases that are open, and what a process that was killed had not finished.
    let beside = ["-wal", "-shm", "-journal"].iter().any(|ending| text.ends_with(ending));
    let half = path.extension().is_some_and(|ending| ending.to_string_lossy().starts_with("partial"));
    if beside || half {
        return Some(What::LeftOut);
    }
    let line = |(name, _): &&(&str, What)| if name.ends_with('/') { text.starts_with(name) } else { text == *name };
    INVENTORY.iter().find(line).map(|(_, what)| *what)
}

/// Every file in a folder, by its path in there, in order; links are followed.
pub fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(inner) = folders.pop() {
        let path = folder.join(&inner);
        let entries = match std::fs::read_dir(&path) {
            // Such as a folder of an import that was removed meanwhile.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && inner != Path::new("") => continue,
            entries => entries.map_err(|error| Error::file("list", &path, error))?,
        };
        for entry in entries {
            let name = inner.join(entry.map_err(|error| Error::file("list", &path, error))?.file_name());
            match folder.join(&name).is_dir() {
                true => folders.push(name),
                false => found.push(name),
            }
        }
    }
    found.sort_unstable();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_is_copied_and_what_nobody_has_thought_of_is_told() {
        for (path, expected) in [
            ("keys/master", Some(What::Key)),
            ("keys/directory.key", Some(What::Key)),
            ("keys/keys.db", Some(What::Wrapped)),
            ("keys/keys.db-wal", Some(What::LeftOut)),
            ("log.db-shm", Some(What::LeftOut)),
            ("snapshots/contact.partial-00ff", Some(What::LeftOut)),
            ("imports/20260101-units/original.sealed", Some(What::Copied)),
            ("county.toml", Some(What::Copied)),
            ("county.toml.old", None),
            ("keys/other", None),
        ] {
            assert_eq!(what(Path::new(path)), expected, "{path}");
        }
    }
}
