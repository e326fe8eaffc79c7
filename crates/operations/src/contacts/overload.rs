//! Overload: when the next answer comes at the present pace, how many will be late today, and what averts it. Numbers alone;
//! no clock is moved and nothing is closed.

use calendar::Calendar;
use calendar::hours::Hours;

/// An hour in microseconds.
const HOUR: f64 = 3_600_000_000.0;
/// Answers take so much longer than the pace says at times: what is told on arrival is to hold.
const MARGIN: f64 = 1.5;
/// People who could come to help at most: more are no help that a lead can call.
const MOST_HANDS: u32 = 50;

/// How a queue goes.
#[derive(Debug, Clone, Copy)]
pub struct Pace<'a> {
    /// Microseconds since 1970.
    pub now: i64,
    /// Answers in an hour in which it is staffed, by all who are there.
    pub per_hour: f64,
    /// Those who are there.
    pub people: u32,
    /// When it is staffed.
    pub hours: &'a Hours,
    pub calendar: &'a Calendar,
}

/// Answers in an hour, by when they were given: the lower of the last two hours of work and the last eight, for what is
/// promised on one good hour does not hold. `answered`: times of answers, in any order, also older ones.
pub fn per_hour(answered: &[i64], now: i64, hours: &Hours, calendar: &Calendar) -> f64 {
    let ago = |staffed: u32| {
        let since = hours.ago(now, i64::from(staffed) * HOUR as i64, calendar).unwrap_or(i64::MAX);
        answered.iter().filter(|at| since <= **at && **at <= now).count() as f64 / f64::from(staffed)
    };
    let (lately, long) = (ago(2), ago(8));
    if lately > 0.0 { lately.min(long.max(lately / 2.0)) } else { long }
}

/// The end of a queue's day at its present pace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Forecast {
    /// The end of today's work, in microseconds since 1970.
    pub ends: i64,
    /// Contacts that are late already; they are answered first.
    pub already: usize,
    /// Contacts that will be late: those due today that nobody comes to before work ends, and later ones whose day passes.
    pub late: usize,
    /// So many more people from now on, and none of them will be; none: no number that could come is enough.
    pub hands: Option<u32>,
}

impl Pace<'_> {
    /// When so many contacts are answered, one after the other; none: nobody answers, or nobody will be there.
    fn after(&self, contacts: f64) -> Option<i64> {
        let takes = (self.per_hour > 0.0).then(|| contacts / self.per_hour * HOUR)?;
        self.hours.add(self.now, takes as i64, self.calendar)
    }

    /// The instant until which somebody who comes now can count on an answer, `ahead` others being before them.
    pub fn expected(&self, ahead: usize) -> Option<i64> {
        self.after((ahead + 1) as f64 * MARGIN)
    }

    /// How many of those that wait will be late, by when each is due; none: nobody is at work any more today, or nobody has
    /// answered yet.
    pub fn forecast(&self, due: &[i64]) -> Option<Forecast> {
        let today = self.calendar.local_date(self.now)?;
        let (_, ends) = self.hours.of(today, self.calendar).into_iter().rfind(|(_, to)| self.now < *to)?;
        let tomorrow = self.calendar.start_of(today.tomorrow().ok()?)?;
        let mut due = due.to_vec();
        due.sort_unstable();
        let already = due.partition_point(|due| *due < self.now);
        let limits: Vec<i64> =
            due[already..].iter().map(|due| if *due < tomorrow { (*due).min(ends) } else { *due }).collect();
        let late = |pace: &Pace<'_>| {
            let is_late =
                |(place, limit): &(usize, &i64)| pace.after((already + place + 1) as f64).is_none_or(|at| **limit < at);
            limits.iter().enumerate().filter(is_late).count()
        };
        self.after(1.0)?;
        let with = |more: u32| {
            let people = f64::from(self.people.max(1));
            late(&Pace { per_hour: self.per_hour * (people + f64::from(more)) / people, ..*self })
        };
        let hands = (0..=MOST_HANDS).find(|more| with(*more) == 0);
        Some(Forecast { ends, already, late: with(0), hands })
    }
}

#[cfg(test)]
mod tests;
