//! All that is wrong in a calendar, at once.

use std::cmp::Ordering;

use facts::Names;
use jiff::{Span, SpanRelativeTo, Unit};

use super::{Fault, Hours, Kind, Timetable};

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
        self.publishing(&mut faults);
        self.booking(&mut faults);
        faults.unless(!self.kinds.is_empty(), "kind", "there is no kind of visit");
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
        faults.unless(start < end, format!("{at}.at"), format!("{start} is not before {end}"));
        faults.unless(!hours.kinds.is_empty(), format!("{at}.kinds"), "there is no kind of visit");
        let lasts = (end - start).total(Unit::Minute).unwrap_or_default();
        for name in &hours.kinds {
            match self.kinds.get(name) {
                None => faults.unless(false, format!("{at}.kinds"), format!("there is no kind {name}")),
                Some(kind) => {
                    let fits = start >= end || kind.minutes as f64 <= lasts;
                    faults.unless(fits, format!("{at}.at"), format!("{name} takes longer than these hours"));
                }
            }
        }
    }
}

impl Kind {
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
