//! Files of a conversation against whoever means no good, and nobody's text lost by them.

use std::path::Path;
use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, header};
use tower::ServiceExt;
use web::{App, Strangers};

use crate::chats::{Chat, app_in, brought, has};
use crate::pages::{get, signed_in};
use crate::{NOW, on_its_own};

const PDF: &[u8] = b"%PDF-1.7 Kanarialintu %%EOF";

async fn app() -> Arc<App> {
    app_in(NOW, Strangers::default(), None).await
}

/// Brings files to a contact, as its resident.
async fn bring(app: &Arc<App>, chat: &Chat, cookie: &str, files: &[(&str, &[u8])]) -> (u16, String, String) {
    let fields = [("contact", chat.id.as_bytes()), ("text", b"Half a tex"), ("client_id", b"w1")];
    let fields = fields.map(|(name, value)| (name, None, value));
    let files = files.iter().map(|(name, bytes)| ("file", Some(*name), *bytes));
    let parts: Vec<(&str, Option<&str>, &[u8])> = fields.into_iter().chain(files).collect();
    brought(app, cookie, "/contact/files", &parts).await
}

#[test]
fn too_many_files_cost_nobody_a_text_nor_the_first_ten() {
    on_its_own(async {
        let app = app().await;
        let chat = Chat::opened(&app, "c-00000000000000000001", "Rash").await;
        let papers: Vec<String> = (1..=11).map(|number| format!("%PDF-1.7 {number} %%EOF")).collect();
        let named: Vec<String> = (1..=11).map(|number| format!("paper-{number}.pdf")).collect();
        let files: Vec<(&str, &[u8])> = named.iter().zip(&papers).map(|(name, it)| (&**name, it.as_bytes())).collect();
        let (status, to, page) = bring(&app, &chat, &chat.cookie(), &files).await;
        assert_eq!(status, 303, "{page}");
        let (_, page) = get(&app, &format!("{to}&lang=en"), &chat.cookie()).await;
        has(&page, &["Half a tex", "paper-10.pdf", "At most 10 files at once"]);
        assert!(!page.contains("paper-11.pdf"));
        // The words of a person who may bring no file are shown all the same.
        let (status, _, page) = bring(&app, &chat, "", &files[..1]).await;
        assert!(status == 404 || status == 409, "{status}");
        has(&page, &["Half a tex"]);
        // A form that breaks off.
        let broken = "--b\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\nHalf a tex\r\n--b\r\nContent-Disp";
        let request = Request::post("/contact/files")
            .header(header::COOKIE, chat.cookie())
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=b")
            .body(Body::from(broken))
            .expect("a request");
        let answer = web::router(Arc::clone(&app)).oneshot(request).await.expect("an answer");
        let page = axum::body::to_bytes(answer.into_body(), usize::MAX).await.expect("a page");
        has(&String::from_utf8_lossy(&page), &["Half a tex"]);
    });
}

fn kept(folder: &Path) -> usize {
    std::fs::read_dir(folder.join("attachments")).map_or(0, Iterator::count)
}

#[test]
fn a_file_that_is_refused_leaves_nothing_and_one_that_was_taken_stays() {
    on_its_own(async {
        let folder = tempfile::tempdir().expect("a folder");
        let app = app_in(NOW, Strangers::default(), Some(folder.path().into())).await;
        let chat = Chat::opened(&app, "c-00000000000000000001", "Rash").await;
        let nurse = signed_in(&app, "nurse").await;
        let path = format!("/desk/contacts/{}/files", chat.id);
        let parts = |name: &'static str| [("text", None, &b"Begun"[..]), ("file", Some(name), PDF)];
        let (_, to, _) = brought(&app, &nurse, &path, &parts("ohje.pdf")).await;
        assert!(to.ends_with("files=wrong-unclaimed"), "{to}");
        assert_eq!(kept(folder.path()), 0, "nobody has it, and nothing of it is on the disk");
        assert_eq!(chat.at_desk(&app, &nurse, "claim", "").await.0, 303);
        for name in ["ohje.pdf", "toinen.pdf"] {
            brought(&app, &nurse, &path, &parts(name)).await;
            assert_eq!(kept(folder.path()), 1, "{name}");
        }
        let page = chat.page(&app).await;
        let address = page.split("href=\"/files/").nth(1).and_then(|it| it.split('"').next()).expect("a file");
        let request = Request::get(format!("/files/{address}")).header(header::COOKIE, chat.cookie());
        let request = request.body(Body::empty()).expect("a request");
        let answer = web::router(Arc::clone(&app)).oneshot(request).await.expect("an answer");
        let of = |name: header::HeaderName| answer.headers()[name].to_str().expect("text").to_string();
        assert_eq!(of(header::CONTENT_SECURITY_POLICY), "default-src 'none'; sandbox", "nothing in it ever runs");
        assert_eq!(of(header::X_CONTENT_TYPE_OPTIONS), "nosniff");
        assert!(of(header::CONTENT_DISPOSITION).starts_with("attachment; filename=\""), "it is saved, not shown");
        assert_eq!(axum::body::to_bytes(answer.into_body(), usize::MAX).await.expect("a body"), PDF);
    });
}

#[test]
fn a_professional_who_wrote_for_themselves_brings_files_as_whoever_wrote() {
    on_its_own(async {
        let app = app().await;
        let chat = Chat::opened(&app, "c-00000000000000000001", "Rash").await;
        let both = format!("{}; {}", signed_in(&app, "nurse").await, chat.cookie());
        let (status, to, page) = bring(&app, &chat, &both, &[("laina.pdf", PDF)]).await;
        assert!(status == 303 && !to.contains("files="), "{to} {page}");
    });
}

#[test]
fn nobody_floods_a_matter_with_calls_and_files() {
    on_its_own(async {
        let few = Strangers { messages_per_contact: 3, ..Strangers::default() };
        let app = app_in(NOW, few, None).await;
        let chat = Chat::opened(&app, "c-00000000000000000001", "Rash").await;
        let page = chat.page(&app).await;
        let slots: Vec<&str> = page
            .split("option value=\"")
            .skip(1)
            .filter_map(|it| it.split('"').next())
            .filter(|it| it.contains('-'))
            .collect();
        let mut told = Vec::new();
        for number in 0..5 {
            told.push(chat.act(&app, &format!("act=call&slot={}&number=0401234567", slots[number % 2])).await);
        }
        assert_eq!(told, [303, 303, 303, 429, 429]);
        let (status, to, _) = bring(&app, &chat, &chat.cookie(), &[("laina.pdf", PDF)]).await;
        assert_eq!((status, to.ends_with("files=files-too-many-now")), (303, true), "{to}");
        assert_eq!(chat.act(&app, "act=leave").await, 303, "to leave is never refused");
    });
}
