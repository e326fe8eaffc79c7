//! Content as the command line tells it.

use facts::printable;
use jiff::civil::Date;

use crate::catalogue::Origin;
use crate::library::{Found, Library, State};
use crate::uses::{Asked, uses};

/// All faults, then the parts that a county replaced and of which a newer version is shipped, then how many parts there are.
pub fn checked(library: &Library) -> String {
    let faults = library.faults.iter().map(|fault| format!("{fault}\n"));
    let outdated = library.outdated.iter().map(|fault| format!("{fault}\n").replacen("error: ", "note: ", 1));
    let parts = library.parts().filter(|part| part.origin != Origin::Published).count();
    let sum = format!("{}, {}\n", count(parts, "part"), count(library.faults.len(), "fault"));
    printable(&faults.chain(outdated).chain([sum]).collect::<String>()).into()
}

fn count(number: usize, word: &str) -> String {
    format!("{number} {word}{}", if number == 1 { "" } else { "s" })
}

/// Parts, one a line: kind and id, version, origin, name and state on a day. A published version is told only while it is in
/// force and stands in no file any more. `folder`: all, where none is named. Errors: there is no such folder.
pub fn listed(library: &Library, folder: Option<&str>, on: Date) -> Result<String, String> {
    let folder = folder.map(|folder| folder.trim_end_matches('/').trim_start_matches("content/"));
    let folders: Vec<&str> = library.folders().collect();
    if let Some(unknown) = folder.filter(|folder| !folders.contains(folder)) {
        return Err(format!("{unknown} is no folder of content: there is {}", folders.join(", ")));
    }
    let mut rows = vec![["part", "version", "from", "name", "state"].map(String::from)];
    for part in library.parts().filter(|part| folder.is_none_or(|folder| folder == part.folder)) {
        let state = library.state(&part, on);
        if part.origin == Origin::Published && state != State::Valid {
            continue;
        }
        let name = if part.name.en.is_empty() { &part.name.fi } else { &part.name.en };
        let row = [&part.part(), &part.version.to_string(), part.origin.word(), name, state.word()];
        rows.push(row.map(|text| printable(text).replace('\n', " ")));
    }
    let width = |at: usize| rows.iter().map(|row| row[at].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..5).map(width).collect();
    let line = |row: &[String; 5]| {
        let cells: Vec<String> = row.iter().zip(&widths).map(|(text, width)| format!("{text:<width$}")).collect();
        format!("{}\n", cells.join("  ").trim_end())
    };
    Ok(rows.iter().map(line).collect())
}

/// The file of a part, below a line that says where it comes from: the version that is in force on a day, without one the
/// newest, or the one that is named. Errors: there is none, or more than one kind has it.
pub fn shown(library: &Library, name: &str, on: Date) -> Result<String, String> {
    let asked = Asked::of(name);
    let is_asked = |version: u32| asked.version.is_none_or(|asked| asked == version);
    let versions: Vec<_> =
        library.parts().filter(|part| asked.is(part.folder, part.id) && is_asked(part.version)).collect();
    let Some(last) = versions.last() else {
        return Err(format!("there is no part {name}, or it has a fault"));
    };
    let others: Vec<String> =
        versions.iter().filter(|part| part.folder != last.folder).map(|part| part.part()).collect();
    if !others.is_empty() {
        return Err(format!("{name} is {} and {}: name one of them", others.join(", "), last.part()));
    }
    let part = versions.iter().find(|part| library.state(part, on) == State::Valid).unwrap_or(last);
    Ok(format!("# {}@{}, {}: {}\n{}", part.part(), part.version, part.origin.word(), part.path, part.text))
}

/// Every place at which parts name a part, one a line: the place, and the part that does.
pub fn used(found: &[Found], name: &str) -> String {
    let uses = uses(found, &Asked::of(name));
    let line = |it: &crate::Use| format!("{}:{}:{}  {}\n", it.file, it.line, it.column, it.by);
    printable(&uses.iter().map(line).collect::<String>()).into()
}
