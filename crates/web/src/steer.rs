//! `/steer`: the scorecard of a unit and the page of each measure.

mod measure;
mod phases;
mod reading;
mod source_figures;
mod under_way;

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use matter::access::{Action, Purpose, Resource, Role, decide};
use maud::{Markup, html};
use operations::phases::Phases;
use serde::Deserialize;
use stats::spc::{Assurance, Variation};

use reading::{Reading, read, why_unknown};

use crate::App;
use crate::answer::Failure;
use crate::charts::{assurance_code, assurance_icon, sparkline, variation_code, variation_icon};
use crate::feature::{Door, Feature, get, post};
use crate::figures::{Card, UnitCard};
use crate::home::{failed, missing};
use crate::layout::{Page, escape};
use crate::numbers;
use crate::scorecard::Scorecard;
use crate::texts::texts;

pub static FEATURE: Feature = Feature {
    pages: || {
        vec![
            get("/steer", overview),
            get("/steer/scorecards/{id}", one),
            get("/steer/measures/{id}", measure::measure),
            get("/steer/measures/{id}/csv", measure::csv),
            get("/steer/measures/{id}/cases", measure::cases),
            post("/steer/measures/{id}/phases", phases::phases),
        ]
    },
    texts: &[texts!("steer"), texts!("measure")],
    doors: &[Door {
        path: "/steer",
        name: "section-steer",
        opens_to: |role| role.is_some_and(|role| !matches!(role, Role::Resident | Role::Partner)),
        leads_to: &[],
    }],
    ..Feature::NOTHING
};

#[derive(Deserialize, Default)]
pub struct Filters {
    unit: Option<String>,
    view: Option<String>,
}

/// Whether someone may see figures; who has not signed in is asked to.
fn turned_away(page: &Page) -> Option<Response> {
    let resource = if page.synthetic { Resource::Synthetic } else { Resource::Real };
    if decide(page.role, Purpose::Management, Action::SeeFigures, resource).allow {
        return None;
    }
    Some(if page.role.is_none() { page.to_sign_in() } else { missing(page) })
}

/// The unit that a link names, or the one at the top.
fn unit_of<'a>(page: &'a Page, named: Option<&str>) -> Option<&'a UnitCard> {
    let units = page.figures.units();
    match named {
        Some(id) => units.iter().find(|unit| unit.id == id),
        None => units.iter().find(|unit| unit.parent.is_none()),
    }
}

/// A row of the scorecard.
struct Line<'a> {
    card: &'a Card,
    reading: Reading,
}

/// `GET /steer`: the county's own scorecard.
pub async fn overview(State(app): State<Arc<App>>, Query(filters): Query<Filters>, page: Page) -> Response {
    shown(&app, &page, app.scorecards.first(), &filters).await
}

/// `GET /steer/scorecards/{id}`.
pub async fn one(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Query(filters): Query<Filters>,
    page: Page,
) -> Response {
    shown(&app, &page, app.scorecards.iter().find(|it| it.id == id), &filters).await
}

/// A scorecard of a unit.
async fn shown(app: &App, page: &Page, scorecard: Option<&Scorecard>, filters: &Filters) -> Response {
    if let Some(response) = turned_away(page) {
        return response;
    }
    let (Some(scorecard), Some(unit)) = (scorecard, unit_of(page, filters.unit.as_deref())) else {
        return missing(page);
    };
    let phases = match app.kinds.store.phases(&unit.id).await {
        Ok(phases) => phases,
        Err(error) => return failed(page, &Failure::away(&error)),
    };
    let name = page.language.of(&unit.names);
    let as_matrix = filters.view.as_deref() == Some("matrix");
    let content = html! {
        div.listhead {
            h1 { (name) }
            p.listhead__n { strong { (scorecard.name.of(page.language.code())) } ". " (scorecard.about.of(page.language.code())) }
            @if as_matrix {
                a.chip href=(page.link(&[("view", "")])) { (page.text("view-list")) }
            } @else {
                a.chip href=(page.link(&[("view", "matrix")])) { (page.text("view-matrix")) }
            }
        }
        nav.tree-fold aria-label=(page.text("unit-tree")) {
            details.fold {
                summary { (page.text("unit-tree")) }
                ul.tree tabindex="0" { (tree(page, None, &unit.id)) }
            }
        }
        @if !has_figures(page, unit) { p { (page.text("unit-without-figures")) } }
        @if as_matrix { (matrix(page, scorecard, unit, &phases)) } @else { (list(page, scorecard, unit, &phases)) }
        (others(page, scorecard, unit))
        (scorecards(app, page, scorecard, unit))
        (legend(page))
        p.quiet { (page.text("owner")) ": " (scorecard.owner.of(page.language.code())) ". " (page.text("source")) ": " span lang="en" { (scorecard.source) } }
    };
    page.render(StatusCode::OK, &format!("{name} – {}", scorecard.name.of(page.language.code())), &content)
}

/// The other scorecards, of the same unit.
fn scorecards(app: &App, page: &Page, here: &Scorecard, unit: &UnitCard) -> Markup {
    let others = app.scorecards.iter().enumerate().filter(|(_, it)| it.id != here.id);
    let path = |number: usize, it: &Scorecard| match number {
        0 => "/steer".to_string(),
        _ => format!("/steer/scorecards/{}", it.id),
    };
    html! {
        h2 { (page.text("other-scorecards")) }
        ul.dots {
            @for (number, it) in others {
                li { a href=(page.link_to(&path(number, it), &[("unit", &unit.id)])) { (it.name.of(page.language.code())) } }
            }
        }
    }
}

/// Figures of the front page of those who steer, at most: those to be noted, and beside them the first of the others.
const NOTED: usize = 7;
const SIX: usize = 6;

/// The figures at which those who steer look first: of their own unit, those that give a sign of concern or miss their target.
pub async fn attention(app: &App, page: &Page) -> Result<Markup, Failure> {
    // Their own unit, where it has figures.
    let own = page.person.as_ref().and_then(|person| unit_of(page, Some(&person.unit)));
    let own = own.filter(|unit| has_figures(page, unit));
    let (Some(unit), Some(scorecard)) = (own.or(unit_of(page, None)), app.scorecards.first()) else {
        return Ok(html! {});
    };
    if turned_away(page).is_some() {
        return Ok(html! {});
    }
    let phases = app.kinds.store.phases(&unit.id).await.map_err(|error| Failure::away(&error))?;
    let all = scorecard.groups.iter().flat_map(|group| lines(page, group, unit, &phases));
    let is_concern = |line: &Line<'_>| matches!(line.reading.variation, Some(Variation::Concern(_)));
    let misses = |line: &Line<'_>| line.reading.assurance == Some(Assurance::Misses);
    let (mut noted, mut others): (Vec<Line<'_>>, Vec<Line<'_>>) =
        all.partition(|line| is_concern(line) || misses(line));
    noted.sort_by_key(|line| !is_concern(line));
    noted.truncate(NOTED);
    others.retain(|line| line.reading.latest().is_some());
    others.truncate(SIX);
    Ok(html! {
        div.listhead {
            h1 { (page.text("home-attention")) @if !noted.is_empty() { " " (noted.len()) } }
            p.listhead__n { (page.language.of(&unit.names)) }
        }
        @if noted.is_empty() { p { (page.text("home-no-signals")) } } @else {
            ol.figs { @for line in &noted { (figure(page, unit, line)) } }
        }
        @if !others.is_empty() {
            section aria-labelledby="six" {
                h2 #six { (page.text("home-six")) }
                ol.figs { @for line in &others { (figure(page, unit, line)) } }
                p.links { a href=(address("/steer", unit)) { (page.text("home-all-measures")) } }
            }
        }
    })
}

/// A page of figures, of a unit. The whole county is what it shows by itself.
fn address(page: &str, unit: &UnitCard) -> String {
    if unit.parent.is_none() { page.into() } else { format!("{page}?unit={}", escape(&unit.id)) }
}

/// One figure: its name, value and target, its course, and what the chart says of it.
fn figure(page: &Page, unit: &UnitCard, line: &Line<'_>) -> Markup {
    let (card, reading) = (line.card, &line.reading);
    let write = |value: f64| numbers::value(value, &card.unit, page.language);
    html! {
        li {
            a href=(address(&format!("/steer/measures/{}", card.id), unit)) { (page.language.of(&card.names)) }
            span.val { @if let Some((_, value)) = reading.latest() { (write(value)) } }
            span.aim { @if let Some(target) = reading.target() { (page.text("target")) " " (write(target)) } @else { (page.text("no-target")) } }
            (sparkline(&reading.charted, card.better))
            span.says { (variation_cell(page, card, reading.variation)) }
        }
    }
}

/// The units right under another one, by name.
fn children(page: &Page, parent: Option<usize>) -> Vec<usize> {
    let units = page.figures.units();
    let mut children: Vec<usize> = (0..units.len()).filter(|unit| units[*unit].parent == parent).collect();
    children.sort_by_cached_key(|unit| numbers::collated(page.language.of(&units[*unit].names), page.language));
    children
}

/// Every unit, each after the one above it, with how far it stands below the top.
fn in_tree_order(page: &Page) -> Vec<(usize, &UnitCard)> {
    fn below<'a>(page: &'a Page, parent: Option<usize>, depth: usize, out: &mut Vec<(usize, &'a UnitCard)>) {
        for unit in children(page, parent) {
            out.push((depth, &page.figures.units()[unit]));
            below(page, Some(unit), depth + 1, out);
        }
    }
    let mut out = Vec::new();
    below(page, None, 0, &mut out);
    out
}

fn tree(page: &Page, parent: Option<usize>, here: &str) -> Markup {
    let units = page.figures.units();
    html! {
        @for unit in children(page, parent) {
            @let card = &units[unit];
            li {
                a href=(page.link(&[("unit", &card.id)])) aria-current=[(card.id == here).then_some("true")] {
                    (page.language.of(&card.names))
                }
                @if units.iter().any(|other| other.parent == Some(unit)) {
                    ul { (tree(page, Some(unit), here)) }
                }
            }
        }
    }
}

/// Measures that this scorecard does not follow.
fn others(page: &Page, scorecard: &Scorecard, unit: &UnitCard) -> Markup {
    let followed: Vec<&str> =
        scorecard.groups.iter().flat_map(|group| group.measures.iter().map(|it| it.id.as_str())).collect();
    let others = page.figures.catalogue().iter().filter(|card| !followed.contains(&card.id.as_str()));
    let others: Vec<&Card> = others.filter(|card| page.figures.series(&card.id, &unit.id).is_some()).collect();
    html! {
        @if !others.is_empty() {
            h2 { (page.text("other-measures")) }
            ul.dots {
                @for card in others {
                    li {
                        a href=(page.link_to(&format!("/steer/measures/{}", card.id), &[("view", "")])) {
                            (page.language.of(&card.names))
                        }
                    }
                }
            }
        }
    }
}

/// Whether anything was published of a unit.
fn has_figures(page: &Page, unit: &UnitCard) -> bool {
    page.figures.catalogue().iter().any(|card| page.figures.series(&card.id, &unit.id).is_some())
}

fn lines<'a>(page: &'a Page, group: &'a crate::scorecard::Group, unit: &UnitCard, phases: &Phases) -> Vec<Line<'a>> {
    let line = |followed: &crate::scorecard::Followed| {
        let card = page.figures.catalogue().iter().find(|card| card.id == followed.id)?;
        let series = page.figures.series(&card.id, &unit.id)?;
        Some(Line { card, reading: read(card, &series, followed, &unit.id, phases) })
    };
    group.measures.iter().filter_map(line).collect()
}

fn list(page: &Page, scorecard: &Scorecard, unit: &UnitCard, phases: &Phases) -> Markup {
    html! {
        @for group in &scorecard.groups {
            @let lines = lines(page, group, unit, phases);
            @if !lines.is_empty() {
                h2.group-heading { (group.name.of(page.language.code())) }
                div.scroll tabindex="0" role="region" aria-label=(group.name.of(page.language.code())) {
                    table.scorecard.scorecard--lines {
                        thead {
                            tr {
                                th scope="col" { (page.text("measure")) }
                                th.number scope="col" { (page.text("latest")) }
                                th.number scope="col" { (page.text("target")) }
                                th scope="col" { (page.text("variation")) }
                                th scope="col" { (page.text("assurance")) }
                                th scope="col" { (page.text("course")) }
                            }
                        }
                        tbody { @for line in &lines { (row(page, line)) } }
                    }
                }
            }
        }
    }
}

fn row(page: &Page, line: &Line<'_>) -> Markup {
    let (card, reading) = (line.card, &line.reading);
    let write = |value: f64| numbers::value(value, &card.unit, page.language);
    html! {
        tr {
            th scope="row" {
                a href=(page.link_to(&format!("/steer/measures/{}", card.id), &[("view", "")])) {
                    (page.language.of(&card.names))
                }
            }
            td.number {
                @match reading.latest() {
                    Some((period, value)) => { strong { (write(value)) } br; span.quiet { (numbers::period(period, page.language)) } }
                    None => { span.quiet { (page.text(match reading.why_empty() { "hidden" => "hidden-short", why => why })) } }
                }
            }
            td.number.line__target data-label=(page.text("target")) {
                @if let Some(target) = reading.target() { (write(target)) } @else { span.quiet { (page.text("no-target")) } }
            }
            td.line__variation { (variation_cell(page, card, reading.variation)) }
            td.line__assurance { (assurance_cell(page, reading)) }
            td.line__course { (sparkline(&reading.charted, card.better)) }
        }
    }
}

fn variation_cell(page: &Page, card: &Card, variation: Option<Variation>) -> Markup {
    html! {
        @match variation {
            Some(variation) => {
                span.verdict { (variation_icon(variation)) span { (page.text(&format!("variation-{}", variation_code(variation)))) } }
            }
            None => { span.quiet { (page.text(why_unknown(card, "cell"))) } }
        }
    }
}

fn assurance_cell(page: &Page, reading: &Reading) -> Markup {
    html! {
        @match (reading.assurance, reading.unjudged) {
            (Some(assurance), _) => {
                span.verdict { (assurance_icon(assurance)) span { (page.text(&format!("assurance-{}", assurance_code(assurance)))) } }
            }
            (None, Some(why)) => { span.quiet { (page.text(&format!("unjudged-{}", why.code()))) } }
            (None, None) => { span.quiet { (page.text("no-target")) } }
        }
    }
}

/// Variation by assurance: what needs attention first stands first.
fn matrix(page: &Page, scorecard: &Scorecard, unit: &UnitCard, phases: &Phases) -> Markup {
    let all: Vec<Line<'_>> = scorecard.groups.iter().flat_map(|group| lines(page, group, unit, phases)).collect();
    // Unknown verdicts stand apart from known ones; their places are not shown when nothing is in them.
    let has = |place: &dyn Fn(&Line<'_>) -> bool| all.iter().any(place);
    let kind_of = |variation: Option<Variation>| match variation {
        Some(Variation::Concern(_)) => "concern",
        Some(Variation::Improvement(_)) => "improvement",
        Some(Variation::Neutral(_)) => "changing",
        Some(Variation::Common) => "common",
        None => "unknown",
    };
    let target_of = |line: &Line<'_>| match (line.reading.assurance, line.reading.target()) {
        (Some(assurance), _) => Some(Some(assurance)),
        (None, Some(_)) => Some(None),
        (None, None) => None,
    };
    let kinds = ["concern", "changing", "common", "improvement", "unknown"].into_iter();
    let always = ["concern", "common", "improvement"];
    let kinds: Vec<&str> =
        kinds.filter(|kind| always.contains(kind) || has(&|line| kind_of(line.reading.variation) == *kind)).collect();
    let known = [Assurance::Misses, Assurance::HitOrMiss, Assurance::Meets].map(|it| Some(Some(it)));
    let unclear = Some(None).filter(|_| has(&|line| target_of(line) == Some(None)));
    let targets: Vec<Option<Option<Assurance>>> = known.into_iter().chain(unclear.map(Some)).chain([None]).collect();
    let heading = |target: &Option<Option<Assurance>>| match target {
        Some(Some(assurance)) => page.text(&format!("assurance-{}", assurance_code(*assurance))),
        Some(None) => page.text("target-unclear"),
        None => page.text("no-target"),
    };
    html! {
        div.scroll tabindex="0" role="region" aria-label=(page.text("view-matrix")) {
            table.matrix {
                caption.hidden { (page.text("view-matrix")) }
                thead {
                    tr {
                        td {}
                        @for target in &targets { th scope="col" { (heading(target)) } }
                    }
                }
                tbody {
                    @for kind in &kinds {
                        tr {
                            th scope="row" { (page.text(&format!("matrix-{kind}"))) }
                            @for target in &targets {
                                @let here: Vec<_> = all.iter().filter(|line| kind_of(line.reading.variation) == *kind && target_of(line) == *target).collect();
                                td.matrix__empty[here.is_empty()] data-label=(heading(target)) {
                                    @if here.is_empty() { span.quiet { (page.text("matrix-none")) } } @else {
                                        ul {
                                            @for line in here {
                                                li {
                                                    a href=(page.link_to(&format!("/steer/measures/{}", line.card.id), &[("view", "")])) {
                                                        (page.language.of(&line.card.names))
                                                    }
                                                }
                                            }
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn legend(page: &Page) -> Markup {
    html! {
        details.fold {
            summary { (page.text("legend-title")) }
            div.fold__in {
                p { (page.text("legend-variation")) }
                p { (page.text("legend-assurance")) }
                p { (page.language.text_with("legend-hidden", &[("threshold", &page.figures.threshold().to_string())])) }
            }
        }
    }
}
