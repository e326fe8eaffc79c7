//! Presence: people who have a conversation open, who write, and how far each side has read.
//!
//! All of it is of the moment. It stands in memory alone, is never logged, and ends by itself: with the connection, or soon
//! after the last word of it. A resident is told of the service as one, without a name.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;
use uuid::Uuid;

use crate::caller::Caller;

/// How long somebody counts as writing after the last letter, in microseconds.
const WRITES: i64 = 6_000_000;
/// Beyond so many conversations those in which nobody is any more are forgotten.
const HELD: usize = 1000;
/// How long somebody without a script counts as there after they have opened the page, in microseconds.
const LOOKS: i64 = 60_000_000;

/// Somebody in a conversation: its resident, or a professional by their id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    Resident,
    Staff(String),
}

impl Who {
    /// The caller, in a conversation that they may read.
    pub fn of(caller: &Caller, contact: Uuid) -> Who {
        match &caller.person {
            Some(person) if person.subject().is_none() && !caller.holds.contains(&contact) => {
                Who::Staff(person.id.clone())
            }
            _ => Who::Resident,
        }
    }

    fn is_resident(&self) -> bool {
        *self == Who::Resident
    }
}

struct There {
    who: Who,
    /// Streams that they have open.
    streams: u32,
    looked_at: i64,
    wrote_at: i64,
    /// Number of the last message that they have seen.
    read: u64,
}

impl There {
    fn is_here(&self, now: i64) -> bool {
        self.streams > 0 || now < self.looked_at.saturating_add(LOOKS)
    }
}

struct Room {
    all: Vec<There>,
    changed: watch::Sender<()>,
}

impl Room {
    fn of(&mut self, who: &Who) -> &mut There {
        let at = self.all.iter().position(|it| it.who == *who).unwrap_or_else(|| {
            let (who, nobody) = (who.clone(), i64::MIN);
            self.all.push(There { who, streams: 0, looked_at: nobody, wrote_at: nobody, read: 0 });
            self.all.len() - 1
        });
        &mut self.all[at]
    }

    /// Whether anybody needs it: what was read is remembered while somebody listens.
    fn is_idle(&self, now: i64) -> bool {
        self.changed.receiver_count() == 0 && self.all.iter().all(|it| !it.is_here(now))
    }
}

/// The other side of a conversation, and colleagues in it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Others {
    pub here: bool,
    pub writes: bool,
    /// Number of the last message that the other side has seen.
    pub read: u64,
    /// Ids of the professionals who look at it beside the one who asks; to a resident none is named.
    pub colleagues: Vec<String>,
}

/// All conversations in which somebody is.
#[derive(Default)]
pub struct Presence(Arc<Mutex<HashMap<Uuid, Room>>>);

/// Somebody's stream of a conversation; they leave with it.
pub struct Stays {
    rooms: Arc<Mutex<HashMap<Uuid, Room>>>,
    contact: Uuid,
    who: Who,
    pub changed: watch::Receiver<()>,
}

impl Drop for Stays {
    fn drop(&mut self) {
        let mut rooms = self.rooms.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(room) = rooms.get_mut(&self.contact) else { return };
        let there = room.of(&self.who);
        there.streams = there.streams.saturating_sub(1);
        // Gone is gone: a page that was just closed looks no more.
        there.looked_at = i64::MIN;
        room.changed.send_replace(());
    }
}

impl Presence {
    fn with<T>(&self, contact: Uuid, act: impl FnOnce(&mut Room) -> T) -> T {
        let mut rooms = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let room = rooms.entry(contact).or_insert_with(|| Room { all: Vec::new(), changed: watch::channel(()).0 });
        act(room)
    }

    /// Somebody listens to a conversation.
    pub fn stays(&self, contact: Uuid, who: Who) -> Stays {
        let changed = self.with(contact, |room| {
            room.of(&who).streams += 1;
            let changed = room.changed.subscribe();
            room.changed.send_replace(());
            changed
        });
        Stays { rooms: Arc::clone(&self.0), contact, who, changed }
    }

    /// Somebody has opened the page, and seen all up to a message.
    pub fn looks(&self, contact: Uuid, who: &Who, read: u64, now: i64) {
        let mut rooms = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if rooms.len() > HELD {
            rooms.retain(|_, room| !room.is_idle(now));
        }
        drop(rooms);
        self.with(contact, |room| {
            let there = room.of(who);
            let is_news = !there.is_here(now) || there.read < read;
            (there.looked_at, there.read) = (now, there.read.max(read));
            if is_news {
                room.changed.send_replace(());
            }
        });
    }

    /// Somebody writes, or has seen all up to a message.
    pub fn tells(&self, contact: Uuid, who: &Who, (writes, read): (bool, u64), now: i64) {
        self.with(contact, |room| {
            let there = room.of(who);
            there.wrote_at = if writes { now } else { i64::MIN };
            there.read = there.read.max(read);
            room.changed.send_replace(());
        });
    }

    /// The others as somebody in a conversation sees them.
    pub fn others(&self, contact: Uuid, who: &Who, now: i64) -> Others {
        let mut rooms = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if rooms.get(&contact).is_some_and(|room| room.is_idle(now)) {
            rooms.remove(&contact);
        }
        let Some(room) = rooms.get(&contact) else { return Others::default() };
        let other_side = || room.all.iter().filter(|it| it.who.is_resident() != who.is_resident());
        let colleagues = room.all.iter().filter_map(|it| match &it.who {
            Who::Staff(id) if !who.is_resident() && it.who != *who && it.is_here(now) => Some(id.clone()),
            _ => None,
        });
        Others {
            here: other_side().any(|it| it.is_here(now)),
            writes: other_side().any(|it| now < it.wrote_at.saturating_add(WRITES)),
            read: other_side().map(|it| it.read).max().unwrap_or(0),
            colleagues: colleagues.collect(),
        }
    }

    /// Conversations that are held in memory.
    #[cfg(test)]
    fn held(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_000_000_000_000;

    #[test]
    fn who_is_there_writes_and_reads_is_told_to_the_other_side_and_ends_by_itself() {
        let (all, contact, nurse, other) =
            (Presence::default(), Uuid::from_u128(1), Who::Staff("n".into()), Who::Staff("m".into()));
        assert_eq!(all.others(contact, &nurse, NOW), Others::default());
        let mut stays = all.stays(contact, Who::Resident);
        stays.changed.borrow_and_update();
        all.looks(contact, &nurse, 3, NOW);
        assert!(stays.changed.has_changed().unwrap_or(false), "the resident hears that somebody came");
        let seen = |who: &Who, now: i64| all.others(contact, who, now);
        assert_eq!(seen(&Who::Resident, NOW), Others { here: true, read: 3, ..Others::default() });
        all.tells(contact, &nurse, (true, 2), NOW);
        assert!(seen(&Who::Resident, NOW).writes && seen(&Who::Resident, NOW).read == 3, "what was read stays read");
        assert!(!seen(&Who::Resident, NOW + WRITES).writes, "a word that never came writes no more");
        assert!(!seen(&Who::Resident, NOW + LOOKS).here, "a page without a script is not looked at for ever");
        all.looks(contact, &other, 0, NOW);
        assert_eq!(seen(&nurse, NOW).colleagues, ["m"]);
        assert_eq!(seen(&Who::Resident, NOW).colleagues, [] as [String; 0], "nobody is named to a resident");
        assert!(seen(&nurse, NOW).here);
        // Two tabs: who closes one is still there.
        let second = all.stays(contact, Who::Resident);
        drop(stays);
        assert!(seen(&nurse, NOW).here);
        drop(second);
        assert!(!seen(&nurse, NOW).here);
        assert_eq!(seen(&nurse, NOW + LOOKS), Others::default());
        assert_eq!(all.held(), 0, "nothing is left of it");
        // Nor of conversations to which nobody comes back.
        for number in 0..=HELD as u128 {
            all.looks(Uuid::from_u128(number), &nurse, 1, NOW);
        }
        all.looks(contact, &nurse, 1, NOW + LOOKS);
        assert_eq!(all.held(), 1);
    }
}
