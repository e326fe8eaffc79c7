//! A county with one matter of each kind at the unit `small`, and those who ask for them there and elsewhere.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, header};
use content::{Found, Library};
use http_body_util::BodyExt;
use kinds::Kinds;
use kinds::content::FOLDERS;
use matter::access::Role;
use matter::{By, Subject};
use operations::mandates::{Capacity, Given, Scope};
use operations::residents::{Command, Identity};
use store::{Filter, Log};
use tower::ServiceExt;
use uuid::Uuid;
use web::{App, Strangers, router, shipped_scorecards};

use crate::acting::acts;
use crate::bookings::{booked, chosen, timetable};
use crate::consultations::signed_in_as;
use crate::desk::{known, post, written};
use crate::duties::{DUTY, KEPT};
use crate::gatherings::first as first_gathering;
use crate::needs::FIRST_LINE;
use crate::pages::{get, with_staff};
use crate::registers::{QUEUES, queue};
use crate::series::{MORE, offered};
use crate::walk_ins::ACUTE;
use crate::wishes::wished;
use crate::{app_with, imports, kinds_beside};

/// Not there; an appointment is booked under a name that the page gives it.
const NEW: &str = "0198c9e2-2222-7000-8000-00000000000f";
const NOTICE: &str = "channel=phone&what=concern&given=Tyyne&text=Huoli&notifier=private";
const FORM: &str = "application/x-www-form-urlencoded";
/// The resident of the contact, and another.
const RESIDENTS: [&str; 2] = ["0198c9e2-1111-7000-8000-000000000000", "0198c9e2-1111-7000-8000-000000000001"];

/// Those who act for them, each by a mandate.
const PROXIES: [&str; 2] = ["0198c9e2-1111-7000-8000-000000000002", "0198c9e2-1111-7000-8000-000000000003"];

/// Has somebody act for a resident.
async fn acting(kinds: &Kinds, of: &str, who: &str) -> Uuid {
    let person = |id: &str| Subject(id.parse().expect("an id"));
    let given = Given {
        of: person(of),
        who: person(who),
        capacity: Capacity::Proxy,
        scope: Scope::All,
        from: 20_000,
        to: 30_000,
        of_born: 0,
        who_born: 0,
        unit: None,
    };
    kinds.give_mandate(given, &By::System).await.expect("given")
}

/// Somebody who asks.
pub struct Asker {
    /// Their role; `holder`: of a code; `nobody`: has not signed in; `acting`: a resident who acts for another.
    pub name: &'static str,
    /// `here`: they work at the unit of the matters, or the matter is their own; `above`: at the unit above; `elsewhere`.
    pub place: &'static str,
    cookie: String,
    /// Of their own: what fails at one address keeps nobody else waiting.
    address: SocketAddr,
}

pub struct County {
    app: Arc<App>,
    kinds: Kinds,
    log: Log,
    /// The id of a matter by the word before it in an address.
    ids: BTreeMap<&'static str, String>,
    /// Codes of two contacts without a name, and the first of the two.
    codes: [String; 2],
    held: String,
    /// The mandates by which others act for the residents.
    mandates: Vec<Uuid>,
}

impl County {
    pub async fn made() -> County {
        let kinds = kinds_beside(|_| ()).await;
        let nurses = with_staff(&[("nurse-1", true), ("nurse-2", true), ("nurse-3", true)]);
        let (app, _, log) = app_with(kinds.clone(), (nurses, false), Strangers::default(), false);
        let mut mandates = Vec::new();
        for (of, who) in RESIDENTS.iter().zip(PROXIES) {
            mandates.push(acting(&kinds, of, who).await);
        }
        let (nurses, first) = (timetable(MORE), ("content/calendars/first-line.toml", FIRST_LINE));
        let calendars = [
            Found::shipped("content/calendars/nurse.toml", &nurses),
            Found::shipped(first.0, first.1),
            Found::shipped("content/calendars/acute.toml", ACUTE),
            Found::shipped("content/calendars/duty.toml", DUTY),
            Found::shipped("content/calendars/development.toml", KEPT),
        ];
        // The unit is of both registers, and all that is asked for stands in that of health.
        let found = [&calendars[..], &QUEUES.map(queue)[..]].concat();
        app.take_content(&Library::read(FOLDERS, &found, &|_, _| true), jiff::civil::date(2026, 1, 7));
        app.publish_times().await;
        let nurse = signed_in_as(&app, Role::Professional, "small", "nurse-1").await;
        let colleague = signed_in_as(&app, Role::Professional, "small", "nurse-2").await;
        let admin = signed_in_as(&app, Role::Admin, "small", "admin-1").await;
        let resident = signed_in_as(&app, Role::Resident, "", RESIDENTS[0]).await;
        let asks = async |who: &str, path: &str, form: &str| {
            let (status, to, page) = post(&app, who, path, form).await;
            assert_eq!(status, 303, "{path}: {page}");
            last(&to)
        };
        let first = async |who: &str, path: &str, of: &str| {
            let (_, page) = get(&app, path, who).await;
            let links = page.split("href=\"").skip(1).filter_map(|it| it.split(['"', '?']).next());
            let id = links.filter_map(|it| it.strip_prefix(of)).find(|it| it.len() == NEW.len());
            id.unwrap_or_else(|| panic!("no {of}: {page}")).to_string()
        };
        let contact = known(&app, "c1").await;
        let path = format!("/desk/contacts/{contact}");
        let lead = signed_in_as(&app, Role::Lead, "small", "nurse-3").await;
        asks(&lead, &format!("{path}/transfer"), "client_id=t0&unit=nursing@small&reason=misdirected&note=x").await;
        asks(&nurse, &format!("{path}/claim"), "").await;
        asks(&nurse, &format!("{path}/need"), "client_id=n1&care=psychosocial&age=19").await;
        asks(&nurse, &format!("{path}/consult"), "client_id=q1&text=Mita&whom=one&to=nurse-2&day=2026-01-09").await;
        let appointment = last(&booked(&app, &resident, "/book/nurse?lang=fi", "9.00", "").await);
        asks(&admin, "/admin/staff", "person=n1&role=lead&unit=small&last_day=2026-02-01").await;
        let (_, waiting) = imports::bring(&app, &admin, "a.csv", b"resident_id\n1\n").await;
        let (visits, _) = offered(&app, &nurse, &contact).await;
        let series = asks(&nurse, "/book/nurse/series", &visits).await;
        let wish = last(&wished(&app, &resident, "", "&earliest=2026-01-20").await);
        let gathering = first_gathering(&app, "").await;
        let (_, free) = get(&app, "/book/nurse?lang=fi", &resident).await;
        let time = chosen(&free, "9.30").replace("contact=&", "");
        let part = |name: &str| time.split('&').find_map(|it| it.strip_prefix(name)).expect("a field").to_string();
        let visit = format!("count=1&series={NEW}&visit-1={}+{}", part("day="), part("slot="));
        let (_, calendar) = get(&app, "/desk/calendar?unit=small&date=2026-01-08", &nurse).await;
        let another = calendar.split("/desk/days/").nth(2).and_then(|it| it.split('"').next()).expect("a day");
        let held = [written(&app, "h1", "Selkä", "fi").await, written(&app, "h2", "Polvi", "fi").await];
        let ids = BTreeMap::from([
            (
                "tasks",
                asks(&nurse, "/desk/tasks/new", &format!("client_id=t1&text=Soita&for=unit&contact={contact}")).await,
            ),
            ("care-needs", first(&nurse, "/desk?list=unit", "/desk/care-needs/").await),
            ("sharing", asked_for_consent(&app, &nurse, &resident, &contact).await),
            ("registers", contact.clone()),
            ("notices", asks(&nurse, "/desk/notices/new", &format!("client_id=i1&{NOTICE}")).await),
            ("consultations", first(&colleague, "/desk?view=mine", "/desk/consultations/").await),
            ("days", first(&nurse, "/desk/calendar?unit=small&date=2026-01-08", "/desk/days/").await),
            ("conversations", contact.clone()),
            ("contacts", contact),
            ("matters", appointment.clone()),
            ("appointments", appointment),
            // No matter, but the fields of a free time.
            ("time", time),
            // A time that is of no series.
            ("visit", visit),
            ("series", series),
            ("wishes", wish),
            ("seat", gathering.clone()),
            ("gatherings", gathering),
            // Of a nurse who does not ask.
            ("another day", another.to_string()),
            ("book", "nurse".into()),
            ("scorecards", shipped_scorecards()[0].id.clone()),
            ("measures", "access.callback_24h".into()),
            ("imports", "20260101T100000000000-residents".into()),
            ("waiting", last(&waiting)),
            ("staff", "n1".into()),
            ("queues", "small".into()),
            ("walk-in", "small".into()),
            ("models", "s-000".into()),
        ]);
        let codes = held.each_ref().map(|it| it.code.clone());
        County { app, kinds, log, ids, codes, held: held[0].id.clone(), mandates }
    }

    /// Nobody; and of each sort one at each place.
    pub async fn askers(&self) -> Vec<Asker> {
        let mut all = vec![("nobody", "here", String::new())];
        for (number, (place, unit)) in
            [("here", "small"), ("elsewhere", "other"), ("above", "county")].into_iter().enumerate()
        {
            // Nobody is above in what is one's own.
            if let Some(code) = self.codes.get(number) {
                all.push(("holder", place, format!("contact={code}")));
            }
            for role in Role::ALL {
                let id = match role {
                    Role::Resident if place == "above" => continue,
                    Role::Resident => RESIDENTS[number].to_string(),
                    Role::Professional => format!("nurse-{}", number * 8 + 1),
                    // The leads are nurses, too.
                    Role::Lead => format!("nurse-{}", number * 5 + 3),
                    role => format!("{}-{number}", role.code()),
                };
                let unit = if role == Role::Resident { "" } else { unit };
                let cookie = signed_in_as(&self.app, role, unit, &id).await;
                all.push((role.code(), place, cookie));
            }
            if place == "here" {
                let cookie = signed_in_as(&self.app, Role::Professional, unit, "social_worker-1").await;
                all.push(("other register", place, cookie));
            }
        }
        for ((mandate, who), place) in self.mandates.iter().zip(PROXIES).zip(["here", "elsewhere"]) {
            let own = signed_in_as(&self.app, Role::Resident, "", who).await;
            all.push(("acting", place, acts(&self.app, &own, *mandate).await));
        }
        let numbered = (1..).zip(all);
        let asker = |(number, (name, place, cookie))| {
            let address = SocketAddr::from(([192, 0, 2, number], 4711));
            Asker { name, place, cookie, address }
        };
        numbered.map(asker).collect()
    }

    /// Puts the resident of the matters under a non-disclosure order.
    pub async fn protects(&self) {
        let subject = Subject(RESIDENTS[0].parse().expect("an id"));
        let identity = Identity { name: "Sirpa Hakala".into(), born: 0 };
        let command = Command::Identify { identity, mark: "m".into(), protected: true };
        let by = By::Resident(subject);
        self.kinds.ask_of_resident(subject, &by, command, ("protects", "protects")).await.expect("protected");
    }

    /// How much the log holds.
    pub async fn head(&self) -> u64 {
        self.log.read_all(0, Filter::default(), 0).await.expect("the log").head
    }

    /// Asks for a route with its ids filled in; the status, and where it leads.
    pub async fn ask(&self, route: &str, command: &str, form: &str, asker: &Asker) -> (u16, String) {
        let (status, to, _) = self.asked(route, command, form, asker).await;
        (status, to)
    }

    /// The same with the whole answer.
    pub async fn asked(&self, route: &str, command: &str, form: &str, asker: &Asker) -> (u16, String, String) {
        let (method, path) = route.split_once(' ').expect("a method and a path");
        let mut before = "";
        let mut filled = Vec::new();
        for part in path.split('/') {
            filled.push(match part {
                "{command}" | "{act}" => command,
                "{client_id}" => "m1",
                "{port}" => "sms",
                "{appointment}" | "{file}" => NEW,
                "{id}" if path.contains("/protected/") => self.id("another day", asker),
                "{id}" if path.ends_with("/cancel-rest") => self.id("series", asker),
                "{id}" if path.starts_with("/matters/") && path.contains("/wish/") => self.id("wishes", asker),
                "{contact}" => self.id("contacts", asker),
                _ if part.starts_with('{') => self.id(before, asker),
                _ => part,
            });
            before = part;
        }
        let (path, mut form) = (filled.join("/"), form.to_string());
        for name in ["contacts", "notices", "consultations", "appointments", "time", "visit"] {
            form = form.replace(&format!("{{{name}}}"), self.id(name, asker));
        }
        // Forms go in the address, too, which names the contact of a conversation.
        let (path, kind) = match form.get(..1) {
            Some("{") => (path, "application/json"),
            Some("-") => (path, "multipart/form-data; boundary=x"),
            Some(_) => (format!("{path}?{form}"), FORM),
            None => (path, FORM),
        };
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::COOKIE, &asker.cookie)
            .header(header::CONTENT_TYPE, kind)
            .body(if method == "GET" { Body::empty() } else { Body::from(form) });
        let mut request = request.expect("a request");
        request.extensions_mut().insert(ConnectInfo(asker.address));
        let answer = router(Arc::clone(&self.app)).oneshot(request).await.expect("an answer");
        let to = answer.headers().get(header::LOCATION).map_or("", |to| to.to_str().expect("text")).to_string();
        let status = answer.status().as_u16();
        let body = answer.into_body().collect().await.expect("a body").to_bytes();
        (status, to, String::from_utf8_lossy(&body).into_owned())
    }

    /// A page as somebody is shown it: the status, and all of it.
    pub async fn page(&self, path: &str, asker: &Asker) -> (u16, String) {
        let (status, body) = get(&self.app, path, &asker.cookie).await;
        (status.as_u16(), body)
    }

    /// A matter as somebody asks for it: who holds its code has another contact than who has a name.
    fn id(&self, of: &str, asker: &Asker) -> &str {
        if asker.name == "holder" && asker.place == "here" && ["contacts", "conversations"].contains(&of) {
            return &self.held;
        }
        self.ids.get(of).unwrap_or_else(|| panic!("no id of {of}"))
    }
}

/// The person of a contact is asked to let their other register be seen; the id of that.
async fn asked_for_consent(app: &Arc<App>, nurse: &str, resident: &str, contact: &str) -> String {
    let (status, ..) = post(app, nurse, &format!("/desk/registers/{contact}/ask"), "client_id=a1").await;
    assert_eq!(status, 303);
    let (_, page) = get(app, "/me/sharing", resident).await;
    let id = page.split("action=\"/me/sharing/").nth(1).and_then(|it| it.split('/').next());
    id.unwrap_or_else(|| panic!("nothing is asked: {page}")).into()
}

/// The id at the end of an address.
fn last(address: &str) -> String {
    address.split('?').next().unwrap_or_default().rsplit('/').next().unwrap_or_default().to_string()
}
