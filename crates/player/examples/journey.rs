//! For those who write journeys: shows a page of a running demo as the player meets it, plays a journey there, or goes the
//! ways of testers.
//!
//! ```text
//! luotsi demo --now 2026-03-09T08:00 --data /tmp/county
//! cargo run -p player --example journey -- 127.0.0.1:8080 /contact [resident aino [fi]]
//! cargo run -p player --example journey -- 127.0.0.1:8080 content/journeys/s-033.toml /tmp/county luotsi
//! cargo run -p player --example journey -- 127.0.0.1:8080 e2e/ways.json [LANGUAGE [TASK]]
//! ```

use std::cell::RefCell;
use std::path::Path;
use std::rc::Rc;

use content::journey::Journey;
use content::{Catalogue, File, Origin};
use player::http::{move_clock, publish, send};
use player::{Browser, County, Fetch, play, ways};

fn main() -> Result<(), String> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let [address, what, who @ ..] = words.as_slice() else {
        return Err("ADDRESS PATH|JOURNEY [ROLE AS [LANGUAGE]]".into());
    };
    let origin = format!("http://{address}");
    let goal = address.to_string();
    let fetch: Fetch = Rc::new(move |request| send(&goal, request));
    if what.starts_with('/') && !what.ends_with(".toml") {
        let mut browser = Browser::new(fetch, &origin, who.get(2).unwrap_or(&"fi"));
        if let [role, rest @ ..] = who {
            browser.post("/sign-in", &[("role", role), ("as", rest.first().unwrap_or(&""))])?;
        }
        browser.open(what)?;
        println!("{} ({})\n{}", browser.path(), browser.status(), browser.tree().told());
        return Ok(());
    }
    let text = std::fs::read_to_string(what).map_err(|error| format!("{what}: {error}"))?;
    if what.ends_with(".json") {
        let is_asked = |way: &&ways::Way| who.get(1).is_none_or(|task| **task == way.task.to_string());
        for way in ways::read(&text)?.iter().filter(is_asked) {
            let presses = ways::walk(way, who.first().unwrap_or(&"fi"), (&fetch, &origin))?;
            println!("task {}: {presses} presses, {} expected", way.task, way.clicks);
        }
        return Ok(());
    }
    let file = File { path: what, text: &text, origin: Origin::Published };
    let (journeys, faults) = Catalogue::<Journey>::read(&[file], &|_, _| true);
    let journey = journeys.all().next().ok_or_else(|| faults.iter().map(ToString::to_string).collect::<String>())?;
    let [data, program, ..] = who else {
        return Err("a journey is played with DATA and the PROGRAM that reads its figures".into());
    };
    let begins = "2026-03-09T08:00".parse().map_err(|error: jiff::Error| error.to_string())?;
    let now = RefCell::new(move_clock(address, begins)?);
    let mut county = County {
        fetch,
        origin,
        begins,
        move_clock: &mut |to| {
            *now.borrow_mut() = move_clock(address, to)?;
            Ok(())
        },
        publish: &mut |now, page| publish(address, now, Some(page)),
        figure: &mut |reading| player::figure(Path::new(program), Path::new(data), &now.borrow(), reading),
        refusals: &|language, code| player::refusals(Path::new("locales"), language, code),
        files: Path::new("content/journeys"),
        data: Path::new(data),
    };
    play(&journey.content, &mut county)
}
