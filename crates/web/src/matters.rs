//! A person's own matters, of whatever kind: `/matters` lists them in four groups, `/matters/{id}` is the page of one.
//!
//! Each kind says in its feature how one of its own stands in the list and looks on its page. Of a kind that says nothing,
//! that which is the same of all is shown.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use futures::future::BoxFuture;
use matter::access::Role;
use matter::{Matter, Own, Subject};
use maud::{Markup, html};
use operations::disclosures::Disclosure;
use store::AnyKind;
use tokio::time::Instant;
use uuid::Uuid;

use crate::App;
use crate::answer::Failure;
use crate::caller::{Caller, Person};
use crate::care::receipt;
use crate::desk::unit_name;
use crate::feature::{Door, FEATURES, Feature, get};
use crate::form::Did;
use crate::guard::NOT_FOUND_AFTER;
use crate::home::{failed, missing};
use crate::layout::Page;
use crate::numbers;
use crate::parts::{self, Turn, tag};
use crate::texts::texts;

pub static FEATURE: Feature = Feature {
    pages: || vec![get("/matters", list), get("/matters/{id}", one)],
    texts: &[texts!("matters")],
    doors: &[Door {
        path: "/matters",
        name: "section-matters",
        opens_to: |role| role == Some(Role::Resident),
        leads_to: &["/book"],
    }],
    ..Feature::NOTHING
};

/// Matters of a kind that are looked for, the latest.
const LISTED: usize = 50;

/// How a person's own matter of a kind is shown to them.
pub struct Owned {
    pub kind: &'static str,
    pub row: RowOf,
    pub page: PageOf,
}

/// Its row in the list; none: it is not there any more.
pub type RowOf = for<'a> fn(&'a App, &'a Page, Uuid) -> BoxFuture<'a, store::Result<Option<OwnRow>>>;
/// Its page, behind the guard; the last is what was just done.
pub type PageOf = for<'a> fn(&'a App, &'a Page, &'a Caller, Uuid, &'a str) -> BoxFuture<'a, Result<Response, Failure>>;

/// A matter in the list of its person.
pub struct OwnRow {
    pub group: Group,
    /// The time by which it stands in its group, in microseconds since 1970: of what is coming its beginning.
    pub at: i64,
    pub title: String,
    /// The detail tells it from others, beside its number.
    pub detail: String,
    /// Where it stands, in words; empty: the group says it.
    pub standing: String,
}

/// The groups of a person's own matters, in the order in which they stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    Turn,
    Coming,
    Open,
    Ended,
}

impl Group {
    const ALL: [(Group, &'static str); 4] = [
        (Group::Turn, "matters-turn"),
        (Group::Coming, "matters-coming"),
        (Group::Open, "matters-open"),
        (Group::Ended, "matters-ended"),
    ];
}

fn owned(kind: &str) -> Option<&'static Owned> {
    FEATURES.iter().flat_map(|it| it.owned).find(|it| it.kind == kind)
}

/// `GET /matters`.
async fn list(State(app): State<Arc<App>>, page: Page) -> Response {
    let Some(person) = &page.person else { return page.to_sign_in() };
    let Some(subject) = person.subject().filter(|_| person.role == Role::Resident) else { return missing(&page) };
    let rows = match own(&app, &page, subject).await {
        Ok(rows) => rows,
        Err(error) => return failed(&page, &Failure::away(&error)),
    };
    let is_empty = rows.iter().all(|(_, it)| it.group == Group::Ended);
    let content = html! {
        div.listhead {
            h1 { (page.text("matters-title")) }
            p.listhead__n {}
            a.btn href="/book" role="button" { (page.text("matters-book")) }
            a.btn.btn--second href="/contact" role="button" { (page.text("matters-write")) }
        }
        @if is_empty { p { (page.text("matters-none")) } }
        @for (group, heading) in Group::ALL {
            @let of: Vec<_> = rows.iter().filter(|(_, it)| it.group == group).collect();
            @if !of.is_empty() {
                section aria-labelledby=(heading) {
                    h2 id=(heading) { (page.text(heading)) }
                    ol.rows { @for (id, row) in of { (shown(*id, row)) } }
                }
            }
        }
    };
    page.render(StatusCode::OK, &page.text("matters-title"), &content)
}

/// A person's own matters of all kinds: of those that are coming the nearest first, of all others the latest.
pub async fn own(app: &App, page: &Page, subject: Subject) -> store::Result<Vec<(Uuid, OwnRow)>> {
    let mut rows: Vec<(Uuid, OwnRow)> = Vec::new();
    // Consent is a person's own to give: it is asked on their pages.
    let acts = page.person.as_ref().is_some_and(|person| person.acting.is_some());
    let is_listed = |kind: &dyn AnyKind| kind.rights().own >= Own::Read && !(acts && kind.name() == Disclosure::NAME);
    for kind in app.kinds.store.kinds().iter().filter(|kind| is_listed(&***kind)) {
        // The record of the person themselves is no matter.
        let shown = |id: &Uuid| {
            let unit = kind.stands(*id).and_then(|it| it.unit);
            *id != subject.0 && page.person.as_ref().is_none_or(|person| app.shows(person, *id, unit.as_ref()))
        };
        for id in kind.of_subject(subject, LISTED).into_iter().filter(shown) {
            let row = match owned(kind.name()) {
                Some(owned) => (owned.row)(app, page, id).await?,
                None => Some(plain_row(page, &**kind, id)),
            };
            rows.extend(row.map(|row| (id, row)));
        }
    }
    rows.sort_by_key(|(_, it)| if it.group == Group::Coming { it.at } else { it.at.saturating_neg() });
    Ok(rows)
}

/// One in a list: where it stands, and what tells it from others.
pub fn shown(id: Uuid, row: &OwnRow) -> Markup {
    let turn = match row.group {
        Group::Turn => Turn::Now,
        Group::Coming => Turn::Agreed,
        Group::Open => Turn::Half,
        Group::Ended => Turn::Done,
    };
    let standing = (!row.standing.is_empty()).then(|| tag(turn, &row.standing));
    let detail = (!row.detail.is_empty()).then(|| html! { (row.detail) });
    let meta: Vec<Markup> = [standing, detail, Some(html! { (receipt(id)) })].into_iter().flatten().collect();
    parts::row(&format!("/matters/{id}"), &row.title, &meta)
}

/// `GET /matters/{id}`.
async fn one(
    State(app): State<Arc<App>>,
    page: Page,
    Path(path): Path<String>,
    Query(did): Query<Did>,
    caller: Result<Caller, Failure>,
) -> Response {
    let Some(person) = &page.person else { return page.to_sign_in() };
    // Professionals have it at the desk, also where they care for the person.
    if person.role != Role::Resident {
        return missing(&page);
    }
    // To look through the kinds and then to be turned away takes no other time than to find nothing.
    let soonest = Instant::now() + NOT_FOUND_AFTER * 2;
    let found = async {
        let (caller, id) = (caller?, path.parse().map_err(|_| Failure::not_found())?);
        let kind = app.kinds.store.kind_of(id).await.map_err(|error| Failure::away(&error))?;
        let kind = kind.ok_or_else(Failure::not_found)?;
        match owned(kind.name()) {
            Some(owned) => (owned.page)(&app, &page, &caller, id, &did.did).await,
            None => plain_page(&app, &page, person, kind, id),
        }
    };
    match found.await {
        Ok(response) => response,
        Err(failure) => {
            if failure.status == StatusCode::NOT_FOUND {
                tokio::time::sleep_until(soonest).await;
            }
            failed(&page, &failure)
        }
    }
}

/// The name of a kind.
fn kind_name(page: &Page, kind: &dyn AnyKind) -> String {
    let name = page.text(&format!("kind-{}", kind.name()));
    if name.is_empty() { kind.name().into() } else { name }
}

fn plain_row(page: &Page, kind: &dyn AnyKind, id: Uuid) -> OwnRow {
    let stands = kind.stands(id).filter(|it| it.done.is_none());
    OwnRow {
        group: if stands.is_some() { Group::Open } else { Group::Ended },
        at: stands.map_or(i64::MIN, |it| it.since),
        title: kind_name(page, kind),
        detail: String::new(),
        standing: String::new(),
    }
}

fn plain_page(app: &App, page: &Page, person: &Person, kind: &dyn AnyKind, id: Uuid) -> Result<Response, Failure> {
    let is_own = kind.rights().own >= Own::Read
        && person.role == Role::Resident
        && person.subject().is_some_and(|subject| kind.of_subject(subject, usize::MAX).contains(&id))
        && app.shows(person, id, kind.stands(id).and_then(|it| it.unit).as_ref());
    if !is_own {
        return Err(Failure::not_found());
    }
    let stands = kind.stands(id).filter(|it| it.done.is_none());
    let title = kind_name(page, kind);
    let content = html! {
        (parts::back("/matters", &page.text("matters-title")))
        h1 { (title) }
        (parts::standing(if stands.is_some() { Turn::Waits } else { Turn::Done }, &html! { (page.text(if stands.is_some() { "matters-open" } else { "matters-ended" })) }))
        dl.facts {
            @if let Some(it) = stands {
                div { dt { (page.text("matters-since")) } dd { (numbers::moment(it.since, page.language)) } }
                @if let Some(unit) = it.unit { div { dt { (page.text("bookings-unit")) } dd { (unit_name(page, &unit)) } } }
            }
            div { dt { (page.text("receipt-short")) } dd { (receipt(id)) } }
        }
    };
    Ok(page.render(StatusCode::OK, &title, &content))
}
