//! The list of systems, `docs/systems.tsv`: what each stands on, the journey that shows it works, and what still waits.
//! `cargo xtask systems` checks the list and prints it, `--family F03` one family of it; `--refresh` writes anew what waits.

mod parts;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use content::journey::Journey;
use content::{Catalogue, Fault, File, Origin, engine};
use facts::{Code, Profession};

use crate::root;
use parts::Parts;

pub use parts::files;

const PATH: &str = "docs/systems.tsv";
/// The list where systems are agreed on, beside a checkout that has it: its columns and ours are the same.
const AGREED: &str = "../shared/systems.tsv";
/// Columns of the agreed list, then ours.
const COLUMNS: [&str; 9] = ["id", "name", "family", "engines", "parts", "journey", "shows", "test", "waits"];
const SHARED: usize = 7;
/// The binary of tests that plays journeys.
const PLAYER: &str = "crates/luotsi/tests/journeys";
const FAMILIES: [&str; 24] = [
    "F01",
    "F02",
    "F03",
    "F04",
    "F05",
    "F06",
    "F07",
    "F08",
    "F09",
    "F10",
    "F11",
    "F12",
    "F13",
    "F14",
    "F15",
    "F16",
    "F17",
    "F18–F19",
    "F20",
    "F21–F28",
    "F29",
    "F30",
    "F31",
    "F32",
];

pub fn run(arguments: &[String]) -> Result<(), String> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let path = root().join(PATH);
    let text = std::fs::read_to_string(&path).map_err(|error| format!("{PATH}: {error}"))?;
    let agreed = std::fs::read_to_string(root().join(AGREED)).ok();
    let parts = Parts::below(&root());
    let journeys = Journeys::below(&root(), &text, &parts);
    let family = match words.as_slice() {
        [] => None,
        ["--family", family] if FAMILIES.contains(family) => Some(*family),
        ["--family", family] => return Err(format!("{family} is no family: {}", FAMILIES.join(" "))),
        ["--refresh"] => {
            return std::fs::write(&path, refreshed(&text, &parts)).map_err(|error| format!("{PATH}: {error}"));
        }
        _ => return Err("systems [--family F | --refresh], as in: systems --family F03".into()),
    };
    let found = faults(&text, agreed.as_deref(), &parts, &journeys);
    if !found.is_empty() {
        found.iter().for_each(|fault| eprintln!("{fault}"));
        return Err(format!("{} faults in the list of systems", found.len()));
    }
    print!("{}", shown(&text, family, &parts, &journeys));
    Ok(())
}

/// A line of the list.
struct System<'a> {
    line: usize,
    columns: Vec<&'a str>,
}

impl<'a> System<'a> {
    fn all(text: &'a str) -> Vec<System<'a>> {
        let lines = text.lines().enumerate().skip(1);
        lines.map(|(line, text)| System { line: line + 1, columns: text.split('\t').collect() }).collect()
    }

    /// A column by its name; nothing where the line is too short.
    fn column(&self, name: &str) -> &'a str {
        let place = COLUMNS.iter().position(|column| *column == name);
        place.and_then(|place| self.columns.get(place)).copied().unwrap_or("")
    }

    fn parts(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.column("parts").split_whitespace()
    }

    /// A part and the engine that it waits for.
    fn waits(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        let waits = self.column("waits").split("; ").filter(|wait| !wait.is_empty());
        waits.map(|wait| wait.split_once(" waits for ").unwrap_or((wait, "")))
    }

    /// The file of its journey, without folder and ending: `s-033`.
    fn journey(&self) -> String {
        self.column("id").to_lowercase()
    }
}

/// Journeys that are there, and what plays them.
#[derive(Default)]
struct Journeys {
    /// Measures whose source's figures each asserts, by its id.
    asserted: BTreeMap<String, BTreeSet<String>>,
    /// How many of its steps each is played, and of how many, by its id; less than all, where anything of it waits.
    played: BTreeMap<String, (usize, usize)>,
    /// The text of the binary that plays them; empty while there is none.
    player: String,
    faults: Vec<String>,
}

impl Journeys {
    /// Reads them and holds them to the systems of the list, to the parts that are there and to the source's figures.
    fn below(root: &Path, list: &str, parts: &Parts) -> Journeys {
        let folder = root.join("content/journeys");
        let files: Vec<(String, String)> = parts::files(&folder)
            .into_iter()
            .filter(|path| path.extension().is_some_and(|ending| ending == "toml"))
            .filter_map(|path| {
                let shown = path.strip_prefix(root).ok()?.display().to_string();
                Some((shown, std::fs::read_to_string(path).unwrap_or_default()))
            })
            .collect();
        let files: Vec<File> = files.iter().map(|(path, text)| File { path, text, origin: Origin::Shipped }).collect();
        let systems: BTreeSet<&str> = System::all(list).iter().map(|system| system.column("id")).collect();
        let figures = source_figures(root);
        let there = |kind: &str, id: &str| match kind {
            "system" => systems.contains(id),
            "profession" => Profession::named(id).is_some(),
            "source" => figures.contains(id),
            "file" => folder.join(id).is_file(),
            // Known where the county is: the command that checks content asks there.
            "cast" | "unit" | "partner" => true,
            _ => parts.has(&format!("{kind}:{id}"), &BTreeSet::new()),
        };
        let (journeys, faults) = Catalogue::<Journey>::read(&files, &there);
        let asserted = journeys.all().map(|journey| {
            let shown = journey.content.shows.iter().filter(|shown| shown.waits.is_empty());
            (journey.id.clone(), shown.map(|shown| shown.measure.clone()).collect())
        });
        let played = journeys.all().map(|journey| {
            let (content, all) = (&journey.content, journey.content.steps.len());
            let most = if content.waits().is_empty() { all } else { all - 1 };
            (journey.id.clone(), (content.played().min(most), all))
        });
        let player = parts::files(&root.join(PLAYER)).into_iter().map(std::fs::read_to_string);
        Journeys {
            asserted: asserted.collect(),
            played: played.collect(),
            player: player.flatten().collect(),
            faults: faults.iter().map(Fault::to_string).collect(),
        }
    }

    /// Whether a journey is played to its end.
    fn is_whole(&self, system: &System) -> bool {
        let is_all = |(played, all): &(usize, usize)| played == all;
        !self.player.is_empty() && self.played.get(&system.journey()).is_some_and(is_all)
    }

    /// Whether a test is there: a function of this name, or the whole journey of its system where there is a player.
    fn has(&self, test: &str, system: &System) -> bool {
        let own = system.journey().replace('-', "_");
        let is_of_system = test.strip_prefix(&own).is_some_and(|rest| rest.is_empty() || rest.starts_with('_'));
        is_of_system && (self.is_whole(system) || self.player.contains(&format!("fn {test}(")))
    }
}

/// Figures that the source reports, as `MEASURE@UNIT@MONTH`.
fn source_figures(root: &Path) -> BTreeSet<String> {
    let text = std::fs::read_to_string(root.join("scorecards/source-figures.toml")).unwrap_or_default();
    let table: toml::Table = text.parse().unwrap_or_default();
    let figures = table.get("figure").and_then(toml::Value::as_array).into_iter().flatten();
    let name = |figure: &toml::Value| {
        let key = |key: &str| figure.get(key).and_then(toml::Value::as_str);
        Some(format!("{}@{}@{}", key("measure")?, key("unit")?, key("from")?))
    };
    figures.filter_map(name).collect()
}

/// Measures that a text names.
fn measures<'a>(text: &'a str, named: &BTreeSet<&str>) -> BTreeSet<&'a str> {
    let words = text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '.' && letter != '_');
    let words = words.map(|word| word.trim_end_matches('.'));
    words.filter(|word| named.contains(format!("measure:{word}").as_str())).collect()
}

/// All that is wrong in the list, each with its line.
fn faults(text: &str, agreed: Option<&str>, parts: &Parts, journeys: &Journeys) -> Vec<String> {
    let systems = System::all(text);
    let mut found = [parts.faults.as_slice(), &journeys.faults].concat();
    let mut wrong = |line: usize, what: String| found.push(format!("{PATH}:{line}: {what}"));
    if text.lines().next() != Some(COLUMNS.join("\t").as_str()) {
        wrong(1, format!("the columns are {}", COLUMNS.join(", ")));
    }
    let named: BTreeSet<&str> = systems.iter().flat_map(System::parts).collect();
    let mut ids: BTreeMap<&str, usize> = BTreeMap::new();
    for system in &systems {
        let line = system.line;
        if system.columns.len() != COLUMNS.len() {
            wrong(line, format!("{} columns, not {}", system.columns.len(), COLUMNS.len()));
        }
        let (id, family, test) = (system.column("id"), system.column("family"), system.column("test"));
        if let Some(first) = ids.insert(id, line) {
            wrong(line, format!("{id} stands in line {first} too"));
        }
        if !FAMILIES.contains(&family) {
            wrong(line, format!("{family} is no family"));
        }
        if !test.is_empty() && !journeys.has(test, system) {
            wrong(line, format!("{test} names no journey that {PLAYER} plays to its end, and no function of it"));
        }
        let waiting: BTreeSet<&str> = system.waits().map(|(part, _)| part).collect();
        for part in system.parts().filter(|part| !waiting.contains(part) && !parts.has(part, &named)) {
            wrong(line, format!("{part} is not there and does not wait"));
        }
        for (part, on) in system.waits() {
            let kind = part.split(':').next().unwrap_or("");
            match engine(kind, system.column("engines")) {
                _ if !system.parts().any(|own| own == part) => wrong(line, format!("{part} waits and is no part")),
                _ if parts.has(part, &named) => wrong(line, format!("{part} waits and is there")),
                None => wrong(line, format!("{kind} is no kind of part")),
                Some(engine) if engine != on => wrong(line, format!("{part} waits for {engine}, not for {on}")),
                Some(_) => {}
            }
        }
    }
    if let Some(agreed) = agreed {
        let (ours, theirs): (Vec<&str>, Vec<&str>) = (text.lines().map(shared).collect(), agreed.lines().collect());
        let differs = (0..ours.len().max(theirs.len())).filter(|line| ours.get(*line) != theirs.get(*line));
        differs.for_each(|line| wrong(line + 1, format!("the first {SHARED} columns are not those of {AGREED}")));
    }
    found
}

/// The columns that the agreed list has.
fn shared(line: &str) -> &str {
    line.match_indices('\t').nth(SHARED - 1).map_or(line, |(end, _)| &line[..end])
}

/// The list with what waits as it is now.
fn refreshed(text: &str, parts: &Parts) -> String {
    let systems = System::all(text);
    let named: BTreeSet<&str> = systems.iter().flat_map(System::parts).collect();
    let mut list = format!("{}\n", COLUMNS.join("\t"));
    for system in &systems {
        let waits = system.parts().filter(|part| !parts.has(part, &named)).map(|part| {
            let kind = part.split(':').next().unwrap_or("");
            format!("{part} waits for {}", engine(kind, system.column("engines")).unwrap_or("an engine"))
        });
        let waits = waits.collect::<Vec<_>>().join("; ");
        let kept = COLUMNS[..COLUMNS.len() - 1].iter().map(|column| system.column(column));
        list += &format!("{}\t{waits}\n", kept.collect::<Vec<_>>().join("\t"));
    }
    list
}

/// The list as people read it, with its sums.
fn shown(text: &str, family: Option<&str>, parts: &Parts, journeys: &Journeys) -> String {
    let systems = System::all(text);
    let named: BTreeSet<&str> = systems.iter().flat_map(System::parts).collect();
    let chosen: Vec<&System> =
        systems.iter().filter(|it| family.is_none_or(|family| it.column("family") == family)).collect();
    let (mut lines, mut whole, mut begun) = (String::new(), 0, 0);
    // Parts, then figures: those there and all.
    let mut sums = [0; 4];
    for family in FAMILIES {
        let of_family: Vec<_> = chosen.iter().filter(|system| system.column("family") == family).collect();
        lines += &of_family.first().map_or(String::new(), |_| format!("{family}\n"));
        for system in of_family {
            let asserted = journeys.asserted.get(&system.journey());
            let journey = match (system.column("test"), journeys.played.get(&system.journey())) {
                ("", None) => "none".to_string(),
                ("", Some((0, _))) => "written".into(),
                ("", Some((played, all))) => format!("{played} of {all}"),
                (test, _) => test.into(),
            };
            whole += usize::from(!system.column("test").is_empty());
            begun += usize::from(journey.contains(" of "));
            let figures = measures(system.column("shows"), &named);
            let shown = figures.iter().filter(|it| asserted.is_some_and(|asserted| asserted.contains(**it))).count();
            let own = system.parts().filter(|part| parts.has(part, &named)).count();
            let counts = [own, system.parts().count(), shown, figures.len()];
            sums.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
            let (id, name, [own, all, shown, figures]) = (system.column("id"), system.column("name"), counts);
            lines += &format!("  {id}  {journey:8} parts {own:2}/{all:<2} figures {shown}/{figures}  {name}\n");
        }
    }
    let [own, all, shown, figures] = sums;
    format!(
        "{lines}{} systems, {whole} journeys play to the end and {begun} in part, parts {own}/{all}, figures {shown}/{figures}\n",
        chosen.len()
    )
}
