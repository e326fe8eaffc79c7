//! The rule that says who may act for whom on which day, and the matters that they then see.

use super::{Capacity, Mandate};

/// The matters of another that somebody sees who acts for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sight {
    All,
    /// Those that the one for whom they act has shown them, and those that they began themselves, unless they were told to
    /// keep away from one.
    Chosen,
}

/// Why somebody may not act for another on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Barred {
    NotYet,
    Over,
    /// The child is under a non-disclosure order, and the guardian is not.
    Order,
}

impl Barred {
    /// End of the key of its text.
    pub fn code(self) -> &'static str {
        match self {
            Barred::NotYet => "not-yet",
            Barred::Over => "over",
            Barred::Order => "order",
        }
    }
}

/// Whether the one for whom somebody acts is under a non-disclosure order, and whether the one who acts is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Orders {
    pub of: bool,
    pub who: bool,
}

/// Whether somebody may act for another on a day, and what they then see.
///
/// An order on a child bars its guardians, as the national services do, but the one who is under one, too: they live together.
/// Carers and those whom an adult has chosen know whom they act for; no place is shown to them.
pub fn may_act(mandate: &Mandate, day: i32, orders: Orders) -> Result<Sight, Barred> {
    if mandate.ended.is_some() || mandate.forgotten || mandate.to <= day {
        return Err(Barred::Over);
    }
    if day < mandate.from {
        return Err(Barred::NotYet);
    }
    if mandate.capacity == Capacity::Guardian && orders.of && !orders.who {
        return Err(Barred::Order);
    }
    Ok(if mandate.decides_from.is_some_and(|from| from <= day) { Sight::Chosen } else { Sight::All })
}

impl Sight {
    /// Whether a matter is seen. `told`: that the one for whom they act has shown it, or keeps it; `is_begun`: those who act
    /// began it.
    pub fn sees(self, told: Option<bool>, is_begun: bool) -> bool {
        match self {
            Sight::All => true,
            Sight::Chosen => told.unwrap_or(is_begun),
        }
    }
}
