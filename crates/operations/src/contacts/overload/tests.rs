use calendar::clocks::{self, Run};

use super::*;

const MINUTE: i64 = 60_000_000;

fn at(local: &str) -> i64 {
    Calendar::shipped().instant(local.parse().expect("a local time")).expect("an instant")
}

/// Monday to Friday from eight to four.
fn office() -> Hours {
    toml::from_str(r#"week = [{ on = ["mon", "tue", "wed", "thu", "fri"], at = ["08:00", "16:00"] }]"#).expect("hours")
}

fn end_of(day: &str) -> i64 {
    at(&format!("{day}T23:59:59.999999"))
}

/// A Tuesday at one: three hours are left, and twelve answers at four an hour.
#[test]
fn at_one_the_lead_sees_how_many_are_late_at_four() {
    let (hours, calendar) = (office(), Calendar::shipped());
    let now = at("2026-03-10T13:00");
    let pace = Pace { now, per_hour: 4.0, people: 2, hours: &hours, calendar };
    let today = |count: usize| vec![end_of("2026-03-10"); count];
    let forecast = |due: &[i64]| pace.forecast(due).expect("somebody is at work");
    assert_eq!(forecast(&today(12)), Forecast { ends: at("2026-03-10T16:00"), already: 0, late: 0, hands: Some(0) });
    // Seven are left at four; a third of what twelve needed more is two people more.
    let busy = forecast(&today(19));
    assert_eq!((busy.late, busy.hands), (7, Some(2)));
    // Those of tomorrow do not stand before those of today, and are in time.
    let both: Vec<i64> = today(12).into_iter().chain(vec![end_of("2026-03-11"); 8]).collect();
    assert_eq!((forecast(&both).late, forecast(&both).hands), (0, Some(0)));
    // Those that are late already are answered first, and no help mends it.
    let late: Vec<i64> = vec![now - MINUTE; 3].into_iter().chain(today(10)).collect();
    assert_eq!((forecast(&late).already, forecast(&late).late), (3, 1));
    assert_eq!(Pace { per_hour: 0.0, ..pace }.forecast(&today(1)), None, "nobody has answered yet");
    assert_eq!(Pace { now: at("2026-03-10T16:00"), ..pace }.forecast(&today(1)), None, "work is over for today");
    assert_eq!(forecast(&today(900)).hands, None, "no help that a lead can call is enough");
}

/// Numbers that seem drawn by chance, the same each time.
struct Drawn(u64);

impl Drawn {
    /// From 0 to below 1.
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }
}

struct Came {
    at: i64,
    due: i64,
    promised: i64,
    answered: Option<i64>,
}

/// A day and the next, minute by minute: twice as many come as five people can answer, one of them leaves at one, and the
/// lead calls at most three to help when the forecast says that some will be late. Gives all who came.
fn replayed(seed: u64) -> Vec<Came> {
    let (hours, calendar) = (office(), Calendar::shipped());
    let law = clocks::named("callback-same-day").expect("a clock");
    let (begins, ends) = (at("2026-03-10T08:00"), at("2026-03-12T16:00"));
    let mut drawn = Drawn(seed);
    let mut all: Vec<Came> = Vec::new();
    // Each who is there, and until when they are busy; those who help come last.
    let mut busy: Vec<i64> = vec![begins; 5];
    // The day before was an ordinary one: a hundred answers in eight hours.
    let mut answers: Vec<i64> = (0..100).map(|number| at("2026-03-09T08:00") + number * 48 * MINUTE / 10).collect();
    let mut now = begins;
    while now < ends {
        if !hours.is_open(now, calendar) {
            now += MINUTE;
            continue;
        }
        let (day, left) = (now < at("2026-03-10T16:00"), now >= at("2026-03-10T13:00") && now < at("2026-03-10T16:00"));
        let waiting: Vec<i64> = all.iter().filter(|it| it.answered.is_none()).map(|it| it.due).collect();
        let per_hour = per_hour(&answers, now, &hours, calendar);
        let people = busy.len() as u32 - u32::from(left);
        let pace = Pace { now, per_hour, people, hours: &hours, calendar };
        // An ordinary day brings a hundred in eight hours, most in the morning; this one twice as many.
        let share = if now < at("2026-03-10T11:00") { 0.6 } else { 0.28 };
        if day && drawn.next() < share {
            let due = law.due(&Run { since: now, age: None }, calendar).expect("due").at;
            let promised = pace.expected(waiting.len()).expect("nobody is turned away");
            all.push(Came { at: now, due, promised, answered: None });
        }
        // Every half an hour the lead looks, and calls whom they can.
        if day && (now - begins) % (30 * MINUTE) == 0 && now > begins {
            let needed = pace.forecast(&waiting).map_or(0, |it| it.hands.unwrap_or(u32::MAX));
            let helping = busy.len() - 5;
            busy.extend(vec![now; (needed as usize).min(3 - helping.min(3))]);
        }
        for (place, free) in busy.iter_mut().enumerate() {
            if *free > now || (left && place == 0) {
                continue;
            }
            // The tightest first, then whoever came first; an answer takes twelve to thirty-six minutes.
            if let Some(next) = all.iter_mut().filter(|it| it.answered.is_none()).min_by_key(|it| (it.due, it.at)) {
                let takes = (12.0 + 24.0 * drawn.next()) as i64 * MINUTE;
                *free = now + takes;
                next.answered = Some(*free);
                answers.push(*free);
            }
        }
        now += MINUTE;
    }
    all
}

#[test]
fn a_day_of_twice_the_arrivals_keeps_what_was_promised_on_arrival() {
    let law = clocks::named("callback-same-day").expect("a clock");
    for seed in 0..20 {
        let all = replayed(seed);
        assert!(all.len() >= 150, "{} came", all.len());
        let kept = all.iter().filter(|it| it.answered.is_some_and(|at| at <= it.promised)).count();
        assert!(kept * 10 >= all.len() * 9, "seed {seed}: {kept} of {} were kept", all.len());
        // Nobody was turned away, and nobody is left; and no clock of the law has moved.
        assert!(all.iter().all(|it| it.answered.is_some()), "seed {seed}");
        let same = |it: &Came| {
            law.due(&Run { since: it.at, age: None }, Calendar::shipped()).is_some_and(|due| due.at == it.due)
        };
        assert!(all.iter().all(same));
        assert!(all.iter().all(|it| Calendar::shipped().local_date(it.due) == Calendar::shipped().local_date(it.at)));
        // It was an overloaded day: with five people some would have been late by far.
        assert!(all.iter().any(|it| it.promised > at("2026-03-11T08:00")), "seed {seed}: nobody was told of tomorrow");
    }
}
