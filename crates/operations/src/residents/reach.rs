//! How a resident is told that something waits: by which means, and at which addresses.

use matter::Text;
use serde::{Deserialize, Serialize};

use crate::dispatches::Means;

/// The means by which a resident is told, in the order in which they are tried, and the language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reach {
    pub means: Vec<Means>,
    /// `fi`, `sv`, `en`.
    pub language: String,
    /// A keyed digest of the number, by which a call from it is known; none: no number, or one that was left before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mark: Option<String>,
}

impl Reach {
    /// Whether each of its means has an address.
    pub(super) fn has(&self, addresses: &Addresses) -> bool {
        self.means.iter().all(|means| match means {
            Means::Sms => addresses.phone.is_some(),
            Means::Email => addresses.email.is_some(),
            // Suomi.fi knows where its messages go.
            Means::Suomifi => true,
        })
    }
}

/// A telephone number and an e-mail address. They can be written but not read by serde, so that they stand in no event and
/// no state, and nowhere but sealed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Addresses {
    /// As [`phone`] gives it.
    pub phone: Option<String>,
    /// As [`email`] gives it.
    pub email: Option<String>,
}

impl Addresses {
    /// The text that is sealed: the number and the address, a line each.
    pub(super) fn sealed(&self) -> Text {
        let line = |address: &Option<String>| address.clone().unwrap_or_default();
        Text(format!("{}\n{}", line(&self.phone), line(&self.email)))
    }

    /// From a text that was sealed; none: it is another text.
    pub fn opened(text: &str) -> Option<Addresses> {
        let (phone, email) = text.split_once('\n')?;
        let given = |line: &str| (!line.is_empty()).then(|| line.to_string());
        Some(Addresses { phone: given(phone), email: given(email) })
    }
}

/// A telephone number as people write it, in the form of E.164; a number of one's own country is Finnish. None: it is no
/// number.
pub fn phone(given: &str) -> Option<String> {
    let given = given.trim();
    let is_plain = |it: char| it.is_ascii_digit() || " -()+".contains(it);
    let digits: String = given.chars().filter(char::is_ascii_digit).collect();
    let number = match (given.starts_with('+'), digits.strip_prefix("00"), digits.strip_prefix('0')) {
        (true, ..) => digits.clone(),
        (false, Some(abroad), _) => abroad.into(),
        (false, None, Some(national)) => format!("358{national}"),
        (false, None, None) => return None,
    };
    let is_number = (7..=15).contains(&number.len()) && !number.starts_with('0');
    let is_one = given.chars().all(is_plain) && !given.get(1..).unwrap_or_default().contains('+');
    (is_number && is_one).then(|| format!("+{number}"))
}

/// An e-mail address as people write it: something, `@` and a domain with a dot. None: it is no address.
pub fn email(given: &str) -> Option<String> {
    let given = given.trim();
    let (name, domain) = given.rsplit_once('@')?;
    let is_plain = given.bytes().all(|it| it.is_ascii_graphic() && !b"<>()[]\\,;:\"".contains(&it));
    let is_domain = domain.split('.').count() > 1 && domain.split('.').all(|part| !part.is_empty());
    let is_one = !name.is_empty() && !name.contains('@') && given.len() <= 254;
    (is_plain && is_domain && is_one).then(|| given.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_addresses_are_read_as_people_write_them() {
        for (given, expected) in [
            ("045 000 0001", Some("+358450000001")),
            (" +358 45 000-0001 ", Some("+358450000001")),
            ("00358 45 0000001", Some("+358450000001")),
            ("+46 8 123 456", Some("+468123456")),
            ("(09) 1234567", Some("+35891234567")),
            ("112", None),
            ("450000001", None),
            ("045 000 0001, iltaisin", None),
            ("045+0000001", None),
            ("+0450000001", None),
            ("", None),
        ] {
            assert_eq!(phone(given).as_deref(), expected, "{given}");
        }
        for (given, expected) in [
            (" nimi@example.org ", Some("nimi@example.org")),
            ("etu.suku+x@posti.example.org", Some("etu.suku+x@posti.example.org")),
            ("nimi@example", None),
            ("nimi example@example.org", None),
            ("a@b@example.org", None),
            ("@example.org", None),
            ("nimi@example..org", None),
            ("nimi@example.org\r\nBcc: x@example.org", None),
            ("Nimi <nimi@example.org>", None),
        ] {
            assert_eq!(email(given).as_deref(), expected, "{given}");
        }
    }
}
