//! People and rights: an administrator gives a right until a day, makes an account for it, and takes both away.

use axum::http::StatusCode;
use calendar::date_of;
use kinds::ORGANISATION;
use matter::access::Role;

use crate::contacts::token;
use crate::on_its_own;
use crate::pages::get;
use crate::rights::{soon, today};
use crate::signin::{county, leads_to, send, session, set_up};

const FROM: &str = "192.0.2.1";

fn date(days: i32) -> String {
    date_of(today() + days).expect("a day").to_string()
}

#[test]
fn rights_are_given_moved_and_taken_away_by_administrators() {
    on_its_own(async {
        let (app, _, log, kinds) = county(None).await;
        let enter = async |role: Role| {
            let form = format!("token={}", token(role, "county", &format!("{}-1", role.code())));
            session(&send(&app, "/sign-in", "", &form, FROM).await.1).expect("a session")
        };
        for role in Role::ALL.into_iter().filter(|role| *role != Role::Admin) {
            let cookie = enter(role).await;
            for path in ["/admin/staff", "/admin/staff/n1"] {
                assert_eq!(get(&app, path, &cookie).await.0, StatusCode::NOT_FOUND, "{role:?} {path}");
            }
            let form = format!("person=n1&role=admin&unit=county&last_day={}", date(9));
            for path in ["/admin/staff", "/admin/staff/n1/end", "/admin/staff/n1/account/add"] {
                let (status, ..) = send(&app, path, &cookie, &form, FROM).await;
                assert_eq!(status, StatusCode::NOT_FOUND, "{role:?} {path}");
            }
        }
        assert!(kinds.organisation().rights().next().is_none(), "nothing came of it");
        let admin = enter(Role::Admin).await;
        let post = async |path: &str, form: &str| send(&app, &format!("{path}?lang=en"), &admin, form, FROM).await;
        let soon_over = date(-1);
        for (form, text) in [
            (format!("person=n1&role=editor&unit=small&last_day={soon_over}"), "The day is past"),
            (
                format!("person=n1&role=editor&unit=nowhere&last_day={}", date(9)),
                "There is no such unit or professional",
            ),
            (format!("person=n1&role=&unit=small&last_day={}", date(9)), "Choose a role"),
            (format!("person=n1&role=resident&unit=small&last_day={}", date(9)), "Choose a role"),
            (format!("person=n1&role=editor&unit=&last_day={}", date(9)), "Choose a unit"),
            ("person=n1&role=editor&unit=small&last_day=".into(), "Enter the last day"),
            (format!("person=Anna+Virtanen&role=editor&unit=small&last_day={}", date(9)), "Enter the person"),
            (format!("person=admin-1&role=editor&unit=small&last_day={}", date(9)), "cannot give yourself"),
        ] {
            let (status, _, page) = post("/admin/staff", &form).await;
            assert!(status == StatusCode::UNPROCESSABLE_ENTITY && page.contains(text), "{form}: {status} {page}");
            let person = form.split(['=', '&']).nth(1).expect("a person").replace('+', " ");
            assert!(page.contains(&format!("value=\"{person}\"")), "{form}: what was typed is there");
        }
        let right = format!("role=editor&unit=small&from={}", date(0));
        let given = format!("person=n1&role=editor&unit=small&last_day={}", date(9));
        let (status, headers, page) = post("/admin/staff", &given).await;
        assert_eq!((status, leads_to(&headers)), (StatusCode::SEE_OTHER, "/admin/staff/n1"), "{page}");
        assert!(get(&app, "/admin/staff?lang=en", &admin).await.1.contains("Editor, "));
        assert!(post("/admin/staff", &format!("{given}0")).await.2.contains("Enter the last day"));
        let longer = format!("person=n1&role=editor&unit=small&last_day={}", date(20));
        assert!(post("/admin/staff", &longer).await.2.contains("already has this right"));
        let last = |kinds: &kinds::Kinds| kinds.organisation().rights_of("n1", today()).first().map(|it| it.to - 1);
        for days in [3, 20] {
            let (status, ..) = post("/admin/staff/n1/end", &format!("{right}&last_day={}", date(days))).await;
            assert_eq!((status, last(&kinds)), (StatusCode::SEE_OTHER, Some(today() + days)));
        }
        let (status, _, page) = post("/admin/staff/n1/end", &format!("{right}&last_day={}", date(-5))).await;
        assert!(status == StatusCode::UNPROCESSABLE_ENTITY && page.contains("The day is past"), "{page}");
        let (status, ..) = post("/admin/staff/n1/end", &format!("{right}&last_day=&now=now")).await;
        assert_eq!((status, last(&kinds)), (StatusCode::SEE_OTHER, None));
        // All of it stands in the log with who did it.
        let events = log.read_stream(ORGANISATION, 0, 100).await.expect("events");
        let told: Vec<(&str, &str)> = events.iter().map(|it| (it.kind.as_str(), it.context.actor.as_str())).collect();
        let moved = ("right.end_moved", "admin-1");
        assert_eq!(told, [("right.given", "admin-1"), moved, moved, moved]);
    });
}

#[test]
fn an_account_that_is_made_here_lets_in_until_it_is_reset_or_closed() {
    on_its_own(async {
        let (app, accounts, ..) = county(None).await;
        let form = format!("token={}", token(Role::Admin, "county", "admin-1"));
        let admin = session(&send(&app, "/sign-in", "", &form, FROM).await.1).expect("a session");
        let post = async |path: &str, form: &str| send(&app, &format!("{path}?lang=en"), &admin, form, FROM).await;
        let given = format!("person=n1&role=manager&unit=small&last_day={}", date(9));
        assert_eq!(post("/admin/staff", &given).await.0, StatusCode::SEE_OTHER);
        let (status, _, page) = post("/admin/staff/n1/account/add", "name=").await;
        assert!(status == StatusCode::UNPROCESSABLE_ENTITY && page.contains("Enter a user name"), "{page}");
        let code_on = |page: &str| {
            let words = page.split(['<', '>', ' ']);
            let is_code = |word: &&str| word.len() == 19 && word.matches('-').count() == 3;
            words.into_iter().find(is_code).expect("a code").to_string()
        };
        let (status, _, page) = post("/admin/staff/n1/account/add", "name=anna").await;
        assert_eq!(status, StatusCode::OK, "{page}");
        let code = code_on(&page);
        let (status, _, page) = post("/admin/staff/n2/account/add", "name=Anna").await;
        assert!(status == StatusCode::UNPROCESSABLE_ENTITY && page.contains("Another person already has"), "{page}");
        let (_, (_, headers, _)) = set_up(&app, "anna", &code).await;
        let cookie = session(&headers).expect("a session");
        assert_eq!(get(&app, "/desk", &cookie).await.0, StatusCode::OK);
        assert!(get(&app, "/admin/staff/n1?lang=en", &admin).await.1.contains("in use"));
        // A new code: the session is over, and the old words open nothing.
        let (_, _, page) = post("/admin/staff/n1/account/reset", "").await;
        let code = code_on(&page);
        soon("signed out", async || get(&app, "/desk", &cookie).await.0 == StatusCode::SEE_OTHER).await;
        assert!(accounts.secret("anna", &code, crate::NOW).expect("read").is_some());
        assert!(get(&app, "/admin/staff/n1?lang=en", &admin).await.1.contains("waiting to be set up"));
        assert_eq!(post("/admin/staff/n1/account/close", "").await.0, StatusCode::SEE_OTHER);
        assert!(!accounts.are_any().expect("read"));
        // Closed again, it ends what may be left, a token too.
        let theirs = token(Role::Lead, "small", "n1");
        let enter = async || session(&send(&app, "/sign-in", "", &format!("token={theirs}"), FROM).await.1);
        assert_eq!(post("/admin/staff/n1/account/close", "").await.0, StatusCode::SEE_OTHER);
        soon("signed out", async || enter().await.is_none()).await;
        for act in ["reset", "other"] {
            assert_eq!(post(&format!("/admin/staff/n1/account/{act}"), "").await.0, StatusCode::NOT_FOUND, "{act}");
        }
    });
}

#[test]
fn whoever_loses_their_last_right_at_once_is_out_by_token_too() {
    on_its_own(async {
        let (app, _, _, kinds) = county(None).await;
        let enter = async |token: &str| session(&send(&app, "/sign-in", "", &format!("token={token}"), FROM).await.1);
        let admin = enter(&token(Role::Admin, "county", "admin-1")).await.expect("a session");
        let post = async |path: &str, form: &str| send(&app, &format!("{path}?lang=en"), &admin, form, FROM).await;
        let give = |role: &str| format!("person=n1&role={role}&unit=small&last_day={}", date(9));
        for role in ["manager", "editor"] {
            assert_eq!(post("/admin/staff", &give(role)).await.0, StatusCode::SEE_OTHER);
        }
        let theirs = token(Role::Lead, "small", "n1");
        let cookie = enter(&theirs).await.expect("a session");
        let (_, page) = get(&app, "/admin/staff/n1?lang=en", &admin).await;
        assert!(page.contains("they are signed out and their sign-in codes stop working"));
        let end = async |role: &str| {
            let form = format!("role={role}&unit=small&from={}&last_day=&now=now", date(0));
            post("/admin/staff/n1/end", &form).await.0
        };
        assert_eq!(end("editor").await, StatusCode::SEE_OTHER);
        assert_eq!(get(&app, "/desk", &cookie).await.0, StatusCode::OK, "they have another");
        assert_eq!(end("manager").await, StatusCode::SEE_OTHER);
        assert_eq!(get(&app, "/desk", &cookie).await.0, StatusCode::SEE_OTHER);
        // A withdrawn token stays so, also when they are given a right later.
        let later = format!("person=n1&role=manager&unit=small&last_day={}", date(9));
        assert_eq!(post("/admin/staff", &later).await.0, StatusCode::SEE_OTHER);
        soon("the right is known", async || !kinds.organisation().rights_of("n1", today()).is_empty()).await;
        soon("the token is withdrawn", async || enter(&theirs).await.is_none()).await;
        assert_eq!(get(&app, "/desk", &cookie).await.0, StatusCode::SEE_OTHER);
    });
}

#[test]
fn a_right_that_opens_much_waits_for_another_administrator() {
    on_its_own(async {
        let (app, _, log, kinds) = county(None).await;
        let enter = async |id: &str| {
            let form = format!("token={}", token(Role::Admin, "county", id));
            session(&send(&app, "/sign-in", "", &form, FROM).await.1).expect("a session")
        };
        let (one, two, three) = (enter("admin-1").await, enter("admin-2").await, enter("n1").await);
        let post = async |who: &str, path: &str, form: &str| {
            let (status, _, page) = send(&app, &format!("{path}?lang=en"), who, form, FROM).await;
            (status, page)
        };
        let rights = || kinds.organisation().rights_of("n1", today()).len();
        let right = format!("person=n1&role=admin&unit=county&last_day={}", date(9));
        assert_eq!(post(&one, "/admin/staff", &right).await.0, StatusCode::SEE_OTHER);
        assert_eq!(rights(), 0, "it is proposed");
        let (_, page) = get(&app, "/admin/staff?lang=en", &one).await;
        assert!(page.contains("You proposed this.") && !page.contains("Approve the right"), "{page}");
        let (_, home) = get(&app, "/?lang=en", &two).await;
        assert!(home.contains("One right waits for your approval"), "{home}");
        assert!(!get(&app, "/?lang=en", &one).await.1.contains("waits for your approval"));
        let (_, page) = get(&app, "/admin/staff/n1?lang=en", &two).await;
        assert!(page.contains("Proposed by admin-1") && page.contains("Approve the right"), "{page}");
        let form = format!("role=admin&unit=county&from={}&last_day={}", date(0), date(9));
        for (who, text) in [(&one, "Another administrator than the one"), (&three, "cannot give yourself")] {
            let (status, page) = post(who, "/admin/staff/n1/approve", &form).await;
            assert!(status == StatusCode::UNPROCESSABLE_ENTITY && page.contains(text), "{status} {page}");
        }
        // Of another length it is another right.
        let longer = format!("role=admin&unit=county&from={}&last_day={}", date(0), date(99));
        assert_eq!(post(&two, "/admin/staff/n1/approve", &longer).await.0, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(rights(), 0);
        assert_eq!(post(&two, "/admin/staff/n1/approve", &form).await.0, StatusCode::SEE_OTHER);
        assert_eq!(rights(), 1);
        // One that is declined is over, and another can be proposed.
        let lead = format!("person=n2&role=lead&unit=small&last_day={}", date(9));
        assert_eq!(post(&one, "/admin/staff", &lead).await.0, StatusCode::SEE_OTHER);
        let form = format!("role=lead&unit=small&from={}&last_day={}", date(0), date(9));
        assert_eq!(post(&two, "/admin/staff/n2/decline", &form).await.0, StatusCode::SEE_OTHER);
        assert_eq!(post(&two, "/admin/staff/n2/approve", &form).await.0, StatusCode::UNPROCESSABLE_ENTITY);
        let events = log.read_stream(ORGANISATION, 0, 100).await.expect("events");
        let told: Vec<(&str, &str)> = events.iter().map(|it| (it.kind.as_str(), it.context.actor.as_str())).collect();
        let of_first = [("right.proposed", "admin-1"), ("right.given", "admin-2"), ("right.proposal_ended", "admin-2")];
        let of_second = [("right.proposed", "admin-1"), ("right.proposal_ended", "admin-2")];
        assert_eq!(told, [&of_first[..], &of_second[..]].concat());
    });
}

/// To reset the account of somebody with a right that takes two administrators is to have that right: it takes two as well.
#[test]
fn one_administrator_alone_gives_no_code_for_the_account_of_somebody_with_a_strong_right() {
    on_its_own(async {
        let (app, accounts, ..) = county(None).await;
        let enter = async |id: &str| {
            let form = format!("token={}", token(Role::Admin, "county", id));
            session(&send(&app, "/sign-in", "", &form, FROM).await.1).expect("a session")
        };
        let (first, second) = (enter("admin-1").await, enter("admin-2").await);
        let post = async |who: &str, path: &str, form: &str| {
            send(&app, &format!("/admin/staff/{path}?lang=en"), who, form, FROM).await
        };
        let right = format!("person=n1&role=lead&unit=small&last_day={}", date(9));
        assert_eq!(send(&app, "/admin/staff", &first, &right, FROM).await.0, StatusCode::SEE_OTHER);
        let approved = format!("role=lead&unit=small&from={}&last_day={}", date(0), date(9));
        assert_eq!(post(&second, "n1/approve", &approved).await.0, StatusCode::SEE_OTHER);
        let refused = async |who: &str, act: &str, says: &str| {
            let (status, _, page) = post(who, &format!("n1/account/{act}"), "name=anna").await;
            assert!(status == StatusCode::UNPROCESSABLE_ENTITY && page.contains(says), "{act}: {page}");
        };
        refused(&first, "add", "Two administrators are needed").await;
        assert_eq!(post(&first, "n1/account/want", "").await.0, StatusCode::SEE_OTHER);
        refused(&first, "add", "another administrator").await;
        assert!(get(&app, "/admin/staff/n1?lang=en", &second).await.1.contains("admin-1 asks you to give the code"));
        let (status, _, page) = post(&second, "n1/account/add", "name=anna").await;
        assert!(status == StatusCode::OK && page.contains("anna"), "{page}");
        // The wish is used up: to reset it takes two again.
        for who in [&first, &second] {
            refused(who, "reset", "Two administrators are needed").await;
        }
        assert_eq!(post(&second, "n1/account/want", "").await.0, StatusCode::SEE_OTHER);
        assert_eq!(post(&first, "n1/account/decline", "").await.0, StatusCode::SEE_OTHER);
        refused(&first, "reset", "Two administrators are needed").await;
        assert_eq!(post(&second, "n1/account/want", "").await.0, StatusCode::SEE_OTHER);
        assert_eq!(post(&first, "n1/account/reset", "").await.0, StatusCode::OK);
        // To take away takes one.
        assert_eq!(post(&first, "n1/account/close", "").await.0, StatusCode::SEE_OTHER);
        assert!(!accounts.are_any().expect("read"));
    });
}
