//! `/admin/units`: the tree of units as it is today, who works in each and which queues it has, of which register.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use facts::{Code, Register, UnitLevel};
use matter::access::Role;
use maud::{Markup, html};

use crate::App;
use crate::figures::Figures;
use crate::home::missing;
use crate::layout::Page;
use crate::parts;

/// `GET /admin/units`.
pub async fn list(State(app): State<Arc<App>>, page: Page) -> Response {
    if page.role != Some(Role::Admin) {
        return missing(&page);
    }
    let figures = app.figures();
    let content = html! {
        (parts::back("/admin/staff", &page.text("section-staff")))
        h1 { (page.text("section-units")) }
        p.lead { (page.text("units-lead")) }
        (below(&app, &page, &*figures, None))
        p { (page.text("units-change")) }
    };
    page.render(StatusCode::OK, &page.text("section-units"), &content)
}

/// The open units under one, each with those under it.
fn below(app: &App, page: &Page, figures: &dyn Figures, parent: Option<usize>) -> Markup {
    let units: Vec<_> =
        figures.units().iter().enumerate().filter(|(_, unit)| unit.open && unit.parent == parent).collect();
    html! {
        @if !units.is_empty() {
            ul.dots {
                @for (place, unit) in units {
                    li {
                        strong { (page.language.of(&unit.names)) }
                        " " span.quiet { (page.language.code_name(UnitLevel::LIST, &unit.level)) ", " code { (unit.id) } }
                        @let staff = figures.staff().iter().filter(|it| it.open && it.unit == unit.id).count();
                        @if staff > 0 { " · " (page.language.text_count("units-staff", staff, &staff.to_string())) }
                        @for queue in app.queues_at(&unit.id) {
                            " · " (queue.content.name.of(page.language.code())) " ("
                            (page.language.code_name(Register::LIST, queue.content.register.code())) ")"
                        }
                        (below(app, page, figures, Some(place)))
                    }
                }
            }
        }
    }
}
