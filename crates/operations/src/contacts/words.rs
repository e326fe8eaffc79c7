//! The words of a message, however it comes.

/// Characters of a message at most.
pub const MOST_TEXT: usize = 10_000;

/// Whether a character leaves a mark. A message of others only says nothing, whatever its length: spaces, controls, the
/// format characters of Unicode (category Cf) that come with copied text, variation selectors, and blanks that are letters.
pub fn is_seen(letter: char) -> bool {
    let is_blank = matches!(letter,
        '\u{ad}' | '\u{34f}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}'
        | '\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}');
    !is_blank && !letter.is_whitespace() && !letter.is_control()
}

/// The words of a message that another program brings, without characters that nobody sees and no database keeps. The
/// error is a code: `empty`, or `too_long`; nothing is ever cut.
pub fn brought(text: &str) -> Result<String, &'static str> {
    let lines = text.replace("\r\n", "\n").replace('\r', "\n");
    let kept: String = lines.chars().filter(|it| !it.is_control() || matches!(it, '\n' | '\t')).collect();
    let kept = kept.trim();
    match kept.chars().count() {
        _ if !kept.chars().any(is_seen) => Err("empty"),
        count if count > MOST_TEXT => Err("too_long"),
        _ => Ok(kept.into()),
    }
}

/// Whether a message asks that no more be sent: one of some words, alone. `words` are in small letters.
pub fn is_stop(text: &str, words: &[String]) -> bool {
    let said: String = text.chars().filter(|it| it.is_alphanumeric() || *it == ' ').collect();
    let said = said.trim().to_lowercase();
    words.contains(&said)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_another_program_brings_is_words_or_is_refused() {
        let long = "ä".repeat(MOST_TEXT);
        for (given, expected) in [
            ("Hei", Ok("Hei")),
            ("  Hei\r\nsiellä\r ", Ok("Hei\nsiellä")),
            ("He\u{0}i\u{7}\u{1b}[31m", Ok("Hei[31m")),
            ("\u{fffd}iti", Ok("\u{fffd}iti")),
            ("مرحبا 🙂", Ok("مرحبا 🙂")),
            (long.as_str(), Ok(long.as_str())),
            (&format!("{long}ä"), Err("too_long")),
            ("", Err("empty")),
            (" \n\u{200b}\u{feff}\u{0}", Err("empty")),
        ] {
            assert_eq!(brought(given).as_deref().map_err(|it| *it), expected, "{given:.20}");
        }
    }

    #[test]
    fn a_word_that_stops_stands_alone() {
        let words = ["stop", "lopeta", "älä lähetä", "sluta"].map(String::from);
        for (text, expected) in [
            ("STOP", true),
            (" Stop. ", true),
            ("Lopeta!", true),
            ("ÄLÄ LÄHETÄ", true),
            ("Voiko perintä lopettaa?", false),
            ("Lopeta jo tuo, tarvitsen apua", false),
            ("stopp", false),
            ("", false),
        ] {
            assert_eq!(is_stop(text, &words), expected, "{text}");
        }
    }
}
