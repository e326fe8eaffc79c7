//! Rows of the work list: what of a contact is seen at a glance, and in which order they stand.

use std::sync::Arc;

use maud::{Markup, html};
use operations::contacts::{Contact, Place};
use uuid::Uuid;

use super::people::{self, capital};
use super::unit_name;
use crate::App;
use crate::answer::Failure;
use crate::caller::Caller;
use crate::care::receipt;
use crate::contact::service_name;
use crate::layout::Page;
use crate::numbers;

/// Characters of a message in a row.
const WORDS: usize = 110;
/// Characters of a note to colleagues in a row.
const NOTE: usize = 160;

/// A contact in a list.
pub struct Row {
    pub id: Uuid,
    pub contact: Arc<Contact>,
    /// When it was resolved, and by whom.
    pub done: Option<(i64, String)>,
}

/// The sealed text that is opened for a row.
#[derive(Default)]
pub struct Words {
    /// The first words of the resident's last message.
    message: Option<String>,
    /// Of the note with which it was handed over.
    note: Option<String>,
}

impl Row {
    /// By when it is to be answered, where that time is over.
    pub fn is_late(&self, app: &App, now: i64) -> bool {
        app.due(&self.contact).is_some_and(|due| due < now)
    }

    /// Its name in a list: with a new message of the resident it is news again.
    pub fn key(&self) -> String {
        format!("{}:{}", receipt(self.id), self.contact.last_of_resident)
    }
}

/// The first words of rows, each reading recorded before it is shown; of those that somebody may not read, none.
pub async fn words(app: &App, caller: &Caller, rows: &[Row]) -> Result<Vec<Words>, Failure> {
    let about: Vec<(Uuid, &Contact)> = rows.iter().map(|row| (row.id, &*row.contact)).collect();
    let allowed = app.glance(caller, &about).await?;
    let read = rows.iter().map(async |row| {
        if !allowed.contains(&row.id) {
            return Ok(Words::default());
        }
        let message = app.kinds.message(row.id, row.contact.last_of_resident).await?;
        let note = match &row.contact.handed {
            Some(handed) => app.kinds.note(row.id, handed.seq).await?,
            None => None,
        };
        Ok::<_, store::Error>(Words {
            message: message.map(|text| shortened(&text, WORDS)),
            note: note.map(|text| shortened(&text, NOTE)),
        })
    });
    futures::future::try_join_all(read).await.map_err(|error| Failure::away(&error))
}

/// The beginning of a text in one line, cut between words.
pub fn shortened(text: &str, most: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let Some((end, _)) = line.char_indices().nth(most) else { return line };
    let cut = line[..end].rfind(' ').filter(|at| *at > end / 2).unwrap_or(end);
    format!("{}…", &line[..cut])
}

/// One row: the link is the row, and at most one button stands beside it.
pub fn shown(app: &App, page: &Page, row: &Row, words: &Words) -> Markup {
    let (id, contact, now) = (row.id, &row.contact, app.kinds.store.now());
    let number = receipt(id);
    html! {
        li.work__row id=(format!("row-{number}")) data-key=(row.key()) {
            p.work__age { (age(app, page, row, now)) }
            div.work__what {
                a.work__link id=(format!("open-{number}")) href=(format!("/desk/contacts/{id}")) {
                    span.work__service { (service_name(app, page, &contact.service)) }
                    @if let Some(message) = &words.message {
                        " " q.work__words lang=(contact.language) dir="auto" { (message) }
                    }
                }
                @if let Some(handed) = &contact.handed {
                    p.work__note {
                        strong { (page.language.text_with("desk-handed", &[("unit", &unit_name(page, &handed.from))])) }
                        @if let Some(note) = &words.note { " " span dir="auto" { (note) } }
                    }
                }
            }
            p.work__tags {
                span.work__number { (number) }
                (tags(page, contact))
            }
            @if contact.place == Place::Queued {
                form.work__act method="post" action=(format!("/desk/contacts/{id}/claim")) {
                    button.govuk-button.govuk-button--secondary.small type="submit" id=(format!("claim-{number}")) {
                        (page.text("desk-take"))
                        span.govuk-visually-hidden { " " (number) }
                    }
                }
            }
        }
    }
}

/// Since when the resident waits, or the matter rests.
fn age(app: &App, page: &Page, row: &Row, now: i64) -> Markup {
    let contact = &row.contact;
    html! {
        @if let Some((at, _)) = &row.done {
            (numbers::clock(*at))
        } @else if let Some(since) = contact.waits_since {
            @if row.is_late(app, now) { strong.tag.tag--late { (page.text("desk-late")) } " " }
            span.work__since {
                span.govuk-visually-hidden { (page.text("desk-waited")) " " }
                (numbers::lasting(now - since, page.language))
            }
        } @else {
            span.quiet { (page.text(if matches!(contact.place, Place::Waiting { .. }) { "desk-asked" } else { "desk-answered" })) }
        }
    }
}

/// The writer and their language, the course of the contact so far, and its owner.
fn tags(page: &Page, contact: &Contact) -> Markup {
    let is_ours = contact.waits_since.is_some() && contact.owner().is_some();
    html! {
        span { (page.text(if contact.anonymous { "desk-anonymous" } else { "desk-known" })) }
        span { (language_name(page, &contact.language)) }
        @if contact.is_reopened { strong.tag.tag--again { (page.text("desk-reopened")) } }
        @if is_ours { strong.tag.tag--new { (page.text("desk-wrote")) } }
        @if let Some(owner) = contact.owner() {
            @if page.person.as_ref().is_some_and(|person| person.id == owner) {
                span.work__owner { (capital(&page.text("desk-yours"))) }
            } @else {
                span.work__owner { (people::name(page, owner)) }
            }
        }
    }
}

/// A language by its name; one that has none here stands as its tag.
pub fn language_name(page: &Page, tag: &str) -> String {
    let language = tag.split('-').next().unwrap_or(tag);
    let name = page.text(&format!("language-{language}"));
    if name.is_empty() { tag.into() } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_between_words_and_never_within_a_letter() {
        assert_eq!(shortened(" Selkä\n on  kipeä ", 30), "Selkä on kipeä");
        assert_eq!(shortened("Selkä on ollut kipeä", 12), "Selkä on…");
        assert_eq!(shortened("ääääääääää", 4), "ääää…");
        assert_eq!(shortened("👩‍⚕️ soita", 1), "👩…");
    }
}
