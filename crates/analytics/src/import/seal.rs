//! Copies of what sources held, sealed: without the directory's key nobody reads them, and a changed one is no copy.
//!
//! Zstandard within XChaCha20-Poly1305 in the STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár, CRYPTO 2015):
//! pieces of 64 KiB, each authenticated with its place and whether it is the last.

use std::fs::File;
use std::io::{BufReader, Error as IoError, ErrorKind, Read, Result as IoResult, Write};
use std::path::{Path, PathBuf};

use chacha20poly1305::XChaCha20Poly1305;
use chacha20poly1305::aead::stream::{DecryptorBE32, EncryptorBE32};

use crate::error::{Error, Result};
use crate::lake::{private, private_folder};
use crate::layout::hex;

/// Bytes of a piece before it is sealed, and what sealing adds.
const PIECE: usize = 64 << 10;
const TAG: usize = 16;
/// Bytes of the nonce that a file begins with; the rest counts the pieces.
const NONCE: usize = 19;

/// A place where a sealed copy stands, or will. The key is of this place alone: a copy put elsewhere does not open.
#[derive(Clone)]
pub struct SealedFile {
    pub path: PathBuf,
    key: [u8; 32],
}

impl SealedFile {
    /// Use [`super::Directory::sealed`], which derives the key.
    pub fn at(path: PathBuf, key: [u8; 32]) -> SealedFile {
        SealedFile { path, key }
    }

    /// Begins the copy, whatever stood there; whoever owns the data directory alone reads it.
    pub fn create(&self) -> Result<SealedWriter> {
        self.create_at(&self.path)
    }

    /// Puts another copy in place of this one, whole or not at all.
    pub fn replace(&self, write: impl FnOnce(&mut SealedWriter) -> Result<()>) -> Result<()> {
        let next = self.path.with_extension("partial");
        let mut writer = self.create_at(&next)?;
        write(&mut writer)?;
        writer.finish()?;
        std::fs::rename(&next, &self.path).map_err(|error| Error::file("replace", &self.path, error))
    }

    fn create_at(&self, path: &Path) -> Result<SealedWriter> {
        path.parent().map_or(Ok(()), private_folder)?;
        let broken = |error| Error::file("keep the copy", path, error);
        let file = private().write(true).create(true).truncate(true).open(path).map_err(broken)?;
        let sealing = Sealing::begin(file, &self.key).map_err(broken)?;
        let out = zstd::Encoder::new(sealing, 1).map_err(broken)?;
        Ok(SealedWriter { out, path: path.into() })
    }

    /// The bytes that were sealed; reading ends with an error where anything was changed, cut or put in from elsewhere.
    pub fn open(&self) -> Result<Box<dyn Read>> {
        let opened =
            File::open(&self.path).and_then(|file| Opening::begin(file, &self.key)).and_then(zstd::Decoder::new);
        opened
            .map(|copy| Box::new(copy) as Box<dyn Read>)
            .map_err(|error| Error::file("read the sealed copy", &self.path, error))
    }

    /// An error unless the copy is there, whole, and what was sealed.
    pub fn verify(&self) -> Result<()> {
        let read = self.open().and_then(|mut copy| {
            let read = std::io::copy(&mut copy, &mut std::io::sink());
            read.map_err(|error| Error::file("read the sealed copy", &self.path, error))
        });
        read.map(drop).map_err(|error| error.remedy("restore it from a backup"))
    }
}

/// A short text, sealed under a nonce of its own, as hexadecimal digits.
pub fn seal_text(key: &[u8; 32], text: &str) -> Result<String> {
    let nonce = random().map_err(|error| Error::new(format!("no random number can be had: {error}")))?;
    let seal = EncryptorBE32::<XChaCha20Poly1305>::new(key.into(), (&nonce).into());
    let sealed = seal.encrypt_last(text.as_bytes()).map_err(|_| Error::new("the text is too long to be sealed"))?;
    Ok(hex(&nonce) + &hex(&sealed))
}

/// The text again; an error where it was changed, or sealed with another key.
pub fn open_text(key: &[u8; 32], sealed: &str) -> Result<String> {
    let digit = |at: usize| sealed.get(at..at + 2).and_then(|digits| u8::from_str_radix(digits, 16).ok());
    let bytes: Option<Vec<u8>> = (0..sealed.len()).step_by(2).map(digit).collect();
    let opened = bytes.as_deref().and_then(|bytes| bytes.split_first_chunk::<NONCE>()).and_then(|(nonce, sealed)| {
        DecryptorBE32::<XChaCha20Poly1305>::new(key.into(), nonce.into()).decrypt_last(sealed).ok()
    });
    let text = opened.and_then(|text| String::from_utf8(text).ok());
    text.ok_or_else(|| Error::new("a sealed text was changed, or sealed with another key"))
}

fn random() -> IoResult<[u8; NONCE]> {
    let mut nonce = [0; NONCE];
    File::open("/dev/urandom")?.read_exact(&mut nonce)?;
    Ok(nonce)
}

/// Takes what is to be sealed.
pub struct SealedWriter {
    out: zstd::Encoder<'static, Sealing>,
    path: PathBuf,
}

impl SealedWriter {
    /// Ends the copy: one without its end does not open.
    pub fn finish(self) -> Result<()> {
        let ended = self.out.finish().and_then(Sealing::finish);
        ended.map_err(|error| Error::file("keep the copy", &self.path, error))
    }
}

impl Write for SealedWriter {
    fn write(&mut self, bytes: &[u8]) -> IoResult<usize> {
        self.out.write(bytes)
    }

    fn flush(&mut self) -> IoResult<()> {
        Ok(())
    }
}

fn sealed_badly<E>(_: E) -> IoError {
    IoError::new(ErrorKind::InvalidData, "it was changed, cut, or sealed with another key")
}

struct Sealing {
    file: File,
    seal: EncryptorBE32<XChaCha20Poly1305>,
    piece: Vec<u8>,
}

impl Sealing {
    fn begin(mut file: File, key: &[u8; 32]) -> IoResult<Sealing> {
        let nonce = random()?;
        file.write_all(&nonce)?;
        let seal = EncryptorBE32::new(key.into(), (&nonce).into());
        Ok(Sealing { file, seal, piece: Vec::with_capacity(PIECE + TAG) })
    }

    fn finish(mut self) -> IoResult<()> {
        self.seal.encrypt_last_in_place(b"", &mut self.piece).map_err(sealed_badly)?;
        self.file.write_all(&self.piece)?;
        self.file.sync_all()
    }
}

impl Write for Sealing {
    fn write(&mut self, bytes: &[u8]) -> IoResult<usize> {
        // The last piece is sealed as such, so that a full one waits until more has come.
        if self.piece.len() == PIECE && !bytes.is_empty() {
            self.seal.encrypt_next_in_place(b"", &mut self.piece).map_err(sealed_badly)?;
            self.file.write_all(&self.piece)?;
            self.piece.clear();
        }
        let taken = bytes.len().min(PIECE - self.piece.len());
        self.piece.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> IoResult<()> {
        Ok(())
    }
}

struct Opening {
    file: BufReader<File>,
    /// Gone once the last piece is open.
    seal: Option<DecryptorBE32<XChaCha20Poly1305>>,
    piece: Vec<u8>,
    given: usize,
    next: Vec<u8>,
}

impl Opening {
    fn begin(file: File, key: &[u8; 32]) -> IoResult<Opening> {
        let mut file = BufReader::with_capacity(PIECE, file);
        let mut nonce = [0; NONCE];
        file.read_exact(&mut nonce).map_err(sealed_badly)?;
        let next = piece_of(&mut file)?;
        let seal = Some(DecryptorBE32::new(key.into(), (&nonce).into()));
        Ok(Opening { file, seal, piece: Vec::new(), given: 0, next })
    }
}

/// The bytes of one sealed piece; fewer at the end of the file.
fn piece_of(file: &mut impl Read) -> IoResult<Vec<u8>> {
    let mut piece = Vec::with_capacity(PIECE + TAG);
    file.take((PIECE + TAG) as u64).read_to_end(&mut piece)?;
    Ok(piece)
}

impl Read for Opening {
    fn read(&mut self, out: &mut [u8]) -> IoResult<usize> {
        while self.given == self.piece.len() {
            let Some(mut seal) = self.seal.take() else { return Ok(0) };
            self.piece = std::mem::replace(&mut self.next, piece_of(&mut self.file)?);
            self.given = 0;
            if self.next.is_empty() {
                seal.decrypt_last_in_place(b"", &mut self.piece).map_err(sealed_badly)?;
            } else {
                seal.decrypt_next_in_place(b"", &mut self.piece).map_err(sealed_badly)?;
                self.seal = Some(seal);
            }
        }
        let taken = out.len().min(self.piece.len() - self.given);
        out[..taken].copy_from_slice(&self.piece[self.given..self.given + taken]);
        self.given += taken;
        Ok(taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(file: &SealedFile) -> IoResult<Vec<u8>> {
        let mut bytes = Vec::new();
        file.open().map_err(|error| IoError::other(error.to_string()))?.read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Bytes that no compression shortens, so that their pieces are as long as they are.
    fn noise(length: usize) -> Vec<u8> {
        let mut state = 7_u64;
        let next = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state as u8
        };
        std::iter::repeat_with(next).take(length).collect()
    }

    #[test]
    fn a_text_opens_with_its_key_alone_and_as_it_was() {
        let (key, other) = ([7; 32], [8; 32]);
        for text in ["", "on her own wish", "Åsa ja Öykky 😀"] {
            let sealed = seal_text(&key, text).expect("sealed");
            assert_ne!(sealed, seal_text(&key, text).expect("sealed"), "two nonces");
            assert_eq!(open_text(&key, &sealed).expect("opened"), text);
            assert!(open_text(&other, &sealed).is_err());
            for at in 0..sealed.len() {
                let mut changed = sealed.clone().into_bytes();
                changed[at] = if changed[at] == b'0' { b'1' } else { b'0' };
                let changed = String::from_utf8(changed).expect("digits");
                assert!(open_text(&key, &changed).is_err() && open_text(&key, &sealed[..at]).is_err(), "{at}");
            }
        }
    }

    #[test]
    fn what_was_sealed_comes_back_whatever_its_length() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = SealedFile::at(folder.path().join("copy"), [7; 32]);
        for length in [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE, 3 * PIECE + 17] {
            let bytes = noise(length);
            let mut writer = file.create().expect("a copy");
            writer.write_all(&bytes).expect("written");
            writer.finish().expect("ended");
            assert_eq!(kept(&file).expect("read"), bytes, "{length}");
            file.verify().expect("whole");
        }
    }

    #[test]
    fn a_copy_that_was_changed_cut_prolonged_moved_or_never_ended_does_not_open() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = SealedFile::at(folder.path().join("copy"), [7; 32]);
        let mut writer = file.create().expect("a copy");
        writer.write_all(&noise(2 * PIECE)).expect("written");
        writer.finish().expect("ended");
        let whole = std::fs::read(&file.path).expect("a file");
        let sealed = PIECE + TAG;
        let mut spoilt: Vec<(String, Vec<u8>)> = Vec::new();
        for at in (0..whole.len()).step_by(997).chain([whole.len() - 1]) {
            let mut bytes = whole.clone();
            bytes[at] ^= 1;
            spoilt.push((format!("byte {at}"), bytes));
        }
        for length in [0, NONCE - 1, NONCE, NONCE + sealed, NONCE + 2 * sealed, whole.len() - 1] {
            spoilt.push((format!("cut at {length}"), whole[..length].to_vec()));
        }
        spoilt.push(("prolonged".into(), [&whole[..], b"x"].concat()));
        let (head, rest) = whole.split_at(NONCE);
        let exchanged = [head, &rest[sealed..2 * sealed], &rest[..sealed], &rest[2 * sealed..]].concat();
        spoilt.push(("pieces exchanged".into(), exchanged));
        for (what, bytes) in spoilt {
            std::fs::write(&file.path, bytes).expect("a file");
            assert!(file.verify().is_err(), "{what}");
        }
        std::fs::write(&file.path, &whole).expect("a file");
        assert!(SealedFile::at(file.path.clone(), [8; 32]).verify().is_err(), "another key");
        file.create().and_then(|mut it| it.write_all(b"x").map_err(|it| Error::new(it.to_string()))).expect("begun");
        assert!(file.verify().is_err(), "never ended");
    }
}
