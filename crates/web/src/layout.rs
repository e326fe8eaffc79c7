//! The request of a page, and its addresses; `frame.rs` is what surrounds it.

mod frame;

use std::sync::Arc;

use axum::extract::{FromRequestParts, Query};
use axum::http::header::{ACCEPT_LANGUAGE, COOKIE, SET_COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri};
use axum::response::{Html, IntoResponse, Redirect, Response};
use facts::{Code, Profession};
use matter::access::Role;
use maud::Markup;
use serde::Deserialize;
use store::Which;

use crate::App;
use crate::access::hats;
use crate::acting::Band;
use crate::caller::{OPENING, Person};
use crate::desk::people;
use crate::figures::Figures;
use crate::models::Tour;
use crate::texts::Language;
use crate::{OWN_HOST, is_encrypted};

/// The request of a page: who asks, in which language, for which address.
pub struct Page {
    pub language: Language,
    pub role: Option<Role>,
    /// The person who has signed in.
    pub person: Option<Person>,
    /// The name of a resident who has signed in, where it is known.
    name: Option<String>,
    /// The one for whom they act now.
    acting: Option<Band>,
    /// They have the right to act for others.
    acts_for_others: bool,
    /// No place is shown: the one for whom they act is under a non-disclosure order.
    pub hides_places: bool,
    pub uri: Uri,
    /// They have several rights, and work in one of them.
    pub changes_hats: bool,
    pub demo: bool,
    /// Residents sign in here, by strong identification.
    residents_sign_in: bool,
    pub synthetic: bool,
    /// The figures published when the request came.
    pub figures: Arc<dyn Figures>,
    /// When it came, in microseconds since 1970.
    pub now: i64,
    /// Matters of any kind in the hands of the one who works here.
    held: Option<usize>,
    /// The language was chosen by the link, and is to be remembered.
    chosen: bool,
    /// The journey on which a visitor of a demonstration is.
    tour: Option<Tour>,
    /// That all of it is invented was read, and is not to be shown again.
    is_strip_closed: bool,
    /// The link closed it just now.
    closes_strip: bool,
}

/// Parameters that any address may have.
#[derive(Deserialize)]
struct Parameters {
    lang: Option<String>,
    notice: Option<String>,
}

impl FromRequestParts<Arc<App>> for Page {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Page, Response> {
        let parameters = Query::<Parameters>::try_from_uri(&parts.uri).ok();
        let chosen = parameters.as_ref().and_then(|query| Language::named(query.0.lang.as_deref()?));
        let closes_strip = parameters.is_some_and(|query| query.0.notice.as_deref() == Some("closed"));
        let remembered = cookie(&parts.headers, "lang").and_then(Language::named);
        let accepted = parts.headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or("");
        let person = app.signed_in(&parts.headers);
        let figures = app.figures();
        let works = person.as_ref().filter(|person| person.role != Role::Resident);
        let held =
            works.map(|person| app.kinds.store.kinds().iter().map(|kind| kind.count(Which::With(&person.id))).sum());
        Ok(Page {
            language: chosen.or(remembered).unwrap_or_else(|| Language::accepted(accepted)),
            role: person.as_ref().map(|person| person.role),
            name: person.as_ref().and_then(Person::own).and_then(|it| app.named(Some(it))),
            acting: person.as_ref().and_then(|person| Band::of(app, person)),
            acts_for_others: person.as_ref().is_some_and(|person| app.acts_for_others(person)),
            hides_places: person.as_ref().is_some_and(|person| app.hides_places(person)),
            changes_hats: hats::are_several(app, &parts.headers),
            person,
            uri: parts.uri.clone(),
            demo: app.demo,
            residents_sign_in: app.strong.is_some(),
            synthetic: figures.synthetic(),
            figures,
            now: app.kinds.store.now(),
            held,
            chosen: chosen.is_some(),
            tour: Tour::of(app, &parts.headers),
            is_strip_closed: closes_strip || cookie(&parts.headers, "notice") == Some("closed"),
            closes_strip,
        })
    }
}

/// The value of a cookie. Over an encrypted connection a cookie that opens something counts only as this host alone can
/// have set it.
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let is_own = OPENING.contains(&name) && is_encrypted(headers);
    let prefix = if is_own { OWN_HOST } else { "" };
    let all = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = all.flat_map(|line| line.split(';'));
    pairs.find_map(|pair| pair.trim().strip_prefix(prefix)?.strip_prefix(name)?.strip_prefix('='))
}

/// A path as an address on this very server: one slash begins it and none follows another, whatever was asked for.
fn own_path(path: &str) -> String {
    let parts: Vec<&str> = path.split(['/', '\\']).filter(|part| !part.is_empty()).collect();
    format!("/{}", parts.join("/"))
}

/// An address within this server to go on to, such as a form or a link names it; none: it could lead elsewhere.
pub fn onward(given: &str) -> Option<String> {
    let is_plain = given.bytes().all(|byte| (b'!'..=b'~').contains(&byte) && byte != b'\\');
    let uri: Uri = given.parse().ok().filter(|_| is_plain && given.starts_with('/'))?;
    let is_own = uri.host().is_none() && own_path(uri.path()) == uri.path() && uri.path() != "/sign-in";
    is_own.then(|| given.to_string())
}

impl Page {
    pub fn text(&self, key: &str) -> String {
        self.language.text(key)
    }

    /// The same address with some parameters changed; an empty value takes one away.
    pub fn link(&self, changes: &[(&str, &str)]) -> String {
        link_to(&own_path(self.uri.path()), &self.uri, changes)
    }

    /// The address that is meant where this one is written with a slash too many or in capitals; none: it is another.
    pub fn meant(&self) -> Option<String> {
        let meant = own_path(self.uri.path()).to_ascii_lowercase();
        (meant != self.uri.path()).then(|| link_to(&meant, &self.uri, &[]))
    }

    /// Where one signs in to come back here.
    pub fn sign_in_link(&self) -> String {
        let here = self.link(&[("lang", "")]);
        // Elsewhere is nowhere to come back to: each role has a first page of its own.
        let is_somewhere = ["/desk", "/steer", "/contact/thread", "/matters", "/book", "/video"]
            .iter()
            .any(|path| here.starts_with(path));
        if is_somewhere { format!("/sign-in?to={}", escape(&here)) } else { "/sign-in".into() }
    }

    /// Asks to sign in, and then to come back here.
    pub fn to_sign_in(&self) -> Response {
        Redirect::to(&self.sign_in_link()).into_response()
    }

    /// Another address that keeps the filters of this one.
    pub fn link_to(&self, path: &str, changes: &[(&str, &str)]) -> String {
        link_to(path, &self.uri, changes)
    }

    /// A whole page. `title` is also its heading in the browser, which says so where a form has to be mended.
    pub fn render(&self, status: StatusCode, title: &str, content: &Markup) -> Response {
        self.rendered(status, title, content, None)
    }

    /// The same for a page whose form keeps what stands in it when the language is changed: the languages send the form
    /// of that id, with `show`, and it is shown again.
    pub fn render_form(&self, form: &str, status: StatusCode, title: &str, content: &Markup) -> Response {
        self.rendered(status, title, content, Some(form))
    }

    fn rendered(&self, status: StatusCode, title: &str, content: &Markup, form: Option<&str>) -> Response {
        let title = match status {
            StatusCode::UNPROCESSABLE_ENTITY | StatusCode::PAYLOAD_TOO_LARGE => {
                self.language.text_with("wrong-page", &[("title", title)])
            }
            _ => title.into(),
        };
        let mut response = (status, Html(self.frame(&title, content, form).into_string())).into_response();
        let lang = format!("lang={}; Path=/; Max-Age=31536000; SameSite=Lax", self.language.code());
        let cookies = [(self.chosen, lang.as_str()), (self.closes_strip, "notice=closed; Path=/; SameSite=Lax")];
        for (_, cookie) in cookies.iter().filter(|(is_set, _)| *is_set) {
            if let Ok(value) = HeaderValue::from_str(cookie) {
                response.headers_mut().append(SET_COOKIE, value);
            }
        }
        response
    }

    /// Whether somebody who works here looks at the page: they have the denser one.
    pub fn is_of_staff(&self) -> bool {
        self.role.is_some_and(|role| role != Role::Resident)
    }

    /// The key of the text for signing in: on a county's own server it is for those who work there.
    pub fn sign_in_text(&self) -> &'static str {
        if self.demo || self.residents_sign_in { "sign-in" } else { "sign-in-staff" }
    }

    /// Whether a visitor who has not signed in can prove who they are.
    pub fn may_identify(&self) -> bool {
        self.person.is_none() && (self.demo || self.residents_sign_in)
    }

    /// The one who has signed in, as the head of the page has it: a resident by name, a professional by profession, others
    /// by their role.
    fn known_as(&self, role: Role) -> String {
        if let Some(name) = &self.name {
            return name.clone();
        }
        let person = self.person.as_ref().filter(|_| role == Role::Professional);
        match person.and_then(|person| people::profession(&*self.figures, &person.id)) {
            Some(profession) => people::capital(&self.language.code_name(Profession::LIST, profession.code())),
            None => self.text(&format!("role-{}", role.code())),
        }
    }
}

fn link_to(path: &str, uri: &Uri, changes: &[(&str, &str)]) -> String {
    let query = Query::<Vec<(String, String)>>::try_from_uri(uri).map(|query| query.0).unwrap_or_default();
    let kept = query.into_iter().filter(|(name, _)| changes.iter().all(|(changed, _)| changed != name));
    let added = changes.iter().filter(|(_, value)| !value.is_empty());
    let all = kept.chain(added.map(|(name, value)| ((*name).to_string(), (*value).to_string())));
    let pairs: Vec<String> = all.map(|(name, value)| format!("{}={}", escape(&name), escape(&value))).collect();
    if pairs.is_empty() { path.into() } else { format!("{path}?{}", pairs.join("&")) }
}

/// Percent-encodes what may not stand in a parameter or in a part of a path.
pub fn escape(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes().fold(String::new(), |mut out, byte| {
        if plain(byte) {
            out.push(char::from(byte));
        } else {
            use std::fmt::Write;
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}
