//! Imports of good and of bad input.

use std::fs;
use std::io::Write;

use analytics::import::Mapping;
use facts::Row;

use crate::county::County;

const HEADER: &str = "encounter_id,resident_id,professional_id,profession,unit_id,service,modality,started_at,ended_at";

fn visits(rows: &[&str]) -> String {
    format!("{HEADER}\n{}\n", rows.join("\n"))
}

fn quarantine(county: &County, summary: &analytics::import::Summary) -> Vec<Vec<String>> {
    let refused = county.refused(summary);
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(refused.as_bytes());
    reader.records().map(|row| row.expect("a row").iter().map(String::from).collect()).collect()
}

#[test]
fn the_same_file_twice_changes_nothing() {
    let mut county = County::new();
    let csv = visits(&[
        "e1,r1,p1,physician,a,outpatient,phone,2025-03-03T08:00:00Z,",
        "e2,r2,p2,physician,a,outpatient,home,2025-03-03T09:00:00Z,",
    ]);
    let first = county.must("encounters", &csv);
    assert_eq!((first.read, first.accepted, first.unchanged), (2, 2, 0));
    let version = county.snapshot().manifest.version;
    let second = county.must("encounters", &csv);
    assert_eq!((second.accepted, second.unchanged, second.replaced), (0, 2, 0));
    assert_eq!(county.snapshot().manifest.version, version);
}

#[test]
fn the_same_key_again_replaces_and_both_stay_readable() {
    let mut county = County::new();
    county.must("encounters", &visits(&["e1,r1,p1,physician,a,outpatient,phone,2025-03-03T08:00:00Z,"]));
    let before = county.now();
    let summary = county.must("encounters", &visits(&["e1,r1,p1,physician,a,outpatient,home,2025-03-03T08:00:00Z,"]));
    assert_eq!((summary.accepted, summary.replaced), (0, 1));
    assert_eq!(county.sql("SELECT encounter_id, modality FROM encounters"), [["e1", "home"]]);
    assert_eq!(as_of(&county, before), [["e1", "phone"]]);
}

/// Encounters as they were known at an instant, by way of a measure's cases.
fn as_of(county: &County, instant: i64) -> Vec<Vec<String>> {
    let sql = "--- id = \"t.all\"\n--- kind = \"count\"\n--- unit = \"rows\"\n--- better = \"neither\"\n--- source = \"test\"\n\
               --- name = { fi = \"x\", sv = \"x\", en = \"x\" }\n--- about = { fi = \"x\", sv = \"x\", en = \"x\" }\n\
               SELECT encounter_id AS case_id, resident_id, unit_id, started_at AS at, modality FROM encounters\n";
    let folder = county.path().join("measures");
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join("all.sql"), sql).expect("a measure");
    let catalogue = analytics::measure::Catalogue::with_folder(&folder).expect("a catalogue");
    let request = analytics::measure::Request {
        from: jiff::civil::date(2025, 1, 1),
        to: jiff::civil::date(2026, 1, 1),
        grouping: analytics::measure::Grouping::default(),
        as_of: instant,
        tree_now: false,
        confidence: analytics::measure::CONFIDENCE,
        suppress: None,
    };
    let snapshot = county.snapshot();
    let cases = analytics::measure::cases(&snapshot, &catalogue, "t.all", &request);
    let rows = crate::county::rows(&crate::runtime().block_on(cases).expect("cases"));
    rows.into_iter().map(|row| vec![row[0].clone(), row[4].clone()]).collect()
}

#[test]
fn a_row_that_moves_leaves_nothing_behind() {
    let mut county = County::new();
    county
        .must("contacts", "contact_id,channel,service,unit_id,opened_at\nc1,chat,outpatient,a,2025-03-03T08:00:00Z\n");
    let anonymous = county.now();
    county.must(
        "contacts",
        "contact_id,resident_id,channel,service,unit_id,opened_at\nc1,r5,chat,outpatient,a,2025-03-03T08:30:00Z\n",
    );
    let query = "SELECT contact_id, resident_id IS NULL, identified FROM contacts";
    assert_eq!(county.sql(query), [["c1", "false", "true"]]);
    let mut commit = county.lake().commit().expect("a commit");
    commit.compact(facts::Contact::TABLE, true).expect("compaction");
    commit.finish().expect("a version");
    assert_eq!(county.sql(query), [["c1", "false", "true"]], "compaction does not bring it back");
    county.snapshot().verify(|_| {}).expect("verified");
    assert!(anonymous < county.now());
}

#[test]
fn refused_rows_go_whole_to_the_quarantine_and_can_be_mended() {
    let mut county = County::new();
    let csv = visits(&[
        "e1,r1,p1,physician,a,outpatient,phone,2025-03-03T08:00:00Z,",
        "e2,r1,p1,physician,a,outpatient,telepathy,2025-03-03T08:00:00Z,",
        "e3,r1,p1,physician,a,outpatient,phone,2025-03-03T08:00:00Z,2025-03-03T07:00:00Z",
        "e4,r1,p1,physician,nowhere,outpatient,phone,2025-03-03T08:00:00Z,",
        "e5,stranger,p1,physician,a,outpatient,phone,2025-03-03T08:00:00Z,",
        "e6,r1,p1,physician,a,outpatient,phone,yesterday,",
        "e7,r1,p1",
        ",r1,p1,physician,a,outpatient,phone,2025-03-03T08:00:00Z,",
    ]);
    let summary = county.import("encounters", &csv).expect("an import");
    assert_eq!(summary.read, 8);
    assert_eq!(summary.read, summary.accepted + summary.unchanged + summary.replaced + summary.rejected);
    let refused = quarantine(&county, &summary);
    let reasons: Vec<(&str, &str)> = refused.iter().map(|row| (row[0].as_str(), row[1].as_str())).collect();
    let expected = [
        ("3", "modality"),
        ("4", "ended_at"),
        ("5", "unit_id"),
        ("6", "resident_id"),
        ("7", "started_at"),
        ("8", "profession"),
        ("9", "encounter_id"),
    ];
    assert_eq!(reasons, expected);
    assert!(refused[2][2].contains("import units first"), "{}", refused[2][2]);
    assert_eq!(
        refused[0][3..],
        ["e2", "r1", "p1", "physician", "a", "outpatient", "telepathy", "2025-03-03T08:00:00Z", ""]
    );
    let mended = county.refused(&summary);
    // Imported again as it is, it is refused again, with the same columns.
    let again = county.import("encounters", &mended).expect("an import");
    let header = |text: &str| text.lines().next().unwrap_or_default().to_string();
    let twice = county.refused(&again);
    assert_eq!(header(&twice), header(&mended));
    let mended: String = mended.lines().take(2).map(|line| line.replace("telepathy", "video") + "\n").collect();
    assert_eq!(county.must("encounters", &mended).accepted, 1);
}

#[test]
fn the_quarantine_is_readable_by_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let mut county = County::new();
    let summary = county.import("residents", "resident_id,birth_year\nr10,long ago\n").expect("an import");
    let mode = fs::metadata(summary.quarantine.expect("a quarantine")).expect("metadata").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_refused_row_is_told_with_the_line_on_which_it_stands() {
    let header = "resident_id,birth_year,birth_month";
    for (name, text, lines) in [
        ("feeds", format!("{header}\nx1,1980,\nx2,bad,\n"), vec!["3"]),
        ("returns", format!("{header}\r\nx1,bad,\r\nx2,1980,\r\nx3,bad,"), vec!["2", "4"]),
        ("blank lines", format!("\n\n{header}\n\n\nx1,bad,\n\nx2,bad,\n\n"), vec!["6", "8"]),
        ("within quotes", format!("{header}\n\"x\r\n1\",bad,\nx2,bad,\n"), vec!["2", "4"]),
        ("a mark within", format!("{header}\nx1,1980,5\" pipe\nx2,bad,\nx3,1980,\n"), vec!["3"]),
    ] {
        let mut county = County::new();
        let summary = county.import("residents", &text).expect(name);
        let told: Vec<String> = quarantine(&county, &summary).into_iter().map(|row| row[0].clone()).collect();
        assert_eq!(told, lines, "{name}");
    }
    let mut county = County::new();
    let error = county.import("residents", &format!("{header}\nx1,1980,\nx2,1980,\"open\nx3,1980,\n")).expect_err("it");
    assert!(error.to_string().contains(":3:1") && error.what.contains("never closed"), "{error}");
    assert!(error.to_string().contains("1 rows before it are stored"), "{error}");
}

#[test]
fn what_is_quarantined_is_read_again_whatever_the_file_was_like() {
    let mut county = County::new();
    let path = county.file("windows.csv", b"resident_id;birth_year;birth_month\nx1;bad;y\xf6\n");
    let mapping = Mapping { separator: Some(';'), encoding: Some("windows-1252".into()), ..Mapping::default() };
    let summary = county.import_file("residents", &path, mapping.clone()).expect("an import");
    // Separated as its source was: one column in a Finnish Excel is no way to mend it.
    let mended = county.refused(&summary).replace(";bad;", ";1980;");
    let path = county.file("mended.csv", mended.as_bytes());
    let summary = county.import_file("residents", &path, mapping).expect("an import");
    assert_eq!(summary.accepted, 1, "{:?}", summary.reasons);
    assert_eq!(county.sql("SELECT birth_month FROM residents WHERE birth_month IS NOT NULL"), [["yö"]]);
}

#[test]
fn a_mistyped_year_of_birth_is_refused() {
    let mut county = County::new();
    let rows = "resident_id,birth_year\nx1,1889\nx2,3024\nx3,1890\n";
    let summary = county.import("residents", rows).expect("an import");
    assert_eq!((summary.accepted, summary.rejected), (1, 2));
    assert_eq!(quarantine(&county, &summary)[1][..2], ["3", "birth_year"]);
    assert!(
        quarantine(&county, &summary)[1][2].starts_with("is not between 1890 and 2020"),
        "{:?}",
        quarantine(&county, &summary)[1]
    );
}

#[test]
fn what_no_answer_can_be_is_refused_and_a_whole_number_is_one_however_written() {
    let mut county = County::new();
    let rows = "survey_id,unit_id,instrument,sent_at,nps,rating\ns1,a,o,2025-01-01T10:00:00Z,10.0,5\n\
                s2,a,o,2025-01-01T10:00:00Z,11,5\ns3,a,o,2025-01-01T10:00:00Z,9,0\ns4,a,o,2025-01-01T10:00:00Z,9.5,1\n";
    let summary = county.import("surveys", rows).expect("an import");
    assert_eq!(summary.accepted, 1, "{:?}", summary.reasons);
    let told =
        quarantine(&county, &summary).into_iter().map(|row| [row[0].clone(), row[1].clone()]).collect::<Vec<_>>();
    assert_eq!(told, [["3", "nps"], ["4", "rating"], ["5", "nps"]]);
    assert_eq!(county.sql("SELECT nps FROM surveys"), [["10"]]);
}

#[test]
fn a_result_without_rows_still_has_its_columns() {
    let county = County::new();
    let sql = "SELECT encounter_id, started_at FROM encounters";
    let batches = crate::runtime().block_on(analytics::measure::sql(&county.snapshot(), sql, county.now()));
    let mut csv = Vec::new();
    analytics::report::write(&batches.expect("rows"), analytics::report::Format::Csv, &mut csv).expect("CSV");
    assert_eq!(String::from_utf8_lossy(&csv), "encounter_id,started_at\n");
}

#[test]
fn one_key_twice_with_other_content_in_one_file_is_refused() {
    let mut county = County::new();
    let summary =
        county.import("residents", "resident_id,birth_year\nx1,1990\nx1,1991\nx2,1990\nx2,1990\n").expect("an import");
    assert_eq!((summary.accepted, summary.unchanged, summary.rejected), (2, 1, 1));
    assert_eq!(quarantine(&county, &summary)[0][0], "3");
    assert_eq!(quarantine(&county, &summary)[0][3..], ["x1", "1991"]);
    let again =
        county.import("residents", "resident_id,birth_year\nx1,1990\nx1,1991\nx2,1990\nx2,1990\n").expect("an import");
    assert_eq!(
        (again.accepted, again.replaced, again.unchanged, again.rejected),
        (0, 0, 3, 1),
        "a second run changes nothing"
    );
}

#[test]
fn separators_marks_quotes_and_encodings_are_read() {
    let mut county = County::empty();
    let text = "\u{feff}unit_id;name_fi;level\nu1;\"Keskusta;\nitä\";unit\n";
    assert_eq!(county.must("units", text).accepted, 1);
    assert_eq!(county.sql("SELECT name_fi FROM units"), [["Keskusta;\nitä"]]);
    let latin: Vec<u8> = "unit_id,name_fi,level\nu2,Käpylä,unit\n".chars().map(|letter| letter as u8).collect();
    let file = county.file("latin.csv", latin);
    let refused = county.import_file("units", &file, Mapping::default()).expect("an import");
    assert!(quarantine(&county, &refused)[0][2].contains("--encoding"));
    let mapping = Mapping { encoding: Some("windows-1252".into()), ..Mapping::default() };
    assert_eq!(county.import_file("units", &file, mapping).expect("an import").accepted, 1);
    assert_eq!(county.sql("SELECT name_fi FROM units WHERE unit_id = 'u2'"), [["Käpylä"]]);
}

#[test]
fn local_times_follow_the_clock_changes() {
    let mut county = County::new();
    let csv = visits(&[
        "e1,r1,p1,physician,a,outpatient,phone,2025-03-30T03:30:00,",
        "e2,r1,p1,physician,a,outpatient,phone,2025-10-26T03:30:00,",
        "e3,r1,p1,physician,a,outpatient,phone,2025-01-15T12:00:00,",
    ]);
    let summary = county.import("encounters", &csv).expect("an import");
    assert_eq!((summary.accepted, summary.rejected, summary.ambiguous_times), (2, 1, 1));
    assert!(quarantine(&county, &summary)[0][2].contains("does not exist"));
    let times = county.sql("SELECT encounter_id, started_at FROM encounters ORDER BY encounter_id");
    assert_eq!(times, [["e2", "2025-10-26T00:30:00Z"], ["e3", "2025-01-15T10:00:00Z"]]);
}

#[test]
fn an_endless_line_ends_the_import_and_keeps_what_came_before() {
    let mut county = County::empty();
    let mut text = b"unit_id,name_fi,level\nu1,A,unit\nu2,\"".to_vec();
    text.extend(std::iter::repeat_n(b'x', 3 << 20));
    let file = county.file("endless.csv", &text);
    let error = county.import_file("units", &file, Mapping::default()).expect_err("an error");
    assert!(error.what.contains("1 MiB"), "{error}");
    assert!(error.at.as_ref().is_some_and(|at| at.ends_with("endless.csv:3:1")), "{error}");
    assert_eq!(county.sql("SELECT unit_id FROM units"), [["u1"]]);
}

#[test]
fn a_truncated_parquet_file_is_told() {
    let mut county = County::new();
    county.must("encounters", &visits(&["e1,r1,p1,physician,a,outpatient,phone,2025-03-03T08:00:00Z,"]));
    let snapshot = county.snapshot();
    let mut paths = snapshot.manifest.tables["encounters"].partitions.values().flat_map(|files| files.base.iter());
    let whole = fs::read(snapshot.folder.join(&paths.next().expect("a file").path)).expect("bytes");
    let file = county.file("cut.parquet", &whole[..whole.len() / 2]);
    let error = county.import_file("encounters", &file, Mapping::default()).expect_err("an error");
    assert!(error.to_string().contains("cut short"), "{error}");
}

#[test]
fn parquet_is_imported_like_csv() {
    let mut county = County::new();
    let batches = crate::runtime()
        .block_on(analytics::measure::sql(
            &county.snapshot(),
            "SELECT 'e9' AS encounter_id, 'r2' AS resident_id, 'physician' AS profession, 'a' AS unit_id, \
             'outpatient' AS service, 'phone' AS modality, TIMESTAMP '2025-03-03T08:00:00' AS started_at",
            county.now(),
        ))
        .expect("rows");
    let path = county.path().join("given.parquet");
    let mut file = fs::File::create(&path).expect("a file");
    analytics::report::write(&batches, analytics::report::Format::Parquet, &mut file).expect("Parquet");
    file.flush().expect("flushed");
    let mapping = Mapping { zone: Some("UTC".into()), ..Mapping::default() };
    assert_eq!(county.import_file("encounters", &path, mapping.clone()).expect("an import").accepted, 1);
    assert_eq!(county.import_file("encounters", &path, mapping).expect("an import").unchanged, 1);
    assert_eq!(county.sql("SELECT encounter_id, started_at FROM encounters"), [["e9", "2025-03-03T08:00:00Z"]]);
}

#[test]
fn unknown_and_missing_columns_are_told_before_any_row() {
    let mut county = County::new();
    let error = county.import("residents", "resident_id,birth_year,shoe_size\nr1,1980,43\n").expect_err("an error");
    assert!(error.what.contains("shoe_size") && error.remedy.is_some(), "{error}");
    let error = county.import("residents", "resident_id\nr1\n").expect_err("an error");
    assert!(error.what.contains("birth_year"), "{error}");
}

#[test]
fn a_data_directory_of_a_newer_format_is_refused() {
    let county = County::empty();
    fs::write(county.path().join("FORMAT"), "99\n").expect("a file");
    let error = analytics::lake::Lake::open(county.path()).expect_err("an error");
    assert!(error.what.contains("format 99"), "{error}");
}

#[test]
fn a_damaged_file_is_found_by_verify() {
    let mut county = County::new();
    county.must("encounters", &visits(&["e1,r1,p1,physician,a,outpatient,phone,2025-03-03T08:00:00Z,"]));
    let snapshot = county.snapshot();
    assert!(snapshot.verify(|_| {}).is_ok());
    let files = snapshot.manifest.tables["encounters"].partitions.values().flat_map(|files| files.base.iter());
    let path = snapshot.folder.join(&files.clone().next().expect("a file").path);
    let mut bytes = fs::read(&path).expect("bytes");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&path, &bytes).expect("written");
    assert!(snapshot.verify(|_| {}).is_err());
    bytes[middle] ^= 1;
    fs::write(&path, bytes).expect("written");
    assert!(snapshot.verify(|_| {}).is_ok());
    let index = snapshot.folder.join(&snapshot.manifest.tables["encounters"].index[0].path);
    let whole = fs::read(&index).expect("bytes");
    fs::write(&index, &whole[..whole.len() - 1]).expect("written");
    let error = snapshot.verify(|_| {}).expect_err("an error");
    assert!(error.what.contains("as long as"), "{error}");
}

#[test]
fn a_commit_that_never_finished_leaves_nothing() {
    let mut county = County::new();
    county.must("encounters", &visits(&["e1,r1,p1,physician,a,outpatient,phone,2025-03-03T08:00:00Z,"]));
    let mut commit = county.lake().commit().expect("a commit");
    let mut rows = analytics::rows::Rows::new(facts::Encounter::TABLE);
    let values: Vec<facts::Value<'_>> = facts::Encounter::TABLE
        .columns
        .iter()
        .map(|column| match column.name {
            "encounter_id" => facts::Value::Text("e2"),
            "resident_id" => facts::Value::Int(5),
            _ => facts::Value::Null,
        })
        .collect();
    rows.push(&values, "test", county.now(), 0);
    commit.add(&mut rows).expect("rows");
    drop(commit);
    assert_eq!(county.sql("SELECT encounter_id FROM encounters"), [["e1"]]);
    county.must("encounters", &visits(&["e3,r1,p1,physician,a,outpatient,phone,2025-03-03T09:00:00Z,"]));
    assert_eq!(county.sql("SELECT count(*) FROM encounters"), [["2"]]);
}

#[test]
fn a_quote_that_is_never_closed_swallows_nothing_silently() {
    let mut county = County::empty();
    let error =
        county.import("units", "unit_id,level,name_fi\nu1,unit,A\nu2,unit,\"oops\nu3,unit,C\n").expect_err("an error");
    assert!(error.what.contains("never closed"), "{error}");
    assert_eq!(county.sql("SELECT unit_id FROM units"), [["u1"]]);
}

#[test]
fn a_row_with_too_many_fields_is_refused() {
    let mut county = County::empty();
    let summary = county.import("units", "unit_id,level,name_fi\nu1,unit,A,B\nu2,unit,B\n").expect("an import");
    assert_eq!((summary.accepted, summary.rejected), (1, 1));
}

#[test]
fn a_lost_directory_key_is_not_made_anew() {
    let mut county = County::new();
    fs::remove_file(county.path().join("keys").join("directory.key")).expect("removed");
    let error = county.import("residents", "resident_id,birth_year\nr1,1980\n").expect_err("an error");
    assert!(error.what.contains("missing"), "{error}");
}

#[test]
fn a_file_that_changes_while_it_is_read_is_told() {
    let county = County::new();
    let path = county.file("residents.csv", "resident_id,birth_year\nx1,1980\n");
    let request = analytics::import::Request {
        data: county.path(),
        table: facts::Table::named("residents").expect("a table"),
        file: &path,
        name: None,
        mapping: Mapping::default(),
        source: "test".into(),
        now: county.now() + 1,
    };
    // The rows are stored when progress hears of them; the file is looked at once more after that.
    let error = analytics::import::import(&request, |_| {
        fs::write(&path, "resident_id,birth_year\nx1,1981\nx2,1\n").expect("a change")
    });
    let error = error.expect_err("an error");
    assert!(error.what.contains("changed while it was read") && error.remedy.is_some(), "{error}");
}

#[test]
fn an_older_extract_joins_the_history() {
    let mut county = County::new();
    let told =
        |birth: u32, day: u32| format!("resident_id,birth_year,recorded_at\nx1,{birth},2019-01-0{day}T00:00:00Z\n");
    assert_eq!(county.must("residents", &told(1982, 5)).accepted, 1);
    assert_eq!(county.must("residents", &told(1981, 3)).replaced, 1);
    let now = county.sql("SELECT birth_year FROM residents WHERE recorded_at >= '2019-01-01T00:00:00Z' AND recorded_at < '2019-02-01T00:00:00Z'");
    assert_eq!(now, [["1982"]]);
    assert_eq!(county.must("residents", &told(1981, 3)).unchanged, 1, "a second run changes nothing");
}

#[test]
fn a_header_or_a_mapping_that_would_lose_a_column_is_refused() {
    let mut county = County::new();
    let twice = county.import("residents", "resident_id,birth_year,birth_year\nr20,1950,1960\n").expect_err("refused");
    assert!(twice.what.contains("birth_year twice"), "{twice}");
    for section in ["columns", "constants", "prefixes"] {
        let mapping = Mapping::parse(&format!("[{section}]\nbrith_year = \"1950\"\n")).expect("a mapping");
        let file = county.file("residents.csv", "resident_id,birth_year\nr20,1950\n");
        let error = county.import_file("residents", &file, mapping).expect_err("refused");
        assert!(error.what.contains("brith_year") && error.what.contains(section), "{error}");
    }
    // When a row was recorded decides which version stands: it is not lost without a word, nor is what is never read taken.
    for (mapping, told) in [
        (
            "[columns]\nresident_id = \"resident_id\"\nbirth_year = \"birth_year\"\nrecorded_at = \"typo\"\n",
            "no column typo",
        ),
        ("[constants]\nrecorded_at = \"2025-01-01\"\n", "has no column recorded_at"),
    ] {
        let file = county.file("residents.csv", "resident_id,birth_year\nr20,1950\n");
        let error = county.import_file("residents", &file, Mapping::parse(mapping).expect("a mapping"));
        let error = error.expect_err("refused");
        assert!(error.what.contains(told), "{mapping}: {error}");
    }
}

#[test]
fn a_format_with_an_offset_is_read_with_it_and_texts_are_cut_by_letters() {
    let mut county = County::new();
    let mapping = "time_format = \"%d.%m.%Y %H:%M %z\"\n[columns]\ncontact_id = \"id\"\nchannel = \"channel\"\n\
                   service = \"service\"\nunit_id = \"unit\"\nopened_at = \"at\"\n[cut]\ncontact_id = 2\n";
    let rows = "id,channel,service,unit,at\nääx,phone,outpatient,a,03.03.2025 10:00 +0000\nbbb,phone,outpatient,a,03.03.2025 10:00 +0200\n";
    let file = county.file("contacts.csv", rows);
    let summary =
        county.import_file("contacts", &file, Mapping::parse(mapping).expect("a mapping")).expect("an import");
    assert_eq!((summary.accepted, summary.rejected), (2, 0));
    let expected = [["bb", "2025-03-03T08:00:00Z"], ["ää", "2025-03-03T10:00:00Z"]];
    assert_eq!(county.sql("SELECT contact_id, opened_at FROM contacts ORDER BY contact_id"), expected);
}

#[test]
fn a_directory_key_that_is_gone_is_told_also_where_residents_come_with_the_log_alone() {
    let mut county = County::new();
    county.must(
        "contacts",
        "contact_id,resident_id,channel,service,unit_id,opened_at\nc1,r1,phone,outpatient,a,2025-03-03T10:00:00Z\n",
    );
    // As where no residents were ever imported: their rows go, and the contact's stays.
    let mut commit = county.lake().commit().expect("a commit");
    let mut own = analytics::rows::Rows::new(facts::Contact::TABLE);
    assert!(own.is_empty() && commit.forget("test").expect("forgotten") > 0);
    let values: Vec<facts::Value<'_>> = facts::Contact::TABLE
        .columns
        .iter()
        .map(|column| match column.name {
            "contact_id" => facts::Value::Text("c9"),
            "resident_id" | "opened_at" => facts::Value::Int(7),
            _ => facts::Value::Null,
        })
        .collect();
    own.push(&values, "log", 100, 0);
    commit.add(&mut own).expect("a row");
    commit.finish().expect("a version");
    fs::remove_file(county.path().join("keys/directory.key")).expect("removed");
    let error = county.import(
        "contacts",
        "contact_id,channel,service,unit_id,opened_at\nc2,phone,outpatient,a,2025-03-03T10:00:00Z\n",
    );
    assert!(error.expect_err("refused").what.contains("directory key is missing"));
}

#[test]
fn an_end_before_its_start_is_refused_also_where_what_lies_between_is_empty() {
    let mut county = County::new();
    let header =
        "contact_id,kind,channel,service,unit_id,opened_at,first_response_at,ended_at,closed_at,transfers,attempts";
    let contact = |id: &str, times: &str| format!("{id},request,chat,outpatient,a,2025-03-03T10:00:00Z,{times},0,0\n");
    let rows = [
        contact("right", "2025-03-03T10:05:00Z,2025-03-03T10:20:00Z,"),
        contact("ended", "2025-03-03T10:05:00Z,2025-03-03T08:00:00Z,"),
        contact("before", ",2025-03-03T09:00:00Z,"),
        contact("closed", ",,2025-03-02T09:00:00Z"),
    ];
    let summary = county.import("contacts", &format!("{header}\n{}", rows.concat())).expect("an import");
    assert_eq!((summary.accepted, summary.rejected), (1, 3));
    let told: Vec<(u64, &str)> = summary.refused.iter().map(|(line, column)| (*line, column.as_str())).collect();
    assert_eq!(told, [(3, "ended_at"), (4, "ended_at"), (5, "closed_at")], "line and column of the first");
    let refused: Vec<String> = quarantine(&county, &summary).iter().map(|row| row[2].clone()).collect();
    let expected = ["is before opened_at", "is before opened_at", "is before opened_at"];
    assert!(refused[0].starts_with("is before"), "{refused:?}");
    assert_eq!(refused[1..], expected[1..]);
}

#[test]
fn long_texts_come_in_commits_that_fit_into_memory() {
    let mut county = County::new();
    // Twice what one commit takes; each text is another, and every one comes back.
    let rows = 300;
    let csv: String = (0..rows)
        .map(|row| {
            let text = format!("{row:03}").repeat(250_000);
            format!("o{row},r1,eq5d5l,2025-03-03T08:00:00Z,{text}\n")
        })
        .collect();
    let before = county.snapshot().version();
    let summary = county.must("responses", &format!("response_id,resident_id,instrument,answered_at,answers\n{csv}"));
    assert_eq!(summary.accepted, rows);
    assert!(county.snapshot().version() > before + 2, "several commits, and one that compacts");
    let found = county.sql("SELECT count(*), sum(length(answers)), count(DISTINCT answers) FROM responses");
    assert_eq!(found, [["300", "225000000", "300"]]);
}
