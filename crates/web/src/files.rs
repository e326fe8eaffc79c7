//! Files in a conversation, on both sides: brought with a form, made anew where they are pictures, and shown to those who may
//! read the conversation. The words of the form are kept as a draft first, so that no file that fails costs anybody a text.

mod picture;

use std::sync::Arc;

use axum::extract::{Multipart, Path, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS,
};
use axum::response::{IntoResponse, Response};
use kinds::{Item, What};
use matter::access::Action;
use matter::{By, Matter, Text};
use maud::{Markup, html};
use operations::contacts::files::{MOST_AT_ONCE, MOST_FILE, MOST_OF_CONTACT};
use operations::contacts::{Command, Contact, File, FileKind};
use store::digest_of;
use tokio::sync::Semaphore;
use uuid::Uuid;

use crate::App;
use crate::answer::Failure;
use crate::bodies::Pace;
use crate::caller::Caller;
use crate::care::MOST_BODY;
use crate::contact::see_other;
use crate::feature::{Feature, get, post};
use crate::layout::Page;
use crate::observe::tell;
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
/// Pictures that are made anew at a time: each may take hundreds of megabytes, whatever the size of its file.
static MADE: Semaphore = Semaphore::const_new(2);

/// The faults of files that did not come, from the address of the page to which their form led.
pub fn faults(page: &Page) -> Vec<(&'static str, &'static str)> {
    const ALL: [Fault; 12] = [
        "files-none",
        "files-too-many",
        "files-too-many-now",
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
    faults: Vec<Fault>,
    /// Why the rest of it did not come.
    broken: Option<Failure>,
}

impl Brought {
    fn field(&self, name: &str) -> String {
        let found = self.fields.iter().find(|(it, _)| it == name);
        found.map_or_else(String::new, |(_, value)| value.clone())
    }
}

/// Reads a form to its end, and keeps of a file that is too large that it came. Of a form that breaks off is kept what came
/// before. Of whoever may bring no file to anything no byte of one is kept.
async fn read(form: Multipart, caller: &Result<Caller, Failure>) -> Brought {
    let is_somebody = |caller: &Caller| caller.person.is_some() || !caller.holds.is_empty();
    let most = if caller.as_ref().is_ok_and(is_somebody) { MOST_OF_CONTACT as usize } else { 0 };
    let mut brought = Brought::default();
    brought.broken = fill(&mut brought, form, most).await.err();
    brought
}

/// `most`: bytes of all files at most.
async fn fill(brought: &mut Brought, mut form: Multipart, most: usize) -> Result<(), Failure> {
    let (mut pace, mut room_for_files, mut room_for_words) = (Pace::begun(), most, MOST_BODY);
    while let Some(mut field) = pace.kept(form.next_field()).await? {
        let name = field.name().unwrap_or_default().to_string();
        let title = field.file_name().map(|it| it.chars().filter(|it| !it.is_control()).take(NAME).collect::<String>());
        let is_one_too_many = title.is_some() && brought.files.len() >= MOST_AT_ONCE;
        let room = match title {
            Some(_) if is_one_too_many => 0,
            Some(_) => room_for_files.min(MOST_FILE),
            None => room_for_words,
        };
        let (mut bytes, mut is_too_large) = (Vec::new(), false);
        while let Some(chunk) = pace.kept(field.chunk()).await? {
            pace.came(chunk.len());
            is_too_large |= bytes.len() + chunk.len() > room;
            if is_too_large {
                bytes = Vec::new();
            } else {
                bytes.extend_from_slice(&chunk);
            }
        }
        match title {
            // A field for files from which none was chosen.
            Some(title) if title.is_empty() && bytes.is_empty() && !is_too_large => {}
            Some(_) if is_one_too_many => brought.faults.push("files-too-many"),
            Some(title) => {
                room_for_files -= bytes.len();
                brought.files.push((title, (!is_too_large).then_some(bytes)));
            }
            None if is_too_large => return Err(Failure::too_large()),
            None => {
                room_for_words -= bytes.len();
                brought.fields.push((name, String::from_utf8_lossy(&bytes).into_owned()));
            }
        }
    }
    Ok(())
}

/// Why a file was not taken: key of its text.
type Fault = &'static str;

/// On to a page, which says what is wrong with the files that did not come.
fn onward(to: &str, faults: &[Fault]) -> Response {
    let and = if to.contains('?') { '&' } else { '?' };
    match faults {
        [] => see_other(to),
        _ => see_other(&format!("{to}{and}files={}", faults.join("."))),
    }
}

impl App {
    /// Takes the files of a form into a conversation, each by itself: one that fails keeps no other from coming. Gives what is
    /// wrong with those that did not come.
    async fn attach(&self, by: &By, contact: (Uuid, &Contact), brought: Brought) -> Vec<Fault> {
        let Brought { files, mut faults, .. } = brought;
        if files.is_empty() {
            faults.push("files-none");
        }
        for (name, bytes) in files {
            faults.extend(self.attach_one(by, contact, &name, bytes).await.err());
        }
        faults.sort_unstable();
        faults.dedup();
        faults
    }

    async fn attach_one(
        &self,
        by: &By,
        (id, contact): (Uuid, &Contact),
        name: &str,
        bytes: Option<Vec<u8>>,
    ) -> Result<(), Fault> {
        let bytes = bytes.ok_or("files-too-large")?;
        let kind = FileKind::of(&bytes).ok_or("files-wrong-kind")?;
        self.take_of_resident(by, id).map_err(|_| "files-too-many-now")?;
        let bytes = match kind {
            FileKind::Pdf => picture::paper(bytes),
            _ => {
                let turn = MADE.acquire().await.map_err(|_| "wrong-later")?;
                let made = tokio::task::spawn_blocking(move || (picture::anew(kind, &bytes), drop(turn)).0);
                made.await.ok().flatten()
            }
        };
        let bytes = bytes.ok_or("files-damaged")?;
        if bytes.len() > MOST_FILE {
            return Err("files-too-large");
        }
        let digest = digest_of(&bytes);
        // The same file in the same conversation is the same, however often it is sent.
        let file = File { id: Uuid::new_v5(&id, digest.as_bytes()), kind, bytes: bytes.len() as u64, digest };
        let (of, about) = ((id, file.id), (contact.subject.map_or(id, |it| it.0), Contact::CLASS));
        match self.attachments.keep(of, about, bytes).await {
            Ok(true) => {}
            Ok(false) => return Err("wrong-later"),
            Err(error) => {
                tell(&format!("error: {error}"));
                return Err("wrong-later");
            }
        }
        let name = if name.is_empty() { format!("{}.{}", &file.digest[..8], kind.ending()) } else { name.to_string() };
        let key = format!("file-{}", file.id);
        let Err(trouble) =
            self.kinds.contacts.ask(id, Command::Attach { file, name: Text(name) }, by, &key, u64::MAX).await
        else {
            return Ok(());
        };
        // A file that came to nothing leaves nothing; one that was sent before is there.
        let is_there = self.kinds.contacts.stored(id).await.map(|it| it.is_some_and(|it| it.files.contains(&of.1)));
        if let Ok(false) = is_there
            && let Err(error) = self.attachments.drop(of).await
        {
            tell(&format!("error: {error}"));
        }
        Err(match Failure::from(trouble).code {
            "files_full" => "files-full",
            "too_late" => "wrong-too-late",
            "owned_by_another" => "wrong-owned",
            "not_claimed" => "wrong-unclaimed",
            "key_reused" if is_there == Ok(true) => "files-there",
            _ => "wrong-later",
        })
    }
}
