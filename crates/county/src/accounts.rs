//! Accounts of the platform: who has proven who they are there, and since when.

use facts::{Account, Key};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use crate::resident::Person;
use crate::time::instant;
use crate::{Batch, County, Recorded};

/// Share of residents who have an account when the platform is taken up; all of them grown up, who are 0.808 of the residents.
/// At the end of November 2025 over 174,000 of 480,000 have one (A07).
const REGISTERED: f64 = 0.375;
const GROWN_UP: f64 = 0.808;

/// People come as the platform is taken up, slowly at first and at the end.
pub fn draw(county: &County, person: &Person<'_>, rng: &mut ChaCha8Rng, batch: &mut Batch) {
    let (comes, turn) = (rng.random_bool(REGISTERED / GROWN_UP), rng.random::<f64>());
    if person.age < 18 || !comes {
        return;
    }
    let clock = &county.clock;
    let Some(month) = (0..clock.months()).find(|now| county.scenario.platform.done(*now) > turn) else { return };
    let registered = clock.any_time(month, rng);
    if registered >= person.end {
        return;
    }
    let closed = (person.end < clock.end()).then_some(person.end);
    let account = Account {
        account_id: Key(format!("u{}", person.number)),
        system: "platform".into(),
        resident_id: Some(person.id),
        registered_at: instant(registered),
        closed_at: closed.map(instant),
    };
    batch.accounts.push(Recorded(account, closed.unwrap_or(registered)));
}
