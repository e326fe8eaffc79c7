//! The first page of a professional's morning: what is late and due today, their own day, and the queue in a line.

use matter::access::{Action, Role};
use maud::{Markup, html};
use store::Which;

use super::list::{take_next, units_of};
use super::rows::{self, Row, When};
use super::unit_name;
use crate::App;
use crate::answer::Failure;
use crate::bookings;
use crate::caller::{Caller, Person};
use crate::layout::{Page, escape};
use crate::queues;

/// Rows on the page; the list has all.
const SHOWN: usize = 12;

/// The front page of a professional. A lead sees first what nobody holds.
pub async fn first(app: &App, page: &Page, caller: &Caller, person: &Person) -> Result<Markup, Failure> {
    let unit = units_of(app, person).into_iter().next().unwrap_or_else(|| person.unit.clone());
    let leads = person.role == Role::Lead;
    let queued = read(app, Which::Queue(&unit)).await?;
    let waiting = queued.len();
    // A lead answers for what is in the hands of others, too.
    let in_hand = if leads { Which::Held(&unit) } else { Which::With(&person.id) };
    let mut rows = read(app, in_hand).await?;
    let mut unheld = Vec::new();
    if leads {
        unheld = queued
    } else {
        rows.extend(queued)
    }
    let presses = |when: When| matches!(when, When::Now | When::Late);
    rows.retain(|row| presses(row.when(app, page)) || (!leads && row.when(app, page) != When::Waits));
    rows.sort_by_cached_key(|row| (row.when(app, page), row.matter.due(app), row.listed.id));
    let (unheld, rows) = (worded(app, caller, unheld).await?, worded(app, caller, rows).await?);
    let of = |when: When| rows.iter().filter(|(row, _)| row.when(app, page) == when).collect::<Vec<_>>();
    let urgent = [
        ("when-now", "now", of(When::Now)),
        ("desk-unheld", "all", unheld.iter().collect::<Vec<_>>()),
        ("when-late", "late", of(When::Late)),
        ("when-today", "today", of(When::Today)),
    ];
    let is_calm = urgent.iter().all(|(.., rows)| rows.is_empty());
    // Where nothing presses, what comes next is shown.
    let later = if is_calm { of(When::Later) } else { Vec::new() };
    let said = match (leads, later.is_empty()) {
        (true, _) => "home-all-held",
        (false, true) => "home-no-work",
        (false, false) => "home-calm",
    };
    let groups = urgent.into_iter().chain([("when-later", "later", later)]);
    let day = bookings::own_day(app, page, caller, person).await?;
    Ok(html! {
        div.listhead {
            h1 { (page.text(if leads { "home-lead" } else { "home-now" })) }
            p.listhead__n {}
            @if waiting > 0 { (take_next(app, page, (&unit, ""))) }
        }
        div.cols.cols--side {
            div {
                @if is_calm { p { (page.text(said)) } }
                @for (heading, class, rows) in groups {
                    @if !rows.is_empty() { (rows::group(app, page, (&page.text(heading), class), &rows, "first")) }
                }
            }
            div.side {
                @if let Some(day) = day { section aria-labelledby="day" { h2 #day { (page.text("home-day")) } (day) } }
                section aria-labelledby="queue" {
                    h2 #queue { (unit_name(page, &unit)) }
                    @if leads { (queues::late_today(app, page, &unit)) }
                    p {
                        (page.language.text_count("desk-waiting", waiting, &waiting.to_string())) ". "
                        a href=(format!("/desk?unit={}", escape(&unit))) { (page.text("home-queue")) }
                    }
                }
            }
        }
    })
}

/// The front page of a partner's person: the work that was given to their organisation, and theirs among it.
pub async fn given(app: &App, page: &Page, caller: &Caller, person: &Person) -> Result<Markup, Failure> {
    let (queued, held) = (read(app, Which::Queue(&person.unit)).await?, read(app, Which::With(&person.id)).await?);
    let mut rows: Vec<Row> = queued.into_iter().chain(held).collect();
    rows.retain(|row| app.may(caller, &row.glance(), Action::Read));
    rows.sort_by_cached_key(|row| (row.when(app, page), row.matter.due(app), row.listed.id));
    let count = rows.len();
    let words = rows::words(app, caller, &rows).await?;
    let rows: Vec<(Row, rows::Words)> = rows.into_iter().zip(words).collect();
    Ok(html! {
        div.listhead {
            h1 { (page.text("home-given")) }
            p.listhead__n { (page.language.text_count("desk-count", count, &count.to_string())) }
        }
        p.lead { (page.language.text_with("home-given-to", &[("unit", &unit_name(page, &person.unit))])) }
        @if rows.is_empty() { p { (page.text("home-given-none")) } }
        @for when in [When::Late, When::Today, When::Later, When::Waits] {
            @let of: Vec<_> = rows.iter().filter(|(row, _)| row.when(app, page) == when).collect();
            @if !of.is_empty() {
                (rows::group(app, page, (&page.text(&format!("when-{}", when.code())), when.code()), &of, "first"))
            }
        }
    })
}

async fn read(app: &App, which: Which<'_>) -> Result<Vec<Row>, Failure> {
    let mut rows = Vec::new();
    for listed in app.kinds.store.kinds().iter().flat_map(|kind| kind.listed(which)) {
        rows.extend(Row::of(app, listed).await?);
    }
    rows.sort_by_key(|row| (row.listed.since, row.listed.id));
    Ok(rows)
}

async fn worded(app: &App, caller: &Caller, mut rows: Vec<Row>) -> Result<Vec<(Row, rows::Words)>, Failure> {
    rows.truncate(SHOWN);
    let words = rows::words(app, caller, &rows).await?;
    Ok(rows.into_iter().zip(words).collect())
}
