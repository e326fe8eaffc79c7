//! The published results as pages ask for them.

mod under_way;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;

use analytics::import::broken_off;
use analytics::lake::{Lake, Snapshot};
use analytics::lock::is_importing;
use analytics::measure::{self, Better, Catalogue, Grouping, MOST_THRESHOLD, Request};
use analytics::results::{Published, Results};
use analytics::rows::first_texts;
use analytics::{Error, Result};
use calendar::Calendar;
use facts::{Code, Profession};
use jiff::civil::Date;
use web::{Card, CaseTable, Figures, Part, Point, Series, StaffCard, UnitCard};

use crate::last_read::LastRead;
use crate::settings::{self, Settings};
use crate::{demo, now, output};

/// Cases shown on a page.
const CASES_SHOWN: usize = 200;

/// Every measure by unit and month, with what could tell a person hidden, at one version of the facts.
pub struct Publication {
    snapshot: Snapshot,
    catalogue: Arc<Catalogue>,
    cards: Vec<Card>,
    units: Vec<UnitCard>,
    staff: Vec<StaffCard>,
    /// By measure and unit.
    series: HashMap<(String, String), Series>,
    parts: HashMap<(String, String), Vec<Part>>,
    /// By measure and unit, of the month that is under way.
    under_way: HashMap<(String, String), Point>,
    /// Of a demo county.
    residents: Option<u32>,
    as_of: i64,
    /// Figures of fewer people are hidden.
    threshold: u64,
    synthetic: bool,
    /// Facts were coming in: what is new in them was not published.
    is_behind: bool,
}

impl Publication {
    /// The units, and no figures: what is shown as long as those cannot be published. None is better than another that
    /// bears its name. Units that cannot be read are those that were read last.
    pub async fn without_figures(data: &Path, last: &LastRead) -> Publication {
        let read = async {
            let snapshot = LastRead::facts(data)?;
            let organisation = organisation(&snapshot, now()).await?;
            Ok::<_, Error>((snapshot, organisation))
        };
        let (snapshot, organisation) = match read.await {
            Ok(read) => read,
            Err(error) => {
                eprintln!("error: the units cannot be read, and are those that were read last: {error}");
                (Snapshot::nothing(), (last.units(), last.staff()))
            }
        };
        let threshold = Settings::read(data).map_or(MOST_THRESHOLD, |settings| settings.threshold);
        Publication::of(data, snapshot, organisation, Catalogue::default(), now(), threshold)
    }

    /// Publishes what is new in a data directory, of these measures or of all, and reads all that is published.
    pub async fn load(data: &Path, measures: Option<&[String]>) -> Result<Publication> {
        let snapshot = LastRead::facts(data)?;
        let catalogue = settings::catalogue(data)?;
        let as_of = now();
        let settings = Settings::read(data)?;
        let mut results = Results::open(data)?;
        let threshold = settings.threshold_after(results.last_threshold()?, data)?;
        // Rows that an unfinished import has brought so far are not shown: half of it could hide for ever what the
        // whole would not. The question comes after the snapshot: an import that begins now is not in it, and one that
        // has ended since brought a version.
        let broken_off = broken_off(data)?;
        if let Some((import, file)) = &broken_off {
            eprintln!("nothing is published: the import {import} broke off, import its file {file} again whole");
        }
        let asked = measures.map_or_else(|| catalogue.clone(), |ids| measure::together(&catalogue, ids));
        let is_moving = is_importing(data)? || Lake::existing(data)?.snapshot()?.version() != snapshot.version();
        if !is_moving && broken_off.is_none() {
            let bar = output::progress("measures", Some(asked.files.len() as u64));
            let published = results.publish(&snapshot, &asked, as_of, threshold, |_| bar.inc(1)).await?;
            bar.finish_and_clear();
            published.failed.iter().for_each(|failed| eprintln!("not published: {failed}"));
            if let Some(newer) = published.newer {
                eprintln!("{}", is_older(&snapshot, newer));
            }
        }
        let organisation = organisation(&snapshot, as_of).await?;
        let mut publication = Publication::of(data, snapshot, organisation, catalogue, as_of, threshold);
        publication.is_behind = is_moving;
        publication.read(&results)?;
        if !is_moving && broken_off.is_none() {
            // A measure that cannot be run takes no published figure off the pages.
            match publication.of_the_month_under_way(&asked).await {
                Ok(under_way) => publication.under_way = under_way,
                Err(error) => eprintln!("warning: the month under way is not shown: {error}"),
            }
        }
        Ok(publication)
    }

    fn of(
        data: &Path,
        snapshot: Snapshot,
        (units, staff): Organisation,
        catalogue: Catalogue,
        as_of: i64,
        threshold: u64,
    ) -> Publication {
        Publication {
            cards: catalogue.measures().map(|(file, measure)| card(file, measure)).collect(),
            units,
            staff,
            series: HashMap::new(),
            parts: HashMap::new(),
            under_way: HashMap::new(),
            residents: demo::residents(data),
            as_of,
            threshold,
            synthetic: data.join("synthetic").exists(),
            is_behind: false,
            snapshot,
            catalogue: Arc::new(catalogue),
        }
    }

    /// Whether its units are those of the facts, and not those that were read last.
    pub fn is_of_facts(&self) -> bool {
        !self.snapshot.folder.as_os_str().is_empty()
    }

    /// The month under way as it stands: in the demo county at once, elsewhere as it stood at midnight, so that nobody can
    /// tell from one minute to the next what came of a single case.
    async fn of_the_month_under_way(&self, asked: &Catalogue) -> Result<HashMap<(String, String), Point>> {
        let calendar = Calendar::shipped();
        let midnight = calendar.local_date(self.as_of).and_then(|today| calendar.start_of(today));
        let as_of = if self.synthetic { self.as_of } else { midnight.unwrap_or(self.as_of) - 1 };
        under_way::figures(&self.snapshot, asked, as_of, self.threshold).await
    }

    /// The version of the facts that it was made from; none such, where it is to be made again.
    pub fn version(&self) -> u64 {
        if self.is_behind { u64::MAX } else { self.snapshot.version() }
    }

    fn read(&mut self, results: &Results) -> Result<()> {
        let Some((from, to)) = measure::complete_months(&self.snapshot, self.as_of) else { return Ok(()) };
        let name = |month: Date| format!("{:04}-{:02}", month.year(), month.month());
        // Of each measure the months for which its own facts are complete.
        let catalogue = Arc::clone(&self.catalogue);
        let own = |(file, measure): (&measure::MeasureFile, &measure::Definition)| {
            let (first, end) = measure::months_of(&self.snapshot, file, self.as_of).unwrap_or((from, to));
            let next = |month: &Date| month.checked_add(jiff::Span::new().months(1)).ok();
            let months = std::iter::successors(Some(first), next).take_while(|month| *month < end.min(to));
            (measure.id.clone(), months.map(name).collect())
        };
        let months: HashMap<String, Vec<String>> = catalogue.measures().map(own).collect();
        let named = |(_, measure): (_, &measure::Definition)| Some((measure.id.clone(), measure.parts()?.to_string()));
        let parts: HashMap<String, String> = catalogue.measures().filter_map(named).collect();
        let mut latest: HashMap<(String, String), usize> = HashMap::new();
        results.figures(|figure| {
            let Some(own) = months.get(&figure.measure) else { return };
            let Ok(place) = own.binary_search(&figure.month) else { return };
            let gap = |month: &String| Point { period: month.clone(), ..Point::default() };
            let none = || Series { points: own.iter().map(gap).collect() };
            let key = (figure.measure.clone(), figure.unit_id.clone());
            let (dimension, value) = match figure.class.is_empty() {
                true => (&figure.dimension, &figure.stratum),
                false => match parts.get(&figure.measure) {
                    Some(part) => (part, &figure.class),
                    None => return,
                },
            };
            if dimension.is_empty() {
                let series = self.series.entry(key);
                let series = series.or_insert_with(none);
                series.points[place] = point(&figure);
                return;
            }
            if figure.class.is_empty() == figure.dimension.is_empty() {
                // Classes by a further dimension have no place on a page.
                return;
            }
            if !figure.class.is_empty() {
                let series = self.series.entry(key.clone());
                series.or_insert_with(none);
            }
            // Of the latest month that has any.
            let newest = latest.entry(key.clone()).or_insert(place);
            if place < *newest {
                return;
            }
            let parts = self.parts.entry(key).or_default();
            if place > std::mem::replace(newest, place) {
                parts.clear();
            }
            parts.push(Part { dimension: dimension.clone(), value: value.clone(), point: point(&figure) });
        })?;
        self.begin_with_cases();
        self.end_with_figures();
        Ok(())
    }

    /// A unit's series of counts begins with the first month in which it had a case: whether it was there before is not known.
    /// Of a unit that never had any there is none.
    fn begin_with_cases(&mut self) {
        let counts = counting(&self.cards);
        self.series.retain(|(measure, _), series| {
            let first = series.points.iter().position(has_cases);
            if counts.contains(measure) {
                let before = series.points.iter_mut().take(first.unwrap_or_default());
                before
                    .for_each(|point| *point = Point { period: std::mem::take(&mut point.period), ..Point::default() });
            }
            first.is_some() || !counts.contains(measure)
        });
    }

    /// A measure ends with the last month of which any unit has a figure, and one that counts with the last in which anything
    /// was counted at all: between it and the first live contact of this week there are no months in which nothing
    /// happened, but none of which anything was brought.
    fn end_with_figures(&mut self) {
        let counts = counting(&self.cards);
        let last_of = |series: &Series, is_there: &dyn Fn(&Point) -> bool| {
            let last = series.points.iter().rfind(|point| is_there(point));
            last.map(|point| point.period.clone())
        };
        let last = self.series.values().filter_map(|series| last_of(series, &has_cases)).max();
        let mut ends: HashMap<String, String> = HashMap::new();
        for ((measure, _), series) in &self.series {
            let is_there = |point: &Point| point.n.is_some() || point.suppressed;
            let end = if counts.contains(measure) { last.clone() } else { last_of(series, &is_there) };
            let Some(end) = end else { continue };
            let known = ends.entry(measure.clone()).or_default();
            *known = end.max(std::mem::take(known));
        }
        for ((measure, _), series) in &mut self.series {
            // Classes have parts and no series of their own.
            if let Some(end) = ends.get(measure) {
                series.points.retain(|point| point.period <= *end);
            }
        }
    }
}

/// The error that older facts than the published ones publish nothing.
pub fn is_older(snapshot: &Snapshot, newer: u64) -> Error {
    Error::new(format!(
        "nothing is published of version {} of the facts: version {newer} was before",
        snapshot.version()
    ))
    .remedy("restore the results.db of the same backup, or import again what came since")
}

/// The measures of which no case is a value as well.
fn counting(cards: &[Card]) -> HashSet<String> {
    let counting = cards.iter().filter(|card| matches!(card.kind.as_str(), "count" | "persons" | "stock"));
    counting.map(|card| card.id.clone()).collect()
}

/// Whether a month had cases, be it that they are hidden.
fn has_cases(point: &Point) -> bool {
    point.n.is_some_and(|n| n > 0) || point.suppressed
}

/// Units, and who works in them.
type Organisation = (Vec<UnitCard>, Vec<StaffCard>);

async fn organisation(snapshot: &Snapshot, as_of: i64) -> Result<Organisation> {
    Ok((units(snapshot, as_of).await?, staff(snapshot, as_of).await?))
}

async fn units(snapshot: &Snapshot, as_of: i64) -> Result<Vec<UnitCard>> {
    let tree = measure::tree(snapshot, as_of).await?;
    let card = |unit: &measure::UnitInfo| UnitCard {
        id: unit.id.clone(),
        names: [unit.name_fi.clone(), unit.name_sv.clone(), unit.name_en.clone()],
        level: unit.level.clone(),
        parent: unit.parent,
        open: !unit.closed,
    };
    Ok(tree.units.iter().map(card).collect())
}

fn point(figure: &Published) -> Point {
    Point {
        period: figure.month.clone(),
        value: figure.value,
        lower: figure.lower,
        upper: figure.upper,
        // A window that begins before the facts has a number of cases, and tells none.
        n: (!figure.suppressed && figure.reason.as_deref() != Some(measure::BEFORE_DATA)).then_some(figure.n),
        numerator: figure.numerator,
        denominator: figure.denominator,
        suppressed: figure.suppressed,
        coverage: figure.coverage,
        reason: figure.reason.clone(),
        as_of: measure::instant_text(figure.as_of),
    }
}

fn card(file: &measure::MeasureFile, measure: &measure::Definition) -> Card {
    let texts = |names: &facts::Names| [names.fi.clone(), names.sv.clone(), names.en.clone()];
    Card {
        id: measure.id.clone(),
        names: texts(&measure.name),
        about: texts(&measure.about),
        unit: measure.unit.clone(),
        better: match measure.better {
            Better::Higher => stats::spc::Better::Higher,
            Better::Lower => stats::spc::Better::Lower,
            Better::Neither => stats::spc::Better::Neither,
        },
        kind: format!("{:?}", measure.kind).to_lowercase(),
        rolling: measure.window_months.is_some_and(|months| months > 1),
        source: measure.source.clone(),
        sql: file.sql.clone(),
        version: measure.version,
        classes: facts::CODE_LISTS.iter().copied().find(|list| measure.value.as_deref() == Some(list.name)),
    }
}

/// Professionals as they work on the day of an instant, each once.
async fn staff(snapshot: &Snapshot, as_of: i64) -> Result<Vec<StaffCard>> {
    let today = Calendar::shipped().local_date(as_of).map_or_else(String::new, |day| day.to_string());
    let query = format!(
        "SELECT concat_ws('\n', professional_id, profession, unit_id,
                CASE WHEN valid_to IS NULL OR valid_to > DATE '{today}' THEN 'open' ELSE '' END)
         FROM professionals WHERE valid_from <= DATE '{today}' ORDER BY professional_id, valid_from"
    );
    let rows = measure::sql(snapshot, &query, as_of).await?;
    let card = |row: &String| match row.split('\n').collect::<Vec<_>>()[..] {
        [id, profession, unit, open] => Some(StaffCard {
            id: id.into(),
            profession: Profession::named(profession)?,
            unit: unit.into(),
            open: !open.is_empty(),
        }),
        _ => None,
    };
    let all = rows.iter().flat_map(first_texts).collect::<Vec<String>>();
    // Of somebody who has moved, the last.
    let last: BTreeMap<String, StaffCard> = all.iter().filter_map(card).map(|it| (it.id.clone(), it)).collect();
    Ok(last.into_values().collect())
}

impl Figures for Publication {
    fn catalogue(&self) -> &[Card] {
        &self.cards
    }

    fn units(&self) -> &[UnitCard] {
        &self.units
    }

    fn staff(&self) -> &[StaffCard] {
        &self.staff
    }

    fn series(&self, measure: &str, unit: &str) -> Option<Series> {
        self.series.get(&(measure.to_string(), unit.to_string())).cloned()
    }

    fn parts(&self, measure: &str, unit: &str) -> Vec<Part> {
        self.parts.get(&(measure.to_string(), unit.to_string())).cloned().unwrap_or_default()
    }

    fn cases(
        &self,
        measure: &str,
        unit: &str,
        period: &str,
    ) -> Pin<Box<dyn Future<Output = std::result::Result<CaseTable, String>> + Send>> {
        let (snapshot, catalogue) = (self.snapshot.clone(), Arc::clone(&self.catalogue));
        let (measure, unit, period, as_of) = (measure.to_string(), unit.to_string(), period.to_string(), self.as_of);
        Box::pin(async move {
            let from: Date = format!("{period}-01").parse().map_err(|error: jiff::Error| error.to_string())?;
            let to = from.checked_add(jiff::Span::new().months(1)).map_err(|error| error.to_string())?;
            let grouping = Grouping::parse("period").map_err(|error| error.to_string())?;
            let request =
                Request { from, to, grouping, as_of, tree_now: false, confidence: measure::CONFIDENCE, suppress: None };
            let table = measure::cases_under(&snapshot, &catalogue, &measure, &unit, &request, CASES_SHOWN).await;
            let table = table.map_err(|error| error.to_string())?;
            Ok(CaseTable { header: table.header, rows: table.rows, total: table.total })
        })
    }

    fn threshold(&self) -> u64 {
        self.threshold
    }

    fn synthetic(&self) -> bool {
        self.synthetic
    }

    fn under_way(&self, measure: &str, unit: &str) -> Option<Point> {
        self.under_way.get(&(measure.to_string(), unit.to_string())).cloned()
    }

    fn residents(&self) -> Option<u32> {
        self.residents
    }

    fn version(&self) -> u64 {
        if self.is_behind { 0 } else { self.snapshot.version() }
    }
}
