//! The ways of testers: what somebody is told to do, and how they do it from their home, in three languages. The presses of
//! links and buttons are counted against those that the task may take.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::browser::{Browser, Fetch};

/// More presses than expected that a way may take.
pub const SPARE: usize = 2;
/// The languages, in the order in which words stand.
pub const LANGUAGES: [&str; 3] = ["fi", "sv", "en"];

/// A task as it is told to a tester, and its way.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Way {
    pub task: u32,
    pub told: String,
    /// How far it can be gone today, where a part of it waits for its engine.
    #[serde(default)]
    pub waits: Option<String>,
    pub who: Who,
    /// Presses of links and buttons that are expected.
    pub clicks: usize,
    /// Acts of others, who go before; not counted.
    #[serde(default)]
    pub before: Vec<Part>,
    #[serde(rename = "do")]
    pub acts: Vec<Act>,
}

/// Acts of one person before the task begins.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    pub who: Who,
    /// The page that they open.
    pub at: String,
    #[serde(rename = "do")]
    pub acts: Vec<Act>,
}

/// An access role, and as whom they sign in; `anonymous` does not.
#[derive(Debug, Clone, Deserialize)]
pub struct Who(pub String, #[serde(default)] pub String);

/// One act. Everything is called by its role and its name.
#[derive(Debug, Clone, Deserialize)]
pub struct Act {
    #[serde(flatten)]
    pub deed: Deed,
    /// The field into which something is written or of which it is chosen; the words beside which a value stands.
    #[serde(default, rename = "in")]
    pub field: Option<Words>,
    /// Words of the list item, region or row in which to look.
    #[serde(default)]
    pub within: Option<Words>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Deed {
    /// A button, or what folds something away.
    Press(Words),
    /// The first of the buttons whose names have these words.
    First(Words),
    Follow(Words),
    Write(Words),
    Choose(Words),
    /// Keeps the value that stands beside the words of `in`, under a word.
    Keep(String),
    /// Reads.
    See(Words),
}

/// Words on a page: the same in all languages, or each.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Words {
    Same(String),
    Each([String; 3]),
}

impl Words {
    fn of(&self, language: &str) -> &str {
        match self {
            Words::Same(words) => words,
            Words::Each(all) => {
                let place = LANGUAGES.iter().position(|it| *it == language).unwrap_or(0);
                &all[place]
            }
        }
    }
}

/// Reads the ways of a file. Errors say what cannot be read.
pub fn read(text: &str) -> Result<Vec<Way>, String> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}

/// Goes a way in a language from the home of who goes it, and gives the presses that it took. Errors say task and act, and
/// show the page as it was met.
pub fn walk(way: &Way, language: &str, (fetch, origin): (&Fetch, &str)) -> Result<usize, String> {
    let mut kept = BTreeMap::new();
    for part in &way.before {
        let mut walker = Walker::of(&part.who, language, (fetch, origin))?;
        walker.browser.open(&part.at)?;
        walker.go(way, &part.acts, &mut kept)?;
    }
    let mut walker = Walker::of(&way.who, language, (fetch, origin))?;
    walker.browser.open("/")?;
    walker.go(way, &way.acts, &mut kept)
}

struct Walker {
    browser: Browser,
    language: String,
}

impl Walker {
    fn of(who: &Who, language: &str, (fetch, origin): (&Fetch, &str)) -> Result<Walker, String> {
        let mut browser = Browser::new(fetch.clone(), origin, language);
        if who.0 != "anonymous" {
            browser.post("/sign-in", &[("role", &who.0), ("as", &who.1)])?;
            if browser.status() != 200 {
                return Err(format!("nobody signs in as {} {}: {}", who.0, who.1, browser.status()));
            }
        }
        Ok(Walker { browser, language: language.into() })
    }

    fn go(&mut self, way: &Way, acts: &[Act], kept: &mut BTreeMap<String, String>) -> Result<usize, String> {
        let mut presses = 0;
        for act in acts {
            let told = self.act(act, kept);
            let told = told.and_then(|is_press| match self.browser.status() {
                status if status >= 400 => Err(format!("it is refused with {status}")),
                _ => Ok(is_press),
            });
            let is_press = told.map_err(|why| {
                let (page, tree) = (self.browser.path(), self.browser.tree().told());
                format!("task {} in {}: {:?}: {why}\n{page}\n{tree}", way.task, self.language, act.deed)
            })?;
            presses += usize::from(is_press);
        }
        Ok(presses)
    }

    /// Does one act; gives whether something was pressed.
    fn act(&mut self, act: &Act, kept: &mut BTreeMap<String, String>) -> Result<bool, String> {
        let words = |words: &Words| {
            let text = words.of(&self.language).to_string();
            kept.iter().fold(text, |text, (word, value)| text.replace(&format!("{{{word}}}"), value))
        };
        let within = act.within.as_ref().map(words);
        let (within, field) = (within.as_deref(), act.field.as_ref().map(words).unwrap_or_default());
        let browser = &mut self.browser;
        match &act.deed {
            Deed::Press(name) => browser.press(&words(name), within).map(|()| true),
            Deed::First(name) => browser.press_first(&words(name), within).map(|()| true),
            Deed::Follow(name) => browser.follow(&words(name), within).map(|()| true),
            Deed::Write(text) => browser.write(&words(text), &field, within).map(|()| false),
            Deed::Choose(choice) => browser.choose(&words(choice), &field, within).map(|()| false),
            Deed::Keep(word) => {
                let value = browser.tree().beside(&field, within)?;
                kept.insert(word.clone(), value);
                Ok(false)
            }
            Deed::See(text) => match browser.tree().sees(None, &words(text), within)? {
                true => Ok(false),
                false => Err("it is not seen".into()),
            },
        }
    }
}
