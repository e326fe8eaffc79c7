//! Tasks on the work list: set, seen, done, taken back; whatever a kind is, its matters stand there.

use matter::{By, List, Matter, Occasion, Own, Refused, Rights, Role, Standing, Subject, UnitId};
use serde::{Deserialize, Serialize};
use store::Filter;
use uuid::Uuid;
use web::Strangers;

use crate::consultations::signed_in_as;
use crate::desk::{known, post, receipts, written};
use crate::pages::{fixture, get, signed_in};
use crate::{app_and_accesses, app_for, app_over, app_with, kinds_beside, on_its_own};

/// The day of tests is a Wednesday, 7 January 2026.
const TOMORROW: &str = "2026-01-08";

fn id_of(address: &str) -> String {
    let path = address.split('?').next().unwrap_or_default();
    path.rsplit('/').next().unwrap_or_default().to_string()
}

#[test]
fn a_task_is_set_about_a_contact_seen_on_the_list_done_and_taken_up_again() {
    on_its_own(async {
        let (app, accesses) = app_and_accesses(fixture(0.5, true), false).await;
        let contact = written(&app, "c1", "Selkä kipeä", "fi").await;
        let nurse = signed_in(&app, "professional").await;
        let (_, form) = get(&app, &format!("/desk/tasks/new?contact={}&lang=en", contact.id), &nurse).await;
        assert!(form.contains("Set a task") && form.contains(&contact.receipt), "{form}");
        let given = format!("client_id=t1&contact={}&text=Soita+takaisin&day={TOMORROW}&for=me", contact.id);
        let (status, to, _) = post(&app, &nurse, "/desk/tasks/new", &given).await;
        assert!(status == 303 && to.ends_with("?did=set"), "{status} {to}");
        let (_, again, _) = post(&app, &nurse, "/desk/tasks/new", &given).await;
        assert_eq!(again, to, "sent twice, it is one");
        let (_, page) = get(&app, &format!("{to}&lang=en"), &nurse).await;
        for text in ["Soita takaisin", "The task is set.", "due by 8 Jan 2026", &contact.receipt] {
            assert!(page.contains(text), "{text}: {page}");
        }
        let (_, mine) = get(&app, "/desk?view=mine&lang=en", &nurse).await;
        assert!(mine.contains("Soita takaisin") && receipts(&mine).len() == 1, "{mine}");
        let (_, of_contact) = get(&app, &format!("/desk/contacts/{}?lang=en", contact.id), &nurse).await;
        assert!(of_contact.contains("Soita takaisin"), "on the page of what it is about");
        let id = id_of(&to);
        let (_, to, _) = post(&app, &nurse, &format!("/desk/tasks/{id}/finish"), "client_id=f1").await;
        let (_, done) = get(&app, &format!("{to}&lang=en"), &nurse).await;
        assert!(done.contains("Open again") && done.contains("marked as done"), "{done}");
        let (_, list) = get(&app, "/desk?view=done&lang=en", &nurse).await;
        assert_eq!(receipts(&list).len(), 1, "what was done is listed");
        let (_, of_contact) = get(&app, &format!("/desk/contacts/{}?lang=en", contact.id), &nurse).await;
        assert!(!of_contact.contains("Soita takaisin"), "what is done is not to be done");
        let (status, ..) = post(&app, &nurse, &format!("/desk/tasks/{id}/reopen"), "client_id=r1").await;
        assert_eq!(status, 303);
        let (_, mine) = get(&app, "/desk?view=mine", &nurse).await;
        assert_eq!(receipts(&mine).len(), 1);
        let record = accesses.read_all(0, Filter::default(), 500).await.expect("the record");
        let of_task = record.events.iter().filter(|event| event.stream == format!("access/{id}"));
        let kinds: Vec<&str> = of_task.map(|event| event.kind.as_str()).collect();
        assert!(kinds.contains(&"task.read") && kinds.contains(&"task.handled"), "each use is recorded: {kinds:?}");
    });
}

#[test]
fn a_task_in_the_queue_is_taken_next_after_what_has_waited_longer() {
    on_its_own(async {
        let app = app_over(fixture(0.5, true), false).await;
        written(&app, "c1", "Selkä kipeä", "fi").await;
        let nurse = signed_in(&app, "professional").await;
        let (_, task, _) = post(&app, &nurse, "/desk/tasks/new", "client_id=t1&text=Tilaa+hanskoja&for=unit").await;
        let unit = {
            let (_, page) = get(&app, &task, &nurse).await;
            page.split("/desk?unit=").nth(1).and_then(|it| it.split(['"', '&']).next()).expect("a unit").to_string()
        };
        let (_, list) = get(&app, &format!("/desk?unit={unit}&lang=en"), &nurse).await;
        assert!(list.contains("Tilaa hanskoja"), "{list}");
        let mut taken = Vec::new();
        for key in ["n1", "n1", "n2"] {
            taken.push(post(&app, &nurse, "/desk/next", &format!("client_id={key}&unit={unit}")).await.1);
        }
        assert_eq!(taken[0], taken[1], "sent twice, it takes one");
        assert!(taken.iter().any(|to| to.contains("/desk/tasks/")) || unit != "small", "{taken:?}");
    });
}

#[test]
fn what_is_wrong_with_a_task_is_told_and_nothing_typed_is_lost() {
    on_its_own(async {
        let app = app_over(fixture(0.5, true), false).await;
        let contact = known(&app, "c1").await;
        let nurse = signed_in(&app, "professional").await;
        let long = "a".repeat(10_001);
        for (form, expected) in [
            (format!("text=&day={TOMORROW}&for=me"), "Write what is to be done."),
            ("text=Soita&day=2026-01-06&for=me".into(), "Choose a day that is still to come"),
            ("text=Soita&day=2099-01-06&for=me".into(), "Choose a day that is still to come"),
            ("text=Soita&day=huomenna&for=me".into(), "Choose a day that is still to come"),
            ("text=Soita&for=one&to=nobody".into(), "Choose a colleague."),
            (format!("text={long}&for=me"), "10,000"),
        ] {
            let given = format!("client_id=t1&contact={contact}&{form}");
            let (status, _, page) = post(&app, &nurse, "/desk/tasks/new?lang=en", &given).await;
            assert!(status == 422 && page.contains(expected), "{status} {expected}: {page}");
            let text = form.split('&').next().and_then(|it| it.strip_prefix("text=")).unwrap_or_default();
            assert!(page.contains(&format!(">{text}</textarea>")), "what was typed stays: {form:.60}");
        }
        let given = format!("client_id=t2&contact={contact}&text=Soita&for=me");
        let (status, to, _) = post(&app, &nurse, "/desk/tasks/new", &given).await;
        assert_eq!(status, 303);
        let other = format!("client_id=t2&contact={contact}&text=Toinen&for=me");
        let (status, _, page) = post(&app, &nurse, "/desk/tasks/new?lang=en", &other).await;
        assert!(status == 409 && page.contains(">Toinen</textarea>"), "{status}");
        let (status, _, page) = post(&app, "", "/desk/tasks/new", &given).await;
        assert!(status == 409 && page.contains("Soita"), "signed out, what they wrote is theirs to keep: {status}");
        let id = id_of(&to);
        for (act, form, expected) in [
            ("snooze", "day=", 422),
            ("snooze", "day=2026-01-07", 422),
            ("snooze", "day=2026-01-09", 303),
            ("assign", "to=nobody", 422),
            ("explode", "", 404),
            ("finish", "client_id=f", 303),
            ("finish", "client_id=g", 409),
            ("claim", "client_id=h", 409),
        ] {
            let (status, ..) = post(&app, &nurse, &format!("/desk/tasks/{id}/{act}"), form).await;
            assert_eq!(status, expected, "{act} {form}");
        }
    });
}

#[test]
fn tasks_are_for_those_who_work_there() {
    on_its_own(async {
        let app = app_over(fixture(0.5, true), false).await;
        let nurse = signed_in(&app, "professional").await;
        let (_, to, _) = post(&app, &nurse, "/desk/tasks/new", "client_id=t1&text=Soita+Virtaselle&for=unit").await;
        let address = to.split('?').next().unwrap_or_default().to_string();
        for role in ["resident", "manager", "evaluator", "analyst", "admin", "editor", "fees", "privacy"] {
            let other = signed_in(&app, role).await;
            let (status, page) = get(&app, &address, &other).await;
            assert!(status == 404 && !page.contains("Virtaselle"), "{role}: {status}");
            assert_eq!(post(&app, &other, &format!("{address}/claim"), "").await.0, 404, "{role}");
            assert_eq!(post(&app, &other, "/desk/tasks/new", "client_id=x&text=&for=me").await.0, 404, "{role}");
            let (_, list) = get(&app, "/desk", &other).await;
            assert!(!list.contains("Virtaselle"), "{role}");
        }
        let lead = signed_in(&app, "lead").await;
        assert_eq!(get(&app, &address, &lead).await.0, 200);
        for path in ["/desk/tasks/nothing", "/desk/tasks/00000000-0000-0000-0000-000000000000"] {
            assert_eq!(get(&app, path, &lead).await.0, 404, "{path}");
        }
    });
}

/// A kind that no page knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Lamp(UnitId, Subject);

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Lit {
    #[serde(rename = "lamp.lit")]
    Lit { unit: UnitId, whose: Subject },
}

impl Matter for Lamp {
    const NAME: &'static str = "lamp";
    const VERSION: u32 = 1;
    const RIGHTS: Rights = Rights { worked_by: &[Role::Professional], led_by: &[], own: Own::Read };

    type Command = (UnitId, Subject);
    type Event = Lit;
    type Refusal = Never;
    type Rules = ();
    type Index = ();

    fn decide(_: Option<&Lamp>, (unit, whose): &Self::Command, _: &Occasion<'_, ()>) -> Result<Vec<Lit>, Never> {
        Ok(vec![Lit::Lit { unit: unit.clone(), whose: *whose }])
    }

    fn evolve(_: Option<Lamp>, Lit::Lit { unit, whose }: &Lit, _: i64) -> Option<Lamp> {
        Some(Lamp(unit.clone(), *whose))
    }

    fn standing(&self) -> Standing<'_> {
        Standing { subject: Some(self.1), unit: Some(&self.0), who: None, list: List::Queue, since: 0, done: None }
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Never {}

impl From<Never> for Refused {
    fn from(never: Never) -> Refused {
        match never {}
    }
}

#[test]
fn a_kind_that_no_page_knows_stands_on_the_work_list() {
    on_its_own(async {
        let mut lamps = None;
        let kinds = kinds_beside(|opening| lamps = Some(opening.kind::<Lamp>())).await;
        let (app, ..) = app_with(kinds.clone(), (fixture(0.5, true), false), Strangers::default(), true);
        let (resident, other) = (signed_in(&app, "resident").await, signed_in(&app, "resident").await);
        // A contact of theirs tells which resident of the demo this is.
        let (status, _, _) =
            post(&app, &resident, "/contact", "client_id=f1&service=families&who=known&text=Hei").await;
        assert_eq!(status, 303);
        let [listed] = &kinds.contacts.look(|all| all.listed(store::Which::Queue("other")))[..] else { panic!("one") };
        let contact = kinds.contacts.read(listed.id).await.expect("a contact").expect("one");
        let whose = contact.subject.expect("a resident");
        let (lamps, id) = (lamps.expect("a kind"), Uuid::from_u128(1));
        lamps.ask(id, ("small".into(), whose), &By::System, "k", 0).await.expect("lit");
        let nurse = signed_in(&app, "professional").await;
        let (_, list) = get(&app, "/desk?unit=small&lang=en", &nurse).await;
        assert!(list.contains("lamp") && receipts(&list).len() == 1, "{list}");
        assert!(list.contains("class=\"count\">1<"), "it is counted");
        assert!(!list.contains("/desk/matters/"), "and leads nowhere that is not there");
        let (status, to, _) = post(&app, &nurse, "/desk/next", "client_id=n1&unit=small").await;
        assert!(status == 303 && to.contains("did=none"), "nobody knows how to take it: {to}");
        // Its person has it among their own matters, and nobody else does.
        let (own, page) = ("/matters?lang=en", format!("/matters/{id}?lang=en"));
        for (resident, sees) in [(resident, true), (other, false)] {
            let (_, list) = get(&app, own, &resident).await;
            assert_eq!(list.contains(&format!("/matters/{id}")), sees, "{list}");
            let (status, shown) = get(&app, &page, &resident).await;
            assert_eq!(status, if sees { 200 } else { 404 }, "{shown}");
            assert_eq!(shown.contains("lamp") && shown.contains("Under way"), sees, "{shown}");
        }
    });
}

#[test]
fn an_act_is_undone_from_its_confirmation_unless_it_was_seen() {
    on_its_own(async {
        let (app, ..) = app_for(fixture(0.5, true), false, Strangers::default(), false).await;
        let nurse = signed_in_as(&app, Role::Professional, "small", "nurse-1").await;
        let other = signed_in_as(&app, Role::Professional, "small", "nurse-2").await;
        let lead = signed_in_as(&app, Role::Lead, "small", "lead-1").await;
        signed_in_as(&app, Role::Professional, "small", "nurse-3").await;
        let (_, to, _) = post(&app, &nurse, "/desk/tasks/new", "client_id=t1&text=Soita&for=unit").await;
        let task = to.split('?').next().unwrap_or_default().to_string();
        let contact = format!("/desk/contacts/{}", written(&app, "c1", "Selkä kipeä", "fi").await.id);
        for path in [&task, &contact] {
            for (verb, form, who) in [("claim", "", &nurse), ("release", "", &nurse), ("assign", "to=nurse-3", &lead)] {
                if verb == "release" {
                    assert_eq!(post(&app, &nurse, &format!("{path}/claim"), "").await.0, 303);
                }
                let (status, to, _) = post(&app, who, &format!("{path}/{verb}"), form).await;
                assert_eq!(status, 303, "{path} {verb}");
                let (_, page) = get(&app, &format!("{to}&lang=en"), who).await;
                assert!(page.contains(&format!("{path}/undo")), "{path} {verb}: {page}");
                let not_theirs = if verb == "assign" { &nurse } else { &other };
                assert_eq!(post(&app, not_theirs, &format!("{path}/undo"), "").await.0, 409, "{path} {verb}");
                let (status, to, _) = post(&app, who, &format!("{path}/undo"), "").await;
                assert!(status == 303 && to.ends_with("did=undo"), "{path} {verb}: {status} {to}");
                let (_, page) = get(&app, &format!("{to}&lang=en"), who).await;
                assert!(page.contains("It was undone."), "{path} {verb}");
                let (status, _, page) = post(&app, who, &format!("{path}/undo?lang=en"), "").await;
                assert!(status == 409 && page.contains("This can no longer be undone"), "once: {status}");
                if verb == "release" {
                    assert_eq!(post(&app, &nurse, &format!("{path}/release"), "").await.0, 303);
                }
            }
            // Given to a colleague who has seen it, it is theirs.
            assert_eq!(post(&app, &lead, &format!("{path}/assign"), "to=nurse-2").await.0, 303);
            get(&app, "/desk?view=mine", &other).await;
            let (status, _, page) = post(&app, &lead, &format!("{path}/undo?lang=en"), "").await;
            assert!(status != 303 && page.contains("your colleague has already seen it"), "{path}: {status}");
        }
        let (_, to, _) = post(&app, &other, &format!("{task}/finish"), "").await;
        assert!(get(&app, &format!("{to}&lang=en"), &other).await.1.contains(&format!("{task}/undo")));
        assert_eq!(post(&app, &other, &format!("{task}/undo"), "").await.0, 303);
        let (_, list) = get(&app, "/desk?view=mine", &other).await;
        assert_eq!(receipts(&list).len(), 2, "both are theirs to do");
    });
}
