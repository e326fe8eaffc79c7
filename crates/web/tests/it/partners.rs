//! Another organisation's people: what was given to it, and nothing else.

use axum::http::StatusCode;
use matter::By;
use matter::access::Role;
use operations::tasks::{Command, Of};
use web::Strangers;

use crate::consultations::signed_in_as;
use crate::desk::{known, post};
use crate::pages::{fixture, get};
use crate::{app_with, kinds_beside, on_its_own};

#[test]
fn a_partner_does_what_was_given_to_their_organisation_and_sees_nothing_else() {
    on_its_own(async {
        let kinds = kinds_beside(|_| ()).await;
        let (app, accesses, _) = app_with(kinds.clone(), (fixture(0.5, true), false), Strangers::default(), false);
        let contact = known(&app, "c1").await.parse().expect("an id");
        let nurse = By::Professional { id: "nurse-1".into(), unit: "small".into(), leads: false };
        let set = async |unit: &str, words: &str| {
            let about = Some(Of { kind: "contact".into(), id: contact });
            let (key, unit, words) = (unit, unit.into(), words.into());
            let command =
                Command::Set { about, subject: None, unit, to: None, due: None, dispatch: None, says: None, words };
            format!("/desk/tasks/{}", kinds.set_task(command, &nurse, key).await.expect("set"))
        };
        let (given, ours) = (set("other", "Tulkkaa kaynti").await, set("small", "Soita").await);
        let partner = |unit: &'static str| signed_in_as(&app, Role::Partner, unit, "interpreter-1");
        let (theirs, above) = (partner("other").await, partner("county").await);
        let (_, home) = get(&app, "/?lang=en", &theirs).await;
        assert!(home.contains("Tulkkaa kaynti") && !home.contains("Soita"), "{home}");
        for door in ["/desk", "/steer", "/contact", "/admin/staff"] {
            assert!(!home.contains(&format!("<a href=\"{door}\"")), "nothing leads where they may not go: {home}");
        }
        for path in
            ["/desk", "/desk?unit=other", "/steer", "/desk/tasks/new", &ours, &format!("/desk/contacts/{contact}")]
        {
            assert_eq!(get(&app, path, &theirs).await.0, StatusCode::NOT_FOUND, "{path}");
        }
        for path in [&given, &ours] {
            assert_eq!(get(&app, path, &above).await.0, StatusCode::NOT_FOUND, "what is below was not given to them");
        }
        assert!(get(&app, "/?lang=en", &above).await.1.contains("There are no open tasks."));
        let (status, page) = get(&app, &format!("{given}?lang=en"), &theirs).await;
        assert!(status == 200 && page.contains("Tulkkaa kaynti"), "{page}");
        assert!(
            !page.contains("/desk/contacts/") && !page.contains("act-assign") && !page.contains("href=\"/desk\""),
            "{page}"
        );
        assert_eq!(post(&app, &theirs, &format!("{given}/claim"), "client_id=c1").await.0, 303);
        assert_eq!(post(&app, &theirs, &format!("{given}/assign"), "client_id=a1&to=nurse-1").await.0, 404);
        assert_eq!(post(&app, &theirs, &format!("{given}/finish"), "client_id=f1").await.0, 303);
        let id = given.rsplit('/').next().expect("an id");
        let seen = accesses.read_stream(&format!("access/{id}"), 0, 100).await.expect("the record");
        assert!(seen.iter().any(|it| it.kind == "task.read" && it.context.actor == "interpreter-1"), "it is recorded");
    });
}
