//! `/desk/care-needs/{id}`: one need, by when care must begin and why, and what has become of it.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use facts::{ClosedWhy, Code};
use matter::access::Action;
use matter::{Matter, encode};
use maud::{Markup, html};
use operations::care_needs::{CareNeed, Event, Place, exceptions};
use store::Happened;
use uuid::Uuid;

use super::{care_name, day, due, standing};
use crate::App;
use crate::answer::Failure;
use crate::caller::Caller;
use crate::care::receipt;
use crate::clocks::why;
use crate::desk::{staff_name, unit_name};
use crate::form::{Did, choice, errors};
use crate::home::failed;
use crate::layout::Page;
use crate::numbers;
use crate::parts::{self, Stop, Turn};

/// Events of a need that its page tells at most.
const TOLD: usize = 100;
/// Why a need is over without care, in the order in which it is offered.
pub const OVER: [ClosedWhy; 5] =
    [ClosedWhy::NoLongerNeeded, ClosedWhy::Declined, ClosedWhy::Unreachable, ClosedWhy::Moved, ClosedWhy::Bought];

/// `GET /desk/care-needs/{id}`.
pub async fn need(
    State(app): State<Arc<App>>,
    page: Page,
    Path(path): Path<String>,
    Query(did): Query<Did>,
    caller: Result<Caller, Failure>,
) -> Response {
    shown(&app, &page, &path, caller, (&[], StatusCode::OK), &did.did).await
}

/// The page of a need; `wrong`: why an act was not done, keys of texts and fields, and its status.
pub async fn shown(
    app: &App,
    page: &Page,
    path: &str,
    caller: Result<Caller, Failure>,
    (wrong, status): (&[(&'static str, &'static str)], StatusCode),
    did: &str,
) -> Response {
    if page.person.is_none() {
        return page.to_sign_in();
    }
    let read = async {
        let caller = caller?;
        let (id, need) = app.at_desk(&app.kinds.care_needs, &caller, path, Action::Read).await?;
        let happened = app.kinds.care_needs.happened(id, CareNeed::NAME, 0, TOLD).await;
        let happened = happened.map_err(|error| Failure::away(&error))?;
        let contact = match need.established.contact {
            Some(contact) => app.kinds.contacts.read(contact).await.map_err(|error| Failure::away(&error))?,
            None => None,
        };
        let may = |contact: &Arc<_>| {
            need.established.contact.is_some_and(|id| app.may_still(&caller, id, Action::Read, contact))
        };
        let may_read = contact.as_ref().is_some_and(may);
        Ok((id, need, happened, may_read))
    };
    match read.await {
        Ok((id, need, happened, may_read)) => {
            let content = whole(app, page, (id, &need), &happened, may_read, (wrong, did));
            page.render(status, &care_name(page, &need), &content)
        }
        Err(failure) => failed(page, &failure),
    }
}

fn whole(
    app: &App,
    page: &Page,
    (id, need): (Uuid, &CareNeed),
    happened: &[Happened<Event>],
    may_read: bool,
    (wrong, did): (&[(&'static str, &'static str)], &str),
) -> Markup {
    let established = &need.established;
    let clock = need.clock(app.calendar);
    let is_so = match did {
        "meet" => matches!(need.place, Place::Met { .. }),
        "except" => need.exception.is_some(),
        "withdraw" => matches!(need.place, Place::Withdrawn { .. }),
        _ => false,
    };
    html! {
        (errors(page, wrong))
        @if is_so { (parts::done(&html! { (page.text(&format!("needs-did-{did}"))) }, &html! {})) }
        (parts::back(&page.link_to("/desk", &[("unit", &established.unit), ("view", "unit"), ("did", "")]), &page.text("desk-back")))
        h1 { (care_name(page, need)) @if let Some(named) = app.named(established.subject) { " – " (named) } }
        (parts::standing(if need.done_at.is_none() { Turn::Waits } else { Turn::Done }, &html! { (standing(app, page, need)) }))
        div.cols.cols--work {
            div.flow {
                @if let Some((clock, by)) = &clock {
                    p { (clock.name.of(page.language.code())) ": " (due(app, page, need)) }
                    (why(page, clock, by))
                }
                @if need.done_at.is_none() { (acts(app, page, id, need)) }
            }
            section.side aria-label=(page.text("desk-about")) {
                dl.facts {
                    div { dt { (page.text("receipt-short")) } dd { (receipt(id)) } }
                    div { dt { (page.text("needs-established")) } dd { (day(app, page, need.at)) ", " (staff_name(page, &established.by)) } }
                    div { dt { (page.text("needs-age-then")) } dd { (page.language.text_with("needs-years", &[("age", &established.age.to_string())])) } }
                    div { dt { (page.text("desk-unit")) } dd { (unit_name(page, &established.unit)) } }
                    @if let Some(contact) = established.contact {
                        div {
                            dt { (page.text("tasks-about-contact")) }
                            dd { @if may_read { a href=(format!("/desk/contacts/{contact}")) { (receipt(contact)) } } @else { (receipt(contact)) } }
                        }
                    }
                }
                section {
                    h2 { (page.text("desk-history")) }
                    ol.course { @for it in happened { (told(app, page, it)) } }
                }
            }
        }
    }
}

fn acts(app: &App, page: &Page, id: Uuid, need: &CareNeed) -> Markup {
    let to = |command: &str| format!("/desk/care-needs/{id}/{command}");
    let button = |command: &str| {
        html! {
            button.btn.btn--second id=(format!("act-{command}")) type="submit" form="work" formaction=(to(command)) {
                (page.text(&format!("needs-{command}")))
            }
        }
    };
    html! {
        @if let Place::Agreed { appointment, .. } = need.place {
            p { a href=(format!("/desk/appointments/{appointment}")) { (page.text("needs-appointment")) } }
        } @else if can_be_booked(app, need) {
            p { a.btn href=(to("book")) role="button" { (page.text("bookings-book")) } }
        } @else {
            p { (page.text("needs-no-calendar")) }
        }
        form #work .letter method="post" action=(to("meet")) autocomplete="off" {
            input type="hidden" name="client_id" value=(app.sessions.unguessable());
        }
        details.fold {
            summary { (page.text("needs-elsewhere")) }
            div.fold__in { p { (page.text("needs-elsewhere-effect")) } (button("meet")) }
        }
        @if need.exception.is_none() {
            details.fold {
                summary { (page.text("needs-exception")) }
                div.fold__in {
                    p { (page.text("needs-exception-effect")) }
                    (choice(page, "exception", "needs-exception-why", None, "",
                        exceptions().iter().map(|it| (it.id.clone(), it.name.of(page.language.code()).to_string()))))
                    (button("except"))
                }
            }
        }
        details.fold {
            summary { (page.text("needs-over")) }
            div.fold__in {
                (choice(page, "why", "needs-over-why", None, "",
                    OVER.map(|why| (why.code().to_string(), page.text(&format!("needs-over-{}", why.code()))))))
                (button("withdraw"))
            }
        }
    }
}

/// Whether a calendar that is in force gives its care.
pub fn can_be_booked(app: &App, need: &CareNeed) -> bool {
    let is_waiting = need.place == Place::Waiting;
    is_waiting && need.care().is_some_and(|care| care.calendars.iter().any(|id| app.kinds.timetables.get(id).is_some()))
}

/// One thing that happened, for professionals.
fn told(app: &App, page: &Page, it: &Happened<Event>) -> Markup {
    let (kind, _) = encode(&it.event);
    let verb = kind.rsplit('.').next().unwrap_or_default();
    let more = match &it.event {
        Event::Agreed { at, .. } => super::time(app, page, *at),
        Event::Excepted { why } => super::exception_name(page, why),
        Event::Withdrawn { why } => page.text(&format!("needs-over-{}", why.code())),
        _ => String::new(),
    };
    let what = html! {
        (page.text(&format!("needs-event-{verb}"))) @if !more.is_empty() { ": " (more) }
        @if it.by != "system" { ", " (staff_name(page, &it.by)) }
    };
    parts::stop(Stop::Done, &numbers::moment(it.at, page.language), &what)
}
