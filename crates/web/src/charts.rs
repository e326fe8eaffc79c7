//! Charts as SVG made on the server, from structs of `stats`; a chart computes nothing.
//!
//! Presentation attributes only: a style element inside an inline picture is refused by the content policy. Shapes and
//! words say what colours say.

mod control;
mod icons;

use stats::spc::{self, Assurance, Better, Chart, Charted, Side, Variation};

pub use control::{Labels, control, sparkline};
pub use icons::{assurance_icon, variation_icon};

use crate::texts::Language;

pub const IMPROVEMENT: &str = "#005eb8";
pub const CONCERN: &str = "#c4500a";
pub const COMMON: &str = "#5f6f7a";
pub const NEUTRAL: &str = "#490092";
/// A target is no alarm: ink, and told from the mean by its dots.
pub const TARGET: &str = "#212121";

/// A control chart as a picture of its own, for files, with a title and a description in words. Shares are in per cent,
/// other values with as many decimals as the series needs. `targets`: the one in force in each period.
pub fn chart_svg(
    (title, periods): (&str, &[String]),
    charted: &Charted,
    targets: &[Option<f64>],
    better: Better,
    language: &str,
) -> String {
    let language = Language::named(language).unwrap_or(Language::En);
    let variation = spc::variation(charted, better).map(|it| format!("variation-{}", variation_code(it)));
    let description = language.text(variation.as_deref().unwrap_or("sentence-too-few"));
    let unit = if matches!(charted.chart, Chart::P | Chart::PPrime) { "share" } else { "" };
    let labels = Labels { title, description: &description, unit, language, id: "chart" };
    control(periods, charted, targets, better, &labels).into_string()
}

/// Name of a variation in files, texts and programs.
pub fn variation_code(variation: Variation) -> &'static str {
    match variation {
        Variation::Common => "common",
        Variation::Improvement(Side::High) => "improvement-high",
        Variation::Improvement(Side::Low) => "improvement-low",
        Variation::Concern(Side::High) => "concern-high",
        Variation::Concern(Side::Low) => "concern-low",
        Variation::Neutral(Side::High) => "neutral-high",
        Variation::Neutral(Side::Low) => "neutral-low",
    }
}

/// Name of an assurance in files, texts and programs.
pub fn assurance_code(assurance: Assurance) -> &'static str {
    match assurance {
        Assurance::Meets => "meets",
        Assurance::HitOrMiss => "hit-or-miss",
        Assurance::Misses => "misses",
    }
}

/// The colour of a variation.
pub fn colour(variation: Variation) -> &'static str {
    match variation {
        Variation::Common => COMMON,
        Variation::Improvement(_) => IMPROVEMENT,
        Variation::Concern(_) => CONCERN,
        Variation::Neutral(_) => NEUTRAL,
    }
}

/// The meaning for a measure of a signal to a side.
pub fn variation_of(side: Side, better: Better) -> Variation {
    match (better, side) {
        (Better::Higher, Side::High) | (Better::Lower, Side::Low) => Variation::Improvement(side),
        (Better::Higher, Side::Low) | (Better::Lower, Side::High) => Variation::Concern(side),
        (Better::Neither, side) => Variation::Neutral(side),
    }
}
