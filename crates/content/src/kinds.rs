//! Kinds of parts, the engines that they stand on and the folders of their files.

/// Engines: what is code, on which parts stand.
pub const ENGINES: [&str; 14] = [
    "contact",
    "booking",
    "form",
    "path",
    "directory",
    "people",
    "measure",
    "evaluate",
    "phenomena",
    "settle",
    "interpret",
    "plan",
    "identity",
    "exchange",
];

/// A kind of part: its word, the engines it stands on, and the folder of its files. A rule has no engine of its own: it
/// belongs to whichever reads it.
pub const KINDS: [(&str, &[&str], &str); 34] = [
    ("queue", &["contact"], "content/queues"),
    ("service", &["contact"], "content/services"),
    ("clock", &["contact"], "rules/clocks"),
    ("routing", &["contact"], "content/routings"),
    ("canned", &["contact"], "content/canned"),
    ("calendar", &["booking"], "content/calendars"),
    ("slot", &["booking"], "content/slots"),
    ("form", &["form"], "content/forms"),
    ("survey", &["form"], "content/surveys"),
    ("path", &["path"], "content/paths"),
    ("plan", &["path"], "content/plans"),
    ("meeting", &["path"], "content/meetings"),
    ("role", &["path", "people"], "content/roles"),
    ("group", &["path"], "content/groups"),
    ("entry", &["directory"], "content/entries"),
    ("guide", &["directory"], "content/entries/guide"),
    ("template", &["directory"], "content/entries/template"),
    ("course", &["people"], "content/courses"),
    ("network", &["people"], "content/networks"),
    ("measure", &["measure"], "measures"),
    ("scorecard", &["measure"], "scorecards"),
    ("series", &["measure"], "content/series"),
    ("programme", &["evaluate"], "content/programmes"),
    ("model", &["evaluate"], "content/models"),
    ("report", &["evaluate"], "content/reports"),
    ("phenomenon", &["phenomena"], "content/phenomena"),
    ("tariff", &["settle"], "rules/tariffs"),
    ("contract", &["settle"], "content/contracts"),
    ("provider", &["interpret"], "content/providers"),
    ("scenario", &["plan"], "content/scenarios"),
    ("campaign", &["plan"], "content/campaigns"),
    ("port", &["identity", "exchange"], "content/ports"),
    ("mapping", &["exchange"], "mappings"),
    ("rule", &[], "rules"),
];

/// The engine on which a part of a kind stands: of two, the one that is named among others, as in `contact,booking,measure`.
pub fn engine<'a>(kind: &str, named: &'a str) -> Option<&'a str> {
    let (_, engines, _) = KINDS.iter().find(|(word, ..)| *word == kind)?;
    let of_named = named.split(',').find(|engine| engines.is_empty() || engines.contains(engine));
    of_named.or_else(|| engines.first().copied())
}
