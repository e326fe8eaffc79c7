//! Rights follow work: whoever works somewhere no more opens nothing there, by token, by session or by a stream that goes on.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use calendar::{Calendar, day_number};
use facts::{Profession, UnitLevel};
use http_body_util::BodyExt;
use kinds::ask_of_organisation;
use matter::By;
use matter::access::Role;
use operations::organisation::{Command, Imported, Professional, Unit};
use serde_json::json;
use store::{Log, withdraw_tokens};
use tokio::time::Instant;
use tower::ServiceExt;
use web::{App, Strangers, router};

use crate::contacts::{call, opening, token};
use crate::pages::{fixture, get};
use crate::strangers::from;
use crate::{NOW, app_for, on_its_own};

pub fn today() -> i32 {
    day_number(Calendar::shipped().local_date(NOW).expect("a day"))
}

/// Says something of the organisation, as the command line does beside the server.
pub async fn says(log: &Log, command: Command) {
    let imported = Imported { units: ["county", "small", "other"].map(Into::into).into(), ..Imported::default() };
    let key = format!("{command:?}");
    ask_of_organisation(log, &By::Operator, command, &key, NOW, imported).await.expect("said");
}

pub fn works(id: &str, unit: &str, from: i32) -> Command {
    Command::SetProfessional(Professional { id: id.into(), profession: Profession::Nurse, unit: unit.into(), from })
}

fn unit(id: &str, parent: &str, from: i32) -> Command {
    let (name, parent) = (id.to_string(), Some(parent.to_string()));
    Command::SetUnit(Unit { id: id.into(), name, name_sv: None, name_en: None, parent, level: UnitLevel::Unit, from })
}

/// Until it is so, as a server knows it that follows the log.
pub async fn soon(what: &str, is_so: impl AsyncFn() -> bool) {
    for _ in 0..100 {
        if is_so().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{what}, within seconds");
}

/// A stream of events of somebody; it is read in the background, and ends when they may listen no more.
async fn stream(app: &Arc<App>, path: &str, bearer: &str) -> tokio::task::JoinHandle<()> {
    let request = Request::get(path)
        .header(header::AUTHORIZATION, format!("Bearer {bearer}"))
        .header(header::ACCEPT, "text/event-stream")
        .body(Body::empty())
        .expect("a request");
    let response = router(Arc::clone(app)).oneshot(request).await.expect("an answer");
    assert_eq!(response.status(), StatusCode::OK, "{path}");
    tokio::spawn(async move { drop(response.into_body().collect().await) })
}

#[test]
fn who_has_left_or_moved_opens_nothing_where_they_were() {
    on_its_own(async {
        let day = today();
        let ended = |id: &str, on: i32| Command::EndProfessional { id: id.into(), on };
        // Commands before the token is used, those after, and whether it still opens the queue of `small` then.
        let cases: Vec<(&str, Vec<Command>, Vec<Command>, bool)> = vec![
            ("nobody knows them", vec![], vec![], true),
            ("they work there", vec![works("n", "small", day - 9)], vec![], true),
            ("they leave", vec![works("n", "small", day - 9)], vec![ended("n", day)], false),
            ("they were set today by mistake", vec![works("n", "small", day)], vec![ended("n", day)], false),
            ("they leave tomorrow", vec![works("n", "small", day - 9)], vec![ended("n", day + 1)], true),
            ("they move", vec![works("n", "small", day - 9)], vec![works("n", "other", day)], false),
            ("the unit was a mistake", vec![works("n", "small", day - 9)], vec![works("n", "other", day - 9)], false),
            ("the unit was a mistake today", vec![works("n", "small", day)], vec![works("n", "other", day)], false),
            (
                "they leave on the day of a mistake",
                vec![works("n", "small", day)],
                vec![works("n", "other", day), ended("n", day)],
                false,
            ),
            ("they move tomorrow", vec![works("n", "small", day - 9)], vec![works("n", "other", day + 1)], true),
            (
                "another leaves",
                vec![works("n", "small", day - 9), works("m", "small", day - 9)],
                vec![ended("m", day)],
                true,
            ),
            ("they move there", vec![works("n", "other", day - 9)], vec![works("n", "small", day)], true),
            (
                "they come back",
                vec![works("n", "small", day - 9), ended("n", day - 5)],
                vec![works("n", "small", day - 1)],
                true,
            ),
        ];
        let mut streams = Vec::new();
        for (what, before, after, opens) in cases {
            let (app, _, log) = app_for(fixture(0.5, true), true, Strangers::default(), false).await;
            for command in before {
                says(&log, command).await;
            }
            let (_, opened) = call(&app, Method::POST, "/api/contacts", "", Some(opening("c", "Hei"))).await;
            let contact = opened["contact"].as_str().expect("an id").to_string();
            let bearer = token(Role::Professional, "small", "n");
            let form = format!("token={bearer}");
            let request = Request::post("/sign-in").header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
            let (_, headers, _) = from(&app, "192.0.2.1", request, form).await;
            let cookie = headers.get(header::SET_COOKIE).map(|it| it.to_str().expect("text").to_string());
            let cookie = cookie.unwrap_or_default().split(';').next().unwrap_or_default().to_string();
            let queue = || async { call(&app, Method::GET, "/api/queues/small", &bearer, None).await.0 };
            let listens = match queue().await {
                StatusCode::OK => {
                    let messages = format!("/api/conversations/{contact}/messages");
                    vec![stream(&app, "/api/queues/small", &bearer).await, stream(&app, &messages, &bearer).await]
                }
                _ => Vec::new(),
            };
            for command in after {
                says(&log, command).await;
            }
            let expected = if opens { StatusCode::OK } else { StatusCode::NOT_FOUND };
            soon(what, async || queue().await == expected).await;
            let read = call(&app, Method::GET, &format!("/api/contacts/{contact}"), &bearer, None).await.0;
            let claimed = call(&app, Method::POST, &format!("/api/contacts/{contact}/claim"), &bearer, None).await.0;
            assert_eq!((read, claimed), (expected, expected), "{what}: with the token");
            if !cookie.is_empty() && what != "they come back" && what != "they move there" {
                let by_session = get(&app, "/desk?unit=small", &cookie).await.0;
                assert_eq!(by_session == StatusCode::OK, opens, "{what}: with the session");
            }
            streams.extend(listens.into_iter().map(|listen| (what, opens, listen)));
        }
        // A stream looks every five seconds whether it may go on.
        let looked = Instant::now() + Duration::from_secs(9);
        tokio::time::sleep_until(looked - Duration::from_secs(2)).await;
        assert!(streams.iter().any(|(_, opens, _)| *opens) && streams.iter().any(|(_, opens, _)| !opens));
        for (what, opens, listen) in streams {
            match opens {
                true => assert!(!listen.is_finished(), "{what}: the stream of somebody who may listen ended"),
                false => {
                    let ended = tokio::time::timeout_at(looked, listen).await;
                    ended.unwrap_or_else(|_| panic!("{what}: the stream goes on")).expect("no panic");
                }
            }
        }
    });
}

#[test]
fn rights_follow_units_that_move_or_end_at_once() {
    on_its_own(async {
        let (app, _, log) = app_for(fixture(0.5, true), true, Strangers::default(), false).await;
        let day = today();
        says(&log, unit("team", "small", day - 9)).await;
        let [small, other, team, county] =
            ["small", "other", "team", "county"].map(|unit| token(Role::Lead, unit, &format!("lead-{unit}")));
        // A contact that waits in the team's queue.
        let (_, opened) = call(&app, Method::POST, "/api/contacts", "", Some(opening("c", "Hei"))).await;
        let contact = opened["contact"].as_str().expect("an id").to_string();
        let nurse = token(Role::Lead, "small", "n");
        soon("the unit is known", async || {
            app.publish(fixture(0.5, true));
            call(&app, Method::POST, &format!("/api/contacts/{contact}/claim"), &nurse, None).await.0 == StatusCode::OK
        })
        .await;
        let over = json!({ "unit": "other", "note": "Teille" });
        let moved = call(&app, Method::POST, &format!("/api/contacts/{contact}/transfer"), &nurse, Some(over)).await;
        assert_eq!(moved.0, StatusCode::OK, "{}", moved.1);
        let reads = async |bearer: &str| {
            call(&app, Method::GET, &format!("/api/contacts/{contact}"), bearer, None).await.0 == StatusCode::OK
        };
        assert!(reads(&other).await && !reads(&small).await);
        // The unit that has it comes under another.
        let (mine, yours) = (unit("hub", "county", day - 9), unit("other", "hub", day));
        let imported = Imported { units: ["county", "small"].map(Into::into).into(), ..Imported::default() };
        for command in [mine, yours] {
            let key = format!("{command:?}");
            ask_of_organisation(&log, &By::Operator, command, &key, NOW, imported.clone()).await.expect("said");
        }
        let hub = token(Role::Lead, "hub", "lead-hub");
        soon("who leads above has it", async || reads(&hub).await).await;
        assert!(reads(&county).await && reads(&other).await && !reads(&team).await);
        let again = Command::SetUnit(Unit {
            id: "other".into(),
            name: "other".into(),
            name_sv: None,
            name_en: None,
            parent: Some("small".into()),
            level: UnitLevel::Unit,
            from: day,
        });
        ask_of_organisation(&log, &By::Operator, again, "again", NOW, imported.clone()).await.expect("said");
        soon("who led above has it no more", async || !reads(&hub).await && reads(&small).await).await;
        let enter = async |bearer: &str| {
            let request = Request::post("/sign-in").header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
            from(&app, "192.0.2.1", request, format!("token={bearer}")).await
        };
        let enters = async || enter(&hub).await.0;
        assert_eq!(enters().await, StatusCode::SEE_OTHER, "until it ends");
        let end = Command::EndUnit { id: "hub".into(), on: day };
        ask_of_organisation(&log, &By::Operator, end, "end", NOW, imported).await.expect("said");
        soon("a unit that has ended opens nothing", async || enters().await != StatusCode::SEE_OTHER).await;
        // Withdrawn, a token ends the sessions that were begun with it, too.
        let (_, headers, _) = enter(&small).await;
        let cookie = headers[header::SET_COOKIE].to_str().expect("text").split(';').next().expect("it").to_string();
        assert_eq!(get(&app, "/desk", &cookie).await.0, StatusCode::OK);
        withdraw_tokens(&log, &By::Operator, "lead-small", "w", NOW).await.expect("withdrawn");
        soon("signed out", async || get(&app, "/desk", &cookie).await.0 == StatusCode::SEE_OTHER).await;
    });
}
