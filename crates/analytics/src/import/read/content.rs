//! The kind of a source, recognised by its first bytes: endings of names are only names.

use std::io::{BufRead, BufReader, Cursor, Read};
use std::path::Path;

use crate::error::{Error, Result};

/// Bytes by which a source is known.
const HEAD: u64 = 4096;

/// The kind of content that a source holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    Parquet,
    /// A zip file; workbooks of Excel are such.
    Zip,
    Gzip,
    Utf16Le,
    Utf16Be,
    Text,
    /// Something else, by its name.
    Other(&'static str),
}

impl Content {
    pub fn of(head: &[u8]) -> Content {
        const MAGIC: [(&[u8], Content); 11] = [
            (b"PAR1", Content::Parquet),
            (b"PK\x03\x04", Content::Zip),
            (b"PK\x05\x06", Content::Zip),
            (b"\x1f\x8b", Content::Gzip),
            (b"\xff\xfe", Content::Utf16Le),
            (b"\xfe\xff", Content::Utf16Be),
            (b"\xd0\xcf\x11\xe0", Content::Other("an Excel file of the older kind (.xls)")),
            (b"\x28\xb5\x2f\xfd", Content::Other("a file compressed by zstd")),
            (b"BZh", Content::Other("a file compressed by bzip2")),
            (b"\xfd7zXZ", Content::Other("a file compressed by xz")),
            (b"%PDF", Content::Other("a PDF file")),
        ];
        if let Some((_, content)) = MAGIC.iter().find(|(magic, _)| head.starts_with(magic)) {
            return *content;
        }
        // Text in UTF-16 without a mark: nearly every second byte of letters of Europe is nought.
        let noughts = |odd: usize| head.iter().skip(odd).step_by(2).filter(|byte| **byte == 0).count() * 4;
        match (noughts(0), noughts(1), head.len()) {
            (few, many, all) if many > all && few * 8 < all => return Content::Utf16Le,
            (many, few, all) if many > all && few * 8 < all => return Content::Utf16Be,
            _ => {}
        }
        let text = head.strip_prefix("\u{feff}".as_bytes()).unwrap_or(head).trim_ascii_start();
        match text.first() {
            Some(b'{' | b'[') => Content::Other("JSON"),
            Some(b'<') => Content::Other("XML or HTML"),
            _ => Content::Text,
        }
    }

    /// Why it cannot be read, where that is so.
    pub fn refused(self, path: &Path) -> Result<()> {
        let (what, remedy) = match self {
            Content::Other(what) => (what, "save it as CSV in UTF-8, as Parquet or as .xlsx"),
            Content::Gzip => ("gzip within gzip", "unpack it once"),
            Content::Parquet => ("a Parquet file within gzip", "unpack it: Parquet is compressed within"),
            Content::Zip => ("a zip file within gzip", "unpack it"),
            Content::Utf16Le | Content::Utf16Be | Content::Text => return Ok(()),
        };
        Err(Error::new(format!("this is {what}, and no row of it is read")).at(path.display()).remedy(remedy))
    }

    /// Label of the text's encoding.
    pub fn encoding(self) -> &'static str {
        match self {
            Content::Utf16Le => "utf-16le",
            Content::Utf16Be => "utf-16be",
            _ => "utf-8",
        }
    }
}

/// The kind of content that a source holds, and the source from its beginning.
pub fn recognise(mut source: Box<dyn Read>, path: &Path) -> Result<(Content, Box<dyn Read>)> {
    let mut head = Vec::new();
    source.by_ref().take(HEAD).read_to_end(&mut head).map_err(|error| unreadable_file(path, &error))?;
    Ok((Content::of(&head), Box::new(Cursor::new(head).chain(source))))
}

pub fn unreadable_file(path: &Path, error: &std::io::Error) -> Error {
    if error.kind() == std::io::ErrorKind::IsADirectory || path.is_dir() {
        let what = "this is a folder, not a file";
        return Error::new(what).at(path.display()).remedy("name the files in it: FOLDER/*.parquet, FOLDER/*.csv");
    }
    Error::file("read", path, error).remedy("rows are missing, and none is stored: fetch the file again")
}

/// A text compressed by gzip, in one part or several, perhaps with noughts behind, as tapes and block devices leave them.
///
/// Anything else behind a part is an error: it may be a part whose beginning is damaged.
pub struct Gunzipped {
    part: Option<flate2::bufread::GzDecoder<BufReader<Box<dyn Read>>>>,
}

impl Gunzipped {
    pub fn new(source: Box<dyn Read>) -> Gunzipped {
        Gunzipped { part: Some(flate2::bufread::GzDecoder::new(BufReader::with_capacity(1 << 16, source))) }
    }
}

impl Read for Gunzipped {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        loop {
            let Some(part) = &mut self.part else { return Ok(0) };
            let read = part.read(buffer)?;
            if read > 0 || buffer.is_empty() {
                return Ok(read);
            }
            let Some(mut rest) = self.part.take().map(flate2::bufread::GzDecoder::into_inner) else { return Ok(0) };
            if has_more(&mut rest)? {
                self.part = Some(flate2::bufread::GzDecoder::new(rest));
            }
        }
    }
}

/// Whether another part follows; what is neither a part nor noughts is an error.
fn has_more(rest: &mut impl BufRead) -> std::io::Result<bool> {
    let mut padded = false;
    loop {
        let bytes = rest.fill_buf()?;
        match bytes.iter().position(|byte| *byte != 0) {
            _ if bytes.is_empty() => return Ok(false),
            Some(0) if bytes[0] == 0x1f && !padded => return Ok(true),
            Some(_) => {
                let why = "what follows a part compressed by gzip is neither another nor padding: rows may be missing";
                return Err(std::io::Error::new(std::io::ErrorKind::InvalidData, why));
            }
            None => {
                padded = true;
                let noughts = bytes.len();
                rest.consume(noughts);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn what_a_file_holds_is_told_by_its_bytes() {
        let utf16 = |text: &str, bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
        let header = "resident_id;birth_year\n1001;1980\n";
        let marked = format!("\u{feff}{header}");
        for (head, expected) in [
            (header.as_bytes().to_vec(), Content::Text),
            (marked.as_bytes().to_vec(), Content::Text),
            (Vec::new(), Content::Text),
            (b"\0\0\0\0\0\0".to_vec(), Content::Text),
            (utf16(header, u16::to_le_bytes), Content::Utf16Le),
            (utf16(header, u16::to_be_bytes), Content::Utf16Be),
            (utf16(&marked, u16::to_le_bytes), Content::Utf16Le),
            (utf16(&marked, u16::to_be_bytes), Content::Utf16Be),
            (b"PAR1\x15\x04".to_vec(), Content::Parquet),
            (b"PK\x03\x04\x14".to_vec(), Content::Zip),
            (b"\x1f\x8b\x08".to_vec(), Content::Gzip),
            (b" [{\"resident_id\": 1}]".to_vec(), Content::Other("JSON")),
        ] {
            assert_eq!(Content::of(&head), expected, "{:?}", String::from_utf8_lossy(&head));
        }
    }

    #[test]
    fn parts_and_padding_are_read_and_nothing_else_passes_for_an_end() {
        let part = |text: &str| {
            let mut part = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            part.write_all(text.as_bytes()).expect("written");
            part.finish().expect("a part")
        };
        let read = |bytes: Vec<u8>| {
            let mut text = String::new();
            Gunzipped::new(Box::new(Cursor::new(bytes))).read_to_string(&mut text).map(|_| text)
        };
        let noughts = vec![0; 100_000];
        for (bytes, expected) in [
            ([part("a"), part("b")].concat(), "ab"),
            ([part("a"), noughts.clone()].concat(), "a"),
            ([part("a"), part(""), part("b"), noughts.clone()].concat(), "ab"),
        ] {
            assert_eq!(read(bytes).expect("text"), expected);
        }
        let mut damaged = [part("a"), part("b")].concat();
        let second = part("a").len();
        damaged[second] ^= 1;
        for bytes in [damaged, [part("a"), noughts, part("b")].concat(), [part("a"), b"x".to_vec()].concat()] {
            assert!(read(bytes).is_err(), "rows would be missing");
        }
    }
}
