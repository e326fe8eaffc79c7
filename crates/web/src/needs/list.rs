//! Needs in lists: in the unit's queue, those of the unit that wait for care, those whose guarantee ends soon, and those that
//! were found in a contact.

use std::collections::HashSet;
use std::sync::Arc;

use matter::{Matter, Rights, Standing};
use maud::{Markup, html};
use operations::care_needs::{CareNeed, Place};
use uuid::Uuid;

use super::page::can_be_booked;
use super::{care_name, day, days_between, due, due_at, standing};
use crate::App;
use crate::answer::Failure;
use crate::caller::Caller;
use crate::care::receipt;
use crate::guard::Glance;
use crate::layout::{Page, escape};
use crate::listing::InList;

/// Needs that a unit's list shows at once; its queue has all that wait.
const SHOWN: usize = 50;
/// A guarantee ends soon when it ends within so many days, or is over.
const SOON: i32 = 7;

impl InList for CareNeed {
    fn kind(&self) -> &'static str {
        CareNeed::NAME
    }

    fn rights(&self) -> &'static Rights {
        &CareNeed::RIGHTS
    }

    fn stands(&self) -> Standing<'_> {
        self.standing()
    }

    fn due(&self, app: &App) -> Option<i64> {
        due_at(app, self)
    }

    fn title(&self, _: &App, page: &Page) -> String {
        format!("{}: {}", page.text("kind-care_need"), care_name(page, self))
    }

    fn age(&self, app: &App, page: &Page, _: i64) -> Markup {
        html! {
            @if let Some(at) = due_at(app, self) {
                span.work__since { (page.language.text_with("tasks-due", &[("day", &day(app, page, at))])) }
            }
        }
    }

    fn tags(&self, app: &App, page: &Page) -> Markup {
        let clock = self.clock(app.calendar).map(|(clock, _)| clock);
        html! { @if let Some(clock) = clock { span { (clock.name.of(page.language.code())) } } }
    }
}

type Needs = Vec<(Uuid, Arc<CareNeed>)>;

/// Those that a unit still sees, the first to be over first; what is done comes last.
fn of_unit(app: &App, unit: &str) -> Needs {
    let mut needs: Needs = app.kinds.care_needs.look(|all| {
        let ids = all.index().of_unit(unit);
        ids.filter_map(|id| Some((id, all.get(id)?))).collect()
    });
    let last = |need: &CareNeed| need.done_at.map_or_else(|| due_at(app, need).unwrap_or(i64::MAX - 1), |_| i64::MAX);
    needs.sort_by_key(|(id, need)| (last(need), need.at, *id));
    needs
}

/// Those whose names the caller may see, each seeing recorded.
async fn named(app: &App, caller: &Caller, needs: &Needs) -> Result<HashSet<Uuid>, Failure> {
    let glances: Vec<Glance<'_>> = needs.iter().map(|(id, need)| glance(*id, need)).collect();
    app.glance(caller, &glances).await
}

fn glance(id: Uuid, need: &CareNeed) -> Glance<'_> {
    Glance::of(id, need, u64::from(need.done_at.is_some()))
}

/// Needs as a table, a person a row; `act`: the way on from one, by its id and the name that is shown.
async fn table(
    app: &App,
    page: &Page,
    caller: &Caller,
    (needs, caption): (&Needs, &str),
    act: impl Fn(Uuid, &CareNeed, &str) -> Markup,
) -> Result<Markup, Failure> {
    let named = named(app, caller, needs).await?;
    let name = |id: Uuid, need: &CareNeed| {
        let called = app.called(need.established.subject).filter(|_| named.contains(&id));
        called.map_or_else(|| receipt(id), Into::into)
    };
    Ok(html! {
        div.scroll tabindex="0" role="region" aria-label=(caption) {
            table.scorecard.needs {
                caption.hidden { (caption) }
                thead {
                    tr {
                        th scope="col" { (page.text("needs-client")) }
                        th scope="col" { (page.text("needs-care")) }
                        th scope="col" { (page.text("needs-by-day")) }
                        th scope="col" { (page.text("needs-stands")) }
                    }
                }
                tbody {
                    @for (id, need) in needs {
                        @let name = name(*id, need);
                        tr {
                            th scope="row" {
                                @if named.contains(id) { a href=(format!("/desk/care-needs/{id}")) { (name) } } @else { (name) }
                            }
                            td { (care_name(page, need)) }
                            td { (due(app, page, need)) }
                            td { (standing(app, page, need)) (act(*id, need, &name)) }
                        }
                    }
                }
            }
        }
    })
}

/// The people of a unit who wait for care, and those whose care began lately; nothing where there are none.
pub async fn waiting(app: &App, page: &Page, caller: &Caller, unit: &str) -> Result<Markup, Failure> {
    let mut needs = of_unit(app, unit);
    if needs.is_empty() {
        return Ok(html! {});
    }
    let more = needs.iter().skip(SHOWN).filter(|(_, need)| need.done_at.is_none()).count();
    needs.truncate(SHOWN);
    let title = page.text("needs-title");
    let table = table(app, page, caller, (&needs, &title), |_, _, _| html! {}).await?;
    Ok(html! {
        h2 { (title) }
        (table)
        @if more > 0 {
            p { a href=(format!("/desk?unit={}&view=queue", escape(unit))) { (page.language.text_count("needs-more", more, &more.to_string())) } }
        }
    })
}

/// Those of a unit whose time is over or ends within a week.
fn soon(app: &App, unit: &str) -> Needs {
    let now = app.kinds.store.now();
    let mut needs = of_unit(app, unit);
    needs.retain(|(_, need)| due_at(app, need).is_some_and(|due| days_between(app, now, due) <= SOON));
    needs
}

/// The way to those whose guarantee ends soon, with how many they are.
pub fn ending_link(app: &App, page: &Page, unit: &str) -> Markup {
    let count = soon(app, unit).len();
    html! {
        p {
            a href=(format!("/desk/calendar?unit={}&due=week", escape(unit))) { (page.text("needs-ending")) }
            " " span.count { (count) }
        }
    }
}

/// The people of a unit whose guarantee ends soon, each with the way to a time.
pub async fn ending(app: &App, page: &Page, caller: &Caller, unit: &str) -> Result<Markup, Failure> {
    let needs = soon(app, unit);
    if needs.is_empty() {
        return Ok(html! { p { (page.text("needs-none-ending")) } });
    }
    let book = |id: Uuid, need: &CareNeed, name: &str| {
        html! {
            @if can_be_booked(app, need) {
                " " a href=(format!("/desk/care-needs/{id}/book")) {
                    (page.text("bookings-book")) span.hidden { " – " (name) }
                }
            }
        }
    };
    table(app, page, caller, (&needs, &page.text("needs-ending")), book).await
}

/// The needs that were found in a contact.
pub fn found(app: &App, page: &Page, contact: Uuid) -> Markup {
    let needs: Needs = app.kinds.care_needs.look(|all| {
        let ids = all.index().of_contact(contact);
        ids.filter_map(|id| Some((id, all.get(id)?))).collect()
    });
    html! {
        @if !needs.is_empty() { h2 { (page.text("needs-found")) } }
        @for (id, need) in &needs {
            p {
                a href=(format!("/desk/care-needs/{id}")) { (care_name(page, need)) } br;
                (due(app, page, need)) @if !matches!(need.place, Place::Waiting) { " " (standing(app, page, need)) }
            }
        }
    }
}
