//! The county's time: months, office hours, and how often things happen.

use calendar::{Calendar, date_of, day_number};
use facts::{Day, Instant};
use jiff::civil::{Date, date};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Poisson};

/// The first month of the county is January 2023.
const FIRST: Date = date(2023, 1, 1);
/// The county is drawn for so many months beyond the one in which it is made: who books now is seen then.
const AHEAD: i64 = 3;
pub const HOUR: i64 = 3_600_000_000;
pub const MINUTE: i64 = 60_000_000;
pub const DAY: i64 = 24 * HOUR;

/// The calendar of the county, from January 2023 to some months after the one in which it is made.
pub struct Clock {
    /// The instant at which the county is made, in microseconds since 1970.
    pub made: i64,
    /// Local midnights of every day, and of the day after the last.
    midnights: Vec<i64>,
    first: i32,
    /// Days of each month, as places among the days.
    months: Vec<std::ops::Range<usize>>,
    /// Weekdays of each month, as places among the days.
    weekdays: Vec<Vec<usize>>,
    is_weekday: Vec<bool>,
}

impl Clock {
    pub fn new(made: i64) -> Clock {
        let calendar = Calendar::shipped();
        let today = calendar.local_date(made).unwrap_or(FIRST).max(FIRST);
        let end = today.first_of_month().checked_add(jiff::Span::new().months(AHEAD + 1)).unwrap_or(today);
        let (first, end) = (day_number(FIRST), day_number(end));
        let mut clock = Clock {
            made,
            midnights: Vec::new(),
            first,
            months: Vec::new(),
            weekdays: Vec::new(),
            is_weekday: Vec::new(),
        };
        for day in (first..=end).filter_map(date_of) {
            let place = clock.midnights.len();
            if let Some(midnight) = calendar.start_of(day) {
                clock.midnights.push(midnight);
            }
            clock.is_weekday.push(calendar.is_weekday(day));
            if day.day() == 1 {
                clock.months.push(place..place);
                clock.weekdays.push(Vec::new());
            }
            if let (Some(month), Some(weekdays)) = (clock.months.last_mut(), clock.weekdays.last_mut()) {
                month.end = place + 1;
                if calendar.is_weekday(day) {
                    weekdays.push(place);
                }
            }
        }
        // That of the day after the last.
        clock.months.pop();
        clock.weekdays.pop();
        clock
    }

    pub fn months(&self) -> usize {
        self.months.len()
    }

    /// How many years the county is drawn for.
    pub fn years(&self) -> f64 {
        self.days() as f64 / 365.25
    }

    pub fn days(&self) -> usize {
        self.midnights.len() - 1
    }

    pub fn day(&self, place: usize) -> Day {
        Day(self.first + place as i32)
    }

    pub fn date(&self, place: usize) -> Date {
        date_of(self.first + place as i32).unwrap_or(Date::ZERO)
    }

    pub fn is_weekday(&self, place: usize) -> bool {
        self.is_weekday[place]
    }

    pub fn midnight(&self, place: usize) -> i64 {
        self.midnights[place.min(self.midnights.len() - 1)]
    }

    pub fn end(&self) -> i64 {
        self.midnights[self.midnights.len() - 1]
    }

    /// The day of an instant, counted from the first; days outside are clamped.
    pub fn place(&self, at: i64) -> usize {
        self.midnights.partition_point(|midnight| *midnight <= at).saturating_sub(1).min(self.days() - 1)
    }

    pub fn month_of(&self, place: usize) -> usize {
        self.months.partition_point(|month| month.end <= place).min(self.months.len() - 1)
    }

    pub fn first_of(&self, month: usize) -> usize {
        self.months[month.min(self.months.len() - 1)].start
    }

    /// An instant of office hours on a weekday of a month.
    pub fn office_time(&self, month: usize, rng: &mut ChaCha8Rng) -> i64 {
        let weekdays = &self.weekdays[month];
        self.office_time_on(weekdays[rng.random_range(0..weekdays.len())], rng)
    }

    /// An instant of office hours of a day, 8 to 16, more in the morning.
    pub fn office_time_on(&self, place: usize, rng: &mut ChaCha8Rng) -> i64 {
        let hours: f64 = rng.random::<f64>() * rng.random_range(0.4..1.0) * 8.0;
        self.midnight(place) + 8 * HOUR + (hours * 60.0) as i64 * MINUTE
    }

    /// An instant of any day and most hours: digital channels never close.
    pub fn any_time(&self, month: usize, rng: &mut ChaCha8Rng) -> i64 {
        let days = &self.months[month];
        let day = rng.random_range(days.start..days.end);
        self.midnight(day) + 7 * HOUR + rng.random_range(0..14 * 60) * MINUTE
    }

    /// The first weekday that is not before a day.
    pub fn weekday_from(&self, mut place: usize) -> usize {
        while place + 1 < self.days() && !self.is_weekday[place] {
            place += 1;
        }
        place
    }
}

/// How much of something happens in each month.
#[derive(Debug, Clone)]
pub struct Intensity {
    cumulative: Vec<f64>,
}

impl Intensity {
    /// From the expected number for one resident in each month.
    pub fn new(clock: &Clock, per_month: impl Fn(usize) -> f64) -> Intensity {
        let mut sum = 0.0;
        let sums = (0..clock.months()).map(|month| {
            sum += per_month(month);
            sum
        });
        Intensity { cumulative: sums.collect() }
    }

    /// The months in which something happens to one resident, `weight` times as often as to the mean one.
    pub fn draw(&self, weight: f64, rng: &mut ChaCha8Rng) -> Vec<usize> {
        let total = self.cumulative.last().copied().unwrap_or_default();
        (0..poisson(total * weight, rng))
            .map(|_| {
                let at = rng.random::<f64>() * total;
                self.cumulative.partition_point(|sum| *sum < at).min(self.cumulative.len() - 1)
            })
            .collect()
    }
}

pub fn poisson(mean: f64, rng: &mut ChaCha8Rng) -> usize {
    Poisson::new(mean).map_or(0, |poisson| poisson.sample(rng) as usize)
}

/// A month, counted from January 2023.
pub const fn month(year: usize, month: usize) -> usize {
    (year - 2023) * 12 + month - 1
}

pub fn instant(micros: i64) -> Instant {
    Instant(micros)
}
