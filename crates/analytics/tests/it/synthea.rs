//! Real input: 27 synthetic patients of Synthea through the project's mappings, against an independent calculation.

use std::collections::BTreeMap;
use std::path::Path;

use analytics::import;
use analytics::measure::{Catalogue, Grouping, Request, run};
use flate2::read::GzDecoder;
use jiff::civil::date;

use crate::county::County;

/// Rows of a compressed CSV as maps from column to text.
fn table(folder: &Path, name: &str) -> Vec<BTreeMap<String, String>> {
    let file = std::fs::File::open(folder.join(name)).expect("a file");
    let mut reader = csv::Reader::from_reader(GzDecoder::new(file));
    reader.deserialize().map(|row| row.expect("a row")).collect()
}

fn county(folder: &Path) -> County {
    // 1 January 2025: after everything recorded of the patients.
    let mut county = County::empty_at(1_735_689_600_000_000);
    for (table, file, mapping) in [
        ("units", "organizations.csv.gz", "synthea-units.toml"),
        ("professionals", "providers.csv.gz", "synthea-professionals.toml"),
        ("residents", "patients.csv.gz", "synthea-residents.toml"),
        ("encounters", "encounters.csv.gz", "synthea-encounters.toml"),
    ] {
        let mapping = import::mapping_from_file(&crate::project("mappings").join(mapping)).expect("a mapping");
        let summary = county.import_file(table, &folder.join(file), mapping).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(summary.rejected, 0, "{table}: {:?}", summary.reasons);
    }
    county
}

/// Classes of encounters that count for continuity: done, not urgent, and met.
const COUNTED: [&str; 7] = ["ambulatory", "outpatient", "wellness", "home", "virtual", "hospice", "snf"];

#[test]
fn synthea_gives_what_an_independent_calculation_gives() {
    let Some(folder) = crate::shared("synthea_27") else { return };
    let county = county(&folder);
    let request = Request {
        from: date(2013, 1, 1),
        to: date(2023, 1, 1),
        grouping: Grouping::default(),
        as_of: county.now() + (1 << 52),
        tree_now: false,
        confidence: analytics::measure::CONFIDENCE,
        suppress: None,
    };
    let ids = ["continuity.coc", "continuity.upc", "volume.encounters"].map(String::from);
    let catalogue = Catalogue::shipped().expect("the catalogue");
    let figures =
        crate::runtime().block_on(run(&county.snapshot(), &catalogue, &ids, &request)).expect("figures").figures;
    let value = |id: &str| figures.iter().find(|figure| figure.measure == id).and_then(|figure| figure.value);

    // Ten years in Helsinki, in UTC.
    let in_range = |start: &str| ("2012-12-31T22:00:00Z".."2022-12-31T22:00:00Z").contains(&start);
    let rows = table(&folder, "encounters.csv.gz");
    let counted_rows: Vec<_> = rows.iter().filter(|row| in_range(&row["START"])).collect();
    assert_eq!(value("volume.encounters"), Some(counted_rows.len() as f64));
    let mut visits: BTreeMap<&str, BTreeMap<&str, f64>> = BTreeMap::new();
    for row in counted_rows.iter().filter(|row| COUNTED.contains(&row["ENCOUNTERCLASS"].as_str())) {
        *visits.entry(&row["PATIENT"]).or_default().entry(&row["PROVIDER"]).or_default() += 1.0;
    }
    let (mut coc, mut upc) = (Vec::new(), Vec::new());
    for counts in visits.values() {
        let n: f64 = counts.values().sum();
        if n >= 2.0 {
            coc.push((counts.values().map(|it| it * it).sum::<f64>() - n) / (n * (n - 1.0)));
            upc.push(counts.values().copied().fold(0.0, f64::max) / n);
        }
    }
    assert!(coc.len() > 5, "too few people for a test");
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    for (id, expected) in [("continuity.coc", mean(&coc)), ("continuity.upc", mean(&upc))] {
        let found = value(id).unwrap_or(f64::NAN);
        assert!((found - expected).abs() < 1e-6, "{id}: {found} is not {expected}");
    }
}

#[test]
fn by_unit_and_period_counts_and_indices_are_those_of_an_independent_calculation() {
    let Some(folder) = crate::shared("synthea_27") else { return };
    let county = county(&folder);
    let request = Request {
        from: date(2015, 1, 1),
        to: date(2024, 1, 1),
        grouping: Grouping::parse("unit,period:year").expect("a grouping"),
        as_of: county.now() + (1 << 52),
        tree_now: false,
        confidence: analytics::measure::CONFIDENCE,
        suppress: None,
    };
    let catalogue = Catalogue::shipped().expect("the catalogue");
    let ids = ["volume.encounters", "continuity.coc", "continuity.upc"].map(String::from);
    let figures =
        crate::runtime().block_on(run(&county.snapshot(), &catalogue, &ids, &request)).expect("figures").figures;
    let mut expected: BTreeMap<(String, String), u64> = BTreeMap::new();
    let calendar = calendar::Calendar::shipped();
    // By person and year the visits that count for continuity: when, where, with whom.
    let mut visits: BTreeMap<(String, String), Vec<[String; 3]>> = BTreeMap::new();
    for row in table(&folder, "encounters.csv.gz") {
        let start: jiff::Timestamp = row["START"].parse().expect("a time");
        let year = calendar.local_date(start.as_microsecond()).expect("a day").year();
        if (2015..2024).contains(&year) {
            *expected.entry((row["ORGANIZATION"].clone(), year.to_string())).or_default() += 1;
            if COUNTED.contains(&row["ENCOUNTERCLASS"].as_str()) {
                let visit = ["START", "ORGANIZATION", "PROVIDER"].map(|name| row[name].clone());
                visits.entry((row["PATIENT"].clone(), year.to_string())).or_default().push(visit);
            }
        }
    }
    let of = |id: &'static str| figures.iter().filter(move |figure| figure.measure == id);
    let found: BTreeMap<(String, String), u64> =
        // A unit without visits in a year is counted as nought; the calculation has no rows of it.
        of("volume.encounters").filter(|it| it.n > 0).map(|it| ((it.unit_id.clone(), it.period.clone()), it.n)).collect();
    assert_eq!(found, expected);
    // Nobody is registered: a person belongs to the unit of most of the year's visits, of equals to the latest.
    let mut indices: BTreeMap<(String, String), Vec<(f64, f64)>> = BTreeMap::new();
    for ((_, year), mut visits) in visits {
        visits.sort();
        let n = visits.len() as f64;
        if n < 2.0 {
            continue;
        }
        let (mut providers, mut units) = (BTreeMap::<&str, f64>::new(), BTreeMap::<&str, (usize, usize)>::new());
        for (at, [_, unit, provider]) in visits.iter().enumerate() {
            *providers.entry(provider).or_default() += 1.0;
            let unit = units.entry(unit).or_default();
            *unit = (unit.0 + 1, at);
        }
        let coc = (providers.values().map(|it| it * it).sum::<f64>() - n) / (n * (n - 1.0));
        let upc = providers.values().copied().fold(0.0, f64::max) / n;
        let home = units.into_iter().max_by_key(|(_, weight)| *weight).expect("a unit").0.to_string();
        indices.entry((home, year)).or_default().push((coc, upc));
    }
    assert!(indices.len() > 20, "too few units and years for a test");
    for (id, value) in [("continuity.coc", 0), ("continuity.upc", 1)] {
        let found: BTreeMap<(String, String), (u64, f64)> =
            of(id).filter_map(|it| Some(((it.unit_id.clone(), it.period.clone()), (it.n, it.value?)))).collect();
        assert_eq!(found.keys().collect::<Vec<_>>(), indices.keys().collect::<Vec<_>>(), "{id}");
        for (place, people) in &indices {
            let expected = people.iter().map(|it| [it.0, it.1][value]).sum::<f64>() / people.len() as f64;
            let (n, found) = found[place];
            assert!(n == people.len() as u64 && (found - expected).abs() < 1e-6, "{id} {place:?}: {found} {expected}");
        }
    }
}
