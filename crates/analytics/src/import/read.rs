//! Records of a source file, CSV or Parquet, and the copy of the original that is kept.

use std::cell::Cell;
use std::fs::{File, Metadata};
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::mpsc::{Receiver, sync_channel};

use csv::ByteRecord;
use datafusion::arrow::array::{Array, AsArray, RecordBatch};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::DataType;
use datafusion::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use sha2::{Digest, Sha256};

use super::Mapping;
use crate::error::{Error, Result};
use crate::layout::hex;

/// A record may be this long, so that an endless line cannot fill the memory.
const RECORD_LIMIT: u64 = 1 << 20;
/// Records handed over at a time from the reading thread.
const BLOCK: usize = 2048;
/// Bytes of them, beyond the last record.
const MOST_BLOCK: usize = 4 << 20;

/// A row as it stands in the source.
#[derive(Debug, Clone)]
pub struct Record {
    /// Line at which it begins, counted from 1 with the header; of a Parquet file the row, counted from 1.
    pub line: u64,
    pub fields: ByteRecord,
}

/// A source being read on a thread of its own, while a compressed copy of it is kept.
pub struct Original {
    header: Vec<String>,
    blocks: Receiver<Result<Vec<Record>>>,
    block: std::vec::IntoIter<Record>,
    path: PathBuf,
    copy: PathBuf,
    mapping: Mapping,
    parquet: bool,
    before: Option<Metadata>,
}

impl Original {
    /// Opens a file, or standard input for `-`; `folder` receives the copy.
    pub fn open(path: &Path, folder: &Path, mapping: &Mapping) -> Result<Original> {
        std::fs::create_dir_all(folder).map_err(|error| Error::file("make the folder", folder, error))?;
        // Originals name people by the source's own ids.
        let private = std::os::unix::fs::PermissionsExt::from_mode(0o700);
        std::fs::set_permissions(folder, private).map_err(|error| Error::file("close the folder", folder, error))?;
        let parquet = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("parquet"));
        let copy = folder.join(if parquet { "original.parquet" } else { "original.zst" });
        let before = std::fs::metadata(path).ok();
        let (header, blocks) = match parquet {
            true => read_parquet(path, &copy)?,
            false => read_csv(path, &copy, mapping)?,
        };
        let mapping = mapping.clone();
        let block = Vec::new().into_iter();
        Ok(Original { header, blocks, block, path: path.into(), copy, mapping, parquet, before })
    }

    pub fn header(&self) -> &[String] {
        &self.header
    }

    /// Reads the copy once more, when the reading has ended.
    pub fn again(&self, mut each: impl FnMut(&Record) -> Result<()>) -> Result<()> {
        let copy = File::open(&self.copy).map_err(|error| Error::file("read the copy", &self.copy, error))?;
        if self.parquet {
            let mut line = 0;
            for batch in parquet_batches(copy, &self.copy)?.1 {
                records_of(&batch?, &mut line)?.iter().try_for_each(&mut each)?;
            }
            return Ok(());
        }
        let copy = zstd::Decoder::new(copy).map_err(|error| Error::file("read the copy", &self.copy, error))?;
        let mut reader = CsvRecords::new(plain(copy, &self.copy)?, &self.copy, &self.mapping)?;
        while let Some(record) = reader.next() {
            // A copy of a source that broke off ends as the source did.
            let Ok(record) = record else { break };
            each(&record)?;
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
                return Some(Ok(record));
            }
            match self.blocks.recv() {
                Ok(Ok(block)) => self.block = block.into_iter(),
                Ok(Err(error)) => return Some(Err(error)),
                Err(_) => return None,
            }
        }
    }
}

type Reading = (Vec<String>, Receiver<Result<Vec<Record>>>);

fn read_csv(path: &Path, copy: &Path, mapping: &Mapping) -> Result<Reading> {
    let (send_header, header) = sync_channel(1);
    let (send, blocks) = sync_channel(8);
    let (path, copy, mapping) = (path.to_path_buf(), copy.to_path_buf(), mapping.clone());
    std::thread::spawn(move || {
        let opened = open_csv(&path, &copy, &mapping);
        let mut reader = match opened {
            Ok(reader) => {
                let _ = send_header.send(Ok(reader.header.clone()));
                reader
            }
            Err(error) => {
                let _ = send_header.send(Err(error));
                return;
            }
        };
        let mut block = Vec::with_capacity(BLOCK);
        let mut bytes = 0;
        while let Some(record) = reader.next() {
            match record {
                Ok(record) => {
                    bytes += record.fields.as_slice().len();
                    block.push(record);
                }
                Err(error) => {
                    let _ = send.send(Ok(std::mem::take(&mut block)));
                    let kept = reader.keep();
                    let _ = send.send(Err(error));
                    let _ = send.send(kept.map(|()| Vec::new()));
                    return;
                }
            }
            if block.len() == BLOCK || bytes >= MOST_BLOCK {
                bytes = 0;
                if send.send(Ok(std::mem::replace(&mut block, Vec::with_capacity(BLOCK)))).is_err() {
                    return;
                }
            }
        }
        let _ = send.send(Ok(block));
        if let Err(error) = reader.keep() {
            let _ = send.send(Err(error));
        }
    });
    let header = header.recv().map_err(|_| Error::new("the reading thread ended"))??;
    Ok((header, blocks))
}

fn open_csv(path: &Path, copy: &Path, mapping: &Mapping) -> Result<CsvRecords> {
    let source: Box<dyn Read> = match path.as_os_str() == "-" {
        true => Box::new(std::io::stdin()),
        false => Box::new(
            File::open(path)
                .map_err(|error| Error::file("open", path, error).remedy("check the path; `-` reads standard input"))?,
        ),
    };
    let kept = File::create(copy).map_err(|error| Error::file("keep the original", copy, error))?;
    let kept =
        zstd::Encoder::new(BufWriter::new(kept), 1).map_err(|error| Error::file("keep the original", copy, error))?;
    let keeper = Rc::new(Cell::new(Some(Keeper { kept, digest: Sha256::new(), copy: copy.into() })));
    let tee = Tee { source, keeper: Rc::clone(&keeper) };
    let mut records = CsvRecords::new(plain(tee, path)?, path, mapping)?;
    records.keeper = Some(keeper);
    Ok(records)
}

/// Keeps a compressed copy of what passes, and its digest.
struct Keeper {
    kept: zstd::Encoder<'static, BufWriter<File>>,
    digest: Sha256,
    copy: PathBuf,
}

struct Tee<R> {
    source: R,
    keeper: Rc<Cell<Option<Keeper>>>,
}

impl<R: Read> Read for Tee<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.source.read(buffer)?;
        if let Some(mut keeper) = self.keeper.take() {
            keeper.kept.write_all(&buffer[..read])?;
            keeper.digest.update(&buffer[..read]);
            self.keeper.set(Some(keeper));
        }
        Ok(read)
    }
}

/// The source without gzip compression, told by its first bytes.
fn plain(source: impl Read + 'static, path: &Path) -> Result<Box<dyn Read>> {
    let mut source = BufReader::with_capacity(1 << 17, source);
    let mut head = Vec::new();
    source.by_ref().take(2).read_to_end(&mut head).map_err(|error| Error::file("read", path, error))?;
    let gzip = head == [0x1f, 0x8b];
    let whole = std::io::Cursor::new(head).chain(source);
    Ok(if gzip { Box::new(flate2::read::MultiGzDecoder::new(whole)) } else { Box::new(whole) })
}

/// Records of a CSV text.
struct CsvRecords {
    reader: csv::Reader<Box<dyn Read>>,
    header: Vec<String>,
    path: PathBuf,
    /// Byte at which the current record begins, for the limit on its length.
    begins: Rc<Cell<u64>>,
    /// Blank lines before the header.
    skipped: u64,
    keeper: Option<Rc<Cell<Option<Keeper>>>>,
    ended: bool,
}

impl CsvRecords {
    fn new(source: Box<dyn Read>, path: &Path, mapping: &Mapping) -> Result<CsvRecords> {
        // What the quarantine wrote is as it writes, whatever the file was that its rows came from.
        let (mut head, mut source) = (Vec::new(), source);
        source.by_ref().take(OWN.len() as u64).read_to_end(&mut head).map_err(|error| unreadable(path, 1, &error))?;
        let is_own = head == OWN;
        let source: Box<dyn Read> = Box::new(std::io::Cursor::new(head).chain(source));
        let label = mapping.encoding.as_deref().filter(|_| !is_own).unwrap_or("utf-8");
        let encoding = encoding_rs::Encoding::for_label(label.as_bytes())
            .ok_or_else(|| Error::new(format!("no encoding is called {label}")).remedy("utf-8 or windows-1252"))?;
        let begins = Rc::new(Cell::new(0));
        let decoded: Box<dyn Read> = match encoding == encoding_rs::UTF_8 {
            true => source,
            false => Box::new(Decoded::new(source, encoding)),
        };
        let lines = Box::new(Lines::new(decoded));
        let mut text: Box<dyn Read> = Box::new(Limited { source: lines, passed: 0, begins: Rc::clone(&begins) });
        let (mut first, mut skipped) = (Vec::new(), 0);
        while first.trim_ascii().is_empty() {
            skipped += u64::from(!first.is_empty());
            first = first_line(&mut text).map_err(|error| unreadable(path, skipped + 1, &error))?;
            if let Some(text) = first.strip_prefix("\u{feff}".as_bytes()) {
                first = text.to_vec();
            }
            if first == END {
                return Err(Error::new("the file has no header line").at(path.display()));
            }
        }
        let given = mapping.separator.filter(|_| !is_own).map(|given| given as u8);
        let separator = given.unwrap_or_else(|| if is_own { b',' } else { separator_of(&first) });
        let text: Box<dyn Read> = Box::new(std::io::Cursor::new(first).chain(text));
        let mut reader = csv::ReaderBuilder::new().delimiter(separator).flexible(true).from_reader(text);
        let header = reader.headers().map_err(|error| unreadable(path, 1, &error))?;
        let header: Vec<String> = header.iter().map(|name| name.trim().to_string()).collect();
        if header.iter().all(String::is_empty) {
            return Err(Error::new("the file has no header line").at(path.display()));
        }
        Ok(CsvRecords { reader, header, path: path.into(), begins, skipped, keeper: None, ended: false })
    }

    fn next(&mut self) -> Option<Result<Record>> {
        if self.ended {
            return None;
        }
        self.begins.set(self.reader.position().byte());
        let mut fields = ByteRecord::new();
        let read = self.reader.read_byte_record(&mut fields);
        // Counted from where the record ended: blank lines before it are passed over while it is read.
        let within: usize = fields.iter().map(|field| field.iter().filter(|byte| **byte == b'\n').count()).sum();
        let line = (self.reader.position().line() + self.skipped).saturating_sub(within as u64 + 1);
        let end = END.trim_ascii_end();
        match read {
            Ok(true) if fields.len() == 1 && &fields[0] == end => self.ended = true,
            Ok(true) if fields.iter().next_back().is_some_and(|last| last.ends_with(END)) => {
                self.ended = true;
                // No end of a line came after it.
                return Some(Err(unreadable(&self.path, line + 1, &"a quote is never closed")));
            }
            Ok(true) => return Some(Ok(Record { line, fields })),
            Ok(false) => self.ended = true,
            Err(error) => {
                self.ended = true;
                let line = self.reader.position().line() + self.skipped;
                return Some(Err(unreadable(&self.path, line, &error)));
            }
        }
        None
    }

    /// Ends the copy that is kept and writes its digest beside it.
    fn keep(self) -> Result<()> {
        let Some(keeper) = self.keeper.and_then(|keeper| keeper.take()) else { return Ok(()) };
        let broken = |error| Error::file("keep the original", &keeper.copy, error);
        keeper.kept.finish().and_then(|mut out| out.flush()).map_err(broken)?;
        let digest = hex(&keeper.digest.finalize());
        std::fs::write(keeper.copy.with_extension("sha256"), digest + "\n").map_err(broken)
    }
}

fn unreadable(path: &Path, line: u64, error: &dyn std::fmt::Display) -> Error {
    Error::new(format!("cannot read the record: {error}")).at(format!("{}:{line}:1", path.display()))
}

fn first_line(text: &mut dyn Read) -> std::io::Result<Vec<u8>> {
    let (mut line, mut byte) = (Vec::new(), [0]);
    while line.last() != Some(&b'\n') && text.read(&mut byte)? == 1 {
        line.push(byte[0]);
    }
    Ok(line)
}

/// The separator that the header has more of.
fn separator_of(header: &[u8]) -> u8 {
    let count = |separator| header.iter().filter(|byte| **byte == separator).count();
    if count(b';') > count(b',') { b';' } else { b',' }
}

/// Ends the reading when one record grows past the limit, be it an endless line or a quote that is never closed.
struct Limited {
    source: Box<dyn Read>,
    passed: u64,
    begins: Rc<Cell<u64>>,
}

impl Read for Limited {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        // Buffers on the way hold up to 128 KiB that belong to later records.
        if self.passed - self.begins.get().min(self.passed) > RECORD_LIMIT + (1 << 17) {
            let why = "a record is longer than 1 MiB: an endless line, or a quote that is never closed";
            return Err(std::io::Error::new(std::io::ErrorKind::InvalidData, why));
        }
        let read = self.source.read(buffer)?;
        self.passed += read as u64;
        Ok(read)
    }
}

/// What a quarantine begins with.
const OWN: &[u8] = b"_line,_column,_reason";

/// A line after the text, of a byte that stands in none: where it comes within a record, a quote was never closed.
const END: &[u8] = b"\xff\n";

/// Text whose lines all end alike, the last one too, and then [`END`].
struct Lines {
    source: Box<dyn Read>,
    input: Vec<u8>,
    output: Vec<u8>,
    given: usize,
    /// A carriage return came last, and is given only when no line feed follows it.
    returned: bool,
    ended: bool,
}

impl Lines {
    fn new(source: Box<dyn Read>) -> Lines {
        let (input, output) = (vec![0; 1 << 16], Vec::new());
        Lines { source, input, output, given: 0, returned: false, ended: false }
    }

    fn take(&mut self, read: usize) {
        let input = &self.input[..read];
        if !self.returned && !input.contains(&b'\r') {
            self.output.extend_from_slice(input);
            return;
        }
        for byte in input {
            if std::mem::replace(&mut self.returned, *byte == b'\r') && *byte != b'\n' {
                self.output.push(b'\r');
            }
            if *byte != b'\r' {
                self.output.push(*byte);
            }
        }
    }
}

impl Read for Lines {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        while self.given == self.output.len() && !self.ended {
            self.given = 0;
            self.output.clear();
            match self.source.read(&mut self.input)? {
                0 => {
                    self.ended = true;
                    self.output.extend(self.returned.then_some(b'\r'));
                    self.output.push(b'\n');
                    self.output.extend_from_slice(END);
                }
                read => self.take(read),
            }
        }
        let left = &self.output[self.given..];
        let count = left.len().min(buffer.len());
        buffer[..count].copy_from_slice(&left[..count]);
        self.given += count;
        Ok(count)
    }
}

/// Text of another encoding as UTF-8.
struct Decoded<R> {
    source: R,
    decoder: encoding_rs::Decoder,
    input: Vec<u8>,
    output: Vec<u8>,
    given: usize,
    ended: bool,
}

impl<R: Read> Decoded<R> {
    fn new(source: R, encoding: &'static encoding_rs::Encoding) -> Decoded<R> {
        let decoder = encoding.new_decoder();
        Decoded { source, decoder, input: vec![0; 1 << 15], output: Vec::new(), given: 0, ended: false }
    }
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        while self.given == self.output.len() && !self.ended {
            let read = self.source.read(&mut self.input)?;
            self.ended = read == 0;
            let mut text = String::with_capacity(self.input.len() * 3 + 16);
            let _ = self.decoder.decode_to_string(&self.input[..read], &mut text, self.ended);
            self.output = text.into_bytes();
            self.given = 0;
        }
        let left = &self.output[self.given..];
        let count = left.len().min(buffer.len());
        buffer[..count].copy_from_slice(&left[..count]);
        self.given += count;
        Ok(count)
    }
}

fn read_parquet(path: &Path, copy: &Path) -> Result<Reading> {
    let file = File::open(path).map_err(|error| Error::file("open", path, error))?;
    let (header, batches) = parquet_batches(file, path)?;
    std::fs::copy(path, copy).map_err(|error| Error::file("keep the original", copy, error))?;
    let digest = crate::layout::digest_of_file(copy)?;
    let digest_path = copy.with_extension("sha256");
    std::fs::write(&digest_path, digest + "\n")
        .map_err(|error| Error::file("keep the original", &digest_path, error))?;
    let (send, blocks) = sync_channel(8);
    std::thread::spawn(move || {
        let mut line = 0;
        for batch in batches {
            let block = batch.and_then(|batch| records_of(&batch, &mut line));
            let failed = block.is_err();
            if send.send(block).is_err() || failed {
                return;
            }
        }
    });
    Ok((header, blocks))
}

type Batches = Box<dyn Iterator<Item = Result<RecordBatch>> + Send>;

fn parquet_batches(file: File, path: &Path) -> Result<(Vec<String>, Batches)> {
    let path = path.to_path_buf();
    let broken = move |error: &dyn std::fmt::Display| {
        Error::file("read the Parquet file", &path, error).remedy("the file may be cut short; fetch it again")
    };
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(|error| broken(&error))?;
    let header = builder.schema().fields().iter().map(|field| field.name().clone()).collect();
    let rows = crate::layout::batch_rows(builder.metadata(), BLOCK);
    let reader = builder.with_batch_size(rows).build().map_err(|error| broken(&error))?;
    Ok((header, Box::new(reader.map(move |batch| batch.map_err(|error| broken(&error))))))
}

/// Rows of a batch as text, the one form in which values are checked.
fn records_of(batch: &RecordBatch, line: &mut u64) -> Result<Vec<Record>> {
    let columns = batch
        .columns()
        .iter()
        .map(|column| cast(column, &DataType::Utf8))
        .collect::<std::result::Result<Vec<_>, _>>()?;
    let record = |row: usize| {
        let text = |column: &datafusion::arrow::array::ArrayRef| match column.is_valid(row) {
            true => column.as_string::<i32>().value(row).to_string(),
            false => String::new(),
        };
        ByteRecord::from(columns.iter().map(text).collect::<Vec<_>>())
    };
    let first = *line;
    *line += batch.num_rows() as u64;
    Ok((0..batch.num_rows()).map(|row| Record { line: first + row as u64 + 1, fields: record(row) }).collect())
}
