//! Where tools differ, and the names of their ways.

/// Where tools differ. Named presets are in [`Dialect::PRESETS`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dialect {
    pub two_sigma: TwoSigma,
    pub patterns: Patterns,
    /// Points in a row on one side, or rising or falling, that signal.
    pub run_length: RunLength,
    pub ties: Ties,
    pub screening: Screening,
    pub constant: Constant,
    pub target_on_limit: TargetOnLimit,
}

/// Which points count for two of three near a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TwoSigma {
    /// There is no such rule (Anhøj).
    None,
    /// All three on one side; beyond two sigma, also beyond the limit (Making Data Count tools since late 2023).
    Beyond,
    /// All three on one side; between two and three sigma only (R package NHSRplotthedots).
    Between,
    /// Two on one side beyond two sigma, the third anywhere (Nelson 1984, test 5).
    ThirdAnywhere,
}

/// Signs that values vary in another way than chance does, beside those of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Patterns {
    None,
    /// Nelson 1984, tests 4, 6, 7 and 8.
    Nelson,
}

/// How many points make a shift or a trend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunLength {
    Fixed {
        shift: usize,
        trend: usize,
    },
    /// Anhøj: longer than round(log₂ n) + 3, and no rule for trends.
    ByCount,
}

/// The effect that an equal neighbour, or a point on the centre line, has on a trend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ties {
    Break,
    /// A repeated value neither adds nor cancels (older NHS guide).
    Neutral,
}

/// On which charts outlying moving ranges (≥ 3.267 × mean) are dropped once before limits are set. Ranges of nought alone
/// are never what is left: a process that hardly ever moves would have no limits but its mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Screening {
    None,
    /// On xmr and t charts.
    Individuals,
    /// On xmr, t, p′ and u′ charts (after Nelson 1982).
    AllRanges,
}

/// Constant of moving-range limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Constant {
    /// 2.66, as NHS charts print it.
    Rounded,
    /// 3 / 1.128 = 2.6596 (d₂ for ranges of two).
    Exact,
}

/// Whether a target exactly on a limit is met (or missed) for certain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TargetOnLimit {
    Certain,
    HitOrMiss,
}

impl Dialect {
    /// The default.
    pub const MAKING_DATA_COUNT: Dialect = Dialect {
        two_sigma: TwoSigma::Beyond,
        patterns: Patterns::None,
        run_length: RunLength::Fixed { shift: 7, trend: 7 },
        ties: Ties::Break,
        screening: Screening::Individuals,
        constant: Constant::Rounded,
        target_on_limit: TargetOnLimit::Certain,
    };

    pub const PRESETS: [(&'static str, Dialect); 8] = [
        ("making-data-count", Dialect::MAKING_DATA_COUNT),
        (
            "nhs-r-package",
            Dialect {
                two_sigma: TwoSigma::Between,
                target_on_limit: TargetOnLimit::HitOrMiss,
                ..Dialect::MAKING_DATA_COUNT
            },
        ),
        ("nhs-excel", Dialect { screening: Screening::None, ..Dialect::MAKING_DATA_COUNT }),
        (
            "nhs-excel-six",
            Dialect {
                screening: Screening::None,
                run_length: RunLength::Fixed { shift: 6, trend: 6 },
                ..Dialect::MAKING_DATA_COUNT
            },
        ),
        ("nhs-older-guide", Dialect { ties: Ties::Neutral, screening: Screening::None, ..Dialect::MAKING_DATA_COUNT }),
        (
            // Nelson 1984, all eight tests.
            "nelson",
            Dialect {
                two_sigma: TwoSigma::ThirdAnywhere,
                patterns: Patterns::Nelson,
                screening: Screening::None,
                run_length: RunLength::Fixed { shift: 9, trend: 6 },
                constant: Constant::Exact,
                ..Dialect::MAKING_DATA_COUNT
            },
        ),
        (
            // Anhøj & Olesen 2014: the longest run and the crossings; beside them only the limits.
            "anhoej",
            Dialect {
                two_sigma: TwoSigma::None,
                run_length: RunLength::ByCount,
                screening: Screening::None,
                constant: Constant::Exact,
                ..Dialect::MAKING_DATA_COUNT
            },
        ),
        (
            // The R package qicharts2: Anhøj's rules, and outlying moving ranges dropped wherever there are any.
            "qicharts2",
            Dialect {
                two_sigma: TwoSigma::None,
                run_length: RunLength::ByCount,
                screening: Screening::AllRanges,
                constant: Constant::Exact,
                ..Dialect::MAKING_DATA_COUNT
            },
        ),
    ];

    pub fn named(name: &str) -> Option<Dialect> {
        Dialect::PRESETS.iter().find(|(known, _)| *known == name).map(|(_, dialect)| *dialect)
    }
}
