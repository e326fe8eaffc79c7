//! Tasks of the project: `cargo xtask ci`, `cargo xtask tidy`, `cargo xtask docs`.

mod ci;
mod docs;
mod tidy;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

fn main() -> ExitCode {
    let task = std::env::args().nth(1);
    let done = match task.as_deref() {
        Some("ci") => ci::run(),
        Some("tidy") => tidy::run(),
        Some("docs") => docs::write(),
        _ => Err("usage: cargo xtask ci | tidy | docs".into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The top of the checkout.
fn root() -> PathBuf {
    // Of the run, not of the build: clones may share one target folder.
    let here = std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| PathBuf::from("xtask"), PathBuf::from);
    here.parent().map_or_else(|| here.clone(), Path::to_path_buf)
}
