//! Records of a source, read on a thread of its own while a copy of the original is kept.

mod content;
mod delimited;
mod parquet;
mod sheet;

use std::cell::Cell;
use std::fs::{File, Metadata};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use csv::ByteRecord;

use super::Mapping;
use super::seal::{SealedFile, SealedWriter};
use crate::error::{Error, Result};
use content::{Content, Gunzipped, recognise, unreadable_file};
use delimited::Delimited;
use parquet::{Columns, Whole};
use sheet::Sheet;

/// Records handed over at a time from the reading thread.
const BLOCK: usize = 2048;
/// Bytes of them, beyond the last record.
const MOST_BLOCK: usize = 4 << 20;
/// Bytes of a workbook: Excel's own limit of a million rows is far below.
const MOST_BOOK: u64 = 1 << 30;

/// A row as it stands in the source.
#[derive(Debug, Clone)]
pub struct Record {
    /// Line at which it begins, counted from 1 with the header; of a Parquet file the row, counted from 1.
    pub line: u64,
    pub fields: ByteRecord,
}

/// How a source is read.
#[derive(Debug, Clone)]
pub struct About {
    /// Every column that the source has.
    pub names: Vec<String>,
    /// Those that are read, in the order of a record's fields.
    pub header: Vec<String>,
    pub separator: u8,
    /// In words, for messages.
    pub read_as: String,
    /// It is as files of its kind mostly are, and goes without saying.
    pub usual: bool,
}

/// Messages of the reading thread. Its disappearance is none of these: a thread that dies in the middle has not ended.
enum Message {
    Rows(Vec<Record>),
    Failed(Error),
    End,
}

/// The records of a sealed copy with all their columns, one by one; a copy of a source that broke off ends where that did.
pub struct Copied {
    pub about: About,
    source: Source,
    block: std::vec::IntoIter<Record>,
}

impl Copied {
    /// `asked` names the columns that the import asked for, by which a header is known.
    pub fn open(copy: &SealedFile, mapping: &Mapping, asked: &[String]) -> Result<Copied> {
        // Read from the copy alone, as standard input is.
        let open = |asked: &[String]| Source::of(copy.open()?, Path::new("-"), None, mapping, asked);
        let mut source = open(asked).map_err(|error| error.at(copy.path.display()))?;
        if source.about().header.len() < source.about().names.len() {
            // Of a kind that no import reads, such as nested lists, a column stays away.
            source = open(&source.about().names.clone()).unwrap_or(source);
        }
        Ok(Copied { about: source.about().clone(), source, block: Vec::new().into_iter() })
    }
}

impl Iterator for Copied {
    type Item = Record;

    fn next(&mut self) -> Option<Record> {
        loop {
            if let Some(record) = self.block.next() {
                return Some(record);
            }
            self.block = self.source.next()?.ok()?.into_iter();
        }
    }
}

/// A source being read on a thread of its own.
pub struct Original {
    pub about: About,
    messages: Receiver<Message>,
    block: std::vec::IntoIter<Record>,
    ended: bool,
    last: u64,
    path: PathBuf,
    before: Option<Metadata>,
}

impl Original {
    /// Opens a file, or standard input for `-`. `keep` receives the copy of the original, `asked` names the columns that
    /// the table or the mapping asks for.
    pub fn open(path: &Path, keep: Option<&SealedFile>, mapping: &Mapping, asked: Vec<String>) -> Result<Original> {
        let before = std::fs::metadata(path).ok();
        let (tell, told) = sync_channel(1);
        let (send, messages) = sync_channel(8);
        let (source, keep, mapping) = (path.to_path_buf(), keep.cloned(), mapping.clone());
        let reading = move || {
            let opened = Source::open(&source, keep.as_ref(), &mapping, &asked);
            let (about, source) = match opened {
                Ok(source) => (Ok(source.about().clone()), Some(source)),
                Err(error) => (Err(error), None),
            };
            let _ = tell.send(about);
            let Some(source) = source else { return };
            // Nobody hears it where the import has failed by itself.
            let _ = send.send(source.read(&send).map_or_else(Message::Failed, |()| Message::End));
        };
        let reading = std::thread::Builder::new().name("import".into()).spawn(reading);
        reading.map_err(|error| Error::new(format!("the reading cannot begin: {error}")))?;
        let about = told.recv().map_err(|_| broke_off(path, 0))??;
        Ok(Original {
            about,
            messages,
            block: Vec::new().into_iter(),
            ended: false,
            last: 0,
            path: path.into(),
            before,
        })
    }

    /// Reads the source once more, when the reading has ended: from its copy in `keep`.
    pub fn again(
        &self,
        keep: &SealedFile,
        mapping: &Mapping,
        asked: &[String],
        mut each: impl FnMut(&Record) -> Result<()>,
    ) -> Result<()> {
        let mut source = Source::of(keep.open()?, &self.path, None, mapping, asked)?;
        // A copy of a source that broke off ends as the source did.
        while let Some(Ok(records)) = source.next() {
            records.iter().try_for_each(&mut each)?;
        }
        Ok(())
    }

    /// Makes sure that what was read is what stands in the file.
    pub fn finish(self) -> Result<()> {
        let after = std::fs::metadata(&self.path).ok();
        let shape = |it: &Option<Metadata>| it.as_ref().map(|it| (it.len(), it.modified().ok()));
        if shape(&self.before) != shape(&after) {
            return Err(Error::new("the file changed while it was read")
                .at(self.path.display())
                .remedy("import it again; rows already stored are not stored twice"));
        }
        Ok(())
    }
}

impl Iterator for Original {
    type Item = Result<Record>;

    fn next(&mut self) -> Option<Result<Record>> {
        loop {
            if let Some(record) = self.block.next() {
                self.last = record.line;
                return Some(Ok(record));
            }
            if self.ended {
                return None;
            }
            match self.messages.recv() {
                Ok(Message::Rows(rows)) => self.block = rows.into_iter(),
                Ok(Message::End) => self.ended = true,
                Ok(Message::Failed(error)) => {
                    self.ended = true;
                    return Some(Err(error));
                }
                Err(_) => {
                    self.ended = true;
                    return Some(Err(broke_off(&self.path, self.last)));
                }
            }
        }
    }
}

/// The reading thread is gone without having said that it ended.
fn broke_off(path: &Path, last: u64) -> Error {
    let after = if last == 0 { String::new() } else { format!(" after line {last}") };
    Error::new(format!("the reading broke off{after}: the file is damaged, and rows are missing"))
        .at(path.display())
        .remedy("fetch the file again")
}

/// A source of one kind or another.
enum Source {
    Text(Delimited, Option<Kept>),
    Parquet(Columns),
    Sheet(Sheet),
}

/// The keeper of the copy, shared with the reader.
type Kept = Rc<Cell<Option<SealedWriter>>>;

impl Source {
    fn open(path: &Path, keep: Option<&SealedFile>, mapping: &Mapping, asked: &[String]) -> Result<Source> {
        let source: Box<dyn Read> = match path.as_os_str() == "-" {
            true => Box::new(std::io::stdin()),
            false => {
                let file = File::open(path).map_err(|error| {
                    Error::file("open", path, error).remedy("check the path; `-` reads standard input")
                })?;
                Box::new(file)
            }
        };
        let keeper = keep.map(SealedFile::create).transpose()?.map(|keeper| Rc::new(Cell::new(Some(keeper))));
        Source::of(source, path, keeper, mapping, asked)
    }

    fn of(
        source: Box<dyn Read>,
        path: &Path,
        keeper: Option<Kept>,
        mapping: &Mapping,
        asked: &[String],
    ) -> Result<Source> {
        let source: Box<dyn Read> = match &keeper {
            Some(keeper) => Box::new(Tee { source, keeper: Rc::clone(keeper) }),
            None => source,
        };
        let (content, source) = recognise(source, path)?;
        match content {
            Content::Parquet => {
                let whole = match &keeper {
                    _ if path.as_os_str() == "-" => in_memory(source, path)?,
                    Some(_) => read_through(source, path)?,
                    None => Whole::File(path.into()),
                };
                keep(keeper)?;
                Ok(Source::Parquet(Columns::open(&whole, path, asked)?))
            }
            Content::Zip => {
                let (mut source, mut bytes) = (source.take(MOST_BOOK), Vec::new());
                source.read_to_end(&mut bytes).map_err(|error| unreadable_file(path, &error))?;
                keep(keeper)?;
                Ok(Source::Sheet(Sheet::open(&bytes, path, asked)?))
            }
            Content::Gzip => {
                let (content, source) = recognise(Box::new(Gunzipped::new(source)), path)?;
                Ok(Source::Text(Delimited::open(source, content, path, mapping, asked)?, keeper))
            }
            content => Ok(Source::Text(Delimited::open(source, content, path, mapping, asked)?, keeper)),
        }
    }

    fn about(&self) -> &About {
        match self {
            Source::Text(records, _) => &records.about,
            Source::Parquet(columns) => &columns.about,
            Source::Sheet(sheet) => &sheet.about,
        }
    }

    /// Hands everything over, and keeps the copy also of a source that breaks off.
    fn read(mut self, send: &SyncSender<Message>) -> Result<()> {
        let ended = loop {
            match self.next() {
                None => break Ok(()),
                Some(Err(error)) => break Err(error),
                Some(Ok(rows)) => {
                    if send.send(Message::Rows(rows)).is_err() {
                        break Ok(());
                    }
                }
            }
        };
        let kept = match self {
            Source::Text(_, keeper) => keep(keeper),
            Source::Parquet(_) | Source::Sheet(_) => Ok(()),
        };
        ended.and(kept)
    }

    /// The next records; an error comes once, after the records that stand before it.
    fn next(&mut self) -> Option<Result<Vec<Record>>> {
        match self {
            Source::Text(records, _) => records.block(),
            Source::Parquet(columns) => columns.next(),
            Source::Sheet(sheet) => sheet.next(),
        }
    }
}

/// A source from standard input, held in memory to be read here and there.
fn in_memory(mut source: Box<dyn Read>, path: &Path) -> Result<Whole> {
    let mut bytes = Vec::new();
    source.read_to_end(&mut bytes).map_err(|error| unreadable_file(path, &error))?;
    Ok(Whole::Bytes(bytes.into()))
}

/// A file to be read here and there, after all of it has passed a keeper.
fn read_through(mut source: Box<dyn Read>, path: &Path) -> Result<Whole> {
    std::io::copy(&mut source, &mut std::io::sink()).map_err(|error| unreadable_file(path, &error))?;
    Ok(Whole::File(path.into()))
}

fn keep(keeper: Option<Kept>) -> Result<()> {
    keeper.and_then(|keeper| keeper.take()).map_or(Ok(()), SealedWriter::finish)
}

/// Gives a copy of what passes to a keeper.
struct Tee {
    source: Box<dyn Read>,
    keeper: Kept,
}

impl Read for Tee {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.source.read(buffer)?;
        if let Some(mut keeper) = self.keeper.take() {
            keeper.write_all(&buffer[..read])?;
            self.keeper.set(Some(keeper));
        }
        Ok(read)
    }
}
