//! A contact in the lists of the desk.

use facts::{Code, Outcome};
use matter::{Matter, Rights, Standing};
use maud::{Markup, html};
use operations::contacts::{Channel, Contact, Place};

use super::{sms, unit_name};
use crate::App;
use crate::contact::service_name;
use crate::layout::Page;
use crate::listing::InList;
use crate::numbers;
use crate::parts::{Turn, tag};

impl InList for Contact {
    fn kind(&self) -> &'static str {
        Contact::NAME
    }

    fn rights(&self) -> &'static Rights {
        &Contact::RIGHTS
    }

    fn stands(&self) -> Standing<'_> {
        self.standing()
    }

    fn waits_since(&self) -> Option<i64> {
        self.waits_since
    }

    fn due(&self, app: &App) -> Option<i64> {
        app.due(self)
    }

    fn language(&self) -> &str {
        &self.language
    }

    fn service(&self) -> &str {
        &self.service
    }

    fn is_reopened(&self) -> bool {
        self.is_reopened
    }

    fn is_live(&self) -> bool {
        Contact::is_live(self)
    }

    fn is_handed(&self) -> bool {
        self.handed.is_some()
    }

    fn is_asked(&self) -> bool {
        matches!(self.place, Place::Waiting { .. })
    }

    fn news(&self) -> u64 {
        self.last_of_resident
    }

    fn title(&self, app: &App, page: &Page) -> String {
        service_name(app, page, &self.service)
    }

    fn sealed(&self) -> [Option<(&'static str, u64)>; 2] {
        let [own, conversation] = [Contact::STREAMS[0], Contact::STREAMS[1]];
        [Some((conversation, self.last_of_resident)), self.handed.as_ref().map(|handed| (own, handed.seq))]
    }

    fn icon(&self) -> &'static str {
        match self.channel {
            Channel::Chat => "chat",
            Channel::Callback | Channel::Phone => "phone",
            _ => "message",
        }
    }

    fn who(&self, page: &Page) -> String {
        page.text(if self.anonymous { "desk-anonymous" } else { "desk-known" })
    }

    fn basis(&self) -> Option<&'static str> {
        Some("law")
    }

    fn age(&self, _: &App, page: &Page, now: i64) -> Markup {
        html! {
            @if let Some(since) = self.waits_since {
                span.work__since {
                    span.hidden { (page.text("desk-waited")) " " }
                    (numbers::lasting(now - since, page.language))
                }
            } @else {
                span.quiet { (page.text(if matches!(self.place, Place::Waiting { .. }) { "desk-asked" } else { "desk-answered" })) }
            }
        }
    }

    fn noted(&self, page: &Page, note: Option<&str>) -> Markup {
        html! {
            @if let Some(handed) = &self.handed {
                p.work__note {
                    strong { (page.language.text_with("desk-handed", &[("unit", &unit_name(page, &handed.from))])) }
                    @if let Some(note) = note { " " span dir="auto" { (note) } }
                }
            }
        }
    }

    /// Marks that tell it from others: it came back, or its person has written since.
    fn tags(&self, _: &App, page: &Page) -> Markup {
        let is_ours = self.waits_since.is_some() && self.owner().is_some();
        html! {
            (sms::channel(page, self))
            @if self.outcome == Some(Outcome::Abandoned) { (tag(Turn::Cut, &page.language.code_name(Outcome::LIST, Outcome::Abandoned.code()))) }
            @if !self.asked.is_empty() { (tag(Turn::Waits, &page.text("desk-waits-colleague"))) }
            @if self.is_reopened { (tag(Turn::Half, &page.text("desk-reopened"))) }
            @if self.rang { (tag(Turn::Waits, &page.text("desk-rang"))) }
            @if is_ours { (tag(Turn::Now, &page.text("desk-wrote"))) }
        }
    }
}
