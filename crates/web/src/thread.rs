//! A conversation as both sides see it, and the forms around it.

use maud::{Markup, html};
use operations::contacts::{Author, Shown};
use store::{Item, What};
use uuid::Uuid;

use crate::App;
use crate::layout::Page;
use crate::numbers;

/// What somebody wrote that could not be sent: it is shown again, and nothing of it is lost.
#[derive(Default)]
pub struct Written {
    pub client_id: String,
    pub text: String,
    /// The note to colleagues.
    pub note: String,
    /// Key of what is wrong.
    pub wrong: Option<&'static str>,
}

impl Written {
    /// What could not be sent, under the name that it had: sent again it is the same message, unless that name was used
    /// for another.
    pub fn again(client_id: String, text: String, wrong: &'static str) -> Written {
        let client_id = if wrong == "wrong-again" { String::new() } else { client_id };
        Written { client_id, text, wrong: Some(wrong), ..Written::default() }
    }

    /// All of it, to be taken along.
    pub fn all(&self) -> String {
        format!("{}{}", self.text, self.note)
    }

    /// The name under which the form's message is sent once.
    pub fn client_id(&self, app: &App) -> String {
        if self.client_id.is_empty() { app.sessions.unguessable() } else { self.client_id.clone() }
    }
}

/// So many messages and changes are shown at first: a page stays quick however long a thread has become.
const SHOWN: u64 = 200;

/// The last of a conversation that stands at `head`, or all of it where that is asked for.
pub async fn items(app: &App, page: &Page, id: Uuid, head: u64) -> store::Result<Vec<Item>> {
    let is_whole = page.uri.query().is_some_and(|query| query.split('&').any(|pair| pair == "all=1"));
    let after = if is_whole { 0 } else { head.saturating_sub(SHOWN) };
    app.desk.conversation(id, after, usize::MAX >> 1).await
}

/// The messages, and between them what became of the contact. `of_resident`: as the resident sees it.
pub fn conversation(page: &Page, items: &[Item], of_resident: bool) -> Markup {
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
                                    Some(text) => { div.message__text { @for line in text.lines() { p { (line) } } } }
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

/// What is wrong, at the top of the page, with a link to where it can be mended.
pub fn errors(page: &Page, wrong: Option<&str>, field: &str) -> Markup {
    html! {
        @if let Some(wrong) = wrong {
            div.govuk-error-summary role="alert" {
                h2.govuk-error-summary__title { (page.text("wrong-title")) }
                div.govuk-error-summary__body {
                    ul.govuk-list.govuk-error-summary__list { li { a href=(format!("#{field}")) { (page.text(wrong)) } } }
                }
            }
        }
    }
}

/// A field with its label, and what is wrong with it.
pub fn field(page: &Page, id: &str, label: &str, wrong: Option<&str>, input: &Markup) -> Markup {
    html! {
        div.govuk-form-group.govuk-form-group--error[wrong.is_some()] {
            label.govuk-label.govuk-label--m for=(id) { (page.text(label)) }
            @if let Some(wrong) = wrong {
                p.govuk-error-message id=(format!("{id}-error")) { (page.text(wrong)) }
            }
            (input)
        }
    }
}

/// Where a message is written.
pub fn message_box(page: &Page, label: &str, hint: Option<&str>, text: &str, wrong: Option<&str>) -> Markup {
    let described: Vec<&str> = hint.map(|_| "text-hint").into_iter().chain(wrong.map(|_| "text-error")).collect();
    let described = Some(described.join(" ")).filter(|described| !described.is_empty());
    field(
        page,
        "text",
        label,
        wrong,
        &html! {
            @if let Some(hint) = hint { p.govuk-hint #text-hint { (page.text(hint)) } }
            textarea.govuk-textarea #text name="text" rows="7" maxlength="10000" aria-describedby=[described] { (text) }
        },
    )
}
