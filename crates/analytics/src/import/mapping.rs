//! Mapping files: which column of a source is which column of a fact table, and how its values are read.

use std::collections::BTreeMap;

use facts::Table;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// A mapping from a source file to a fact table. Without one, the source's header names the table's columns.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Mapping {
    /// Fact table the mapping is for.
    pub table: Option<String>,
    /// Text that stands in `source`.
    pub source: Option<String>,
    /// Where the shape of the source is described.
    pub about: Option<String>,
    /// `,`, `;`, a tab or `|`; found out from the header when not given.
    pub separator: Option<char>,
    /// Lines above the header; found out when not given.
    pub skip: usize,
    /// Label of the encoding standard: `utf-8`, `windows-1252`, …
    pub encoding: Option<String>,
    /// Zone of times without an offset; Europe/Helsinki when not given.
    pub zone: Option<String>,
    /// strptime format of times; ISO 8601 when not given.
    pub time_format: Option<String>,
    /// strptime format of days.
    pub day_format: Option<String>,
    /// Numbers use a decimal comma; a point is then none, and spaces may part the thousands.
    pub decimal_comma: bool,
    /// Words that stand for no value; when not given those that programs write, such as `NULL`, `NA`, `N/A`, `-` and `NaN`.
    pub nulls: Option<Vec<String>>,
    /// Fact column → source column.
    pub columns: BTreeMap<String, String>,
    /// Fact column → the same text in every row.
    pub constants: BTreeMap<String, String>,
    /// Fact column → put before every value that is not empty.
    pub prefixes: BTreeMap<String, String>,
    /// Fact column → how many characters of the source value count: 4 takes the year of a date.
    pub cut: BTreeMap<String, usize>,
    /// Fact column → source value → our value; `*` stands for every other value and, as our value, for what stands there;
    /// an empty one for no value.
    pub values: BTreeMap<String, BTreeMap<String, String>>,
    /// Fact column → how an amount in another currency becomes cents.
    pub money: BTreeMap<String, Money>,
}

/// A decimal amount of another currency, with the rate at which it becomes euro.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Money {
    pub currency: String,
    /// Euro for one unit.
    pub rate: f64,
    /// Day of the rate.
    pub day: jiff::civil::Date,
    pub source: String,
}

impl Mapping {
    pub fn parse(text: &str) -> Result<Mapping> {
        toml::from_str(text).map_err(|error| Error::new(error.message().to_string()).at(place(text, error.span())))
    }

    /// The same for rows of the source that Luotsi itself has written: CSV in UTF-8 with the header on top.
    pub fn as_written(&self) -> Mapping {
        Mapping { separator: None, skip: 0, encoding: None, ..self.clone() }
    }

    /// Columns of a source that are asked for, in the spelling of its header.
    pub fn asked(&self, table: &Table) -> Vec<String> {
        let named = self.columns.values().map(|name| facts::normal(name).into_owned());
        let own = table.columns.iter().filter(|_| self.columns.is_empty()).map(|column| column.name.to_string());
        named.chain(own).chain(["recorded_at".to_string()]).collect()
    }

    /// Every name on the left is a column of the table: one that is misspelt would lose a column without a word.
    pub fn check(&self, table: &Table) -> Result<()> {
        let sections: [(&str, Vec<&String>); 6] = [
            ("columns", self.columns.keys().collect()),
            ("constants", self.constants.keys().collect()),
            ("prefixes", self.prefixes.keys().collect()),
            ("cut", self.cut.keys().collect()),
            ("values", self.values.keys().collect()),
            ("money", self.money.keys().collect()),
        ];
        for (section, names) in sections {
            // When a row was recorded is read as it stands.
            let known = |name: &str| table.column(name).is_some() || (name == "recorded_at" && section == "columns");
            if let Some(unknown) = names.into_iter().find(|name| !known(name)) {
                return Err(Error::new(format!("the mapping's [{section}]: {} has no column {unknown}", table.name))
                    .remedy(format!("`luotsi facts show {}` lists the columns", table.name)));
            }
        }
        Ok(())
    }
}

/// LINE:COLUMN of a byte range in a text, both counted from 1.
fn place(text: &str, span: Option<std::ops::Range<usize>>) -> String {
    let before = &text[..span.map_or(0, |span| span.start).min(text.len())];
    let column = before.chars().rev().take_while(|letter| *letter != '\n').count() + 1;
    format!("{}:{column}", before.matches('\n').count() + 1)
}
