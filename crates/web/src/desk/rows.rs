//! A matter of any kind in a list of the desk: as much as it takes to decide what to take first.

use std::collections::HashSet;
use std::sync::Arc;

use facts::Register;
use matter::{List, Rights, Standing};
use maud::{Markup, html};
use store::Listed;
use uuid::Uuid;

use super::people;
use crate::App;
use crate::answer::Failure;
use crate::caller::Caller;
use crate::care::receipt;
use crate::desk::people::capital;
use crate::guard::Glance;
use crate::guard::registers::matter_of;
use crate::icons::icon;
use crate::layout::Page;
use crate::listing::{InList, listing};
use crate::numbers;
use crate::parts::{basis, due};
use crate::queues;

/// Characters of the first words that a list shows, and of a note.
const WORDS: usize = 110;
const NOTE: usize = 160;

/// A matter in a list.
pub struct Row {
    pub listed: Listed,
    pub matter: Arc<dyn InList>,
}

/// The words that are opened for a row: whose it is, and sealed texts.
#[derive(Default)]
pub struct Words {
    /// The name and age of the person whom it concerns, where they are known.
    name: Option<String>,
    first: Option<String>,
    note: Option<String>,
    /// Nothing but this is shown of it: the register in which the one who looks does not work.
    apart: Option<Register>,
}

impl Row {
    /// A row of a matter that stands in a list; none: there is none any more.
    pub async fn of(app: &App, listed: Listed) -> Result<Option<Row>, Failure> {
        let matter = match listing(listed.kind) {
            Some(listing) => (listing.read)(app, listed.id).await.map_err(|error| Failure::away(&error))?,
            None => Some(Arc::new(Plain(listed.clone())) as Arc<dyn InList>),
        };
        Ok(matter.map(|matter| Row { listed, matter }))
    }

    /// The one who has it, or did the work on it.
    pub fn owner(&self) -> Option<&str> {
        let has = self.listed.list == List::With || self.listed.done.is_some();
        self.listed.who.as_deref().filter(|_| has)
    }

    /// Address of its page at the desk, if its kind has one.
    pub fn address(&self) -> Option<String> {
        let listing = listing(self.listed.kind)?;
        Some(format!("/desk/{}/{}", listing.path, self.listed.id))
    }

    /// Whether it can be taken from its queue.
    fn can_be_taken(&self) -> bool {
        let listing = listing(self.listed.kind);
        self.listed.list == List::Queue && listing.is_some_and(|it| it.claim.is_some())
    }

    /// Whether its time is over.
    pub fn is_late(&self, app: &App, now: i64) -> bool {
        self.listed.done.is_none() && self.matter.due(app).is_some_and(|due| due < now)
    }

    /// Its name in a list: with new words it is news again.
    pub fn key(&self) -> String {
        format!("{}:{}", receipt(self.listed.id), self.matter.news())
    }

    pub fn glance(&self) -> Glance<'_> {
        let (kind, rights, standing) = (self.matter.kind(), self.matter.rights(), self.matter.stands());
        let Listed { id, of, ref queue, .. } = self.listed;
        Glance { kind, rights, id, standing, queue: queue.as_ref(), of, words: self.matter.news() }
    }
}

/// The first words of rows, each reading recorded before it is shown; of those that somebody may not read, none.
pub async fn words(app: &App, caller: &Caller, rows: &[Row]) -> Result<Vec<Words>, Failure> {
    let about: Vec<Glance<'_>> = rows.iter().map(Row::glance).collect();
    let allowed: HashSet<Uuid> = app.glance(caller, &about).await?;
    let read = rows.iter().map(async |row| {
        if !allowed.contains(&row.listed.id) {
            let glance = row.glance();
            let apart = if app.is_in_other_register(caller, &glance) { app.register_of(&glance) } else { None };
            return Ok(Words { apart, ..Words::default() });
        }
        let [first, note] = row.matter.sealed();
        let first = opened(app, row.listed.id, first).await?.map(|text| shortened(&text, WORDS));
        let note = opened(app, row.listed.id, note).await?.map(|text| shortened(&text, NOTE));
        let name = app.named(row.matter.stands().subject);
        Ok::<_, store::Error>(Words { name, first, note, apart: None })
    });
    futures::future::try_join_all(read).await.map_err(|error| Failure::away(&error))
}

async fn opened(app: &App, id: Uuid, at: Option<(&'static str, u64)>) -> store::Result<Option<String>> {
    match at {
        Some((category, version)) => app.kinds.words(id, category, version).await,
        None => Ok(None),
    }
}

/// The beginning of a text in one line, cut between words.
pub fn shortened(text: &str, most: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let Some((end, _)) = line.char_indices().nth(most) else { return line };
    let cut = line[..end].rfind(' ').filter(|at| *at > end / 2).unwrap_or(end);
    format!("{}…", &line[..cut])
}

/// When something is to be done on a matter, the most urgent first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum When {
    /// Somebody is there and waits.
    Now,
    Late,
    Today,
    Later,
    /// Others have to do something first.
    Waits,
}

impl When {
    /// End of the key of its heading.
    pub fn code(self) -> &'static str {
        match self {
            When::Now => "now",
            When::Late => "late",
            When::Today => "today",
            When::Later => "later",
            When::Waits => "waits",
        }
    }
}

impl Row {
    pub fn when(&self, app: &App, page: &Page) -> When {
        match self.matter.due(app) {
            _ if self.matter.is_live() => When::Now,
            Some(due) if due < page.now => When::Late,
            Some(due) if numbers::day_of(due, page.language) == numbers::day_of(page.now, page.language) => When::Today,
            None if self.listed.list == List::With && self.matter.waits_since().is_none() && self.matter.is_asked() => {
                When::Waits
            }
            _ => When::Later,
        }
    }
}

/// Rows under a heading, which says how many there are.
pub fn group(app: &App, page: &Page, (heading, class): (&str, &str), rows: &[&(Row, Words)], list: &str) -> Markup {
    html! {
        h2 class=(format!("group group--{class}")) { (heading) " " span.quiet { (rows.len()) } }
        ol class=(format!("work work--{list}")) { @for (row, words) in rows { (shown(app, page, row, words)) } }
    }
}

/// One row: the link is the row, and at most one button stands beside it.
fn shown(app: &App, page: &Page, row: &Row, words: &Words) -> Markup {
    let (id, matter) = (row.listed.id, &row.matter);
    let (number, href) = (receipt(id), row.address());
    if let Some(register) = words.apart {
        return apart(page, row, (&number, href.as_deref()), register);
    }
    let title = matter.title(app, page);
    let who = words.name.clone().unwrap_or_else(|| matter.who(page));
    let is_other_language = matter.language().split('-').next().is_some_and(|it| it != page.language.code());
    let content = html! {
        @if !who.is_empty() { span.work__service { (title) @if words.first.is_some() { ":" } } " " }
        @if let Some(first) = &words.first {
            @let language = Some(matter.language()).filter(|it| !it.is_empty());
            q.work__words lang=[language] dir="auto" { (first) }
        }
    };
    html! {
        li.work__row id=(format!("row-{number}")) data-key=(row.key()) {
            (icon(matter.icon()))
            p.work__who { (if who.is_empty() { &title } else { &who }) }
            p.work__due {
                @match (row.listed.done, matter.due(app)) {
                    (Some(at), _) => { (numbers::clock(at)) }
                    (None, Some(at)) => { (due(page, at)) @if let Some(code) = matter.basis() { " " (basis(page, code)) } }
                    (None, None) => { (matter.age(app, page, page.now)) }
                }
            }
            div.work__what {
                @match &href {
                    Some(href) => {
                        a.work__link id=(format!("open-{number}")) href=(href) {
                            (content)
                            @if who.is_empty() && words.first.is_none() { span.hidden { (title) } }
                        }
                    }
                    None => { (content) }
                }
                (matter.noted(page, words.note.as_deref()))
            }
            p.work__tags {
                @if let Some(queue) = &row.listed.queue { span.work__queue { (queues::name_of(app, page, queue)) } }
                (matter.tags(app, page))
                @if is_other_language && !matter.language().is_empty() { span { (language_name(page, matter.language())) } }
                @if let Some(owner) = row.owner().filter(|_| row.listed.done.is_none()) {
                    @if page.person.as_ref().is_some_and(|person| person.id == owner) {
                        span.work__owner { (capital(&page.text("desk-yours"))) }
                    } @else {
                        span.work__owner { (people::name(page, owner)) }
                    }
                }
                span.work__number { (number) }
            }
            @if let Some(href) = href.filter(|_| row.can_be_taken()) {
                form.work__act method="post" action=(format!("{href}/claim")) {
                    button.btn.btn--second.btn--small type="submit" id=(format!("claim-{number}")) {
                        (page.text("desk-take"))
                        span.hidden { " " (number) }
                    }
                }
            }
        }
    }
}

/// A row of the other register: that it is there, since when, and its number; what it is about is for those of its register.
fn apart(page: &Page, row: &Row, (number, href): (&str, Option<&str>), register: Register) -> Markup {
    let title = page.text(&matter_of(register));
    html! {
        li.work__row id=(format!("row-{number}")) data-key=(row.key()) {
            (icon("lock"))
            p.work__who { (title) }
            p.work__due { span.work__since { (numbers::lasting(page.now - row.listed.since, page.language)) } }
            div.work__what {
                @if let Some(href) = href { a.work__link id=(format!("open-{number}")) href=(href) { span.hidden { (title) " " (number) } } }
            }
            p.work__tags { span.work__number { (number) } }
        }
    }
}

/// A matter of a kind that says no more of itself than what is the same of all.
struct Plain(Listed);

impl InList for Plain {
    fn kind(&self) -> &'static str {
        self.0.kind
    }

    fn rights(&self) -> &'static Rights {
        // Nothing of it is shown that a list of its unit does not show.
        &Rights { worked_by: &[], led_by: &[], own: matter::Own::Nothing }
    }

    fn stands(&self) -> Standing<'_> {
        let Listed { unit, who, since, list, done, .. } = &self.0;
        Standing { subject: None, unit: unit.as_ref(), who: who.as_ref(), list: *list, since: *since, done: *done }
    }

    fn title(&self, _: &App, page: &Page) -> String {
        let name = page.text(&format!("kind-{}", self.0.kind));
        if name.is_empty() { self.0.kind.into() } else { name }
    }

    fn age(&self, _: &App, page: &Page, now: i64) -> Markup {
        html! { span.work__since { (numbers::lasting(now - self.0.since, page.language)) } }
    }

    fn tags(&self, _: &App, _: &Page) -> Markup {
        html! {}
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
