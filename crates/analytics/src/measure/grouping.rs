//! The grouping of figures, and the periods and windows of a run.

use calendar::Calendar;
use jiff::civil::Date;

use super::{Definition, Request};
use crate::error::{Error, Result};

/// Length of the periods asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grain {
    Day,
    Week,
    Month,
    Quarter,
    Year,
}

/// How figures are grouped by unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UnitGrouping {
    /// One figure for every unit at every level, over its subtree.
    Every,
    /// Units of one level.
    Level(String),
}

/// The columns by which figures are grouped.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Grouping {
    pub unit: Option<UnitGrouping>,
    pub period: Option<Grain>,
    pub dimensions: Vec<String>,
}

/// Periods in one run.
const MOST_PERIODS: usize = 10_000;
/// Dimensions that the engine joins once for each resident.
pub(crate) const JOINED: [&str; 4] = ["age_group", "sex", "language", "municipality"];
/// Dimensions that a case query may have as columns.
pub(super) const COLUMNS: [&str; 7] =
    ["channel", "service", "profession", "professional_id", "risk_class", "instrument", "modality"];

impl Grouping {
    /// From the words of `--by`: `unit`, `unit:LEVEL`, `period`, `period:day|week|month|quarter|year`, dimensions.
    pub fn parse(words: &str) -> Result<Grouping> {
        let mut grouping = Grouping::default();
        for word in words.split(',').map(str::trim).filter(|word| !word.is_empty()) {
            match word.split_once(':').map_or((word, None), |(word, option)| (word, Some(option))) {
                ("unit", None) => grouping.unit = Some(UnitGrouping::Every),
                ("unit", Some(level)) => grouping.unit = Some(UnitGrouping::Level(level.into())),
                ("period", option) => {
                    grouping.period = Some(match option {
                        None | Some("month") => Grain::Month,
                        Some("day") => Grain::Day,
                        Some("week") => Grain::Week,
                        Some("quarter") => Grain::Quarter,
                        Some("year") => Grain::Year,
                        Some(other) => {
                            return Err(Error::new(format!("no period is called {other}"))
                                .remedy("period:day, period:week, period:month, period:quarter or period:year"));
                        }
                    });
                }
                (word, None) if JOINED.contains(&word) || COLUMNS.contains(&word) => {
                    grouping.dimensions.push(word.into());
                }
                _ => {
                    let known = [JOINED.as_slice(), &COLUMNS].concat().join(", ");
                    return Err(Error::new(format!("cannot group by {word}"))
                        .remedy(format!("unit, unit:LEVEL, period, period:GRAIN, {known}")));
                }
            }
        }
        Ok(grouping)
    }
}

impl std::fmt::Display for Grouping {
    /// As [`Grouping::parse`] reads it.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let unit = self.unit.as_ref().map(|unit| match unit {
            UnitGrouping::Every => "unit".to_string(),
            UnitGrouping::Level(level) => format!("unit:{level}"),
        });
        let period = self.period.map(|grain| format!("period:{grain:?}").to_lowercase());
        let words: Vec<String> = unit.into_iter().chain(period).chain(self.dimensions.iter().cloned()).collect();
        out.write_str(&words.join(","))
    }
}

/// The periods of a run, as instants: ends are starts of the next.
pub(super) struct Periods {
    pub starts: Vec<i64>,
    pub end: i64,
    pub names: Vec<String>,
}

impl Periods {
    pub fn of(request: &Request, calendar: &Calendar) -> Result<Periods> {
        let instant =
            |date: Date| calendar.start_of(date).ok_or_else(|| Error::new(format!("{date} is outside the calendar")));
        let end = instant(request.to)?;
        if request.from >= request.to {
            return Err(Error::new("the range is empty: --from must be before --to"));
        }
        let Some(grain) = request.grouping.period else {
            let names = vec![format!("{}/{}", request.from, request.to)];
            return Ok(Periods { starts: vec![instant(request.from)?], end, names });
        };
        let mut periods = Periods { starts: Vec::new(), end, names: Vec::new() };
        let mut day = first_of(request.from, grain);
        while day < request.to {
            if periods.starts.len() == MOST_PERIODS {
                return Err(Error::new(format!("there are more than {MOST_PERIODS} periods in the range"))
                    .remedy("a shorter range with --from and --to, or longer periods"));
            }
            let next = next_of(day, grain)?;
            periods.starts.push(instant(day.max(request.from))?);
            // A part of a period never goes by the name of the whole.
            periods.names.push(match day >= request.from && next <= request.to {
                true => period_name(day, grain),
                false => format!("{}/{}", day.max(request.from), next.min(request.to)),
            });
            day = next;
        }
        Ok(periods)
    }

    /// The period in which an instant falls.
    pub fn find(&self, at: i64) -> Option<usize> {
        let after = self.starts.partition_point(|start| *start <= at);
        (at < self.end).then(|| after.checked_sub(1)).flatten()
    }

    pub fn end_of(&self, period: usize) -> i64 {
        self.starts.get(period + 1).copied().unwrap_or(self.end)
    }
}

fn first_of(day: Date, grain: Grain) -> Date {
    match grain {
        Grain::Day => day,
        Grain::Week => {
            let back = i64::from(day.weekday().to_monday_zero_offset());
            day.checked_sub(jiff::Span::new().days(back)).unwrap_or(day)
        }
        Grain::Month => day.first_of_month(),
        Grain::Quarter => {
            Date::new(day.year(), (day.month() - 1) / 3 * 3 + 1, 1).unwrap_or_else(|_| day.first_of_month())
        }
        Grain::Year => day.first_of_year(),
    }
}

fn next_of(day: Date, grain: Grain) -> Result<Date> {
    let span = match grain {
        Grain::Day => jiff::Span::new().days(1),
        Grain::Week => jiff::Span::new().weeks(1),
        Grain::Month => jiff::Span::new().months(1),
        Grain::Quarter => jiff::Span::new().months(3),
        Grain::Year => jiff::Span::new().years(1),
    };
    day.checked_add(span).map_err(|error| Error::new(error.to_string()))
}

fn period_name(day: Date, grain: Grain) -> String {
    match grain {
        Grain::Day => day.to_string(),
        Grain::Week => {
            let week = day.iso_week_date();
            format!("{}-W{:02}", week.year(), week.week())
        }
        Grain::Month => format!("{:04}-{:02}", day.year(), day.month()),
        Grain::Quarter => format!("{}-Q{}", day.year(), (day.month() - 1) / 3 + 1),
        Grain::Year => day.year().to_string(),
    }
}

/// The windows of a file: for each period, from where to where its cases are asked for.
pub(super) fn windows(
    measure: &Definition,
    request: &Request,
    periods: &Periods,
    calendar: &Calendar,
) -> Result<Vec<(i64, i64)>> {
    let whole = (periods.starts[0], periods.end);
    let (Some(months), Some(_)) = (measure.window_months, request.grouping.period) else { return Ok(vec![whole]) };
    let window = |period: usize| {
        let end = periods.end_of(period);
        let last = calendar.local_date(end).ok_or_else(|| Error::new("a period ends outside the calendar"))?;
        let first = last.checked_sub(jiff::Span::new().months(i64::from(months)));
        let first = first.map_err(|error| Error::new(error.to_string()))?;
        let start = calendar.start_of(first).ok_or_else(|| Error::new("a window begins outside the calendar"))?;
        Ok((start, end))
    };
    (0..periods.starts.len()).map(window).collect()
}
