//! Absences with a deputy, and many moves at once.

use matter::access::Role;
use web::Strangers;

use crate::consultations::signed_in_as;
use crate::desk::{post, receipts, written};
use crate::pages::{fixture, get, with_staff};
use crate::{app_for, on_its_own};

#[test]
fn whoever_is_away_has_a_deputy_who_sees_to_their_matters_until_they_are_back() {
    on_its_own(async {
        let figures = with_staff(&[("nurse-1", true), ("nurse-2", true), ("nurse-3", true)]);
        let (app, ..) = app_for(figures, false, Strangers::default(), false).await;
        let nurse = signed_in_as(&app, Role::Professional, "small", "nurse-1").await;
        let deputy = signed_in_as(&app, Role::Professional, "small", "nurse-2").await;
        let other = signed_in_as(&app, Role::Professional, "small", "nurse-3").await;
        let lead = signed_in_as(&app, Role::Lead, "small", "lead-1").await;
        let contact = format!("/desk/contacts/{}", written(&app, "c1", "Selkä kipeä", "fi").await.id);
        assert_eq!(post(&app, &nurse, &format!("{contact}/claim"), "").await.0, 303);
        let (_, to, _) = post(&app, &nurse, "/desk/tasks/new", "client_id=t1&text=Soita&for=me").await;
        let task = to.split('?').next().unwrap_or_default().to_string();
        let reply = async |cookie: &str, key: &str| {
            post(&app, cookie, &format!("{contact}/reply"), &format!("client_id={key}&seen=99&text=Hei")).await.0
        };
        assert_eq!(reply(&deputy, "r0").await, 409, "it is a colleague's");
        let enter = async |cookie: &str, form: &str| {
            post(&app, cookie, "/desk/absences?lang=en", &format!("client_id=k&{form}")).await
        };
        let good = "who=nurse-1&from=2026-01-07&until=2026-01-09&deputy=nurse-2&returning=queue";
        for (form, expected) in [
            (good.replace("who=nurse-1", "who=nurse-3"), "Choose who is away."),
            (good.replace("2026-01-09", "2026-01-06"), "Choose the days"),
            (good.replace("2026-01-07", ""), "Choose the days"),
            (good.replace("nurse-2", "nurse-1"), "Choose a deputy from the unit."),
            (good.replace("nurse-2", "nobody"), "Choose a deputy from the unit."),
            (good.replace("&returning=queue", ""), "Choose where a reopened matter goes"),
        ] {
            let (status, _, page) = enter(&nurse, &form).await;
            assert!(status == 422 && page.contains(expected), "{form}: {status}");
        }
        let (status, to, _) = enter(&nurse, good).await;
        assert!(status == 303 && to.ends_with("did=away"), "{status}");
        let (_, page) = get(&app, "/desk/absences?lang=en", &other).await;
        assert!(page.contains("Away now") && page.contains("Deputy: Nurse 2"), "the unit sees it: {page}");
        assert!(!page.contains("/desk/absences/end"), "and leaves it to them and the lead");
        let (_, mine) = get(&app, "/desk?view=mine&lang=en", &deputy).await;
        assert!(receipts(&mine).len() == 2 && mine.contains("Selkä kipeä") && mine.contains("Soita"), "{mine}");
        let (_, page) = get(&app, &format!("{contact}?lang=en"), &deputy).await;
        assert!(page.contains("you stand in for them") && page.contains("id=\"act-reply\""), "{page}");
        assert_eq!([reply(&deputy, "r1").await, reply(&other, "r2").await], [303, 409]);
        assert_eq!(post(&app, &deputy, &format!("{task}/finish"), "").await.0, 303);
        assert_eq!(receipts(&get(&app, "/desk?view=mine", &nurse).await.1).len(), 1, "it stays in their name");
        for cookie in [&other, &deputy] {
            assert_eq!(
                post(&app, cookie, "/desk/absences/end", "client_id=e&who=nurse-1&from=2026-01-07").await.0,
                404
            );
        }
        // Each button names the absence that it ends.
        let later = "client_id=k2&who=nurse-1&from=2026-02-02&until=2026-02-06&deputy=nurse-3&returning=queue";
        assert_eq!(post(&app, &nurse, "/desk/absences", later).await.0, 303);
        let (_, page) = get(&app, "/desk/absences?lang=en", &lead).await;
        let forms = page.split("action=\"/desk/absences/end\"").skip(1);
        let days: Vec<&str> =
            forms.filter_map(|it| it.split("name=\"from\" value=\"").nth(1)?.split('"').next()).collect();
        assert_eq!(days, ["2026-01-07", "2026-02-02"]);
        let end = async |from: &str| post(&app, &lead, "/desk/absences/end", &format!("who=nurse-1&{from}")).await;
        for unsaid in ["", "from=2026-01-08"] {
            assert_eq!(end(unsaid).await.0, 422, "of no absence nothing ends");
        }
        assert_eq!(end("from=2026-02-02").await.0, 303);
        assert_eq!(receipts(&get(&app, "/desk?view=mine", &deputy).await.1).len(), 1, "they are still away");
        assert_eq!(end("from=2026-01-07").await.0, 303);
        assert!(receipts(&get(&app, "/desk?view=mine", &deputy).await.1).is_empty(), "they are back");
        assert_eq!([reply(&deputy, "r3").await, reply(&nurse, "r4").await], [409, 303]);
        for role in [Role::Manager, Role::Analyst, Role::Admin, Role::Editor] {
            let cookie = signed_in_as(&app, role, "county", "somebody-1").await;
            assert_eq!(get(&app, "/desk/absences", &cookie).await.0, 404, "{role:?}");
            assert_eq!(enter(&cookie, good).await.0, 404, "{role:?}");
        }
    });
}

#[test]
fn whoever_leads_moves_many_at_once_and_hears_of_each_that_is_refused() {
    on_its_own(async {
        let (app, _, log) = app_for(fixture(0.5, true), false, Strangers::default(), false).await;
        let nurse = signed_in_as(&app, Role::Professional, "small", "nurse-1").await;
        let lead = signed_in_as(&app, Role::Lead, "small", "lead-1").await;
        let mut rows = Vec::new();
        for number in 0..3 {
            let contact = written(&app, &format!("c{number}"), "Selkä kipeä", "fi").await;
            assert_eq!(post(&app, &nurse, &format!("/desk/contacts/{}/claim", contact.id), "").await.0, 303);
            rows.push((contact.receipt, format!("row=contact/{}", contact.id)));
        }
        let (_, to, _) = post(&app, &nurse, "/desk/tasks/new", "client_id=t1&text=Soita&for=me").await;
        let task = to.split(['/', '?']).nth(3).unwrap_or_default();
        rows.push((String::new(), format!("row=task/{task}")));
        signed_in_as(&app, Role::Professional, "small", "nurse-2").await;
        let (_, page) = get(&app, "/desk/moves?lang=en", &lead).await;
        assert_eq!(page.matches("type=\"checkbox\"").count(), 4, "{page}");
        let go = async |form: &str| post(&app, &lead, "/desk/moves?lang=en", form).await;
        let all = rows.iter().map(|(_, row)| row.as_str()).collect::<Vec<_>>().join("&");
        for (form, expected) in [
            ("unit=small&to=nurse-2".to_string(), "Choose at least one matter."),
            (format!("unit=small&{all}"), "Choose who gets the matters."),
            (format!("unit=small&to=nobody&{all}"), "Choose who gets the matters."),
        ] {
            let (status, _, page) = go(&form).await;
            assert!(status == 422 && page.contains(expected), "{form}: {status}");
            assert_eq!(page.contains("checked"), form.contains("row="), "what was chosen stays");
        }
        let head = log.read_all(0, store::Filter::default(), 0).await.expect("the log").head;
        let (status, _, page) = go(&format!("unit=small&to=nurse-2&{all}")).await;
        assert!(status == 200 && page.contains("Move 4 matters: Nurse 2"), "{page}");
        let now = log.read_all(0, store::Filter::default(), 0).await.expect("the log").head;
        assert_eq!(now, head, "the check page moves nothing");
        // One of them is done meanwhile.
        let done = rows[0].1.trim_start_matches("row=contact/");
        let given = "client_id=r&seen=99&outcome=advised";
        assert_eq!(post(&app, &nurse, &format!("/desk/contacts/{done}/resolve"), given).await.0, 303);
        let form = format!("client_id=m1&sure=1&unit=small&to=nurse-2&{all}");
        let (status, _, page) = go(&form).await;
        assert!(status == 200 && page.contains("3 matters moved: Nurse 2"), "{page}");
        let refused = page.split("id=\"refused\"").nth(1).expect("those that were refused");
        assert!(refused.contains(&rows[0].0) && !refused.contains(&rows[1].0), "{refused}");
        let (_, page) = get(&app, "/desk/moves?who=nurse-2", &lead).await;
        assert_eq!(page.matches("type=\"checkbox\"").count(), 3, "each is with them");
        let (_, _, page) = go(&form).await;
        assert!(page.contains("3 matters moved"), "sent twice, it is done once: {page}");
        let back = format!("client_id=m2&sure=1&unit=small&to=queue&{}", rows[1].1);
        assert!(go(&back).await.2.contains("1 matter moved: The unit’s queue"));
        for (role, unit) in [(Role::Professional, "small"), (Role::Manager, "county"), (Role::Lead, "other")] {
            let cookie = signed_in_as(&app, role, unit, "somebody-1").await;
            assert_eq!(get(&app, "/desk/moves?unit=small", &cookie).await.0, 404, "{role:?}");
            assert_eq!(post(&app, &cookie, "/desk/moves", &form).await.0, 404, "{role:?}");
        }
    });
}
