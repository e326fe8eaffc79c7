//! Lists the shipped content as pairs of path and text, so that a changed part rebuilds the binary and nothing else.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// The folder, seen from this package.
const CONTENT: &str = "../../content";

fn main() -> io::Result<()> {
    // A folder is looked through whole.
    println!("cargo::rerun-if-changed={CONTENT}");
    println!("cargo::rerun-if-changed=build.rs");
    let mut paths = Vec::new();
    walk(Path::new(CONTENT), &mut paths)?;
    paths.sort_unstable();
    let mut list = String::from("&[\n");
    for path in paths {
        let file = path.strip_prefix("../../").map_err(io::Error::other)?.display().to_string();
        list += &format!(
            "    ({file:?}, include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), {:?}))),\n",
            format!("/../../{file}")
        );
    }
    let out = env::var_os("OUT_DIR").map(PathBuf::from).unwrap_or_default();
    fs::write(out.join("content.rs"), list + "]\n")
}

fn walk(folder: &Path, into: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            walk(&path, into)?;
        } else if path.extension().is_some_and(|ending| ending == "toml") {
            into.push(path);
        }
    }
    Ok(())
}
