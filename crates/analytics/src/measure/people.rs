//! Facts about residents that the engine joins: age, sex, language, and where they lived.

use std::ops::Range;

use calendar::{Calendar, day_number};
use datafusion::arrow::array::{Array, AsArray};
use datafusion::arrow::datatypes::{Date32Type, Int64Type};
use datafusion::common::HashMap;
use datafusion::prelude::SessionContext;

use super::columns::{Labels, Numbered};
use super::grouping::{Grouping, JOINED};
use super::query;
use crate::error::Result;

/// Facts about a resident that the engine joins.
#[derive(Clone, Copy)]
pub(super) struct Person {
    pub birth_year: i32,
    pub sex: u32,
    pub language: u32,
}

/// Where a resident lived from a day on.
struct Home {
    resident: i64,
    /// First day there, and the first no longer there; days since 1970.
    days: Range<i32>,
    municipality: u32,
}

/// Facts about residents that the engine joins, read once for all that group by them.
#[derive(Default)]
pub(super) struct People {
    pub people: HashMap<i64, Person>,
    /// By resident and first day.
    homes: Vec<Home>,
    pub labels: Numbered,
}

impl People {
    /// Of every resident, when one of the groupings asks for it.
    pub async fn read(context: &SessionContext, groupings: impl Iterator<Item = &Grouping>) -> Result<People> {
        let mut read = People::default();
        let dimensions: Vec<&str> = groupings.flat_map(|grouping| &grouping.dimensions).map(String::as_str).collect();
        if !dimensions.iter().any(|dimension| JOINED.contains(dimension)) {
            return Ok(read);
        }
        let sql = "SELECT resident_id, birth_year, coalesce(sex, 'unknown') AS sex, \
                   coalesce(language, 'unknown') AS language FROM residents";
        for batch in query::sql(context, sql).await?.collect().await? {
            let ids = batch["resident_id"].as_primitive::<Int64Type>();
            let births = batch["birth_year"].as_primitive::<Int64Type>();
            let number = &mut |text: &str| read.labels.number(text);
            let sexes = Labels::of(&batch["sex"], number)?;
            let languages = Labels::of(&batch["language"], number)?;
            let unknown = number("unknown");
            for row in 0..batch.num_rows() {
                let person = Person {
                    birth_year: i32::try_from(births.value(row)).unwrap_or(0),
                    sex: sexes.get(row).unwrap_or(unknown),
                    language: languages.get(row).unwrap_or(unknown),
                };
                read.people.insert(ids.value(row), person);
            }
        }
        if !dimensions.contains(&"municipality") {
            return Ok(read);
        }
        let sql =
            "SELECT resident_id, valid_from, valid_to, municipality FROM residences ORDER BY resident_id, valid_from";
        for batch in query::sql(context, sql).await?.collect().await? {
            let ids = batch["resident_id"].as_primitive::<Int64Type>();
            let [from, to] = ["valid_from", "valid_to"].map(|name| batch[name].as_primitive::<Date32Type>());
            let places = Labels::of(&batch["municipality"], &mut |text: &str| read.labels.number(text))?;
            for row in 0..batch.num_rows() {
                let Some(municipality) = places.get(row) else { continue };
                let end = if to.is_valid(row) { to.value(row) } else { i32::MAX };
                read.homes.push(Home { resident: ids.value(row), days: from.value(row)..end, municipality });
            }
        }
        Ok(read)
    }

    /// The municipality in which a resident lived at an instant.
    pub fn municipality(&self, resident: i64, at: i64) -> Option<u32> {
        let day = day_number(Calendar::shipped().local_date(at)?);
        let after = self.homes.partition_point(|home| (home.resident, home.days.start) <= (resident, day));
        let home = self.homes.get(after.checked_sub(1)?)?;
        (home.resident == resident && home.days.contains(&day)).then_some(home.municipality)
    }
}

/// Age groups of the national statistics on use of services.
pub(super) fn age_group(birth_year: i32, at: i64) -> &'static str {
    let year = Calendar::shipped().local_date(at).map_or(1970, |date| i32::from(date.year()));
    match year.saturating_sub(birth_year) {
        ..=6 => "0-6",
        7..=17 => "7-17",
        18..=29 => "18-29",
        30..=64 => "30-64",
        65..=74 => "65-74",
        75..=84 => "75-84",
        _ => "85+",
    }
}
