//! The code with which somebody who wrote without a name comes back.

use store::{hex, signature};

/// Characters of a code with which somebody comes back: 80 bits.
const CODE: usize = 16;
/// Crockford's alphabet: no letter that is mistaken for a digit.
pub const CROCKFORD: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// The code that follows from what was asked and from the asker's own name for it.
pub fn code(key: &[u8; 32], client_id: &str, request: &[u8; 32]) -> String {
    let bytes = signature(key, &[b"code", client_id.as_bytes(), request]);
    bytes.iter().take(CODE).map(|byte| char::from(CROCKFORD[usize::from(byte % 32)])).collect()
}

/// Stream that says which contact a code opens; from its name the code cannot be made.
pub fn stream(key: &[u8; 32], code: &str) -> String {
    format!("resume/{}", hex(&signature(key, &[b"name", code.as_bytes()])))
}

/// A code as people write it and telephones change it: any case and width, with whatever stands around and between the
/// letters, and letters for the digits that they look like.
pub fn read(code: &str) -> Option<String> {
    let read = |letter: char| match letter.to_ascii_uppercase() {
        'O' => Some('0'),
        'I' | 'L' => Some('1'),
        other => u8::try_from(other).is_ok_and(|byte| CROCKFORD.contains(&byte)).then_some(other),
    };
    // The full-width forms of ASCII stand in its order from U+FF01 on.
    let narrow = |letter: char| match letter {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(letter) - 0xfee0).unwrap_or(letter),
        _ => letter,
    };
    let letters = code.chars().map(narrow).filter(|letter| letter.is_alphanumeric());
    let code: String = letters.map(read).collect::<Option<String>>()?;
    (code.len() == CODE).then_some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_as_people_write_it() {
        let written = [
            "o1ab-cdef ghjk-mnpq",
            "01AB\u{2013}CDEF\u{2013}GHJK\u{2013}MNPQ",
            "01AB CDEF GHJK MNPQ.",
            "\u{201d}01ABCDEFGHJKMNPQ\u{201d}",
            "01AB\u{200b}CDEF\u{a0}GHJK\u{2060}MNPQ\n",
            "０１ＡＢ　ＣＤＥＦ　ＧＨＪＫ　ＭＮＰＱ",
            "(01ab/cdef_ghjk:mnpq)",
        ];
        for code in written {
            assert_eq!(read(code).as_deref(), Some("01ABCDEFGHJKMNPQ"), "{code}");
        }
        assert_eq!(read("lIab cdef ghjk mnpq").as_deref(), Some("11ABCDEFGHJKMNPQ"));
        assert_eq!(read("01ABCDEFGHJKMNP"), None, "too short");
        assert_eq!(read("01ABCDEFGHJKMNPU"), None, "no such letter");
    }
}
