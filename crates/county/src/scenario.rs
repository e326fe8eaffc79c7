//! Changes in the county and their dates: openings, staffing and channels, each in the month in which its source has
//! it.
//!
//! Figures follow from these through queues and channels. A change moved by a month moves its figures by a month. After
//! the last change every level stays.

use std::ops::Range;

use crate::time::month;

/// Something that comes into use: from a month on, and within so many months wholly, slowly at first and at the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    pub from: usize,
    pub over: usize,
}

impl Change {
    /// How far it has come in a month, 0 before and 1 when it is in use wholly.
    pub fn done(&self, month: usize) -> f64 {
        let part = (month + 1).saturating_sub(self.from) as f64 / self.over as f64;
        let part = part.min(1.0);
        part * part * (3.0 - 2.0 * part)
    }
}

/// A county's changes. Months are counted from January 2023.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// The platform opens in spring 2024 and is taken up to the end of 2025 (S-001).
    pub platform: Change,
    /// The child health clinics' chat opens for families, who write there in place of asking to be called (S-002, S-006).
    /// The source has the overloaded line in March 2025 and the cleared one in November.
    pub families_chat: Change,
    /// Demand that the staff of the families' line can answer in a day, in days' demand before the chat (S-024). The
    /// line is over its capacity in such a way that it answers 52 in 100 within a day.
    pub families_capacity: f64,
    /// Residents hear at once that the county has cancelled their visit: by text message (S-006).
    pub told_at_once: Change,
    /// Two health stations work in teams (S-055).
    pub teams: usize,
    /// Back pain is steered to the physiotherapist first (S-072).
    pub back_pain: usize,
    /// The pilot of asking for feedback after visits (S-076); afterwards every station asks.
    pub feedback_pilot: Range<usize>,
    /// The first own-doctor pair, and the other seven (S-068).
    pub pairs: [usize; 2],
    /// Minutes within which an own nurse calls back (S-068).
    pub pair_calls_back: i64,
    /// Interpreting by AI (S-111).
    pub ai_interpreting: usize,
    /// The therapy guarantee of the young (S-033).
    pub therapy_guarantee: usize,
    /// The last of the child health clinics closes on the first day of a month.
    pub clinic_closes: usize,
    /// One door takes every notice (S-008), and social advice text messages (S-004).
    pub one_door: usize,
    /// Days, counted from the first, of which the platform's contacts never came over: in October 2024.
    pub outage: Range<usize>,
    /// Phenomena reported in a year: 2023, 2024, 2025 and later (S-083; 94 in the first eleven months of 2025).
    pub phenomena: [f64; 3],
    /// Visitors of the service directory in a month, from month to month; straight lines between (S-087).
    pub directory_visitors: [(usize, f64); 4],
}

impl Default for Scenario {
    fn default() -> Scenario {
        Scenario {
            platform: Change { from: month(2024, 3), over: 21 },
            families_chat: Change { from: month(2025, 4), over: 6 },
            families_capacity: 0.931,
            told_at_once: Change { from: month(2025, 5), over: 6 },
            teams: month(2024, 1),
            back_pain: month(2024, 6),
            feedback_pilot: month(2024, 9)..month(2025, 1),
            pairs: [month(2024, 12), month(2025, 3)],
            pair_calls_back: 20,
            ai_interpreting: month(2025, 1),
            therapy_guarantee: month(2025, 1),
            clinic_closes: month(2025, 1),
            one_door: month(2025, 10),
            outage: 652..657,
            phenomena: [12.0, 105.0, 94.0 / 11.0 * 12.0],
            directory_visitors: [
                (month(2024, 8), 500.0),
                (month(2025, 4), 1_500.0),
                (month(2025, 12), 409.0),
                (month(2026, 12), 409.0),
            ],
        }
    }
}

impl Scenario {
    /// Phenomena reported in a month: a year's are spread evenly.
    pub fn phenomena_in(&self, month: usize) -> usize {
        let yearly = self.phenomena[(month / 12).min(2)];
        let until = |months: usize| (yearly * months as f64 / 12.0 + 1e-9).floor() as usize;
        until(month % 12 + 1) - until(month % 12)
    }

    /// Visitors of the service directory in a month; none before it opens.
    pub fn directory_visitors_in(&self, month: usize) -> f64 {
        let points = &self.directory_visitors;
        let after = points.partition_point(|(at, _)| *at <= month);
        match (after.checked_sub(1).map(|at| points[at]), points.get(after)) {
            (None, _) => 0.0,
            (Some((_, last)), None) => last,
            (Some((from, low)), Some((to, high))) => low + (high - low) * (month - from) as f64 / (to - from) as f64,
        }
    }
}
