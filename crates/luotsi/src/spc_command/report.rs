//! The report of a chart, as JSON and as CSV; both say the same.

use analytics::{Error, Result};
use serde_json::{Value, json};
use stats::spc::{self, Assurance, Better, Charted, Dialect, Point, Proposal, Stretch, Unjudged, Variation};

/// A chart with its verdicts.
pub struct Report<'a> {
    periods: &'a [String],
    pub charted: Charted,
    /// The target in force in each period.
    pub targets: Vec<Option<f64>>,
    variation: Option<Variation>,
    proposal: Option<Proposal>,
    since: Option<usize>,
    assurance: Option<Assurance>,
    unjudged: Option<Unjudged>,
}

impl Report<'_> {
    pub fn of<'a>(
        periods: &'a [String],
        charted: Charted,
        targets: Vec<Option<f64>>,
        better: Better,
        dialect: &Dialect,
    ) -> Report<'a> {
        let proposal = spc::propose(&charted);
        let target = targets.last().copied().flatten();
        let judged =
            target.map(|target| spc::judge(&charted, proposal.as_ref(), target, better, dialect.target_on_limit));
        Report {
            periods,
            variation: spc::variation(&charted, better),
            since: spc::since(&charted, proposal.as_ref()),
            assurance: judged.and_then(std::result::Result::ok),
            unjudged: judged.and_then(std::result::Result::err),
            proposal,
            charted,
            targets,
        }
    }

    /// Verdicts on the whole series, by name.
    fn verdicts(&self) -> Vec<(&'static str, Value)> {
        vec![
            ("variation", json!(self.variation.map(web::variation_code))),
            ("since", json!(self.since.map(|at| &self.periods[at]))),
            ("assurance", json!(self.assurance.map(web::assurance_code))),
            ("unjudged", json!(self.unjudged.map(Unjudged::code))),
            ("on_trial", json!(self.charted.on_trial())),
            ("screened", json!(self.charted.screened())),
        ]
    }

    /// Figures of a phase, by name. The limits of runs are Anhøj's for as many points off the centre line.
    fn of_phase(&self, phase: &Stretch) -> Vec<(&'static str, Value)> {
        let runs = phase.runs;
        vec![
            ("values", json!(phase.values)),
            ("useful", json!(runs.map(|it| it.useful))),
            ("longest_run", json!(runs.map(|it| it.longest))),
            ("longest_run_limit", json!(runs.map(|it| it.longest_limit))),
            ("crossings", json!(runs.map(|it| it.crossings))),
            ("crossings_limit", json!(runs.map(|it| it.crossings_limit))),
        ]
    }

    /// A new phase that the series seems to need, by name.
    fn of_proposal(&self) -> Vec<(&'static str, Value)> {
        let proposal = self.proposal.as_ref();
        vec![
            ("from", json!(proposal.map(|it| &self.periods[it.first]))),
            ("rule", json!(proposal.map(|_| Proposal::RULE))),
            ("side", json!(proposal.map(|it| it.side.code()))),
            ("before", json!(proposal.map(|it| it.before))),
            ("after", json!(proposal.map(|it| it.after))),
            ("values_before", json!(proposal.map(|it| it.values.0))),
            ("values_after", json!(proposal.map(|it| it.values.1))),
            ("chance", json!(proposal.map(|it| it.chance))),
        ]
    }

    fn of_point(&self, at: usize, point: &Point) -> Vec<(&'static str, Value)> {
        vec![
            ("period", json!(self.periods[at])),
            ("value", json!(point.value)),
            ("centre", json!(point.centre)),
            ("lower", json!(point.lower)),
            ("upper", json!(point.upper)),
            ("phase", json!(point.phase)),
            (
                "signals",
                point.signals.iter().map(|it| json!({"rule": it.rule.code(), "side": it.side.code()})).collect(),
            ),
            ("excluded", json!(point.excluded)),
            ("target", json!(self.targets[at])),
        ]
    }

    pub fn json(&self) -> String {
        let object = |pairs: Vec<(&'static str, Value)>| -> Value {
            pairs.into_iter().map(|(name, value)| (name.to_string(), value)).collect()
        };
        let points: Vec<Value> =
            self.charted.points.iter().enumerate().map(|(at, point)| object(self.of_point(at, point))).collect();
        let of_phase = |phase: &Stretch| {
            let from = ("from", json!(self.periods[phase.first]));
            object([vec![from], self.of_phase(phase)].concat())
        };
        let phases: Vec<Value> = self.charted.phases.iter().map(of_phase).collect();
        let whole = vec![
            ("chart", json!(self.charted.chart.code())),
            ("target", json!(self.targets.last().copied().flatten())),
            ("proposal", if self.proposal.is_some() { object(self.of_proposal()) } else { Value::Null }),
            ("phases", json!(phases)),
            ("points", json!(points)),
        ];
        serde_json::to_string_pretty(&object([self.verdicts(), whole].concat())).unwrap_or_default()
    }

    /// A row for each period; what is said of a phase or of the whole series stands in each of its rows.
    pub fn csv(&self) -> Result<String> {
        let broken = |error: csv::Error| Error::new(error.to_string());
        let mut out = csv::Writer::from_writer(Vec::new());
        for (at, point) in self.charted.points.iter().enumerate() {
            let mut row: Vec<(String, String)> = Vec::new();
            let mut put = |of: &str, pairs: Vec<(&'static str, Value)>| {
                row.extend(pairs.into_iter().map(|(name, value)| (format!("{of}{name}"), cell(&value))));
            };
            put("", self.of_point(at, point));
            put("", self.of_phase(&self.charted.phases[point.phase]));
            put("", self.verdicts());
            put("proposal_", self.of_proposal());
            if at == 0 {
                out.write_record(row.iter().map(|(name, _)| name)).map_err(broken)?;
            }
            out.write_record(row.iter().map(|(_, value)| value)).map_err(broken)?;
        }
        let bytes = out.into_inner().map_err(|error| Error::new(error.to_string()))?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}

/// A field: nothing is empty, signals stand as `rule:side` one after another.
fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => facts::harmless(text).into_owned(),
        Value::Array(signals) => {
            let text = |signal: &Value, name: &str| signal[name].as_str().unwrap_or("").to_string();
            let signal = |it: &Value| format!("{}:{}", text(it, "rule"), text(it, "side"));
            signals.iter().map(signal).collect::<Vec<_>>().join(" ")
        }
        // As Rust writes numbers: whole ones without a fraction.
        Value::Number(number) => number.as_f64().map_or_else(|| number.to_string(), |number| number.to_string()),
        other => other.to_string(),
    }
}
