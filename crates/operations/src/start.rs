//! The start: from everyday words to the topic that they are about, and to the danger that comes before it.
//!
//! It judges nobody's state and turns nobody away. Words that it does not know lead to a form that takes any.

use std::sync::LazyLock;

use facts::Names;
use serde::Deserialize;
use unicode_normalization::UnicodeNormalization;

/// Everyday topics and words of danger, from `rules/start.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Start {
    #[serde(rename = "danger")]
    pub dangers: Vec<Danger>,
    #[serde(rename = "topic")]
    pub topics: Vec<Topic>,
}

/// Words that cannot wait for an answer.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Danger {
    /// The number to call first.
    pub call: String,
    fi: Vec<String>,
    sv: Vec<String>,
    en: Vec<String>,
    pub says: Names,
}

/// A topic of everyday life.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Topic {
    pub id: String,
    /// Code of the service that answers.
    pub service: String,
    /// Of children: it comes first for somebody who asks for a child.
    #[serde(default)]
    child: bool,
    fi: About,
    sv: About,
    en: About,
}

/// A topic in one language.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct About {
    pub name: String,
    /// A few words that belong to it.
    pub hint: String,
    /// When not to wait for an answer.
    pub danger: String,
    /// Beginnings of words by which it is found.
    words: Vec<String>,
}

/// The person for whom somebody asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whom {
    Me,
    Child,
    Another,
}

impl Whom {
    pub const ALL: [Whom; 3] = [Whom::Me, Whom::Child, Whom::Another];

    pub fn code(self) -> &'static str {
        match self {
            Whom::Me => "me",
            Whom::Child => "child",
            Whom::Another => "another",
        }
    }

    /// By its code; none: nobody has said.
    pub fn named(code: &str) -> Option<Whom> {
        Whom::ALL.into_iter().find(|whom| whom.code() == code)
    }
}

impl Topic {
    pub fn about(&self, language: &str) -> &About {
        match language {
            "sv" => &self.sv,
            "en" => &self.en,
            _ => &self.fi,
        }
    }
}

/// The findings in somebody's words.
#[derive(Debug, Clone, Default)]
pub struct Found<'a> {
    pub danger: Option<&'a Danger>,
    /// The topics that they are about, the likeliest first.
    pub topics: Vec<&'a Topic>,
}

impl Start {
    /// As shipped.
    pub fn shipped() -> &'static Start {
        #[expect(clippy::expect_used, reason = "the file is part of the program and a test reads it")]
        static SHIPPED: LazyLock<Start> = LazyLock::new(|| {
            toml::from_str(include_str!("../../../rules/start.toml")).expect("rules/start.toml is well formed")
        });
        &SHIPPED
    }

    pub fn topic(&self, id: &str) -> Option<&Topic> {
        self.topics.iter().find(|topic| topic.id == id)
    }

    /// The topics and the danger in somebody's words, in whatever of the three languages they are.
    pub fn find(&self, words: &str, whom: Option<Whom>) -> Found<'_> {
        let text = plain(words);
        let in_text = |beginnings: &[String]| beginnings.iter().filter(|it| has(&text, it)).count();
        let danger = self.dangers.iter().find(|it| in_text(&it.fi) + in_text(&it.sv) + in_text(&it.en) > 0);
        let weight = |topic: &Topic| {
            let hits = [&topic.fi, &topic.sv, &topic.en].map(|it| in_text(&it.words)).iter().sum::<usize>();
            let is_for_child = whom == Some(Whom::Child) && topic.child;
            // A word of a child says more than a symptom.
            if hits == 0 { 0 } else { (2 + usize::from(topic.child)) * hits + 3 * usize::from(is_for_child) }
        };
        let mut topics: Vec<(usize, &Topic)> = self.topics.iter().map(|it| (weight(it), it)).collect();
        topics.retain(|(weight, _)| *weight > 0);
        topics.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
        Found { danger, topics: topics.into_iter().map(|(_, topic)| topic).collect() }
    }
}

/// Small letters, with one space before each word and after the last, and no other signs. A letter is one sign and an apostrophe
/// another, however a keyboard writes them.
fn plain(words: &str) -> String {
    let letters = words.nfc().collect::<String>().to_lowercase().replace(['’', '‘', '´', '`'], "'");
    let letters = letters.replace(|letter: char| !letter.is_alphanumeric() && letter != '\'', " ");
    format!(" {} ", letters.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Whether a word of a text, or several that follow one another, begins so.
fn has(text: &str, beginning: &str) -> bool {
    text.contains(&format!(" {beginning}"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn everyday_words_find_their_topic_in_three_languages_however_they_are_bent() {
        let start = Start::shipped();
        for (words, whom, topic) in [
            ("lapsella on ihottuma", Some(Whom::Child), "child"),
            ("Vauvan ihottumaa!", None, "child"),
            ("olkapäähän sattuu ja on kipeä", None, "illness"),
            ("Barnet har utslag", Some(Whom::Child), "child"),
            ("my child has a rash", Some(Whom::Child), "child"),
            ("hyran är obetald", None, "money"),
            ("Vuokra on maksamatta", None, "money"),
            ("en ole nukkunut, ahdistaa", None, "mind"),
            ("teini ei käy koulussa", None, "family"),
            ("mummo on yksin", None, "older"),
        ] {
            let found = start.find(words, whom);
            assert_eq!(found.topics.first().map(|it| it.id.as_str()), Some(topic), "{words}");
            assert!(found.danger.is_none(), "{words}");
        }
        assert!(start.find("xyzzy", None).topics.is_empty() && start.find("", Some(Whom::Child)).topics.is_empty());
    }

    #[test]
    fn danger_comes_before_everything_and_is_not_seen_in_its_beginnings_of_other_words() {
        let start = Start::shipped();
        for words in [
            "Isällä on rintakipua ja hikoilee",
            "jag har ont i bröstet",
            "Chest pain since morning",
            "en jaksa elää enää",
            "He hits me, violence at home",
            "LAPSI EI HENGITÄ",
            // As telephones write it, and as some keyboards do.
            "I can’t breathe",
            "I don\u{2018}t want to live",
            "lapsi ei hengita\u{308}",
            "vauva ei saa henkeä",
            "isä ei pysty hengittämään",
            "sattuu rintaan ja hikoilen",
            "haluan kuolla",
            "jag kan inte andas",
            "jag vill dö",
            "I want to die",
            "she has trouble breathing",
        ] {
            assert_eq!(start.find(words, None).danger.map(|it| it.call.as_str()), Some("112"), "{words}");
        }
        for words in ["rinnan kuvantaminen", "hengellinen tuki", "livsmedel"] {
            assert!(start.find(words, None).danger.is_none(), "{words}");
        }
    }

    #[test]
    fn each_topic_is_one_and_says_all_in_each_language() {
        let start = Start::shipped();
        let ids: BTreeSet<&str> = start.topics.iter().map(|it| it.id.as_str()).collect();
        assert_eq!(ids.len(), start.topics.len());
        for topic in &start.topics {
            for language in ["fi", "sv", "en"] {
                let About { name, hint, danger, words } = topic.about(language);
                assert!(
                    !name.is_empty() && !hint.is_empty() && danger.contains("112") && !words.is_empty(),
                    "{}",
                    topic.id
                );
                assert!(words.iter().all(|it| *it == it.to_lowercase()), "{}", topic.id);
            }
        }
    }
}
