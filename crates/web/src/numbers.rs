//! Numbers and periods as each language writes them. Rounding happens here and nowhere else.

use calendar::Calendar;
use jiff::Timestamp;

use crate::texts::Language;

/// A no-break space between thousands.
const THIN: char = '\u{a0}';

/// A number with so many decimals: decimal comma, no-break thousands and a true minus in Finnish and Swedish.
pub fn number(value: f64, decimals: usize, language: Language) -> String {
    let plain = format!("{:.decimals$}", value.abs());
    let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
    let grouped = group(whole, if language == Language::En { ',' } else { THIN });
    let is_zero = plain.chars().all(|digit| matches!(digit, '0' | '.'));
    let sign = match (value < 0.0 && !is_zero, language) {
        (false, _) => "",
        (true, Language::En) => "-",
        (true, Language::Fi | Language::Sv) => "\u{2212}",
    };
    let point = if language == Language::En { '.' } else { ',' };
    match fraction {
        "" => format!("{sign}{grouped}"),
        fraction => format!("{sign}{grouped}{point}{fraction}"),
    }
}

fn group(digits: &str, separator: char) -> String {
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(separator);
        }
        out.push(digit);
    }
    out
}

/// A value of a measure in its unit: shares as per cent, indices with two decimals.
pub fn value(value: f64, unit: &str, language: Language) -> String {
    let decimals = match unit {
        "share" => 1,
        "index" | "rating" => 2,
        "days" | "minutes" => usize::from((value * 10.0).round() as i64 % 10 != 0),
        _ => 0,
    };
    value_to(decimals, value, unit, language)
}

/// A value in its unit with so many decimals; those of a share are decimals of per cent.
pub fn value_to(decimals: usize, value: f64, unit: &str, language: Language) -> String {
    match unit {
        "share" if language == Language::En => format!("{}%", number(100.0 * value, decimals, language)),
        "share" => format!("{}{THIN}%", number(100.0 * value, decimals, language)),
        "days" | "minutes" => {
            format!("{}{THIN}{}", number(value, decimals, language), language.text(&format!("unit-{unit}-short")))
        }
        _ => number(value, decimals, language),
    }
}

/// A mean or a limit in its unit: of few cases with a decimal, for they lie between whole numbers.
pub fn level(level: f64, unit: &str, language: Language) -> String {
    let whole = matches!(unit, "share" | "index" | "days" | "minutes") || level.abs() >= 10.0 || level.fract() == 0.0;
    if whole { value(level, unit, language) } else { value_to(1, level, unit, language) }
}

/// `2025-03` as 3/2025 in Finnish and Swedish, Mar 2025 in English; other periods as they are.
pub fn period(period: &str, language: Language) -> String {
    let parts = period.split_once('-').and_then(|(year, month)| Some((year, month.parse::<usize>().ok()?)));
    match (parts, language) {
        (Some((year, month @ 1..=12)), Language::En) => format!("{} {year}", MONTHS[month - 1]),
        (Some((year, month @ 1..=12)), Language::Fi | Language::Sv) => format!("{month}/{year}"),
        _ => period.into(),
    }
}

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// An instant in the county's local time.
fn local(micros: i64) -> Option<jiff::civil::DateTime> {
    Some(Calendar::shipped().zone.to_datetime(Timestamp::from_microsecond(micros).ok()?))
}

/// A name as it is sorted: without capitals, numbers in it by their size, and the letters of the Nordic alphabets in their
/// order (å ä ö in Finnish and Swedish; beside a and o in English).
pub fn collated(name: &str, language: Language) -> Vec<(u32, u32)> {
    let place = |letter: char| match (letter, language) {
        ('å' | 'ä', Language::En) => (u32::from('a'), 1),
        ('ö', Language::En) => (u32::from('o'), 1),
        ('å', _) => (u32::from('z'), 1),
        ('ä', _) => (u32::from('z'), 2),
        ('ö', _) => (u32::from('z'), 3),
        _ => (u32::from(letter), 0),
    };
    let mut out: Vec<(u32, u32)> = Vec::new();
    let mut number: Option<u32> = None;
    for letter in name.to_lowercase().chars() {
        match (letter.to_digit(10), number) {
            (Some(digit), so_far) => number = Some(so_far.unwrap_or(0).saturating_mul(10).saturating_add(digit)),
            (None, so_far) => {
                out.extend(so_far.map(|number| (u32::from('0'), number)));
                number = None;
                out.push(place(letter));
            }
        }
    }
    out.extend(number.map(|number| (u32::from('0'), number)));
    out
}

/// The local day of an instant, in microseconds since 1970.
pub fn day_of(micros: i64, language: Language) -> String {
    local(micros).map_or_else(String::new, |at| written(at.date(), language))
}

/// A day without its year: `29.6.`, `29.6`, `29 June`.
pub fn short_day(date: jiff::civil::Date, language: Language) -> String {
    match language {
        Language::Fi => format!("{}.{}.", date.day(), date.month()),
        Language::Sv => format!("{}.{}", date.day(), date.month()),
        Language::En => format!("{} {}", date.day(), MONTHS[usize::from(date.month().unsigned_abs()) - 1]),
    }
}

/// A day that a file gives as `2025-03-01`, or the local day of an instant as `2025-03-01T12:00:00Z`; others as they are.
pub fn day(text: &str, language: Language) -> String {
    match (text.parse::<Timestamp>(), text.parse::<jiff::civil::Date>()) {
        (Ok(at), _) => day_of(at.as_microsecond(), language),
        (_, Ok(date)) => written(date, language),
        _ => text.into(),
    }
}

/// A day that is counted since 1970.
pub fn day_of_number(day: i32, language: Language) -> String {
    calendar::date_of(day).map_or_else(String::new, |date| written(date, language))
}

fn written(date: jiff::civil::Date, language: Language) -> String {
    match language {
        Language::Fi | Language::Sv => format!("{}.{}.{}", date.day(), date.month(), date.year()),
        Language::En => {
            format!("{} {} {}", date.day(), MONTHS[usize::from(date.month().unsigned_abs()) - 1], date.year())
        }
    }
}

/// The local day of an instant with its weekday and without its year: pe 27.11., fr 27.11, Fri 27 Nov.
pub fn near_day(micros: i64, language: Language) -> String {
    local(micros).map_or_else(String::new, |at| weekday_and_day(at.date(), language))
}

/// The same of a day.
pub fn weekday_and_day(day: jiff::civil::Date, language: Language) -> String {
    let weekday = language.text(&format!("weekday-{}", day.weekday().to_monday_one_offset()));
    format!("{weekday}{THIN}{}", short_day(day, language).replace(' ', &THIN.to_string()))
}

/// The day and time of an instant as it is said to somebody who waits for it: ti 1.12. klo 9.30.
pub fn short_moment(micros: i64, language: Language) -> String {
    let (day, clock) = (near_day(micros, language), clock(micros));
    match language {
        Language::Fi => format!("{day} klo{THIN}{clock}"),
        Language::Sv => format!("{day} kl.{THIN}{clock}"),
        Language::En => format!("{day}, {}", clock.replace('.', ":")),
    }
}

/// The local day and time of an instant that is given as `2025-03-01T12:00:00Z`; others as they are.
pub fn moment_text(text: &str, language: Language) -> String {
    text.parse::<Timestamp>().map_or_else(|_| text.into(), |at| moment(at.as_microsecond(), language))
}

/// The local day and time of an instant, in microseconds since 1970.
pub fn moment(micros: i64, language: Language) -> String {
    let Some(at) = local(micros) else { return String::new() };
    let day = day_of(micros, language);
    match language {
        Language::Fi => format!("{day} klo {}.{:02}", at.hour(), at.minute()),
        Language::Sv => format!("{day} kl. {}.{:02}", at.hour(), at.minute()),
        Language::En => format!("{day} at {}:{:02}", at.hour(), at.minute()),
    }
}

/// How long something has lasted, in its two largest parts: 12 min, 2 h 10 min, 3 days 4 h.
pub fn lasting(micros: i64, language: Language) -> String {
    let minutes = micros.max(0) / 60_000_000;
    let (days, hours, minutes) = (minutes / 1440, minutes / 60 % 24, minutes % 60);
    let day = language.text("unit-days-short");
    let parts = match (days, hours) {
        (0, 0) => [(minutes, "min"), (0, "")],
        (0, _) => [(hours, "h"), (minutes, "min")],
        _ => [(days, day.as_str()), (hours, "h")],
    };
    let told = parts.iter().enumerate().filter(|(at, (count, _))| *at == 0 || *count > 0);
    told.map(|(_, (count, unit))| format!("{count}{THIN}{unit}")).collect::<Vec<_>>().join(" ")
}

/// The same in its largest part alone.
pub fn roughly(micros: i64, language: Language) -> String {
    let told = lasting(micros, language);
    told.split(' ').next().unwrap_or_default().to_string()
}

/// The time of day of an instant.
pub fn clock(micros: i64) -> String {
    local(micros).map_or_else(String::new, |at| format!("{}.{:02}", at.hour(), at.minute()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_language_writes_numbers_its_own_way() {
        assert_eq!(number(-1234567.54, 1, Language::Fi), "\u{2212}1\u{a0}234\u{a0}567,5");
        assert_eq!(number(1234.0, 0, Language::En), "1,234");
        assert_eq!(number(-0.04, 1, Language::Sv), "0,0", "a rounded zero has no sign");
        assert_eq!(value(0.305, "share", Language::Fi), "30,5\u{a0}%");
        assert_eq!(value(0.305, "share", Language::En), "30.5%");
        assert_eq!(period("2025-03", Language::Sv), "3/2025");
        assert_eq!(period("2025-W10", Language::En), "2025-W10");
    }

    #[test]
    fn what_lasts_is_told_in_its_two_largest_parts() {
        let told = |minutes: i64| lasting(minutes * 60_000_000, Language::Fi).replace(THIN, " ");
        let days = Language::Fi.text("unit-days-short");
        for (minutes, expected) in [
            (-5, "0 min".to_string()),
            (12, "12 min".into()),
            (60, "1 h".into()),
            (130, "2 h 10 min".into()),
            (1440, format!("1 {days}")),
            (3 * 1440 + 250, format!("3 {days} 4 h")),
        ] {
            assert_eq!(told(minutes), expected);
        }
    }

    #[test]
    fn days_that_are_near_are_said_with_their_weekday() {
        let midsummer = 1_782_000_300_000_000;
        let told = |language| short_moment(midsummer, language).replace(THIN, " ");
        assert_eq!(told(Language::Fi), "su 21.6. klo 3.05");
        assert_eq!(told(Language::Sv), "sö 21.6 kl. 3.05");
        assert_eq!(told(Language::En), "Sun 21 Jun, 3:05");
        assert_eq!(roughly(130 * 60_000_000, Language::Fi), "2\u{a0}h");
    }

    #[test]
    fn names_stand_in_the_order_of_their_language() {
        let sorted = |language, names: &[&'static str]| {
            let mut names = names.to_vec();
            names.sort_by_cached_key(|name| collated(name, language));
            names
        };
        let names = [
            "Ylä-asema",
            "Omalääkäripari 10",
            "Äitiysneuvola",
            "omalääkäripari 2",
            "Åsikt",
            "Avosairaanhoito",
            "Öinen",
        ];
        assert_eq!(
            sorted(Language::Fi, &names),
            [
                "Avosairaanhoito",
                "omalääkäripari 2",
                "Omalääkäripari 10",
                "Ylä-asema",
                "Åsikt",
                "Äitiysneuvola",
                "Öinen"
            ]
        );
        assert_eq!(sorted(Language::En, &["Zoo", "Åland", "Oulu", "Öst"]), ["Åland", "Oulu", "Öst", "Zoo"]);
    }

    #[test]
    fn instants_are_told_in_the_countys_time() {
        let midsummer = 1_782_000_300_000_000;
        assert_eq!(moment(midsummer, Language::Fi), "21.6.2026 klo 3.05");
        assert_eq!(moment(midsummer, Language::Sv), "21.6.2026 kl. 3.05");
        assert_eq!(moment(midsummer, Language::En), "21 Jun 2026 at 3:05");
        assert_eq!(day_of(i64::MAX, Language::Fi), "", "no such day");
    }
}
