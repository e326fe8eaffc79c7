//! Ids and texts from outside: the one spelling of each, and what no id may be.
//!
//! An id in two spellings would be two people, and a place in two spellings two groups of a measure. Every text from
//! outside passes here once, before the program compares or stores it.

use std::borrow::Cow;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// Characters of an id at most.
pub const MOST_ID: usize = 64;

/// Whole numbers up to this keep every digit in a floating-point number (IEEE 754 binary64).
const WHOLE_FLOAT: u64 = 1 << 53;

/// A text in its one spelling: composed (Unicode NFC), without signs that nobody sees and without spaces around it;
/// every space that differs from the plain one only in width or in breaking is the plain one.
pub fn normal(text: &str) -> Cow<'_, str> {
    let text = text.trim();
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let is_plain = |letter: char| !is_unseen(letter) && !is_other_space(letter);
    if is_nfc_quick(text.chars()) == IsNormalized::Yes && text.chars().all(is_plain) {
        return Cow::Borrowed(text);
    }
    let seen = text.chars().filter(|letter| !is_unseen(*letter));
    let spaced = seen.map(|letter| if is_other_space(letter) { ' ' } else { letter });
    Cow::Owned(spaced.nfc().collect::<String>().trim().to_string())
}

/// The one spelling of a value that is compared with others: as [`normal`], with one space where several stand, and a
/// whole number without the `.0` that programs add as soon as one value of a column is missing.
pub fn label(text: &str) -> Cow<'_, str> {
    let mut text = normal(text);
    if text.as_bytes().windows(2).any(|pair| pair == b"  ") {
        text = Cow::Owned(text.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" "));
    }
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(whole(text)),
        Cow::Owned(mut text) => {
            text.truncate(whole(&text).len());
            Cow::Owned(text)
        }
    }
}

/// Why a text can be no id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoId {
    Empty,
    TooLong,
    Formula,
    Slash,
    Folder,
    Control,
    Direction,
    Scientific,
    LostDigits,
    IdentityCode,
}

impl NoId {
    /// The fault, as the end of a sentence.
    pub fn about(self) -> &'static str {
        match self {
            NoId::Empty => "is empty",
            NoId::TooLong => "is longer than 64 characters",
            NoId::Formula => "begins with = + - or @, which a spreadsheet takes for a formula",
            NoId::Slash => "holds a /",
            NoId::Folder => "names a folder",
            NoId::Control => "holds a line end or another control character",
            NoId::Direction => "holds a sign that changes the direction of text",
            NoId::Scientific => "is a number in scientific spelling, which has lost digits: have ids written as text",
            NoId::LostDigits => {
                "is too large for a number with decimals, and has lost digits: have ids written as text"
            }
            NoId::IdentityCode => "holds a personal identity code",
        }
    }
}

/// The one spelling of an id, or why it can be none: 1 to [`MOST_ID`] characters on one line, that name no folder, turn no
/// text around, are no formula to a spreadsheet, and hold no personal identity code.
pub fn id(text: &str) -> Result<Cow<'_, str>, NoId> {
    let id = source_id(text)?;
    if holds_identity_code(&id) { Err(NoId::IdentityCode) } else { Ok(id) }
}

/// The same for what a source calls a resident. Only its pseudonym is stored, so that it may be an identity code.
pub fn source_id(text: &str) -> Result<Cow<'_, str>, NoId> {
    if is_plain(text) {
        return Ok(Cow::Borrowed(text));
    }
    let id = label(text);
    match id.as_ref() {
        "" => Err(NoId::Empty),
        it if it.len() > MOST_ID && it.chars().count() > MOST_ID => Err(NoId::TooLong),
        it if it.starts_with(['=', '+', '-', '@']) => Err(NoId::Formula),
        it if it.contains('/') => Err(NoId::Slash),
        "." | ".." => Err(NoId::Folder),
        it if it.chars().any(is_control) => Err(NoId::Control),
        it if it.chars().any(turns_around) => Err(NoId::Direction),
        it if is_scientific(it) => Err(NoId::Scientific),
        it if it.len() > 15 && has_lost_digits(text) => Err(NoId::LostDigits),
        _ => Ok(id),
    }
}

/// Whether a Finnish personal identity code stands in a text as a word of its own: day, month and year, a sign of the
/// century, three digits and the check character that belongs to the nine digits. A code within a longer word, as in a
/// random UUID, does not count. Programs that write letters put other dashes and digits of other widths for the plain ones.
pub fn holds_identity_code(text: &str) -> bool {
    if text.is_ascii() {
        return holds_plain_code(text.as_bytes());
    }
    let plain: String = text.nfkc().map(|letter| if is_other_dash(letter) { '-' } else { letter }).collect();
    holds_plain_code(plain.as_bytes())
}

fn holds_plain_code(text: &[u8]) -> bool {
    const CHECK: &[u8; 31] = b"0123456789ABCDEFHJKLMNPRSTUVWXY";
    const SIGNS: &[u8] = b"+-ABCDEFUVWXY";
    let number = |digits: &[u8]| {
        digits
            .iter()
            .try_fold(0_usize, |number, digit| digit.is_ascii_digit().then(|| number * 10 + usize::from(digit - b'0')))
    };
    // A letter that is not ASCII is of a word, too.
    let is_of_word = |at: usize| text.get(at).is_some_and(|byte| byte.is_ascii_alphanumeric() || !byte.is_ascii());
    text.windows(11).enumerate().any(|(at, code)| {
        if !(code[0].is_ascii_digit() && code[1].is_ascii_digit() && SIGNS.contains(&code[6].to_ascii_uppercase())) {
            return false;
        }
        let (Some(date), Some(own)) = (number(&code[..6]), number(&code[7..10])) else { return false };
        let is_day = (1..=31).contains(&(date / 10_000)) && (1..=12).contains(&(date / 100 % 100));
        let is_checked = CHECK[(date * 1000 + own) % 31] == code[10].to_ascii_uppercase();
        is_day && is_checked && !(at > 0 && is_of_word(at - 1)) && !is_of_word(at + 11)
    })
}

/// Soft hyphen, joiners of nothing, spaces without width, marks of byte order.
fn is_unseen(letter: char) -> bool {
    matches!(letter, '\u{ad}' | '\u{34f}' | '\u{180e}' | '\u{200b}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
}

/// Spaces of other widths, and those at which no line breaks.
fn is_other_space(letter: char) -> bool {
    matches!(letter, '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}')
}

fn is_other_dash(letter: char) -> bool {
    matches!(letter, '\u{2010}'..='\u{2015}' | '\u{2043}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' | '\u{ff0d}')
}

fn is_control(letter: char) -> bool {
    letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}' | '\u{200c}' | '\u{200d}')
}

fn turns_around(letter: char) -> bool {
    matches!(letter, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Whether a text is, as nearly every id, of letters, digits and `-_:` alone, and no number in another spelling.
fn is_plain(text: &str) -> bool {
    let text = text.as_bytes();
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b':');
    let may_be_scientific = text.len() > 1 && text[0].is_ascii_digit() && matches!(text[1], b'e' | b'E');
    (1..=MOST_ID).contains(&text.len()) && text[0] != b'-' && !may_be_scientific && text.iter().all(plain)
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A whole number without `.0`, `.00` …; anything else as it is, and so `1.000`, which may be a thousand.
fn whole(text: &str) -> &str {
    let Some((number, zeros)) = text.split_once('.') else { return text };
    let may_be_thousands = zeros.len() == 3 && number.len() <= 3;
    let is_whole = is_number(number) && !zeros.is_empty() && zeros.bytes().all(|it| it == b'0');
    if is_whole && !may_be_thousands { number } else { text }
}

/// Whether a text is a whole number with `.0` that a floating-point number cannot hold to its last digit.
pub fn has_lost_digits(text: &str) -> bool {
    let text = normal(text);
    let number = whole(&text);
    number.len() < text.len() && number.parse().map_or(true, |number: u64| number >= WHOLE_FLOAT)
}

/// `1.234E+11`, `1,23E+11`, `1e+16`, `1e16`: as spreadsheets and programs write large numbers. One digit, a letter and few
/// digits, such as the ward `1E2`, are a name.
fn is_scientific(text: &str) -> bool {
    let Some((number, power)) = text.split_once(['e', 'E']) else { return false };
    let signed = power.strip_prefix(['+', '-']);
    let power = signed.unwrap_or(power);
    let (first, rest) = number.split_once(['.', ',']).map_or((number, None), |(first, rest)| (first, Some(rest)));
    let is_power = is_number(power) && power.len() <= 3;
    let is_large = power.parse().is_ok_and(|power: u32| power >= 15);
    first.len() == 1
        && is_number(first)
        && rest.is_none_or(is_number)
        && is_power
        && (signed.is_some() || rest.is_some() || is_large)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Characters that may stand around and within a text without being seen.
    const UNSEEN: [&str; 8] =
        ["\u{200b}", "\u{feff}", "\u{2060}", "\u{ad}", "\u{2064}", "\u{180e}", "\u{34f}", " \u{200b}\u{feff} "];

    #[test]
    fn every_spelling_of_an_id_is_one() {
        for plain in ["1001", "0012", "U1", "Ähtäri 2", "12345678-1234-4abc-8def-123456789abc", "1E2", "v1.0.0", "1.5"]
        {
            let mut spellings = vec![plain.to_string(), format!(" {plain}\t"), format!("\u{a0}{plain}\u{3000}")];
            spellings.push(plain.nfd().collect());
            spellings.push(plain.replace(' ', "\u{a0}"));
            spellings.push(plain.replace(' ', "  "));
            spellings.extend(UNSEEN.map(|sign| format!("{sign}{plain}")));
            spellings.extend(UNSEEN.map(|sign| format!("{plain}{sign}")));
            let (first, rest) = plain.split_at(plain.chars().next().map_or(0, char::len_utf8));
            spellings.extend(["\u{200b}", "\u{ad}"].map(|sign| format!("{first}{sign}{rest}")));
            if is_number(plain) {
                spellings.extend([".0", ".00", ".000000"].map(|zeros| format!("{plain}{zeros}")));
                spellings.push(format!("{plain}.0\u{200b}"));
            }
            for spelling in spellings {
                assert_eq!(id(&spelling).as_deref(), Ok(plain), "{spelling:?}");
                assert_eq!(label(&spelling), plain, "{spelling:?}");
                // A second time changes nothing.
                assert_eq!(label(&label(&spelling)), plain);
            }
        }
    }

    #[test]
    fn what_can_be_no_id_is_none() {
        let too_long = "x".repeat(MOST_ID + 1);
        let wrong = [
            "",
            " ",
            "\u{200b}",
            &too_long,
            "a\nb",
            "a\rb",
            "a\u{2028}b",
            "a\u{85}b",
            "a\tb",
            "a\u{0}b",
            "a\u{1b}[31m",
            ".",
            "..",
            "../../etc",
            "a/b",
            "/",
            "a\u{202e}b",
            "a\u{200f}",
            "\u{2066}a",
            "=HYPERLINK(1)",
            "+1",
            "-2+3",
            "@SUM(1)",
            "131052-308T",
            "id:131052-308T",
            "131052a308t",
            "id_010190-923E.x",
            "131052\u{2013}308T",
            "１３１０５２-３０８Ｔ",
            "1,23E+11",
            "1.23E+11",
            "1e16",
            "1e+16",
            "1.0E7",
            "9007199254740993.0",
            "12345678901234567890.0",
        ];
        for text in wrong {
            assert!(id(text).is_err(), "{text:?}");
        }
        let long = "ä".repeat(MOST_ID);
        assert_eq!(label("1.000"), "1.000", "it may be a thousand");
        for text in [&long, "a.b", "a\\b", "a=b", "a-b", "9007199254740993", "12E4", "1e10", "123e4567", "Null"] {
            assert_eq!(id(text).as_deref(), Ok(text), "{text:?}");
        }
        assert!(source_id("131052-308T").is_ok(), "its pseudonym alone is stored");
    }

    #[test]
    fn an_identity_code_within_a_longer_word_is_none() {
        for own in ["131052-9085", "131052+9085", "010190-923E", "010101a900r", "x 131052-9085", "(131052-9085)"] {
            assert!(holds_identity_code(own), "{own}");
        }
        for dash in ["\u{2010}", "\u{2011}", "\u{2013}", "\u{2014}", "\u{2212}", "\u{ff0d}", "\u{fe63}"] {
            assert!(holds_identity_code(&format!("hetu 131052{dash}9085")), "{dash:?}");
        }
        assert!(holds_identity_code("１３１０５２－９０８５") && holds_identity_code("ä 131052\u{2d}9085"));
        let within =
            ["0a131052-9030-4c1d-9a2b-0123456789ab", "x131052-9085", "131052-9085x", "1131052-9085", "ä131052-9085"];
        let other = ["131052-9086", "320190-9236", "011390-9236", "131052_9085"];
        for text in within.into_iter().chain(other) {
            assert!(!holds_identity_code(text), "{text}");
        }
        // No UUID is one, whatever its digits: each of these has the pattern at every place where it can stand.
        for at in 0..26 {
            let mut uuid = *b"00000000-0000-4000-8000-000000000000";
            uuid[at..at + 11].copy_from_slice(b"131052-9085");
            for dash in [8, 13, 18, 23] {
                uuid[dash] = b'-';
            }
            let text = String::from_utf8_lossy(&uuid);
            assert!(!holds_identity_code(&text), "{text}");
        }
    }
}
