//! A contact that somebody had and has no more, because it was handed over: where it went, and what they were writing.

use axum::http::StatusCode;
use axum::response::Response;
use maud::html;
use operations::contacts::Event;
use store::Happened;
use uuid::Uuid;

use super::{people, unit_name};
use crate::App;
use crate::caller::Person;
use crate::care::receipt;
use crate::home::{away, kept, missing};
use crate::layout::Page;
use crate::numbers;

/// How a contact left the hands of somebody: the last that happened to it while they had it. None: they never had it, or
/// have it still.
fn last<'a>(history: &'a [Happened<Event>], id: &str) -> Option<&'a Happened<Event>> {
    let mut has = false;
    let mut left = None;
    for it in history {
        match &it.event {
            Event::Claimed { owner } | Event::Assigned { owner } if **owner == *id => (has, left) = (true, None),
            Event::Claimed { .. } | Event::Assigned { .. } | Event::Transferred { .. } | Event::Released if has => {
                (has, left) = (false, Some(it));
            }
            // It stands as it stood before they lost it, or had it.
            Event::Undone if left.is_some() => (has, left) = (true, None),
            Event::Undone => has = false,
            _ => {}
        }
    }
    left
}

/// The page in place of a contact that is not theirs to see. Somebody who had it is told where it went; everybody
/// else learns nothing. Their text is theirs to keep.
pub async fn page(app: &App, page: &Page, person: &Person, id: Uuid, text: &str) -> Response {
    let history = app.kinds.history(id).await.unwrap_or_default();
    let status = if text.is_empty() { StatusCode::NOT_FOUND } else { StatusCode::CONFLICT };
    let Some(left) = last(&history, &person.id) else {
        return if text.is_empty() { missing(page) } else { away(page, status, text) };
    };
    let content = html! {
        h1 { (page.text("left-title")) }
        div #gone { (where_to(page, left)) }
        dl.facts { div { dt { (page.text("receipt-short")) } dd { (receipt(id)) } } }
        @if !text.is_empty() {
            p { (page.text("left-unsent")) }
            (kept(page, text))
        }
        p { a href="/desk" { (page.text("desk-back")) } }
    };
    page.render(status, &page.text("left-title"), &content)
}

fn where_to(page: &Page, left: &Happened<Event>) -> maud::Markup {
    let at = numbers::moment(left.at, page.language);
    let by = people::name(page, &left.by);
    let (key, to) = match &left.event {
        Event::Transferred { to, .. } => ("left-transferred", unit_name(page, to)),
        Event::Claimed { owner } | Event::Assigned { owner } => ("left-assigned", people::name(page, owner)),
        _ => ("left-released", String::new()),
    };
    html! { p.standing.standing--wait role="status" { (page.language.text_with(key, &[("to", &to), ("by", &by), ("at", &at)])) } }
}

/// The same for someone who still sees it, such as a colleague of the one who has it now: above the contact itself.
pub fn moved(page: &Page, history: &[Happened<Event>], person: &Person) -> maud::Markup {
    match last(history, &person.id) {
        Some(left) if left.by != person.id => html! { div.handed { (where_to(page, left)) } },
        _ => html! {},
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn happened(by: &str, event: Event) -> Happened<Event> {
        Happened { pos: 0, version: 0, at: 0, by: by.into(), event, text: None }
    }

    #[test]
    fn how_a_contact_left_somebodys_hands_is_known_from_what_happened() {
        let claimed = |by: &str| happened(by, Event::Claimed { owner: by.into() });
        let assigned = |to: &str| happened("lead", Event::Assigned { owner: to.into() });
        let moved = || {
            happened(
                "lead",
                Event::Transferred { from: "a".into(), to: "b".into(), queue: None, reason: "capacity".into() },
            )
        };
        let released = || happened("n1", Event::Released);
        let table = [
            (vec![], None),
            (vec![claimed("n1")], None),
            (vec![claimed("n1"), moved()], Some("lead")),
            (vec![claimed("n1"), moved(), claimed("n2"), moved()], Some("lead")),
            (vec![claimed("n1"), assigned("n2")], Some("lead")),
            (vec![claimed("n1"), assigned("n2"), assigned("n1")], None),
            (vec![claimed("n1"), released()], Some("n1")),
            (vec![claimed("n2"), moved()], None),
        ];
        for (history, expected) in table {
            assert_eq!(last(&history, "n1").map(|it| it.by.as_str()), expected, "{history:?}");
        }
    }
}
