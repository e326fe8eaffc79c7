//! Drafts on pages: what somebody has typed in the forms about a matter and not sent yet. They see it when they come back,
//! on whatever device, and nobody else does. Without it every form works as it does with it.

use std::collections::BTreeMap;

use axum::response::{IntoResponse, Response};
use matter::{By, Matter, Subject};
use maud::{Markup, html};
use operations::contacts::Contact;
use operations::residents::Resident;
use uuid::Uuid;

use crate::App;
use crate::care;
use crate::layout::Page;
use crate::numbers;
use crate::observe::tell;

/// The fields of a form that hold something, by their names.
pub type Fields = BTreeMap<String, String>;

/// The forms of a page, as their author left them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Typed {
    pub fields: Fields,
    /// When they were kept last, in microseconds since 1970.
    pub at: i64,
}

impl Typed {
    pub fn take(&mut self, name: &str) -> String {
        self.fields.remove(name).unwrap_or_default()
    }
}

/// The form of a thread, as its drafts are named.
pub const LETTER: &str = "letter";

/// The forms about a contact on one page: the desk's are one, the thread's another.
#[derive(Clone, Copy)]
pub struct Of<'a> {
    pub by: &'a By,
    pub contact: Uuid,
    pub form: &'static str,
}

impl Of<'_> {
    /// The author: whoever holds the code of a contact is nobody else there.
    fn name(&self) -> String {
        self.by.name()
    }
}

impl App {
    /// The texts that somebody has typed and not sent; none: nothing. A draft that cannot be read at the moment keeps nobody from
    /// writing.
    pub async fn draft(&self, of: Of<'_>) -> Option<Typed> {
        let read = self.drafts.read((&of.name(), of.contact, of.form), self.kinds.store.now()).await;
        let draft = read.unwrap_or_else(|error| {
            tell(&format!("error: {error}"));
            None
        })?;
        Some(Typed { fields: serde_json::from_str(&draft.text).ok()?, at: draft.at })
    }

    /// Keeps what somebody has typed, in place of what they had; where nothing is left of it, nothing is kept. `texts`: the
    /// fields that people write in; `others` go along with them. Gives when it was kept.
    pub async fn keep_draft(
        &self,
        of: Of<'_>,
        subject: Option<Subject>,
        texts: &[(&str, &str)],
        others: &[(&str, &str)],
    ) -> Option<i64> {
        let (now, author) = (self.kinds.store.now(), of.name());
        let name = (author.as_str(), of.contact, of.form);
        let is_blank = texts.iter().all(|(_, text)| !text.chars().any(care::is_seen));
        let done = match is_blank {
            true => self.drafts.drop(name).await.map(|()| false),
            false => {
                let given = texts.iter().chain(others).filter(|(_, text)| !text.is_empty());
                let fields: Fields = given.map(|(name, text)| ((*name).into(), (*text).into())).collect();
                // A form about the person themselves is sealed as their own record is.
                let is_own = subject.is_some_and(|it| it.0 == of.contact);
                let class = if is_own { Resident::CLASS } else { Contact::CLASS };
                let about = (subject.map_or(of.contact, |it| it.0), class);
                self.drafts.keep(name, about, &serde_json::to_string(&fields).unwrap_or_default(), now).await
            }
        };
        done.unwrap_or_else(|error| {
            tell(&format!("error: {error}"));
            false
        })
        .then_some(now)
    }

    /// Keeps what a resident has typed in a thread, its name, and the part that it is about; gives when.
    pub async fn keep_letter(
        &self,
        (id, contact): (Uuid, &Contact),
        by: &By,
        [text, client_id, part]: [&str; 3],
    ) -> Option<i64> {
        let of = Of { by, contact: id, form: LETTER };
        self.keep_draft(of, contact.subject, &[("text", text)], &[("client_id", client_id), ("part", part)]).await
    }

    /// Takes away what was sent.
    pub async fn drop_draft(&self, of: Of<'_>) {
        if let Err(error) = self.drafts.drop((&of.name(), of.contact, of.form)).await {
            tell(&format!("error: {error}"));
        }
    }

    /// Takes away all drafts whose time is over.
    pub async fn sweep_drafts(&self) {
        if let Err(error) = self.drafts.sweep(self.kinds.store.now()).await {
            tell(&format!("error: {error}"));
        }
    }
}

/// Beside a form: when what stands in it was kept. A script puts its own here, as the server answers it.
pub fn saved(page: &Page, at: Option<i64>) -> Markup {
    html! {
        span.quiet #saved data-lost=(page.text("draft-lost")) {
            @if let Some(at) = at { (saved_text(page, at)) }
        }
    }
}

fn saved_text(page: &Page, at: i64) -> String {
    page.language.text_with("draft-saved", &[("time", &numbers::clock(at))])
}

/// The answer to a script that has saved a form.
pub fn answer(page: &Page, at: Option<i64>) -> Response {
    at.map_or_else(String::new, |at| saved_text(page, at)).into_response()
}
