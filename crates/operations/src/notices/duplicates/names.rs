//! Names held against each other: misspelt, spelt as in another alphabet, by a part, by a name of before.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::{Outcome, Person, Rule};

/// The outcome for the names of two people; none: one of them has none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Names {
    pub given: Option<Outcome>,
    pub family: Option<Outcome>,
}

/// Lower case letters and digits without marks: `Väinö-Matti` and `vaino matti` are one.
pub fn plain(text: &str) -> String {
    let letters = text.nfd().filter(|letter| !is_combining_mark(*letter)).flat_map(char::to_lowercase);
    letters.filter(|letter| letter.is_alphanumeric()).map(|letter| if letter == 'ı' { 'i' } else { letter }).collect()
}

/// The parts of a name, each plain.
fn parts(name: &str) -> Vec<String> {
    let parts = name.split(|letter: char| letter.is_whitespace() || letter == '-').map(plain);
    parts.filter(|part| !part.is_empty()).collect()
}

/// As it sounds, whatever the alphabet from which it was spelt: `Sevtsenko` and `Shevchenko` come close.
fn sound(plain: &str) -> String {
    const SPELT: [(&str, &str); 17] = [
        ("zh", "z"),
        ("kh", "h"),
        ("sh", "s"),
        ("ch", "ts"),
        ("ph", "f"),
        ("th", "t"),
        ("gh", "g"),
        ("ou", "u"),
        ("ck", "k"),
        ("x", "h"),
        ("y", "i"),
        ("j", "i"),
        ("w", "v"),
        ("q", "k"),
        ("c", "k"),
        ("z", "s"),
        ("ff", "v"),
    ];
    let spelt = SPELT.iter().fold(plain.to_string(), |name, (from, to)| name.replace(from, to));
    let mut sound = String::new();
    for letter in spelt.chars() {
        if !sound.ends_with(letter) {
            sound.push(letter);
        }
    }
    sound
}

fn likeness(one: &str, other: &str) -> f64 {
    strsim::jaro_winkler(one, other).max(strsim::jaro_winkler(&sound(one), &sound(other)))
}

/// Holds the names of two people against each other.
pub fn compare(one: &Person, other: &Person, rule: &Rule) -> Names {
    let given = given(&one.given, &other.given, rule);
    let family = family(one, other, rule);
    // Given and family name the wrong way round.
    let is_turned = |one: &Person, other: &Person| {
        let (family, given) = (parts(&one.family), parts(&other.given));
        !family.is_empty() && family.iter().all(|it| given.contains(it))
    };
    match (given, family) {
        (Some(Outcome::Other), Some(Outcome::Other)) if is_turned(one, other) && is_turned(other, one) => {
            Names { given: Some(Outcome::Near), family: Some(Outcome::Near) }
        }
        _ => Names { given, family },
    }
}

fn given(one: &str, other: &str, rule: &Rule) -> Option<Outcome> {
    let (whole, other_whole, one, other) = (plain(one), plain(other), parts(one), parts(other));
    if one.is_empty() || other.is_empty() {
        return None;
    }
    let pairs = || one.iter().flat_map(|one| other.iter().map(move |other| (one, other)));
    Some(match () {
        () if whole == other_whole => Outcome::Same,
        () if pairs().any(|(one, other)| one == other || rule.is_called(one, other)) => Outcome::Near,
        () if pairs().any(|(one, other)| likeness(one, other) >= rule.near_from) => Outcome::Near,
        () => Outcome::Other,
    })
}

fn family(one: &Person, other: &Person, rule: &Rule) -> Option<Outcome> {
    let (name, other_name) = (plain(&one.family), plain(&other.family));
    if name.is_empty() || other_name.is_empty() {
        return None;
    }
    let (former, other_former) = (plain(&one.former), plain(&other.former));
    let (in_parts, other_parts) = (parts(&one.family), parts(&other.family));
    Some(match () {
        () if name == other_name && rule.is_shared(&name) => Outcome::Common,
        () if name == other_name => Outcome::Same,
        () if former == other_name || other_former == name => Outcome::Former,
        () if in_parts.iter().any(|it| other_parts.contains(it)) => Outcome::Former,
        () if likeness(&name, &other_name) >= rule.near_from => Outcome::Near,
        () => Outcome::Other,
    })
}
