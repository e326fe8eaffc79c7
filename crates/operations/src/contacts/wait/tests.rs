use super::*;

const MINUTE: i64 = 60_000_000;
const NOW: i64 = 100 * DAY;

fn waited(minutes_ago: i64, seconds: i64) -> Waited {
    let opened = NOW - minutes_ago * MINUTE;
    Waited { opened, answered: opened + seconds * 1_000_000 }
}

#[test]
fn of_few_chats_nothing_is_said_and_the_last_hour_is_worth_more_than_the_week() {
    let few: Vec<Waited> = (1..5).map(|it| waited(it * 10, 120)).collect();
    assert_eq!(estimate(0, &few, None, NOW), None);
    let week: Vec<Waited> = (1..=5).rev().map(|day| waited(day * 24 * 60, 600)).collect();
    let of_week = estimate(0, &week, None, NOW).expect("five are enough");
    assert_eq!((of_week.usual, of_week.basis), (10 * MINUTE, Basis::SameTime));
    let night: Vec<Waited> =
        week.iter().map(|it| Waited { opened: it.opened - 5 * HOUR, answered: it.answered - 5 * HOUR }).collect();
    assert_eq!(estimate(0, &night, None, NOW), None, "another time of the day says nothing");
    let both: Vec<Waited> = week.into_iter().chain((1..=5).rev().map(|it| waited(it * 10, 120))).collect();
    let now = estimate(0, &both, None, NOW).expect("five are enough");
    assert_eq!((now.usual, now.basis), (2 * MINUTE, Basis::LastHour));
}

#[test]
fn more_before_one_is_longer_and_a_queue_that_stands_is_not_short() {
    let all: Vec<Waited> = (1..=6).rev().map(|it| waited(it * 9, 120 + it * 10)).collect();
    let waits: Vec<Wait> = (0..5).filter_map(|ahead| estimate(ahead, &all, None, NOW)).collect();
    assert_eq!(waits.len(), 5);
    assert!(waits.is_sorted_by(|a, b| a.usual < b.usual && a.mostly < b.mostly));
    assert!(waits.iter().all(|it| it.usual <= it.mostly));
    let stands = estimate(1, &all, Some(NOW - 30 * MINUTE), NOW).expect("a wait");
    assert!(stands.mostly >= 30 * MINUTE && stands.usual >= 15 * MINUTE, "{stands:?}");
}

/// A simple source of chance, the same on every machine.
struct Chance(u64);

impl Chance {
    /// Of an exponential distribution with a mean.
    fn lasting(&mut self, mean: f64) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let unit = ((self.0 >> 11) as f64 + 0.5) / (1_u64 << 53) as f64;
        -unit.ln() * mean
    }
}

/// Days of a queue with so many professionals who each have a chat for some minutes: the share who waited no longer than
/// they were told, and no longer than the usual.
fn kept(professionals: usize, every: f64, lasts: f64, seed: u64) -> (f64, f64) {
    let (mut chance, mut told, mut mostly, mut usual) = (Chance(seed), 0, 0, 0);
    let (mut free, mut all) = (vec![0.0_f64; professionals], Vec::<Waited>::new());
    let mut now = 0.0;
    for _ in 0..1_500 {
        now += chance.lasting(every);
        let opened = (now * 60e6) as i64;
        let known: Vec<Waited> = all.iter().copied().filter(|it| it.answered <= opened).collect();
        let waiting: Vec<&Waited> = all.iter().filter(|it| it.answered > opened).collect();
        let first = waiting.iter().map(|it| it.opened).min();
        let said = estimate(waiting.len(), &known[known.len().saturating_sub(400)..], first, opened);
        let who = (0..professionals).min_by(|a, b| free[*a].total_cmp(&free[*b])).unwrap_or_default();
        // Half a minute to see that somebody has come.
        let begins = free[who].max(now) + 0.5 + chance.lasting(0.5);
        free[who] = begins + chance.lasting(lasts);
        all.push(Waited { opened, answered: (begins * 60e6) as i64 });
        let Some(said) = said else { continue };
        let wait = (begins * 60e6) as i64 - opened;
        told += 1;
        mostly += usize::from(wait <= said.mostly);
        usual += usize::from(wait <= said.usual);
    }
    (mostly as f64 / f64::from(told), usual as f64 / f64::from(told))
}

#[test]
fn of_ten_who_are_told_a_wait_eight_at_least_wait_no_longer() {
    // Quiet, busy, and nearly too much for those who are there.
    for (professionals, every, lasts) in [(3, 10.0, 15.0), (3, 6.5, 15.0), (4, 4.2, 15.0), (1, 20.0, 15.0)] {
        for seed in 1..3 {
            let (mostly, usual) = kept(professionals, every, lasts, seed);
            assert!(
                mostly >= 0.8,
                "{professionals} {every}: {mostly:.2} within what was said, {usual:.2} within the usual"
            );
            assert!((0.3..0.85).contains(&usual), "{professionals} {every}: {usual:.2} within the usual");
        }
    }
}
