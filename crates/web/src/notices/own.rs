//! A notice among the matters of the person whom it concerns: once they made it or a professional told them, and never the
//! name of a private person who made it.

use axum::http::StatusCode;
use axum::response::Response;
use futures::FutureExt;
use futures::future::BoxFuture;
use matter::Matter;
use matter::access::Action;
use maud::html;
use operations::notices::{Details, Notice, Notifier};
use uuid::Uuid;

use super::what_name;
use crate::App;
use crate::answer::Failure;
use crate::caller::Caller;
use crate::care::receipt;
use crate::desk::unit_name;
use crate::layout::Page;
use crate::matters::{Group, OwnRow};
use crate::numbers;
use crate::parts::{self, Turn};

pub fn row<'a>(app: &'a App, page: &'a Page, id: Uuid) -> BoxFuture<'a, store::Result<Option<OwnRow>>> {
    async move {
        let notice = app.kinds.notices.read(id).await?.filter(|it| is_shown(it));
        Ok(notice.map(|it| OwnRow {
            group: if it.ended.is_some() { Group::Ended } else { Group::Open },
            at: it.at,
            title: what_name(page, it.made.what),
            detail: page.language.text_with("written-on", &[("day", &numbers::near_day(it.at, page.language))]),
            standing: String::new(),
        }))
    }
    .boxed()
}

/// A part is work of those who have it; the person has one page, that of the whole.
fn is_shown(it: &Notice) -> bool {
    it.is_known_to_person() && it.made.part_of.is_none()
}

pub fn page<'a>(
    app: &'a App,
    page: &'a Page,
    caller: &'a Caller,
    id: Uuid,
    _: &'a str,
) -> BoxFuture<'a, Result<Response, Failure>> {
    async move {
        let it = app.guarded(&app.kinds.notices, caller, id, Action::Read).await?;
        if !is_shown(&it) {
            return Err(Failure::not_found());
        }
        let happened = app.kinds.notices.happened(id, Notice::NAME, 0, 2).await.map_err(|error| Failure::away(&error))?;
        let text = |at: u64| happened.iter().find(|it| it.version == at).and_then(|it| it.text.as_deref());
        let is_own = it.made.notifier == Notifier::Own;
        let office = text(Details::AT).map(|text| Details::read(text).by.office).filter(|it| !it.is_empty());
        let office = office.filter(|_| it.made.notifier == Notifier::Authority);
        let parts = parts(app, &it).await?;
        let title = what_name(page, it.made.what);
        let (turn, state) = match it.ended {
            Some(ended) => (Turn::Done, page.text(&format!("notices-ended-own-{}", ended.ending.code()))),
            None => (Turn::Waits, page.text("notices-open-own")),
        };
        let content = html! {
            (parts::back("/matters", &page.text("matters-title")))
            h1 { (title) }
            (parts::standing(turn, &html! { (state) }))
            @if let Some(words) = text(1).filter(|_| is_own) { blockquote.note dir="auto" { (words) } }
            dl.facts {
                div { dt { (page.text("notices-came")) } dd { (numbers::moment(it.at, page.language)) } }
                div {
                    dt { (page.text("notices-by-whom")) }
                    dd { (office.unwrap_or_else(|| page.text(&format!("notices-notifier-own-{}", it.made.notifier.code())))) }
                }
                div { dt { (page.text("notices-with")) } dd { (unit_name(page, &it.unit)) } }
                @for part in &parts { div { dt { (page.text("notices-part")) } dd { (unit_name(page, part)) } } }
                div { dt { (page.text("receipt-short")) } dd { (receipt(id)) } }
            }
            @if !is_own { p { (page.text("notices-own-right")) } }
        };
        Ok(page.render(StatusCode::OK, &title, &content))
    }
    .boxed()
}

/// The units that see to parts of a notice and have not ended them.
async fn parts(app: &App, it: &Notice) -> Result<Vec<matter::UnitId>, Failure> {
    let mut units = Vec::new();
    for part in &it.parts {
        let part = app.kinds.notices.read(*part).await.map_err(|error| Failure::away(&error))?;
        units.extend(part.filter(|it| it.ended.is_none()).map(|it| it.unit.clone()));
    }
    Ok(units)
}
