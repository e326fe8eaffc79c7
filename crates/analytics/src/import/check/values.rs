//! Values as sources write them: numbers, truth, days, times, codes.

use std::borrow::Cow;
use std::ops::RangeInclusive;

use calendar::Calendar;
use facts::{Type, Value};
use jiff::civil::{Date, DateTime};
use jiff::tz::{AmbiguousOffset, TimeZone};

use crate::import::fault::Fault;
use crate::import::{Directory, Mapping};

/// Words by which programs write that there is no value.
const NOTHING: [&str; 16] =
    ["NULL", "null", "Null", "NA", "N/A", "n/a", "#N/A", "<NA>", "NaN", "nan", "NaT", "None", "nil", "\\N", "-", "--"];

/// The day before which nothing is that the facts tell of: the oldest people alive were born then.
const EARLIEST: Date = jiff::civil::date(1890, 1, 1);
/// Years ahead for which anything is planned.
const AHEAD: i64 = 10;
const DAY: i64 = 86_400_000_000;
/// Midnight of 1 January 1900 in UTC: the nought of spreadsheets and of older programs.
const NOUGHT_1900: i64 = -25_567 * DAY;

/// How a source writes values.
pub struct Formats {
    zone: TimeZone,
    time: Option<String>,
    day: Option<String>,
    comma: bool,
    nothing: Option<Vec<String>>,
    plausible: RangeInclusive<i64>,
    /// Year of the last plausible day.
    last_year: i64,
    pub today: i64,
    pub this_year: i64,
}

impl Formats {
    pub fn of(mapping: &Mapping, zone: TimeZone, now: i64) -> Formats {
        let today = Calendar::shipped().local_date(now);
        let this_year = today.map_or(1970 + now / (DAY * 365), |today| i64::from(today.year()));
        let today = today.map_or(now.div_euclid(DAY), days_of);
        let last = today + AHEAD * 365;
        Formats {
            zone,
            time: mapping.time_format.clone(),
            day: mapping.day_format.clone(),
            comma: mapping.decimal_comma,
            nothing: mapping.nulls.clone(),
            plausible: days_of(EARLIEST)..=last,
            last_year: this_year + AHEAD,
            today,
            this_year,
        }
    }

    /// Whether a text is a word for nothing.
    pub fn is_nothing(&self, text: &str) -> bool {
        match &self.nothing {
            Some(words) => words.iter().any(|word| word == text),
            None => text.len() <= 4 && NOTHING.contains(&text),
        }
    }

    /// The value of a column of some type; `rate` is euro for one unit of an amount in another currency.
    pub fn value<'a>(
        &self,
        ty: Type,
        rate: Option<f64>,
        text: &'a str,
        directory: &mut Directory,
        ambiguous: &mut u64,
    ) -> Result<Value<'a>, Fault> {
        let int = |value: Option<i64>, fault: Fault| value.map(Value::Int).ok_or(fault);
        match ty {
            Type::Resident => Ok(Value::Int(directory.resident(text.as_bytes()))),
            Type::Int => int(self.whole(text), Fault::NotWhole),
            Type::Float => self.number(text).map(Value::Float).ok_or(Fault::NotNumber),
            Type::Cents => int(
                match rate {
                    Some(rate) => self.number(text).and_then(|amount| cents(amount * rate)),
                    None => self.whole(text),
                },
                Fault::NotAmount,
            ),
            Type::Bool => truth(text).map(Value::Bool).ok_or(Fault::NotTruth),
            Type::Instant => self.instant(text, ambiguous).map(Value::Int),
            Type::Day => match self.day(text) {
                Some(day) if self.plausible.contains(&day) => Ok(Value::Int(day)),
                Some(_) => Err(self.implausible()),
                None => Err(Fault::NotDay),
            },
            Type::Code(list) => list.find(text).map(|code| Value::Text(code.code)).ok_or(Fault::NotCode(list)),
            Type::Label if text.len() > facts::MOST_ID && text.chars().count() > facts::MOST_ID => Err(Fault::TooLong),
            Type::Text | Type::Label | Type::Unit | Type::Professional => Ok(Value::Text(text)),
        }
    }

    fn implausible(&self) -> Fault {
        Fault::Implausible(self.last_year)
    }

    /// Programs that know no empty number write whole ones as 1980.0.
    fn whole(&self, text: &str) -> Option<i64> {
        let point = if self.comma { ',' } else { '.' };
        let whole = text.split_once(point).filter(|(_, zeros)| zeros.bytes().all(|digit| digit == b'0'));
        let whole = whole.map_or(text, |(whole, _)| whole);
        if self.comma { without_groups(whole)?.parse().ok() } else { whole.parse().ok() }
    }

    /// Where a comma is the decimal sign a point is none: of 1.234 nobody knows whether it is one or a thousand.
    fn number(&self, text: &str) -> Option<f64> {
        let number: f64 = match self.comma {
            true if text.contains('.') => return None,
            true => without_groups(text)?.replace(',', ".").parse().ok()?,
            false => text.parse().ok()?,
        };
        number.is_finite().then_some(number)
    }

    fn day(&self, text: &str) -> Option<i64> {
        let day = match &self.day {
            Some(format) => Date::strptime(format, text).ok()?,
            None => iso_day(text.as_bytes().get(..10)?)
                .filter(|_| text.len() == 10 || matches!(text.as_bytes()[10], b'T' | b' '))?,
        };
        Some(days_of(day))
    }

    /// An instant in UTC, in microseconds.
    pub fn instant(&self, text: &str, ambiguous: &mut u64) -> Result<i64, Fault> {
        let at = self.any_instant(text, ambiguous)?;
        if !self.plausible.contains(&at.div_euclid(DAY)) {
            return Err(self.implausible());
        }
        // Within a day of it, whatever the zone.
        match at == 0 || (at % (DAY / 24) == 0 && (at - NOUGHT_1900).abs() < DAY) {
            true => Err(Fault::Nought),
            false => Ok(at),
        }
    }

    fn any_instant(&self, text: &str, ambiguous: &mut u64) -> Result<i64, Fault> {
        let not = || Fault::NotTime;
        let bytes = text.as_bytes();
        if self.time.is_none()
            && bytes.len() >= 20
            && bytes.last() == Some(&b'Z')
            && let Some(micros) = iso_utc(bytes)
        {
            return Ok(micros);
        }
        let local = match &self.time {
            Some(format) => {
                let read = jiff::fmt::strtime::parse(format, text).map_err(|_| not())?;
                if read.offset().is_some() {
                    return read.to_timestamp().map(|at| at.as_microsecond()).map_err(|_| not());
                }
                read.to_datetime().map_err(|_| not())?
            }
            None => match text.parse::<jiff::Timestamp>() {
                Ok(instant) => return Ok(instant.as_microsecond()),
                Err(_) => text.parse::<DateTime>().map_err(|_| not())?,
            },
        };
        let zoned = self.zone.to_ambiguous_zoned(local);
        match zoned.offset() {
            AmbiguousOffset::Unambiguous { .. } => {}
            AmbiguousOffset::Fold { .. } => *ambiguous += 1,
            AmbiguousOffset::Gap { .. } => return Err(Fault::Gap),
        }
        zoned.earlier().map(|zoned| zoned.timestamp().as_microsecond()).map_err(|_| not())
    }
}

/// A number without the spaces that part its thousands; none where they part anything else.
fn without_groups(text: &str) -> Option<Cow<'_, str>> {
    if !text.contains(' ') {
        return Some(Cow::Borrowed(text));
    }
    let (whole, rest) = text.split_at(text.find(',').unwrap_or(text.len()));
    let mut groups = whole.split(' ');
    let is_first = groups.next().is_some_and(|first| (1..=3).contains(&first.trim_start_matches('-').len()));
    let are_thousands = groups.all(|group| group.len() == 3 && group.bytes().all(|digit| digit.is_ascii_digit()));
    (is_first && are_thousands && !rest.contains(' ')).then(|| Cow::Owned(whole.replace(' ', "") + rest))
}

/// Cents of an amount in euro, half away from zero; `None` beyond what cents can hold.
fn cents(euro: f64) -> Option<i64> {
    let cents = (euro * 100.0).round();
    (cents.abs() < 9e15).then_some(cents as i64)
}

/// Truth as programs write it: Python, R, databases and spreadsheets each have their own way.
fn truth(text: &str) -> Option<bool> {
    let is = |words: &[&str]| words.iter().any(|word| word.eq_ignore_ascii_case(text));
    match () {
        () if is(&["true", "1", "yes", "t", "y", "1.0"]) => Some(true),
        () if is(&["false", "0", "no", "f", "n", "0.0"]) => Some(false),
        () => None,
    }
}

/// The year of a day.
pub fn year_of(day: i64) -> Option<i64> {
    let day = jiff::civil::date(1970, 1, 1).checked_add(jiff::Span::new().try_days(day).ok()?).ok()?;
    Some(i64::from(day.year()))
}

fn iso_day(text: &[u8]) -> Option<Date> {
    let number = |from: usize, to: usize| {
        text[from..to]
            .iter()
            .try_fold(0i16, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + i16::from(byte - b'0')))
    };
    if text.len() != 10 || text[4] != b'-' || text[7] != b'-' {
        return None;
    }
    Date::new(number(0, 4)?, number(5, 7)? as i8, number(8, 10)? as i8).ok()
}

/// `YYYY-MM-DDTHH:MM:SS[.ffffff]Z` without a detour through a general parser: most instants of most files.
fn iso_utc(text: &[u8]) -> Option<i64> {
    let day = iso_day(text.get(..10)?)?;
    let two = |at: usize| {
        let (tens, ones) = (text[at].wrapping_sub(b'0'), text[at + 1].wrapping_sub(b'0'));
        (tens < 10 && ones < 10).then_some(i64::from(tens) * 10 + i64::from(ones))
    };
    if !matches!(text[10], b'T' | b' ') || text[13] != b':' || text[16] != b':' {
        return None;
    }
    let (hour, minute, second) = (two(11)?, two(14)?, two(17)?);
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let fraction = match &text[19..text.len() - 1] {
        [] => 0,
        [b'.', digits @ ..] if (1..=6).contains(&digits.len()) && digits.iter().all(u8::is_ascii_digit) => {
            let value = digits.iter().fold(0, |sum, byte| sum * 10 + i64::from(byte - b'0'));
            value * 10_i64.pow(6 - digits.len() as u32)
        }
        _ => return None,
    };
    let days = days_of(day);
    Some((((days * 24 + hour) * 60 + minute) * 60 + second) * 1_000_000 + fraction)
}

/// Days since 1970, by the civil-calendar formula of H. Hinnant.
pub fn days_of(day: Date) -> i64 {
    let year = i32::from(day.year()) - i32::from(day.month() <= 2);
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let month = (i32::from(day.month()) + 9) % 12;
    let of_year = (153 * month + 2) / 5 + i32::from(day.day()) - 1;
    i64::from(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 15 January 2026.
    const NOW: i64 = 20_468 * DAY;

    fn formats(mapping: &str) -> Formats {
        let mapping = Mapping::parse(mapping).expect("a mapping");
        Formats::of(&mapping, TimeZone::get("Europe/Helsinki").expect("a zone"), NOW)
    }

    #[test]
    fn with_a_decimal_comma_a_point_is_no_decimal_point() {
        let comma = formats("decimal_comma = true");
        for (text, expected) in [
            ("12,5", Some(12.5)),
            ("1234", Some(1234.0)),
            ("1 234,5", Some(1234.5)),
            ("-1 234 567", Some(-1_234_567.0)),
            ("1.234", None),
            ("1.0", None),
            ("1.234,5", None),
            ("1.234.567", None),
            ("12 34", None),
            ("1 234 5", None),
            ("1234 567", None),
            ("1,5 5", None),
            ("1,2,3", None),
        ] {
            assert_eq!(comma.number(text), expected, "{text}");
        }
        // Whole numbers and cents follow the same rule: 1.000 is not one, nor is 1,000 where no mapping names the comma.
        for (text, expected) in [("1980,0", Some(1980)), ("1 980", Some(1980)), ("1.000", None), ("1980.0", None)] {
            assert_eq!(comma.whole(text), expected, "{text}");
        }
        for (text, expected) in [("1980.0", Some(1980)), ("1500.00", Some(1500)), ("1,000", None), ("1500.50", None)] {
            assert_eq!(formats("").whole(text), expected, "{text}");
        }
    }

    #[test]
    fn truth_is_read_as_programs_write_it() {
        for yes in ["true", "True", "TRUE", "t", "T", "yes", "Y", "1", "1.0"] {
            let no = ["false", "False", "FALSE", "f", "F", "no", "N", "0", "0.0"];
            assert_eq!(truth(yes), Some(true), "{yes}");
            assert!(no.iter().all(|no| truth(no) == Some(false)));
        }
        assert!(["", "2", "maybe", "10", "1.00.0"].iter().all(|text| truth(text).is_none()));
    }

    #[test]
    fn a_day_or_a_time_that_cannot_be_is_refused() {
        let formats = formats("");
        let mut none = 0;
        for year in ["0001", "0025", "1066", "1889", "2037", "2925", "9999"] {
            let day = format!("{year}-06-15");
            assert!(!formats.plausible.contains(&formats.day(&day).expect("a day")), "{day}");
            for time in [format!("{day}T10:00:00Z"), format!("{day}T10:00:00"), format!("{day}T10:00:00+02:00")] {
                assert!(formats.instant(&time, &mut none).is_err(), "{time}");
            }
        }
        for year in ["1890", "1900", "1970", "2026", "2035"] {
            let day = format!("{year}-06-15");
            assert!(formats.plausible.contains(&formats.day(&day).expect("a day")), "{day}");
            assert!(formats.instant(&format!("{day}T10:00:00Z"), &mut none).is_ok(), "{day}");
        }
        for nought in ["1970-01-01T00:00:00Z", "1900-01-01T00:00:00Z", "1900-01-01T00:00:00+02:00"] {
            assert!(formats.instant(nought, &mut none).is_err(), "{nought}");
        }
        let two_digits = super::tests::formats("time_format = \"%d.%m.%Y %H.%M\"");
        assert!(two_digits.instant("15.1.25 8.05", &mut none).is_err());
        assert!(two_digits.instant("15.1.2025 8.05", &mut none).is_ok());
    }

    #[test]
    fn words_for_nothing_are_those_of_programs_or_those_of_the_mapping() {
        for word in ["NULL", "NA", "N/A", "-", "\\N", "NaN", "None", "nan", "<NA>"] {
            assert!(formats("").is_nothing(word), "{word}");
            assert!(!formats("nulls = []").is_nothing(word) && !formats("nulls = [\"?\"]").is_nothing(word));
        }
        assert!(formats("nulls = [\"?\"]").is_nothing("?"));
        assert!(["", "none", "na", "0", "Nanna"].iter().all(|word| !formats("").is_nothing(word)));
    }
}
