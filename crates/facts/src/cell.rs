//! Texts from outside, on their way into a spreadsheet or onto a terminal.

use std::borrow::Cow;

/// A text as a cell of CSV that no spreadsheet takes for a formula: where it begins with `=`, `+`, `-`, `@`, a tab or a line
/// end, an apostrophe stands before it (OWASP, CSV injection). For texts only: a number keeps its sign.
pub fn harmless(text: &str) -> Cow<'_, str> {
    // The wide signs are what some spreadsheets take for the narrow ones.
    match text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']) {
        true => format!("'{text}").into(),
        false => text.into(),
    }
}

/// A cell that [`harmless`] has made, as it was before.
pub fn as_before(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|text| matches!(harmless(text), Cow::Owned(_))).unwrap_or(cell)
}

/// A text as a terminal may show it: what would move the cursor, change colours or turn the direction of reading stands
/// there as `\u{1b}`. Line ends stay.
pub fn printable(text: &str) -> Cow<'_, str> {
    let moves = |letter: char| {
        (letter.is_control() && letter != '\n')
            || matches!(letter, '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    if !text.contains(moves) {
        return text.into();
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for letter in text.chars() {
        match moves(letter) {
            true => shown.extend(letter.escape_unicode()),
            false => shown.push(letter),
        }
    }
    shown.into()
}

#[cfg(test)]
mod tests {
    use super::{as_before, harmless, printable};

    #[test]
    fn what_a_spreadsheet_would_run_gets_an_apostrophe_and_nothing_else_does() {
        for formula in ["=1+1", "+1", "-2+3", "@SUM(1)", "\t=1", "\r=1", "\n=1", "＝1"] {
            assert_eq!(harmless(formula), format!("'{formula}"));
            assert_eq!(as_before(&harmless(formula)), formula);
        }
        for plain in ["", "a=b", "2-3", "unit-1", "'n Bel", " =1"] {
            assert_eq!(as_before(plain), plain);
            assert_eq!(harmless(plain), plain);
        }
    }

    #[test]
    fn a_terminal_gets_no_sign_that_moves_it() {
        assert_eq!(printable("a\u{1b}[2J\u{202e}b\r\n"), "a\\u{1b}[2J\\u{202e}b\\u{d}\n");
        assert_eq!(printable("Äänekoski, Pohjois-Ääri 😀"), "Äänekoski, Pohjois-Ääri 😀");
        for code in 0..0x20_u32 {
            let letter = char::from_u32(code).expect("a sign");
            assert_eq!(printable(&letter.to_string()).contains(letter), letter == '\n', "{code}");
        }
    }
}
