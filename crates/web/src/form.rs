//! Parts that all forms share: the faults at the top, fields with their labels, the box for a message, and what
//! somebody wrote that could not be sent.

use axum::http::StatusCode;
use maud::{Markup, html};
use serde::Deserialize;

use crate::App;
use crate::answer::Failure;
use crate::care::{MOST_TEXT, client_id};
use crate::layout::Page;

/// Why an act was not done.
pub enum Unsaid {
    /// A field is to be filled otherwise: key of its text, and the field.
    Wrong((&'static str, &'static str)),
    Failed(Failure),
}

impl From<Failure> for Unsaid {
    fn from(failure: Failure) -> Unsaid {
        Unsaid::Failed(failure)
    }
}

/// The act that was done just now, in the address of the page that confirms it.
#[derive(Deserialize, Default)]
pub struct Did {
    #[serde(default)]
    pub did: String,
}

/// A text that could not be sent: it is shown again, and nothing of it is lost.
#[derive(Default)]
pub struct Written {
    pub client_id: String,
    pub text: String,
    /// The part of the matter that it is about; empty: whichever it is.
    pub part: String,
    /// Key of what is wrong.
    pub wrong: Option<&'static str>,
    /// When it was kept as a draft, in microseconds since 1970.
    pub saved: Option<i64>,
}

impl Written {
    /// A text that could not be sent, under the name that it had: sent again it is the same message, unless that name
    /// was used for another.
    pub fn again(client_id: String, text: String, wrong: &'static str) -> Written {
        let client_id = if wrong == "wrong-again" { String::new() } else { client_id };
        Written { client_id, text, wrong: Some(wrong), ..Written::default() }
    }

    /// The name under which the form's message is sent once.
    pub fn client_id(&self, app: &App) -> String {
        named(app, &self.client_id)
    }
}

/// The name under which what a form sends counts once: that which it had, or a new one.
pub fn named(app: &App, given: &str) -> String {
    if given.is_empty() { app.sessions.unguessable() } else { given.into() }
}

/// The name under which an act of a form is done once: a page that is gone back to does another act than before. Without a name
/// from the form, each time anew.
pub fn key(app: &App, verb: &str, given: &str) -> Result<String, Failure> {
    match given {
        "" => Ok(app.sessions.unguessable()),
        given => Ok(format!("{verb}/{}", client_id(given)?)),
    }
}

/// The contents of a form, and all that is wrong with it: keys of texts, and fields.
#[derive(Default)]
pub struct Typed<F> {
    pub fields: F,
    pub wrong: Vec<(&'static str, &'static str)>,
    pub status: StatusCode,
}

impl<F> Typed<F> {
    /// Key of what is wrong with a field.
    pub fn wrong(&self, field: &str) -> Option<&'static str> {
        self.wrong.iter().find(|(_, at)| *at == field).map(|(key, _)| *key)
    }
}

/// The faults, at the top of the page: for each its text's key and the field where it can be mended. The reader begins
/// there: it has the focus.
pub fn errors(page: &Page, wrong: &[(&str, &str)]) -> Markup {
    html! {
        @if !wrong.is_empty() {
            div.errors #wrong tabindex="-1" autofocus aria-labelledby="wrong-title" {
                h2 #wrong-title { (page.text("wrong-title")) }
                div {
                    ul.errors__list {
                        @for (key, field) in wrong { li { a href=(format!("#{field}")) { (page.text(key)) } } }
                    }
                }
            }
        }
    }
}

/// A field with its label, and what is wrong with it.
pub fn field(page: &Page, id: &str, label: &str, wrong: Option<&str>, input: &Markup) -> Markup {
    html! {
        div.asked.asked--wrong[wrong.is_some()] {
            label for=(id) { (page.text(label)) }
            @if let Some(wrong) = wrong {
                p.error id=(format!("{id}-error")) { (page.text(wrong)) }
            }
            (input)
        }
    }
}

/// A choice in which nothing is chosen beforehand: values, and their names. Part of the form of a contact's page.
pub fn choice(
    page: &Page,
    id: &str,
    label: &str,
    wrong: Option<&str>,
    chosen: &str,
    options: impl IntoIterator<Item = (String, String)>,
) -> Markup {
    field(
        page,
        id,
        label,
        wrong,
        &html! {
            select.field name=(id) id=(id) form="work" aria-invalid=[wrong.map(|_| "true")]
                aria-describedby=[wrong.map(|_| format!("{id}-error"))] {
                option value="" { (page.text("desk-choose")) }
                @for (value, name) in options { option value=(value) selected[value == chosen] { (name) } }
            }
        },
    )
}

/// Where a message is written. A text that is too long stays whole, and the box says by how much.
pub fn message_box(page: &Page, label: &str, hint: Option<&str>, text: &str, wrong: Option<&str>) -> Markup {
    let described = hint.map(|_| "text-hint").into_iter().chain(wrong.map(|_| "text-error")).chain(["text-count"]);
    // Where the script puts a number of its own stands a #.
    let over = text.chars().count().saturating_sub(MOST_TEXT);
    field(
        page,
        "text",
        label,
        wrong,
        &html! {
            @if let Some(hint) = hint { p.hint #text-hint { (page.text(hint)) } }
            textarea.field #text name="text" rows="7" dir="auto" autocomplete="off"
                aria-describedby=(described.collect::<Vec<_>>().join(" ")) aria-invalid=[wrong.map(|_| "true")] { (text) }
            p.hint #text-count data-most=(MOST_TEXT) data-left=(page.language.text_with("text-left", &[("count", "#")]))
                data-over=(page.language.text_with("text-over", &[("count", "#")])) {
                @if over > 0 { (page.language.text_with("text-over", &[("count", &over.to_string())])) }
            }
        },
    )
}
