//! Files of every kind, whole and damaged: what is reported of them, and that no row is lost in silence.

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use analytics::import::{Mapping, Summary};
use datafusion::arrow::array::{
    ArrayRef, FixedSizeBinaryArray, Float64Array, Int32Array, RecordBatch, StringArray, StructArray,
    TimestampMicrosecondArray, TimestampNanosecondArray,
};
use datafusion::arrow::datatypes::{DataType, Field, Fields};
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::parquet::file::properties::WriterProperties;

use crate::county::County;

type Table = Vec<(&'static str, ArrayRef)>;

fn texts(values: impl IntoIterator<Item = impl Into<String>>) -> ArrayRef {
    Arc::new(values.into_iter().map(|value| Some(value.into())).collect::<StringArray>())
}

/// Columns as a Parquet file, in row groups of 100 rows.
fn parquet(columns: Table, properties: impl FnOnce() -> WriterProperties) -> Vec<u8> {
    let batch = RecordBatch::try_from_iter(columns).expect("a batch");
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), Some(properties())).expect("a writer");
    writer.write(&batch).expect("written");
    writer.close().expect("closed");
    bytes
}

fn small_groups() -> WriterProperties {
    WriterProperties::builder().set_max_row_group_row_count(Some(100)).build()
}

fn residents(count: usize) -> Table {
    let years: ArrayRef = Arc::new((0..count).map(|row| Some(1950 + (row % 60) as i32)).collect::<Int32Array>());
    vec![("resident_id", texts((0..count).map(|row| format!("person-{row}")))), ("birth_year", years)]
}

fn residents_csv(count: usize) -> String {
    let rows: String = (0..count).map(|row| format!("person-{row},{}\n", 1950 + row % 60)).collect();
    format!("resident_id,birth_year\n{rows}")
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut part = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    part.write_all(text).expect("written");
    part.finish().expect("a file")
}

/// Tries a file of residents: rows that were read, or why the file could not be.
fn tried(county: &County, path: &PathBuf) -> Result<Summary, analytics::Error> {
    let request = analytics::import::Request {
        data: county.path(),
        table: facts::Table::named("residents").expect("a table"),
        file: path,
        name: None,
        mapping: Mapping::default(),
        source: "test".into(),
        now: county.now() + 1,
    };
    analytics::import::rehearse(&request).map(|(summary, _)| summary)
}

/// Each byte of a file in turn, or so many of them, flipped in one bit: either every row is read, or the import reports
/// that rows are missing and where.
#[test]
fn no_damaged_byte_costs_rows_in_silence() {
    let county = County::new();
    let rows = 250;
    let csv = residents_csv(rows);
    let two_parts = [gzip(&csv.as_bytes()[..csv.len() / 2]), gzip(&csv.as_bytes()[csv.len() / 2..])].concat();
    let kinds = [
        ("damaged.parquet", parquet(residents(rows), small_groups), 5),
        ("damaged.csv.gz", gzip(csv.as_bytes()), 3),
        ("damaged2.csv.gz", two_parts, 3),
    ];
    for (name, whole, step) in kinds {
        let (mut told, mut silent) = (0, 0);
        for (count, at) in (0..whole.len()).step_by(step).enumerate() {
            let mut damaged = whole.clone();
            damaged[at] ^= 1 << (count % 8);
            let path = county.file(name, damaged);
            match tried(&county, &path) {
                Ok(summary) => {
                    assert_eq!(summary.read, rows as u64, "{name}: byte {at} of {} lost rows in silence", whole.len());
                    silent += 1;
                }
                Err(error) => {
                    let text = error.to_string();
                    assert!(text.contains(name), "{name}: byte {at}: {text}");
                    told += 1;
                }
            }
        }
        assert!(told > silent / 4, "{name}: {told} told, {silent} harmless");
    }
}

#[test]
fn a_file_that_cannot_be_read_to_its_end_is_told_with_what_it_lacks() {
    let mut county = County::new();
    let whole = parquet(residents(250), small_groups);
    let csv = gzip(residents_csv(20_000).as_bytes());
    let cut = |bytes: &[u8], share: usize| bytes[..bytes.len() * share / 10].to_vec();
    for (name, bytes) in [
        ("cut.parquet", cut(&whole, 5)),
        ("cut-late.parquet", whole[..whole.len() - 1].to_vec()),
        ("cut.csv.gz", cut(&csv, 5)),
        ("cut-late.csv.gz", csv[..csv.len() - 4].to_vec()),
    ] {
        let path = county.file(name, bytes);
        let error = county.import_file("residents", &path, Mapping::default()).expect_err(name).to_string();
        assert!(error.contains(name) && error.contains("missing"), "{name}: {error}");
    }
}

#[test]
fn a_source_is_known_by_what_it_holds_and_not_by_its_name() {
    let header = "resident_id;birth_year";
    let rows = "x1;1980\nx2;1990\n";
    let plain = format!("{header}\n{rows}");
    let utf16 = |text: &str, bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
    let cases: [(&str, Vec<u8>, Option<&str>); 15] = [
        ("plain.csv", plain.clone().into(), None),
        ("plain.parquet", plain.clone().into(), None),
        ("none", parquet(residents(2), small_groups), None),
        ("part.pq", parquet(residents(2), small_groups), None),
        ("called.csv", parquet(residents(2), small_groups), None),
        ("padded.gz", [gzip(plain.as_bytes()), vec![0; 512]].concat(), None),
        ("called.csv.gz", plain.clone().into(), None),
        ("tab.csv", plain.replace(';', "\t").into(), Some("tab")),
        ("bar.csv", plain.replace(';', "|").into(), Some("'|'")),
        ("sep.csv", format!("sep=;\n{plain}").into(), Some("line 2")),
        ("title.csv", format!("Väestö, koko alue\nTulostettu 1.2.2025\n\n{plain}").into(), Some("line 4")),
        ("unseen.csv", format!("\u{feff}\u{200b}{plain}").into(), None),
        ("le.csv", utf16(&plain, u16::to_le_bytes), Some("utf-16le")),
        ("be.csv", utf16(&format!("\u{feff}{plain}"), u16::to_be_bytes), Some("utf-16be")),
        ("trailing.csv", "resident_id;birth_year;\nx1;1980;\nx2;1990;\n".into(), None),
    ];
    for (name, bytes, read_as) in cases {
        let mut county = County::new();
        let path = county.file(name, bytes);
        let summary = county.import_file("residents", &path, Mapping::default());
        let summary = summary.unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!((summary.read, summary.accepted), (2, 2), "{name}: {summary:?}");
        let told = summary.read_as.unwrap_or_default();
        assert!(told.contains(read_as.unwrap_or("")) && told.is_empty() == read_as.is_none(), "{name}: {told}");
    }
}

#[test]
fn what_cannot_be_read_is_named() {
    let latin: Vec<u8> = "resident_id;syntymävuosi\nx1;1980\n".chars().map(|letter| letter as u8).collect();
    let cases: [(&str, &[u8], &str); 8] = [
        ("a.json", b"[{\"resident_id\": \"x1\"}]", "JSON"),
        ("a.zst", b"\x28\xb5\x2f\xfd\x24", "zstd"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1", ".xls"),
        ("a.zip", b"PK\x03\x04\x14\x00", "Excel or zip"),
        ("latin.csv", &latin, "windows-1252"),
        ("other.csv", b"name;year\nx;1\n", "its columns are name, year"),
        ("short.csv", b"resident;birth\n", "resident_id, birth_year"),
        ("empty.csv", b"\n\n", "no header line"),
    ];
    let mut county = County::new();
    for (name, bytes, told) in cases {
        let path = county.file(name, bytes);
        let error = county.import_file("residents", &path, Mapping::default()).expect_err(name).to_string();
        assert!(error.contains(told) && error.contains(name), "{name}: {error}");
    }
    fs::create_dir(county.path().join("parts.parquet")).expect("a folder");
    let folder = county.path().join("parts.parquet");
    let error = county.import_file("residents", &folder, Mapping::default()).expect_err("a folder").to_string();
    assert!(error.contains("folder") && error.contains("*.parquet"), "{error}");
}

/// Columns of a visit, all but the ids.
fn visit(ids: ArrayRef, at: ArrayRef) -> Table {
    let rows = ids.len();
    let same = |text: &str| texts(std::iter::repeat_n(text.to_string(), rows));
    vec![
        ("encounter_id", ids),
        ("resident_id", same("r1")),
        ("unit_id", same("a")),
        ("service", same("outpatient")),
        ("started_at", at),
    ]
}

const NAMED: &str = "[columns]\nencounter_id = \"encounter_id\"\nresident_id = \"resident_id\"\nunit_id = \"unit_id\"\n\
                     service = \"service\"\nstarted_at = \"started_at\"\n[constants]\nprofession = \"nurse\"\nmodality = \"phone\"\n";

fn at_eight() -> ArrayRef {
    // 2025-01-15T08:00Z.
    Arc::new(TimestampMicrosecondArray::from(vec![1_736_928_000_000_000]).with_timezone("UTC"))
}

#[test]
fn columns_that_nobody_asked_for_are_not_read_and_uuids_are_ids() {
    let mut county = County::new();
    let bytes = [18, 52, 86, 120, 18, 52, 74, 188, 141, 239, 18, 52, 86, 120, 154, 188_u8];
    let uuid: ArrayRef = Arc::new(FixedSizeBinaryArray::try_from_iter([bytes].iter()).expect("an array"));
    let fields = Fields::from(vec![Field::new("a", DataType::Int32, true)]);
    let nested: ArrayRef = Arc::new(StructArray::new(fields, vec![Arc::new(Int32Array::from(vec![1]))], None));
    let mut columns = visit(uuid, at_eight());
    columns.extend([("extra", nested.clone()), ("_own", nested.clone())]);
    let path = county.file("extra.parquet", parquet(columns, small_groups));
    let mapping = Mapping::parse(NAMED).expect("a mapping");
    let summary = county.import_file("encounters", &path, mapping).expect("an import");
    assert_eq!(summary.accepted, 1, "{summary:?}");
    let expected = [["12345678-1234-4abc-8def-123456789abc", "2025-01-15T08:00:00Z"]];
    assert_eq!(county.sql("SELECT encounter_id, started_at FROM encounters"), expected);
    // One that is asked for and is no value of a cell is named.
    let mut columns = visit(texts(["e1"]), at_eight());
    columns[3].1 = nested;
    let path = county.file("nested.parquet", parquet(columns, small_groups));
    let error = county.import_file("encounters", &path, Mapping::parse(NAMED).expect("a mapping"));
    let error = error.expect_err("an error").to_string();
    assert!(error.contains("service") && error.contains("Struct"), "{error}");
}

#[test]
fn one_id_in_numbers_and_texts_is_one() {
    let mut county = County::new();
    let mapping = || Mapping::parse(NAMED).expect("a mapping");
    let path = county.file("texts.parquet", parquet(visit(texts(["1001"]), at_eight()), small_groups));
    assert_eq!(county.import_file("encounters", &path, mapping()).expect("an import").accepted, 1);
    let floats: ArrayRef = Arc::new(Float64Array::from(vec![1001.0]));
    let path = county.file("floats.parquet", parquet(visit(floats, at_eight()), small_groups));
    assert_eq!(county.import_file("encounters", &path, mapping()).expect("an import").unchanged, 1);
    // From here on a number has lost digits: two ids could have become one.
    for large in [9_007_199_254_740_994.0, 1e16, 1.5e300] {
        let floats: ArrayRef = Arc::new(Float64Array::from(vec![large]));
        let path = county.file("large.parquet", parquet(visit(floats, at_eight()), small_groups));
        let summary = county.import_file("encounters", &path, mapping()).expect("an import");
        assert_eq!((summary.accepted, summary.rejected), (0, 1), "{large}");
    }
}

#[test]
fn nanoseconds_are_cut_to_what_is_kept() {
    let mut county = County::new();
    let at: ArrayRef = Arc::new(TimestampNanosecondArray::from(vec![1_736_928_000_123_456_789]).with_timezone("UTC"));
    let path = county.file("nanos.parquet", parquet(visit(texts(["e1"]), at), small_groups));
    let summary = county.import_file("encounters", &path, Mapping::parse(NAMED).expect("a mapping"));
    assert_eq!(summary.expect("an import").accepted, 1);
    assert_eq!(county.sql("SELECT started_at FROM encounters"), [["2025-01-15T08:00:00.123456Z"]]);
}

/// Workbooks that openpyxl and XlsxWriter made: a title above the header, numbers for ids, dates by their style, cells that
/// are left out, texts with marks.
#[test]
fn a_workbook_is_read_as_it_shows() {
    for name in ["openpyxl.xlsx", "xlsxwriter.xlsx"] {
        let mut county = County::new();
        let whole = fs::read(crate::project("crates/analytics/tests/it/files").join(name)).expect("a workbook");
        let path = county.file("sheet", &whole);
        let summary = county.import_file("residents", &path, Mapping::default()).expect(name);
        assert_eq!((summary.read, summary.accepted), (3, 3), "{name}: {summary:?}");
        assert!(summary.read_as.is_some_and(|told| told.contains("Excel sheet Väki")));
        let expected =
            [["1975", "sv & <fi>", "2019-05-01", "false"], ["1980", "fi", "", "true"], ["1990", "", "", "false"]];
        let sql = "SELECT birth_year, language, died_on, non_disclosure FROM residents WHERE source = 'test' \
                   AND (language IS NOT NULL OR birth_year = 1990) ORDER BY birth_year";
        assert_eq!(county.sql(sql), expected, "{name}");
        // The same people in a text, whose ids are no numbers, are the same.
        let csv = "resident_id,birth_year,language,died_on,non_disclosure\n1001,1980,fi,,1\n0012,1975,sv & <fi>,2019-05-01,0\n";
        assert_eq!(county.must("residents", csv).unchanged, 2, "{name}");
        // Damage is reported, or nothing is lost.
        for at in (0..whole.len()).step_by(17) {
            let mut damaged = whole.clone();
            damaged[at] ^= 4;
            let path = county.file("sheet", damaged);
            match tried(&county, &path) {
                Ok(summary) => assert_eq!(summary.read, 3, "{name}: byte {at} lost rows in silence"),
                Err(error) => assert!(error.to_string().contains("sheet"), "{name}: byte {at}: {error}"),
            }
        }
    }
}

/// Spark writes instants in UTC as INT96, which knows no local time; what pyarrow explains by its own schema is the same.
#[test]
fn the_older_kind_of_timestamp_is_an_instant() {
    let mut county = County::new();
    for name in ["int96.parquet", "int96-explained.parquet"] {
        let path = crate::project("crates/analytics/tests/it/files").join(name);
        let summary = county.import_file("encounters", &path, Mapping::parse(NAMED).expect("a mapping"));
        assert_eq!(summary.expect(name).accepted, 1);
    }
    let expected = [["arrow", "2025-01-15T08:00:00Z"], ["spark", "2025-01-15T08:00:00Z"]];
    assert_eq!(county.sql("SELECT encounter_id, started_at FROM encounters ORDER BY 1"), expected);
}
