//! Figures of the month that is under way: not published, judged or kept, and shown as partial.

use std::collections::HashMap;

use analytics::Result;
use analytics::lake::Snapshot;
use analytics::measure::{self, Catalogue, Figure, Grouping, Request};
use calendar::Calendar;
use jiff::ToSpan;
use web::Point;

/// Figures by measure and unit, of the month in which an instant is, as of that instant; what could tell a person hidden.
/// None of measures that look back over more than a month, and of classes and quantiles, whose parts are of a whole month.
pub async fn figures(
    snapshot: &Snapshot,
    catalogue: &Catalogue,
    as_of: i64,
    threshold: u64,
) -> Result<HashMap<(String, String), Point>> {
    let Some(today) = Calendar::shipped().local_date(as_of) else { return Ok(HashMap::new()) };
    let is_of_month =
        |it: &measure::Definition| it.window_months.is_none_or(|months| months < 2) && it.parts().is_none();
    let ids: Vec<String> =
        catalogue.measures().filter(|(_, it)| is_of_month(it)).map(|(_, it)| it.id.clone()).collect();
    let request = Request {
        from: today.first_of_month(),
        to: today.checked_add(1.day()).unwrap_or(today),
        grouping: Grouping::parse("unit")?,
        as_of,
        tree_now: false,
        confidence: measure::CONFIDENCE,
        suppress: Some(threshold),
    };
    let month = format!("{:04}-{:02}", today.year(), today.month());
    let results = measure::run(snapshot, catalogue, &ids, &request).await?;
    let shown = results.figures.into_iter().filter(|figure| figure.n > 0 && !figure.suppressed);
    Ok(shown.map(|figure| ((figure.measure.clone(), figure.unit_id.clone()), point(figure, &month))).collect())
}

fn point(figure: Figure, month: &str) -> Point {
    Point {
        period: month.into(),
        value: figure.value,
        lower: figure.lower,
        upper: figure.upper,
        n: Some(figure.n),
        numerator: figure.numerator,
        denominator: figure.denominator,
        suppressed: false,
        coverage: figure.coverage,
        reason: figure.reason.map(String::from),
        as_of: figure.as_of,
    }
}
