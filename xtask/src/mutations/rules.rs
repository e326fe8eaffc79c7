//! The rules that can be taken away: what refuses, what an event changes, how long a clock runs, and which rows a measure
//! counts. Each is a line of the sources, found by its form.

use std::path::{Path, PathBuf};

use crate::faults::Chance;

/// Folders of rules, and the engine that they are of.
const FOLDERS: [(&str, &str); 7] = [
    ("crates/operations/src/contacts", "contact"),
    ("crates/operations/src/contacts.rs", "contact"),
    ("crates/operations/src/bookings", "booking"),
    ("crates/operations/src/care_needs.rs", "booking"),
    ("rules/clocks", "booking"),
    ("rules/care.toml", "booking"),
    ("measures", "measure"),
];

/// A rule: a line, and the line in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    pub engine: &'static str,
    /// Below the top of the checkout.
    pub file: String,
    /// From 0.
    pub line: usize,
    /// The line without its spaces.
    pub told: String,
    instead: String,
}

impl Rule {
    /// A file without the rule.
    pub fn taken_from(&self, whole: &str) -> String {
        let lines = whole.lines().enumerate();
        lines.map(|(number, line)| if number == self.line { &self.instead } else { line }.to_string() + "\n").collect()
    }
}

/// All rules below a checkout, in the order of their files; of measures those whose figures a journey reads.
pub fn all(root: &Path) -> Vec<Rule> {
    let read = |path: &PathBuf| std::fs::read_to_string(path).unwrap_or_default();
    let journeys: String = files(&root.join("content/journeys")).iter().map(read).collect();
    let figures: Vec<&str> = journeys.lines().filter_map(|line| line.strip_prefix("measure = ")).collect();
    let is_read = |path: &Path| {
        let spec = read(&path.with_extension("spec"));
        figures.iter().any(|figure| spec.contains(figure.trim_matches('"')))
    };
    let mut found = Vec::new();
    for (folder, engine) in FOLDERS {
        for path in files(&root.join(folder)) {
            let file = path.strip_prefix(root).unwrap_or(&path).display().to_string();
            if engine != "measure" || is_read(&path) {
                found.extend(of(&file, &read(&path), engine));
            }
        }
    }
    found.sort_by(|one, other| (&one.file, one.line).cmp(&(&other.file, other.line)));
    found
}

/// A file, or all below a folder.
fn files(path: &Path) -> Vec<PathBuf> {
    if path.is_file() { vec![path.to_path_buf()] } else { crate::systems::files(path) }
}

/// The rules of a file.
fn of(file: &str, text: &str, engine: &'static str) -> Vec<Rule> {
    if file.contains("tests") {
        return Vec::new();
    }
    let lines: Vec<&str> = text.lines().take_while(|line| *line != "#[cfg(test)]").collect();
    let rule = |(line, instead): (usize, String)| {
        let told = lines[line].trim().to_string();
        Rule { engine, file: file.into(), line, told, instead }
    };
    let taken = (0..lines.len()).filter_map(|at| {
        let next = lines.get(at + 1).copied().unwrap_or("");
        let instead = match file.rsplit('.').next() {
            Some("rs") => without_refusal(lines[at], next).or_else(|| without_change(lines[at])),
            Some("toml") => longer(lines[at]),
            Some("sql") => without_condition(lines[at]),
            _ => None,
        };
        Some((at, instead?))
    });
    taken.map(rule).collect()
}

/// `PATTERN if CONDITION => Err(Refusal::…)` and `if CONDITION {` before `return Err(Refusal::…)`: nothing is refused.
fn without_refusal(line: &str, next: &str) -> Option<String> {
    if let Some((before, refusal)) = line.split_once(" => Err(Refusal::") {
        let (pattern, condition) = before.split_once(" if ")?;
        return Some(format!("{pattern} if false && ({condition}) => Err(Refusal::{refusal}"));
    }
    let condition = line.trim_start().strip_prefix("if ")?.strip_suffix(" {")?;
    let is_plain = !condition.contains("let ") && next.trim_start().starts_with("return Err(Refusal::");
    is_plain
        .then(|| line.replacen("if ", "if false && (", 1).replacen(" {", ") {", 1))
        .filter(|_| !condition.contains('{'))
}

/// `Event::… => it.… = …,`: the event changes nothing.
fn without_change(line: &str) -> Option<String> {
    let (event, change) = line.split_once(" => ")?;
    let is_change = event.trim_start().starts_with("Event::") && change.ends_with(',');
    let (place, _) = change.split_once(" = ").filter(|_| is_change)?;
    let is_place = place.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_' || letter == '.');
    // Names that the pattern gives are not read any more.
    is_place.then(|| {
        format!("{event} => {{ let _ = ({}); }},", change.trim_end_matches(',').split_once(" = ").map_or("", |it| it.1))
    })
}

/// `length = "28 days"`: three times as long.
fn longer(line: &str) -> Option<String> {
    let (before, rest) = line.split_once("length = \"")?;
    let (number, unit) = rest.split_once(' ')?;
    let number: u32 = number.parse().ok()?;
    Some(format!("{before}length = \"{} {unit}", number * 3))
}

/// `AND CONDITION`: every row is counted. The months are asked for, and are no rule.
fn without_condition(line: &str) -> Option<String> {
    let condition = line.trim_start().strip_prefix("AND ")?;
    let is_whole = condition.matches('(').count() == condition.matches(')').count() && !condition.contains('$');
    is_whole.then(|| line.replacen(condition, "TRUE", 1))
}

/// So many of the rules, drawn by a seed, of each engine in turn.
pub fn drawn(all: &[Rule], count: usize, seed: u64, is_played: impl Fn(&str) -> bool) -> Vec<Rule> {
    let mut chance = Chance(seed);
    let mut engines: Vec<Vec<&Rule>> = ["contact", "booking", "measure"]
        .into_iter()
        .filter(|engine| is_played(engine))
        .map(|engine| all.iter().filter(|rule| rule.engine == engine).collect())
        .collect();
    let mut drawn = Vec::new();
    while drawn.len() < count && engines.iter().any(|rules| !rules.is_empty()) {
        for rules in engines.iter_mut().filter(|rules| !rules.is_empty()) {
            let place = chance.below(rules.len() as u64) as usize;
            drawn.push(rules.swap_remove(place).clone());
        }
    }
    drawn.truncate(count);
    drawn
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_of_a_rule_is_found_and_taken_away() {
        let taken = |file: &str, text: &str| -> Vec<String> {
            let rules = of(file, text, "contact");
            rules.iter().map(|rule| rule.taken_from(text).lines().nth(rule.line).unwrap_or("").to_string()).collect()
        };
        let rules = "\
            _ if now < at => Err(Refusal::TooEarly),\n\
            if to == from {\n    return Err(Refusal::NotNow(\"there\"));\n}\n\
            if to == from {\n    return Ok(Vec::new());\n}\n\
            Event::Closed => it.is_closed = true,\n\
            Event::Opened { at } => *self = State::of(*at),\n\
            #[cfg(test)]\n\
            _ if of_tests => Err(Refusal::TooEarly),\n";
        assert_eq!(
            taken("contacts.rs", rules),
            [
                "_ if false && (now < at) => Err(Refusal::TooEarly),",
                "if false && (to == from) {",
                "Event::Closed => { let _ = (true); },",
            ]
        );
        assert_eq!(taken("clocks/a.toml", "length = \"28 days\"\nfrom = \"2025\"\n"), ["length = \"84 days\""]);
        let query = "WHERE kind = 'request'\n  AND duplicate_of IS NULL\n  AND opened_at < $to\n  AND (a\n";
        assert_eq!(taken("a.sql", query), ["  AND TRUE"]);
    }

    #[test]
    fn a_seed_draws_the_same_rules_and_of_each_engine_in_turn() {
        let rule = |engine, line| Rule { engine, file: "a".into(), line, told: String::new(), instead: String::new() };
        let all: Vec<Rule> = (0..9).map(|line| rule(["contact", "booking", "measure"][line % 3], line)).collect();
        let one = drawn(&all, 6, 12, |_| true);
        assert_eq!(one, drawn(&all, 6, 12, |_| true));
        assert_ne!(one, drawn(&all, 6, 13, |_| true));
        assert_eq!(one.iter().filter(|it| it.engine == "booking").count(), 2);
        assert_eq!(drawn(&all, 20, 12, |engine| engine != "measure").len(), 6);
    }
}
