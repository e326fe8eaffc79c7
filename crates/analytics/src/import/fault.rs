//! Faults that a value or a row can have.

use std::fmt;

use facts::{CodeList, NoId};

/// The fault, without the content of the row: many rows have the same fault.
#[derive(Debug, Clone, Copy)]
pub enum Fault {
    Empty,
    /// A word for nothing stands where a value must.
    Nothing,
    NotUtf8,
    Nul,
    /// The mapping does not know the value.
    Unmapped,
    Id(NoId),
    TooLong,
    NotWhole,
    NotNumber,
    NotAmount,
    NotTruth,
    NotTime,
    NotDay,
    NotCode(&'static CodeList),
    /// Before 1890, or after the end of this year.
    Implausible(i64),
    /// The day from which a program counts.
    Nought,
    /// A local time that was left out when clocks went forward.
    Gap,
    /// A `unit` or a `professional` that its own table must have above.
    NoneAbove(&'static str),
    /// A `unit`, `professional` or `resident` that must be imported first.
    Unknown(&'static str),
    Before(&'static str),
    Range(i64, i64),
    ToCome,
    Fields {
        row: usize,
        header: usize,
    },
    /// A value stands in a column without a name.
    Unnamed,
    /// The key stands in the same import with other content.
    Twice,
    /// The row is of somebody who was erased here.
    Erased,
    /// More different faults than are told apart.
    Other,
}

impl Fault {
    /// A code by which a page finds its words for it.
    pub fn code(&self) -> &'static str {
        match self {
            Fault::Empty | Fault::Id(NoId::Empty) => "empty",
            Fault::Nothing => "nothing",
            Fault::NotUtf8 => "not-utf8",
            Fault::Nul => "nul",
            Fault::Unmapped => "unmapped",
            Fault::TooLong | Fault::Id(NoId::TooLong) => "too-long",
            Fault::Id(NoId::Formula) => "formula",
            Fault::Id(NoId::Slash) => "slash",
            Fault::Id(NoId::Folder) => "folder",
            Fault::Id(NoId::Control) => "control",
            Fault::Id(NoId::Direction) => "direction",
            Fault::Id(NoId::Scientific | NoId::LostDigits) => "lost-digits",
            Fault::Id(NoId::IdentityCode) => "identity-code",
            Fault::NotWhole => "not-whole",
            Fault::NotNumber => "not-number",
            Fault::NotAmount => "not-amount",
            Fault::NotTruth => "not-truth",
            Fault::NotTime => "not-time",
            Fault::NotDay => "not-day",
            Fault::NotCode(_) => "not-code",
            Fault::Implausible(_) => "implausible",
            Fault::Nought => "nought",
            Fault::Gap => "gap",
            Fault::NoneAbove(_) => "none-above",
            Fault::Unknown(_) => "unknown",
            Fault::Before(_) => "before",
            Fault::Range(..) => "range",
            Fault::ToCome => "to-come",
            Fault::Fields { .. } => "fields",
            Fault::Unnamed => "unnamed",
            Fault::Twice => "twice",
            Fault::Erased => "erased",
            Fault::Other => "other",
        }
    }

    /// Details that the words of the fault need: a table, a column, codes, years.
    pub fn detail(&self) -> String {
        match self {
            Fault::NotCode(list) => list.codes.iter().map(|code| code.code).collect::<Vec<_>>().join(", "),
            Fault::Implausible(last) => format!("1890–{last}"),
            Fault::Range(least, most) => format!("{least}–{most}"),
            Fault::NoneAbove(what) | Fault::Unknown(what) => format!("{what}s"),
            Fault::Before(column) => (*column).into(),
            Fault::Fields { row, header } => format!("{row}/{header}"),
            _ => String::new(),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = match self {
            Fault::Id(fault) => fault.about(),
            Fault::Empty => "is empty",
            Fault::Nothing => "is a word for nothing",
            Fault::NotUtf8 => "is not UTF-8: --encoding windows-1252 may be right",
            Fault::Nul => "has a character that stands in no text (NUL)",
            Fault::Unmapped => "is a value that the mapping does not know",
            Fault::TooLong => "is longer than 64 characters",
            Fault::NotWhole => "is not a whole number",
            Fault::NotNumber => "is not a number",
            Fault::NotAmount => "is not an amount",
            Fault::NotTruth => "is not true or false",
            Fault::NotTime => "is not a time",
            Fault::NotDay => "is not a day",
            Fault::NotCode(_) => return write!(out, "is not one of {}", self.detail()),
            Fault::Implausible(last) => return write!(out, "is not between 1890 and {last}: a day that cannot be"),
            Fault::Nought => "is the day from which a program counts, not a time",
            Fault::Gap => "does not exist in local time: clocks go forward",
            Fault::NoneAbove(what) => return write!(out, "is no {what} above: put it before this row"),
            Fault::Unknown(what) => return write!(out, "is not a known {what}: import {what}s first"),
            Fault::Before(column) => return write!(out, "is before {column}"),
            Fault::Range(least, most) => return write!(out, "is not between {least} and {most}"),
            Fault::ToCome => "is still to come",
            Fault::Fields { row, header } => return write!(out, "the row has {row} fields, the header {header}"),
            Fault::Unnamed => "a value stands in a column without a name",
            Fault::Twice => "this key stands in the same import with other content",
            Fault::Erased => "is of somebody who was erased here; nothing of the row is kept",
            Fault::Other => "is refused for one of many other reasons",
        };
        out.write_str(plain)
    }
}
