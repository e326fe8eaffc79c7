//! Mandates and guardians as the national register has them: the county's bridge puts a file into `ports/ID/in/`, a list of
//! `{"of", "who", "as", "scope", "from", "to", "ended"}` with identity codes, days as `2026-03-09`, and `to` the last day.
//!
//! A file that was read is taken away, for identity codes stand in it; in `done/` stands how many lines were taken, and which
//! lines were refused and why, by their number. One that cannot be read goes to `refused/` the same way.

use std::path::Path;
use std::time::Duration;

use calendar::day_number;
use jiff::civil::Date;
use kinds::{Incoming, Kinds, Standing};
use matter::{By, Subject, Trouble};
use operations::dispatches::port::Adapter;
use operations::mandates::{Capacity, Command, Given, Scope, Why, mandate_id};
use serde::Deserialize;
use serde_json::json;
use store::new_id;

use crate::file::{counted, incoming, lines, put_away};

/// The port.
pub const MANDATES: &str = "suomifi-mandates";
/// The last day of what ends on none.
const OPEN: Date = jiff::civil::date(2099, 12, 31);

/// One line of a file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    of: String,
    who: String,
    #[serde(rename = "as")]
    capacity: String,
    scope: Option<String>,
    from: Date,
    to: Option<Date>,
    /// The register has it no more.
    #[serde(default)]
    ended: bool,
}

/// Gives the county's own id of the person of an identity code, and the day of birth.
pub type Person = Box<dyn Fn(&str) -> Option<(Subject, Date)> + Send + Sync>;

/// Reads what the register tells, for ever; `every`: how often it is looked.
pub async fn mandates(kinds: &Kinds, data: &Path, person: Person, every: Duration) {
    let folder = data.join("ports").join(MANDATES);
    let mut taken_at = None;
    loop {
        if round(kinds, &folder, &person).await > 0 {
            taken_at = Some(kinds.store.now());
        }
        let (looked_at, files) = (kinds.store.now(), counted(&folder));
        kinds.ports.stands(
            MANDATES,
            Standing {
                runs: Some(Adapter::Register),
                lacks: Vec::new(),
                looked_at,
                taken_at,
                files,
                came: Incoming::default(),
            },
        );
        tokio::time::sleep(every).await;
    }
}

/// Reads the files that are there, in the order of their names. How many.
pub async fn round(kinds: &Kinds, folder: &Path, person: &Person) -> usize {
    let files = incoming(folder);
    for path in &files {
        let told = match lines::<Line>(path) {
            Some(lines) => match taken(kinds, &lines, person).await {
                Some(told) => Some(told),
                None => return 0,
            },
            None => None,
        };
        put_away(folder, path, told.as_ref());
    }
    files.len()
}

/// Notes each line. None: the log cannot take it now, and the file is read again.
async fn taken(kinds: &Kinds, lines: &[Line], person: &Person) -> Option<serde_json::Value> {
    let (mut count, mut refused) = (0, Vec::new());
    for (number, line) in lines.iter().enumerate() {
        match noted(kinds, line, person).await {
            Ok(()) => count += 1,
            Err(Trouble::Later(_) | Trouble::Unknown(_)) => return None,
            Err(Trouble::Refused(it)) => refused.push(json!({ "line": number + 1, "code": it.code })),
            Err(_) => refused.push(json!({ "line": number + 1, "code": "wrong" })),
        }
    }
    Some(json!({ "taken": count, "refused": refused }))
}

async fn noted(kinds: &Kinds, line: &Line, person: &Person) -> Result<(), Trouble> {
    let wrong = || Trouble::NotFound;
    let ((of, of_born), (who, who_born)) = (person(&line.of).ok_or_else(wrong)?, person(&line.who).ok_or_else(wrong)?);
    let capacity = Capacity::named(&line.capacity).filter(|it| *it != Capacity::Carer).ok_or_else(wrong)?;
    let scope = line.scope.as_deref().map_or(Some(Scope::All), Scope::named).ok_or_else(wrong)?;
    let from = day_number(line.from);
    if line.ended {
        let (id, key) = (mandate_id((of, who), capacity, from), new_id(kinds.store.now()).to_string());
        return kinds.mandates.ask(id, Command::End { why: Why::Register }, &By::System, &key, 0).await.map(drop);
    }
    let to = day_number(line.to.unwrap_or(OPEN)).saturating_add(1);
    let (of_born, who_born) = (day_number(of_born), day_number(who_born));
    let given = Given { of, who, capacity, scope, from, to, of_born, who_born, unit: None };
    kinds.give_mandate(given, &By::System).await.map(drop)
}
