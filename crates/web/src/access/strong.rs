//! Strong identification of residents, by a provider such as Suomi.fi: OpenID Connect.
//!
//! The county's own id of a person follows from the identity code by a keyed hash; the code itself stands nowhere. A person
//! who comes for the first time is registered by that, and one who has proven it too long ago proves it again before what is
//! sensitive.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Query, State};
use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use calendar::day_number;
use identity::{Anew, AtProvider, Claimed, Provider};
use jiff::civil::Date;
use matter::access::Role;
use matter::{By, Subject, Trouble};
use maud::{Markup, html};
use operations::residents::{Command, Identity, born_by};
use serde::Deserialize;
use store::{hex, new_id, signature};
use uuid::{Builder, Uuid};

use super::{begun_proven, go_on_proven, not_entered, provider};
use crate::App;
use crate::answer::Failure;
use crate::caller::Person;
use crate::home::failed;
use crate::layout::{Page, escape, onward};
use crate::limits::Address;
use crate::observe::tell;
use crate::sessions::{Means, Proof, Session};

pub const BEGIN: &str = "/sign-in/resident";
pub const BACK: &str = "/sign-in/resident/return";
/// Where the provider tells that somebody has signed out there.
pub const SIGNED_OUT: &str = "/sign-in/resident/signed-out";

/// How long a proof serves for what is sensitive: a quarter of an hour, in microseconds.
const SERVES: i64 = 15 * 60_000_000;
/// Beginning of the keys of its texts.
const TEXTS: &str = "sign-in-strong";

/// Where somebody wants to go, and whether they prove once more who they are.
#[derive(Deserialize)]
pub struct From {
    to: Option<String>,
    anew: Option<String>,
}

/// The way there, on the page of signing in.
pub fn way(app: &App, page: &Page, to: Option<&str>) -> Markup {
    let address = to.map_or_else(|| BEGIN.into(), |to| format!("{BEGIN}?to={}", escape(to)));
    html! {
        @if let Some(strong) = &app.strong {
            section.flow aria-labelledby="residents" {
                h2 #residents { (page.text("sign-in-strong-residents")) }
                p { (page.text("sign-in-strong-what")) }
                @match strong.is_known() {
                    // A link and no form: browsers let a form of ours lead nowhere else.
                    true => { a.btn href=(address) role="button" draggable="false" { (page.text("sign-in-strong")) } }
                    false => { p.box { (page.text("sign-in-strong-away")) } }
                }
            }
            h2 { (page.text("sign-in-staff")) }
        }
    }
}

/// `GET /sign-in/resident`: on to the provider.
pub async fn begin(
    State(app): State<Arc<App>>,
    page: Page,
    Address(address): Address,
    Query(from): Query<From>,
) -> Response {
    let Some(strong) = &app.strong else { return crate::home::missing(&page) };
    let anew = if from.anew.is_some() { Anew::Yes } else { Anew::No };
    provider::begun_at(&app, &page, (strong, BACK), address, (from.to.as_deref().and_then(onward), anew), TEXTS)
}

/// `GET /sign-in/resident/return`: back from the provider.
pub async fn back(
    State(app): State<Arc<App>>,
    page: Page,
    Address(address): Address,
    headers: HeaderMap,
    Query(given): Query<provider::Back>,
) -> Response {
    let Some(strong) = app.strong.clone() else { return crate::home::missing(&page) };
    let response = match provider::ended_at(&app, &page, (strong, BACK), &headers, given, TEXTS).await {
        Ok(claimed) => {
            app.counted.ended_at_provider(&app.token_key, address);
            entered(&app, &page, &headers, claimed).await
        }
        Err(response) => response,
    };
    provider::used(response)
}

/// Registers the person, and signs them in; whoever only proves once more who they are goes on where they were.
async fn entered(app: &App, page: &Page, headers: &HeaderMap, claimed: Claimed) -> Response {
    let wrong = |why: &str| {
        tell(&format!("error: sign-in: {why}; see [strong] in county.toml"));
        not_entered(page, StatusCode::FORBIDDEN, "sign-in-strong-wrong")
    };
    let Some((subject, born)) = subject_of(&app.token_key, &claimed.person) else {
        return wrong("the claim that is to name the person holds no identity code");
    };
    let name = claimed.name.unwrap_or_default();
    let name: String = name.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(MOST_NAME).collect();
    if name.is_empty() {
        return wrong("the provider gives no name");
    }
    match app.notes_identity(subject, &Identity { name, born: day_number(born) }, claimed.protected).await {
        Ok(()) => {}
        Err(Trouble::Refused(_)) => return not_entered(page, StatusCode::FORBIDDEN, "sign-in-strong-erased"),
        Err(trouble) => return failed(page, &Failure::from(trouble)),
    }
    let proof = app.proof(claimed.at, &claimed.known);
    let person = Person { role: Role::Resident, id: subject.to_string(), unit: String::new(), acting: None };
    let same = app.session(headers).filter(|it| it.means == Means::Strong && it.person().as_ref() == Some(&person));
    match same {
        Some(_) => go_on_proven(app, headers, proof, claimed.to.as_deref().unwrap_or("/")),
        None => begun_proven(app, headers, &person, proof, claimed.to),
    }
}

/// Characters of a name at most (`conventions.md` §7).
const MOST_NAME: usize = 120;

/// The county's own id of the person of an identity code, and the day of birth that it tells; none: it is no such code. Digits
/// of one code make one id for ever, and nobody without the key makes the code from the id.
pub fn subject_of(key: &[u8; 32], code: &str) -> Option<(Subject, Date)> {
    let code = code.trim().to_ascii_uppercase();
    let born = born_by(&code)?;
    let digest = signature(key, &[b"resident", code.as_bytes()]);
    let bytes: [u8; 16] = digest.get(..16)?.try_into().ok()?;
    Some((Subject(Builder::from_custom_bytes(bytes).into_uuid()), born))
}

impl App {
    /// Notes who somebody is, the first time and when it has changed, and has pages call them so.
    pub async fn notes_identity(&self, subject: Subject, identity: &Identity, protected: bool) -> Result<(), Trouble> {
        let told = format!("{}\n{}\n{protected}", identity.born, identity.name);
        let mark = hex(&signature(&self.token_key, &[b"identity", told.as_bytes()])[..16]);
        let command = Command::Identify { identity: identity.clone(), mark: mark.clone(), protected };
        let key = new_id(self.kinds.store.now()).to_string();
        self.kinds.ask_of_resident(subject, &By::Resident(subject), command, (&key, &mark)).await?;
        if let Some(born) = calendar::date_of(identity.born) {
            self.call_by(subject, &identity.name, born);
        }
        Ok(())
    }

    /// Learns by which names pages call those who have proven who they are. A person who cannot be read has no name.
    pub async fn learn_names(&self) {
        let known: Vec<Uuid> = self
            .kinds
            .residents
            .look(|all| all.iter().filter(|(_, it)| it.registered_at.is_some()).map(|(id, _)| id).collect());
        for id in known {
            let identity = self.kinds.identity(Subject(id)).await.ok().flatten();
            if let Some((identity, born)) = identity.and_then(|it| Some((it.clone(), calendar::date_of(it.born)?))) {
                self.call_by(Subject(id), &identity.name, born);
            }
        }
    }

    fn proof(&self, at: i64, known: &AtProvider) -> Proof {
        let mark = |of: &str, text: &str| match text {
            "" => String::new(),
            text => hex(&signature(&self.token_key, &[of.as_bytes(), text.as_bytes()])[..16]),
        };
        Proof {
            at,
            person: mark("person at provider", &known.subject),
            session: mark("session at provider", &known.session),
        }
    }

    /// The way to prove once more who one is, where a session has done so too long ago for what is sensitive; none: it serves.
    pub fn asks_again(&self, headers: &HeaderMap, to: &str) -> Option<Response> {
        let session = self.session(headers).filter(|it| it.means == Means::Strong)?;
        let serves = |it: &Proof| self.kinds.store.now() < it.at.saturating_add(SERVES);
        if session.proof.as_ref().is_some_and(serves) {
            return None;
        }
        Some(Redirect::to(&format!("{BEGIN}?anew=1&to={}", escape(to))).into_response())
    }
}

/// The token by which the provider says that somebody has signed out there.
#[derive(Deserialize, Default)]
pub struct SignedOut {
    #[serde(default)]
    logout_token: String,
}

/// `POST /sign-in/resident/signed-out`: from the provider's side (OpenID Connect Back-Channel Logout 1.0).
pub async fn signed_out(State(app): State<Arc<App>>, Form(given): Form<SignedOut>) -> Response {
    let Some(strong) = &app.strong else { return StatusCode::NOT_FOUND.into_response() };
    let no_store = [(CACHE_CONTROL, "no-store")];
    match Provider::signed_out(strong, &given.logout_token, app.kinds.store.now()) {
        Ok(known) => {
            let out = app.proof(0, &known);
            let is_out = |session: &Session| {
                session.proof.as_ref().is_some_and(|it| match out.session.is_empty() {
                    // A session there is one here; without it all of the person's end.
                    false => it.session == out.session,
                    true => !out.person.is_empty() && it.person == out.person,
                })
            };
            app.sessions.end_where(is_out);
            (StatusCode::OK, no_store).into_response()
        }
        Err(why) => {
            tell(&format!("error: sign-out: what the provider of strong identification sent does not hold: {why}"));
            (StatusCode::BAD_REQUEST, no_store).into_response()
        }
    }
}

/// `POST /sign-out/everywhere`: every session of a resident ends, on whatever device.
pub async fn everywhere(State(app): State<Arc<App>>, page: Page, headers: HeaderMap) -> Response {
    let Some(session) = app.session(&headers).and_then(|session| session.person()) else { return page.to_sign_in() };
    if session.role != Role::Resident {
        return crate::home::missing(&page);
    }
    app.sessions.end_where(|it| it.person().is_some_and(|it| it.role == Role::Resident && it.id == session.id));
    let to = app.strong.as_ref().and_then(|strong| strong.sign_out());
    super::end_all(&app, &headers, to.as_deref().unwrap_or("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_code_is_one_person_for_ever_and_nobody_without_the_key() {
        let of = |key: u8, code: &str| subject_of(&[key; 32], code).map(|(subject, _)| subject);
        let aino = of(1, "030184-900E").expect("a code");
        assert_eq!(of(1, " 030184-900e "), Some(aino), "however it is spelt");
        assert_ne!(of(2, "030184-900E"), Some(aino), "another county's");
        assert_ne!(of(1, "100188-9022"), Some(aino), "another person");
        assert_eq!(subject_of(&[1; 32], "170116A9053").map(|(_, born)| born), Some(jiff::civil::date(2016, 1, 17)));
        for wrong in ["", "030184-900F", "030184-900", "Aino", "lead-1", "320184-900E"] {
            assert_eq!(of(1, wrong), None, "{wrong}");
        }
    }
}
