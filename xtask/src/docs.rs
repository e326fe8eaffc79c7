//! Documents made from the code: the data dictionary.

use crate::root;

const PATH: &str = "docs/data-dictionary.md";

/// Writes the documents.
pub fn write() -> Result<(), String> {
    std::fs::write(root().join(PATH), facts::dictionary()).map_err(|error| format!("cannot write {PATH}: {error}"))
}

/// Documents that are not what the code says.
pub fn stale() -> Vec<String> {
    let written = std::fs::read_to_string(root().join(PATH)).unwrap_or_default();
    if written == facts::dictionary() { Vec::new() } else { vec![format!("{PATH}: stale; run `cargo xtask docs`")] }
}
