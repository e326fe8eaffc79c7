//! `/steer/measures/ID`: chart, sentence, table, CSV, definition, coverage, cases.

use std::ops::Range;
use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use facts::{Channel, Code, CodeList, InterpretingMode, Modality, Profession, RiskClass};
use matter::access::{Action, Purpose, Resource, decide};
use maud::{Markup, html};
use operations::phases::Phases;
use serde::Deserialize;
use stats::spc::{Chart, Variation};

use super::phases::{Mended, accepted_phase, proposed};
use super::reading::{Reading, read_as};
use super::{in_tree_order, source_figures, turned_away, under_way, unit_of};
use crate::App;
use crate::answer::Failure;
use crate::charts::{Labels, control};
use crate::figures::{Card, Part, Point, Series, UnitCard};
use crate::home::{failed, missing};
use crate::layout::Page;
use crate::numbers;
use crate::parts::back;
use crate::scorecard::{Followed, Scorecard};

#[derive(Deserialize, Default)]
pub struct Filters {
    unit: Option<String>,
    chart: Option<String>,
    period: Option<String>,
}

impl Filters {
    /// A measure of a unit, as it is shown first.
    pub fn of_unit(unit: &str) -> Filters {
        Filters { unit: Some(unit.into()), ..Filters::default() }
    }
}

/// A measure and a unit that both exist.
pub struct Asked<'a> {
    pub card: &'a Card,
    pub unit: &'a UnitCard,
    pub series: Series,
}

impl Asked<'_> {
    /// The measure that a link asks for, or the page that says why it is not shown.
    pub fn of<'a>(page: &'a Page, id: &str, filters: &Filters) -> Result<Asked<'a>, Box<Response>> {
        if let Some(response) = turned_away(page) {
            return Err(response.into());
        }
        let card = page.figures.catalogue().iter().find(|card| card.id == id);
        let (Some(card), Some(unit)) = (card, unit_of(page, filters.unit.as_deref())) else {
            return Err(missing(page).into());
        };
        match page.figures.series(&card.id, &unit.id) {
            Some(series) => Ok(Asked { card, unit, series }),
            None => Err(without_cases(page, card, unit).into()),
        }
    }
}

/// A unit that has nothing of what the measure counts: that, and where there is some.
fn without_cases(page: &Page, card: &Card, unit: &UnitCard) -> Response {
    let (name, of) = (page.language.of(&card.names), page.language.of(&unit.names));
    let content = html! {
        (heading(page, card, unit))
        (filter_form(page, card, unit, None))
        p { (page.text("no-cases-here")) }
        (definition(page, card))
    };
    page.render(StatusCode::OK, &format!("{name} – {of}"), &content)
}

fn heading(page: &Page, card: &Card, unit: &UnitCard) -> Markup {
    let (name, unit) = (page.language.of(&card.names), page.language.of(&unit.names));
    html! {
        (back(&page.link_to("/steer", &[("chart", "")]), &page.language.text_with("back-to-scorecard", &[("unit", unit)])))
        div.listhead { h1 { (name) } p.listhead__n { (unit) } }
    }
}

fn followed(app: &App, id: &str) -> Followed {
    let known = app.scorecards.iter().flat_map(Scorecard::measures).find(|followed| followed.id == id);
    known.cloned().unwrap_or_else(|| Followed { id: id.into(), targets: Vec::new(), rebases: Vec::new() })
}

/// Sign that shows in a list how far below the top a unit stands.
const INDENT: &str = "\u{2003}";

/// The charts a measure may be drawn as, the default first. Rolling figures have a line and no limits.
fn charts_of(card: &Card) -> &'static [Chart] {
    match card.kind.as_str() {
        _ if card.rolling => &[Chart::Run],
        "share" => &[Chart::Xmr, Chart::P, Chart::PPrime, Chart::Run],
        // Of a ratio that is no share, such as visits by person, a p chart has no limits.
        "ratio" if card.unit == "share" => &[Chart::Xmr, Chart::P, Chart::PPrime, Chart::Run],
        "count" => &[Chart::Xmr, Chart::C, Chart::Run],
        _ => &[Chart::Xmr, Chart::Run],
    }
}

pub async fn measure(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Query(filters): Query<Filters>,
    page: Page,
) -> Response {
    shown(&app, &page, &id, &filters, &Mended::default()).await
}

/// The page of a measure, with a decision on its phases that has to be mended.
pub async fn shown(app: &App, page: &Page, id: &str, filters: &Filters, mended: &Mended) -> Response {
    let asked = match Asked::of(page, id, filters) {
        Ok(asked) => asked,
        Err(response) => return *response,
    };
    let charts = charts_of(asked.card);
    let named = filters.chart.as_deref().and_then(Chart::named);
    let kind = named.filter(|kind| charts.contains(kind)).unwrap_or(charts[0]);
    let followed = followed(app, id);
    let phases = match app.kinds.store.phases(&asked.unit.id).await {
        Ok(phases) => phases,
        Err(error) => return failed(page, &Failure::away(&error)),
    };
    let reading = read_as(kind, asked.card, &asked.series, &followed, &asked.unit.id, &phases);
    let name = page.language.of(&asked.card.names);
    let unit = page.language.of(&asked.unit.names);
    let content = html! {
        (heading(page, asked.card, asked.unit))
        div.cols.cols--work {
            div.flow {
                @if asked.card.has_series() {
                    (picture(page, &asked, &reading))
                    (under_way::section(page, asked.card, &asked.unit.id))
                    (table(app, page, &asked, &reading))
                }
                (parts(page, &asked))
                @if asked.card.has_series() { (source_figures::section(page, asked.card, &asked.unit.id, &asked.series)) }
            }
            div.side {
                (filter_form(page, asked.card, asked.unit, Some(kind)))
                @if asked.card.has_series() {
                    (proposed(app, page, &asked, &reading, mended))
                    (changes(app, page, &followed, &asked, &phases))
                }
                (definition(page, asked.card))
            }
        }
    };
    let status = if mended.wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    page.render(status, &format!("{name} – {unit}"), &content)
}

/// The units that have some of what the measure counts, and the charts it may be drawn as.
fn filter_form(page: &Page, card: &Card, unit: &UnitCard, chart: Option<Chart>) -> Markup {
    let path = format!("/steer/measures/{}", card.id);
    let has_cases = |it: &UnitCard| it.id == unit.id || page.figures.series(&card.id, &it.id).is_some();
    html! {
        form.filters method="get" action=(path) {
            div.asked {
                label for="unit" { (page.text("unit")) }
                select.field #unit name="unit" {
                    @for (depth, it) in in_tree_order(page).into_iter().filter(|(_, it)| has_cases(it)) {
                        option value=(it.id) selected[it.id == unit.id] { (INDENT.repeat(depth)) (page.language.of(&it.names)) }
                    }
                }
            }
            @if let Some(chart) = chart.filter(|_| card.has_series()) {
                div.asked {
                    label for="chart" { (page.text("chart")) }
                    select.field #chart name="chart" {
                        @for kind in charts_of(card) {
                            option value=(kind.code()) selected[*kind == chart] { (page.text(&format!("chart-{}", kind.code()))) }
                        }
                    }
                }
            }
            button.btn.btn--second type="submit" { (page.text("show")) }
        }
    }
}

fn picture(page: &Page, asked: &Asked<'_>, reading: &Reading) -> Markup {
    let sentence = reading.sentence(asked.card, page.language);
    let tone = match reading.variation {
        Some(Variation::Concern(_)) => "sentence sentence--concern",
        Some(Variation::Improvement(_)) => "sentence sentence--improvement",
        Some(Variation::Common | Variation::Neutral(_)) | None => "sentence",
    };
    let title = format!("{}, {}", page.language.of(&asked.card.names), page.language.of(&asked.unit.names));
    let labels = Labels {
        title: &title,
        description: &sentence,
        unit: &asked.card.unit,
        language: page.language,
        id: "chart-picture",
    };
    let latest = reading.points.iter().rev().find(|point| point.value.is_some());
    html! {
        p class=(tone) { (sentence) }
        @if reading.latest().is_some() {
            figure.figure {
                div.scroll tabindex="0" role="region" aria-label=(title) {
                    (control(&reading.periods(), &reading.charted, &reading.targets, asked.card.better, &labels))
                }
                // Where no limits are drawn there is nothing to tell of them.
                @if reading.charted.points.iter().any(|point| point.centre.is_some()) {
                    figcaption {
                        (page.text(&format!("caption-{}", reading.charted.chart.code())))
                        @if reading.charted.chart != Chart::Run { " " (page.text("caption-rules")) }
                        " " (page.text("caption-marks"))
                        @if reading.charted.screened() > 0 {
                            " " (page.language.text_count("caption-screened", reading.charted.screened(), &reading.charted.screened().to_string()))
                        }
                        @if reading.charted.on_trial() { " " (page.text("caption-trial")) }
                    }
                }
            }
        }
        @if let Some(latest) = latest {
            dl.facts.facts--across {
                (fact(&page.text("latest"), &latest.value.map_or(String::new(), |value| numbers::value(value, &asked.card.unit, page.language))))
                (fact(&page.text("interval"), &interval(page, &asked.card.unit, latest)))
                (fact(&page.text("cases-count"), &latest.n.map_or(String::new(), |n| numbers::number(n as f64, 0, page.language))))
                (fact(&page.text("coverage"), &latest.coverage.map_or(String::new(), |it| numbers::value(it, "share", page.language))))
                (fact(&page.text("as-of"), &numbers::day(&latest.as_of, page.language)))
            }
        }
    }
}

fn fact(name: &str, value: &str) -> Markup {
    html! { @if !value.is_empty() { div { dt { (name) } dd { (value) } } } }
}

fn interval(page: &Page, unit: &str, point: &Point) -> String {
    match (point.lower, point.upper) {
        (Some(lower), Some(upper)) => {
            let write = |value| numbers::value(value, unit, page.language);
            format!("{} – {}", write(lower), write(upper))
        }
        _ => String::new(),
    }
}

/// Targets and new phases: who, when and why.
fn changes(app: &App, page: &Page, followed: &Followed, asked: &Asked<'_>, phases: &Phases) -> Markup {
    let rebases: Vec<_> = followed.rebases_of(&asked.unit.id).collect();
    let accepted: Vec<_> = phases.of(&asked.card.id).collect();
    if followed.targets.is_empty() && rebases.is_empty() && accepted.is_empty() {
        return html! {};
    }
    html! {
        h2 #decisions { (page.text("decisions")) }
        ul.dots {
            @for target in &followed.targets {
                @let period = numbers::period(&target.from, page.language);
                li { (page.language.text_with("decision-target", &[("period", &period), ("who", target.who.of(page.language.code())), ("on", &numbers::day(&target.on, page.language)), ("why", target.why.of(page.language.code()))])) }
            }
            @for rebase in rebases {
                @let period = numbers::period(&rebase.period, page.language);
                li { (page.language.text_with("decision-rebase", &[("period", &period), ("who", rebase.who.of(page.language.code())), ("on", &numbers::day(&rebase.on, page.language)), ("why", rebase.why.of(page.language.code()))])) }
            }
            @for accepted in accepted { li { (accepted_phase(app, page, asked, accepted)) } }
        }
    }
}

/// Periods of the table that are always in sight; the others open on request.
const NEWEST: usize = 6;

fn table(app: &App, page: &Page, asked: &Asked<'_>, reading: &Reading) -> Markup {
    let csv = page.link_to(&format!("/steer/measures/{}/csv", asked.card.id), &[("chart", "")]);
    let all = reading.points.len();
    // Nothing is folded for a row or two.
    let folded = if all > NEWEST + 2 { all - NEWEST } else { 0 };
    html! {
        h2 #table { (page.text("table")) }
        p { a href=(csv) download { (page.text("csv")) } }
        (periods(app, page, asked, reading, folded..all))
        @if folded > 0 {
            details.fold.rest {
                summary { (page.language.text_with("table-rest", &[("count", &folded.to_string())])) }
                (periods(app, page, asked, reading, 0..folded))
            }
        }
        @if !page.synthetic { p.quiet { (page.text("cases-closed")) } }
    }
}

/// Some of the periods, the newest first.
fn periods(app: &App, page: &Page, asked: &Asked<'_>, reading: &Reading, some: Range<usize>) -> Markup {
    let write = |value: Option<f64>| {
        value.map_or_else(|| page.text("no-value"), |it| numbers::value(it, &asked.card.unit, page.language))
    };
    let may_see_cases = may_see_cases(app, page, &asked.unit.id);
    html! {
        div.scroll tabindex="0" role="region" aria-label=(page.text("table")) {
            table.scorecard.scorecard--periods {
                thead {
                    tr {
                        th scope="col" { (page.text("period")) }
                        th.number scope="col" { (page.text("value")) }
                        th.number scope="col" { (page.text("interval")) }
                        th.number scope="col" { (page.text("cases-count")) }
                        th.number scope="col" { (page.text("coverage")) }
                        th scope="col" { (page.text("signal")) }
                        @if may_see_cases { th scope="col" { (page.text("cases")) } }
                    }
                }
                tbody {
                    @for (point, charted) in reading.points[some.clone()].iter().zip(&reading.charted.points[some]).rev() {
                        tr {
                            th scope="row" { (numbers::period(&point.period, page.language)) }
                            td.number {
                                @if point.suppressed { span.quiet { (page.text("hidden-short")) } } @else if point.reason.as_deref() == Some("window_before_data") {
                                    span.quiet { (page.text("window-before-data")) }
                                } @else { (write(point.value)) }
                            }
                            td.number { (interval(page, &asked.card.unit, point)) }
                            td.number { (point.n.map_or(String::new(), |n| numbers::number(n as f64, 0, page.language))) }
                            td.number { (point.coverage.map_or(String::new(), |it| numbers::value(it, "share", page.language))) }
                            td.signal { (charted.signals.first().map_or(String::new(), |signal| page.text(reading.rule(signal.rule)))) }
                            @if may_see_cases {
                                td {
                                    @if !point.suppressed && point.n.unwrap_or(0) > 0 {
                                        @let path = format!("/steer/measures/{}/cases", asked.card.id);
                                        a href=(page.link_to(&path, &[("period", &point.period), ("unit", &asked.unit.id), ("chart", "")])) {
                                            (page.text("open"))
                                            span.hidden { " " (numbers::period(&point.period, page.language)) }
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

/// The latest month by each further dimension that may be published.
fn parts(page: &Page, asked: &Asked<'_>) -> Markup {
    let mut parts = page.figures.parts(&asked.card.id, &asked.unit.id);
    parts.sort_by_key(|part| {
        let lists = vocabularies(asked.card, &part.dimension);
        let place = lists.iter().flat_map(|list| list.codes).position(|it| it.code == part.value);
        (part.dimension.clone(), place.unwrap_or(usize::MAX))
    });
    let Some(month) = parts.first().map(|part| numbers::period(&part.point.period, page.language)) else {
        // A measure of classes or quantiles has nothing else to show.
        return html! { @if !asked.card.has_series() { p.sentence { (page.text("no-cases")) } } };
    };
    html! {
        @for parts in parts.chunk_by(|left, right| left.dimension == right.dimension).filter(|parts| !is_by_definition(asked.card, parts)) {
            @let dimension = &parts[0].dimension;
            @let heading = page.language.text_with(&format!("by-{dimension}"), &[("period", &month)]);
            h2 { (heading) }
            div.scroll tabindex="0" role="region" aria-label=(heading) {
                table.scorecard {
                    thead {
                        tr {
                            th scope="col" { (page.text(&format!("dimension-{dimension}"))) }
                            th.number scope="col" { (page.text("value")) }
                            th.number scope="col" { (page.text("interval")) }
                            th.number scope="col" { (page.text("cases-count")) }
                        }
                    }
                    tbody { @for part in parts { (part_row(page, asked, part)) } }
                }
            }
        }
    }
}

/// Whether the parts of a share are what the share is made of, such as the digital share of each channel: all or none.
fn is_by_definition(card: &Card, parts: &[Part]) -> bool {
    let mut known = parts.iter().filter_map(|part| part.point.value).peekable();
    card.kind == "share" && parts.len() > 1 && known.peek().is_some() && known.all(|value| value == 0.0 || value == 1.0)
}

fn part_row(page: &Page, asked: &Asked<'_>, part: &Part) -> Markup {
    let Part { value, point, .. } = part;
    let (unit, cases) = match part.dimension.as_str() {
        "class" => ("share", point.n.and(point.numerator)),
        _ => (asked.card.unit.as_str(), point.n.map(|n| n as f64)),
    };
    html! {
        tr {
            th scope="row" { (value_name(page, asked.card, &part.dimension, value)) }
            td.number {
                @if point.suppressed { span.quiet { (page.text("hidden-short")) } }
                @else { (point.value.map_or_else(|| page.text("no-value"), |it| numbers::value(it, unit, page.language))) }
            }
            td.number { (interval(page, unit, point)) }
            td.number { (cases.map_or(String::new(), |cases| numbers::number(cases, 0, page.language))) }
        }
    }
}

/// The vocabularies of a dimension; none where it is the county's own words.
fn vocabularies(card: &Card, dimension: &str) -> Vec<&'static CodeList> {
    match dimension {
        "channel" => vec![Channel::LIST],
        "profession" => vec![Profession::LIST],
        // Of visits, and of interpretings.
        "modality" => vec![Modality::LIST, InterpretingMode::LIST],
        "risk_class" => vec![RiskClass::LIST],
        "class" => card.classes.into_iter().collect(),
        _ => Vec::new(),
    }
}

/// A value of a dimension in words, as its vocabularies have it; methods, which are no closed vocabulary, as the texts have them.
fn value_name(page: &Page, card: &Card, dimension: &str, value: &str) -> String {
    match vocabularies(card, dimension).iter().find(|list| list.has(value)) {
        Some(list) => page.language.code_name(list, value),
        None if value == "unknown" => page.text("value-unknown"),
        None => {
            let named = (dimension == "instrument").then(|| page.text(&format!("instrument-{value}")));
            named.filter(|text| !text.is_empty()).unwrap_or_else(|| value.to_string())
        }
    }
}

fn may_see_cases(app: &App, page: &Page, unit: &str) -> bool {
    let within = page.person.as_ref().is_some_and(|person| app.is_within(unit, &person.unit));
    let resource = if page.synthetic { Resource::SyntheticCases { within } } else { Resource::RealCases };
    decide(page.role, Purpose::Management, Action::SeeCases, resource).allow
}

fn definition(page: &Page, card: &Card) -> Markup {
    html! {
        h2 { (page.text("definition")) }
        p { (page.language.of(&card.about)) }
        dl.facts {
            (summary(&page.text("direction"), &page.text(match card.better {
                stats::spc::Better::Higher => "better-higher",
                stats::spc::Better::Lower => "better-lower",
                stats::spc::Better::Neither => "better-neither",
            })))
            (summary(&page.text("kind"), &page.text(&format!("kind-{}", card.kind))))
            div {
                dt { (page.text("source")) }
                dd lang="en" { (card.source) }
            }
            (summary(&page.text("identifier"), &format!("{} (v{})", card.id, card.version)))
        }
        details.fold {
            summary { (page.text("query")) }
            div.fold__in {
                p { (page.text("query-about")) }
                pre.query tabindex="0" { code { (card.sql.trim()) } }
            }
        }
    }
}

fn summary(name: &str, value: &str) -> Markup {
    html! {
        div {
            dt { (name) }
            dd { (value) }
        }
    }
}

/// The table as CSV for spreadsheets: semicolons and decimal commas in Finnish and Swedish, a byte-order mark.
pub async fn csv(Path(id): Path<String>, Query(filters): Query<Filters>, page: Page) -> Response {
    let asked = match Asked::of(&page, &id, &filters) {
        Ok(asked) => asked,
        Err(response) => return *response,
    };
    let english = page.language == crate::texts::Language::En;
    let separator = if english { ',' } else { ';' };
    let write = |value: Option<f64>| {
        let text = value.map_or(String::new(), |value| value.to_string());
        if english { text } else { text.replace('.', ",") }
    };
    let mut out = String::from('\u{feff}');
    let mut line = |cells: &[String]| {
        let quoted = |cell: &String| match cell.contains([separator, '"', '\n', '\r']) {
            true => format!("\"{}\"", cell.replace('"', "\"\"")),
            false => cell.clone(),
        };
        let cells: Vec<String> = cells.iter().map(quoted).collect();
        out.push_str(&cells.join(&separator.to_string()));
        out.push_str("\r\n");
    };
    line(
        &[
            "measure",
            "unit_id",
            "period",
            "n",
            "numerator",
            "denominator",
            "value",
            "lower",
            "upper",
            "suppressed",
            "coverage",
            "reason",
            "as_of",
        ]
        .map(String::from),
    );
    for point in &asked.series.points {
        line(&[
            facts::harmless(&asked.card.id).into_owned(),
            facts::harmless(&asked.unit.id).into_owned(),
            point.period.clone(),
            point.n.map_or(String::new(), |n| n.to_string()),
            write(point.numerator),
            write(point.numerator.map(|_| point.denominator)),
            write(point.value),
            write(point.lower),
            write(point.upper),
            point.suppressed.to_string(),
            write(point.coverage),
            point.reason.clone().unwrap_or_default(),
            point.as_of.clone(),
        ]);
    }
    let plain =
        |id: &str| id.chars().filter(|it| it.is_ascii_alphanumeric() || "-_.".contains(*it)).collect::<String>();
    let name = format!("attachment; filename=\"{}-{}.csv\"", plain(&asked.card.id), plain(&asked.unit.id));
    ([(header::CONTENT_TYPE, "text/csv; charset=utf-8".to_string()), (header::CONTENT_DISPOSITION, name)], out)
        .into_response()
}

/// The cases behind a figure; invented people only, until each reading of real ones is recorded.
pub async fn cases(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Query(filters): Query<Filters>,
    page: Page,
) -> Response {
    let asked = match Asked::of(&page, &id, &filters) {
        Ok(asked) => asked,
        Err(response) => return *response,
    };
    let (true, Some(period)) = (may_see_cases(&app, &page, &asked.unit.id), filters.period.as_deref()) else {
        return missing(&page);
    };
    let shown = asked.series.points.iter().find(|point| point.period == period);
    if shown.is_none_or(|point| point.suppressed) {
        return missing(&page);
    }
    let found = page.figures.cases(&id, &asked.unit.id, period).await;
    let name = page.language.of(&asked.card.names);
    let unit = page.language.of(&asked.unit.names);
    let when = numbers::period(period, page.language);
    let content = html! {
        (back(&page.link_to(&format!("/steer/measures/{id}"), &[("period", "")]), &page.language.text_with("back-to-measure", &[("measure", name)])))
        div.listhead { h1 { (page.text("cases")) } p.listhead__n { (name) ", " (unit) ", " (when) } }
        @match &found {
            Ok(table) => {
                p.lead {
                    (page.language.text_count("cases-found", table.total, &numbers::number(table.total as f64, 0, page.language)))
                    @if table.rows.len() < table.total {
                        ". " (page.language.text_count("cases-first", table.rows.len(), &table.rows.len().to_string()))
                    }
                }
                @let order = columns(&table.header);
                div.scroll tabindex="0" role="region" aria-label=(page.text("cases")) {
                    table.scorecard.scorecard--cases {
                        thead { tr { @for at in &order { th scope="col" { (page.text(&format!("column-{}", table.header[*at]))) } } } }
                        tbody {
                            @for row in failed_first(table) {
                                tr { @for at in &order { td { (case_cell(&app, &page, asked.card, &table.header[*at], &row[*at])) } } }
                            }
                        }
                    }
                }
            }
            Err(_) => p.lead { (page.text("cases-failed")) },
        }
    };
    page.render(StatusCode::OK, &format!("{name} – {}", page.text("cases")), &content)
}

/// Places of the columns as a reader asks for them: the outcome first, then when and where, ids last.
fn columns(header: &[String]) -> Vec<usize> {
    let rank = |name: &str| match name {
        "hit" | "value" | "score" | "class" | "numerator" | "denominator" => 0,
        "at" | "until" => 1,
        "case_id" | "resident_id" | "professional_id" => 3,
        _ => 2,
    };
    let mut order: Vec<usize> = (0..header.len()).collect();
    order.sort_by_key(|at| rank(&header[*at]));
    order
}

/// The rows with those first that did not do what the measure asks, each group by time.
fn failed_first(table: &crate::figures::CaseTable) -> Vec<&Vec<String>> {
    let place = |name: &str| table.header.iter().position(|it| it == name);
    let (hit, at) = (place("hit"), place("at"));
    let cell = |row: &&Vec<String>, at: Option<usize>| at.map(|at| row[at].clone());
    let mut rows: Vec<&Vec<String>> = table.rows.iter().collect();
    rows.sort_by_key(|row| (cell(row, hit).is_some_and(|hit| hit == "true"), cell(row, at)));
    rows
}

/// A cell in a column of a case, in the reader's words.
fn case_cell(app: &App, page: &Page, card: &Card, column: &str, cell: &str) -> String {
    let language = page.language;
    match (column, cell) {
        (_, "") => page.text("no-value"),
        ("at" | "until", at) => match at.parse::<jiff::Timestamp>() {
            Ok(at) => numbers::moment(at.as_microsecond(), language),
            Err(_) => at.into(),
        },
        ("unit_id", id) => {
            let unit = page.figures.units().iter().find(|unit| unit.id == id);
            unit.map_or_else(|| id.into(), |unit| language.of(&unit.names).to_string())
        }
        ("service", id) => {
            let services = app.services();
            let service = services.iter().find(|service| service.id == id);
            service.map_or_else(|| id.into(), |service| language.of(&service.names).to_string())
        }
        ("hit", hit) => page.text(if hit == "true" { "yes" } else { "no" }),
        ("value" | "numerator" | "denominator" | "score", number) => match number.parse::<f64>() {
            Ok(number) => numbers::number(number, if number.fract() == 0.0 { 0 } else { 2 }, language),
            Err(_) => number.into(),
        },
        (dimension, value) => value_name(page, card, dimension, value),
    }
}
