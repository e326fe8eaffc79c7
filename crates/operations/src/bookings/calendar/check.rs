//! All that is wrong in a calendar, at once.

use std::cmp::Ordering;

use facts::Names;
use jiff::{Span, SpanRelativeTo, Unit};

use super::{ComeIn, Duty, Fault, Hours, Kind, Protects, Timetable};

/// Whether a length is no longer than another; of one that has a fault of its own nothing is known.
fn is_within(span: f64, other: f64) -> bool {
    span.partial_cmp(&other) != Some(Ordering::Greater)
}

/// Faults found so far.
struct Faults(Vec<Fault>);

impl Faults {
    fn unless(&mut self, holds: bool, at: impl Into<String>, what: impl Into<String>) {
        if !holds {
            self.0.push(Fault { at: at.into(), what: what.into() });
        }
    }

    /// A length is said in weeks, days, hours or minutes, and is no less than `least` minutes.
    fn length(&mut self, span: Span, least: f64, at: impl Into<String>) -> f64 {
        let minutes = span.total((Unit::Minute, SpanRelativeTo::days_are_24_hours()));
        let minutes = minutes.unwrap_or(f64::NAN);
        let what = format!("{span:#} is no length of {least} minutes or more, in days, hours or minutes");
        self.unless(minutes >= least, at, what);
        minutes
    }

    fn named(&mut self, name: &Names, at: &str) {
        let is_named = !name.fi.trim().is_empty() && !name.sv.trim().is_empty();
        self.unless(is_named, at, "it has no name in Finnish or in Swedish");
    }
}

impl Timetable {
    /// All that is wrong in it; nothing: it can be used.
    pub fn check(&self) -> Vec<Fault> {
        let mut faults = Faults(Vec::new());
        faults.unless(self.id.is_empty() == (self.version == 0), "version", "an id has a version, counted from 1");
        faults.unless(!self.unit.is_empty(), "unit", "no unit answers for it");
        faults.unless(!self.service.is_empty(), "service", "it gives no service");
        faults.named(&self.name, "name");
        self.shape(&mut faults);
        for (name, kind) in &self.kinds {
            kind.check(&format!("kind.{name}"), &mut faults);
        }
        for (number, week) in (1..).zip(&self.weeks) {
            let at = format!("week.{number}");
            faults.unless(!week.on.is_empty(), format!("{at}.on"), "it is on no day of the week");
            let is_in_order = week.valid.is_none_or(|[first, last]| first <= last);
            faults.unless(is_in_order, format!("{at}.valid"), "it ends before it begins");
            self.hours_checked(&week.hours, &at, &mut faults);
        }
        for (number, exception) in (1..).zip(&self.exceptions) {
            let at = format!("except.{number}");
            let says = exception.closed.is_some() || exception.add.is_some();
            faults.unless(says, &at, "it is neither closed, nor does it add hours");
            exception.closed.iter().for_each(|why| faults.named(why, &format!("{at}.closed")));
            exception.add.iter().for_each(|hours| self.hours_checked(hours, &format!("{at}.add"), &mut faults));
        }
        faults.0
    }

    /// A calendar has times to book, a walk-in list, duties or protected time, and one of them alone.
    fn shape(&self, faults: &mut Faults) {
        let has_times = !self.book.by.is_empty() || !self.kinds.is_empty() || !self.slots.is_empty();
        let shapes = [has_times, self.walk_in.is_some(), !self.duties.is_empty(), self.protects.is_some()];
        let count = shapes.iter().filter(|it| **it).count();
        faults.unless(count <= 1, "kind", "times to book, walk_in, duty and protect are calendars of their own");
        let has_hours = !self.weeks.is_empty() || !self.exceptions.is_empty();
        match shapes {
            [_, true, ..] => {
                faults.unless(has_hours, "week", "nobody knows when one may come");
                self.walk_in.iter().for_each(|it| it.check(faults));
            }
            [.., true, _] => self.duties.iter().for_each(|(id, duty)| duty.check(&format!("duty.{id}"), faults)),
            [.., true] => self.protects.iter().for_each(|it| it.check(faults)),
            _ => {
                self.publishing(faults);
                self.booking(faults);
                let has_kinds = !self.kinds.is_empty() || !self.slots.is_empty();
                faults.unless(has_kinds, "kind", "there is no kind of visit");
            }
        }
        let gives_times = has_times || count == 0;
        faults.unless(gives_times || self.walk_in.is_some() || !has_hours, "week", "it has no hours of its own");
    }

    fn publishing(&self, faults: &mut Faults) {
        let ahead = faults.length(self.publish.ahead, 1.0, "publish.ahead");
        for (number, opens) in (1..).zip(&self.publish.opens) {
            let at = format!("publish.opens.{number}");
            let before = faults.length(opens.before, 0.0, format!("{at}.before"));
            faults.unless(is_within(before, ahead), format!("{at}.before"), "it opens before it is published");
            faults.unless(opens.share > 0.0, format!("{at}.share"), "a share is more than nothing");
        }
        let sum: f64 = self.publish.opens.iter().map(|it| it.share).sum();
        let is_whole = self.publish.opens.is_empty() || (sum - 1.0).abs() < 1e-9;
        faults.unless(is_whole, "publish.opens", format!("the shares make {sum}, not 1"));
    }

    fn booking(&self, faults: &mut Faults) {
        let book = &self.book;
        faults.unless(!book.by.is_empty(), "book.by", "nobody may book");
        for word in &book.by {
            let is_known = word == "resident" || word.starts_with("role:") || word.starts_with("path:");
            faults.unless(is_known, "book.by", format!("{word} is not resident, role:… or path:…"));
        }
        faults.length(book.notice, 0.0, "book.notice");
        faults.length(book.hold, 1.0, "book.hold");
        faults.length(book.move_until, 0.0, "book.move_until");
        faults.length(book.cancel_until, 0.0, "book.cancel_until");
        book.remind.iter().for_each(|span| _ = faults.length(*span, 1.0, "book.remind"));
        faults.unless(book.open_at_once != Some(0), "book.open_at_once", "nobody could have an appointment");
        if let Some(wait) = &book.wait {
            let offer = faults.length(wait.offer, 1.0, "book.wait.offer");
            let least = faults.length(wait.least, 1.0, "book.wait.least");
            faults.unless(is_within(least, offer), "book.wait.least", "an offer would stand longer than it may");
            faults.unless(!wait.order.is_empty(), "book.wait.order", "it says not who comes first");
        }
    }

    fn hours_checked(&self, hours: &Hours, at: &str, faults: &mut Faults) {
        let [start, end] = hours.at;
        faults.unless(!hours.who.is_empty(), format!("{at}.who"), "they are nobody's");
        let is_there = hours.place.is_none() || self.units.is_empty();
        faults.unless(is_there, format!("{at}.place"), "a calendar of several units is at their places");
        faults.unless(start < end, format!("{at}.at"), format!("{start} is not before {end}"));
        let (has_kinds, is_list) = (!hours.kinds.is_empty(), self.walk_in.is_some());
        faults.unless(has_kinds || is_list, format!("{at}.kinds"), "there is no kind of visit");
        faults.unless(!has_kinds || !is_list, format!("{at}.kinds"), "a walk-in list gives no times");
        let lasts = (end - start).total(Unit::Minute).unwrap_or_default();
        for name in &hours.kinds {
            match self.kinds.get(name) {
                None if self.slots.contains(name) => {}
                None => faults.unless(false, format!("{at}.kinds"), format!("there is no kind {name}")),
                Some(kind) => {
                    let fits = start >= end || kind.minutes as f64 <= lasts;
                    faults.unless(fits, format!("{at}.at"), format!("{name} takes longer than these hours"));
                }
            }
        }
    }
}

impl ComeIn {
    fn check(&self, faults: &mut Faults) {
        faults.length(self.last, 0.0, "walk_in.last");
        faults.named(&self.about, "walk_in.about");
        faults.unless(!self.reasons.is_empty(), "walk_in.reason", "it says not with what one comes");
        self.reasons.iter().for_each(|(id, name)| faults.named(name, &format!("walk_in.reason.{id}")));
    }
}

impl Duty {
    fn check(&self, at: &str, faults: &mut Faults) {
        let [start, end] = self.at;
        faults.unless(!self.on.is_empty(), format!("{at}.on"), "it is on no day of the week");
        faults.unless(start < end, format!("{at}.at"), format!("{start} is not before {end}"));
        faults.unless(self.who.starts_with("role:"), format!("{at}.who"), format!("{} is not role:…", self.who));
        faults.unless(self.need > 0, format!("{at}.need"), "nobody is on duty");
        faults.named(&self.name, at);
    }
}

impl Protects {
    fn check(&self, faults: &mut Faults) {
        faults.unless(!self.by.is_empty(), "protect.by", "nobody may keep it");
        for word in &self.by {
            faults.unless(word.starts_with("role:"), "protect.by", format!("{word} is not role:…"));
        }
        self.most.iter().for_each(|span| _ = faults.length(*span, 1.0, "protect.most"));
    }
}

impl Kind {
    pub(super) fn check_alone(&self) -> Vec<Fault> {
        let mut faults = Faults(Vec::new());
        self.check("", &mut faults);
        faults.0
    }

    fn check(&self, at: &str, faults: &mut Faults) {
        faults.unless((1..=1440).contains(&self.minutes), format!("{at}.minutes"), "a visit takes 1 to 1440 minutes");
        faults.unless((0..=1440).contains(&self.after), format!("{at}.after"), "0 to 1440 minutes follow it");
        faults.unless(!self.ways.is_empty(), format!("{at}.ways"), "there is no way to be met");
        let is_range = self.seats.is_none_or(|[least, most]| 1 <= least && least <= most);
        faults.unless(is_range, format!("{at}.seats"), "the fewest people are 1 to the most");
        let is_decided = self.seats.is_some() == self.decide.is_some();
        faults.unless(is_decided, format!("{at}.decide"), "seats, and when to decide by them, go together");
        let is_series =
            self.most.is_some() == self.every.is_some() && (self.cancelled.is_none() || self.most.is_some());
        faults.unless(is_series, format!("{at}.most"), "a series has the most visits and the time between them");
        faults.unless(self.most != Some(0), format!("{at}.most"), "a series has a visit");
        self.decide.iter().for_each(|span| _ = faults.length(*span, 1.0, format!("{at}.decide")));
        self.every.iter().for_each(|span| _ = faults.length(*span, 1.0, format!("{at}.every")));
        faults.named(&self.name, at);
    }
}
