//! A person who is erased stands nowhere any more: in no table, in no copy of what a source held, and in no later import.

use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use analytics::import::{self, Directory, Mapping};
use datafusion::arrow::array::{ArrayRef, RecordBatch, StringArray};
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use proptest::prelude::*;

use crate::county::County;

/// A source's table: a header, and rows.
type Source = (Vec<&'static str>, Vec<Vec<String>>);

/// Residents as a source knows them. Of each the name holds the id, so that one search finds both; a year of birth that
/// cannot be has every third refused.
fn people(ids: &[String]) -> Source {
    let year = |number: usize| if number % 3 == 2 { "long ago".into() } else { (1950 + number).to_string() };
    let row =
        |(number, id): (usize, &String)| vec![id.clone(), year(number), format!("Nimi {id} Ääkkönen"), "x".into()];
    (vec!["Id", "BORN", "NAME", "NOTE"], ids.iter().enumerate().map(row).collect())
}

fn csv_of((header, rows): &Source, separator: char) -> String {
    let line = |cells: &[String]| cells.join(&separator.to_string()) + "\n";
    let header: Vec<String> = header.iter().map(ToString::to_string).collect();
    line(&header) + &rows.iter().map(|row| line(row)).collect::<String>()
}

fn parquet_of((header, rows): &Source) -> Vec<u8> {
    let column =
        |at: usize| Arc::new(rows.iter().map(|row| Some(row[at].clone())).collect::<StringArray>()) as ArrayRef;
    let batch = RecordBatch::try_from_iter(header.iter().enumerate().map(|(at, name)| (*name, column(at))));
    let (batch, mut bytes) = (batch.expect("a batch"), Vec::new());
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), None).expect("a writer");
    writer.write(&batch).expect("written");
    writer.close().expect("closed");
    bytes
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut part = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    part.write_all(text).expect("written");
    part.finish().expect("a file")
}

fn mapping(more: &str) -> Mapping {
    let text =
        format!("{more}\n[columns]\nresident_id = \"Id\"\nbirth_year = \"BORN\"\n[prefixes]\nresident_id = \"x-\"\n");
    Mapping::parse(&text).expect("a mapping")
}

/// The same people in every kind of file, with the mapping that reads it.
fn kinds(people: &Source) -> Vec<(&'static str, Vec<u8>, Mapping)> {
    let comma = csv_of(people, ',');
    let windows: Vec<u8> = csv_of(people, ';').chars().map(|letter| letter as u8).collect();
    let utf16: Vec<u8> =
        format!("\u{feff}{}", csv_of(people, '\t')).encode_utf16().flat_map(u16::to_le_bytes).collect();
    vec![
        ("plain.csv", comma.clone().into_bytes(), mapping("")),
        ("packed.csv.gz", gzip(comma.as_bytes()), mapping("")),
        ("windows.csv", windows, mapping("encoding = \"windows-1252\"\nseparator = \";\"")),
        ("wide.txt", utf16, mapping("")),
        ("titled.csv", format!("Asiakkaat\n\n{comma}").into_bytes(), mapping("skip = 2")),
        ("columns.parquet", parquet_of(people), mapping("")),
    ]
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        match entry.path() {
            path if path.is_dir() => found.extend(files(&path)),
            path => found.push(path),
        }
    }
    found
}

/// Everything that stands in a file: its bytes, what they hold unpacked, and the texts of its columns.
fn everything(path: &Path) -> String {
    let bytes = fs::read(path).expect("a file");
    let mut text = String::from_utf8_lossy(&bytes).into_owned();
    if let Ok(unpacked) = zstd::decode_all(bytes.as_slice()) {
        text += &String::from_utf8_lossy(&unpacked);
    }
    let columns = fs::File::open(path).ok().and_then(|file| ParquetRecordBatchReaderBuilder::try_new(file).ok());
    for batch in columns.into_iter().flat_map(|reader| reader.build().expect("columns")) {
        text += &format!("{:?}", batch.expect("rows"));
    }
    text
}

fn holds(data: &Path, what: &str) -> Vec<PathBuf> {
    files(data).into_iter().filter(|path| everything(path).contains(what)).collect()
}

fn directory(county: &County) -> Directory {
    Directory::existing(county.path(), &county.snapshot()).expect("a directory")
}

fn original(county: &County, import: &str) -> String {
    let copy = import::original(&directory(county), county.path(), import).expect("a copy");
    let mut bytes = Vec::new();
    copy.open().expect("opened").read_to_end(&mut bytes).expect("read");
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The rows of every table, whatever stands in `recorded_at` aside.
fn rows(county: &County, resident: i64) -> Vec<Vec<Vec<String>>> {
    let of = |name: &str| county.sql(&format!("SELECT * FROM {name} WHERE resident_id <> {resident} ORDER BY 1, 2"));
    ["residents", "encounters", "registrations"].map(of).into()
}

#[test]
fn whoever_is_erased_stands_in_no_copy_of_any_kind_of_file_and_all_others_do() {
    let ids: Vec<String> = (0..9).map(|number| format!("lintu-{number}")).collect();
    let people = people(&ids);
    for (name, bytes, mapping) in kinds(&people) {
        // A row that was taken, and one that was refused.
        for gone in ["lintu-4", "lintu-5"] {
            let (mut county, outside) = (County::new(), tempfile::tempdir().expect("a folder"));
            let file = outside.path().join(name);
            fs::write(&file, &bytes).expect("a file");
            let first = county.import_file("residents", &file, mapping.clone()).expect(name);
            assert_eq!((first.accepted, first.rejected), (6, 3), "{name}");
            assert_eq!(holds(county.path(), "Nimi lintu-"), [] as [PathBuf; 0], "{name}: sealed");
            let number = directory(&county).resident(format!("x-{gone}").as_bytes());
            let others = rows(&county, number);
            // As the source writes it, without the prefix of the mapping, or with it.
            let named = if gone == "lintu-4" { gone.to_string() } else { format!("x-{gone}") };
            let forgotten = import::erase(county.path(), &named, "own wish", county.now(), false);
            let forgotten = forgotten.expect(name);
            assert_eq!((forgotten.rows, forgotten.copied), if gone == "lintu-4" { (1, 1) } else { (0, 2) }, "{name}");
            let (kept, refused) = (original(&county, &first.import), county.refused(&first));
            assert!(!kept.contains(gone) && !refused.contains(gone), "{name}: {kept}{refused}");
            for other in ids.iter().filter(|id| *id != gone) {
                assert!(kept.contains(&format!("Nimi {other} ")), "{name}: {other} stands in {kept}");
            }
            assert_eq!(rows(&county, number), others, "{name}");
            county.snapshot().verify(|_| {}).expect("verified");
            import::verify(&directory(&county), county.path(), &county.snapshot()).expect("every copy opens");
            let again = import::erase(county.path(), &format!("x-{gone}"), "own wish", county.now(), false);
            assert!(again.is_err(), "{name}: nobody has it any more");
            // The source goes on to send the row; of it nothing is kept.
            let second = county.import_file("residents", &file, mapping.clone()).expect(name);
            assert_eq!(second.read, second.accepted + second.unchanged + second.replaced + second.rejected);
            assert!(second.reasons.iter().any(|reason| reason.code == "erased" && reason.rows == 1), "{name}");
            let (kept, refused) = (original(&county, &second.import), county.refused(&second));
            assert!(!kept.contains(gone) && !refused.contains(gone), "{name}: {kept}{refused}");
            assert_eq!(rows(&county, number), others, "{name}");
            // Copies that were written anew are read again as the source was.
            let third = import::erase(county.path(), "x-lintu-1", "own wish", county.now(), false).expect(name);
            assert_eq!((third.rows, third.copied), (1, 2), "{name}");
            import::lift(county.path(), &format!("x-{gone}"), "moved back", county.now()).expect("lifted");
            let back = county.import_file("residents", &file, mapping.clone()).expect(name);
            let theirs = back.reasons.iter().filter(|it| it.code == "erased").map(|it| it.rows).sum::<u64>();
            assert_eq!((back.accepted, theirs), (u64::from(gone == "lintu-4"), 1), "{name}: all but lintu-1");
        }
    }
}

#[test]
fn an_id_counts_in_columns_that_no_import_took_unless_it_is_a_short_number() {
    let outside = tempfile::tempdir().expect("a folder");
    let file = outside.path().join("visits.csv");
    let mut county = County::new();
    county.must("residents", "resident_id,birth_year\n17,1980\nlintu-17,1980\n");
    let at = "2025-03-03T08:00:00Z";
    let csv = format!(
        "id,who,minutes,about,at\nv1,17,5,kanaria,{at}\nv2,r1,17,tilhi,{at}\nv3,r2,8,lintu-17,{at}\nv4,lintu-17,9,peippo,{at}\n"
    );
    fs::write(&file, csv).expect("a file");
    let mapping = "[columns]\nencounter_id = \"id\"\nresident_id = \"who\"\nstarted_at = \"at\"\n";
    let constants = "[constants]\nunit_id = \"a\"\nservice = \"outpatient\"\n";
    let mapping = Mapping::parse(&format!("{mapping}{constants}")).expect("a mapping");
    let done = county.import_file("encounters", &file, mapping).expect("an import");
    assert_eq!((done.accepted, done.rejected), (4, 0), "{:?}", done.reasons);
    for (id, gone, stays) in [
        ("17", ["kanaria"].as_slice(), ["tilhi", "lintu-17", "peippo"].as_slice()),
        ("lintu-17", &["peippo", "lintu-17"], &["tilhi"]),
    ] {
        import::erase(county.path(), id, "own wish", county.now(), false).expect(id);
        let kept = original(&county, &done.import);
        assert!(gone.iter().all(|it| !kept.contains(it)) && stays.iter().all(|it| kept.contains(it)), "{id}: {kept}");
    }
}

#[test]
fn nothing_is_kept_of_a_file_that_is_refused_as_a_whole() {
    let mut county = County::new();
    let before = files(&county.path().join("imports")).len();
    for (table, text) in [
        ("residents", "Id,BIRTHDATE,SSN\nlintu-1,1952-10-13,131052-937N\n"),
        ("encounters", "encounter_id,unit\nv1,a\n"),
        ("residents", ""),
        ("residents", "\u{0}\u{1}\u{2}"),
    ] {
        let outside = tempfile::tempdir().expect("a folder");
        let file = outside.path().join("source.csv");
        fs::write(&file, text).expect("a file");
        assert!(county.import_file(table, &file, Mapping::default()).is_err(), "{text}");
        assert_eq!(files(&county.path().join("imports")).len(), before, "{text}");
    }
}

#[test]
fn copies_in_clear_are_told_and_sealed_and_a_killed_import_stops_no_erasure() {
    let mut county = County::new();
    let done = county.must("residents", "resident_id,birth_year\nlintu-1,1980\nlintu-2,1981\n");
    let data = county.path().to_path_buf();
    // As a program before this one left them.
    let clear = data.join("imports/20250101T000000000000-residents");
    fs::create_dir(&clear).expect("a folder");
    let text = b"resident_id,birth_year\nlintu-1,1980\nlintu-3,1981\n";
    fs::write(clear.join("original.zst"), zstd::encode_all(text.as_slice(), 1).expect("packed")).expect("a file");
    fs::write(clear.join("finished"), "old.csv").expect("a file");
    fs::create_dir_all(data.join("quarantine")).expect("a folder");
    let refused = "_line,_column,_reason,resident_id,birth_year\n4,birth_year,is not a whole number,lintu-1,x\n";
    fs::write(data.join("quarantine/20250101T000000000000-residents.csv"), refused).expect("a file");
    // As a process that was killed left them.
    let killed = data.join("imports/20250102T000000000000-residents");
    fs::create_dir(&killed).expect("a folder");
    let whole = fs::read(data.join("imports").join(&done.import).join("original.sealed")).expect("a file");
    fs::write(killed.join("original.sealed"), &whole[..whole.len() / 2]).expect("a file");
    fs::write(killed.join("unfinished"), "new.csv").expect("a file");
    let told = import::verify(&directory(&county), &data, &county.snapshot()).expect_err("in clear");
    assert!(told.to_string().contains("original.zst"), "{told}");
    let forgotten = import::erase(&data, "lintu-1", "own wish", county.now(), false).expect("erased");
    assert_eq!((forgotten.rows, forgotten.copied), (1, 3));
    assert_eq!(holds(&data, "lintu-3"), [] as [PathBuf; 0], "sealed");
    assert!(original(&county, "20250101T000000000000-residents").contains("lintu-3"));
    assert!(!killed.join("original.sealed").exists(), "its import is run again whole");
    import::verify(&directory(&county), &data, &county.snapshot()).expect("every copy opens");
    for path in files(&data).into_iter().filter(|path| path.extension().is_some_and(|it| it == "sealed")) {
        assert_eq!(fs::metadata(&path).expect("metadata").permissions().mode() & 0o777, 0o600, "{}", path.display());
    }
    // The folder of an import that brought rows must be there.
    let folder = data.join("imports").join(&done.import);
    fs::rename(&folder, data.join("elsewhere")).expect("moved");
    let told = import::verify(&directory(&county), &data, &county.snapshot()).expect_err("gone");
    assert!(told.to_string().contains(&done.import), "{told}");
    fs::rename(data.join("elsewhere"), &folder).expect("moved");
    // A copy that is changed, or gone, is told.
    let sealed = data.join("imports").join(&done.import).join("original.sealed");
    let stood = fs::read(&sealed).expect("a file");
    for harm in [Some([&stood[..stood.len() - 1], b"x"].concat()), Some(Vec::new()), None] {
        match &harm {
            Some(bytes) => fs::write(&sealed, bytes).expect("a file"),
            None => fs::remove_file(&sealed).expect("removed"),
        }
        let told = import::verify(&directory(&county), &data, &county.snapshot()).expect_err("changed");
        assert!(told.to_string().contains("original.sealed"), "{told}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    /// Rows of several people in several imports, replaced and refused: after any erasures the rest is as it would be if
    /// those who are gone had never been.
    #[test]
    fn what_is_left_is_what_would_be_if_they_had_never_been(
        imports in prop::collection::vec(prop::collection::vec((0..6_usize, 0..12_u32, 0..5_u32), 1..12), 1..4),
        gone in prop::collection::btree_set(0..6_usize, 1..4),
    ) {
        let people = |with: &dyn Fn(usize) -> bool| {
            let rows: String = (0..6).filter(|it| with(*it)).map(|it| format!("lintu-{it},1980\n")).collect();
            format!("resident_id,birth_year\n{rows}")
        };
        // Of a key that several claim the last stands: each has keys of their own here.
        let visits = |import: &Vec<(usize, u32, u32)>, with: &dyn Fn(usize) -> bool| {
            let row = |(who, key, kind): &(usize, u32, u32)| {
                let (unit, hour) = (["a", "b", "a", "b", "nowhere"][*kind as usize], 8 + kind);
                format!("v-{who}-{key},lintu-{who},p1,physician,{unit},outpatient,phone,2025-03-03T{hour:02}:00:00Z,\n")
            };
            let mut seen = std::collections::BTreeSet::new();
            let rows: String = import.iter().filter(|(who, key, _)| with(*who) && seen.insert((*who, *key))).map(row).collect();
            format!("encounter_id,resident_id,professional_id,profession,unit_id,service,modality,started_at,ended_at\n{rows}")
        };
        let (mut county, mut never) = (County::new(), County::new());
        county.must("residents", &people(&|_| true));
        never.must("residents", &people(&|it| !gone.contains(&it)));
        for import in &imports {
            county.import("encounters", &visits(import, &|_| true)).expect("an import");
            never.import("encounters", &visits(import, &|it| !gone.contains(&it))).expect("an import");
        }
        for it in &gone {
            import::erase(county.path(), &format!("lintu-{it}"), "own wish", county.now(), false).expect("erased");
        }
        let seen = |county: &County| {
            let visits = "SELECT encounter_id, unit_id, started_at FROM encounters ORDER BY 1";
            (county.sql(visits), county.sql("SELECT count(*) FROM residents"))
        };
        prop_assert_eq!(seen(&county), seen(&never));
        for it in &gone {
            for trace in [format!("v-{it}-"), format!("lintu-{it}")] {
                // The files that the test imports stand in the folder, too.
                let found: Vec<_> = holds(county.path(), &trace).into_iter().filter(|path| path.extension() != Some("csv".as_ref())).collect();
                prop_assert_eq!(found, Vec::<PathBuf>::new());
            }
        }
        county.snapshot().verify(|_| {}).expect("verified");
        import::verify(&directory(&county), county.path(), &county.snapshot()).expect("every copy opens");
    }
}
