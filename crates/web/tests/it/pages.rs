//! Pages over a fixture of figures: who sees what, what is hidden stays hidden, newer figures take the place of older.

use std::pin::Pin;
use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use facts::Profession;
use http_body_util::BodyExt;
use matter::access::Role;
use stats::spc::Better;
use tower::ServiceExt;
use web::{App, Card, CaseTable, Figures, Member, Part, Point, Series, StaffCard, UnitCard, router};

use crate::desk::between;
use crate::{app_over, on_its_own};

/// One measure over two units; of the small one the second month is hidden.
struct Fixture {
    cards: Vec<Card>,
    units: Vec<UnitCard>,
    /// Of each month from January 2025 on; twelve of a year.
    values: Vec<f64>,
    staff: Vec<StaffCard>,
    synthetic: bool,
    /// Has a mistake in it.
    panics: bool,
}

fn texts(text: &str) -> [String; 3] {
    ["fi", "sv", "en"].map(|language| format!("{text} {language}"))
}

pub fn fixture(value: f64, synthetic: bool) -> Arc<dyn Figures> {
    Arc::new(figures(value, synthetic))
}

/// Figures of a county with nurses: their ids, and whether they work there.
pub fn with_staff(nurses: &[(&str, bool)]) -> Arc<dyn Figures> {
    let nurse = |(id, open): &(&str, bool)| StaffCard {
        id: (*id).into(),
        profession: Profession::Nurse,
        unit: "small".into(),
        open: *open,
    };
    Arc::new(Fixture { staff: nurses.iter().map(nurse).collect(), ..figures(0.5, true) })
}

/// A measure whose months have these values.
pub fn months(values: &[f64]) -> Arc<dyn Figures> {
    Arc::new(Fixture { values: values.to_vec(), ..figures(0.5, true) })
}

fn figures(value: f64, synthetic: bool) -> Fixture {
    let unit =
        |id: &str, parent| UnitCard { id: id.into(), names: texts(id), level: "unit".into(), parent, open: true };
    let card = Card {
        id: "access.callback_24h".into(),
        names: texts("Callback"),
        about: texts("About <b>"),
        unit: "share".into(),
        better: Better::Higher,
        kind: "share".into(),
        rolling: false,
        source: "The source".into(),
        sql: "SELECT 1 < 2".into(),
        version: 1,
        classes: None,
    };
    let units = vec![unit("county", None), unit("small", Some(0)), unit("empty", Some(0))];
    Fixture { cards: vec![card], units, values: vec![value; 3], staff: Vec::new(), synthetic, panics: false }
}

impl Figures for Fixture {
    fn catalogue(&self) -> &[Card] {
        assert!(!self.panics, "a mistake");
        &self.cards
    }

    fn units(&self) -> &[UnitCard] {
        &self.units
    }

    fn staff(&self) -> &[StaffCard] {
        &self.staff
    }

    fn series(&self, measure: &str, unit: &str) -> Option<Series> {
        self.cards.iter().find(|card| card.id == measure && unit != "empty")?;
        let point = |(at, value): (usize, &f64)| Point {
            period: format!("{}-{:02}", 2025 + at / 12, at % 12 + 1),
            value: Some(*value),
            n: Some(1234),
            denominator: 1234.0,
            coverage: Some(1.0),
            as_of: "2025-04-01T00:00:00Z".into(),
            ..Point::default()
        };
        let mut points: Vec<Point> = self.values.iter().enumerate().map(point).collect();
        if unit == "small" {
            let reason = Some("suppressed".into());
            points[1] = Point { period: "2025-02".into(), suppressed: true, reason, ..Point::default() };
        }
        Some(Series { points })
    }

    fn parts(&self, _: &str, unit: &str) -> Vec<Part> {
        let point = Point { period: "2025-03".into(), suppressed: unit == "small", ..Point::default() };
        vec![Part { dimension: "channel".into(), value: "chat".into(), point }]
    }

    fn cases(&self, _: &str, _: &str, _: &str) -> Pin<Box<dyn Future<Output = Result<CaseTable, String>> + Send>> {
        let texts = |texts: &[&str]| texts.iter().map(|text| text.to_string()).collect::<Vec<_>>();
        let header = texts(&["case_id", "at", "unit_id", "hit", "value", "channel"]);
        let row = texts(&["secret-case", "2025-12-16T11:01:00Z", "small", "false", "2.5", "callback"]);
        let table = CaseTable { header, rows: vec![row], total: 1 };
        Box::pin(async move { Ok(table) })
    }

    fn threshold(&self) -> u64 {
        7
    }

    fn synthetic(&self) -> bool {
        self.synthetic
    }
}

async fn app(synthetic: bool, metrics: bool) -> Arc<App> {
    app_over(fixture(0.5, synthetic), metrics).await
}

pub async fn get(app: &Arc<App>, path: &str, cookie: &str) -> (StatusCode, String) {
    let request = Request::get(path).header(header::COOKIE, cookie).body(Body::empty()).expect("a request");
    let response = router(Arc::clone(app)).oneshot(request).await.expect("an answer");
    let status = response.status();
    let body = response.into_body().collect().await.expect("a body").to_bytes();
    (status, String::from_utf8_lossy(&body).into_owned())
}

/// Signs in with a role; the cookie to send.
pub async fn signed_in(app: &Arc<App>, role: &str) -> String {
    let request = Request::post("/sign-in")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(format!("role={role}")))
        .expect("a request");
    let response = router(Arc::clone(app)).oneshot(request).await.expect("an answer");
    let cookie = response.headers()[header::SET_COOKIE].to_str().expect("text").to_string();
    cookie.split(';').next().unwrap_or_default().to_string()
}

#[test]
fn behind_a_proxy_that_ends_tls_cookies_go_no_other_way() {
    on_its_own(async {
        let app = app(true, true).await;
        for (scheme, secure) in [("https", true), ("http", false)] {
            let request = Request::post("/sign-in")
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                .header("x-forwarded-proto", scheme)
                .body(Body::from("role=professional"))
                .expect("a request");
            let response = router(Arc::clone(&app)).oneshot(request).await.expect("an answer");
            let cookies: Vec<_> = response.headers().get_all(header::SET_COOKIE).iter().collect();
            let is_secure = |cookie: &&header::HeaderValue| cookie.to_str().expect("text").ends_with("; Secure");
            assert!(!cookies.is_empty() && cookies.iter().all(|it| is_secure(it) == secure), "{scheme}: {cookies:?}");
            assert_eq!(response.headers().contains_key(header::STRICT_TRANSPORT_SECURITY), secure);
        }
    });
}

const MEASURE: &str = "/steer/measures/access.callback_24h";

#[test]
fn who_is_not_signed_in_is_asked_to_and_residents_find_nothing() {
    on_its_own(async {
        let app = app(true, true).await;
        assert_eq!(get(&app, MEASURE, "").await.0, StatusCode::SEE_OTHER);
        let resident = signed_in(&app, "resident").await;
        for path in ["/steer", MEASURE, &format!("{MEASURE}/csv"), &format!("{MEASURE}/cases?period=2025-01")] {
            assert_eq!(get(&app, path, &resident).await.0, StatusCode::NOT_FOUND, "{path}");
        }
    });
}

#[test]
fn each_is_shown_the_sections_that_are_open_to_them_and_nobody_those_of_others() {
    on_its_own(async {
        let app = app(true, true).await;
        for who in Role::ALL.into_iter().map(Some).chain([None]) {
            let cookie = match who {
                Some(role) => signed_in(&app, role.code()).await,
                None => String::new(),
            };
            let (_, page) = get(&app, "/", &cookie).await;
            let menu = between(&page, "<nav class=\"nav\"", "</nav>");
            let shown: Vec<&str> = menu.split("href=\"").skip(1).filter_map(|it| it.split('"').next()).collect();
            for path in &shown {
                assert_eq!(get(&app, path, &cookie).await.0, StatusCode::OK, "{path} for {who:?}");
            }
            let is_resident = matches!(who, None | Some(Role::Resident));
            // Their own matters and details are theirs who have signed in.
            let own = if who.is_some() { &["/", "/contact", "/matters", "/me"][..] } else { &["/", "/contact"] };
            assert_eq!(shown == own, is_resident, "{shown:?} for {who:?}");
            assert_eq!(shown.contains(&"/contact"), is_resident, "{shown:?} for {who:?}");
        }
    });
}

/// The budget of the header: who sees an item more gives another away, and none is too long for its row.
#[test]
fn the_header_keeps_its_budget_in_three_languages() {
    on_its_own(async {
        let app = app(true, true).await;
        for who in Role::ALL.into_iter().map(Some).chain([None]) {
            let cookie = match who {
                Some(role) => signed_in(&app, role.code()).await,
                None => String::new(),
            };
            for language in ["fi", "sv", "en"] {
                let (_, page) = get(&app, &format!("/?lang={language}"), &cookie).await;
                let items: Vec<&str> = between(&page, "<nav class=\"nav\"", "</nav>").split("<a ").skip(1).collect();
                assert!((1..=6).contains(&items.len()), "{} items for {who:?}", items.len());
                for item in items {
                    let name = between(item, ">", "<").trim();
                    assert!((1..=22).contains(&name.chars().count()), "{name} in {language}");
                }
            }
        }
    });
}

#[test]
fn the_strip_that_all_is_invented_is_closed_by_a_link_and_stays_so() {
    on_its_own(async {
        let app = app(true, true).await;
        let request = Request::get("/contact/return?notice=closed").body(Body::empty()).expect("a request");
        let response = router(Arc::clone(&app)).oneshot(request).await.expect("an answer");
        let cookies: Vec<_> = response.headers().get_all(header::SET_COOKIE).iter().collect();
        assert!(cookies.iter().any(|it| it.as_bytes().starts_with(b"notice=closed")), "{cookies:?}");
        for (cookie, is_shown) in [("", true), ("notice=closed", false)] {
            let (_, page) = get(&app, "/contact/return", cookie).await;
            assert_eq!(page.contains("notice=closed"), is_shown, "{cookie}");
        }
    });
}

#[test]
fn what_is_hidden_is_on_no_page_and_in_no_file() {
    on_its_own(async {
        let app = app(true, true).await;
        let manager = signed_in(&app, "manager").await;
        let (status, page) = get(&app, &format!("{MEASURE}?unit=small&lang=en"), &manager).await;
        assert_eq!(status, StatusCode::OK);
        assert!(page.contains("About &lt;b&gt;") && page.contains("SELECT 1 &lt; 2"), "texts are escaped");
        assert!(page.contains("By channel,") && page.contains("Mar 2025"));
        let (_, csv) = get(&app, &format!("{MEASURE}/csv?unit=small&lang=en"), &manager).await;
        let february = csv.lines().find(|line| line.contains("2025-02")).expect("a row");
        assert_eq!(february, "access.callback_24h,small,2025-02,,,,,,,true,,suppressed,");
        let (_, finnish) = get(&app, &format!("{MEASURE}/csv?unit=county&lang=fi"), &manager).await;
        assert!(finnish.lines().nth(1).is_some_and(|line| line.contains(";0,5;")), "{finnish}");
        let cases = get(&app, &format!("{MEASURE}/cases?unit=small&period=2025-02"), &manager).await;
        assert_eq!(cases.0, StatusCode::NOT_FOUND, "a hidden figure has no cases to open");
    });
}

#[test]
fn cases_of_real_people_stay_closed() {
    on_its_own(async {
        for (synthetic, expected) in [(true, StatusCode::OK), (false, StatusCode::NOT_FOUND)] {
            let app = app(synthetic, true).await;
            let manager = signed_in(&app, "manager").await;
            let (status, page) = get(&app, &format!("{MEASURE}/cases?unit=county&period=2025-01"), &manager).await;
            assert_eq!((status, page.contains("secret-case")), (expected, synthetic));
            // In the reader's language and time, not as programs have it.
            let cells = [
                "<th scope=\"col\">Täyttyy",
                "<td>16.12.2025 klo 13.01",
                "<td>small fi",
                "<td>Ei",
                "<td>2,50",
                "<td>takaisinsoitto",
            ];
            cells.iter().filter(|_| synthetic).for_each(|cell| assert!(page.contains(cell), "{cell}: {page}"));
        }
    });
}

#[test]
fn newer_figures_take_the_place_of_older_ones() {
    on_its_own(async {
        let app = app(true, true).await;
        let manager = signed_in(&app, "manager").await;
        let path = format!("{MEASURE}?lang=en");
        assert!(get(&app, &path, &manager).await.1.contains("50.0%"));
        app.publish(fixture(0.75, true));
        assert!(get(&app, &path, &manager).await.1.contains("75.0%"));
    });
}

#[test]
fn metrics_stand_beside_the_pages_only_where_they_may() {
    on_its_own(async {
        assert_eq!(get(&app(true, true).await, "/metrics", "").await.0, StatusCode::OK);
        let closed = app(true, false).await;
        assert_eq!(get(&closed, "/metrics", "").await.0, StatusCode::NOT_FOUND);
        assert_eq!(get(&closed, "/healthz", "").await.0, StatusCode::OK);
    });
}

#[test]
fn a_unit_without_cases_is_no_choice_and_no_dead_end() {
    on_its_own(async {
        let app = app(true, true).await;
        let manager = signed_in(&app, "manager").await;
        let path = "/steer/measures/access.callback_24h?lang=en";
        let (status, page) = get(&app, &format!("{path}&unit=empty"), &manager).await;
        assert!(
            status == StatusCode::OK && page.contains("There are no cases of this measure in this unit"),
            "{status}"
        );
        assert!(
            page.contains("value=\"small\"") && page.contains("About &lt;b"),
            "where there are some, and what is counted"
        );
        let (_, page) = get(&app, path, &manager).await;
        assert!(page.contains("value=\"small\"") && !page.contains("value=\"empty\""));
    });
}

#[test]
fn links_to_what_is_not_there_say_so() {
    on_its_own(async {
        let app = app(true, true).await;
        let manager = signed_in(&app, "manager").await;
        for path in ["/steer?unit=nowhere", "/steer/measures/none", "/steer/measures/%00", "/steer/nothing"] {
            let (status, page) = get(&app, path, &manager).await;
            assert!(status == StatusCode::NOT_FOUND && page.contains("<h1"), "{path}: {status}");
        }
        // A refusal by the framework, before anything of ours has seen the request, is a page, too, in the reader's
        // language.
        for path in [
            "/steer?unit=a&unit=b&lang=sv",
            "/contact/thread?id=a&id=b&lang=sv",
            "/desk/contacts/%ff?lang=sv",
            "/sign-out?lang=sv",
        ] {
            let (status, page) = get(&app, path, &manager).await;
            assert!(status.is_client_error() && page.contains("<html lang=\"sv\""), "{path}: {status} {page}");
        }
    });
}

#[test]
fn f19_a_mistake_in_one_answer_is_told_in_it_and_ends_no_other() {
    on_its_own(async {
        let app = app_over(Arc::new(Fixture { panics: true, ..figures(0.5, true) }), false).await;
        let lead = signed_in(&app, "lead").await;
        let (status, body) = get(&app, "/steer?lang=sv", &lead).await;
        assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
        assert!(body.contains("<html lang=\"sv\"") && body.contains("href=\"/\""), "a page with a way on: {body}");
        assert_eq!(get(&app, "/", "").await.0, StatusCode::OK);
    });
}

/// Two of the cast of a demonstration.
pub fn cast() -> Vec<Member> {
    let member = |word: &str, name: &str, number: u128, born| Member {
        word: word.into(),
        name: name.into(),
        id: uuid::Uuid::from_u128(number),
        born,
        protected: ["sirpa", "minni"].contains(&word),
    };
    vec![
        member("aino", "Aino Virtanen", 0xa1, jiff::civil::date(1984, 1, 3)),
        member("paavo", "Paavo Salo", 0xa2, jiff::civil::date(1968, 1, 24)),
        member("onni", "Onni Laine", 0xa3, jiff::civil::date(2008, 5, 1)),
        member("joel", "Joel Backman", 0xa4, jiff::civil::date(2002, 1, 3)),
        member("oiva", "Oiva Virtanen", 0xa5, jiff::civil::date(2016, 1, 17)),
        member("sirpa", "Sirpa Hakala", 0xa6, jiff::civil::date(1979, 2, 1)),
        member("minni", "Minni Hakala", 0xa7, jiff::civil::date(2019, 2, 1)),
    ]
}
