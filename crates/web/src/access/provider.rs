//! Sign-in by the county's identity provider.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::header::{LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{AppendHeaders, IntoResponse, Response};
use identity::{Provider, Refusal};
use maud::{Markup, html};
use serde::Deserialize;

use super::{From, entered, not_entered};
use crate::App;
use crate::caller::SIGNING_IN_COOKIE;
use crate::care::is_plain_id;
use crate::home::failed;
use crate::layout::{Page, cookie, escape, onward};
use crate::limits::Address;
use crate::observe::tell;
use crate::sessions::Means;

pub const BEGIN: &str = "/sign-in/provider";
pub const BACK: &str = "/sign-in/provider/return";

/// The way there, on the page of signing in.
pub fn way(app: &App, page: &Page, to: Option<&str>) -> Markup {
    let address = to.map_or_else(|| BEGIN.into(), |to| format!("{BEGIN}?to={}", escape(to)));
    html! {
        @match app.provider.as_ref().map(|provider| provider.is_known()) {
            None => {}
            // A link and no form: browsers let a form of ours lead nowhere else.
            Some(true) => { a.btn href=(address) role="button" draggable="false" { (page.text("sign-in-provider")) } }
            Some(false) => { p.box { (page.text("sign-in-provider-away")) } }
        }
    }
}

/// `GET /sign-in/provider`: on to the provider.
pub async fn begin(
    State(app): State<Arc<App>>,
    page: Page,
    Address(address): Address,
    Query(from): Query<From>,
) -> Response {
    let (to, now) = (from.to.as_deref().and_then(onward), app.kinds.store.now());
    let Some(provider) = &app.provider else { return crate::home::missing(&page) };
    // There is room for some who have begun: nobody takes it all from the others.
    if let Err(failure) = app.counted.begin_at_provider(&app.token_key, address, now) {
        return failure.with_retry_after(failed(&page, &failure));
    }
    let Some(begun) = provider.begin(BACK, to, now) else {
        return not_entered(&page, StatusCode::SERVICE_UNAVAILABLE, "sign-in-provider-away");
    };
    // It comes back from another site, by a link.
    let browser = format!("{SIGNING_IN_COOKIE}={}; Path=/; Max-Age=600; HttpOnly; SameSite=Lax", begun.browser);
    (StatusCode::SEE_OTHER, [(LOCATION, begun.address)], AppendHeaders([(SET_COOKIE, browser)])).into_response()
}

/// The things that the provider gives back.
#[derive(Deserialize)]
pub struct Back {
    #[serde(default)]
    state: String,
    code: Option<String>,
}

/// `GET /sign-in/provider/return`: back from the provider.
pub async fn back(
    State(app): State<Arc<App>>,
    page: Page,
    Address(address): Address,
    headers: HeaderMap,
    Query(given): Query<Back>,
) -> Response {
    let Some(provider) = app.provider.clone() else { return crate::home::missing(&page) };
    let (browser, now) = (cookie(&headers, SIGNING_IN_COOKIE).unwrap_or_default().to_string(), app.kinds.store.now());
    // It waits for the provider, on a thread where it keeps nobody else waiting.
    let ended = move || Provider::end(&provider, BACK, &browser, (&given.state, given.code.as_deref()), now);
    let ended = tokio::task::spawn_blocking(ended).await;
    let mut response = match ended {
        Ok(Ok(claimed)) if is_plain_id(&claimed.person) => {
            app.counted.ended_at_provider(&app.token_key, address);
            entered(&app, &page, &headers, (claimed.person, Means::Provider), claimed.to)
        }
        Ok(Ok(_)) => {
            tell("error: sign-in: the claim that is to name the person holds no id; see person_claim in county.toml");
            not_entered(&page, StatusCode::FORBIDDEN, "sign-in-provider-wrong")
        }
        Ok(Err(Refusal::NotBegun)) => not_entered(&page, StatusCode::BAD_REQUEST, "sign-in-provider-late"),
        Ok(Err(Refusal::Declined)) => not_entered(&page, StatusCode::FORBIDDEN, "sign-in-provider-declined"),
        Ok(Err(Refusal::Away(why))) => {
            tell(&format!("error: sign-in: the identity provider cannot be asked: {why}"));
            not_entered(&page, StatusCode::SERVICE_UNAVAILABLE, "sign-in-provider-away")
        }
        Ok(Err(Refusal::Wrong(why))) => {
            tell(&format!("error: sign-in: what the identity provider gave does not hold: {why}"));
            not_entered(&page, StatusCode::FORBIDDEN, "sign-in-provider-wrong")
        }
        Err(error) => failed(&page, &crate::answer::Failure::broken(&error)),
    };
    let used = format!("{SIGNING_IN_COOKIE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax");
    if let Ok(used) = HeaderValue::from_str(&used) {
        response.headers_mut().append(SET_COOKIE, used);
    }
    response
}
