//! The sender against peers that do what peers do: they refuse, hang, answer late, twice or not at all, and hang up with the
//! message in hand.

mod files;
mod peers;
mod stand_ins;
mod world;
