//! Forms of residents in a browser: nothing typed is lost, nothing is sent for whom it was not meant, and what has to be
//! mended is said where the reader begins.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use http_body_util::BodyExt;
use serde_json::json;
use tower::ServiceExt;
use web::{App, router};

use crate::contacts::{app, call};
use crate::on_its_own;
use crate::pages::signed_in;

/// A browser: keeps cookies, follows no redirect by itself.
struct Browser {
    app: Arc<App>,
    cookies: BTreeMap<String, String>,
}

/// The answer: status, where to go on, and the page.
struct Answer {
    status: StatusCode,
    to: String,
    page: String,
    clears: String,
}

impl Browser {
    async fn new() -> Browser {
        Browser { app: app().await, cookies: BTreeMap::new() }
    }

    async fn ask(&mut self, request: axum::http::request::Builder, body: String) -> Answer {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = request.header(header::COOKIE, cookies.join("; ")).body(Body::from(body)).expect("a request");
        let response = router(Arc::clone(&self.app)).oneshot(request).await.expect("an answer");
        for set in response.headers().get_all(header::SET_COOKIE) {
            let set = set.to_str().expect("text");
            let (name, value) = set.split(';').next().and_then(|pair| pair.split_once('=')).expect("a cookie");
            if set.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.into(), value.into());
            }
        }
        let head = |name| response.headers().get(name).and_then(|it| it.to_str().ok()).unwrap_or_default().to_string();
        let (status, to, clears) = (response.status(), head("location"), head("clear-site-data"));
        let page = response.into_body().collect().await.expect("a body").to_bytes();
        Answer { status, to, page: String::from_utf8_lossy(&page).into_owned(), clears }
    }

    async fn get(&mut self, path: &str) -> Answer {
        self.ask(Request::get(path), String::new()).await
    }

    async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        let request = Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.ask(request, body.join("&")).await
    }

    /// Writes a message as the form has it; the address of its thread.
    async fn write(&mut self, text: &str) -> String {
        let form = self.get("/contact/new?lang=en").await.page;
        let hidden = |name: &str| value_of(&form, name);
        let fields = [
            ("client_id", hidden("client_id")),
            ("shown_to", hidden("shown_to")),
            ("service", "families".into()),
            ("text", text.into()),
        ];
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let sent = self.post("/contact", &fields).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.page);
        sent.to
    }
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// The value of a hidden field.
fn value_of(page: &str, name: &str) -> String {
    let after = page.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap_or_default();
    after.split('"').next().unwrap_or_default().into()
}

/// A form, what is sent with it, and the fields that are wrong.
struct Case<'a> {
    path: &'a str,
    fields: Vec<(&'static str, &'static str)>,
    wrong: Vec<&'static str>,
}

/// Texts that show nothing: invisible signs, spaces and blanks that are letters.
const UNSEEN: [&str; 12] = [
    "",
    " \n\t ",
    "\u{200b}",
    "\u{3164}",
    "\u{2800}",
    "\u{ad}",
    "\u{200f}\u{200e}",
    "\u{2060}",
    "\u{feff}",
    "\u{1}",
    "\u{fe0f}",
    "\u{a0}\u{e0020}\u{115f}",
];

#[test]
fn every_form_says_what_has_to_be_mended_where_the_reader_begins_and_keeps_what_was_typed() {
    on_its_own(async {
        let mut browser = Browser::new().await;
        let thread = browser.write("Selkä kipeä").await;
        let case = |path, fields: &[(&'static str, &'static str)], wrong: &[&'static str]| Case {
            path,
            fields: fields.to_vec(),
            wrong: wrong.to_vec(),
        };
        let long: &'static str = Box::leak("å".repeat(10_001).into_boxed_str());
        let cases = [
            case("/contact", &[("client_id", "f1"), ("text", "")], &["text", "service-0"]),
            case("/contact", &[("client_id", "f2"), ("text", "Kysyn näin")], &["service-0"]),
            case("/contact", &[("client_id", "f3"), ("service", "nowhere"), ("text", "Kysyn")], &["service-0"]),
            case("/contact", &[("client_id", "f4"), ("service", "families"), ("text", long)], &["text"]),
            case(&thread, &[("client_id", "f5"), ("text", long)], &["text"]),
            case(&thread, &[("client_id", "f6"), ("text", " ")], &["text"]),
            case("/contact/return", &[("code", "0000-1111")], &["code"]),
        ];
        for language in ["fi", "sv", "en"] {
            for Case { path, fields, wrong } in &cases {
                let sign = if path.contains('?') { '&' } else { '?' };
                let answer = browser.post(&format!("{path}{sign}lang={language}"), fields).await;
                let page = &answer.page;
                assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{path} {fields:?}");
                let prefix =
                    [("fi", "Virhe: "), ("sv", "Fel: "), ("en", "Error: ")].into_iter().find(|it| it.0 == language);
                let (_, prefix) = prefix.expect("a language");
                assert!(page.contains(&format!("<title>{prefix}")), "{path}: the title says it first");
                assert!(page.contains("id=\"wrong\" tabindex=\"-1\" autofocus"), "{path}: the summary has the focus");
                for field in wrong {
                    assert!(page.contains(&format!("href=\"#{field}\"")), "{path}: the summary leads to {field}");
                    assert!(page.contains(&format!("id=\"{field}\"")), "{path}: {field} is there");
                }
                assert!(!page.contains("maxlength"), "{path}: no text is cut");
                for (_, typed) in fields.iter().filter(|(name, _)| ["text", "code"].contains(name)) {
                    assert!(page.contains(typed.trim()), "{path}: what was typed stands there again");
                }
            }
        }
    });
}

#[test]
fn a_message_of_signs_that_nobody_sees_is_none_wherever_it_is_written() {
    on_its_own(async {
        let mut browser = Browser::new().await;
        let thread = browser.write("Selkä kipeä").await;
        let code = browser.cookies["contact"].clone();
        let contact = thread.split("id=").nth(1).expect("an id").to_string();
        for (number, text) in UNSEEN.iter().enumerate() {
            let id = format!("u{number}");
            let fields = [("client_id", id.as_str()), ("service", "families"), ("text", *text)];
            assert_eq!(browser.post("/contact", &fields).await.status, StatusCode::UNPROCESSABLE_ENTITY, "{text:?}");
            assert_eq!(browser.post(&thread, &fields).await.status, StatusCode::UNPROCESSABLE_ENTITY, "{text:?}");
            let path = format!("/api/conversations/{contact}/messages/{id}");
            let sent = call(&browser.app, Method::PUT, &path, &code, Some(json!({ "text": text }))).await;
            assert_eq!(sent.0, StatusCode::UNPROCESSABLE_ENTITY, "{text:?}: {}", sent.1);
        }
        let seen = browser.post(&thread, &[("client_id", "seen"), ("text", "\u{200f}كيف\u{200f}")]).await;
        assert_eq!(seen.status, StatusCode::SEE_OTHER);
    });
}

#[test]
fn a_browser_holds_several_matters_and_leaves_one_without_the_others() {
    on_its_own(async {
        let mut browser = Browser::new().await;
        let first = browser.write("Ensimmäinen asia").await;
        let second = browser.write("Toinen asia").await;
        assert_ne!(first, second);
        for (path, text) in [(&first, "Ensimmäinen asia"), (&second, "Toinen asia")] {
            let thread = browser.get(path).await;
            assert!(thread.status == StatusCode::OK && thread.page.contains(text), "{path}: {}", thread.status);
        }
        let form = browser.get("/contact/new").await.page;
        assert!(form.contains(&first) && form.contains(&second), "both are found again from the form");
        // A form of the first goes to the first, although the second was opened since.
        let sent = browser.post(&first, &[("client_id", "more"), ("text", "Lisää ensimmäiseen")]).await;
        assert_eq!((sent.status, sent.to.as_str()), (StatusCode::SEE_OTHER, first.as_str()));
        assert!(browser.get(&first).await.page.contains("Lisää ensimmäiseen"));
        assert!(!browser.get(&second).await.page.contains("Lisää ensimmäiseen"));

        let id = second.split("id=").nth(1).expect("an id").to_string();
        let asked = browser.get(&format!("/contact/leave?lang=en&id={id}")).await;
        assert!(asked.page.contains("Have you kept the code?"), "{}", asked.page);
        let left = browser.post("/contact/leave", &[("id", &id)]).await;
        assert!(left.status == StatusCode::SEE_OTHER && !left.clears.contains("storage"), "{}", left.clears);
        assert!(browser.get(&left.to).await.page.contains("closed on this device"));
        assert_eq!(browser.get(&second).await.status, StatusCode::SEE_OTHER, "it asks for the code");
        assert_eq!(browser.get(&first).await.status, StatusCode::OK);
        let id = first.split("id=").nth(1).expect("an id").to_string();
        let left = browser.post("/contact/leave", &[("id", &id)]).await;
        assert!(left.clears.contains("storage"), "the last one leaves nothing typed: {}", left.clears);
        assert!(!browser.cookies.contains_key("contact"));
    });
}

#[test]
fn the_oldest_of_many_matters_gives_way_and_its_code_goes_on_opening_it() {
    on_its_own(async {
        let mut browser = Browser::new().await;
        let first = browser.write("Ensimmäinen").await;
        let code = browser.cookies["contact"].clone();
        for number in 0..8 {
            browser.write(&format!("Asia {number}")).await;
        }
        assert_eq!(browser.cookies["contact"].split('.').count(), 8);
        assert_eq!(browser.get(&first).await.status, StatusCode::SEE_OTHER);
        let opened = browser.post("/contact/return", &[("code", &code.to_lowercase())]).await;
        assert_eq!(opened.to, first);
        assert_eq!(browser.get(&first).await.status, StatusCode::OK);
    });
}

#[test]
fn a_message_is_sent_for_whom_its_form_was_shown() {
    on_its_own(async {
        let mut browser = Browser::new().await;
        let form = browser.get("/contact/new").await.page;
        let (client_id, shown_to) = (value_of(&form, "client_id"), value_of(&form, "shown_to"));
        assert_eq!(shown_to, "anonymous");
        let session = signed_in(&browser.app, "resident").await;
        let (name, value) = session.split_once('=').expect("a cookie");
        browser.cookies.insert(name.into(), value.into());
        let fields =
            [("client_id", client_id.as_str()), ("shown_to", &shown_to), ("service", "families"), ("text", "Salassa")];
        let asked = browser.post("/contact?lang=en", &fields).await;
        assert!(asked.status == StatusCode::UNPROCESSABLE_ENTITY && asked.page.contains("Salassa"), "{}", asked.status);
        assert!(asked.page.contains("under your name"));
        // As the form now says it, it is sent.
        let again = value_of(&asked.page, "shown_to");
        let fields =
            [("client_id", client_id.as_str()), ("shown_to", &again), ("service", "families"), ("text", "Salassa")];
        assert_eq!(browser.post("/contact", &fields).await.status, StatusCode::SEE_OTHER);
        // And the other way round: signed out, nothing goes out without a name that was promised to bear one.
        browser.cookies.clear();
        let asked = browser.post("/contact?lang=en", &fields).await;
        assert!(asked.status == StatusCode::UNPROCESSABLE_ENTITY && asked.page.contains("without your name"));
    });
}

#[test]
fn changing_the_language_keeps_what_is_typed() {
    on_its_own(async {
        let mut browser = Browser::new().await;
        let thread = browser.write("Selkä kipeä").await;
        for (path, language, title) in [
            ("/contact/new", "sv", "Ta kontakt"),
            (thread.as_str(), "sv", "Meddelanden"),
            ("/contact/new", "en", "Get in touch"),
        ] {
            let shown = browser.get(path).await.page;
            let sign = if path.contains('?') { "&amp;" } else { "?" };
            assert!(
                shown.contains(&format!("formaction=\"{path}{sign}lang={language}\"")),
                "{path}: the languages send the form"
            );
            let address = format!("{path}{}lang={language}", if path.contains('?') { '&' } else { '?' });
            let fields =
                [("client_id", "kept-1"), ("show", language), ("service", "families"), ("text", "Puoliksi kirjoi")];
            let answer = browser.post(&address, &fields).await;
            assert_eq!(answer.status, StatusCode::OK);
            assert!(answer.page.contains("Puoliksi kirjoi") && answer.page.contains(title), "{path}");
            assert_eq!(value_of(&answer.page, "client_id"), "kept-1", "sent now it is the same message");
            if path == "/contact/new" {
                let families = answer.page.split("value=\"families\"").nth(1).unwrap_or_default();
                assert!(families.trim_start().starts_with("checked"), "the choice is kept");
            }
        }
        let (_, form) = (0, browser.get("/contact/new").await.page);
        let contacts = form.matches("/contact/thread?id=").count();
        assert_eq!(contacts, 1, "nothing was sent");
    });
}
