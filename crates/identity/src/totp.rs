//! One-time codes as authenticators make them (RFC 6238): SHA-1, six digits, thirty seconds.

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

/// Bytes of a secret.
pub const SECRET: usize = 20;
/// How long a code is the one, in seconds.
const STEP: i64 = 30;
/// Codes so many steps sooner or later are taken too: clocks differ, and people type slowly.
const LEEWAY: i64 = 1;

/// The step of a code that is right at an instant, in microseconds since 1970; none: it is wrong.
pub fn step_of(secret: &[u8; SECRET], code: &str, now: i64) -> Option<i64> {
    let digits: String = code.chars().filter(|it| !it.is_whitespace()).collect();
    let is_code = digits.len() == 6 && digits.bytes().all(|digit| digit.is_ascii_digit());
    let (given, step) = (digits.parse::<u32>().ok().filter(|_| is_code)?, now.div_euclid(1_000_000).div_euclid(STEP));
    (step - LEEWAY..=step + LEEWAY).find(|step| at(secret, *step, 1_000_000) == given)
}

/// The code of a step, below `most`.
pub(crate) fn at(secret: &[u8], step: i64, most: u32) -> u32 {
    #[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
    let mut mac = Hmac::<Sha1>::new_from_slice(secret).expect("a key");
    mac.update(&step.to_be_bytes());
    let hash = mac.finalize().into_bytes();
    let from = usize::from(hash[19] & 15);
    let four = [hash[from] & 0x7f, hash[from + 1], hash[from + 2], hash[from + 3]];
    u32::from_be_bytes(four) % most
}

/// Bytes as people type them into an authenticator (RFC 4648).
pub fn base32(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let group = |group: &[u8]| {
        let mut five = [0; 8];
        five[3..3 + group.len()].copy_from_slice(group);
        let bits = u64::from_be_bytes(five);
        let letters = (group.len() * 8).div_ceil(5);
        (0..letters).map(move |at| char::from(LETTERS[(bits >> (35 - 5 * at)) as usize & 31])).collect::<String>()
    };
    bytes.chunks(5).map(group).collect()
}

/// The link that an authenticator opens, or reads from a picture; `name`: of the account.
pub fn link(secret: &[u8; SECRET], name: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let escape = |byte: u8| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    let name: String = name.bytes().map(escape).collect();
    format!("otpauth://totp/Luotsi:{name}?secret={}&issuer=Luotsi", base32(secret))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHARED: &[u8; SECRET] = b"12345678901234567890";

    #[test]
    fn codes_are_those_of_rfc_6238() {
        // Appendix B, SHA-1.
        for (seconds, code) in [
            (59, 94_287_082),
            (1_111_111_109, 7_081_804),
            (1_111_111_111, 14_050_471),
            (1_234_567_890, 89_005_924),
            (2_000_000_000, 69_279_037),
            (20_000_000_000, 65_353_130),
        ] {
            assert_eq!(at(SHARED, seconds / STEP, 100_000_000), code, "{seconds}");
            let six = format!("{:06}", code % 1_000_000);
            assert_eq!(step_of(SHARED, &six, seconds * 1_000_000), Some(seconds / STEP), "{six}");
        }
    }

    #[test]
    fn a_code_is_right_for_a_step_before_and_after_and_no_longer() {
        let code = "287082";
        let rights: Vec<i64> = (0..6).filter(|step| step_of(SHARED, code, step * 30_000_000).is_some()).collect();
        assert_eq!(rights, [0, 1, 2], "its own step is 1");
        assert_eq!(step_of(SHARED, " 287 082 ", 59_000_000), Some(1), "as authenticators show it");
        for wrong in ["", "28708", "2870820", "287083", "+87082", "²87082", "94287082"] {
            assert_eq!(step_of(SHARED, wrong, 59_000_000), None, "{wrong}");
        }
    }

    #[test]
    fn base32_is_that_of_rfc_4648_without_padding() {
        for (text, expected) in [
            ("", ""),
            ("f", "MY"),
            ("fo", "MZXQ"),
            ("foo", "MZXW6"),
            ("foob", "MZXW6YQ"),
            ("fooba", "MZXW6YTB"),
            ("foobar", "MZXW6YTBOI"),
        ] {
            assert_eq!(base32(text.as_bytes()), expected);
        }
    }
}
