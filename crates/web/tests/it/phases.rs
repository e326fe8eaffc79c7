//! New phases of a chart: proposed by the page, decided by those who answer for the unit, with a reason that stays.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use http_body_util::BodyExt;
use matter::By;
use operations::phases::{Command, Verb};
use tower::ServiceExt;
use web::{App, Strangers, router};

use crate::pages::{get, months, signed_in};
use crate::{app_over, app_with, kinds_beside, on_its_own};

const PATH: &str = "/steer/measures/access.callback_24h?unit=county&lang=en";

/// Twelve months about a half, then twelve about nine tenths.
fn stepped() -> Vec<f64> {
    (0..24).map(|month| if month < 12 { 0.5 } else { 0.9 } + if month % 2 == 0 { 0.01 } else { -0.01 }).collect()
}

async fn decided(app: &Arc<App>, cookie: &str, fields: &[(&str, &str)]) -> (StatusCode, String) {
    let body: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={}", value.replace(' ', "+"))).collect();
    let request = Request::post("/steer/measures/access.callback_24h/phases?lang=en")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header::COOKIE, cookie)
        .body(Body::from(body.join("&")))
        .expect("a request");
    let response = router(Arc::clone(app)).oneshot(request).await.expect("an answer");
    let status = response.status();
    let body = response.into_body().collect().await.expect("a body").to_bytes();
    (status, String::from_utf8_lossy(&body).into_owned())
}

fn accepting<'a>(period: &'a str, reason: &'a str, client_id: &'a str) -> [(&'a str, &'a str); 5] {
    [("unit", "county"), ("period", period), ("reason", reason), ("client_id", client_id), ("verb", "accept")]
}

#[test]
fn a_shifted_level_is_proposed_accepted_with_a_reason_and_taken_back() {
    on_its_own(async {
        let app = app_over(months(&stepped()), true).await;
        let manager = signed_in(&app, "manager").await;
        let (_, page) = get(&app, PATH, &manager).await;
        assert!(page.contains("The level seems to have changed: Jan 2026"), "the evidence names the month");
        assert!(page.contains("<option value=\"2026-01\" selected>"), "the proposal stands in the form");

        let (status, page) = decided(&app, &manager, &accepting("2026-01", " ", "p1")).await;
        assert!(status == StatusCode::UNPROCESSABLE_ENTITY && page.contains("Write what changed."), "{status}");
        let long = "a".repeat(1001);
        let (status, page) = decided(&app, &manager, &accepting("2026-01", &long, "p2")).await;
        assert!(status == StatusCode::UNPROCESSABLE_ENTITY && page.contains(&long), "what was typed stays");
        let (status, _) = decided(&app, &manager, &accepting("2031-01", "Nurses", "p3")).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "no such month");
        let (status, _) = decided(&app, &manager, &accepting("2026-01", "Of 131052-308T", "p4")).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "an identity code is not published");
        assert!(!get(&app, PATH, &manager).await.1.contains("Limits recalculated"), "nothing was decided so far");

        let reason = accepting("2026-01", "Two more nurses", "p5");
        for _ in 0..2 {
            assert_eq!(
                decided(&app, &manager, &reason).await.0,
                StatusCode::SEE_OTHER,
                "sent twice it is one decision"
            );
        }
        for cookie in [&manager, &signed_in(&app, "analyst").await] {
            let (_, page) = get(&app, PATH, cookie).await;
            assert!(page.contains("Limits recalculated from Jan 2026: Two more nurses (Manager,"), "who, when and why");
            assert!(!page.contains("The level seems to have changed"), "it is decided");
        }
        let (status, _) = decided(&app, &manager, &accepting("2026-01", "Again", "p6")).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        let other = get(&app, &PATH.replace("unit=county", "unit=small"), &manager).await.1;
        assert!(!other.contains("Limits recalculated from"), "another unit has its own");

        let withdrawn =
            [("unit", "county"), ("period", "2026-01"), ("reason", "Wrong"), ("client_id", "p7"), ("verb", "withdraw")];
        assert_eq!(decided(&app, &manager, &withdrawn).await.0, StatusCode::SEE_OTHER);
        assert!(get(&app, PATH, &manager).await.1.contains("The level seems to have changed"));
    });
}

#[test]
fn others_see_the_proposal_and_decide_nothing() {
    on_its_own(async {
        let app = app_over(months(&stepped()), true).await;
        for role in ["professional", "analyst", "evaluator", "admin", "resident"] {
            let cookie = signed_in(&app, role).await;
            let (status, page) = get(&app, PATH, &cookie).await;
            if role != "resident" {
                assert!(status == StatusCode::OK && page.contains("The level seems to have changed"), "{role}");
                assert!(
                    page.contains("team lead can decide") && !page.contains("/phases\""),
                    "{role} is told who decides"
                );
            }
            let (status, _) = decided(&app, &cookie, &accepting("2026-01", "Because", "q1")).await;
            assert_eq!(status, StatusCode::NOT_FOUND, "{role}");
        }
        assert_eq!(
            decided(&app, "", &accepting("2026-01", "Because", "q2")).await.0,
            StatusCode::SEE_OTHER,
            "signs in"
        );
    });
}

#[test]
fn a_decision_of_a_role_of_before_has_the_name_of_today() {
    on_its_own(async {
        let kinds = kinds_beside(|_| ()).await;
        let before = Command {
            verb: Verb::Accept,
            measure: "access.callback_24h".into(),
            period: "2026-01".into(),
            reason: "Two more nurses".into(),
            by: "physician".into(),
        };
        kinds.store.ask_of_phases("county", &By::Operator, before, "b1").await.expect("decided");
        let (app, ..) = app_with(kinds, (months(&stepped()), true), Strangers::default(), true);
        let (_, page) = get(&app, PATH, &signed_in(&app, "analyst").await).await;
        assert!(page.contains("Two more nurses (Professional,"), "{page}");
    });
}
