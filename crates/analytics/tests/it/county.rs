//! A small county for tests: units `county` ▸ `a`, `b`; professionals p1–p4; residents r1–r9.

use std::fs;
use std::path::{Path, PathBuf};

use analytics::import::{self, Mapping, Request, Summary};
use analytics::lake::{Lake, Snapshot};
use facts::Table;

/// A data directory that goes away with the test.
pub struct County {
    folder: tempfile::TempDir,
    /// Each import happens a second after the one before.
    pub now: i64,
}

/// 1 January 2020, in microseconds.
const BEGUN: i64 = 1_577_836_800_000_000;

/// Long after everything that a test stores.
const LATER: i64 = 1 << 52;

impl County {
    pub fn empty() -> County {
        County::empty_at(BEGUN)
    }

    /// A county whose clock stands at an instant, in microseconds since 1970.
    pub fn empty_at(now: i64) -> County {
        County { folder: tempfile::tempdir().expect("a folder"), now }
    }

    pub fn new() -> County {
        let mut county = County::empty();
        county
            .must("units", "unit_id,name_fi,level,parent_id\ncounty,Alue,county,\na,A,unit,county\nb,B,unit,county\n");
        let people = ["p1,physician,a", "p2,physician,a", "p3,nurse,a", "p4,physician,b"].join("\n");
        county.must("professionals", &format!("professional_id,profession,unit_id\n{people}\n"));
        let residents: Vec<String> = (1..=9).map(|number| format!("r{number},1980")).collect();
        county.must("residents", &format!("resident_id,birth_year\n{}\n", residents.join("\n")));
        county
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, content).expect("a file");
        path
    }

    /// Now, after all imports so far.
    pub fn now(&self) -> i64 {
        self.now
    }

    pub fn import_file(&mut self, table: &str, file: &Path, mapping: Mapping) -> analytics::Result<Summary> {
        self.now += 1_000_000;
        let table = Table::named(table).expect("a table");
        let source = mapping.source.clone().unwrap_or_else(|| "test".into());
        let request = Request { data: self.folder.path(), table, file, name: None, mapping, source, now: self.now };
        import::import(&request, |_| {})
    }

    pub fn import(&mut self, table: &str, csv: &str) -> analytics::Result<Summary> {
        let file = self.file(&format!("{table}-{}.csv", self.now), csv);
        self.import_file(table, &file, Mapping::default())
    }

    /// Imports rows all of which must be taken.
    pub fn must(&mut self, table: &str, csv: &str) -> Summary {
        let summary = self.import(table, csv).unwrap_or_else(|error| panic!("{table}: {error}"));
        if summary.rejected > 0 {
            panic!("{table}: refused {}", self.refused(&summary));
        }
        summary
    }

    /// The rows that an import refused, as CSV.
    pub fn refused(&self, summary: &Summary) -> String {
        let directory = import::Directory::existing(self.folder.path(), &self.snapshot()).expect("a directory");
        let refused = import::refused(&directory, self.folder.path(), &summary.import).expect("a quarantine");
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut refused.open().expect("a copy"), &mut bytes).expect("bytes");
        String::from_utf8_lossy(&bytes).into_owned()
    }

    pub fn lake(&self) -> Lake {
        Lake::open(self.folder.path()).expect("a lake")
    }

    pub fn snapshot(&self) -> Snapshot {
        self.lake().snapshot().expect("a snapshot")
    }

    /// Rows that a query gives, as text.
    pub fn sql(&self, query: &str) -> Vec<Vec<String>> {
        let snapshot = self.snapshot();
        let batches = crate::runtime().block_on(analytics::measure::sql(&snapshot, query, self.now + LATER));
        rows(&batches.unwrap_or_else(|error| panic!("{query}: {error}")))
    }
}

/// The cells of batches as text.
pub fn rows(batches: &[datafusion::arrow::array::RecordBatch]) -> Vec<Vec<String>> {
    let mut out = Vec::new();
    analytics::report::write(batches, analytics::report::Format::Csv, &mut out).expect("CSV");
    let text = String::from_utf8(out).expect("UTF-8");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    reader.records().map(|row| row.expect("a row").iter().map(String::from).collect()).collect()
}
