//! Published results: made once, kept while nothing they are made from changes, hidden for ever once hidden.

use analytics::measure::{self, Catalogue, Grouping, Request, THRESHOLD};
use analytics::results::{Published, Results, Summary};

use jiff::civil::date;

use crate::county::County;

/// 1 January 2026, in microseconds: long after every case.
const NOW: i64 = 1_767_225_600_000_000;

fn publish(county: &County, catalogue: &Catalogue) -> Summary {
    publish_above(county, catalogue, THRESHOLD)
}

fn publish_above(county: &County, catalogue: &Catalogue, threshold: u64) -> Summary {
    let (mut results, snapshot) = (Results::open(county.path()).expect("results"), county.snapshot());
    let published = results.publish(&snapshot, catalogue, NOW, threshold, |_| ());
    crate::runtime().block_on(published).expect("a publication")
}

fn made(made: usize, kept: usize) -> Summary {
    Summary { made, kept, ..Summary::default() }
}

fn published(county: &County, measure: &str, unit: &str, month: &str) -> Vec<Published> {
    let mut found = Vec::new();
    let results = Results::open(county.path()).expect("results");
    results
        .figures(|it| {
            if it.measure == measure && it.unit_id == unit && it.month == month {
                found.push(it);
            }
        })
        .expect("figures");
    found
}

/// Contacts of unit `a` and `b` on the last day of a month, one for each resident and channel.
fn contacts(month: u32, unit: &str, residents: std::ops::RangeInclusive<u32>) -> String {
    let mut csv = String::from("contact_id,resident_id,channel,service,unit_id,opened_at\n");
    let day = if month == 2 { 28 } else { 30 };
    for resident in residents {
        csv +=
            &format!("{unit}-{month}-{resident},r{resident},phone,outpatient,{unit},2025-{month:02}-{day}T10:00:00Z\n");
    }
    csv
}

fn only(file: &str) -> Catalogue {
    let mut catalogue = Catalogue::shipped().expect("the catalogue");
    catalogue.files.retain(|known| known.path == file);
    catalogue
}

#[test]
fn what_nothing_touches_stays_and_a_new_month_costs_one() {
    let mut county = County::new();
    let catalogue = only("measures/volume/callbacks.sql");
    for month in [1, 2, 3, 4, 5, 6, 7] {
        county.must("contacts", &contacts(month, "a", 1..=9));
    }
    // Callbacks are published by unit and by service: two cubes.
    assert_eq!(publish(&county, &catalogue), made(2 * 7, 0));
    assert_eq!(publish(&county, &catalogue), made(0, 2 * 7));
    county.must("contacts", &contacts(8, "a", 1..=9));
    // Cases may settle for a quarter after their month: those before May are not looked at again.
    assert_eq!(publish(&county, &catalogue), made(2 * 4, 2 * 4));
    county.must("professionals", "professional_id,profession,unit_id\np9,nurse,a\n");
    assert_eq!(publish(&county, &catalogue), made(0, 2 * 8), "another table");
    county.must("contacts", &contacts(7, "b", 1..=9));
    assert_eq!(publish(&county, &catalogue), made(2 * 5, 2 * 3), "a late row of July");
}

#[test]
fn another_definition_is_made_anew() {
    let mut county = County::new();
    county.must("contacts", &contacts(1, "a", 1..=8));
    let mut catalogue = only("measures/volume/contacts.sql");
    let first = publish(&county, &catalogue);
    assert!(first.made > 0);
    catalogue.files[0].digest = "another".into();
    assert_eq!(publish(&county, &catalogue), first);
}

#[test]
fn what_was_hidden_once_stays_hidden() {
    let mut county = County::new();
    let catalogue = only("measures/volume/contacts.sql");
    county.must("contacts", &contacts(1, "a", 1..=3));
    county.must("contacts", &contacts(1, "b", 1..=9));
    publish(&county, &catalogue);
    let of = |county: &County, unit: &str| published(county, "volume.contacts", unit, "2025-01");
    assert!(of(&county, "a").iter().all(|it| it.suppressed && it.n == 0));
    assert!(of(&county, "b").iter().all(|it| it.suppressed), "a follows from it and the county");
    assert!(of(&county, "county").iter().any(|it| !it.suppressed && it.value == Some(12.0)));
    county.must("contacts", &contacts(1, "a", 4..=9));
    assert!(publish(&county, &catalogue).made > 0);
    assert!(of(&county, "county").iter().any(|it| it.value == Some(18.0)));
    assert!(of(&county, "a").iter().all(|it| it.suppressed), "18 − 12 would tell the six that came, and so the three");
}

#[test]
fn a_hidden_figure_that_loses_its_cases_goes_on_hiding_the_others() {
    let mut county = County::new();
    county.must("units", "unit_id,name_fi,level,parent_id\nc,C,unit,county\n");
    let catalogue = only("measures/volume/contacts.sql");
    for (unit, residents) in [("a", 1..=3), ("b", 1..=7), ("c", 1..=9)] {
        county.must("contacts", &contacts(1, unit, residents));
    }
    publish(&county, &catalogue);
    let of = |county: &County, unit: &str| -> Vec<Published> {
        let mut all = published(county, "volume.contacts", unit, "2025-01");
        all.retain(|it| it.dimension.is_empty());
        all
    };
    assert!(of(&county, "a")[0].suppressed && of(&county, "b")[0].suppressed);
    assert_eq!((of(&county, "county")[0].value, of(&county, "c")[0].value), (Some(19.0), Some(9.0)));
    // The three of A were C's all along.
    county.must("contacts", &contacts(1, "a", 1..=3).replace(",a,2025", ",c,2025"));
    publish(&county, &catalogue);
    assert!(of(&county, "b")[0].suppressed);
    let gone = of(&county, "a");
    assert!(gone.len() == 1 && gone[0].suppressed, "without it 19 − 12 would tell the seven, and so the three");
    county.must("contacts", &contacts(1, "a", 4..=9));
    publish(&county, &catalogue);
    assert!(of(&county, "a")[0].suppressed, "and it is not forgotten");
}

#[test]
fn months_without_a_case_are_published_as_noughts_also_beside_what_is_hidden() {
    let mut county = County::new();
    county.must("units", "unit_id,name_fi,level,parent_id\nc,C,unit,county\n");
    let catalogue = only("measures/volume/contacts.sql");
    for (month, unit, residents) in
        [(1, "a", 1..=9), (2, "a", 1..=9), (2, "b", 1..=3), (3, "a", 1..=9), (3, "c", 1..=9)]
    {
        county.must("contacts", &contacts(month, unit, residents));
    }
    publish(&county, &catalogue);
    let of = |county: &County, unit: &str, month: &str| {
        let mut all = published(county, "volume.contacts", unit, month);
        all.retain(|it| it.dimension.is_empty());
        all.into_iter().map(|it| (it.value, it.suppressed)).collect::<Vec<_>>()
    };
    assert_eq!(of(&county, "b", "2025-03"), [(Some(0.0), false)]);
    assert_eq!(of(&county, "c", "2025-02"), [(Some(0.0), false)], "that it had none tells nothing of the three");
    assert_eq!((of(&county, "b", "2025-02"), of(&county, "a", "2025-02")), (vec![(None, true)], vec![(None, true)]));
    // The three were none of b's: what is hidden stays so, and no nought says that there is nothing left.
    county.must("contacts", &contacts(2, "b", 1..=3).replace(",b,2025", ",a,2025"));
    publish(&county, &catalogue);
    assert_eq!(of(&county, "b", "2025-02"), [(None, true)]);
}

#[test]
fn results_that_were_published_and_are_lost_are_not_made_anew() {
    let mut county = County::new();
    let catalogue = only("measures/volume/contacts.sql");
    county.must("contacts", &contacts(1, "a", 1..=3));
    publish(&county, &catalogue);
    let path = county.path().join("results.db");
    let whole = std::fs::read(&path).expect("the results");
    assert_eq!(Results::open(county.path()).expect("results").last_threshold().expect("one"), Some(THRESHOLD));
    let lose: [(&str, &dyn Fn()); 3] = [
        ("deleted", &|| std::fs::remove_file(&path).expect("removed")),
        ("emptied", &|| std::fs::write(&path, "").expect("emptied")),
        ("begun anew", &|| {
            std::fs::remove_file(&path).expect("removed");
            rusqlite::Connection::open(&path).expect("a file").execute_batch("CREATE TABLE other (x)").expect("one");
        }),
    ];
    for (how, lose) in lose {
        lose();
        for _ in 0..2 {
            let error = Results::open(county.path()).err().unwrap_or_else(|| panic!("{how} is not noticed"));
            assert!(error.to_string().contains("lost") && error.to_string().contains("results.db"), "{how}: {error}");
        }
        std::fs::write(&path, &whole).expect("restored");
        assert!(Results::open(county.path()).is_ok(), "{how}");
    }
    // Results of before there was a note are noted at the next publication.
    std::fs::remove_file(county.path().join("published.toml")).expect("removed");
    publish(&county, &catalogue);
    std::fs::remove_file(&path).expect("removed");
    assert!(Results::open(county.path()).is_err());
}

#[test]
fn a_disk_that_cannot_be_written_is_not_called_damage() {
    use rusqlite::ffi;
    for (code, told) in [
        (ffi::SQLITE_FULL, "the disk is full"),
        (ffi::SQLITE_READONLY, "may not be written"),
        (ffi::SQLITE_CANTOPEN, "may not be written"),
        (ffi::SQLITE_PERM, "may not be written"),
        (ffi::SQLITE_IOERR, "does not write or read"),
        (ffi::SQLITE_BUSY, "another program"),
        (ffi::SQLITE_CORRUPT, "the file is damaged"),
        (ffi::SQLITE_NOTADB, "the file is damaged"),
    ] {
        let error = analytics::Error::from(rusqlite::Error::SqliteFailure(ffi::Error::new(code), None));
        let text = error.to_string();
        assert!(text.contains(told), "{code}: {text}");
        assert_eq!(text.contains("restore it from its backup"), told == "the file is damaged", "{text}");
    }
    // A real one: a folder in the place of the file, and a file that is none of ours.
    let county = County::new();
    let path = county.path().join("results.db");
    std::fs::create_dir(&path).expect("a folder");
    let error = Results::open(county.path()).err().expect("refused").to_string();
    assert!(!error.contains("backup") && error.contains("results.db"), "{error}");
    std::fs::remove_dir(&path).expect("removed");
    std::fs::write(&path, "this is no database, and never was one".repeat(50)).expect("a file");
    let error = Results::open(county.path()).err().expect("refused").to_string();
    assert!(error.contains("damaged") && error.contains("backup"), "{error}");
}

#[test]
fn a_higher_threshold_hides_what_was_shown() {
    let mut county = County::new();
    let catalogue = only("measures/volume/contacts.sql");
    county.must("contacts", &contacts(1, "a", 1..=9));
    publish(&county, &catalogue);
    assert!(published(&county, "volume.contacts", "a", "2025-01").iter().all(|it| !it.suppressed));
    assert!(publish_above(&county, &catalogue, 10).made > 0);
    assert!(published(&county, "volume.contacts", "a", "2025-01").iter().all(|it| it.suppressed));
}

#[test]
fn a_row_whose_main_time_is_not_what_the_query_asks_by_touches_every_month() {
    let mut county = County::new();
    let catalogue = only("measures/access/still_waiting.sql");
    for month in 1..=8 {
        county.must("contacts", &contacts(month, "a", 1..=9));
    }
    let header = "assessment_id,resident_id,kind,guarantee,unit_id,need_established_at,completed_at\n";
    let row = |number: u32, need: &str, completed: &str| {
        format!("{header}n{number},r{number},care_need,care,a,{need}T08:00:00Z,{completed}T08:00:00Z\n")
    };
    county.must("assessments", &row(1, "2025-01-03", "2025-01-03"));
    // Two measures stand in the file.
    assert_eq!(publish(&county, &catalogue).made, 2 * 8);
    county.must("assessments", &row(2, "2025-01-04", "2025-08-04"));
    assert_eq!(publish(&county, &catalogue).made, 2 * 8, "who waits since January, written down in August");
}

#[test]
fn while_an_import_is_under_way_it_is_told() {
    use analytics::lock::{importing, is_importing};
    let county = County::new();
    assert!(!is_importing(county.path()).expect("a state"));
    let held = importing(county.path()).expect("a lock");
    let other = importing(county.path()).expect("imports may go side by side");
    drop(held);
    assert!(is_importing(county.path()).expect("a state"));
    drop(other);
    assert!(!is_importing(county.path()).expect("a state"));
}

#[test]
fn cubes_of_one_scan_are_what_each_gives_alone() {
    let mut county = County::new();
    for (month, unit) in [(1, "a"), (2, "a"), (3, "b")] {
        county.must("contacts", &contacts(month, unit, 1..=9));
    }
    let catalogue = only("measures/volume/contacts.sql");
    publish_above(&county, &catalogue, 1);
    // One month of one cube anew: the scan serves cubes of different ranges.
    county.must("contacts", &contacts(3, "a", 1..=4));
    publish_above(&county, &catalogue, 1);
    let measure = &catalogue.files[0].measures[0];
    let mut stored = Vec::new();
    let results = Results::open(county.path()).expect("results");
    results.figures(|it| stored.push((it.dimension, it.month, it.unit_id, it.stratum, it.n))).expect("figures");
    stored.sort_unstable();
    let mut alone = Vec::new();
    for dimension in measure.published.iter().map(String::as_str).chain([""]) {
        let request = Request {
            from: date(2025, 1, 1),
            to: date(2025, 4, 1),
            grouping: Grouping::parse(&format!("unit,period,{dimension}")).expect("a grouping"),
            as_of: NOW,
            tree_now: false,
            confidence: analytics::measure::CONFIDENCE,
            suppress: Some(1),
        };
        let snapshot = county.snapshot();
        let ids = [measure.id.clone()];
        let run = measure::run(&snapshot, &catalogue, &ids, &request);
        alone.extend(crate::runtime().block_on(run).expect("a run").figures.into_iter().map(|it| {
            let stratum = it.strata.first().map(|(_, value)| value.clone()).unwrap_or_default();
            (dimension.to_string(), it.period, it.unit_id, stratum, it.n)
        }));
    }
    // A run has noughts of what is there in another month; a published breakdown is of its month alone.
    alone.retain(|(dimension, .., n)| dimension.is_empty() || *n > 0);
    alone.sort_unstable();
    assert!(!measure.published.is_empty(), "one scan serves several");
    assert_eq!(stored, alone);
}

#[test]
fn figures_end_where_their_own_facts_do() {
    let mut county = County::new();
    // Two visits of each resident in a month, the later on its last days.
    let visits: String = (1..=4)
        .flat_map(|month| (1..=8).map(move |resident| (month, resident)))
        .map(|(month, resident)| {
            let day = if month == 2 { 20 + resident } else { 22 + resident };
            let row = format!("r{resident},p1,physician,a,outpatient,phone,2025-{month:02}");
            format!("e{month}-{resident},{row}-05T08:00:00Z\nl{month}-{resident},{row}-{day}T08:00:00Z\n")
        })
        .collect();
    let header = "encounter_id,resident_id,professional_id,profession,unit_id,service,modality,started_at";
    county.must("encounters", &format!("{header}\n{visits}"));
    for month in 1..=9 {
        county.must("contacts", &contacts(month, "a", 1..=9));
    }
    let mut catalogue = Catalogue::shipped().expect("the catalogue");
    let wanted =
        ["measures/volume/contacts.sql", "measures/volume/encounters.sql", "measures/continuity/continuity.sql"];
    catalogue.files.retain(|known| wanted.contains(&known.path.as_str()));
    publish(&county, &catalogue);
    let (mut last, results) = (std::collections::BTreeMap::new(), Results::open(county.path()).expect("results"));
    results
        .figures(|it| {
            let month = last.entry(it.measure).or_insert_with(String::new);
            *month = it.month.max(std::mem::take(month));
        })
        .expect("figures");
    assert_eq!(last["volume.contacts"], "2025-09", "contacts come in live");
    assert_eq!(last["volume.encounters"], "2025-04", "encounters are brought later");
    assert_eq!(last["continuity.coc"], "2025-04", "no window looks past what it looks at");
}

#[test]
fn windows_of_a_unit_that_has_just_opened_tell_no_small_month() {
    let mut county = County::new();
    let folder = county.path().join("own");
    std::fs::create_dir_all(&folder).expect("a folder");
    let texts = "{ fi = \"x\", sv = \"x\", en = \"x\" }";
    let head = format!(
        "--- id = \"t.rolling\"\n--- kind = \"ratio\"\n--- unit = \"share\"\n--- better = \"higher\"\n--- source = \"test\"\n\
         --- window_months = 12\n--- name = {texts}\n--- about = {texts}\n"
    );
    let sql = "SELECT contact_id AS case_id, resident_id, unit_id, opened_at AS at, 1 AS numerator, 1 AS denominator\n\
               FROM contacts WHERE opened_at >= $from AND opened_at < $to\n";
    std::fs::write(folder.join("rolling.sql"), head + sql).expect("a measure");
    let mut catalogue = Catalogue::with_folder(&folder).expect("a catalogue");
    catalogue.files.retain(|file| file.measures[0].id == "t.rolling");
    let people: String = (0..60).map(|it| format!("q{it},1980\n")).collect();
    county.must("residents", &format!("resident_id,birth_year\n{people}"));
    // Unit a has stood since before; b opens in June and has two to four contacts a month, each of somebody else.
    let month = |year: u32, month: u32, unit: &str, count: u32| -> String {
        let row = |number: u32| {
            let person = format!("q{}", (4 * month + number) % 60);
            format!("{unit}-{year}-{month}-{number},{person},phone,outpatient,{unit},{year}-{month:02}-28T10:00:00Z\n")
        };
        (0..count).map(row).collect()
    };
    let header = "contact_id,resident_id,channel,service,unit_id,opened_at\n";
    let before: String = (1..=12).map(|it| month(2023, it, "a", 20)).collect();
    county.must("contacts", &format!("{header}{before}"));
    publish(&county, &catalogue);
    let counts = [0, 0, 0, 0, 0, 3, 4, 2, 3, 4, 3, 4];
    for (count, it) in counts.into_iter().zip(1..) {
        let rows = month(2024, it, "a", 20) + &month(2024, it, "b", count);
        county.must("contacts", &format!("{header}{rows}"));
        // Published one month after another, or several in one go.
        if it % 2 == 0 {
            publish(&county, &catalogue);
        }
    }
    let mut told = Vec::new();
    let (mut all, mut before_data) = (0, 0);
    Results::open(county.path())
        .expect("results")
        .figures(|it| {
            if it.unit_id == "b" {
                all += 1;
                if !it.suppressed {
                    told.push((it.month, it.n));
                }
            } else if it.month.as_str() < "2023-12" {
                before_data += u64::from(it.n == 0 && it.value.is_none() && it.coverage.is_none());
            }
        })
        .expect("figures");
    told.sort();
    let told: Vec<u64> = told.into_iter().map(|(_, n)| n).collect();
    assert_eq!(all, 6, "each month from June to November; December is not over");
    // 3, 7, 9, 12, 16, 19: the first is few, and every other step is below five.
    assert_eq!(told, [7, 12, 19]);
    assert_eq!(before_data, 2 * 11, "nor do the windows that the first whole one goes on from");
}

#[test]
fn what_is_booked_ahead_completes_no_month() {
    let mut county = County::new();
    // Imported on 4 September; the visits end in July, and bookings go on to Christmas.
    county.now = 1_756_980_000_000_000;
    let visit =
        |id: &str, status: &str, at: &str| format!("{id},r1,p1,physician,a,outpatient,phone,{status},{at}T08:00:00Z\n");
    let header = "encounter_id,resident_id,professional_id,profession,unit_id,service,modality,status,started_at";
    let held: String =
        (1..=7).map(|month| visit(&format!("e{month}"), "done", &format!("2025-{month:02}-28"))).collect();
    county.must("encounters", &format!("{header}\n{held}{}", visit("ahead", "booked", "2025-12-22")));
    let catalogue = Catalogue::shipped().expect("the catalogue");
    let file = catalogue.files.iter().find(|file| file.path == "measures/volume/encounters.sql").expect("a file");
    let snapshot = county.snapshot();
    // On 3 January nothing is known of August and later.
    let (_, end) = measure::months_of(&snapshot, file, NOW + 2 * 86_400_000_000).expect("months");
    assert_eq!(end, date(2025, 7, 1), "July has nothing on its last three days: it is still coming in");
    county.must("encounters", &format!("{header}\n{}", visit("late", "done", "2025-07-31")));
    let (_, end) = measure::months_of(&county.snapshot(), file, NOW).expect("months");
    assert_eq!(end, date(2025, 8, 1));
}

#[test]
fn a_file_that_cannot_be_run_is_told_and_stops_no_other() {
    let mut county = County::new();
    county.must("contacts", &contacts(1, "a", 1..=8));
    let mut catalogue = Catalogue::shipped().expect("the catalogue");
    catalogue.files.retain(|known| known.path.starts_with("measures/volume/c"));
    let callbacks = catalogue.files.iter_mut().find(|known| known.path.ends_with("callbacks.sql")).expect("a file");
    callbacks.sql = callbacks.sql.replace("caller_key", "no_such_column");
    let summary = publish(&county, &catalogue);
    assert!(summary.made > 0);
    let [failed] = summary.failed.as_slice() else { panic!("one file fails: {summary:?}") };
    assert!(failed.contains("no_such_column") && failed.contains("measures/volume/callbacks.sql:"), "{failed}");
    assert_eq!(published(&county, "volume.contacts", "a", "2025-01").len(), 2, "the total and one channel");
    // Its old figures of a month that has changed do not stay beside new ones of others.
    let contacts_sql = catalogue.files.iter_mut().find(|known| known.path.ends_with("contacts.sql")).expect("a file");
    contacts_sql.sql = contacts_sql.sql.replace("kind = 'request'", "no_such_column = 1");
    county.must("contacts", &contacts(1, "a", 1..=9));
    assert_eq!(publish(&county, &catalogue).failed.len(), 2);
    assert_eq!(published(&county, "volume.contacts", "a", "2025-01").len(), 0);
}

#[test]
fn results_of_before_reasons_were_stored_go_on() {
    let mut county = County::new();
    county.must("contacts", &contacts(1, "a", 1..=9));
    let catalogue = only("measures/volume/contacts.sql");
    let first = publish(&county, &catalogue);
    let database = rusqlite::Connection::open(county.path().join("results.db")).expect("the results");
    database.execute_batch("ALTER TABLE figure DROP COLUMN reason; DELETE FROM month").expect("as before");
    assert_eq!(publish(&county, &catalogue), first);
}
