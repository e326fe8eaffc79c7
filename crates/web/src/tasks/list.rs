//! A task in the lists of the desk.

use matter::{Matter, Rights, Standing};
use maud::{Markup, html};
use operations::tasks::Task;

use crate::App;
use crate::layout::Page;
use crate::listing::InList;
use crate::numbers;

impl InList for Task {
    fn kind(&self) -> &'static str {
        Task::NAME
    }

    fn rights(&self) -> &'static Rights {
        &Task::RIGHTS
    }

    fn stands(&self) -> Standing<'_> {
        self.standing()
    }

    fn due(&self, _: &App) -> Option<i64> {
        self.due
    }

    fn title(&self, _: &App, page: &Page) -> String {
        super::page::says(page, self).unwrap_or_else(|| page.text("kind-task"))
    }

    fn sealed(&self) -> [Option<(&'static str, u64)>; 2] {
        [self.has_words().then_some((Task::NAME, 1)), None]
    }

    fn age(&self, app: &App, page: &Page, _: i64) -> Markup {
        html! {
            span.work__since { (when(app, page, self)) }
        }
    }

    fn tags(&self, _: &App, page: &Page) -> Markup {
        html! {
            @if let Some(of) = &self.about { span { (page.text(&format!("tasks-about-{}", of.kind))) } }
        }
    }
}

/// The day by which it is due, or until which it sleeps.
pub fn when(app: &App, page: &Page, task: &Task) -> String {
    let now = app.kinds.store.now();
    match (task.sleeps.filter(|until| *until > now), task.due) {
        (Some(until), _) => page.language.text_with("tasks-asleep", &[("day", &numbers::day_of(until, page.language))]),
        (None, Some(due)) => page.language.text_with("tasks-due", &[("day", &numbers::day_of(due, page.language))]),
        (None, None) => page.text("tasks-no-day"),
    }
}
