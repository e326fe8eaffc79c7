//! One thing in two spellings is one, whatever can be no value is refused, and everything wrong with a row is reported
//! at once.

use std::fs;

use analytics::import::{Mapping, Summary};

use crate::county::County;

/// Spellings of the ids below that programs and people make without meaning another one.
fn spellings(id: &str) -> Vec<String> {
    let signs = ["\u{200b}", "\u{feff}", "\u{2060}", "\u{ad}"];
    let (first, rest) = id.split_at(1);
    let mut all: Vec<String> = vec![format!("\"{id}\""), format!(" {id} "), format!("\u{a0}{id}")];
    all.extend(
        signs.iter().flat_map(|sign| [format!("{sign}{id}"), format!("{id}{sign}"), format!("{first}{sign}{rest}")]),
    );
    if id.bytes().all(|byte| byte.is_ascii_digit()) {
        all.extend([".0", ".00"].map(|zeros| format!("{id}{zeros}")));
    }
    all
}

/// Every column that holds an id, in every table that the test fills: however it is spelt, the row is the same.
#[test]
fn a_row_whose_ids_are_spelt_in_another_way_is_the_same_row() {
    let mut county = County::empty();
    let unit = |unit: &str, parent: &str| format!("unit_id,name_fi,level,parent_id\n{unit},A,unit,{parent}\n");
    county.must("units", "unit_id,name_fi,level\n100,Alue,county\n");
    county.must("units", &unit("200", "100"));
    let professional = |id: &str, unit: &str| format!("professional_id,profession,unit_id\n{id},nurse,{unit}\n");
    county.must("professionals", &professional("300", "200"));
    let resident = |id: &str| format!("resident_id,birth_year\n{id},1980\n");
    county.must("residents", &resident("0012"));
    let visit = |id: &str, resident: &str, professional: &str, unit: &str, contact: &str| {
        format!(
            "encounter_id,resident_id,professional_id,profession,unit_id,service,modality,started_at,contact_id\n\
             {id},{resident},{professional},nurse,{unit},outpatient,phone,2025-03-03T08:00:00Z,{contact}\n"
        )
    };
    county.must("encounters", &visit("400", "0012", "300", "200", "500"));
    let all = |id| spellings(id);
    let mut again: Vec<(&str, String)> = Vec::new();
    again.extend(all("200").iter().map(|id| ("units", unit(id, "100"))));
    again.extend(all("100").iter().map(|id| ("units", unit("200", id))));
    again.extend(all("300").iter().map(|id| ("professionals", professional(id, "200"))));
    again.extend(all("0012").iter().map(|id| ("residents", resident(id))));
    again.extend(all("400").iter().map(|id| ("encounters", visit(id, "0012", "300", "200", "500"))));
    again.extend(all("0012").iter().map(|id| ("encounters", visit("400", id, "300", "200", "500"))));
    again.extend(all("300").iter().map(|id| ("encounters", visit("400", "0012", id, "200", "500"))));
    again.extend(all("200").iter().map(|id| ("encounters", visit("400", "0012", "300", id, "500"))));
    again.extend(all("500").iter().map(|id| ("encounters", visit("400", "0012", "300", "200", id))));
    for (table, csv) in again {
        let summary = county.must(table, &csv);
        assert_eq!((summary.unchanged, summary.accepted, summary.replaced), (1, 0, 0), "{table}: {csv}");
    }
}

#[test]
fn a_place_in_two_spellings_is_one_group() {
    let mut county = County::new();
    let spelt =
        ["Hämeenlinna", "Ha\u{308}meenlinna", "Hämeenlinna\u{200b}", "\u{feff}Hämeenlinna", " Hämeen\u{ad}linna"];
    for (number, municipality) in spelt.iter().enumerate() {
        county.must("residences", &format!("resident_id,municipality\nr{},{municipality}\n", number + 1));
    }
    assert_eq!(county.sql("SELECT municipality, count(*) FROM residences GROUP BY 1"), [["Hämeenlinna", "5"]]);
    for (number, name) in ["Ylä\u{a0}Savo", "Yla\u{308}  Savo", "Ylä Savo"].iter().enumerate() {
        county.must(
            "residents",
            &format!("resident_id,birth_year,language,birth_month\nr{},1980,{name},{name}\n", number + 1),
        );
    }
    assert_eq!(county.sql("SELECT DISTINCT language FROM residents WHERE language IS NOT NULL"), [["Ylä Savo"]]);
}

#[test]
fn what_can_be_no_id_is_refused_wherever_an_id_stands() {
    let mut county = County::new();
    let long = "x".repeat(65);
    let wrong = [
        &long,
        "\"a\nb\"",
        "\"a\rb\"",
        "../../etc",
        "a/b",
        "a\u{202e}b",
        "=HYPERLINK(1)",
        "+1",
        "-2+3",
        "@SUM(1)",
        "131052-308T",
        "\"1,23E+11\"",
        "1e16",
        "NULL",
        "NA",
        "-",
        "\\N",
        "NaN",
        "None",
        "N/A",
    ];
    for id in wrong {
        for (table, csv) in [
            ("units", format!("unit_id,name_fi,level\n{id},A,unit\n")),
            ("professionals", format!("professional_id,profession,unit_id\n{id},nurse,a\n")),
            (
                "contacts",
                format!("contact_id,channel,service,unit_id,opened_at\n{id},chat,outpatient,a,2025-03-03T08:00:00Z\n"),
            ),
        ] {
            let summary = county.import(table, &csv).expect("an import");
            assert_eq!((summary.accepted, summary.rejected), (0, 1), "{table}: {id:?}");
        }
    }
    for id in ["12345678-1234-4abc-8def-123456789abc", "0a131052-9030-4c1d-9a2b-0123456789ab", "ä".repeat(64).as_str()]
    {
        county.must("units", &format!("unit_id,name_fi,level\n{id},A,unit\n"));
        county.must("residents", &format!("resident_id,birth_year\n{id},1980\n"));
    }
    let summary = county.import("residents", "resident_id,birth_year\nNULL,1980\nNULL,1980\n").expect("an import");
    assert_eq!((summary.accepted, summary.rejected), (0, 2), "two strangers are not one person");
}

#[test]
fn words_for_nothing_are_no_values_and_are_counted() {
    let mut county = County::new();
    for word in ["NULL", "NA", "N/A", "-", "\\N", "NaN", "None", "nan"] {
        let csv = format!(
            "contact_id,channel,service,unit_id,opened_at,duplicate_of,language,reason,closed_at\n\
             c1,chat,outpatient,a,2025-03-03T08:00:00Z,{word},{word},{word},{word}\n"
        );
        let summary = county.must("contacts", &csv);
        let told: Vec<(&str, u64)> = summary.emptied.iter().map(|(column, times)| (column.as_str(), *times)).collect();
        assert_eq!(told, [("closed_at", 1), ("duplicate_of", 1), ("language", 1), ("reason", 1)], "{word}");
    }
    let empty = "SELECT count(*) FROM contacts WHERE duplicate_of IS NULL AND language IS NULL AND closed_at IS NULL";
    assert_eq!(county.sql(empty), [["1"]]);
    // A mapping has its own words, or none; and it may name one value and leave every other as it is.
    let mapped = |text: &str, language: &str| {
        let mut county = County::new();
        let path =
            county.file("r.csv", format!("resident_id,birth_year,language,died_on\nx1,1980,{language},2019-05-01\n"));
        let mapping = Mapping::parse(text).expect("a mapping");
        county.import_file("residents", &path, mapping).expect("an import");
        county.sql("SELECT language, died_on FROM residents WHERE died_on IS NOT NULL")
    };
    assert_eq!(mapped("nulls = []", "NA"), [["NA", "2019-05-01"]]);
    assert_eq!(mapped("nulls = [\"?\"]", "?"), [["", "2019-05-01"]]);
    assert_eq!(mapped("[values.language]\nsuomi = \"fi\"\n\"*\" = \"*\"", "suomi"), [["fi", "2019-05-01"]]);
    assert_eq!(mapped("[values.language]\nsuomi = \"fi\"\n\"*\" = \"*\"", "sv"), [["sv", "2019-05-01"]]);
    assert_eq!(mapped("[values.died_on]\nNULL = \"\"\n\"*\" = \"*\"", "fi"), [["fi", "2019-05-01"]]);
    assert_eq!(mapped("[values.language]\nNA = \"naura\"\n\"*\" = \"*\"", "NA"), [["naura", "2019-05-01"]]);
}

#[test]
fn days_that_cannot_be_are_refused_in_every_table() {
    let mut county = County::new();
    for year in ["0001", "0025", "1066", "2925", "9999"] {
        let (day, at) = (format!("{year}-05-05"), format!("{year}-05-05T10:00:00Z"));
        for (table, csv) in [
            ("residents", format!("resident_id,birth_year,died_on\nx1,1980,{day}\n")),
            ("residents", format!("resident_id,birth_year,left_on\nx1,1980,{day}\n")),
            ("residences", format!("resident_id,municipality,valid_to\nr1,Lohja,{day}\n")),
            ("units", format!("unit_id,name_fi,level,valid_from\nu,A,unit,{day}\n")),
            ("contacts", format!("contact_id,channel,service,unit_id,opened_at\nc,chat,outpatient,a,{at}\n")),
            ("series", format!("series_id,region,period_from,value,publisher\nx,R8,{day},1,THL\n")),
        ] {
            let summary = county.import(table, &csv).expect("an import");
            assert_eq!((summary.accepted, summary.rejected), (0, 1), "{table}: {year}");
        }
    }
    let summary = county
        .import(
            "residents",
            "resident_id,birth_year,died_on\nx1,1980,1979-12-31\nx2,1980,2020-02-01\nx3,1980,1980-01-01\n",
        )
        .expect("an import");
    let told: Vec<(&str, &str)> = summary.reasons.iter().map(|it| (it.column.as_str(), it.reason.as_str())).collect();
    assert_eq!(told, [("died_on", "is before birth_year"), ("died_on", "is still to come")]);
}

#[test]
fn truth_and_cents_are_read_as_programs_write_them() {
    let mut county = County::new();
    for (number, truth) in ["True", "TRUE", "T", "Y", "1.0", "yes"].iter().enumerate() {
        county.must("residents", &format!("resident_id,birth_year,non_disclosure\nt{number},1980,{truth}\n"));
    }
    for (number, truth) in ["False", "FALSE", "F", "N", "0.0", "no"].iter().enumerate() {
        county.must("residents", &format!("resident_id,birth_year,non_disclosure\nf{number},1980,{truth}\n"));
    }
    assert_eq!(county.sql("SELECT count(*) FROM residents WHERE non_disclosure"), [["6"]]);
    let header = "encounter_id,resident_id,profession,unit_id,service,modality,started_at,cost_cents";
    for (number, cents) in ["1500", "1500.0", "1500.00"].iter().enumerate() {
        let row = format!("{header}\ne{number},r1,nurse,a,outpatient,phone,2025-03-03T08:00:00Z,{cents}\n");
        county.must("encounters", &row);
    }
    assert_eq!(county.sql("SELECT DISTINCT cost_cents FROM encounters"), [["1500"]]);
}

#[test]
fn every_mistake_of_a_row_is_told_and_counted_by_reason() {
    let mut county = County::new();
    let csv = "contact_id;resident_id;channel;service;unit_id;opened_at\n\
               c1;stranger;telepathy;outpatient;nowhere;yesterday\n\
               c2;r1;telepathy;outpatient;a;2025-03-03T08:00:00Z\n\
               c3;r1;phone;outpatient;a;2025-03-03T08:00:00Z\n";
    let summary = county.import("contacts", csv).expect("an import");
    assert_eq!((summary.read, summary.accepted, summary.rejected), (3, 1, 2));
    let told: Vec<(&str, u64, &[u64])> =
        summary.reasons.iter().map(|it| (it.column.as_str(), it.rows, it.lines.as_slice())).collect();
    assert_eq!(told[0], ("channel", 2, [2, 3].as_slice()));
    let mut others: Vec<&str> = told[1..].iter().map(|it| it.0).collect();
    others.sort_unstable();
    assert_eq!(others, ["opened_at", "resident_id", "unit_id"]);
    // A reason holds nothing of a row: it is printed.
    assert!(summary.reasons.iter().all(|it| !it.reason.contains("stranger") && !it.reason.contains("nowhere")));
    let text = county.refused(&summary);
    assert!(text.starts_with("_line;_column;_reason;contact_id;"), "separated as its source was: {text}");
    let first = text.lines().nth(1).expect("a row");
    for column in ["resident_id", "channel", "unit_id", "opened_at"] {
        assert!(first.contains(column), "{column}: {first}");
    }
    let mended = text
        .replace("telepathy", "chat")
        .replace("stranger", "r2")
        .replace("nowhere", "a")
        .replace("yesterday", "2025-03-04T08:00:00Z");
    assert_eq!(county.must("contacts", &mended).accepted, 2);
}

#[test]
fn a_rehearsal_says_what_an_import_then_does_and_writes_nothing() {
    let listed = |county: &County| {
        let mut files = Vec::new();
        let mut folders = vec![county.path().to_path_buf()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).expect("a folder") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    folders.push(path)
                } else {
                    files.push((path.clone(), fs::read(path).expect("bytes")))
                }
            }
        }
        files.sort();
        files
    };
    let mut county = County::new();
    county.must("residents", "resident_id,birth_year\nx1,1980\nx2,1980\n");
    let csv = "resident_id,birth_year\nx1,1980\nx2,1981\nx3,1982\nx3,1982\nx3,1983\nx4,long ago\nx1.0,1999\nx5,NULL\n";
    let path = county.file("residents.csv", csv);
    let before = listed(&county);
    let data = county.path().to_path_buf();
    let request = analytics::import::Request {
        data: &data,
        table: facts::Table::named("residents").expect("a table"),
        file: &path,
        name: None,
        mapping: Mapping::default(),
        source: "test".into(),
        now: county.now() + 1_000_000,
    };
    let (tried, first) = analytics::import::rehearse(&request).expect("a rehearsal");
    assert!(listed(&county) == before, "something was written");
    assert_eq!(first.columns[1], "birth_year");
    assert_eq!(first.rows.len(), 6);
    let done = county.import_file("residents", &path, Mapping::default()).expect("an import");
    assert!(done.accepted > 0 && done.replaced > 0 && done.unchanged > 0 && done.rejected > 0, "{done:?}");
    assert_eq!(Summary { quarantine: None, import: String::new(), ..done }, tried);
    // Also where no county is yet.
    let folder = tempfile::tempdir().expect("a folder");
    let request = analytics::import::Request { data: &folder.path().join("new"), ..request };
    assert_eq!(analytics::import::rehearse(&request).expect("a rehearsal").0.read, 8);
    assert!(!folder.path().join("new").exists());
}
