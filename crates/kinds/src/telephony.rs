//! Calls by telephone: what the exchange tells of them, and the contact that a call becomes.
//!
//! A caller who asks by telephone to be called back has a contact in the queue of the number that they called. Where the same person
//! has an open one there already, a chat, a message or a call that is to come, it is that one: whatever answers first ends both.

use std::sync::Arc;

use calendar::Calendar;
use facts::Channel;
use matter::{By, Matter, Refused, Subject, Text, Trouble, Turn};
use operations::contacts::calls::soonest;
use operations::contacts::flow::asked;
use operations::contacts::routing::{Base, Case, Own, Places, Route, route};
use operations::contacts::{Command, Contact, Place};
use operations::organisation::Organisation;
use operations::residents::phone;
use operations::telephony::{self, Call, Line, Told, What};
use store::{Asked, digest, hex, signature};
use uuid::Uuid;

use crate::Kinds;

/// How long after a call was answered a professional writes it down, in microseconds.
const WRITTEN_WITHIN: i64 = 3_600 * 1_000_000;
/// The language of somebody of whom nothing else is known.
const LANGUAGE: &str = "fi";

/// Something of which the exchange tells, as it tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    /// The exchange's own name for the call.
    pub call: String,
    pub what: What,
    /// Microseconds since 1970.
    pub at: i64,
    /// The caller's number; none: it was withheld.
    pub from: Option<String>,
    /// The number that was called.
    pub to: String,
}

/// The person of a number, where it is of one alone.
struct Known {
    subject: Option<Subject>,
    language: String,
}

impl Kinds {
    /// A digest by which calls from a number are known, and from which nobody without the key makes the number.
    pub fn mark_of(&self, number: &str) -> String {
        let number = phone(number).unwrap_or_else(|| number.into());
        hex(&signature(&self.numbers, &[number.as_bytes()])[..16])
    }

    /// Notes what the exchange tells of a call; told again it is nothing new.
    ///
    /// # Errors
    ///
    /// `call/no_line` where no queue has the number that was called, and the refusals of [`Call`].
    pub async fn hear(&self, heard: &Heard) -> Result<(), Trouble> {
        let line = self.line(&heard.to).ok_or_else(|| Trouble::Refused(Refused::new(Call::NAME, "no_line")))?;
        let number = heard.from.as_deref().and_then(phone);
        let mark = number.as_deref().map(|number| self.mark_of(number));
        let call = Uuid::new_v5(&Uuid::NAMESPACE_OID, format!("call/{}", heard.call).as_bytes());
        let told = Told { what: heard.what, at: heard.at, line, mark };
        // One after another: of two calls of one person the second finds the contact of the first.
        let _alone = self.hearing.lock().await;
        let known = self.known(told.mark.as_ref());
        let route = self.route_call(&told, &known);
        let open = self.open_of(&told, known.subject, &route);
        let once = Asked {
            scope: format!("call/{call}"),
            key: format!("{:?}/{}", heard.what, heard.at),
            request: digest(format!("{:?}", told.mark).as_bytes()),
            seen: 0,
        };
        let flow = move |turn: &mut Turn<'_>| {
            let before = turn.read::<Call>(call)?.map_or(0, |call| call.tries.len());
            turn.decide::<Call>(call, &telephony::Command::Tell(told.clone()), &())?;
            let Some(stands) = turn.read::<Call>(call)? else { return Ok(()) };
            match (stands.contact, stands.asked_at, &number) {
                (Some(contact), ..) if stands.tries.len() > before => {
                    called(turn, contact, (told.what == What::Reached, told.at))
                }
                (None, Some(at), Some(number)) => {
                    let contact = joined(turn, (call, at, open), (&known, &route), number, &told)?;
                    let subject = turn.read::<Contact>(contact)?.and_then(|it| it.subject);
                    turn.decide::<Call>(call, &telephony::Command::Join { contact, subject }, &())?;
                    stands.tries.iter().try_for_each(|(at, reached)| called(turn, contact, (*reached, *at)))
                }
                _ => Ok(()),
            }
        };
        self.store.turn(&By::System, once, flow).await.map(drop)
    }

    /// The call that somebody of a unit has answered last and that no contact has yet; none: the exchange tells of none.
    pub(crate) fn answered_call(&self, unit: &str) -> Option<Uuid> {
        let since = self.store.now().saturating_sub(WRITTEN_WITHIN);
        self.calls.look(|all| {
            let open = all.iter().filter(|(_, it)| *it.line.unit == *unit && it.contact.is_none());
            let answered = open.filter_map(|(id, it)| Some((it.answered_at.filter(|at| since <= *at)?, id)));
            answered.max().map(|(_, id)| id)
        })
    }

    /// Where calls to a number go.
    fn line(&self, number: &str) -> Option<Line> {
        let number = phone(number)?;
        self.queues.all().values().find_map(|part| {
            let line = part.content.line(&number)?;
            let queue = part.id.as_str().into();
            Some(Line { unit: line.unit.as_str().into(), queue, service: line.service.clone() })
        })
    }

    fn known(&self, mark: Option<&String>) -> Known {
        // A number that several have left is nobody's.
        let (subject, language) = self.residents.look(|all| {
            let mut of = all.iter().filter_map(|(id, it)| {
                let reach = it.reach.as_ref().filter(|reach| mark.is_some() && reach.mark.as_ref() == mark)?;
                Some((Subject(id), reach.language.clone()))
            });
            of.next().filter(|_| of.next().is_none()).unzip()
        });
        Known { subject, language: language.unwrap_or_else(|| LANGUAGE.into()) }
    }

    /// The contact that the caller has open in the queue of the number, or in the one to which they would come now.
    fn open_of(&self, told: &Told, subject: Option<Subject>, route: &Route) -> Option<Uuid> {
        let mark = told.mark.as_ref();
        let queues = [Some(&told.line.queue), route.queue.as_ref()];
        self.contacts.look(|all| {
            let here = all.iter().filter(|(_, it)| is_open(it) && queues.contains(&it.queue.as_ref()));
            let is_theirs = |it: &Contact| {
                (mark.is_some() && it.calls.mark.as_ref() == mark) || (subject.is_some() && it.subject == subject)
            };
            here.filter(|(_, it)| is_theirs(it)).min_by_key(|(id, it)| (it.opened_at, *id)).map(|(id, _)| id)
        })
    }

    /// Where the contact of a call goes: as all do, from the queue of the number.
    fn route_call(&self, told: &Told, known: &Known) -> Route {
        let own = known.subject.and_then(|subject| self.registration(subject));
        let case = Case {
            service: told.line.service.clone(),
            channel: Channel::Callback,
            language: known.language.clone(),
            age: None,
            place: None,
            needs: Vec::new(),
            severity: None,
            urgency: None,
            caller: None,
            own: own.map(|own| Own { unit: own.unit, nurse: own.nurse, physician: own.physician }),
        };
        let (unit, queue) = (told.line.unit.clone(), Some(told.line.queue.clone()));
        let queues = self.queues.all();
        let is_open = |unit: &str| queues.values().any(|part| part.content.is_at(unit));
        let (calendar, now) = (Calendar::shipped(), self.store.now());
        let places = Places { queues: &queues, is_open: &is_open, load: &|_| 0, calendar, now };
        let rules: Vec<Arc<_>> = self.routings.all().values().cloned().collect();
        route(&case, &Base { unit, queue, is_own: false }, &rules, &places)
    }
}

fn is_open(contact: &Contact) -> bool {
    !matches!(contact.place, Place::Resolved { .. } | Place::Closed)
}

/// Has a call join the contact that its person has open, or begin one; gives the contact.
fn joined(
    turn: &mut Turn<'_>,
    (call, at, open): (Uuid, i64, Option<Uuid>),
    (known, route): (&Known, &Route),
    number: &str,
    told: &Told,
) -> Result<Uuid, Trouble> {
    let open = match open {
        // It may have ended since it was found.
        Some(id) => turn.read::<Contact>(id)?.filter(|it| is_open(it)).map(|it| (id, it.calls.is_agreed())),
        None => None,
    };
    let (contact, is_agreed) = open.unwrap_or((call, false));
    match open {
        Some(_) => asked(turn, contact, &Command::RingAgain { at })?,
        None => begun(
            turn,
            call,
            Command::Ring {
                service: told.line.service.clone(),
                language: known.language.clone(),
                unit: route.unit.clone(),
                queue: route.queue.clone(),
                subject: known.subject,
                routed: Some(Box::new(route.routed.clone())),
                at,
            },
        )?,
    }
    if let Some(slot) = soonest(turn.calendar(), turn.now()).filter(|_| !is_agreed) {
        let call_me = Command::CallMe { slot, number: Some(Text(number.into())), mark: told.mark.clone() };
        asked(turn, contact, &call_me)?;
    }
    Ok(contact)
}

fn begun(turn: &mut Turn<'_>, call: Uuid, ring: Command) -> Result<(), Trouble> {
    turn.decide::<Contact>(call, &ring, &Organisation::default())
}

/// A call that was made to the person of a contact.
fn called(turn: &mut Turn<'_>, contact: Uuid, (reached, at): (bool, i64)) -> Result<(), Trouble> {
    asked(turn, contact, &Command::Called { reached, at: Some(at) })
}
