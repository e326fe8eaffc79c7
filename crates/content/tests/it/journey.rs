//! A journey, and every way in which one is wrong: a line of a sound one is changed, and the fault is told with its place.

use content::journey::{Clock, Journey, Month, Role, Shape, Since, Verb};
use content::{Catalogue, Fault, File, Language, Origin};
use jiff::civil::{date, time};

const SOUND: &str = r#"id = "s-033"
version = 1
system = "S-033"
title = { fi = "Terapiatakuu", sv = "Terapigaranti", en = "Therapy guarantee" }

[who.nurse]
role = "professional"
as = "nurse@mental-clinic"
[who.onni]
role = "resident"
as = "onni"
language = "sv"

[[step]]
who = "nurse"
clock = { day = 0, at = "09:00" }
page = "/desk"
tell = { fi = "Tarve todetaan", sv = "Behovet konstateras", en = "The need is established" }
planted = true
do = [{ follow = "Onni" }, { write = "Levoton uni", in = "Viesti", within = "Onni" }]

[[step]]
who = "nurse"
clock = { day = 25, at = "10:00" }
page = "/desk/calendar"
tell = { fi = "Aika annetaan", sv = "En tid ges", en = "A time is given" }
do = [{ press = "Varaa aika", refused = "appointment-taken" }, { put = "sms.txt", in = "port:sms" }]
see = [{ role = "row", name = "Onni" }, { text = "Aika", within = "Onni" }, { text = "Sinulla on aika", port = "sms" }]

[[step]]
who = "onni"
page = "/matters"
tell = { fi = "Aika näkyy", sv = "Tiden syns", en = "The time is seen" }
unseen = [{ text = "Sen" }]
waits = ["booking"]
[[step.figure]]
measure = "access.therapy_guarantee"
unit = "mental"
month = "this"
where = { channel = "sms" }
by = 1.0

[[shows]]
measure = "access.care_wait_mean"
unit = "mental"
from = "2025-11"
"#;

/// The county of these tests has these.
fn there(kind: &str, id: &str) -> bool {
    let known = [
        ("system", "S-033"),
        ("profession", "nurse"),
        ("unit", "mental-clinic"),
        ("unit", "mental"),
        ("cast", "onni"),
        ("port", "sms"),
        ("file", "sms.txt"),
        ("measure", "access.therapy_guarantee"),
        ("source", "access.care_wait_mean@mental@2025-11"),
        ("engine", "contact"),
        ("calendar", "first-line"),
    ];
    known.contains(&(kind, id))
}

fn read(text: &str) -> (Catalogue<Journey>, Vec<Fault>) {
    let path = "content/journeys/s-033.toml";
    Catalogue::read(&[File { path, text, origin: Origin::Shipped }], &there)
}

/// Faults of the sound journey after changes, as `LINE:COLUMN what`.
fn told(changes: &[(&str, &str)]) -> Vec<String> {
    let mut text = SOUND.to_string();
    for (from, to) in changes {
        assert!(text.contains(from), "{from}");
        text = text.replacen(from, to, 1);
    }
    let (catalogue, faults) = read(&text);
    assert!(faults.is_empty() || catalogue.all().next().is_none(), "a part with a fault is left out");
    faults.iter().map(|fault| format!("{}:{} {}", fault.line, fault.column, fault.what)).collect()
}

#[test]
fn a_sound_journey_is_read_whole() {
    let (catalogue, faults) = read(SOUND);
    assert_eq!(faults, []);
    let part = catalogue.version("s-033", 1).expect("a journey");
    let journey = &part.content;
    assert_eq!((part.id.as_str(), part.text.as_str(), journey.title.of("sv")), ("s-033", SOUND, "Terapigaranti"));
    let onni = &journey.who["onni"];
    assert_eq!((onni.role, onni.language), (Role::Resident, Language::Sv));
    let step = |place: usize| &journey.steps[place];
    assert!(step(0).planted && !step(1).planted);
    let clock = step(1).clock.as_deref().copied();
    assert_eq!(clock, Some(Clock { day: 25, at: time(10, 0, 0, 0) }));
    let write = &step(0).acts[1];
    assert_eq!((write.deed(), write.field.as_deref()), (Ok((Verb::Write, "Levoton uni")), Some("Viesti")));
    assert_eq!(step(1).acts[0].refused.as_ref().map(|code| code.as_str()), Some("appointment-taken"));
    let (row, sent) = (&step(1).see[0], &step(1).see[2]);
    assert_eq!((row.sought(), sent.sought()), (Ok((Some(Shape::Row), "Onni")), Ok((None, "Sinulla on aika"))));
    let figure = &step(2).figures[0];
    assert_eq!(figure.since, Since::Start);
    assert_eq!((figure.by, figure.month, figure.stratum["channel"].as_str()), (Some(1.0), Month::This, "sms"));
    assert_eq!(journey.shows[0].measure, "access.care_wait_mean");
}

#[test]
fn a_month_may_be_named() {
    let (catalogue, faults) = read(&SOUND.replace("month = \"this\"", "month = \"2025-11\""));
    assert_eq!(faults, []);
    let part = catalogue.version("s-033", 1).expect("a journey");
    assert_eq!(part.content.steps[2].figures[0].month, Month::Of(date(2025, 11, 1)));
}

#[test]
fn a_port_opens_no_page_and_need_not_prove_anything() {
    let port = SOUND.replace("role = \"resident\"\nas = \"onni\"", "role = \"port\"\nas = \"sms\"");
    let step = |acts: &str| {
        port.replace("unseen = [{ text = \"Sen\" }]\nwaits = [\"booking\"]\n[[step.figure]]\nmeasure = \"access.therapy_guarantee\"\nunit = \"mental\"\nmonth = \"this\"\nwhere = { channel = \"sms\" }\nby = 1.0\n", acts)
    };
    let told = |acts: &str| read(&step(acts)).1.into_iter().map(|fault| fault.what).collect::<Vec<_>>();
    let text = "do = [{ keep = \"id\", in = \"port:sms\" }, { put = '{\"id\": \"{id}\"}', in = \"port:sms\" }]\n";
    assert_eq!(told(text), [] as [&str; 0]);
    assert_eq!(told("do = [{ put = \"fax.txt\", in = \"port:sms\" }]\n"), ["there is no file fax.txt"]);
    assert_eq!(told("do = [{ press = \"Ota\" }]\n"), ["a port opens no page"]);
}

/// A change of the sound journey, and what is told of it.
const CASES: &[(&str, &str, &str)] = &[
    ("system = \"S-033\"", "system = \"S-034\"", "3:10 s-033 is not the journey of S-034"),
    ("system = \"S-033\"", "system = \"s-033\"", "3:10 s-033 is not the journey of s-033"),
    ("[who.onni]", "[who.lead]\nrole = \"lead\"\nas = \"nurse@mental\"\n[who.onni]", "9:1 lead plays no step"),
    ("as = \"nurse@mental-clinic\"\n", "", "6:1 whoever has a role signs in as somebody"),
    ("nurse@mental-clinic", "cook@mental-clinic", "8:6 there is no profession cook"),
    ("nurse@mental-clinic", "nurse@nowhere", "8:6 there is no unit nowhere"),
    ("nurse@mental-clinic", "nurse", "8:6 nurse is nobody of the staff"),
    ("as = \"onni\"", "as = \"onna\"", "11:6 there is no cast onna"),
    ("as = \"onni\"", "as = \"onni@mental\"", "11:6 onni@mental is no resident"),
    ("role = \"resident\"", "role = \"partner\"", "11:6 onni is no partner's person"),
    ("role = \"resident\"", "role = \"anonymous\"", "11:6 who has no name signs in as nobody"),
    ("as = \"onni\"", "as = \"partner@kela\"", "11:6 partner@kela is no resident"),
    ("day = 25", "day = 0, at = \"08:00\" }\n# {", "24:9 the clock goes back"),
    ("planted = true\n", "", "14:1 the step proves nothing"),
    ("unseen = [{ text = \"Sen\" }]", "planted = true", "30:1 a planted step comes after one that is not"),
    ("unseen = [{ text = \"Sen\" }]", "planted = true", "30:1 nothing is left for a visitor"),
    ("who = \"onni\"", "who = \"onna\"", "31:7 onna is not among `who`"),
    ("page = \"/matters\"", "page = \"matters\"", "32:8 matters is no page"),
    ("page = \"/matters\"", "page = \"/my matters\"", "32:8 /my matters is no page"),
    ("port = \"sms\" }]", "port = \"sms\", waits = [\"contact\"] }]", "28:128 contact is there"),
    ("port = \"sms\" }]", "port = \"fax\" }]", "28:112 there is no port fax"),
    ("text = \"Sen\"", "text = \"\"", "34:11 what is seen has no text"),
    ("follow = \"Onni\"", "follow = \"\"", "20:7 what is done has no name"),
    ("follow = \"Onni\"", "open = \"desk\"", "20:7 desk is no page"),
    ("put = \"sms.txt\"", "put = \"fax.txt\"", "27:64 there is no file fax.txt"),
    ("role = \"resident\"", "role = \"port\"", "11:6 there is no port onni"),
    ("in = \"port:sms\"", "in = \"sms\"", "27:64 sms is no port"),
    ("refused = \"appointment-taken\"", "refused = \"Ei voi\"", "27:41 Ei voi is no code of a refusal"),
    (
        "by = 1.0",
        "by = 1.0\nvalue = 2.0",
        "36:1 a figure has a `value`, moves `by` so much, or has a `before` and an `after`",
    ),
    ("by = 1.0", "before = 1.0", "36:1 a figure has a `value`, moves `by` so much, or has a `before` and an `after`"),
    ("by = 1.0", "", "36:1 a figure has a `value`, moves `by` so much, or has a `before` and an `after`"),
    ("waits = [\"booking\"]", "waits = [\"sailing\"]", "35:10 sailing is no engine and no part"),
    ("waits = [\"booking\"]", "waits = [\"calender:x\"]", "35:10 calender:x is no engine and no part"),
    ("waits = [\"booking\"]", "waits = [\"contact\"]", "35:10 contact is there"),
    ("waits = [\"booking\"]", "waits = [\"calendar:first-line\"]", "35:10 calendar:first-line is there"),
    ("from = \"2025-11\"", "from = \"2025-10\"", "43:1 the source has no figure access.care_wait_mean@mental@2025-10"),
    // Its shape.
    (
        "role = \"resident\"",
        "role = \"captain\"",
        "10:8 unknown variant `captain`, expected one of `anonymous`, `resident`, `professional`, `lead`, `manager`, `evaluator`, `analyst`, `fees`, `editor`, `privacy`, `admin`, `partner`, `port`",
    ),
    ("language = \"sv\"", "language = \"de\"", "12:12 unknown variant `de`, expected one of `fi`, `sv`, `en`"),
    (
        "follow = \"Onni\"",
        "press = \"Ota\", follow = \"Onni\"",
        "20:7 one thing is done: open, follow, press, write, choose, tick, attach, put or keep",
    ),
    (
        "{ follow = \"Onni\" }",
        "{ within = \"Onni\" }",
        "20:7 one thing is done: open, follow, press, write, choose, tick, attach, put or keep",
    ),
    (", in = \"Viesti\"", "", "20:28 write, choose, attach, put and keep say where, with `in`; others do not"),
    (
        "follow = \"Onni\"",
        "follow = \"Onni\", in = \"Viesti\"",
        "20:7 write, choose, attach, put and keep say where, with `in`; others do not",
    ),
    (
        "role = \"row\", name",
        "role = \"boat\", name",
        "28:17 unknown variant `boat`, expected one of `alert`, `button`, `cell`, `checkbox`, `combobox`, `group`, `heading`, `img`, `link`, `listitem`, `radio`, `region`, `row`, `status`, `table`, `textbox`",
    ),
    ("role = \"row\", name", "role = \"row\", text", "28:8 what is seen is a `text`, or a `role` with its `name`"),
    ("month = \"this\"", "month = \"next\"", "39:9 a month is `this`, `last` or as 2025-11"),
    ("month = \"this\"", "month = \"2025-13\"", "39:9 no month"),
    ("at = \"09:00\"", "at = \"25:00\"", "16:25"),
    ("page = \"/matters\"", "page = \"/matters\"\nselector = \"#a\"", "33:1 unknown field `selector`"),
    ("page = \"/desk\"\n", "", "14:1 missing field `page`"),
    (
        "title = { fi = \"Terapiatakuu\", sv = \"Terapigaranti\", en = \"Therapy guarantee\" }\n",
        "",
        "1:1 missing field `title`",
    ),
    (", en = \"The time is seen\"", "", "33:8 the text is not there in en"),
    ("en = \"The time is seen\"", "en = \" \"", "33:53 the text is empty"),
];

#[test]
fn every_fault_is_told_with_its_place() {
    let mut missed = Vec::new();
    for (from, to, expected) in CASES {
        let told = told(&[(from, to)]);
        if !told.iter().any(|fault| fault.starts_with(expected)) || told.len() > 2 {
            missed.push((expected, told));
        }
    }
    assert!(missed.is_empty(), "expected and told: {missed:#?}");
    let third = &SOUND[SOUND.find("[[step]]\nwho = \"onni\"").expect("a step")..];
    assert_eq!(told(&[(third, "")])[0], "14:1 a journey has 3 to 6 steps, and this has 2");
    let missing = read(&SOUND.replace("S-033", "S-099").replace("s-033", "s-099")).1;
    assert!(missing.iter().any(|fault| fault.what == "there is no system S-099"), "{missing:?}");
    let measure = told(&[("waits = [\"booking\"]\n", ""), ("access.therapy_guarantee", "access.none")]);
    assert_eq!(measure, ["36:11 there is no measure access.none"]);
    let unit = told(&[("waits = [\"booking\"]\n", ""), ("unit = \"mental\"", "unit = \"none\"")]);
    assert_eq!(unit, ["37:8 there is no unit none"]);
    let half = told(&[("by = 1.0", "by = 1.0\nbefore = 2.0")]);
    assert!(half[0].starts_with("36:1 a figure has a `value`"), "{half:?}");
    // A refusal alone proves something, and so do a figure and what is not seen.
    assert_eq!(
        told(&[(
            &SOUND[SOUND.find("see = [").expect("seen")..SOUND.find("\n[[step]]\nwho = \"onni\"").expect("a step")],
            ""
        )]),
        Vec::<String>::new()
    );
    // A text, a figure and a source's figure may wait by themselves.
    let changes = [("port = \"sms\" }]", "port = \"fax\", waits = [\"identity\"] }]")];
    assert_eq!(told(&changes), Vec::<String>::new());
    // A step that waits is not held to its files and ports yet.
    let waiting = "page = \"/desk/calendar\"\nwaits = [\"booking\"]";
    let changes =
        [("page = \"/desk/calendar\"", waiting), ("sms.txt", "fax.txt"), ("port = \"sms\"", "port = \"fax\"")];
    assert_eq!(told(&changes), Vec::<String>::new());
    let changes =
        [("waits = [\"booking\"]\n", ""), ("access.therapy_guarantee\"", "access.none\"\nwaits = [\"measure\"]")];
    assert_eq!(told(&changes), Vec::<String>::new());
    assert_eq!(told(&[("from = \"2025-11\"", "from = \"2025-10\"\nwaits = [\"measure\"]")]), Vec::<String>::new());
}

#[test]
fn all_faults_are_told_at_once() {
    let changes = [
        ("as = \"nurse@mental-clinic\"", "as = 7"),
        ("page = \"/desk\"\n", "pages = \"/desk\"\n"),
        ("day = 25", "day = \"x\""),
        ("{ role = \"row\", name = \"Onni\" }", "{ role = \"boat\", name = \"Onni\" }"),
        (", sv = \"Tiden syns\"", ""),
        ("unit = \"mental\"", "unit = \"none\""),
        ("waits = [\"booking\"]", "waits = []"),
        ("from = \"2025-11\"", "from = \"2025-10\""),
    ];
    let told = told(&changes);
    let places: Vec<&str> = told.iter().map(|fault| fault.split(' ').next().unwrap_or("")).collect();
    assert_eq!(places, ["8:6", "14:1", "17:1", "24:17", "28:17", "33:8", "38:8", "43:1"], "{told:#?}");
}

#[test]
fn a_fault_says_what_where_and_what_to_do() {
    let (_, faults) = read(&SOUND.replace("by = 1.0", ""));
    let remedy = faults[0].to_string();
    assert_eq!(
        remedy,
        "error: a figure has a `value`, moves `by` so much, or has a `before` and an `after`\n  at content/journeys/s-033.toml:36:1\n  try: one of these"
    );
    let (_, faults) = read(&SOUND.replace("page = ", "page "));
    let (_, one) = read(&SOUND.replace("page = \"/matters\"", "page \"/matters\""));
    assert_eq!(one.iter().map(|fault| (fault.line, fault.column)).collect::<Vec<_>>(), [(32, 6)]);
    let places: Vec<(usize, usize)> = faults.iter().map(|fault| (fault.line, fault.column)).collect();
    assert_eq!(places, [(17, 6), (25, 6), (32, 6)], "{faults:#?}");
}
