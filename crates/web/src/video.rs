//! Visits by video: two people meet by their own browsers' WebRTC, in a room that the visit opens. Pictures and voices go
//! between the two browsers; the server carries the signals by which they find each other (`signals.rs`), and keeps nothing.
//!
//! A room is a booked visit's, by its calendar and way, or a contact's, when whoever has it opens one. It is for exactly two:
//! the person, or somebody who acts for them, and the professional whose visit it is. Where video fails, the same visit goes
//! on by telephone (`phone.rs`).

mod page;
mod phone;
mod room;
mod signals;

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::http::header::{HeaderName, HeaderValue};
use axum::response::Response;
use matter::Subject;
use matter::access::{Action, Role};
use maud::{Markup, html};
use operations::bookings::Way;
use operations::bookings::appointments::{Appointment, Part};
use operations::contacts::Contact;
use operations::video::{Door, may_stay, of_appointment, of_contact};
use serde::Deserialize;
use uuid::Uuid;

use crate::App;
use crate::answer::Failure;
use crate::caller::Caller;
use crate::feature::{Feature, get, post};
use crate::guard::NOT_FOUND_AFTER;
use crate::home::{failed, missing};
use crate::layout::Page;
use crate::texts::texts;

use room::Side;

pub use phone::number_in;
pub use room::Rooms;

pub static FEATURE: Feature = Feature {
    pages: || vec![get("/video/{id}", visit), post("/video/{id}/phone", phone::go_on)],
    programs: || vec![get("/video/{id}/signals", signals::listen), post("/video/{id}/signals", signals::tell)],
    texts: &[texts!("video")],
    ..Feature::NOTHING
};

/// Gives the servers by which browsers find each other, as JSON for their `RTCPeerConnection`, with a password that holds for
/// some hours from an instant on, in microseconds since 1970.
pub type IceServers = Box<dyn Fn(i64) -> String + Send + Sync>;

/// The header by which a page may use nothing that is around the person; the page of a room may use camera and microphone.
pub const PERMISSIONS: HeaderName = HeaderName::from_static("permissions-policy");
pub const NOTHING_AROUND: HeaderValue =
    HeaderValue::from_static("camera=(), microphone=(), display-capture=(), geolocation=(), payment=(), usb=()");
const CAMERA: HeaderValue = HeaderValue::from_static(
    "camera=(self), microphone=(self), display-capture=(), geolocation=(), payment=(), usb=()",
);

/// The matter whose room it is.
enum Visit {
    Appointment(Uuid, Arc<Appointment>),
    Contact(Uuid, Arc<Contact>),
}

impl Visit {
    async fn of(app: &App, id: Uuid) -> Result<Visit, Failure> {
        let away = |error: store::Error| Failure::away(&error);
        if let Some(it) = app.kinds.appointments.read(id).await.map_err(away)? {
            return Ok(Visit::Appointment(id, it));
        }
        let contact = app.kinds.contacts.read(id).await.map_err(away)?;
        contact.map(|it| Visit::Contact(id, it)).ok_or_else(Failure::not_found)
    }

    fn id(&self) -> Uuid {
        match self {
            Visit::Appointment(id, _) | Visit::Contact(id, _) => *id,
        }
    }

    fn door(&self, now: i64) -> Door {
        match self {
            Visit::Appointment(_, it) => of_appointment(it, now),
            Visit::Contact(_, it) => of_contact(it, now),
        }
    }

    fn is_open(&self, now: i64) -> bool {
        matches!(self.door(now), Door::Open { .. })
    }

    /// Whether those who are in the room may stay there.
    fn goes_on(&self, now: i64) -> bool {
        match self {
            Visit::Appointment(_, it) => may_stay(it, now),
            Visit::Contact(..) => self.is_open(now),
        }
    }

    /// The professional whose visit it is.
    fn professional(&self) -> Option<&str> {
        match self {
            Visit::Appointment(_, it) => it.booking.when.parts.iter().find_map(Part::professional).map(|it| &**it),
            Visit::Contact(_, it) => it.owner(),
        }
    }

    fn subject(&self) -> Option<Subject> {
        match self {
            Visit::Appointment(_, it) => it.booking.wanted.subject,
            Visit::Contact(_, it) => it.subject,
        }
    }

    /// The contact in whose conversation they write.
    fn conversation(&self) -> Option<Uuid> {
        match self {
            Visit::Appointment(_, it) => it.booking.wanted.contact,
            Visit::Contact(id, _) => Some(*id),
        }
    }

    /// The side on which somebody is in the room; none: they work here, and the visit is another's.
    fn side(&self, app: &App, caller: &Caller) -> Option<Side> {
        let works = |person: &&crate::caller::Person| person.role != Role::Resident;
        match caller.person.as_ref().filter(works) {
            Some(_) if caller.holds.contains(&self.id()) => Some(Side::Resident),
            Some(person) => self.professional().filter(|it| app.sees_to(&person.id, it)).map(|_| Side::Staff),
            None => Some(Side::Resident),
        }
    }

    /// Lets somebody see it, and records that they did: as a meeting where they come into the room.
    async fn let_in(&self, app: &App, caller: &Caller, side: Option<Side>) -> Result<(), Failure> {
        let (action, comes) = (action(side), side.is_some() && self.is_open(app.kinds.store.now()));
        match self {
            Visit::Appointment(id, _) if comes => {
                app.meets(&app.kinds.appointments, caller, *id, action).await.map(drop)
            }
            Visit::Appointment(id, _) => app.guarded(&app.kinds.appointments, caller, *id, action).await.map(drop),
            Visit::Contact(id, _) if comes => app.meets(&app.kinds.contacts, caller, *id, action).await.map(drop),
            Visit::Contact(id, _) => app.guarded(&app.kinds.contacts, caller, *id, action).await.map(drop),
        }
    }

    /// Whether they still may, which is recorded already.
    fn may_still(&self, app: &App, caller: &Caller, side: Option<Side>) -> bool {
        match self {
            Visit::Appointment(id, it) => app.may_still(caller, *id, action(side), it),
            Visit::Contact(id, it) => app.may_still(caller, *id, action(side), it),
        }
    }
}

fn action(side: Option<Side>) -> Action {
    match side {
        Some(Side::Resident) => Action::Write,
        Some(Side::Staff) => Action::Handle,
        None => Action::Read,
    }
}

/// Whether somebody has signed in, or holds the code of the visit.
fn is_known(caller: &Result<Caller, Failure>, path: &str) -> bool {
    let holds = |it: &Caller| path.parse().is_ok_and(|id| it.holds.contains(&id));
    caller.as_ref().is_ok_and(|it| it.person.is_some() || holds(it))
}

/// The visit of an address, behind the guard, and the side on which the caller is.
async fn entered(app: &App, caller: &Caller, path: &str) -> Result<(Visit, Option<Side>), Failure> {
    let soonest = tokio::time::Instant::now() + NOT_FOUND_AFTER * 2;
    let entered = async {
        let visit = Visit::of(app, path.parse().map_err(|_| Failure::not_found())?).await?;
        let side = visit.side(app, caller);
        visit.let_in(app, caller, side).await?;
        Ok((visit, side))
    };
    let entered = entered.await;
    if entered.as_ref().is_err_and(|failure: &Failure| failure.status == StatusCode::NOT_FOUND) {
        tokio::time::sleep_until(soonest).await;
    }
    entered
}

#[derive(Deserialize, Default)]
struct Asked {
    /// Without a script the page does not renew itself.
    #[serde(default)]
    still: String,
}

/// `GET /video/{id}`.
async fn visit(
    State(app): State<Arc<App>>,
    page: Page,
    Path(path): Path<String>,
    Query(asked): Query<Asked>,
    caller: Result<Caller, Failure>,
) -> Response {
    if !is_known(&caller, &path) {
        return page.to_sign_in();
    }
    let shown = async {
        let caller = caller?;
        let (visit, side) = entered(&app, &caller, &path).await?;
        page::shown(&app, &page, &caller, (&visit, side), (!asked.still.is_empty(), &phone::Typed::default())).await
    };
    match shown.await {
        Ok(response) => response,
        Err(failure) if failure.status == StatusCode::NOT_FOUND => missing(&page),
        Err(failure) => failed(&page, &failure),
    }
}

/// The way to the room of a booked visit from its page, on either side; nothing: it has none.
pub fn way_in(app: &App, page: &Page, (id, it): (Uuid, &Appointment)) -> Markup {
    let is_video = it.booking.wanted.way == Way(facts::Modality::Video);
    let key = match of_appointment(it, app.kinds.store.now()) {
        Door::Early { .. } if is_video => "video-try",
        Door::Open { .. } if page.is_of_staff() => "video-open",
        Door::Open { .. } => "video-enter",
        _ => return html! {},
    };
    html! { p { a.btn.btn--second[key == "video-try"] #video role="button" href=(format!("/video/{id}")) { (crate::icons::icon("video")) (page.text(key)) } } }
}

/// The way to the room of a contact, where one is open.
pub fn way_in_contact(app: &App, page: &Page, (id, it): (Uuid, &Contact)) -> Markup {
    let is_open = matches!(of_contact(it, app.kinds.store.now()), Door::Open { .. });
    html! {
        @if is_open {
            div.box {
                p { strong { (page.text("video-is-open")) } }
                p { a.btn role="button" href=(format!("/video/{id}")) { (crate::icons::icon("video")) (page.text("video-enter")) } }
            }
        }
    }
}
