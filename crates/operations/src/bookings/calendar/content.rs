//! A calendar as content: what is wrong in its file, and what it names that is not there.

use content::{Content, There, Wrong};
use facts::Names;

use super::Timetable;

impl Content for Timetable {
    const FOLDER: &'static str = "calendars";

    fn name(&self) -> &Names {
        &self.name
    }

    fn check(&self, _id: &str, there: There) -> Vec<Wrong> {
        let wrong = |at: &str, what: &str| Wrong::new(0..0, format!("{at}: {what}"), "");
        let mut wrongs: Vec<Wrong> = Timetable::check(self).iter().map(|it| wrong(&it.at, &it.what)).collect();
        if !there("unit", &self.unit) {
            wrongs.push(wrong("unit", &format!("there is no unit {}", self.unit)));
        }
        for (name, kind) in &self.kinds {
            if let Some(form) = kind.form_before.as_deref().filter(|form| !there("form", form)) {
                wrongs.push(wrong(&format!("kind.{name}.form_before"), &format!("there is no form {form}")));
            }
        }
        wrongs
    }
}
