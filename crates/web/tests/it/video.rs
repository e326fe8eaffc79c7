//! Visits by video: when the room is open and to whom, who is there, the signals between two browsers, and the telephone
//! where it fails.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use content::{Found, Library};
use http_body_util::BodyExt;
use jiff::civil::date;
use kinds::Kinds;
use kinds::content::FOLDERS;
use operations::mandates::{Capacity, Command, Why};
use serde_json::{Value, json};
use store::{Filter, Log};
use tower::ServiceExt;
use web::{App, Strangers, router};

use crate::acting::{acts, gives};
use crate::bookings::{chosen, timetable};
use crate::contacts::{Events, call, opening};
use crate::desk::post;
use crate::pages::{get, signed_in, with_staff};
use crate::{NOW, app_with, log, on_its_own};

const MINUTE: i64 = 60_000_000;
/// Thursday at nine in Helsinki.
const NINE: i64 = NOW + 19 * 60 * MINUTE;
const BEFORE: i64 = NINE - 15 * MINUTE;
const HALF_PAST: i64 = NINE + 30 * MINUTE;

/// A county with a clock, and a visit of Aino by video on Thursday from 9.00 to 9.30.
struct County {
    app: Arc<App>,
    kinds: Kinds,
    accesses: Log,
    log: Log,
    clock: Arc<AtomicI64>,
    visit: String,
}

impl County {
    async fn made() -> County {
        let clock = Arc::new(AtomicI64::new(NOW));
        let read = Arc::clone(&clock);
        let kinds = Kinds::open_beside(log(), move || read.load(Ordering::Relaxed), None, |_| ()).await.expect("kinds");
        let followed = kinds.store.clone();
        tokio::spawn(async move { followed.follow().await });
        let figures = with_staff(&[("nurse-1", true)]);
        let (app, accesses, log) = app_with(kinds.clone(), (figures, false), Strangers::default(), true);
        let calendar = timetable("").replace("\"in_person\", \"phone\"", "\"video\", \"phone\"");
        let found = [Found::shipped("content/calendars/nurse.toml", &calendar)];
        app.take_content(&Library::read(FOLDERS, &found, &|_, _| true), date(2026, 1, 7));
        app.publish_times().await;
        let aino = signed_in(&app, "resident&as=aino").await;
        let (_, times) = get(&app, "/book/nurse?kind=talk&way=video&lang=fi", &aino).await;
        let (_, to, _) = post(&app, &aino, "/book/nurse", &chosen(&times, "9.00")).await;
        let (_, page) = get(&app, &to, &aino).await;
        let key = page.split("name=\"key\" value=\"").nth(1).and_then(|it| it.split('"').next()).expect("a key");
        let address = to.split('?').next().unwrap_or_default();
        let form = format!("{}&text=&key={key}", chosen(&times, "9.00"));
        let (status, to, page) = post(&app, &aino, address, &form).await;
        assert_eq!(status, 303, "{page}");
        let visit = to.trim_start_matches("/matters/").split('?').next().expect("an id").to_string();
        County { app, kinds, accesses, log, clock, visit }
    }

    fn is(&self, now: i64) {
        self.clock.store(now, Ordering::Relaxed);
    }

    /// A resident of the cast who signs in now.
    async fn resident(&self, word: &str) -> String {
        signed_in(&self.app, &format!("resident&as={word}")).await
    }

    /// The nurse whose visit it is, and the lead of the unit, who sign in now.
    async fn nurses(&self) -> [String; 2] {
        [signed_in(&self.app, "professional&as=nurse@small").await, signed_in(&self.app, "lead").await]
    }

    async fn page(&self, who: &str) -> (StatusCode, String) {
        let (status, page) = get(&self.app, &format!("/video/{}?lang=en", self.visit), who).await;
        (status, main(&page))
    }

    async fn listens(&self, who: &str, tab: &str) -> Events {
        listens(&self.app, &self.visit, who, tab).await
    }

    async fn says(&self, who: &str, word: Value) -> u16 {
        says(&self.app, &self.visit, who, word).await
    }

    /// Kinds of the events of the record of accesses of a matter, each with who did it.
    async fn record(&self, id: &str) -> Vec<(String, String)> {
        let all = self.accesses.read_stream(&format!("access/{id}"), 0, 500).await.expect("the record");
        all.into_iter().map(|it| (it.kind, it.context.actor)).collect()
    }
}

/// The content of a page, without what surrounds each.
fn main(page: &str) -> String {
    let main = page.split("<main").nth(1).and_then(|it| it.split("</main>").next());
    main.unwrap_or(page).to_string()
}

async fn listens(app: &Arc<App>, id: &str, who: &str, tab: &str) -> Events {
    let path = format!("/api/video/{id}/signals?tab={tab}");
    let request = Request::get(path).header(header::COOKIE, who).body(Body::empty()).expect("a request");
    Events::asked(app, request).await
}

async fn says(app: &Arc<App>, id: &str, who: &str, word: Value) -> u16 {
    let request = Request::post(format!("/api/video/{id}/signals")).header(header::COOKIE, who);
    let request = request.body(Body::from(word.to_string())).expect("a request");
    router(Arc::clone(app)).oneshot(request).await.expect("an answer").status().as_u16()
}

/// The next event of a stream that has a name: its data.
async fn next(events: &mut Events, name: &str) -> Value {
    while let Some(event) = events.next().await {
        let mut lines = event.lines();
        let is_it = lines.any(|line| line == format!("event: {name}"));
        if let Some(data) = event.lines().find_map(|line| line.strip_prefix("data: ")).filter(|_| is_it) {
            return serde_json::from_str(data).expect("JSON");
        }
    }
    panic!("no event {name}");
}

/// The header by which a page may use what is around the person.
async fn permissions(app: &Arc<App>, path: &str, who: &str) -> String {
    let request = Request::get(path).header(header::COOKIE, who).body(Body::empty()).expect("a request");
    let answer = router(Arc::clone(app)).oneshot(request).await.expect("an answer");
    let value = answer.headers().get("permissions-policy").map(|it| it.to_str().expect("text").to_string());
    assert!(answer.headers()["content-security-policy"].to_str().expect("text").contains("default-src 'none'"));
    drop(answer.into_body().collect().await);
    value.expect("a policy")
}

#[test]
fn the_room_opens_a_quarter_before_and_closes_with_its_visit_and_camera_and_microphone_are_of_that_page_alone() {
    on_its_own(async {
        let county = County::made().await;
        let path = format!("/video/{}", county.visit);
        let own = format!("/matters/{}?lang=en", county.visit);
        for (now, told, link, camera, open) in [
            (NINE - 90 * MINUTE, "The video room opens 8 Jan 2026 at 8:45", "Try camera and sound", true, false),
            (BEFORE - 1, "The video room opens", "Try camera and sound", true, false),
            (BEFORE, "The professional is not there yet", "Go to the video room", true, true),
            (HALF_PAST - 1, "The professional is not there yet", "Go to the video room", true, true),
            (HALF_PAST, "The visit has ended", "", false, false),
            (HALF_PAST + 300 * MINUTE, "The visit has ended", "", false, false),
        ] {
            county.is(now);
            let aino = county.resident("aino").await;
            let (status, page) = county.page(&aino).await;
            assert!(status == 200 && page.contains(told), "{now}: {page}");
            assert_eq!(permissions(&county.app, &path, &aino).await.contains("camera=(self)"), camera, "{now}");
            assert!(permissions(&county.app, &own, &aino).await.contains("camera=(), microphone=()"), "{now}");
            let (_, page) = get(&county.app, &own, &aino).await;
            assert_eq!(page.contains(&format!("href=\"{path}\"")), !link.is_empty(), "{now}: {page}");
            assert!(page.contains(link), "{now}: {page}");
            if !open {
                next(&mut county.listens(&aino, "a").await, "over").await;
                assert_eq!(county.says(&aino, json!({ "tab": "a", "ready": true })).await, 409, "{now}");
            }
        }
    });
}

#[test]
fn it_is_for_exactly_two_and_every_opening_is_recorded() {
    on_its_own(async {
        let county = County::made().await;
        let mandate = gives(&county.kinds, ("paavo", "aino"), Capacity::Proxy, date(2027, 1, 1)).await;
        county.is(BEFORE);
        let (app, [nurse, colleague]) = (&county.app, county.nurses().await);
        let (aino, onni) = (county.resident("aino").await, county.resident("onni").await);
        // A stranger with the address: there is nothing, on the page or for a program.
        let path = format!("/video/{}", county.visit);
        assert_eq!(county.page(&onni).await.0, 404);
        assert_eq!(county.page("").await.0, 303, "to the sign-in");
        for who in [&*onni, ""] {
            assert_eq!(county.says(who, json!({ "tab": "x", "ready": true })).await, 404);
            let (status, ..) = post(app, who, &format!("{path}/phone"), "number=0401234567").await;
            assert!([303, 404].contains(&status), "{status}");
        }
        assert_eq!(get(app, &format!("/api/video/{}/signals?tab=x", county.visit), &onni).await.0, 404);
        for path in ["/video/x".into(), format!("/video/{}", uuid::Uuid::nil())] {
            assert_eq!(get(app, &path, &aino).await.0, 404, "{path}");
        }
        // A colleague is told whose it is, and comes no further.
        let (status, page) = county.page(&colleague).await;
        assert!(status == 200 && page.contains("another professional’s") && !page.contains("id=\"room\""), "{page}");
        next(&mut county.listens(&colleague, "c").await, "over").await;
        assert_eq!(county.says(&colleague, json!({ "tab": "c", "ready": true })).await, 409);
        post(app, &colleague, &format!("{path}/phone"), "").await;
        let it = county.kinds.appointments.read(county.visit.parse().expect("an id")).await.expect("readable");
        assert_eq!(it.expect("a visit").booking.wanted.way.0, facts::Modality::Video, "nor changes anything");
        // These come in: the two, and somebody who may act.
        let met = async || {
            county.record(&county.visit).await.into_iter().filter(|(kind, _)| kind == "appointment.met").count()
        };
        assert_eq!(met().await, 0);
        assert!(county.page(&nurse).await.1.contains("id=\"room\""));
        assert!(county.page(&aino).await.1.contains("id=\"room\""));
        let paavo = acts(app, &county.resident("paavo").await, mandate).await;
        assert!(county.page(&paavo).await.1.contains("id=\"room\""));
        assert_eq!(met().await, 3, "each is in the record");
        let (_, seen) = get(app, "/me/seen?lang=en", &aino).await;
        assert_eq!(
            seen.matches("<li class=\"row\">").count(),
            4,
            "the colleague, twice, the nurse, and who acts: {seen}"
        );
        // With the right to act it ends, also for a stream that is open.
        let mut events = county.listens(&paavo, "p").await;
        next(&mut events, "here").await;
        let end = Command::End { why: Why::Register };
        county.kinds.mandates.ask(mandate, end, &matter::By::System, "end", 0).await.expect("ended");
        next(&mut events, "over").await;
    });
}

#[test]
fn who_is_there_is_told_without_a_script_too() {
    on_its_own(async {
        let county = County::made().await;
        county.is(NINE);
        let ([nurse, _], aino) = (county.nurses().await, county.resident("aino").await);
        let (_, page) = county.page(&nurse).await;
        assert!(page.contains("The client is not there yet") && !page.contains("http-equiv"), "{page}");
        let (_, page) = county.page(&aino).await;
        assert!(page.contains("The professional is there"), "{page}");
        assert!(page.contains("<noscript><meta http-equiv=\"refresh\" content=\"60\">"), "it renews itself: {page}");
        assert!(page.contains("Meeting by video does not work in this browser."), "and says what to do: {page}");
        let (_, still) = get(&county.app, &format!("/video/{}?still=1", county.visit), &aino).await;
        assert!(!still.contains("http-equiv"), "unless they want it to stay: {still}");
        assert!(county.page(&nurse).await.1.contains("The client is there"));
        county.is(NINE + MINUTE);
        assert!(
            county.page(&nurse).await.1.contains("The client is not there yet"),
            "they have not looked for a minute"
        );
    });
}

#[test]
fn signals_go_from_one_to_the_other_and_into_no_log() {
    on_its_own(async {
        let county = County::made().await;
        county.is(NINE);
        let ([nurse, _], aino) = (county.nurses().await, county.resident("aino").await);
        let mut of_nurse = county.listens(&nurse, "n1").await;
        assert_eq!(next(&mut of_nurse, "here").await, json!({ "here": false }));
        let mut of_aino = county.listens(&aino, "a1").await;
        assert_eq!(next(&mut of_aino, "here").await, json!({ "here": true }));
        assert_eq!(next(&mut of_nurse, "here").await, json!({ "here": true }), "the client has come");
        let heads = async || {
            let [log, accesses] = [&county.log, &county.accesses].map(|it| it.read_all(0, Filter::default(), 0));
            (log.await.expect("the log").head, accesses.await.expect("the record").head)
        };
        let before = heads().await;
        for (who, tab) in [(&nurse, "n1"), (&aino, "a1")] {
            assert_eq!(county.says(who, json!({ "tab": tab, "ready": true })).await, 200);
        }
        let meet = next(&mut of_nurse, "meet").await;
        assert_eq!(
            (meet["offers"].as_bool(), next(&mut of_aino, "meet").await["offers"].as_bool()),
            (Some(true), Some(false))
        );
        let meeting = meet["meeting"].as_u64().expect("a number");
        let data = json!({ "description": { "type": "offer", "sdp": "v=0" } });
        let word = |meeting: u64, data: &Value| json!({ "tab": "n1", "meeting": meeting, "data": data });
        assert_eq!(county.says(&nurse, word(meeting, &data)).await, 200);
        assert_eq!(next(&mut of_aino, "signal").await, json!({ "meeting": meeting, "data": data }));
        assert_eq!(county.says(&nurse, word(meeting - 1, &data)).await, 409, "a signal of before");
        assert_eq!(county.says(&nurse, word(meeting, &json!("x".repeat(70_000)))).await, 413);
        for wrong in
            [json!({}), json!({ "tab": "n1" }), json!({ "tab": "n 1", "ready": true }), json!({ "tab": "n1", "x": 1 })]
        {
            assert_eq!(county.says(&nurse, wrong.clone()).await, 422, "{wrong}");
        }
        assert_eq!(heads().await, before, "nothing of it is written down");

        // A second window of the same person does not take the first one's place unasked.
        assert_eq!(next(&mut county.listens(&aino, "a2").await, "taken").await, json!({ "own": true }));
        let mut second = county.listens(&aino, "a2&moves=1").await;
        next(&mut of_aino, "moved").await;
        assert_eq!(of_aino.next().await, None, "the first window's stream ends");
        assert_eq!(county.says(&aino, json!({ "tab": "a1", "ready": true })).await, 409);
        assert_eq!(county.says(&aino, json!({ "tab": "a2", "ready": true })).await, 200);
        let anew = next(&mut second, "meet").await["meeting"].as_u64().expect("a number");
        assert!(anew > meeting);
        // A connection that failed is made anew by both.
        assert_eq!(county.says(&nurse, json!({ "tab": "n1", "again": anew })).await, 200);
        assert!(next(&mut second, "meet").await["meeting"].as_u64() > Some(anew));
        // Gone is told at once.
        drop(second);
        while next(&mut of_nurse, "here").await != json!({ "here": false }) {}

        // The visit takes longer than its time: who is there stays, and comes back after a stream that broke.
        let _aino = county.listens(&aino, "a3").await;
        assert_eq!(county.says(&aino, json!({ "tab": "a3", "ready": true })).await, 200);
        county.is(HALF_PAST + MINUTE);
        assert_eq!(county.says(&nurse, json!({ "tab": "n1", "ready": true })).await, 200);
        let aino = county.resident("aino").await;
        next(&mut county.listens(&aino, "a3").await, "here").await;
        next(&mut county.listens(&aino, "a4").await, "over").await;
    });
}

#[test]
fn a_visit_that_is_cancelled_moved_or_ended_closes_the_room_under_those_in_it() {
    on_its_own(async {
        for act in ["cancel", "end"] {
            let county = County::made().await;
            county.is(NINE);
            let ([nurse, _], aino) = (county.nurses().await, county.resident("aino").await);
            let mut events = county.listens(&aino, "a1").await;
            next(&mut events, "here").await;
            let form = "client_id=x1&reason=staff_absence";
            let (status, ..) =
                post(&county.app, &nurse, &format!("/desk/appointments/{}/{act}", county.visit), form).await;
            assert_eq!(status, 303, "{act}");
            next(&mut events, "over").await;
            assert_eq!(events.next().await, None, "{act}");
            let told = if act == "cancel" { "The time is cancelled." } else { "The visit has ended." };
            let (_, page) = county.page(&aino).await;
            assert!(page.contains(told) && !page.contains("id=\"room\""), "{act}: {page}");
        }
        let county = County::made().await;
        county.is(BEFORE);
        let ([nurse, _], aino) = (county.nurses().await, county.resident("aino").await);
        let mut events = county.listens(&aino, "a1").await;
        next(&mut events, "here").await;
        let path = format!("/book/nurse?kind=talk&way=video&lang=fi&move={}", county.visit);
        let moved = crate::bookings::booked(&county.app, &nurse, &path, "9.30", "").await;
        assert!(moved.contains("did=moved"), "{moved}");
        next(&mut events, "over").await;
        let (_, page) = county.page(&aino).await;
        assert!(page.contains("The video room opens"), "at its new time: {page}");
    });
}

#[test]
fn where_video_fails_the_same_visit_goes_on_by_telephone_and_the_professional_alone_sees_the_number() {
    on_its_own(async {
        let county = County::made().await;
        county.is(NINE);
        let ([nurse, _], aino, app) = (county.nurses().await, county.resident("aino").await, &county.app);
        let path = format!("/video/{}/phone?lang=en", county.visit);
        let mut events = county.listens(&nurse, "n1").await;
        next(&mut events, "here").await;
        let (status, _, page) = post(app, &aino, &path, "client_id=p1").await;
        assert!(status == 422 && page.contains("Enter the number that the professional calls"), "{page}");
        let (status, _, page) = post(app, &aino, &path, "client_id=p1&number=huomenna").await;
        assert!(status == 422 && page.contains("value=\"huomenna\""), "what was typed stays: {page}");
        let (status, to, _) = post(app, &aino, &path, "client_id=p1&number=045+000+0001").await;
        assert_eq!((status, to), (303, format!("/video/{}", county.visit)));
        next(&mut events, "over").await;
        let id = county.visit.parse().expect("an id");
        let it = county.kinds.appointments.read(id).await.expect("readable").expect("a visit");
        assert_eq!((it.booking.wanted.way.0, it.is_open()), (facts::Modality::Phone, true), "the same visit");
        let (_, page) = county.page(&aino).await;
        assert!(page.contains("The professional calls you") && !page.contains("0001"), "{page}");
        let (_, page) = county.page(&nurse).await;
        assert!(page.contains("href=\"tel:") && page.contains("0001"), "{page}");
        let (_, page) = get(app, &format!("/desk/appointments/{}", county.visit), &nurse).await;
        assert!(page.contains("href=\"tel:"), "also beside the visit: {page}");
        let (_, page) = get(app, &format!("/matters/{}", county.visit), &aino).await;
        assert!(!page.contains("0001"), "{page}");
        let events = county.log.read_all(0, Filter::default(), 500).await.expect("the log").events;
        assert!(events.iter().all(|it| !it.data.contains("0001")), "it is sealed");
        // They give another number; a professional's press changes nothing more.
        let (status, ..) = post(app, &aino, &path, "client_id=p2&number=045+000+0002").await;
        assert_eq!(status, 303);
        assert_eq!(post(app, &nurse, &path, "client_id=p3&number=045+000+0003").await.0, 303);
        let (_, page) = county.page(&nurse).await;
        assert!(page.contains("0002") && !page.contains("0003"), "{page}");
    });
}

#[test]
fn a_professional_opens_a_room_in_a_contact_and_its_writer_comes_by_their_code() {
    on_its_own(async {
        let county = County::made().await;
        let app = &county.app;
        let opened = async |name: &str| {
            let (_, body) = call(app, Method::POST, "/api/contacts", "", Some(opening(name, "Kurkku"))).await;
            let field = |field: &str| body[field].as_str().expect("text").to_string();
            (field("contact"), format!("contact={}", field("resume_code")))
        };
        let ((id, holder), (_, stranger)) = (opened("c1").await, opened("c2").await);
        let [nurse, other] = county.nurses().await;
        let thread = format!("/contact/thread?id={id}&lang=en");
        let room = format!("/video/{id}?lang=en");
        let act = async |who: &str, act: &str| {
            post(app, who, &format!("/desk/contacts/{id}/{act}"), &format!("client_id={act}&seen=99")).await
        };
        assert_eq!(act(&nurse, "video").await.0, 409, "nobody has it yet");
        assert_eq!(act(&nurse, "claim").await.0, 303);
        assert!(get(app, &room, &holder).await.1.contains("The video room is not open"));
        assert_eq!(act(&other, "video").await.0, 409, "another's contact");
        let (status, to, _) = act(&nurse, "video").await;
        assert_eq!((status, to), (303, format!("/video/{id}")), "they go there at once");
        let (_, page) = get(app, &thread, &holder).await;
        assert!(page.contains("The video room is open.") && page.contains(&format!("href=\"/video/{id}\"")), "{page}");
        assert!(page.contains("The video room was opened"), "it is one step of the same contact: {page}");
        assert_eq!(get(app, &room, &stranger).await.0, 303, "a code of another contact");
        assert_eq!(says(app, &id, &stranger, json!({ "tab": "x", "ready": true })).await, 404);
        assert!(get(app, &room, &other).await.1.contains("another professional’s"));
        let (status, page) = get(app, &room, &holder).await;
        assert!(status == 200 && page.contains("id=\"room\"") && page.contains("Kurkku"), "with its messages: {page}");
        let (_, page) = get(app, &room, &nurse).await;
        assert!(page.contains("The client is there") && page.contains(&format!("/desk/contacts/{id}/reply")), "{page}");
        let record = county.record(&id).await;
        let met: Vec<&str> = record.iter().filter(|(kind, _)| kind == "contact.met").map(|(_, who)| &**who).collect();
        assert_eq!(met, ["anonymous", "nurse-1"]);
        let mut of_holder = listens(app, &id, &holder, "h1").await;
        assert_eq!(next(&mut of_holder, "here").await, json!({ "here": true }));
        // By telephone: a call of the same contact.
        let (status, ..) = post(app, &holder, &format!("/video/{id}/phone"), "client_id=p1&number=045+000+0001").await;
        assert_eq!(status, 303);
        next(&mut of_holder, "over").await;
        let (_, page) = get(app, &format!("/desk/contacts/{id}?lang=en"), &nurse).await;
        assert!(
            page.contains("href=\"tel:") && page.contains("0001") && page.contains("The video meeting ended"),
            "{page}"
        );
        assert!(!get(app, &thread, &holder).await.1.contains("0001"));
        // Opened again it is ended from the room.
        assert_eq!(post(app, &nurse, &format!("/desk/contacts/{id}/video"), "client_id=v2").await.0, 303);
        assert!(get(app, &room, &nurse).await.1.contains("End the video meeting"));
        assert_eq!(act(&nurse, "video-end").await.0, 303);
        let (_, page) = get(app, &room, &holder).await;
        assert!(
            page.contains("goes on by telephone") && !page.contains("id=\"room\""),
            "the call is still agreed: {page}"
        );
    });
}
