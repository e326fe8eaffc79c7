//! Measures: a head and a case query in one file; everything after the cases is the engine's, the same for all.

mod cases;
mod cells;
mod columns;
mod definition;
mod disclosure;
mod draft;
mod exact;
mod exchange;
mod gather;
mod grouping;
mod links;
mod people;
mod query;
mod run;
mod tree;

pub use cases::{CaseTable, cases, cases_under};
pub use cells::{Figure, MOST_THRESHOLD, THRESHOLD};
pub use definition::{Better, Definition, Kind, MeasureFile, QUANTILES, Which};
pub use disclosure::BEFORE_DATA;
pub(crate) use disclosure::{Past, Windows};
pub(crate) use draft::Draft;
pub(crate) use gather::Gathering;
pub(crate) use grouping::JOINED;
pub use grouping::{Grain, Grouping, UnitGrouping};
pub use links::together;
pub(crate) use links::{Asked, Links, groups};
pub(crate) use run::{Cube, calendar_digest, run_file};
pub use run::{Request, Results, RunManifest, instant_text, run};
pub use stats::interval::CONFIDENCE;
pub use tree::{Tree, UnitInfo};

use calendar::{Calendar, date_of, day_number};
use facts::Row;
use jiff::civil::Date;

use std::path::Path;

use crate::error::{Error, Result};
use crate::fold::Continuity;
use crate::lake::Snapshot;

/// All measures of a folder tree of `.sql` files, by id.
#[derive(Debug, Clone, Default)]
pub struct Catalogue {
    pub files: Vec<MeasureFile>,
}

impl Catalogue {
    /// The measures that come with the program.
    pub fn shipped() -> Result<Catalogue> {
        let files = SHIPPED.iter().map(|(path, text)| MeasureFile::parse(path, text)).collect::<Result<_>>()?;
        Catalogue { files }.checked()
    }

    /// The shipped measures, and over them those of a county's own folder, measure by measure: what a shipped file says
    /// beside one that is replaced goes on to hold.
    pub fn with_folder(folder: &Path) -> Result<Catalogue> {
        let mut catalogue = Catalogue::shipped()?;
        let mut paths = Vec::new();
        sql_files(folder, &mut paths)?;
        let mut own: Vec<MeasureFile> = Vec::new();
        for path in paths {
            let text = std::fs::read_to_string(&path).map_err(|error| Error::file("read", &path, error))?;
            let file = MeasureFile::parse(&path.display().to_string(), &text)?;
            if let Some((other, id)) = own.iter().find_map(|other| Some((other, other.shared_id(&file)?))) {
                return Err(Error::new(format!("the measure {id} stands in {} too", other.path))
                    .at(path.display())
                    .remedy("one of them goes, or gets another id"));
            }
            own.push(file);
        }
        for shipped in &mut catalogue.files {
            shipped
                .measures
                .retain(|measure| !own.iter().any(|file| file.measures.iter().any(|it| it.id == measure.id)));
        }
        catalogue.files.retain(|file| !file.measures.is_empty());
        catalogue.files.extend(own);
        catalogue.checked()
    }

    fn checked(self) -> Result<Catalogue> {
        let mut ids: Vec<&str> = self.measures().map(|(_, measure)| measure.id.as_str()).collect();
        ids.sort_unstable();
        if let Some(pair) = ids.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(Error::new(format!("two measures are called {}", pair[0])));
        }
        for (file, measure) in self.measures() {
            let wrong = |what: String| Error::new(format!("{}: {what}", measure.id)).at(&file.path);
            let mut above = measure;
            for _ in 0..self.measures().count() {
                let Some(whole) = &above.part_of else { break };
                let Some((_, found)) = self.measures().find(|(_, it)| it.id == *whole) else {
                    return Err(wrong(format!("`part_of` names no measure: {whole}")));
                };
                if found.id == measure.id {
                    return Err(wrong(format!("it is `part_of` {whole}, and that of it")));
                }
                if found.window_months != measure.window_months {
                    return Err(wrong(format!("it is `part_of` {whole}, which has another `window_months`")));
                }
                above = found;
            }
        }
        Ok(self)
    }

    /// The measure whose cases a measure's are a part of: as its head says, or because it counts rows of a table over which
    /// another is a whole for others.
    pub(crate) fn whole_of(&self, part: &Definition) -> Option<&Definition> {
        let by_id = |id: &str| self.measures().find(|(_, measure)| measure.id == *id);
        if part.impersonal {
            return None;
        }
        if let Some(whole) = &part.part_of {
            return by_id(whole).map(|(_, measure)| measure);
        }
        let is_whole = |measure: &Definition| {
            measure.part_of.is_none()
                && measure.kind == Kind::Count
                && self.measures().any(|(_, other)| other.part_of.as_ref() == Some(&measure.id))
        };
        let (file, _) = by_id(&part.id)?;
        let table = file.rows_of()?.name;
        let same_rows = |other: &(&MeasureFile, &Definition)| other.0.rows_of().is_some_and(|it| it.name == table);
        let wholes = || self.measures().filter(|(_, measure)| is_whole(measure));
        if is_whole(part) || part.window_months.is_some() || matches!(part.kind, Kind::Stock | Kind::Longest) {
            return None;
        }
        wholes().find(same_rows).map(|(_, measure)| measure)
    }

    pub fn measures(&self) -> impl Iterator<Item = (&MeasureFile, &Definition)> {
        self.files.iter().flat_map(|file| file.measures.iter().map(move |measure| (file, measure)))
    }

    /// A measure and the file it stands in.
    pub fn find(&self, id: &str) -> Result<(&MeasureFile, &Definition)> {
        self.measures()
            .find(|(_, measure)| measure.id == id)
            .ok_or_else(|| Error::new(format!("no measure is called {id}")).remedy("`luotsi measure list` lists them"))
    }
}

/// The unit tree of a version, as it is at an instant in microseconds.
pub async fn tree(snapshot: &Snapshot, now: i64) -> Result<Tree> {
    let calendar = Calendar::shipped();
    let context = query::session(snapshot, None, &Continuity::new(snapshot.clone(), vec![(0, 0)], now))?;
    Tree::read(&context, calendar, now).await
}

/// Rows that SQL gives over the facts, reading only.
pub async fn sql(snapshot: &Snapshot, text: &str, now: i64) -> Result<Vec<datafusion::arrow::array::RecordBatch>> {
    // Without a run's range a fold looks at everything until now.
    let window = snapshot.span(facts::Encounter::TABLE).map_or((0, 1), |(first, last)| (first, last.min(now) + 1));
    let fold = Continuity::new(snapshot.clone(), vec![window], now);
    let context = query::session(snapshot, None, &fold)?;
    Ok(query::rows(query::sql(&context, text).await?).await?)
}

/// Years that are looked back at most: one mistyped year makes no thousand months.
const MOST_YEARS: i64 = 20;

/// The tables by which it is known how far the facts go.
const GO_ON: [&facts::Table; 2] = [facts::Encounter::TABLE, facts::Contact::TABLE];

/// The months for which the facts are complete: from the first to the last in which anything happened.
///
/// Facts recorded before their time (booked visits, a mistyped year) do not count, nor does the month that `now` is in.
pub fn complete_months(snapshot: &Snapshot, now: i64) -> Option<(Date, Date)> {
    months_until(snapshot, GO_ON.into_iter().filter_map(|table| snapshot.happened(table)).max()?, now)
}

/// The months for which a measure file's facts are complete: to the last in which anything happened in each table that it
/// reads. Contacts may come in live while encounters are brought once a month.
pub fn months_of(snapshot: &Snapshot, file: &MeasureFile, now: i64) -> Option<(Date, Date)> {
    let reads = |table: &&facts::Table| file.names(table.name) || (file.folds() && table.name == "encounters");
    let end = |table: &facts::Table| snapshot.happened(table);
    let own = GO_ON.into_iter().filter(reads).filter_map(end).min();
    // A measure that reads neither, such as one of surveys, goes by the table that is complete last.
    let (first, to) = months_until(snapshot, own.or_else(|| GO_ON.into_iter().filter_map(end).min())?, now)?;
    // Entered and published figures may be of years of which nothing else is known.
    let is_of_nobody = file.measures.iter().all(|measure| measure.impersonal);
    let before = first_known(snapshot, file).filter(|before| is_of_nobody && *before < first);
    Some((before.map_or(first, |before| before.first_of_month().max(earliest(to))), to))
}

/// The instants between which a measure file's facts are known: from the first day of the rows that it counts to the last
/// of them, or to the end of the months that are complete. In between, no case means that there was none.
pub(crate) fn known(snapshot: &Snapshot, file: &MeasureFile, now: i64) -> Option<(i64, i64)> {
    let (calendar, table) = (Calendar::shipped(), file.rows_of()?);
    let first = calendar.start_of(first_known(snapshot, file)?)?;
    let last = instant_of(table, snapshot.happened(table)?)?;
    let complete = months_of(snapshot, file, now).and_then(|(_, end)| calendar.start_of(end));
    Some((first, last.max(complete.unwrap_or(last)).min(now)))
}

/// The local day of the first row that a file counts.
fn first_known(snapshot: &Snapshot, file: &MeasureFile) -> Option<Date> {
    let table = file.rows_of()?;
    Calendar::shipped().local_date(instant_of(table, snapshot.span(table)?.0)?)
}

/// The instant of a table's main time, which may be a day.
fn instant_of(table: &facts::Table, at: i64) -> Option<i64> {
    let is_day = table.at.and_then(|at| table.column(at)).is_some_and(|at| matches!(at.ty, facts::Type::Day));
    match is_day {
        true => date_of(i32::try_from(at).ok()?).and_then(|date| Calendar::shipped().start_of(date)),
        false => Some(at),
    }
}

/// The first local day on which anything happened.
pub fn first_day(snapshot: &Snapshot) -> Option<Date> {
    let firsts = GO_ON.into_iter().filter_map(|table| snapshot.span(table)).map(|(first, _)| first);
    Calendar::shipped().local_date(firsts.min()?)
}

fn months_until(snapshot: &Snapshot, last: i64, now: i64) -> Option<(Date, Date)> {
    let calendar = Calendar::shipped();
    let first = GO_ON.into_iter().filter_map(|table| snapshot.span(table)).map(|(first, _)| first).min()?;
    let last = calendar.local_date(last.min(now))?;
    let first = calendar.local_date(first)?.first_of_month().max(earliest(last));
    let end = last.first_of_month().checked_add(jiff::Span::new().months(1)).ok()?;
    // A month that ends with nothing for three days or more is still coming in.
    let over = calendar.local_date(now)? >= end;
    let complete = over && (day_number(end) - day_number(last) <= 3 || last.first_of_month() <= first);
    Some((first, if complete { end } else { last.first_of_month() }))
}

/// The first month that is looked back at from a day.
fn earliest(last: Date) -> Date {
    last.first_of_month().saturating_sub(jiff::Span::new().years(MOST_YEARS))
}

fn sql_files(folder: &Path, into: &mut Vec<std::path::PathBuf>) -> Result<()> {
    let mut entries: Vec<_> = std::fs::read_dir(folder)
        .map_err(|error| Error::file("list the measures", folder, error))?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect();
    entries.sort_unstable();
    for path in entries {
        if path.is_dir() {
            sql_files(&path, into)?;
        } else if path.extension().is_some_and(|ending| ending == "sql") {
            into.push(path);
        }
    }
    Ok(())
}

macro_rules! shipped {
    ($($path:literal,)*) => {
        &[$(($path, include_str!(concat!("../../../", $path))),)*]
    };
}

/// The measure files of the program; a test compares the list with the folder.
const SHIPPED: &[(&str, &str)] = shipped![
    "measures/access/booking.sql",
    "measures/access/callback.sql",
    "measures/access/callback_delay.sql",
    "measures/access/care_guarantee.sql",
    "measures/access/channel.sql",
    "measures/access/contact_to_care.sql",
    "measures/access/first_contact.sql",
    "measures/access/first_response.sql",
    "measures/access/identified.sql",
    "measures/access/message.sql",
    "measures/access/municipality_spread.sql",
    "measures/access/open_8_20.sql",
    "measures/access/reached.sql",
    "measures/access/remote_share.sql",
    "measures/access/still_waiting.sql",
    "measures/access/t3.sql",
    "measures/access/therapy_guarantee.sql",
    "measures/access/visit_minutes.sql",
    "measures/access/walk_in_wait.sql",
    "measures/backpain/episodes.sql",
    "measures/backpain/orders.sql",
    "measures/backpain/risk_class.sql",
    "measures/competence/trained.sql",
    "measures/consult/requests.sql",
    "measures/continuity/continuity.sql",
    "measures/continuity/named.sql",
    "measures/continuity/own_patient_ratio.sql",
    "measures/cost/agency.sql",
    "measures/cost/diagnostics.sql",
    "measures/cost/per_capita.sql",
    "measures/cost/per_contact.sql",
    "measures/directory/visitors.sql",
    "measures/emergency/series.sql",
    "measures/emergency/to_care.sql",
    "measures/emergency/visitors.sql",
    "measures/entered/numbers.sql",
    "measures/experience/chat_rating.sql",
    "measures/experience/nps.sql",
    "measures/experience/rating.sql",
    "measures/experience/response_rate.sql",
    "measures/experience/surveys_sent.sql",
    "measures/experience/units.sql",
    "measures/high_need/recognised.sql",
    "measures/interpret/cost.sql",
    "measures/mental/navigators.sql",
    "measures/mental/repeated.sql",
    "measures/needs/lead_time.sql",
    "measures/notice/duplicate_share.sql",
    "measures/notice/received.sql",
    "measures/notice/route_days.sql",
    "measures/notice/transfers.sql",
    "measures/owndoctor/leakage.sql",
    "measures/owndoctor/list.sql",
    "measures/phenomena/reports.sql",
    "measures/platform/registered_users.sql",
    "measures/quality/efficiency.sql",
    "measures/quality/timeliness.sql",
    "measures/recording/structured.sql",
    "measures/referral/specialised.sql",
    "measures/team/multiprofessional.sql",
    "measures/volume/callbacks.sql",
    "measures/volume/calls.sql",
    "measures/volume/chats.sql",
    "measures/volume/clients.sql",
    "measures/volume/contacts.sql",
    "measures/volume/e_contacts.sql",
    "measures/volume/encounters.sql",
    "measures/volume/interpretings.sql",
    "measures/volume/platform_matters.sql",
    "measures/volume/remote_only.sql",
    "measures/volume/transfers.sql",
    "measures/volume/walk_ins.sql",
];
