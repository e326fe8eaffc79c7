//! Acting for another: chosen first, shown on every page, never mixed, recorded, and over when the right is over.

use std::sync::Arc;

use axum::http::StatusCode;
use calendar::day_number;
use jiff::civil::{Date, date};
use kinds::Kinds;
use matter::{By, Subject};
use operations::mandates::{Capacity, Command, Given, Scope, Why};
use store::{Filter, Log};
use uuid::Uuid;
use web::{App, Strangers};

use crate::desk::post;
use crate::pages::{cast, get, signed_in, with_staff};
use crate::sessions::{session, sign_in};
use crate::{NOW, app_with, kinds_beside, on_its_own};

fn subject(word: &str) -> Subject {
    Subject(cast().into_iter().find(|it| it.word == word).expect("of the cast").id)
}

fn born(word: &str) -> i32 {
    day_number(cast().into_iter().find(|it| it.word == word).expect("of the cast").born)
}

/// `who` may act for `of` from today on.
pub async fn gives(kinds: &Kinds, (who, of): (&str, &str), capacity: Capacity, to: Date) -> Uuid {
    let given = Given {
        of: subject(of),
        who: subject(who),
        capacity,
        scope: Scope::All,
        from: day_number(date(2026, 1, 7)),
        to: day_number(to),
        of_born: born(of),
        who_born: born(who),
        unit: None,
    };
    kinds.give_mandate(given, &By::System).await.expect("given")
}

struct County {
    app: Arc<App>,
    kinds: Kinds,
    accesses: Log,
    log: Log,
}

async fn county() -> County {
    let kinds = kinds_beside(|_| ()).await;
    let figures = with_staff(&[("small-nurse-1", true)]);
    let (app, accesses, log) = app_with(kinds.clone(), (figures, false), Strangers::default(), true);
    County { app, kinds, accesses, log }
}

/// Takes up acting by a mandate; the cookie by which the session goes on.
pub async fn acts(app: &Arc<App>, cookie: &str, mandate: Uuid) -> String {
    let (status, headers, body) = crate::strangers::from(
        app,
        "192.0.2.1",
        axum::http::Request::post("/acting")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("cookie", cookie),
        format!("mandate={mandate}"),
    )
    .await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{body}");
    let cookies: Vec<String> =
        headers.get_all("set-cookie").iter().map(|it| it.to_str().expect("text").to_string()).collect();
    session(&cookies)
}

const WRITES: &str = "service=outpatient&text=Kuume+nousee";
const LONG: Date = date(2099, 1, 1);

fn id_in(to: &str) -> String {
    to.split("id=").nth(1).and_then(|it| it.split('&').next()).expect("an id").to_string()
}

#[test]
fn a_guardian_chooses_first_writes_for_the_child_and_both_see_who_wrote() {
    on_its_own(async {
        let County { app, kinds, accesses, log } = county().await;
        let mandate = gives(&kinds, ("aino", "oiva"), Capacity::Guardian, LONG).await;
        let (_, to, cookies) = sign_in(&app, "role=resident&as=aino", &[]).await;
        assert_eq!(to, "/acting", "for whom is asked first");
        let aino = session(&cookies);
        let (_, page) = get(&app, "/acting?lang=en", &aino).await;
        assert!(page.contains("Oiva Virtanen, 9") && page.contains("As a guardian, until 16 Jan 2034"), "{page}");
        let own = id_in(&post(&app, &aino, "/contact", &format!("client_id=own&{WRITES}")).await.1);

        let acting = acts(&app, &aino, mandate).await;
        assert_eq!(get(&app, "/matters", &aino).await.0, StatusCode::SEE_OTHER, "the session has another name now");
        for path in ["/", "/contact", "/matters", "/book", "/acting"] {
            let (status, page) = get(&app, &format!("{path}?lang=en"), &acting).await;
            assert!(
                status == StatusCode::OK && page.contains("You are acting for: Oiva Virtanen, 9."),
                "{path}: {page}"
            );
            assert!(page.contains("– Oiva Virtanen, 9 – Luotsi</title>"), "{path}: the title says so: {page}");
        }
        let form = format!("client_id=for&shown_to={}&{WRITES}", subject("oiva"));
        let (status, to, page) = post(&app, &acting, "/contact", &form).await;
        assert_eq!(status, 303, "{page}");
        let contact = id_in(&to);
        let it = kinds.contacts.read(contact.parse().expect("an id")).await.expect("readable").expect("a contact");
        assert_eq!((it.subject, it.on_behalf), (Some(subject("oiva")), Some(facts::OnBehalf::Guardian)));
        let events = log.read_all(0, Filter::default(), 500).await.expect("the log").events;
        let opened = events.iter().find(|it| it.stream == format!("contact/{contact}")).expect("an event");
        assert_eq!(
            (opened.context.actor.as_str(), opened.context.purpose.as_str()),
            (&*subject("aino").to_string(), "on behalf")
        );

        // Never mixed: each list has its own, and a form of the other is not sent.
        let (_, matters) = get(&app, "/matters", &acting).await;
        assert!(matters.contains(&contact) && !matters.contains(&own), "{matters}");
        assert_eq!(get(&app, &format!("/contact/thread?id={own}"), &acting).await.0, StatusCode::SEE_OTHER, "not open");
        let stale = format!("client_id=x&shown_to={}&service=outpatient&text=Minun+asiani", subject("aino"));
        let (status, _, page) = post(&app, &acting, "/contact?lang=en", &stale).await;
        assert!(status == 422 && page.contains("Minun asiani"), "{status} {page}");
        let reads = accesses.read_all(0, Filter::default(), 500).await.expect("the record").events;
        assert!(reads.iter().all(|it| it.context.actor != subject("oiva").to_string()));
        let (_, thread) = get(&app, &format!("/contact/thread?id={contact}&lang=en"), &acting).await;
        assert!(thread.contains("Kuume nousee"), "{thread}");
        let reads = accesses.read_all(0, Filter::default(), 500).await.expect("the record").events;
        let mine =
            reads.iter().filter(|it| it.context.actor == subject("aino").to_string() && it.kind == "contact.read");
        assert_eq!(mine.count(), 1, "that a guardian read it is recorded");

        // So is each part of it.
        let nurse = signed_in(&app, "professional&as=nurse@small").await;
        let desk = format!("/desk/contacts/{contact}");
        assert_eq!(post(&app, &nurse, &format!("{desk}/claim"), "").await.0, 303);
        assert_eq!(
            post(&app, &nurse, &format!("{desk}/split"), "client_id=s1&seen=9&to=other&text=Vuokra").await.0,
            303
        );
        let (_, thread) = get(&app, &format!("/contact/thread?id={contact}&lang=en"), &acting).await;
        assert!(thread.contains("Vuokra"), "{thread}");
        let part = thread.split("id=\"part-").nth(1).and_then(|it| it.split('"').next()).expect("a part");
        let reads = accesses.read_stream(&format!("access/{part}"), 0, 500).await.expect("the record");
        let aino = subject("aino").to_string();
        assert!(reads.iter().any(|it| it.context.actor == aino && it.kind == "contact.read"), "{reads:?}");

        // The child sees who wrote, and the nurse for whom and by whom it is.
        let oiva = signed_in(&app, "resident&as=oiva").await;
        let (_, thread) = get(&app, &format!("/contact/thread?id={contact}&lang=en"), &oiva).await;
        assert!(thread.contains("<b>Aino Virtanen, guardian</b>"), "{thread}");
        let nurse = signed_in(&app, "professional&as=nurse@small").await;
        let (_, page) = get(&app, &format!("/desk/contacts/{contact}?lang=en"), &nurse).await;
        assert!(page.contains("Oiva Virtanen, 9 · written by Aino Virtanen, guardian"), "{page}");

        // Themselves again.
        let (status, to, _) = post(&app, &acting, "/acting", "").await;
        assert_eq!((status, to.as_str()), (303, "/"));
    });
}

#[test]
fn of_twelve_and_more_a_guardian_sees_what_is_shown_and_what_they_began() {
    on_its_own(async {
        let County { app, kinds, .. } = county().await;
        let mandate = gives(&kinds, ("aino", "onni"), Capacity::Guardian, LONG).await;
        let onni = signed_in(&app, "resident&as=onni").await;
        let own = id_in(&post(&app, &onni, "/contact", &format!("client_id=own&{WRITES}")).await.1);
        let aino = acts(&app, &signed_in(&app, "resident&as=aino").await, mandate).await;
        let begun = id_in(&post(&app, &aino, "/contact", &format!("client_id=for&{WRITES}")).await.1);
        let sees = async |id: &str| {
            let (_, list) = get(&app, "/matters", &aino).await;
            let (_, contact) = get(&app, "/contact", &aino).await;
            let (status, _) = get(&app, &format!("/contact/thread?id={id}"), &aino).await;
            let seen = [list.contains(id), contact.contains(id), status == StatusCode::OK];
            assert!(seen.iter().all(|it| *it == seen[0]), "{seen:?}");
            seen[0]
        };
        assert_eq!((sees(&own).await, sees(&begun).await), (false, true));
        let (_, page) = get(&app, "/me/acting?lang=en", &onni).await;
        for text in ["Aino Virtanen", "Your guardians do not see this.", "Your guardians see this.", &own, &begun] {
            assert!(page.contains(text), "{text}: {page}");
        }
        let says = async |act: &str, id: &str| post(&app, &onni, "/me/acting", &format!("act={act}&id={id}")).await.0;
        assert_eq!((says("show", &own).await, sees(&own).await), (303, true));
        assert_eq!((says("keep", &own).await, sees(&own).await), (303, false));
        assert_eq!((says("keep", &begun).await, sees(&begun).await), (303, false));
        // Nobody says it for them, nor of what is not theirs.
        assert_eq!(post(&app, &aino, "/me/acting", &format!("act=show&id={own}")).await.1, "/acting");
        assert!(!sees(&own).await);
        let paavo = signed_in(&app, "resident&as=paavo").await;
        assert_eq!(post(&app, &paavo, "/me/acting", &format!("act=show&id={own}")).await.0, 404);
    });
}

#[test]
fn a_right_that_ends_while_somebody_writes_loses_nothing_sends_nothing_and_says_why() {
    on_its_own(async {
        let County { app, kinds, log, .. } = county().await;
        let mandate = gives(&kinds, ("joel", "paavo"), Capacity::Proxy, date(2026, 6, 1)).await;
        let joel = acts(&app, &signed_in(&app, "resident&as=joel").await, mandate).await;
        let thread = post(&app, &joel, "/contact", &format!("client_id=one&{WRITES}")).await.1;
        // Paavo sees it, and takes it back.
        let paavo = signed_in(&app, "resident&as=paavo").await;
        let (_, page) = get(&app, "/me/acting?lang=en", &paavo).await;
        assert!(page.contains("Joel Backman") && page.contains("By a mandate, until 31 May 2026."), "{page}");
        assert_eq!(post(&app, &paavo, "/me/acting", &format!("act=end&id={mandate}")).await.1, "/me/acting?did=ended");
        let head = async || log.read_all(0, Filter::default(), 0).await.expect("the log").head;
        let before = head().await;
        for path in ["/contact?lang=en", &format!("{thread}&lang=en"), "/book/nurse/x?lang=en"] {
            let (status, _, page) =
                post(&app, &joel, path, "client_id=two&service=outpatient&text=Kauan+kirjoitettu%0Ateksti").await;
            assert_eq!(status, 409, "{path}");
            for text in ["Your right to act for another has ended.", "Kauan kirjoitettu\nteksti", "It is kept here"] {
                assert!(page.contains(text), "{path} {text}: {page}");
            }
        }
        for path in ["/", "/matters", "/me", "/api/contacts/x"] {
            let (status, page) = get(&app, path, &joel).await;
            assert!([409, 404].contains(&status.as_u16()) && !page.contains("Kuume"), "{path} {status}");
        }
        assert_eq!(head().await, before, "nothing was written, for anybody");
        assert_eq!(post(&app, &joel, "/acting", &format!("mandate={mandate}")).await.0, 404, "it does not come back");
        assert_eq!(post(&app, &joel, "/acting", "").await.1, "/", "they go on as themselves");
    });
}

#[test]
fn an_order_on_the_child_bars_a_guardian_and_says_nothing_of_it() {
    on_its_own(async {
        let County { app, kinds, .. } = county().await;
        let mandate = gives(&kinds, ("aino", "minni"), Capacity::Guardian, LONG).await;
        let aino = signed_in(&app, "resident&as=aino").await;
        let (_, page) = get(&app, "/acting?lang=en", &aino).await;
        assert!(page.contains("It is not possible to act for this person online."), "{page}");
        assert!(!page.contains("disclosure"), "{page}");
        assert_eq!(post(&app, &aino, "/acting", &format!("mandate={mandate}")).await.0, 404);
    });
}

#[test]
fn a_professional_gives_a_carer_the_right_until_a_day_and_nobody_takes_another_persons_mandate() {
    on_its_own(async {
        let County { app, kinds, .. } = county().await;
        let oiva = signed_in(&app, "resident&as=oiva").await;
        let contact = id_in(&post(&app, &oiva, "/contact", &format!("client_id=own&{WRITES}")).await.1);
        let nurse = signed_in(&app, "professional&as=nurse@small").await;
        let path = "/desk/carers/new";
        let give = async |who: &str, day: &str| {
            post(&app, &nurse, &format!("{path}?lang=en"), &format!("contact={contact}&who={who}&last_day={day}")).await
        };
        let joel = subject("joel").to_string();
        assert_eq!(post(&app, &nurse, &format!("/desk/contacts/{contact}/claim"), "client_id=c").await.0, 303);
        assert_eq!(get(&app, &format!("{path}?contact={contact}"), &nurse).await.0, StatusCode::OK);
        let (status, _, page) = give("", "").await;
        assert!(
            status == 422 && page.contains("Choose who is given the right.") && page.contains("Write the last day.")
        );
        let (status, _, page) = give(&subject("onni").to_string(), "2026-03-01").await;
        assert!(status == 422 && page.contains("A minor can neither give nor hold this right."), "{page}");
        let (status, _, page) = give(&joel, "2025-03-01").await;
        assert!(status == 422 && page.contains("The last day is over"), "{page}");
        assert_eq!(give(&joel, "2026-03-01").await.0, 303);
        let held = kinds.mandates_held_by(subject("joel"));
        assert_eq!(
            held.iter().map(|(_, it)| (it.of, it.capacity)).collect::<Vec<_>>(),
            [(subject("oiva"), Capacity::Carer)]
        );
        let paavo = signed_in(&app, "resident&as=paavo").await;
        assert_eq!(post(&app, &paavo, "/acting", &format!("mandate={}", held[0].0)).await.0, 404);
        assert_eq!(post(&app, &paavo, "/me/acting", &format!("act=end&id={}", held[0].0)).await.0, 404);
        let acting = acts(&app, &signed_in(&app, "resident&as=joel").await, held[0].0).await;
        assert!(get(&app, "/matters", &acting).await.1.contains(&contact));
        let (_, of_child) = get(&app, "/me/acting?lang=en", &oiva).await;
        assert!(
            of_child.contains("Joel Backman") && of_child.contains("As a foster carer, until 1 Mar 2026."),
            "{of_child}"
        );
    });
}

#[test]
fn what_was_written_without_a_name_is_taken_along_by_its_code_and_is_open_to_the_code_no_more() {
    on_its_own(async {
        let County { app, kinds, .. } = county().await;
        let written = crate::desk::written(&app, "w1", "Selkä kipeä", "fi").await;
        let (_, page) = get(&app, "/contact/thread?lang=en", &format!("contact={}", written.code)).await;
        assert!(page.contains("Identify yourself"), "{page}");
        let messages = format!("/api/conversations/{}/messages?after=2", written.id);
        let mut heard = crate::contacts::Events::of(&app, &messages, &written.code, None).await;
        let onni = signed_in(&app, "resident&as=onni").await;
        assert!(!get(&app, "/matters", &onni).await.1.contains(&written.id));
        for wrong in ["", "AAAAAAAAAAAAAAAA"] {
            let (status, _, page) = post(&app, &onni, "/contact/join?lang=en", &format!("code={wrong}")).await;
            assert!(status == 422 && page.contains("id=\"code-error\""), "{status}");
        }
        let (status, to, _) = post(&app, &onni, "/contact/join", &format!("code={}", written.code)).await;
        assert_eq!((status, to), (303, format!("/contact/thread?id={}", written.id)));
        let (_, thread) = get(&app, &format!("/contact/thread?id={}&lang=en", written.id), &onni).await;
        assert!(thread.contains("Selkä kipeä") && !thread.contains("Identify yourself"), "{thread}");
        assert!(get(&app, "/matters", &onni).await.1.contains(&written.id));
        // The nurse sees who writes; whoever else knows the code has nothing of it.
        let nurse = signed_in(&app, "professional&as=nurse@small").await;
        let (_, page) = get(&app, &format!("/desk/contacts/{}?lang=en", written.id), &nurse).await;
        assert!(page.contains("Onni Laine, 17") && page.contains("The writer identified themselves"), "{page}");
        assert_eq!(post(&app, &nurse, &format!("/desk/contacts/{}/claim", written.id), "").await.0, 303);
        assert_eq!(heard.next().await, None, "nor does a stream that they began before");
        let paavo = signed_in(&app, "resident&as=paavo").await;
        assert_eq!(post(&app, &paavo, "/contact/join", &format!("code={}", written.code)).await.0, 422);
        assert_eq!(get(&app, "/contact/thread", &format!("contact={}", written.code)).await.0, StatusCode::SEE_OTHER);
        // Erased, none of its words can be read, those from before neither.
        let id: Uuid = written.id.parse().expect("an id");
        let context = store::Context {
            actor: "test".into(),
            unit: String::new(),
            purpose: "upkeep".into(),
            correlation: id,
            cause: None,
        };
        kinds.store.erase(subject("onni"), "asked for", context).await.expect("erased");
        let texts = kinds.conversation(id, 0, 100).await.expect("readable");
        let is_readable = |it: &kinds::Item| matches!(&it.what, kinds::What::Message { text: Some(_), .. });
        assert!(!texts.iter().any(is_readable), "{texts:?}");
    });
}

#[test]
fn whoever_began_a_matter_for_another_hears_of_the_answer() {
    on_its_own(async {
        let County { app, kinds, .. } = county().await;
        let mandate = gives(&kinds, ("aino", "oiva"), Capacity::Guardian, LONG).await;
        let aino = signed_in(&app, "resident&as=aino").await;
        assert_eq!(post(&app, &aino, "/me", "client_id=r&phone=045+000+0001&sms=yes").await.0, 303);
        let acting = acts(&app, &aino, mandate).await;
        let answer = async |name: &str| {
            let to = post(&app, &acting, "/contact", &format!("client_id={name}&{WRITES}")).await.1;
            let id: Uuid = id_in(&to).parse().expect("an id");
            let nurse = By::Professional { id: "n".into(), unit: "small".into(), leads: false };
            let ask =
                async |command, key: &str| kinds.contacts.ask(id, command, &nurse, key, u64::MAX).await.expect("done");
            ask(operations::contacts::Command::Claim, "claim").await;
            ask(operations::contacts::Command::Write { client_id: "w".into(), text: "Levätkää".into() }, "write").await;
        };
        answer("one").await;
        let told = || kinds.dispatches.look(|all| all.iter().map(|(_, it)| it.subject).collect::<Vec<_>>());
        assert_eq!(told(), [Some(subject("aino"))]);
        kinds.mandates.ask(mandate, Command::End { why: Why::Register }, &By::System, "end", 0).await.expect("ended");
        assert_eq!(get(&app, "/", &acting).await.0, StatusCode::CONFLICT);
        assert_eq!(told().len(), 1);
    });
}

#[test]
fn a_guardian_chats_for_the_child_and_the_greeting_stays_nobodys_word() {
    on_its_own(async {
        let County { app, kinds, .. } = county().await;
        let mandate = gives(&kinds, ("aino", "oiva"), Capacity::Guardian, LONG).await;
        let acting = acts(&app, &signed_in(&app, "resident&as=aino").await, mandate).await;
        let (_, form) = get(&app, "/contact/new?way=call&service=outpatient&lang=en", &acting).await;
        assert!(
            form.contains("You are acting for: Oiva Virtanen, 9.") && form.contains("When shall we call?"),
            "{form}"
        );
        let (_, start) = get(&app, "/contact?topic=illness&lang=en", &acting).await;
        assert!(!start.contains("name=\"whom\""), "they have said for whom: {start}");
        let contact = id_in(&post(&app, &acting, "/contact", &format!("client_id=for&{WRITES}")).await.1);
        let by = By::Acting { who: subject("aino"), of: subject("oiva"), right: facts::OnBehalf::Guardian };
        let greet = operations::contacts::Command::Greet { until: NOW + 3_600_000_000, text: "Hei".into() };
        let id = contact.parse().expect("an id");
        kinds.contacts.ask(id, greet, &by, "greet", u64::MAX).await.expect("greeted");
        let thread = format!("/contact/thread?id={contact}&lang=en");
        let nurse = signed_in(&app, "professional&as=nurse@small").await;
        for (path, cookie) in [(&thread, &acting), (&format!("/desk/contacts/{contact}?lang=en"), &nurse)] {
            let (_, page) = get(&app, path, cookie).await;
            assert!(page.contains("<b>Automatic message</b>"), "{path}: {page}");
        }
        assert_eq!(post(&app, &acting, "/contact/chat", &format!("id={contact}&act=leave")).await.0, 303);
        let (_, page) = get(&app, &thread, &acting).await;
        assert!(page.contains("You left the chat before an answer"), "{page}");
    });
}
