//! Messages that come in by a port: each opens a contact, or belongs to the open one of the number that it came from.
//!
//! Which contact a number has stands in a stream whose name is made of the number with a key of this county, so that nobody
//! reads the number from it; the number itself is sealed beside the contact. A port's words come one after another: only one
//! reader takes them.

use std::sync::Arc;

use facts::Channel;
use matter::{By, Draft, Text, Trouble, Turn};
use operations::contacts::parts::addressed;
use operations::contacts::routing::Case;
use operations::contacts::words::is_stop;
use operations::contacts::{Command, Contact, Event, Routed, flow};
use operations::dispatches::Means;
use operations::dispatches::port::Takes;
use operations::organisation::Organisation;
use store::{Asked, Result, hex, new_id, signature};
use uuid::Uuid;

use crate::Kinds;

/// The language of a message of which nobody has said it: that of most people of the county.
const LANGUAGE: &str = "fi";
const MOST: usize = usize::MAX >> 1;

/// A message as it came by a port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Texted {
    /// The other side's own name for it: brought twice, it is one.
    pub id: String,
    /// The number that it came from, in the form of E.164.
    pub from: String,
    /// Words that may be kept, as `operations::contacts::words` has them.
    pub text: String,
}

/// The fate of a message that came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Landed {
    /// In a contact that it opened, or in the one that its number had.
    Opened(Uuid),
    Joined(Uuid),
    /// It asked that no more be sent, and nothing was.
    NothingToStop,
}

impl Kinds {
    /// Takes a message that came by a port.
    pub async fn take_message(&self, port: &str, takes: &Takes, came: Texted) -> std::result::Result<Landed, Trouble> {
        let sender = format!("sender/{}", hex(&signature(&self.codes, &[b"sender", came.from.as_bytes()])));
        let request = signature(&self.codes, &[b"came", came.from.as_bytes(), came.text.as_bytes()]);
        let asked = Asked { scope: format!("came/{port}"), key: came.id.clone(), request, seen: 0 };
        let before = self.last_of(&sender).await?;
        let is_stop = is_stop(&came.text, &takes.stop);
        let has_open = match before {
            Some(id) => self.contacts.read(id).await?.is_some_and(|it| it.takes(self.store.now())),
            None => false,
        };
        if is_stop && !has_open {
            return Ok(Landed::NothingToStop);
        }
        let open = self.opening(takes, &came)?;
        let contact = new_id(self.store.now());
        let flow = move |turn: &mut Turn<'_>| {
            if let Some(id) = before
                && turn.read::<Contact>(id)?.is_some_and(|it| it.takes(turn.now()))
            {
                let text = Text(came.text.clone());
                let all = with_parts(turn, id)?;
                if is_stop {
                    let stop = Command::Stop { text };
                    let taking = all.iter().filter(|(_, it)| it.takes(turn.now())).map(|(id, _)| *id);
                    let taking: Vec<Uuid> = taking.collect();
                    return taking.into_iter().try_for_each(|id| flow::asked(turn, id, &stop));
                }
                let each: Vec<(Uuid, &Contact)> = all.iter().map(|(id, it)| (*id, &**it)).collect();
                let to = addressed(&each).unwrap_or(id);
                return flow::asked(turn, to, &Command::Write { client_id: String::new(), text });
            }
            turn.decide::<Contact>(contact, &open, &Organisation::default())?;
            let answer_by = Command::AnswerBy { means: Means::Sms, address: Text(came.from.clone()) };
            turn.decide::<Contact>(contact, &answer_by, &Organisation::default())?;
            let data = serde_json::json!({ "contact": contact.to_string() }).to_string();
            turn.add(Draft { stream: sender.clone(), kind: "sender.wrote".into(), schema: 1, data, text: None });
            Ok(())
        };
        let done = self.store.turn(&By::Holder, asked, flow).await?;
        // A contact that was opened has its own stream's first event among what was written.
        let is_new = done.first("contact").is_some_and(|(_, version)| version == 1);
        let id = done.first("contact").or_else(|| done.first("conversation")).map_or(contact, |(id, _)| id);
        Ok(if is_new { Landed::Opened(id) } else { Landed::Joined(id) })
    }

    /// The contact that a number had last.
    async fn last_of(&self, sender: &str) -> Result<Option<Uuid>> {
        let wrote = self.store.log().read_stream(sender, 0, MOST).await?;
        let data = wrote.last().and_then(|event| serde_json::from_str::<serde_json::Value>(&event.data).ok());
        Ok(data.and_then(|data| data["contact"].as_str()?.parse().ok()))
    }

    /// The contact that a message opens: in the queue of the service of its port, by the clocks of that queue.
    fn opening(&self, takes: &Takes, came: &Texted) -> std::result::Result<Command, Trouble> {
        let service = self.services.get(&takes.service).ok_or(Trouble::NotFound)?;
        let queue = self.queues.get(&service.content.queue).ok_or(Trouble::NotFound)?;
        let unit = queue.content.units.first().ok_or(Trouble::NotFound)?;
        let case = Case {
            service: service.content.label.clone(),
            channel: Channel::Sms,
            language: LANGUAGE.into(),
            age: None,
            place: None,
            needs: Vec::new(),
            severity: None,
            urgency: None,
            caller: None,
            own: None,
        };
        let clocks = queue.content.clocks.iter().map(|it| it.as_str().into()).collect();
        let routed = Routed { case, clocks, because: Vec::new(), first: None, expected: None };
        Ok(Command::Open {
            channel: Channel::Sms,
            service: service.content.label.clone(),
            language: LANGUAGE.into(),
            unit: unit.as_str().into(),
            queue: Some(queue.id.as_str().into()),
            anonymous: true,
            subject: None,
            routed: Some(Box::new(routed)),
            client_id: String::new(),
            text: Text(came.text.clone()),
        })
    }

    /// The address to which answers to a contact's writer go; none: they go nowhere, or it was erased.
    pub async fn answers_to(&self, contact: Uuid) -> Result<Option<String>> {
        let whole = self.contacts.read(contact).await?.and_then(|it| it.part_of).unwrap_or(contact);
        let history = self.history(whole).await?;
        Ok(history
            .into_iter()
            .rev()
            .find_map(|it| match it.event {
                Event::AnswersGo { .. } => Some(it.text),
                _ => None,
            })
            .flatten())
    }
}

/// A contact and its parts, itself first.
fn with_parts(turn: &mut Turn<'_>, id: Uuid) -> std::result::Result<Vec<(Uuid, Arc<Contact>)>, Trouble> {
    let whole = turn.read::<Contact>(id)?.ok_or(Trouble::NotFound)?;
    let mut all = vec![(id, Arc::clone(&whole))];
    for part in whole.parts.keys() {
        all.extend(turn.read::<Contact>(*part)?.map(|it| (*part, it)));
    }
    Ok(all)
}
