use jiff::civil::{date, datetime};

use super::*;

/// A calendar as the field's people write it.
pub(in crate::bookings) const PHYSIOTHERAPIST: &str = r#"
id = "physiotherapist-direct"
version = 1
unit = "rehabilitation"
service = "physiotherapy"
name = { fi = "Fysioterapeutin suoravastaanotto", sv = "Direkt till fysioterapeut", en = "Physiotherapist direct" }
[publish]
ahead = "42 days"
opens = [{ share = 0.6, before = "42 days" }, { share = 0.4, before = "2 days" }]
[book]
by = ["resident", "role:nurse", "path:back-pain"]
notice = "4 hours"
hold = "10 minutes"
move_until = "24 hours"
cancel_until = "24 hours"
open_at_once = 1
remind = "2 days"
wait = { offer = "2 hours", least = "20 minutes", order = ["guarantee", "since"] }
[kind]
first = { minutes = 45, after = 10, ways = ["in_person", "video"], form_before = "odi", fi = "Ensikäynti", sv = "Första besök", en = "First visit" }
series = { minutes = 30, ways = ["in_person", "video"], most = 8, every = "7 days", cancelled = "shift", fi = "Sarja", sv = "Serie", en = "Series" }
group = { minutes = 60, ways = ["in_person"], seats = [3, 8], decide = "2 days", fi = "Selkäryhmä", sv = "Ryggrupp", en = "Back group" }
[[week]]
who = "role:physiotherapist"
on = ["mon", "tue", "thu"]
at = ["08:30", "11:30"]
kinds = ["first", "series"]
valid = ["2027-01-04", "2027-06-18"]
[[week]]
who = "P-1042"
on = ["wed"]
weeks = "even"
at = ["13:00", "15:00"]
kinds = ["group"]
place = "room:gym"
languages = ["fi", "sv"]
[[except]]
on = "2027-02-24"
closed = { fi = "Koulutuspäivä", sv = "Utbildningsdag", en = "Training day" }
[[except]]
on = "2027-03-03"
add = { who = "P-1042", at = ["16:00", "19:00"], kinds = ["first"] }
"#;

pub(in crate::bookings) fn physiotherapist() -> Timetable {
    toml::from_str(PHYSIOTHERAPIST).expect("well formed")
}

/// The local starts of somebody's visits, and their kinds.
fn starts(timetable: &Timetable, actor: (&str, &[&str]), on: Date) -> Vec<String> {
    let slots = timetable.slots(actor, on, Calendar::shipped());
    let told = |it: &Slot| format!("{} {}", local(it.from, Calendar::shipped()).expect("a time").time(), it.kind);
    slots.iter().map(told).collect()
}

#[test]
fn hours_are_filled_with_their_kinds_in_turn() {
    let (timetable, own) = (physiotherapist(), ("P-1042", &["physiotherapist"][..]));
    let first = ["08:30:00 first", "09:25:00 series", "09:55:00 first", "10:50:00 series"];
    assert_eq!(starts(&timetable, own, date(2027, 1, 4)), first);
    assert_eq!(starts(&timetable, ("P-7", &["physiotherapist"]), date(2027, 1, 4)), first);
    let none: [&str; 0] = [];
    for (actor, on, expected) in [
        (("P-7", &["nurse"][..]), date(2027, 1, 4), &none[..]),
        (own, date(2026, 12, 28), &none),
        (own, date(2027, 6, 21), &none),
        (own, date(2027, 3, 29), &none),                                 // Easter Monday
        (own, date(2027, 1, 13), &["13:00:00 group", "14:00:00 group"]), // week 2
        (own, date(2027, 1, 20), &none),                                 // week 3
        (own, date(2027, 2, 24), &none),                                 // training day of week 8
        (own, date(2027, 3, 3), &["16:00:00 first", "16:55:00 first", "17:50:00 first"]),
    ] {
        assert_eq!(starts(&timetable, actor, on), expected, "{on}");
    }
    let slots = timetable.slots(own, date(2027, 1, 13), Calendar::shipped());
    assert_eq!(slots[0].place.as_deref(), Some("room:gym"));
    assert_eq!(slots[0].seats, Some([3, 8]));
    assert_eq!(slots[0].id, slot_id("physiotherapist-direct", "P-1042", datetime(2027, 1, 13, 13, 0, 0, 0)));
    assert_eq!(slots[0].id.to_string(), "9fad8622-61ad-5a4f-be5c-c915625318c3", "it stands in logs: it never changes");
}

#[test]
fn nights_of_daylight_saving() {
    let night = |at: &str, minutes: i64| -> Timetable {
        let hours = format!("at = [{at}]\nkinds = [\"first\"]\nwho = \"n\"\non = [\"sun\"]");
        let text = PHYSIOTHERAPIST.replace("minutes = 45, after = 10", &format!("minutes = {minutes}"));
        let (head, _) = text.split_once("[[week]]").expect("weeks");
        toml::from_str(&format!("{head}[[week]]\n{hours}")).expect("well formed")
    };
    let (spring, autumn) = (date(2026, 3, 29), date(2026, 10, 25));
    for (at, minutes, on, expected) in [
        // From 03.00 the clock goes to 04.00: 03.00 and 03.30 are no times.
        (
            r#""02:00", "05:00""#,
            30,
            spring,
            &["02:00 00:00+00 30", "02:30 00:30+00 30", "04:00 01:00+00 30", "04:30 01:30+00 30"][..],
        ),
        // A visit of 45 minutes from 02.30 ends at 04.15, so that 04.00 is no time.
        (r#""02:30", "05:30""#, 45, spring, &["02:30 00:30+00 45", "04:45 01:45+00 45"]),
        // From 04.00 the clock goes back to 03.00: a start that there is twice is the first.
        (
            r#""02:30", "04:30""#,
            30,
            autumn,
            &["02:30 23:30+00 30", "03:00 00:00+00 30", "03:30 00:30+00 30", "04:00 02:00+00 30"],
        ),
    ] {
        let slots = night(at, minutes).slots(("n", &[]), on, Calendar::shipped());
        let told = slots.iter().map(|it| {
            let from = Timestamp::from_microsecond(it.from).expect("a time");
            let local = local(it.from, Calendar::shipped()).expect("a time").strftime("%H:%M");
            format!("{local} {}+00 {}", from.strftime("%H:%M"), (it.to - it.from) / 60_000_000)
        });
        assert_eq!(told.collect::<Vec<_>>(), expected, "{at}");
    }
    // Limits in hours are hours; in days they keep the time of day.
    let at = |text: &str| text.parse::<Timestamp>().expect("a time").as_microsecond();
    let sunday = at("2026-03-29T09:00:00Z");
    assert_eq!(before(sunday, 24.hours(), Calendar::shipped()), Some(at("2026-03-28T09:00:00Z")));
    assert_eq!(before(sunday, 1.day(), Calendar::shipped()), Some(at("2026-03-28T10:00:00Z")), "12.00 the day before");
}

#[test]
fn a_booking_is_told_with_its_terms() {
    let at = |text: &str| Calendar::shipped().instant(text.parse().expect("a local time")).expect("an instant");
    let terms = |now: &str| physiotherapist().terms(at("2027-01-04T09:00"), at(now), Calendar::shipped());
    let (sunday, saturday) = (at("2027-01-03T09:00"), at("2027-01-02T09:00"));
    let expected = Terms { move_by: sunday, cancel_by: sunday, remind_at: Some(saturday) };
    assert_eq!(terms("2027-01-02T08:59"), expected);
    assert_eq!(terms("2027-01-02T09:00"), Terms { remind_at: None, ..expected }, "nobody is reminded at once");
}

#[test]
fn shares_of_the_times_are_frozen() {
    let (timetable, mut opened) = (physiotherapist(), [0, 0]);
    let mut day = date(2027, 1, 4);
    while day < date(2027, 6, 18) {
        for slot in timetable.slots(("P-1042", &["physiotherapist"]), day, Calendar::shipped()) {
            let opens_at = slot.opens_at.expect("an instant");
            let days = (slot.from - opens_at + 43_200_000_000) / 86_400_000_000;
            assert!(days == 42 || days == 2, "{days}");
            opened[usize::from(days == 2)] += 1;
        }
        day = day.tomorrow().expect("a day");
    }
    let share = f64::from(opened[0]) / f64::from(opened[0] + opened[1]);
    assert!((0.5..0.7).contains(&share), "{opened:?}");
}

#[test]
fn all_that_is_wrong_is_told() {
    assert_eq!(physiotherapist().check(), []);
    let told = |changes: &[(&str, &str)]| {
        let text = changes.iter().fold(PHYSIOTHERAPIST.to_string(), |text, (from, to)| {
            assert!(text.contains(from), "{from}");
            text.replacen(from, to, 1)
        });
        let timetable: Timetable = toml::from_str(&text).expect("well formed");
        timetable.check().iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let cases = [
        ("share = 0.6", "share = 0.5", "publish.opens: the shares make 0.9, not 1"),
        ("before = \"2 days\"", "before = \"43 days\"", "publish.opens.2.before: it opens before it is published"),
        ("\"role:nurse\"", "\"nurse\"", "book.by: nurse is not resident, role:… or path:…"),
        (
            "\"10 minutes\"",
            "\"0 minutes\"",
            "book.hold: 0s is no length of 1 minutes or more, in days, hours or minutes",
        ),
        (
            "\"24 hours\"",
            "\"1 month\"",
            "book.move_until: 1mo is no length of 0 minutes or more, in days, hours or minutes",
        ),
        ("least = \"20 minutes\"", "least = \"3 hours\"", "book.wait.least: an offer would stand longer than it may"),
        ("open_at_once = 1", "open_at_once = 0", "book.open_at_once: nobody could have an appointment"),
        ("seats = [3, 8]", "seats = [9, 8]", "kind.group.seats: the fewest people are 1 to the most"),
        ("decide = \"2 days\", ", "", "kind.group.decide: seats, and when to decide by them, go together"),
        ("most = 8, ", "", "kind.series.most: a series has the most visits and the time between them"),
        ("minutes = 30", "minutes = 0", "kind.series.minutes: a visit takes 1 to 1440 minutes"),
        ("[\"mon\", \"tue\", \"thu\"]", "[]", "week.1.on: it is on no day of the week"),
        ("\"2027-06-18\"", "\"2026-06-18\"", "week.1.valid: it ends before it begins"),
        ("[\"13:00\", \"15:00\"]", "[\"15:00\", \"13:00\"]", "week.2.at: 15:00:00 is not before 13:00:00"),
        ("[\"group\"]", "[\"grop\"]", "week.2.kinds: there is no kind grop"),
        ("[\"16:00\", \"19:00\"]", "[\"16:00\", \"16:30\"]", "except.2.add.at: first takes longer than these hours"),
        ("sv = \"Serie\"", "sv = \" \"", "kind.series: it has no name in Finnish or in Swedish"),
        ("version = 1\n", "", "version: an id has a version, counted from 1"),
    ];
    for (from, to, fault) in cases {
        assert_eq!(told(&[(from, to)]), [fault], "{to}");
    }
    let all: Vec<(&str, &str)> =
        cases.iter().filter(|(from, ..)| *from != "before = \"2 days\"").map(|it| (it.0, it.1)).collect();
    assert!(told(&all).len() >= cases.len() - 2, "and all at once: {:?}", told(&all));
    // A word that nobody knows is refused when it is read.
    for (from, to) in [("after = 10", "afer = 10"), ("place =", "plce ="), ("notice =", "notise =")] {
        assert!(toml::from_str::<Timetable>(&PHYSIOTHERAPIST.replacen(from, to, 1)).is_err(), "{to}");
    }
}

/// A walk-in list, as its people write it.
pub(in crate::bookings) const ACUTE: &str = include_str!("../../../../../content/calendars/acute-walk-in.toml");

fn read(text: &str) -> Timetable {
    toml::from_str(text).expect("well formed")
}

#[test]
fn a_walk_in_list_has_hours_and_no_times() {
    let acute = read(ACUTE);
    assert_eq!(acute.check(), []);
    let at = |text: &str| Calendar::shipped().instant(text.parse().expect("a local time")).expect("an instant");
    let hours = |timetable: &Timetable, on| timetable.come_in(on, Calendar::shipped());
    let christmas = date(2026, 12, 25);
    let open = [at("2026-12-25T08:00"), at("2026-12-25T19:30"), at("2026-12-25T20:00")];
    assert_eq!(hours(&acute, christmas), [open], "every day of the year");
    assert_eq!(acute.slots(("P-1", &["physician"]), christmas, Calendar::shipped()), []);
    assert!(!acute.is_open_to(&["resident"]), "nobody books in it");
    let closed = format!("{ACUTE}\n[[except]]\non = \"2026-12-25\"\nclosed = {{ fi = \"a\", sv = \"b\", en = \"c\" }}");
    assert!(hours(&read(&closed), christmas).is_empty());
    // Hours that touch are one, and hours apart are two.
    let two = |more: &str| format!("{ACUTE}\n[[week]]\nwho = \"role:nurse\"\non = [\"fri\"]\nat = [{more}]");
    assert_eq!(hours(&read(&two(r#""19:00", "21:00""#)), christmas)[0][2], at("2026-12-25T21:00"));
    assert_eq!(hours(&read(&two(r#""21:00", "22:00""#)), christmas).len(), 2);
    assert!(hours(&physiotherapist(), date(2027, 1, 4)).is_empty(), "one who has times has no list");
}

#[test]
fn a_calendar_is_of_one_shape() {
    let duty = include_str!("../../../../../content/calendars/digital-clinic-duty.toml");
    let kept = include_str!("../../../../../content/calendars/development-time.toml");
    for (text, changes) in [
        (ACUTE, &[("[walk_in.reason]", "[walk_in.raeson]", "")][..]),
        (
            ACUTE,
            &[
                (
                    "role:physician\"",
                    "role:physician\"\nkinds = [\"first\"]",
                    "week.1.kinds: a walk-in list gives no times",
                ),
                (
                    "last = \"30 minutes\"",
                    "last = \"1 month\"",
                    "walk_in.last: 1mo is no length of 0 minutes or more, in days, hours or minutes",
                ),
                (
                    "[[week]]",
                    "[protect]\nby = [\"role:nurse\"]\n[[week]]",
                    "kind: times to book, walk_in, duty and protect are calendars of their own",
                ),
            ],
        ),
        (
            duty,
            &[
                ("\"08:00\", \"14:00\"", "\"14:00\", \"08:00\"", "duty.morning.at: 14:00:00 is not before 08:00:00"),
                ("role:nurse", "nurse", "duty.morning.who: nurse is not role:…"),
                ("need = 2", "need = 0", "duty.morning.need: nobody is on duty"),
            ],
        ),
        (kept, &[("\"role:nurse\"", "\"nurse\"", "protect.by: nurse is not role:…")]),
    ] {
        assert_eq!(read(text).check(), []);
        for (from, to, fault) in changes {
            let changed = text.replacen(from, to, 1);
            assert_ne!(changed, text, "{from}");
            match toml::from_str::<Timetable>(&changed) {
                Ok(read) => {
                    let told: Vec<String> = read.check().iter().map(ToString::to_string).collect();
                    assert!(told.contains(&(*fault).to_string()), "{told:?}");
                }
                Err(_) => assert_eq!(*fault, "", "{changed}"),
            }
        }
    }
    let shifts = read(duty);
    let of = |on| shifts.shifts(on, Calendar::shipped()).iter().map(|it| it.id.to_string()).collect::<Vec<_>>();
    assert_eq!(of(date(2027, 1, 4)), ["morning", "evening"]);
    assert!(of(date(2027, 1, 9)).is_empty() && of(date(2027, 1, 6)).is_empty(), "a Saturday, and Epiphany");
}

#[test]
fn a_calendar_of_several_units_has_its_times_where_they_are_given() {
    let [north, south, whole] = ["north", "south", "whole"].map(UnitId::from);
    let one = physiotherapist();
    assert_eq!(one.kept_at(), [UnitId::from("rehabilitation")]);
    let several = Timetable { unit: whole.clone(), units: vec![north.clone(), south.clone()], ..physiotherapist() };
    assert_eq!(several.kept_at(), [north.clone(), south.clone()]);
    let given = |timetable: &Timetable, unit: &UnitId| {
        let slots = timetable.slots(("P-7", &["physiotherapist"]), date(2027, 1, 4), Calendar::shipped());
        timetable.at_unit(slots[0].clone(), unit).place
    };
    assert_eq!(given(&one, &one.unit), None);
    assert_eq!(given(&several, &south).as_deref(), Some("south"));
    assert_eq!(given(&several, &whole), None, "of somebody who comes from elsewhere");
    assert_eq!(
        [several.unit_at(Some("south")), several.unit_at(None), one.unit_at(Some("room:gym"))],
        [&south, &whole, &one.unit]
    );
    let told = several.check().iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(told, ["week.2.place: a calendar of several units is at their places"]);
}
