//! Commands to a day, and the events that follow.

use std::collections::BTreeSet;

use facts::Label;
use matter::{Text, UnitId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::bookings::Actor;
use crate::bookings::calendar::Slot;

/// A part of a day and what it is for, as a word of content: the kind of an absence, a duty, what time is protected for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stretch {
    pub from: i64,
    pub to: i64,
    pub what: String,
}

/// Why a time was given back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    Moved,
    Cancelled,
    StandIn,
}

/// Events of a day, as they stand in the log for ever. `matter`: the appointment or gathering that holds or takes a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// `date` in days since 1970; `ends_at`: the local midnight after it.
    #[serde(rename = "day.planned")]
    Planned { actor: Actor, unit: UnitId, date: i32, ends_at: i64 },
    /// Times of a calendar that are new, changed or there again, and the unit and service that they are of.
    #[serde(rename = "day.slots_published")]
    Published { calendar: Label, unit: UnitId, service: String, slots: Vec<Slot> },
    #[serde(rename = "day.slot_held")]
    Held { slot: Uuid, matter: Uuid, until: i64 },
    #[serde(rename = "day.slot_let_go")]
    LetGo { slot: Uuid },
    /// `over`: over protected time; the reason is sealed beside it.
    #[serde(rename = "day.slot_taken")]
    Taken {
        slot: Uuid,
        matter: Uuid,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        over: bool,
    },
    #[serde(rename = "day.slot_freed")]
    Freed { slot: Uuid, why: Why },
    #[serde(rename = "day.slot_withdrawn")]
    Withdrawn { slot: Uuid, why: String },
    #[serde(rename = "day.absence_entered")]
    Left(Stretch),
    /// From when they are there again.
    #[serde(rename = "day.absence_ended")]
    Back { at: i64 },
    #[serde(rename = "day.duty_given")]
    DutyGiven(Stretch),
    /// `with`: the actor who gave one and got the other.
    #[serde(rename = "day.duty_swapped")]
    DutySwapped { gave: Stretch, got: Stretch, with: String },
    /// The one who had it has it no more.
    #[serde(rename = "day.duty_ended")]
    DutyEnded(Stretch),
    #[serde(rename = "day.time_protected")]
    Protected(Stretch),
    /// It is not kept any more; the reason is sealed beside it.
    #[serde(rename = "day.time_released")]
    Released(Stretch),
    #[serde(rename = "day.closed")]
    Closed,
}

/// A request that can be made of a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum Command {
    /// Begins it; twice is once.
    Plan {
        actor: Actor,
        unit: UnitId,
        date: i32,
    },
    /// Times of a calendar. Those that have begun, and those that it has just so, are not new: twice is once. A free one is
    /// changed, and one that was withdrawn is there again.
    Publish {
        calendar: Label,
        unit: UnitId,
        service: String,
        slots: Vec<Slot>,
    },
    /// For a matter that is about to take it; one that it holds already is held longer.
    Hold {
        slot: Uuid,
        matter: Uuid,
        until: i64,
    },
    /// By the matter that holds it; of any other it changes nothing.
    LetGo {
        slot: Uuid,
        matter: Uuid,
    },
    /// `over`: why it is booked over protected time.
    Take {
        slot: Uuid,
        matter: Uuid,
        over: Option<Text>,
    },
    Free {
        slot: Uuid,
        matter: Uuid,
        why: Why,
    },
    /// The one who has taken it keeps it until they are given another.
    Withdraw {
        slot: Uuid,
        why: String,
    },
    /// `seen`: the appointments that would be left, as the one who asks has seen them.
    Leave {
        away: Stretch,
        seen: BTreeSet<Uuid>,
    },
    Return {
        at: i64,
    },
    GiveDuty(Stretch),
    SwapDuty {
        gives: Stretch,
        gets: Stretch,
        with: String,
    },
    EndDuty(Stretch),
    Protect(Stretch),
    Release {
        stretch: Stretch,
        why: Text,
    },
    Close,
}
