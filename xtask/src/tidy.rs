//! The house rules that a program can check.

mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use crate::root;

/// Edges between crates that are allowed; everything else is refused. The binary may know all.
const EDGES: [(&str, &[&str]); 15] = [
    ("calendar", &["facts"]),
    ("content", &["facts"]),
    ("facts", &[]),
    ("stats", &[]),
    ("matter", &["calendar", "facts"]),
    ("operations", &["calendar", "content", "facts", "matter"]),
    ("store", &["calendar", "facts", "matter", "operations"]),
    ("identity", &["store"]),
    ("kinds", &["calendar", "content", "facts", "matter", "operations", "store"]),
    ("ports", &["calendar", "content", "kinds", "matter", "operations", "store"]),
    ("analytics", &["calendar", "facts", "stats"]),
    ("county", &["calendar", "facts"]),
    ("web", &["calendar", "content", "facts", "identity", "kinds", "matter", "operations", "player", "stats", "store"]),
    ("player", &["content"]),
    ("xtask", &["content", "facts"]),
];
/// Crates that may name DataFusion.
const ENGINE: [&str; 1] = ["analytics"];
/// Words that name nothing.
const BANNED: [&str; 6] = ["manager", "helper", "util", "utils", "common", "misc"];
/// Words above that are words of the field.
const ALLOWED: [&str; 2] = ["role.manager", "common cause"];
/// Beginnings of a sentence in a comment that leave its actor unsaid; a question may have them.
const BARE: [&str; 9] =
    ["Who ", "What ", "Whom ", "Whose ", "Of which ", "Whoever ", "Of what ", "By which ", "By what "];
/// Longest file and function. Today's worst may only fall.
const FILE_LINES: usize = 740;
const FUNCTION_LINES: usize = 112;
/// Traits of ours, each with the reason for which it may have one implementation in this workspace.
const TRAITS: [(&str, &str); 5] = [
    ("Figures", "implemented by the measures in the binary, and by the fixture of page tests"),
    ("Imports", "implemented by the import in the binary, and by the fixture of page tests"),
    ("Code", "implemented by a macro for every vocabulary"),
    ("Row", "implemented by a macro for every table"),
    ("AnyKind", "implemented by one type for every kind of matter"),
];

pub fn run() -> Result<(), String> {
    let mut found = Vec::new();
    let files = tracked()?;
    let rust: Vec<(PathBuf, String)> = read_all(&files, "rs")?;
    found.extend(edges()?);
    found.extend(lengths(&rust));
    found.extend(names(&rust, &files));
    found.extend(comments(&rust));
    found.extend(traits(&rust));
    found.extend(locales(&rust)?);
    found.extend(places(&files)?);
    found.extend(words::faults()?);
    found.extend(licences()?);
    found.extend(crate::docs::stale());
    if found.is_empty() {
        eprintln!("tidy: {} files", files.len());
        return Ok(());
    }
    found.iter().for_each(|line| eprintln!("tidy: {line}"));
    Err(format!("{} things are not tidy", found.len()))
}

/// Files that git tracks or would track.
fn tracked() -> Result<Vec<PathBuf>, String> {
    let listed = Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .current_dir(root())
        .output()
        .map_err(|error| format!("cannot ask git: {error}"))?;
    let text = String::from_utf8_lossy(&listed.stdout);
    Ok(text.lines().map(PathBuf::from).filter(|path| root().join(path).is_file()).collect())
}

fn read_all(files: &[PathBuf], ending: &str) -> Result<Vec<(PathBuf, String)>, String> {
    let of_kind = files.iter().filter(|path| path.extension().is_some_and(|it| it == ending));
    of_kind
        .map(|path| {
            let text = std::fs::read_to_string(root().join(path));
            text.map(|text| (path.clone(), text)).map_err(|error| format!("{}: {error}", path.display()))
        })
        .collect()
}

fn metadata(arguments: &[&str]) -> Result<Value, String> {
    let output = Command::new("cargo")
        .args(["metadata", "--format-version", "1", "--offline"])
        .args(arguments)
        .current_dir(root())
        .output()
        .map_err(|error| format!("cannot run cargo metadata: {error}"))?;
    serde_json::from_slice(&output.stdout)
        .map_err(|_| format!("cargo metadata: {}", String::from_utf8_lossy(&output.stderr)))
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or("")
}

fn list<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
    value[key].as_array().into_iter().flatten()
}

fn edges() -> Result<Vec<String>, String> {
    let metadata = metadata(&["--no-deps"])?;
    let ours: BTreeSet<&str> = list(&metadata, "packages").map(|package| text(package, "name")).collect();
    let mut found = Vec::new();
    for package in list(&metadata, "packages") {
        let name = text(package, "name");
        let normal = list(package, "dependencies").filter(|it| it["kind"].is_null());
        for dependency in normal.map(|it| text(it, "name")) {
            let allowed = name == "luotsi"
                || EDGES.iter().any(|(from, to)| *from == name && to.contains(&dependency))
                || !ours.contains(dependency);
            if !allowed {
                found.push(format!("{name} must not depend on {dependency}"));
            }
            if dependency.starts_with("datafusion") && !ENGINE.contains(&name) {
                found.push(format!("{name} must not name {dependency}: only {} may", ENGINE.join(", ")));
            }
        }
    }
    Ok(found)
}

fn lengths(rust: &[(PathBuf, String)]) -> Vec<String> {
    let mut found = Vec::new();
    for (path, text) in rust {
        let lines = text.lines().count();
        if lines > FILE_LINES {
            found.push(format!("{}: {lines} lines, at most {FILE_LINES}", path.display()));
        }
        let mut begun: Option<(usize, usize)> = None;
        for (number, line) in text.lines().enumerate() {
            let indent = line.len() - line.trim_start().len();
            let word = line.trim_start();
            let opens = ["fn ", "pub fn ", "pub(super) fn ", "async fn ", "pub async fn "]
                .iter()
                .any(|it| word.starts_with(it));
            if opens && begun.is_none_or(|(_, outer)| indent <= outer) {
                begun = Some((number, indent));
            }
            if let Some((first, outer)) = begun
                && word == "}"
                && indent == outer
            {
                if number - first > FUNCTION_LINES {
                    let at = format!("{}:{}", path.display(), first + 1);
                    found.push(format!("{at}: a function of {} lines, at most {FUNCTION_LINES}", number - first));
                }
                begun = None;
            }
        }
    }
    found
}

/// A comment names the actor, then the verb.
fn comments(rust: &[(PathBuf, String)]) -> Vec<String> {
    let is_bare = |sentence: &str| BARE.iter().any(|word| sentence.starts_with(word)) && !sentence.contains('?');
    let mut found = Vec::new();
    for (path, text) in rust {
        for (number, line) in text.lines().enumerate() {
            let Some(comment) = line.trim_start().strip_prefix("//") else { continue };
            if comment.trim_start_matches(['/', '!', ' ']).split(". ").any(is_bare) {
                found.push(format!("{}:{}: a sentence names its actor first", path.display(), number + 1));
            }
        }
    }
    found
}

/// Names of files, modules, types and functions say what is in them.
fn names(rust: &[(PathBuf, String)], files: &[PathBuf]) -> Vec<String> {
    let banned = |name: &str| {
        let lower = name.to_lowercase();
        lower.split(|letter: char| !letter.is_alphanumeric()).any(|part| BANNED.contains(&part))
    };
    let mut found: Vec<String> = files
        .iter()
        .filter(|path| path.file_stem().is_some_and(|stem| banned(&stem.to_string_lossy())))
        .map(|path| format!("{}: a name that says nothing", path.display()))
        .collect();
    for (path, text) in rust {
        for (number, line) in text.lines().enumerate() {
            let mut words = line.split_whitespace().skip_while(|word| matches!(*word, "pub" | "async" | "pub(crate)"));
            let keyword = words.next().unwrap_or("");
            let named = words.next().unwrap_or("").split(['(', '<', '{', ':', ';']).next().unwrap_or("");
            let declares = matches!(keyword, "fn" | "struct" | "enum" | "trait" | "mod" | "type");
            if declares && banned(named) && !ALLOWED.iter().any(|word| word.ends_with(named)) {
                found.push(format!("{}:{}: {named} says nothing", path.display(), number + 1));
            }
        }
    }
    found
}

/// A trait needs two implementations: with one it is a layer.
fn traits(rust: &[(PathBuf, String)]) -> Vec<String> {
    let mut declared: BTreeMap<String, usize> = BTreeMap::new();
    for (_, text) in rust {
        for line in text.lines().map(|line| line.trim_start().trim_start_matches("pub ")) {
            if let Some(rest) = line.strip_prefix("trait ") {
                let name: String = rest.chars().take_while(|letter| letter.is_alphanumeric()).collect();
                declared.insert(name, 0);
            }
        }
    }
    for (name, count) in &mut declared {
        let named = [format!(" {name} for "), format!(" {name}<")];
        let implements = |line: &&str| {
            let line = line.trim_start();
            line.starts_with("impl") && line.contains(" for ") && named.iter().any(|name| line.contains(name))
        };
        *count = rust.iter().map(|(_, text)| text.lines().filter(implements).count()).sum();
    }
    let alone =
        declared.into_iter().filter(|(name, count)| *count < 2 && TRAITS.iter().all(|(known, _)| known != name));
    alone.map(|(name, count)| format!("trait {name} has {count} implementations: use the type itself")).collect()
}

/// Every language has the same keys with the same variables, and every key that the code asks for.
fn locales(rust: &[(PathBuf, String)]) -> Result<Vec<String>, String> {
    let mut found = Vec::new();
    let read = |language: &str| {
        let folder = root().join("locales").join(language);
        let files = std::fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        let mut keys_of_all = BTreeMap::new();
        for path in files.flatten().map(|file| file.path()) {
            let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
            keys_of_all.extend(keys(&text));
        }
        Ok::<_, String>(keys_of_all)
    };
    let finnish = read("fi")?;
    for language in ["sv", "en"] {
        let other = read(language)?;
        for key in finnish.keys().chain(other.keys()).collect::<BTreeSet<_>>() {
            match (finnish.get(key), other.get(key)) {
                (Some(mine), Some(theirs)) if mine == theirs => {}
                (Some(_), Some(_)) => found.push(format!("locales/{language}: {key} has other variables than in fi")),
                (Some(_), None) => found.push(format!("locales/{language}: {key} is missing")),
                (None, _) => found.push(format!("locales/fi: {key} is missing")),
            }
        }
    }
    let code: String =
        rust.iter().filter(|(path, _)| path.starts_with("crates/web")).map(|(_, text)| text.as_str()).collect();
    for call in ["text(\"", "text_with(\"", "text_count(\""] {
        for part in code.split(call).skip(1) {
            let key = part.split('"').next().unwrap_or("");
            if !finnish.contains_key(key) {
                found.push(format!("crates/web asks for the text {key}, which no language has"));
            }
        }
    }
    // Keys made from codes, such as role-lead, are asked for by their stem.
    let used = |key: &str| {
        code.contains(&format!("\"{key}\""))
            || key.match_indices('-').any(|(at, _)| code.contains(&format!("\"{}-{{", &key[..at])))
    };
    found.extend(finnish.keys().filter(|key| !used(key)).map(|key| format!("locales: {key} is never asked for")));
    Ok(found)
}

/// Keys of a Fluent file with the variables that each names.
fn keys(text: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut keys: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut key = String::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        if let Some((name, _)) = line.split_once(" = ")
            && !line.starts_with(' ')
        {
            key = name.into();
        }
        let variables = line.split('$').skip(1);
        let names =
            variables.map(|part| part.chars().take_while(|it| it.is_alphanumeric() || *it == '_').collect::<String>());
        if !key.is_empty() {
            keys.entry(key.clone()).or_default().extend(names);
        }
    }
    keys
}

/// No path of a machine, no leftover marks.
fn places(files: &[PathBuf]) -> Result<Vec<String>, String> {
    let kinds = ["rs", "toml", "sql", "md", "ftl", "mjs", "scss", "sh", "json"];
    // Spelled apart so that this file does not find itself.
    let marks = [
        ["TO", "DO"].concat(),
        ["FIX", "ME"].concat(),
        ["/ho", "me/"].concat(),
        ["/ro", "ot/"].concat(),
        ["/wo", "rk/"].concat(),
    ];
    let mut found = Vec::new();
    for path in files {
        let ending = path.extension().map(|ending| ending.to_string_lossy().into_owned()).unwrap_or_default();
        if !kinds.contains(&ending.as_str()) && !path.starts_with("scripts") && !path.starts_with(".ci") {
            continue;
        }
        let text =
            std::fs::read_to_string(root().join(path)).map_err(|error| format!("{}: {error}", path.display()))?;
        for (number, line) in text.lines().enumerate() {
            for mark in marks.iter().filter(|mark| line.contains(mark.as_str())) {
                found.push(format!("{}:{}: {mark}", path.display(), number + 1));
            }
        }
    }
    Ok(found)
}

/// Whether `cargo deny` is installed.
pub fn has_deny() -> bool {
    Command::new("cargo").args(["deny", "--version"]).output().is_ok_and(|output| output.status.success())
}

/// Checks licences, bans and sources with `cargo deny`, or by its rules where it is not installed.
fn licences() -> Result<Vec<String>, String> {
    if has_deny() {
        let checked = Command::new("cargo")
            .args(["deny", "--offline", "check", "bans", "licenses", "sources"])
            .current_dir(root())
            .status()
            .map_err(|error| format!("cannot run cargo deny: {error}"))?;
        return Ok(if checked.success() { Vec::new() } else { vec!["cargo deny did not pass".into()] });
    }
    let path = root().join("deny.toml");
    let rules = std::fs::read_to_string(&path).map_err(|error| format!("deny.toml: {error}"))?;
    let rules: toml::Table = toml::from_str(&rules).map_err(|error| format!("deny.toml: {error}"))?;
    let texts = |section: &str, key: &str| -> Vec<String> {
        let values = rules.get(section).and_then(|it| it.get(key)).and_then(toml::Value::as_array);
        let name = |value: &toml::Value| {
            value.as_str().or_else(|| value.get("crate").and_then(toml::Value::as_str)).map(String::from)
        };
        values.into_iter().flatten().filter_map(name).collect()
    };
    let (allowed, denied) = (texts("licenses", "allow"), texts("bans", "deny"));
    let wrapped = ["chrono-tz"];
    let metadata = metadata(&["--filter-platform", "x86_64-unknown-linux-gnu"])?;
    let mut found = Vec::new();
    for package in list(&metadata, "packages") {
        let name = text(package, "name");
        let licence = text(package, "license");
        // An alternative suffices; of what must hold together, every part must be allowed.
        let fits = licence.replace('/', " OR ").split(" OR ").any(|choice| {
            let parts = choice.trim_matches(['(', ')', ' ']).split(" AND ");
            parts.map(|part| part.trim_matches(['(', ')', ' '])).all(|part| allowed.iter().any(|it| it == part))
        });
        if !fits {
            found.push(format!("{name}: licence {licence} is not among those of deny.toml"));
        }
        if denied.iter().any(|it| it == name) && !wrapped.contains(&name) {
            found.push(format!("{name} is denied by deny.toml"));
        }
        let source = text(package, "source");
        if !source.is_empty() && !source.starts_with("registry+") && !source.starts_with("sparse+") {
            found.push(format!("{name} comes from {source}"));
        }
    }
    Ok(found)
}
