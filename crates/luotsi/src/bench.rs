//! `luotsi bench`: how fast Luotsi is, beside its peers where they are installed.
//!
//! Each run is a process of its own, start-up counted, timed by `/usr/bin/time`; medians are printed, and ratios.

mod contacts;
mod log;
mod reconnect;
mod start;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use analytics::import::Directory;
use analytics::lake::Lake;
use analytics::layout::RANGES;
use analytics::measure;
use analytics::report::{self, Format};
use analytics::rows::Rows;
use analytics::{Error, Result};
use clap::{Args, Subcommand};
use facts::{Encounter, Registration, Row, Table, Value};

use crate::{demo, now, output, runtime};

#[derive(Subcommand)]
pub enum BenchCommand {
    /// COC, UPC and SLICC by unit over generated visits, beside DuckDB, Polars and pandas on the same rows.
    Continuity(Continuity),
    /// Rows a second and peak memory of an import.
    Import(Import),
    /// All measures of a county: published cold, and after one new month.
    Measures(Measures),
    /// Events a second of the log, and how long a command takes, beside the disk and a plain table.
    Log(log::Arguments),
    /// Messages a second over HTTP, how soon a listener has them, and a long queue that many claim from.
    Contacts(contacts::Arguments),
    /// How soon a server with ten million events behind it stands.
    Start(start::Arguments),
}

#[derive(Args)]
pub struct Continuity {
    #[arg(long, default_value_t = 20_000_000, value_parser = clap::value_parser!(u64).range(10_000..))]
    rows: u64,
    /// Timed runs of each; the median is printed.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..))]
    runs: u16,
    /// Folder for the data; made when missing, kept for the next time.
    #[arg(long, default_value = "data/bench")]
    folder: PathBuf,
}

#[derive(Args)]
pub struct Measures {
    #[arg(long, default_value_t = 600_000)]
    residents: u32,
    #[arg(long, default_value = "data/bench")]
    folder: PathBuf,
}

#[derive(Args)]
pub struct Import {
    #[arg(long, default_value_t = 2_000_000, value_parser = clap::value_parser!(u64).range(10_000..))]
    rows: u64,
    #[arg(long, default_value = "data/bench")]
    folder: PathBuf,
}

pub fn run(command: &BenchCommand) -> Result<()> {
    match command {
        BenchCommand::Continuity(arguments) => continuity(arguments),
        BenchCommand::Import(arguments) => import(arguments),
        BenchCommand::Measures(arguments) => measures(arguments),
        BenchCommand::Log(arguments) => log::run(arguments),
        BenchCommand::Contacts(arguments) => contacts::run(arguments),
        BenchCommand::Start(arguments) => start::run(arguments),
    }
}

/// Visits of a resident on average, units, and professionals in each.
const VISITS: u64 = 18;
const UNITS: u64 = 120;
const PROFESSIONALS: u64 = 50;
/// 1 January 2024 and the length of two years, in microseconds.
const FROM: i64 = 1_704_067_200_000_000;
const SPAN: u64 = 731 * 86_400 * 1_000_000;

/// Numbers that follow from a seed (splitmix64).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }
}

fn row<'a>(table: &Table, cells: &[(&str, Value<'a>)]) -> Vec<Value<'a>> {
    let cell = |name: &str| cells.iter().find(|(known, _)| *known == name).map_or(Value::Null, |(_, value)| *value);
    table.columns.iter().map(|column| cell(column.name)).collect()
}

/// Visits and registrations of residents spread evenly over the ranges: units ▸ professionals with a skew. With
/// `later` a tenth of the visits is reported once more, and stays in deltas.
fn make(data: &Path, rows: u64, later: bool) -> Result<()> {
    let lake = Lake::open(data)?;
    let mut commit = lake.commit()?;
    let residents = rows / VISITS;
    let step = i64::MAX as u64 / residents;
    let bar = output::progress("making visits", Some(RANGES as u64));
    let (mut visits, mut registered) = (Rows::new(Encounter::TABLE), Rows::new(Registration::TABLE));
    let mut corrected = Rows::new(Encounter::TABLE);
    for range in 0..RANGES as u64 {
        for number in residents * range / RANGES as u64..residents * (range + 1) / RANGES as u64 {
            let mut numbers = Numbers(number);
            let (id, unit) = ((number * step) as i64, numbers.below(UNITS));
            let unit_id = format!("unit-{unit}");
            let physician = format!("p-{unit}-{}", numbers.below(PROFESSIONALS));
            let registration = [
                ("resident_id", Value::Int(id)),
                ("valid_from", Value::Int(0)),
                ("unit_id", Value::Text(&unit_id)),
                ("physician_id", Value::Text(&physician)),
            ];
            registered.push(&row(Registration::TABLE, &registration), "bench", FROM, 0);
            // A skewed number of visits, 1 to 53, 18 on average, to a few of the unit's professionals.
            let count = 1 + numbers.below(18) + numbers.below(18);
            for visit in 0..count {
                let who = numbers.below(8) * numbers.below(8) / 8;
                let professional =
                    if who == 0 { physician.clone() } else { format!("p-{unit}-{}", (number + who) % PROFESSIONALS) };
                let key = format!("{number}-{visit}");
                let started = FROM + numbers.below(SPAN) as i64 / 60_000_000 * 60_000_000;
                let one_of = |texts: &[&'static str], draw: u64| Value::Text(texts[draw as usize % texts.len()]);
                let cells = [
                    ("encounter_id", Value::Text(key.as_str())),
                    ("resident_id", Value::Int(id)),
                    ("professional_id", Value::Text(&professional)),
                    (
                        "profession",
                        one_of(&["physician", "physician", "physician", "physician", "nurse"], numbers.next()),
                    ),
                    ("unit_id", Value::Text(&unit_id)),
                    ("service", Value::Text("outpatient")),
                    (
                        "modality",
                        one_of(&["in_person", "in_person", "phone", "video", "home", "letter"], numbers.next()),
                    ),
                    ("urgency", one_of(&["routine", "routine", "routine", "soon", "urgent"], numbers.next())),
                    ("status", one_of(&["done", "done", "done", "done", "done", "done", "cancelled"], numbers.next())),
                    ("started_at", Value::Int(started)),
                ];
                visits.push(&row(Encounter::TABLE, &cells), "bench", FROM, 0);
                if later && (number + visit).is_multiple_of(11) {
                    // Reported again a month later, with its end.
                    let ended = [("ended_at", Value::Int(started + 1_800_000_000))];
                    let cells: Vec<_> = cells.into_iter().chain(ended).collect();
                    corrected.push(&row(Encounter::TABLE, &cells), "bench", FROM + 30 * 86_400_000_000, 0);
                }
            }
        }
        commit.add(&mut visits)?;
        commit.add(&mut registered)?;
        bar.inc(1);
    }
    let mut units = Rows::new(facts::Unit::TABLE);
    for unit in 0..UNITS {
        let id = format!("unit-{unit}");
        let cells = [
            ("unit_id", Value::Text(&id)),
            ("valid_from", Value::Int(0)),
            ("name_fi", Value::Text(&id)),
            ("level", Value::Text("unit")),
        ];
        units.push(&row(facts::Unit::TABLE, &cells), "bench", FROM, 0);
    }
    commit.add(&mut units)?;
    for table in facts::TABLES {
        commit.compact(table, true)?;
    }
    commit.add(&mut corrected)?;
    commit.finish()?;
    bar.finish_and_clear();
    Ok(())
}

/// The same rows as single files for the peers: sorted by resident, sorted by time, and what was reported again.
fn export(compacted: &Path, layered: &Path) -> Result<()> {
    let columns = "encounter_id, resident_id, professional_id, profession, unit_id, modality, urgency, status, \
                   started_at FROM encounters";
    let by_resident = "ORDER BY resident_id NULLS FIRST, started_at NULLS FIRST";
    for (name, data, sql) in [
        (
            "registrations.parquet",
            compacted,
            "SELECT resident_id, unit_id, physician_id FROM registrations".to_string(),
        ),
        ("by-resident.parquet", compacted, format!("SELECT {columns} {by_resident}")),
        ("again.parquet", layered, format!("SELECT {columns} WHERE ended_at IS NOT NULL {by_resident}")),
    ] {
        let path = compacted.join(name);
        if path.exists() {
            continue;
        }
        let snapshot = Lake::open(data)?.snapshot()?;
        let batches = runtime()?.block_on(measure::sql(&snapshot, &sql, now()))?;
        let mut file = std::fs::File::create(&path).map_err(|error| Error::file("write", &path, error))?;
        report::write(&batches, Format::Parquet, &mut file)?;
    }
    let (sorted, by_time) = (compacted.join("by-resident.parquet"), compacted.join("by-time.parquet"));
    if !by_time.exists() {
        // Without the peers there is nobody to read it.
        let _ = Command::new("python3").args(["bench/peers.py", "sort"]).args([sorted, by_time]).status();
    }
    Ok(())
}

/// Median wall seconds, CPU seconds and peak MiB of a command, and what it printed.
struct Timed {
    wall: f64,
    cpu: f64,
    memory: f64,
    printed: String,
}

fn timed(runs: u16, program: &str, arguments: &[String]) -> Option<Timed> {
    let mut figures: [Vec<f64>; 3] = [Vec::new(), Vec::new(), Vec::new()];
    let mut printed = String::new();
    for _ in 0..runs {
        let run = Command::new("/usr/bin/time").args(["-f", "%e %U %S %M", program]).args(arguments).output().ok()?;
        let errors = String::from_utf8_lossy(&run.stderr).into_owned();
        if !run.status.success() {
            eprintln!("{program}: {}", errors.lines().last().unwrap_or(""));
            return None;
        }
        let numbers: Vec<f64> = errors.lines().last()?.split(' ').filter_map(|it| it.parse().ok()).collect();
        let [wall, user, system, kib] = numbers.as_slice() else { return None };
        for (list, value) in figures.iter_mut().zip([*wall, user + system, kib / 1024.0]) {
            list.push(value);
        }
        printed = String::from_utf8_lossy(&run.stdout).into_owned();
    }
    let median = |list: &mut Vec<f64>| {
        list.sort_unstable_by(f64::total_cmp);
        list[list.len() / 2]
    };
    let [mut wall, mut cpu, mut memory] = figures;
    Some(Timed { wall: median(&mut wall), cpu: median(&mut cpu), memory: median(&mut memory), printed })
}

/// The two-level SQL that an analyst would write, over the same fact tables.
const SQL: &str = "
WITH counts AS (
  SELECT resident_id, professional_id, count(*) AS n FROM encounters
  WHERE status = 'done' AND profession = 'physician' AND urgency IN ('routine', 'soon')
    AND modality IN ('in_person', 'home', 'workplace', 'institution', 'elsewhere', 'phone', 'video')
  GROUP BY resident_id, professional_id
),
persons AS (
  SELECT c.resident_id, sum(c.n) AS n, sum(c.n * c.n) AS squares, max(c.n) AS most,
         sum(CASE WHEN c.professional_id = r.physician_id THEN c.n ELSE 0 END) AS own, min(r.unit_id) AS unit_id
  FROM counts c JOIN registrations r ON r.resident_id = c.resident_id
  GROUP BY c.resident_id
)
SELECT count(*) AS units, sum(coc) AS coc, sum(upc) AS upc, sum(slicc) AS slicc FROM (
  SELECT unit_id, avg(CASE WHEN n >= 2 THEN (squares - n) / (n * (n - 1.0)) END) AS coc,
         avg(CASE WHEN n >= 2 THEN most / (n * 1.0) END) AS upc, sum(own) / (sum(n) * 1.0) AS slicc
  FROM persons GROUP BY unit_id
) units";

fn continuity(arguments: &Continuity) -> Result<()> {
    let folder = |name: &str| arguments.folder.join(format!("continuity-{}{name}", arguments.rows));
    let (compacted, layered) = (folder(""), folder("-deltas"));
    for (data, later) in [(&compacted, false), (&layered, true)] {
        if !data.join("facts").join("CURRENT").exists() {
            make(data, arguments.rows, later)?;
        }
    }
    export(&compacted, &layered)?;
    let own = std::env::current_exe().map_err(|error| Error::new(error.to_string()))?.display().to_string();
    let texts = |words: &[&str]| words.iter().map(|word| (*word).to_string()).collect::<Vec<_>>();
    let path = |name: &str| compacted.join(name).display().to_string();
    let measures = "measure run continuity.coc continuity.upc continuity.slicc --by unit --no-suppress --format csv \
                    --from 2024-01-01 --to 2026-01-02 --data";
    let mut rows: Vec<(String, Timed)> = Vec::new();
    let mut add = |name: &str, program: &str, words: &[String]| {
        if let Some(timed) = timed(arguments.runs, program, words) {
            rows.push((name.into(), timed));
        }
    };
    for (name, data) in [("luotsi, compacted", &compacted), ("luotsi, a tenth in deltas", &layered)] {
        let words: Vec<&str> = measures.split_whitespace().collect();
        add(name, &own, &texts(&[words.as_slice(), &[&data.display().to_string()]].concat()));
    }
    add("DataFusion SQL, same tables", &own, &texts(&["sql", SQL, "--format", "csv", "--data", &path("")]));
    for engine in ["scan", "duckdb", "polars", "pandas"] {
        for file in ["by-resident.parquet", "by-time.parquet"] {
            let words = texts(&["bench/peers.py", engine, &path(file), &path("registrations.parquet")]);
            add(&format!("{engine}, {}", file.trim_end_matches(".parquet")), "python3", &words);
        }
    }
    for engine in ["duckdb", "polars"] {
        let files = [path("by-resident.parquet"), path("registrations.parquet"), path("again.parquet")];
        let words: Vec<String> = texts(&["bench/peers.py", engine]).into_iter().chain(files).collect();
        add(&format!("{engine}, by-resident, a tenth again"), "python3", &words);
    }
    let cpu = rows.first().map_or(f64::NAN, |(_, ours)| ours.cpu);
    output::print(|out| {
        let mut line = |text: String| writeln!(out, "{text}").map_err(|error| Error::new(error.to_string()));
        line(format!("{} rows, medians of {}; start-up counted", arguments.rows, arguments.runs))?;
        line("| engine | wall s | CPU s | peak MiB | CPU ÷ ours | result |\n|---|---|---|---|---|---|".into())?;
        for (name, it) in &rows {
            let (result, ratio) = (result(&it.printed), it.cpu / cpu);
            line(format!("| {name} | {:.2} | {:.2} | {:.0} | {ratio:.1} | {result} |", it.wall, it.cpu, it.memory))?;
        }
        Ok(())
    })
}

/// Units, and the sums of COC, UPC and SLICC over them: of our CSV, or as a peer printed them.
fn result(printed: &str) -> String {
    let mut reader = csv::Reader::from_reader(printed.as_bytes());
    let header = reader.headers().cloned().unwrap_or_default();
    let Some(value) = header.iter().position(|name| name == "value") else {
        return printed.lines().last().unwrap_or_default().to_string();
    };
    let mut sums = std::collections::BTreeMap::<String, (usize, f64)>::new();
    for record in reader.records().flatten() {
        let sum = sums.entry(record[0].to_string()).or_default();
        *sum = (sum.0 + 1, sum.1 + record[value].parse().unwrap_or(0.0));
    }
    let one = |(units, sum): &(usize, f64)| format!("{units}: {sum:.6}");
    ["continuity.coc", "continuity.upc", "continuity.slicc"]
        .iter()
        .filter_map(|id| sums.get(*id))
        .map(one)
        .collect::<Vec<_>>()
        .join(" ")
}

/// Makes an empty folder; one that stands is removed only when it was made here.
fn clear(data: &Path) -> Result<()> {
    let broken = |error: std::io::Error| Error::file("clear the folder", data, error);
    let mark = data.join("bench");
    if data.exists() && !mark.exists() {
        return Err(Error::new("this folder was not made by a bench").at(data.display()).remedy("another --folder"));
    }
    if data.exists() {
        std::fs::remove_dir_all(data).map_err(broken)?;
    }
    std::fs::create_dir_all(data).and_then(|()| std::fs::write(mark, "")).map_err(broken)
}

/// The county is made when its three years are over.
const MADE: &str = "2026-01-01T00:00";

/// The month after the county's last, in days.
const NEW_MONTH: i64 = 31;

fn measures(arguments: &Measures) -> Result<()> {
    let data = arguments.folder.join(format!("county-{}", arguments.residents));
    let own = std::env::current_exe().map_err(|error| Error::new(error.to_string()))?.display().to_string();
    clear(&data)?;
    let plan = county::Plan { residents: arguments.residents, seed: 1, made: demo::instant(MADE).map_err(Error::new)? };
    demo::make(&data, &county::County::new(plan))?;
    let words = ["measure", "publish", "--data", &data.display().to_string()].map(String::from);
    let publish = || timed(1, &own, &words).ok_or_else(|| Error::new("publishing failed"));
    let cold = publish()?;
    let rows = add_month(&data)?;
    let warm = publish()?;
    let snapshot = Lake::open(&data)?.snapshot()?;
    let all: u64 = facts::TABLES.iter().map(|table| snapshot.rows(table)).sum();
    output::print(|out| {
        let mut line = |text: String| writeln!(out, "{text}").map_err(|error| Error::new(error.to_string()));
        line(format!("{} residents, {all} rows, of which {rows} of one new month", arguments.residents))?;
        line("| published | wall s | CPU s | peak MiB | |\n|---|---|---|---|---|".into())?;
        for (name, it) in [("cold", &cold), ("after one new month", &warm)] {
            line(format!("| {name} | {:.2} | {:.2} | {:.0} | {} |", it.wall, it.cpu, it.memory, it.printed.trim()))?;
        }
        Ok(())
    })
}

/// December's encounters and contacts once more as January's, under new keys.
fn add_month(data: &Path) -> Result<usize> {
    let lake = Lake::open(data)?;
    let snapshot = lake.snapshot()?;
    let mut commit = lake.commit()?;
    let mut rows = 0;
    for (table, at, times) in [
        (Encounter::TABLE, "started_at", &["started_at", "ended_at", "booked_at"] as &[&str]),
        (facts::Contact::TABLE, "opened_at", &["opened_at", "first_response_at", "closed_at"]),
    ] {
        let column = |column: &facts::Column| match column.name {
            name if table.key.contains(&name) => format!("concat('n', {name}) AS {name}"),
            name if times.contains(&name) => format!("{name} + INTERVAL '{NEW_MONTH} days' AS {name}"),
            name => name.to_string(),
        };
        let columns: Vec<String> = table.columns.iter().map(column).collect();
        let sql = format!("SELECT {} FROM {} WHERE {at} >= '2025-12-01T00:00:00Z'", columns.join(", "), table.name);
        for batch in runtime()?.block_on(measure::sql(&snapshot, &sql, now()))? {
            let mut gathered = Rows::of_batch(table, &batch, "bench", now())?;
            rows += gathered.len();
            commit.add(&mut gathered)?;
        }
    }
    commit.finish()?;
    Ok(rows)
}

fn import(arguments: &Import) -> Result<()> {
    let broken = |error: std::io::Error| Error::new(format!("cannot write the file: {error}"));
    std::fs::create_dir_all(&arguments.folder).map_err(broken)?;
    let file = arguments.folder.join(format!("import-{}.csv", arguments.rows));
    let data = arguments.folder.join("import");
    let residents = arguments.rows / VISITS + 1;
    let mut small = String::from("unit_id,name_fi,level\n");
    (0..UNITS).for_each(|unit| small += &format!("unit-{unit},Unit {unit},unit\n"));
    let units = arguments.folder.join("import-units.csv");
    std::fs::write(&units, &small).map_err(broken)?;
    let mut people = String::from("professional_id,profession,unit_id\n");
    (0..UNITS * PROFESSIONALS).for_each(|it| people += &format!("p{it},physician,unit-{}\n", it % UNITS));
    let professionals = arguments.folder.join("import-professionals.csv");
    std::fs::write(&professionals, &people).map_err(broken)?;
    let mut everyone = String::from("resident_id,birth_year\n");
    (0..residents).for_each(|it| everyone += &format!("resident-{it},{}\n", 1930 + it % 90));
    let known = arguments.folder.join("import-residents.csv");
    std::fs::write(&known, &everyone).map_err(broken)?;
    let mut out = std::io::BufWriter::new(std::fs::File::create(&file).map_err(broken)?);
    writeln!(out, "encounter_id,resident_id,professional_id,profession,unit_id,service,modality,urgency,started_at,ended_at,reason").map_err(broken)?;
    let mut numbers = Numbers(1);
    for number in 0..arguments.rows {
        let (resident, who) = (numbers.below(residents), numbers.below(UNITS * PROFESSIONALS));
        let (day, minute) = (1 + numbers.below(28), numbers.below(60));
        let month = 1 + numbers.below(12);
        writeln!(
            out,
            "e{number},resident-{resident},p{who},physician,unit-{},outpatient,in_person,routine,2024-{month:02}-{day:02}T10:{minute:02}:00Z,2024-{month:02}-{day:02}T11:00:00Z,icd10:M54.5",
            who % UNITS
        )
        .map_err(broken)?;
    }
    out.flush().map_err(broken)?;
    let own = std::env::current_exe().map_err(|error| Error::new(error.to_string()))?.display().to_string();
    let run = |table: &str, file: &Path| {
        let words = ["import", table, &file.display().to_string(), "--json", "--data", &data.display().to_string()];
        timed(1, &own, &words.map(String::from))
    };
    let parquet = file.with_extension("parquet");
    let converted = Command::new("python3").args(["bench/peers.py", "parquet"]).args([&file, &parquet]).status();
    let parquet = converted.is_ok_and(|status| status.success()).then_some(("Parquet", &parquet));
    for (kind, file) in std::iter::once(("CSV", &file)).chain(parquet) {
        clear(&data)?;
        Directory::keep_key(&data, b"luotsi bench, no secret")?;
        for (table, file) in [("units", &units), ("professionals", &professionals), ("residents", &known)] {
            run(table, file).ok_or_else(|| Error::new(format!("the import of {table} failed")))?;
        }
        let took = run("encounters", file).ok_or_else(|| Error::new("the import failed"))?;
        output::print(|out| {
            let rate = arguments.rows as f64 / took.wall;
            let text = format!(
                "{} {kind} rows: {:.1} s, {rate:.0} rows/s, {:.1} CPU-s, peak {:.0} MiB\n{}",
                arguments.rows,
                took.wall,
                took.cpu,
                took.memory,
                took.printed.trim()
            );
            writeln!(out, "{text}").map_err(|error| Error::new(error.to_string()))
        })?;
    }
    Ok(())
}
