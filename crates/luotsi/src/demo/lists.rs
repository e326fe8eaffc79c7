//! The demo county's other calendars, as its days go on: people come without a time, series are booked, groups meet, duties are
//! given, time is kept for other work, and some would come sooner.
//!
//! All of it is a function of ids and the clock, as with single times: a server that starts again goes on where it was.

use std::sync::Arc;

use calendar::{Calendar, day_number};
use county::{CAST, County};
use facts::{Channel, Code, Outcome, Profession, Urgency};
use jiff::Timestamp;
use jiff::ToSpan;
use jiff::civil::Date;
use kinds::{Came, DayOf, Entry, Kinds, NewAppointment, NewContact};
use matter::{By, ProfessionalId, Subject, Trouble};
use operations::bookings::Actor;
use operations::bookings::appointments::{Appointment, Wanted};
use operations::bookings::calendar::Timetable;
use operations::bookings::days::{Sought, Stretch};
use operations::bookings::flow::Place;
use operations::bookings::gatherings::{Command as OfGathering, Gathering};
use operations::bookings::series::starts;
use operations::bookings::walk_ins::{Command as OfList, Met, WalkIn};
use operations::bookings::wishes::{Command as Wished, Made};
use operations::contacts;
use operations::residents::{Command as OfResident, Registration};
use uuid::Uuid;

use super::bookings::number;

const MINUTE: i64 = 60_000_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
/// Somebody may come so often.
const COMES: i64 = 12 * MINUTE;
/// So long somebody is seen, and so long one waits before one goes away.
const SEEN: i64 = 15 * MINUTE;
const PATIENT: i64 = 100 * MINUTE;
/// Open series that the county keeps going.
const SERIES: usize = 3;
/// The first pair with a list.
const PAIR: &str = "pair-1";
/// Days ahead for which duties are given.
const GIVEN: i32 = 7;

/// Those who are in the county's lists.
pub struct Lists {
    kinds: Kinds,
    residents: u32,
}

/// An error other than that somebody else was quicker.
fn told(what: &str, done: Result<(), Trouble>) {
    match done {
        Ok(()) | Err(Trouble::Refused(_) | Trouble::NotFound) => {}
        Err(trouble) => eprintln!("error: {what} of the demo: {trouble:?}"),
    }
}

/// The so many-th professional of a unit whom hours name by role: ids of the demo say unit and profession.
fn professional(timetable: &Timetable, who: &str, place: usize) -> Option<(Actor, By)> {
    let profession = Profession::named(who.strip_prefix("role:")?)?;
    let id = format!("{}-{}-{place}", timetable.unit, profession.code());
    let by = By::Professional { id: id.as_str().into(), unit: timetable.unit.clone(), leads: false };
    Some((Actor::Professional { id: id.as_str().into(), profession }, by))
}

/// Those of the cast who are on a list are registered to its pair in the log, too, by which contacts find their way.
pub async fn own_pair(kinds: &Kinds, now: i64) {
    let today = Calendar::shipped().local_date(now).map_or(0, day_number);
    let listed = CAST.iter().filter(|member| member.is_on_a_list());
    for subject in listed.filter_map(|member| member.source_id().parse().ok().map(Subject)) {
        if kinds.registration(subject).is_some() {
            continue;
        }
        let [physician, nurse]: [ProfessionalId; 2] =
            ["physician", "nurse"].map(|it| format!("{PAIR}-{it}-1").as_str().into());
        let by = By::Professional { id: nurse.clone(), unit: PAIR.into(), leads: false };
        let registration =
            Registration { unit: PAIR.into(), physician: Some(physician), nurse: Some(nurse), from: today };
        let command = OfResident::Register(registration);
        let done = kinds.ask_of_resident(subject, &by, command, ("demo-list", PAIR)).await;
        told("an own pair", done);
    }
}

impl Lists {
    pub fn new(kinds: Kinds, residents: u32) -> Lists {
        Lists { kinds, residents }
    }

    /// Does what has come to be done by now.
    pub async fn round(&self, now: i64) {
        let local = Timestamp::from_microsecond(now).map(|at| Calendar::shipped().zone.to_datetime(at));
        let Ok(today) = local.map(|at| at.date()) else { return };
        for timetable in self.kinds.timetables.all().values() {
            if timetable.walk_in.is_some() {
                told("a walk-in list", self.walk_in(timetable, (today, now)).await);
            }
            self.gatherings(timetable, now).await;
            self.duties(timetable, today).await;
            self.kept(timetable, today).await;
            self.wishes(timetable, now).await;
            if self.kinds.series.look(|all| all.iter().filter(|(_, it)| !it.is_over).count()) < SERIES {
                self.series(timetable, now).await;
            }
        }
    }

    fn resident(&self, number: u64) -> Option<Subject> {
        County::source_id((number / 1_000 % u64::from(self.residents.max(1))) as u32).parse().ok().map(Subject)
    }

    /// People come while the list is open, are taken one after another, seen, and some go away.
    async fn walk_in(&self, timetable: &Arc<Timetable>, (today, now): (Date, i64)) -> Result<(), Trouble> {
        let hours = timetable.come_in(today, Calendar::shipped());
        let Some(who) = timetable.weeks.first().map(|week| week.hours.who.clone()) else { return Ok(()) };
        let Some((_, by)) = professional(timetable, &who, 1) else { return Ok(()) };
        let Some(&[first, ..]) = hours.first().filter(|[from, ..]| *from <= now) else { return Ok(()) };
        let id = self.kinds.walk_in(timetable, day_number(today), &by).await?;
        let comes = |at: &i64| {
            let is_open = hours.iter().any(|[from, last, _]| from <= at && at < last);
            let drawn = number(Uuid::new_v5(&id, at.to_string().as_bytes()));
            (is_open && drawn % 100 < 40).then_some(drawn)
        };
        let came: Vec<u64> =
            (0..).map(|step| first + step * COMES).take_while(|at| *at <= now).filter_map(|at| comes(&at)).collect();
        let Some(list) = self.kinds.walk_ins.look(|all| all.get(id)) else { return Ok(()) };
        // A visitor who puts somebody on it takes the place of one of the county's.
        let reasons: Vec<&String> = timetable.walk_in.iter().flat_map(|it| it.reasons.keys()).collect();
        for (place, drawn) in came.iter().enumerate().skip(list.last as usize).take(2) {
            let entry = self.entry(timetable, (&reasons, *drawn));
            self.kinds.enter(id, entry, (&by, &format!("demo-{place}"))).await?;
        }
        let Some(list) = self.kinds.walk_ins.look(|all| all.get(id)) else { return Ok(()) };
        self.serve(timetable, (id, &list), &by, now).await
    }

    fn entry(&self, timetable: &Timetable, (reasons, drawn): (&[&String], u64)) -> Entry {
        let reason =
            reasons.get(drawn as usize / 7 % reasons.len().max(1)).map_or_else(String::new, |it| (*it).clone());
        let urgency = if (drawn / 11).is_multiple_of(6) { Urgency::Urgent } else { Urgency::Routine };
        let named = timetable.walk_in.as_ref().and_then(|it| it.reasons.get(&reason)).map(|it| it.fi.clone());
        let who = match self.resident(drawn).filter(|_| (drawn / 13).is_multiple_of(3)) {
            None => Came::Somebody,
            subject => Came::Client(Box::new(NewContact {
                client_id: format!("demo-{drawn}"),
                among: String::new(),
                channel: Channel::WalkIn,
                service: timetable.service.clone(),
                language: "fi".into(),
                unit: timetable.unit.to_string(),
                queue: None,
                anonymous: false,
                subject,
                routed: None,
                text: named.clone().unwrap_or_default(),
            })),
        };
        Entry { who, reason, urgency, note: None }
    }

    async fn serve(
        &self,
        timetable: &Timetable,
        (id, list): (Uuid, &WalkIn),
        by: &By,
        now: i64,
    ) -> Result<(), Trouble> {
        let ask =
            async |command: OfList, key: String| self.kinds.walk_ins.ask(id, command, by, &key, 0).await.map(drop);
        let mut taken = 0;
        for (number, visitor) in &list.visitors {
            let number = *number;
            match visitor.called_at {
                // Those whom a visitor has taken are the visitor's.
                Some(at) if at + SEEN <= now && visitor.by.as_ref().is_some_and(|it| by.name() == **it) => {
                    let met = Met {
                        id: Uuid::new_v5(&id, &number.to_be_bytes()),
                        profession: visitor
                            .by
                            .as_ref()
                            .map_or_else(String::new, |it| it.split('-').rev().nth(1).unwrap_or_default().into()),
                        service: timetable.service.clone(),
                    };
                    ask(OfList::See { number, encounter: Some(met) }, format!("demo-see-{number}")).await?;
                    if let Some(contact) = visitor.contact {
                        let resolve = contacts::Command::Resolve { outcome: Outcome::Advised };
                        told(
                            "a contact",
                            self.kinds
                                .contacts
                                .ask(contact, resolve, by, &format!("demo-{number}"), u64::MAX)
                                .await
                                .map(drop),
                        );
                    }
                }
                Some(_) => taken += 1,
                None if visitor.entered_at + PATIENT <= now => {
                    ask(OfList::Leave { number }, format!("demo-leave-{number}")).await?;
                }
                None => {}
            }
        }
        match list.in_line().first() {
            Some(number) if taken == 0 => ask(OfList::Call { number: *number }, format!("demo-call-{number}")).await,
            _ => Ok(()),
        }
    }

    /// Residents take seats as a gathering comes near, more than there are at some; who holds it marks who came.
    async fn gatherings(&self, timetable: &Arc<Timetable>, now: i64) {
        for (id, it) in self.kinds.gatherings_of(&timetable.id) {
            let drawn = number(id);
            let most = u64::from(it.called.seats[1]);
            let wanted = 1 + drawn % (most + 1);
            // One more each day, the last two days before.
            let by_now = wanted.saturating_sub(((it.called.from - now) / (DAY / 2)).max(0) as u64 / 3);
            for place in 0..by_now {
                let appointment = Uuid::new_v5(&id, format!("demo {place}").as_bytes());
                if self.kinds.appointments.look(|all| all.get(appointment)).is_some() {
                    continue;
                }
                let Some(subject) = self.resident(drawn.wrapping_mul(place + 3)) else { continue };
                match it.free() > place as usize {
                    true => told("a seat", self.seat(timetable, (id, &it), (appointment, subject)).await),
                    false => told("a waiting list", self.wait(&it, id, (appointment, subject)).await),
                }
            }
        }
        let begun: Vec<(Uuid, Arc<Gathering>)> = self.kinds.gatherings.look(|all| {
            let is_its = |it: &Gathering| *it.called.calendar == *timetable.id && !it.is_over() && it.called.to <= now;
            all.iter().filter(|(_, it)| is_its(it)).map(|(id, it)| (id, Arc::clone(it))).collect()
        });
        for (id, it) in begun {
            let Some(who) = it.called.actor.professional() else { continue };
            let by = By::Professional { id: who.clone(), unit: it.called.unit.clone(), leads: false };
            for (seat, taken) in it.seats.iter().filter(|(_, taken)| taken.came.is_none()) {
                let came = !number(taken.appointment).is_multiple_of(10);
                let mark = OfGathering::Mark { seat: *seat, came };
                told("a seat", self.kinds.gatherings.ask(id, mark, &by, &format!("demo-{seat}"), 0).await.map(drop));
            }
        }
    }

    async fn seat(
        &self,
        timetable: &Arc<Timetable>,
        (id, it): (Uuid, &Gathering),
        (appointment, subject): (Uuid, Subject),
    ) -> Result<(), Trouble> {
        let wanted = Wanted {
            subject: Some(subject),
            kind: it.called.kind.clone(),
            way: *it.called.ways.first().ok_or(Trouble::NotFound)?,
            channel: Channel::Form,
            contact: None,
            assessment: None,
            enrolment: None,
            needs: Vec::new(),
        };
        let new = NewAppointment { wanted, places: vec![Place::Seat(id)], note: None, words: vec!["resident".into()] };
        self.kinds.book(appointment, new, Arc::clone(timetable), &By::Resident(subject)).await.map(drop)
    }

    async fn wait(&self, it: &Gathering, id: Uuid, (wish, subject): (Uuid, Subject)) -> Result<(), Trouble> {
        let made = Made {
            subject: Some(subject),
            unit: it.called.unit.clone(),
            calendar: it.called.calendar.clone(),
            kinds: vec![it.called.kind.clone()],
            days: Vec::new(),
            ways: Vec::new(),
            places: Vec::new(),
            hours: [0, 23],
            earliest: 0,
            until: it.called.from,
            guarantee: None,
            instead_of: None,
            gathering: Some(id),
        };
        self.make_wish(wish, made, subject).await
    }

    async fn make_wish(&self, wish: Uuid, made: Made, subject: Subject) -> Result<(), Trouble> {
        if self.kinds.wishes.read(wish).await.map_err(|error| Trouble::Later(error.to_string()))?.is_some() {
            return Ok(());
        }
        self.kinds.wishes.ask(wish, Wished::Make(made), &By::Resident(subject), "demo", 0).await.map(drop)
    }

    /// Duties of the next days are given; on the fourth somebody is still missing.
    async fn duties(&self, timetable: &Arc<Timetable>, today: Date) {
        for ahead in 0..GIVEN {
            let Ok(date) = today.checked_add(ahead.days()) else { return };
            for shift in timetable.shifts(date, Calendar::shipped()) {
                let need = if ahead == 3 { shift.duty.need - 1 } else { shift.duty.need };
                for place in 0..need {
                    // In turn, and the evening after the morning: there are four of each at least.
                    let turn = (date.day() as usize + place + usize::from(shift.id == "evening") * 2) % 4 + 1;
                    let Some((actor, _)) = professional(timetable, &shift.duty.who, turn) else { continue };
                    let of = DayOf { actor, unit: timetable.unit.clone(), date: day_number(date) };
                    let what = format!("{}/{}", timetable.id, shift.id);
                    let has = self
                        .kinds
                        .days
                        .look(|days| days.get(of.id()))
                        .is_some_and(|day| day.duties.iter().any(|it| it.what == what));
                    if !has {
                        let duty = Stretch { from: shift.from, to: shift.to, what };
                        let key = format!("demo-{}-{}", shift.id, date);
                        told("a duty", self.kinds.give_duty(of, duty, (&By::System, &key)).await.map(drop));
                    }
                }
            }
        }
    }

    /// A physiotherapist keeps an afternoon of each week for developing the work.
    async fn kept(&self, timetable: &Arc<Timetable>, today: Date) {
        if timetable.protects.is_none() {
            return;
        }
        for ahead in 0..14 {
            let Ok(date) = today.checked_add(ahead.days()) else { return };
            let instants = [14, 15].map(|hour| Calendar::shipped().instant(date.at(hour, 30, 0, 0)));
            let [Some(from), Some(to)] = instants else { continue };
            if date.weekday().to_monday_one_offset() != 5 {
                continue;
            }
            let actor =
                Actor::Professional { id: "physio-physiotherapist-1".into(), profession: Profession::Physiotherapist };
            let of = DayOf { actor, unit: "physio".into(), date: day_number(date) };
            let stretch = Stretch { from, to, what: timetable.id.clone() };
            let by = By::Professional { id: "physio-physiotherapist-1".into(), unit: "physio".into(), leads: false };
            let (timetable, key) = (Arc::clone(timetable), format!("demo-{date}"));
            told("protected time", self.kinds.protect(of, stretch, timetable, (&by, &key)).await.map(drop));
        }
    }

    /// Some who have a time would come sooner; of what is offered half is taken.
    async fn wishes(&self, timetable: &Arc<Timetable>, now: i64) {
        if timetable.book.wait.is_none() {
            return;
        }
        let open: Vec<(Uuid, Arc<Appointment>)> = self.kinds.appointments.look(|all| {
            let wishes = |id: &Uuid, it: &Appointment| {
                *it.booking.calendar == *timetable.id
                    && it.is_to_come()
                    && now + 4 * DAY < it.booking.when.from
                    && number(*id).is_multiple_of(8)
                    && it.booking.when.parts.iter().any(|part| part.professional().is_some())
            };
            all.iter().filter(|(id, it)| wishes(id, it)).map(|(id, it)| (id, Arc::clone(it))).collect()
        });
        for (id, it) in open {
            let Some(subject) = it.booking.wanted.subject else { continue };
            let made = Made {
                subject: Some(subject),
                unit: it.booking.unit.clone(),
                calendar: it.booking.calendar.clone(),
                kinds: vec![it.booking.wanted.kind.clone()],
                days: vec![1, 2, 3, 4],
                ways: vec![it.booking.wanted.way],
                places: Vec::new(),
                hours: [0, 11],
                earliest: now,
                until: it.booking.when.from,
                guarantee: None,
                instead_of: Some(id),
                gathering: None,
            };
            told("a wish", self.make_wish(Uuid::new_v5(&id, b"demo wish"), made, subject).await);
        }
        let offered: Vec<(Uuid, Subject)> = self.kinds.wishes.look(|all| {
            let is_its = |it: &operations::bookings::wishes::Wish| {
                *it.made.calendar == *timetable.id
                    && it.offer.as_ref().is_some_and(|offer| offer.until - 80 * MINUTE < now)
            };
            let of = all.iter().filter(|(_, it)| is_its(it));
            of.filter_map(|(id, it)| Some((id, it.made.subject?))).collect()
        });
        for (id, subject) in offered {
            // The cast is played by visitors, who answer for themselves.
            if CAST.iter().any(|member| member.source_id() == subject.to_string()) {
                continue;
            }
            let by = By::Resident(subject);
            let done = match number(id).is_multiple_of(2) {
                true => self.kinds.accept(id, vec!["resident".into()], (&by, "demo-take")).await,
                false => self.kinds.wishes.ask(id, Wished::Pass, &by, "demo-pass", 0).await,
            };
            told("a wish", done.map(drop));
        }
    }

    /// A series of visits for a resident of the cast, with whoever is free first at the same time of every week.
    async fn series(&self, timetable: &Arc<Timetable>, now: i64) {
        let Some((kind_id, kind)) = timetable.kinds.iter().find(|(_, kind)| kind.most.is_some()) else { return };
        let (Some(every), Some(way)) = (kind.every, kind.ways.first().copied()) else { return };
        let sought = Sought { calendar: &timetable.id, kind: Some(kind_id), ..Sought::default() };
        let free = self.kinds.free(&sought, now + 2 * DAY, 2_000);
        let count = kind.most.unwrap_or(1).min(6);
        let placed = free.iter().find_map(|(first, day)| {
            let at = starts(first.from, every, count, Calendar::shipped());
            let same = |from: &i64| free.iter().find(|(it, of)| it.from == *from && of.actor == day.actor);
            let all: Option<Vec<Place>> =
                at.iter().map(|from| same(from).map(|(it, _)| Place::Time(it.day, it.slot))).collect();
            Some((day.actor.clone(), all.filter(|all| all.len() == count)?))
        });
        let Some((actor, places)) = placed else { return };
        let has = |subject: Subject| self.kinds.series.look(|all| !all.of_subject(subject, 1).is_empty());
        let member = ["salla", "veera", "joel", "onni"].iter().find_map(|word| {
            let member = CAST.iter().find(|it| it.word == *word)?;
            member.source_id().parse().ok().map(Subject).filter(|subject| !has(*subject))
        });
        let (Some(subject), Some(who)) = (member, actor.professional()) else { return };
        let by = By::Professional { id: who.clone(), unit: timetable.unit.clone(), leads: false };
        let words: Vec<String> = timetable.book.by.clone();
        let visit = |place: Place| NewAppointment {
            wanted: Wanted {
                subject: Some(subject),
                kind: kind_id.as_str().into(),
                way,
                channel: Channel::Phone,
                contact: None,
                assessment: None,
                enrolment: None,
                needs: Vec::new(),
            },
            places: vec![place],
            note: None,
            words: words.clone(),
        };
        let visits = places.into_iter().map(visit).collect();
        let id = Uuid::new_v5(&subject.0, b"demo series");
        told("a series", self.kinds.book_series(id, visits, Arc::clone(timetable), &by).await.map(drop));
    }
}

#[cfg(test)]
mod tests;
