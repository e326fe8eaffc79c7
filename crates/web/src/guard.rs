//! The guard of matters of every kind: who may do what with one, and the record of it. `guard/registers.rs` tells health and
//! social care apart, `guard/openings.rs` reads the record back.

pub mod openings;
pub mod registers;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::http::StatusCode;
use facts::Code;
use matter::access::{Action, Decision, OTHER_REGISTER, Purpose, Resource, Role, Tie, decide};
use matter::{List, Matter, PartId, Rights, Standing, Subject};
use operations::consultations::consent::{Between, Needs, case};
use serde_json::{Map, Value};
use store::{Append, AppendError, Context, Kind, Listed, NewEvent, new_id};
use uuid::Uuid;

use crate::App;
use crate::answer::Failure;
use crate::caller::{Caller, Person};

/// No sooner is it said that there is nothing: how long it takes to find out tells nothing of what there is.
pub const NOT_FOUND_AFTER: Duration = Duration::from_millis(10);
/// Matters of a person that are looked at to find a care relationship.
const LOOKED_AT: usize = 100;

/// A matter as the guard looks at it; in a list, one whose first words may be shown.
pub struct Glance<'a> {
    pub kind: &'static str,
    pub rights: &'static Rights,
    pub id: Uuid,
    pub standing: Standing<'a>,
    /// The queue of its unit; none: the one that each has without a part.
    pub queue: Option<&'a PartId>,
    /// The matter that it is about.
    pub of: Option<Uuid>,
    /// How far its words have got: the same words are recorded once in an hour.
    pub words: u64,
}

impl<'a> Glance<'a> {
    pub fn of<M: Matter>(id: Uuid, matter: &'a M, words: u64) -> Glance<'a> {
        let (standing, queue, of) = (matter.standing(), matter.queue(), matter.of());
        Glance { kind: M::NAME, rights: &M::RIGHTS, id, standing, queue, of, words }
    }

    /// One of which a list knows, with the rights of its kind.
    pub fn listed(rights: &'static Rights, it: &'a Listed) -> Glance<'a> {
        let (unit, who) = (it.unit.as_ref(), it.who.as_ref());
        let standing = Standing { subject: it.subject, unit, who, list: it.list, since: it.since, done: it.done };
        Glance { kind: it.kind, rights, id: it.id, standing, queue: it.queue.as_ref(), of: it.of, words: 0 }
    }
}

/// A decision about a matter, and on what it rests.
struct Decided {
    purpose: Purpose,
    decision: Decision,
    /// The ground on which the other register is opened.
    ground: Option<String>,
}

impl App {
    /// The matter, if the caller may do this with it; that staff did is recorded before they are told anything.
    pub async fn guarded<M: Matter>(
        &self,
        kind: &Kind<M>,
        caller: &Caller,
        id: Uuid,
        action: Action,
    ) -> Result<Arc<M>, Failure> {
        // A caller without a tie to the matter learns nothing, not even by how long the answer takes.
        if caller.person.is_none() && !caller.holds.contains(&id) {
            return Err(Failure::not_found());
        }
        let soonest = tokio::time::Instant::now() + NOT_FOUND_AFTER;
        let found = match kind.read(id).await {
            Ok(Some(matter)) => {
                let admitted = self.admit(&Glance::of(id, &*matter, 0), action, caller).await;
                admitted.map(|()| matter)
            }
            Ok(None) => Err(Failure::not_found()),
            Err(error) => Err(Failure::away(&error)),
        };
        if found.as_ref().is_err_and(|failure| failure.status == StatusCode::NOT_FOUND) {
            tokio::time::sleep_until(soonest).await;
        }
        found
    }

    /// The matter of an address of the desk, if the caller may do this with it as one who works there; its person has own pages.
    pub async fn at_desk<M: Matter>(
        &self,
        kind: &Kind<M>,
        caller: &Caller,
        path: &str,
        action: Action,
    ) -> Result<(Uuid, Arc<M>), Failure> {
        let id = path.parse().map_err(|_| Failure::not_found())?;
        if caller.role().is_none_or(|role| role == Role::Resident) {
            return Err(Failure::not_found());
        }
        Ok((id, self.guarded(kind, caller, id, action).await?))
    }

    /// Whether the caller may still do this with a matter; for what goes on after it was allowed.
    pub fn may_still<M: Matter>(&self, caller: &Caller, id: Uuid, action: Action, matter: &Arc<M>) -> bool {
        self.may(caller, &Glance::of(id, &**matter, 0), action)
    }

    /// The same of what is known of it in a list.
    pub fn may(&self, caller: &Caller, of: &Glance<'_>, action: Action) -> bool {
        caller.stands(self) && self.decided(caller, of, action).decision.allow
    }

    /// Whether nothing keeps a matter from somebody but that it is of a register in which they do not work.
    pub fn is_in_other_register(&self, caller: &Caller, of: &Glance<'_>) -> bool {
        self.decided(caller, of, Action::Read).decision.rule == OTHER_REGISTER
    }

    async fn admit(&self, it: &Glance<'_>, action: Action, caller: &Caller) -> Result<(), Failure> {
        let decided = self.decided(caller, it, action);
        let decision = decided.decision;
        // Also of professionals who hold its code: whose it is besides is not for them to say.
        // And of whoever acts for another: both see it.
        let is_recorded = |it: &&Person| it.role != Role::Resident || it.acting.is_some();
        if let Some(person) = caller.person.as_ref().filter(is_recorded) {
            let what = match (decision.allow, action) {
                (false, _) => "refused",
                (true, Action::Read) => "read",
                (true, Action::Write) => "written",
                (true, Action::Assign) => "assigned",
                (true, _) => "handled",
            };
            let event = self.accessed_event(person, it, what, &decided);
            let access = accessed(person, decided.purpose, vec![event]);
            match decision.allow {
                true => self.record(access).await?,
                // Beside the answer, which must not tell by how long it takes that there is such a matter.
                false => {
                    let accesses = self.accesses.clone();
                    drop(tokio::spawn(async move { accesses.append(access).await }));
                }
            }
        }
        match (decision.allow, decision.rule) {
            (true, _) => Ok(()),
            (false, OTHER_REGISTER) => Err(Failure::other_register(it.id, self.register_of(it).map_or("", Code::code))),
            (false, _) => Err(Failure::not_found()),
        }
    }

    fn decided(&self, caller: &Caller, it: &Glance<'_>, action: Action) -> Decided {
        let (mut tie, rights) = (self.tie(caller, it), it.rights);
        let opened = || {
            let (person, subject) = (caller.person.as_ref()?, it.standing.subject?);
            self.ground(person, subject, self.register_of(it)?)
        };
        let ground = if tie.apart { opened() } else { None };
        tie.ground = ground.is_some() || (tie.asked && self.asked_across_needs() == Some(Needs::Nothing));
        let purpose = purpose(caller.role(), (rights, tie));
        let decision = decide(caller.role(), purpose, action, Resource::Matter(rights, tie));
        Decided { purpose, decision, ground: ground.filter(|_| decision.allow) }
    }

    fn tie(&self, caller: &Caller, it: &Glance<'_>) -> Tie {
        let (person, id, standing) = (caller.person.as_ref(), it.id, &it.standing);
        // However their token spells the number.
        let is_of = |person: &Person| person.subject().is_some_and(|subject| standing.subject == Some(subject));
        let is_theirs = |person: &Person| is_of(person) && self.shows(person, id, standing.unit);
        let had = |person: &Person| standing.who.is_some_and(|who| **who == *person.id);
        let cares = |person: &Person| had(person) || standing.subject.is_some_and(|it| self.cares_for(person, it));
        let in_unit = person.zip(standing.unit).is_some_and(|(person, unit)| match person.role {
            // Nothing below theirs was given to them.
            Role::Partner => **unit == *person.unit,
            _ => self.is_within(unit, &person.unit),
        });
        // An appointment, which stands in no list, is also the professional's who is to meet the person, wherever they work.
        let to_meet = standing.list == List::Nowhere && person.is_some_and(had);
        Tie {
            // A code opens no more, a stream neither, once the writer has proven who they are.
            own: (caller.holds.contains(&id) && standing.subject.is_none()) || person.is_some_and(is_theirs),
            within: in_unit || to_meet,
            cares: standing.list != List::Ended || person.is_some_and(cares),
            asked: person.is_some_and(|person| self.is_asked(person, id, standing)),
            apart: person.is_some_and(|person| person.role != Role::Resident && self.is_apart(person, it)),
            ground: false,
        }
    }

    /// Whether a colleague has asked a professional, in the unit in which they work now, about a matter, and waits for their
    /// answer: as long as the matter is not done, and stays with the unit that asked.
    fn is_asked(&self, person: &Person, matter: Uuid, standing: &Standing<'_>) -> bool {
        if standing.list == List::Ended || standing.done.is_some() {
            return false;
        }
        let open: Vec<_> =
            self.kinds.consultations.look(|all| all.index().of(matter).filter_map(|id| all.get(id)).collect());
        open.iter().any(|it| {
            it.has().is_some_and(|who| **who == *person.id)
                && standing.unit == Some(&it.from)
                && self.is_within(&it.unit, &person.unit)
        })
    }

    /// The need of a colleague of the other register who is asked about a matter today; none: the rule does not say.
    fn asked_across_needs(&self) -> Option<Needs> {
        case(Between::Other, self.calendar.local_date(self.kinds.store.now())?).map(|it| it.needs)
    }

    /// Whether somebody has seen a matter since an instant, on its page or in a list, as the record of accesses has it.
    pub async fn has_seen(&self, matter: Uuid, who: &str, since: i64) -> Result<bool, Failure> {
        let seen = self.accesses.read_stream(&format!("access/{matter}"), 0, usize::MAX >> 1).await;
        let seen = seen.map_err(|error| Failure::away(&error))?;
        Ok(seen.iter().any(|it| it.context.actor == who && it.occurred >= since && !it.kind.ends_with(".refused")))
    }

    /// Whether a professional has to do with a person now: of their own pair, or by a matter of theirs that is not done and
    /// stands with the professional, or is work of their unit.
    fn cares_for(&self, person: &Person, subject: Subject) -> bool {
        let own = self.kinds.registration(subject);
        let is_own_pair = |it: facts::ProfessionalId| *it == *person.id;
        own.is_some_and(|own| own.physician.is_some_and(is_own_pair) || own.nurse.is_some_and(is_own_pair))
            || self.kinds.store.kinds().iter().any(|kind| {
                let mut open = kind.of_subject(subject, LOOKED_AT).into_iter().filter_map(|id| kind.stands(id));
                open.any(|it| {
                    let is_work = matches!(it.list, List::Queue | List::With);
                    let is_mine = it.done.is_none() && it.who.is_some_and(|who| *who == *person.id);
                    is_mine || (is_work && it.unit.is_some_and(|unit| self.is_within(&unit, &person.unit)))
                })
            })
    }

    fn accessed_event(&self, person: &Person, it: &Glance<'_>, what: &str, decided: &Decided) -> NewEvent {
        let (now, kind, id) = (self.kinds.store.now(), it.kind, it.id);
        let subject = it.standing.subject.map_or(id, |subject| subject.0);
        let data = [
            (kind, id.to_string()),
            ("subject", subject.to_string()),
            ("role", person.role.code().into()),
            ("rule", decided.decision.rule.into()),
        ];
        let on_behalf = person.acting.as_ref().map(|acting| ("on_behalf", acting.capacity.code().to_string()));
        let ground = decided.ground.clone().map(|ground| ("ground", ground));
        let data = data.into_iter().chain(ground).chain(on_behalf);
        let data: Map<String, Value> = data.map(|(name, value)| (name.into(), value.into())).collect();
        NewEvent {
            id: new_id(now),
            stream: format!("access/{id}"),
            kind: format!("{kind}.{what}"),
            schema: 1,
            occurred: now,
            data: Value::Object(data).to_string(),
            personal: None,
            closes: false,
        }
    }

    /// Those matters of a list whose first words somebody may read. To show them is a reading, and is recorded as one:
    /// once in an hour for the same words to the same person.
    pub async fn glance(&self, caller: &Caller, matters: &[Glance<'_>]) -> Result<HashSet<Uuid>, Failure> {
        let Some(person) = &caller.person else { return Ok(HashSet::new()) };
        let now = self.kinds.store.now();
        let mut allowed = HashSet::new();
        let mut told: BTreeMap<Purpose, Vec<NewEvent>> = BTreeMap::new();
        let mut new = Vec::new();
        for it in matters {
            let decided = self.decided(caller, it, Action::Read);
            if !decided.decision.allow {
                continue;
            }
            allowed.insert(it.id);
            if !self.glances.were(&person.id, it.id, it.words, now) {
                let event = self.accessed_event(person, it, "read", &decided);
                told.entry(decided.purpose).or_default().push(event);
                new.push((it.id, it.words));
            }
        }
        for (purpose, events) in told {
            self.record(accessed(person, purpose, events)).await?;
        }
        self.glances.are(&person.id, new, now);
        Ok(allowed)
    }

    /// Writes an access down. Without that nothing is shown.
    pub async fn record(&self, access: Append) -> Result<(), Failure> {
        self.accesses.append(access).await.map(drop).map_err(|error| match error {
            AppendError::Overloaded | AppendError::Unknown | AppendError::Full => Failure::busy(),
            error => Failure::broken(&error),
        })
    }
}

fn accessed(person: &Person, purpose: Purpose, events: Vec<NewEvent>) -> Append {
    let correlation = events.first().map_or_else(Uuid::nil, |event| event.id);
    let (actor, unit) = (person.id.clone(), person.unit.clone());
    let context = Context { actor, unit, purpose: purpose.code().into(), correlation, cause: None };
    let (scope, key, request) = ("access".into(), correlation.to_string(), [0; 32]);
    Append { scope, key, request, expects: Vec::new(), events, context }
}

/// First words that were shown to somebody in a list: how far they had got, and when.
#[derive(Default)]
pub struct Glances(Mutex<HashMap<(String, Uuid), (u64, i64)>>);

impl Glances {
    /// An hour, in microseconds; after it the same words are a new reading.
    const LASTS: i64 = 3_600 * 1_000_000;
    /// So many are held; beyond them a reading is recorded once more than it need be.
    const MOST: usize = 100_000;

    fn were(&self, person: &str, matter: Uuid, words: u64, now: i64) -> bool {
        let shown = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let last = shown.get(&(person.to_string(), matter));
        last.is_some_and(|(stood, at)| *stood == words && now - at < Glances::LASTS)
    }

    fn are(&self, person: &str, matters: Vec<(Uuid, u64)>, now: i64) {
        let mut shown = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if shown.len() > Glances::MOST {
            shown.clear();
        }
        shown.extend(matters.into_iter().map(|(id, stood)| ((person.to_string(), id), (stood, now))));
    }
}

/// For what somebody with a role asks about a matter to which they stand so.
fn purpose(role: Option<Role>, (rights, tie): (&Rights, Tie)) -> Purpose {
    let works = role.is_some_and(|role| rights.worked_by.contains(&role) || rights.led_by.contains(&role));
    let leads = role.is_some_and(|role| rights.led_by.contains(&role));
    match role {
        // A person who works there asks as such, also where they hold the code of a matter of their own.
        Some(_) if works && tie.within && tie.cares => Purpose::Care,
        _ if tie.own => Purpose::Own,
        Some(_) if leads && tie.within => Purpose::Supervision,
        Some(_) => Purpose::Care,
        None => Purpose::Own,
    }
}
