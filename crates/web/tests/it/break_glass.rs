//! Breaking the glass: it opens a person's matters at once, to one alone, in their register, and another reviews it.

use std::sync::Arc;

use axum::http::Method;
use content::{Found, Library};
use jiff::civil::date;
use kinds::content::FOLDERS;
use matter::access::Role;
use serde_json::{Value, json};
use store::{Filter, Log};
use web::{App, Strangers};

use crate::consultations::signed_in_as;
use crate::contacts::{call, opening, token};
use crate::desk::post;
use crate::pages::{cast, get, with_staff};
use crate::{app_for, on_its_own};

/// Aino of the cast.
const PERSON: &str = "00000000-0000-0000-0000-0000000000a1";

/// Two units, each of which has a queue of both registers.
async fn app() -> (Arc<App>, Log) {
    let staff = with_staff(&[("nurse-1", true), ("nurse-2", true)]);
    let (app, accesses, _) = app_for(staff, false, Strangers::default(), false).await;
    let queue = |(id, register, profession): (&str, &str, &str)| {
        let text = format!(
            "id = \"{id}\"\nversion = 1\nname = {{ fi = \"{id}\", sv = \"{id}\", en = \"{id}\" }}\nregister = \"{register}\"\n\
             professions = [\"{profession}\"]\nunits = [\"small\", \"other\"]\n"
        );
        Found::shipped(&format!("content/queues/{id}.toml"), &text)
    };
    let found = [queue(("nursing", "health", "nurse")), queue(("advice", "social", "social_worker"))];
    let library = Library::read(FOLDERS, &found, &|_, _| true);
    assert!(library.faults.is_empty(), "{:?}", library.faults);
    app.take_content(&library, date(2026, 1, 7));
    (app, accesses)
}

/// A contact of the person in a queue, which somebody who works there has.
async fn contact_in(app: &Arc<App>, queue: &str, name: &str, who: &str) -> String {
    let mut body = opening(name, "Selkä kipeä");
    body["anonymous"] = json!(false);
    let (_, body) = call(app, Method::POST, "/api/contacts", &token(Role::Resident, "", PERSON), Some(body)).await;
    let path = format!("/desk/contacts/{}", body["contact"].as_str().expect("an id"));
    let lead = signed_in_as(app, Role::Lead, "small", "lead-1").await;
    let form = format!("client_id=t{name}&unit={queue}@small&reason=misdirected&note=Teille");
    assert_eq!(post(app, &lead, &format!("{path}/transfer"), &form).await.0, 303);
    assert_eq!(post(app, who, &format!("{path}/claim"), "").await.0, 303);
    path
}

#[test]
fn a_stranger_s_matters_open_to_who_says_why_and_another_reviews_it() {
    on_its_own(async {
        let (app, accesses) = app().await;
        assert!(cast().iter().any(|it| it.id.to_string() == PERSON), "the person is found by name");
        let worker =
            async |unit: &'static str, id: &'static str| signed_in_as(&app, Role::Professional, unit, id).await;
        let (nurse, social) = (worker("small", "nurse-1").await, worker("small", "social_worker-1").await);
        let health = contact_in(&app, "nursing", "c1", &nurse).await;
        let care = contact_in(&app, "advice", "c2", &social).await;
        let person = signed_in_as(&app, Role::Resident, "", PERSON).await;
        let (stranger, colleague) = (worker("other", "nurse-3").await, worker("other", "nurse-4").await);
        let lead = signed_in_as(&app, Role::Lead, "other", "lead-2").await;
        let status = async |path: &str, who: &str| get(&app, path, who).await.0.as_u16();
        assert_eq!(status(&health, &stranger).await, 404, "no care relation");

        let path = "/desk/break-glass?lang=en";
        for (form, says) in [
            (format!("client_id=g1&client={PERSON}&text="), "Write why"),
            ("client_id=g1&client=nobody&text=Tajuton".into(), "Tajuton"),
        ] {
            let (got, _, page) = post(&app, &stranger, path, &form).await;
            assert!(got == 422 && page.contains(says), "{page}");
        }
        let form = format!("client_id=g1&client={PERSON}&text=Tajuton+potilas");
        assert_eq!(post(&app, &person, path, &form).await.0, 404);
        let (got, to, _) = post(&app, &stranger, path, &form).await;
        assert_eq!((got, &post(&app, &stranger, path, &form).await.1), (303, &to), "sent twice it is one");

        // At once, to one alone, to read, and in the register in which they work.
        let (_, page) = get(&app, &format!("{to}?lang=en"), &stranger).await;
        assert!(page.contains("Tajuton potilas") && page.contains(&health) && !page.contains(&care), "{page}");
        let (got, page) = get(&app, &health, &stranger).await;
        assert!(got == 200 && page.contains("Selkä kipeä"), "{page}");
        assert_eq!(status(&care, &stranger).await, 404, "the other register");
        assert_eq!(status(&health, &colleague).await, 404);
        assert_eq!(status(&to, &colleague).await, 404);
        assert!(
            post(&app, &stranger, &format!("{health}/note"), "client_id=n1&noted=Hei").await.0 >= 400,
            "to read alone"
        );
        let id = health.rsplit('/').next().unwrap_or_default();
        let all = accesses.read_all(0, Filter::default(), 10_000).await.expect("the record").events;
        let ground = |data: &str| Some(serde_json::from_str::<Value>(data).ok()?["ground"].as_str()?.to_string());
        let marked = all.iter().filter(|it| it.stream.ends_with(id) && it.kind == "contact.read");
        assert_eq!(marked.filter_map(|it| ground(&it.data)).collect::<Vec<_>>(), ["break_glass"]);

        // The task of who leads the unit; nobody reviews what they did themselves.
        let (_, list) = get(&app, "/desk?unit=other&lang=en", &lead).await;
        assert!(list.contains("Review an emergency opening"), "{list}");
        assert!(get(&app, path, &lead).await.1.contains(&to), "it waits for the review");
        let review = format!("{to}/review?lang=en");
        let judged = "client_id=r1&judgment=unjustified&text=Potilas+oli+muualla";
        assert!(post(&app, &stranger, &review, judged).await.0 >= 400);
        assert!(post(&app, &colleague, &review, judged).await.0 >= 400);
        let (_, seen) = get(&app, "/me/seen?lang=en", &person).await;
        assert!(seen.contains("Emergency openings") && seen.contains("Not reviewed yet"), "{seen}");
        assert!(seen.contains("they do not care for you") && seen.contains("Nurse 3"), "{seen}");
        let (got, _, page) = post(&app, &lead, &review, "client_id=r1&text=Potilas+oli+muualla").await;
        assert!(got == 422 && page.contains("Choose whether") && page.contains("Potilas oli muualla"), "{page}");
        assert_eq!(post(&app, &lead, &review, judged).await.0, 303);
        assert!(post(&app, &lead, &review, "client_id=r2&judgment=justified&text=Toinen").await.0 >= 400, "once");
        assert!(get(&app, &format!("{to}?lang=en"), &stranger).await.1.contains("There was no cause for it"));
        let (_, seen) = get(&app, "/me/seen?lang=en", &person).await;
        assert!(seen.contains("There was no cause for it") && !seen.contains("Potilas oli muualla"), "{seen}");
        let (_, list) = get(&app, "/desk?unit=other&lang=en", &lead).await;
        assert!(!list.contains("Review an emergency opening"), "{list}");
    });
}
