//! Finnish personal identity codes, as far as they tell something of a person. They stand nowhere: ids follow from them by a key.

use facts::holds_identity_code;
use jiff::civil::Date;

/// The day of birth that an identity code tells; none: it is no such code. Signs of the century as in the decree 128/2010, § 2,
/// as it has been since 2023.
pub fn born_by(code: &str) -> Option<Date> {
    if code.len() != 11 || !code.is_ascii() || !holds_identity_code(code) {
        return None;
    }
    let part = |from: usize| code.get(from..from + 2)?.parse::<i16>().ok();
    let century = match code.as_bytes()[6].to_ascii_uppercase() {
        b'+' => 1800,
        b'A'..=b'F' => 2000,
        _ => 1900,
    };
    Date::new(century + part(4)?, i8::try_from(part(2)?).ok()?, i8::try_from(part(0)?).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_code_tells_the_day_of_birth_and_what_is_no_code_tells_nothing() {
        for (code, born) in [
            ("030184-900E", Some(date(1984, 1, 3))),
            ("030184Y900E", Some(date(1984, 1, 3))),
            ("030184+900E", Some(date(1884, 1, 3))),
            ("170116A9053", Some(date(2016, 1, 17))),
            ("170116F9053", Some(date(2016, 1, 17))),
            ("030184-900F", None),
            (" 030184-900E", None),
            ("x030184-900E", None),
            ("310284-900", None),
            ("", None),
            ("030184-900Ä", None),
        ] {
            assert_eq!(born_by(code), born, "{code}");
        }
    }
}
