//! Content in the log: published once, read for ever, refused where it is not what was published.

use std::collections::BTreeMap;
use std::time::Instant;

use content::{At, Content, Folder, Library, Origin, State, There, Wrong, checked};
use facts::Names;
use futures::future::join_all;
use jiff::civil::date;
use kinds::content::{Files, publish, published};
use serde::Deserialize;
use store::{Log, Recorded, hex};

use crate::logs::{BEGUN, Bench, Kind, of, on_every_kind};

/// A kind of content that no part of the house knows.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    name: Names,
    #[serde(default)]
    asks: Option<At<String>>,
}

impl Content for Form {
    const FOLDER: &'static str = "forms";

    fn name(&self) -> &Names {
        &self.name
    }

    fn check(&self, _: &str, there: There) -> Vec<Wrong> {
        let missing = self.asks.iter().filter(|asks| !there("form", asks));
        missing.map(|asks| Wrong::new(asks.place(), format!("there is no form {asks}"), "")).collect()
    }
}

/// One whose versions nobody needs later.
#[derive(Debug, Deserialize)]
struct Canned {
    name: Names,
}

impl Content for Canned {
    const FOLDER: &'static str = "canned";
    const IS_KEPT: bool = false;

    fn name(&self) -> &Names {
        &self.name
    }

    fn check(&self, _: &str, _: There) -> Vec<Wrong> {
        Vec::new()
    }
}

const FOLDERS: [Folder; 2] = [Folder::of::<Form>(), Folder::of::<Canned>()];

fn part(id: &str, version: u32, rest: &str) -> String {
    format!(
        "id = \"{id}\"\nversion = {version}\n{rest}\nname = {{ fi = \"Kysely\", sv = \"Enkät\", en = \"Questionnaire\" }}\n"
    )
}

/// A server's start: the files that it ships, over them those of the county, and what is in the log.
async fn start(log: &Log, county: &Bench, shipped: &[(&str, String)]) -> Library {
    let paths: Vec<(String, &String)> =
        shipped.iter().map(|(inside, text)| (format!("content/{inside}.toml"), text)).collect();
    let shipped: Vec<(&str, &str)> = paths.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let files = Files::of(&shipped, county.folder.path());
    publish(log, &FOLDERS, &files, &|_, _| false, BEGUN).await.expect("published")
}

fn own(county: &Bench, inside: &str, text: &str) {
    let path = county.folder.path().join("content").join(inside);
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
    std::fs::write(path, text).expect("written");
}

/// Kinds of events, and the versions that they are about, of a part's stream.
async fn stream(log: &Log, name: &str) -> Vec<(String, u64)> {
    let events = log.read_stream(name, 0, 1000).await.expect("a stream");
    events.iter().map(|event| (event.kind.clone(), data(event)["version"].as_u64().unwrap_or(0))).collect()
}

fn data(event: &Recorded) -> serde_json::Value {
    serde_json::from_str(&event.data).expect("JSON")
}

async fn head(log: &Log) -> u64 {
    log.read_all(0, store::Filter::default(), 0).await.expect("a page").head
}

fn faults(library: &Library, county: &Bench) -> String {
    checked(library).replace(&county.folder.path().display().to_string(), "DATA")
}

#[test]
fn each_version_is_published_once_and_read_for_ever() {
    on_every_kind(async |kind| {
        let bench = Bench::new(kind);
        let log = &bench.log;
        bench.one("contact/1").await;
        let first = [("forms/ess", part("ess", 1, "")), ("canned/thanks", part("thanks", 1, ""))];
        assert_eq!(start(log, &bench, &first).await.faults, []);
        assert_eq!(stream(log, "content/forms/ess").await, [("content.published".into(), 1)]);
        assert_eq!(head(log).await, 2, "what is not kept is not written");
        let events = log.read_category("content").await.expect("content");
        assert_eq!((events.len(), data(&events[0])["text"].as_str()), (1, Some(first[0].1.as_str())));
        assert_eq!(data(&events[0])["digest"], hex(&store::digest(first[0].1.as_bytes())));
        start(log, &bench, &first).await;
        assert_eq!(head(log).await, 2, "the second start writes nothing");
        // A newer version, a part that is closed, and one that the county puts over a shipped one.
        let closed =
            "closed = { on = \"2026-07-01\", reason = { fi = \"a\", sv = \"b\", en = \"c\" }, successor = \"ess\" }";
        let second = [("forms/ess", part("ess", 2, "")), ("forms/old", part("old", 4, closed))];
        own(&bench, "forms/ess.toml", &part("ess", 1001, "replaces = \"forms/ess@2\""));
        let library = start(log, &bench, &second).await;
        assert_eq!(library.faults, []);
        let versions =
            |numbers: &[u64]| numbers.iter().map(|it| ("content.published".to_string(), *it)).collect::<Vec<_>>();
        assert_eq!(stream(log, "content/forms/ess").await, versions(&[1, 2, 1001]));
        assert_eq!(
            stream(log, "content/forms/old").await,
            [("content.published".to_string(), 4), ("content.closed".to_string(), 4)]
        );
        let end = &log.read_stream("content/forms/old", 1, 1).await.expect("a stream")[0];
        assert_eq!(end.data, "{\"on\":\"2026-07-01\",\"successor\":\"ess\",\"version\":4}");
        // The files of all of them go: what was begun on them is read by them still, and the shipped ones hold on.
        std::fs::remove_dir_all(bench.folder.path().join("content")).expect("removed");
        let library = start(log, &bench, &[]).await;
        let forms = library.catalogue::<Form>().expect("forms");
        let read = |id: &str, version: u32| forms.version(id, version).map(|part| (part.origin, part.text.clone()));
        assert_eq!(read("ess", 1), Some((Origin::Published, first[0].1.clone())));
        assert!(read("ess", 2).is_some() && read("ess", 1001).is_some() && read("old", 4).is_some());
        assert_eq!(forms.current("ess", date(2026, 7, 1)).map(|part| part.version), Some(2));
        assert!(forms.current("old", date(2026, 7, 1)).is_none());
        assert!(log.verify().await.expect("a report").faults.is_empty());
    });
}

#[test]
fn another_text_of_a_published_version_is_refused_at_its_file() {
    on_every_kind(async |kind| {
        let bench = Bench::new(kind);
        let log = &bench.log;
        let shipped = |rest: &str| [("forms/ess", part("ess", 3, rest))];
        own(&bench, "forms/own.toml", &part("own", 1001, ""));
        start(log, &bench, &shipped("")).await;
        own(&bench, "forms/own.toml", &part("own", 1001, "# better"));
        let library = start(log, &bench, &shipped("# new")).await;
        let told = "\
error: content/forms/own version 1001 is not what was published
  at DATA/content/forms/own.toml:2:11
  try: raise its version
error: content/forms/ess version 3 is not what was published
  at content/forms/ess.toml:2:11
  try: raise its version
0 parts, 2 faults
";
        assert_eq!(faults(&library, &bench), told);
        // The published versions hold on.
        let forms = library.catalogue::<Form>().expect("forms");
        for (id, text) in [("ess", part("ess", 3, "")), ("own", part("own", 1001, ""))] {
            assert_eq!(forms.current(id, date(2026, 3, 9)).map(|part| &part.text), Some(&text));
        }
        own(&bench, "forms/own.toml", &part("own", 1002, "# better"));
        let library = start(log, &bench, &shipped("")).await;
        assert_eq!(faults(&library, &bench), "2 parts, 0 faults\n");
        assert_eq!(stream(log, "content/forms/own").await.len(), 2);
        assert_eq!(stream(log, "content/forms/ess").await.len(), 1);
    });
}

#[test]
fn servers_that_start_at_once_publish_once() {
    on_every_kind(async |kind| {
        let bench = Bench::new(kind);
        // In memory there is no other process; two hands on one log are nearest to it.
        let others: Vec<Log> = match kind {
            Kind::Memory => vec![bench.log.clone(), bench.log.clone()],
            Kind::Sqlite | Kind::Postgres => vec![bench.log.clone(), bench.again().log],
        };
        let ids: Vec<String> = (0..40).map(|number| format!("form-{number:02}")).collect();
        for version in 1..=5 {
            let files: Vec<(String, String)> =
                ids.iter().map(|id| (format!("forms/{id}"), part(id, version, ""))).collect();
            let files: Vec<(&str, String)> = files.iter().map(|(path, text)| (path.as_str(), text.clone())).collect();
            let starts = (0..6).map(|number| start(&others[number % 2], &bench, &files));
            for library in join_all(starts).await {
                assert_eq!(library.faults, []);
            }
            for id in &ids {
                let stream = stream(&bench.log, &format!("content/forms/{id}")).await;
                assert_eq!(stream.last().map(|(_, version)| *version), Some(u64::from(version)));
                assert_eq!(stream.len(), version as usize, "{id}");
            }
        }
        // Of two texts under one version one is published, and the other is a fault of whoever came second.
        let (one, other) =
            ([("forms/twice", part("twice", 1, "# one"))], [("forms/twice", part("twice", 1, "# other"))]);
        let (one, other) = tokio::join!(start(&others[0], &bench, &one), start(&others[1], &bench, &other));
        assert_eq!(one.faults.len() + other.faults.len(), 1);
        assert_eq!(stream(&bench.log, "content/forms/twice").await.len(), 1);
    });
}

#[test]
fn a_file_of_the_largest_size_fits_into_an_event_and_a_larger_one_is_a_fault() {
    on_every_kind(async |kind| {
        let bench = Bench::new(kind);
        // Quotes and backslashes take two bytes in the log, letters beyond ASCII as many as in the file.
        let filled = |bytes: usize| {
            let head = part("ess", 1, "# \"\\ä\t");
            let escaped = head.len() + head.matches(['"', '\\', '\n', '\t']).count();
            format!("{head}# {}", "\"".repeat((bytes - escaped - 2) / 2))
        };
        let most = (1 << 20) - 1024;
        for (bytes, expected) in [(most, 0), (most + 2, 1)] {
            let library = start(&bench.log, &bench, &[("forms/ess", filled(bytes))]).await;
            assert_eq!(library.faults.len(), expected, "{bytes}: {:?}", library.faults);
        }
        assert_eq!(published(&bench.log).await.expect("content")[0].text, filled(most));
    });
}

#[test]
fn a_thousand_parts_and_more_are_published_in_few_appends_and_read_again_soon() {
    on_every_kind(async |kind| {
        let bench = Bench::new(kind);
        bench
            .append(of((0..500).map(|number| crate::logs::event(&format!("contact/{number}"))).collect()))
            .await
            .expect("appended");
        let long = format!("# {}", "word ".repeat(1600));
        let paths: Vec<String> = (0..2500).map(|number| format!("forms/form-{number:04}")).collect();
        let files: Vec<(&str, String)> =
            paths.iter().map(|path| (path.as_str(), part(path.trim_start_matches("forms/"), 1, &long))).collect();
        let begun = Instant::now();
        assert_eq!(start(&bench.log, &bench, &files[..1000]).await.faults, []);
        eprintln!("1,000 parts of 8 KB published: {:?}", begun.elapsed());
        let begun = Instant::now();
        start(&bench.log, &bench, &files[..1000]).await;
        eprintln!("read again: {:?}", begun.elapsed());
        assert_eq!(start(&bench.log, &bench, &files).await.faults, []);
        let events = bench.log.read_category("content").await.expect("content");
        assert_eq!((events.len(), head(&bench.log).await), (2500, 3000));
        let mut appends: BTreeMap<_, usize> = BTreeMap::new();
        events.iter().for_each(|event| *appends.entry(event.context.correlation).or_default() += 1);
        assert!(appends.len() <= 4 && appends.values().all(|events| *events <= 1000), "{appends:?}");
        let order: Vec<&str> = events.iter().map(|event| event.stream.as_str()).collect();
        assert!(order.is_sorted() && order.len() == 2500, "pages of names leave nothing out");
    });
}

#[test]
fn what_cannot_be_read_in_the_log_stops_the_start() {
    on_every_kind(async |kind| {
        let bench = Bench::new(kind);
        start(&bench.log, &bench, &[("forms/ess", part("ess", 1, ""))]).await;
        bench.one("content/forms/ess").await;
        let files = Files::of(&[], bench.folder.path());
        let Err(error) = publish(&bench.log, &FOLDERS, &files, &|_, _| false, BEGUN).await else {
            panic!("a newer program has written to it");
        };
        assert!(error.to_string().starts_with("event 2 cannot be read: contact.opened"), "{error}");
    });
}

#[test]
fn a_countys_files_are_found_below_its_folder_and_those_that_cannot_be_read_are_told() {
    let bench = Bench::new(Kind::Memory);
    own(&bench, "forms/ess.toml", &part("ess", 1001, "asks = \"canned\""));
    own(&bench, "forms/back/sb.toml", &part("sb", 1001, "asks = \"ess\""));
    own(&bench, "forms/notes.md", "none of it");
    own(&bench, "formz/x.toml", &part("x", 1001, ""));
    let latin = [b"id = \"x\"\nname = \"Kys".as_slice(), b"\xe4".as_slice()].concat();
    std::fs::write(bench.folder.path().join("content/forms/latin.toml"), latin).expect("written");
    std::fs::create_dir(bench.folder.path().join("content/forms/folder.toml")).expect("made");
    let files = Files::of(&[], bench.folder.path());
    let library = files.read(&FOLDERS, &[], &|_, _| false);
    let told = "\
error: there is no form canned
  at DATA/content/forms/ess.toml:3:8
error: the file is not UTF-8
  at DATA/content/forms/latin.toml:2:12
  try: save it in that encoding
error: nothing reads this file: its folder is of no kind of part that this program knows
  at DATA/content/formz/x.toml:1:1
  try: one of content/forms, content/canned
1 part, 3 faults
";
    assert_eq!(faults(&library, &bench), told);
    let form = library.parts().next().expect("a form");
    assert_eq!((form.id, library.state(&form, date(2026, 3, 9))), ("sb", State::Valid));
    let nowhere = Files::of(&[], &bench.folder.path().join("nowhere"));
    assert_eq!(checked(&nowhere.read(&FOLDERS, &[], &|_, _| false)), "0 parts, 0 faults\n");
}
