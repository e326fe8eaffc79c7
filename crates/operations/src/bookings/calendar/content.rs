//! A calendar and a kind of visit as content: what is wrong in their files, and what they name that is not there.

use content::{Content, There, Wrong};
use facts::Names;

use super::{Kind, Timetable};

impl Content for Timetable {
    const FOLDER: &'static str = "calendars";

    fn name(&self) -> &Names {
        &self.name
    }

    fn check(&self, _id: &str, there: There) -> Vec<Wrong> {
        let wrong = |at: &str, what: &str| Wrong::new(0..0, format!("{at}: {what}"), "");
        let mut wrongs: Vec<Wrong> = Timetable::check(self).iter().map(|it| wrong(&it.at, &it.what)).collect();
        for (at, unit) in [("unit", &self.unit)].into_iter().chain(self.units.iter().map(|unit| ("units", unit))) {
            if !there("unit", unit) {
                wrongs.push(wrong(at, &format!("there is no unit {unit}")));
            }
        }
        for slot in self.slots.iter().filter(|slot| !there("slot", slot)) {
            wrongs.push(wrong("slot", &format!("there is no slot {slot}")));
        }
        for (name, kind) in &self.kinds {
            if let Some(form) = kind.form_before.as_deref().filter(|form| !there("form", form)) {
                wrongs.push(wrong(&format!("kind.{name}.form_before"), &format!("there is no form {form}")));
            }
        }
        wrongs
    }
}

/// A kind of visit that several calendars have.
impl Content for Kind {
    const FOLDER: &'static str = "slots";

    fn name(&self) -> &Names {
        &self.name
    }

    fn check(&self, _id: &str, there: There) -> Vec<Wrong> {
        let wrong = |at: &str, what: &str| Wrong::new(0..0, format!("{at}: {what}"), "");
        let faults = self.check_alone();
        let mut wrongs: Vec<Wrong> = faults.iter().map(|it| wrong(it.at.trim_start_matches('.'), &it.what)).collect();
        if let Some(form) = self.form_before.as_deref().filter(|form| !there("form", form)) {
            wrongs.push(wrong("form_before", &format!("there is no form {form}")));
        }
        wrongs
    }
}
