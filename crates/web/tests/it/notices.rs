//! Notices: made by anybody, found to be about one person, handed on together, split, and seen by the person when told.

use matter::access::Role;
use store::Filter;
use web::Strangers;

use crate::consultations::signed_in_as;
use crate::desk::post;
use crate::pages::{fixture, get};
use crate::{app_for, on_its_own};

/// The form of a neighbour.
const WORRY: &str = "client_id=worry-of-a-neighbour-1&what=concern&given=Tyyne&family=Kangas&born=1941-05-06&address=Rantatie+4&text=Ei+avaa+ovea&notifier=private&name=Naapuri+Nurkka&hidden=yes";
/// That of a hospital's social worker, out of their duty, with the name misspelt.
const DUTY: &str = "client_id=duty-1&channel=form&what=need_contact&given=Tyyne&family=Kankas&born=1941-05-06&address=Rantatie+4+B+2&text=Kotiutuu+huomenna&notifier=authority&office=Sairaala";

/// The ids of notices to which a page leads.
fn notices(page: &str) -> Vec<String> {
    let parts = page.split("href=\"/desk/notices/").skip(1);
    let ids = parts.map(|it| it.split(['"', '?', '/']).next().unwrap_or_default().to_string());
    let mut ids: Vec<String> = ids.filter(|it| it.len() == 36).collect();
    ids.dedup();
    ids
}

#[test]
fn a_worry_comes_without_a_name_and_tells_its_maker_what_may_be_told() {
    on_its_own(async {
        let (app, ..) =
            app_for(fixture(0.5, true), false, Strangers { contacts_per_address: 10, ..Strangers::default() }, false)
                .await;
        let (status, page) = get(&app, "/contact?lang=en", "").await;
        assert!(status == 200 && page.contains("href=\"/contact/notice\""), "one link leads there");
        let (_, page) = get(&app, "/contact/notice?lang=en", "").await;
        let (danger, form) = (page.find("tel:112").expect("112"), page.find("<textarea").expect("a form"));
        assert!(danger < form, "danger comes first");
        let (status, _, page) =
            post(&app, "", "/contact/notice?lang=en", "client_id=x&given=Tyyne&born=2999-01-01").await;
        assert_eq!(status, 422);
        for wrong in [
            "Choose what the notice is about.",
            "cannot be in the future",
            "Say what the worry is.",
            "Choose who makes",
        ] {
            assert!(page.contains(wrong), "{wrong}");
        }
        assert!(page.contains("value=\"Tyyne\""), "nothing typed is lost");
        let (status, to, _) = post(&app, "", "/contact/notice", WORRY).await;
        assert!(status == 303 && to.starts_with("/contact/notice?sent="), "{status} {to}");
        assert_eq!(post(&app, "", "/contact/notice", WORRY).await.1, to, "sent twice, it is made once");
        // After ten an hour others from there wait, and nothing typed is lost; that one is answered still.
        for number in 0..10 {
            post(&app, "", "/contact/notice", &WORRY.replace("neighbour-1", &format!("neighbour-n{number}"))).await;
        }
        let (status, _, page) = post(&app, "", "/contact/notice?lang=en", &WORRY.replace("our-1", "our-x")).await;
        assert!(status == 429 && page.contains("Ei avaa ovea") && page.contains("call 112"), "{status}");
        assert_eq!(post(&app, "", "/contact/notice", WORRY).await.1, to);
        let (_, page) = get(&app, &format!("{to}&lang=en"), "").await;
        assert!(page.contains("Thank you for your notice") && !page.contains("Tyyne"), "{page}");
        assert!(!get(&app, "/contact/notice?sent=%3Cscript%3E", "").await.1.contains("script&gt;"));
        let nurse = signed_in_as(&app, Role::Professional, "small", "nurse-1").await;
        let (_, list) = get(&app, "/desk?unit=small&lang=en", &nurse).await;
        assert!(list.contains("Ei avaa ovea") && list.contains("Urgency not assessed yet"), "{list}");
        assert!(!list.contains("Naapuri"), "who made it stands on its page alone");
    });
}

#[test]
fn the_second_notice_shows_the_first_with_reasons_and_both_go_one_way() {
    on_its_own(async {
        let (app, accesses, _) = app_for(fixture(0.5, true), false, Strangers::default(), false).await;
        let worker = signed_in_as(&app, Role::Professional, "small", "nurse-1").await;
        let outside = signed_in_as(&app, Role::Professional, "other", "nurse-9").await;
        let (status, to, page) = post(&app, &outside, "/desk/notices/new?lang=en", DUTY).await;
        assert!(status == 303 && to.starts_with("/desk/notices/new?sent="), "{status} {page}");
        let (_, page) = get(&app, &format!("{to}&lang=en"), &outside).await;
        assert!(page.contains("was sent to social services"), "{page}");
        let (_, list) = get(&app, "/desk?unit=small", &worker).await;
        let first = notices(&list).into_iter().next().expect("the first");
        assert_eq!(get(&app, &format!("/desk/notices/{first}"), &outside).await.0, 404, "who made it reads it no more");
        // A professional who works where notices come has what they write down.
        let phoned = WORRY.replace("what=concern", "what=concern&channel=phone").replace("worry-of", "phoned");
        let (_, to, page) = post(&app, &worker, "/desk/notices/new?lang=en", &phoned).await;
        assert!(to.ends_with("?did=make"), "{page}");
        let (_, page) = get(&app, &format!("{to}&lang=en"), &worker).await;
        for text in [
            "Has this been reported already?",
            "Same given name",
            "Family name almost the same",
            "Same date of birth",
            "Same house",
            "Naapuri Nurkka",
            "asks that their name is not told",
        ] {
            assert!(page.contains(text), "{text}: {page}");
        }
        let path = to.split('?').next().expect("a path").to_string();
        let read = accesses.read_stream(&format!("access/{first}"), 0, 100).await.expect("the record");
        assert!(read.iter().any(|it| it.context.actor == "nurse-1"), "that the first was shown is recorded");
        assert_eq!(post(&app, &worker, &format!("{path}/confirm"), "client_id=a&other=x").await.0, 404);
        let confirm = format!("client_id=a&other={first}");
        let (status, to, _) = post(&app, &worker, &format!("{path}/confirm"), &confirm).await;
        assert_eq!(status, 303);
        let (_, page) = get(&app, &format!("{to}&lang=en"), &worker).await;
        assert!(page.contains("now handled with the earlier one") && notices(&page).contains(&first), "{page}");
        assert!(!page.contains("Has this been reported already?"));
        // The first is taken, its urgency found, and it goes on with what stands with it.
        let path_of_first = format!("/desk/notices/{first}");
        let act =
            async |verb: &str, form: &str| post(&app, &worker, &format!("{path_of_first}/{verb}?lang=en"), form).await;
        let (status, _, page) = act("end", "ending=assessment").await;
        assert!(status == 409 && page.contains("Take the notice first."), "{status}");
        assert_eq!(act("claim", "").await.0, 303);
        let (status, _, page) = act("end", "ending=assessment").await;
        assert!(status == 409 && page.contains("First assess how urgent"), "{status}");
        assert_eq!(act("urgency", "urgency=soon").await.0, 303);
        let (status, _, page) = act("hand", "to=other&note=Tuttu").await;
        assert!(status == 422 && page.contains("Choose a reason.") && page.contains(">Tuttu</textarea>"), "{status}");
        assert_eq!(act("hand", "to=other&reason=needs_expertise&note=Tuttu").await.1, "/desk");
        assert_eq!(get(&app, &path_of_first, &worker).await.0, 404, "it is the other unit's");
        for (at, note) in [(&path_of_first, true), (&path, false)] {
            let (status, page) = get(&app, &format!("{at}?lang=en"), &outside).await;
            assert_eq!(status, 200);
            assert!(page.contains("Handed over") && page.contains("Tuttu") == note, "{page}");
        }
        let (_, list) = get(&app, "/desk?unit=other&lang=en", &outside).await;
        assert_eq!(notices(&list), [first], "one of the two is work");
        let _ = accesses.read_all(0, Filter::default(), 1).await;
    });
}

#[test]
fn a_namesake_that_was_rejected_is_not_proposed_again_and_a_part_goes_to_others() {
    on_its_own(async {
        let (app, ..) = app_for(fixture(0.5, true), false, Strangers::default(), false).await;
        let worker = signed_in_as(&app, Role::Professional, "small", "nurse-1").await;
        assert_eq!(post(&app, "", "/contact/notice", WORRY).await.0, 303);
        let first = notices(&get(&app, "/desk?unit=small", &worker).await.1).remove(0);
        let same = DUTY.replace("born=1941-05-06&", "").replace("Kankas", "Kangas");
        let (_, to, page) = post(&app, &worker, "/desk/notices/new?lang=en", &same).await;
        let path = to.split('?').next().expect("a path").to_string();
        assert!(path.len() > 30, "{page}");
        assert!(get(&app, &path, &worker).await.1.contains(&first));
        let (_, to, _) = post(&app, &worker, &format!("{path}/reject"), &format!("client_id=a&other={first}")).await;
        let (_, page) = get(&app, &format!("{to}&lang=en"), &worker).await;
        assert!(page.contains("stays its own") && !page.contains("Has this been reported already?"), "{page}");
        assert_eq!(post(&app, &worker, &format!("/desk/notices/{first}/claim"), "").await.0, 303);
        let (_, page) = get(&app, &format!("/desk/notices/{first}?lang=en"), &worker).await;
        assert!(!page.contains("Has this been reported already?"), "nor from its side");
        let (status, _, page) =
            post(&app, &worker, &format!("{path}/split?lang=en"), "client_id=b&part_to=other").await;
        assert!(status == 422 && page.contains("Write what the part is about."), "{status}");
        let part = "client_id=b&part_to=other&text=Vuokra+on+maksamatta";
        for _ in 0..2 {
            assert_eq!(post(&app, &worker, &format!("{path}/split"), part).await.0, 303);
        }
        let outside = signed_in_as(&app, Role::Professional, "other", "nurse-9").await;
        let (_, list) = get(&app, "/desk?unit=other&lang=en", &outside).await;
        assert!(
            list.contains("Vuokra on maksamatta") && notices(&list).len() == 1,
            "once, to those who see to it: {list}"
        );
        assert_eq!(get(&app, &path, &outside).await.0, 404, "the rest stays where it was");
    });
}

#[test]
fn the_person_sees_a_notice_once_they_were_told_and_never_who_made_it() {
    on_its_own(async {
        let (app, ..) = app_for(fixture(0.5, true), false, Strangers::default(), false).await;
        let id = "0198c9e2-1111-7000-8000-000000000000";
        let resident = signed_in_as(&app, Role::Resident, "", id).await;
        // One of their own is theirs at once, with its words.
        let own = "client_id=own-1&what=concern&text=Tarvitsen+apua&notifier=own";
        assert_eq!(post(&app, &resident, "/contact/notice", own).await.0, 303);
        let (_, list) = get(&app, "/matters?lang=en", &resident).await;
        let at =
            list.split("href=\"/matters/").nth(1).and_then(|it| it.split('"').next()).expect("their own").to_string();
        let (status, page) = get(&app, &format!("/matters/{at}?lang=en"), &resident).await;
        assert!(status == 200 && page.contains("Tarvitsen apua") && page.contains("You yourself"), "{page}");
        let other = signed_in_as(&app, Role::Resident, "", "0198c9e2-1111-7000-8000-000000000001").await;
        assert_eq!(get(&app, &format!("/matters/{at}"), &other).await.0, 404);
    });
}
