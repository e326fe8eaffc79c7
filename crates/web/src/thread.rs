//! A conversation as both sides see it.

use maud::{Markup, html};
use operations::contacts::{Author, Shown};
use store::{Item, What};
use uuid::Uuid;

use crate::App;
use crate::layout::Page;
use crate::links::{linked, linked_numbers};
use crate::numbers;

/// So many messages and changes are shown at first: a page stays quick however long a thread has become.
const SHOWN: u64 = 200;

/// The last of a conversation that stands at `head`, or all of it where that is asked for.
pub async fn items(app: &App, page: &Page, id: Uuid, head: u64) -> store::Result<Vec<Item>> {
    let is_whole = page.uri.query().is_some_and(|query| query.split('&').any(|pair| pair == "all=1"));
    let after = if is_whole { 0 } else { head.saturating_sub(SHOWN) };
    app.desk.conversation(id, after, usize::MAX >> 1).await
}

/// The messages, and between them what became of the contact. `language`: the one they are written in. `of_resident`: as
/// the resident sees it.
pub fn conversation(page: &Page, items: &[Item], language: &str, of_resident: bool) -> Markup {
    html! {
        @if items.first().is_some_and(|first| first.seq > 1) {
            p { a.govuk-link href=(page.link(&[("all", "1")])) { (page.text("thread-earlier")) } }
        }
        div.thread role="log" tabindex="0" aria-label=(page.text("thread-title")) {
            ol.thread__list #messages {
                @for item in items {
                    @match &item.what {
                        What::Message { author, text, .. } => {
                            @let own = (*author == Author::Resident) == of_resident;
                            li.message.message--own[own] id=(format!("m-{}", item.seq)) data-seq=(item.seq) {
                                p.message__from {
                                    (page.text(from(*author, of_resident)))
                                    " " time datetime=(crate::live::instant(item.at)) { (numbers::moment(item.at, page.language)) }
                                }
                                @match text {
                                    Some(text) => {
                                        div.message__text lang=(language) {
                                            @for line in text.lines() {
                                                p dir="auto" {
                                                    @if *author == Author::Service { (linked(line)) } @else { (linked_numbers(line)) }
                                                }
                                            }
                                        }
                                    }
                                    None => { p.quiet { (page.text("message-erased")) } }
                                }
                            }
                        }
                        What::State(shown) => {
                            li.happened id=(format!("m-{}", item.seq)) data-seq=(item.seq) {
                                (page.text(&became(*shown, of_resident))) ", "
                                time datetime=(crate::live::instant(item.at)) { (numbers::moment(item.at, page.language)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn from(author: Author, of_resident: bool) -> &'static str {
    match (author, of_resident) {
        (Author::Resident, true) => "message-you",
        (Author::Resident, false) => "message-resident",
        (Author::Service, _) => "message-service",
    }
}

/// What became of the contact, in the words of the side that reads it.
fn became(shown: Shown, of_resident: bool) -> String {
    if shown == Shown::Asked && !of_resident {
        return "place-waiting_resident".into();
    }
    let code = match shown {
        Shown::Received => "received",
        Shown::Waiting => "waiting",
        Shown::InWork => "in_work",
        Shown::Asked => "asked",
        Shown::Resolved => "resolved",
        Shown::Closed => "closed",
    };
    format!("shown-{code}")
}
