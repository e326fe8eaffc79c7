//! The fact tables: what the county knows, as rows with a fixed meaning.
//!
//! Plain Rust without Arrow and without I/O. Each table is written down once, in [`tables`], as a struct with doc
//! comments; the macro makes from it the row struct, the schema ([`Table`]), and through it the data dictionary, the
//! import checks and the Parquet layout. Closed vocabularies stand in [`codes`], in three languages.

#[macro_use]
mod written;

mod cell;
mod codes;
mod dictionary;
mod id;
mod names;
mod tables;
mod value;

pub use cell::{as_before, harmless, printable};
pub use codes::*;
pub use dictionary::dictionary;
pub use id::{MOST_ID, NoId, has_lost_digits, holds_identity_code, id, label, normal, source_id};
pub use names::Names;
pub use tables::*;
pub use value::{Cents, Day, Field, Instant, Key, Label, ProfessionalId, ResidentId, Type, UnitId, Value};

/// One column of a fact table.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    pub name: &'static str,
    pub ty: Type,
    /// May be empty.
    pub optional: bool,
    /// Value that stands in when an imported file lacks the column or leaves the cell empty.
    pub default: Option<&'static str>,
    /// Meaning of the column, in English.
    pub about: &'static str,
}

/// One fact table: its columns, its business key, and the time it is sorted by.
#[derive(Debug, Clone, Copy)]
pub struct Table {
    pub name: &'static str,
    pub about: &'static str,
    pub columns: &'static [Column],
    /// Business key: the same key again replaces the row.
    pub key: &'static [&'static str],
    /// Column of the main time, of type [`Type::Instant`] or [`Type::Day`]; rows are stored by resident and this.
    pub at: Option<&'static str>,
    /// Pairs of time columns in which the first must not be after the second, nor after what the second must not be after;
    /// see [`Table::orders`].
    pub in_order: &'static [(&'static str, &'static str)],
}

impl Table {
    /// Every pair of time columns, by their places, in which the first must not be after the second: also where what
    /// comes between them is empty.
    pub fn orders(&self) -> Vec<(usize, usize)> {
        let named =
            self.in_order.iter().filter_map(|(first, second)| Some((self.position(first)?, self.position(second)?)));
        let mut orders: Vec<(usize, usize)> = named.collect();
        let mut at = 0;
        while let Some((first, second)) = orders.get(at).copied() {
            let later: Vec<(usize, usize)> =
                orders.iter().filter(|(from, _)| *from == second).map(|(_, to)| (first, *to)).collect();
            later.into_iter().for_each(|pair| {
                if !orders.contains(&pair) {
                    orders.push(pair)
                }
            });
            at += 1;
        }
        // Of a pair that another implies the nearer one is reported first.
        orders
    }

    pub fn named(name: &str) -> Option<&'static Table> {
        TABLES.iter().copied().find(|table| table.name == name)
    }

    pub fn column(&self, name: &str) -> Option<&'static Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// Place of a column among [`Table::columns`].
    pub fn position(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }

    /// Rows belong to residents and are stored by resident range.
    pub fn by_resident(&self) -> bool {
        self.position("resident_id").is_some()
    }
}

/// A row struct of a fact table.
pub trait Row {
    const TABLE: &'static Table;

    /// One value for each column, in the table's order.
    fn values(&self) -> Vec<Value<'_>>;
}
