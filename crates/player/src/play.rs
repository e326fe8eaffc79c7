//! Playing a journey: each step's person opens its page, does what they do, and sees what follows.

mod ports;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use content::journey::{Act, Clock, Figure, Journey, Month, Role, Seen, Shape, Since, Step, Verb};
use content::{At, Language};
use jiff::ToSpan;
use jiff::civil::{Date, DateTime};

use crate::browser::{Browser, Fetch};

/// The county in which a journey is played.
pub struct County<'a> {
    pub fetch: Fetch,
    /// `http://HOST:PORT`.
    pub origin: String,
    /// Its time when the journey begins, local.
    pub begins: DateTime,
    /// Moves its clock to a local time, which may be the one at which it stands; done when facts have followed.
    pub move_clock: &'a mut dyn FnMut(DateTime) -> Result<(), String>,
    /// Has a page of figures show what the facts have, as of the local time at which the clock stands.
    pub publish: &'a mut dyn FnMut(DateTime, &str) -> Result<(), String>,
    /// A figure of the facts; none: there is none yet.
    pub figure: &'a mut dyn FnMut(&Reading) -> Result<Option<f64>, String>,
    /// Texts by which pages in a language tell that something was refused with a code: of each the parts that never vary.
    pub refusals: &'a dyn Fn(&str, &str) -> Vec<Vec<String>>,
    /// Folder of journeys, beside which their files lie.
    pub files: &'a Path,
    /// Folder of the county, with the stand-ins of its ports.
    pub data: &'a Path,
}

/// The figure that is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    pub measure: String,
    pub unit: String,
    /// First day of its month.
    pub month: Date,
    /// Published dimensions and the values of one stratum.
    pub stratum: BTreeMap<String, String>,
}

/// Plays a journey: all steps that wait for nothing. Errors say step and act, and show the page as it was met.
pub fn play(journey: &Journey, county: &mut County<'_>) -> Result<(), String> {
    play_those(journey, county, |step| step.waits.is_empty())
}

/// Does the acts that have been done when a visitor comes, at the time of the visit; what is seen then, a test says at its
/// own time. Errors are those of [`play`].
pub fn plant(journey: &Journey, county: &mut County<'_>) -> Result<(), String> {
    let now = county.begins;
    let mut playing = Playing { journey, county, browsers: BTreeMap::new(), kept: BTreeMap::new(), now, put: 0 };
    for (number, step) in journey.steps.iter().enumerate() {
        if step.waits.is_empty() && step.planted {
            playing.acts(step).map_err(|why| playing.told(number, step, &why))?;
        }
    }
    Ok(())
}

/// Does the acts of one step of a port, which a visitor cannot do. Errors are those of [`play`].
pub fn bring(journey: &Journey, number: usize, county: &mut County<'_>) -> Result<(), String> {
    let Some(step) = journey.steps.get(number) else { return Ok(()) };
    let now = county.begins;
    let mut playing =
        Playing { journey, county, browsers: BTreeMap::new(), kept: BTreeMap::new(), now, put: number * 100 };
    playing.acts(step).map_err(|why| playing.told(number, step, &why))
}

fn play_those(journey: &Journey, county: &mut County<'_>, is_played: fn(&Step) -> bool) -> Result<(), String> {
    let now = county.begins;
    let mut playing = Playing { journey, county, browsers: BTreeMap::new(), kept: BTreeMap::new(), now, put: 0 };
    // Steps after the first that waits would not be read at their own time otherwise.
    let begun = playing.begun(is_played)?;
    for (number, step) in journey.steps.iter().enumerate() {
        if is_played(step) {
            let done = playing.step(step, &begun[number]);
            done.map_err(|why| playing.told(number, step, &why))?;
        }
    }
    Ok(())
}

struct Playing<'a, 'b> {
    journey: &'a Journey,
    county: &'a mut County<'b>,
    browsers: BTreeMap<String, Browser>,
    /// Values that pages told, by the words under which acts keep them.
    kept: BTreeMap<String, String>,
    now: DateTime,
    /// How many texts were put to ports.
    put: usize,
}

/// Roles of the tree that a shape of a journey is.
fn roles(shape: Shape) -> &'static [&'static str] {
    match shape {
        Shape::Alert => &["alert"],
        Shape::Button => &["button", "summary"],
        Shape::Cell => &["cell"],
        Shape::Checkbox => &["checkbox"],
        Shape::Combobox => &["combobox"],
        Shape::Group => &["group", "radiogroup"],
        Shape::Heading => &["heading"],
        Shape::Img => &["img"],
        Shape::Link => &["link"],
        Shape::Listitem => &["listitem"],
        Shape::Radio => &["radio"],
        Shape::Region => &["region", "navigation", "complementary", "article"],
        Shape::Row => &["row"],
        Shape::Status => &["status"],
        Shape::Table => &["table"],
        Shape::Textbox => &["textbox"],
    }
}

impl Playing<'_, '_> {
    /// Figures as they are when the journey begins: of each step, of each of its figures.
    fn begun(&mut self, is_played: fn(&Step) -> bool) -> Result<Vec<Vec<Option<f64>>>, String> {
        let mut now = self.now;
        let mut all = Vec::new();
        for step in self.journey.steps.iter() {
            now = step.clock.as_deref().map_or(now, |clock| self.moment(*clock));
            let unread = vec![None; step.figures.len()];
            all.push(if is_played(step) { self.before(step, &unread, Since::Start, now)? } else { unread });
        }
        Ok(all)
    }

    /// Figures of a step as they are before it, where they are compared with that moment; the others as they were read.
    fn before(
        &mut self,
        step: &Step,
        read: &[Option<f64>],
        since: Since,
        now: DateTime,
    ) -> Result<Vec<Option<f64>>, String> {
        let mut all = Vec::new();
        for (figure, read) in step.figures.iter().zip(read) {
            let is_read = figure.waits.is_empty() && figure.since == since && figure.value.is_none();
            all.push(if is_read { (self.county.figure)(&reading(figure, now))? } else { *read });
        }
        Ok(all)
    }

    fn moment(&self, clock: Clock) -> DateTime {
        let day = self.county.begins.date().saturating_add(i64::from(clock.day).days());
        DateTime::from_parts(day, clock.at)
    }

    fn step(&mut self, step: &Step, begun: &[Option<f64>]) -> Result<(), String> {
        let then = step.clock.as_deref().map_or(self.now, |clock| self.moment(*clock));
        let before = self.before(step, begun, Since::Step, then)?;
        if then > self.now {
            (self.county.move_clock)(then)?;
            self.now = then;
        }
        let before = self.before(step, &before, Since::Acts, then)?;
        self.acts(step)?;
        for seen in step.see.iter().filter(|seen| seen.waits.is_empty()) {
            self.look(step, seen, true)?;
        }
        for seen in step.unseen.iter().filter(|seen| seen.waits.is_empty()) {
            self.look(step, seen, false)?;
        }
        if step.figures.iter().any(|figure| figure.waits.is_empty()) {
            // At the same time once more: what was done is in the facts then.
            (self.county.move_clock)(self.now)?;
        }
        for (figure, before) in step.figures.iter().zip(before).filter(|(figure, _)| figure.waits.is_empty()) {
            self.moved(figure, before)?;
        }
        Ok(())
    }

    /// Opens the page of a step as whoever plays it, and does there what is to be done.
    fn acts(&mut self, step: &Step) -> Result<(), String> {
        self.sign_in(step)?;
        if self.role(step) != Some(Role::Port) {
            self.open(step)?;
        }
        for act in &step.acts {
            self.act(step, act).map_err(|why| format!("{}: {why}", told(act)))?;
        }
        Ok(())
    }

    fn open(&mut self, step: &Step) -> Result<(), String> {
        let page = self.filled(&step.page)?;
        if page.starts_with("/steer") {
            (self.county.publish)(self.now, &page)?;
        }
        self.browser(step)?.open(&page)?;
        match self.browser(step)?.status() {
            200 => Ok(()),
            status => Err(format!("the page {page} answers {status}")),
        }
    }

    fn role(&self, step: &Step) -> Option<Role> {
        self.journey.who.get(step.who.as_str()).map(|who| who.role)
    }

    /// Why a step did not come as it should, and the page as it was met.
    fn told(&self, number: usize, step: &Step, why: &str) -> String {
        let page = self.browsers.get(step.who.as_str()).map_or(String::new(), Playing::page);
        format!("{}: step {} ({}): {why}\n{page}", self.journey.system.as_str(), number + 1, step.tell.en)
    }

    fn browser(&mut self, step: &Step) -> Result<&mut Browser, String> {
        self.browsers.get_mut(step.who.as_str()).ok_or_else(|| format!("{} plays without a browser", step.who.as_str()))
    }

    /// Gives a person a browser of their own, and has them sign in: at first, and again when time has passed, for sessions end.
    fn sign_in(&mut self, step: &Step) -> Result<(), String> {
        let name = step.who.as_str();
        let who = self.journey.who.get(name).ok_or_else(|| format!("{name} is nobody of the journey"))?;
        let is_new = !self.browsers.contains_key(name);
        let county = &self.county;
        let browser = self
            .browsers
            .entry(name.into())
            .or_insert_with(|| Browser::new(county.fetch.clone(), &county.origin, code(who.language)));
        if matches!(who.role, Role::Anonymous | Role::Port) || !(is_new || step.clock.is_some()) {
            return Ok(());
        }
        let role = format!("{:?}", who.role).to_lowercase();
        let known_as = who.known_as.as_ref().map_or("", |it| it.as_str());
        browser.post("/sign-in", &[("role", &role), ("as", known_as)])?;
        match browser.status() {
            200 => Ok(()),
            status => Err(format!("nobody signs in as {role} {known_as}: {status}")),
        }
    }

    /// A text with the values that were kept in the place of their words in braces.
    fn filled(&self, text: &str) -> Result<String, String> {
        let filled =
            self.kept.iter().fold(text.to_string(), |text, (word, value)| text.replace(&format!("{{{word}}}"), value));
        let is_whole = !(filled.contains('{') && filled.contains('}'));
        if is_whole { Ok(filled) } else { Err(format!("nothing was kept for “{text}”")) }
    }

    fn act(&mut self, step: &Step, act: &At<Act>) -> Result<(), String> {
        let (verb, what) = act.deed()?;
        let port = act.field.as_deref().and_then(|field| field.strip_prefix("port:"));
        if let (Verb::Put | Verb::Keep, Some(port)) = (verb, port) {
            return self.at_port(port, (verb, what), act.within.as_deref().unwrap_or(""));
        }
        let what = self.filled(what)?;
        let within = act.within.as_deref().map(|within| self.filled(within)).transpose()?;
        let (within, field) = (within.as_deref(), act.field.as_deref().unwrap_or(""));
        let files = self.county.files;
        let read = || std::fs::read(files.join(&what)).map_err(|error| format!("{what}: {error}"));
        let name = what.rsplit('/').next().unwrap_or(&what).to_string();
        let browser = self.browser(step)?;
        match verb {
            Verb::Open => browser.open(&what)?,
            Verb::Follow => browser.follow(&what, within)?,
            Verb::Press => browser.press(&what, within)?,
            Verb::Write => browser.write(&what, field, within)?,
            Verb::Choose => browser.choose(&what, field, within)?,
            Verb::Tick => browser.tick(&what, within)?,
            Verb::Attach => browser.attach(&name, read()?, field, within)?,
            Verb::Keep => {
                let value = browser.tree().beside(field, within)?;
                self.kept.insert(what, value);
                return Ok(());
            }
            Verb::Put => return Err("a file is put to a port".into()),
        }
        let status = browser.status();
        match &act.refused {
            Some(code) => self.is_refused(step, code),
            None if status >= 400 => Err(format!("it is refused with {status}")),
            None => Ok(()),
        }
    }

    /// Brings something to a port's stand-in, or keeps the id of the last message that it was given.
    fn at_port(&mut self, port: &str, (verb, what): (Verb, &str), words: &str) -> Result<(), String> {
        let folder = self.county.data.join("ports").join(port);
        if verb == Verb::Keep {
            let last = ports::last(&folder, words).ok_or("the port was given nothing of that kind")?;
            self.kept.insert(what.into(), last);
            return Ok(());
        }
        if !what.starts_with('{') {
            let bytes = std::fs::read(self.county.files.join(what)).map_err(|error| format!("{what}: {error}"))?;
            return ports::put(&folder, what.rsplit('/').next().unwrap_or(what), &bytes);
        }
        self.put += 1;
        let kept = self.kept.iter();
        let text = kept.fold(what.to_string(), |text, (word, value)| text.replace(&format!("{{{word}}}"), value));
        ports::put(&folder, &format!("{}-{}.json", self.journey.system.to_lowercase(), self.put), text.as_bytes())
    }

    /// Whether the page tells of the refusal that was to come.
    fn is_refused(&mut self, step: &Step, refusal: &str) -> Result<(), String> {
        let language = self.journey.who.get(step.who.as_str()).map_or("fi", |who| code(who.language));
        let texts = (self.county.refusals)(language, refusal);
        let browser = self.browser(step)?;
        let status = browser.status();
        let expected = match refusal {
            "malformed" => Some(400),
            "sign_in" => Some(401),
            "foreign" => Some(403),
            "not_found" => Some(404),
            "too_large" => Some(413),
            "too_many" => Some(429),
            _ => None,
        };
        if let Some(expected) = expected {
            return if status == expected {
                Ok(())
            } else {
                Err(format!("it is not refused: {status}, not {expected}"))
            };
        }
        if texts.is_empty() {
            return Err(format!("no page tells of a refusal {refusal}: there is no text for it"));
        }
        let page = browser.tree().text(0);
        let is_told = texts.iter().any(|parts| parts.iter().all(|part| page.contains(part.as_str())));
        if is_told {
            Ok(())
        } else {
            Err(format!("it is not refused with {refusal}: the page ({status}) does not say so"))
        }
    }

    fn look(&mut self, step: &Step, seen: &At<Seen>, is_to_be: bool) -> Result<(), String> {
        let (shape, words) = seen.sought()?;
        let words = self.filled(words)?;
        let within = seen.within.as_deref().map(|within| self.filled(within)).transpose()?;
        let kind = shape.map_or("text".to_string(), |shape| format!("{shape:?}").to_lowercase());
        let place = within.as_ref().map_or(String::new(), |within| format!(" within “{within}”"));
        let data = self.county.data;
        let is_seen = match &seen.port {
            Some(port) => ports::was_given(&data.join("ports").join(port.as_str()), &words),
            None => self.browser(step)?.tree().sees(shape.map(roles), &words, within.as_deref())?,
        };
        match (is_seen, is_to_be) {
            (false, true) => Err(format!("the {kind} “{words}”{place} is not seen")),
            (true, false) => Err(format!("the {kind} “{words}”{place} is seen, and is not to be")),
            _ => Ok(()),
        }
    }

    fn moved(&mut self, figure: &Figure, before: Option<f64>) -> Result<(), String> {
        let reading = reading(figure, self.now);
        let after = (self.county.figure)(&reading)?;
        let name = format!("{} of {} in {}", reading.measure, reading.unit, reading.month.strftime("%Y-%m"));
        let is = |value: Option<f64>, wanted: f64| {
            value.is_some_and(|value| (value - wanted).abs() <= figure.rounding + 1e-9)
        };
        let shown = |value: Option<f64>| value.map_or("none".to_string(), |value| value.to_string());
        if let Some(wanted) = figure.value.or(figure.after) {
            if !is(after, wanted) {
                return Err(format!("{name} is {}, not {wanted}", shown(after)));
            }
            if let Some(wanted) = figure.before.filter(|wanted| !is(before, *wanted)) {
                return Err(format!("{name} was {}, not {wanted}", shown(before)));
            }
        }
        if let Some(by) = figure.by {
            let (Some(after), before) = (after, before) else { return Err(format!("{name} is not there")) };
            let before = before.ok_or_else(|| format!("{name} was not there before"))?;
            if ((after - before) - by).abs() > figure.rounding + 1e-9 {
                return Err(format!("{name} moved from {before} to {after}, not by {by}"));
            }
        }
        Ok(())
    }

    fn page(browser: &Browser) -> String {
        let mut page = format!("{} ({})\n", browser.path(), browser.status());
        let _ = page.write_str(&browser.tree().told());
        page
    }
}

fn reading(figure: &Figure, now: DateTime) -> Reading {
    let first = now.date().first_of_month();
    let month = match figure.month {
        Month::This => first,
        Month::Last => first.saturating_sub(1.month()),
        Month::Of(month) => month,
    };
    let (measure, unit) = (figure.measure.as_str().into(), figure.unit.as_str().into());
    Reading { measure, unit, month, stratum: figure.stratum.clone() }
}

fn code(language: Language) -> &'static str {
    match language {
        Language::Fi => "fi",
        Language::Sv => "sv",
        Language::En => "en",
    }
}

/// An act as its file has it.
fn told(act: &Act) -> String {
    let Ok((verb, what)) = act.deed() else { return String::new() };
    let field = act.field.as_ref().map_or(String::new(), |field| format!(" in “{field}”"));
    let within = act.within.as_ref().map_or(String::new(), |within| format!(" within “{within}”"));
    format!("{} “{what}”{field}{within}", format!("{verb:?}").to_lowercase())
}
