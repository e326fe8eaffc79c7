//! The surroundings of every page: the header with its one row of items, the strip of the demonstration, the footer.

use maud::{DOCTYPE, Markup, html};

use super::Page;
use crate::access::hats;
use crate::desk::unit_name;
use crate::feature::{Door, door_of, doors};
use crate::icons::icon;
use crate::models::strip;
use crate::numbers;
use crate::texts::Language;
use crate::{acting, assets};

/// Items that stand beside the menu on a phone.
const IN_SHORT: usize = 2;

impl Page {
    /// The whole of a page. `form`: id of the form that keeps what stands in it when the language changes.
    pub(super) fn frame(&self, title: &str, content: &Markup, form: Option<&str>) -> Markup {
        html! {
            (DOCTYPE)
            html lang=(self.language.code()) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="theme-color" content="#003479";
                    title { (title) @if let Some(band) = &self.acting { " – " (band.whose(self)) } " – Luotsi" }
                    link rel="stylesheet" href=(assets::style());
                    link rel="icon" type="image/svg+xml" href="/assets/luotsi.svg";
                }
                body class=(if self.is_of_staff() { "desk" } else { "calm" }) {
                    a.skip href="#content" { (self.text("skip")) }
                    // The enter key presses the first button of a form in the order of the page: this one, and no language.
                    @if let Some(form) = form { button type="submit" form=(form) hidden {} }
                    header {
                        div.top { div.page.bar { (self.bar(form)) } }
                        nav.nav aria-label=(self.text("sections")) {
                            ul.page { @for door in doors(self.role) { li { (self.item(door)) } } }
                        }
                        @if let Some(band) = &self.acting { (band.shown(self)) }
                        @if self.synthetic && !self.is_strip_closed { (self.strip(form)) }
                    }
                    @if let Some(tour) = &self.tour { (strip(self, tour)) }
                    main #content tabindex="-1" { div.page.content { (content) } }
                    footer.foot {
                        div.page {
                            p { (self.text("footer")) }
                            p.printed { (self.language.text_with("printed", &[("day", &numbers::day_of(self.now, self.language)), ("address", &self.uri.to_string())])) }
                        }
                    }
                    @for script in assets::scripts() { script src=(script) defer {} }
                }
            }
        }
    }

    /// Name, items, languages, and who has signed in. On a phone the menu has what does not fit.
    fn bar(&self, form: Option<&str>) -> Markup {
        let county = self.figures.units().iter().find(|unit| unit.parent.is_none());
        html! {
            a.brand href="/" {
                (lighthouse())
                span.hidden { "Luotsi" }
                span.brand__name aria-hidden="true" { "Luotsi" }
                @if let Some(county) = county { span.brand__county { (self.language.of(&county.names)) } }
            }
            nav.short aria-label=(self.text("sections-short")) {
                @for door in doors(self.role).take(IN_SHORT) { (self.item(door)) }
            }
            ul.langs aria-label=(self.text("languages")) {
                @for language in Language::ALL { li { (self.language_link(language, form)) } }
            }
            @match self.role {
                Some(_) => {
                    details.who {
                        summary { (icon("person")) span { (self.who()) } }
                        div.menu__list { (self.hats()) (self.sign_out()) }
                    }
                }
                None => {
                    ul.langs {
                        li { a href="/contact/return" { (self.text("with-code")) } }
                        li { a href=(self.sign_in_link()) { b { (self.text(self.sign_in_text())) } } }
                    }
                }
            }
            details.menu {
                summary { (icon("menu")) span { (self.text("menu")) } }
                div.menu__list {
                    @for door in doors(self.role) { (self.item(door)) }
                    @for language in Language::ALL {
                        @if language != self.language { (self.language_link(language, form)) }
                    }
                    @match self.role {
                        Some(_) => { p { (self.who()) } (self.hats()) (self.sign_out()) }
                        None => {
                            a href="/contact/return" { (self.text("with-code")) }
                            a href=(self.sign_in_link()) { (self.text(self.sign_in_text())) }
                        }
                    }
                }
            }
        }
    }

    fn item(&self, door: &Door) -> Markup {
        let is_here = door_of(self.uri.path()).is_some_and(|here| here.path == door.path);
        let count = self.held.filter(|held| door.path == "/desk" && *held > 0);
        html! {
            a href=(door.path) aria-current=[is_here.then_some("page")] {
                (self.text(door.name))
                @if let Some(count) = count { " " span.count { (count) } }
            }
        }
    }

    /// The one who has signed in: their name, and the unit in which they work.
    pub fn who(&self) -> String {
        match &self.person {
            Some(person) if !person.unit.is_empty() => {
                format!("{} · {}", self.known_as(person.role), unit_name(self, &person.unit))
            }
            Some(person) => self.known_as(person.role),
            None => String::new(),
        }
    }

    /// The way to another of their rights.
    fn hats(&self) -> Markup {
        html! {
            @if self.changes_hats { a href=(hats::PATH) { (self.text("hats-change")) } }
            @if self.acts_for_others { a href=(acting::PATH) { (self.text("acting-change")) } }
        }
    }

    fn sign_out(&self) -> Markup {
        html! { form method="post" action="/sign-out" { button.plain type="submit" { (self.text("sign-out")) } } }
    }

    /// The way to the same page in another language.
    fn language_link(&self, language: Language, form: Option<&str>) -> Markup {
        let code = language.code();
        let current = (language == self.language).then_some("true");
        let address = self.link(&[("lang", code), ("notice", "")]);
        html! {
            @match form {
                Some(form) => {
                    button.plain type="submit" form=(form) formaction=(address) name="show" value=(code) lang=(code)
                        aria-current=[current] { (language.name()) }
                }
                None => { a href=(address) lang=(code) hreflang=(code) aria-current=[current] { (language.name()) } }
            }
        }
    }

    /// The strip that says that all of it is invented; closed, it stays away until the browser is closed. A form keeps its text.
    fn strip(&self, form: Option<&str>) -> Markup {
        let address = self.link(&[("notice", "closed")]);
        html! {
            aside.demo aria-label=(self.text("notice-label")) {
                div.page {
                    span { (self.text("notice-synthetic")) }
                    @match form {
                        Some(form) => {
                            button.plain type="submit" form=(form) formaction=(address) name="show" value="1" {
                                (self.text("notice-close"))
                            }
                        }
                        None => { a href=(address) { (self.text("notice-close")) } }
                    }
                }
            }
        }
    }
}

/// The mark beside the name: a lighthouse.
fn lighthouse() -> Markup {
    html! {
        svg width="26" height="30" viewBox="0 0 26 30" aria-hidden="true" focusable="false" {
            path d="M13 1 17 5H9Z" fill="#fff" {}
            path d="M9.5 5h7v5h-7z" fill="#fd5" {}
            path d="M9 11h8l2 18H7Z" fill="#fff" {}
            path d="M8.4 16h9.2l.6 5H7.8Z" fill="#7fb2e5" {}
            path d="m0 6 8 1.5L0 9ZM26 6l-8 1.5L26 9Z" fill="#fd5" {}
        }
    }
}
