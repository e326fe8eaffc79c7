//! A consultation in the lists of the desk.

use matter::{Matter, Rights, Standing};
use maud::{Markup, html};
use operations::consultations::{Consultation, Place};

use crate::App;
use crate::care::receipt;
use crate::layout::Page;
use crate::listing::InList;
use crate::numbers;

impl InList for Consultation {
    fn kind(&self) -> &'static str {
        Consultation::NAME
    }

    fn rights(&self) -> &'static Rights {
        &Consultation::RIGHTS
    }

    fn stands(&self) -> Standing<'_> {
        self.standing()
    }

    fn due(&self, _: &App) -> Option<i64> {
        self.is_open().then_some(self.due)
    }

    fn news(&self) -> u64 {
        self.history
    }

    fn title(&self, _: &App, page: &Page) -> String {
        page.text(if self.place == Place::Answered { "consultations-answered" } else { "kind-consultation" })
    }

    /// The question; once it is answered, the answer.
    fn sealed(&self) -> [Option<(&'static str, u64)>; 2] {
        let version = if self.place == Place::Answered { self.history } else { 1 };
        [Some((Consultation::NAME, version)), None]
    }

    fn age(&self, _: &App, page: &Page, _: i64) -> Markup {
        html! {
            @if self.is_open() {
                span.work__since { (page.language.text_with("tasks-due", &[("day", &numbers::day_of(self.due, page.language))])) }
            }
        }
    }

    fn tags(&self, _: &App, page: &Page) -> Markup {
        html! {
            span { (page.text("tasks-about-contact")) " " (receipt(self.contact)) }
            @if self.is_open() && self.profession.is_some() {
                span { (super::whom(page, &self.unit, None, self.profession)) }
            }
            @if self.place == Place::Answered { strong.tag.tag--now { (page.text("consultations-new")) } }
        }
    }
}
