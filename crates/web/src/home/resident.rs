//! The front page of a resident, drawn as a course: their turn, the next appointment, what is under way here.

use maud::html;

use super::{Home, need};
use crate::App;
use crate::answer::Failure;
use crate::caller::Person;
use crate::layout::Page;
use crate::matters::{Group, own, shown};

pub async fn home(app: &App, page: &Page) -> Result<Home, Failure> {
    let rows = match page.person.as_ref().and_then(Person::subject) {
        Some(subject) => own(app, page, subject).await.map_err(|error| Failure::away(&error))?,
        None => Vec::new(),
    };
    let of = |group: Group| rows.iter().filter(move |(_, it)| it.group == group);
    let has_turn = of(Group::Turn).next().is_some();
    let content = html! {
        div.cols {
            div.legs {
                section.now aria-labelledby="turn" {
                    h1 #turn { (page.text("home-turn")) }
                    @if has_turn {
                        ol.rows { @for (id, row) in of(Group::Turn) { (shown(*id, row)) } }
                    } @else {
                        p { (page.text("home-no-turn")) }
                    }
                }
                @if let Some((id, row)) = of(Group::Coming).next() {
                    section aria-labelledby="next" {
                        h2 #next { (page.text("home-next")) }
                        p.when { (row.title) }
                        p { (row.detail) }
                        p.links { a href=(format!("/matters/{id}")) { (page.text("home-change")) } }
                    }
                }
                @if of(Group::Open).next().is_some() {
                    section aria-labelledby="open" {
                        h2 #open { (page.text("home-open")) }
                        ol.rows { @for (id, row) in of(Group::Open) { (shown(*id, row)) } }
                    }
                }
            }
            section.box aria-labelledby="need-title" {
                (need(page, &html! { h2 #need-title { label for="need" { (page.text("need-title")) } } }))
            }
        }
        @if !rows.is_empty() {
            p.links { a href="/matters" { (page.language.text_with("home-all", &[("count", &rows.len().to_string())])) } }
        }
    };
    Ok((if has_turn { "home-turn" } else { "section-home" }, content))
}
