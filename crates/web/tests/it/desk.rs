//! The professionals' desk: who sees what in a list, who may give what to whom, and that nothing that was typed is lost.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use http_body_util::BodyExt;
use matter::access::Role;
use operations::organisation::Command;
use serde_json::{Value, json};
use store::Filter;
use tower::ServiceExt;
use web::{App, Strangers, router};

use crate::contacts::{call, opening, token};
use crate::pages::{fixture, get, signed_in};
use crate::rights::{self, soon, today, works};
use crate::{app_and_accesses, app_for, app_over, on_its_own};

pub struct Contact {
    pub id: String,
    pub receipt: String,
    pub code: String,
}

pub async fn written(app: &Arc<App>, name: &str, text: &str, language: &str) -> Contact {
    let mut body = opening(name, text);
    body["language"] = json!(language);
    let (status, body) = call(app, Method::POST, "/api/contacts", "", Some(body)).await;
    assert_eq!(status, StatusCode::CREATED, "{body}");
    let field = |field: &str| body[field].as_str().expect("text").to_string();
    Contact { id: field("contact"), receipt: field("receipt"), code: field("resume_code") }
}

/// A contact of a resident who is known.
pub async fn known(app: &Arc<App>, name: &str) -> String {
    let resident = token(Role::Resident, "", "0198c9e2-1111-7000-8000-000000000000");
    let mut body = opening(name, "Selkä kipeä");
    body["anonymous"] = json!(false);
    let (_, body) = call(app, Method::POST, "/api/contacts", &resident, Some(body)).await;
    body["contact"].as_str().expect("an id").to_string()
}

/// The answer to a form of the desk: status, where to, and the page.
pub async fn post(app: &Arc<App>, cookie: &str, path: &str, form: &str) -> (u16, String, String) {
    let request = Request::post(path)
        .header(header::COOKIE, cookie)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(form.to_string()))
        .expect("a request");
    let answer = router(Arc::clone(app)).oneshot(request).await.expect("an answer");
    let to = answer.headers().get(header::LOCATION).map_or("", |to| to.to_str().expect("text")).to_string();
    let status = answer.status().as_u16();
    let body = answer.into_body().collect().await.expect("a body").to_bytes();
    (status, to, String::from_utf8_lossy(&body).into_owned())
}

async fn act(app: &Arc<App>, cookie: &str, contact: &str, verb: &str, form: &str) -> (u16, String, String) {
    post(app, cookie, &format!("/desk/contacts/{contact}/{verb}"), form).await
}

async fn as_program(app: &Arc<App>, bearer: &str, contact: &str, verb: &str, body: Value) -> (u16, Value) {
    let (status, answer) =
        call(app, Method::POST, &format!("/api/contacts/{contact}/{verb}"), bearer, Some(body)).await;
    (status.as_u16(), answer)
}

async fn says(app: &Arc<App>, contact: &Contact, name: &str, text: &str) {
    let path = format!("/api/conversations/{}/messages/{name}", contact.id);
    assert_eq!(
        call(app, Method::PUT, &path, &contact.code, Some(json!({ "text": text }))).await.0,
        StatusCode::CREATED
    );
}

/// The receipts of the rows of a page, in their order.
pub fn receipts(page: &str) -> Vec<String> {
    let parts = page.split("id=\"row-").skip(1);
    parts.map(|part| part.split('"').next().expect("an id").to_string()).collect()
}

#[test]
fn every_waiting_contact_is_reached_whatever_their_number() {
    on_its_own(async {
        for waiting in [0_usize, 1, 49, 50, 51, 117] {
            let app = app_over(fixture(0.5, true), false).await;
            let mut all = Vec::new();
            for number in 0..waiting {
                let language = if number % 10 == 3 { "sv" } else { "fi-FI" };
                all.push(written(&app, &format!("c{number}"), &format!("Viesti numero {number}."), language).await);
            }
            let nurse = signed_in(&app, "professional").await;
            let mut reached = Vec::new();
            for number in 1..=waiting.div_ceil(50).max(1) {
                let (status, page) = get(&app, &format!("/desk?lang=en&page={number}"), &nurse).await;
                assert_eq!(status, StatusCode::OK);
                let shown = receipts(&page);
                assert!(shown.len() <= 50 && page.contains(&format!("class=\"count\">{waiting}<")), "{waiting}");
                assert_eq!(page.contains("rel=\"next\""), number < waiting.div_ceil(50), "{waiting}, page {number}");
                reached.extend(shown);
            }
            let written: BTreeSet<&String> = all.iter().map(|it| &it.receipt).collect();
            assert_eq!(reached.iter().collect::<BTreeSet<_>>(), written, "{waiting}");
            assert_eq!(reached.len(), waiting, "each once");
            let (_, swedish) = get(&app, "/desk?language=sv", &nurse).await;
            assert_eq!(receipts(&swedish).len(), all.len().saturating_add(6) / 10, "of {waiting}");
            let Some(one) = all.get(waiting / 2) else { continue };
            for number in [one.receipt.clone(), one.receipt.to_lowercase().replace('-', "+")] {
                let (_, found) = get(&app, &format!("/desk?q={number}"), &nurse).await;
                assert_eq!(receipts(&found), std::slice::from_ref(&one.receipt));
            }
            let (_, beyond) = get(&app, "/desk?page=99999999999999999999", &nurse).await;
            assert!(!receipts(&beyond).is_empty(), "a page that is not there is the nearest that is");
        }
    });
}

#[test]
fn who_has_what_is_seen_by_the_unit_and_given_by_who_leads_it() {
    on_its_own(async {
        let (app, accesses) = app_and_accesses(fixture(0.5, true), false).await;
        let (nurse, other) = (signed_in(&app, "professional").await, signed_in(&app, "nurse").await);
        let (lead, manager) = (signed_in(&app, "lead").await, signed_in(&app, "manager").await);
        let mut held = Vec::new();
        for number in 0..12 {
            let contact = written(&app, &format!("c{number}"), "Kurkku kipeä", "fi").await;
            assert_eq!(act(&app, &nurse, &contact.id, "claim", "").await.0, 303);
            held.push(contact);
        }
        // The other has one, by which the test learns their id.
        let own = written(&app, "own", "Kurkku kipeä", "fi").await;
        assert_eq!(act(&app, &other, &own.id, "claim", "").await.0, 303);
        let leads = token(Role::Lead, "county", "lead-1");
        let owner = async |id: &str| {
            let (_, contact) = call(&app, Method::GET, &format!("/api/contacts/{id}"), &leads, None).await;
            contact["owner"].as_str().unwrap_or_default().to_string()
        };
        let (first, second) = (owner(&held[0].id).await, owner(&own.id).await);
        for cookie in [&nurse, &other, &lead] {
            let (_, page) = get(&app, "/desk?view=unit&unit=small&lang=en", cookie).await;
            assert_eq!(receipts(&page).len(), 13, "all that somebody has");
            assert!(page.contains("Nurse") && !page.contains(&format!(">{first}<")), "names, no ids");
        }
        let (_, by) = get(&app, &format!("/desk?view=unit&unit=small&who={second}"), &lead).await;
        assert_eq!(receipts(&by), std::slice::from_ref(&own.receipt));
        // A manager sees how many, and no contact.
        let (status, counts) = get(&app, "/desk?view=unit&unit=small&lang=en", &manager).await;
        assert!(status == StatusCode::OK && counts.contains(">12<") && receipts(&counts).is_empty());
        assert!(!counts.contains(&own.receipt) && !counts.contains("/desk/contacts/"), "{counts}");
        let list = "/api/queues/small?list=held";
        let (_, program) = call(&app, Method::GET, list, &leads, None).await;
        assert_eq!(program["contacts"].as_array().map(Vec::len), Some(13));
        // Only somebody who leads the unit gives, and only to somebody who works there.
        let contact = &held[0].id;
        let to = json!({ "to": second });
        for (role, unit, expected) in
            [(Role::Professional, "small", 404), (Role::Lead, "other", 404), (Role::Manager, "county", 404)]
        {
            let bearer = token(role, unit, "somebody");
            assert_eq!(
                as_program(&app, &bearer, contact, "assign", to.clone()).await.0,
                expected,
                "{role:?} of {unit}"
            );
        }
        let (status, unknown) = as_program(&app, &leads, contact, "assign", json!({ "to": "nobody-9" })).await;
        assert_eq!((status, &unknown["error"]["field"]), (422, &json!("to")));
        assert_eq!(as_program(&app, &leads, contact, "assign", json!({})).await.0, 422);
        let form = format!("to={second}");
        assert_eq!(act(&app, &other, contact, "assign", &form).await.0, 404, "not by form either");
        assert_eq!(act(&app, &lead, contact, "assign", "to=").await.0, 422);
        let (status, given) = as_program(&app, &leads, contact, "assign", to.clone()).await;
        assert_eq!((status, &given["owner"]), (200, &json!(second)));
        assert_eq!(as_program(&app, &leads, contact, "assign", to).await.0, 200, "again is once");
        assert_eq!(act(&app, &lead, &held[1].id, "assign", &form).await.0, 303);
        // The one who had it is told, cannot answer, and keeps their text.
        let (_, page) = get(&app, &format!("/desk/contacts/{contact}?lang=en"), &nurse).await;
        assert!(page.contains("The contact was given to Nurse"), "{page}");
        let (status, _, page) = act(&app, &nurse, contact, "reply", "seen=9&text=Puoliksi").await;
        assert!(status == 409 && page.contains("Puoliksi"), "{status} {page}");
        let record = accesses.read_all(0, Filter::default(), 500).await.expect("the record");
        let assigned = record.events.iter().filter(|event| event.kind == "contact.assigned");
        let by: BTreeSet<&str> = assigned.map(|event| event.context.actor.as_str()).collect();
        assert_eq!(by, ["lead", "lead-1"].into_iter().collect(), "recorded");
    });
}

#[test]
fn first_words_are_read_by_those_who_may_and_each_reading_is_recorded() {
    on_its_own(async {
        let (app, accesses) = app_and_accesses(fixture(0.5, true), false).await;
        let long = format!("Rinta\n\n on ahdistanut <b>aamusta</b> asti {}", "ja vielä ".repeat(50));
        let first = written(&app, "c1", &long, "fi").await;
        written(&app, "c2", "Selkä kipeä", "fi").await;
        let read = async || {
            let page = accesses.read_all(0, Filter::default(), 500).await.expect("the record");
            page.events.into_iter().filter(|event| event.kind == "contact.read").count()
        };
        let nurse = signed_in(&app, "professional").await;
        let (_, page) = get(&app, "/desk", &nurse).await;
        assert!(page.contains("Rinta on ahdistanut &lt;b&gt;aamusta") && page.contains('…'), "{page}");
        assert_eq!(read().await, 2, "one for each contact whose words were shown");
        get(&app, "/desk", &nurse).await;
        assert_eq!(read().await, 2, "the same words to the same person soon after");
        says(&app, &first, "m1", "Nyt myös käteen").await;
        let (_, page) = get(&app, "/desk", &nurse).await;
        assert!(page.contains("Nyt myös käteen"), "what the resident said last");
        assert_eq!(read().await, 3, "other words are another reading");
        get(&app, "/desk", &signed_in(&app, "professional").await).await;
        assert_eq!(read().await, 5, "another person");
        let (_, counts) = get(&app, "/desk?unit=small", &signed_in(&app, "manager").await).await;
        assert!(!counts.contains("käteen") && read().await == 5, "who steers reads nothing");
    });
}

/// The part of a page between two texts.
pub fn between<'a>(page: &'a str, from: &str, to: &str) -> &'a str {
    page.split(from).nth(1).and_then(|rest| rest.split(to).next()).unwrap_or("")
}

#[test]
fn nothing_is_chosen_beforehand_and_all_that_is_wrong_is_told_at_once() {
    on_its_own(async {
        let app = app_over(fixture(0.5, true), false).await;
        let nurse = signed_in(&app, "professional").await;
        let contact = known(&app, "c1").await;
        assert_eq!(act(&app, &nurse, &contact, "claim", "").await.0, 303);
        let (_, page) = get(&app, &format!("/desk/contacts/{contact}?lang=en"), &nurse).await;
        let selects: Vec<&str> =
            page.split("<select").skip(1).map(|select| select.split("</select>").next().expect("an end")).collect();
        assert!(selects.len() >= 5, "{selects:?}");
        for select in selects {
            let first = select.split("<option").nth(1).expect("an option");
            assert!(first.starts_with(" value=\"\"") && !select.contains(" selected"), "{select}");
        }
        let table: [(&str, &str, &[&str]); 8] = [
            ("reply", "", &["text"]),
            ("finish", "", &["text", "outcome"]),
            ("finish", "text=Hei", &["outcome"]),
            ("resolve", "", &["outcome"]),
            ("transfer", "", &["unit", "reason", "note"]),
            ("transfer", "unit=county&note=Hei", &["reason"]),
            ("encounter", "", &["modality", "minutes"]),
            ("encounter", "modality=phone&minutes=", &["minutes"]),
        ];
        for (verb, form, fields) in table {
            let (status, _, page) = act(&app, &nurse, &contact, verb, &format!("{form}&lang=en")).await;
            assert_eq!(status, 422, "{verb} {form}");
            assert!(page.contains("<title>Virhe:"), "{verb}");
            let summary = between(&page, "errors__list", "</ul>");
            let linked: Vec<&str> =
                summary.split("href=\"#").skip(1).map(|link| link.split('"').next().expect("a field")).collect();
            assert_eq!(linked, fields, "{verb} {form}");
            for field in fields {
                let tag = page.split(&format!("id=\"{field}\"")).nth(1).expect(field);
                let tag = tag.split('>').next().expect("an end");
                assert!(tag.contains("aria-invalid=\"true\""), "{field} {tag}");
                assert!(tag.contains(&format!("{field}-error")), "{field} {tag}");
                assert!(page.contains(&format!("id=\"{field}-error\"")), "{field}");
            }
        }
        let (_, seen) = call(
            &app,
            Method::GET,
            &format!("/api/contacts/{contact}"),
            &token(Role::Professional, "small", "n"),
            None,
        )
        .await;
        assert_eq!(seen["state"], json!("owned"), "nothing was done");
    });
}

#[test]
fn what_was_typed_is_sent_or_stands_on_the_page_that_follows() {
    on_its_own(async {
        let app = app_over(fixture(0.5, true), false).await;
        let reader = token(Role::Professional, "small", "reader");
        let good = "seen=99&outcome=advised&unit=county&reason=capacity&modality=phone&minutes=10";
        let verbs =
            ["reply", "ask", "finish", "resolve", "transfer", "release", "register", "encounter", "assign", "nonsense"];
        for (verb, is_taken_away) in verbs.into_iter().flat_map(|verb| [(verb, false), (verb, true)]) {
            let nurse = signed_in(&app, "professional").await;
            let contact = known(&app, &format!("{verb}-{is_taken_away}")).await;
            assert_eq!(act(&app, &nurse, &contact, "claim", "").await.0, 303);
            if is_taken_away {
                let lead = token(Role::Lead, "county", "lead-1");
                let handed = json!({ "unit": "county", "reason": "capacity", "note": "Teille" });
                assert_eq!(as_program(&app, &lead, &contact, "transfer", handed).await.0, 200);
            }
            let form = format!("{good}&text=Vaivalla+kirjoitettu&note=Kollegoille+kirjoitettu");
            let (status, to, page) = act(&app, &nurse, &contact, verb, &form).await;
            let (_, messages) =
                call(&app, Method::GET, &format!("/api/conversations/{contact}/messages"), &reader, None).await;
            let sent = |text: &str| messages.to_string().contains(text);
            for text in ["Vaivalla kirjoitettu", "Kollegoille kirjoitettu"] {
                assert!(page.contains(text) || sent(text), "{verb}, {is_taken_away}: {text} is lost: {status} {to}");
            }
        }
    });
}

#[test]
fn the_language_is_changed_without_losing_what_stands_in_the_form() {
    on_its_own(async {
        let app = app_over(fixture(0.5, true), false).await;
        let nurse = signed_in(&app, "professional").await;
        let contact = written(&app, "c1", "Selkä kipeä", "fi").await;
        assert_eq!(act(&app, &nurse, &contact.id, "claim", "").await.0, 303);
        let path = format!("/desk/contacts/{}?lang=sv", contact.id);
        let form = "show=sv&client_id=k1&text=Puoliksi&note=Muistiin&outcome=booked&reason=capacity&unit=county";
        let (status, _, page) = post(&app, &nurse, &path, form).await;
        assert!(status == 200 && page.contains("lang=\"sv\""), "{status}");
        for kept in [
            "Puoliksi",
            "Muistiin",
            "value=\"k1\"",
            "value=\"booked\" selected",
            "value=\"capacity\" selected",
            "value=\"county\" selected",
        ] {
            assert!(page.contains(kept), "{kept}");
        }
        let (status, _, page) = post(&app, "", &path, form).await;
        assert!(status == 409 && page.contains("Puoliksi"), "signed out meanwhile");
    });
}

#[test]
fn an_encounter_is_recorded_once_however_often_it_is_pressed() {
    on_its_own(async {
        let app = app_over(fixture(0.5, true), false).await;
        let nurse = signed_in(&app, "professional").await;
        let contact = known(&app, "c1").await;
        assert_eq!(act(&app, &nurse, &contact, "claim", "").await.0, 303);
        let (_, page) = get(&app, &format!("/desk/contacts/{contact}?lang=en"), &nurse).await;
        assert!(page.contains("name=\"met\" value=\"0\"") && !page.contains("Recorded visits and calls"));
        // Two windows that show none, each with a name of its own; then another that was had after it.
        for (name, met, expected, recorded) in [("a", 0, 303, 1), ("b", 0, 303, 1), ("c", 1, 303, 2)] {
            let form = format!("client_id={name}&met={met}&modality=message&minutes=10");
            let (status, to, _) = act(&app, &nurse, &contact, "encounter", &form).await;
            assert_eq!((status, to.ends_with("?did=encounter")), (expected, true));
            let (_, page) = get(&app, &format!("{to}&lang=en"), &nurse).await;
            assert!(page.contains("The visit or call was recorded"), "{page}");
            let list = between(&page, "<ul class=\"met\">", "</ul>");
            assert_eq!(list.matches("<li>").count(), recorded, "{list}");
        }
        let other = act(&app, &nurse, &contact, "encounter", "met=1&modality=phone&minutes=30").await;
        assert!(other.0 == 422 && other.2.contains("Asiointi on jo kirjattu"), "another in its place is told");
        // On one's list it is said, and the button is gone.
        let (_, to, _) = act(&app, &nurse, &contact, "register", "").await;
        let (_, page) = get(&app, &format!("{to}&lang=en"), &nurse).await;
        assert!(page.contains("is on your list") && !page.contains("Add to my list"), "{page}");
    });
}

#[test]
fn rows_say_whose_turn_it_is_and_what_has_happened() {
    on_its_own(async {
        let app = app_over(fixture(0.5, true), false).await;
        let (nurse, lead) = (signed_in(&app, "professional").await, signed_in(&app, "lead").await);
        let contact = written(&app, "c1", "Kurkku kipeä", "sv").await;
        assert_eq!(act(&app, &nurse, &contact.id, "claim", "").await.0, 303);
        let row = async |view: &str| {
            let (_, page) = get(&app, &format!("/desk?view={view}&unit=small&lang=en"), &nurse).await;
            between(&page, &format!("id=\"row-{}\"", contact.receipt), "</li>").to_string()
        };
        says(&app, &contact, "m1", "Ja kuumetta").await;
        assert!(row("mine").await.contains("The client has written"));
        assert_eq!(act(&app, &nurse, &contact.id, "reply", "seen=99&text=Lepoa").await.0, 303);
        let answered = row("mine").await;
        assert!(!answered.contains("The client has written") && answered.contains("Answered"), "{answered}");
        assert!(answered.contains("Swedish") && answered.contains("No name given"), "{answered}");
        // Resolved, it is found among what was done; the resident opens it again, and it comes back to the one who
        // knows it.
        assert_eq!(act(&app, &nurse, &contact.id, "resolve", "seen=99&outcome=advised").await.0, 303);
        assert!(!row("done").await.is_empty() && row("mine").await.is_empty());
        says(&app, &contact, "m2", "Olo paheni").await;
        let back = row("mine").await;
        assert!(back.contains("Reopened") && back.contains("Olo paheni"), "{back}");
        assert!(row("done").await.is_empty());
        let (_, resident) = get(&app, "/contact/thread?lang=en", &format!("contact={}", contact.code)).await;
        assert!(resident.contains("You will get an answer by"), "a new promise: {resident}");
        // Handed over, where it came from and why stands in its row and on its page.
        let handed = "unit=county&reason=needs_expertise&note=Katsokaa+nielu";
        assert_eq!(act(&app, &nurse, &contact.id, "transfer", handed).await.0, 303);
        let (_, page) = get(&app, "/desk?unit=county&lang=en", &lead).await;
        assert!(page.contains("Handed over from: small en.") && page.contains("Katsokaa nielu"), "{page}");
        let (_, page) = get(&app, &format!("/desk/contacts/{}?lang=en", contact.id), &lead).await;
        let state = between(&page, "id=\"state\"", "id=\"messages\"");
        assert!(state.contains("Katsokaa nielu") && state.contains("Needs other expertise"), "{state}");
        // The one who handed it over finds where it went; everybody else finds nothing.
        let path = format!("/desk/contacts/{}?lang=en", contact.id);
        let (status, page) = get(&app, &path, &nurse).await;
        assert!(status == StatusCode::NOT_FOUND && page.contains("handed over to county en by Nurse"), "{page}");
        let (status, page) = get(&app, &path, &signed_in(&app, "professional").await).await;
        // The header names the county for everybody.
        let told = between(&page, "<main", "</main>");
        assert!(status == StatusCode::NOT_FOUND && !told.contains("county en"), "{page}");
    });
}

#[test]
fn after_each_act_it_is_said_what_was_done_and_a_link_says_nothing_that_is_not_so() {
    on_its_own(async {
        let app = app_over(fixture(0.5, true), false).await;
        let nurse = signed_in(&app, "professional").await;
        let contact = written(&app, "c1", "Kurkku kipeä", "fi").await;
        let told = async |to: &str| {
            let (_, page) = get(&app, &format!("{to}&lang=en"), &nurse).await;
            between(&page, "<div class=\"did\"", "</div>").to_string()
        };
        for (verb, form, said) in [
            ("claim", "", "yours now"),
            ("reply", "seen=99&text=Hei", "answer was sent"),
            ("ask", "seen=99&text=Kauanko", "question was sent"),
            ("release", "", "given back"),
            ("claim", "", "yours now"),
            ("resolve", "seen=99&outcome=advised", "marked as done"),
            ("reopen", "", "reopened"),
            ("finish", "seen=99&outcome=advised&text=Hei", "The answer was sent, and"),
            ("close", "", "was closed"),
        ] {
            let (status, to, page) = act(&app, &nurse, &contact.id, verb, form).await;
            assert_eq!(status, 303, "{verb}: {page}");
            let said_there = told(&to).await;
            assert!(said_there.contains(said), "{verb} {to}: {said_there}");
        }
        for verb in ["resolve", "finish", "release", "transfer", "nonsense"] {
            assert_eq!(told(&format!("/desk?did={verb}&contact={}", contact.id)).await, "", "{verb}");
        }
    });
}

/// The one who did an act, and the act with its form.
type Done = (&'static str, String);

#[test]
fn a_link_confirms_what_somebody_did_and_what_is_so() {
    const ALL: [&str; 12] = [
        "claim",
        "reply",
        "ask",
        "assign",
        "reopen",
        "register",
        "encounter",
        "resolve",
        "finish",
        "transfer",
        "release",
        "close",
    ];
    on_its_own(async {
        let app = app_over(fixture(0.5, true), false).await;
        let (me, other, lead) =
            (signed_in(&app, "professional").await, signed_in(&app, "nurse").await, signed_in(&app, "lead").await);
        let own = written(&app, "own", "Kurkku kipeä", "fi").await;
        assert_eq!(act(&app, &other, &own.id, "claim", "").await.0, 303);
        let leads = token(Role::Lead, "county", "lead-1");
        let (_, seen) = call(&app, Method::GET, &format!("/api/contacts/{}", own.id), &leads, None).await;
        let assign = format!("assign&to={}", seen["owner"].as_str().expect("an owner"));
        let (mine, theirs) = (|act: &str| ("me", act.to_string()), |act: &str| ("other", act.to_string()));
        const DONE: &str = "&seen=99&outcome=advised";
        // Acts and who did them; the person who looks; the verbs that a link may then confirm to them.
        let table: Vec<(Vec<Done>, &str, &[&str])> = vec![
            (vec![], "me", &[]),
            (vec![mine("claim")], "me", &["claim"]),
            (vec![mine("claim")], "other", &[]),
            (vec![mine("claim"), mine("reply&seen=99&text=Hei")], "me", &["claim", "reply"]),
            (vec![theirs("claim"), theirs("reply&seen=99&text=Hei")], "me", &[]),
            (vec![mine("claim"), mine("ask&seen=99&text=Hei")], "me", &["claim", "reply", "ask"]),
            (vec![mine("claim"), mine("release")], "me", &["release"]),
            (vec![mine("claim"), mine("release")], "other", &[]),
            (vec![mine("claim"), mine("release"), theirs("claim")], "me", &[]),
            (vec![mine("claim"), mine(&format!("resolve{DONE}"))], "me", &["resolve"]),
            (vec![mine("claim"), mine(&format!("resolve{DONE}"))], "other", &[]),
            (vec![mine("claim"), mine(&format!("finish{DONE}&text=Hei"))], "me", &["resolve", "finish"]),
            (vec![mine("claim"), mine(&format!("resolve{DONE}")), mine("reopen")], "me", &["claim", "reopen"]),
            (vec![mine("claim"), mine(&format!("resolve{DONE}")), mine("close")], "me", &["close"]),
            (vec![mine("claim"), mine(&format!("resolve{DONE}")), mine("close")], "other", &[]),
            (vec![mine("claim"), mine("encounter&modality=phone&minutes=10")], "me", &["claim", "encounter"]),
            (vec![mine("claim"), ("lead", assign.clone())], "lead", &["assign"]),
            (vec![mine("claim"), ("lead", assign)], "me", &[]),
            (vec![mine("claim"), mine("transfer&unit=county&reason=capacity&note=Teille")], "me", &["transfer"]),
            // The same resident wrote all of them.
            (vec![mine("claim"), mine("register")], "me", &["claim", "register"]),
        ];
        let cookie = |who: &str| match who {
            "me" => &me,
            "other" => &other,
            _ => &lead,
        };
        for (number, (done, who, expected)) in table.into_iter().enumerate() {
            let contact = known(&app, &format!("known-{number}")).await;
            for (by, act_and_form) in &done {
                let (verb, form) = act_and_form.split_once('&').unwrap_or((act_and_form, ""));
                let (status, to, page) = act(&app, cookie(by), &contact, verb, form).await;
                assert_eq!(status, 303, "{done:?} {verb} {to}: {page}");
            }
            let mut said = Vec::new();
            for verb in ALL {
                let on_list = format!("/desk?unit=small&did={verb}&contact={contact}");
                for path in [on_list, format!("/desk/contacts/{contact}?did={verb}")] {
                    let (_, page) = get(&app, &path, cookie(who)).await;
                    said.extend(page.contains("<div class=\"did\"").then_some(verb));
                }
            }
            assert_eq!(said, expected, "{done:?}, to {who}");
        }
        for nobody in ["0198c9e2-0000-7000-8000-000000000000", "none"] {
            for verb in ALL {
                let (_, page) = get(&app, &format!("/desk?did={verb}&contact={nobody}"), &me).await;
                assert!(!page.contains("<div class=\"did\""), "{verb} of what is not there");
            }
        }
    });
}

#[test]
fn the_next_is_the_longest_waiting_and_pressed_twice_it_is_one() {
    on_its_own(async {
        let app = app_over(fixture(0.5, true), false).await;
        let first = written(&app, "c1", "Eka", "fi").await;
        let second = written(&app, "c2", "Toka", "fi").await;
        let nurse = signed_in(&app, "professional").await;
        let next = async |name: &str| post(&app, &nurse, "/desk/next", &format!("unit=small&client_id={name}")).await.1;
        let order = [next("n1").await, next("n1").await];
        assert_eq!(order[0], order[1], "pressed twice");
        let both: BTreeSet<String> = [order[0].clone(), next("n2").await].into_iter().collect();
        assert_eq!(both, [&first, &second].map(|it| format!("/desk/contacts/{}", it.id)).into_iter().collect());
        assert_eq!(next("n3").await, "/desk?unit=small&did=none");
        let foreign = post(&app, &nurse, "/desk/next", "unit=other&client_id=n4").await;
        assert_eq!(foreign.0, 404);
    });
}

#[test]
fn what_is_taken_up_again_goes_back_to_who_knows_it_where_they_still_work() {
    on_its_own(async {
        let left = Command::EndProfessional { id: "n".into(), on: today() };
        for (said, expected) in
            [(None, "owned"), (Some(left), "queued"), (Some(works("n", "other", today())), "queued")]
        {
            let (app, _, log) = app_for(fixture(0.5, true), true, Strangers::default(), true).await;
            rights::says(&log, works("n", "small", today() - 9)).await;
            let nurse = token(Role::Professional, "small", "n");
            let contact = written(&app, "c1", "Selkä kipeä", "fi").await;
            let queue = async || call(&app, Method::GET, "/api/queues/small", &nurse, None).await.0;
            soon("the desk knows them", async || queue().await == StatusCode::OK).await;
            for verb in ["claim", "resolve"] {
                assert_eq!(as_program(&app, &nurse, &contact.id, verb, json!({})).await.0, 200, "{verb}");
            }
            if let Some(said) = said {
                rights::says(&log, said).await;
                soon("they work there no more", async || queue().await == StatusCode::NOT_FOUND).await;
            }
            says(&app, &contact, "m1", "Olo paheni").await;
            let (_, seen) =
                call(&app, Method::GET, &format!("/api/contacts/{}", contact.id), &contact.code, None).await;
            assert_eq!(seen["state"], json!(expected));
        }
    });
}
