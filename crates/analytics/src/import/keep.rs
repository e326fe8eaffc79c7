//! The copy of each original, compressed and with its digest, because facts are a fold of the log and of the imports.

use std::fs::File;
use std::io::{BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::error::{Error, Result};
use crate::lake::{private, private_folder, write_private};
use crate::layout::hex;

/// Takes the bytes of an original as they pass.
pub struct Keeper {
    kept: zstd::Encoder<'static, BufWriter<File>>,
    digest: Sha256,
    copy: PathBuf,
}

impl Keeper {
    /// Begins the copy in the folder of an import, which only its owner reads: originals name people by the source's ids.
    pub fn begin(folder: &Path) -> Result<Keeper> {
        private_folder(folder)?;
        let copy = folder.join("original.zst");
        let broken = |error| Error::file("keep the original", &copy, error);
        let kept = private().write(true).create(true).truncate(true).open(&copy);
        let kept = kept.and_then(|kept| zstd::Encoder::new(BufWriter::new(kept), 1)).map_err(broken)?;
        Ok(Keeper { kept, digest: Sha256::new(), copy })
    }

    /// Ends the copy and writes its digest beside it.
    pub fn finish(self) -> Result<()> {
        let broken = |error| Error::file("keep the original", &self.copy, error);
        self.kept.finish().and_then(|mut out| out.flush()).map_err(broken)?;
        let digest = hex(&self.digest.finalize());
        write_private(&self.copy.with_extension("sha256"), &(digest + "\n"))
    }
}

impl Write for Keeper {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.kept.write_all(bytes)?;
        self.digest.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.kept.flush()
    }
}

/// The bytes of an original, from the copy that is kept in the folder of its import.
pub fn kept(folder: &Path) -> Result<Box<dyn Read>> {
    let copy = folder.join("original.zst");
    let opened = File::open(&copy).and_then(zstd::Decoder::new);
    opened
        .map(|copy| Box::new(copy) as Box<dyn Read>)
        .map_err(|error| Error::file("read the copy of the original", &copy, error))
}
