//! Accounts of the platform: who has proven there who they are, and since when.

use facts::{Account, Key};

use crate::resident::Person;
use crate::time::{HOUR, instant};
use crate::{Batch, County, Recorded};

/// Share of those from 15 years on who have an account when the platform is in use wholly: 174,000 of 480,000 people at the
/// end of November 2025 (A07), 844 of 1,000 of whom are of that age, and a few who have died since.
const OF_THEM: f64 = 0.45;
const FROM_AGE: i64 = 15;

/// The account of a person, from the month in which the platform has come as far as to them. It follows from their number
/// alone, evenly, so that nothing else of the county is drawn anew.
pub fn open(county: &County, person: &Person<'_>, batch: &mut Batch, later: &mut Batch) {
    let (clock, platform) = (&county.clock, &county.scenario.platform);
    let place = even(person.number, 0.618_033_988_749_895);
    if person.age < FROM_AGE || place >= OF_THEM {
        return;
    }
    let Some(month) = (0..clock.months()).find(|month| place < OF_THEM * platform.done(*month)) else { return };
    let (first, next) = (clock.first_of(month), clock.first_of(month + 1));
    let day = first + (even(person.number, 0.414_213_562_373_095) * (next - first) as f64) as usize;
    let at = clock.midnight(day) + 8 * HOUR + (even(person.number, 0.732_050_807_568_877) * (13 * HOUR) as f64) as i64;
    if at >= person.end {
        return;
    }
    let account = Account {
        account_id: Key(format!("account-{}", person.number)),
        system: "platform".into(),
        resident_id: Some(person.id),
        registered_at: instant(at),
        closed_at: None,
    };
    if person.end < clock.end() {
        later.accounts.push(Recorded(Account { closed_at: Some(instant(person.end)), ..account.clone() }, person.end));
    }
    batch.accounts.push(Recorded(account, at));
}

/// Numbers from 0 to 1 that neighbours share evenly among them.
fn even(number: u32, step: f64) -> f64 {
    (f64::from(number) * step).fract()
}
