//! A feature of the pages, as the frame sees it: its routes, its doors, and its kinds of matter in the lists of all kinds.
//!
//! The frame knows no feature by name but in [`FEATURES`]: a new one is a folder and a line there.

use std::sync::Arc;

use axum::Router;
use axum::handler::Handler;
use axum::http::Method;
use axum::routing::{self, MethodRouter};
use matter::access::Role;

use crate::App;
use crate::listing::Listing;
use crate::matters::Owned;
use crate::texts::Texts;

/// The things that a feature adds.
pub struct Feature {
    pub pages: fn() -> Vec<Route>,
    /// Pages to which files are brought: too large to be taken in whole before it is known who brings them.
    pub files: fn() -> Vec<Route>,
    /// Under `/api`, for programs.
    pub programs: fn() -> Vec<Route>,
    /// Each of them is a file in `locales/LANG/`.
    pub texts: &'static [Texts],
    pub doors: &'static [Door],
    /// Its kinds in the lists of professionals.
    pub listings: &'static [Listing],
    /// Its kinds among a person's own matters.
    pub owned: &'static [Owned],
}

impl Feature {
    /// A feature that adds nothing.
    pub const NOTHING: Feature = Feature {
        pages: Vec::new,
        files: Vec::new,
        programs: Vec::new,
        texts: &[],
        doors: &[],
        listings: &[],
        owned: &[],
    };
}

/// All features; their doors stand in this order.
pub static FEATURES: &[&Feature] = &[
    &crate::home::FEATURE,
    &crate::access::FEATURE,
    &crate::contact::FEATURE,
    &crate::files::FEATURE,
    &crate::matters::FEATURE,
    &crate::me::FEATURE,
    &crate::acting::FEATURE,
    &crate::desk::FEATURE,
    &crate::queues::FEATURE,
    &crate::tasks::FEATURE,
    &crate::needs::FEATURE,
    &crate::consultations::FEATURE,
    &crate::disclosures::FEATURE,
    &crate::notices::FEATURE,
    &crate::bookings::FEATURE,
    &crate::steer::FEATURE,
    &crate::models::FEATURE,
    &crate::admin::FEATURE,
    &crate::hooks::FEATURE,
    &crate::api::FEATURE,
];

/// One way of asking for an address.
pub struct Route {
    pub method: Method,
    pub path: &'static str,
    answer: MethodRouter<Arc<App>>,
}

pub fn get<H: Handler<T, Arc<App>>, T: 'static>(path: &'static str, handler: H) -> Route {
    Route { method: Method::GET, path, answer: routing::get(handler) }
}

pub fn post<H: Handler<T, Arc<App>>, T: 'static>(path: &'static str, handler: H) -> Route {
    Route { method: Method::POST, path, answer: routing::post(handler) }
}

pub fn put<H: Handler<T, Arc<App>>, T: 'static>(path: &'static str, handler: H) -> Route {
    Route { method: Method::PUT, path, answer: routing::put(handler) }
}

/// The routes of all features, of one sort.
pub fn router(of: impl Fn(&Feature) -> Vec<Route>) -> Router<Arc<App>> {
    let routes = FEATURES.iter().copied().flat_map(of);
    routes.fold(Router::new(), |router, it| router.route(it.path, it.answer))
}

/// Every address that a feature answers, and how it is asked for.
pub fn routes() -> Vec<(Method, String)> {
    let pages = FEATURES.iter().flat_map(|it| [(it.pages)(), (it.files)()]).flatten();
    let programs = FEATURES.iter().flat_map(|it| (it.programs)());
    let pages = pages.map(|it| (it.method, it.path.to_string()));
    pages.chain(programs.map(|it| (it.method, format!("/api{}", it.path)))).collect()
}

/// The way to a feature from every page.
pub struct Door {
    pub path: &'static str,
    /// Key of its name.
    pub name: &'static str,
    /// The access roles that are shown it; none: a visitor who has not signed in. Nobody is shown a door that stays closed
    /// to them, nor the residents' when they work here.
    pub opens_to: fn(Option<Role>) -> bool,
    /// Beginnings of other addresses to which it leads.
    pub leads_to: &'static [&'static str],
}

impl Door {
    /// How much of an address lies behind it; none: nothing does.
    fn holds(&self, path: &str) -> Option<usize> {
        let beginnings = [self.path].into_iter().chain(self.leads_to.iter().copied());
        let begins = |it: &&str| path.strip_prefix(*it).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        beginnings.filter(begins).map(str::len).max()
    }
}

/// The doors that open to somebody.
pub fn doors(role: Option<Role>) -> impl Iterator<Item = &'static Door> {
    FEATURES.iter().flat_map(|it| it.doors).filter(move |it| (it.opens_to)(role))
}

/// The door behind which an address lies most narrowly.
pub fn door_of(path: &str) -> Option<&'static Door> {
    let all = FEATURES.iter().flat_map(|it| it.doors);
    all.filter_map(|it| it.holds(path).map(|held| (held, it))).max_by_key(|(held, _)| *held).map(|(_, it)| it)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_lies_behind_the_narrowest_door() {
        let cases = [
            ("/", Some("/")),
            ("/desk", Some("/desk")),
            ("/desk/contacts/x", Some("/desk")),
            ("/desk/calendar", Some("/desk/calendar")),
            ("/desk/days/x", Some("/desk/calendar")),
            ("/desk/calendars", Some("/desk")),
            ("/book/nurse", Some("/matters")),
            ("/matters/x", Some("/matters")),
            ("/sign-in", None),
        ];
        for (path, door) in cases {
            assert_eq!(door_of(path).map(|it| it.path), door, "{path}");
        }
    }

    #[test]
    fn no_two_routes_are_one() {
        let mut all: Vec<String> = routes().iter().map(|(method, path)| format!("{method} {path}")).collect();
        let count = all.len();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), count);
    }
}
