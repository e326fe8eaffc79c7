//! `/admin/retention`: for the privacy officer, how long what is sealed is kept and by which source, and who was erased when.
//! Nobody's name or id stands here.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use matter::ERASED;
use matter::access::Role;
use maud::html;
use operations::retention::Kept;
use serde_json::Value;

use crate::App;
use crate::answer::Failure;
use crate::home::{failed, missing};
use crate::layout::Page;
use crate::numbers;

/// Category of the streams in which erasures stand.
const SUBJECT: &str = "subject";
/// Erasures that are listed, the latest.
const LISTED: usize = 100;

/// `GET /admin/retention`.
pub async fn list(State(app): State<Arc<App>>, page: Page) -> Response {
    if page.role != Some(Role::Privacy) {
        return missing(&page);
    }
    let mut erased = match app.kinds.store.log().read_category(SUBJECT).await {
        Ok(events) => events,
        Err(error) => return failed(&page, &Failure::away(&error)),
    };
    erased.retain(|it| it.kind == ERASED);
    erased.sort_by_key(|it| std::cmp::Reverse(it.pos));
    let keys = |data: &str| serde_json::from_str::<Value>(data).ok().and_then(|it| it["keys"].as_u64()).unwrap_or(0);
    let mut kinds: Vec<(&str, &str)> = app.kinds.store.kinds().iter().map(|it| (it.class(), it.name())).collect();
    kinds.sort_unstable();
    let content = html! {
        h1 { (page.text("section-retention")) }
        p.lead { (page.text("retention-lead")) " " a href="/admin/access" { (page.text("section-accesses")) } }
        div.scroll tabindex="0" role="region" aria-labelledby="classes" {
            table.scorecard.scorecard--rows {
                caption.hidden #classes { (page.text("section-retention")) }
                thead { tr { @for head in ["retention-what", "retention-kept", "retention-source"] { th scope="col" { (page.text(head)) } } } }
                tbody { @for (class, kind) in &kinds {
                    @let name = page.text(&format!("kind-{kind}"));
                    tr {
                        th scope="row" { (if name.is_empty() { kind } else { name.as_str() }) }
                        @match Kept::of(class) {
                            Some(rule) => {
                                td { (rule.text.of(page.language.code())) }
                                td {
                                    span lang="en" { (rule.source) }
                                    @if rule.checked.is_none() { br; span.quiet { (page.text("retention-unchecked")) } }
                                }
                            }
                            None => { td colspan="2" { (page.text("retention-undecided")) } }
                        }
                    }
                } }
            }
        }
        h2 { (page.text("retention-erased")) }
        p { (page.text("retention-how")) }
        @if erased.is_empty() { p { (page.text("retention-none")) } } @else {
            ol.rows {
                @for it in erased.iter().take(LISTED) {
                    li.row {
                        p.row__name { (numbers::moment(it.occurred, page.language)) }
                        p.row__meta {
                            span { (it.context.actor) }
                            span { (page.language.text_count("retention-keys", keys(&it.data) as usize, &keys(&it.data).to_string())) }
                        }
                    }
                }
            }
        }
    };
    page.render(StatusCode::OK, &page.text("section-retention"), &content)
}
