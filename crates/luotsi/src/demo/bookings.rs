//! Residents of the demo county book times, come to them, cancel and stay away, in the log, as its days go on.
//!
//! The fate of a time is a function of its id: whether it is booked, how long before, by which resident, and what happens then.
//! So a server that starts again goes on where it was, and a time that a visitor has is left to the visitor.

use std::sync::Arc;

use county::County;
use facts::{CancelReason, Channel};
use kinds::{Kinds, NewAppointment};
use matter::{By, ProfessionalId, Subject, Trouble};
use operations::bookings::appointments::{Appointment, Command, Part, Stage, Wanted};
use operations::bookings::calendar::Timetable;
use operations::bookings::days::{Found, Sought};
use operations::bookings::flow::Place;
use operations::dispatches::Means;
use operations::residents::Command::LeaveReach;
use operations::residents::{Addresses, Reach};
use uuid::Uuid;

const MINUTE: i64 = 60_000_000;
const HOUR: i64 = 60 * MINUTE;
/// How long before its start a time is booked at the earliest, and at the latest.
const AHEAD: i64 = 7 * 24 * HOUR;
const LATEST: i64 = 3 * HOUR;
/// Of a hundred times so many are wanted by somebody.
const WANTED: u64 = 62;
/// Free times that are looked at for each calendar at once.
const LOOKED_AT: usize = 2_000;
/// So long before its start a time is cancelled.
const CANCELLED: i64 = 30 * HOUR;
/// After so long from its start it is clear that nobody comes.
const MISSED: i64 = 15 * MINUTE;

/// Those who book in the county.
pub struct Booking {
    kinds: Kinds,
    residents: u32,
}

impl Booking {
    pub fn new(kinds: Kinds, residents: u32) -> Booking {
        Booking { kinds, residents }
    }

    /// Does what has come to be done by now.
    pub async fn round(&self, now: i64) {
        for timetable in self.kinds.timetables.all().values().filter(|it| it.is_open_to(&["resident"])) {
            let sought = Sought { calendar: &timetable.id, ..Sought::default() };
            for (found, _) in self.kinds.free(&sought, now, LOOKED_AT) {
                if wanted_from(&found).is_some_and(|from| from <= now && now + LATEST < found.from) {
                    self.book(timetable, &found).await;
                }
            }
        }
        let open: Vec<(Uuid, Arc<Appointment>)> =
            self.kinds.appointments.look(|all| all.iter().map(|(id, it)| (id, Arc::clone(it))).collect());
        for (id, it) in open {
            if let Some((by, command)) = next(id, &it, now) {
                let key = format!("demo-{id}-{:?}", it.stage);
                // A visitor may have done something else meanwhile.
                let _ = self.kinds.appointments.ask(id, command, &by, &key, u64::MAX).await;
            }
        }
    }

    async fn book(&self, timetable: &Arc<Timetable>, found: &Found) {
        let Some(day) = self.kinds.days.look(|days| days.get(found.day)) else { return };
        let Some(time) = day.times.get(&found.slot).filter(|it| it.slot.seats.is_none()) else { return };
        // It was booked before, and cancelled.
        let id = appointment_of(found.slot);
        if self.kinds.appointments.look(|all| all.get(id)).is_some() {
            return;
        }
        let number = number(found.slot);
        let resident = (number / 1_000 % u64::from(self.residents.max(1))) as u32;
        let Some(subject) = County::source_id(resident).parse().ok().map(Subject) else { return };
        self.leave_reach(subject, resident).await;
        let ways = &time.slot.ways;
        let Some(way) = ways.get(number as usize / 7 % ways.len().max(1)).copied() else { return };
        let wanted = Wanted {
            subject: Some(subject),
            kind: time.slot.kind.clone(),
            way,
            channel: Channel::Form,
            contact: None,
            assessment: None,
            enrolment: None,
            needs: Vec::new(),
        };
        let places = vec![Place::Time(found.day, found.slot)];
        let new = NewAppointment { wanted, places, note: None, words: vec!["resident".into()] };
        let by = By::Resident(subject);
        match self.kinds.book(id, new, Arc::clone(timetable), &by).await {
            // Somebody was quicker, or they have as many times as one may have.
            Ok(_) | Err(Trouble::Refused(_) | Trouble::NotFound) => {}
            Err(trouble) => eprintln!("error: a time of the demo is not booked: {trouble:?}"),
        }
    }
}

impl Booking {
    /// Two residents of three have left a number before they book, and some of them an address; all of them invented.
    async fn leave_reach(&self, subject: Subject, resident: u32) {
        let has_left = self.kinds.residents.look(|all| all.get(subject.0)).is_some_and(|it| it.reach.is_some());
        if has_left || resident.is_multiple_of(3) {
            return;
        }
        let addresses = Addresses {
            phone: Some(format!("+35845{:07}", resident % 10_000_000)),
            email: resident.is_multiple_of(2).then(|| format!("resident-{resident}@example.org")),
        };
        let email = addresses.email.as_ref().map(|_| Means::Email);
        let reach = Reach { means: [Means::Sms].into_iter().chain(email).collect(), language: "fi".into(), mark: None };
        let command = LeaveReach { reach, addresses };
        let by = By::Resident(subject);
        // A resident who was erased leaves nothing more.
        let _ = self.kinds.ask_of_resident(subject, &by, command, ("demo-reach", "demo-reach")).await;
    }
}

/// A number that stays the same for a time and differs from one to the next.
pub(super) fn number(slot: Uuid) -> u64 {
    let bytes = Uuid::new_v5(&slot, b"demo");
    u64::from_be_bytes(bytes.into_bytes()[..8].try_into().unwrap_or_default())
}

/// The appointment under which the county books a time.
fn appointment_of(slot: Uuid) -> Uuid {
    Uuid::new_v5(&slot, b"demo appointment")
}

/// When somebody comes to want a time; none: nobody does. Most book a day or two before, some a week.
fn wanted_from(found: &Found) -> Option<i64> {
    let number = number(found.slot);
    let share = (number / 100 % 1_000) as f64 / 1_000.0;
    let before = LATEST + ((AHEAD - LATEST) as f64 * share * share) as i64;
    (number % 100 < WANTED).then_some(found.from - before)
}

/// The next act on an appointment of the county, and the one who does it; none: there is none now, or it is a visitor's.
fn next(id: Uuid, it: &Appointment, now: i64) -> Option<(By, Command)> {
    let when = &it.booking.when;
    let slot =
        when.parts.iter().find_map(|part| if let Part::Time { slot, .. } = part { Some(*slot) } else { None })?;
    // An appointment at another time than it was booked for was moved by a visitor, who goes on with it.
    if appointment_of(slot) != id || it.is_closed {
        return None;
    }
    let number = number(slot);
    let (cancels, misses) = ((number / 11).is_multiple_of(14), (number / 13).is_multiple_of(18));
    let by = || {
        let id: ProfessionalId = when.parts.iter().find_map(Part::professional)?.clone();
        Some(By::Professional { id, unit: it.booking.unit.clone(), leads: false })
    };
    match it.stage {
        Stage::Booked if cancels && when.from - CANCELLED <= now && it.booked_at + HOUR <= now && now < when.from => {
            let why = if number.is_multiple_of(2) { CancelReason::Ill } else { CancelReason::OtherPlans };
            Some((By::Resident(it.booking.wanted.subject?), Command::Cancel { why, notified_at: None }))
        }
        Stage::Booked if misses && when.from + MISSED <= now => Some((by()?, Command::Miss { reached: false })),
        Stage::Booked if !misses && when.from <= now => Some((by()?, Command::Arrive)),
        Stage::Arrived if when.from <= now => Some((by()?, Command::Begin)),
        Stage::Begun if when.to <= now => Some((by()?, Command::End { reasons: Vec::new(), procedures: Vec::new() })),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use calendar::{Calendar, day_number};
    use content::{Found as File, Library};
    use facts::Profession;
    use jiff::civil::date;
    use operations::bookings::Actor;
    use store::{KEY_FILE, Keys, Location, Log};

    use super::*;

    #[test]
    fn most_times_are_wanted_a_few_days_before_and_some_by_nobody() {
        let from = 1_800_000_000_000_000;
        let found = (0..2_000_u128).map(|slot| Found { from, day: Uuid::nil(), slot: Uuid::from_u128(slot) });
        let before: Vec<i64> = found.filter_map(|it| wanted_from(&it)).map(|at| from - at).collect();
        assert!((1_150..1_350).contains(&before.len()), "{}", before.len());
        assert!(before.iter().all(|it| (LATEST..=AHEAD).contains(it)));
        let late = before.iter().filter(|it| **it < 48 * HOUR).count();
        assert!(late * 100 > before.len() * 45, "{late}");
    }

    /// Two weeks of four physiotherapists, looked at every hour; in one of their times is a visitor.
    #[tokio::test]
    async fn residents_book_come_cancel_and_stay_away_and_a_visitors_time_is_left_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let keys = Arc::new(Keys::open(folder.path(), &folder.path().join(KEY_FILE)).expect("keys"));
        let monday = date(2026, 3, 9);
        let begun = Calendar::shipped().start_of(monday).expect("an instant");
        let clock = Arc::new(AtomicI64::new(begun));
        let ticks = || {
            let clock = Arc::clone(&clock);
            move || clock.load(Ordering::Relaxed)
        };
        let log = Log::open(&Location::File(folder.path().join("log.db")), keys, ticks()).expect("a log");
        let kinds = Kinds::open(log, ticks(), None).await.expect("kinds");
        let following = kinds.store.clone();
        tokio::spawn(async move { following.follow().await });
        let text = include_str!("../../../../content/calendars/physiotherapist-direct.toml");
        let file = [File::shipped("content/calendars/physiotherapist-direct.toml", text)];
        kinds.timetables.take(&Library::read(kinds::content::FOLDERS, &file, &|_, _| true), monday);
        let timetable = kinds.timetables.get("physiotherapist-direct").expect("a calendar");
        let mut times = 0;
        for actor in ["physio-1", "physio-2", "physio-3", "physio-4"] {
            let actor = Actor::Professional { id: actor.into(), profession: Profession::Physiotherapist };
            for day in 0..12 {
                let of = (&actor, &["physiotherapist"][..], &timetable.unit);
                kinds.publish_times(&timetable, of, day_number(monday) + day).await.expect("published");
            }
        }
        kinds.days.look(|days| times += days.iter().map(|(_, day)| day.times.len()).sum::<usize>());
        let booking = Booking::new(kinds.clone(), 500);
        let sought = Sought { calendar: &timetable.id, ..Sought::default() };
        let free = kinds.free(&sought, begun + 24 * HOUR, LOOKED_AT);
        let (found, day) = free.iter().find(|(it, _)| wanted_from(it).is_none()).expect("a time that nobody wants");
        let (visitor, slot) = (Subject(Uuid::from_u128(7)), &day.times[&found.slot].slot);
        let wanted = Wanted {
            subject: Some(visitor),
            kind: slot.kind.clone(),
            way: slot.ways[0],
            channel: Channel::Form,
            contact: None,
            assessment: None,
            enrolment: None,
            needs: Vec::new(),
        };
        let places = vec![Place::Time(found.day, found.slot)];
        let new = NewAppointment { wanted, places, note: None, words: vec!["resident".into()] };
        let own = kinds.new_appointment();
        kinds.book(own, new, Arc::clone(&timetable), &By::Resident(visitor)).await.expect("booked");
        let mut stages = std::collections::BTreeMap::new();
        for step in 0..(12 * 24) {
            let now = begun + step * HOUR;
            clock.store(now, Ordering::Relaxed);
            booking.round(now).await;
            kinds.appointments.look(|all| {
                stages.extend(all.iter().filter(|(id, _)| *id != own).map(|(id, it)| (id, it.stage)));
            });
        }
        let of = |stage: Stage| stages.values().filter(|it| **it == stage).count();
        let all = stages.len();
        assert!(all * 100 > times * 40 && all * 100 < times * 75, "{all} of {times}");
        assert_eq!(of(Stage::Arrived), 0, "whoever has come is seen");
        for (stage, least, most) in [(Stage::Ended, 70, 95), (Stage::Cancelled, 1, 12), (Stage::Missed, 1, 12)] {
            assert!((least..=most).contains(&(of(stage) * 100 / all)), "{stage:?}: {} of {all}", of(stage));
        }
        let visitors = kinds.appointments.look(|all| all.get(own)).expect("theirs");
        assert_eq!(visitors.stage, Stage::Booked);
    }
}
