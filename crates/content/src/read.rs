//! Reads a TOML document so that every fault of its shape is told, not the first alone.

use std::ops::Range;

use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

use crate::fault::Wrong;

/// The document, where its grammar holds; else all places at which it does not.
pub fn parse(text: &str) -> Result<Spanned<DeTable<'_>>, Vec<Wrong>> {
    let (table, errors) = DeTable::parse_recoverable(text);
    if errors.is_empty() {
        return Ok(table);
    }
    let wrong = |error: &toml::de::Error| Wrong::new(error.span().unwrap_or(0..0), error.message(), "");
    Err(errors.iter().map(wrong).collect())
}

/// Reads a table as a type. Keys and values that it refuses are told, taken out, and the rest is read again; the result may
/// lack something: beside it stand the places of tables and lists from which something was taken. Nothing comes back where
/// the table itself lacks a key. Of two keys that one table lacks, the first is told.
pub fn read<T: DeserializeOwned>(table: DeTable<'_>, wrongs: &mut Vec<Wrong>) -> Option<(T, Vec<Range<usize>>)> {
    // A key that is not there has no place: the table is at the beginning.
    let mut root = Spanned::new(0..0, DeValue::Table(table));
    let mut taken: Vec<(Range<usize>, String)> = Vec::new();
    loop {
        let error = match T::deserialize(ValueDeserializer::from(root.clone())) {
            Ok(read) => return Some((read, taken.into_iter().map(|(table, _)| table).collect())),
            Err(error) => error,
        };
        let at = error.span().unwrap_or(0..0);
        // A key that was taken out is not missing.
        let is_known =
            taken.iter().any(|(table, key)| *table == at && error.message() == format!("missing field `{key}`"));
        if !is_known {
            wrongs.push(Wrong::new(at.clone(), error.message(), ""));
        }
        taken.push(take_out(&mut root, &at)?);
    }
}

/// Takes out the key or value that stands exactly at a place, the innermost: a list of tables begins where its first does.
/// Answers the place of its table and its key.
fn take_out(value: &mut Spanned<DeValue<'_>>, at: &Range<usize>) -> Option<(Range<usize>, String)> {
    let whole = value.span();
    match value.get_mut() {
        DeValue::Table(table) => {
            if let Some(taken) = table.iter_mut().find_map(|(_, inner)| take_out(inner, at)) {
                return Some(taken);
            }
            let (key, _) = table.iter().find(|(key, inner)| key.span() == *at || inner.span() == *at)?;
            let key = key.clone();
            table.remove(&key);
            Some((whole, key.into_inner().into_owned()))
        }
        DeValue::Array(array) => {
            if let Some(taken) = array.iter_mut().find_map(|inner| take_out(inner, at)) {
                return Some(taken);
            }
            let place = array.iter().position(|inner| inner.span() == *at)?;
            let kept = array.iter().enumerate().filter(|(it, _)| *it != place).map(|(_, inner)| inner.clone());
            *array = kept.collect();
            Some((whole, place.to_string()))
        }
        _ => None,
    }
}

/// Tells texts that lack a language or are empty in one: every table of which all keys are languages is such a text. A
/// language that is missing is empty from then on.
pub fn languages(table: &mut DeTable<'_>, needed: &[&str], wrongs: &mut Vec<Wrong>) {
    for (_, value) in table.iter_mut() {
        of_value(value, needed, wrongs);
    }
}

const LANGUAGES: [&str; 3] = ["fi", "sv", "en"];

fn of_value(value: &mut Spanned<DeValue<'_>>, needed: &[&str], wrongs: &mut Vec<Wrong>) {
    let place = value.span();
    match value.get_mut() {
        DeValue::Table(table) => {
            if table.is_empty() || !table.keys().all(|key| LANGUAGES.contains(&key.get_ref().as_ref())) {
                return languages(table, needed, wrongs);
            }
            let empty =
                table.values().filter(|text| text.get_ref().as_str().is_some_and(|text| text.trim().is_empty()));
            wrongs.extend(empty.map(|text| Wrong::new(text.span(), "the text is empty", "translate it")));
            for language in LANGUAGES {
                if table.keys().any(|key| key.get_ref() == language) {
                    continue;
                }
                if needed.contains(&language) {
                    let what = format!("the text is not there in {language}");
                    wrongs.push(Wrong::new(place.clone(), what, "translate it"));
                }
                let key = Spanned::new(place.clone(), language.into());
                table.insert(key, Spanned::new(place.clone(), DeValue::String("".into())));
            }
        }
        DeValue::Array(array) => array.iter_mut().for_each(|inner| of_value(inner, needed, wrongs)),
        _ => {}
    }
}
