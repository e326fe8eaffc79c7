//! Ready answers: phrases that somebody has written once, with care, for what is answered every day. A professional puts one
//! into their answer, and it is theirs to change before it is sent.

use std::collections::BTreeSet;

use content::{At, Content, There, Wrong, is_id};
use facts::Names;
use serde::Deserialize;

/// Letters of a phrase at most, unless its file says fewer.
const LONGEST: usize = 2_000;
/// Signs by which people mark what is to be filled in. Nobody must send a gap: a phrase has none.
const GAPS: [char; 8] = ['{', '}', '[', ']', '<', '>', '_', '#'];

/// Phrases of one purpose, from a file of `content/canned/`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Phrases {
    pub name: Names,
    /// Units in which they are offered, with all below them; empty: everywhere.
    #[serde(default)]
    pub units: Vec<At<String>>,
    /// Letters of each at most: 160 go into one text message.
    #[serde(default)]
    pub longest: Option<usize>,
    #[serde(rename = "phrase")]
    pub phrases: Vec<Phrase>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Phrase {
    pub id: At<String>,
    pub title: Names,
    pub text: At<Names>,
}

impl Content for Phrases {
    const FOLDER: &'static str = "canned";
    /// Once it is in an answer it is the professional's own text: nothing is read by it later.
    const IS_KEPT: bool = false;

    fn name(&self) -> &Names {
        &self.name
    }

    fn check(&self, _id: &str, there: There) -> Vec<Wrong> {
        let mut wrongs = Vec::new();
        for unit in self.units.iter().filter(|unit| !there("unit", unit)) {
            wrongs.push(Wrong::new(unit.place(), format!("there is no unit {unit}"), "name a unit, or none for all"));
        }
        let most = self.longest.unwrap_or(LONGEST);
        let mut ids = BTreeSet::new();
        for Phrase { id, text, .. } in &self.phrases {
            if !is_id(id, Phrases::FOLDER) {
                wrongs.push(Wrong::new(
                    id.place(),
                    format!("{id} is no id"),
                    "small letters, digits and -, at most 48",
                ));
            }
            if !ids.insert(id.as_str()) {
                wrongs.push(Wrong::new(id.place(), format!("{id} stands there twice"), "give it another id"));
            }
            for said in [&text.fi, &text.sv, &text.en] {
                let letters = said.chars().count();
                if letters > most {
                    let what = format!("the phrase has {letters} letters, and at most {most} are sent");
                    wrongs.push(Wrong::new(text.place(), what, "say it in fewer words"));
                }
                if let Some(gap) = said.chars().find(|letter| GAPS.contains(letter)) {
                    let what = format!("{gap} marks a gap, and somebody would send it as it is");
                    wrongs.push(Wrong::new(text.place(), what, "write a phrase that is whole by itself"));
                }
            }
        }
        if self.phrases.is_empty() {
            wrongs.push(Wrong::new(0..0, "there is no phrase", "write one: [[phrase]]"));
        }
        wrongs
    }
}

#[cfg(test)]
mod tests {
    use content::{Catalogue, File, Origin};

    use super::*;

    fn faults(more: &str) -> Vec<String> {
        let text = format!("id = \"x\"\nversion = 1\nname = {{ fi = \"a\", sv = \"b\", en = \"c\" }}\n{more}\n");
        let file = File { path: "content/canned/x.toml", text: &text, origin: Origin::Shipped };
        let (_, faults) = Catalogue::<Phrases>::read(&[file], &|kind, id| (kind, id) == ("unit", "station"));
        faults.into_iter().map(|fault| fault.what).collect()
    }

    fn phrase(id: &str, text: &str) -> String {
        format!(
            "[[phrase]]\nid = \"{id}\"\ntitle = {{ fi = \"a\", sv = \"b\", en = \"c\" }}\n\
             text = {{ fi = \"{text}\", sv = \"b\", en = \"c\" }}"
        )
    }

    #[test]
    fn a_phrase_is_whole_and_known_by_one_id() {
        let good = phrase("hello", "Hei, kiitos viestistäsi.");
        assert_eq!(faults(&good), [] as [String; 0]);
        assert_eq!(faults(&format!("units = [\"station\"]\n{good}")), [] as [String; 0]);
        for (more, expected) in [
            (String::new(), "missing field `phrase`"),
            ("phrase = []".into(), "there is no phrase"),
            (format!("units = [\"nowhere\"]\n{good}"), "there is no unit nowhere"),
            (format!("{good}\n{good}"), "hello stands there twice"),
            (phrase("Hello", "Hei"), "Hello is no id"),
            (phrase("hello", "Hei {nimi}"), "{ marks a gap, and somebody would send it as it is"),
            (phrase("hello", "Aika: [pvm]"), "[ marks a gap, and somebody would send it as it is"),
            (phrase("hello", "Soita numeroon ____"), "_ marks a gap, and somebody would send it as it is"),
            (format!("longest = 2\n{good}"), "the phrase has 24 letters, and at most 2 are sent"),
            (phrase("hello", ""), "the text is empty"),
        ] {
            assert_eq!(faults(&more).first().map(String::as_str), Some(expected), "{more}");
        }
    }
}
