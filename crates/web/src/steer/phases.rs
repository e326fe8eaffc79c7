//! New phases of a control chart: the page proposes where a level has shifted, and a person decides, with a reason.

use std::sync::Arc;

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use matter::access::{Action, Purpose, Resource, Role, decide};
use maud::{Markup, html};
use operations::phases::{Accepted, Command, Refusal, Verb};
use serde::Deserialize;
use store::Denied;

use super::measure::{Asked, Filters, shown};
use super::reading::Reading;
use crate::App;
use crate::answer::Failure;
use crate::care;
use crate::contact::see_other;
use crate::form::errors;
use crate::home::{failed, missing};
use crate::layout::{Page, escape};
use crate::numbers;

/// A decision that somebody makes about a phase.
#[derive(Deserialize, Default)]
pub struct Decision {
    #[serde(default)]
    unit: String,
    #[serde(default)]
    period: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    client_id: String,
    /// `accept` or `withdraw`.
    #[serde(default)]
    verb: String,
}

/// A decision that could not be taken as it was sent: it is shown again on the page of its measure.
#[derive(Default)]
pub struct Mended {
    /// Key of what is wrong.
    pub wrong: Option<&'static str>,
    pub period: String,
    pub reason: String,
}

/// Whether somebody may decide where the limits of a unit's charts begin anew.
fn may_decide(app: &App, page: &Page, unit: &str) -> bool {
    let within = page.person.as_ref().is_some_and(|person| app.is_within(unit, &person.unit));
    decide(page.role, Purpose::Management, Action::DecidePhase, Resource::Charts { within }).allow
}

/// That a level has shifted, on which evidence, and the form by which those who may decide on it.
pub fn proposed(app: &App, page: &Page, asked: &Asked<'_>, reading: &Reading, mended: &Mended) -> Markup {
    let may = may_decide(app, page, &asked.unit.id) && !asked.card.rolling;
    let Some(proposal) = &reading.proposal else {
        return html! { @if may && reading.points.len() > 1 { (form(app, page, asked, reading, None, mended)) } };
    };
    let period = numbers::period(&reading.points[proposal.first].period, page.language);
    let write = |value: f64| numbers::level(value, &asked.card.unit, page.language);
    // No chance is none: one that would be written as nought is written as at most a thousandth.
    let chance = numbers::value_to(1, proposal.chance.max(0.001), "share", page.language);
    let evidence = [
        ("period", period.as_str()),
        ("before", &write(proposal.before)),
        ("after", &write(proposal.after)),
        ("earlier", &proposal.values.0.to_string()),
        ("later", &proposal.values.1.to_string()),
        ("chance", &chance),
    ];
    html! {
        section.proposal aria-labelledby="proposal" {
            h2 #proposal { (page.language.text_with("proposal-title", &[("period", &period)])) }
            p { (page.language.text_with("proposal-evidence", &evidence)) }
            @if may { (form(app, page, asked, reading, Some(proposal.first), mended)) }
            @else { p.quiet { (page.text("proposal-who")) } }
        }
    }
}

/// The form of a new phase; open where one is proposed.
fn form(
    app: &App,
    page: &Page,
    asked: &Asked<'_>,
    reading: &Reading,
    proposed: Option<usize>,
    mended: &Mended,
) -> Markup {
    let wrong = mended.wrong.map(|wrong| (wrong, "reason"));
    let fields = html! {
        (errors(page, wrong.as_slice()))
        form.letter method="post" action=(format!("/steer/measures/{}/phases", asked.card.id)) autocomplete="off" {
            input type="hidden" name="unit" value=(asked.unit.id);
            input type="hidden" name="client_id" value=(app.sessions.unguessable());
            div.asked {
                label for="phase-period" { (page.text("phase-period")) }
                select.field #phase-period name="period" required {
                    @if proposed.is_none() { option value="" { (page.text("phase-choose")) } }
                    @for (at, point) in reading.points.iter().enumerate().skip(1) {
                        @let is_chosen = if mended.period.is_empty() { proposed == Some(at) } else { mended.period == point.period };
                        option value=(point.period) selected[is_chosen] { (numbers::period(&point.period, page.language)) }
                    }
                }
            }
            (reason_box(page, "reason", &mended.reason, wrong.is_some()))
            button.btn type="submit" name="verb" value="accept" { (page.text("phase-accept")) }
        }
    };
    html! {
        @if proposed.is_some() || wrong.is_some() { (fields) } @else {
            details.fold {
                summary { (page.text("phase-begin")) }
                div.fold__in { (fields) }
            }
        }
    }
}

fn reason_box(page: &Page, id: &str, text: &str, is_wrong: bool) -> Markup {
    html! {
        div.asked.asked--wrong[is_wrong] {
            label for=(id) { (page.text("phase-reason")) }
            p.hint id=(format!("{id}-hint")) { (page.text("phase-reason-hint")) }
            textarea.field id=(id) name="reason" rows="2" aria-describedby=(format!("{id}-hint"))
                aria-invalid=[is_wrong.then_some("true")] { (text) }
        }
    }
}

/// A phase that stands, and for those who may the way to take it back.
pub fn accepted_phase(app: &App, page: &Page, asked: &Asked<'_>, accepted: &Accepted) -> Markup {
    let period = numbers::period(&accepted.period, page.language);
    // Those who have decided before may have had a role that has another name now.
    let role = Role::named(&accepted.by).map_or(accepted.by.as_str(), |role| role.code());
    let who = page.text(&format!("role-{role}"));
    let on = numbers::day_of(accepted.at, page.language);
    let told = [("period", period.as_str()), ("who", &who), ("on", &on), ("why", &accepted.reason)];
    let id = format!("withdraw-{}", accepted.period);
    html! {
        (page.language.text_with("decision-rebase", &told))
        @if may_decide(app, page, &asked.unit.id) {
            details.fold {
                summary { (page.text("phase-withdraw")) }
                form.fold__in method="post" action=(format!("/steer/measures/{}/phases", asked.card.id)) {
                    input type="hidden" name="unit" value=(asked.unit.id);
                    input type="hidden" name="period" value=(accepted.period);
                    input type="hidden" name="client_id" value=(app.sessions.unguessable());
                    (reason_box(page, &id, "", false))
                    button.btn.btn--second type="submit" name="verb" value="withdraw" { (page.text("phase-withdraw")) }
                }
            }
        }
    }
}

/// `POST /steer/measures/ID/phases`.
pub async fn phases(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    page: Page,
    form: Result<Form<Decision>, FormRejection>,
) -> Response {
    let Ok(Form(decision)) = form else { return missing(&page) };
    let filters = Filters::of_unit(&decision.unit);
    let wrong = match taken(&app, &page, &id, &filters, &decision).await {
        Ok(()) => return see_other(&format!("/steer/measures/{id}?unit={}#decisions", escape(&decision.unit))),
        Err(Untaken::Wrong(wrong)) => wrong,
        Err(Untaken::Shown(response)) => return *response,
    };
    let mended = Mended { wrong: Some(wrong), period: decision.period, reason: decision.reason };
    shown(&app, &page, &id, &filters, &mended).await
}

/// Why a decision was not taken: the key of what is wrong with it, or the page that says so.
enum Untaken {
    Wrong(&'static str),
    Shown(Box<Response>),
}

async fn taken(app: &App, page: &Page, id: &str, filters: &Filters, decision: &Decision) -> Result<(), Untaken> {
    let asked = Asked::of(page, id, filters).map_err(Untaken::Shown)?;
    let nothing = || Untaken::Shown(missing(page).into());
    let person = page.person.as_ref().filter(|_| may_decide(app, page, &asked.unit.id)).ok_or_else(nothing)?;
    let is_period = asked.series.points.iter().skip(1).any(|point| point.period == decision.period);
    let verb = match decision.verb.as_str() {
        "accept" if !is_period || asked.card.rolling => return Err(Untaken::Wrong("wrong-phase-period")),
        "accept" => Verb::Accept,
        "withdraw" => Verb::Withdraw,
        _ => return Err(nothing()),
    };
    // The reason is shown to everybody who sees the figure.
    if care::names_a_person(&decision.reason) {
        return Err(Untaken::Wrong("wrong-phase-person"));
    }
    let key = care::client_id(&decision.client_id).map_err(|_| Untaken::Wrong("wrong-again"))?;
    let command = Command {
        verb,
        measure: asked.card.id.clone(),
        period: decision.period.clone(),
        reason: decision.reason.clone(),
        by: person.role.code().into(),
    };
    let done = app.kinds.store.ask_of_phases(&asked.unit.id, &person.by(), command, &key).await;
    done.map_err(|denied| match denied {
        Denied::Refused(Refusal::NoReason) => Untaken::Wrong("wrong-phase-no-reason"),
        Denied::Refused(Refusal::TooLong) => Untaken::Wrong("wrong-phase-too-long"),
        Denied::Refused(Refusal::AlreadyThere) => Untaken::Wrong("wrong-phase-already-there"),
        Denied::Refused(Refusal::NotThere) => Untaken::Wrong("wrong-phase-not-there"),
        Denied::Other(trouble) => {
            let failure = Failure::from(trouble);
            match failure.status {
                StatusCode::CONFLICT => Untaken::Wrong("wrong-again"),
                _ => Untaken::Shown(failed(page, &failure).into()),
            }
        }
    })
}
