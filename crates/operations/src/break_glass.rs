//! Breaking the glass: a professional opens the matters of a person for whom they do not care, with a reason, at once and for a
//! while. Another who leads the unit reviews it, and the person sees both. From `rules/break-glass.toml`.

use std::sync::LazyLock;

use calendar::Calendar;
use matter::{
    By, List, Matter, Occasion, Own, ProfessionalId, Refused, Rights, Role, Standing, Subject, Text, Trouble, Turn,
    UnitId,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::organisation::Organisation;
use crate::tasks::{self, Of, Task};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// For how long it opens.
    pub minutes: u32,
    /// By the end of which weekday after it the review is due.
    pub weekdays: u32,
    #[expect(dead_code, reason = "every rule file names its source")]
    source: toml::Table,
}

/// The rule in force.
pub fn rule() -> &'static Rule {
    #[expect(clippy::expect_used, reason = "the file is part of the program and a test reads it")]
    static RULE: LazyLock<Rule> =
        LazyLock::new(|| toml::from_str(include_str!("../../../rules/break-glass.toml")).expect("well formed"));
    &RULE
}

/// A request that can be made of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum Command {
    Break { subject: Subject, why: Text },
    Review { judgment: Judgment, words: Text },
}

/// The judgment of the one who reviews it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Judgment {
    Justified,
    Unjustified,
}

impl Judgment {
    pub const ALL: [Judgment; 2] = [Judgment::Justified, Judgment::Unjustified];

    /// Name in forms, and end of the key of its text.
    pub fn code(self) -> &'static str {
        match self {
            Judgment::Justified => "justified",
            Judgment::Unjustified => "unjustified",
        }
    }
}

/// Something that happened. Fields are added with a default and never renamed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// The reason is sealed beside it. Times are in microseconds since 1970.
    #[serde(rename = "break_glass.broken")]
    Broken {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        subject: Option<Subject>,
        by: ProfessionalId,
        unit: UnitId,
        /// The instant from which it opens nothing more.
        until: i64,
        review_by: i64,
    },
    /// The words are sealed beside it.
    #[serde(rename = "break_glass.reviewed")]
    Reviewed { by: ProfessionalId, judgment: Judgment },
}

/// Why it cannot be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// There is one already, or there is none.
    NotThere,
    /// Only professionals break the glass, and who leads the unit reviews it.
    NotTheirs,
    /// Nobody reviews what they did themselves.
    SecondPerson,
    /// It was reviewed.
    NotNow,
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Refused {
        let code = match refusal {
            Refusal::NotThere => "not_there",
            Refusal::NotTheirs => "not_theirs",
            Refusal::SecondPerson => "second_person",
            Refusal::NotNow => "not_now",
        };
        Refused::new(BreakGlass::NAME, code)
    }
}

/// One breaking of the glass, as its events have left it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BreakGlass {
    pub subject: Option<Subject>,
    pub by: ProfessionalId,
    pub unit: UnitId,
    pub at: i64,
    pub until: i64,
    pub review_by: i64,
    pub reviewed: Option<Reviewed>,
}

/// How it was reviewed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reviewed {
    pub by: ProfessionalId,
    pub judgment: Judgment,
    pub at: i64,
}

impl Matter for BreakGlass {
    const NAME: &'static str = "break_glass";
    const VERSION: u32 = 1;
    const RIGHTS: Rights =
        Rights { worked_by: &[Role::Professional, Role::Lead], led_by: &[Role::Lead], own: Own::Nothing };

    type Command = Command;
    type Event = Event;
    type Refusal = Refusal;
    type Rules = ();
    type Index = ();

    fn decide(it: Option<&BreakGlass>, command: &Command, on: &Occasion<'_, ()>) -> Result<Vec<Event>, Refusal> {
        let By::Professional { id: me, unit, leads } = on.by else { return Err(Refusal::NotTheirs) };
        match (it, command) {
            (None, Command::Break { subject, why: _ }) => {
                let until = on.now.saturating_add(i64::from(rule().minutes) * 60_000_000);
                let review_by = review_by(on.calendar, on.now).ok_or(Refusal::NotNow)?;
                let (by, unit) = (me.clone(), unit.clone());
                Ok(vec![Event::Broken { subject: Some(*subject), by, unit, until, review_by }])
            }
            (None, Command::Review { .. }) | (Some(_), Command::Break { .. }) => Err(Refusal::NotThere),
            (Some(it), Command::Review { .. }) if it.by == *me => Err(Refusal::SecondPerson),
            (Some(_), Command::Review { .. }) if !leads => Err(Refusal::NotTheirs),
            (Some(it), Command::Review { .. }) if it.reviewed.is_some() => Err(Refusal::NotNow),
            (Some(_), Command::Review { judgment, words: _ }) => {
                Ok(vec![Event::Reviewed { by: me.clone(), judgment: *judgment }])
            }
        }
    }

    fn evolve(it: Option<BreakGlass>, event: &Event, at: i64) -> Option<BreakGlass> {
        match (it, event) {
            (None, Event::Broken { subject, by, unit, until, review_by }) => Some(BreakGlass {
                subject: *subject,
                by: by.clone(),
                unit: unit.clone(),
                at,
                until: *until,
                review_by: *review_by,
                reviewed: None,
            }),
            (Some(it), Event::Reviewed { by, judgment }) => {
                Some(BreakGlass { reviewed: Some(Reviewed { by: by.clone(), judgment: *judgment, at }), ..it })
            }
            (it, _) => it,
        }
    }

    /// It stands in no list, and with nobody: to have broken the glass is no care. It stays readable to those who look into it.
    fn standing(&self) -> Standing<'_> {
        let (subject, unit) = (self.subject, Some(&self.unit));
        Standing { subject, unit, who: None, list: List::Nowhere, since: self.at, done: None }
    }

    fn text(command: &Command, event: &Event) -> Option<Text> {
        match (command, event) {
            (Command::Break { why, .. }, Event::Broken { .. }) => Some(why.clone()),
            (Command::Review { words, .. }, Event::Reviewed { .. }) => Some(words.clone()),
            _ => None,
        }
    }

    fn forgotten(self) -> BreakGlass {
        BreakGlass { subject: None, ..self }
    }
}

impl BreakGlass {
    /// Whether it opens its person's matters to a professional of a unit at an instant.
    pub fn opens(&self, (who, unit): (&str, &str), now: i64) -> bool {
        *self.by == *who && *self.unit == *unit && now < self.until
    }
}

/// The end of the weekday by which the review is due.
fn review_by(calendar: &Calendar, now: i64) -> Option<i64> {
    let mut day = calendar.local_date(now)?;
    for _ in 0..rule().weekdays {
        day = calendar.next_weekday(day)?;
    }
    calendar.start_of(day.tomorrow().ok()?)
}

/// Breaks the glass, and sets the task of another who leads the unit or those above it, or of the unit where nobody is known to. The
/// task is about nobody: to review it is no care.
pub fn broken(turn: &mut Turn<'_>, id: Uuid, command: &Command, words: &Text) -> Result<(), Trouble> {
    turn.decide::<BreakGlass>(id, command, &())?;
    let Some(it) = turn.read::<BreakGlass>(id)? else { return Err(Trouble::NotFound) };
    let organisation = turn.read::<Organisation>(Uuid::nil())?.unwrap_or_default();
    let today = turn.calendar().local_date(turn.now()).map_or(0, calendar::day_number);
    let to = organisation.leads(&it.unit, today).into_iter().find(|lead| *lead != it.by);
    let about = Some(Of { kind: BreakGlass::NAME.into(), id });
    let (unit, due, words) = (it.unit.clone(), Some(it.review_by), words.clone());
    let set = tasks::Command::Set { about, subject: None, unit, to, due, dispatch: None, says: None, words };
    turn.decide::<Task>(Uuid::new_v5(&id, b"task"), &set, &organisation)
}

/// Reviews it; its task is done with that, whoever has it.
pub fn reviewed(turn: &mut Turn<'_>, id: Uuid, command: &Command) -> Result<(), Trouble> {
    turn.decide::<BreakGlass>(id, command, &())?;
    let task = Uuid::new_v5(&id, b"task");
    let is_open =
        turn.read::<Task>(task)?.is_some_and(|it| matches!(it.place, tasks::Place::Queued | tasks::Place::Owned));
    let organisation = turn.read::<Organisation>(Uuid::nil())?.unwrap_or_default();
    if is_open { turn.decide::<Task>(task, &tasks::Command::Withdraw, &organisation) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use matter::given::Past;

    use super::*;

    /// Friday 9 January 2026 at 8 in Helsinki.
    const NOW: i64 = 1_767_938_400_000_000;
    const MINUTE: i64 = 60_000_000;
    const ID: Uuid = Uuid::from_u128(1);
    const AINO: Subject = Subject(Uuid::from_u128(9));

    fn by(id: &str) -> By {
        By::Professional { id: id.into(), unit: "a".into(), leads: id.starts_with("lead") }
    }

    #[test]
    fn it_opens_for_an_hour_to_one_alone_and_another_who_leads_reviews_it_once() {
        let mut past = Past::default();
        let open = Command::Break { subject: AINO, why: "Tajuton potilas".into() };
        let words = Text("Arvioi".into());
        assert!(past.turn((NOW, &By::Resident(AINO)), |turn| broken(turn, ID, &open, &words)).is_err());
        past.turn((NOW, &by("lead-1")), |turn| broken(turn, ID, &open, &words)).expect("open");
        let it = past.state::<BreakGlass>(ID).expect("readable").expect("there");
        for (who, unit, after, opens) in [
            ("lead-1", "a", 0, true),
            ("lead-1", "a", 59, true),
            ("lead-1", "a", 60, false),
            ("lead-1", "b", 0, false),
            ("nurse", "a", 0, false),
        ] {
            assert_eq!(it.opens((who, unit), NOW + after * MINUTE), opens, "{who} {unit} {after}");
        }
        // Three weekdays from a Friday: by the end of Wednesday.
        let due = Calendar::shipped().local(it.review_by).expect("a time");
        assert_eq!(due.to_string(), "2026-01-15T00:00:00");
        let task = past.state::<Task>(Uuid::new_v5(&ID, b"task")).expect("readable").expect("a task");
        assert_eq!((task.due, task.subject), (Some(it.review_by), None));
        let review = Command::Review { judgment: Judgment::Justified, words: "Oli tarpeen".into() };
        for (who, code) in [("lead-1", "second_person"), ("nurse", "not_theirs"), ("lead-2", ""), ("lead-2", "not_now")]
        {
            let done = past.turn((NOW + MINUTE, &by(who)), |turn| reviewed(turn, ID, &review));
            let said = done.err().map_or("", |trouble| if let Trouble::Refused(it) = trouble { it.code } else { "?" });
            assert_eq!(said, code, "{who}");
        }
        let task = past.state::<Task>(Uuid::new_v5(&ID, b"task")).expect("readable").expect("a task");
        assert_eq!(task.place, tasks::Place::Withdrawn);
    }

    #[test]
    fn its_review_is_the_task_of_another_who_leads_there() {
        use crate::organisation::{Event, Right};
        let right = |person: &str, role, unit: &str| {
            Event::RightGiven(Right { person: person.into(), role, unit: unit.into(), from: 0, to: i32::MAX })
        };
        let rights = [
            // Somebody who works there leads elsewhere, and the one who did it leads there, too.
            right("nurse", Role::Professional, "a"),
            right("nurse", Role::Lead, "b"),
            right("lead-1", Role::Lead, "a"),
            right("lead-2", Role::Lead, "a"),
        ];
        for (rights, reviewer) in [(&rights[..], Some("lead-2")), (&rights[..3], None)] {
            let mut past = Past::default().with::<Organisation>(Uuid::nil(), rights, 0);
            let open = Command::Break { subject: AINO, why: "Tajuton potilas".into() };
            past.turn((NOW, &by("lead-1")), |turn| broken(turn, ID, &open, &Text("Arvioi".into()))).expect("open");
            let task = past.state::<Task>(Uuid::new_v5(&ID, b"task")).expect("readable").expect("a task");
            assert_eq!(task.owner, reviewer.map(Into::into));
        }
    }
}
