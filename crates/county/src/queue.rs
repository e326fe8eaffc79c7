//! The callback line of children's and families' services: a queue over its capacity, and what clears it.
//!
//! Day by day: those who ask today and those still waiting share the answers that the staff can give. A caller who gets
//! no answer asks again. When the clinics' chat takes a third of the demand, the same staff answer nearly everyone
//! within a day.

use crate::scenario::Scenario;
use crate::time::Clock;

/// People who ask in a month, for each resident, before the chat.
const DEMAND: f64 = 6.45e-3;
/// Share of the demand that the chat takes when it is in use wholly.
const TAKEN: f64 = 0.36;
/// Share of the unanswered who keep waiting another day; the others give up.
const STAY: f64 = 0.92;
/// Share of the unanswered who ask again, each day.
pub const ASK_AGAIN: f64 = 0.79;
/// Even an empty queue misses some: a wrong number, a meeting, an illness.
const AT_BEST: f64 = 0.985;

/// People who ask in a month, for each resident.
pub fn demand(scenario: &Scenario, month: usize) -> f64 {
    DEMAND * (1.0 - TAKEN * scenario.families_chat.done(month))
}

/// The chance to be answered within a day of waiting, on each day of the county's time.
pub struct CallbackLine {
    answered: Vec<f64>,
}

impl CallbackLine {
    pub fn new(clock: &Clock, scenario: &Scenario) -> CallbackLine {
        let mut waiting = 0.86;
        let answered = (0..clock.days()).map(|day| {
            if !clock.is_weekday(day) {
                return 0.0;
            }
            let people = demand(scenario, clock.month_of(day)) / DEMAND + STAY * waiting;
            let share = (scenario.families_capacity / people).min(AT_BEST);
            waiting = people * (1.0 - share);
            share
        });
        CallbackLine { answered: answered.collect() }
    }

    /// Chance to be answered on a day, for someone waiting then.
    pub fn answered(&self, day: usize) -> f64 {
        self.answered[day.min(self.answered.len() - 1)]
    }

    /// Whether someone who is not answered keeps waiting.
    pub fn stay() -> f64 {
        STAY
    }
}
