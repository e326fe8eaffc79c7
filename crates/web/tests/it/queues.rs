//! Queues as parts at units: seen apart, taken from, handed over to; a unit alone is all of its own.

use std::sync::Arc;

use axum::http::{Method, StatusCode};
use content::{Found, Library};
use jiff::civil::date;
use kinds::content::FOLDERS;
use matter::access::Role;
use serde_json::{Value, json};
use web::App;

use crate::contacts::{call, token};
use crate::desk::{post, receipts, written};
use crate::pages::{fixture, get, signed_in};
use crate::{app_over, on_its_own};

const ADVICE: &str = r#"
id = "advice"
version = 1
name = { fi = "Neuvonta", sv = "Rådgivning", en = "Advice" }
register = "social"
professions = ["social_worker"]
units = ["small", "other"]
"#;

async fn app() -> Arc<App> {
    let app = app_over(fixture(0.5, true), false).await;
    let library = Library::read(FOLDERS, &[Found::shipped("content/queues/advice.toml", ADVICE)], &|_, _| true);
    assert!(library.faults.is_empty(), "{:?}", library.faults);
    app.take_content(&library, date(2026, 1, 7));
    app
}

async fn as_program(app: &Arc<App>, method: Method, path: &str, body: Option<Value>) -> (StatusCode, Value) {
    call(app, method, path, &token(Role::Lead, "small", "lead"), body).await
}

#[test]
fn a_contact_is_handed_over_within_its_unit_and_seen_in_that_queue_alone() {
    on_its_own(async {
        let app = app().await;
        let (one, two) = (written(&app, "c1", "Selkä kipeä", "fi").await, written(&app, "c2", "Vuokra", "fi").await);
        let lead = signed_in(&app, "lead").await;
        let (_, page) = get(&app, &format!("/desk/contacts/{}?lang=en", two.id), &lead).await;
        assert!(page.contains("value=\"advice@small\"") && page.contains("Advice, "), "{page}");
        let form = "client_id=t1&unit=advice@small&reason=misdirected&note=Teille";
        let (status, to, page) = post(&app, &lead, &format!("/desk/contacts/{}/transfer", two.id), form).await;
        assert_eq!(status, 303, "{to} {page}");
        for (queue, seen) in [("", vec![&one, &two]), ("advice", vec![&two]), ("general", vec![&one])] {
            let (_, list) = get(&app, &format!("/desk?unit=small&queue={queue}&lang=en"), &lead).await;
            let mut receipts = receipts(&list);
            receipts.sort();
            let mut expected: Vec<String> = seen.iter().map(|it| it.receipt.clone()).collect();
            expected.sort();
            assert_eq!(receipts, expected, "{queue}");
            let address = if queue.is_empty() { "small".into() } else { format!("{queue}@small") };
            let (status, body) = as_program(&app, Method::GET, &format!("/api/queues/{address}"), None).await;
            assert_eq!((status, &body["waiting"]), (StatusCode::OK, &json!(seen.len())), "{body}");
        }
        // The longest waiting is another's; of this queue it is the second.
        let (status, to, _) = post(&app, &lead, "/desk/next", "client_id=n1&unit=small&queue=advice").await;
        assert!(status == 303 && to.contains(&two.id), "{to}");
        for address in ["nothing@small", "advice@nowhere", "advice@", "@small", "advice"] {
            assert_eq!(
                as_program(&app, Method::GET, &format!("/api/queues/{address}"), None).await.0,
                404,
                "{address}"
            );
        }
        let body = json!({ "unit": "nothing@small", "note": "Teille", "client_id": "t2" });
        let address = format!("/api/contacts/{}/transfer", two.id);
        let (status, told) = as_program(&app, Method::POST, &address, Some(body)).await;
        assert_eq!((status, &told["error"]["field"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("unit")), "{told}");
    });
}

/// A queue with hours, a promise and a law, a rule by the writer's own words, and one to come that sends Swedish elsewhere.
const PARTS: [(&str, &str); 3] = [
    (
        "content/queues/money.toml",
        r#"
id = "money"
version = 1
name = { fi = "Raha-asiat", sv = "Pengar", en = "Money" }
register = "social"
professions = ["nurse"]
units = ["small"]
clock = ["message-service-promise", "callback-same-day"]
says = { fi = "Neuvoja lukee viestisi.", sv = "En rådgivare läser det.", en = "An adviser reads your message." }
[[open.week]]
on = ["mon", "tue", "wed", "thu", "fri"]
at = ["08:00", "16:00"]
"#,
    ),
    (
        "content/routings/words.toml",
        r#"
id = "words"
version = 1
rank = 10
name = { fi = "Omat sanat", sv = "Egna ord", en = "Own words" }
text = { fi = "Sanat kertoivat.", sv = "Orden visade det.", en = "The words told it." }
by = "need"
[[choice]]
of = "money"
queue = "money"
words = ["vuokra"]
"#,
    ),
    (
        "content/routings/swedish.toml",
        r#"
id = "swedish"
version = 1
from = "2026-03-01"
rank = 5
name = { fi = "Ruotsi", sv = "Svenska", en = "Swedish" }
text = { fi = "Ruotsiksi.", sv = "På svenska.", en = "In Swedish." }
when = { languages = ["sv"] }
to = { queue = "money" }
"#,
    ),
];

#[test]
fn a_contact_says_why_it_came_to_its_queue_and_its_queue_says_how_it_goes() {
    on_its_own(async {
        let app = app_over(fixture(0.5, true), false).await;
        let found: Vec<Found> = PARTS.iter().map(|(path, text)| Found::shipped(path, text)).collect();
        let library = Library::read(FOLDERS, &found, &|_, _| true);
        assert!(library.faults.is_empty(), "{:?}", library.faults);
        app.take_content(&library, date(2026, 1, 7));
        let form = "client_id=f1&service=general&text=Vuokra+on+maksamatta";
        let (status, to, page) = post(&app, "", "/contact?lang=fi", form).await;
        assert_eq!(status, 303, "{page}");
        let id = to.split("id=").nth(1).expect("an id").to_string();
        let other = written(&app, "c2", "Hej", "sv").await;
        let lead = signed_in(&app, "lead").await;
        let (_, page) = get(&app, &format!("/desk/contacts/{id}?lang=en"), &lead).await;
        for said in
            ["Why did it come to this queue?", "Own words", "The words told it.", "Law", "Promise", "three weekdays"]
        {
            assert!(page.contains(said), "{said}: {page}");
        }
        let (status, page) = get(&app, "/desk/queues/money@small?lang=en", &lead).await;
        assert_eq!(status, StatusCode::OK);
        for said in
            ["Own words", "Time limits", "1326/2010", "Late transfers", "An adviser reads your message.", "08.00–16.00"]
        {
            assert!(page.contains(said) || page.contains(&said.replace("08.00", "8.00")), "{said}: {page}");
        }
        let receipt = kinds_receipt(&id);
        assert!(page.contains(&receipt), "{receipt}");
        let manager = signed_in(&app, "manager").await;
        let (status, numbers) = get(&app, "/desk/queues/money@small?lang=en", &manager).await;
        assert!(status == StatusCode::OK && !numbers.contains(&receipt), "a manager sees numbers alone");
        let resident = signed_in(&app, "resident").await;
        assert_eq!(get(&app, "/desk/queues/money@small", &resident).await.0, StatusCode::NOT_FOUND);
        let (status, page) = get(&app, "/edit/queues/money@small?lang=en", &lead).await;
        assert_eq!(status, StatusCode::OK);
        for said in ["Swedish", "Tried on 2 contacts.", "1 would have gone elsewhere."] {
            assert!(page.contains(said), "{said}: {page}");
        }
        assert_eq!(get(&app, "/edit/queues/money@small", &manager).await.0, StatusCode::NOT_FOUND);
        assert_ne!(other.id, id);
    });
}

/// The short name of a contact, as its pages have it.
fn kinds_receipt(id: &str) -> String {
    let number = id.parse::<uuid::Uuid>().expect("an id").as_u128();
    let letter = |at: u32| char::from(kinds::CROCKFORD[(number >> (5 * at)) as usize % 32]);
    let letters: String = (0..8).rev().map(letter).collect();
    format!("{}-{}", &letters[..4], &letters[4..])
}

/// `/admin/health` says what is left out of the content, since when, and who mends it; what works stands below.
#[test]
fn an_administrator_sees_what_is_broken_and_who_mends_it() {
    on_its_own(async {
        let app = app().await;
        let admin = signed_in(&app, "admin").await;
        let (status, page) = get(&app, "/admin/health?lang=en", &admin).await;
        // The fixture's last import had refused rows.
        assert!(status == 200 && page.contains("One thing does not work.") && page.contains("refused rows"), "{page}");
        assert!(page.contains("whoever imports the data") && !page.contains("one fault"), "{page}");
        let broken = ADVICE.replace("register = \"social\"", "register = \"both\"");
        let library = Library::read(FOLDERS, &[Found::shipped("content/queues/advice.toml", &broken)], &|_, _| true);
        app.take_content(&library, date(2026, 1, 7));
        let (_, page) = get(&app, "/admin/health?lang=en", &admin).await;
        for text in [
            "2 things do not work.",
            "one fault",
            "the owner of the content",
            "content/queues/advice.toml:5:12",
            "since 7 Jan 2026",
        ] {
            assert!(page.contains(text), "{text}: {page}");
        }
    });
}
