//! Parts that systems stand on: their kinds, the engine and the folder of each, and which parts are there.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// A kind of part: its word, the engines it stands on, and the folder of its files. A rule has no engine of its own: it
/// belongs to whichever reads it.
const KINDS: [(&str, &[&str], &str); 35] = [
    ("queue", &["contact"], "content/queues"),
    ("service", &["contact"], "content/services"),
    ("clock", &["contact"], "rules/clocks"),
    ("routing", &["contact"], "content/routings"),
    ("canned", &["contact"], "content/canned"),
    ("calendar", &["booking"], "content/calendars"),
    ("slot", &["booking"], "content/slots"),
    ("form", &["form"], "content/forms"),
    ("survey", &["form"], "content/surveys"),
    ("path", &["path"], "content/paths"),
    ("plan", &["path"], "content/plans"),
    ("meeting", &["path"], "content/meetings"),
    ("role", &["path", "people"], "content/roles"),
    ("group", &["path"], "content/groups"),
    ("entry", &["directory"], "content/entries"),
    ("guide", &["directory"], "content/entries/guide"),
    ("template", &["directory"], "content/entries/template"),
    ("course", &["people"], "content/courses"),
    ("network", &["people"], "content/networks"),
    ("measure", &["measure"], "measures"),
    ("scorecard", &["measure"], "scorecards"),
    ("series", &["measure"], "content/series"),
    ("programme", &["evaluate"], "content/programmes"),
    ("model", &["evaluate"], "content/models"),
    ("report", &["evaluate"], "content/reports"),
    ("phenomenon", &["phenomena"], "content/phenomena"),
    ("tariff", &["settle"], "rules/tariffs"),
    ("contract", &["settle"], "content/contracts"),
    ("provider", &["interpret"], "content/providers"),
    ("scenario", &["plan"], "content/scenarios"),
    ("campaign", &["plan"], "content/campaigns"),
    ("port", &["identity", "exchange"], "content/ports"),
    ("mapping", &["exchange"], "mappings"),
    ("rule", &[], "rules"),
    ("journey", &[], "content/journeys"),
];

/// The engine on which a part of a kind stands: of two, the one that the system names.
pub fn engine<'a>(kind: &str, named: &'a str) -> Option<&'a str> {
    let (_, engines, _) = KINDS.iter().find(|(word, ..)| *word == kind)?;
    let of_system = named.split(',').find(|engine| engines.is_empty() || engines.contains(engine));
    of_system.or_else(|| engines.first().copied())
}

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
