//! Parts that systems stand on, and which of them are there.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use content::KINDS;

/// Parts that are there, by kind and id.
#[derive(Debug, Default)]
pub struct Parts {
    there: BTreeSet<(&'static str, String)>,
    pub faults: Vec<String>,
}

impl Parts {
    /// Reads the names and heads of all files of parts below `root`.
    pub fn below(root: &Path) -> Parts {
        let mut parts = Parts::default();
        for (kind, _, folder) in KINDS {
            for path in files(&root.join(folder)) {
                let Ok(inside) = path.strip_prefix(root.join(folder)) else { continue };
                // Clocks and tariffs are rules with a folder, and a kind, of their own.
                if kind == "rule" && (inside.starts_with("clocks") || inside.starts_with("tariffs")) {
                    continue;
                }
                let name = if kind == "entry" { inside } else { inside.file_name().map_or(inside, Path::new) };
                parts.there.insert((kind, name.with_extension("").to_string_lossy().into_owned()));
                let text = std::fs::read_to_string(&path).unwrap_or_default();
                let shown = path.strip_prefix(root).unwrap_or(&path).display().to_string();
                parts.read(kind, &shown, &text);
            }
        }
        parts
    }

    /// Takes the ids in a file's head: what stands before its first table, in a measure all lines that begin with `---`.
    fn read(&mut self, kind: &'static str, path: &str, text: &str) {
        let mut table = None;
        for (number, line) in text.lines().enumerate().take_while(|(_, line)| !line.starts_with('[')) {
            let line = line.strip_prefix("--- ").unwrap_or(line);
            if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
                table = Some(name);
            }
            let Some(id) = line.strip_prefix("id = \"").and_then(|rest| rest.strip_suffix('"')) else { continue };
            if let Some(table) = table.filter(|table| *table != id) {
                self.faults.push(format!("{path}:{}: the measure {table} has the id {id}", number + 1));
            }
            self.there.insert((kind, id.into()));
        }
    }

    #[cfg(test)]
    pub fn of(parts: &[(&'static str, &str)]) -> Parts {
        Parts { there: parts.iter().map(|(kind, id)| (*kind, (*id).into())).collect(), faults: Vec::new() }
    }

    /// Whether a part `kind:id` is there. `kind:group/*(>=24)` are so many of them, `kind:*(=all)` all that `named`, the
    /// parts of every system, has.
    pub fn has(&self, part: &str, named: &BTreeSet<&str>) -> bool {
        let Some((kind, id)) = part.split_once(':') else { return false };
        let Some((group, many)) = id.split_once('*') else {
            return self.there.iter().any(|(word, known)| *word == kind && known == id);
        };
        let count = self.there.iter().filter(|(word, known)| *word == kind && known.starts_with(group)).count();
        let many = many.trim_matches(['(', ')']);
        let number = |text: &str| text.parse().unwrap_or(usize::MAX);
        match (many.strip_prefix(">="), many.strip_prefix('=')) {
            (Some(least), _) => count >= number(least),
            (None, Some("all")) => {
                let all = format!("{kind}:");
                named.iter().filter(|part| part.starts_with(&all) && !part.contains('*')).all(|it| self.has(it, named))
            }
            (None, Some(exactly)) => count == number(exactly),
            (None, None) => false,
        }
    }
}

/// All files below a folder, sorted; none where there is no folder.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths.into_iter().flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}
