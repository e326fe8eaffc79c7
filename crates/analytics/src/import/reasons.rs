//! Why rows were refused, counted: one mistake in a column is reported once, however many rows have it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::fault::Fault;

/// One reason why a row was refused.
#[derive(Debug, Clone)]
pub struct Refused {
    pub column: Cow<'static, str>,
    pub what: Fault,
    /// The value in the row, where it says more and names nobody.
    pub value: Option<String>,
}

impl Refused {
    pub fn plain(column: impl Into<Cow<'static, str>>, what: Fault) -> Refused {
        Refused { column: column.into(), what, value: None }
    }

    /// The reason as the quarantine has it.
    pub fn reason(&self) -> String {
        self.value.as_ref().map_or_else(|| self.what.to_string(), |value| format!("'{value}' {}", self.what))
    }
}

/// A reason, and the rows that were refused for it. Nothing of what stands in them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    pub column: String,
    pub reason: String,
    /// The fault's code, and what words for it need: for pages, which speak other languages.
    pub code: String,
    pub detail: String,
    pub rows: u64,
    /// Lines of the first of them.
    pub lines: Vec<u64>,
}

/// Lines that are named for each reason.
const LINES: usize = 5;
/// Rows whose place is given one by one.
const FIRST: usize = 3;
/// Reasons told apart.
const MOST: usize = 200;

/// Counts refused rows by reason.
#[derive(Default)]
pub struct Reasons {
    /// By column and reason.
    all: BTreeMap<(Cow<'static, str>, String), Reason>,
    /// Line and columns of the first refused rows.
    pub first: Vec<(u64, String)>,
    pub rows: u64,
}

impl Reasons {
    pub fn add(&mut self, line: u64, refused: &[Refused]) {
        self.rows += 1;
        if self.first.len() < FIRST {
            self.first.push((line, columns(refused)));
        }
        for one in refused {
            let key = (one.column.clone(), one.what.to_string());
            let is_known = self.all.len() < MOST || self.all.contains_key(&key);
            let fault = if is_known { one.what } else { Fault::Other };
            let reason = self.all.entry((key.0, fault.to_string())).or_insert_with(|| Reason {
                column: one.column.to_string(),
                reason: fault.to_string(),
                code: fault.code().into(),
                detail: fault.detail(),
                rows: 0,
                lines: Vec::new(),
            });
            reason.rows += 1;
            if reason.lines.len() < LINES {
                reason.lines.push(line);
            }
        }
    }

    /// All of them, the most frequent first.
    pub fn told(self) -> Vec<Reason> {
        let mut all: Vec<Reason> = self.all.into_values().collect();
        all.sort_by_key(|reason| std::cmp::Reverse(reason.rows));
        all
    }
}

/// The columns of a row's reasons, each once.
pub fn columns(refused: &[Refused]) -> String {
    let mut columns: Vec<&str> = refused.iter().map(|one| one.column.as_ref()).collect();
    columns.dedup();
    columns.join(", ")
}

/// The reasons of a row in one text; of several each with its column.
pub fn text(refused: &[Refused]) -> String {
    match refused {
        [one] => one.reason(),
        all => all.iter().map(|one| format!("{}: {}", one.column, one.reason())).collect::<Vec<_>>().join("; "),
    }
}
