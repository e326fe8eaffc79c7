//! Clocks that run on a contact, and those who are to see it first.

use super::*;

/// A queue of health care that promises an answer, too: a law asks for the first answer alone and never rests, a promise for
/// each, and rests while a question waits for the resident.
#[test]
fn several_clocks_run_at_once_and_a_promise_rests_while_the_resident_is_asked() {
    let calendar = calendar::Calendar::shipped();
    let at = |local: &str| calendar.instant(local.parse().expect("a local time")).expect("an instant");
    let case = Case::of("outpatient");
    let case = Case { age: Some(80), ..case };
    let clocks = vec!["message-service-promise".into(), "callback-same-day".into(), "needs-assessment".into()];
    let routed = Routed { case, clocks, because: Vec::new(), first: None, expected: None };
    let event = Event::Opened {
        channel: Channel::Message,
        service: "outpatient".into(),
        language: "fi".into(),
        unit: "a".into(),
        queue: Some("digital-clinic".into()),
        anonymous: true,
        subject: None,
        routed: Some(Box::new(routed)),
        on_behalf: None,
        part_of: None,
        at: at("2026-03-10T02:00"),
    };
    let after = |contact: Option<Contact>, event: Event, when: &str| Contact::after(contact, &event, at(when));
    let running = |contact: &Option<Contact>| -> Vec<(String, String)> {
        let running = contact.as_ref().expect("a contact").running(calendar);
        let told = |due: i64| calendar.local_date(due).expect("a day").to_string();
        running.into_iter().map(|(clock, due)| (clock.id.clone(), told(due.at))).collect()
    };
    let of = |all: &[(&str, &str)]| all.iter().map(|(id, day)| (id.to_string(), day.to_string())).collect::<Vec<_>>();
    let opened = after(None, event, "2026-03-10T02:00");
    assert_eq!(
        running(&opened),
        of(&[("callback-same-day", "2026-03-10"), ("message-service-promise", "2026-03-13")]),
        "the tightest first"
    );
    assert_eq!(
        calendar.local_date(opened.as_ref().expect("a contact").promised(calendar).expect("due")),
        Some("2026-03-10".parse().expect("a day"))
    );
    let beside = |contact: &Contact| {
        contact
            .beside(calendar)
            .iter()
            .map(|(clock, due)| (clock.id.clone(), calendar.local_date(due.at)))
            .collect::<Vec<_>>()
    };
    let assessment = vec![("needs-assessment".to_string(), Some("2026-03-19".parse().expect("a day")))];
    assert_eq!(beside(opened.as_ref().expect("a contact")), assessment, "it runs beside, and no answer stops it");
    let claimed = after(opened, Event::Claimed { owner: "nurse-1".into() }, "2026-03-10T09:00");
    let said = after(claimed, Event::written(Author::Service), "2026-03-10T09:00");
    let asked = after(said, Event::Asked, "2026-03-10T09:00");
    assert_eq!(running(&asked), of(&[]), "nothing runs while the resident is asked");
    let written = after(asked, Event::written(Author::Resident), "2026-03-16T10:00");
    let answered = after(written, Event::Answered, "2026-03-16T10:00");
    assert_eq!(running(&answered), of(&[("message-service-promise", "2026-03-19")]), "the promise begins anew");
    let done = after(answered, Event::written(Author::Service), "2026-03-17T10:00");
    assert_eq!(running(&done), of(&[]));
    assert_eq!(beside(done.as_ref().expect("a contact")), assessment);
    let resolved = after(done, Event::Resolved { outcome: Outcome::Advised }, "2026-03-17T10:01").expect("a contact");
    assert_eq!(beside(&resolved), []);
}

/// A contact that those who were to see it first have not taken in time goes on by itself and keeps its place;
/// what somebody has taken stays theirs.
#[test]
fn a_contact_waits_for_its_own_pair_and_then_goes_on() {
    let case = Case::of("outpatient");
    let until = NOW + DAY;
    let first = First { who: None, until, unit: "digital".into(), queue: Some("digital-clinic".into()) };
    let routed = Routed { case, clocks: Vec::new(), because: Vec::new(), first: Some(first), expected: None };
    let Command::Open { channel, service, language, unit, queue, anonymous, subject, client_id, text, .. } = opening()
    else {
        return;
    };
    let routed = Some(Box::new(routed));
    let opening =
        Command::Open { channel, service, language, unit, queue, anonymous, subject, routed, client_id, text };
    let here = Organisation::default();
    let decide = |contact: Option<&Contact>, command: &Command, by: &By, now: i64| {
        let events = given::when(contact, command, &on(now, by, &here))?;
        Ok::<_, Refusal>(given::after(contact.cloned(), &events, now).expect("a contact"))
    };
    let opened = decide(None, &opening, &RESIDENT, NOW).expect("opened");
    assert_eq!(opened.due(), Some((until, Command::PassOn)));
    let refused =
        |contact: &Contact, by: &By, now: i64| Contact::decide(Some(contact), &Command::PassOn, &on(now, by, &here));
    assert_eq!(refused(&opened, &By::System, until - 1), Err(Refusal::TooEarly));
    assert!(refused(&opened, &nurse(), until).is_err(), "nobody passes it on but the clock");
    let passed = decide(Some(&opened), &Command::PassOn, &By::System, until).expect("passed on");
    assert_eq!((&*passed.unit, passed.queue.as_deref()), ("digital", Some("digital-clinic")));
    assert_eq!((passed.in_line(), passed.due()), (opened.in_line(), None), "it keeps its place, and goes on once");
    let claimed = decide(Some(&opened), &Command::Claim, &nurse(), NOW).expect("claimed");
    assert_eq!(claimed.due(), None);
    assert!(refused(&claimed, &By::System, until).is_err());
}
