//! The import pages over a fixture: who sees them, what a file that is brought goes through, what is recorded of it.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use matter::access::Role;
use store::Filter;
use tower::ServiceExt;
use web::{App, Choice, ImportCard, Imports, Outcome, Reason, Trial, Unable, router};

use crate::pages::{fixture, get, signed_in};
use crate::{app_and_accesses, on_its_own};

/// One import that has been, and files that wait; each is taken for residents.
#[derive(Default)]
pub struct Fixture {
    waiting: Mutex<Vec<(String, String)>>,
}

type Later<T> = Pin<Box<dyn Future<Output = Result<T, Unable>> + Send>>;

fn outcome() -> Outcome {
    let reason = |column: &str, code: &str, detail: &str| Reason {
        column: column.into(),
        code: code.into(),
        detail: detail.into(),
        rows: 12,
        lines: vec![2, 5],
    };
    Outcome {
        read: 1200,
        accepted: 1188,
        rejected: 12,
        reasons: vec![reason("birth_year", "range", "1890–2026"), reason("sex", "not-code", "female, male")],
        emptied: vec![("language".into(), 3)],
        ..Outcome::default()
    }
}

impl Imports for Fixture {
    fn all(&self) -> Later<Vec<ImportCard>> {
        let id = "20260101T100000000000-residents".to_string();
        let card = ImportCard {
            id,
            table: "residents".into(),
            file: "<b>väki.csv".into(),
            whole: true,
            outcome: Some(outcome()),
            at: 0,
        };
        Box::pin(async move { Ok(vec![card]) })
    }

    fn file(&self) -> std::io::Result<File> {
        tempfile::tempfile()
    }

    fn wait(&self, mut file: File, name: String) -> Result<String, Unable> {
        let mut text = String::new();
        file.seek(SeekFrom::Start(0)).expect("the beginning");
        file.read_to_string(&mut text).expect("text");
        let mut waiting = self.waiting.lock().expect("files");
        waiting.push((name, text));
        Ok((waiting.len() - 1).to_string())
    }

    fn rehearse(&self, waiting: &str, choice: Choice) -> Later<Trial> {
        let waiting = self.waiting.lock().expect("files").get(waiting.parse::<usize>().unwrap_or(99)).cloned();
        Box::pin(async move {
            let (file, text) = waiting.ok_or(Unable::Gone)?;
            let columns: Vec<String> = text.lines().next().unwrap_or("").split(',').map(String::from).collect();
            let known = columns.contains(&"resident_id".to_string()) || !choice.table.is_empty();
            let choice = Choice { table: if known { "residents".into() } else { String::new() }, ..choice };
            let first =
                (columns.clone(), vec![text.lines().nth(1).unwrap_or("").split(',').map(String::from).collect()]);
            let tables = vec!["units".into(), "residents".into()];
            let outcome = known.then(|| Ok(outcome()));
            Ok(Trial { file, read_as: "text".into(), columns, choice, tables, mappings: Vec::new(), outcome, first })
        })
    }

    fn take_in(&self, _: &str, choice: Choice) -> Later<String> {
        Box::pin(async move {
            match choice.table.as_str() {
                "residents" => Ok("20260101T100000000000-residents".into()),
                _ => Err(Unable::Failed("no fact table is called so".into())),
            }
        })
    }

    fn forget(&self, _: &str) {}
}

/// Sends a form with a file; the status and where it leads.
pub async fn bring(app: &Arc<App>, cookie: &str, name: &str, content: &[u8]) -> (StatusCode, String) {
    let head = format!("--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n");
    let body = [head.as_bytes(), content, b"\r\n--x--\r\n"].concat();
    let request = Request::post("/admin/imports")
        .header(header::COOKIE, cookie)
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=x")
        .body(Body::from(body))
        .expect("a request");
    sent(app, request).await
}

async fn sent(app: &Arc<App>, request: Request<Body>) -> (StatusCode, String) {
    let response = router(Arc::clone(app)).oneshot(request).await.expect("an answer");
    let to = response.headers().get(header::LOCATION).map(|to| to.to_str().expect("text").to_string());
    (response.status(), to.unwrap_or_default())
}

async fn post(app: &Arc<App>, cookie: &str, path: &str, form: &'static str) -> (StatusCode, String) {
    let request = Request::post(path)
        .header(header::COOKIE, cookie)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(form))
        .expect("a request");
    sent(app, request).await
}

#[test]
fn to_all_but_administrators_and_analysts_there_are_no_imports() {
    on_its_own(async {
        let (app, _) = app_and_accesses(fixture(0.5, false), false).await;
        let places = ["/admin/imports", "/admin/imports/20260101T100000000000-residents", "/admin/imports/waiting/0"];
        for role in Role::ALL {
            let cookie = signed_in(&app, role.code()).await;
            let may = matches!(role, Role::Admin | Role::Analyst);
            assert_eq!(bring(&app, &cookie, "a.csv", b"resident_id\n1\n").await.0 == StatusCode::SEE_OTHER, may);
            for path in places {
                let found = get(&app, path, &cookie).await.0;
                assert_eq!(found, if may { StatusCode::OK } else { StatusCode::NOT_FOUND }, "{path} {}", role.code());
            }
            let (status, _) = post(&app, &cookie, "/admin/imports/waiting/0/take-in", "table=residents").await;
            assert_eq!(status, if may { StatusCode::SEE_OTHER } else { StatusCode::NOT_FOUND });
            let (_, home) = get(&app, "/", &cookie).await;
            assert_eq!(home.contains("href=\"/admin/imports\""), may, "{}", role.code());
        }
        assert_eq!(get(&app, "/admin/imports", "").await.0, StatusCode::NOT_FOUND);
    });
}

#[test]
fn a_file_is_tried_before_it_is_taken_in_and_both_are_recorded() {
    on_its_own(async {
        let (app, accesses) = app_and_accesses(fixture(0.5, false), false).await;
        let cookie = signed_in(&app, "admin").await;
        let (status, waiting) =
            bring(&app, &cookie, "v\u{e4}ki<i>.csv", b"resident_id,birth_year\n<b>1001,1980\n").await;
        assert_eq!((status, waiting.as_str()), (StatusCode::SEE_OTHER, "/admin/imports/waiting/0"));
        let (status, page) = get(&app, &format!("{waiting}?lang=en"), &cookie).await;
        assert_eq!(status, StatusCode::OK);
        for shown in
            ["1,188 would be new", "is outside 1890–2026", "is none of these: female, male", "&lt;b&gt;1001", "2, 5 …"]
        {
            assert!(page.contains(shown), "{shown}: {page}");
        }
        assert!(page.contains("väki&lt;i&gt;.csv") && !page.contains("<i>"), "{page}");
        let (status, to) =
            post(&app, &cookie, &format!("{waiting}/take-in"), "table=residents&mapping=none&encoding=").await;
        assert_eq!((status, to.as_str()), (StatusCode::SEE_OTHER, "/admin/imports/20260101T100000000000-residents"));
        let (_, page) = get(&app, &format!("{to}?lang=en"), &cookie).await;
        assert!(page.contains("1,200 read") && page.contains("&lt;b&gt;väki.csv"), "{page}");
        let read = accesses.read_all(0, Filter::default(), 100).await.expect("accesses").events;
        let kinds: Vec<&str> = read.iter().map(|event| event.kind.as_str()).collect();
        assert_eq!(kinds, ["import.tried", "import.taken"]);
    });
}

#[test]
fn what_cannot_be_tried_is_told_with_a_way_on() {
    on_its_own(async {
        let (app, _) = app_and_accesses(fixture(0.5, true), false).await;
        let cookie = signed_in(&app, "analyst").await;
        assert_eq!(bring(&app, &cookie, "empty.csv", b"").await.0, StatusCode::UNPROCESSABLE_ENTITY);
        let (_, waiting) = bring(&app, &cookie, "other.csv", b"shoe,size\n1,2\n").await;
        let (_, page) = get(&app, &format!("{waiting}?lang=en"), &cookie).await;
        assert!(page.contains("do not tell which table") && !page.contains("take-in"), "{page}");
        let (_, page) = get(&app, &format!("{waiting}?lang=en&table=residents"), &cookie).await;
        assert!(page.contains("invented") && !page.contains("take-in"), "nothing real is stored among the invented");
        let (status, page) = get(&app, "/admin/imports/waiting/77?lang=en", &cookie).await;
        assert!(status == StatusCode::NOT_FOUND && page.contains("Import it again"), "{page}");
        assert_eq!(get(&app, "/admin/imports/none", &cookie).await.0, StatusCode::NOT_FOUND);
    });
}
