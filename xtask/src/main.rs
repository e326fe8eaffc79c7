//! Tasks of the project: `cargo xtask ci`, `cargo xtask tidy`, `cargo xtask docs`, `cargo xtask faults`,
//! `cargo xtask mutations`, `cargo xtask systems`, `cargo xtask pg -- COMMAND`.

mod ci;
mod docs;
mod faults;
mod mutations;
mod pg;
mod systems;
mod tidy;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let rest = || arguments.iter().skip(1).skip_while(|word| *word == "--").cloned().collect::<Vec<_>>();
    let done =
        match arguments.first().map(String::as_str) {
            Some("ci") => ci::run(),
            Some("tidy") => tidy::run(),
            Some("docs") => docs::write(),
            Some("faults") => faults::run(&rest()),
            Some("mutations") => mutations::run(&rest()),
            Some("systems") => systems::run(&rest()),
            Some("pg") => pg::run(&rest()),
            _ => Err("usage: cargo xtask ci | tidy | docs | systems [--family F | --refresh] | faults [--long [SEED] | FAULT TRIES SEED] | mutations [COUNT [SEED]] | pg -- COMMAND"
                .into()),
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
