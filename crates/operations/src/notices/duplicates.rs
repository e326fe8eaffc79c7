//! Earlier notices that may be about the same person, each with its reasons. Nothing is joined here: a person decides.
//!
//! Record linkage after I. P. Fellegi and A. B. Sunter, "A Theory for Record Linkage", Journal of the American Statistical
//! Association 64 (1969) 1183–1210. Of each field it is known how often an outcome comes among notices of one person (m) and
//! among those of two (u); the evidence is the sum of log2(m/u). The figures stand in `rules/notice-duplicate.toml`. The theory
//! takes fields to be independent, which those of one home are not: twins, father and son agree in all that is the home's. So
//! the home counts only where neither the given name nor the day of birth speaks against.

mod names;
mod rule;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

pub use names::Names;
pub use rule::{Chances, Field, Rule, in_force};

/// The person whom a notice concerns, as far as its maker knows. Empty: not known.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Person {
    /// Personal identity code.
    pub code: String,
    pub given: String,
    pub family: String,
    /// An earlier family name.
    pub former: String,
    /// Day of birth, YYYY-MM-DD.
    pub born: String,
    /// Full years on the day of the notice, where the day of birth is not known.
    pub age: Option<u8>,
    pub municipality: String,
    /// Street address.
    pub address: String,
    pub telephone: String,
}

/// A field that is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Which {
    Code,
    Given,
    Family,
    Born,
    Municipality,
    Address,
    Telephone,
}

impl Which {
    /// Name in the rule file, and in the keys of texts.
    pub fn code(self) -> &'static str {
        match self {
            Which::Code => "code",
            Which::Given => "given",
            Which::Family => "family",
            Which::Born => "born",
            Which::Municipality => "municipality",
            Which::Address => "address",
            Which::Telephone => "telephone",
        }
    }

    /// Everybody in a home has it in common.
    fn is_of_home(self) -> bool {
        matches!(self, Which::Family | Which::Municipality | Which::Address | Which::Telephone)
    }
}

/// The outcome of comparing a field that both have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    Same,
    /// The same name, which many share.
    Common,
    Near,
    /// The name of one is the former name of the other, or a part of it.
    Former,
    /// A slip of the pen.
    Slip,
    Other,
}

impl Outcome {
    /// Name in the rule file, and end of the keys of texts.
    pub fn code(self) -> &'static str {
        match self {
            Outcome::Same => "same",
            Outcome::Common => "common",
            Outcome::Near => "near",
            Outcome::Former => "former",
            Outcome::Slip => "slip",
            Outcome::Other => "other",
        }
    }
}

/// A field that both have, and what follows from it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reason {
    pub which: Which,
    pub outcome: Outcome,
    /// In bits; below zero it speaks against.
    pub evidence: f64,
}

/// Two people held against each other.
#[derive(Debug, Clone, PartialEq)]
pub struct Match {
    /// In bits.
    pub evidence: f64,
    /// The strongest first, those that speak against last.
    pub reasons: Vec<Reason>,
}

impl Match {
    /// Whether the earlier notice is shown to whoever handles the later.
    pub fn is_shown(&self, rule: &Rule) -> bool {
        self.evidence >= rule.shown_from
    }
}

/// Holds two people against each other, both as notices of about the same days have them. `on`: a day near them, by which
/// ages are held against days of birth.
pub fn compare(one: &Person, other: &Person, on: Date, rule: &Rule) -> Match {
    let names = names::compare(one, other, rule);
    let found = [
        (Which::Code, texts(&one.code, &other.code, equal)),
        (Which::Given, names.given),
        (Which::Family, names.family),
        (Which::Born, born(one, other, on)),
        (Which::Municipality, texts(&one.municipality, &other.municipality, equal)),
        (Which::Address, texts(&one.address, &other.address, addresses)),
        (Which::Telephone, texts(&one.telephone, &other.telephone, telephones)),
    ];
    let reason = |(which, outcome): (Which, Option<Outcome>)| {
        let outcome = outcome?;
        Some(Reason { which, outcome, evidence: rule.evidence(which, outcome)? })
    };
    let mut reasons: Vec<Reason> = found.into_iter().filter_map(reason).collect();
    reasons.sort_by(|one, other| other.evidence.total_cmp(&one.evidence));
    let is = |which, outcome| reasons.iter().any(|it| it.which == which && it.outcome == outcome);
    let speaks_against = is(Which::Given, Outcome::Other) || is(Which::Born, Outcome::Other);
    let counts = |it: &&Reason| !(speaks_against && it.which.is_of_home() && it.evidence > 0.0);
    let evidence = reasons.iter().filter(counts).map(|it| it.evidence).sum();
    Match { evidence, reasons }
}

/// Those of several people whom a notice may also be about, the likeliest first.
pub fn likely<'a, I: Copy>(
    of: &Person,
    others: impl IntoIterator<Item = (I, &'a Person)>,
    on: Date,
    rule: &Rule,
) -> Vec<(I, Match)> {
    let held = others.into_iter().map(|(id, other)| (id, compare(of, other, on, rule)));
    let mut shown: Vec<(I, Match)> = held.filter(|(_, it)| it.is_shown(rule)).collect();
    shown.sort_by(|(_, one), (_, other)| other.evidence.total_cmp(&one.evidence));
    shown
}

/// Compares what both have, without case, spaces and signs.
fn texts(one: &str, other: &str, compare: impl Fn(&str, &str) -> Outcome) -> Option<Outcome> {
    let (one, other) = (names::plain(one), names::plain(other));
    (!one.is_empty() && !other.is_empty()).then(|| compare(&one, &other))
}

fn equal(one: &str, other: &str) -> Outcome {
    if one == other { Outcome::Same } else { Outcome::Other }
}

/// The same house is near: the door is often left out.
fn addresses(one: &str, other: &str) -> Outcome {
    if one == other {
        return Outcome::Same;
    }
    // A street with its number; a home that has a name has no number.
    let house = |it: &str| {
        let end = it.find(|letter: char| letter.is_ascii_digit()).map(|from| {
            let digits = it[from..].bytes().take_while(u8::is_ascii_digit).count();
            from + digits
        });
        end.map(|end| it[..end].to_string())
    };
    match (house(one), house(other)) {
        (Some(one), Some(other)) if one == other => Outcome::Near,
        _ => Outcome::Other,
    }
}

/// The country's prefix says nothing; one digit may be wrong.
fn telephones(one: &str, other: &str) -> Outcome {
    let own = |it: &str| {
        let digits: String = it.chars().filter(char::is_ascii_digit).collect();
        let without = digits.strip_prefix("00358").or(digits.strip_prefix("358")).unwrap_or(&digits);
        without.trim_start_matches('0').to_string()
    };
    let (one, other) = (own(one), own(other));
    match () {
        () if one == other => Outcome::Same,
        () if is_slip(&one, &other) => Outcome::Near,
        () => Outcome::Other,
    }
}

/// Days of birth, or a day and an age.
fn born(one: &Person, other: &Person, on: Date) -> Option<Outcome> {
    if !one.born.is_empty() && !other.born.is_empty() {
        return Some(days(&one.born, &other.born));
    }
    let age = |it: &Person| {
        let born = it.born.parse::<Date>().ok();
        born.map(|born| calendar::clocks::age_on(born, on)).or(it.age)
    };
    let apart = age(one)?.abs_diff(age(other)?);
    Some(if apart <= 1 { Outcome::Near } else { Outcome::Other })
}

fn days(one: &str, other: &str) -> Outcome {
    // Somebody who does not know their day is often written as born on the first of January.
    if one == other {
        return if one.ends_with("-01-01") { Outcome::Near } else { Outcome::Same };
    }
    let parts = |it: &str| it.splitn(3, '-').map(str::to_string).collect::<Vec<_>>();
    let is_turned = match (parts(one).as_slice(), parts(other).as_slice()) {
        ([year, month, day], [other_year, other_month, other_day]) => {
            year == other_year && month == other_day && day == other_month
        }
        _ => false,
    };
    if is_turned || is_slip(one, other) { Outcome::Slip } else { Outcome::Other }
}

/// Two neighbours exchanged, or one character wrong.
fn is_slip(one: &str, other: &str) -> bool {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    if one.len() != other.len() {
        return false;
    }
    let differ: Vec<usize> = (0..one.len()).filter(|at| one[*at] != other[*at]).collect();
    match differ[..] {
        [_] => true,
        [first, second] => second == first + 1 && one[first] == other[second] && one[second] == other[first],
        _ => false,
    }
}

#[cfg(test)]
mod tests;
