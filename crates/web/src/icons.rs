//! Drawn signs: line icons of 20 by 20, always beside a word.

use maud::{Markup, html};

/// A sign by its name; none of that name: nothing is drawn.
pub fn icon(name: &str) -> Markup {
    html! { svg.icon viewBox="0 0 20 20" aria-hidden="true" focusable="false" { path d=(path(name)) {} } }
}

/// The same at the end of a row that leads on.
pub fn go() -> Markup {
    html! { svg.icon.go viewBox="0 0 20 20" aria-hidden="true" focusable="false" { path d=(path("on")) {} } }
}

fn path(name: &str) -> &'static str {
    match name {
        "menu" => "M3 5.5h14M3 10h14M3 14.5h14",
        "person" => "M13.3 6.5a3.3 3.3 0 1 1-6.6 0 3.3 3.3 0 0 1 6.6 0M3.5 17.5c.6-4 3-5.7 6.5-5.7s5.9 1.7 6.5 5.7",
        "people" => {
            "M10.3 7a2.8 2.8 0 1 1-5.6 0 2.8 2.8 0 0 1 5.6 0M2 16.5c.5-3.3 2.5-4.8 5.5-4.8s5 1.5 5.5 4.8M13 4.6a2.6 2.6 0 0 1 0 5M15 12c1.8.6 2.8 2 3.1 4.5"
        }
        "on" => "m7.5 4 6 6-6 6",
        "back" => "m12.5 4-6 6 6 6",
        "away" => "m5 5 10 10M15 5 5 15",
        "task" => "m4 10.5 4 4 8-9",
        "message" => "M3 4.5h14v9.5H9l-4 3.5V14H3z",
        "chat" => "M2.5 4h10v7H7l-2.5 2.5V11h-2zM10 13.5h3l3 2.5v-2.5h1.5V7H15",
        "phone" => {
            "M5 2.8h3l1.4 4-2 1.5a11 11 0 0 0 4.3 4.3l1.5-2 4 1.4v3c0 1-.8 1.8-1.8 1.7C8.6 16.2 3.8 11.4 3.3 4.6 3.2 3.6 4 2.8 5 2.8z"
        }
        "calendar" => {
            "M4.5 4h11A1.5 1.5 0 0 1 17 5.5v10a1.5 1.5 0 0 1-1.5 1.5h-11A1.5 1.5 0 0 1 3 15.5v-10A1.5 1.5 0 0 1 4.5 4zM3 8h14M7 2.2v3.5M13 2.2v3.5"
        }
        "document" => {
            "M5.5 2.5h9A1.5 1.5 0 0 1 16 4v12a1.5 1.5 0 0 1-1.5 1.5h-9A1.5 1.5 0 0 1 4 16V4a1.5 1.5 0 0 1 1.5-1.5zM7 7h6M7 10.5h6M7 14h3"
        }
        "lock" => {
            "M6.5 9V6.5a3.5 3.5 0 0 1 7 0V9M5.5 9h9A1.5 1.5 0 0 1 16 10.5v5a1.5 1.5 0 0 1-1.5 1.5h-9A1.5 1.5 0 0 1 4 15.5v-5A1.5 1.5 0 0 1 5.5 9z"
        }
        "video" => {
            "M3.5 5.5h8A1.5 1.5 0 0 1 13 7v6a1.5 1.5 0 0 1-1.5 1.5h-8A1.5 1.5 0 0 1 2 13V7a1.5 1.5 0 0 1 1.5-1.5zM13 9l5-3v8l-5-3"
        }
        "alert" => "M10 3 18 16.5H2zM10 8v4M10 14.2v.1",
        _ => "",
    }
}
