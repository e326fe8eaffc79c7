//! Files for another program: `ports/ID/out/` holds what goes out, a file each by the id of its dispatch, so that a message
//! that is handed over twice is there once. The other program puts a file of the same name in `done/` when it arrived and in
//! `refused/` when it never will, with `{"code": …}` in it or as it was.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use kinds::{Files, Kinds};
use operations::dispatches::Outcome;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::Letter;

/// Folders of a port.
pub const FOLDERS: [&str; 4] = ["in", "out", "done", "refused"];
/// Files that are heard at once, and how much of one is read.
const HEARD: usize = 1_000;
const READ: u64 = 64 * 1024;
/// How much of a file of lines is read, in bytes.
const READ_IN: u64 = 16 << 20;

pub fn hand_over(folder: &Path, letter: &Letter) -> Outcome {
    match written(folder, letter) {
        Ok(()) => Outcome::Taken,
        Err(error) => {
            Outcome::Failed { code: if error.kind() == ErrorKind::StorageFull { "full" } else { "disk" }.into() }
        }
    }
}

fn written(folder: &Path, letter: &Letter) -> std::io::Result<()> {
    made(folder)?;
    let name = format!("{}.json", letter.id);
    if ["out", "done", "refused"].iter().any(|of| folder.join(of).join(&name).exists()) {
        return Ok(());
    }
    let Letter { id, to, title, text, language } = letter;
    let text = json!({ "id": id, "to": to, "title": title, "text": text, "language": language }).to_string();
    put(&folder.join("out"), &letter.id.to_string(), text.as_bytes())
}

/// Makes the folders of a port, which only the server's own user may read.
pub fn made(folder: &Path) -> std::io::Result<()> {
    FOLDERS.iter().try_for_each(|name| DirBuilder::new().recursive(true).mode(0o700).create(folder.join(name)))
}

/// Puts a file into a folder whole: it is there with all its bytes and on disk, or not at all.
pub fn put(folder: &Path, name: &str, bytes: &[u8]) -> std::io::Result<()> {
    let partial = folder.join(format!("{name}.partial"));
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&partial)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&partial, folder.join(format!("{name}.json")))?;
    File::open(folder)?.sync_all()
}

/// The other program's words: for each a file, the dispatch that it is about, and its outcome.
pub fn told(folder: &Path) -> Vec<(PathBuf, Uuid, Outcome)> {
    let of = |name: &str| files_in(&folder.join(name)).into_iter().take(HEARD);
    let done = of("done").map(|(path, id)| (path, id, Outcome::Delivered));
    let refused = of("refused").map(|(path, id)| {
        let code = code(&path).unwrap_or_else(|| "refused".into());
        (path, id, Outcome::Refused { code })
    });
    done.chain(refused).collect()
}

fn code(path: &Path) -> Option<String> {
    let is_small = fs::metadata(path).is_ok_and(|file| file.len() <= READ);
    let read: Value = serde_json::from_str(&fs::read_to_string(path).ok().filter(|_| is_small)?).ok()?;
    plain(read["code"].as_str()?)
}

/// The code of a refusal, if it is a plain word: nothing of the person comes into the log with it.
pub fn plain(code: &str) -> Option<String> {
    let is_word = (1..=24).contains(&code.len())
        && code.bytes().all(|it| it.is_ascii_alphanumeric() || b"_-".contains(&it))
        && code.bytes().filter(u8::is_ascii_digit).count() <= 5;
    is_word.then(|| code.into())
}

fn id_of(path: &Path) -> Option<Uuid> {
    path.file_name()?.to_str()?.strip_suffix(".json")?.parse().ok()
}

/// Removes from `out/` the messages whose dispatch has ended: no other program will take them there.
pub async fn swept(folder: &Path, kinds: &Kinds) {
    let out = folder.join("out");
    let waiting = tokio::task::spawn_blocking(move || files_in(&out)).await.unwrap_or_default();
    for (path, id) in waiting {
        if matches!(kinds.dispatches.read(id).await, Ok(Some(it)) if it.is_over()) {
            let _ = fs::remove_file(path);
        }
    }
}

/// The files of dispatches in a folder.
fn files_in(folder: &Path) -> Vec<(PathBuf, Uuid)> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter_map(|entry| Some((entry.path(), id_of(&entry.path())?))).collect()
}

/// Files of lines that another program has put into a port, in the order of their names.
pub fn incoming(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder.join("in")).into_iter().flatten().flatten();
    let is_whole = |path: &PathBuf| path.extension().is_some_and(|it| it == "json");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(is_whole).collect();
    files.sort_unstable();
    files
}

/// The lines of such a file; none: it cannot be read.
pub fn lines<L: DeserializeOwned>(path: &Path) -> Option<Vec<L>> {
    let is_small = fs::metadata(path).is_ok_and(|it| it.len() <= READ_IN);
    let text = is_small.then(|| fs::read_to_string(path).ok()).flatten()?;
    match serde_json::from_str(&text).ok()? {
        // One that came by a request.
        one @ Value::Object(_) => Some(vec![serde_json::from_value(one).ok()?]),
        all => serde_json::from_value(all).ok(),
    }
}

/// Takes such a file away, for people are named in it; that it was read, and what became of it, is told after. `told`: none: it
/// could not be read.
pub fn put_away(folder: &Path, path: &Path, told: Option<&Value>) {
    let unread = json!({ "code": "unread" });
    let (to, told) = told.map_or(("refused", &unread), |told| ("done", told));
    if fs::remove_file(path).is_ok() {
        let (to, name) = (folder.join(to), path.file_name().unwrap_or_default());
        let _ = fs::create_dir_all(&to).and_then(|()| fs::write(to.join(name), told.to_string()));
    }
}

/// How many files wait in each folder.
pub fn counted(folder: &Path) -> Files {
    let count = |name: &str| {
        let entries = fs::read_dir(folder.join(name)).into_iter().flatten().flatten();
        entries.filter(|entry| !entry.file_name().to_string_lossy().ends_with(".partial")).count()
    };
    let [incoming, out, done, refused] = FOLDERS.map(count);
    Files { incoming, out, done, refused }
}

/// Removes every file of some dispatches from the folders of all ports in a data directory; how many there were. A folder
/// that is not there holds none.
pub fn forget(data: &Path, ids: &[Uuid]) -> std::io::Result<usize> {
    let ports = match fs::read_dir(data.join("ports")) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(0),
        ports => ports?,
    };
    let mut gone = 0;
    for port in ports {
        let port = port?.path();
        for (folder, id) in FOLDERS.iter().flat_map(|folder| ids.iter().map(move |id| (folder, id))) {
            for ending in ["json", "partial"] {
                match fs::remove_file(port.join(folder).join(format!("{id}.{ending}"))) {
                    Ok(()) => gone += 1,
                    Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {}
                    Err(error) => return Err(error),
                }
            }
        }
    }
    Ok(gone)
}
