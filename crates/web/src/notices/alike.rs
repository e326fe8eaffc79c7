//! Earlier notices that may be about the same person, beside the one that is handled.

use matter::Matter;
use matter::access::Action;
use maud::{Markup, html};
use operations::notices::duplicates::{Match, Outcome, Person, Which, in_force, likely};
use operations::notices::flow::may_be_one;
use operations::notices::{Details, Notice};
use std::sync::Arc;
use uuid::Uuid;

use super::what_name;
use crate::App;
use crate::answer::Failure;
use crate::caller::Caller;
use crate::care::receipt;
use crate::desk::unit_name;
use crate::guard::Glance;
use crate::layout::Page;
use crate::numbers;

/// An earlier notice, the person of it, and how the two compare.
pub struct Alike {
    pub id: Uuid,
    pub notice: Arc<Notice>,
    pub person: Person,
    pub compared: Match,
}

/// Notices that are shown beside one at most.
const SHOWN: usize = 5;

/// Notices of the days around one that may be about the same person, the likeliest first: those which the caller may read.
/// To show them is a reading, and is recorded as one; what is only compared nobody sees.
pub async fn alike(
    app: &App,
    caller: &Caller,
    (id, it): (Uuid, &Notice),
    person: &Person,
) -> Result<Vec<Alike>, Failure> {
    let Some(day) = app.calendar.local_date(it.at) else { return Ok(Vec::new()) };
    let rule = in_force(day);
    let near: Vec<(Uuid, Arc<Notice>)> = app.kinds.notices.look(|all| {
        let near = all.iter().filter(|(other, there)| {
            it.at.abs_diff(there.at) <= rule.window().unsigned_abs() && may_be_one((id, it), (*other, there))
        });
        near.map(|(other, there)| (other, Arc::clone(there))).collect()
    });
    let mut held = Vec::new();
    for (other, there) in near {
        if !app.may(caller, &glance(other, &there), Action::Read) {
            continue;
        }
        let text = app.kinds.words(other, Notice::NAME, Details::AT).await.map_err(|error| Failure::away(&error))?;
        held.extend(text.map(|text| (other, there, Details::read(&text).person)));
    }
    let pairs = held.iter().enumerate().map(|(at, (.., person))| (at, person));
    let found: Vec<Alike> = likely(person, pairs, day, rule)
        .into_iter()
        .take(SHOWN)
        .map(|(at, compared)| {
            let (id, notice, person) = &held[at];
            Alike { id: *id, notice: Arc::clone(notice), person: person.clone(), compared }
        })
        .collect();
    let glances: Vec<Glance<'_>> = found.iter().map(|it| glance(it.id, &it.notice)).collect();
    let allowed = app.glance(caller, &glances).await?;
    Ok(found.into_iter().filter(|it| allowed.contains(&it.id)).collect())
}

fn glance(id: Uuid, it: &Notice) -> Glance<'_> {
    Glance::of(id, it, it.history)
}

/// One of them side by side with the notice that is handled; `acts`: what can be done about it.
pub fn beside(page: &Page, (it, person): (&Notice, &Person), other: &Alike, acts: &Markup) -> Markup {
    let number = receipt(other.id);
    let title = format!("alike-{number}");
    let fields: [(&str, Which, String, String); 7] = [
        ("given", Which::Given, person.given.clone(), other.person.given.clone()),
        ("family", Which::Family, family(person), family(&other.person)),
        ("born", Which::Born, born(page, person), born(page, &other.person)),
        ("code", Which::Code, person.code.clone(), other.person.code.clone()),
        ("municipality", Which::Municipality, person.municipality.clone(), other.person.municipality.clone()),
        ("address", Which::Address, person.address.clone(), other.person.address.clone()),
        ("telephone", Which::Telephone, person.telephone.clone(), other.person.telephone.clone()),
    ];
    let reason = |which: Which| other.compared.reasons.iter().find(|it| it.which == which);
    html! {
        section.handed aria-labelledby=(title) {
            h3 id=(title) { (page.language.text_with("notices-alike", &[("number", &number), ("day", &numbers::near_day(other.notice.at, page.language))])) }
            p {
                (what_name(page, other.notice.made.what)) ", " (page.text(&format!("notices-notifier-{}", other.notice.made.notifier.code())))
                ", " (unit_name(page, &other.notice.unit)) ". "
                a href=(format!("/desk/notices/{}", other.id)) { (page.text("notices-open")) }
            }
            ul.dots { @for it in &other.compared.reasons { li { (told(page, it.which, it.outcome)) } } }
            table.table {
                caption.hidden { (page.text("notices-side-by-side")) }
                thead { tr { td {} th scope="col" { (page.text("notices-this")) " (" (numbers::near_day(it.at, page.language)) ")" } th scope="col" { (number) } } }
                tbody {
                    @for (name, which, one, there) in &fields {
                        @if !one.is_empty() || !there.is_empty() {
                            tr {
                                th scope="row" { (page.text(&format!("notices-{name}"))) }
                                td { (one) }
                                td { @if reason(*which).is_some_and(|it| it.outcome == Outcome::Other) { (there) } @else { strong { (there) } } }
                            }
                        }
                    }
                }
            }
            (acts)
        }
    }
}

/// A reason in plain words.
fn told(page: &Page, which: Which, outcome: Outcome) -> String {
    page.text(&format!("notices-match-{}-{}", which.code(), outcome.code()))
}

fn family(it: &Person) -> String {
    if it.former.is_empty() { it.family.clone() } else { format!("{} ({})", it.family, it.former) }
}

/// The day of birth, or the age.
pub fn born(page: &Page, it: &Person) -> String {
    match it.age {
        _ if !it.born.is_empty() => numbers::day(&it.born, page.language),
        Some(age) => page.language.text_with("needs-years", &[("age", &age.to_string())]),
        None => String::new(),
    }
}
