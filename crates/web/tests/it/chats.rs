//! Chats and calls on pages: from the start to the rating, by both sides, with and without a script.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::http::{Method, StatusCode};
use content::{Found, Library};
use identity::Accounts;
use jiff::civil::date;
use kinds::Kinds;
use kinds::content::FOLDERS;
use matter::access::Role;
use serde_json::{Value, json};
use web::{App, Service, Strangers};

use crate::contacts::{Events, call, opening, token};
use crate::desk::post;
use crate::pages::{fixture, get, signed_in};
use crate::{NOW, TOKEN_KEY, app_serving, log, on_its_own};

/// Chats until 16 o'clock; two at a time.
const QUEUE: &str = r#"
id = "clinic"
version = 1
name = { fi = "Neuvola", sv = "Rådgivning", en = "Clinic" }
register = "health"
professions = ["nurse"]
units = ["small"]
[chat]
from = "08:00"
to = "16:00"
most = 2
"#;
const GREETING: &str = r#"
id = "chat-greeting"
version = 1
name = { fi = "Tervehdys", sv = "Hälsning", en = "Greeting" }
[[phrase]]
id = "welcome"
title = { fi = "Hei", sv = "Hej", en = "Hello" }
text = { fi = "Hei, tervetuloa.", sv = "Hej och välkommen.", en = "Hello and welcome." }
"#;
const EVENING: i64 = NOW + 6 * 3_600_000_000;

/// Pages over a queue that chats, at an instant.
async fn app_at(now: i64) -> Arc<App> {
    app_in(now, Strangers::default(), None).await
}

/// The same with limits for strangers, and a folder for what is kept beside the log.
pub async fn app_in(now: i64, strangers: Strangers, data: Option<PathBuf>) -> Arc<App> {
    let kinds = Kinds::open_beside(log(), move || now, None, |_| ()).await.expect("kinds");
    let followed = kinds.store.clone();
    tokio::spawn(async move { followed.follow().await });
    let service = |id: &str, queue: Option<&str>, name: &str| Service {
        id: id.into(),
        unit: "small".into(),
        queue: queue.map(Into::into),
        names: [name; 3].map(Into::into),
    };
    let services = vec![service("outpatient", Some("clinic"), "Health"), service("families", None, "Families")];
    let accounts = Arc::new(Accounts::open(None, TOKEN_KEY).expect("accounts"));
    let (app, ..) =
        app_serving(kinds, (fixture(0.5, true), false), (strangers, true), (accounts, None), services, data);
    let found = [
        Found::shipped("content/queues/clinic.toml", QUEUE),
        Found::shipped("content/canned/chat-greeting.toml", GREETING),
    ];
    let library = Library::read(FOLDERS, &found, &|_, _| true);
    assert!(library.faults.is_empty(), "{:?}", library.faults);
    app.take_content(&library, date(2026, 1, 7));
    app
}

pub struct Chat {
    pub id: String,
    pub code: String,
}

impl Chat {
    /// Opened by the form, by somebody without a name.
    pub async fn opened(app: &Arc<App>, name: &str, text: &str) -> Chat {
        let form = format!("client_id={name}&shown_to=anonymous&way=chat&service=outpatient&text={text}");
        let (status, to, page) = post(app, "", "/contact?lang=en", &form).await;
        assert_eq!(status, 303, "{page}");
        let id = to.split("id=").nth(1).expect("an id").to_string();
        // The same again gives the same, and its code.
        let mut body = opening(name, text);
        body["channel"] = "chat".into();
        body["language"] = "en".into();
        let (status, body) = call(app, Method::POST, "/api/contacts", "", Some(body)).await;
        assert_eq!((status, body["contact"].as_str()), (StatusCode::OK, Some(&*id)), "{body}");
        Chat { id, code: body["resume_code"].as_str().expect("a code").into() }
    }

    pub async fn page(&self, app: &Arc<App>) -> String {
        let (status, page) = get(app, &format!("/contact/thread?id={}&lang=en", self.id), &self.cookie()).await;
        assert_eq!(status, StatusCode::OK, "{page}");
        page
    }

    pub fn cookie(&self) -> String {
        format!("contact={}", self.code)
    }

    pub async fn act(&self, app: &Arc<App>, act: &str) -> u16 {
        post(app, &self.cookie(), "/contact/chat?lang=en", &format!("id={}&{act}", self.id)).await.0
    }

    pub async fn at_desk(&self, app: &Arc<App>, cookie: &str, act: &str, form: &str) -> (u16, String) {
        let path = format!("/desk/contacts/{}/{act}?lang=en", self.id);
        let (status, _, page) = post(app, cookie, &path, &format!("seen=99&{form}")).await;
        (status, page)
    }
}

pub fn has(page: &str, texts: &[&str]) {
    for text in texts {
        let main = page.split("<main").nth(1).unwrap_or(page);
        assert!(page.contains(text), "{text}: {main}");
    }
}

#[test]
fn a_chat_goes_from_its_place_in_the_queue_to_its_rating() {
    on_its_own(async {
        let app = app_at(NOW).await;
        let (_, start) = get(&app, "/contact?topic=illness&lang=en", "").await;
        has(&start, &["way=chat&amp;service=outpatient", "Chat now", "open until 16.00", "no name needed"]);
        let first = Chat::opened(&app, "c-00000000000000000001", "Rash").await;
        let second = Chat::opened(&app, "c-00000000000000000002", "Cough").await;
        // Of one instant, they stand in the order of their names.
        let (first, second) = if first.id < second.id { (first, second) } else { (second, first) };
        let page = first.page(&app).await;
        has(
            &page,
            &[
                "You are next in the queue",
                "Hello and welcome.",
                "Automatic message",
                "cannot be estimated yet",
                "Leave the chat",
            ],
        );
        has(&second.page(&app).await, &["Before you in the queue: 1."]);
        let nurse = signed_in(&app, "nurse").await;
        let (_, list) = get(&app, "/desk?unit=small&lang=en", &nurse).await;
        has(&list, &["In a chat now"]);
        assert_eq!(first.at_desk(&app, &nurse, "claim", "").await.0, 303);
        has(&second.page(&app).await, &["You are next in the queue"]);
        let (_, body) = call(&app, Method::GET, &format!("/api/contacts/{}", first.id), &first.code, None).await;
        assert_eq!(body["state"], "owned", "a greeting answers nobody, and a claim does not either");
        assert_eq!(first.at_desk(&app, &nurse, "reply", "text=How+long").await.0, 303);
        let page = first.page(&app).await;
        has(&page, &["How long", "End the chat"]);
        assert!(!page.contains("I want the answer as a message") && !page.contains("How was the chat?"), "{page}");
        assert_eq!(first.act(&app, "act=leave").await, 303);
        has(&first.page(&app).await, &["How was the chat?", "You left the chat"]);
        assert_eq!(first.act(&app, "act=rate&rating=9").await, 409);
        assert_eq!(first.act(&app, "act=rate&rating=4").await, 303);
        has(&first.page(&app).await, &["You gave the rating 4."]);
        assert_eq!(first.act(&app, "act=rate&rating=1").await, 409, "one rating for one conversation");
        let (_, page) = get(&app, &format!("/desk/contacts/{}?lang=en", first.id), &nurse).await;
        has(&page, &["The client left the chat"]);
        assert!(!page.contains("rating"), "the one who had it does not see it: {page}");
        // The second is left before an answer.
        assert_eq!(second.act(&app, "act=leave").await, 303);
        assert_eq!(second.act(&app, "act=leave").await, 303, "pressed twice");
        has(&second.page(&app).await, &["You left the chat before an answer"]);
        let (_, done) = get(&app, "/desk?unit=small&view=done&lang=en", &nurse).await;
        has(&done, &["abandoned"]);
    });
}

#[test]
fn one_has_as_many_chats_as_the_queue_says_and_the_next_goes_to_somebody_else() {
    on_its_own(async {
        let app = app_at(NOW).await;
        let mut chats = Vec::new();
        for number in 1..=3 {
            chats.push(Chat::opened(&app, &format!("c-0000000000000000000{number}"), "Hei").await);
        }
        let nurse = signed_in(&app, "nurse").await;
        for chat in &chats[..2] {
            assert_eq!(chat.at_desk(&app, &nurse, "claim", "client_id=k").await.0, 303);
        }
        assert_eq!(
            chats[1].at_desk(&app, &nurse, "claim", "client_id=k2").await.0,
            303,
            "what one has can be asked for again"
        );
        let (status, page) = chats[2].at_desk(&app, &nurse, "claim", "").await;
        assert_eq!(status, 409);
        has(&page, &["as many chats as the queue allows"]);
        let (_, page) = get(&app, &format!("/desk/contacts/{}?lang=en", chats[0].id), &nurse).await;
        has(&page, &["Your chats", &format!("/desk/contacts/{}", chats[1].id)]);
        let other = token(Role::Professional, "small", "nurse-2");
        let claim = format!("/api/contacts/{}/claim", chats[2].id);
        assert_eq!(call(&app, Method::POST, &claim, &other, Some(json!({}))).await.0, StatusCode::OK);
        // Two want the same: one has it.
        let fourth = Chat::opened(&app, "c-00000000000000000004", "Hei").await;
        let claim = format!("/api/contacts/{}/claim", fourth.id);
        let third = token(Role::Professional, "small", "nurse-3");
        let (one, two) = tokio::join!(
            call(&app, Method::POST, &claim, &other, Some(json!({}))),
            call(&app, Method::POST, &claim, &third, Some(json!({}))),
        );
        let mut both = [one.0.as_u16(), two.0.as_u16()];
        both.sort_unstable();
        assert_eq!(both, [200, 409]);
    });
}

#[test]
fn a_chat_that_is_closed_is_a_message_with_its_day_and_nothing_is_typed_again() {
    on_its_own(async {
        let app = app_at(EVENING).await;
        let (_, start) = get(&app, "/contact?topic=illness&lang=en", "").await;
        assert!(!start.contains("Chat now"), "what is not there is not offered: {start}");
        let (_, form) = get(&app, "/contact/new?way=chat&service=outpatient&lang=en", "").await;
        has(&form, &["The chat is closed now", "The chat opens Thu"]);
        let chat = Chat::opened(&app, "c-00000000000000000001", "Rash").await;
        let page = chat.page(&app).await;
        has(&page, &["Rash", "You will get an answer by"]);
        assert!(!page.contains("Hello and welcome") && !page.contains("Leave the chat"), "{page}");
        // By day somebody does not want to wait.
        let app = app_at(NOW).await;
        let chat = Chat::opened(&app, "c-00000000000000000001", "Rash").await;
        assert_eq!(chat.act(&app, "act=turn").await, 303);
        let page = chat.page(&app).await;
        has(&page, &["Rash", "You will get an answer by", "The chat goes on as a message"]);
        assert!(!page.contains("next in the queue"), "{page}");
    });
}

#[test]
fn both_sides_hear_who_is_there_who_writes_and_what_was_read_and_a_resident_no_name() {
    on_its_own(async {
        let app = app_at(NOW).await;
        let chat = Chat::opened(&app, "c-00000000000000000001", "Rash").await;
        let path = format!("/api/conversations/{}", chat.id);
        let nurse = token(Role::Professional, "small", "nurse-1");
        let mut events = Events::of(&app, &format!("{path}/messages?after=99"), &chat.code, None).await;
        has(&events.next().await.expect("an event"), &["event: resync"]);
        let tell = async |bearer: &str, body: Value| {
            let (status, told) = call(&app, Method::POST, &format!("{path}/presence"), bearer, Some(body)).await;
            (status.as_u16(), told)
        };
        assert_eq!(tell(&nurse, json!({ "writing": true, "read": 1 })).await.0, 200);
        let event = events.next().await.expect("an event");
        has(&event, &["event: presence", r#""writes":true"#, r#""read":1"#, r#""colleagues":0"#]);
        assert!(!event.contains("nurse-1") && !event.contains("id: "), "{event}");
        let (_, told) = tell(&nurse, json!({ "read": 99_999 })).await;
        assert_eq!(told["here"], true, "the resident listens");
        let page = chat.page(&app).await;
        has(&page, &["message__read"]);
        drop(events);
        assert_eq!(tell("", json!({})).await.0, 404);
        assert_eq!(tell(&token(Role::Professional, "other", "nurse-9"), json!({})).await.0, 404);
        assert_eq!(tell(&nurse, json!({ "here": true })).await.0, 422);
    });
}

#[test]
fn a_call_is_agreed_tried_and_told_and_a_message_becomes_one() {
    on_its_own(async {
        let app = app_at(NOW).await;
        let (_, form) = get(&app, "/contact/new?way=call&service=families&lang=en", "").await;
        has(&form, &["When shall we call?", "14.00–16.00"]);
        let slot = form.split("id=\"slot-0\" value=\"").nth(1).and_then(|it| it.split('"').next()).expect("a slot");
        let fields = |slot: &str, number: &str| {
            format!(
                "client_id=c-00000000000000000001&shown_to=anonymous&way=call&service=families&text=Hei&slot={slot}&number={number}"
            )
        };
        for (slot, number, wrong) in
            [("", "0401234567", "Choose a time"), (slot, "12", "number"), ("1-2", "0401234567", "Choose a time")]
        {
            let (status, _, page) = post(&app, "", "/contact?lang=en", &fields(slot, number)).await;
            assert_eq!(status, 422);
            has(&page, &[wrong, ">Hei<"]);
        }
        let (status, to, _) = post(&app, "", "/contact?lang=en", &fields(slot, "0401234567")).await;
        assert_eq!(status, 303);
        let id = to.split("id=").nth(1).expect("an id").to_string();
        let nurse = signed_in(&app, "nurse").await;
        let chat = Chat { id, code: String::new() };
        assert_eq!(chat.at_desk(&app, &nurse, "claim", "").await.0, 303);
        let (_, page) = get(&app, &format!("/desk/contacts/{}?lang=en", chat.id), &nurse).await;
        has(&page, &["Call the client", "tel:+358401234567"]);
        assert_eq!(chat.at_desk(&app, &nurse, "missed", "").await.0, 303);
        let (status, page) = chat.at_desk(&app, &nurse, "missed", "").await;
        assert_eq!(status, 409, "pressed twice it is one try");
        has(&page, &["Call when it was agreed"]);
        let (_, page) = get(&app, &format!("/desk/contacts/{}?lang=en", chat.id), &nurse).await;
        has(&page, &["Tried already: 1", "8.00–12.00"]);
        assert_eq!(chat.at_desk(&app, &nurse, "reached", "").await.0, 303);
        let (status, page) = chat.at_desk(&app, &nurse, "resolve", "outcome=advised").await;
        assert_eq!(status, 303, "{page}");
        // A message whose writer would rather be called.
        let message = Chat::opened(&app, "c-00000000000000000002", "Hei").await;
        assert_eq!(message.act(&app, "act=turn").await, 303);
        assert_eq!(message.act(&app, &format!("act=call&slot={slot}&number=")).await, 422);
        assert_eq!(message.act(&app, &format!("act=call&slot={slot}&number=0401234567")).await, 303);
        has(&message.page(&app).await, &["We call you", "Change the time of the call"]);
    });
}

#[test]
fn five_hundred_times_the_connection_is_lost_and_nothing_is_lost_or_shown_twice() {
    on_its_own(async {
        let app = app_at(NOW).await;
        let chat = Chat::opened(&app, "c-00000000000000000001", "0").await;
        let path = format!("/api/conversations/{}/messages", chat.id);
        let (mut seen, mut last): (Vec<u64>, Option<u64>) = (Vec::new(), None);
        let mut written = 0;
        for round in 0..500 {
            if round % 5 == 0 {
                written += 1;
                let body = json!({ "text": written.to_string() });
                let (status, _) = call(&app, Method::PUT, &format!("{path}/m{written}"), &chat.code, Some(body)).await;
                assert_eq!(status, StatusCode::CREATED);
            }
            let mut events = Events::of(&app, &path, &chat.code, last).await;
            // Sometimes it is lost before anything came, and sometimes after a few.
            for _ in 0..round % 3 {
                let Ok(Some(event)) = tokio::time::timeout(Duration::from_millis(20), events.next()).await else {
                    break;
                };
                let field =
                    |name: &str| event.lines().find_map(|line| line.strip_prefix(name)).map(ToString::to_string);
                if let Some(id) = field("id: ") {
                    let data: Value = serde_json::from_str(&field("data: ").expect("data")).expect("JSON");
                    seen.push(data["seq"].as_u64().expect("a number"));
                    last = id.parse().ok();
                }
            }
        }
        let expected: Vec<u64> = (1..=seen.len() as u64).collect();
        assert_eq!(seen, expected, "each once, in order");
        assert!(seen.len() > 100, "{} of {written}", seen.len());
    });
}

/// A form with a file; the answer's status, where it leads, and the page.
pub async fn brought(
    app: &Arc<App>,
    cookie: &str,
    path: &str,
    parts: &[(&str, Option<&str>, &[u8])],
) -> (u16, String, String) {
    use axum::body::Body;
    use axum::http::{Request, header};
    use http_body_util::BodyExt;
    use tower::ServiceExt;
    let mut body = Vec::new();
    for (name, file, bytes) in parts {
        let file = file.map_or_else(String::new, |file| format!("; filename=\"{file}\""));
        body.extend(format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n").bytes());
        body.extend_from_slice(bytes);
        body.extend(b"\r\n");
    }
    body.extend(b"--b--\r\n");
    let request = Request::post(path)
        .header(header::COOKIE, cookie)
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=b")
        .body(Body::from(body))
        .expect("a request");
    let answer = web::router(Arc::clone(app)).oneshot(request).await.expect("an answer");
    let to = answer.headers().get(header::LOCATION).map_or("", |to| to.to_str().expect("text")).to_string();
    let status = answer.status().as_u16();
    let page = answer.into_body().collect().await.expect("a body").to_bytes();
    (status, to, String::from_utf8_lossy(&page).into_owned())
}

#[test]
fn files_come_to_both_sides_and_one_that_fails_costs_nobody_a_text() {
    on_its_own(async {
        let app = app_at(NOW).await;
        let chat = Chat::opened(&app, "c-00000000000000000001", "Rash").await;
        let id = chat.id.as_bytes();
        let pdf: &[u8] = b"%PDF-1.7 Kanarialintu %%EOF";
        let bring = async |files: &[(&str, &[u8])]| {
            let fields = [("contact", None, id), ("text", None, &b"Half a tex"[..]), ("client_id", None, &b"w1"[..])];
            let files = files.iter().map(|(name, bytes)| ("file", Some(*name), *bytes));
            let parts: Vec<(&str, Option<&str>, &[u8])> = fields.into_iter().chain(files).collect();
            let (status, to, page) = brought(&app, &chat.cookie(), "/contact/files", &parts).await;
            assert_eq!(status, 303, "{page}");
            let (_, page) = get(&app, &format!("{to}&lang=en"), &chat.cookie()).await;
            has(&page, &["Half a tex"]);
            page
        };
        let large = vec![b'%'; (20 << 20) + 1];
        let page = bring(&[
            ("x.jpg", b"GIF89a"),
            ("y.pdf", &large),
            ("laina.pdf", pdf),
            ("z.png", b"\x89PNG\r\n\x1a\nbroken"),
        ])
        .await;
        has(&page, &["This file cannot be taken", "too large: at most 20", "could not be read", "laina.pdf"]);
        has(&bring(&[("laina.pdf", pdf)]).await, &["laina.pdf"]);
        let page = bring(&[]).await;
        has(&page, &["Choose a file first"]);
        assert_eq!(page.matches(">laina.pdf<").count(), 1, "sent twice it is one");
        let address = page.split("href=\"/files/").nth(1).and_then(|it| it.split('"').next()).expect("a file");
        let address = format!("/files/{address}");
        let nurse = signed_in(&app, "nurse").await;
        for cookie in [&chat.cookie(), &nurse] {
            let (status, body) = get(&app, &address, cookie).await;
            assert_eq!((status, body.as_bytes()), (StatusCode::OK, pdf));
        }
        for cookie in ["", "contact=0000000000000000"] {
            assert_eq!(get(&app, &address, cookie).await.0, StatusCode::NOT_FOUND);
        }
        assert_eq!(chat.at_desk(&app, &nurse, "claim", "").await.0, 303);
        let parts: [(&str, Option<&str>, &[u8]); 2] = [("text", None, b"Begun"), ("file", Some("ohje.pdf"), pdf)];
        let path = format!("/desk/contacts/{}/files?lang=en", chat.id);
        assert_eq!(brought(&app, &nurse, &path, &parts).await.0, 303);
        let (_, page) = get(&app, &format!("/desk/contacts/{}?lang=en", chat.id), &nurse).await;
        has(&page, &["Begun", "laina.pdf"]);
        let (status, ..) = brought(&app, "", &path, &parts).await;
        assert!(status == 404 || status == 409, "{status}");
    });
}

#[test]
fn somebody_with_an_own_pair_chats_where_all_do_and_writes_to_the_pair() {
    on_its_own(async {
        let app = app_at(NOW).await;
        let resident = signed_in(&app, "resident").await;
        let [nurse, lead] = [(Role::Professional, "small", "nurse-1"), (Role::Lead, "county", "lead-1")]
            .map(|(role, unit, id)| token(role, unit, id));
        let opened = async |way: &str, text: &str| {
            let form = format!("client_id={text}-00000000000000000001&way={way}&service=outpatient&text={text}");
            let (status, to, page) = post(&app, &resident, "/contact?lang=en", &form).await;
            assert_eq!(status, 303, "{page}");
            let path = format!("/api/contacts/{}", to.split("id=").nth(1).expect("an id"));
            let (_, contact) = call(&app, Method::GET, &path, &lead, None).await;
            (path, format!("{} {}", contact["channel"], contact["queue"]).replace('"', ""))
        };
        let (first, came) = opened("message", "Rash").await;
        assert_eq!(came, "message small");
        for (verb, body) in
            [("claim", json!({})), ("register", json!({ "unit": "county", "nurse": "nurse-1", "client_id": "p1" }))]
        {
            let (status, answer) = call(&app, Method::POST, &format!("{first}/{verb}"), &nurse, Some(body)).await;
            assert_eq!(status, StatusCode::OK, "{verb}: {answer}");
        }
        let (_, start) = get(&app, "/contact?topic=illness&lang=en", &resident).await;
        has(&start, &["Chat now", "way=chat&amp;service=outpatient"]);
        assert_eq!(opened("chat", "Fever").await.1, "chat small");
        assert_eq!(opened("message", "Cough").await.1, "message county");
    });
}

#[test]
fn who_asks_to_be_called_again_is_called_once_and_another_service_is_another_matter() {
    on_its_own(async {
        let app = app_at(NOW).await;
        let resident = signed_in(&app, "resident").await;
        let form = async || get(&app, "/contact/new?way=call&service=families&lang=en", &resident).await.1;
        let shown = form().await;
        assert!(!shown.contains("You are waiting for our call already"), "{shown}");
        let person =
            shown.split("name=\"shown_to\" value=\"").nth(1).and_then(|it| it.split('"').next()).expect("whose");
        let slot = |number: usize| {
            let begins = format!("id=\"slot-{number}\" value=\"");
            shown.split(&begins).nth(1).and_then(|it| it.split('"').next()).expect("a slot").to_string()
        };
        let ask = async |name: usize, service: &str, text: &str, slot: &str| {
            let fields = format!(
                "client_id=c-{name:020}&shown_to={person}&way=call&service={service}&text={text}&slot={slot}&number=0401234567"
            );
            let (status, to, page) = post(&app, &resident, "/contact?lang=en", &fields).await;
            assert_eq!(status, 303, "{page}");
            to
        };
        let first = ask(1, "families", "Soittakaa", &slot(0)).await;
        assert_eq!(ask(1, "families", "Soittakaa", &slot(0)).await, first, "sent twice it is the same");
        has(&form().await, &["You are waiting for our call already", "the request joins it"]);
        let again = ask(2, "families", "Kiire+olisi", &slot(1)).await;
        assert_eq!(again, format!("{first}&did=joined"));
        assert_eq!(ask(2, "families", "Kiire+olisi", &slot(1)).await, again, "twice");
        let (_, page) = get(&app, &format!("{again}&lang=en"), &resident).await;
        has(&page, &["Your request joined the earlier one", "Soittakaa", "Kiire olisi"]);
        assert_eq!(page.matches("Kiire olisi").count(), 1, "{page}");
        let (_, mine) = get(&app, "/matters?lang=en", &resident).await;
        assert_eq!(mine.matches("href=\"/matters/").count(), 1, "{mine}");
        let other = ask(3, "outpatient", "Toinen+asia", &slot(0)).await;
        assert!(!other.contains("did=joined") && other != first, "{other}");
    });
}
