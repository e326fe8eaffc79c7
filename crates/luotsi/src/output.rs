//! Standard output and progress.

use std::io::{IsTerminal, Write};
use std::time::Duration;

use analytics::report::Format;
use analytics::{Error, Result};
use indicatif::{ProgressBar, ProgressStyle};

/// Standard output, which remembers that its reader has gone away.
pub struct Output {
    out: std::io::Stdout,
    gone: bool,
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.out.write(bytes);
        self.gone |= written.as_ref().is_err_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe);
        written
    }

    fn flush(&mut self) -> std::io::Result<()> {
        let flushed = self.out.flush();
        self.gone |= flushed.as_ref().is_err_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe);
        flushed
    }
}

/// Writes to standard output through a buffer. A reader that goes away is no error.
pub fn print(write: impl FnOnce(&mut std::io::BufWriter<Output>) -> Result<()>) -> Result<()> {
    let mut out = std::io::BufWriter::new(Output { out: std::io::stdout(), gone: false });
    let written = write(&mut out);
    let flushed = out.flush();
    match (out.get_ref().gone, flushed) {
        (true, _) => Ok(()),
        (false, Err(error)) => Err(Error::new(format!("cannot write: {error}"))),
        (false, Ok(())) => written,
    }
}

/// A format by its name, for the command line.
pub fn format(name: &str) -> std::result::Result<Format, String> {
    Format::named(name).ok_or_else(|| "table, csv, json or parquet".into())
}

/// A bar on a terminal; nothing elsewhere.
pub fn progress(what: &'static str, total: Option<u64>) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = total.map_or_else(ProgressBar::new_spinner, ProgressBar::new);
    let template =
        if total.is_some() { "{msg} {wide_bar} {pos}/{len} {eta}" } else { "{spinner} {msg} {pos} {per_sec}" };
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar.set_message(what);
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}
