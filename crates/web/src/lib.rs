//! Pages.
use stats::spc::{Assurance, Better, Charted, Variation};
pub fn chart_svg(_: &[String], _: &Charted, _: Option<f64>, _: Better, _: &str) -> String { String::new() }
pub fn variation_code(_: Variation) -> &'static str { "" }
pub fn assurance_code(_: Assurance) -> &'static str { "" }
