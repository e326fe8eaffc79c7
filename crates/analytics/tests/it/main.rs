//! Tests of the fact store, the import, the measures and the folds, from the outside.

#![expect(clippy::expect_used, reason = "a test that cannot go on fails")]

mod county;
mod damage;
mod fold;
mod forgotten;
mod import;
mod lake;
mod measures;
mod results;
mod sources;
mod specs;
mod spellings;
mod synthea;
mod worked;

use std::path::{Path, PathBuf};

/// Public data that is not part of the project; tests that need it say so and pass where it is absent.
pub fn shared(path: &str) -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data").join(path);
    if root.exists() {
        return Some(root);
    }
    eprintln!("skipped: {} is not here", root.display());
    None
}

/// The top of the project.
pub fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

pub fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime")
}
