//! Which times are free, for those who look for one.

use std::collections::{BTreeMap, BTreeSet};

use facts::{Label, Modality};
use matter::Index;
use uuid::Uuid;

use super::Day;
use crate::bookings::Way;

/// Times that can be booked, of all open days: each once for every way and language in which it can be had.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Free(BTreeMap<Offer, BTreeMap<Found, i64>>);

/// All that times have in common; an empty language or place: it has none.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Offer {
    calendar: Label,
    kind: Label,
    way: Way,
    language: Label,
    place: Label,
}

/// A time that is free, the earliest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    pub from: i64,
    pub day: Uuid,
    pub slot: Uuid,
}

/// A search in a calendar; none: whichever.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sought<'a> {
    pub calendar: &'a str,
    pub kind: Option<&'a str>,
    pub way: Option<Way>,
    pub language: Option<&'a str>,
    pub place: Option<&'a str>,
    /// Of times that start together at one place the first alone: whoever asks chooses a time, not a person.
    pub one_each: bool,
}

impl Free {
    /// The first times that start at an instant or later and are free now.
    pub fn first(&self, sought: &Sought<'_>, (from, now): (i64, i64), most: usize) -> Vec<Found> {
        let fits = |sought: Option<&str>, label: &Label| sought.is_none_or(|it| it == &**label);
        let lowest = Offer {
            calendar: sought.calendar.into(),
            kind: "".into(),
            way: Way(Modality::ALL[0]),
            language: "".into(),
            place: "".into(),
        };
        let offers = self.0.range(lowest..).take_while(|(offer, _)| *offer.calendar == *sought.calendar);
        let offers = offers.filter(|(offer, _)| {
            fits(sought.kind, &offer.kind)
                && sought.way.is_none_or(|way| way == offer.way)
                && fits(sought.language, &offer.language)
                && fits(sought.place, &offer.place)
        });
        if !sought.one_each {
            let found: BTreeSet<Found> = offers.flat_map(|(_, times)| free(times, (from, now)).take(most)).collect();
            return found.into_iter().take(most).collect();
        }
        let mut first = BTreeMap::new();
        for (offer, times) in offers {
            for found in starts(times, (from, now)).take(most) {
                let kept = first.entry((found.from, &offer.place)).or_insert(found);
                *kept = found.min(*kept);
            }
        }
        first.into_values().take(most).collect()
    }
}

/// The times of an offer that start at an instant or later and are free now.
fn free(times: &BTreeMap<Found, i64>, (from, now): (i64, i64)) -> impl Iterator<Item = Found> {
    let start = Found { from, day: Uuid::nil(), slot: Uuid::nil() };
    times.range(start..).filter(move |(_, free_from)| **free_from <= now).map(|(found, _)| *found)
}

/// The first of them at each start: the others of a start are passed over at once, however many there are.
fn starts(times: &BTreeMap<Found, i64>, (mut from, now): (i64, i64)) -> impl Iterator<Item = Found> {
    std::iter::from_fn(move || {
        let found = free(times, (from, now)).next()?;
        from = found.from.saturating_add(1);
        Some(found)
    })
}

/// Each offer of a day's free times, and from when it is free.
fn offers(id: Uuid, day: &Day) -> impl Iterator<Item = (Offer, Found, i64)> {
    let free = day.times.values().filter_map(|time| Some((time, day.free_from(time)?)));
    free.flat_map(move |(time, free_from)| {
        let (slot, none) = (&time.slot, [Label::from("")]);
        let found = Found { from: slot.from, day: id, slot: slot.id };
        let languages = if slot.languages.is_empty() { none.to_vec() } else { slot.languages.clone() };
        languages.into_iter().flat_map(move |language| {
            let language = language.clone();
            slot.ways.iter().map(move |way| {
                let (calendar, kind, language) = (time.calendar.clone(), slot.kind.clone(), language.clone());
                let place = slot.place.clone().unwrap_or_else(|| "".into());
                (Offer { calendar, kind, way: *way, language, place }, found, free_from)
            })
        })
    })
}

impl Index<Day> for Free {
    fn enter(&mut self, id: Uuid, day: &Day) {
        for (offer, found, free_from) in offers(id, day) {
            self.0.entry(offer).or_default().insert(found, free_from);
        }
    }

    fn leave(&mut self, id: Uuid, day: &Day) {
        for (offer, found, _) in offers(id, day) {
            if let Some(times) = self.0.get_mut(&offer) {
                times.remove(&found);
                if times.is_empty() {
                    self.0.remove(&offer);
                }
            }
        }
    }
}
