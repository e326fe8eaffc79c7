//! The one place that reads the clock. In a demo county it can stand: at the instant of `--now`, until somebody moves it.

use std::sync::atomic::{AtomicI64, Ordering};

/// Where the clock stands, in microseconds since 1970; 0: it runs.
static STANDS_AT: AtomicI64 = AtomicI64::new(0);

/// Now, in microseconds since 1970.
#[expect(clippy::disallowed_methods, reason = "only the binary reads the clock, and only here")]
pub fn now() -> i64 {
    match STANDS_AT.load(Ordering::Relaxed) {
        0 => jiff::Timestamp::now().as_microsecond(),
        stands => stands,
    }
}

/// Lets the clock stand at an instant, from now on.
pub fn stand_at(instant: i64) {
    STANDS_AT.store(instant, Ordering::Relaxed);
}

/// Whether the clock stands.
pub fn stands() -> bool {
    STANDS_AT.load(Ordering::Relaxed) != 0
}
