//! Files in a conversation, on both sides: brought with a form, made anew where they are pictures, and shown to those who may
//! read the conversation. The words of the form are kept as a draft first, so that no file that fails costs anybody a text.

mod picture;

use std::sync::Arc;
use std::time::Duration;

use axum::extract::multipart::MultipartError;
use axum::extract::{Multipart, Path, State};
use axum::http::StatusCode;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS,
};
use axum::response::{IntoResponse, Response};
use kinds::{Item, What};
use matter::access::{Action, Role};
use matter::{Matter, Text};
use maud::{Markup, html};
use operations::contacts::files::{MOST_AT_ONCE, MOST_FILE};
use operations::contacts::{Command, Contact, File, FileKind};
use store::digest_of;
use tokio::time::{Instant, timeout_at};
use uuid::Uuid;

use crate::App;
use crate::answer::Failure;
use crate::caller::Caller;
use crate::feature::{Feature, get, post};
use crate::layout::Page;
use crate::texts::texts;

pub static FEATURE: Feature = Feature {
    pages: || vec![get("/files/{contact}/{file}", shown)],
    files: || vec![post("/contact/files", own::bring), post("/desk/contacts/{id}/files", desk::bring)],
    texts: &[texts!("files")],
    ..Feature::NOTHING
};

mod desk;
mod own;

/// Letters of a file's name at most.
const NAME: usize = 120;
/// So many bytes of a file come within so long, or it is given up: as with other bodies, some 100 kbit/s.
const BROUGHT: usize = 256 << 10;
const BROUGHT_WITHIN: Duration = Duration::from_secs(20);

/// The faults of files that did not come, from the address of the page to which their form led.
pub fn faults(page: &Page) -> Vec<(&'static str, &'static str)> {
    const ALL: [Fault; 10] = [
        "files-none",
        "files-too-large",
        "files-wrong-kind",
        "files-damaged",
        "files-full",
        "files-there",
        "wrong-later",
        "wrong-too-late",
        "wrong-owned",
        "wrong-unclaimed",
    ];
    let given =
        page.uri.query().into_iter().flat_map(|query| query.split('&')).find_map(|it| it.strip_prefix("files="));
    let told = given.into_iter().flat_map(|it| it.split('.'));
    told.filter_map(|it| ALL.into_iter().find(|fault| *fault == it)).map(|fault| (fault, "files")).collect()
}

/// The limits, said before anybody chooses a file, and the field. `to`: where the form goes with it.
pub fn field(page: &Page, to: &str) -> Markup {
    html! {
        details.fold #files {
            summary { (page.text("files-add")) }
            div.fold__in {
                div.asked {
                    label for="file" { (page.text("files-choose")) }
                    p.hint #file-hint { (page.text("files-limits")) }
                    input #file type="file" name="file" multiple accept="image/jpeg,image/png,image/webp,application/pdf" aria-describedby="file-hint";
                }
                button.btn.btn--second type="submit" formaction=(to) formenctype="multipart/form-data" formnovalidate { (page.text("files-send")) }
            }
        }
    }
}

/// A file of a conversation, as both sides see it.
pub fn of_item(page: &Page, contact: Uuid, item: &Item) -> Markup {
    let What::File { file, name, .. } = &item.what else { return html! {} };
    let address = format!("/files/{contact}/{}", file.id);
    html! {
        @match name {
            Some(name) => {
                @if file.kind.is_picture() {
                    a href=(address) { img.message__picture src=(address) alt=(page.language.text_with("files-picture", &[("name", name)])) loading="lazy"; }
                } @else {
                    p { a href=(address) { (name) } " " span.quiet { "PDF, " (size(page, file.bytes)) } }
                }
            }
            None => { p.quiet { (page.text("message-erased")) } }
        }
    }
}

fn size(page: &Page, bytes: u64) -> String {
    match bytes >> 20 {
        0 => format!("{} kB", (bytes >> 10).max(1)),
        _ => format!("{} MB", crate::numbers::number(bytes as f64 / f64::from(1 << 20), 1, page.language)),
    }
}

/// `GET /files/{contact}/{file}`, for those who may read the conversation. A reading by staff is recorded, as with its words.
async fn shown(
    State(app): State<Arc<App>>,
    Path((contact, file)): Path<(String, String)>,
    caller: Result<Caller, Failure>,
) -> Response {
    let found = async {
        let (caller, id) = (caller?, contact.parse::<Uuid>().map_err(|_| Failure::not_found())?);
        let file = file.parse::<Uuid>().map_err(|_| Failure::not_found())?;
        app.guarded(&app.kinds.contacts, &caller, id, Action::Read).await?;
        let broken = |error: store::Error| Failure::away(&error);
        let items = app.kinds.conversation(id, 0, usize::MAX >> 1).await.map_err(broken)?;
        let of = items.into_iter().find_map(|item| match item.what {
            What::File { file: it, .. } if it.id == file => Some(it),
            _ => None,
        });
        let of = of.ok_or_else(Failure::not_found)?;
        let bytes = app.attachments.read((id, file), &of.digest).await.map_err(broken)?;
        Ok::<_, Failure>((of.kind, bytes.ok_or_else(Failure::not_found)?))
    };
    match found.await {
        Ok((kind, bytes)) => {
            // A paper is saved and never shown in the place of a page of ours; its name stays with us.
            let place = if kind.is_picture() { "inline" } else { "attachment" };
            let headers = [
                (CONTENT_TYPE, kind.media().to_string()),
                (
                    CONTENT_DISPOSITION,
                    format!("{place}; filename=\"{}.{}\"", &file[..8.min(file.len())], kind.ending()),
                ),
                (X_CONTENT_TYPE_OPTIONS, "nosniff".into()),
                (CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox".into()),
                (CACHE_CONTROL, "private, no-store".into()),
            ];
            (headers, bytes).into_response()
        }
        Err(failure) => failure.status.into_response(),
    }
}

/// A form that was brought: its fields, and its files.
#[derive(Default)]
struct Brought {
    fields: Vec<(String, String)>,
    /// Name and bytes of each; none: it was too large.
    files: Vec<(String, Option<Vec<u8>>)>,
}

impl Brought {
    fn field(&self, name: &str) -> String {
        let found = self.fields.iter().find(|(it, _)| it == name);
        found.map_or_else(String::new, |(_, value)| value.clone())
    }
}

/// Reads a form to its end, and keeps of a file that is too large that it came.
async fn read(mut form: Multipart) -> Result<Brought, Failure> {
    let (mut brought, mut until, mut since) = (Brought::default(), Instant::now() + BROUGHT_WITHIN, 0);
    while let Some(mut field) = kept(until, form.next_field()).await? {
        let name = field.name().unwrap_or_default().to_string();
        let title = field.file_name().map(|it| it.chars().filter(|it| !it.is_control()).take(NAME).collect::<String>());
        let most = if title.is_some() { MOST_FILE } else { crate::care::MOST_BODY };
        let (mut bytes, mut is_too_large) = (Vec::new(), false);
        while let Some(chunk) = kept(until, field.chunk()).await? {
            since += chunk.len();
            if since >= BROUGHT {
                (until, since) = (Instant::now() + BROUGHT_WITHIN, 0);
            }
            is_too_large |= bytes.len() + chunk.len() > most;
            if is_too_large {
                bytes = Vec::new();
            } else {
                bytes.extend_from_slice(&chunk);
            }
        }
        match title {
            // A field for files from which none was chosen.
            Some(title) if title.is_empty() && bytes.is_empty() => {}
            Some(title) if brought.files.len() < MOST_AT_ONCE => {
                brought.files.push((title, (!is_too_large).then_some(bytes)));
            }
            Some(_) => return Err(Failure::invalid("file", "At most 10 files at once.")),
            None => brought.fields.push((name, String::from_utf8_lossy(&bytes).into_owned())),
        }
    }
    Ok(brought)
}

/// The next part of a form, if it comes in time.
async fn kept<T>(
    until: Instant,
    next: impl Future<Output = Result<Option<T>, MultipartError>>,
) -> Result<Option<T>, Failure> {
    let next = timeout_at(until, next).await.map_err(|_| Failure::slow())?;
    next.map_err(|error| match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Failure::too_large(),
        _ => Failure::malformed("The form breaks off, or is none."),
    })
}

/// Why a file was not taken: key of its text.
type Fault = &'static str;

impl App {
    /// Takes the files of a form into a conversation, each by itself: one that fails keeps no other from coming. Gives what is
    /// wrong with those that did not come.
    async fn attach(
        &self,
        caller: &Caller,
        (id, contact): (Uuid, &Contact),
        brought: Vec<(String, Option<Vec<u8>>)>,
    ) -> Vec<Fault> {
        let mut faults = Vec::new();
        if brought.is_empty() {
            faults.push("files-none");
        }
        for (name, bytes) in brought {
            if let Err(fault) = self.attach_one(caller, (id, contact), &name, bytes).await {
                faults.push(fault);
            }
        }
        faults.sort_unstable();
        faults.dedup();
        faults
    }

    async fn attach_one(
        &self,
        caller: &Caller,
        (id, contact): (Uuid, &Contact),
        name: &str,
        bytes: Option<Vec<u8>>,
    ) -> Result<(), Fault> {
        let bytes = bytes.ok_or("files-too-large")?;
        let kind = FileKind::of(&bytes).ok_or("files-wrong-kind")?;
        let bytes = match kind {
            FileKind::Pdf => picture::paper(bytes),
            _ => tokio::task::spawn_blocking(move || picture::anew(kind, &bytes)).await.ok().flatten(),
        };
        let bytes = bytes.ok_or("files-damaged")?;
        if bytes.len() > MOST_FILE {
            return Err("files-too-large");
        }
        let digest = digest_of(&bytes);
        // The same file in the same conversation is the same, however often it is sent.
        let file = File { id: Uuid::new_v5(&id, digest.as_bytes()), kind, bytes: bytes.len() as u64, digest };
        let (of, about) = ((id, file.id), (contact.subject.map_or(id, |it| it.0), Contact::CLASS));
        let is_new = !contact.files.contains(&file.id);
        match self.attachments.keep(of, about, bytes).await {
            Ok(true) => {}
            Ok(false) => return Err("wrong-later"),
            Err(error) => {
                crate::observe::tell(&format!("error: {error}"));
                return Err("wrong-later");
            }
        }
        let name = if name.is_empty() { format!("{}.{}", &file.digest[..8], kind.ending()) } else { name.to_string() };
        let key = format!("file-{}", file.id);
        let by = match &caller.person {
            Some(person) if person.role != Role::Resident => person.by(),
            _ => caller.by(id),
        };
        let done = self.kinds.contacts.ask(id, Command::Attach { file, name: Text(name) }, &by, &key, u64::MAX).await;
        done.map(drop).map_err(|trouble| {
            let failure = Failure::from(trouble);
            match failure.code {
                "files_full" => "files-full",
                "too_late" => "wrong-too-late",
                "owned_by_another" => "wrong-owned",
                "not_claimed" => "wrong-unclaimed",
                // Sent before under another name: it is there.
                "key_reused" if !is_new => "files-there",
                _ => "wrong-later",
            }
        })
    }
}
