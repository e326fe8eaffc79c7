//! Published results: every measure by unit and month, and by one further dimension where its head allows, in
//! `results.db`.
//!
//! A figure is stored when its month is over and made anew only when something it was made from has changed: rows of a
//! time before the month's end (or so soon after that they can settle its cases), the measure's file, or the engine. A
//! figure that could reveal a person is hidden once, for the whole cube of a month, and a figure hidden once stays
//! hidden: otherwise two publications of one month could be subtracted.

mod cubes;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use facts::Table;
use rusqlite::{Connection, OptionalExtension, params};

use crate::error::{Error, Result};
use crate::lake::{Snapshot, private, write_private};
use crate::measure::{
    self, Asked, Catalogue, Definition, Draft, Figure, Links, MeasureFile, Past, Tree, Windows, groups,
};

use cubes::{Month, cubes, drafts, months, tables_read};

/// Raised when the engine makes other figures of the same facts.
const ENGINE: u32 = 4;

/// Cases settle for so long after their month: answers come in, booked visits happen.
const SETTLES: i64 = 92 * 86_400 * 1_000_000;

const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS publication (
    publication INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    program TEXT NOT NULL,
    engine INTEGER NOT NULL,
    facts_version INTEGER NOT NULL,
    facts_sha256 TEXT NOT NULL,
    calendar_sha256 TEXT NOT NULL,
    threshold INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS month (
    measure TEXT NOT NULL,
    dimension TEXT NOT NULL,
    month TEXT NOT NULL,
    publication INTEGER NOT NULL REFERENCES publication,
    version INTEGER NOT NULL,
    file_sha256 TEXT NOT NULL,
    as_of INTEGER NOT NULL,
    PRIMARY KEY (measure, dimension, month)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS figure (
    measure TEXT NOT NULL,
    dimension TEXT NOT NULL,
    month TEXT NOT NULL,
    unit_id TEXT NOT NULL,
    stratum TEXT NOT NULL,
    class TEXT NOT NULL,
    n INTEGER NOT NULL,
    numerator REAL,
    denominator REAL NOT NULL,
    value REAL,
    lower REAL,
    upper REAL,
    suppressed INTEGER NOT NULL,
    coverage REAL,
    reason TEXT,
    PRIMARY KEY (measure, dimension, month, unit_id, stratum, class)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS hidden (
    measure TEXT NOT NULL,
    dimension TEXT NOT NULL,
    month TEXT NOT NULL,
    unit_id TEXT NOT NULL,
    stratum TEXT NOT NULL,
    class TEXT NOT NULL,
    PRIMARY KEY (measure, dimension, month, unit_id, stratum, class)
) STRICT, WITHOUT ROWID;
-- Files of before what was hidden was remembered apart from the figures.
INSERT INTO hidden SELECT measure, dimension, month, unit_id, stratum, class FROM figure
WHERE suppressed = 1 AND NOT EXISTS (SELECT 1 FROM hidden);
";

/// The outcome of a publication.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// Months of measures made anew, and those that stood as they were.
    pub made: usize,
    pub kept: usize,
    /// The version of the facts that is published, where the ones given are older: nothing was done.
    pub newer: Option<u64>,
    /// Faults of measure files that could not be run; the others are published all the same.
    pub failed: Vec<String>,
}

/// A published figure.
#[derive(Debug, Clone, PartialEq)]
pub struct Published {
    pub measure: String,
    /// Empty: by unit and month only.
    pub dimension: String,
    /// Value of the dimension.
    pub stratum: String,
    /// Class, of measures that count classes; which quantile, of those of quantiles.
    pub class: String,
    pub unit_id: String,
    /// `2025-03`.
    pub month: String,
    pub n: u64,
    pub numerator: Option<f64>,
    pub denominator: f64,
    pub value: Option<f64>,
    pub lower: Option<f64>,
    pub upper: Option<f64>,
    pub suppressed: bool,
    pub coverage: Option<f64>,
    /// Why there is no value: `no_cases`, `window_before_data`, `suppressed`.
    pub reason: Option<String>,
    /// As of which instant, in microseconds.
    pub as_of: i64,
}

/// The published results of a data directory.
pub struct Results {
    database: Connection,
    /// Where it is noted, apart from the results, that there was a publication.
    note: PathBuf,
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Error {
        use rusqlite::ErrorCode::{
            CannotOpen, DatabaseBusy, DatabaseCorrupt, DatabaseLocked, DiskFull, NotADatabase, PermissionDenied,
            ReadOnly, SystemIoFailure,
        };
        let (what, remedy) = match error.sqlite_error_code() {
            Some(DiskFull) => ("the disk is full", "make room on it; nothing of the results is lost"),
            Some(ReadOnly | CannotOpen | PermissionDenied) => {
                ("may not be written", "let the file and its folder be written; nothing of the results is lost")
            }
            Some(SystemIoFailure) => {
                ("the disk does not write or read", "see that it is whole, has room and may be written")
            }
            Some(DatabaseBusy | DatabaseLocked) => ("another program holds them", "wait until it has ended"),
            Some(DatabaseCorrupt | NotADatabase) => {
                ("the file is damaged", "restore it from its backup: without it what was hidden once is not known")
            }
            _ => return Error::new(format!("the published results: {error}")),
        };
        Error::new(format!("the published results: {what} ({error})")).remedy(remedy)
    }
}

/// The note beside the results that they were published.
#[derive(serde::Serialize, serde::Deserialize)]
struct Note {
    threshold: u64,
}

/// Name of the note in the data directory.
const NOTE: &str = "published.toml";

impl Results {
    /// The results of a data directory; made where nothing was ever published. Results that were published and are gone are
    /// an error: what was hidden once would be shown.
    pub fn open(data: &Path) -> Result<Results> {
        let (path, note) = (data.join("results.db"), data.join(NOTE));
        let lost = || {
            Error::new("figures were published, and the published results are lost: what was hidden once is not known")
                .at(path.display())
                .remedy(format!(
                    "restore it from its backup; to publish all anew, small figures that were hidden among it, remove {}",
                    note.display()
                ))
        };
        let was_published = note.exists();
        if was_published && !path.exists() {
            return Err(lost());
        }
        match private().write(true).create_new(true).open(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => {
                return Err(Error::file("make the published results", &path, error));
            }
            _ => {}
        }
        let open = || {
            let database = Connection::open(&path)?;
            database.busy_timeout(std::time::Duration::from_mins(10))?;
            database.pragma_update(None, "journal_mode", "wal")?;
            database.execute_batch(SCHEMA)?;
            // Files of before figures said why they have no value.
            let columns = "SELECT count(*) FROM pragma_table_info('figure') WHERE name = 'reason'";
            if database.query_row(columns, [], |row| row.get::<_, i64>(0))? == 0 {
                database.execute_batch("ALTER TABLE figure ADD COLUMN reason TEXT")?;
            }
            Ok(database)
        };
        let database = open().map_err(|error: rusqlite::Error| Error::from(error).at(path.display()))?;
        let results = Results { database, note: note.clone() };
        if was_published && results.last_threshold()?.is_none() {
            return Err(lost());
        }
        Ok(results)
    }

    /// The threshold of the last publication, if there was one.
    pub fn last_threshold(&self) -> Result<Option<u64>> {
        let last = "SELECT threshold FROM publication ORDER BY publication DESC LIMIT 1";
        Ok(self.database.query_row(last, [], |row| row.get::<_, i64>(0)).optional()?.map(|threshold| threshold as u64))
    }

    /// Notes apart from the results that there are any: were they lost, it would be known.
    fn note(&self) -> Result<()> {
        let Some(threshold) = self.last_threshold()? else { return Ok(()) };
        let told = |error: std::io::Error| Error::file("note what is published", &self.note, error);
        let text = toml::to_string(&Note { threshold }).map_err(|error| Error::new(error.to_string()))?;
        let about = "# Written when figures are published. As long as it is here, results.db must be: what was hidden once, and \
                     stays so, is known only there.\n";
        let text = format!("{about}{text}");
        if std::fs::read_to_string(&self.note).is_ok_and(|known| known == text) {
            return Ok(());
        }
        // Whole or not at all.
        let partial = self.note.with_extension("toml.partial");
        write_private(&partial, &text)?;
        std::fs::File::open(&partial).and_then(|file| file.sync_all()).map_err(told)?;
        std::fs::rename(&partial, &self.note).map_err(told)
    }

    /// Publishes every month that is over and not published as it stands now; `progress` hears of each measure file.
    pub async fn publish(
        &mut self,
        snapshot: &Snapshot,
        catalogue: &Catalogue,
        as_of: i64,
        threshold: u64,
        progress: impl FnMut(&str),
    ) -> Result<Summary> {
        // One publication at a time, and all of it or nothing: another could show what this one hides.
        self.database.execute_batch("BEGIN IMMEDIATE")?;
        let published = match self.newest()? {
            // Another has published newer facts while this one waited, or these come from a backup.
            newest if newest > snapshot.version() => Ok(Summary { newer: Some(newest), ..Summary::default() }),
            _ => self.make(snapshot, catalogue, as_of, threshold, progress).await,
        };
        // A full disk ends the transaction by itself.
        let end = if published.is_ok() { "COMMIT" } else { "ROLLBACK" };
        let ended = if self.database.is_autocommit() { Ok(()) } else { self.database.execute_batch(end) };
        let published = published?;
        ended?;
        self.note()?;
        Ok(published)
    }

    /// The newest version of the facts that was published.
    fn newest(&self) -> Result<u64> {
        let newest = "SELECT coalesce(max(facts_version), 0) FROM publication";
        Ok(self.database.query_row(newest, [], |row| row.get::<_, i64>(0))? as u64)
    }

    async fn make(
        &mut self,
        snapshot: &Snapshot,
        catalogue: &Catalogue,
        as_of: i64,
        threshold: u64,
        mut progress: impl FnMut(&str),
    ) -> Result<Summary> {
        let mut summary = Summary::default();
        let mut begun = None;
        let links = Links::new(catalogue, threshold);
        for group in groups(catalogue) {
            let files: Vec<&MeasureFile> = group.into_iter().map(|file| &catalogue.files[file]).collect();
            let mut asked = Vec::new();
            let mut stale = HashSet::new();
            for file in files {
                let (months, cubes) = (months(snapshot, file, as_of)?, cubes(file));
                for (dimension, measures) in &cubes {
                    let found = self.stale(snapshot, file, measures, dimension, &months, (as_of, threshold))?;
                    stale.extend(found.into_iter().map(|month| month.name.clone()));
                }
                asked.push((file, months, cubes));
            }
            let mut made = Vec::new();
            for (file, months, cubes) in &asked {
                progress(&file.path);
                let all: usize = cubes.values().map(Vec::len).sum();
                // Linked measures are hidden together, and so made together.
                let mine: Vec<&Month> = months.iter().filter(|month| stale.contains(&month.name)).collect();
                summary.kept += (months.len() - mine.len()) * all;
                match drafts(snapshot, file, cubes, &mine, (as_of, threshold)).await {
                    // One county's file must not keep all the others from being published. Its old figures do not stay beside
                    // new ones of others.
                    Err(error) => {
                        summary.failed.push(format!("{}: {error}", file.path));
                        self.withdraw(cubes, &mine)?;
                    }
                    Ok(drafts) => {
                        summary.made += mine.len() * all;
                        made.extend(drafts.into_iter().map(|(dimension, draft, tree)| Made {
                            file,
                            dimension,
                            stale: mine.clone(),
                            draft,
                            tree,
                        }));
                    }
                }
            }
            if made.is_empty() {
                continue;
            }
            let publication = begun.map_or_else(|| self.begin(snapshot, as_of, threshold), Ok)?;
            begun = Some(publication);
            for (made, figures) in made.iter().zip(self.hide(&made, &links)?) {
                self.store(publication, made, as_of, &figures)?;
            }
        }
        Ok(summary)
    }

    /// The figures of linked measures with everything hidden that must be, or was before.
    fn hide(&self, made: &[Made<'_>], links: &Links<'_>) -> Result<Vec<Vec<Figure>>> {
        let before = made.iter().map(|made| self.before(made)).collect::<Result<Vec<_>>>()?;
        let hidden: Vec<_> = before.iter().map(|it| |figure: &Figure| it.hidden.contains(&key(figure))).collect();
        let windows = before.iter().map(|it| {
            |figure: &Figure| {
                let (measure, _, unit, stratum, class) = key(figure);
                it.windows.get(&(measure, unit, stratum, class)).cloned()
            }
        });
        let windows: Vec<_> = windows.collect();
        let past = |at: usize| Past { hidden: &hidden[at], gone: &before[at].gone, windows: &windows[at] };
        let asked = made.iter().enumerate().map(|(at, Made { draft, tree, dimension, .. })| Asked {
            draft,
            tree,
            dimension,
            past: past(at),
        });
        Ok(links.figures(&asked.collect::<Vec<_>>()))
    }

    /// The figures of a measure as they were published before.
    fn before(&self, made: &Made<'_>) -> Result<Before> {
        let (measure, dimension) = (&made.draft.measure, made.dimension);
        let hidden = self.hidden(measure, dimension)?;
        let gone = hidden.iter().map(|key| valueless(key, measure, dimension)).collect();
        let windows = self.windows(measure, dimension, made.stale.first().map_or("", |month| &month.name))?;
        Ok(Before { hidden, gone, windows })
    }

    /// Writes down what a publication is made from.
    fn begin(&self, snapshot: &Snapshot, as_of: i64, threshold: u64) -> Result<i64> {
        self.database.execute(
            "INSERT INTO publication (at, program, engine, facts_version, facts_sha256, calendar_sha256, \
             threshold) VALUES (?, ?, ?, ?, ?, ?, ?)",
            params![
                measure::instant_text(as_of),
                env!("CARGO_PKG_VERSION"),
                ENGINE,
                snapshot.manifest.version as i64,
                snapshot.digest(),
                measure::calendar_digest(),
                threshold as i64
            ],
        )?;
        Ok(self.database.last_insert_rowid())
    }

    /// The months whose stored figures are not those that a run would give now.
    fn stale<'a>(
        &self,
        snapshot: &Snapshot,
        file: &MeasureFile,
        measures: &[&Definition],
        dimension: &str,
        months: &'a [Month],
        (as_of, threshold): (i64, u64),
    ) -> Result<Vec<&'a Month>> {
        let tables = tables_read(file, dimension);
        let mut known = self.database.prepare_cached(
            "SELECT p.facts_version, m.as_of FROM month m JOIN publication p USING (publication) \
             WHERE m.measure = ? AND m.dimension = ? AND m.month = ? AND m.file_sha256 = ? AND m.version = ? \
             AND p.engine = ? AND p.calendar_sha256 = ? AND p.threshold = ?",
        )?;
        let mut stale = Vec::new();
        for month in months {
            let settled = month.end.saturating_add(SETTLES);
            let mut stands = true;
            for measure in measures {
                let keys = params![
                    measure.id,
                    dimension,
                    month.name,
                    file.digest,
                    measure.version,
                    ENGINE,
                    measure::calendar_digest(),
                    threshold as i64
                ];
                let stored = known.query_row(keys, |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)));
                stands &= stored.optional()?.is_some_and(|(version, at)| {
                    let unchanged = |table: &&'static Table| {
                        let end = if file.asks_by_main_time(table) { settled } else { i64::MAX };
                        !snapshot.changed_since(table, version as u64, end)
                    };
                    let ripe = at >= settled || at == as_of || !file.sql.contains("$as_of");
                    ripe && tables.iter().all(unchanged)
                });
            }
            if !stands {
                stale.push(month);
            }
        }
        Ok(stale)
    }

    /// Keys of figures that were ever published hidden.
    fn hidden(&self, measure: &Definition, dimension: &str) -> Result<HashSet<Key>> {
        let mut rows = self
            .database
            .prepare_cached("SELECT month, unit_id, stratum, class FROM hidden WHERE measure = ? AND dimension = ?")?;
        let keys = rows.query_map(params![measure.id, dimension], |row| {
            Ok((measure.id.clone(), row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        })?;
        Ok(keys.collect::<std::result::Result<_, _>>()?)
    }

    /// By measure, unit, stratum and class, the published windows of a rolling measure that end before a month.
    fn windows(&self, measure: &Definition, dimension: &str, month: &str) -> Result<HashMap<Place, Windows>> {
        let mut windows: HashMap<Place, Windows> = HashMap::new();
        let mut rows = self.database.prepare_cached(
            "SELECT unit_id, stratum, class, month, n, denominator, suppressed OR coalesce(reason, '') = ? \
             FROM figure WHERE measure = ? AND dimension = ? AND month < ? ORDER BY month",
        )?;
        if measure.window_months.is_some_and(|months| months > 1) {
            let mut rows = rows.query(params![measure::BEFORE_DATA, measure.id, dimension, month])?;
            while let Some(row) = rows.next()? {
                let place = (measure.id.clone(), row.get(0)?, row.get(1)?, row.get(2)?);
                let first: String = row.get(3)?;
                let of = windows.entry(place).or_insert(Windows { first, last: None });
                if !row.get::<_, bool>(6)? {
                    of.last = Some((row.get::<_, i64>(4)? as u64, row.get(5)?));
                }
            }
        }
        Ok(windows)
    }

    /// Stores the figures of stale months in place of what stood there.
    /// Takes away figures that cannot be made anew.
    fn withdraw(&self, cubes: &BTreeMap<&str, Vec<&Definition>>, months: &[&Month]) -> Result<()> {
        for (dimension, measures) in cubes {
            for (measure, month) in measures.iter().flat_map(|measure| months.iter().map(move |month| (measure, month)))
            {
                self.forget(&measure.id, dimension, &month.name)?;
                self.database
                    .prepare_cached("DELETE FROM month WHERE measure = ? AND dimension = ? AND month = ?")?
                    .execute(params![measure.id, dimension, month.name])?;
            }
        }
        Ok(())
    }

    /// Takes away the figures of a month; that some were hidden is known for ever.
    fn forget(&self, measure: &str, dimension: &str, month: &str) -> Result<()> {
        self.database
            .prepare_cached("DELETE FROM figure WHERE measure = ? AND dimension = ? AND month = ?")?
            .execute(params![measure, dimension, month])?;
        Ok(())
    }

    fn store(&self, publication: i64, made: &Made<'_>, as_of: i64, figures: &[Figure]) -> Result<()> {
        let Made { file, dimension, stale, draft: Draft { measure, .. }, .. } = made;
        let names: HashSet<&str> = stale.iter().map(|month| month.name.as_str()).collect();
        for month in &names {
            self.forget(&measure.id, dimension, month)?;
            self.database
                .prepare_cached(
                    "INSERT OR REPLACE INTO month (measure, dimension, month, publication, version, file_sha256, \
                     as_of) VALUES (?, ?, ?, ?, ?, ?, ?)",
                )?
                .execute(params![measure.id, dimension, month, publication, measure.version, file.digest, as_of])?;
        }
        for figure in figures.iter().filter(|figure| names.contains(figure.period.as_str())) {
            let (measure, month, unit, stratum, class) = key(figure);
            if figure.suppressed {
                // For ever: also when no case is left, or the measure is gone for a while.
                self.database
                    .prepare_cached("INSERT OR IGNORE INTO hidden VALUES (?, ?, ?, ?, ?, ?)")?
                    .execute(params![measure, dimension, month, unit, stratum, class])?;
            }
            self.database
                .prepare_cached(
                    "INSERT INTO figure (measure, dimension, month, unit_id, stratum, class, n, numerator, denominator, \
                     value, lower, upper, suppressed, coverage, reason) \
                     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                )?
                .execute(params![
                    measure,
                    dimension,
                    month,
                    unit,
                    stratum,
                    class,
                    figure.n as i64,
                    figure.numerator,
                    figure.denominator,
                    figure.value,
                    figure.lower,
                    figure.upper,
                    figure.suppressed,
                    figure.coverage,
                    figure.reason
                ])?;
        }
        Ok(())
    }

    /// Every published figure, by measure, dimension and month.
    pub fn figures(&self, mut each: impl FnMut(Published)) -> Result<()> {
        let mut rows = self.database.prepare(
            "SELECT f.measure, f.dimension, f.month, unit_id, stratum, class, n, numerator, denominator, value, \
             lower, upper, suppressed, coverage, reason, m.as_of \
             FROM figure f JOIN month m USING (measure, dimension, month)",
        )?;
        let mut rows = rows.query([])?;
        while let Some(row) = rows.next()? {
            each(Published {
                measure: row.get(0)?,
                dimension: row.get(1)?,
                month: row.get(2)?,
                unit_id: row.get(3)?,
                stratum: row.get(4)?,
                class: row.get(5)?,
                n: row.get::<_, i64>(6)? as u64,
                numerator: row.get(7)?,
                denominator: row.get(8)?,
                value: row.get(9)?,
                lower: row.get(10)?,
                upper: row.get(11)?,
                suppressed: row.get(12)?,
                coverage: row.get(13)?,
                reason: row.get(14)?,
                as_of: row.get(15)?,
            });
        }
        Ok(())
    }
}

/// Measure, unit, stratum, class.
type Place = (String, String, String, String);
/// Measure, month, unit, stratum, class.
type Key = (String, String, String, String, String);

fn key(figure: &Figure) -> Key {
    let value = |wanted: bool| {
        let found = figure.strata.iter().find(|(name, _)| ["class", "quantile"].contains(&name.as_str()) == wanted);
        found.map(|(_, value)| value.clone()).unwrap_or_default()
    };
    (figure.measure.clone(), figure.period.clone(), figure.unit_id.clone(), value(false), value(true))
}

/// A figure of which nothing is left but that it was hidden.
fn valueless((id, month, unit, stratum, class): &Key, measure: &Definition, dimension: &str) -> Figure {
    let stratum = (!dimension.is_empty()).then(|| (dimension.to_string(), stratum.clone()));
    let part = measure.parts().filter(|_| !class.is_empty());
    let class = part.map(|part| (part.to_string(), class.clone()));
    Figure {
        measure: id.clone(),
        unit_id: unit.clone(),
        period: month.clone(),
        strata: stratum.into_iter().chain(class).collect(),
        ..Figure::default()
    }
}

/// The figures of a measure as they were published before.
struct Before {
    hidden: HashSet<Key>,
    /// The figures that were hidden, without their values.
    gone: Vec<Figure>,
    windows: HashMap<Place, Windows>,
}

/// A measure's figures that are to be stored.
struct Made<'a> {
    file: &'a MeasureFile,
    dimension: &'a str,
    stale: Vec<&'a Month>,
    draft: Draft,
    tree: Arc<Tree>,
}
