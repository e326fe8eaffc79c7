//! Clocks: dated rules by which something is due, each from a file of `rules/clocks/`, and the steps that say why.
//!
//! A law's clock and a promise of the county are told apart. A law counts its days as act 150/1930 does: the day of the start is
//! not counted, and the last day is whole. The county is the one that has to act, so that a day off moves nothing (§ 5 of the
//! act speaks of what a party does).

mod length;

use std::sync::LazyLock;

use facts::{Guarantee, Names};
use jiff::civil::{Date, Time};
use serde::Deserialize;

use crate::Calendar;

pub use length::Length;

/// The files that are shipped.
pub const SHIPPED: [&str; 11] = [
    include_str!("../../../rules/clocks/callback-same-day.toml"),
    include_str!("../../../rules/clocks/care-guarantee.toml"),
    include_str!("../../../rules/clocks/child-assessment.toml"),
    include_str!("../../../rules/clocks/child-welfare-notice-7d.toml"),
    include_str!("../../../rules/clocks/consultation-answer.toml"),
    include_str!("../../../rules/clocks/decision-implementation.toml"),
    include_str!("../../../rules/clocks/disability-decision.toml"),
    include_str!("../../../rules/clocks/message-service-promise.toml"),
    include_str!("../../../rules/clocks/needs-assessment.toml"),
    include_str!("../../../rules/clocks/notice-urgent-need.toml"),
    include_str!("../../../rules/clocks/therapy-guarantee-28d.toml"),
];

/// A clock, with the rules that were and are in force.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clock {
    pub id: String,
    /// Older name by which measures ask for it.
    asked_as: Option<String>,
    pub says: Says,
    /// The act that says so; a promise has none.
    pub law: Option<Law>,
    pub starts: Moment,
    pub stops: Moment,
    /// Times in which a promise does not run; a law never rests.
    #[serde(default)]
    pub pauses: Vec<Pause>,
    /// The guarantee that it is in the facts; none: it is of no need.
    #[serde(default, with = "guarantee")]
    pub guarantee: Option<Guarantee>,
    /// Rule file of the reasons for which it may not bind, in `rules/`.
    pub exceptions: Option<String>,
    pub name: Names,
    #[serde(rename = "rule")]
    pub rules: Vec<Rule>,
}

/// Where a clock comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Says {
    Law,
    Promise,
}

impl Says {
    pub fn code(self) -> &'static str {
        match self {
            Says::Law => "law",
            Says::Promise => "promise",
        }
    }
}

/// The place of a law.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Law {
    /// Number and year, as `1326/2010`.
    pub act: String,
    pub section: String,
    /// Its text as it is in force, at Finlex.
    pub url: String,
    pub name: Names,
}

/// An event at which a clock starts or stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Moment {
    /// A contact, a notice or an application came.
    Received,
    Answered,
    UrgencyAssessed,
    NeedEstablished,
    CareBegan,
    AssessmentBegan,
    AssessmentReady,
    /// Somebody decided: about a service, or whether a need is to be assessed.
    Decided,
    CarriedOut,
    /// A colleague was asked.
    Asked,
}

impl Moment {
    pub fn code(self) -> &'static str {
        match self {
            Moment::Received => "received",
            Moment::Answered => "answered",
            Moment::UrgencyAssessed => "urgency_assessed",
            Moment::NeedEstablished => "need_established",
            Moment::CareBegan => "care_began",
            Moment::AssessmentBegan => "assessment_began",
            Moment::AssessmentReady => "assessment_ready",
            Moment::Decided => "decided",
            Moment::CarriedOut => "carried_out",
            Moment::Asked => "asked",
        }
    }
}

/// A time in which a promise does not run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pause {
    /// A question waits for the client; it begins anew with their answer.
    WaitingClient,
    /// Nobody is at work: only weekdays and office hours count.
    ClosedHours,
}

impl Pause {
    pub fn code(self) -> &'static str {
        match self {
            Pause::WaitingClient => "waiting_client",
            Pause::ClosedHours => "closed_hours",
        }
    }
}

/// A rule of a clock, in force from a day on for those whose clock starts then.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    pub from: Date,
    /// First day on which it is in force no more.
    pub until: Option<Date>,
    pub length: Length,
    /// Hours of weekdays in which the start counts at once; outside them it counts from the next weekday.
    pub office: Option<Office>,
    /// For people of this age on the day of the start; none: for all.
    pub age: Option<Age>,
    pub running: Running,
    /// The rule in a sentence.
    pub text: Names,
    pub source: String,
    /// Month in which the source was read, YYYY-MM.
    pub checked: String,
    pub standing: Standing,
}

/// Local hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Office {
    pub opens: Time,
    pub closes: Time,
}

/// Ages in full years: below one, or from one on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Age {
    Under(u8),
    From(u8),
}

impl Age {
    fn holds(self, years: u8) -> bool {
        match self {
            Age::Under(limit) => years < limit,
            Age::From(limit) => limit <= years,
        }
    }
}

/// The fate of clocks that run on the day on which a rule comes into force.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Running {
    AsBegun,
    /// They follow it, counted from their own start; but nothing is due before the day on which it comes into force.
    Follow,
}

/// How sure a rule is of its source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    Confirmed,
    Probable,
    Open,
}

/// A clock that runs for somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    /// When it started, in microseconds since 1970.
    pub since: i64,
    /// Full years of the person on that day; none: not known, and no rule for an age holds.
    pub age: Option<u8>,
}

/// The instant by which something is due, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// The last instant that is in time, in microseconds since 1970.
    pub at: i64,
    /// The rule by which it is due in the end.
    pub rule: Rule,
    pub steps: Vec<Step>,
}

/// A step of the explanation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Started(Date),
    /// The person's age then, and what the rule asks.
    Aged(u8, Age),
    /// Outside office hours: it counts to this day.
    CountsOn(Date),
    Counted(Length),
    /// The month in which it ends has no such day: its last is meant.
    LastOfMonth(Date),
    /// Another rule came into force on this day, and running clocks follow it.
    Follows(Date),
    Ends(Date),
}

/// Clocks as shipped.
pub fn shipped() -> &'static [Clock] {
    #[expect(clippy::expect_used, reason = "the files are part of the program and a test reads them")]
    static CLOCKS: LazyLock<Vec<Clock>> = LazyLock::new(|| {
        SHIPPED.iter().map(|text| Clock::parse(text).expect("a shipped clock is well formed")).collect()
    });
    &CLOCKS
}

/// A shipped clock by its id, or by the name by which measures ask for it.
pub fn named(id: &str) -> Option<&'static Clock> {
    shipped().iter().find(|clock| clock.id == id || clock.asked_as.as_deref() == Some(id))
}

/// Full years of a person on a day. Born on a leap day, they are a year older on 1 March where there is none.
pub fn age_on(born: Date, day: Date) -> u8 {
    let had_birthday = (born.month(), born.day()) <= (day.month(), day.day());
    let years = day.year() - born.year() - i16::from(!had_birthday);
    u8::try_from(years.clamp(0, 255)).unwrap_or(0)
}

impl Clock {
    pub fn parse(text: &str) -> Result<Clock, String> {
        let clock: Clock = toml::from_str(text).map_err(|error| error.to_string())?;
        let backwards = clock.rules.iter().find(|rule| rule.until.is_some_and(|until| until <= rule.from));
        match (clock.says, &clock.law, backwards) {
            (.., Some(rule)) => Err(format!("{}: the rule from {} ends before it begins", clock.id, rule.from)),
            (Says::Law, None, _) => Err(format!("{}: a law names its act", clock.id)),
            (Says::Law, ..) if !clock.pauses.is_empty() => Err(format!("{}: a law never rests", clock.id)),
            (Says::Promise, Some(_), _) => Err(format!("{}: a promise stands in no act", clock.id)),
            _ => Ok(clock),
        }
    }

    /// The instant by which it is due for somebody; none: no rule holds for them.
    pub fn due(&self, run: &Run, calendar: &Calendar) -> Option<Due> {
        let started = calendar.local(run.since)?;
        let fits = |rule: &&Rule| rule.age.is_none_or(|age| run.age.is_some_and(|years| age.holds(years)));
        let in_force = |rule: &&Rule| {
            rule.from <= started.date() && rule.until.is_none_or(|until| started.date() < until) && fits(rule)
        };
        let mut rule = self.rules.iter().filter(in_force).max_by_key(|rule| rule.from)?;
        let mut steps = vec![Step::Started(started.date())];
        if let (Some(years), Some(age)) = (run.age, rule.age) {
            steps.push(Step::Aged(years, age));
        }
        let mut ends = rule.ends(started, calendar, &mut steps)?;
        let mut later: Vec<&Rule> = self.rules.iter().filter(|it| rule.from < it.from && fits(it)).collect();
        later.sort_by_key(|rule| rule.from);
        for next in later {
            if next.running == Running::Follow && started.date() < next.from && next.from <= ends {
                steps.push(Step::Follows(next.from));
                (rule, ends) = (next, next.ends(started, calendar, &mut steps)?.max(next.from));
            }
        }
        steps.push(Step::Ends(ends));
        let at = calendar.start_of(ends.tomorrow().ok()?)? - 1;
        Some(Due { at, rule: rule.clone(), steps })
    }
}

impl Rule {
    /// The last day that is in time.
    fn ends(&self, started: jiff::civil::DateTime, calendar: &Calendar, steps: &mut Vec<Step>) -> Option<Date> {
        let mut day = started.date();
        if let Some(office) = self.office
            && (!calendar.is_weekday(day) || started.time() >= office.closes)
        {
            day = calendar.next_weekday(day)?;
            steps.push(Step::CountsOn(day));
        }
        steps.push(Step::Counted(self.length));
        let ends = self.length.after(day, calendar)?;
        if matches!(self.length, Length::Months(_)) && ends.day() != day.day() {
            steps.push(Step::LastOfMonth(ends));
        }
        Some(ends)
    }
}

/// A guarantee by its code.
mod guarantee {
    use facts::{Code, Guarantee};
    use serde::de::Error;
    use serde::{Deserialize, Deserializer};

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Guarantee>, D::Error> {
        let code = String::deserialize(from)?;
        Guarantee::named(&code).map(Some).ok_or_else(|| D::Error::custom(format!("there is no guarantee {code}")))
    }
}

#[cfg(test)]
mod tests;
