//! Health and social care apart: what each sees of the other in a unit of both, and what opens it.

use std::sync::Arc;

use axum::http::{Method, StatusCode};
use content::{Found, Library};
use jiff::civil::date;
use kinds::content::FOLDERS;
use matter::access::Role;
use serde_json::Value;
use store::{Filter, Log};
use web::{App, Strangers};

use crate::consultations::signed_in_as;
use crate::contacts::{call, token};
use crate::desk::{known, post, receipts};
use crate::pages::{get, with_staff};
use crate::{app_for, on_its_own};

const PERSON: &str = "0198c9e2-1111-7000-8000-000000000000";

/// A queue of each register at one unit, which is a part of the county.
pub const QUEUES: [(&str, &str, &str); 2] = [("nursing", "health", "nurse"), ("advice", "social", "social_worker")];

pub fn queue((id, register, profession): (&str, &str, &str)) -> Found {
    let text = format!(
        r#"
id = "{id}"
version = 1
name = {{ fi = "{id}", sv = "{id}", en = "{id}" }}
register = "{register}"
professions = ["{profession}"]
units = ["small"]
"#
    );
    Found::shipped(&format!("content/queues/{id}.toml"), &text)
}

/// The pages over a combined unit, `small`, with the record of accesses.
pub async fn app() -> (Arc<App>, Log) {
    let staff = with_staff(&[("nurse-1", true), ("nurse-2", true)]);
    let (app, accesses, _) = app_for(staff, false, Strangers::default(), false).await;
    let library = Library::read(FOLDERS, &QUEUES.map(queue), &|_, _| true);
    assert!(library.faults.is_empty(), "{:?}", library.faults);
    app.take_content(&library, date(2026, 1, 7));
    (app, accesses)
}

pub async fn worker(app: &Arc<App>, id: &str) -> String {
    signed_in_as(app, Role::Professional, "small", id).await
}

/// A contact of the person in a queue, which somebody who works there has.
pub async fn contact_in(app: &Arc<App>, queue: &str, name: &str, who: &str) -> String {
    let lead = signed_in_as(app, Role::Lead, "small", "lead-1").await;
    let path = format!("/desk/contacts/{}", known(app, name).await);
    let form = format!("client_id=t{name}&unit={queue}@small&reason=misdirected&note=Teille");
    assert_eq!(post(app, &lead, &format!("{path}/transfer"), &form).await.0, 303);
    assert_eq!(post(app, who, &format!("{path}/claim"), "").await.0, 303);
    path
}

/// The address behind a link of a page that begins so and is none of those that were seen before.
fn new(page: &str, begins: &str, before: &[String]) -> String {
    let links = page.split("href=\"").skip(1).filter_map(|it| it.split(['"', '?']).next());
    let mut found = links.filter(|it| it.starts_with(begins) && it.len() == begins.len() + 36);
    found
        .find(|it| !before.iter().any(|before| before == it))
        .unwrap_or_else(|| panic!("no {begins}: {page}"))
        .to_string()
}

/// Grounds with which openings of a matter were recorded, and how many were refused.
async fn recorded(accesses: &Log, path: &str) -> (Vec<String>, usize) {
    let id = path.rsplit('/').next().unwrap_or_default();
    let all = accesses.read_all(0, Filter::default(), 10_000).await.expect("the record").events;
    let of: Vec<_> = all.iter().filter(|it| it.stream.ends_with(id)).collect();
    let ground = |data: &str| Some(serde_json::from_str::<Value>(data).ok()?["ground"].as_str()?.to_string());
    let refused = of.iter().filter(|it| it.kind.ends_with(".refused")).count();
    (of.iter().filter_map(|it| ground(&it.data)).collect(), refused)
}

/// Kinds × registers × roles: each matter of a unit of both is for those who work in its register, and for the lead of both.
#[test]
fn in_a_unit_of_both_each_sees_the_matters_of_their_own_register() {
    on_its_own(async {
        let (app, _) = app().await;
        let (nurse, social) = (worker(&app, "nurse-1").await, worker(&app, "social_worker-1").await);
        let askers = [
            ("health", worker(&app, "nurse-2").await),
            ("social", worker(&app, "social_worker-2").await),
            ("both", signed_in_as(&app, Role::Lead, "small", "lead-1").await),
            // Nobody knows their profession, and the unit is of both.
            ("none", worker(&app, "n7").await),
        ];
        let mut before = Vec::new();
        for ((queue, register, _), who) in QUEUES.into_iter().zip([&nurse, &social]) {
            let contact = contact_in(&app, queue, queue, who).await;
            let done = async |path: &str, form: &str| {
                let (status, to, page) = post(&app, who, path, form).await;
                assert_eq!(status, 303, "{path}: {page}");
                to.split('?').next().unwrap_or_default().to_string()
            };
            let id = contact.rsplit('/').next().unwrap_or_default();
            let task = done("/desk/tasks/new", &format!("client_id=t1&text=Soita&for=unit&contact={id}")).await;
            done(&format!("{contact}/need"), "client_id=n1&care=psychosocial&age=19").await;
            done(&format!("{contact}/consult"), "client_id=q1&text=Mita&whom=unit&unit=small&day=2026-01-09").await;
            let (_, list) = get(&app, "/desk?unit=small&list=unit", who).await;
            let need = new(&list, "/desk/care-needs/", &before);
            let (_, list) = get(&app, "/desk?unit=small", who).await;
            let question = new(&list, "/desk/consultations/", &before);
            before.extend([need.clone(), question.clone()]);
            for (asker, cookie) in &askers {
                let sees = *asker == register || *asker == "both";
                for path in [&contact, &task, &need, &question] {
                    let (status, page) = get(&app, &format!("{path}?lang=en"), cookie).await;
                    assert_eq!(status, if sees { 200 } else { 403 }, "{asker} {register} {path}: {page}");
                    if !sees {
                        let shown = ["Selkä kipeä", "Soita", "Mita", "Psychosocial"].map(|it| page.contains(it));
                        assert_eq!(shown, [false; 4], "{page}");
                        let register = if register == "social" { "social welfare" } else { "health care" };
                        assert!(page.contains(&format!("A matter of {register}")), "{page}");
                        assert!(page.contains("/desk/registers/"), "the ways on: {page}");
                    }
                }
                // In a list its place is seen, and nothing else.
                let (_, list) = get(&app, &format!("/desk?unit=small&queue={queue}&list=unit&lang=en"), cookie).await;
                assert_eq!(receipts(&list).len(), 1, "{asker} {register}: {list}");
                assert_eq!([list.contains("Selkä kipeä"), list.contains("A matter of")], [sees, !sees], "{list}");
                let (_, none) =
                    get(&app, &format!("/desk?unit=small&queue={queue}&list=unit&service=outpatient"), cookie).await;
                assert_eq!(receipts(&none).len(), usize::from(sees), "a filter tells nothing: {none}");
                let (status, told) =
                    call(&app, Method::GET, &format!("/api/contacts/{id}"), &token_of(asker), None).await;
                assert_eq!(status == StatusCode::OK, sees, "{asker} {register}: {told}");
                if !sees {
                    assert_eq!(told["error"]["code"], "other_register");
                }
            }
        }
    });
}

fn token_of(asker: &str) -> String {
    match asker {
        "health" => token(Role::Professional, "small", "nurse-2"),
        "social" => token(Role::Professional, "small", "social_worker-2"),
        "both" => token(Role::Lead, "small", "lead-1"),
        _ => token(Role::Professional, "small", "n7"),
    }
}

#[test]
fn whoever_takes_the_next_takes_none_of_the_other_register() {
    on_its_own(async {
        let (app, _) = app().await;
        let (nurse, social) = (worker(&app, "nurse-1").await, worker(&app, "social_worker-1").await);
        let contact = contact_in(&app, "advice", "c1", &social).await;
        assert_eq!(post(&app, &social, &format!("{contact}/release"), "client_id=r1").await.0, 303);
        let (status, to, _) = post(&app, &nurse, "/desk/next", "client_id=n1&unit=small").await;
        assert!(status == 303 && to.ends_with("did=none"), "{to}");
        assert_eq!(post(&app, &nurse, &format!("{contact}/claim"), "client_id=c9").await.0, 403);
        let (status, to, _) = post(&app, &social, "/desk/next", "client_id=n2&unit=small").await;
        assert!(status == 303 && to.starts_with(&contact), "{to}");
    });
}

#[test]
fn the_persons_consent_opens_the_other_register_until_they_take_it_back() {
    on_its_own(async {
        let (app, accesses) = app().await;
        let (nurse, social) = (worker(&app, "nurse-1").await, worker(&app, "social_worker-1").await);
        let person = signed_in_as(&app, Role::Resident, "", PERSON).await;
        let other = signed_in_as(&app, Role::Resident, "", "0198c9e2-1111-7000-8000-000000000001").await;
        let own = contact_in(&app, "nursing", "c1", &nurse).await;
        let closed = contact_in(&app, "advice", "c2", &social).await;
        let status = async |cookie: &str| get(&app, &closed, cookie).await.0.as_u16();
        assert_eq!(status(&nurse).await, 403);
        let page = format!("/desk/registers/{}", own.rsplit('/').next().unwrap_or_default());
        let (_, contact) = get(&app, &format!("{own}?lang=en"), &nurse).await;
        assert!(contact.contains(&page) && contact.contains("The client’s social welfare matters"), "{contact}");
        let (_, shown) = get(&app, &format!("{page}?lang=en"), &nurse).await;
        assert!(shown.contains("Ask the client for consent") && !shown.contains(&closed), "{shown}");
        assert_eq!(post(&app, &nurse, &format!("{page}/ask"), "client_id=a1").await.0, 303);
        assert_eq!(status(&nurse).await, 403, "asked is not given");
        let (_, mine) = get(&app, "/me/sharing?lang=en", &person).await;
        assert!(mine.contains("asks for consent to see your social welfare matters"), "{mine}");
        assert!(get(&app, "/matters?lang=en", &person).await.1.contains("Waits for your answer"));
        let act = |verb: &str| {
            let from = mine.split("action=\"/me/sharing/").nth(1).and_then(|it| it.split('/').next());
            format!("/me/sharing/{}/{verb}", from.expect("an id"))
        };
        // Only they themselves give it, and for as long as is offered.
        assert_eq!(post(&app, &other, &act("give"), "client_id=g0&days=30").await.0, 404);
        assert_eq!(post(&app, &nurse, &act("give"), "client_id=g1&days=30").await.0, 404);
        assert_eq!(post(&app, &person, &act("give"), "client_id=g2&days=3000").await.0, 404);
        assert_eq!(post(&app, &person, &act("give"), "client_id=g3&days=30").await.0, 303);
        assert_eq!([status(&nurse).await, status(&worker(&app, "nurse-2").await).await], [200, 200], "their unit");
        let (_, shown) = get(&app, &format!("{page}?lang=en"), &nurse).await;
        assert!(shown.contains("the client has consented") && shown.contains(&closed), "{shown}");
        // To read it is not to act in it.
        assert_eq!(post(&app, &nurse, &format!("{closed}/note"), "client_id=k1&note=Hei").await.0, 409);
        assert_eq!(recorded(&accesses, &closed).await.0, ["consent", "consent"]);
        let (_, seen) = get(&app, "/me/seen?lang=en", &person).await;
        assert!(seen.contains("Data of the other register: the client has consented"), "{seen}");
        assert!(seen.contains("Nurse 1") && seen.contains("Dealing with your matter"), "{seen}");
        assert!(!get(&app, "/me/seen?lang=en", &other).await.1.contains("Nurse 1"));
        assert_eq!(post(&app, &person, &act("withdraw"), "client_id=w1").await.0, 303);
        assert_eq!(status(&nurse).await, 403);
    });
}

#[test]
fn a_ground_of_law_has_a_reason_opens_for_one_alone_and_the_person_sees_it() {
    on_its_own(async {
        let (app, accesses) = app().await;
        let (nurse, social) = (worker(&app, "nurse-1").await, worker(&app, "social_worker-1").await);
        let person = signed_in_as(&app, Role::Resident, "", PERSON).await;
        let closed = contact_in(&app, "nursing", "c1", &nurse).await;
        // They come to it from the very matter that is closed to them.
        let page = format!("/desk/registers/{}", closed.rsplit('/').next().unwrap_or_default());
        let (status, shown) = get(&app, &format!("{page}?lang=en"), &social).await;
        assert!(status == 200 && shown.contains("The client’s health care matters"), "{shown}");
        assert!(shown.contains("417/2007") && !shown.contains("Selkä kipeä"), "{shown}");
        let name = format!("{page}/name?lang=en");
        for (form, expected) in [
            ("client_id=n1&text=Lapsi+on+yksin", "Choose a ground."),
            ("client_id=n1&ground=none&text=Lapsi+on+yksin", "Choose a ground."),
            ("client_id=n1&ground=emergency&text=", "Write why the ground holds."),
        ] {
            let (status, _, page) = post(&app, &social, &name, form).await;
            assert!(status == 422 && page.contains(expected), "{status} {page}");
            assert!(form.ends_with('=') || page.contains("Lapsi on yksin"), "nothing typed is lost");
        }
        let form = "client_id=n1&ground=emergency&text=Lapsi+on+yksin";
        assert_eq!(post(&app, &social, &name, form).await.0, 303);
        assert_eq!(post(&app, &social, &name, form).await.0, 303, "sent twice");
        let status = async |cookie: &str| get(&app, &closed, cookie).await.0.as_u16();
        assert_eq!([status(&social).await, status(&worker(&app, "social_worker-2").await).await], [200, 403]);
        // A refusal is recorded beside its answer, and stands there soon after.
        let begun = std::time::Instant::now();
        while recorded(&accesses, &closed).await.1 == 0 && begun.elapsed().as_secs() < 30 {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        assert_eq!(recorded(&accesses, &closed).await, (vec!["emergency".into()], 1));
        let (_, seen) = get(&app, "/me/seen?lang=en", &person).await;
        assert!(seen.contains("Life or health is in danger") && seen.contains("Social worker 1"), "{seen}");
        let (_, sharing) = get(&app, "/me/sharing?lang=en", &person).await;
        assert_eq!(sharing.matches("Ground: Life or health").count(), 1, "{sharing}");
        assert!(!sharing.contains("Lapsi on yksin"), "the reason is for those who look into it");
        // The privacy officer sees the ground first, and for the person every opening, also the one that was refused.
        let officer = signed_in_as(&app, Role::Privacy, "county", "privacy-1").await;
        let (_, grounds) = get(&app, "/admin/access?lang=en", &officer).await;
        assert!(grounds.contains("Social worker 1") && grounds.contains("Life or health is in danger"), "{grounds}");
        let (status, _, page) = post(&app, &officer, "/admin/access?lang=en", "person=Anna").await;
        assert!(status == 422 && page.contains("Enter the id of the resident."), "{page}");
        let (_, _, page) = post(&app, &officer, "/admin/access?lang=en", &format!("person={PERSON}")).await;
        for text in
            ["Data of the other register: Life or health is in danger", "Tried, was refused", "Nurse 1", "Team lead"]
        {
            assert!(page.contains(text), "{text}: {page}");
        }
        assert!(!page.contains("Selkä kipeä"), "nothing of the content");
        let (_, _, file) = post(&app, &officer, "/admin/access?lang=en", &format!("person={PERSON}&csv=yes")).await;
        assert!(file.starts_with("\u{feff}\"Time\";\"Who\"") && file.contains("Tried, was refused"), "{file}");
        let looked = accesses.read_stream(&format!("access/{PERSON}"), 0, 100).await.expect("the record");
        assert_eq!(looked.iter().filter(|it| it.kind == "accesses.read").count(), 2, "that they looked is recorded");
    });
}

#[test]
fn a_question_to_the_other_register_goes_without_the_matter_until_the_client_consents() {
    on_its_own(async {
        let (app, accesses) = app().await;
        let (nurse, social) = (worker(&app, "nurse-1").await, worker(&app, "social_worker-1").await);
        let person = signed_in_as(&app, Role::Resident, "", PERSON).await;
        let contact = contact_in(&app, "nursing", "c1", &nurse).await;
        let consult = format!("{contact}/consult?lang=en");
        let (_, form) = get(&app, &consult, &nurse).await;
        assert!(form.contains("If the colleague works in the other register") && form.contains("703/2023"), "{form}");
        let asked = |name: &str, profession: &str, consent: &str| {
            format!(
                "client_id={name}&text=Mita+{name}&whom=unit&unit=small&profession={profession}&day=2026-01-09{consent}"
            )
        };
        // In the own register nothing is asked, and in the other the rule asks first.
        let (status, _, page) = post(&app, &nurse, &consult, &asked("q1", "social_worker", "")).await;
        assert!(
            status == 422 && page.contains("Choose whether the client is asked") && page.contains("Mita q1"),
            "{page}"
        );
        assert_eq!(post(&app, &nurse, &consult, &asked("q1", "social_worker", "&consent=unnamed")).await.0, 303);
        let (_, list) = get(&app, "/desk?unit=small", &social).await;
        let question = new(&list, "/desk/consultations/", &[]);
        assert_eq!(post(&app, &nurse, &consult, &asked("q0", "nurse", "")).await.0, 303);
        assert_eq!(post(&app, &social, &format!("{question}/claim"), "client_id=k1").await.0, 303);
        let (_, page) = get(&app, &format!("{question}?lang=en"), &social).await;
        assert!(page.contains("Mita q1") && page.contains("the client has not consented"), "{page}");
        let read = async || get(&app, &contact, &social).await;
        let (status, page) = read().await;
        assert!(status == 403 && !page.contains("Selkä kipeä"), "{page}");
        assert!(!get(&app, "/me/sharing?lang=en", &person).await.1.contains("asks for consent"), "nobody was asked");

        // Asked, the client opens it to those who were asked, and closes it again.
        assert_eq!(post(&app, &nurse, &consult, &asked("q2", "social_worker", "&consent=ask")).await.0, 303);
        assert_eq!(post(&app, &nurse, &consult, &asked("q2", "social_worker", "&consent=ask")).await.0, 303, "twice");
        let (_, mine) = get(&app, "/me/sharing?lang=en", &person).await;
        assert_eq!(mine.matches("asks for consent to see your health care matters").count(), 1, "{mine}");
        assert_eq!(read().await.0, 403, "asked is not given");
        let id = mine.split("action=\"/me/sharing/").nth(1).and_then(|it| it.split('/').next()).expect("an id");
        assert_eq!(post(&app, &person, &format!("/me/sharing/{id}/give"), "client_id=g1&days=30").await.0, 303);
        let (status, page) = read().await;
        assert!(status == 200 && page.contains("Selkä kipeä"), "{page}");
        assert_eq!(recorded(&accesses, &contact).await.0, ["consent"]);
        assert_eq!(post(&app, &person, &format!("/me/sharing/{id}/withdraw"), "client_id=w1").await.0, 303);
        assert_eq!(read().await.0, 403);
        // The question is answered all the same.
        assert_eq!(post(&app, &social, &format!("{question}/answer"), "client_id=a1&text=Soita+meille").await.0, 303);
        assert!(get(&app, &contact, &nurse).await.1.contains("Soita meille"));
    });
}
