//! A run: one version of the facts, one grouping, any number of measure files.

use std::collections::BTreeSet;
use std::sync::Arc;

use calendar::Calendar;
use jiff::civil::Date;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::cells::Figure;
use super::disclosure::Past;
use super::draft::Draft;
use super::gather::{Gathering, gather};
use super::grouping::{Grouping, Periods, UnitGrouping, windows};
use super::links::{Asked, Links};
use super::people::People;
use super::query::{self, Bounds};
use super::tree::Tree;
use super::{Catalogue, Definition, MeasureFile};
use crate::error::{Error, Result};
use crate::fold::Continuity;
use crate::lake::Snapshot;
use crate::layout;

/// The run to make.
#[derive(Debug, Clone)]
pub struct Request {
    /// Local dates; `to` is not included.
    pub from: Date,
    pub to: Date,
    pub grouping: Grouping,
    /// Microseconds: what was recorded by then, and "now" for open cases.
    pub as_of: i64,
    /// Count every case for the units above it now, not for those above it when it happened.
    pub tree_now: bool,
    /// Of the intervals: 0.95 is usual, 0.998 the outer pair of a funnel.
    pub confidence: f64,
    /// Hide what fewer people than this stand behind, and what would tell it; at most [`super::MOST_THRESHOLD`].
    pub suppress: Option<u64>,
}

/// The figures of a run and what they were made from.
#[derive(Debug, Clone)]
pub struct Results {
    pub figures: Vec<Figure>,
    pub manifest: RunManifest,
}

/// Runs measures over the facts.
pub async fn run(snapshot: &Snapshot, catalogue: &Catalogue, ids: &[String], request: &Request) -> Result<Results> {
    let mut drafts: Vec<(Draft, Arc<Tree>)> = Vec::new();
    let files = by_file(catalogue, ids)?;
    for (file, measures) in &files {
        let cube = Cube { measures, request: request.clone() };
        let each = |_, gathering: Gathering<'_>| {
            let tree = Arc::new(gathering.tree().clone());
            drafts.extend(gathering.drafts().into_iter().map(|draft| (draft, Arc::clone(&tree))));
            Ok(())
        };
        run_file(snapshot, file, &[cube], each).await?;
    }
    let dimension = request.grouping.dimensions.join(",");
    let asked: Vec<Asked<'_>> =
        drafts.iter().map(|(draft, tree)| Asked { draft, tree, dimension: &dimension, past: Past::NONE }).collect();
    let mut made: Vec<Vec<Figure>> = match request.suppress {
        Some(threshold) => Links::new(catalogue, threshold).figures(&asked),
        None => drafts.iter().map(|(draft, _)| draft.figures.clone()).collect(),
    };
    for (figures, (_, tree)) in made.iter_mut().zip(&drafts) {
        figures.retain(|figure| is_asked_for(figure, tree, &request.grouping));
    }
    let figures = made.concat();
    let manifest = RunManifest::of(snapshot, &files, request, &figures);
    Ok(Results { figures, manifest })
}

/// Every level is computed, because hiding looks at the whole tree; one level may be asked for.
fn is_asked_for(figure: &Figure, tree: &Tree, grouping: &Grouping) -> bool {
    match &grouping.unit {
        Some(UnitGrouping::Level(level)) => {
            tree.find(&figure.unit_id).is_some_and(|unit| tree.units[unit].level == *level)
        }
        Some(UnitGrouping::Every) | None => true,
    }
}

fn by_file<'a>(catalogue: &'a Catalogue, ids: &[String]) -> Result<Vec<(&'a MeasureFile, Vec<&'a Definition>)>> {
    let mut files: Vec<(&MeasureFile, Vec<&Definition>)> = Vec::new();
    for id in ids {
        let (file, measure) = catalogue.find(id)?;
        match files.iter_mut().find(|(known, _)| known.path == file.path) {
            Some((_, measures)) => measures.push(measure),
            None => files.push((file, vec![measure])),
        }
    }
    Ok(files)
}

/// Measures of one file, grouped in one way.
pub(crate) struct Cube<'a> {
    pub measures: &'a [&'a Definition],
    pub request: Request,
}

/// Runs cubes of one file, all as of one instant, with one scan of its cases; `each` takes what was gathered for each,
/// in their order.
pub(crate) async fn run_file(
    snapshot: &Snapshot,
    file: &MeasureFile,
    cubes: &[Cube<'_>],
    mut each: impl FnMut(usize, Gathering<'_>) -> Result<()>,
) -> Result<()> {
    let Some(Cube { request: Request { as_of, .. }, .. }) = cubes.first() else { return Ok(()) };
    let calendar = Calendar::shipped();
    let mut asked = Vec::new();
    for cube in cubes {
        let periods = Periods::of(&cube.request, calendar)?;
        let windows = windows(cube.measures[0], &cube.request, &periods, calendar)?;
        asked.push((cube, periods, windows));
    }
    let all: BTreeSet<(i64, i64)> = asked.iter().flat_map(|(.., windows)| windows.iter().copied()).collect();
    let fold = Continuity::new(snapshot.clone(), Vec::from_iter(all), *as_of);
    let context = query::session(snapshot, Some(*as_of), &fold)?;
    let tree = Tree::read(&context, calendar, *as_of).await?;
    let people = People::read(&context, cubes.iter().map(|cube| &cube.request.grouping)).await?;
    // One scan serves all cubes and windows: a case belongs to every window that its time falls into.
    let mut bounds = Bounds { from: i64::MAX, to: i64::MIN, as_of: *as_of };
    let mut gatherings = Vec::new();
    for (cube, periods, windows) in asked {
        check_level(&tree, &cube.request.grouping)?;
        let (mut from, to) = (periods.starts[0], periods.end);
        let known = super::known(snapshot, file, *as_of);
        let mut gathering = Gathering::new(cube.measures, &cube.request, periods, &tree, &people);
        gathering.known = known;
        if cube.measures[0].window_months.is_some() && cube.request.grouping.period.is_some() {
            let begun = super::complete_months(snapshot, *as_of)
                .and_then(|(first, _)| calendar.start_of(first))
                .unwrap_or(i64::MIN);
            gathering.too_early = windows.iter().take_while(|(from, _)| *from < begun).count();
            if !file.folds() {
                from = windows.iter().map(|(from, _)| *from).min().unwrap_or(from);
                gathering.windows = windows;
            }
        }
        (bounds.from, bounds.to) = (bounds.from.min(from), bounds.to.max(to));
        gatherings.push(gathering);
    }
    let plan = query::plan(&context, file, bounds).await?;
    gather(&context, file, plan, &mut gatherings).await?;
    gatherings.into_iter().enumerate().try_for_each(|(number, gathering)| each(number, gathering))
}

fn check_level(tree: &Tree, grouping: &Grouping) -> Result<()> {
    let Some(UnitGrouping::Level(level)) = &grouping.unit else { return Ok(()) };
    let levels: BTreeSet<&str> = tree.units.iter().map(|unit| unit.level.as_str()).collect();
    match levels.contains(level.as_str()) {
        true => Ok(()),
        false => Err(Error::new(format!("no unit is of the level {level}"))
            .remedy(format!("unit:LEVEL with one of {}", Vec::from_iter(levels).join(", ")))),
    }
}

/// The sources of a run: enough to make it again and to tell why two runs differ.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RunManifest {
    /// Version of this program.
    pub program: &'static str,
    /// Version of the facts, and SHA-256 of the manifest that names its files with their digests.
    pub facts_version: u64,
    pub facts_sha256: String,
    /// SHA-256 of the calendar's rules.
    pub calendar_sha256: String,
    pub from: Date,
    pub to: Date,
    pub by: String,
    pub as_of: String,
    pub tree_now: bool,
    pub suppress: Option<u64>,
    pub confidence: f64,
    pub measures: Vec<MeasureUsed>,
    /// SHA-256 of the figures as JSON.
    pub figures_sha256: String,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MeasureUsed {
    pub id: String,
    pub version: u32,
    pub file_sha256: String,
}

impl RunManifest {
    fn of(
        snapshot: &Snapshot,
        files: &[(&MeasureFile, Vec<&Definition>)],
        request: &Request,
        figures: &[Figure],
    ) -> RunManifest {
        let used = files.iter().flat_map(|(file, measures)| {
            measures.iter().map(|measure| MeasureUsed {
                id: measure.id.clone(),
                version: measure.version,
                file_sha256: file.digest.clone(),
            })
        });
        RunManifest {
            program: env!("CARGO_PKG_VERSION"),
            facts_version: snapshot.manifest.version,
            facts_sha256: snapshot.digest(),
            calendar_sha256: calendar_digest(),
            from: request.from,
            to: request.to,
            by: request.grouping.to_string(),
            as_of: instant_text(request.as_of),
            tree_now: request.tree_now,
            suppress: request.suppress,
            confidence: request.confidence,
            measures: used.collect(),
            figures_sha256: layout::hex(&Sha256::digest(serde_json::to_string(figures).unwrap_or_default())),
        }
    }
}

/// An instant in microseconds as ISO 8601.
pub fn instant_text(micros: i64) -> String {
    jiff::Timestamp::from_microsecond(micros).map(|it| it.to_string()).unwrap_or_default()
}

/// SHA-256 of the calendar's rules.
pub(crate) fn calendar_digest() -> String {
    layout::hex(&Sha256::digest(calendar::RULES))
}
