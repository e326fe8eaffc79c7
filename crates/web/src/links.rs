//! Telephone numbers and addresses in plain text, as links.

use maud::{Markup, html};

/// A stretch of text, and what can be done with it.
#[derive(Debug, PartialEq, Eq)]
enum Piece<'a> {
    Text(&'a str),
    Telephone(&'a str),
    Address(&'a str),
}

/// A text of ours or of a professional: its telephone numbers can be called and its addresses opened.
pub fn linked(text: &str) -> Markup {
    html! {
        @for piece in pieces(text) {
            @match piece {
                Piece::Address(address) => {
                    a href=(whole(address)) rel="nofollow noopener noreferrer" { (address) }
                }
                other => { (callable(&other)) }
            }
        }
    }
}

/// A text of a stranger: its telephone numbers can be called. Its addresses stay text, since anybody may have written
/// them for a professional to open.
pub fn linked_numbers(text: &str) -> Markup {
    html! { @for piece in pieces(text) { (callable(&piece)) } }
}

fn callable(piece: &Piece) -> Markup {
    html! {
        @match piece {
            Piece::Telephone(number) => { a.telephone href=(format!("tel:{}", dialled(number))) { (number) } }
            Piece::Text(text) | Piece::Address(text) => { (text) }
        }
    }
}

fn whole(address: &str) -> String {
    if address.starts_with("www.") { format!("https://{address}") } else { address.into() }
}

fn dialled(number: &str) -> String {
    number.chars().filter(|sign| sign.is_ascii_digit() || *sign == '+').collect()
}

/// The text cut where numbers and addresses begin and end; put together again the pieces are the text.
fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let (mut from, mut at) = (0, 0);
    let mut before: Option<char> = None;
    while let Some(sign) = text[at..].chars().next() {
        let begins_word = before.is_none_or(|before| !before.is_alphanumeric() && before != '+');
        let found = if begins_word { address(&text[at..]).or_else(|| telephone(&text[at..])) } else { None };
        if let Some((piece, length)) = found {
            if from < at {
                pieces.push(Piece::Text(&text[from..at]));
            }
            pieces.push(piece);
            at += length;
            from = at;
            before = text[..at].chars().next_back();
        } else {
            at += sign.len_utf8();
            before = Some(sign);
        }
    }
    if from < text.len() {
        pieces.push(Piece::Text(&text[from..]));
    }
    pieces
}

/// The address that a text begins with: to the next space, without the punctuation of the sentence around it.
fn address(text: &str) -> Option<(Piece<'_>, usize)> {
    let begins = ["https://", "http://", "www."].iter().find(|start| text.starts_with(**start))?;
    let end = text.find(|sign: char| sign.is_whitespace() || "<>\"”»".contains(sign)).unwrap_or(text.len());
    let address = text[..end].trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']', '\'']);
    let has_name = address.len() > begins.len() && address[begins.len()..].contains('.');
    has_name.then_some((Piece::Address(address), address.len()))
}

/// The telephone number that a text begins with: 112, 116 117, or one with its trunk or country code.
fn telephone(text: &str) -> Option<(Piece<'_>, usize)> {
    let end = text.find(|sign: char| !sign.is_ascii_digit() && !" \u{a0}-+()".contains(sign)).unwrap_or(text.len());
    let number = text[..end].trim_end_matches(|sign: char| !sign.is_ascii_digit());
    let follows = text[number.len()..].chars().next();
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    let is_one = match number.chars().next()? {
        _ if follows.is_some_and(char::is_alphanumeric) || is_identity_code(number) => false,
        _ if digits == "112" || digits == "116117" => true,
        '+' => (7..=15).contains(&digits.len()),
        '0' => (6..=12).contains(&digits.len()),
        _ => false,
    };
    let is_grouped = !number.contains("  ") && number.rfind('+').is_none_or(|at| at == 0);
    (is_one && is_grouped).then_some((Piece::Telephone(number), number.len()))
}

/// Six digits, a hyphen and four: the all-digit form of a personal identity code.
fn is_identity_code(number: &str) -> bool {
    matches!(number.split_once('-'), Some((day, own)) if day.len() == 6 && own.len() == 4)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_can_be_called_and_addresses_opened() {
        let cases = [
            ("soita 040 123 4567.", "040 123 4567"),
            ("soita 040-1234567 heti", "040-1234567"),
            ("+358 40 123 4567", "+358 40 123 4567"),
            ("(09 2525 0111)", "09 2525 0111"),
            ("call 112.", "112"),
            ("Päivystysapuun 116 117.", "116 117"),
            ("katso https://www.terveyskirjasto.fi/dlk00123.", "https://www.terveyskirjasto.fi/dlk00123"),
            ("(www.mielenterveystalo.fi)", "www.mielenterveystalo.fi"),
        ];
        for (text, expected) in cases {
            let found: Vec<&str> = pieces(text)
                .into_iter()
                .filter_map(|piece| match piece {
                    Piece::Telephone(it) | Piece::Address(it) => Some(it),
                    Piece::Text(_) => None,
                })
                .collect();
            assert_eq!(found, [expected], "{text}");
        }
        for text in [
            "1.2.2026 klo 10",
            "010190-923E",
            "010190-9235",
            "12 tablettia",
            "1123",
            "0",
            "https://",
            "www.",
            "A0401234567",
        ] {
            assert_eq!(pieces(text), [Piece::Text(text)], "{text}");
        }
    }

    #[test]
    fn a_strangers_address_is_no_link_for_professionals() {
        let text = linked_numbers("https://example.invalid 0401234567").into_string();
        assert!(!text.contains("href=\"http") && text.contains("tel:0401234567"), "{text}");
        let text = linked("javascript://x https://e.invalid/\"onload=1").into_string();
        assert!(!text.contains("href=\"javascript") && !text.contains("\"onload"), "{text}");
    }

    proptest! {
        #[test]
        fn no_text_is_changed(text in "\\PC{0,60}|[0-9 +()w.:/https-]{0,40}") {
            let whole: String = pieces(&text)
                .iter()
                .map(|piece| match piece {
                    Piece::Text(it) | Piece::Telephone(it) | Piece::Address(it) => *it,
                })
                .collect();
            prop_assert_eq!(whole, text);
        }
    }
}
