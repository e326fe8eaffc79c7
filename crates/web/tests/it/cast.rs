//! The people whom a visitor of a demonstration can be: each has their own matters, and professionals see their names.

use axum::http::StatusCode;
use store::Filter;

use crate::desk::{between, post};
use crate::pages::{cast, fixture, get, signed_in, with_staff};
use crate::sessions::{session, sign_in};
use crate::{app_and_accesses, app_over, on_its_own};

const WRITES: &str = "client_id=f1&service=outpatient&who=known&text=Selk%C3%A4+kipe%C3%A4";

#[test]
fn each_of_the_cast_has_their_own_matters_and_nobody_elses() {
    on_its_own(async {
        let app = app_over(fixture(0.5, true), false).await;
        let mut threads = Vec::new();
        for member in cast() {
            let cookie = signed_in(&app, &format!("resident&as={}", member.word)).await;
            let (_, page) = get(&app, "/contact", &cookie).await;
            assert!(page.contains(&format!("<span>{}, ", member.name)), "the head says who is here: {page}");
            let form = WRITES.replace("f1", &member.word);
            let (status, to, page) = post(&app, &cookie, "/contact?lang=en", &form).await;
            assert_eq!(status, 303, "{page}");
            threads.push((cookie, to));
        }
        for (cookie, own) in &threads {
            let (_, matters) = get(&app, "/matters", cookie).await;
            for (_, thread) in &threads {
                let id = thread.split("id=").nth(1).and_then(|it| it.split('&').next()).expect("an id");
                assert_eq!(matters.contains(id), own == thread, "{matters}");
                let (status, _) = get(&app, &format!("/contact/thread?id={id}"), cookie).await;
                assert_eq!(status == StatusCode::OK, own == thread, "{id}: {status}");
            }
        }
        // In another browser the same person has the same matters.
        let (_, matters) = get(&app, "/matters", &signed_in(&app, "resident&as=aino").await).await;
        let id = threads[0].1.split("id=").nth(1).and_then(|it| it.split('&').next()).expect("an id");
        assert!(matters.contains(id), "{matters}");
    });
}

#[test]
fn professionals_see_whose_a_matter_is_and_that_they_read_it_is_recorded() {
    on_its_own(async {
        let (app, accesses) = app_and_accesses(with_staff(&[("small-nurse-1", true)]), false).await;
        let aino = signed_in(&app, "resident&as=aino").await;
        assert_eq!(post(&app, &aino, "/contact?lang=en", WRITES).await.0, 303);
        let reads = async || {
            let record = accesses.read_all(0, Filter::default(), 500).await.expect("the record");
            record
                .events
                .iter()
                .filter(|it| it.kind == "contact.read")
                .map(|it| it.context.actor.clone())
                .collect::<Vec<_>>()
        };
        for role in ["manager", "privacy", "evaluator", "admin"] {
            let (_, page) = get(&app, "/desk?unit=small&lang=en", &signed_in(&app, role).await).await;
            assert!(!page.contains("Aino"), "{role}: {page}");
        }
        assert!(reads().await.is_empty());
        let nurse = signed_in(&app, "professional&as=nurse@small").await;
        let (_, list) = get(&app, "/desk?unit=small&lang=en", &nurse).await;
        assert!(list.contains("Aino Virtanen, 42"), "{list}");
        assert_eq!(reads().await, ["small-nurse-1"], "the name is a reading");
        let mut paths = list.split("href=\"/desk/contacts/").skip(1).filter_map(|it| it.split('"').next());
        let path = paths.find(|it| *it != "new").expect("a contact").to_string();
        let (_, page) = get(&app, &format!("/desk/contacts/{path}?lang=en"), &nurse).await;
        assert!(page.contains("Aino Virtanen, 42") && !page.contains("Identified client"), "{page}");
        assert_eq!(reads().await.len(), 2);
    });
}

#[test]
fn staff_are_the_first_of_a_profession_at_a_unit() {
    on_its_own(async {
        let staff = [("small-nurse-10", true), ("small-nurse-2", true), ("small-nurse-1", false)];
        let app = app_over(with_staff(&staff), false).await;
        let (_, page) = get(&app, "/sign-in?lang=en", "").await;
        let options = between(&page, "id=\"as-professional\"", "</select>");
        assert!(options.contains("<option value=\"nurse@small\">Nurse</option>"), "{options}");
        assert_eq!(options.matches("<option").count(), 2, "each once: {options}");
        let residents = between(&page, "id=\"as-resident\"", "</select>");
        assert!(residents.contains("<option value=\"paavo\">Paavo Salo, 57</option>"), "{residents}");
        for role in ["professional", "lead", "manager"] {
            let cookie = signed_in(&app, &format!("{role}&as=nurse@small")).await;
            let path = if role == "manager" { "/steer?lang=en" } else { "/desk?unit=small&lang=en" };
            assert_eq!(get(&app, path, &cookie).await.0, StatusCode::OK, "{role}");
            assert_eq!(get(&app, "/desk?unit=other", &cookie).await.0, StatusCode::NOT_FOUND, "{role}");
        }
        let nurse = signed_in(&app, "professional&as=nurse@small").await;
        assert_eq!(post(&app, &nurse, "/desk/tasks/new", "client_id=t1&text=Tilaa+hanskoja&for=me").await.0, 303);
        let (_, unit) = get(&app, "/desk?view=unit&lang=en", &signed_in(&app, "lead").await).await;
        assert!(unit.contains("Nurse 2"), "the first who works there now: {unit}");
    });
}

#[test]
fn who_is_not_there_signs_in_as_nobody() {
    on_its_own(async {
        let app = app_over(with_staff(&[("small-nurse-1", true)]), false).await;
        let wrong = [
            ("resident", "eino"),
            ("resident", "nurse@small"),
            ("professional", "aino"),
            ("professional", "nurse@other"),
            ("professional", "physician@small"),
            ("professional", "cook@small"),
            ("lead", "@small"),
        ];
        for (role, word) in wrong {
            let (status, page, cookies) = sign_in(&app, &format!("role={role}&as={word}&to=/desk"), &[]).await;
            assert_eq!((status, cookies.len()), (StatusCode::UNPROCESSABLE_ENTITY, 0), "{role} {word}");
            let field = if role == "resident" { "#as-resident" } else { "#as-professional" };
            assert!(page.contains(&format!("href=\"{field}\"")) && page.contains("value=\"/desk\""), "{page}");
        }
        let (status, _, cookies) = sign_in(&app, "role=professional&as=", &[]).await;
        assert_eq!(status, StatusCode::SEE_OTHER);
        assert!(session(&cookies).len() > 20, "nobody in particular");
    });
}
