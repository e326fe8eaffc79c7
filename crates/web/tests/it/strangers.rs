//! The limits for strangers: how often they write, from where, what they send, and what they learn by it.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use http_body_util::BodyExt;
use matter::access::Role;
use serde_json::{Value, json};
use tower::ServiceExt;
use web::{App, Strangers, router};

use crate::contacts::{call, opening, token};
use crate::pages::{fixture, get};
use crate::{app_for, on_its_own};

async fn app(strangers: Strangers) -> Arc<App> {
    app_for(fixture(0.5, true), true, strangers, true).await.0
}

fn few(contacts_per_address: u32, messages_per_contact: u32) -> Strangers {
    Strangers { contacts_per_address, messages_per_contact, ..Strangers::default() }
}

/// A request as it comes over a connection from an address.
pub async fn from(
    app: &Arc<App>,
    address: &str,
    request: axum::http::request::Builder,
    body: String,
) -> (StatusCode, HeaderMap, String) {
    let mut request = request.body(Body::from(body)).expect("a request");
    let peer: IpAddr = address.parse().expect("an address");
    request.extensions_mut().insert(ConnectInfo(SocketAddr::new(peer, 4711)));
    let response = router(Arc::clone(app)).oneshot(request).await.expect("an answer");
    let (status, headers) = (response.status(), response.headers().clone());
    let body = response.into_body().collect().await.expect("a body").to_bytes();
    (status, headers, String::from_utf8_lossy(&body).into_owned())
}

/// Opens a contact, by a program or on the page.
async fn open(app: &Arc<App>, by: &str, address: &str, forwarded: &str, id: &str) -> (StatusCode, HeaderMap, String) {
    let (path, kind, body) = match by {
        "program" => ("/api/contacts", "application/json", opening(id, "Hei").to_string()),
        _ => (
            "/contact?lang=sv",
            "application/x-www-form-urlencoded",
            format!("client_id={id}&service=outpatient&text=Ont+i+axeln"),
        ),
    };
    let request = Request::post(path).header(header::CONTENT_TYPE, kind);
    let request = if forwarded.is_empty() { request } else { request.header("x-forwarded-for", forwarded) };
    from(app, address, request, body).await
}

#[test]
fn an_address_opens_so_many_contacts_and_others_go_on() {
    on_its_own(async {
        for by in ["program", "page"] {
            let app = app(few(3, 0)).await;
            let mut code = String::new();
            for number in 0..3 {
                let (status, _, body) = open(&app, by, "127.0.0.1", "", &format!("c{number}")).await;
                assert!(status.is_success() || status.is_redirection(), "{by}: {status} {body}");
                let opened: Value = serde_json::from_str(&body).unwrap_or_default();
                code = opened["resume_code"].as_str().map_or(code, str::to_string);
            }
            let (status, headers, body) = open(&app, by, "127.0.0.1", "", "c3").await;
            assert_eq!(status, StatusCode::TOO_MANY_REQUESTS, "{by}: {body}");
            let after: u64 = headers[header::RETRY_AFTER].to_str().expect("text").parse().expect("seconds");
            assert!((1..=3600).contains(&after), "{by}: {after}");
            match by {
                "program" => assert!(body.contains("\"too_many\"") && body.contains("telephone"), "{body}"),
                _ => assert!(body.contains("Ont i axeln") && body.contains("116 117") && body.contains("lang=\"sv\"")),
            }
            // A repeated request gets the answer of before; and known messages can be read.
            let (status, _, again) = open(&app, by, "127.0.0.1", "", "c2").await;
            assert!(status == StatusCode::OK || status == StatusCode::SEE_OTHER, "{by}: {status} {again}");
            if by == "program" {
                let opened: Value = serde_json::from_str(&again).expect("JSON");
                let path = format!("/api/contacts/{}", opened["contact"].as_str().expect("an id"));
                assert_eq!(call(&app, Method::GET, &path, &code, None).await.0, StatusCode::OK);
            }
            // By a network of IPv6, not by each of its addresses.
            let (status, ..) = open(&app, by, "192.0.2.7", "", "d1").await;
            assert!(status.is_success() || status.is_redirection(), "{by}: another goes on");
            for (number, expected) in [(1, true), (2, true), (3, true), (4, false)] {
                let address = format!("2001:db8:0:1::{number}");
                let (status, ..) = open(&app, by, &address, "", &format!("six{number}")).await;
                assert_eq!(status != StatusCode::TOO_MANY_REQUESTS, expected, "{by}: {address}");
            }
        }
        let app = app(few(0, 0)).await;
        for number in 0..200 {
            assert_eq!(open(&app, "program", "127.0.0.1", "", &format!("n{number}")).await.0, StatusCode::CREATED);
        }
    });
}

#[test]
fn strangers_who_choose_one_short_name_have_a_contact_and_a_code_each() {
    on_its_own(async {
        let app = app(few(0, 0)).await;
        let long = "x".repeat(20);
        for (id, from, again_from, is_one) in [
            ("1", "192.0.2.1", "192.0.2.1", true),
            ("2", "192.0.2.1", "192.0.2.2", false),
            (&long[1..], "192.0.2.1", "192.0.2.2", false),
            (&long, "192.0.2.1", "192.0.2.2", true),
        ] {
            let answer = async |from: &str| {
                let (_, _, body) = open(&app, "program", from, "", id).await;
                let opened: Value = serde_json::from_str(&body).expect("JSON");
                [opened["contact"].clone(), opened["resume_code"].clone()]
            };
            let (first, again) = (answer(from).await, answer(again_from).await);
            assert!(first.iter().chain(&again).all(Value::is_string), "{id}: {first:?} {again:?}");
            for (one, other) in first.iter().zip(&again) {
                assert_eq!(one == other, is_one, "{id} from {from} and {again_from}");
            }
        }
    });
}

#[test]
fn who_a_proxy_asks_for_is_believed_of_a_trusted_one_only() {
    on_its_own(async {
        // The proxy trusted, the peer, what it says, and the address whose contact it is then.
        let cases = [
            ("", "127.0.0.1", "198.51.100.1", "127.0.0.1"),
            ("10.0.0.1", "127.0.0.1", "198.51.100.1", "127.0.0.1"),
            ("127.0.0.1", "127.0.0.1", "198.51.100.1", "198.51.100.1"),
            ("127.0.0.1", "127.0.0.1", "203.0.113.9, 198.51.100.1", "198.51.100.1"),
            ("127.0.0.1", "127.0.0.1", "203.0.113.9, 198.51.100.1, 127.0.0.1", "198.51.100.1"),
            ("127.0.0.1", "::ffff:127.0.0.1", "198.51.100.1:80", "198.51.100.1"),
            ("127.0.0.1", "127.0.0.1", "unknown", "127.0.0.1"),
            ("127.0.0.1", "127.0.0.1", "", "127.0.0.1"),
            ("127.0.0.1", "192.0.2.1", "198.51.100.1", "192.0.2.1"),
        ];
        for (trusted, peer, forwarded, whose) in cases {
            let proxies = trusted.parse().into_iter().collect();
            let app = app(Strangers { proxies, ..few(1, 0) }).await;
            assert_eq!(open(&app, "program", peer, forwarded, "a").await.0, StatusCode::CREATED);
            // The same one again, asked directly where that is possible.
            let (again, said) = if whose == "198.51.100.1" { (trusted, whose) } else { (whose, "") };
            let (status, ..) = open(&app, "program", again, said, "b").await;
            assert_eq!(status, StatusCode::TOO_MANY_REQUESTS, "{trusted} {peer} {forwarded}: it was {whose}");
            let (status, ..) = open(&app, "program", "203.0.113.77", "", "c").await;
            assert_eq!(status, StatusCode::CREATED, "{trusted} {peer} {forwarded}");
        }
    });
}

#[test]
fn a_resident_writes_so_many_messages_in_a_contact_and_others_go_on() {
    on_its_own(async {
        let app = app(few(0, 2)).await;
        let (_, first) = call(&app, Method::POST, "/api/contacts", "", Some(opening("a", "Hei"))).await;
        let (_, second) = call(&app, Method::POST, "/api/contacts", "", Some(opening("b", "Hei"))).await;
        let of = |opened: &Value, field: &str| opened[field].as_str().expect("text").to_string();
        let (id, code) = (of(&first, "contact"), of(&first, "resume_code"));
        let put = async |opened: &Value, name: &str| {
            let path = format!("/api/conversations/{}/messages/{name}", of(opened, "contact"));
            call(&app, Method::PUT, &path, &of(opened, "resume_code"), Some(json!({ "text": name }))).await
        };
        assert_eq!(put(&first, "m1").await.0, StatusCode::CREATED);
        assert_eq!(put(&first, "m1").await.0, StatusCode::OK, "again is once, and counts once");
        assert_eq!(put(&first, "m2").await.0, StatusCode::CREATED);
        let (status, body) = put(&first, "m3").await;
        assert_eq!((status, &body["error"]["code"]), (StatusCode::TOO_MANY_REQUESTS, &json!("too_many")));
        assert_eq!(put(&first, "m2").await.0, StatusCode::OK, "what was done is told");
        let form = format!("client_id=m4&contact={id}&text=Viel%C3%A4+yksi");
        let request = Request::post("/contact/thread?lang=fi")
            .header(header::COOKIE, format!("contact={code}"))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let (status, headers, page) = from(&app, "192.0.2.1", request, form).await;
        assert_eq!(status, StatusCode::TOO_MANY_REQUESTS, "from wherever: {page}");
        assert!(headers.contains_key(header::RETRY_AFTER) && page.contains("Vielä yksi") && page.contains("116 117"));
        let (status, _) = get(&app, "/contact/thread", &format!("contact={code}")).await;
        assert_eq!(status, StatusCode::OK, "it is read");
        assert_eq!(put(&second, "m1").await.0, StatusCode::CREATED, "another contact goes on");
        let nurse = token(Role::Professional, "small", "nurse-1");
        let post = async |verb: &str, body: Value| {
            call(&app, Method::POST, &format!("/api/contacts/{id}/{verb}"), &nurse, Some(body)).await.0
        };
        assert_eq!(post("claim", json!({})).await, StatusCode::OK);
        for number in 0..5 {
            let answer = json!({ "text": format!("vastaus {number}") });
            assert_eq!(post("reply", answer).await, StatusCode::CREATED, "who works here is no stranger");
        }
    });
}

#[test]
fn wrong_codes_of_one_address_keep_no_other_and_no_right_one_waiting() {
    on_its_own(async {
        let app = app(Strangers::default()).await;
        let (_, opened) = call(&app, Method::POST, "/api/contacts", "", Some(opening("a", "Hei"))).await;
        let code = opened["resume_code"].as_str().expect("a code").to_string();
        let give = |address: &'static str, code: String| {
            let app = Arc::clone(&app);
            let request =
                Request::post("/contact/return").header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
            async move { from(&app, address, request, format!("code={code}")).await }
        };
        let wrong: Vec<_> =
            (0..100).map(|number| tokio::spawn(give("192.0.2.1", format!("0000000000000{number:03}")))).collect();
        // While they wait, or are told that it is too many.
        for _ in 0..3 {
            assert_eq!(give("192.0.2.1", code.clone()).await.0, StatusCode::SEE_OTHER, "a right code opens");
            let (status, ..) = give("192.0.2.2", "0000000000000000".into()).await;
            assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "another who mistypes");
        }
        let mut statuses = std::collections::BTreeMap::new();
        for wrong in wrong {
            let (status, headers, page) = wrong.await.expect("an answer");
            if status == StatusCode::TOO_MANY_REQUESTS {
                assert!(headers.contains_key(header::RETRY_AFTER) && page.contains("Odota minuutti"), "{page}");
            }
            *statuses.entry(status.as_u16()).or_insert(0) += 1;
        }
        // Five at once, five that wait; more where the machine is slow.
        let told = statuses.get(&422).copied().unwrap_or_default();
        assert!((10..40).contains(&told) && statuses.get(&429) == Some(&(100 - told)), "{statuses:?}");
    });
}

/// Every body that programs send, whole.
pub fn bodies(contact: &str) -> Vec<(&'static str, Method, String, Value)> {
    let command = |verb: &str| format!("/api/contacts/{contact}/{verb}");
    let encounter = json!({ "client_id": "x7", "modality": "phone", "minutes": 5 });
    vec![
        ("", Method::POST, "/api/contacts".into(), opening("x1", "Hei")),
        ("code", Method::PUT, format!("/api/conversations/{contact}/messages/x2"), json!({ "text": "Hei" })),
        ("nurse", Method::POST, command("claim"), json!({ "client_id": "x3" })),
        ("nurse", Method::POST, command("release"), json!({ "client_id": "x4" })),
        ("lead", Method::POST, command("assign"), json!({ "client_id": "x13", "to": "nurse-1" })),
        ("nurse", Method::POST, command("reply"), json!({ "client_id": "x5", "text": "Hei", "seen": 3 })),
        ("nurse", Method::POST, command("ask"), json!({ "client_id": "x6", "text": "Hei", "seen": 3 })),
        ("nurse", Method::POST, command("encounter"), encounter),
        ("nurse", Method::POST, command("register"), json!({ "client_id": "x8", "unit": "small", "nurse": "nurse-1" })),
        (
            "nurse",
            Method::POST,
            command("transfer"),
            json!({ "client_id": "x9", "unit": "other", "reason": "other", "note": "Hei" }),
        ),
        ("nurse", Method::POST, command("resolve"), json!({ "client_id": "x10", "outcome": "advised", "seen": 3 })),
        ("nurse", Method::POST, command("reopen"), json!({ "client_id": "x11" })),
        ("nurse", Method::POST, command("close"), json!({ "client_id": "x12" })),
    ]
}

/// A field is refused where nothing is known of it, where it is of another type, where it stands twice; and then nothing is
/// done.
#[test]
fn of_every_body_what_is_not_known_is_refused_by_its_name() {
    on_its_own(async {
        let app = app(Strangers::default()).await;
        let (_, opened) = call(&app, Method::POST, "/api/contacts", "", Some(opening("a", "Hei"))).await;
        let of = |field: &str| opened[field].as_str().expect("text").to_string();
        let (id, code, nurse) = (of("contact"), of("resume_code"), token(Role::Professional, "small", "nurse-1"));
        let claim = format!("/api/contacts/{id}/claim");
        assert_eq!(call(&app, Method::POST, &claim, &nurse, None).await.0, StatusCode::OK);
        let (_, before) = call(&app, Method::GET, &format!("/api/contacts/{id}"), &nurse, None).await;
        let bearer = |who: &str| match who {
            "code" => code.clone(),
            "nurse" => nurse.clone(),
            "lead" => token(Role::Lead, "small", "lead-1"),
            _ => String::new(),
        };
        let mut tried = 0;
        for (who, method, path, whole) in bodies(&id) {
            let (mut wrong, mut twice) = (Vec::<(String, String)>::new(), Vec::<(String, String)>::new());
            let known: Vec<&String> = whole.as_object().expect("an object").keys().collect();
            for name in ["sen", "outcom", "attachments", "Text", ""] {
                let mut body = whole.clone();
                body[name] = json!("x");
                wrong.push((name.into(), body.to_string()));
            }
            // Fields that other commands take are not passed over either.
            let others = ["text", "seen", "note", "reason", "outcome", "modality", "minutes"];
            let is_passed_over = |name: &str| {
                path.contains(&id) && whole.get(name).is_none() && !(path.ends_with("resolve") && name == "text")
            };
            for name in others.into_iter().filter(|name| is_passed_over(name)) {
                let mut body = whole.clone();
                body[name] = if ["seen", "minutes"].contains(&name) { json!(1) } else { json!("x") };
                wrong.push((name.into(), body.to_string()));
            }
            for name in known {
                // One letter less, the wrong type, and twice.
                let mut slip = whole.clone();
                let value = slip.as_object_mut().and_then(|it| it.remove(name)).expect("a field");
                slip[&name[1..]] = value.clone();
                wrong.push((name[1..].into(), slip.to_string()));
                for other in [json!([]), json!(-1)] {
                    let mut body = whole.clone();
                    body[name.as_str()] = other;
                    wrong.push((name.clone(), body.to_string()));
                }
                twice.push((name.clone(), whole.to_string().replacen('{', &format!("{{\"{name}\":{value},"), 1)));
            }
            let expected = [(StatusCode::UNPROCESSABLE_ENTITY, wrong), (StatusCode::BAD_REQUEST, twice)];
            let expected = expected.into_iter().flat_map(|(status, all)| all.into_iter().map(move |it| (status, it)));
            for (expected, (field, body)) in expected {
                let request = Request::builder().method(method.clone()).uri(&path);
                let request = request.header(header::AUTHORIZATION, format!("Bearer {}", bearer(who)));
                let (status, _, answer) = from(&app, "127.0.0.1", request, body.clone()).await;
                let answer: Value = serde_json::from_str(&answer).expect("JSON");
                assert_eq!(status, expected, "{method} {path} {body}: {answer}");
                assert_eq!(answer["error"]["field"], json!(field), "{method} {path} {body}: {answer}");
                tried += 1;
            }
        }
        assert!(tried > 150, "{tried}");
        let (_, after) = call(&app, Method::GET, &format!("/api/contacts/{id}"), &nurse, None).await;
        assert_eq!(before, after, "nothing was done");
    });
}

#[test]
fn of_optional_fields_and_parameters_a_wrong_value_is_refused_and_never_passed_over() {
    on_its_own(async {
        let app = app(Strangers::default()).await;
        let resident = token(Role::Resident, "", "0190a0b0-0000-7000-8000-000000000001");
        let mut known = opening("a", "Hei");
        known["anonymous"] = json!(false);
        let (_, opened) = call(&app, Method::POST, "/api/contacts", &resident, Some(known)).await;
        let id = opened["contact"].as_str().expect("an id").to_string();
        let nurse = token(Role::Professional, "small", "nurse-1");
        let command = |verb: &str| format!("/api/contacts/{id}/{verb}");
        assert_eq!(call(&app, Method::POST, &command("claim"), &nurse, None).await.0, StatusCode::OK);
        let wrong = [
            ("reply", json!({ "text": "a", "seen": 1_000_000_000 }), "seen"),
            ("reply", json!({ "text": "a", "seen": 1000 }), "seen"),
            ("ask", json!({ "text": "a", "seen": 1000 }), "seen"),
            ("resolve", json!({ "outcome": "advised", "seen": 1000 }), "seen"),
            ("resolve", json!({ "outcome": "" }), "outcome"),
            ("resolve", json!({ "outcome": "Advised" }), "outcome"),
            ("transfer", json!({ "unit": "other", "note": "a", "reason": "" }), "reason"),
            ("transfer", json!({ "unit": "nowhere", "note": "a" }), "unit"),
            ("reply", json!({ "text": "a", "client_id": "" }), "client_id"),
            ("reply", json!({ "text": "a", "client_id": "a b" }), "client_id"),
            ("encounter", json!({ "minutes": 0 }), "minutes"),
            ("encounter", json!({ "minutes": 601 }), "minutes"),
            ("encounter", json!({ "modality": "walk" }), "modality"),
            ("register", json!({ "unit": "nowhere" }), "unit"),
            ("register", json!({ "nurse": "a b" }), "nurse"),
        ];
        for (verb, body, field) in wrong {
            let (status, answer) = call(&app, Method::POST, &command(verb), &nurse, Some(body.clone())).await;
            assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{verb} {body}: {answer}");
            assert_eq!(answer["error"]["field"], json!(field), "{verb} {body}");
        }
        let messages = format!("/api/conversations/{id}/messages");
        let addresses = [
            ("/api/queues/small?limit=501".to_string(), "limit"),
            ("/api/queues/small?limit=-1".into(), "limit"),
            ("/api/queues/small?limit=".into(), "limit"),
            ("/api/queues/small?limit=1&limit=2".into(), "limit"),
            ("/api/queues/small?limt=5".into(), "limt"),
            (format!("{messages}?wait=61"), "wait"),
            (format!("{messages}?after=x"), "after"),
            (format!("{messages}?afer=1"), "afer"),
        ];
        for (path, field) in addresses {
            let (status, answer) = call(&app, Method::GET, &path, &nurse, None).await;
            assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{path}: {answer}");
            assert_eq!(answer["error"]["field"], json!(field), "{path}");
        }
        assert_eq!(call(&app, Method::GET, "/api/queues/small?limit=500", &nurse, None).await.0, StatusCode::OK);
    });
}

#[test]
fn without_a_name_of_its_own_the_same_words_to_the_same_message_are_one() {
    on_its_own(async {
        let app = app(Strangers::default()).await;
        let (_, opened) = call(&app, Method::POST, "/api/contacts", "", Some(opening("a", "Hei"))).await;
        let of = |field: &str| opened[field].as_str().expect("text").to_string();
        let (id, nurse) = (of("contact"), token(Role::Professional, "small", "nurse-1"));
        let post = async |verb: &str, body: Value| {
            call(&app, Method::POST, &format!("/api/contacts/{id}/{verb}"), &nurse, Some(body)).await.0
        };
        assert_eq!(post("claim", json!({})).await, StatusCode::OK);
        assert_eq!(post("reply", json!({ "text": "Selvä" })).await, StatusCode::CREATED);
        assert_eq!(post("reply", json!({ "text": "Selvä" })).await, StatusCode::OK, "who did not hear asks again");
        assert_eq!(
            post("reply", json!({ "text": "Selvä", "client_id": "2" })).await,
            StatusCode::CREATED,
            "on purpose"
        );
        let path = format!("/api/conversations/{id}/messages/m1");
        let written = call(&app, Method::PUT, &path, &of("resume_code"), Some(json!({ "text": "Kiitos" }))).await;
        assert_eq!(written.0, StatusCode::CREATED);
        assert_eq!(post("reply", json!({ "text": "Selvä" })).await, StatusCode::CREATED, "to another message");
        // The state recognises a repetition of a command that changes it.
        for verb in ["release", "claim", "release", "claim"] {
            assert_eq!(post(verb, json!({})).await, StatusCode::OK, "{verb}");
        }
        assert_eq!(post("resolve", json!({})).await, StatusCode::OK);
    });
}

#[test]
fn a_thread_is_told_in_pages_however_much_was_written() {
    on_its_own(async {
        let app = app(Strangers::default()).await;
        let (_, opened) = call(&app, Method::POST, "/api/contacts", "", Some(opening("a", "eka"))).await;
        let of = |field: &str| opened[field].as_str().expect("text").to_string();
        let (id, code) = (of("contact"), of("resume_code"));
        // Texts that are longest when shown: a paragraph of each line, a name for each sign.
        let long = ["\n".repeat(9_998), "&".repeat(9_998), "\u{1f600}".repeat(9_998), "\u{1}".repeat(9_998)];
        for number in 0..80 {
            let text = json!({ "text": format!("a{}b", long[number % 4]) });
            let path = format!("/api/conversations/{id}/messages/m{number}");
            assert_eq!(call(&app, Method::PUT, &path, &code, Some(text)).await.0, StatusCode::CREATED);
        }
        let cookie = format!("contact={code}");
        let mut seen = std::collections::BTreeSet::new();
        let numbers = |page: &str| -> Vec<u64> {
            let all = page.split("data-seq=\"").skip(1).filter_map(|rest| rest.split('"').next()?.parse().ok());
            all.collect()
        };
        let link = |page: &str, rel: &str| {
            let at = page.find(&format!("rel=\"{rel}\""))?;
            let tag = &page[page[..at].rfind("<a ")?..at];
            Some(tag.split("href=\"").nth(1)?.split('"').next()?.replace("&amp;", "&"))
        };
        let mut path = Some("/contact/thread?all=1".to_string());
        let mut pages = 0;
        while let Some(next) = path {
            let (status, page) = get(&app, &next, &cookie).await;
            assert_eq!(status, StatusCode::OK);
            assert!(page.len() < 3_000_000, "{next}: {} bytes", page.len());
            let is_end = link(&page, "next").is_none();
            assert_eq!(page.contains("data-live="), is_end, "only the end is live");
            seen.extend(numbers(&page));
            path = link(&page, "next");
            pages += 1;
            assert!(pages < 100);
        }
        let (_, last) = get(&app, "/contact/thread", &cookie).await;
        let head = *numbers(&last).last().expect("a message");
        assert_eq!(seen, (1..=head).collect(), "forwards, all of it");
        assert!(pages > 3, "{pages}");
        let (mut back, mut path) = (std::collections::BTreeSet::new(), Some("/contact/thread".to_string()));
        while let Some(next) = path {
            let (_, page) = get(&app, &next, &cookie).await;
            assert!(page.len() < 3_000_000, "{next}: {} bytes", page.len());
            back.extend(numbers(&page));
            path = link(&page, "prev");
        }
        assert_eq!(back, seen, "and backwards");
        // Programs read on from the number that they got.
        let (mut after, mut read) = (0, 0);
        loop {
            let path = format!("/api/conversations/{id}/messages?after={after}");
            let request = Request::get(path).header(header::AUTHORIZATION, format!("Bearer {code}"));
            let (_, _, body) = from(&app, "127.0.0.1", request, String::new()).await;
            assert!(body.len() < 3_000_000, "{} bytes", body.len());
            let page: Value = serde_json::from_str(&body).expect("JSON");
            read += page["messages"].as_array().expect("messages").len();
            match page["head"].as_u64().expect("a number") {
                head if head == after => break,
                head => after = head,
            }
        }
        assert_eq!(read, 81);
    });
}

#[test]
fn whatever_path_is_asked_for_no_link_leads_elsewhere() {
    on_its_own(async {
        let app = app(Strangers::default()).await;
        let odd =
            ["//evil.example/x", "///evil.example", "/\\evil.example", "//evil.example/%2e%2e", "/x//y", "/a/\\b"];
        for path in odd.into_iter().chain(["//contact", "/steer//measures/x", "//evil.example/?lang=sv"]) {
            let Ok(request) = Request::get(path).body(Body::empty()) else { continue };
            let response = router(Arc::clone(&app)).oneshot(request).await.expect("an answer");
            let to = response.headers().get(header::LOCATION).map(|to| to.to_str().expect("text").to_string());
            let body = response.into_body().collect().await.expect("a body").to_bytes();
            let body = String::from_utf8_lossy(&body).into_owned();
            let links = body.split("href=\"").skip(1).chain(body.split("action=\"").skip(1));
            let links = links.filter_map(|rest| rest.split('"').next().map(str::to_string));
            for link in links.chain(to) {
                let is_own = link.starts_with('/') && !link.starts_with("//") && !link.contains('\\');
                assert!(is_own || link.starts_with('#'), "{path}: {link}");
            }
        }
        for (path, to) in [
            ("/contact/", "/contact"),
            ("/steer/?unit=small", "/steer?unit=small"),
            ("/Contact", "/contact"),
            ("//contact", "/contact"),
            ("/STEER/measures/x/", "/steer/measures/x"),
        ] {
            let request = Request::get(path).body(Body::empty()).expect("a request");
            let response = router(Arc::clone(&app)).oneshot(request).await.expect("an answer");
            assert_eq!(response.status(), StatusCode::PERMANENT_REDIRECT, "{path}");
            assert_eq!(response.headers()[header::LOCATION], to, "{path}");
        }
        let (status, page) = get(&app, "/steer?unit=a&unit=b&lang=en", "").await;
        assert!(status == StatusCode::BAD_REQUEST && page.contains("The address is not written correctly"), "{page}");
    });
}

#[test]
fn metrics_are_for_this_machine_and_for_nobody_for_whom_a_proxy_asks() {
    on_its_own(async {
        let app = app(Strangers { proxies: vec![IpAddr::from([127, 0, 0, 1])], ..Strangers::default() }).await;
        let cases = [
            ("127.0.0.1", "", StatusCode::OK),
            ("::1", "", StatusCode::OK),
            ("::ffff:127.0.0.1", "", StatusCode::OK),
            ("192.0.2.1", "", StatusCode::NOT_FOUND),
            ("127.0.0.1", "x-forwarded-for", StatusCode::NOT_FOUND),
            ("127.0.0.1", "forwarded", StatusCode::NOT_FOUND),
            ("127.0.0.1", "via", StatusCode::NOT_FOUND),
            ("127.0.0.1", "x-real-ip", StatusCode::NOT_FOUND),
            ("127.0.0.1", "x-forwarded-proto", StatusCode::NOT_FOUND),
            ("127.0.0.1", "x-forwarded-host", StatusCode::NOT_FOUND),
        ];
        for (peer, header, expected) in cases {
            let request = Request::get("/metrics");
            let request = if header.is_empty() { request } else { request.header(header, "127.0.0.1") };
            assert_eq!(from(&app, peer, request, String::new()).await.0, expected, "{peer} {header}");
        }
        let (_, _, body) = from(&app, "127.0.0.1", Request::get("/metrics"), String::new()).await;
        for what in ["log", "accesses", "disk"] {
            assert!(body.contains(&format!("luotsi_writable{{what=\"{what}\"}} 1")), "{body}");
        }
    });
}

#[test]
fn what_is_open_goes_compressed_and_what_holds_a_secret_as_it_is() {
    on_its_own(async {
        let app = app(Strangers::default()).await;
        let (_, opened) = call(&app, Method::POST, "/api/contacts", "", Some(opening("a", &"Hei ".repeat(400)))).await;
        let code = opened["resume_code"].as_str().expect("a code");
        let lead = crate::pages::signed_in(&app, "lead").await;
        let cookie = format!("{lead}; contact={code}");
        let measure = "/steer/measures/access.callback_24h";
        let cases = [
            // The front page has a person's own matters, and first words of others.
            ("/", false),
            ("/sign-in", true),
            ("/steer", true),
            // A person who may decide on its phases has a form there.
            (measure, false),
            ("/assets/luotsi.css", true),
            ("/assets/live.js", true),
            ("/api/openapi.json", true),
            ("/assets/source-sans-3-latin-400-normal.woff2", false),
            ("/contact", false),
            ("/contact/thread", false),
            ("/contact/return", false),
            ("/desk", false),
            ("/steer/measures/access.callback_24h/cases?unit=county&period=2025-01", false),
            ("/no-such-page", false),
        ];
        for (path, is_compressed) in cases {
            let ask = async |encoding: &str| {
                let request = Request::get(path).header(header::COOKIE, &cookie);
                let request = request.header(header::ACCEPT_ENCODING, encoding).body(Body::empty());
                let request = request.expect("a request");
                let response = router(Arc::clone(&app)).oneshot(request).await.expect("an answer");
                let headers = response.headers().clone();
                (headers, response.into_body().collect().await.expect("a body").to_bytes())
            };
            let (headers, packed) = ask("gzip, deflate, br").await;
            let encoding = headers.get(header::CONTENT_ENCODING).map(|it| it.to_str().expect("text"));
            assert_eq!(encoding, is_compressed.then_some("gzip"), "{path}");
            let (plain_headers, plain) = ask("identity").await;
            assert!(!plain_headers.contains_key(header::CONTENT_ENCODING), "{path}");
            if is_compressed {
                assert!(packed.len() * 2 < plain.len(), "{path}: {} of {}", packed.len(), plain.len());
                assert_eq!(plain_headers[header::VARY], "accept-encoding", "{path}");
                let length = headers.get(header::CONTENT_LENGTH).map(|it| it.to_str().expect("text").to_string());
                assert!(length.is_none_or(|length| length == packed.len().to_string()), "{path}");
            }
        }
    });
}

#[test]
fn what_is_not_there_and_what_may_not_be_known_take_the_same_least_time() {
    on_its_own(async {
        let app = app(Strangers::default()).await;
        let (_, opened) = call(&app, Method::POST, "/api/contacts", "", Some(opening("a", "Hei"))).await;
        let there = opened["contact"].as_str().expect("an id").to_string();
        let elsewhere = token(Role::Professional, "other", "nurse-9");
        for id in [there.as_str(), "00000000-0000-0000-0000-000000000000"] {
            for (method, path) in [
                (Method::GET, format!("/api/contacts/{id}")),
                (Method::GET, format!("/api/conversations/{id}/messages")),
                (Method::POST, format!("/api/contacts/{id}/claim")),
                (Method::GET, format!("/desk/contacts/{id}")),
            ] {
                let begun = std::time::Instant::now();
                let (status, _) = call(&app, method, &path, &elsewhere, None).await;
                let is_page = path.starts_with("/desk");
                assert_eq!(status, if is_page { StatusCode::SEE_OTHER } else { StatusCode::NOT_FOUND }, "{path}");
                let least = std::time::Duration::from_millis(10);
                assert!(is_page || begun.elapsed() >= least, "{path}: the least is above what finding out takes");
            }
        }
    });
}

#[test]
fn a_method_that_an_address_does_not_take_is_told_with_those_that_it_does() {
    on_its_own(async {
        let app = app(Strangers::default()).await;
        let id = "00000000-0000-0000-0000-000000000000";
        let addresses = [
            ("/api/contacts".to_string(), "POST"),
            (format!("/api/contacts/{id}"), "GET,HEAD"),
            (format!("/api/contacts/{id}/claim"), "POST"),
            (format!("/api/conversations/{id}/messages"), "GET,HEAD"),
            (format!("/api/conversations/{id}/messages/m1"), "PUT"),
            ("/api/queues/small".into(), "GET,HEAD"),
            ("/contact".into(), "GET,HEAD,POST"),
            ("/steer".into(), "GET,HEAD"),
        ];
        for (path, allowed) in addresses {
            for method in [Method::TRACE, Method::DELETE, Method::PATCH] {
                // To programs an address for other methods is as if there were none.
                let is_hidden = path.starts_with("/api/") && method != Method::TRACE;
                let expected = if is_hidden { StatusCode::NOT_FOUND } else { StatusCode::METHOD_NOT_ALLOWED };
                let request = Request::builder().method(method.clone()).uri(&path);
                let (status, headers, body) = from(&app, "127.0.0.1", request, String::new()).await;
                assert_eq!(status, expected, "{method} {path}");
                assert_eq!(headers[header::ALLOW], allowed, "{method} {path}");
                let is_json = serde_json::from_str::<Value>(&body).is_ok();
                assert_eq!(is_json, path.starts_with("/api/"), "{method} {path}: {body}");
            }
        }
    });
}

#[test]
fn a_caller_has_so_many_streams_at_a_time_and_others_have_theirs() {
    on_its_own(async {
        let app = app(Strangers::default()).await;
        let mut codes = Vec::new();
        for name in ["a", "b"] {
            let (_, opened) = call(&app, Method::POST, "/api/contacts", "", Some(opening(name, "Hei"))).await;
            let of = |field: &str| opened[field].as_str().expect("text").to_string();
            codes.push((format!("/api/conversations/{}/messages", of("contact")), of("resume_code")));
        }
        let [(one, code), (two, other)] = codes.try_into().expect("two");
        let nurses = ["n1", "n2"].map(|id| token(Role::Professional, "small", id));
        let ask = async |path: &str, bearer: &str, accept: &str| {
            let request = Request::get(path).header(header::AUTHORIZATION, format!("Bearer {bearer}"));
            let request = request.header(header::ACCEPT, accept).body(Body::empty()).expect("a request");
            router(Arc::clone(&app)).oneshot(request).await.expect("an answer")
        };
        const STREAM: &str = "text/event-stream";
        let queue = "/api/queues/small".to_string();
        // Two addresses and the caller who fills them; an address and another caller who still gets a stream.
        for (full, bearer, (free, others)) in [
            ([&one, &one], &code, (&two, &other)),
            ([&one, &queue], &nurses[0], (&queue, &nurses[1])),
            ([&one, &one], &nurses[1], (&one, &other)),
        ] {
            let mut open = Vec::new();
            for number in 0..128 {
                let stream = ask(full[number % 2], bearer, STREAM).await;
                assert_eq!(stream.status(), StatusCode::OK, "{number}");
                open.push(stream);
            }
            let waits = format!("{one}?after=99&wait=1");
            for (path, accept) in [(full[0], STREAM), (full[1], STREAM), (&waits, "application/json")] {
                let refused = ask(path, bearer, accept).await;
                assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS, "{path}");
                assert!(refused.headers()[header::RETRY_AFTER].to_str().expect("text").parse::<u64>().expect("s") > 0);
            }
            assert_eq!(ask(&one, bearer, "application/json").await.status(), StatusCode::OK, "what does not wait");
            let theirs = if free == &one { &code } else { others };
            assert_eq!(ask(free, theirs, STREAM).await.status(), StatusCode::OK, "others have theirs");
            open.pop();
            assert_eq!(ask(full[0], bearer, STREAM).await.status(), StatusCode::OK, "one is closed");
            assert_eq!(ask(&waits, bearer, "application/json").await.status(), StatusCode::OK, "the next too");
        }
    });
}
