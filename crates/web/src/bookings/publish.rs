//! Times come to be seen: those of every calendar in force, for everybody who works by it, as far ahead as it says.

use std::collections::HashSet;
use std::pin::pin;
use std::sync::Arc;

use calendar::day_number;
use content::Library;
use facts::{Code, Label};
use futures::stream::{self, StreamExt};
use jiff::civil::Date;
use jiff::{SpanRelativeTo, Unit};
use matter::{Trouble, UnitId};
use operations::bookings::Actor;
use operations::bookings::calendar::Timetable;
use operations::bookings::days::day_id;

use crate::App;
use crate::observe::tell;

/// Days ahead at most.
const FURTHEST: i32 = 400;
/// Days that are published at once.
const AT_ONCE: usize = 128;

impl App {
    /// Goes by the content of a library that is in force on a day.
    pub fn take_content(&self, library: &Library, on: Date) {
        self.kinds.take(library, on);
        self.journeys.take(library, on);
        let told: Vec<String> =
            library.faults.iter().map(|fault| facts::printable(&fault.to_string()).into()).collect();
        let mut faults = self.faults.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        let since = faults.0.or(Some(self.kinds.store.now())).filter(|_| !told.is_empty());
        *faults = (since, told);
    }

    /// Publishes what is to be seen now, and withdraws free times that no calendar in force gives; how many days changed. A day
    /// that cannot be published is told and keeps no other back. Times with seats have a gathering from then on, and what is free
    /// is offered to those who wish for it.
    pub async fn publish_times(&self) -> usize {
        let Some(today) = self.calendar.local_date(self.kinds.store.now()).map(day_number) else { return 0 };
        let (mut changed, mut given) = (0, HashSet::new());
        let mut count = |calendar: &str, done: Result<bool, Trouble>| match done {
            Ok(done) => changed += usize::from(done),
            Err(trouble) => tell(&format!("error: times of {calendar} cannot be published: {trouble:?}")),
        };
        let timetables = self.kinds.timetables.all();
        let mut days = Vec::new();
        for timetable in timetables.values() {
            let ahead = timetable.publish.ahead.total((Unit::Day, SpanRelativeTo::days_are_24_hours()));
            let ahead = ahead.map_or(0, |days| (days.ceil() as i32).clamp(0, FURTHEST));
            let actors = self.actors(timetable).into_iter().map(Arc::new);
            days.extend(actors.flat_map(|it| {
                (today..=today + ahead).map(move |date| (Arc::clone(timetable), Arc::clone(&it), date))
            }));
        }
        // Many at once, so that the log writes them together.
        let published = stream::iter(days).map(|(timetable, it, date)| async move {
            let (actor, profession, unit) = &*it;
            let done = self.kinds.publish_times(&timetable, (actor, &[profession.as_str()], unit), date).await;
            (day_id(actor.id(), date), timetable, done)
        });
        let mut published = pin!(published.buffer_unordered(AT_ONCE));
        while let Some((day, timetable, done)) = published.next().await {
            count(&timetable.id, done);
            given.insert((day, Label::from(timetable.id.as_str())));
        }
        for timetable in self.kinds.timetables.all().values() {
            if let Err(trouble) = self.kinds.call_gatherings(timetable).await {
                tell(&format!("error: gatherings of {} cannot be called: {trouble:?}", timetable.id));
            }
        }
        self.kinds.offer_times().await;
        // Where nobody is known, nobody has left: the professionals could not be read.
        if self.figures().staff().is_empty() {
            return changed;
        }
        // Of calendars that are no longer in force, of people who have left them, and of days further ahead than is published.
        for (day, calendar) in self.kinds.offered_times() {
            if !given.contains(&(day, calendar.clone())) {
                count(&calendar, self.kinds.withdraw_times(day, &calendar).await);
            }
        }
        changed
    }

    /// Those who work by a calendar, each with their profession and where: its units' professionals, and whoever is named.
    pub(super) fn actors(&self, timetable: &Timetable) -> Vec<(Actor, String, UnitId)> {
        let figures = self.figures();
        let staff = figures.staff().iter().filter(|it| it.open);
        staff
            .filter_map(|it| {
                let unit = timetable.given_at(&it.id, &it.unit)?.clone();
                let actor = Actor::Professional { id: it.id.as_str().into(), profession: it.profession };
                Some((actor, it.profession.code().to_string(), unit))
            })
            .collect()
    }
}
