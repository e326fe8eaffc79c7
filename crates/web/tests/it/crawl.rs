//! Every page and every answer to programs, for every role, in its own unit, above it and in another: who gets it, and nobody
//! else. `crawl/lines.rs` says for whom each is, and `crawl/county.rs` makes what they ask for. `crawl/links.rs` follows all links.

mod county;
mod lines;
mod links;

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::body::Body;
use axum::http::{Method, Request, header};
use http_body_util::BodyExt;
use serde_json::json;
use tower::ServiceExt;
use web::{App, router, routes};

use self::county::{Asker, County};
use self::lines::LINES;
use crate::contacts::{call, opening};
use crate::pages::{fixture, signed_in};
use crate::{app_and_accesses, app_over, on_its_own};

/// So many ask at once: no more than passwords are read at a time.
const AT_ONCE: usize = 24;

async fn status(app: &Arc<App>, method: Method, path: &str, cookie: &str) -> u16 {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::COOKIE, cookie)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let answer = router(Arc::clone(app)).oneshot(request.body(Body::empty()).expect("a request")).await;
    answer.expect("an answer").status().as_u16()
}

/// The outcome of asking: let in, turned away, or something that no route may answer.
fn is_let_in(status: u16, to: &str) -> Option<bool> {
    match status {
        303 => Some(!(to == "/sign-in" || to.starts_with("/sign-in?") || to == "/contact/return" || to == "/acting")),
        // Shown, or what was filled in is read and found wrong.
        200 | 201 | 400 | 409 | 422 => Some(true),
        // One name was tried too often, or too many wait to be hashed: all of them together.
        429 | 503 => Some(true),
        401 | 403 | 404 => Some(false),
        _ => None,
    }
}

#[test]
fn every_route_is_for_whom_it_is_and_changes_nothing_for_others() {
    let all: BTreeSet<String> = routes().iter().map(|(method, path)| format!("{method} {path}")).collect();
    let told: BTreeSet<String> = LINES.iter().map(|(route, ..)| route.to_string()).collect();
    let (new, gone) = (all.difference(&told), told.difference(&all));
    assert!(
        all == told,
        "routes without a line: {:?}; lines without a route: {:?}",
        new.collect::<Vec<_>>(),
        gone.collect::<Vec<_>>()
    );
    on_its_own(async {
        let county = County::made().await;
        let askers = county.askers().await;
        let mut surprises = Vec::new();
        for (route, lets, commands, form) in LINES {
            for command in commands.split(' ') {
                let lets = |it: &Asker| lets.lets(it.name, it.place != "elsewhere");
                // First those to whom it is closed: nothing has changed after them.
                for expected in [false, true] {
                    let asking = askers.iter().filter(|it| lets(it) == expected);
                    let asking: Vec<&Asker> = asking.collect();
                    let before = county.head().await;
                    // Many at once: to say that there is nothing takes its time.
                    for some in asking.chunks(AT_ONCE) {
                        let asked = some.iter().map(|asker| county.ask(route, command, form, asker));
                        for (asker, (status, to)) in some.iter().zip(futures::future::join_all(asked).await) {
                            if is_let_in(status, &to) != Some(expected) {
                                let what = format!("{} {} gets {status} {to}", asker.name, asker.place);
                                surprises.push(format!("{route} {command} {form}: {what}"));
                            }
                        }
                    }
                    if !expected && county.head().await != before {
                        surprises.push(format!("{route} {command} {form}: one to whom it is closed changed something"));
                    }
                }
            }
        }
        assert!(surprises.is_empty(), "{} surprises:\n{}", surprises.len(), surprises.join("\n"));
    });
}

/// A person who acts for another under a non-disclosure order is shown no unit on any page, in any answer or file: each would
/// tell where the other lives or goes.
#[test]
fn no_place_is_shown_to_who_acts_for_somebody_under_a_non_disclosure_order() {
    on_its_own(async {
        let county = County::made().await;
        // The word in the address of the crawl and on pages in each language; that of the whole county stands in every header.
        let places = ["small fi", "small sv", "small en", "other fi", "\"small\"", "@small"];
        let mut shown = [Vec::new(), Vec::new()];
        for (turn, shown) in shown.iter_mut().enumerate() {
            if turn == 1 {
                county.protects().await;
            }
            let askers = county.askers().await;
            let acting = askers.iter().find(|it| it.name == "acting" && it.place == "here").expect("who acts");
            for (route, _, commands, form) in LINES.iter().filter(|(route, ..)| route.starts_with("GET ")) {
                for command in commands.split(' ') {
                    let (status, _, body) = county.asked(route, command, form, acting).await;
                    let places = places.iter().filter(|it| body.contains(**it));
                    shown.extend(places.map(|it| format!("{route} {form}: {it} ({status})")));
                }
            }
        }
        assert!(
            shown[0].iter().any(|it| it.starts_with("GET /matters/{id} ")),
            "else nothing is looked at: {:?}",
            shown[0]
        );
        assert!(shown[0].iter().any(|it| it.starts_with("GET /contact/thread ")), "{:?}", shown[0]);
        assert!(shown[0].iter().any(|it| it.starts_with("GET /api/contacts/{id} ")), "{:?}", shown[0]);
        assert_eq!(shown[1], Vec::<String>::new());
    });
}

#[test]
fn who_hands_over_twice_with_one_form_is_told_that_it_is_done() {
    on_its_own(async {
        let app = app_over(fixture(0.5, true), false).await;
        let (_, opened) = call(&app, Method::POST, "/api/contacts", "", Some(opening("own", "one"))).await;
        let contact = opened["contact"].as_str().expect("an id");
        let nurse = signed_in(&app, "professional").await;
        let post = async |verb: &str, form: &str| {
            let request = Request::post(format!("/desk/contacts/{contact}/{verb}"))
                .header(header::COOKIE, &nurse)
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(Body::from(form.to_string()));
            let answer = router(Arc::clone(&app)).oneshot(request.expect("a request")).await.expect("an answer");
            let to = answer.headers().get(header::LOCATION).map(|to| to.to_str().expect("text").to_string());
            (answer.status().as_u16(), to)
        };
        assert_eq!(post("claim", "client_id=c1").await.0, 303);
        let form = "client_id=t1&unit=other&reason=misdirected&note=Ei+meille";
        for _ in 0..2 {
            let to = format!("/desk?unit=small&did=transfer&contact={contact}");
            assert_eq!(post("transfer", form).await, (303, Some(to)));
        }
        assert_eq!(post("transfer", &form.replace("Ei", "Jo")).await.0, 409, "another thing under that name");
        assert_eq!(post("transfer", &form.replace("t1", "t2")).await.0, 409, "it is no longer theirs");
        assert_eq!(status(&app, Method::POST, "/sign-out", &nurse).await, 303);
        assert_eq!(post("reply", "client_id=r1&text=Vastaus").await.0, 409, "signed out: told, with what was written");
    });
}

#[test]
fn what_was_written_in_a_stale_tab_is_shown_again_and_the_record_knows_who_read() {
    on_its_own(async {
        let (app, accesses) = app_and_accesses(fixture(0.5, true), false).await;
        let recorded = async || accesses.read_all(0, store::Filter::default(), 0).await.expect("the record").head;
        let (_, opened) = call(&app, Method::POST, "/api/contacts", "", Some(opening("own", "one"))).await;
        let [contact, code] = ["contact", "resume_code"].map(|it| opened[it].as_str().expect("text").to_string());
        let nurse = signed_in(&app, "professional").await;
        let post = async |cookie: &str, verb: &str, form: &str| {
            let request = Request::post(format!("/desk/contacts/{contact}/{verb}"))
                .header(header::COOKIE, cookie)
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(Body::from(form.to_string()));
            let answer = router(Arc::clone(&app)).oneshot(request.expect("a request")).await.expect("an answer");
            let status = answer.status().as_u16();
            let body = answer.into_body().collect().await.expect("a body").to_bytes();
            (status, String::from_utf8_lossy(&body).into_owned())
        };
        let reply = "client_id=r1&seen=3&text=Vaivalla+kirjoitettu";
        let kept = |(status, body): (u16, String), expected: u16| {
            assert_eq!(status, expected, "{body}");
            assert!(body.contains("Vaivalla kirjoitettu"), "{body}");
        };
        kept(post(&nurse, "reply", reply).await, 409);
        assert_eq!(post(&nurse, "claim", "client_id=c1").await.0, 303);
        kept(post(&nurse, "reply", &reply.replace("seen=3", "seen=abc")).await, 409);
        assert_eq!(post(&nurse, "transfer", "client_id=t1&unit=other&reason=capacity&note=Teille").await.0, 303);
        kept(post(&nurse, "reply", reply).await, 409);
        // A unit that ended meanwhile, and a note that is too long: each is reported in words.
        let (_, opened) = call(&app, Method::POST, "/api/contacts", "", Some(opening("two", "2"))).await;
        let contact = opened["contact"].as_str().expect("an id");
        let codes = format!("{nurse}; contact={code}");
        let before = recorded().await;
        assert_eq!(status(&app, Method::GET, &format!("/desk/contacts/{contact}"), &codes).await, 200);
        let holder = format!("{nurse}; contact={}", opened["resume_code"].as_str().expect("a code"));
        assert_eq!(status(&app, Method::GET, &format!("/desk/contacts/{contact}"), &holder).await, 200);
        assert_eq!(recorded().await, before + 2, "also who holds the code is recorded");
    });
}

#[test]
fn what_was_written_for_one_contact_never_comes_into_another() {
    on_its_own(async {
        let app = app_over(fixture(0.5, true), false).await;
        let (_, first) = call(&app, Method::POST, "/api/contacts", "", Some(opening("one", "first"))).await;
        let (_, second) = call(&app, Method::POST, "/api/contacts", "", Some(opening("two", "second"))).await;
        let code = second["resume_code"].as_str().expect("a code");
        // The tab shows the first, and the browser holds the second by now; then it holds none.
        for cookie in [format!("contact={code}"), String::new()] {
            let form =
                format!("client_id=m1&contact={}&text=Vain+ensimmaiselle", first["contact"].as_str().expect("an id"));
            let request = Request::post("/contact/thread")
                .header(header::COOKIE, cookie)
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(Body::from(form));
            let answer = router(Arc::clone(&app)).oneshot(request.expect("a request")).await.expect("an answer");
            assert_eq!(answer.status().as_u16(), 409);
            let body = answer.into_body().collect().await.expect("a body").to_bytes();
            assert!(String::from_utf8_lossy(&body).contains("Vain ensimmaiselle"), "what was written is not lost");
        }
        let path = format!("/api/conversations/{}/messages", second["contact"].as_str().expect("an id"));
        let (_, read) = call(&app, Method::GET, &path, code, None).await;
        assert_eq!(read["messages"].as_array().map(Vec::len), Some(1), "{read}");
    });
}

#[test]
fn what_is_not_sealed_cannot_hold_what_is_personal() {
    on_its_own(async {
        let app = app_over(fixture(0.5, true), false).await;
        let wrong =
            [("service", "Matti.010190-923E"), ("language", "matti:0401234567"), ("client_id", "Matti-010190-923E-1")];
        for (field, value) in wrong {
            let mut body = opening("c1", "text");
            body[field] = json!(value);
            let (status, answer) = call(&app, Method::POST, "/api/contacts", "", Some(body)).await;
            assert_eq!((status.as_u16(), &answer["error"]["field"]), (422, &json!(field)), "{answer}");
        }
    });
}
