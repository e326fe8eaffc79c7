//! The fold: no shuffle and no sort on the store's own layout, right on any other, equal to plain SQL.

use std::sync::Arc;

use analytics::fold::Continuity;
use analytics::rows;
use datafusion::datasource::MemTable;
use datafusion::physical_plan::displayable;
use datafusion::prelude::{SessionConfig, SessionContext};
use facts::{Encounter, Registration, Row};

use crate::county::County;

const YEAR: (i64, i64) = (1_735_682_400_000_000, 1_767_218_400_000_000);

/// A county with visits of nine residents to four professionals, and its facts as plain tables sorted by time.
fn county() -> County {
    let mut county = County::new();
    let mut visits =
        String::from("encounter_id,resident_id,professional_id,profession,unit_id,service,modality,started_at\n");
    for number in 0..400_u32 {
        let (resident, day) = (1 + number % 9, 1 + (number * 7) % 28);
        let month = 1 + (number * 5) % 12;
        let professional = ["p1", "p2", "p4", ""][(number as usize * 13 / 5) % 4];
        let unit = ["a", "b"][(number as usize / 3) % 2];
        let hour = 6 + number % 12;
        visits += &format!(
            "e{number},r{resident},{professional},physician,{unit},outpatient,phone,2025-{month:02}-{day:02}T{hour:02}:{:02}:00Z\n",
            number % 60
        );
    }
    county.must("encounters", &visits);
    county.must(
        "registrations",
        "resident_id,valid_from,unit_id,physician_id,valid_to\nr1,,a,p1,\nr2,,a,p1,2025-07-01\nr2,2025-07-01,b,p4,\nr3,,b,,\n",
    );
    county
}

async fn plain_tables(county: &County) -> (Arc<MemTable>, Arc<MemTable>) {
    let table = async |sql: &str, schema| {
        let batches = analytics::measure::sql(&county.snapshot(), sql, county.now()).await.expect("rows");
        let batch = datafusion::arrow::compute::concat_batches(&schema, &batches).expect("one batch");
        // Two partitions that cut through residents.
        let half = batch.num_rows() / 2;
        let parts = vec![vec![batch.slice(0, half)], vec![batch.slice(half, batch.num_rows() - half)]];
        Arc::new(MemTable::try_new(schema, parts).expect("a table"))
    };
    let encounters = table("SELECT * FROM encounters ORDER BY started_at", rows::schema(Encounter::TABLE)).await;
    let registrations =
        table("SELECT * FROM registrations ORDER BY valid_from", rows::schema(Registration::TABLE)).await;
    (encounters, registrations)
}

fn session(fold: Continuity) -> SessionContext {
    let mut config = SessionConfig::new().with_target_partitions(2);
    config.options_mut().optimizer.preserve_file_partitions = 1;
    let context = SessionContext::new_with_config(config);
    context.register_udtf("continuity", Arc::new(fold));
    context
}

const QUERY: &str = "SELECT resident_id, unit_id, visits, named, own, missing, coc, upc, secon FROM continuity()";

async fn plan_of(context: &SessionContext) -> String {
    let plan = context.sql(QUERY).await.expect("a query").create_physical_plan().await.expect("a plan");
    displayable(plan.as_ref()).indent(true).to_string()
}

async fn sorted_rows(context: &SessionContext) -> Vec<Vec<String>> {
    let mut rows = crate::county::rows(&context.sql(QUERY).await.expect("a query").collect().await.expect("rows"));
    rows.sort_unstable();
    rows
}

#[test]
fn on_our_layout_nothing_is_shuffled_or_sorted_and_elsewhere_it_is_right_all_the_same() {
    let county = county();
    crate::runtime().block_on(async {
        let ours = session(Continuity::new(county.snapshot(), vec![YEAR], county.now()));
        let plan = plan_of(&ours).await;
        assert!(plan.contains("FoldExec"), "{plan}");
        assert!(!plan.contains("RepartitionExec") && !plan.contains("SortExec"), "{plan}");
        let (encounters, registrations) = plain_tables(&county).await;
        let other = session(Continuity::over(encounters, registrations, vec![YEAR]));
        let plan = plan_of(&other).await;
        assert!(plan.contains("RepartitionExec") && plan.contains("SortExec"), "{plan}");
        let rows = sorted_rows(&ours).await;
        assert_eq!(rows.len(), 9);
        assert_eq!(rows, sorted_rows(&other).await);
    });
}

/// The fold's oracle: the same figures in plain SQL.
const ORACLE: &str = "
WITH visits AS (
  SELECT resident_id, professional_id, started_at, encounter_id
  FROM encounters
  WHERE status = 'done' AND profession = 'physician' AND professional_id IS NOT NULL
    AND modality IN ('in_person', 'home', 'workplace', 'institution', 'elsewhere', 'phone', 'video')
    AND (urgency IS NULL OR urgency IN ('routine', 'soon'))
),
pairs AS (
  SELECT resident_id, CASE WHEN professional_id = lag(professional_id) OVER (PARTITION BY resident_id ORDER BY started_at, encounter_id) THEN 1 ELSE 0 END AS same
  FROM visits
),
sequence AS (SELECT resident_id, sum(same) AS same FROM pairs GROUP BY resident_id),
counts AS (SELECT resident_id, professional_id, count(*) AS n FROM visits GROUP BY resident_id, professional_id),
persons AS (SELECT resident_id, sum(n) AS n, sum(n * n) AS squares, max(n) AS most FROM counts GROUP BY resident_id),
named AS (
  SELECT v.resident_id, count(*) AS named, sum(CASE WHEN r.physician_id = v.professional_id THEN 1 ELSE 0 END) AS own
  FROM visits v JOIN registrations r ON r.resident_id = v.resident_id AND r.physician_id IS NOT NULL
    AND r.valid_from <= local_date(v.started_at) AND (r.valid_to IS NULL OR r.valid_to > local_date(v.started_at))
  GROUP BY v.resident_id
)
SELECT p.resident_id, p.n, coalesce(named.named, 0), coalesce(named.own, 0),
  round(CAST(p.squares - p.n AS DOUBLE) / (p.n * (p.n - 1)) * 1000000), round(CAST(p.most AS DOUBLE) / p.n * 1000000),
  round(CAST(s.same AS DOUBLE) / (p.n - 1) * 1000000)
FROM persons p JOIN sequence s ON s.resident_id = p.resident_id LEFT JOIN named ON named.resident_id = p.resident_id
ORDER BY p.resident_id";

#[test]
fn the_fold_equals_its_oracle_in_plain_sql() {
    let county = county();
    let folded = "SELECT resident_id, visits, named, own, round(coc * 1000000), round(upc * 1000000), round(secon * 1000000) \
                  FROM continuity() ORDER BY resident_id";
    let (folded, oracle) = (county.sql(folded), county.sql(ORACLE));
    assert_eq!(folded.len(), 9);
    let numbers = |rows: Vec<Vec<String>>| -> Vec<Vec<f64>> {
        rows.into_iter().map(|row| row.iter().map(|cell| cell.parse().unwrap_or(f64::NAN)).collect()).collect()
    };
    assert_eq!(numbers(folded), numbers(oracle));
}

#[test]
fn the_names_of_visits_change_no_index() {
    // Forty people, pairs of whose visits are of one instant; then the same under other names, in another order.
    let made = |name: &dyn Fn(u32) -> String, backwards: bool| {
        let mut county = County::new();
        let people: String = (0..40).map(|person| format!("q{person},1980\n")).collect();
        county.must("residents", &format!("resident_id,birth_year\n{people}"));
        let row = |number: u32| {
            let (person, visit) = (number / 6, number % 6);
            let professional = ["p1", "p2", "p4"][((person * 7 + visit * 5 + person * visit) % 3) as usize];
            let day = 1 + 2 * (visit / 2);
            let unit = ["a", "b"][(visit % 2) as usize];
            format!(
                "{},q{person},{professional},physician,{unit},outpatient,phone,2025-03-{day:02}T10:00:00Z\n",
                name(number)
            )
        };
        let mut rows: Vec<String> = (0..240).map(row).collect();
        if backwards {
            rows.reverse();
        }
        let header = "encounter_id,resident_id,professional_id,profession,unit_id,service,modality,started_at\n";
        county.must("encounters", &format!("{header}{}", rows.concat()));
        let query = "SELECT unit_id, count(*), sum(secon), sum(coc) FROM (SELECT * FROM continuity() ORDER BY resident_id) \
                     GROUP BY unit_id ORDER BY unit_id";
        let rows = county.sql(query);
        // Sums of floats come in any order of rows.
        rows.into_iter()
            .map(|row| row.iter().map(|it| it.parse::<f64>().map_or(it.clone(), |it| format!("{it:.9}"))).collect())
            .collect::<Vec<Vec<String>>>()
    };
    let first = made(&|number| format!("e{number:03}"), false);
    let other = made(&|number| format!("{:x}", number.wrapping_mul(2_654_435_761)), true);
    assert_eq!(first, other);
    assert_eq!(first.len(), 1, "of units visited at one instant the first by its id is home: {first:?}");
}

#[test]
fn many_small_imports_change_nothing_but_the_figures_they_should() {
    let mut county = County::new();
    let header = "encounter_id,resident_id,professional_id,profession,unit_id,service,modality,started_at\n";
    let visit = |number: u32, modality: &str| {
        format!("e{number},r1,p1,physician,a,outpatient,{modality},2025-01-{:02}T10:00:00Z\n", 1 + number % 28)
    };
    let modalities = ["in_person", "home", "workplace", "institution", "elsewhere", "phone", "video", "chat", "other"];
    let base: String = (0..3000).map(|number| visit(number, "phone")).collect();
    county.must("encounters", &format!("{header}{base}"));
    // Each brings the vocabulary of its own: together they have far more entries than there are codes.
    for import in 0..12 {
        let rows: String = modalities.iter().zip(0..).map(|(it, at)| visit(9000 + import * 20 + at, it)).collect();
        county.must("encounters", &format!("{header}{rows}"));
    }
    let ids = ["continuity.upc".to_string()];
    let request = analytics::measure::Request {
        from: jiff::civil::date(2025, 1, 1),
        to: jiff::civil::date(2026, 1, 1),
        grouping: analytics::measure::Grouping::default(),
        as_of: county.now(),
        tree_now: false,
        confidence: analytics::measure::CONFIDENCE,
        suppress: None,
    };
    let (snapshot, catalogue) = (county.snapshot(), analytics::measure::Catalogue::shipped().expect("the catalogue"));
    let run = analytics::measure::run(&snapshot, &catalogue, &ids, &request);
    let figures = crate::runtime().block_on(run).expect("a run").figures;
    assert_eq!((figures[0].n, figures[0].value), (1, Some(1.0)));
}
