//! `luotsi serve`: pages over a data directory.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;

use analytics::lake::{Lake, Snapshot};
use analytics::measure::{self, Better, Catalogue, Grouping, Request};
use analytics::{Error, Result};
use jiff::civil::Date;
use web::{App, Card, CaseTable, Figures, Point, Series, UnitCard};

use crate::{DataDirectory, now, runtime};

/// Cases shown on a page.
const CASES_SHOWN: usize = 200;

#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    data: DataDirectory,
    /// Address to serve on.
    #[arg(long, env = "LUOTSI_LISTEN", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
}

pub fn run(arguments: &Arguments) -> Result<()> {
    serve(&arguments.data.path, arguments.listen, false)
}

/// Serves until it is told to end. `demo`: sign-in by choosing a role.
pub fn serve(data: &Path, listen: SocketAddr, demo: bool) -> Result<()> {
    let runtime = runtime()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(listen).await.map_err(|error| {
            Error::new(format!("cannot listen on {listen}: {error}")).remedy("another address with --listen")
        })?;
        let figures = Published::load(data).await?;
        let app = App::new(Box::new(figures), web::shipped_scorecards(), demo, secret);
        let address = listener.local_addr().map_err(|error| Error::new(error.to_string()))?;
        eprintln!("serving on http://{address}");
        let stopped = async {
            let _ = tokio::signal::ctrl_c().await;
        };
        web::serve(listener, app, stopped).await.map_err(|error| Error::new(format!("cannot serve: {error}")))
    })
}

#[expect(clippy::expect_used, reason = "without the system's randomness nobody may be signed in")]
fn secret() -> [u8; 32] {
    use std::io::Read;
    let mut bytes = [0; 32];
    std::fs::File::open("/dev/urandom")
        .and_then(|mut file| file.read_exact(&mut bytes))
        .expect("the system's randomness");
    bytes
}

/// The published cube: every measure by unit and month, with what could tell a person hidden.
struct Published {
    snapshot: Snapshot,
    catalogue: Arc<Catalogue>,
    cards: Vec<Card>,
    units: Vec<UnitCard>,
    /// By measure and unit.
    series: HashMap<(String, String), Series>,
    as_of: i64,
    synthetic: bool,
}

impl Published {
    async fn load(data: &Path) -> Result<Published> {
        let snapshot = Lake::existing(data)?.snapshot()?;
        let catalogue = Arc::new(Catalogue::shipped()?);
        let as_of = now();
        let tree = measure::tree(&snapshot, as_of).await?;
        let units = tree
            .units
            .iter()
            .map(|unit| UnitCard {
                id: unit.id.clone(),
                names: [unit.name_fi.clone(), unit.name_sv.clone(), unit.name_en.clone()],
                level: unit.level.clone(),
                parent: unit.parent,
            })
            .collect();
        let cards = catalogue.measures().map(|(file, measure)| card(file, measure)).collect();
        let series = match measure::complete_months(&snapshot, as_of) {
            Some((from, to)) => published_series(&snapshot, &catalogue, from, to, as_of).await?,
            None => HashMap::new(),
        };
        let synthetic = data.join("synthetic").exists();
        Ok(Published { snapshot, catalogue, cards, units, series, as_of, synthetic })
    }
}

async fn published_series(
    snapshot: &Snapshot,
    catalogue: &Catalogue,
    from: Date,
    to: Date,
    as_of: i64,
) -> Result<HashMap<(String, String), Series>> {
    let grouping = Grouping::parse("unit,period")?;
    let request = Request { from, to, grouping, as_of, suppress: true };
    let ids: Vec<String> = catalogue.measures().map(|(_, measure)| measure.id.clone()).collect();
    let results = measure::run(snapshot, catalogue, &ids, &request).await?;
    let months: Vec<String> =
        std::iter::successors(Some(from), |month| month.checked_add(jiff::Span::new().months(1)).ok())
            .take_while(|month| *month < to)
            .map(|month| format!("{:04}-{:02}", month.year(), month.month()))
            .collect();
    let gaps: Vec<Point> = months.iter().map(|month| Point { period: month.clone(), ..Point::default() }).collect();
    let mut series: HashMap<(String, String), Series> = HashMap::new();
    for figure in results.figures {
        let key = (figure.measure.clone(), figure.unit_id.clone());
        let of = series.entry(key).or_insert_with(|| Series { points: gaps.clone(), as_of: figure.as_of.clone() });
        let Some(place) = months.iter().position(|month| *month == figure.period) else { continue };
        of.points[place] = Point {
            period: figure.period,
            value: figure.value,
            lower: figure.lower,
            upper: figure.upper,
            n: (!figure.suppressed).then_some(figure.n),
            numerator: figure.numerator,
            denominator: figure.denominator,
            suppressed: figure.suppressed,
            coverage: figure.coverage,
        };
    }
    Ok(series)
}

fn card(file: &measure::MeasureFile, measure: &measure::Definition) -> Card {
    let texts = |names: &measure::Names| [names.fi.clone(), names.sv.clone(), names.en.clone()];
    Card {
        id: measure.id.clone(),
        names: texts(&measure.name),
        about: texts(&measure.about),
        unit: measure.unit.clone(),
        better: match measure.better {
            Better::Higher => stats::spc::Better::Higher,
            Better::Lower => stats::spc::Better::Lower,
            Better::Neither => stats::spc::Better::Neither,
        },
        kind: format!("{:?}", measure.kind).to_lowercase(),
        source: measure.source.clone(),
        sql: file.sql.clone(),
        version: measure.version,
    }
}

impl Figures for Published {
    fn catalogue(&self) -> &[Card] {
        &self.cards
    }

    fn units(&self) -> &[UnitCard] {
        &self.units
    }

    fn series(&self, measure: &str, unit: &str) -> Option<Series> {
        self.series.get(&(measure.to_string(), unit.to_string())).cloned()
    }

    fn cases(
        &self,
        measure: &str,
        unit: &str,
        period: &str,
    ) -> Pin<Box<dyn Future<Output = std::result::Result<CaseTable, String>> + Send>> {
        let (snapshot, catalogue) = (self.snapshot.clone(), Arc::clone(&self.catalogue));
        let (measure, unit, period, as_of) = (measure.to_string(), unit.to_string(), period.to_string(), self.as_of);
        Box::pin(async move {
            let from: Date = format!("{period}-01").parse().map_err(|error: jiff::Error| error.to_string())?;
            let to = from.checked_add(jiff::Span::new().months(1)).map_err(|error| error.to_string())?;
            let grouping = Grouping::parse("period").map_err(|error| error.to_string())?;
            let request = Request { from, to, grouping, as_of, suppress: false };
            let table = measure::cases_under(&snapshot, &catalogue, &measure, &unit, &request, CASES_SHOWN).await;
            let table = table.map_err(|error| error.to_string())?;
            Ok(CaseTable { header: table.header, rows: table.rows, total: table.total })
        })
    }

    fn synthetic(&self) -> bool {
        self.synthetic
    }
}
