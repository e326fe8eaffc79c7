//! A contact that is split: its parts are matters of their own for those who work, and one matter for its resident.

use std::sync::Arc;

use matter::access::Role;
use web::App;

use crate::consultations::signed_in_as;
use crate::desk::{between, post, written};
use crate::on_its_own;
use crate::pages::get;
use crate::registers::{app, contact_in, worker};

const PERSON: &str = "0198c9e2-1111-7000-8000-000000000000";

fn id(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

/// Splits a part off for a queue; the status.
async fn split(app: &Arc<App>, who: &str, contact: &str, (name, queue, text): (&str, &str, &str)) -> u16 {
    let (_, form) = get(app, &format!("{contact}/split"), who).await;
    let seen = form.split("name=\"seen\" value=\"").nth(1).and_then(|it| it.split('"').next()).unwrap_or("0");
    let form = format!("client_id={name}&seen={seen}&to={queue}&text={text}");
    post(app, who, &format!("{contact}/split"), &form).await.0
}

/// The parts on the page of a contact's resident, as ids.
async fn parts(app: &Arc<App>, contact: &str, person: &str) -> Vec<String> {
    let (_, page) = get(app, &format!("/contact/thread?id={}", id(contact)), person).await;
    let sections = page.split("id=\"part-").skip(1);
    sections.filter_map(|it| it.split('"').next()).map(Into::into).collect()
}

#[test]
fn each_register_sees_its_own_part_and_the_resident_all_on_one_page() {
    on_its_own(async {
        let (app, _) = app().await;
        let (nurse, social) = (worker(&app, "nurse-1").await, worker(&app, "social_worker-1").await);
        let person = signed_in_as(&app, Role::Resident, "", PERSON).await;
        let whole = contact_in(&app, "nursing", "c1", &nurse).await;
        let (_, page) = get(&app, &format!("{whole}?lang=en"), &nurse).await;
        assert!(page.contains("Give a part to others"), "{page}");
        assert_eq!(split(&app, &nurse, &whole, ("s1", "advice@small", "Vuokra+on+maksamatta")).await, 303);
        assert_eq!(
            split(&app, &nurse, &whole, ("s1", "advice@small", "Vuokra+on+maksamatta")).await,
            303,
            "sent twice"
        );
        let [part] = parts(&app, &whole, &person).await.try_into().expect("one part");
        let part = format!("/desk/contacts/{part}");

        // No reader of one sees the other's text, nor where the other is.
        for (path, who, sees, never) in [
            (&whole, &nurse, 200, ["Vuokra on maksamatta", part.as_str()]),
            (&whole, &worker(&app, "nurse-2").await, 200, ["Vuokra on maksamatta", part.as_str()]),
            (&whole, &social, 403, ["Selkä kipeä", "Vuokra"]),
            (&part, &social, 200, ["Selkä kipeä", whole.as_str()]),
            (&part, &nurse, 403, ["Vuokra on maksamatta", "Selkä"]),
        ] {
            let (status, page) = get(&app, &format!("{path}?lang=en"), who).await;
            assert_eq!(status, sees, "{path}: {page}");
            for text in never {
                assert!(!page.contains(text), "{path} shows {text}: {page}");
            }
        }
        let (_, page) = get(&app, &format!("{whole}?lang=en"), &nurse).await;
        assert!(
            page.contains("A part that is seen to elsewhere") && page.contains("A part was given to others"),
            "{page}"
        );
        let lead = signed_in_as(&app, Role::Lead, "small", "lead-1").await;
        assert!(get(&app, &whole, &lead).await.1.contains(&part), "who leads both sees both");

        // One matter for its resident, who writes in one place.
        let (_, mine) = get(&app, "/matters?lang=en", &person).await;
        assert_eq!(mine.matches("href=\"/matters/").count(), 1, "{mine}");
        let thread = format!("/contact/thread?id={}", id(&whole));
        let (_, page) = get(&app, &format!("{thread}&lang=en"), &person).await;
        assert!(page.contains("Your matter has 2 parts") && page.contains("Vuokra on maksamatta"), "{page}");
        assert!(page.contains("Selkä kipeä") && page.contains("What is your message about?"), "{page}");
        assert_eq!(
            get(&app, &format!("/contact/thread?id={}", id(&part)), &person).await.0,
            303,
            "on the page of the whole"
        );
        assert_eq!(post(&app, &social, &format!("{part}/claim"), "client_id=k1").await.0, 303);
        let say = async |name: &str, text: &str, part: &str| {
            let form = format!("client_id={name}&contact={}&text={text}&part={part}", id(&whole));
            post(&app, &person, &thread, &form).await.0
        };
        assert_eq!(say("m1", "Velkaa+on+900", id(&part)).await, 303);
        assert_eq!(say("m2", "Jalkakin+puutuu", "").await, 303);
        assert_eq!(say("m3", "Hukassa", "0198c9e2-1111-7000-8000-00000000ffff").await, 303, "no part of it");
        let has = async |path: &str, who: &str, text: &str| get(&app, path, who).await.1.contains(text);
        assert!(has(&part, &social, "Velkaa on 900").await && !has(&whole, &nurse, "Velkaa on 900").await);
        assert!(has(&whole, &nurse, "Jalkakin puutuu").await && !has(&part, &social, "Jalkakin puutuu").await);
        assert!(has(&whole, &nurse, "Hukassa").await);
        // What cannot be sent stays where it was meant to go, and so does what is kept for another time.
        let chosen = format!("value=\"{}\" checked", id(&part));
        for (form, status) in [("text=", 422), ("text=Puoli&later=1", 200)] {
            let form = format!("client_id=w1&contact={}&part={}&{form}", id(&whole), id(&part));
            let (got, _, page) = post(&app, &person, &thread, &form).await;
            assert!(got == status && page.contains(&chosen), "{form}: {got} {page}");
        }
        assert!(get(&app, &thread, &person).await.1.contains(&chosen), "a draft, too");
        // A question of a part is answered there.
        assert_eq!(
            post(&app, &social, &format!("{part}/ask"), "client_id=a1&seen=9&text=Kuka+on+vuokranantaja").await.0,
            303
        );
        assert_eq!(say("m4", "Kunta", "").await, 303);
        assert!(has(&part, &social, "Kunta").await && !has(&whole, &nurse, "Kunta").await);

        // It is over when all of it is.
        let ended = async || {
            between(&get(&app, "/matters?lang=en", &person).await.1, "id=\"matters-ended\"", "</section>").to_string()
        };
        assert_eq!(
            post(&app, &nurse, &format!("{whole}/finish"), "client_id=f1&seen=9&outcome=advised&text=Aika").await.0,
            303
        );
        assert!(!ended().await.contains("/matters/"), "a part is under way");
        assert_eq!(post(&app, &nurse, &format!("{whole}/close"), "client_id=x1").await.0, 409, "a part is open");
        assert_eq!(
            post(&app, &social, &format!("{part}/finish"), "client_id=f2&seen=9&outcome=advised&text=Tuki").await.0,
            303
        );
        assert!(ended().await.contains("/matters/"));
        let stranger = signed_in_as(&app, Role::Resident, "", "0198c9e2-1111-7000-8000-000000000001").await;
        for path in [&whole, &part] {
            let (status, page) = get(&app, &format!("/contact/thread?id={}", id(path)), &stranger).await;
            assert!(status == 303 && page.is_empty(), "{page}");
        }
    });
}

#[test]
fn a_split_is_refused_with_what_was_typed_and_undone_until_somebody_acts() {
    on_its_own(async {
        let (app, _) = app().await;
        let (nurse, social) = (worker(&app, "nurse-1").await, worker(&app, "social_worker-1").await);
        let person = signed_in_as(&app, Role::Resident, "", PERSON).await;
        let whole = contact_in(&app, "nursing", "c1", &nurse).await;
        let path = format!("{whole}/split?lang=en");
        for (form, status, says) in [
            ("client_id=s1&seen=9&to=&text=Vuokra", 422, "Choose"),
            ("client_id=s1&seen=9&to=nowhere@small&text=Vuokra", 422, "Choose"),
            ("client_id=s1&seen=9&to=advice@small&text=", 422, "Write what the part is about."),
            ("client_id=s1&seen=0&to=advice@small&text=Vuokra", 409, "Vuokra"),
        ] {
            let (got, _, page) = post(&app, &nurse, &path, form).await;
            assert!(got == status && page.contains(says), "{form}: {got} {page}");
            assert!(form.ends_with('=') || page.contains("Vuokra"), "nothing typed is lost");
        }
        let (status, _, page) =
            post(&app, &worker(&app, "nurse-2").await, &path, "client_id=s1&seen=9&to=advice@small&text=Vuokra").await;
        assert!(
            status == 409 && page.contains("Only the person who has the matter") && page.contains("Vuokra"),
            "{page}"
        );
        assert_eq!(post(&app, &social, &path, "client_id=s1&seen=9&to=advice@small&text=Vuokra").await.0, 403);
        assert_eq!(post(&app, &person, &path, "client_id=s1&seen=9&to=advice@small&text=Vuokra").await.0, 409);
        assert!(parts(&app, &whole, &person).await.is_empty());

        assert_eq!(split(&app, &nurse, &whole, ("s2", "advice@small", "Vuokra")).await, 303);
        let (_, page) = get(&app, &format!("{whole}?lang=en&did=split"), &nurse).await;
        assert!(page.contains("The part is given.") && page.contains("/undo"), "{page}");
        assert_eq!(post(&app, &nurse, &format!("{whole}/undo"), "client_id=u1").await.0, 303);
        assert!(parts(&app, &whole, &person).await.is_empty(), "it is whole again");
        assert!(!get(&app, "/desk?unit=small", &social).await.1.contains("Vuokra"), "and nobody's work");
        assert_eq!(split(&app, &nurse, &whole, ("s3", "advice@small", "Vuokra")).await, 303);
        let [part] = parts(&app, &whole, &person).await.try_into().expect("one part");
        assert_eq!(post(&app, &social, &format!("/desk/contacts/{part}/claim"), "client_id=k1").await.0, 303);
        assert_eq!(post(&app, &nurse, &format!("{whole}/undo"), "client_id=u2").await.0, 409, "somebody has acted");
        assert_eq!(parts(&app, &whole, &person).await, [part]);
    });
}

#[test]
fn a_code_opens_all_parts_and_nobody_else_s() {
    on_its_own(async {
        let (app, _) = app().await;
        let nurse = worker(&app, "nurse-1").await;
        let lead = signed_in_as(&app, Role::Lead, "small", "lead-1").await;
        let contact = written(&app, "c1", "Selkä kipeä", "fi").await;
        let path = format!("/desk/contacts/{}", contact.id);
        assert_eq!(
            post(
                &app,
                &lead,
                &format!("{path}/transfer"),
                "client_id=t1&unit=nursing@small&reason=misdirected&note=Teille"
            )
            .await
            .0,
            303
        );
        assert_eq!(post(&app, &nurse, &format!("{path}/claim"), "client_id=k1").await.0, 303);
        assert_eq!(split(&app, &nurse, &path, ("s1", "advice@small", "Vuokra")).await, 303);
        let cookie = format!("contact={}", contact.code);
        let [part] = parts(&app, &path, &cookie).await.try_into().expect("one part");
        let form = format!("client_id=m1&contact={}&text=Velkaa&part={part}", contact.id);
        let (status, to, page) = post(&app, &cookie, &format!("/contact/thread?id={}", contact.id), &form).await;
        assert!(status == 303, "{status} {to} {page}");
        assert!(get(&app, &format!("/desk/contacts/{part}"), &lead).await.1.contains("Velkaa"));
        let other = written(&app, "c2", "Toinen", "fi").await;
        assert!(parts(&app, &path, &format!("contact={}", other.code)).await.is_empty());
    });
}
