//! Contacts for programs: opened once, answered by the one who has them, seen by nobody else.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use http_body_util::BodyExt;
use matter::access::Role;
use operations::organisation::Command;
use serde_json::{Value, json};
use tower::ServiceExt;
use web::{App, Person, Strangers, router};

use crate::pages::{fixture, get, signed_in, with_staff};
use crate::rights::{self, today, works};
use crate::{NOW, TOKEN_KEY, app_for, app_over, on_its_own};

pub async fn app() -> Arc<App> {
    app_over(fixture(0.5, true), true).await
}

/// One request of a program; the answer's status and body.
pub async fn call(
    app: &Arc<App>,
    method: Method,
    path: &str,
    bearer: &str,
    body: Option<Value>,
) -> (StatusCode, Value) {
    let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
    let request = Request::builder().method(method).uri(path);
    let request = match bearer {
        "" => request,
        _ => request.header(header::AUTHORIZATION, format!("Bearer {bearer}")),
    };
    let response = router(Arc::clone(app)).oneshot(request.body(body).expect("a request")).await.expect("an answer");
    let status = response.status();
    let bytes = response.into_body().collect().await.expect("a body").to_bytes();
    (status, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
}

pub fn token(role: Role, unit: &str, id: &str) -> String {
    Person { role, id: id.into(), unit: unit.into(), acting: None }.token(&TOKEN_KEY, &(NOW - 1..NOW + 1))
}

/// The body that opens a contact, under a name of its own.
pub fn opening(name: &str, text: &str) -> Value {
    json!({ "client_id": name, "channel": "message", "service": "outpatient", "language": "fi", "text": text,
            "anonymous": true })
}

/// A contact, and its writer's code.
async fn opened(app: &Arc<App>, client_id: &str) -> (String, String) {
    let (status, body) = call(app, Method::POST, "/api/contacts", "", Some(opening(client_id, "Selkä kipeä"))).await;
    assert_eq!(status, StatusCode::CREATED, "{body}");
    let field = |field: &str| body[field].as_str().unwrap_or_else(|| panic!("{field} of {body}")).to_string();
    (field("contact"), field("resume_code"))
}

async fn texts(app: &Arc<App>, contact: &str, bearer: &str) -> Vec<String> {
    let (status, body) = call(app, Method::GET, &format!("/api/conversations/{contact}/messages"), bearer, None).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    let messages = body["messages"].as_array().expect("messages").iter();
    messages.map(|message| message["text"].as_str().unwrap_or("-").to_string()).collect()
}

#[test]
fn a_long_thread_is_shown_from_its_end_and_in_pages_where_all_is_asked_for() {
    on_its_own(async {
        let app = app().await;
        let (contact, code) = opened(&app, "long").await;
        for number in 0..230 {
            let path = format!("/api/conversations/{contact}/messages/m{number}");
            let text = json!({ "text": format!("viesti {number}.") });
            assert_eq!(call(&app, Method::PUT, &path, &code, Some(text)).await.0, StatusCode::CREATED);
        }
        let cookie = format!("contact={code}");
        let (status, page) = get(&app, "/contact/thread?lang=en", &cookie).await;
        assert!(status == StatusCode::OK && page.contains("viesti 229.") && !page.contains("viesti 20."), "{status}");
        assert!(page.contains("before=") && page.contains("Show earlier messages"));
        let (_, first) = get(&app, "/contact/thread?lang=en&all=1", &cookie).await;
        assert!(first.contains("viesti 0.") && !first.contains("viesti 229.") && !first.contains("Show earlier"));
        assert!(first.contains("from=") && first.contains("Show later messages"));
    });
}

#[test]
fn professionals_write_at_the_desk_where_a_message_that_came_meanwhile_is_not_passed_by() {
    on_its_own(async {
        let app = app().await;
        let (contact, _) = opened(&app, "c1").await;
        let nurse = signed_in(&app, "professional").await;
        let path = format!("/contact/thread?id={contact}");
        assert_eq!(get(&app, &path, &nurse).await.0, StatusCode::SEE_OTHER);
        let form = format!("client_id=w1&contact={contact}&text=Ei+h%C3%A4t%C3%A4%C3%A4");
        let request = Request::post(&path)
            .header(header::COOKIE, nurse)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(form))
            .expect("a request");
        let answer = router(Arc::clone(&app)).oneshot(request).await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::CONFLICT, "the text is shown again, to be taken along");
        let lead = token(Role::Lead, "county", "lead-1");
        assert_eq!(texts(&app, &contact, &lead).await, ["Selkä kipeä"], "nothing was written");
    });
}

#[test]
fn a_message_is_answered_handed_over_and_resolved() {
    on_its_own(async {
        let app = app().await;
        let (contact, code) = opened(&app, "c1").await;
        let nurse = token(Role::Professional, "small", "nurse-1");
        let (status, queue) = call(&app, Method::GET, "/api/queues/small", &nurse, None).await;
        assert_eq!((status, &queue["waiting"]), (StatusCode::OK, &json!(1)));
        assert_eq!(queue["contacts"][0]["contact"], json!(contact));
        let post = |verb: &str, body: Value| {
            let path = format!("/api/contacts/{contact}/{verb}");
            let (app, nurse) = (Arc::clone(&app), nurse.clone());
            async move { call(&app, Method::POST, &path, &nurse, Some(body)).await }
        };
        assert_eq!(post("reply", json!({ "text": "Hei" })).await.0, StatusCode::CONFLICT, "not claimed");
        let (status, claimed) = post("claim", json!({})).await;
        assert_eq!((status, &claimed["state"]), (StatusCode::OK, &json!("owned")));
        assert_eq!(post("claim", json!({})).await.0, StatusCode::OK, "again is once");
        let (status, asked) = post("ask", json!({ "text": "Kauanko on kestänyt?" })).await;
        assert_eq!((status, &asked["state"]), (StatusCode::CREATED, &json!("waiting_resident")));
        let path = format!("/api/conversations/{contact}/messages/m1");
        let (status, written) = call(&app, Method::PUT, &path, &code, Some(json!({ "text": "Viikon" }))).await;
        assert_eq!(status, StatusCode::CREATED);
        let (status, again) = call(&app, Method::PUT, &path, &code, Some(json!({ "text": "Viikon" }))).await;
        assert_eq!((status, again), (StatusCode::OK, written), "once, with the same number");
        let other = call(&app, Method::PUT, &path, &code, Some(json!({ "text": "Kaksi" }))).await;
        assert_eq!((other.0, &other.1["error"]["code"]), (StatusCode::CONFLICT, &json!("key_reused")));
        let (status, unseen) = post("reply", json!({ "text": "Hei", "seen": 2 })).await;
        assert_eq!((status, &unseen["error"]["code"]), (StatusCode::CONFLICT, &json!("unseen_message")));
        assert_eq!(post("reply", json!({ "text": "Venyttele", "client_id": "r1" })).await.0, StatusCode::CREATED);
        assert_eq!(post("reply", json!({ "text": "Venyttele", "client_id": "r1" })).await.0, StatusCode::OK);
        let expected = ["Selkä kipeä", "Kauanko on kestänyt?", "Viikon", "Venyttele"];
        assert_eq!(texts(&app, &contact, &code).await, expected);
        assert_eq!(texts(&app, &contact, &nurse).await, expected);
        assert_eq!(post("transfer", json!({ "unit": "county" })).await.0, StatusCode::UNPROCESSABLE_ENTITY, "no note");
        assert_eq!(post("resolve", json!({ "outcome": "advised" })).await.1["state"], json!("resolved"));
        let (_, seen) = call(&app, Method::GET, &format!("/api/contacts/{contact}"), &code, None).await;
        assert_eq!(seen["state"], json!("resolved"));
        assert_eq!(seen.get("owner"), None, "who has it is not for the resident");
        let path = format!("/api/conversations/{contact}/messages/m2");
        assert_eq!(
            call(&app, Method::PUT, &path, &code, Some(json!({ "text": "Kiitos" }))).await.0,
            StatusCode::CREATED
        );
        let (_, seen) = call(&app, Method::GET, &format!("/api/contacts/{contact}"), &code, None).await;
        assert_eq!(seen["state"], json!("owned"), "taken up again, it is back with who knows it");
        assert_eq!(post("release", json!({})).await.1["state"], json!("queued"));
        let hand_over = json!({ "unit": "county", "note": "Teille", "client_id": "t1" });
        assert_eq!(post("transfer", hand_over.clone()).await.1["error"]["code"], json!("not_claimed"));
        assert_eq!(post("claim", json!({})).await.0, StatusCode::OK);
        let (status, moved) = post("transfer", hand_over.clone()).await;
        assert_eq!((status, &moved["queue"]), (StatusCode::OK, &json!("county")));
        let again = post("transfer", hand_over).await;
        assert_eq!(again, (StatusCode::OK, json!({ "contact": contact, "done": true })), "a lost answer");
        let (_, page) = call(&app, Method::GET, &format!("/api/conversations/{contact}/messages"), &code, None).await;
        assert_eq!(page["messages"][0]["client_id"], json!("c1"));
        let (status, _) = call(&app, Method::GET, &format!("/api/contacts/{contact}"), &nurse, None).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "another unit answers for it now");
        let lead = token(Role::Lead, "county", "lead-1");
        assert_eq!(texts(&app, &contact, &lead).await.len(), 5, "the note is not in the conversation");
        let (_, page) = call(&app, Method::GET, &format!("/api/conversations/{contact}/messages"), &lead, None).await;
        assert_eq!(page["messages"][0]["client_id"], json!(null), "with it the code could be had again");
    });
}

#[test]
fn a_resident_who_is_known_gets_an_own_pair_and_comes_to_its_unit() {
    on_its_own(async {
        let app = app().await;
        let resident = token(Role::Resident, "", "0198c9e2-1111-7000-8000-000000000000");
        let nurse = token(Role::Professional, "small", "nurse-1");
        let known = |name: &str| {
            let mut body = opening(name, "Hei");
            body["anonymous"] = json!(false);
            body
        };
        let (status, first) = call(&app, Method::POST, "/api/contacts", &resident, Some(known("c1"))).await;
        assert_eq!((status, first.get("resume_code"), &first["queue"]), (StatusCode::CREATED, None, &json!("small")));
        let id = first["contact"].as_str().expect("an id");
        let post = |verb: &str, body: Value| {
            let (app, nurse, path) = (Arc::clone(&app), nurse.clone(), format!("/api/contacts/{id}/{verb}"));
            async move { call(&app, Method::POST, &path, &nurse, Some(body)).await }
        };
        let early = post("register", json!({ "nurse": "nurse-1" })).await;
        assert_eq!((early.0, &early.1["error"]["code"]), (StatusCode::CONFLICT, &json!("not_claimed")));
        assert_eq!(post("claim", json!({})).await.0, StatusCode::OK);
        let none = post("register", json!({ "unit": "county" })).await;
        assert_eq!((none.0, &none.1["error"]["code"]), (StatusCode::CONFLICT, &json!("no_pair")));
        let pair = json!({ "unit": "county", "nurse": "nurse-1", "client_id": "p1" });
        let (status, registered) = post("register", pair.clone()).await;
        assert_eq!((status, &registered["registration"]["unit"]), (StatusCode::OK, &json!("county")));
        assert_eq!(post("register", pair).await.0, StatusCode::OK, "again is once");
        let (status, both) = post("register", json!({ "unit": "county", "physician": "physician-1" })).await;
        let pair = &both["registration"];
        assert_eq!(
            (status, &pair["nurse"], &pair["physician"]),
            (StatusCode::OK, &json!("nurse-1"), &json!("physician-1"))
        );
        let named = post("register", json!({ "physician": "Maija Mallikas" })).await;
        assert_eq!((named.0, &named.1["error"]["field"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("physician")));
        let coded = post("register", json!({ "nurse": "131052-9085" })).await;
        assert_eq!((coded.0, &coded.1["error"]["field"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("nurse")));
        assert_eq!(post("encounter", json!({ "modality": "phone", "minutes": 15 })).await.0, StatusCode::OK);
        assert_eq!(post("encounter", json!({ "modality": "telepathy" })).await.0, StatusCode::UNPROCESSABLE_ENTITY);
        let (_, second) = call(&app, Method::POST, "/api/contacts", &resident, Some(known("c2"))).await;
        assert_eq!(second["queue"], json!("county"), "to the unit of the own pair");
        let (_, seen) = call(&app, Method::GET, &format!("/api/contacts/{id}"), &resident, None).await;
        assert_eq!(seen["state"], json!("owned"), "what was done for the resident leaves the contact as it was");
        let spelt = token(Role::Resident, "", "0198C9E2-1111-7000-8000-000000000000");
        let (status, _) = call(&app, Method::GET, &format!("/api/contacts/{id}"), &spelt, None).await;
        assert_eq!(status, StatusCode::OK, "theirs, however a token spells who they are");
        let (anonymous, _) = opened(&app, "c3").await;
        let path = format!("/api/contacts/{anonymous}/register");
        let refused = call(&app, Method::POST, &path, &nurse, Some(json!({ "nurse": "nurse-1" }))).await;
        assert_eq!((refused.0, &refused.1["error"]["code"]), (StatusCode::CONFLICT, &json!("anonymous")));
    });
}

/// Nurses as they are published, and whether they work there.
type Published = &'static [(&'static str, bool)];

#[test]
fn residents_are_registered_only_to_those_whom_the_county_knows() {
    on_its_own(async {
        let day = today();
        let ended = || Command::EndProfessional { id: "n1".into(), on: day };
        let (works, later) = (|| works("n1", "small", day - 9), works("n1", "small", day + 1));
        // The published nurses, and whether they work here; commands in the log; the id registered to; whether it is done.
        let table: Vec<(Published, Vec<Command>, &str, bool)> = vec![
            (&[], vec![], "n9", true),
            (&[("n1", true)], vec![], "n1", true),
            (&[("n1", true)], vec![], "n9", false),
            (&[("n1", true)], vec![], "own", true),
            (&[("n1", false)], vec![], "n1", false),
            (&[], vec![works()], "n1", true),
            (&[], vec![works()], "n9", false),
            (&[], vec![later], "n1", false),
            (&[], vec![works(), ended()], "n1", false),
            (&[("n1", true)], vec![works(), ended()], "n1", false),
        ];
        for (published, said, id, is_done) in table {
            let what = format!("{published:?} {said:?} {id}");
            let (app, _, log) = app_for(with_staff(published), true, Strangers::default(), false).await;
            let is_said = said.len();
            for command in said {
                rights::says(&log, command).await;
            }
            let resident = token(Role::Resident, "", "0198c9e2-1111-7000-8000-000000000000");
            let mut known = opening("c1", "Selkä kipeä");
            known["anonymous"] = json!(false);
            // The contact is opened after the commands: a view that has it has them, too.
            let (_, opened) = call(&app, Method::POST, "/api/contacts", &resident, Some(known)).await;
            let contact = format!("/api/contacts/{}", opened["contact"].as_str().expect("an id"));
            let own = token(Role::Professional, "small", "own");
            assert_eq!(call(&app, Method::POST, &format!("{contact}/claim"), &own, None).await.0, StatusCode::OK);
            for field in ["nurse", "physician"] {
                let register = format!("{contact}/register");
                let (status, answer) = call(&app, Method::POST, &register, &own, Some(json!({ field: id }))).await;
                let (_, seen) = call(&app, Method::GET, &contact, &own, None).await;
                match is_done {
                    true => assert_eq!((status, &seen["registration"][field]), (StatusCode::OK, &json!(id)), "{what}"),
                    false => {
                        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{what}, after {is_said}: {answer}");
                        assert_eq!(
                            (&answer["error"]["field"], seen.get("registration")),
                            (&json!(field), None),
                            "{what}"
                        );
                    }
                }
            }
        }
    });
}

#[test]
fn opened_twice_it_is_one_contact_with_one_code() {
    on_its_own(async {
        let app = app().await;
        let first = call(&app, Method::POST, "/api/contacts", "", Some(opening("c1", "Hei"))).await;
        let again = call(&app, Method::POST, "/api/contacts", "", Some(opening("c1", "Hei"))).await;
        assert_eq!((first.0, again.0), (StatusCode::CREATED, StatusCode::OK));
        for field in ["contact", "conversation", "receipt", "resume_code", "state", "expected"] {
            assert!(first.1[field].is_string(), "{field} of {}", first.1);
            assert_eq!(first.1[field], again.1[field], "{field}");
        }
        let other = call(&app, Method::POST, "/api/contacts", "", Some(opening("c1", "Muuta"))).await;
        assert_eq!((other.0, other.1.get("resume_code")), (StatusCode::CONFLICT, None));
        assert_eq!(first.1["expected"], json!("2026-01-07T21:59:59.999999Z"), "the same weekday, local time");
    });
}

#[test]
fn what_a_caller_may_not_see_is_not_there() {
    on_its_own(async {
        let app = app().await;
        let (contact, code) = opened(&app, "c1").await;
        let (_, other) = opened(&app, "c2").await;
        let forged = format!("{}x", token(Role::Professional, "small", "nurse-1"));
        let callers = [
            "",
            &other,
            "0000000000000000",
            "no code",
            &forged,
            &token(Role::Professional, "other", "nurse-2"),
            &token(Role::Manager, "county", "manager"),
            &token(Role::Resident, "", "somebody"),
            &token(Role::Admin, "county", "admin"),
        ];
        let unknown = "0198c9e2-0000-7000-8000-000000000000";
        let answer = |method: Method, path: String, bearer: String| {
            let app = Arc::clone(&app);
            async move {
                call(&app, method, &path, &bearer, Some(json!({ "text": "x", "note": "x", "unit": "other" }))).await
            }
        };
        let missing = answer(Method::GET, format!("/api/contacts/{unknown}"), code.clone()).await;
        for caller in callers {
            for (method, path) in [
                (Method::GET, "/api/contacts/ID".to_string()),
                (Method::GET, "/api/conversations/ID/messages".into()),
                (Method::PUT, "/api/conversations/ID/messages/m1".into()),
                (Method::POST, "/api/contacts/ID/claim".into()),
                (Method::POST, "/api/contacts/ID/reply".into()),
                (Method::POST, "/api/contacts/ID/transfer".into()),
                (Method::POST, "/api/contacts/ID/nonsense".into()),
            ] {
                let given = answer(method.clone(), path.replace("ID", &contact), caller.to_string()).await;
                assert_eq!(given, missing, "{caller} {method} {path}: as if there were none");
            }
            let queue = answer(Method::GET, "/api/queues/small".into(), caller.to_string()).await;
            if caller == token(Role::Manager, "county", "manager") {
                let counts = json!({ "queue": "small", "waiting": 2, "contacts": [] });
                assert_eq!(queue, (StatusCode::OK, counts), "a manager is told how many");
            } else {
                assert_eq!(queue, missing, "{caller} queue");
            }
        }
        // The resident does not handle, and what is no route or no method says no more.
        assert_eq!(answer(Method::POST, format!("/api/contacts/{contact}/claim"), code.clone()).await, missing);
        assert_eq!(answer(Method::DELETE, format!("/api/contacts/{contact}"), code.clone()).await, missing);
        assert_eq!(answer(Method::GET, "/api/contacts/nonsense".into(), code.clone()).await, missing);
        assert_eq!(texts(&app, &contact, &code).await, ["Selkä kipeä"]);
    });
}

#[test]
fn fifty_claims_at_once_are_one() {
    on_its_own(async {
        let app = app().await;
        let (contact, _) = opened(&app, "c1").await;
        let claims = (0..50).map(|number| {
            let (app, path) = (Arc::clone(&app), format!("/api/contacts/{contact}/claim"));
            tokio::spawn(async move {
                let nurse = token(Role::Professional, "small", &format!("nurse-{number}"));
                call(&app, Method::POST, &path, &nurse, None).await.0
            })
        });
        let mut won = 0;
        for claim in claims.collect::<Vec<_>>() {
            match claim.await.expect("an answer") {
                StatusCode::OK => won += 1,
                other => assert_eq!(other, StatusCode::CONFLICT),
            }
        }
        assert_eq!(won, 1);
    });
}

#[test]
fn what_cannot_be_is_refused_with_its_field() {
    on_its_own(async {
        let app = app().await;
        let with = |field: &str, value: Value| {
            let mut body = opening("c1", "Hei");
            body[field] = value;
            body
        };
        for (field, value) in [
            ("client_id", json!("")),
            ("client_id", json!("ä")),
            ("client_id", json!("x".repeat(65))),
            ("channel", json!("telepathy")),
            ("service", json!("a b")),
            ("language", json!("")),
            ("text", json!("  \n ")),
            ("text", json!("x".repeat(10_001))),
            ("text", json!("a\u{0}b")),
            ("anonymous", json!(false)),
            ("anonymous", json!("yes")),
            ("text", json!(["Hei"])),
            ("client_id", json!(5)),
        ] {
            let (status, body) = call(&app, Method::POST, "/api/contacts", "", Some(with(field, value))).await;
            assert_eq!((status, &body["error"]["field"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!(field)), "{body}");
        }
        for (body, expected) in [
            ("{".to_string(), StatusCode::BAD_REQUEST),
            ("[1]".into(), StatusCode::BAD_REQUEST),
            (format!("{} and more", opening("c1", "Hei")), StatusCode::BAD_REQUEST),
            (r#"["c1", "message", "outpatient", "fi", "Hei", true]"#.into(), StatusCode::BAD_REQUEST),
            (r#"{"client_id": "c1", "client_id": "c2"}"#.into(), StatusCode::BAD_REQUEST),
            (format!("\"{}\"", "x".repeat(300_000)), StatusCode::PAYLOAD_TOO_LARGE),
            ("[".repeat(20_000), StatusCode::BAD_REQUEST),
        ] {
            let request = Request::post("/api/contacts").body(Body::from(body)).expect("a request");
            let response = router(Arc::clone(&app)).oneshot(request).await.expect("an answer");
            assert_eq!(response.status(), expected);
            let body = response.into_body().collect().await.expect("a body").to_bytes();
            let body: Value = serde_json::from_slice(&body).expect("JSON");
            assert!(body["error"]["code"].is_string() && body["error"]["message"].is_string(), "{body}");
        }
        for length in [1, 20, 36, 64] {
            let opened =
                call(&app, Method::POST, "/api/contacts", "", Some(with("client_id", json!("x".repeat(length)))));
            assert_eq!(opened.await.0, StatusCode::CREATED, "{length}");
        }
        // A number beyond every message is beyond every message.
        let (contact, code) = opened(&app, "c2").await;
        let path = format!("/api/conversations/{contact}/messages?after={}", u64::MAX);
        let (status, body) = call(&app, Method::GET, &path, &code, None).await;
        assert_eq!((status, &body["messages"]), (StatusCode::OK, &json!([])), "{body}");
        // The longest text that fits, and text of every kind, comes back as it was.
        let (contact, code) = opened(&app, "c1").await;
        for (name, text) in [("m1", "ä".repeat(10_000)), ("m2", "e\u{301} é 👩‍⚕️ <b> \u{202e}".into())] {
            let path = format!("/api/conversations/{contact}/messages/{name}");
            assert_eq!(
                call(&app, Method::PUT, &path, &code, Some(json!({ "text": text }))).await.0,
                StatusCode::CREATED
            );
            assert_eq!(texts(&app, &contact, &code).await.last(), Some(&text));
        }
    });
}

#[test]
fn an_answer_waits_for_what_is_not_there_yet() {
    on_its_own(async {
        let app = app().await;
        let (contact, code) = opened(&app, "c1").await;
        let (waiting, held) = (Arc::clone(&app), code.clone());
        let path = format!("/api/conversations/{contact}/messages?after=2&wait=25");
        let waits = tokio::spawn(async move { call(&waiting, Method::GET, &path, &held, None).await });
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        assert!(!waits.is_finished());
        let path = format!("/api/conversations/{contact}/messages/m1");
        call(&app, Method::PUT, &path, &code, Some(json!({ "text": "Vielä" }))).await;
        let (status, body) =
            tokio::time::timeout(std::time::Duration::from_secs(10), waits).await.expect("in time").expect("an answer");
        assert_eq!((status, &body["messages"][0]["text"], &body["head"]), (StatusCode::OK, &json!("Vielä"), &json!(3)));
    });
}

#[test]
fn another_sites_form_changes_nothing() {
    on_its_own(async {
        let app = app().await;
        for (name, value, allowed) in [
            ("sec-fetch-site", "cross-site", false),
            ("sec-fetch-site", "same-site", false),
            ("sec-fetch-site", "same-origin", true),
            ("origin", "https://elsewhere.example", false),
            ("origin", "http://luotsi.example", true),
        ] {
            let request = Request::post("/contact/leave").header(name, value).header("host", "luotsi.example");
            let request = request.body(Body::empty()).expect("a request");
            let response = router(Arc::clone(&app)).oneshot(request).await.expect("an answer");
            assert_eq!(response.status() != StatusCode::FORBIDDEN, allowed, "{name}: {value}");
            let body = response.into_body().collect().await.expect("a body").to_bytes();
            let is_told = String::from_utf8_lossy(&body).contains("toisen sivuston kautta");
            assert_eq!(is_told, !allowed, "told in the reader's language, with a way on");
        }
    });
}

#[test]
fn how_far_the_facts_are_behind_is_told_while_they_are() {
    on_its_own(async {
        let app = app().await;
        let told = async || {
            let request = Request::get("/metrics").body(Body::empty()).expect("a request");
            let response = router(Arc::clone(&app)).oneshot(request).await.expect("an answer");
            let text = response.into_body().collect().await.expect("a body").to_bytes();
            let text = String::from_utf8_lossy(&text).into_owned();
            let of = |name: &str| {
                let line = text.lines().find(|line| line.starts_with(name)).expect(name);
                line.rsplit(' ').next().and_then(|value| value.parse::<f64>().ok()).expect("a number")
            };
            (of("luotsi_log_events "), of("luotsi_facts_behind_events "))
        };
        assert_eq!(told().await, (0.0, 0.0));
        opened(&app, "c1").await;
        // Nobody has said anything since: that there is more is seen all the same.
        let (events, behind) = told().await;
        assert!(events > 0.0 && behind == events, "{events} {behind}");
        app.followed(events as u64);
        assert_eq!(told().await, (events, 0.0));
    });
}

#[test]
fn what_is_over_is_for_who_had_it_and_who_leads_and_refusals_are_recorded() {
    on_its_own(async {
        let (app, accesses) = crate::app_and_accesses(fixture(0.5, true), true).await;
        let (contact, code) = opened(&app, "c1").await;
        let had = token(Role::Professional, "small", "nurse-1");
        for (verb, body) in [("claim", json!({})), ("resolve", json!({})), ("close", json!({}))] {
            let path = format!("/api/contacts/{contact}/{verb}");
            assert_eq!(call(&app, Method::POST, &path, &had, Some(body)).await.0, StatusCode::OK, "{verb}");
        }
        let path = format!("/api/contacts/{contact}");
        let seen = async |bearer: &str| call(&app, Method::GET, &path, bearer, None).await.0.as_u16();
        assert_eq!(seen(&had).await, 200);
        assert_eq!(seen(&code).await, 200, "it is still theirs");
        assert_eq!(
            seen(&token(Role::Professional, "small", "nurse-2")).await,
            404,
            "a colleague has no part in it any more"
        );
        assert_eq!(seen(&token(Role::Lead, "county", "lead-1")).await, 200);
        let (reopen, lead) = (format!("{path}/reopen"), token(Role::Lead, "county", "lead-1"));
        let handled = call(&app, Method::POST, &reopen, &lead, None).await.0;
        assert_eq!(handled, StatusCode::NOT_FOUND, "who supervises reads");
        // The record says of whom, for what, and what was refused.
        let begun = std::time::Instant::now();
        let recorded = loop {
            let page = accesses.read_all(0, store::Filter::default(), 100).await.expect("the record");
            let told = page.events.into_iter().map(|event| (event.context.actor, event.kind, event.context.purpose));
            let told: Vec<(String, String, String)> = told.collect();
            if told.iter().filter(|(_, kind, _)| kind == "contact.refused").count() == 2 {
                break told;
            }
            assert!(begun.elapsed().as_secs() < 30, "{told:?}");
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        };
        let is_told = |actor: &str, kind: &str, purpose: &str| {
            recorded.iter().any(|it| (it.0.as_str(), it.1.as_str(), it.2.as_str()) == (actor, kind, purpose))
        };
        assert!(is_told("nurse-1", "contact.read", "care") && is_told("lead-1", "contact.read", "supervision"));
        assert!(is_told("nurse-2", "contact.refused", "care"), "{recorded:?}");
    });
}

#[test]
fn nobody_has_to_do_with_a_person_because_their_unit_knows_them_or_by_an_act_of_their_own() {
    on_its_own(async {
        let app = app_over(fixture(0.5, true), true).await;
        let resident = token(Role::Resident, "", "0198c9e2-1111-7000-8000-000000000000");
        let mut body = opening("c1", "Selkä kipeä");
        body["anonymous"] = json!(false);
        let (_, opened) = call(&app, Method::POST, "/api/contacts", &resident, Some(body)).await;
        let path = format!("/api/contacts/{}", opened["contact"].as_str().expect("an id"));
        let had = token(Role::Professional, "small", "nurse-1");
        let pair = json!({ "unit": "small", "nurse": "nurse-1", "client_id": "p1" });
        for (verb, body) in [("claim", json!({})), ("register", pair), ("resolve", json!({})), ("close", json!({}))] {
            let path = format!("{path}/{verb}");
            assert_eq!(call(&app, Method::POST, &path, &had, Some(body)).await.0, StatusCode::OK, "{verb}");
        }
        let colleague = token(Role::Professional, "small", "nurse-2");
        let seen = call(&app, Method::GET, &path, &colleague, None).await.0;
        assert_eq!(seen, StatusCode::NOT_FOUND, "that the unit has their pair is no care of everybody there");
        let lead = crate::pages::signed_in(&app, "lead").await;
        let contact = opened["contact"].as_str().expect("an id");
        let (read, _) = crate::pages::get(&app, &format!("/desk/contacts/{contact}"), &lead).await;
        let (set, _) = crate::pages::get(&app, &format!("/desk/tasks/new?contact={contact}"), &lead).await;
        assert!(read == 200 && set == 404, "who supervises reads, and gets no care by a task of their own");
    });
}

/// The events of a stream, each as its lines.
pub struct Events(axum::body::BodyDataStream, String);

impl Events {
    pub async fn of(app: &Arc<App>, path: &str, bearer: &str, last: Option<u64>) -> Events {
        let request = Request::get(path).header(header::ACCEPT, "text/event-stream");
        let request = request.header(header::AUTHORIZATION, format!("Bearer {bearer}"));
        let request = match last {
            Some(last) => request.header("last-event-id", last.to_string()),
            None => request,
        };
        Events::asked(app, request.body(Body::empty()).expect("a request")).await
    }

    /// The same by any request.
    pub async fn asked(app: &Arc<App>, request: Request<Body>) -> Events {
        let response = router(Arc::clone(app)).oneshot(request).await.expect("an answer");
        assert_eq!(response.status(), StatusCode::OK);
        Events(response.into_body().into_data_stream(), String::new())
    }

    /// The next event; none: the stream has ended.
    pub async fn next(&mut self) -> Option<String> {
        use futures::StreamExt;
        loop {
            if let Some((event, rest)) = self.1.split_once("\n\n") {
                let (event, rest) = (event.to_string(), rest.to_string());
                self.1 = rest;
                return Some(event);
            }
            let more = tokio::time::timeout(std::time::Duration::from_secs(30), self.0.next()).await;
            self.1 += std::str::from_utf8(&more.expect("in time")?.expect("bytes")).expect("text");
        }
    }
}

#[test]
fn a_stream_goes_on_where_it_broke_off_and_ends_with_the_right_to_it() {
    on_its_own(async {
        let app = app().await;
        let (contact, code) = opened(&app, "c1").await;
        let nurse = token(Role::Professional, "small", "nurse-1");
        let path = format!("/api/conversations/{contact}/messages");
        let write = async |id: &str, text: &str| {
            let body = json!({ "text": text });
            assert_eq!(
                call(&app, Method::PUT, &format!("{path}/{id}"), &code, Some(body)).await.0,
                StatusCode::CREATED
            );
        };
        write("m1", "toinen").await;
        let mut events = Events::of(&app, &path, &nurse, None).await;
        let mut last = 0;
        for expected in ["Selkä kipeä", "toinen"] {
            let event = loop {
                let event = events.next().await.expect("an event");
                if event.contains("event: message") {
                    break event;
                }
            };
            assert!(event.contains(expected), "{event}");
            let id = event.lines().find_map(|line| line.strip_prefix("id: "));
            last = id.and_then(|id| id.parse().ok()).expect("a place");
        }
        drop(events);
        write("m2", "kolmas").await;
        // The connection was lost: nothing twice, nothing left out.
        let mut events = Events::of(&app, &path, &nurse, Some(last)).await;
        let event = events.next().await.expect("an event");
        assert!(event.contains("kolmas"), "{event}");
        // Handed over to another unit, it is no longer theirs to hear.
        let post = async |verb: &str, body: Value| {
            call(&app, Method::POST, &format!("/api/contacts/{contact}/{verb}"), &nurse, Some(body)).await.0
        };
        assert_eq!(post("claim", json!({})).await, StatusCode::OK);
        let handed = json!({ "unit": "other", "reason": "capacity", "note": "Teille" });
        assert_eq!(post("transfer", handed).await, StatusCode::OK);
        while let Some(event) = events.next().await {
            assert!(!event.contains("Teille"), "{event}");
        }
        // A cursor that lies beyond the end, as after the log was restored from a copy, gets word of it, and hears what
        // comes.
        let mut events = Events::of(&app, &format!("{path}?after=500"), &code, None).await;
        let event = events.next().await.expect("an event");
        assert!(event.contains("event: resync") && event.contains("\"head\""), "{event}");
        write("m3", "uusi").await;
        let event = events.next().await.expect("an event");
        assert!(event.contains("uusi"), "{event}");
    });
}
