//! Sign-in on a county's own server: by an account or the identity provider, into the rights of the day, for as long as they last.

use std::ops::Range;
use std::sync::Arc;

use axum::http::{HeaderMap, Request, StatusCode, header};
use hmac::{Hmac, KeyInit, Mac};
use identity::{Accounts, Provider, Settings};
use kinds::{Kinds, ask_of_organisation};
use matter::By;
use matter::access::Role;
use operations::organisation::{Command, Imported, Right};
use sha1::Sha1;
use store::Log;
use web::{App, Strangers};

use crate::pages::{fixture, get};
use crate::rights::{soon, today};
use crate::strangers::from;
use crate::{NOW, TOKEN_KEY, app_entered, kinds_beside, on_its_own};

const PASSWORD: &str = "ruskea+kettu+juoksee+pois";
const DAY: i64 = 86_400_000_000;

/// A county's own server, with its accounts, its log and what is known of that.
pub async fn county(provider: Option<Provider>) -> (Arc<App>, Arc<Accounts>, Log, Kinds) {
    let accounts = Arc::new(Accounts::open(None, TOKEN_KEY).expect("accounts"));
    let ways = (Arc::clone(&accounts), provider.map(Arc::new));
    let kinds = kinds_beside(|_| ()).await;
    let (app, _, log) = app_entered(kinds.clone(), (fixture(0.5, true), true), (Strangers::default(), false), ways);
    (app, accounts, log, kinds)
}

/// Whether the server has heard of a right that somebody has today.
fn knows(kinds: &Kinds, person: &str) -> bool {
    !kinds.organisation().rights_of(person, today()).is_empty()
}

pub fn right(person: &str, role: Role, unit: &str, days: Range<i32>) -> Right {
    Right { person: person.into(), role, unit: unit.into(), from: days.start, to: days.end }
}

/// Says something of somebody's rights, so many days ago.
async fn said(log: &Log, command: Command, days_ago: i64) {
    let imported = Imported { units: ["county", "small", "other"].map(Into::into).into(), ..Imported::default() };
    let key = format!("{command:?}{days_ago}");
    let done = ask_of_organisation(log, &By::Operator, command, &key, NOW - days_ago * DAY, imported).await;
    assert_eq!(done, Ok(true));
}

/// The code that an authenticator with this secret shows at an instant, by RFC 6238 and nothing of ours.
fn code(secret: &str, at: i64) -> String {
    const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let bits: String =
        secret.chars().filter_map(|letter| LETTERS.find(letter)).map(|value| format!("{value:05b}")).collect();
    let key: Vec<u8> =
        (0..bits.len() / 8).map(|at| u8::from_str_radix(&bits[at * 8..at * 8 + 8], 2).expect("bits")).collect();
    let mut mac = Hmac::<Sha1>::new_from_slice(&key).expect("a key");
    mac.update(&(at / 30_000_000).to_be_bytes());
    let hash = mac.finalize().into_bytes();
    let from = usize::from(hash[19] & 15);
    let number = u32::from_be_bytes(hash[from..from + 4].try_into().expect("four")) & 0x7fff_ffff;
    format!("{:06}", number % 1_000_000)
}

/// Sends a form; the answer's status, headers and page.
pub async fn send(
    app: &Arc<App>,
    path: &str,
    cookie: &str,
    form: &str,
    address: &str,
) -> (StatusCode, HeaderMap, String) {
    let request = Request::post(path)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header::COOKIE, cookie);
    from(app, address, request, form.to_string()).await
}

pub fn leads_to(headers: &HeaderMap) -> &str {
    headers.get(header::LOCATION).map_or("", |value| value.to_str().expect("text"))
}

pub fn session(headers: &HeaderMap) -> Option<String> {
    let cookies = headers.get_all(header::SET_COOKIE).iter().filter_map(|it| it.to_str().ok());
    let session = cookies.filter_map(|it| it.split(';').next()).find(|it| it.starts_with("session="));
    session.filter(|it| *it != "session=").map(Into::into)
}

/// Sets somebody's account up on the pages; the secret of their authenticator, and the last answer.
pub async fn set_up(app: &Arc<App>, name: &str, given: &str) -> (String, (StatusCode, HeaderMap, String)) {
    let who = format!("name={name}&given={given}");
    let (status, _, page) = send(app, "/sign-in/set-up", "", &who, "192.0.2.1").await;
    assert_eq!(status, StatusCode::OK, "{page}");
    let secret = page.split("otpauth://totp/").nth(1).and_then(|it| it.split("secret=").nth(1)).expect("a link");
    let secret = secret.split("&amp;").next().expect("letters").to_string();
    assert!(page.contains("<svg") && page.contains(&secret[..4]), "as a picture, and to be typed");
    let form = format!("{who}&password={PASSWORD}&code={}", code(&secret, NOW));
    let answer = send(app, "/sign-in/set-up", "", &form, "192.0.2.1").await;
    (secret, answer)
}

/// An account in use; the form that signs in with it, once.
async fn account(app: &Arc<App>, accounts: &Accounts, person: &str) -> String {
    let given = accounts.add(person, person, NOW).expect("stored").expect("made");
    let (secret, _) = set_up(app, person, &given).await;
    format!("name={person}&password={PASSWORD}&code={}", code(&secret, NOW + 30_000_000))
}

#[test]
fn an_account_is_set_up_with_its_code_and_lets_in_with_password_and_authenticator() {
    on_its_own(async {
        let (app, accounts, log, kinds) = county(None).await;
        assert!(!get(&app, "/sign-in?lang=en", "").await.1.contains("/sign-in/account"), "nobody has one");
        said(&log, Command::GiveRight(right("n1", Role::Lead, "small", today()..today() + 9)), 0).await;
        let given = accounts.add("Anna", "n1", NOW).expect("stored").expect("made");
        let wrong = "name=anna&given=AAAA-BBBB-CCCC-DDDD";
        let (status, _, page) = send(&app, "/sign-in/set-up?lang=en", "", wrong, "192.0.2.1").await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.contains("The user name or the set-up code does not work") && page.contains("value=\"anna\""));
        let common = format!("name=anna&given={given}&password=password1234&code=123456");
        let (status, _, page) = send(&app, "/sign-in/set-up?lang=en", "", &common, "192.0.2.1").await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.contains("easy to guess") && page.contains("otpauth://") && !page.contains("password1234"));
        soon("the right is known", async || knows(&kinds, "n1")).await;
        let (secret, (status, headers, _)) = set_up(&app, "anna", &given).await;
        assert_eq!((status, leads_to(&headers)), (StatusCode::SEE_OTHER, "/desk"), "they have signed in");
        let cookie = session(&headers).expect("a session");
        assert_eq!(get(&app, "/desk", &cookie).await.0, StatusCode::OK);
        assert!(get(&app, "/sign-in?lang=en", "").await.1.contains("action=\"/sign-in/account\""));
        // The code with which it was set up opens nothing; the next one does, once, and leads back.
        for (shown, expected) in [
            (NOW, StatusCode::UNPROCESSABLE_ENTITY),
            (NOW + 30_000_000, StatusCode::SEE_OTHER),
            (NOW + 30_000_000, StatusCode::UNPROCESSABLE_ENTITY),
        ] {
            let form = format!("name=anna&password={PASSWORD}&code={}&to=/desk/calendar", code(&secret, shown));
            let (status, headers, page) = send(&app, "/sign-in/account?lang=en", "", &form, "192.0.2.1").await;
            assert_eq!(status, expected, "{page}");
            match status {
                StatusCode::SEE_OTHER => assert_eq!(leads_to(&headers), "/desk/calendar"),
                _ => assert!(session(&headers).is_none() && page.contains("value=\"anna\"") && !page.contains("kettu")),
            }
        }
        let (_, headers, _) = send(&app, "/sign-out", &cookie, "", "192.0.2.1").await;
        assert_eq!(leads_to(&headers), "/");
        assert_eq!(get(&app, "/desk", &cookie).await.0, StatusCode::SEE_OTHER);
    });
}

#[test]
fn nobody_learns_which_names_there_are_and_guessing_under_one_ends() {
    on_its_own(async {
        let (app, accounts, log, kinds) = county(None).await;
        said(&log, Command::GiveRight(right("anna", Role::Lead, "small", today()..today() + 9)), 0).await;
        soon("the right is known", async || knows(&kinds, "anna")).await;
        let right_one = account(&app, &accounts, "anna").await;
        let try_as = async |name: &str, from: &str| {
            let form = format!("name={name}&password=wrong+password+of+theirs&code=123456");
            send(&app, "/sign-in/account?lang=en", "", &form, from).await
        };
        let (there, _, page) = try_as("anna", "192.0.2.1").await;
        let (nowhere, _, other) = try_as("olga", "192.0.2.1").await;
        assert_eq!((there, page.replace("anna", "olga")), (nowhere, other), "the same answer");
        // Ten tries an hour from one address; then not even the right words open it there, nor tell that they are right.
        let tries = ["anna", "olga"].repeat(9).into_iter().map(|name| try_as(name, "192.0.2.1"));
        futures::future::join_all(tries).await;
        assert_eq!(try_as("olga", "192.0.2.1").await.0, StatusCode::TOO_MANY_REQUESTS);
        let (status, headers, _) = send(&app, "/sign-in/account", "", &right_one, "192.0.2.1").await;
        assert_eq!(status, StatusCode::TOO_MANY_REQUESTS);
        assert!(headers.contains_key(header::RETRY_AFTER) && session(&headers).is_none());
        // Nobody shuts it from elsewhere.
        let (status, headers, page) = send(&app, "/sign-in/account", "", &right_one, "203.0.113.1").await;
        assert_eq!(status, StatusCode::SEE_OTHER, "{page}");
        assert!(session(&headers).is_some());
        // Nobody else waits for them.
        let another = account(&app, &accounts, "n2").await;
        let (status, _, page) = send(&app, "/sign-in/account?lang=en", "", &another, "203.0.113.1").await;
        assert_eq!(status, StatusCode::FORBIDDEN, "known, and without rights");
        assert!(page.contains("You have no rights in Luotsi today") && page.contains("Tell them this id: n2"));
    });
}

#[test]
fn a_session_lasts_as_long_as_its_right() {
    on_its_own(async {
        let day = today();
        let moved = |days: Range<i32>| Command::MoveRightEnd(right("n1", Role::Lead, "small", days));
        // The days of the right that was given, what is said while they work, and whether they get in and stay.
        type Case = (&'static str, Range<i32>, Option<Command>, bool, bool);
        let cases: Vec<Case> = vec![
            ("it holds", day - 9..day + 1, None, true, true),
            ("it ended yesterday", day - 9..day, None, false, false),
            ("it begins tomorrow", day + 1..day + 9, None, false, false),
            ("it is taken away", day - 9..day + 9, Some(moved(day - 9..day)), true, false),
            ("it will end sooner", day - 9..day + 9, Some(moved(day - 9..day + 1)), true, true),
            ("it will end later", day - 9..day + 1, Some(moved(day - 9..day + 9)), true, true),
            ("they leave", day - 9..day + 9, Some(Command::EndProfessional { id: "n1".into(), on: day }), true, false),
        ];
        for (what, days, then, enters, stays) in cases {
            let (app, accounts, log, kinds) = county(None).await;
            said(&log, crate::rights::works("n1", "small", day - 20), 20).await;
            said(&log, Command::GiveRight(right("n1", Role::Lead, "small", days)), 9).await;
            // Whatever comes after it is known, when this is.
            said(&log, Command::GiveRight(right("last", Role::Lead, "small", day..day + 1)), 0).await;
            soon("the rights are known", async || knows(&kinds, "last")).await;
            let form = account(&app, &accounts, "n1").await;
            let (status, headers, page) = send(&app, "/sign-in/account?lang=en", "", &form, "192.0.2.1").await;
            let cookie = session(&headers).unwrap_or_default();
            assert_eq!(!cookie.is_empty(), enters, "{what}: {status} {page}");
            if !enters {
                assert!(page.contains("You have no rights"), "{what}");
                continue;
            }
            assert_eq!(get(&app, "/desk", &cookie).await.0, StatusCode::OK, "{what}");
            if let Some(command) = then {
                said(&log, command, 0).await;
                said(&log, Command::GiveRight(right("end", Role::Lead, "small", day..day + 1)), 0).await;
                soon(what, async || knows(&kinds, "end")).await;
            }
            let expected = if stays { StatusCode::OK } else { StatusCode::SEE_OTHER };
            assert_eq!(get(&app, "/desk", &cookie).await.0, expected, "{what}");
        }
    });
}

#[test]
fn a_session_by_an_account_ends_with_the_account_and_its_person_is_no_longer_here() {
    on_its_own(async {
        let (app, accounts, log, kinds) = county(None).await;
        let day = today();
        for person in ["n1", "n2"] {
            said(&log, Command::GiveRight(right(person, Role::Lead, "small", day - 9..day + 9)), 9).await;
        }
        soon("the rights are known", async || knows(&kinds, "n2")).await;
        let mut cookies = Vec::new();
        for person in ["n1", "n2"] {
            let form = account(&app, &accounts, person).await;
            let (_, headers, page) = send(&app, "/sign-in/account", "", &form, "192.0.2.1").await;
            cookies.push(session(&headers).expect(&page));
        }
        let here = || app.colleagues("small", None).into_iter().map(|it| it.id).filter(|it| it.len() == 2);
        assert_eq!(here().collect::<Vec<_>>(), ["n1", "n2"]);
        said(&log, Command::MoveRightEnd(right("n1", Role::Lead, "small", day - 9..day)), 0).await;
        soon("the right has ended", async || !knows(&kinds, "n1")).await;
        assert_eq!(here().collect::<Vec<_>>(), ["n2"], "nobody gives them anything");
        // Somebody closed it and came no further.
        assert_eq!(get(&app, "/desk", &cookies[1]).await.0, StatusCode::OK);
        accounts.close("n2").expect("stored").expect("closed");
        assert_eq!(get(&app, "/desk", &cookies[1]).await.0, StatusCode::SEE_OTHER);
        assert_eq!(here().count(), 0);
    });
}

#[test]
fn who_has_several_rights_works_in_one_and_changes() {
    on_its_own(async {
        let (app, accounts, log, kinds) = county(None).await;
        let day = today();
        for (role, unit, to) in [(Role::Lead, "small", 5), (Role::Admin, "county", 9)] {
            said(&log, Command::GiveRight(right("n1", role, unit, day..day + to)), 0).await;
        }
        soon("the rights are known", async || knows(&kinds, "n1")).await;
        let form = account(&app, &accounts, "n1").await + "&to=/desk/calendar";
        let (_, headers, _) = send(&app, "/sign-in/account", "", &form, "192.0.2.1").await;
        assert_eq!(leads_to(&headers), "/sign-in/role?to=%2Fdesk%2Fcalendar");
        let lead = session(&headers).expect("a session");
        let (_, page) = get(&app, "/sign-in/role?to=%2Fdesk%2Fcalendar&lang=en", &lead).await;
        assert!(
            page.contains("Team lead") && page.contains("Administrator") && page.contains("value=\"/desk/calendar\"")
        );
        let choose = async |cookie: &str, role: &str, unit: &str| {
            send(&app, "/sign-in/role", cookie, &format!("role={role}&unit={unit}"), "192.0.2.1").await.1
        };
        // Another's right, or nobody's, is not to be had.
        for (role, unit) in [("lead", "county"), ("admin", "small"), ("manager", "small"), ("", "")] {
            let headers = choose(&lead, role, unit).await;
            assert_eq!((leads_to(&headers), session(&headers)), ("/sign-in/role", None), "{role} {unit}");
        }
        let headers = choose(&lead, "admin", "county").await;
        let admin = session(&headers).expect("another session");
        assert_eq!(get(&app, "/desk", &lead).await.0, StatusCode::SEE_OTHER, "the one before is over");
        assert_eq!(get(&app, "/admin/imports", &admin).await.0, StatusCode::OK);
        assert_eq!(get(&app, "/desk", &admin).await.0, StatusCode::NOT_FOUND, "one at a time");
        assert!(get(&app, "/admin/imports?lang=en", &admin).await.1.contains("Change role"));
        // The right in which they work ends; they choose among the others, and do not sign in again.
        said(&log, Command::MoveRightEnd(right("n1", Role::Admin, "county", day..day)), 0).await;
        soon("it has ended", async || get(&app, "/admin/imports", &admin).await.0 != StatusCode::OK).await;
        let request = Request::get("/sign-in?to=/desk").header(header::COOKIE, &admin);
        let (_, headers, _) = from(&app, "192.0.2.1", request, String::new()).await;
        assert_eq!(leads_to(&headers), "/sign-in/role?to=%2Fdesk");
        let headers = choose(&admin, "lead", "small").await;
        assert_eq!(get(&app, "/desk", &session(&headers).expect("a session")).await.0, StatusCode::OK);
        // The last of them ends.
        let last = session(&headers).expect("a session");
        said(&log, Command::MoveRightEnd(right("n1", Role::Lead, "small", day..day)), 0).await;
        soon("the last has ended", async || get(&app, "/desk", &last).await.0 == StatusCode::SEE_OTHER).await;
        assert_eq!(get(&app, "/sign-in", &last).await.0, StatusCode::OK, "they sign in anew");
        assert_eq!(get(&app, "/sign-in/role", &last).await.0, StatusCode::SEE_OTHER);
    });
}

#[test]
fn a_provider_that_is_away_keeps_nobody_from_their_account() {
    on_its_own(async {
        let settings = Settings {
            // Nobody listens there.
            issuer: "http://127.0.0.1:9".into(),
            client_id: "luotsi".into(),
            secret: None,
            address: "http://127.0.0.1:8080".into(),
            person: "sub".into(),
            scopes: Vec::new(),
            strength: None,
            protected: None,
        };
        let provider = Provider::new(settings.clone()).expect("a provider");
        let (app, accounts, ..) = county(Some(provider)).await;
        accounts.add("anna", "n1", NOW).expect("stored").expect("made");
        let (status, page) = get(&app, "/sign-in?lang=en", "").await;
        assert_eq!(status, StatusCode::OK);
        assert!(page.contains("cannot be reached right now") && page.contains("/sign-in/account"));
        let (status, page) = get(&app, "/sign-in/provider?lang=en", "").await;
        assert!(status == StatusCode::SERVICE_UNAVAILABLE && page.contains("href=\"/sign-in\""), "{status}");
        for back in ["", "?state=made-up&code=made-up", "?error=access_denied"] {
            let (status, page) = get(&app, &format!("/sign-in/provider/return{back}"), "signing-in=made-up").await;
            assert!(status == StatusCode::BAD_REQUEST && page.contains("href=\"/sign-in\""), "{back}: {status}");
        }
        // One address begins so many and no more; another goes on.
        let begin =
            async |address: &str| from(&app, address, Request::get("/sign-in/provider?lang=en"), String::new()).await;
        for _ in 0..600 {
            assert_eq!(begin("198.51.100.7").await.0, StatusCode::SERVICE_UNAVAILABLE);
        }
        let (status, headers, _) = begin("198.51.100.7").await;
        assert_eq!(status, StatusCode::TOO_MANY_REQUESTS);
        assert!(headers.contains_key(header::RETRY_AFTER));
        assert_eq!(begin("198.51.100.8").await.0, StatusCode::SERVICE_UNAVAILABLE);
        // Where there is none, there is no way to it.
        let (app, ..) = county(None).await;
        assert_eq!(get(&app, "/sign-in/provider", "").await.0, StatusCode::NOT_FOUND);
        assert_eq!(get(&app, "/sign-in/provider/return?state=a", "").await.0, StatusCode::NOT_FOUND);
        // Codes and secrets never go unencrypted.
        for (issuer, address) in [
            ("http://id.example.fi", "https://a.example.fi"),
            ("https://id.example.fi", "http://a.example.fi"),
            ("id", "https://a.example.fi"),
        ] {
            let settings = Settings { issuer: issuer.into(), address: address.into(), ..settings.clone() };
            assert!(Provider::new(settings).is_err(), "{issuer} {address}");
        }
    });
}
