//! Recognises by the names of a file's columns for which table it is, and by which mapping it is read.

use std::path::Path;

use facts::{TABLES, Table};

use super::Mapping;
use super::read::Original;
use crate::error::Result;

/// A table that a file may be for.
#[derive(Debug, Clone, Copy)]
pub struct Guess {
    pub table: &'static Table,
    /// Place of the mapping among those that were offered; none: the header names the table's columns.
    pub mapping: Option<usize>,
}

/// How a file is read, the names of its columns, and the table and mapping that fit best; none where nothing does.
pub struct Seen {
    pub read_as: String,
    pub columns: Vec<String>,
    pub guess: Option<Guess>,
}

/// Looks at the header of a file. `encoding` is the text's, where it is known.
pub fn look_at(file: &Path, encoding: Option<&str>, mappings: &[Mapping]) -> Result<Seen> {
    let own = TABLES.iter().flat_map(|table| Mapping::default().asked(table));
    let mapped =
        mappings.iter().flat_map(|mapping| mapping.columns.values().map(|name| facts::normal(name).into_owned()));
    let mut asked: Vec<String> = own.chain(mapped).collect();
    asked.sort_unstable();
    asked.dedup();
    let reading = Mapping { encoding: encoding.map(String::from), ..Mapping::default() };
    let original = Original::open(file, None, &reading, asked)?;
    let columns = original.about.names.clone();
    Ok(Seen { guess: guess(&columns, mappings), read_as: original.about.read_as.clone(), columns })
}

/// The table and the mapping with the most columns of a header, that lack none.
fn guess(names: &[String], mappings: &[Mapping]) -> Option<Guess> {
    let has = |name: &str| names.iter().any(|known| *known == facts::normal(name));
    let own = TABLES.iter().copied().filter_map(|table| {
        let needed = table.columns.iter().filter(|column| column.default.is_none() && !column.optional);
        let known = table.columns.iter().filter(|column| has(column.name)).count();
        let unknown = names.iter().filter(|name| !name.is_empty() && table.column(name).is_none()).count();
        let fits = needed.into_iter().all(|column| has(column.name));
        fits.then_some((2 * known as i64 - unknown as i64, Guess { table, mapping: None }))
    });
    let mapped = mappings.iter().enumerate().filter_map(|(at, mapping)| {
        let table = Table::named(mapping.table.as_deref()?)?;
        let fits = !mapping.columns.is_empty() && mapping.columns.values().all(|name| has(name));
        fits.then_some((2 * mapping.columns.len() as i64, Guess { table, mapping: Some(at) }))
    });
    own.chain(mapped).max_by_key(|(fit, _)| *fit).map(|(_, guess)| guess)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_is_known_by_its_own_header_and_every_mapping_by_its_columns() {
        for table in TABLES {
            let names: Vec<String> = table.columns.iter().map(|column| column.name.to_string()).collect();
            assert_eq!(guess(&names, &[]).map(|guess| guess.table.name), Some(table.name));
        }
        let mapping =
            Mapping::parse("table = \"encounters\"\n[columns]\nencounter_id = \"Id\"\nresident_id = \"PATIENT\"\n");
        let mappings = [mapping.expect("a mapping")];
        let names = ["Id", "PATIENT", "OTHER"].map(String::from);
        let found = guess(&names, &mappings).expect("a guess");
        assert_eq!((found.table.name, found.mapping), ("encounters", Some(0)));
        assert!(guess(&["shoe".to_string(), "size".to_string()], &mappings).is_none());
    }
}
