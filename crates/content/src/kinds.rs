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
/// belongs to whichever reads it. Nor has a journey: it shows whatever it is of.
pub const KINDS: [(&str, &[&str], &str); 35] = [
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
    ("journey", &[], "content/journeys"),
];

/// The kind of the parts in a folder below `content/`; none: it is a folder of no kind.
pub fn kind_of(folder: &str) -> Option<&'static str> {
    KINDS.iter().find(|(.., place)| place.strip_prefix("content/") == Some(folder)).map(|(word, ..)| *word)
}

/// The folder below `content/` of a part that is named by its kind, and its id there: `guide:x` is the entry `guide/x`.
/// None: its files stand elsewhere.
pub fn place_of(kind: &str, id: &str) -> Option<(&'static str, String)> {
    let place = KINDS.iter().find(|(word, ..)| *word == kind)?.2.strip_prefix("content/")?;
    Some(match place.split_once('/') {
        Some((folder, group)) => (folder, format!("{group}/{id}")),
        None => (place, id.into()),
    })
}

/// The engine on which a part of a kind stands: of two, the one that is named among others, as in `contact,booking,measure`.
pub fn engine<'a>(kind: &str, named: &'a str) -> Option<&'a str> {
    let (_, engines, _) = KINDS.iter().find(|(word, ..)| *word == kind)?;
    let of_named = named.split(',').find(|engine| engines.is_empty() || engines.contains(engine));
    of_named.or_else(|| engines.first().copied())
}
