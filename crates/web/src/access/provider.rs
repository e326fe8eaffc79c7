//! Sign-in by the county's identity provider.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::header::{LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{AppendHeaders, IntoResponse, Response};
use identity::{Anew, Claimed, Provider, Refusal};
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
    let Some(provider) = &app.provider else { return crate::home::missing(&page) };
    begun_at(&app, &page, (provider, BACK), address, (from.to.as_deref().and_then(onward), Anew::No), TEXTS)
}

/// Beginning of the keys of its texts.
const TEXTS: &str = "sign-in-provider";

/// On to a provider, which leads back to an address; `texts`: the beginning of the keys of what is said where it cannot be.
pub fn begun_at(
    app: &App,
    page: &Page,
    (provider, back): (&Provider, &str),
    address: IpAddr,
    (to, anew): (Option<String>, Anew),
    texts: &str,
) -> Response {
    let now = app.kinds.store.now();
    // There is room for some who have begun: nobody takes it all from the others.
    if let Err(failure) = app.counted.begin_at_provider(&app.token_key, address, now) {
        return failure.with_retry_after(failed(page, &failure));
    }
    let Some(begun) = provider.begin(back, to, anew, now) else {
        return not_entered(page, StatusCode::SERVICE_UNAVAILABLE, &format!("{texts}-away"));
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
    let response = match ended_at(&app, &page, (provider, BACK), &headers, given, TEXTS).await {
        Ok(claimed) if is_plain_id(&claimed.person) => {
            app.counted.ended_at_provider(&app.token_key, address);
            entered(&app, &page, &headers, (claimed.person, Means::Provider), claimed.to)
        }
        Ok(_) => {
            tell("error: sign-in: the claim that is to name the person holds no id; see person_claim in county.toml");
            not_entered(&page, StatusCode::FORBIDDEN, "sign-in-provider-wrong")
        }
        Err(response) => response,
    };
    used(response)
}

/// The person with whom a provider leads back to an address; else the page that says why there is none.
pub async fn ended_at(
    app: &App,
    page: &Page,
    (provider, back): (Arc<Provider>, &'static str),
    headers: &HeaderMap,
    given: Back,
    texts: &str,
) -> Result<Claimed, Response> {
    let (browser, now) = (cookie(headers, SIGNING_IN_COOKIE).unwrap_or_default().to_string(), app.kinds.store.now());
    // It waits for the provider, on a thread where it keeps nobody else waiting.
    let ended = move || Provider::end(&provider, back, &browser, (&given.state, given.code.as_deref()), now);
    let why = |status: StatusCode, why: &str| not_entered(page, status, &format!("{texts}-{why}"));
    match tokio::task::spawn_blocking(ended).await {
        Ok(Ok(claimed)) => Ok(claimed),
        Ok(Err(Refusal::NotBegun)) => Err(why(StatusCode::BAD_REQUEST, "late")),
        Ok(Err(Refusal::Declined)) => Err(why(StatusCode::FORBIDDEN, "declined")),
        Ok(Err(Refusal::Away(told))) => {
            tell(&format!("error: sign-in: the identity provider cannot be asked: {told}"));
            Err(why(StatusCode::SERVICE_UNAVAILABLE, "away"))
        }
        Ok(Err(Refusal::Wrong(told))) => {
            tell(&format!("error: sign-in: what the identity provider gave does not hold: {told}"));
            Err(why(StatusCode::FORBIDDEN, "wrong"))
        }
        Err(error) => Err(failed(page, &crate::answer::Failure::broken(&error))),
    }
}

/// Takes away what the browser kept while its person signed in.
pub fn used(mut response: Response) -> Response {
    let used = format!("{SIGNING_IN_COOKIE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax");
    if let Ok(used) = HeaderValue::from_str(&used) {
        response.headers_mut().append(SET_COOKIE, used);
    }
    response
}
