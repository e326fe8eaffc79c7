//! Times come to be seen: those of every calendar in force, for everybody who works by it, as far ahead as it says.

use calendar::day_number;
use content::Library;
use facts::Code;
use jiff::civil::Date;
use jiff::{SpanRelativeTo, Unit};
use operations::bookings::Actor;
use operations::bookings::calendar::Timetable;

use crate::App;
use crate::observe::tell;

/// Days ahead at most.
const FURTHEST: i32 = 400;

impl App {
    /// Goes by the calendars of a library that are in force on a day.
    pub fn take_calendars(&self, library: &Library, on: Date) {
        self.kinds.timetables.take(library, on);
    }

    /// Publishes what is to be seen now; how many days got new times.
    pub async fn publish_times(&self) -> usize {
        let Some(today) = self.calendar.local_date(self.kinds.store.now()).map(day_number) else { return 0 };
        let mut new = 0;
        for timetable in self.kinds.timetables.all().values() {
            let ahead = timetable.publish.ahead.total((Unit::Day, SpanRelativeTo::days_are_24_hours()));
            let ahead = ahead.map_or(0, |days| (days.ceil() as i32).clamp(0, FURTHEST));
            for (actor, profession) in self.actors(timetable) {
                for date in today..=today + ahead {
                    let of = (&actor, &[profession.as_str()][..], &timetable.unit);
                    match self.kinds.publish_times(timetable, of, date).await {
                        Ok(published) => new += usize::from(published),
                        Err(trouble) => {
                            tell(&format!("error: times of {} cannot be published: {trouble:?}", timetable.id));
                            return new;
                        }
                    }
                }
            }
        }
        new
    }

    /// Those who work by a calendar, each with their profession: the unit's professionals, and whoever is named.
    pub(super) fn actors(&self, timetable: &Timetable) -> Vec<(Actor, String)> {
        let figures = self.figures();
        let is_named = |id: &str| {
            let weekly = timetable.weeks.iter().map(|week| &week.hours);
            let added = timetable.exceptions.iter().filter_map(|it| it.add.as_ref());
            weekly.chain(added).any(|hours| hours.who == id)
        };
        let staff = figures.staff().iter().filter(|it| it.open);
        let theirs = staff.filter(|it| *it.unit == *timetable.unit || is_named(&it.id));
        theirs
            .map(|it| {
                let actor = Actor::Professional { id: it.id.as_str().into(), profession: it.profession };
                (actor, it.profession.code().to_string())
            })
            .collect()
    }
}
