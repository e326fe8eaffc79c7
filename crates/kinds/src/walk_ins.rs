//! Walk-in lists: opened on their day, and people put on them.

use calendar::{Calendar, date_of};
use facts::Urgency;
use matter::{By, Text, Trouble, Turn};
use operations::bookings::calendar::Timetable;
use operations::bookings::walk_ins::{Command, Hours, WalkIn, asked, list_id};
use operations::contacts::{self, Contact};
use operations::organisation::Organisation;
use store::{Asked, digest};
use uuid::Uuid;

use crate::{Kinds, NewContact};

/// Somebody who has come.
#[derive(Debug, Clone)]
pub enum Came {
    /// Nobody knows who it is.
    Somebody,
    /// They have a contact already.
    Contact(Uuid),
    /// A client, with the contact that begins with it.
    Client(Box<NewContact>),
}

/// Somebody who is put on a list.
#[derive(Debug, Clone)]
pub struct Entry {
    pub who: Came,
    /// A word of the calendar.
    pub reason: String,
    pub urgency: Urgency,
    pub note: Option<String>,
}

impl Kinds {
    /// The list of a calendar on a local date, in days since 1970; whoever asks first opens it.
    pub async fn walk_in(&self, timetable: &Timetable, date: i32, by: &By) -> Result<Uuid, Trouble> {
        let id = list_id(&timetable.id, date);
        if self.walk_ins.look(|lists| lists.get(id)).is_none() {
            let on = date_of(date).unwrap_or_default();
            let spans = timetable.come_in(on, Calendar::shipped()).into_iter().map(|[from, _, to]| [from, to]);
            let hours = Some(Hours { service: timetable.service.as_str().into(), spans: spans.collect() });
            let place = timetable.id.as_str().into();
            let open = Command::Open { place, unit: timetable.unit.clone(), date, hours };
            let told = date_of(date).map_or_else(String::new, |date| date.to_string());
            self.walk_ins.ask(id, open, by, &format!("open/{told}"), 0).await?;
        }
        Ok(id)
    }

    /// Puts somebody on a list under their next number. A client who comes has a contact from then on, in the unit's queue
    /// until somebody takes them.
    pub async fn enter(&self, list: Uuid, entry: Entry, (by, key): (&By, &str)) -> Result<(), Trouble> {
        let client = match &entry.who {
            Came::Somebody => "somebody".to_string(),
            Came::Contact(contact) => contact.to_string(),
            Came::Client(new) => format!("{:?}", new.subject),
        };
        let told = format!("{client} {} {:?} {:?}", entry.reason, entry.urgency, entry.note);
        let asked_for = Asked {
            scope: format!("{list}/{}", by.name()),
            key: key.into(),
            request: digest(told.as_bytes()),
            seen: 0,
        };
        // Asked again it is the same contact.
        let new = Uuid::new_v5(&list, format!("{} {key}", by.name()).as_bytes());
        let flow = move |turn: &mut Turn<'_>| {
            let contact = match &entry.who {
                Came::Somebody => None,
                Came::Contact(contact) => Some(*contact),
                Came::Client(client) => {
                    for command in [client.logged(), contacts::Command::Release] {
                        turn.decide::<Contact>(new, &command, &Organisation::default())?;
                    }
                    Some(new)
                }
            };
            asked(turn, list, &Command::Enter { reason: entry.reason.clone(), contact })?;
            let stands = turn.read::<WalkIn>(list)?.ok_or(Trouble::NotFound)?;
            let number = contact.and_then(|it| stands.number_of(it)).unwrap_or(stands.last);
            drop(stands);
            asked(turn, list, &Command::Order { number, urgency: entry.urgency })?;
            match &entry.note {
                Some(note) => asked(turn, list, &Command::Note { number, note: Text(note.clone()) }),
                None => Ok(()),
            }
        };
        self.store.turn(by, asked_for, flow).await.map(drop)
    }

    /// The notes on visitors whom nobody knows, by number, the last of each last.
    pub async fn noted(&self, list: Uuid) -> store::Result<Vec<(u32, String)>> {
        use operations::bookings::walk_ins::Event;
        let happened = self.walk_ins.happened(list, "walk_in", 0, usize::MAX >> 1).await?;
        let noted = happened.into_iter().filter_map(|it| match (it.event, it.text) {
            (Event::Noted { number }, Some(text)) => Some((number, text)),
            _ => None,
        });
        Ok(noted.collect())
    }

    /// The last note of colleagues on a contact.
    pub async fn note_of(&self, contact: Uuid) -> store::Result<Option<String>> {
        let history = self.history(contact).await?;
        let notes = history.into_iter().filter(|it| matches!(it.event, contacts::Event::Noted));
        Ok(notes.filter_map(|it| it.text).next_back())
    }
}
