//! A step of a journey: somebody, a page, what is done there and what follows.

use facts::Names;
use jiff::civil::{Date, Time};
use serde::Deserialize;

use crate::At;

/// A step.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// A word of the journey's `who`.
    pub who: At<String>,
    /// The moment to which the county's clock is moved before the step; without it the step follows the one before at once.
    #[serde(default)]
    pub clock: Option<At<Clock>>,
    /// Where the step begins: `/desk?list=unit`. In a step of a port a visitor stands there.
    pub page: At<String>,
    /// For a visitor: what happens here and why.
    pub tell: Names,
    /// Has happened when a visitor comes. A test plays it.
    #[serde(default)]
    pub planted: bool,
    /// In this order.
    #[serde(default, rename = "do")]
    pub acts: Vec<At<Act>>,
    /// Seen at the end of the step, all of it.
    #[serde(default)]
    pub see: Vec<At<Seen>>,
    /// Not seen there, none of it.
    #[serde(default)]
    pub unseen: Vec<At<Seen>>,
    #[serde(default, rename = "figure")]
    pub figures: Vec<At<Figure>>,
    /// Parts and engines that the step waits for: while there is one, the step is not played.
    #[serde(default)]
    pub waits: Vec<At<String>>,
}

/// A moment: days after the one on which the journey begins, and the local time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clock {
    pub day: u32,
    pub at: Time,
}

/// Something that is done: `{ press = "Varaa aika", within = "Onni" }`, `{ write = "Hei", in = "Viesti" }`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Act {
    open: Option<String>,
    follow: Option<String>,
    press: Option<String>,
    write: Option<String>,
    choose: Option<String>,
    tick: Option<String>,
    attach: Option<String>,
    put: Option<String>,
    keep: Option<String>,
    /// Name of the field, label of the value, or `port:ID`.
    #[serde(rename = "in")]
    pub field: Option<String>,
    /// Name of the row, list item, group or region in which it is looked for.
    pub within: Option<String>,
    /// Code of the refusal that it must meet: `appointment-taken` for a rule's, `not_found` for a page's.
    pub refused: Option<At<String>>,
}

/// The ways in which something is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// An address.
    Open,
    /// A link.
    Follow,
    /// A button.
    Press,
    /// A text into a field.
    Write,
    /// An option of a list or of a group of radio buttons. Where several are called the same, `GROUP: OPTION` of a list.
    Choose,
    /// A checkbox; one that is ticked is cleared.
    Tick,
    /// A file beside the journey into a field.
    Attach,
    /// A file beside the journey to a port's stand-in, or a text that begins with `{` in its place, in which kept values
    /// stand as elsewhere; done when the port has taken it.
    Put,
    /// A value that the page tells, under a word: `{ keep = "code", in = "Koodi" }`. Later acts and addresses write it as
    /// `{code}`. A visitor writes it down. With `in = "port:sms"` it is the id of the last message that the port's
    /// stand-in was given, `within` those with some words.
    Keep,
}

impl Act {
    /// The deed, and the name of what it is done to. An act of a journey without faults has it.
    pub fn deed(&self) -> Result<(Verb, &str), &'static str> {
        let verbs = [
            (Verb::Open, &self.open),
            (Verb::Follow, &self.follow),
            (Verb::Press, &self.press),
            (Verb::Write, &self.write),
            (Verb::Choose, &self.choose),
            (Verb::Tick, &self.tick),
            (Verb::Attach, &self.attach),
            (Verb::Put, &self.put),
            (Verb::Keep, &self.keep),
        ];
        let mut done = verbs.into_iter().filter_map(|(verb, what)| Some((verb, what.as_deref()?)));
        let (Some((verb, what)), None) = (done.next(), done.next()) else {
            return Err("one thing is done: open, follow, press, write, choose, tick, attach, put or keep");
        };
        let needs_field = matches!(verb, Verb::Write | Verb::Choose | Verb::Attach | Verb::Put | Verb::Keep);
        if needs_field != self.field.is_some() {
            return Err("write, choose, attach, put and keep say where, with `in`; others do not");
        }
        Ok((verb, what))
    }
}

/// Something on a page: a text, or something of a role by its name; or a text that a port's stand-in was given.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seen {
    role: Option<Shape>,
    name: Option<String>,
    text: Option<String>,
    /// Name of the row, list item, group or region in which it is looked for.
    pub within: Option<String>,
    /// The port whose stand-in was given it.
    pub port: Option<At<String>>,
    /// Parts and engines that it waits for: the rest of the step is played.
    #[serde(default)]
    pub waits: Vec<At<String>>,
}

/// Roles of what may be looked for, as a screen reader tells them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Shape {
    Alert,
    Button,
    Cell,
    Checkbox,
    Combobox,
    Group,
    Heading,
    Img,
    Link,
    Listitem,
    Radio,
    Region,
    Row,
    Status,
    Table,
    Textbox,
}

impl Seen {
    /// The text that is looked for, or the name of something of a role. A journey without faults says one of them.
    pub fn sought(&self) -> Result<(Option<Shape>, &str), &'static str> {
        match (self.role, &self.name, &self.text) {
            (None, None, Some(text)) => Ok((None, text)),
            (Some(role), Some(name), None) => Ok((Some(role), name)),
            _ => Err("what is seen is a `text`, or a `role` with its `name`"),
        }
    }
}

/// A figure after the step, as measures publish it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Figure {
    pub measure: At<String>,
    pub unit: At<String>,
    pub month: Month,
    /// One stratum of it, by published dimensions: `{ channel = "sms" }`.
    #[serde(default, rename = "where")]
    pub stratum: std::collections::BTreeMap<String, String>,
    /// In the measure's unit.
    #[serde(default)]
    pub value: Option<f64>,
    /// How much more it is than before; 0: it did not move.
    #[serde(default)]
    pub by: Option<f64>,
    /// When it was `before`.
    #[serde(default)]
    pub since: Since,
    #[serde(default)]
    pub before: Option<f64>,
    #[serde(default)]
    pub after: Option<f64>,
    /// By how much a value may differ.
    #[serde(default)]
    pub rounding: f64,
    /// Parts and engines that it waits for.
    #[serde(default)]
    pub waits: Vec<At<String>>,
}

/// The moment that a figure is compared with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Since {
    /// Of the journey.
    #[default]
    Start,
    /// Before this step, and before its clock is moved.
    Step,
    /// When its clock was moved, and before its acts: the county's own life is not in it.
    Acts,
}

/// The month of a figure: `this` and `last` by the clock of the step, or `2025-11`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum Month {
    This,
    Last,
    /// Its first day.
    Of(Date),
}

impl TryFrom<String> for Month {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Month, &'static str> {
        match text.as_str() {
            "this" => Ok(Month::This),
            "last" => Ok(Month::Last),
            month if month.len() == 7 => format!("{month}-01").parse().map(Month::Of).map_err(|_| "no month"),
            _ => Err("a month is `this`, `last` or as 2025-11"),
        }
    }
}
