//! The frame of every page, and the request that asks for it.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Query};
use axum::http::header::{ACCEPT_LANGUAGE, COOKIE, SET_COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri};
use axum::response::{Html, IntoResponse, Redirect, Response};
use facts::{Code, Profession};
use matter::access::Role;
use maud::{DOCTYPE, Markup, html};
use serde::Deserialize;

use crate::App;
use crate::access::hats;
use crate::assets;
use crate::caller::{OPENING, Person};
use crate::desk::people;
use crate::feature::{door_of, doors};
use crate::figures::Figures;
use crate::models::{Tour, strip};
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
    pub uri: Uri,
    /// They have several rights, and work in one of them.
    pub changes_hats: bool,
    pub demo: bool,
    pub synthetic: bool,
    /// The figures published when the request came.
    pub figures: Arc<dyn Figures>,
    /// The language was chosen by the link, and is to be remembered.
    chosen: bool,
    /// The journey on which a visitor of a demonstration is.
    tour: Option<Tour>,
}

#[derive(Deserialize)]
struct LanguageParameter {
    lang: Option<String>,
}

impl FromRequestParts<Arc<App>> for Page {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Page, Response> {
        let parameter = Query::<LanguageParameter>::try_from_uri(&parts.uri).ok();
        let chosen = parameter.and_then(|query| Language::named(query.0.lang.as_deref()?));
        let remembered = cookie(&parts.headers, "lang").and_then(Language::named);
        let accepted = parts.headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or("");
        let person = app.signed_in(&parts.headers);
        let figures = app.figures();
        Ok(Page {
            language: chosen.or(remembered).unwrap_or_else(|| Language::accepted(accepted)),
            role: person.as_ref().map(|person| person.role),
            name: person.as_ref().and_then(Person::subject).and_then(|it| app.named(Some(it))),
            changes_hats: hats::are_several(app, &parts.headers),
            person,
            uri: parts.uri.clone(),
            demo: app.demo,
            synthetic: figures.synthetic(),
            figures,
            chosen: chosen.is_some(),
            tour: Tour::of(app, &parts.headers),
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
        let is_somewhere =
            ["/desk", "/steer", "/contact/thread", "/matters", "/book"].iter().any(|path| here.starts_with(path));
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
        if self.chosen {
            let cookie = format!("lang={}; Path=/; Max-Age=31536000; SameSite=Lax", self.language.code());
            if let Ok(value) = HeaderValue::from_str(&cookie) {
                response.headers_mut().insert(SET_COOKIE, value);
            }
        }
        response
    }

    fn frame(&self, title: &str, content: &Markup, form: Option<&str>) -> Markup {
        html! {
            (DOCTYPE)
            html lang=(self.language.code()) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="theme-color" content="#003479";
                    title { (title) " – Luotsi" }
                    link rel="stylesheet" href=(assets::style());
                    link rel="icon" type="image/svg+xml" href="/assets/luotsi.svg";
                }
                body {
                    a.govuk-skip-link href="#content" { (self.text("skip")) }
                    // The enter key presses the first button of a form in the order of the page: this one, and no language.
                    @if let Some(form) = form { button type="submit" form=(form) hidden {} }
                    (self.masthead(form))
                    @if self.synthetic {
                        aside.notice aria-label=(self.text("notice-label")) {
                            div.page { p { (self.text("notice-synthetic")) } }
                        }
                    }
                    @if let Some(tour) = &self.tour { (strip(self, tour)) }
                    main #content tabindex="-1" { div.page.content { (content) } }
                    footer.footer { div.page { p { (self.text("footer")) } } }
                    @for script in assets::scripts() { script src=(script) defer {} }
                }
            }
        }
    }

    /// The key of the text for signing in: on a county's own server it is for those who work there.
    pub fn sign_in_text(&self) -> &'static str {
        if self.demo { "sign-in" } else { "sign-in-staff" }
    }

    /// Whether a door is shown to whom looks at the page.
    pub fn shows(&self, path: &str) -> bool {
        doors(self.role).any(|door| door.path == path)
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

    fn masthead(&self, form: Option<&str>) -> Markup {
        html! {
            header {
                div.masthead {
                    div.page.masthead__row {
                        a.masthead__name href="/" { (lighthouse()) "Luotsi" }
                        nav aria-label=(self.text("languages")) {
                            ul.masthead__languages {
                                @for language in Language::ALL {
                                    li { (self.language_link(language, form)) }
                                }
                            }
                        }
                        @match self.role {
                            Some(role) => {
                                @if self.changes_hats {
                                    a.masthead__link href=(hats::PATH) { (self.text("hats-change")) }
                                }
                                form.masthead__role method="post" action="/sign-out" {
                                    span { (self.known_as(role)) }
                                    button.masthead__out type="submit" { (self.text("sign-out")) }
                                }
                            }
                            None => { a.masthead__link href=(self.sign_in_link()) { (self.text(self.sign_in_text())) } }
                        }
                    }
                }
                nav.sections aria-label=(self.text("sections")) {
                    div.page {
                        ul.sections__list {
                            @let here = door_of(self.uri.path()).map(|door| door.path);
                            @for door in doors(self.role) {
                                @let current = (here == Some(door.path)).then_some("page");
                                li {
                                    a.sections__link href=(door.path) aria-current=[current] { (self.text(door.name)) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

impl Page {
    /// The way to the same page in another language.
    fn language_link(&self, language: Language, form: Option<&str>) -> Markup {
        let (code, address) = (language.code(), self.link(&[("lang", language.code())]));
        let current = (language == self.language).then_some("true");
        html! {
            @match form {
                Some(form) => {
                    button.masthead__link type="submit" form=(form) formaction=(address) name="show" value=(code)
                        lang=(code) aria-current=[current] { (language.name()) }
                }
                None => {
                    a.masthead__link href=(address) lang=(code) hreflang=(code) aria-current=[current] { (language.name()) }
                }
            }
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

/// The mark beside the name: a lighthouse.
fn lighthouse() -> Markup {
    html! {
        svg width="26" height="30" viewBox="0 0 26 30" aria-hidden="true" focusable="false" {
            path d="M13 1 L17 5 H9 Z" fill="#fff" {}
            rect x="9.5" y="5" width="7" height="5" fill="#ffdd55" {}
            path d="M9 11 H17 L19 29 H7 Z" fill="#fff" {}
            path d="M8.4 16 H17.6 L18.2 21 H7.8 Z" fill="#7fb2e5" {}
            path d="M0 6 L8 7.5 L0 9 Z M26 6 L18 7.5 L26 9 Z" fill="#ffdd55" {}
        }
    }
}
