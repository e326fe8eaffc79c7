//! The callback line of children's and families' services: a queue over its capacity, and what clears it.
//!
//! Day by day: those who ask today and those still waiting share what the staff can answer. Who is not answered asks
//! again. When the platform takes a third of the demand, the same staff answer nearly everyone within a day.

use crate::time::{Clock, adoption};

/// People who ask in a month, for each resident, before the platform.
pub const DEMAND: f64 = 6.45e-3;
/// Share of the demand that the platform's chat takes when it is fully taken up.
pub const TAKEN: f64 = 0.37;
/// Share of the unanswered who keep waiting another day; the others give up.
const STAY: f64 = 0.92;
/// Share of the unanswered who ask again, each day.
pub const ASK_AGAIN: f64 = 0.79;
/// Even an empty queue misses some: a wrong number, a meeting, an illness.
const AT_BEST: f64 = 0.985;
/// What the staff answer in a day, in days' demand: set so that the queue of 2023 answers 52 % within a day.
const CAPACITY: f64 = 0.931;

/// The chance to be answered within a day of waiting, on each day of the three years.
pub struct CallbackLine {
    answered: Vec<f64>,
}

impl CallbackLine {
    pub fn new(clock: &Clock) -> CallbackLine {
        let mut waiting = 0.86;
        let answered = (0..clock.days()).map(|day| {
            if !clock.is_weekday(day) {
                return 0.0;
            }
            let demand = 1.0 - TAKEN * adoption(clock.month_of(day));
            let people = demand + STAY * waiting;
            let share = (CAPACITY / people).min(AT_BEST);
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
