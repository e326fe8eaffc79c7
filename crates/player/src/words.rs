//! Texts as people compare them: spaces of any kind are spaces, and a word is found as a whole word.

/// A text on one line.
pub fn squeezed(text: &str) -> String {
    plain(text).replace('\n', " ")
}

/// A text whose lines have single spaces and no empty ones between them.
pub fn plain(text: &str) -> String {
    let text = text.replace(['\u{ad}', '\u{200b}', '\u{2060}', '\u{2068}', '\u{2069}'], "");
    let lines = text.split('\n').map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

/// Whether a text holds words as whole words, in one line.
pub fn holds(text: &str, words: &str) -> bool {
    let words = squeezed(words);
    if words.is_empty() {
        return false;
    }
    let is_letter = |letter: Option<char>| letter.is_some_and(char::is_alphanumeric);
    text.match_indices(&words).any(|(at, _)| {
        let (before, after) = (text[..at].chars().next_back(), text[at + words.len()..].chars().next());
        let begins = !(is_letter(before) && is_letter(words.chars().next()));
        let ends = !(is_letter(after) && is_letter(words.chars().next_back()));
        begins && ends
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_whole_and_in_one_line() {
        let text = plain("  klo\u{a0}9.00 \n\n Onnin  aika\n29.6.");
        assert_eq!(text, "klo 9.00\nOnnin aika\n29.6.");
        assert!(holds(&text, "klo 9.00") && holds(&text, "29.6.") && holds(&text, "Onnin aika"));
        assert!(!holds(&text, "Onni") && !holds(&text, "9.0") && !holds(&text, "aika 29.6.") && !holds(&text, " "));
    }
}
