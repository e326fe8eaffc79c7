//! `luotsi backup` and `luotsi restore`: the whole county, keys apart, also while it serves.

mod inventory;
mod staged;

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use analytics::lake::{FORMAT, Lake, has_format};
use analytics::layout::digest_of_file;
use analytics::measure::instant_text;
use analytics::{Error, Result};
use serde::{Deserialize, Serialize};
use store::{Epoch, KEY_FILE, KEYS, Keys, Location, Log, hex, signature};

use crate::heads::Of;
use crate::log_command::{put_back, settle};
use crate::place::{Place, told};
use crate::{now, output, runtime};
use inventory::What;
use staged::Staged;

/// The description of a backup, and its signature.
const CONTENTS: &str = "backup.json";
const SIGNATURE: &str = "backup.hmac";
/// Folder of the copies within a backup.
const COPIES: &str = "county";
/// Where the copies of the logs stand until they are put back.
const LOGS: &str = "copies.partial";
/// Files up to this size could be a copy of a key.
const KEY_SIZE: u64 = 4096;

#[derive(clap::Args)]
pub struct Backup {
    #[command(flatten)]
    place: Place,
    /// New folder for everything but keys. Anyone who has it and the keys can read what residents wrote: keep it as
    /// safe as the data directory itself.
    to: PathBuf,
    /// New folder for the content keys, wrapped by the master key. Keep these copies elsewhere, and 30 days at most: what is
    /// erased later is erased in the backup, too, once they are gone.
    #[arg(long)]
    keys: PathBuf,
}

#[derive(clap::Args)]
pub struct Restore {
    #[command(flatten)]
    place: Place,
    /// Folder that `luotsi backup` made. The data directory (--data) must not be there yet.
    from: PathBuf,
    /// Folder of its keys.
    #[arg(long)]
    keys: PathBuf,
    /// File of the directory key, which no backup holds: keys/directory.key of the data directory, kept elsewhere.
    #[arg(long)]
    directory_key: Option<PathBuf>,
}

/// The description of a backup.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Contents {
    program: String,
    /// Of the data directory.
    format: u32,
    made: String,
    /// Check value of the content keys, and of the directory key where there was one.
    keys: String,
    directory_key: Option<String>,
    /// The master key stood in the data directory, and is to stand there again.
    with_master: bool,
    /// By path within the backup, or `keys/keys.db`.
    files: BTreeMap<String, Stored>,
}

#[derive(Serialize, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
struct Stored {
    bytes: u64,
    sha256: String,
}

impl Stored {
    fn of(path: &Path) -> Result<Stored> {
        let bytes = fs::metadata(path).map_err(|error| Error::file("look at", path, error))?.len();
        Ok(Stored { bytes, sha256: digest_of_file(path)? })
    }
}

/// Path of the directory key in a data directory.
fn directory_key(data: &Path) -> PathBuf {
    data.join("keys").join("directory.key")
}

fn check_of(keys: &Keys, key: &[u8]) -> String {
    hex(&signature(&keys.derived("directory key"), &[key]))
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).map_err(|error| Error::file("read", path, error))
}

fn say(text: &str) -> Result<()> {
    output::print(|out| writeln!(out, "{text}").map_err(|error| Error::new(error.to_string())))
}

pub fn backup(arguments: &Backup) -> Result<()> {
    let (place, data) = (&arguments.place, arguments.place.path());
    if !has_format(data)? && place.location().head().map_err(told)?.is_none() {
        return Err(Error::new("there is no data directory here").at(data.display()).remedy("name it with --data"));
    }
    apart(&[&arguments.to, &arguments.keys, data])?;
    forget_half(&arguments.to, &arguments.keys)?;
    let (to, to_keys) = (Staged::begin(&arguments.to)?, Staged::begin(&arguments.keys)?);
    let copies = to.path.join(COPIES);
    staged::private_folder(&copies)?;
    let keys = Arc::new(place.keys()?);
    // The published figures first, then the facts that they were made from, and the log last: each is at least as new
    // as what was made from it. The keys come after the log: every key that its copy needs is then there.
    copy_files(place, &copies)?;
    let logs = runtime()?.block_on(copy_logs(place, &keys, &copies))?;
    keys.copy(&to_keys.path.join(KEYS)).map_err(told)?;
    let mut files = BTreeMap::new();
    for path in inventory::files(&to.path)? {
        files.insert(path.display().to_string(), Stored::of(&to.path.join(&path))?);
    }
    files.insert(format!("keys/{KEYS}"), Stored::of(&to_keys.path.join(KEYS))?);
    let directory = directory_key(data);
    let contents = Contents {
        program: env!("CARGO_PKG_VERSION").into(),
        format: FORMAT,
        made: instant_text(now()),
        keys: hex(&keys.check()),
        directory_key: if directory.exists() { Some(check_of(&keys, &read(&directory)?)) } else { None },
        with_master: place.keys_folder().join(KEY_FILE).exists(),
        files,
    };
    let text = serde_json::to_vec_pretty(&contents).map_err(|error| Error::new(format!("the contents: {error}")))?;
    staged::write(&to.path.join(CONTENTS), &text)?;
    staged::write(&to.path.join(SIGNATURE), hex(&signature(&keys.derived("backup"), &[&text])).as_bytes())?;
    to_keys.finish()?;
    to.finish()?;
    let (files, [events, accesses]) = (contents.files.len(), logs);
    say(&format!("{files} files, {events} events and {accesses} accesses in {}", arguments.to.display()))?;
    let master = place.master();
    eprintln!(
        "note: neither the backup nor its keys hold {} or {}: keep a copy of both elsewhere, without which nobody can read it",
        master.display(),
        directory.display()
    );
    Ok(())
}

/// Refuses folders of which one is in another.
fn apart(folders: &[&Path]) -> Result<()> {
    let whole = |path: &Path| std::path::absolute(path).map_err(|error| Error::file("find", path, error));
    let folders = folders.iter().map(|path| whole(path)).collect::<Result<Vec<_>>>()?;
    for (at, one) in folders.iter().enumerate() {
        if let Some(other) = folders.iter().enumerate().find(|(other, path)| *other != at && path.starts_with(one)) {
            return Err(Error::new("one of these folders is in the other")
                .at(other.1.display())
                .remedy("name folders that stand apart"));
        }
    }
    Ok(())
}

/// Removes the keys of a backup that was broken off between the two names that it was about to give.
fn forget_half(to: &Path, keys: &Path) -> Result<()> {
    let contents = fs::read(staged::partial(to).join(CONTENTS)).ok();
    let contents: Option<Contents> = contents.and_then(|text| serde_json::from_slice(&text).ok());
    let Some(stored) = contents.and_then(|mut it| it.files.remove(&format!("keys/{KEYS}"))) else { return Ok(()) };
    let is_half = inventory::files(keys).is_ok_and(|files| files == [Path::new(KEYS)])
        && Stored::of(&keys.join(KEYS)).is_ok_and(|here| here == stored);
    if is_half && !to.exists() {
        fs::remove_dir_all(keys).map_err(|error| Error::file("remove what an earlier try has left at", keys, error))?;
    }
    Ok(())
}

/// Copies everything but the logs and the keys.
fn copy_files(place: &Place, copies: &Path) -> Result<()> {
    let data = place.path();
    let guarded = [place.master(), directory_key(data)];
    let guarded: Vec<Vec<u8>> = guarded.iter().filter_map(|path| fs::read(path).ok()).collect();
    let files = inventory::files(data)?;
    let of = |what: What| files.iter().filter(move |path| inventory::what(path) == Some(what));
    for path in of(What::Database) {
        let to = copies.join(path);
        to.parent().map_or(Ok(()), staged::private_folder)?;
        store::copy_database(&data.join(path), &to).map_err(told)?;
    }
    if data.join("facts").join("CURRENT").exists() {
        copy_facts(data, copies)?;
    }
    // Listed again: an import that has begun since has rows in the facts, and what says that it has not ended must go with them.
    for path in &inventory::files(data)? {
        match inventory::what(path) {
            Some(What::Copied) => {}
            Some(_) => continue,
            None if path.starts_with("keys") => {
                eprintln!("warning: {} may be a key and is not copied: keep it yourself", data.join(path).display());
                continue;
            }
            None => {
                eprintln!("warning: {} is none of Luotsi's files, and is copied as it is", data.join(path).display())
            }
        }
        if holds_a_key(&data.join(path), &guarded)? {
            return Err(Error::new("this file is a copy of a key, and no backup may hold one")
                .at(data.join(path).display())
                .remedy("move it out of the data directory"));
        }
        match staged::copy(&data.join(path), &copies.join(path)) {
            // Such as what an import has finished with meanwhile.
            Err(_) if !data.join(path).exists() => {}
            copied => copied?,
        }
    }
    Ok(())
}

fn holds_a_key(path: &Path, keys: &[Vec<u8>]) -> Result<bool> {
    if !fs::metadata(path).is_ok_and(|file| file.len() <= KEY_SIZE) {
        return Ok(false);
    }
    let bytes = read(path)?;
    let holds = |key: &[u8]| key.len() >= 16 && bytes.windows(key.len()).any(|part| part == key);
    Ok(keys.iter().any(|key| holds(key.trim_ascii_end())))
}

/// Copies the current version of the facts, each file held to what the version says of it.
fn copy_facts(data: &Path, copies: &Path) -> Result<()> {
    let (from, to) = (data.join("facts"), copies.join("facts"));
    let (current, snapshot) = loop {
        let current = read(&from.join("CURRENT"))?;
        let snapshot = Lake::existing(data)?.snapshot()?;
        // Another may have become current in between.
        if read(&from.join("CURRENT"))? == current {
            break (current, snapshot);
        }
    };
    staged::write(&to.join("CURRENT"), &current)?;
    for (path, sha256) in snapshot.stored() {
        staged::copy(&from.join(&path), &to.join(&path))?;
        if sha256.is_some_and(|sha256| digest_of_file(&to.join(&path)).is_ok_and(|copied| copied != sha256)) {
            return Err(Error::new("the file is not what was written, and is not copied")
                .at(from.join(&path).display())
                .remedy("see what `luotsi facts verify` says, and restore the newest whole backup"));
        }
    }
    Ok(())
}

/// Copies the logs, where there are any; gives how many events and accesses.
async fn copy_logs(place: &Place, keys: &Arc<Keys>, copies: &Path) -> Result<[u64; 2]> {
    if place.location().head().map_err(told)?.is_none() {
        return Ok([0, 0]);
    }
    let log = Log::open(&place.location(), Arc::clone(keys), now).map_err(told)?;
    place.goes_as_far_as_was_read(&log).await?;
    let to = |name: &str| Location::File(copies.join(name));
    let events = store::copy(&log, &to("log.db"), Epoch::Kept).await.map_err(told)?;
    let Some(accesses) = place.existing_accesses(keys, &log, now).await? else { return Ok([events, 0]) };
    Ok([events, store::copy(&accesses, &to("access.db"), Epoch::Kept).await.map_err(told)?])
}

pub fn restore(arguments: &Restore) -> Result<()> {
    let (place, data) = (&arguments.place, arguments.place.path());
    let Some(master) = place.named_master() else {
        return Err(Error::new("the master key is not named, and no backup holds it")
            .at(data.display())
            .remedy("name its file with --key-file"));
    };
    read(master)?;
    staged::free(data)?;
    if let Location::Database(_) = place.location()
        && place.location().head().map_err(told)?.is_some_and(|head| head.pos > 0)
    {
        return Err(Error::new("there is a log in the database already").at("the database").remedy(
            "name an empty one; what a restore that was broken off has left there goes with its tables head, streams, \
             events and commands",
        ));
    }
    let to = Staged::begin(data)?;
    let [events, accesses] = runtime()?.block_on(put_all_back(arguments, &to.path))?;
    to.finish()?;
    say(&format!("{events} events and {accesses} accesses restored in {}", data.display()))?;
    eprintln!("note: who was erased, and what token was withdrawn, after the backup was made is back: do both again");
    Ok(())
}

/// Checks a backup and puts it together in a folder; gives how many events and accesses it had.
async fn put_all_back(arguments: &Restore, to: &Path) -> Result<[u64; 2]> {
    let place = arguments.place.at(to);
    let (contents, text) = contents(arguments)?;
    let wrapped = to.join("keys").join(KEYS);
    put(&contents, &format!("keys/{KEYS}"), &arguments.keys.join(KEYS), &wrapped)?;
    let keys = Arc::new(place.keys_as_they_are()?);
    let signed = read(&arguments.from.join(SIGNATURE))?;
    if hex(&keys.check()) != contents.keys || signed != hex(&signature(&keys.derived("backup"), &[&text])).as_bytes() {
        return Err(changed(&arguments.from.join(CONTENTS)));
    }
    let there = named(arguments, &contents)?;
    for (name, from, path) in there {
        let logs = matches!(path.to_str(), Some("log.db" | "access.db"));
        let path = if logs { to.join(LOGS).join(path) } else { to.join(path) };
        put(&contents, &name, &from, &path)?;
    }
    put_keys(arguments, &contents, &keys, to)?;
    has_format(to)?;
    let counted = put_logs_back(&place, &keys, &to.join(LOGS)).await?;
    if to.join(LOGS).exists() {
        fs::remove_dir_all(to.join(LOGS)).map_err(|error| Error::file("remove", &to.join(LOGS), error))?;
    }
    Ok(counted)
}

fn changed(path: &Path) -> Error {
    Error::new("this is not what the backup was made with: it was changed, cut, or belongs to another")
        .at(path.display())
        .remedy("take another copy of the backup, with its own keys and master key")
}

fn contents(arguments: &Restore) -> Result<(Contents, Vec<u8>)> {
    let path = arguments.from.join(CONTENTS);
    if !path.exists() {
        return Err(Error::new("this is no backup")
            .at(arguments.from.display())
            .remedy("name a folder that `luotsi backup` made"));
    }
    let text = read(&path)?;
    let contents: Contents = serde_json::from_slice(&text).map_err(|_| changed(&path))?;
    if contents.format != FORMAT {
        let (format, program) = (contents.format, &contents.program);
        return Err(Error::new(format!("the backup has format {format}, this program reads {FORMAT}"))
            .at(path.display())
            .remedy(format!("restore it with Luotsi {program}")));
    }
    Ok((contents, text))
}

/// Every copied file of a backup: by its name there, where it stands, and its path in the data directory. A file that
/// is there and not named, or named and not there, is an error.
fn named(arguments: &Restore, contents: &Contents) -> Result<Vec<(String, PathBuf, PathBuf)>> {
    let wrapped = format!("keys/{KEYS}");
    for path in inventory::files(&arguments.from)? {
        let name = path.display().to_string();
        if ![CONTENTS, SIGNATURE].contains(&name.as_str()) && !contents.files.contains_key(&name) {
            return Err(changed(&arguments.from.join(path)));
        }
    }
    if let Some(other) = inventory::files(&arguments.keys)?.into_iter().find(|path| path != Path::new(KEYS)) {
        return Err(changed(&arguments.keys.join(other)));
    }
    let copied = contents.files.keys().filter(|name| **name != wrapped);
    copied
        .map(|name| {
            let from = arguments.from.join(name);
            let within = Path::new(name).strip_prefix(COPIES).map_err(|_| changed(&from))?.to_path_buf();
            let plain = within.components().all(|part| matches!(part, Component::Normal(_)));
            if plain { Ok((name.clone(), from, within)) } else { Err(changed(&from)) }
        })
        .collect()
}

/// Copies a file of a backup, and holds the copy to what the backup says of it.
fn put(contents: &Contents, name: &str, from: &Path, to: &Path) -> Result<()> {
    let stored = contents.files.get(name).ok_or_else(|| changed(from))?;
    if !from.exists() {
        return Err(Error::new("a file of the backup is missing").at(from.display()).remedy("take another copy of it"));
    }
    staged::copy(from, to)?;
    if Stored::of(to)? == *stored { Ok(()) } else { Err(changed(from)) }
}

/// Puts the keys that no backup holds where they stood.
fn put_keys(arguments: &Restore, contents: &Contents, keys: &Keys, to: &Path) -> Result<()> {
    if contents.with_master {
        staged::write(&to.join("keys").join(KEY_FILE), &read(&arguments.place.master())?)?;
    } else {
        eprintln!("note: the master key stays where it is: name it with LUOTSI_KEY_FILE");
    }
    let Some(check) = &contents.directory_key else { return Ok(()) };
    let Some(path) = &arguments.directory_key else {
        return Err(Error::new("the directory key is not named, and no backup holds it")
            .at(arguments.from.display())
            .remedy("name its file with --directory-key"));
    };
    let key = read(path)?;
    if check_of(keys, &key) != *check {
        return Err(Error::new("the directory key is not the one that these facts were made with")
            .at(path.display())
            .remedy("name the file keys/directory.key of the data directory that the backup was made of"));
    }
    staged::write(&directory_key(to), &key)
}

async fn put_logs_back(place: &Place, keys: &Arc<Keys>, logs: &Path) -> Result<[u64; 2]> {
    let copy = |name: &str| {
        let path = logs.join(name);
        let open = || Log::open(&Location::File(path.clone()), Arc::clone(keys), now).map_err(told);
        if path.exists() { open().map(Some) } else { Ok(None) }
    };
    let (Some(log), accesses) = (copy("log.db")?, copy("access.db")?) else { return Ok([0, 0]) };
    let mut counted = [0, 0];
    let mut standing = None;
    if let Some(accesses) = accesses {
        counted[1] = put_back(&accesses, &place.accesses(), place, Of::Accesses, keys).await?;
        standing = Some(Log::open(&place.accesses(), Arc::clone(keys), now).map_err(told)?);
        accesses.close().await;
    }
    counted[0] = put_back(&log, &place.location(), place, Of::Events, keys).await?;
    log.close().await;
    let log = Log::open(&place.location(), Arc::clone(keys), now).map_err(told)?;
    settle(&log, standing.as_ref()).await?;
    // Nothing of them is open when the folder gets its name.
    for log in [Some(log), standing].into_iter().flatten() {
        log.close().await;
    }
    Ok(counted)
}
