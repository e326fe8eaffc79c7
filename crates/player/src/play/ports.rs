//! The stand-ins of ports in a county's folder, `ports/ID/{in,out}`: what a journey brings there, and what was given to them.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::words::{holds, plain};

/// A port takes what it is brought within so long, and what is sent is given to it.
const WITHIN: Duration = Duration::from_secs(10);

/// Brings a file; done when the port has taken it.
pub fn put(folder: &Path, name: &str, bytes: &[u8]) -> Result<(), String> {
    let (into, path) = (folder.join("in"), folder.join("in").join(name));
    let partial = into.join(format!("{name}.partial"));
    let put = std::fs::create_dir_all(&into).and_then(|()| std::fs::write(&partial, bytes));
    put.and_then(|()| std::fs::rename(&partial, &path)).map_err(|error| format!("{}: {error}", path.display()))?;
    awaited(|| (!path.exists()).then_some(())).ok_or_else(|| format!("the port has not taken {name}"))
}

/// The id of the last message with some words that was given to it.
pub fn last(folder: &Path, words: &str) -> Option<String> {
    awaited(|| {
        let files = std::fs::read_dir(folder.join("out")).into_iter().flatten().flatten().map(|file| file.path());
        let whole = files.filter(|path| path.extension().is_some_and(|it| it == "json"));
        let said = whole.filter(|path| std::fs::read_to_string(path).is_ok_and(|text| holds(&plain(&text), words)));
        let last = said.max_by_key(|path| std::fs::metadata(path).and_then(|it| it.modified()).ok())?;
        Some(last.file_stem()?.to_str()?.to_string())
    })
}

/// Whether it was given a text with these words.
pub fn was_given(folder: &Path, words: &str) -> bool {
    let files = std::fs::read_dir(folder.join("out")).into_iter().flatten().flatten();
    let mut texts = files.filter_map(|file| std::fs::read_to_string(file.path()).ok());
    texts.any(|text| holds(&plain(&text), words))
}

/// Something that comes to be in time; none: it does not.
fn awaited<T>(mut comes: impl FnMut() -> Option<T>) -> Option<T> {
    let begun = Instant::now();
    loop {
        match comes() {
            None if begun.elapsed() < WITHIN => std::thread::sleep(Duration::from_millis(20)),
            found => return found,
        }
    }
}
