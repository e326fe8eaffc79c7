//! A notice in the lists of the desk.

use matter::{Matter, Rights, Standing};
use maud::{Markup, html};
use operations::notices::Notice;

use super::what_name;
use crate::App;
use crate::layout::Page;
use crate::listing::InList;
use crate::numbers;

impl InList for Notice {
    fn kind(&self) -> &'static str {
        Notice::NAME
    }

    fn rights(&self) -> &'static Rights {
        &Notice::RIGHTS
    }

    fn stands(&self) -> Standing<'_> {
        self.standing()
    }

    fn due(&self, app: &App) -> Option<i64> {
        self.clocks(app.calendar).iter().map(|(_, due)| due.at).min()
    }

    fn basis(&self) -> Option<&'static str> {
        Some("law")
    }

    fn language(&self) -> &str {
        &self.made.language
    }

    fn service(&self) -> &str {
        "social_work"
    }

    fn is_handed(&self) -> bool {
        self.transfers > 0
    }

    fn news(&self) -> u64 {
        self.history
    }

    fn title(&self, _: &App, page: &Page) -> String {
        what_name(page, self.made.what)
    }

    fn sealed(&self) -> [Option<(&'static str, u64)>; 2] {
        [Some((Notice::NAME, 1)), None]
    }

    fn icon(&self) -> &'static str {
        "alert"
    }

    fn age(&self, _: &App, page: &Page, now: i64) -> Markup {
        html! { span.work__since { (numbers::lasting(now - self.at, page.language)) } }
    }

    fn tags(&self, _: &App, page: &Page) -> Markup {
        html! {
            @match self.urgency {
                Some(it) => { span { (page.text(&format!("notices-urgency-{}", facts::Code::code(it.urgency)))) } }
                None => { strong.tag.tag--now { (page.text("notices-unassessed")) } }
            }
            @if !self.duplicates.is_empty() { span { (page.language.text_count("notices-together", self.duplicates.len(), &self.duplicates.len().to_string())) } }
            @if self.made.part_of.is_some() { span { (page.text("notices-part")) } }
        }
    }
}
