//! Periods as people write them: when each begins, and how the next one would be written.

use jiff::ToSpan;
use jiff::civil::{Date, DateTime, ISOWeekDate, Time, Weekday};

/// How long a period is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grain {
    Year,
    Quarter,
    Month,
    Week,
    /// A day or an instant of it.
    Day,
}

/// A period in the order of time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Period {
    pub start: DateTime,
    pub grain: Grain,
}

/// Which number of `01/08/2025` is the day. A file has one way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slashes {
    DayFirst,
    MonthFirst,
}

/// The meaning of a number in a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Year,
    Quarter,
    Month,
    Week,
    Day,
}

/// Names of months: Finnish, Swedish, English; long and short. A name is known by its first letters.
const MONTHS: [[&str; 12]; 3] = [
    ["tam", "hel", "maa", "huh", "tou", "kes", "hei", "elo", "syy", "lok", "mar", "jou"],
    ["jan", "feb", "mar", "apr", "maj", "jun", "jul", "aug", "sep", "okt", "nov", "dec"],
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
];
/// Endings that may follow the first letters of a Finnish, a Swedish or an English month.
const ENDINGS: [&[&str]; 12] = [
    &["mi", "mikuu", "mikuuta", "uari", "uary"],
    &["mi", "mikuu", "mikuuta", "ruari", "ruary"],
    &["lis", "liskuu", "liskuuta", "s", "ch"],
    &["ti", "tikuu", "tikuuta", "il"],
    &["ko", "kokuu", "kokuuta"],
    &["ä", "äkuu", "äkuuta", "i", "e"],
    &["nä", "näkuu", "näkuuta", "i", "y"],
    &["", "kuu", "kuuta", "usti", "ust"],
    &["s", "skuu", "skuuta", "t", "tember"],
    &["a", "akuu", "akuuta", "ober"],
    &["ras", "raskuu", "raskuuta", "ember"],
    &["lu", "lukuu", "lukuuta", "ember"],
];

/// The month (1–12) that a word names.
fn month_named(word: &str) -> Option<i8> {
    let word = word.to_lowercase();
    let is = |names: &[&str; 12], at: usize| {
        word.strip_prefix(names[at]).is_some_and(|rest| rest.is_empty() || ENDINGS[at].contains(&rest))
    };
    // Finnish marraskuu and Swedish mars begin alike: the ending tells.
    (0..12).find(|at| MONTHS.iter().any(|names| is(names, *at))).map(|at| at as i8 + 1)
}

/// A run of digits, of letters, or of what stands between them.
fn tokens(text: &str) -> Vec<&str> {
    let class = |letter: char| (letter.is_ascii_digit(), letter.is_alphabetic());
    let mut tokens = Vec::new();
    let mut start = 0;
    let mut letters = text.char_indices().peekable();
    while let Some((_, letter)) = letters.next() {
        match letters.peek() {
            Some((next, other)) if class(letter) != class(*other) => {
                tokens.push(&text[start..*next]);
                start = *next;
            }
            Some(_) => {}
            None => tokens.push(&text[start..]),
        }
    }
    tokens
}

/// The shape of a period: `Y` for four digits, `n` for one or two, `A` for the name of a month, `Q`, `W`, `M` for the signs
/// of quarters, weeks and months, and what stands between them without its spaces.
fn shape(tokens: &[&str]) -> String {
    let mut shape = String::new();
    for token in tokens {
        let word = token.to_lowercase();
        shape.push_str(match word.as_str() {
            _ if token.starts_with(|it: char| it.is_ascii_digit()) => match token.len() {
                1 | 2 => "n",
                4 => "Y",
                6 => "6",
                8 => "8",
                _ => "?",
            },
            "q" | "kv" | "kvartal" | "neljännes" => "Q",
            "w" | "vk" | "vko" | "viikko" | "v" | "vecka" | "week" => "W",
            "m" => "M",
            _ if month_named(token).is_some() => "A",
            _ if token.starts_with(char::is_alphabetic) => "?",
            mark => mark.trim(),
        });
    }
    shape
}

/// The meanings of the numbers of a shape, in their order, and how long the period is.
fn roles(shape: &str, slashes: Slashes) -> Option<(Grain, &'static [Role])> {
    use Role::{Day, Month, Quarter, Week, Year};
    Some(match shape {
        "Y" => (Grain::Year, &[Year]),
        "YQn" | "Y-Qn" | "Y/Qn" => (Grain::Quarter, &[Year, Quarter]),
        "QnY" | "Qn/Y" | "Qn-Y" | "n.QY" | "n.Q/Y" => (Grain::Quarter, &[Quarter, Year]),
        "YWn" | "Y-Wn" | "Y/Wn" => (Grain::Week, &[Year, Week]),
        "WnY" | "Wn/Y" | "Wn-Y" | "W.n/Y" => (Grain::Week, &[Week, Year]),
        "Y-n" | "Y/n" | "Y.n" | "YMn" | "Y-Mn" => (Grain::Month, &[Year, Month]),
        "n/Y" | "n.Y" | "n-Y" => (Grain::Month, &[Month, Year]),
        "AY" | "A-Y" | "A/Y" | "A.Y" | "YA" | "Y-A" | "A-n" | "A.n" | "An" | "A'n" => (Grain::Month, &[Year]),
        "Y-n-n" | "Y/n/n" | "Y.n.n" => (Grain::Day, &[Year, Month, Day]),
        "n.n.Y" | "n.n.n" => (Grain::Day, &[Day, Month, Year]),
        "n/n/Y" | "n-n-Y" => match slashes {
            Slashes::DayFirst => (Grain::Day, &[Day, Month, Year]),
            Slashes::MonthFirst => (Grain::Day, &[Month, Day, Year]),
        },
        "nAY" | "n.AY" | "n-A-Y" | "n-A-n" => (Grain::Day, &[Day, Year]),
        "An,Y" | "AnY" => (Grain::Day, &[Day, Year]),
        _ => return None,
    })
}

/// The day and, if there is one, the time of day of an instant: `2025-08-01T00:00:00Z`, `1.8.2025 0:00`.
fn parted(text: &str) -> (&str, Option<&str>) {
    let is_time = |at: usize| {
        let rest = &text[at + 1..];
        rest.starts_with(|it: char| it.is_ascii_digit()) && rest.contains(':')
    };
    match text.find(['T', 't', ' ']).filter(|at| is_time(*at)) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    }
}

/// A time of day as written, without its zone.
fn time_of_day(text: &str) -> Option<Time> {
    let plain = text.split(['Z', 'z', '+', '-']).next()?.trim();
    let padded = if plain.find(':') == Some(1) { format!("0{plain}") } else { plain.to_string() };
    padded.parse().ok()
}

/// Reads a period; `None` where it is none that is known.
pub fn read(text: &str, slashes: Slashes) -> Option<Period> {
    let (day, time) = parted(text.trim());
    let tokens = tokens(day);
    let shape = shape(&tokens);
    let (mut year, mut month, mut date, mut week, mut quarter) = (None, None, 1_i8, None, None);
    let grain = match shape.as_str() {
        "8" | "6" => {
            year = day.get(..4)?.parse().ok();
            month = day.get(4..6)?.parse().ok();
            date = day.get(6..8).map_or(Ok(1), str::parse).ok()?;
            if shape == "8" { Grain::Day } else { Grain::Month }
        }
        _ => {
            let (grain, roles) = roles(&shape, slashes)?;
            let numbers = tokens.iter().filter(|token| token.starts_with(|it: char| it.is_ascii_digit()));
            for (token, role) in numbers.zip(roles) {
                let number: i16 = token.parse().ok()?;
                let small = i8::try_from(number).ok();
                match role {
                    Role::Year if token.len() == 2 => year = Some(2000 + number),
                    Role::Year => year = Some(number),
                    Role::Quarter => quarter = small.filter(|it| (1..=4).contains(it)),
                    Role::Month => month = small,
                    Role::Week => week = small,
                    Role::Day => date = small?,
                }
            }
            month = month.or_else(|| tokens.iter().find_map(|token| month_named(token)));
            grain
        }
    };
    let year = year?;
    let start = match grain {
        Grain::Year => Date::new(year, 1, 1),
        Grain::Quarter => Date::new(year, 3 * quarter? - 2, 1),
        Grain::Month => Date::new(year, month?, 1),
        Grain::Week => ISOWeekDate::new(year, week?, Weekday::Monday).map(Date::from),
        Grain::Day => Date::new(year, month?, date),
    };
    let time = time.map_or(Some(Time::midnight()), time_of_day)?;
    Some(Period { start: start.ok()?.to_datetime(time), grain })
}

/// Which number is the day where slashes or hyphens leave it open: that of a date which can be read in one way only; else
/// the one that is always the first of the month; else the first number, as in Finland. The second says whether that is
/// more than a guess.
pub fn slashes(periods: &[String]) -> (Slashes, bool) {
    let pairs: Vec<(u32, u32)> = periods.iter().filter_map(|period| pair(period)).collect();
    let all_one = |of: fn(&(u32, u32)) -> u32| pairs.iter().all(|pair| of(pair) == 1);
    let above = |of: fn(&(u32, u32)) -> u32| pairs.iter().any(|pair| of(pair) > 12);
    match (above(|it| it.0), above(|it| it.1), all_one(|it| it.0), all_one(|it| it.1)) {
        (true, ..) => (Slashes::DayFirst, true),
        (_, true, ..) => (Slashes::MonthFirst, true),
        (_, _, true, _) => (Slashes::DayFirst, true),
        (_, _, _, true) => (Slashes::MonthFirst, true),
        _ => (Slashes::DayFirst, pairs.is_empty()),
    }
}

/// The two numbers before the year of a date with slashes or hyphens.
fn pair(period: &str) -> Option<(u32, u32)> {
    let (day, _) = parted(period.trim());
    let tokens = tokens(day);
    let open = matches!(shape(&tokens).as_str(), "n/n/Y" | "n-n-Y");
    open.then(|| Some((tokens.first()?.parse().ok()?, tokens.get(2)?.parse().ok()?)))?
}

/// How far the periods of a series lie apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Months(i32),
    /// From the last day of a month to that of the next.
    MonthEnds,
    Weeks,
}

impl Step {
    /// The step of a series of ascending periods, where it has one: that of its periods, or the one that its days keep.
    /// Days have one where all are the first or the last of their months, or weeks apart.
    pub fn of(periods: &[Period]) -> Option<Step> {
        let all = |grain: Grain| periods.iter().all(|period| period.grain == grain);
        let starts: Vec<Date> = periods.iter().map(|period| period.start.date()).collect();
        let midnight = periods.iter().all(|period| period.start.time() == Time::midnight());
        let gaps: Vec<(i32, i32)> =
            starts.windows(2).map(|pair| (months_between(pair[0], pair[1]), days_between(pair[0], pair[1]))).collect();
        let closest = |of: fn(&(i32, i32)) -> i32| gaps.iter().map(of).filter(|gap| *gap > 0).min();
        if all(Grain::Year) {
            return Some(Step::Months(12));
        }
        if all(Grain::Quarter) {
            return Some(Step::Months(3));
        }
        if all(Grain::Week) {
            return Some(Step::Weeks);
        }
        let by_month = periods.iter().all(|period| matches!(period.grain, Grain::Month | Grain::Day)) && midnight;
        if by_month && starts.iter().all(|start| start.day() == 1) {
            let some_month = periods.iter().any(|period| period.grain == Grain::Month);
            let step = if some_month { 1 } else { closest(|gap| gap.0)? };
            return gaps.iter().all(|gap| gap.0 % step == 0).then_some(Step::Months(step));
        }
        if !all(Grain::Day) {
            return None;
        }
        if starts.len() > 1 && starts.iter().all(|start| start.day() == start.days_in_month()) {
            return (closest(|gap| gap.0) == Some(1)).then_some(Step::MonthEnds);
        }
        (closest(|gap| gap.1) == Some(7) && gaps.iter().all(|gap| gap.1 % 7 == 0)).then_some(Step::Weeks)
    }

    /// The period after one; `None` beyond the calendar.
    pub fn next(self, before: &Period) -> Option<Period> {
        let start = match self {
            Step::Months(months) => before.start.checked_add(months.months()).ok()?,
            Step::MonthEnds => {
                let next = before.start.date().first_of_month().checked_add(1.months()).ok()?;
                next.last_of_month().to_datetime(before.start.time())
            }
            Step::Weeks => before.start.checked_add(7.days()).ok()?,
        };
        Some(Period { start, grain: before.grain })
    }
}

fn months_between(before: Date, after: Date) -> i32 {
    let months = |date: Date| 12 * i32::from(date.year()) + i32::from(date.month());
    months(after) - months(before)
}

fn days_between(before: Date, after: Date) -> i32 {
    before.until(after).map_or(0, |span| span.get_days())
}

/// A period as its file would write it: in the manner of `like`, with so many digits at least in a number.
pub fn written(period: &Period, like: &str, slashes: Slashes, digits: usize) -> String {
    let (day, time) = parted(like.trim());
    let tokens = tokens(day);
    let shape = shape(&tokens);
    let date = period.start.date();
    let compact = date.to_string().replace('-', "");
    let roles = match (shape.as_str(), roles(&shape, slashes)) {
        ("8", _) => return compact,
        ("6", _) => return compact[..6].to_string(),
        (_, None) => return date.to_string(),
        (_, Some((_, roles))) => roles,
    };
    let (mut roles, mut out) = (roles.iter(), String::new());
    for token in tokens {
        if !token.starts_with(|it: char| it.is_ascii_digit()) {
            out.push_str(&renamed(token, date.month()));
            continue;
        }
        let number = match roles.next() {
            Some(Role::Year) if token.len() == 2 => i32::from(date.year()) % 100,
            Some(Role::Year) if period.grain == Grain::Week => i32::from(date.iso_week_date().year()),
            Some(Role::Year) => i32::from(date.year()),
            Some(Role::Quarter) => (i32::from(date.month()) + 2) / 3,
            Some(Role::Month) => i32::from(date.month()),
            Some(Role::Week) => i32::from(date.iso_week_date().week()),
            Some(Role::Day) | None => i32::from(date.day()),
        };
        let digits = if token.len() < 4 && !shape.contains('Q') { digits } else { 1 };
        out.push_str(&format!("{number:0digits$}"));
    }
    time.map_or(out.clone(), |time| format!("{out}{}{time}", &like.trim()[day.len()..=day.len()]))
}

/// Digits that a number of a period has at least: two where noughts stand before small ones, as in 01.08.2025, or where it
/// begins with the year, in forms that have them always.
pub fn digits(text: &str) -> usize {
    let (day, _) = parted(text.trim());
    let mut numbers = day.split(|it: char| !it.is_ascii_digit()).filter(|number| !number.is_empty());
    let is_padded = day.get(..4).is_some_and(|first| first.bytes().all(|it| it.is_ascii_digit()))
        || numbers.any(|number| number.len() == 2 && number.starts_with('0'));
    if is_padded { 2 } else { 1 }
}

/// The name of another month in the language and length of a name; other words as they are.
fn renamed(word: &str, month: i8) -> String {
    let Some(before) = month_named(word) else { return word.to_string() };
    let (before, after) = (before as usize - 1, month as usize - 1);
    let lower = word.to_lowercase();
    // Many months begin alike in Swedish and in English, which writes them with a capital.
    let capital = word.starts_with(char::is_uppercase);
    let languages = if capital { [0, 2, 1] } else { [0, 1, 2] };
    let language = languages.into_iter().find(|at| lower.starts_with(MONTHS[*at][before])).unwrap_or(2);
    let ending = &lower[MONTHS[language][before].len()..];
    let place = ENDINGS[before].iter().position(|known| *known == ending);
    // Finnish endings stand in the same place for every month; longer Swedish and English names become short ones.
    let ending =
        place.filter(|at| language == 0 && *at < 3).map_or("", |at| ENDINGS[after].get(at).copied().unwrap_or(""));
    let name = format!("{}{ending}", MONTHS[language][after]);
    if capital { name[..1].to_uppercase() + &name[1..] } else { name }
}

#[cfg(test)]
mod tests;
