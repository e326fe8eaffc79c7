//! A conversation as both sides see it.

use std::collections::{BTreeMap, VecDeque};

use axum::extract::Query;
use kinds::{Item, What};
use maud::{Markup, html};
use operations::contacts::{Author, Shown};
use serde::Deserialize;
use uuid::Uuid;

use crate::App;
use crate::layout::Page;
use crate::links::{linked, linked_numbers};
use crate::live::{MOST_BYTES, READ, bytes, some_after};
use crate::numbers;

/// So many messages and changes are on a page at most.
const SHOWN: usize = 100;

/// A page of a conversation.
pub struct Items {
    pub items: Vec<Item>,
    /// Number of the conversation's last message or change.
    head: u64,
    /// Number of the last message that the other side has seen.
    read: u64,
    /// The writers of messages of the resident's side, where the reader is to be told by name.
    writers: BTreeMap<u64, String>,
}

impl Items {
    /// Number of the last one shown.
    pub fn last(&self) -> u64 {
        self.items.last().map_or(0, |item| item.seq)
    }

    /// Whether a professional has written any of it.
    pub fn has_answer(&self) -> bool {
        self.items.iter().any(|item| matches!(item.what, What::Message { author: Author::Service, .. }))
    }

    /// Whether a message with a writer's own name for it is among them.
    pub fn have(&self, name: &str) -> bool {
        let is_it = |item: &Item| matches!(&item.what, What::Message { client_id: Some(it), .. } if it == name);
        !name.is_empty() && self.items.iter().any(is_it)
    }

    /// The same, of which the other side has seen all up to a number.
    #[must_use]
    pub fn read_by_others(self, read: u64) -> Items {
        Items { read, ..self }
    }

    /// Number of the reader's own last message that the other side has seen.
    fn last_read(&self, reader: Author) -> Option<u64> {
        let is_read = |item: &&Item| {
            item.seq <= self.read && matches!(item.what, What::Message { author, .. } if author == reader)
        };
        self.items.iter().rev().find(is_read).map(|item| item.seq)
    }

    /// The writer of a message or bringer of a file, in words.
    fn writer(&self, page: &Page, seq: u64, (author, reader): (Author, Author)) -> String {
        self.writers.get(&seq).cloned().unwrap_or_else(|| page.text(from(author, reader)))
    }

    /// Whether nothing comes after it.
    pub fn is_end(&self) -> bool {
        self.last() >= self.head
    }
}

/// Which page of a conversation is asked for; without anything the last one.
#[derive(Deserialize, Default)]
struct Asked {
    /// The page that ends before a number.
    before: Option<u64>,
    /// The page that begins with a number; `all=1` is the first one.
    from: Option<u64>,
    all: Option<String>,
}

/// Whether the address asks for a page further back.
pub fn is_paged(page: &Page) -> bool {
    let asked = Query::<Asked>::try_from_uri(&page.uri).map(|query| query.0).unwrap_or_default();
    asked.before.is_some() || asked.from.is_some() || asked.all.is_some()
}

/// A page of a conversation that stands at `head`: the last one, or the one that the address asks for.
pub async fn items(app: &App, page: &Page, id: Uuid, head: u64) -> store::Result<Items> {
    let asked = Query::<Asked>::try_from_uri(&page.uri).map(|query| query.0).unwrap_or_default();
    let from = asked.from.or(asked.all.map(|_| 1));
    let items = match from {
        Some(from) => {
            let mut items = some_after(app, id, from.saturating_sub(1)).await?;
            items.truncate(SHOWN);
            items
        }
        None => some_before(app, id, asked.before.unwrap_or(u64::MAX).min(head.saturating_add(1))).await?,
    };
    told(app, page, (id, head), items).await
}

/// The last page of a conversation that stands at `head`, whatever the address asks for.
pub async fn latest(app: &App, page: &Page, id: Uuid, head: u64) -> store::Result<Items> {
    let items = some_before(app, id, head.saturating_add(1)).await?;
    told(app, page, (id, head), items).await
}

/// Items with what a page says of them.
async fn told(app: &App, page: &Page, (id, head): (Uuid, u64), items: Vec<Item>) -> store::Result<Items> {
    let subject = app.kinds.contacts.read(id).await?.and_then(|it| it.subject);
    // The greeting of a chat is nobody's word, whoever opened it.
    let is_of_resident = |it: &&Item| {
        matches!(&it.what, What::Message { author: Author::Resident, .. } | What::File { author: Author::Resident, .. })
    };
    let of_resident = items.iter().filter(is_of_resident);
    let writers = of_resident.filter_map(|it| Some((it.seq, app.writer(page, it, subject?)?))).collect();
    // One that came while it was read is of the page after.
    Ok(Items { items, head, writers, read: 0 })
}

/// Items of a conversation before a number, as many as are shown at once.
async fn some_before(app: &App, id: Uuid, before: u64) -> store::Result<Vec<Item>> {
    let (mut items, mut size, mut first) = (VecDeque::new(), 0, before);
    while first > 1 {
        let from = first.saturating_sub(READ).max(1);
        let read = app.kinds.conversation(id, from - 1, (first - from) as usize).await?;
        for item in read.into_iter().rev() {
            size += bytes(&item);
            if !items.is_empty() && (items.len() >= SHOWN || size > MOST_BYTES) {
                return Ok(items.into());
            }
            items.push_front(item);
        }
        first = from;
    }
    Ok(items.into())
}

/// The messages, and between them what became of the contact, as one side reads it. `language`: the one they are written in.
pub fn conversation(page: &Page, (id, shown): (Uuid, &Items), language: &str, reader: Author) -> Markup {
    let items = &shown.items;
    let to = |place: &str, seq: u64| {
        let seq = seq.to_string();
        let changes = ["before", "from", "all"].map(|name| (name, if name == place { seq.as_str() } else { "" }));
        page.link(&changes)
    };
    html! {
        @if let Some(first) = items.first().filter(|first| first.seq > 1) {
            p { a href=(to("before", first.seq)) rel="prev" { (page.text("thread-earlier")) } }
        }
        div.thread role="log" tabindex="0" aria-label=(page.text("thread-title")) {
            ol.thread__list #messages data-read=(page.text("message-read")) { (written(page, (id, shown, "m"), language, reader)) }
        }
        @if !shown.is_end() {
            p { a href=(to("from", shown.last() + 1)) rel="next" { (page.text("thread-later")) } }
        }
    }
}

/// A conversation beside another on one page, such as that of a part: what lies further back has a page of its own.
pub fn beside(page: &Page, (id, shown): (Uuid, &Items), language: &str, (reader, address): (Author, &str)) -> Markup {
    html! {
        @if let Some(first) = shown.items.first().filter(|first| first.seq > 1) {
            p { a href=(format!("{address}&before={}", first.seq)) rel="prev" { (page.text("thread-earlier")) } }
        }
        div.thread role="log" tabindex="0" aria-label=(page.text("thread-title")) {
            ol.thread__list { (written(page, (id, shown, &format!("m-{id}")), language, reader)) }
        }
    }
}

/// Messages, files and what became of the contact, each with an id that begins with a name.
fn written(page: &Page, (id, shown, name): (Uuid, &Items, &str), language: &str, reader: Author) -> Markup {
    let items = &shown.items;
    html! {
        @for item in items {
            @match &item.what {
                What::Message { author, text, .. } => {
                    li.message.message--own[*author == reader] id=(format!("{name}-{}", item.seq)) data-seq=(item.seq) {
                        p.message__from {
                            b { (shown.writer(page, item.seq, (*author, reader))) }
                            " " time datetime=(crate::live::instant(item.at)) { (numbers::moment(item.at, page.language)) }
                        }
                        @match text {
                            Some(text) => {
                                div.message__text lang=(language) {
                                    @for line in text.lines() {
                                        p dir="auto" {
                                            @if *author != Author::Resident { (linked(line)) } @else { (linked_numbers(line)) }
                                        }
                                    }
                                }
                            }
                            None => { p.quiet { (page.text("message-erased")) } }
                        }
                        @if shown.last_read(reader) == Some(item.seq) { p.message__read { (page.text("message-read")) } }
                    }
                }
                What::File { author, .. } => {
                    li.message.message--own[*author == reader] id=(format!("{name}-{}", item.seq)) data-seq=(item.seq) {
                        p.message__from {
                            b { (shown.writer(page, item.seq, (*author, reader))) }
                            " " time datetime=(crate::live::instant(item.at)) { (numbers::moment(item.at, page.language)) }
                        }
                        (crate::files::of_item(page, id, item))
                    }
                }
                What::State(shown) => @if let Some(became) = became(items, item.seq, *shown, reader) {
                    li.happened id=(format!("{name}-{}", item.seq)) data-seq=(item.seq) {
                        (page.text(&became)) ", "
                        time datetime=(crate::live::instant(item.at)) { (numbers::moment(item.at, page.language)) }
                    }
                }
            }
        }
    }
}

fn from(author: Author, reader: Author) -> &'static str {
    match (author, reader) {
        (Author::Resident, Author::Resident) => "message-you",
        (Author::Resident, Author::Service) => "message-resident",
        (Author::Service, _) => "message-service",
        (Author::Resident | Author::Automatic, _) => "message-automatic",
    }
}

/// A change of the contact, in the words of the side that reads it; none: nothing that anybody did. That somebody took
/// it is said when somebody takes it, not when an answer comes to the one who has it.
fn became(items: &[Item], seq: u64, shown: Shown, reader: Author) -> Option<String> {
    let before = || items.iter().rev().skip_while(|item| item.seq >= seq);
    let stood = before().find_map(|item| match item.what {
        What::State(Shown::Split | Shown::Left | Shown::CallAgreed | Shown::NotReached | Shown::Reached)
        | What::Message { .. }
        | What::File { .. } => None,
        What::State(shown) => Some(shown),
    });
    // A word of ours since it was asked last, or taken up again.
    let is_answered = before()
        .take_while(|item| !matches!(item.what, What::State(Shown::Resolved | Shown::Closed)))
        .any(|item| matches!(item.what, What::Message { author: Author::Service, .. }));
    let code = match shown {
        Shown::InWork if matches!(stood, Some(Shown::Asked | Shown::InWork)) => return None,
        Shown::Asked if stood == Some(Shown::Asked) => return None,
        Shown::Asked if reader == Author::Service => return Some("place-waiting_resident".into()),
        Shown::Received => "received",
        Shown::Waiting => "waiting",
        Shown::InWork => "in_work",
        Shown::Split => "split",
        Shown::Asked => "asked",
        Shown::Resolved if !is_answered => "dealt-with",
        Shown::Resolved => "resolved",
        Shown::Closed => "closed",
        Shown::Left | Shown::Abandoned if reader == Author::Service => "left-by-client",
        Shown::Left => "left",
        Shown::Abandoned => "abandoned",
        Shown::AsMessage => "as-message",
        Shown::CallAgreed => "call-agreed",
        Shown::Reached => "reached",
        Shown::NotReached => "not-reached",
    };
    Some(format!("shown-{code}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_became_of_a_contact_is_said_once_and_as_it_was() {
        let said = |author| What::Message { author, client_id: None, text: None };
        let (asks, tells) = (|| said(Author::Resident), || said(Author::Service));
        let in_work = || What::State(Shown::InWork);
        let resolved = || What::State(Shown::Resolved);
        let all = |whats: Vec<What>| -> Vec<String> {
            let items: Vec<Item> = whats
                .into_iter()
                .zip(1..)
                .map(|(what, seq)| Item { seq, pos: seq, at: 0, by: String::new(), what })
                .collect();
            let told = items.iter().filter_map(|item| match item.what {
                What::State(shown) => became(&items, item.seq, shown, Author::Resident),
                What::Message { .. } | What::File { .. } => None,
            });
            told.collect()
        };
        let received = || What::State(Shown::Received);
        let asked = || What::State(Shown::Asked);
        let table = [
            (vec![asks(), received(), in_work(), tells(), asked(), asks(), in_work()], "received in_work asked"),
            (vec![asks(), received(), in_work(), in_work(), tells(), asked(), asked()], "received in_work asked"),
            (vec![asks(), received(), in_work(), resolved()], "received in_work dealt-with"),
            (vec![asks(), received(), in_work(), tells(), resolved()], "received in_work resolved"),
            (
                vec![asks(), received(), in_work(), tells(), resolved(), asks(), in_work(), resolved()],
                "received in_work resolved in_work dealt-with",
            ),
        ];
        for (whats, expected) in table {
            let expected: Vec<String> = expected.split(' ').map(|code| format!("shown-{code}")).collect();
            assert_eq!(all(whats), expected);
        }
    }
}
