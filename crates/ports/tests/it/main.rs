//! The sender against peers that do what peers do: they refuse, hang, answer late, twice or not at all, and hang up with the
//! message in hand.

#![expect(clippy::expect_used, reason = "a test that cannot go on fails")]

mod causes;
mod files;
mod held;
mod incoming;
mod peers;
mod register;
mod stand_ins;
mod telephony;
mod world;
