//! Bookings: the calendars in force, the times that they give, and what is booked of them.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use calendar::{Calendar, date_of};
use content::Library;
use facts::Label;
use jiff::civil::Date;
use matter::{By, Subject, Text, Trouble, Turn, UnitId};
use operations::bookings::Actor;
use operations::bookings::appointments::{Appointment, Wanted};
use operations::bookings::calendar::{Kind as Slot, Timetable};
use operations::bookings::days::{Command as OfDay, Day, Found, Sought, day_id};
use operations::bookings::flow::{self, Ask, Place};
use serde::Serialize;
use store::{Asked, Done, digest, new_id};
use tokio::sync::Mutex;
use uuid::Uuid;

use crate::Kinds;

/// The calendars in force, by their ids.
#[derive(Default)]
pub struct Timetables(RwLock<Arc<BTreeMap<String, Arc<Timetable>>>>);

impl Timetables {
    pub fn all(&self) -> Arc<BTreeMap<String, Arc<Timetable>>> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub fn get(&self, id: &str) -> Option<Arc<Timetable>> {
        self.all().get(id).map(Arc::clone)
    }

    /// Those of a library that are in force on a day, in place of the ones before.
    pub fn take(&self, library: &Library, on: Date) {
        let Some(catalogue) = library.catalogue::<Timetable>() else { return };
        let slots = library.catalogue::<Slot>();
        let shared: BTreeMap<&str, &Slot> =
            slots.iter().flat_map(|it| it.in_force(on)).map(|part| (part.id.as_str(), &part.content)).collect();
        // Their head is the catalogue's.
        let in_force = catalogue.in_force(on).map(|part| {
            let mut timetable = Timetable { id: part.id.clone(), version: part.version, ..part.content.clone() };
            for id in &part.content.slots {
                if let Some(slot) = shared.get(id.as_str()) {
                    timetable.kinds.entry(id.clone()).or_insert_with(|| (*slot).clone());
                }
            }
            (part.id.clone(), Arc::new(timetable))
        });
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(in_force.collect());
    }
}

/// An appointment as somebody asks to book it.
#[derive(Clone)]
pub struct NewAppointment {
    pub wanted: Wanted,
    pub places: Vec<Place>,
    pub note: Option<Text>,
    /// Words by which the one who asks is known, as calendars have them: `resident`, `role:nurse`.
    pub words: Vec<String>,
}

/// Locks that people share, each always with the same others: one for each of them would grow without end.
pub struct Alone([Mutex<()>; 64]);

impl Default for Alone {
    fn default() -> Alone {
        Alone(std::array::from_fn(|_| Mutex::default()))
    }
}

impl Alone {
    fn of(&self, subject: Subject) -> &Mutex<()> {
        &self.0[(subject.0.as_u128() % self.0.len() as u128) as usize]
    }
}

/// The bytes by which a request is known when it is made again: the same for ever, for a digest of them stands in the log.
fn told(request: &impl Serialize) -> Result<Vec<u8>, Trouble> {
    serde_json::to_vec(request).map_err(|error| Trouble::Broken(error.to_string()))
}

impl Kinds {
    /// Has an actor's local day offer what a calendar gives to somebody who has some roles: new times are published, and free
    /// ones to come that it no longer gives are withdrawn. Done twice it is done once. Whether anything changed.
    pub async fn publish_times(
        &self,
        timetable: &Timetable,
        (actor, roles, unit): (&Actor, &[&str], &UnitId),
        date: i32,
    ) -> Result<bool, Trouble> {
        let Some(day) = date_of(date) else { return Ok(false) };
        let now = self.store.now();
        let slots = timetable.slots((actor.id(), roles), day, Calendar::shipped());
        let to_come = slots.into_iter().filter(|slot| now < slot.from);
        let slots: Vec<_> = to_come.map(|slot| timetable.at_unit(slot, unit)).collect();
        let id = day_id(actor.id(), date);
        let known = self.days.look(|days| days.get(id));
        let is_so = known.map_or(slots.is_empty(), |day| {
            let is_lacking = slots.iter().any(|slot| day.lacks(slot, now));
            !is_lacking && day.no_longer_given(&timetable.id, &slots, now).next().is_none()
        });
        if is_so {
            return Ok(false);
        }
        let plan = OfDay::Plan { actor: actor.clone(), unit: unit.clone(), date };
        let calendar = timetable.id.clone();
        let publish = OfDay::Publish {
            calendar: calendar.as_str().into(),
            unit: unit.clone(),
            service: timetable.service.clone(),
            slots: slots.clone(),
        };
        let flow = move |turn: &mut Turn<'_>| {
            turn.decide::<Day>(id, &plan, &())?;
            flow::withdraw(turn, id, &calendar, &slots)?;
            turn.decide::<Day>(id, &publish, &())
        };
        Ok(!self.store.turn(&By::System, self.by_itself(id, &timetable.id), flow).await?.wrote.is_empty())
    }

    /// Professionals' days, each with a calendar of which it has free times to come.
    pub fn offered_times(&self) -> Vec<(Uuid, Label)> {
        let now = self.store.now();
        self.days.look(|days| {
            let theirs = days.iter().filter(|(_, day)| day.actor.professional().is_some());
            theirs.flat_map(|(id, day)| day.calendars(now).into_iter().map(move |calendar| (id, calendar))).collect()
        })
    }

    /// Withdraws all free times to come that a day has of a calendar. Whether there were any.
    pub async fn withdraw_times(&self, day: Uuid, calendar: &str) -> Result<bool, Trouble> {
        let (asked, calendar) = (self.by_itself(day, calendar), calendar.to_string());
        let flow = move |turn: &mut Turn<'_>| flow::withdraw(turn, day, &calendar, &[]);
        Ok(!self.store.turn(&By::System, asked, flow).await?.wrote.is_empty())
    }

    /// A request of rules that run by themselves. The way the day stands decides what comes of it, so that no key need hold back
    /// a second time: a calendar may give again what it once took away.
    fn by_itself(&self, day: Uuid, calendar: &str) -> Asked {
        let key = format!("{calendar}/{}", new_id(self.store.now()));
        Asked { scope: format!("{day}/system"), request: digest(key.as_bytes()), key, seen: 0 }
    }

    /// The first times of a calendar that are free from an instant on.
    pub fn free(&self, sought: &Sought<'_>, from: i64, most: usize) -> Vec<(Found, Arc<Day>)> {
        let now = self.store.now();
        self.days.look(|days| {
            let found = days.index().first(sought, (from.max(now), now), most);
            found.into_iter().filter_map(|found| Some((found, days.get(found.day)?))).collect()
        })
    }

    /// Books an appointment under an id that its asker was given; done twice it is done once. Where a calendar limits how many
    /// appointments to come a person has, their bookings are made one after another, so that each is counted by the next.
    pub async fn book(
        &self,
        id: Uuid,
        new: NewAppointment,
        timetable: Arc<Timetable>,
        by: &By,
    ) -> Result<Done, Trouble> {
        let asked = Asked {
            scope: format!("appointment/{}", by.name()),
            key: id.to_string(),
            request: digest(&told(&(&new.wanted, &new.places, &new.note))?),
            seen: 0,
        };
        let limited = new.wanted.subject.filter(|_| timetable.book.open_at_once.is_some());
        let (kinds, by) = (self.clone(), by.clone());
        // On its own, so that an asker who hangs up does not let the next one in before this booking can be seen.
        let booking = tokio::spawn(async move {
            let _alone = match limited {
                Some(subject) => Some(kinds.booking.of(subject).lock().await),
                None => None,
            };
            let open = limited.map_or(0, |subject| kinds.open_in(subject, &timetable.id));
            let flow = move |turn: &mut Turn<'_>| {
                let words: Vec<&str> = new.words.iter().map(String::as_str).collect();
                let (wanted, places, note) = (new.wanted.clone(), new.places.clone(), new.note.clone());
                flow::book(turn, id, &Ask { wanted, places, note, over: None, words: &words, open }, &timetable)
            };
            // A turn that is done is in all views.
            kinds.store.turn(&by, asked, flow).await
        });
        booking.await.unwrap_or_else(|error| Err(Trouble::Unknown(error.to_string())))
    }

    /// Moves an appointment to another time of its calendar.
    pub async fn reschedule(
        &self,
        id: Uuid,
        places: Vec<Place>,
        timetable: Arc<Timetable>,
        (by, key): (&By, &str),
    ) -> Result<Done, Trouble> {
        let request = digest(&told(&places)?);
        let asked = Asked { scope: format!("{id}/{}", by.name()), key: key.into(), request, seen: 0 };
        let flow = move |turn: &mut Turn<'_>| flow::reschedule(turn, id, (&places, None), &timetable);
        self.store.turn(by, asked, flow).await
    }

    /// A new appointment's id, for which a time may be held before it is booked.
    pub fn new_appointment(&self) -> Uuid {
        new_id(self.store.now())
    }

    /// How many appointments to come a person has in a calendar.
    pub(crate) fn open_in(&self, subject: Subject, calendar: &str) -> usize {
        self.appointments.look(|appointments| {
            let theirs = appointments.of_subject(subject, usize::MAX).into_iter().filter_map(|id| appointments.get(id));
            let is_open = |it: &Arc<Appointment>| it.is_to_come() && it.booking.calendar == Label::from(calendar);
            theirs.filter(is_open).count()
        })
    }
}

#[cfg(test)]
mod tests {
    use facts::{Channel, Modality};
    use operations::bookings::Way;

    use super::*;

    /// A request that was made before an update is the same after it. These texts never change.
    #[test]
    fn c38_a_request_is_known_by_the_same_bytes_for_ever() {
        let id = Uuid::from_u128;
        let wanted = Wanted {
            subject: Some(Subject(id(1))),
            kind: "first".into(),
            way: Way(Modality::InPerson),
            channel: Channel::Phone,
            contact: Some(id(2)),
            assessment: None,
            enrolment: None,
            needs: vec!["interpreter".into()],
        };
        let (places, note) = ([Place::Time(id(3), id(4)), Place::Seat(id(5))], Some(Text::from("Selkä")));
        let text = |told: Result<Vec<u8>, Trouble>| String::from_utf8(told.expect("told")).expect("text");
        let expected = include_str!("bookings/told.txt").trim().lines().collect::<Vec<_>>();
        let told = [text(told(&(&wanted, &places, &note))), text(told(&places))];
        assert_eq!(told[..], expected[..]);
    }
}
