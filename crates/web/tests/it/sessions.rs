//! Sign-in: by role in the demo, with a token elsewhere; one session at a time, and back to where one was.

use std::sync::Arc;

use axum::http::{Request, StatusCode, header};
use matter::access::Role;
use web::{App, Strangers};

use crate::contacts::token;
use crate::pages::{fixture, get};
use crate::strangers::from;
use crate::{app_for, app_over, on_its_own};

/// Signs in by a form; the answer's status, where it leads and the cookies that it sets.
pub async fn sign_in(app: &Arc<App>, form: &str, headers: &[(&str, &str)]) -> (StatusCode, String, Vec<String>) {
    let request = Request::post("/sign-in").header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    let (status, headers, body) = from(app, "192.0.2.1", request, form.to_string()).await;
    let text = |value: &header::HeaderValue| value.to_str().expect("text").to_string();
    let to = headers.get(header::LOCATION).map_or(body, text);
    (status, to, headers.get_all(header::SET_COOKIE).iter().map(text).collect())
}

pub fn session(cookies: &[String]) -> String {
    let cookie = cookies.iter().find(|cookie| cookie.contains("session=")).expect("a session");
    cookie.split(';').next().expect("a cookie").to_string()
}

#[test]
fn who_signs_in_anew_is_nobody_else_any_more() {
    on_its_own(async {
        let app = app_over(fixture(0.5, true), false).await;
        for (before, after) in
            [("lead", "resident"), ("resident", "lead"), ("professional", "professional"), ("admin", "manager")]
        {
            let (_, _, cookies) = sign_in(&app, &format!("role={before}"), &[]).await;
            let old = session(&cookies);
            let first = if before == "resident" { "/contact" } else { "/" };
            let role = |page: &str| page.contains("action=\"/sign-out\"");
            assert!(role(&get(&app, first, &old).await.1), "{before} is signed in");
            let (status, _, cookies) = sign_in(&app, &format!("role={after}"), &[("cookie", &old)]).await;
            assert_eq!(status, StatusCode::SEE_OTHER);
            assert!(!role(&get(&app, first, &old).await.1), "{before}, then {after}: the old one opens nothing");
            assert!(role(&get(&app, first, &session(&cookies)).await.1), "{after} is signed in");
        }
    });
}

#[test]
fn over_an_encrypted_way_only_this_host_can_have_set_what_opens() {
    on_its_own(async {
        let app = app_over(fixture(0.5, true), false).await;
        let (_, _, cookies) = sign_in(&app, "role=lead", &[("x-forwarded-proto", "https")]).await;
        let own = cookies.iter().find(|cookie| cookie.starts_with("__Host-session=")).expect("a session");
        for attribute in ["; Path=/;", "; Secure", "; HttpOnly", "; SameSite=Lax"] {
            assert!(own.contains(attribute) && !own.contains("Domain"), "{own}");
        }
        let name = own.split(['=', ';']).nth(1).expect("a name");
        let steer = async |cookie: String| {
            let request = Request::get("/steer").header("x-forwarded-proto", "https").header(header::COOKIE, cookie);
            from(&app, "192.0.2.1", request, String::new()).await.0
        };
        assert_eq!(steer(format!("__Host-session={name}")).await, StatusCode::OK);
        let (_, _, plain) = sign_in(&app, "role=lead", &[]).await;
        assert_eq!(steer(session(&plain)).await, StatusCode::SEE_OTHER, "another could have set it");
        assert_eq!(get(&app, "/steer", &session(&plain)).await.0, StatusCode::OK);
    });
}

#[test]
fn sign_in_leads_back_to_where_one_was_and_never_elsewhere() {
    on_its_own(async {
        let app = app_over(fixture(0.5, true), false).await;
        // The page asked for without signing in, and where the sign-in that it leads to leads.
        for path in ["/steer/measures/access.callback_24h?unit=small&chart=run", "/desk?unit=small", "/steer"] {
            let request = Request::get(path);
            let (status, headers, _) = from(&app, "192.0.2.1", request, String::new()).await;
            assert_eq!(status, StatusCode::SEE_OTHER);
            let link = headers[header::LOCATION].to_str().expect("text").to_string();
            let (_, page) = get(&app, &link, "").await;
            let hidden = page.split("name=\"to\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
            let to = hidden.expect("where to").replace("&amp;", "&");
            assert_eq!(to, path);
            let form = format!("role=lead&to={}", to.replace('&', "%26").replace('?', "%3F"));
            assert_eq!(sign_in(&app, &form, &[]).await.1, path);
        }
        let id = "00000000-0000-0000-0000-000000000000";
        let request = Request::post(format!("/desk/contacts/{id}/reply"))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let (_, _, page) = from(&app, "192.0.2.1", request, "client_id=a&text=Hei+vain".into()).await;
        assert!(
            page.contains("Hei vain") && page.contains(&format!("/sign-in?to=%2Fdesk%2Fcontacts%2F{id}")),
            "{page}"
        );
        for elsewhere in [
            "https://evil.example/",
            "//evil.example",
            "/\\evil.example",
            "/%0d%0aSet-Cookie:a=b",
            "\\evil",
            "evil",
            "",
            "/a//b",
            "javascript:alert(1)",
            "/desk%0aLocation:x",
            "/sign-in",
            "/contact",
        ] {
            let encoded: String = elsewhere.bytes().map(|byte| format!("%{byte:02X}")).collect();
            let (status, to, _) = sign_in(&app, &format!("role=lead&to={encoded}"), &[]).await;
            assert_eq!(status, StatusCode::SEE_OTHER, "{elsewhere}");
            let is_within = to == "/desk" || (to.starts_with("/%0d") || to.starts_with("/desk%0a"));
            assert!(is_within && !to.contains(['\r', '\n']), "{elsewhere}: {to}");
        }
    });
}

#[test]
fn on_a_countys_own_server_those_who_work_there_sign_in_with_a_token_and_residents_are_spoken_to() {
    on_its_own(async {
        let (app, ..) = app_for(fixture(0.5, false), false, Strangers::default(), false).await;
        for (lang, own) in [("fi", "Mitä tarvitset?"), ("sv", "Vad behöver du?"), ("en", "What do you need?")] {
            let (_, page) = get(&app, &format!("/?lang={lang}"), "").await;
            assert!(page.contains(own), "{page}");
            for foreign in ["luotsi import", "luotsi measure", "luotsi demo", "href=\"/desk\"", "href=\"/steer\""] {
                assert!(!page.contains(foreign), "{foreign}");
            }
            let (_, page) = get(&app, &format!("/sign-in?lang={lang}"), "").await;
            assert!(page.contains("name=\"token\"") && !page.contains("name=\"role\""), "{page}");
            assert!(!page.contains("luotsi demo"));
        }
        for chosen in ["role=lead", "role=resident&as=aino", "role=professional&as=nurse@small"] {
            let (status, _, cookies) = sign_in(&app, chosen, &[]).await;
            assert!(status == StatusCode::UNPROCESSABLE_ENTITY && cookies.is_empty(), "{chosen}: nobody by choosing");
        }
        for (role, unit, first) in [
            (Role::Professional, "small", "/desk"),
            (Role::Manager, "county", "/steer"),
            (Role::Admin, "county", "/steer"),
        ] {
            let given = token(role, unit, "somebody-1");
            let (status, to, cookies) = sign_in(&app, &format!("token=+{given}+"), &[]).await;
            assert_eq!((status, to.as_str()), (StatusCode::SEE_OTHER, first), "{role:?}");
            let (status, page) = get(&app, first, &session(&cookies)).await;
            assert_eq!(status, StatusCode::OK, "{role:?}");
            assert!(!page.contains(&given) && !cookies.concat().contains(&given), "the token goes no further");
            if role != Role::Professional {
                continue;
            }
            let mut forged = given.clone();
            forged.pop();
            for wrong in [forged, given.replace('.', "%2E."), String::new(), "0000".into()] {
                let (status, page, cookies) = sign_in(&app, &format!("token={wrong}"), &[]).await;
                let is_refused = [StatusCode::UNPROCESSABLE_ENTITY, StatusCode::TOO_MANY_REQUESTS].contains(&status);
                assert!(is_refused && cookies.is_empty() && !page.contains("value=\"0000"), "{wrong}: {status}");
            }
        }
    });
}
