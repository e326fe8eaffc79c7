//! The front page of those who work here: what to do first, then by when, then who.

use matter::access::Role;
use maud::html;

use super::Home;
use crate::App;
use crate::admin::staff::proposals;
use crate::answer::Failure;
use crate::caller::Caller;
use crate::layout::Page;
use crate::{desk, steer};

pub async fn home(app: &App, page: &Page, caller: &Caller) -> Result<Home, Failure> {
    let content = match &caller.person {
        Some(person) if matches!(person.role, Role::Professional | Role::Lead) => {
            desk::first(app, page, caller, person).await?
        }
        Some(person) if person.role == Role::Admin => {
            html! { (proposals::waiting(app, page)) (steer::attention(app, page).await?) }
        }
        Some(person) if person.role == Role::Partner => desk::given(app, page, caller, person).await?,
        _ => html! { (steer::attention(app, page).await?) },
    };
    Ok(("section-home", content))
}
