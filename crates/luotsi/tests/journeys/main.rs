//! Every journey of `content/journeys/` is a test: it is played by the pages of a county of its own, with the clock that
//! it moves. One that waits in part is played as far as it goes, and tells what for; one that waits in all is ignored.
//!
//! The ways of testers (`e2e/ways.json`) are gone here without a script, and counted; a browser goes them with one.

#![expect(clippy::expect_used, reason = "a test that cannot go on fails")]

mod world;

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::rc::Rc;
use std::sync::Arc;

use content::journey::Journey;
use content::{Catalogue, File, Origin, Part};
use libtest_mimic::{Arguments, Trial};
use player::http::{move_clock, publish, send};
use player::{County, Fetch, ways};
use world::{BEGINS, PROGRAM, World};

/// The repository.
fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn main() -> ExitCode {
    let folder = root().join("content/journeys");
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(&folder).expect("journeys").map(|entry| entry.expect("a file").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "toml"));
    paths.sort_unstable();
    let files: Vec<(String, String)> = paths
        .iter()
        .map(|path| (path.display().to_string(), std::fs::read_to_string(path).expect("a journey")))
        .collect();
    // Their shape alone: what they name and wait for is held to what is there by `cargo xtask systems` and the program.
    let files: Vec<File> = files.iter().map(|(path, text)| File { path, text, origin: Origin::Published }).collect();
    let (journeys, faults) = Catalogue::<Journey>::read(&files, &|_, _| true);
    assert!(faults.is_empty(), "{}", faults[0]);
    let ways = ways::LANGUAGES.map(|language| Trial::test(format!("ways_{language}"), move || Ok(walk(language)?)));
    let trials = journeys.all().map(trial).chain(ways).collect();
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

/// The test of a journey, by the name that `docs/systems.tsv` has for it: `s_033`, with how much of it is played where
/// some of it waits.
fn trial(journey: &Arc<Part<Journey>>) -> Trial {
    let name = journey.id.replace('-', "_");
    let (played, all) = (journey.content.played(), journey.content.steps.len());
    let waits: Vec<String> = journey.content.waits().into_iter().map(str::to_string).collect();
    let journey = Arc::clone(journey);
    let test = Trial::test(name, move || {
        play(&journey)?;
        if !waits.is_empty() {
            println!("{}: {played} of {all} steps are played; the rest waits for {}", journey.id, waits.join(", "));
        }
        Ok(())
    });
    let test = if played < all { test.with_kind(format!("{played} of {all} steps")) } else { test };
    test.with_ignored_flag(played == 0)
}

fn play(journey: &Part<Journey>) -> Result<(), String> {
    let world = World::copied(&journey.id);
    let server = world.serve();
    let (address, program) = (server.address.clone(), Path::new(PROGRAM));
    let (files, locales) = (root().join("content/journeys"), root().join("locales"));
    let begins = BEGINS.parse().expect("a time");
    let now = RefCell::new(move_clock(&address, begins)?);
    let mut county = County {
        origin: format!("http://{address}"),
        fetch: Rc::new(move |request| send(&address, request)),
        begins,
        move_clock: &mut |to| {
            *now.borrow_mut() = move_clock(&server.address, to)?;
            Ok(())
        },
        publish: &mut |now, page| publish(&server.address, now, Some(page)),
        figure: &mut |reading| player::figure(program, world.path(), &now.borrow(), reading),
        refusals: &|language, code| player::refusals(&locales, language, code),
        files: &files,
        data: world.path(),
    };
    player::play(&journey.content, &mut county)
}

/// Goes all ways of testers in a language, one after another in one county. None may take more presses than its task may.
fn walk(language: &str) -> Result<(), String> {
    let world = World::copied(&format!("ways-{language}"));
    let server = world.serve();
    let (address, origin) = (server.address.clone(), format!("http://{}", server.address));
    let fetch: Fetch = Rc::new(move |request| send(&address, request));
    let text = std::fs::read_to_string(root().join("e2e/ways.json")).expect("the ways");
    let mut long = Vec::new();
    for way in ways::read(&text)? {
        let presses = ways::walk(&way, language, (&fetch, &origin))?;
        println!("task {} in {language}: {presses} presses, {} expected", way.task, way.clicks);
        if presses > way.clicks + ways::SPARE {
            long.push(format!("task {} takes {presses} presses, and {} are expected", way.task, way.clicks));
        }
    }
    if long.is_empty() { Ok(()) } else { Err(long.join("; ")) }
}
