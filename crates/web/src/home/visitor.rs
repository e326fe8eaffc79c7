//! The front page of whoever has not signed in: help first.

use maud::{Markup, html};

use super::{Home, need};
use crate::App;
use crate::bookings::first_free;
use crate::desk::unit_name;
use crate::layout::Page;
use crate::numbers;
use crate::parts::row;

/// Calendars on the page.
const SHOWN: usize = 3;

pub fn home(app: &App, page: &Page) -> Home {
    let mut free: Vec<_> = first_free(app, &["resident"]).into_iter().filter_map(|(it, at)| Some((at?, it))).collect();
    free.sort_by_key(|(at, it)| (*at, it.id.clone()));
    let content = html! {
        section.hero aria-labelledby="need-title" {
            (water())
            div.hero__in {
                (need(page, &html! { h1 #need-title { label for="need" { (page.text("need-title")) } } }))
            }
        }
        div.cols {
            @if !free.is_empty() {
                section aria-labelledby="free" {
                    h2 #free { (page.text("home-free")) }
                    ol.rows {
                        @for (at, it) in free.iter().take(SHOWN) {
                            (row(&format!("/book/{}", it.id), it.name.of(page.language.code()), &[
                                html! { (page.language.text_with("home-first", &[("time", &numbers::short_moment(*at, page.language))])) },
                                html! { (unit_name(page, &it.unit)) },
                            ]))
                        }
                    }
                    p.links { a href="/book" { (page.text("home-all-times")) } }
                }
            }
            section aria-labelledby="sign-in-gives" {
                h2 #sign-in-gives { (page.text(if page.demo { "home-signed-in" } else { "home-with-code" })) }
                p { (page.text(if page.demo { "home-signed-in-gives" } else { "home-with-code-gives" })) }
                p.acts {
                    @if page.demo { a.btn.btn--second href="/sign-in" { (page.text("sign-in")) } }
                    a.btn.btn--second[!page.demo].btn--quiet[page.demo] href="/contact/return" { (page.text("with-code")) }
                }
                @if page.demo { p.links { a href="/evaluate/models" { (page.text("section-models")) } } }
                @if !page.demo { p { (page.text("home-staff")) " " a href="/sign-in" { (page.text("sign-in")) } } }
            }
        }
    };
    ("need-title", content)
}

/// The water of a harbour chart, with a course through it. It says nothing, and is drawn on wide screens only.
fn water() -> Markup {
    let depth = "M620 18C560 30 548 66 572 98s28 70-10 98-96 10-132 40-30 66-58 94M620 58c-30 14-26 36-8 60s20 64-24 102-104 22-132 48-22 40-32 62M620 148c6 30-4 64-46 96s-84 28-96 86M470-4c-30 34-14 66-50 98s-96 22-132 62-24 84-60 118-92 26-120 60M400-4c-24 28-14 50-44 74S266 90 226 132s-26 88-66 120-80 24-110 54M540-4c-24 30-18 48-30 76s-60 44-90 68-70 24-88 62-10 88-40 132M330-4c-20 22-24 40-50 54s-72 26-108 64-32 84-68 108-70 16-104 34";
    html! {
        svg.water viewBox="0 0 620 330" preserveAspectRatio="xMaxYMid slice" aria-hidden="true" focusable="false" fill="none" {
            path d=(depth) stroke="#cfdeec" stroke-width="1.2" {}
            path d="M40 300C150 290 190 236 270 214s120-10 180-60 70-80 112-96" stroke="#00357a" stroke-width="2" stroke-dasharray="7 6" {}
            path d="M40 300C110 294 150 272 190 248" stroke="#00357a" stroke-width="2.5" {}
            g stroke="#00357a" fill="#f5f8fb" {
                circle cx="40" cy="300" r="7" fill="#00357a" stroke="none" {}
                circle cx="190" cy="248" r="9" stroke-width="5" {}
                circle cx="384" cy="195" r="6" stroke-width="2" {}
                circle cx="562" cy="58" r="6" stroke-width="2" {}
            }
        }
    }
}
