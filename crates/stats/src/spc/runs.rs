//! Runs about the centre line: how long the longest is, how often the series crosses, and what chance allows.

use statrs::distribution::{Binomial, DiscreteCDF};

/// Runs of one phase. Points on the centre line are not useful: they neither lengthen a run nor cross.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Runs {
    /// Points off the centre line.
    pub useful: usize,
    /// Points of the longest run on one side.
    pub longest: usize,
    /// The longest run that is still within chance.
    pub longest_limit: usize,
    pub crossings: usize,
    /// The fewest crossings that are still within chance.
    pub crossings_limit: usize,
}

/// Runs of sides, −1 below, 0 on, 1 above the centre line, oldest first. `None` where no point lies off it.
pub fn runs(sides: impl Iterator<Item = i8>) -> Option<Runs> {
    let useful: Vec<i8> = sides.filter(|side| *side != 0).collect();
    let (longest_limit, crossings_limit) = anhoej_limits(useful.len())?;
    let lengths: Vec<usize> = useful.chunk_by(|left, right| left == right).map(<[i8]>::len).collect();
    let longest = lengths.iter().copied().max()?;
    Some(Runs { useful: useful.len(), longest, longest_limit, crossings: lengths.len() - 1, crossings_limit })
}

/// Limits of a run chart with `useful` points off the centre line (Anhøj & Olesen 2014): the longest run that is still
/// within chance, and the fewest crossings that are.
pub fn anhoej_limits(useful: usize) -> Option<(usize, usize)> {
    let longest = (useful as f64).log2().round() as usize + 3;
    let crossings = Binomial::new(0.5, useful.checked_sub(1)? as u64).ok()?.inverse_cdf(0.05);
    Some((longest, crossings as usize))
}
