//! Drafts and notes: what somebody has typed is there when they come back, is nobody else's, and is gone when it is sent.

use std::sync::Arc;

use axum::http::Method;
use matter::access::Role;
use store::Filter;
use web::{App, Strangers};

use crate::consultations::signed_in_as;
use crate::contacts::call;
use crate::desk::{Contact, post, written};
use crate::pages::{fixture, get, signed_in};
use crate::{app_and_accesses, app_for, app_over, on_its_own};

/// The text in a box of a page.
fn box_of(page: &str, name: &str) -> String {
    let field = page.split("<textarea").find(|it| it.contains(&format!("name=\"{name}\""))).unwrap_or_default();
    let text = field.split_once('>').map_or("", |(_, rest)| rest);
    text.split("</textarea>").next().unwrap_or_default().to_string()
}

async fn claimed(app: &Arc<App>, name: &str, nurse: &str) -> Contact {
    let contact = written(app, name, "Selkä kipeä", "fi").await;
    assert_eq!(post(app, nurse, &format!("/desk/contacts/{}/claim", contact.id), "").await.0, 303);
    contact
}

#[test]
fn what_a_professional_has_typed_is_there_when_they_come_back_and_for_nobody_else() {
    on_its_own(async {
        let (app, accesses, log) = app_for(fixture(0.5, true), false, Strangers::default(), true).await;
        let (nurse, other) = (signed_in(&app, "nurse").await, signed_in(&app, "nurse").await);
        let contact = claimed(&app, "c1", &nurse).await;
        let (page, head) = (format!("/desk/contacts/{}?lang=en", contact.id), async || {
            log.read_all(0, Filter::default(), 0).await.expect("the log").head
        });
        let before = head().await;
        let typed = "client_id=k1&text=Hei+kanaria&noted=Muistiin+kanaria&note=Siirto+kanaria";
        let (status, to, _) = post(&app, &nurse, &format!("/desk/contacts/{}/save", contact.id), typed).await;
        assert!(status == 303 && to.contains("did=save"), "{status} {to}");
        let (_, list) = get(&app, &format!("{to}&lang=en"), &nurse).await;
        assert!(list.contains("is kept for 30 days") && !list.contains("kanaria"), "{list}");
        assert_eq!(head().await, before, "nothing has happened to the contact");
        let (_, mine) = get(&app, &page, &nurse).await;
        for (field, text) in [("text", "Hei kanaria"), ("noted", "Muistiin kanaria"), ("note", "Siirto kanaria")] {
            assert_eq!(box_of(&mine, field), text, "{field}");
        }
        assert!(mine.contains("Saved 14.00"), "{mine}");
        for cookie in [&other, &signed_in(&app, "lead").await] {
            let (_, theirs) = get(&app, &page, cookie).await;
            assert!(theirs.contains("Selkä kipeä") && !theirs.contains("kanaria"), "a draft is its author's alone");
        }
        // A script is told when, and the place of the text stays the same.
        let (status, _, said) =
            post(&app, &nurse, &format!("/desk/contacts/{}/save?lang=en", contact.id), &format!("{typed}&script=1"))
                .await;
        assert_eq!((status, said.as_str()), (200, "Saved 14.00"));
        // A note is saved: the answer stays a draft, the note is none any more.
        let given = format!("{typed}&seen=3");
        let (status, _, saved) =
            post(&app, &nurse, &format!("/desk/contacts/{}/note?lang=en", contact.id), &given).await;
        assert!(status == 200 && saved.contains("The note was saved."), "{status}");
        let (_, mine) = get(&app, &page, &nurse).await;
        assert_eq!([box_of(&mine, "text"), box_of(&mine, "noted")], ["Hei kanaria", ""]);
        // A text that is sent is gone, also where a script saves it once more.
        let key = mine.split("name=\"client_id\" value=\"").nth(1).and_then(|it| it.split('"').next()).expect("a name");
        let given = format!("client_id={key}&seen=9&text=Hei+kanaria");
        let (status, to, _) = post(&app, &nurse, &format!("/desk/contacts/{}/reply", contact.id), &given).await;
        assert!(status == 303 && to.ends_with("did=reply"), "{status} {to}");
        assert_eq!(box_of(&get(&app, &page, &nurse).await.1, "text"), "");
        let late =
            post(&app, &nurse, &format!("/desk/contacts/{}/save", contact.id), &format!("{given}&script=1")).await;
        assert_eq!(late.0, 200);
        assert_eq!(box_of(&get(&app, &page, &nurse).await.1, "text"), "", "what stands in the conversation was sent");
        // To keep a draft reads nothing, and needs the right to read.
        let reads = accesses.read_all(0, Filter::default(), 500).await.expect("the record").events.len();
        for (cookie, expected) in [(&nurse, 200), (&signed_in(&app, "analyst").await, 404)] {
            let path = format!("/desk/contacts/{}/save", contact.id);
            assert_eq!(post(&app, cookie, &path, "text=x&script=1").await.0, expected);
        }
        assert_eq!(accesses.read_all(0, Filter::default(), 500).await.expect("the record").events.len(), reads);
    });
}

#[test]
fn an_act_takes_out_of_the_draft_what_it_carried_and_nothing_else() {
    on_its_own(async {
        let (app, ..) = app_for(fixture(0.5, true), false, Strangers::default(), false).await;
        let nurse = signed_in_as(&app, Role::Professional, "small", "nurse-1").await;
        let contact = written(&app, "c1", "Selkä kipeä", "fi").await;
        let path = format!("/desk/contacts/{}", contact.id);
        let typed = "client_id=k1&note=Siirto+kanaria&noted=Muistiin+kanaria";
        assert_eq!(post(&app, &nurse, &format!("{path}/save"), &format!("{typed}&script=1")).await.0, 200);
        // On an older page of theirs, on which nothing was typed.
        for verb in ["claim", "undo", "claim"] {
            assert_eq!(post(&app, &nurse, &format!("{path}/{verb}"), "client_id=").await.0, 303, "{verb}");
            let page = get(&app, &path, &nurse).await.1;
            assert_eq!(box_of(&page, "noted"), "Muistiin kanaria", "{verb}");
        }
        assert_eq!(box_of(&get(&app, &path, &nurse).await.1, "note"), "Siirto kanaria");
        assert_eq!(post(&app, &nurse, &format!("{path}/note"), "client_id=k2&noted=Muistiin+kanaria").await.0, 303);
        let page = get(&app, &path, &nurse).await.1;
        assert_eq!([box_of(&page, "noted"), box_of(&page, "note")], ["", "Siirto kanaria"]);
        // Handed over, it is theirs to read no more; their note was sent all the same.
        let given = "client_id=k3&unit=other&reason=capacity&note=Siirto+kanaria";
        assert_eq!(post(&app, &nurse, &format!("{path}/transfer"), given).await.0, 303);
        assert_eq!(get(&app, &path, &nurse).await.0, 404);
        let there = signed_in_as(&app, Role::Professional, "other", "nurse-1").await;
        assert_eq!(post(&app, &there, &format!("{path}/claim"), "client_id=").await.0, 303);
        let page = get(&app, &path, &there).await.1;
        assert_eq!(box_of(&page, "note"), "", "{page}");
    });
}

#[test]
fn whatever_is_pressed_what_was_typed_is_kept() {
    on_its_own(async {
        let app = app_over(fixture(0.5, true), false).await;
        let nurse = signed_in(&app, "nurse").await;
        for (verb, form, expected) in [
            ("resolve", "outcome=&text=Kanaria", 422),
            ("finish", "outcome=&text=Kanaria", 422),
            ("release", "text=Kanaria", 422),
            ("transfer", "unit=&reason=&note=&text=Kanaria", 422),
            ("reply", "seen=0&text=Kanaria", 409),
            ("reopen", "text=Kanaria", 409),
        ] {
            let contact = claimed(&app, verb, &nurse).await;
            let (status, ..) = post(&app, &nurse, &format!("/desk/contacts/{}/{verb}", contact.id), form).await;
            assert_eq!(status, expected, "{verb}");
            let (_, page) = get(&app, &format!("/desk/contacts/{}", contact.id), &nurse).await;
            assert_eq!(box_of(&page, "text"), "Kanaria", "{verb}");
        }
        let contact = claimed(&app, "again", &nurse).await;
        let path = format!("/desk/contacts/{}?lang=sv", contact.id);
        let (status, _, page) = post(&app, &nurse, &path, "show=sv&text=Kanaria").await;
        assert!(status == 200 && box_of(&page, "text") == "Kanaria", "in another language");
        assert_eq!(box_of(&get(&app, &path, &nurse).await.1, "text"), "Kanaria");
        let (_, to, _) = post(&app, &nurse, &format!("/desk/contacts/{}/save", contact.id), "text=").await;
        let list = get(&app, &format!("{to}&lang=en"), &nurse).await.1;
        assert!(list.contains("Work list") && !list.contains("is kept for"), "an emptied form keeps nothing: {list}");
        assert_eq!(box_of(&get(&app, &path, &nurse).await.1, "text"), "");
    });
}

#[test]
fn a_note_is_written_at_any_time_seen_by_colleagues_and_never_by_the_client() {
    on_its_own(async {
        let (app, accesses) = app_and_accesses(fixture(0.5, true), false).await;
        let (nurse, other) = (signed_in(&app, "nurse").await, signed_in(&app, "nurse").await);
        let contact = written(&app, "c1", "Selkä kipeä", "fi").await;
        let note = async |cookie: &str, text: &str| {
            let path = format!("/desk/contacts/{}/note?lang=en", contact.id);
            post(&app, cookie, &path, &format!("client_id={text}&noted={text}")).await
        };
        assert_eq!(note(&nurse, "jonossa").await.0, 303, "nobody has it");
        assert_eq!(post(&app, &nurse, &format!("/desk/contacts/{}/claim", contact.id), "").await.0, 303);
        assert_eq!(note(&other, "toisella").await.0, 303, "a colleague has it");
        let given = "client_id=r&seen=9&outcome=advised";
        assert_eq!(post(&app, &nurse, &format!("/desk/contacts/{}/resolve", contact.id), given).await.0, 303);
        let (status, to, _) = note(&other, "valmis").await;
        assert_eq!(status, 303, "it is answered");
        let (status, _, page) = note(&nurse, "").await;
        assert!(status == 422 && page.contains("Write the note."), "{status}");
        let (_, page) = get(&app, &format!("{to}&lang=en"), &other).await;
        for text in ["jonossa", "toisella", "valmis", "The note was saved.", "To colleagues, the client does not see"] {
            assert!(page.contains(text), "{text}: {page}");
        }
        assert_eq!(post(&app, &nurse, &format!("/desk/contacts/{}/close", contact.id), "").await.0, 303);
        assert_eq!(note(&nurse, "myohassa").await.0, 409, "it has ended");
        let bearer = contact.code.as_str();
        let path = format!("/api/conversations/{}/messages", contact.id);
        let (_, thread) = call(&app, Method::GET, &path, bearer, None).await;
        assert!(!thread.to_string().contains("toisella"), "{thread}");
        let (_, thread) = get(&app, "/contact/thread", &format!("contact={}", contact.code)).await;
        assert!(thread.contains("Selkä") && !thread.contains("jonossa"), "{thread}");
        let record = accesses.read_all(0, Filter::default(), 500).await.expect("the record");
        assert!(record.events.iter().any(|event| event.kind == "contact.handled"));
        for role in ["resident", "manager", "analyst", "admin"] {
            assert_eq!(note(&signed_in(&app, role).await, "kielletty").await.0, 409, "{role}: their text is theirs");
        }
    });
}

#[test]
fn sending_stops_and_shows_what_arrived_meanwhile() {
    on_its_own(async {
        let app = app_over(fixture(0.5, true), false).await;
        let nurse = signed_in(&app, "nurse").await;
        let contact = claimed(&app, "c1", &nurse).await;
        let path = format!("/api/conversations/{}/messages/m2", contact.id);
        let more = serde_json::json!({ "text": "Nyt sattuu enemmän" });
        assert_eq!(call(&app, Method::PUT, &path, &contact.code, Some(more)).await.0, 201);
        let given = "client_id=r1&seen=3&text=Levätkää&noted=Soitin";
        let (status, _, page) =
            post(&app, &nurse, &format!("/desk/contacts/{}/reply?lang=en", contact.id), given).await;
        let arrived = page.split("id=\"arrived\"").nth(1).and_then(|it| it.split("</section>").next());
        let arrived = arrived.expect("what arrived, beside the text");
        assert!(
            status == 409 && arrived.contains("Nyt sattuu enemmän") && !arrived.contains("Selkä kipeä"),
            "{arrived}"
        );
        assert_eq!([box_of(&page, "text"), box_of(&page, "noted")], ["Levätkää", "Soitin"]);
        assert!(page.contains("Send to the client who gave no name"), "the button names who gets it");
    });
}

#[test]
fn a_resident_goes_on_where_they_were_and_nobody_else_reads_it() {
    on_its_own(async {
        let app = app_over(fixture(0.5, true), false).await;
        let contact = written(&app, "c1", "Selkä kipeä", "fi").await;
        let (cookie, path) =
            (format!("contact={}", contact.code), format!("/contact/thread?id={}&lang=en", contact.id));
        let (status, _, page) = post(&app, &cookie, &path, "client_id=m1&later=1&text=Kanaria").await;
        assert!(status == 200 && page.contains("Saved 14.00") && box_of(&page, "text") == "Kanaria", "{page}");
        // On another device, by the same code.
        assert_eq!(box_of(&get(&app, &path, &cookie).await.1, "text"), "Kanaria");
        let nurse = signed_in(&app, "nurse").await;
        assert!(!get(&app, &format!("/desk/contacts/{}", contact.id), &nurse).await.1.contains("Kanaria"));
        let given = "client_id=m1&later=1&script=1&text=Kanarialintu";
        assert_eq!(post(&app, &cookie, &path, given).await.2, "Saved 14.00");
        assert_eq!(post(&app, &cookie, &path, "client_id=m1&text=Kanarialintu").await.0, 303);
        let (_, page) = get(&app, &path, &cookie).await;
        assert!(page.contains("Kanarialintu") && box_of(&page, "text").is_empty(), "sent, it is no draft");
    });
}
