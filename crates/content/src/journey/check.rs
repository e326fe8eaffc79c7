//! Faults of a journey beyond its shape.

use std::ops::Range;

use super::{Act, Figure, Journey, Role, Seen, Step, Verb, Who};
use crate::{At, ENGINES, KINDS, There, Wrong};

/// Steps of a journey: fewer show nothing, and nobody follows more.
const STEPS: std::ops::RangeInclusive<usize> = 3..=6;

pub fn check(journey: &Journey, id: &str, there: There) -> Vec<Wrong> {
    let mut checking = Checking { there, wrongs: Vec::new() };
    let system = journey.system.as_str();
    if system.to_lowercase() != id || system != system.to_uppercase() {
        checking.wrong(journey.system.place(), format!("{id} is not the journey of {system}"), "as in s-033 and S-033");
    } else if !there("system", system) {
        checking.wrong(journey.system.place(), format!("there is no system {system}"), "see docs/systems.tsv");
    }
    let count = journey.steps.len();
    if !STEPS.contains(&count) {
        let what = format!("a journey has 3 to 6 steps, and this has {count}");
        checking.wrong(journey.steps.place(), what, "tell the whole of it in these");
    }
    for (name, who) in &journey.who {
        checking.who(who);
        let plays = journey.steps.iter().any(|step| *step.who == *name);
        if !plays && who.role != Role::Resident {
            checking.wrong(who.place(), format!("{name} plays no step"), "leave them out; residents may be spoken of");
        }
    }
    checking.order(&journey.steps);
    for step in journey.steps.iter() {
        checking.step(journey, step);
    }
    for shown in &journey.shows {
        let name = format!("{}@{}@{}", shown.measure, shown.unit, shown.from);
        if !checking.waits(&shown.waits) && !there("source", &name) {
            checking.wrong(
                shown.place(),
                format!("the source has no figure {name}"),
                "see scorecards/source-figures.toml",
            );
        }
    }
    checking.wrongs
}

struct Checking<'a> {
    there: There<'a>,
    wrongs: Vec<Wrong>,
}

impl Checking<'_> {
    fn wrong(&mut self, at: Range<usize>, what: impl Into<String>, remedy: &str) {
        self.wrongs.push(Wrong::new(at, what, remedy));
    }

    fn who(&mut self, who: &At<Who>) {
        let role = who.role;
        let Some(known_as) = &who.known_as else {
            if role != Role::Anonymous {
                self.wrong(who.place(), "whoever has a role signs in as somebody", "as = \"nurse@station-02\"");
            }
            return;
        };
        let (at, text) = (known_as.place(), known_as.as_str());
        match (role, text.split_once('@')) {
            (Role::Anonymous, _) => self.wrong(at, "who has no name signs in as nobody", "leave `as` out"),
            (Role::Port, _) => self.is_there(at, "port", text, "the id of a port"),
            (Role::Resident, None) => self.is_there(at, "cast", text, "see the cast of the county"),
            (Role::Resident, Some(_)) => self.wrong(at, format!("{text} is no resident"), "a name of the cast"),
            (Role::Partner, Some(("partner", organisation))) => self.is_there(at, "partner", organisation, ""),
            (Role::Partner, _) => {
                self.wrong(at, format!("{text} is no partner's person"), "as = \"partner@ORGANISATION\"")
            }
            (_, Some((profession, unit))) => {
                self.is_there(at.clone(), "profession", profession, "");
                self.is_there(at, "unit", unit, "");
            }
            (_, None) => self.wrong(at, format!("{text} is nobody of the staff"), "as = \"PROFESSION@UNIT\""),
        }
    }

    fn is_there(&mut self, at: Range<usize>, kind: &str, id: &str, remedy: &str) {
        if !(self.there)(kind, id) {
            self.wrong(at, format!("there is no {kind} {id}"), remedy);
        }
    }

    /// Time goes on, and what is planted comes first.
    fn order(&mut self, steps: &[At<Step>]) {
        let clocks: Vec<_> = steps.iter().filter_map(|step| step.clock.as_ref()).collect();
        for pair in clocks.windows(2).filter(|pair| **pair[1] < **pair[0]) {
            self.wrong(pair[1].place(), "the clock goes back", "steps stand in the order of their times");
        }
        for pair in steps.windows(2).filter(|pair| pair[1].planted && !pair[0].planted) {
            self.wrong(pair[1].place(), "a planted step comes after one that is not", "what is planted comes first");
        }
        if let Some(last) = steps.last().filter(|last| last.planted) {
            self.wrong(last.place(), "nothing is left for a visitor", "the last step is not planted");
        }
    }

    fn step(&mut self, journey: &Journey, step: &At<Step>) {
        let at = step.place();
        if !journey.who.contains_key(step.who.as_str()) {
            self.wrong(step.who.place(), format!("{} is not among `who`", step.who), "[who.NAME]");
        }
        if !is_page(&step.page) {
            self.wrong(step.page.place(), format!("{} is no page", step.page), "an address begins with /");
        }
        let is_refused = step.acts.iter().any(|act| act.refused.is_some());
        let proves = is_refused || !step.see.is_empty() || !step.unseen.is_empty() || !step.figures.is_empty();
        let is_port = journey.who.get(step.who.as_str()).is_some_and(|who| who.role == Role::Port);
        if !proves && !step.planted && !is_port {
            self.wrong(at, "the step proves nothing", "say what is seen, refused or moved");
        }
        let waits = self.waits(&step.waits);
        for act in &step.acts {
            self.act(act, waits);
            let is_of_port = act.field.as_deref().is_some_and(|field| field.starts_with("port:"));
            if is_port && !is_of_port {
                self.wrong(act.place(), "a port opens no page", "put and keep, with in = \"port:ID\"");
            }
        }
        for seen in step.see.iter().chain(&step.unseen) {
            self.seen(seen, waits);
        }
        for figure in &step.figures {
            self.figure(figure, waits);
        }
    }

    fn act(&mut self, act: &At<Act>, waits: bool) {
        let (verb, what) = match act.deed() {
            Ok(deed) => deed,
            Err(why) => return self.wrong(act.place(), why, ""),
        };
        if what.trim().is_empty() && verb != Verb::Write {
            self.wrong(act.place(), "what is done has no name", "");
        } else if verb == Verb::Open && !is_page(what) {
            self.wrong(act.place(), format!("{what} is no page"), "an address begins with /");
        }
        if !waits && matches!(verb, Verb::Attach | Verb::Put) && !what.starts_with('{') {
            self.is_there(act.place(), "file", what, "files of journeys lie beside them");
        }
        let field = act.field.as_deref().unwrap_or("");
        if verb == Verb::Put && !field.starts_with("port:") {
            self.wrong(act.place(), format!("{field} is no port"), "in = \"port:ID\"");
        }
        let is_code =
            |code: &str| !code.is_empty() && code.bytes().all(|it| it.is_ascii_lowercase() || it == b'_' || it == b'-');
        if let Some(code) = act.refused.as_ref().filter(|code| !is_code(code)) {
            self.wrong(code.place(), format!("{code} is no code of a refusal"), "as in appointment-taken, not_found");
        }
    }

    fn seen(&mut self, seen: &At<Seen>, waits: bool) {
        match seen.sought() {
            Err(why) => self.wrong(seen.place(), why, ""),
            Ok((_, text)) if text.trim().is_empty() => self.wrong(seen.place(), "what is seen has no text", ""),
            Ok(_) => {}
        }
        let waits = self.waits(&seen.waits) || waits;
        if let Some(port) = seen.port.as_ref().filter(|_| !waits) {
            self.is_there(port.place(), "port", port, "or say what the step waits for");
        }
    }

    fn figure(&mut self, figure: &At<Figure>, waits: bool) {
        let at = figure.place();
        let given = [figure.value.is_some(), figure.by.is_some(), figure.before.is_some() && figure.after.is_some()];
        let is_half = figure.before.is_some() != figure.after.is_some();
        if is_half || given.iter().filter(|given| **given).count() != 1 {
            self.wrong(
                at,
                "a figure has a `value`, moves `by` so much, or has a `before` and an `after`",
                "one of these",
            );
        }
        if !self.waits(&figure.waits) && !waits {
            self.is_there(figure.measure.place(), "measure", &figure.measure, "or say what it waits for");
            self.is_there(figure.unit.place(), "unit", &figure.unit, "");
        }
    }

    /// Whether something is waited for. A thing that is there is not waited for.
    fn waits(&mut self, waits: &[At<String>]) -> bool {
        for wait in waits {
            let (at, name) = (wait.place(), wait.as_str());
            let (kind, id) = name.split_once(':').unwrap_or(("engine", name));
            let is_known = match kind {
                "engine" => ENGINES.contains(&id),
                kind => !id.is_empty() && KINDS.iter().any(|(word, ..)| *word == kind),
            };
            if !is_known {
                self.wrong(at, format!("{name} is no engine and no part"), "as in booking, calendar:first-line");
            } else if (self.there)(kind, id) {
                self.wrong(at, format!("{name} is there"), "play the step: leave the wait out");
            }
        }
        !waits.is_empty()
    }
}

fn is_page(address: &str) -> bool {
    address.starts_with('/') && !address.contains(char::is_whitespace)
}
