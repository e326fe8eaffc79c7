//! A visit by video goes on by telephone: its way is changed, its time and its people stay. Only the professional sees the number.

use std::sync::Arc;

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use facts::Modality;
use matter::{By, Text};
use operations::bookings::Way;
use operations::bookings::appointments::{Command, Event};
use operations::contacts;
use operations::residents::phone;
use operations::video::Door;
use serde::Deserialize;
use store::Happened;

use super::page;
use super::room::Side;
use super::{Visit, entered, is_known};
use crate::App;
use crate::answer::Failure;
use crate::caller::{Caller, Person};
use crate::contact::see_other;
use crate::form::{self, key};
use crate::home::{failed, missing};
use crate::layout::Page;

#[derive(Deserialize, Default)]
pub struct Fields {
    #[serde(default)]
    client_id: String,
    #[serde(default)]
    pub number: String,
}

/// The form as it is shown: with its field where a number is needed.
pub type Typed = form::Typed<Fields>;

/// Events of an appointment that are looked through.
const TOLD: usize = 200;

/// The number that was left when a visit went on by telephone; none: none was, or it was erased.
pub fn number_in(happened: &[Happened<Event>]) -> Option<&str> {
    let changed = happened.iter().rev().filter(|it| matches!(it.event, Event::WayChanged { .. }));
    changed.filter_map(|it| it.text.as_deref()).next()
}

/// The same of a visit of either kind.
pub(super) async fn number(app: &App, visit: &Visit) -> Result<Option<String>, Failure> {
    let away = |error: store::Error| Failure::away(&error);
    Ok(match visit {
        Visit::Appointment(id, _) => {
            let happened = app.kinds.appointments.happened(*id, "appointment", 0, TOLD).await.map_err(away)?;
            number_in(&happened).map(Into::into)
        }
        Visit::Contact(id, _) => {
            let history = app.kinds.history(*id).await.map_err(away)?;
            crate::desk::number(&history).map(Into::into)
        }
    })
}

/// The number that the person has left for all that concerns them.
async fn left(app: &App, visit: &Visit) -> Result<Option<String>, Failure> {
    let Some(subject) = visit.subject() else { return Ok(None) };
    let left = app.kinds.addresses(subject).await.map_err(|error| Failure::away(&error))?;
    Ok(left.and_then(|(_, addresses)| addresses.phone))
}

/// `POST /video/{id}/phone`.
pub async fn go_on(
    State(app): State<Arc<App>>,
    page: Page,
    Path(path): Path<String>,
    caller: Result<Caller, Failure>,
    given: Result<Form<Fields>, FormRejection>,
) -> Response {
    if !is_known(&caller, &path) {
        return page.to_sign_in();
    }
    let fields = given.map(|Form(fields)| fields).unwrap_or_default();
    let done = async {
        let caller = caller?;
        let (visit, side) = entered(&app, &caller, &path).await?;
        match changed(&app, &caller, (&visit, side), &fields).await {
            Ok(()) => Ok(see_other(&format!("/video/{path}"))),
            // It stands otherwise meanwhile: the page says how.
            Err(Wrong::Failed(failure)) if failure.status == StatusCode::CONFLICT => {
                Ok(see_other(&format!("/video/{path}")))
            }
            Err(Wrong::Failed(failure)) => Err(failure),
            Err(Wrong::Number(key)) => {
                let typed = Typed { fields, wrong: vec![(key, "number")], status: StatusCode::UNPROCESSABLE_ENTITY };
                page::shown(&app, &page, &caller, (&visit, side), (true, &typed)).await
            }
        }
    };
    match done.await {
        Ok(response) => response,
        Err(failure) if failure.status == StatusCode::NOT_FOUND => missing(&page),
        Err(failure) => failed(&page, &failure),
    }
}

enum Wrong {
    /// A number is missing, or is none: key of the text.
    Number(&'static str),
    Failed(Failure),
}

impl<F: Into<Failure>> From<F> for Wrong {
    fn from(failure: F) -> Wrong {
        Wrong::Failed(failure.into())
    }
}

async fn changed(
    app: &App,
    caller: &Caller,
    (visit, side): (&Visit, Option<Side>),
    fields: &Fields,
) -> Result<(), Wrong> {
    let (door, given) = (visit.door(app.kinds.store.now()), phone(&fields.number));
    if given.is_none() && !fields.number.trim().is_empty() {
        return Err(Wrong::Number("me-wrong-phone"));
    }
    // By telephone already, a resident gives another number.
    let may = match (door, side) {
        (_, None) => false,
        (Door::Open { .. }, _) => true,
        (Door::Phone, Some(Side::Resident)) => given.is_some(),
        _ => false,
    };
    if !may {
        return Err(Failure::refused("not_now", "It does not go on by telephone.").into());
    }
    let number = match given {
        Some(number) => Some(number),
        None => left(app, visit).await?.or(number(app, visit).await?),
    };
    if number.is_none() && side == Some(Side::Resident) {
        return Err(Wrong::Number("video-number-missing"));
    }
    let (number, key) = (number.map(Text), key(app, "phone", &fields.client_id)?);
    match visit {
        Visit::Appointment(id, _) => {
            let by = caller.person.as_ref().map_or(By::Holder, Person::by);
            let command = Command::ChangeWay { to: Way(Modality::Phone), why: "technical".into(), number };
            app.kinds.appointments.ask(*id, command, &by, &key, 0).await?;
        }
        Visit::Contact(id, _) => {
            app.kinds.contacts.ask(*id, contacts::Command::ToPhone { number }, &caller.by(*id), &key, u64::MAX).await?;
        }
    }
    Ok(())
}
