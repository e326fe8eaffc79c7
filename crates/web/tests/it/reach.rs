//! A resident says how they are told, and is told that an answer waits; administrators see how the ports stand.

use content::{Found, Library};
use kinds::content::FOLDERS;
use kinds::{Files, Incoming, Standing};
use matter::By;
use operations::contacts::Command;
use operations::dispatches::port::Adapter;
use operations::dispatches::{Means, Place, Says};
use operations::residents::Addresses;
use store::Filter;
use web::Strangers;

use crate::desk::post;
use crate::pages::{fixture, get, signed_in};
use crate::{app_with, kinds_beside, on_its_own};

/// A number as people write it, as it is kept, and the part of it that would give it away.
const PHONE: (&str, &str, &str) = ("045+000+0001", "+358450000001", "0000001");

#[test]
fn a_resident_leaves_a_number_with_a_message_and_is_told_of_the_answer() {
    on_its_own(async {
        let kinds = kinds_beside(|_| ()).await;
        let (app, _, log) = app_with(kinds.clone(), (fixture(0.5, true), false), Strangers::default(), true);
        let resident = signed_in(&app, "resident").await;
        let (_, form) = get(&app, "/contact/new?lang=en", &resident).await;
        assert!(form.contains("Shall we tell you when an answer is waiting?"), "{form}");
        let (_, of_stranger) = get(&app, "/contact/new?lang=en", "").await;
        assert!(!of_stranger.contains("Shall we tell you when"), "nobody knows whose number it would be");
        let sent = |phone: &str| format!("client_id=c1&service=outpatient&text=Selk%C3%A4&phone={phone}&email=");
        let (status, _, page) = post(&app, &resident, "/contact?lang=en", &sent("12")).await;
        assert!(
            status == 422 && page.contains("Selkä") && page.contains("Write a telephone number"),
            "{status} {page}"
        );
        assert!(page.contains("value=\"12\"") && page.contains("<details class=\"fold\" open"), "{page}");
        let (status, to, _) = post(&app, &resident, "/contact?lang=en", &sent(PHONE.0)).await;
        assert!(status == 303 && to.starts_with("/contact/thread"), "{status} {to}");
        let (id, subject) = kinds.contacts.look(|all| {
            let (id, contact) = all.iter().next().expect("a contact");
            (id, contact.subject.expect("theirs"))
        });
        let addresses = Addresses { phone: Some(PHONE.1.into()), email: None };
        let left = kinds.addresses(subject).await.expect("readable");
        assert_eq!(left, Some((vec![Means::Sms], addresses)));
        // The answer, as the desk gives it.
        let nurse = By::Professional { id: "n".into(), unit: "small".into(), leads: false };
        kinds.contacts.ask(id, Command::Claim, &nurse, "claim", u64::MAX).await.expect("claimed");
        let write = Command::Write { client_id: "w".into(), text: "Levätkää".into() };
        kinds.contacts.ask(id, write, &nurse, "write", u64::MAX).await.expect("written");
        let told = kinds.dispatches.look(|all| all.iter().map(|(_, it)| std::sync::Arc::clone(it)).collect::<Vec<_>>());
        assert_eq!(told.len(), 1);
        assert_eq!(
            (told[0].says, told[0].subject, &told[0].means[..]),
            (Says::Waits, Some(subject), &[Means::Sms][..])
        );
        assert_eq!((told[0].language.as_str(), told[0].cause.id), ("en", id));
        assert!(matches!(told[0].place, Place::Waiting { .. }));
        let events = log.read_all(0, Filter::default(), 500).await.expect("the log").events;
        assert!(events.iter().any(|it| it.kind == "resident.reach_left"));
        for event in events {
            assert!(!event.data.contains(PHONE.2), "{} {}", event.kind, event.data);
        }
        let (_, form) = get(&app, "/contact/new?lang=en", &resident).await;
        assert!(!form.contains("Shall we tell you when"), "they have said so");
    });
}

#[test]
fn a_resident_sees_and_changes_how_they_are_told() {
    on_its_own(async {
        let kinds = kinds_beside(|_| ()).await;
        let (app, ..) = app_with(kinds.clone(), (fixture(0.5, true), false), Strangers::default(), true);
        let resident = signed_in(&app, "resident").await;
        for (role, expected) in [("professional", 404), ("admin", 404), ("resident", 200)] {
            let cookie = signed_in(&app, role).await;
            assert_eq!(get(&app, "/me", &cookie).await.0.as_u16(), expected, "{role}");
            let (status, ..) = post(&app, &cookie, "/me", "client_id=x").await;
            assert_eq!(status, if expected == 200 { 303 } else { 404 }, "{role}");
        }
        assert_eq!(get(&app, "/me", "").await.0.as_u16(), 303);
        let (status, _, page) = post(&app, &resident, "/me?lang=sv", "client_id=a&phone=x&by_email=yes&email=").await;
        assert!(
            status == 422 && page.contains("Skriv ett telefonnummer") && page.contains("Skriv en e-postadress"),
            "{page}"
        );
        assert!(page.contains("id=\"by_email\" value=\"yes\" checked"), "what was ticked stays: {page}");
        let given = format!("client_id=b&phone={}&email=nimi%40example.org&sms=yes&by_email=yes", PHONE.0);
        let (status, to, _) = post(&app, &resident, "/me?lang=sv", &given).await;
        assert_eq!((status, to.as_str()), (303, "/me?did=saved"));
        let (_, page) = get(&app, "/me?did=saved&lang=en", &resident).await;
        for text in ["Saved.", PHONE.1, "nimi@example.org", "id=\"sms\" value=\"yes\" checked"] {
            assert!(page.contains(text), "{text}: {page}");
        }
        let (status, ..) = post(&app, &resident, "/me", "client_id=c").await;
        assert_eq!(status, 303);
        assert!(kinds.residents.look(|all| all.iter().all(|(_, it)| it.reach.is_none())), "told of nothing");
    });
}

#[test]
fn administrators_see_what_runs_and_what_is_lacking_and_nothing_of_anybody() {
    on_its_own(async {
        let kinds = kinds_beside(|_| ()).await;
        let (app, ..) = app_with(kinds.clone(), (fixture(0.5, true), false), Strangers::default(), true);
        let files = [
            Found::shipped("content/ports/sms.toml", include_str!("../../../../content/ports/sms.toml")),
            Found::shipped("content/ports/email.toml", include_str!("../../../../content/ports/email.toml")),
            Found::shipped("content/ports/telephony.toml", include_str!("../../../../content/ports/telephony.toml")),
            Found::shipped(
                "content/queues/child-health-clinic.toml",
                include_str!("../../../../content/queues/child-health-clinic.toml"),
            ),
        ];
        let library = Library::read(FOLDERS, &files, &|_, _| true);
        assert_eq!(library.faults, []);
        kinds.ports.take(&library, jiff::civil::date(2026, 1, 7));
        kinds.queues.take(&library, jiff::civil::date(2026, 1, 7));
        let at = crate::NOW;
        let stands = |runs, lacks| Standing {
            runs,
            lacks,
            looked_at: at,
            taken_at: Some(at),
            files: Files { out: 7, ..Files::default() },
            came: Incoming { at: None, refused: [("number", 3)].into() },
        };
        kinds.ports.stands("sms", stands(Some(Adapter::File), vec!["url", "secret"]));
        kinds.ports.stands("email", stands(None, vec!["from", "hosts"]));
        let came = Incoming { at: None, refused: [("no_line", 2)].into() };
        kinds.ports.stands("telephony", Standing { came, ..stands(Some(Adapter::File), vec!["secret"]) });
        let admin = signed_in(&app, "admin").await;
        let (status, page) = get(&app, "/admin/ports?lang=en", &admin).await;
        assert_eq!(status.as_u16(), 200);
        for text in [
            "For the time being: messages wait as files",
            "in 0, out 7, delivered 0, refused 0",
            "LUOTSI_PORT_SMS_SECRET",
            "Not in use: something is missing from the settings",
            "county.toml: [port.email] from",
            "county.toml: hosts = […]",
            "A number that takes text messages, and their delivery by an operator",
            "none since the server started",
            "are read from the folder ports/sms/in",
            "Sent from something that is no telephone number: 3",
            "All have arrived or are on their way.",
            "Called a number of no queue: 2",
            "LUOTSI_PORT_TELEPHONY_SECRET",
            "019 000 0201: Child health clinic",
            "In use: files that another program puts there.",
        ] {
            assert!(page.contains(text), "{text}: {page}");
        }
        for role in ["professional", "lead", "manager", "analyst", "resident"] {
            let cookie = signed_in(&app, role).await;
            assert_eq!(get(&app, "/admin/ports", &cookie).await.0.as_u16(), 404, "{role}");
        }
    });
}
