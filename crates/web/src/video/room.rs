//! The rooms of visits by video, as far as the server has them: who is there, and the signals by which two browsers find each
//! other.
//!
//! All of it is of the moment. It stands in memory alone and is never logged; pictures and voices never come here. A room has
//! two seats, one for each side. Each time two people who are ready find each other anew, their meeting has another number, by
//! which signals of one before are known.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};
use tokio::sync::mpsc;
use uuid::Uuid;

/// How long somebody without a script counts as there after they have opened the page, in microseconds.
pub const LOOKS: i64 = 60_000_000;
/// Words that wait for a browser that does not read them: more than two browsers ever need to find each other.
const WAITING: usize = 256;

/// The sides of a visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Resident,
    Staff,
}

impl Side {
    fn other(self) -> Side {
        match self {
            Side::Resident => Side::Staff,
            Side::Staff => Side::Resident,
        }
    }
}

/// Why somebody has no seat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// They are in the room already, in another window.
    Here,
    /// Somebody else is, on their side.
    Other,
}

/// A word to a browser in the room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// Somebody came, went, or is ready.
    Look,
    /// Both are ready: they connect, one of them by an offer.
    Meet { meeting: u64, offers: bool },
    /// A word of the other browser, which the server does not read.
    Signal { meeting: u64, data: Value },
    /// Their seat is taken by another window of theirs.
    Moved,
}

impl Told {
    /// The event of a stream: its name and its data.
    pub fn event(&self) -> Option<(&'static str, Value)> {
        match self {
            Told::Look => None,
            Told::Meet { meeting, offers } => Some(("meet", json!({ "meeting": meeting, "offers": offers }))),
            Told::Signal { meeting, data } => Some(("signal", json!({ "meeting": meeting, "data": data }))),
            Told::Moved => Some(("moved", json!({}))),
        }
    }
}

struct Seat {
    /// The person, and the window in which they are.
    who: String,
    tab: String,
    /// The stream that holds it: one that ends later than it was replaced takes nobody's seat.
    stream: u64,
    is_ready: bool,
    tells: mpsc::Sender<Told>,
}

#[derive(Default)]
struct Room {
    seats: [Option<Seat>; 2],
    /// When each side looked at the page last.
    looked_at: [i64; 2],
    /// The number of the meeting, and the windows that meet.
    meeting: u64,
    tabs: [String; 2],
}

impl Room {
    fn tell(&self, side: Side, told: Told) -> bool {
        self.seats[side as usize].as_ref().is_some_and(|seat| seat.tells.try_send(told).is_ok())
    }

    fn is_here(&self, side: Side, now: i64) -> bool {
        self.seats[side as usize].is_some() || now < self.looked_at[side as usize].saturating_add(LOOKS)
    }

    /// Those who are ready meet. A number that stands is told again to the one who asks: they may go on as they were.
    fn meet(&mut self, asks: Side, next: impl FnOnce() -> u64) {
        let tabs = self.seats.each_ref().map(|seat| seat.as_ref().filter(|it| it.is_ready).map(|it| it.tab.clone()));
        let [Some(resident), Some(staff)] = tabs else { return };
        let is_same = self.meeting > 0 && self.tabs == [resident.clone(), staff.clone()];
        if !is_same {
            (self.meeting, self.tabs) = (next(), [resident, staff]);
        }
        let meeting = self.meeting;
        for side in [Side::Resident, Side::Staff] {
            if !is_same || side == asks {
                self.tell(side, Told::Meet { meeting, offers: side == Side::Staff });
            }
        }
    }
}

#[derive(Default)]
struct All {
    rooms: HashMap<Uuid, Room>,
    streams: u64,
    meetings: u64,
}

impl All {
    /// Numbers that grow also over a server that was begun anew, as the clock does.
    fn next_meeting(meetings: &mut u64, now: i64) -> u64 {
        *meetings = (*meetings + 1).max(now.unsigned_abs());
        *meetings
    }

    fn sweep(&mut self, now: i64) {
        self.rooms.retain(|_, room| [Side::Resident, Side::Staff].iter().any(|side| room.is_here(*side, now)));
    }
}

/// All rooms in which somebody is.
#[derive(Default, Clone)]
pub struct Rooms(Arc<Mutex<All>>);

/// Somebody's seat in a room; they leave it with their stream.
pub struct Sits {
    rooms: Rooms,
    id: Uuid,
    side: Side,
    stream: u64,
    pub told: mpsc::Receiver<Told>,
}

impl Drop for Sits {
    fn drop(&mut self) {
        self.rooms.with(|all| {
            let Some(room) = all.rooms.get_mut(&self.id) else { return };
            let seat = &mut room.seats[self.side as usize];
            if seat.as_ref().is_some_and(|seat| seat.stream == self.stream) {
                *seat = None;
                // Gone is gone: a page that was just closed looks no more.
                room.looked_at[self.side as usize] = i64::MIN;
                room.tell(self.side.other(), Told::Look);
            }
        });
    }
}

impl Rooms {
    fn with<T>(&self, act: impl FnOnce(&mut All) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Somebody has opened the page.
    pub fn looks(&self, id: Uuid, side: Side, now: i64) {
        self.with(|all| {
            all.sweep(now);
            let room = all.rooms.entry(id).or_default();
            room.looked_at[side as usize] = now;
            room.tell(side.other(), Told::Look);
        });
    }

    /// Whether the other side is there.
    pub fn other_is_here(&self, id: Uuid, side: Side, now: i64) -> bool {
        self.with(|all| all.rooms.get(&id).is_some_and(|room| room.is_here(side.other(), now)))
    }

    /// Whether a window is of the two that meet, or met last.
    pub fn meets(&self, id: Uuid, side: Side, tab: &str) -> bool {
        self.with(|all| all.rooms.get(&id).is_some_and(|room| room.tabs[side as usize] == tab))
    }

    /// Somebody takes their seat, in a window of theirs. One who is there in another window takes it with them if they say so.
    pub fn sit(&self, id: Uuid, side: Side, (who, tab): (&str, &str), moves: bool) -> Result<Sits, Taken> {
        self.with(|all| {
            let room = all.rooms.entry(id).or_default();
            match &room.seats[side as usize] {
                Some(seat) if seat.who != who => return Err(Taken::Other),
                Some(seat) if seat.tab != tab && !moves => return Err(Taken::Here),
                Some(seat) if seat.tab != tab => drop(room.tell(side, Told::Moved)),
                _ => {}
            }
            all.streams += 1;
            let (stream, (tells, told)) = (all.streams, mpsc::channel(WAITING));
            room.seats[side as usize] = Some(Seat { who: who.into(), tab: tab.into(), stream, is_ready: false, tells });
            room.tell(side.other(), Told::Look);
            Ok(Sits { rooms: self.clone(), id, side, stream, told })
        })
    }

    /// Camera and microphone of somebody are there, or they go without.
    pub fn ready(&self, id: Uuid, side: Side, tab: &str, now: i64) -> bool {
        self.of_tab((id, side, tab), |room, meetings| {
            if let Some(seat) = &mut room.seats[side as usize] {
                seat.is_ready = true;
            }
            room.meet(side, || All::next_meeting(meetings, now));
            true
        })
    }

    /// The connection of a meeting has failed: both make it anew. Asked by both, it is made anew once.
    pub fn again(&self, id: Uuid, side: Side, (tab, meeting): (&str, u64), now: i64) -> bool {
        self.of_tab((id, side, tab), |room, meetings| {
            if room.meeting == meeting {
                room.tabs = <[String; 2]>::default();
                room.meet(side, || All::next_meeting(meetings, now));
            }
            true
        })
    }

    /// A word for the other browser. Whether it was taken: of a meeting that is over, or of a window without a seat, it is not.
    pub fn signal(&self, id: Uuid, side: Side, (tab, meeting): (&str, u64), data: Value) -> bool {
        self.of_tab((id, side, tab), |room, _| {
            room.meeting == meeting && room.tell(side.other(), Told::Signal { meeting, data })
        })
    }

    fn of_tab(&self, (id, side, tab): (Uuid, Side, &str), act: impl FnOnce(&mut Room, &mut u64) -> bool) -> bool {
        self.with(|all| match all.rooms.get_mut(&id) {
            Some(room) if room.seats[side as usize].as_ref().is_some_and(|seat| seat.tab == tab) => {
                act(room, &mut all.meetings)
            }
            _ => false,
        })
    }
}

#[cfg(test)]
mod tests;
