//! Each engine has its line in ARCHITECTURE.md, with folders that are there; each agreed word is in the glossary.

use crate::root;

/// The words that all documents agree on, where the folder of the specifications lies beside this one.
const AGREED: &str = "../shared/conventions.md";
/// In place of folders, for an engine that is not built yet.
const TO_COME: &str = "to come";

/// Everything that is wrong with the engines' lines and the glossary.
pub fn faults() -> Result<Vec<String>, String> {
    let read = |path: &str| std::fs::read_to_string(root().join(path)).map_err(|error| format!("{path}: {error}"));
    let mut found = engines(&read("ARCHITECTURE.md")?, &content::ENGINES, |folder| root().join(folder).is_dir());
    match read(AGREED) {
        Ok(agreed) => found.extend(words(&read("docs/glossary.md")?, &agreed)),
        Err(_) => eprintln!("tidy: skipped the agreed words, for {AGREED} is not there"),
    }
    Ok(found)
}

/// The cells of the tables of one section of a Markdown text, without heads.
fn rows<'a>(text: &'a str, heading: &str) -> Vec<Vec<&'a str>> {
    let section = text.lines().skip_while(|line| !line.starts_with(heading)).skip(1);
    let lines = section.take_while(|line| !line.starts_with("## ")).filter(|line| line.starts_with("| "));
    let cells = |line: &'a str| line.trim_matches('|').split('|').map(str::trim).collect();
    lines.skip(1).map(cells).collect()
}

/// Engines without a line, lines of none, and folders that are not there.
fn engines(architecture: &str, engines: &[&str], is_folder: impl Fn(&str) -> bool) -> Vec<String> {
    let lines = rows(architecture, "## Engines");
    let name = |cells: &[&str]| cells.first().map_or("", |cell| cell.trim_matches('`')).to_owned();
    let mut found = Vec::new();
    for engine in engines.iter().filter(|engine| !lines.iter().any(|cells| name(cells) == **engine)) {
        found.push(format!("ARCHITECTURE.md: engine {engine} has no line"));
    }
    for cells in &lines {
        let engine = name(cells);
        if !engines.contains(&engine.as_str()) {
            found.push(format!("ARCHITECTURE.md: {engine} is no engine"));
        }
        let place = cells.last().copied().unwrap_or_default();
        let folders = place.split('`').skip(1).step_by(2).collect::<Vec<_>>();
        if folders.is_empty() && place != TO_COME {
            found.push(format!("ARCHITECTURE.md: engine {engine} names no folder"));
        }
        for folder in folders.iter().filter(|folder| !is_folder(folder)) {
            found.push(format!("ARCHITECTURE.md: engine {engine} names {folder}, which is not there"));
        }
    }
    found
}

/// Agreed words that the glossary lacks.
fn words(glossary: &str, agreed: &str) -> Vec<String> {
    let split = |cell: &str| -> Vec<String> {
        cell.split([',', '(']).map(|word| word.trim_matches([' ', '`', ')']).to_owned()).collect()
    };
    let of = |rows: Vec<Vec<&str>>| rows.iter().filter_map(|cells| cells.first().copied()).flat_map(split).collect();
    let has: Vec<String> = of(rows(glossary, "# Glossary"));
    let wanted: Vec<String> = of(rows(agreed, "## 1. Words"));
    let missing = wanted.iter().filter(|word| !has.contains(word));
    missing.map(|word| format!("docs/glossary.md: the agreed word {word} is missing")).collect()
}

#[cfg(test)]
mod tests {
    use super::{engines, words};

    #[test]
    fn engines_have_lines_and_folders() {
        let text = "## Engines\n\n| engine | where |\n|---|---|\n| `door` | `a/` `b/` |\n| `pay` | to come |\n| `odd` | soon |\n## Next\n| x |\n";
        let found = engines(text, &["door", "pay", "form"], |folder| folder == "a/");
        assert_eq!(
            found,
            [
                "ARCHITECTURE.md: engine form has no line",
                "ARCHITECTURE.md: engine door names b/, which is not there",
                "ARCHITECTURE.md: odd is no engine",
                "ARCHITECTURE.md: engine odd names no folder",
            ]
        );
    }

    #[test]
    fn agreed_words_are_in_the_glossary() {
        let glossary = "# Glossary\n\n| term | fi |\n|---|---|\n| day | päivä |\n| COC, UPC | x |\n";
        let agreed = "## 1. Words\n| code | fi |\n|---|---|\n| `day`, UPC | päivä |\n| night | yö |\n## 2. Next\n| other | x |\n";
        assert_eq!(words(glossary, agreed), ["docs/glossary.md: the agreed word night is missing"]);
    }
}
