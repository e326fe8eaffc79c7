//! The page of a room, on either side: trying camera and microphone, waiting, meeting, and what is instead of it.
//!
//! Everything that a script needs stands on the page as the server knows it: words, servers, the address of the signals.

use axum::http::StatusCode;
use axum::response::Response;
use matter::access::Action;
use maud::{Markup, html};
use operations::contacts::{Author, Contact, Place};
use operations::video::Door;
use uuid::Uuid;

use super::phone::{self, Typed};
use super::room::Side;
use super::{CAMERA, PERMISSIONS, Visit};
use crate::answer::Failure;
use crate::bookings::{named_at, when_of};
use crate::caller::Caller;
use crate::care::receipt;
use crate::contact::{service_name, thread_address};
use crate::desk::{phrases, staff_name};
use crate::drafts::{LETTER, Of};
use crate::form::{Written, errors, field, message_box};
use crate::icons::icon;
use crate::layout::Page;
use crate::parts::{self, Turn};
use crate::thread::{Items, conversation, items};
use crate::{App, assets, numbers};

/// Without a script the page of a resident who waits renews itself so often, in seconds.
const AGAIN: u32 = 60;

/// Keys of the words that the script says.
const WORDS: [&str; 15] = [
    "connecting",
    "connected",
    "lost",
    "refused",
    "none",
    "elsewhere",
    "full",
    "left",
    "closed",
    "unable",
    "mute",
    "unmute",
    "camera-off",
    "camera-on",
    "trying",
];

struct Room<'a> {
    app: &'a App,
    page: &'a Page,
    visit: &'a Visit,
    side: Side,
    /// Without a script the page stays as it is.
    is_still: bool,
    typed: &'a Typed,
    number: Option<String>,
    talk: Option<Talk>,
}

/// The conversation beside the picture.
struct Talk {
    id: Uuid,
    contact: Contact,
    items: Items,
    may_write: bool,
    written: Written,
}

/// The page; `is_still`: it is not to renew itself.
pub async fn shown(
    app: &App,
    page: &Page,
    caller: &Caller,
    (visit, side): (&Visit, Option<Side>),
    (is_still, typed): (bool, &Typed),
) -> Result<Response, Failure> {
    let now = app.kinds.store.now();
    let title = title(app, page, visit);
    let Some(side) = side else {
        let who = visit.professional().map(|it| staff_name(page, it)).unwrap_or_default();
        let content = html! {
            (parts::back(&back(visit, None), &page.text("video-back")))
            h1 { (title) }
            p.lead { (page.language.text_with("video-not-yours", &[("who", &who)])) }
        };
        return Ok(page.render(StatusCode::OK, &title, &content));
    };
    let door = visit.door(now);
    let is_open = matches!(door, Door::Open { .. });
    if is_open {
        app.rooms.looks(visit.id(), side, now);
    }
    let number = match door {
        Door::Phone => phone::number(app, visit).await?,
        _ => None,
    };
    let talk = match visit.conversation().filter(|_| is_open) {
        Some(id) => talk(app, page, caller, (id, side)).await?,
        None => None,
    };
    let room = Room { app, page, visit, side, is_still, typed, number, talk };
    let content = html! {
        (errors(page, &typed.wrong))
        (parts::back(&back(visit, Some(side)), &page.text("video-back")))
        @match side {
            Side::Resident => { h1 { (title) } }
            Side::Staff => {
                div.band {
                    h1 { (title) }
                    @if let Some(whose) = app.named(visit.subject()) { span { strong { (whose) } } }
                    span { (receipt(visit.id())) }
                }
            }
        }
        (room.content(door))
    };
    let mut response = page.render(typed.status, &format!("{}, {title}", page.text("video-room")), &content);
    if matches!(door, Door::Open { .. } | Door::Early { .. }) {
        response.headers_mut().insert(PERMISSIONS, CAMERA);
    }
    Ok(response)
}

fn title(app: &App, page: &Page, visit: &Visit) -> String {
    match visit {
        Visit::Appointment(_, it) => named_at(app, page, it),
        Visit::Contact(_, it) => service_name(app, page, &it.service),
    }
}

/// The page of the matter itself.
fn back(visit: &Visit, side: Option<Side>) -> String {
    match (visit, side) {
        (Visit::Appointment(id, _), Some(Side::Resident)) => format!("/matters/{id}"),
        (Visit::Appointment(id, _), _) => format!("/desk/appointments/{id}"),
        (Visit::Contact(id, _), Some(Side::Resident)) => thread_address(*id),
        (Visit::Contact(id, _), _) => format!("/desk/contacts/{id}"),
    }
}

/// The conversation, if they may read it.
async fn talk(app: &App, page: &Page, caller: &Caller, (id, side): (Uuid, Side)) -> Result<Option<Talk>, Failure> {
    let away = |error: store::Error| Failure::away(&error);
    let contact = app.kinds.contacts.read(id).await.map_err(away)?;
    let Some(contact) = contact.filter(|it| app.may_still(caller, id, Action::Read, it)) else { return Ok(None) };
    // Shown beside the picture it is read.
    app.guarded(&app.kinds.contacts, caller, id, Action::Read).await?;
    let items = items(app, page, id, contact.conversation).await.map_err(away)?;
    let is_owner = |person: &crate::caller::Person| contact.owner().is_some_and(|it| app.sees_to(&person.id, it));
    let may_write = match side {
        // One that is split has one place to write to all of it.
        Side::Resident if contact.part_of.is_some() || !contact.parts.is_empty() => false,
        Side::Resident => !matches!(contact.place, Place::Resolved { .. } | Place::Closed),
        Side::Staff => caller.person.as_ref().is_some_and(is_owner),
    };
    let by = caller.by(id);
    let draft = match side {
        Side::Resident => app.draft(Of { by: &by, contact: id, form: LETTER }).await,
        Side::Staff => None,
    };
    let written = draft.map_or_else(Written::default, |mut draft| {
        let [client_id, text] = ["client_id", "text"].map(|name| draft.take(name));
        Written { client_id, text, saved: Some(draft.at), ..Written::default() }
    });
    Ok(Some(Talk { id, contact: (*contact).clone(), items, may_write, written }))
}

impl Room<'_> {
    fn text(&self, key: &str) -> String {
        self.page.text(key)
    }

    /// A text that says one thing to residents and another to professionals.
    fn said(&self, key: &str) -> String {
        self.text(&format!("video-{key}-{}", if self.side == Side::Staff { "staff" } else { "client" }))
    }

    fn content(&self, door: Door) -> Markup {
        match door {
            Door::Early { opens } => self.early(opens),
            Door::Open { .. } => self.open(),
            Door::Phone => self.by_phone(),
            Door::Cancelled => self.instead(Turn::Cut, &self.text("video-cancelled")),
            Door::Over => self.instead(Turn::Done, &self.text("video-over")),
            Door::Otherwise => self.instead(
                Turn::Waits,
                &match self.visit {
                    Visit::Appointment(..) => self.text("video-otherwise"),
                    Visit::Contact(..) => self.said("no-room"),
                },
            ),
        }
    }

    fn instead(&self, turn: Turn, words: &str) -> Markup {
        html! {
            (parts::standing(turn, &html! { (words) }))
            @if self.side == Side::Resident { p { a href="/contact" { (self.text("video-write")) } } }
        }
    }

    fn when(&self) -> Markup {
        html! { @if let Visit::Appointment(_, it) = self.visit { p { (when_of(self.app, self.page, it)) } } }
    }

    fn early(&self, opens: i64) -> Markup {
        let at = numbers::moment(opens, self.page.language);
        html! {
            (parts::standing(Turn::Agreed, &html! { (self.page.language.text_with("video-early", &[("at", &at)])) }))
            (self.when())
            h2 { (self.text("video-try")) }
            p { (self.text("video-try-what")) }
            (self.without_script())
            (self.stage("try"))
        }
    }

    fn open(&self) -> Markup {
        let here = self.app.rooms.other_is_here(self.visit.id(), self.side, self.page.now);
        let [is_here, is_away] = [self.said("here"), self.said("away")];
        html! {
            div.cols.cols--work.visit {
                div.flow {
                    p.there.there--here[here] #video-there role="status" data-here=(is_here) data-away=(is_away) {
                        (if here { &is_here } else { &is_away })
                    }
                    (self.when())
                    (self.without_script())
                    (self.stage("meet"))
                    (self.ending())
                }
                div.flow {
                    (self.messages())
                    (self.to_phone())
                }
            }
        }
    }

    /// The page says what to do where no script runs; the script takes it away.
    fn without_script(&self) -> Markup {
        let renews = self.side == Side::Resident && !self.is_still && self.visit.is_open(self.page.now);
        let again = format!("/video/{}", self.visit.id());
        html! {
            @if renews { noscript { meta http-equiv="refresh" content=(AGAIN); } }
            div.box #video-plain {
                p { strong { (self.text("video-no-script")) } }
                p { (self.text("video-no-script-what")) }
                p.links {
                    a href=(again) { (self.text("video-renew")) }
                    @if renews { a href=(format!("{again}?still=1")) { (self.text("video-still")) } }
                }
            }
        }
    }

    /// The pictures, and what the script does with them; it stays away where there is none.
    fn stage(&self, what: &str) -> Markup {
        let servers = (self.app.ice)(self.page.now);
        let words = WORDS.map(|key| (key, self.text(&format!("video-{key}"))));
        let words =
            serde_json::to_string(&words.into_iter().collect::<std::collections::BTreeMap<_, _>>()).unwrap_or_default();
        html! {
            section.stage #room hidden data-room=(what) data-signals=(format!("/api/video/{}/signals", self.visit.id()))
                data-ice=(servers) data-words=(words) aria-label=(self.text("video-room")) {
                div.flow #video-ask {
                    h2 { (self.text("video-ask-title")) }
                    p { (if what == "try" { self.text("video-ask-try") } else { self.said("ask") }) }
                    div.acts {
                        button.btn #video-start type="button" { (icon("video")) (self.text("video-start")) }
                        button.btn.btn--second #video-sound type="button" { (self.text("video-sound-only")) }
                    }
                }
                p #video-status .quiet role="status" {}
                div.acts #video-instead hidden { button.btn.btn--second #video-again type="button" data-moves=(self.text("video-here-instead")) data-back=(self.text("video-return")) {} }
                div.pictures #video-pictures hidden {
                    @if what == "meet" { video.pictures__other #video-other autoplay playsinline aria-label=(self.said("other")) {} }
                    video.pictures__own #video-own autoplay playsinline muted aria-label=(self.text("video-own")) {}
                }
                @if what == "try" {
                    p #video-level-of hidden { label for="video-level" { (self.text("video-level")) } meter #video-level min="0" max="1" value="0" {} }
                }
                div.acts #video-controls hidden {
                    button.btn.btn--second #video-mute type="button" { (self.text("video-mute")) }
                    button.btn.btn--second #video-camera type="button" { (self.text("video-camera-off")) }
                    button.btn.btn--drop #video-leave type="button" { (self.text(if what == "try" { "video-stop" } else { "video-leave" })) }
                }
            }
            script src=(assets::video()) defer {}
        }
    }

    /// The professional ends the visit from here, once its time has come.
    fn ending(&self) -> Markup {
        let id = self.visit.id();
        let (action, key) = match self.visit {
            Visit::Appointment(_, it) if it.booking.when.from <= self.page.now => {
                (format!("/desk/appointments/{id}/end"), "appointment-end")
            }
            Visit::Appointment(..) => return html! {},
            Visit::Contact(..) => (format!("/desk/contacts/{id}/video-end"), "desk-video-end"),
        };
        html! {
            @if self.side == Side::Staff {
                form method="post" action=(action) {
                    input type="hidden" name="client_id" value=(self.app.sessions.unguessable());
                    button.btn.btn--second type="submit" { (self.page.text(key)) }
                }
            }
        }
    }

    fn to_phone(&self) -> Markup {
        let wrong = self.typed.wrong("number");
        html! {
            section #phone {
                h2 { (self.text("video-phone-title")) }
                p { (self.said("phone-what")) }
                (self.phone_form(wrong, wrong.is_some(), "video-phone"))
            }
        }
    }

    /// The form by which the visit goes on by telephone; with a field where a number is needed.
    fn phone_form(&self, wrong: Option<&'static str>, has_field: bool, key: &str) -> Markup {
        html! {
            form.flow method="post" action=(format!("/video/{}/phone", self.visit.id())) autocomplete="off" {
                input type="hidden" name="client_id" value=(self.app.sessions.unguessable());
                @if has_field {
                    (field(self.page, "number", "video-number", wrong, &html! {
                        input.field.day-input #number type="tel" name="number" value=(self.typed.fields.number) autocomplete="tel"
                            aria-invalid=[wrong.map(|_| "true")] aria-describedby=[wrong.map(|_| "number-error")];
                    }))
                }
                button.btn.btn--second type="submit" { (icon("phone")) (self.text(key)) }
            }
        }
    }

    fn by_phone(&self) -> Markup {
        let number = self.number.as_deref();
        html! {
            (parts::standing(Turn::Agreed, &html! { (self.said("by-phone")) }))
            (self.when())
            @match (self.side, number) {
                (Side::Staff, Some(number)) => { p { a.btn role="button" href=(format!("tel:{}", number.replace(' ', ""))) { (icon("phone")) (number) } } }
                (Side::Staff, None) => { p { (self.text("video-no-number")) } }
                (Side::Resident, _) if matches!(self.visit, Visit::Contact(..)) => {}
                (Side::Resident, Some(_)) => {
                    p { (self.text("video-number-known")) }
                    details.fold open[!self.typed.wrong.is_empty()] {
                        summary { (self.text("video-number-other")) }
                        div.fold__in { (self.phone_form(self.typed.wrong("number"), true, "video-number-save")) }
                    }
                }
                (Side::Resident, None) => { (self.phone_form(self.typed.wrong("number"), true, "video-number-save")) }
            }
        }
    }

    fn messages(&self) -> Markup {
        let Some(talk) = &self.talk else { return html! {} };
        let (id, contact) = (talk.id, &talk.contact);
        let (reader, whole) = match self.side {
            Side::Resident => (Author::Resident, thread_address(id)),
            Side::Staff => (Author::Service, format!("/desk/contacts/{id}")),
        };
        let is_live = talk.items.is_end() && (self.side == Side::Staff || contact.part_of.is_none());
        let live = is_live.then(|| format!("/api/conversations/{id}/messages?after={}", contact.conversation));
        html! {
            section data-live=[live] data-page=(whole) aria-labelledby="messages-title" {
                h2 #messages-title { (self.page.text("thread-title")) }
                (conversation(self.page, (id, &talk.items), &contact.language, reader))
                p #live-status .quiet role="status" data-lost=(self.page.text("live-lost")) data-new=(self.page.text("live-new")) {}
                @match (self.side, talk.may_write) {
                    (Side::Resident, true) => {
                        // Without a script the conversation has its own page: this one renews itself.
                        form.letter #letter hidden[!self.is_still] data-in-room method="post" action=(whole) autocomplete="off" data-save=(whole) data-chat {
                            input type="hidden" name="client_id" value=(talk.written.client_id(self.app));
                            input type="hidden" name="contact" value=(id);
                            (message_box(self.page, "thread-text", None, &talk.written.text, None))
                            button.btn.btn--second type="submit" formaction=(whole) data-send { (self.page.text("thread-send")) }
                        }
                        p #video-messages { a href=(whole) { (self.text("video-messages")) } }
                    }
                    (Side::Staff, true) => {
                        form.letter #work method="post" action=(format!("{whole}/reply")) autocomplete="off" data-chat {
                            input type="hidden" name="client_id" value=(self.app.sessions.unguessable());
                            input type="hidden" name="seen" value=(contact.conversation) data-seen="";
                            (message_box(self.page, "desk-text", None, "", None))
                            (phrases::choice(self.app, self.page, contact, &format!("{whole}/phrase")))
                            button.btn.btn--second type="submit" formaction=(format!("{whole}/reply")) data-send { (self.page.text("video-send")) }
                        }
                    }
                    (_, false) => { p { a href=(whole) { (self.text("video-messages")) } } }
                }
            }
        }
    }
}
