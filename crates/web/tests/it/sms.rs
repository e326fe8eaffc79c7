//! A contact that came as a text message: at the desk, and signed requests that bring one.

use std::sync::Arc;

use axum::body::Body;
use axum::http::Request;
use content::{Found, Library};
use jiff::civil::date;
use kinds::content::FOLDERS;
use kinds::{Kinds, Landed, Texted};
use operations::contacts::Channel;
use operations::dispatches::Says;
use tower::ServiceExt;
use uuid::Uuid;
use web::{App, Strangers, router};

use crate::desk::post;
use crate::pages::{fixture, get, signed_in};
use crate::{app_with, kinds_beside, on_its_own};

const NUMBER: &str = "+358450000002";

async fn county() -> (Arc<App>, Kinds) {
    let kinds = kinds_beside(|_| ()).await;
    let (app, ..) = app_with(kinds.clone(), (fixture(0.5, true), false), Strangers::default(), true);
    let names = "name = { fi = \"Neuvonta\", sv = \"Rådgivning\", en = \"Advice\" }";
    let queue = format!(
        "id = \"social-advice\"\nversion = 1\n{names}\nregister = \"health\"\nprofessions = [\"nurse\"]\nunits = [\"small\"]\n"
    );
    let service = format!(
        "id = \"social-advice\"\nversion = 1\n{names}\nabout = {{ fi = \"a\", sv = \"b\", en = \"c\" }}\n\
         label = \"outpatient\"\nqueue = \"social-advice\"\n"
    );
    let found = [
        Found::shipped("content/ports/sms.toml", include_str!("../../../../content/ports/sms.toml")),
        Found::shipped(
            "content/canned/sms-short-answers.toml",
            include_str!("../../../../content/canned/sms-short-answers.toml"),
        ),
        Found::shipped("content/canned/first-words.toml", include_str!("../../../../content/canned/first-words.toml")),
        Found::shipped("content/queues/social-advice.toml", &queue),
        Found::shipped("content/services/social-advice.toml", &service),
    ];
    let library = Library::read(FOLDERS, &found, &|_, _| true);
    assert_eq!(library.faults, []);
    app.take_content(&library, date(2026, 1, 7));
    (app, kinds)
}

async fn texted(kinds: &Kinds, id: &str, text: &str) -> Landed {
    let port = kinds.ports.all().get("sms").cloned().expect("the port");
    let takes = port.content.takes.as_ref().expect("it takes messages");
    let texted = Texted { id: id.into(), from: NUMBER.into(), text: text.into() };
    kinds.take_message("sms", takes, texted).await.expect("taken")
}

async fn opened(kinds: &Kinds) -> Uuid {
    let Landed::Opened(id) = texted(kinds, "op-1", "En kuule puhelimessa.").await else { panic!("it opens one") };
    assert_eq!(texted(kinds, "op-1", "En kuule puhelimessa.").await, Landed::Opened(id), "brought twice it is one");
    id
}

#[test]
fn whoever_answers_a_text_message_sees_how_and_may_offer_no_call() {
    on_its_own(async {
        let (app, kinds) = county().await;
        let id = opened(&kinds).await;
        let nurse = signed_in(&app, "nurse").await;
        let (_, list) = get(&app, "/desk?lang=en", &nurse).await;
        assert!(list.contains("<strong>Text message</strong>") && list.contains("En kuule puhelimessa."), "{list}");
        let path = format!("/desk/contacts/{id}");
        assert_eq!(post(&app, &nurse, &format!("{path}/claim"), "").await.0, 303);
        let (_, page) = get(&app, &format!("{path}?lang=en"), &nurse).await;
        for text in [
            "<strong>Text message</strong>",
            "No callback is offered",
            "Length: 0 characters, 1 text message",
            "Send text message",
            "Your message has been read",
            "No name given",
        ] {
            assert!(page.contains(text), "{text}: {page}");
        }
        // Neither a call nor a file nor the number, nor ready answers that are longer than one text message.
        for text in ["act-agree", "id=\"files\"", "450000002", "Hello, and thank you for your message."] {
            assert!(!page.contains(text), "{text}: {page}");
        }
        let form = "client_id=k&seen=9&slot=1767776400000000-1767783600000000&number=0450000009";
        let (status, _, page) = post(&app, &nurse, &format!("{path}/agree?lang=en"), form).await;
        assert_eq!(status, 409);
        assert!(page.contains("is offered no callback"), "{page}");
    });
}

#[test]
fn an_answer_of_several_text_messages_is_shown_with_its_length_before_it_is_sent() {
    on_its_own(async {
        let (app, kinds) = county().await;
        let id = opened(&kinds).await;
        let nurse = signed_in(&app, "nurse").await;
        let path = format!("/desk/contacts/{id}");
        post(&app, &nurse, &format!("{path}/claim"), "").await;
        let send = async |text: &str, parts: &str| {
            let form = format!("client_id=k&seen=9&text={text}&parts={parts}");
            post(&app, &nurse, &format!("{path}/reply?lang=en"), &form).await
        };
        let sent = || {
            let is_answer = |it: &operations::dispatches::Dispatch| matches!(it.says, Says::Answer { .. });
            kinds.dispatches.look(|all| all.iter().filter(|(_, it)| is_answer(it)).count())
        };
        let long = "a".repeat(200);
        let endless = "a".repeat(1_000);
        for (text, parts, status, told) in [
            (long.as_str(), "0", 422, "Your answer goes as several text messages"),
            (&long, "", 422, "Length: 200 characters, 2 text messages"),
            (&long, "3", 422, "Length: 200 characters, 2 text messages"),
            (&endless, "7", 409, "The answer is too long for a text message"),
            ("Tunnus+131052-9085", "1", 409, "There is an identity code in the answer"),
        ] {
            let (was, _, page) = send(text, parts).await;
            assert_eq!((was, sent()), (status, 0), "{told}");
            assert!(page.contains(told) && page.contains("textarea"), "{told}: {page}");
            assert!(page.contains(&text.replace('+', " ")), "nothing typed is lost");
        }
        // A line end takes one place, however the browser sends it.
        let lines = format!("{}%0D%0A{}", "a".repeat(79), "a".repeat(80));
        assert_eq!(send(&lines, "").await.0, 303);
        assert_eq!(sent(), 1);
        // As many as were shown; one alone needs no second look.
        let form = format!("client_id=k1&seen=9&text={long}&parts=2");
        assert_eq!(post(&app, &nurse, &format!("{path}/reply"), &form).await.0, 303);
        assert_eq!(sent(), 2);
        let form = "client_id=k2&seen=9&text=Hei&parts=";
        assert_eq!(post(&app, &nurse, &format!("{path}/ask"), form).await.0, 303);
        assert_eq!(sent(), 3);
        let contact = kinds.contacts.read(id).await.expect("readable").expect("a contact");
        assert_eq!((contact.channel, contact.first_response_at.is_some()), (Channel::Sms, true));
        // They write once more, and ask for nothing more.
        assert_eq!(texted(&kinds, "op-2", "STOP").await, Landed::Joined(id));
        let (_, page) = get(&app, &format!("{path}?lang=en"), &nurse).await;
        assert!(page.contains("The client has asked for no messages.") && page.contains(">STOP<"), "{page}");
        let (status, _, page) =
            post(&app, &nurse, &format!("{path}/reply?lang=en"), "client_id=k3&seen=99&text=Hei").await;
        assert_eq!((status, sent()), (409, 3));
        assert!(page.contains("The answer was not sent."), "{page}");
    });
}

#[test]
fn a_signed_request_is_handed_on_with_its_signature_and_told_its_fate() {
    on_its_own(async {
        let (app, _) = county().await;
        let ask = async |app: &Arc<App>| {
            let request = Request::post("/hooks/sms").header("luotsi-signature", "t=1,v1=a").body(Body::from("{}"));
            router(Arc::clone(app)).oneshot(request.expect("a request")).await.expect("an answer").status().as_u16()
        };
        assert_eq!(ask(&app).await, 404, "nobody hears them here");
    });
}
