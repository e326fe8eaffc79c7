//! The changes of each version of a table: the times of the rows that came, so that only results they can touch are
//! made anew.

use serde::{Deserialize, Serialize};

/// Changes told apart; older ones are joined.
const KEPT: usize = 100;

/// The changes of a table, oldest first. Compaction changes nothing.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Changes(Vec<Change>);

/// Rows that came with a version.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Change {
    version: u64,
    /// Smallest and largest main time, in the column's unit; of a table without one everything.
    at: [i64; 2],
}

impl Changes {
    pub fn add(&mut self, version: u64, at: [i64; 2]) {
        let at = if at[0] <= at[1] { at } else { [i64::MIN, i64::MAX] };
        match self.0.last_mut().filter(|last| last.version == version) {
            Some(last) => last.join(version, at),
            None => self.0.push(Change { version, at }),
        }
        if self.0.len() > KEPT {
            let oldest = self.0.remove(0);
            let first = &mut self.0[0];
            first.join(first.version, oldest.at);
        }
    }

    /// Whether a version after `version` brought rows of a time before `end`.
    pub fn any_after(&self, version: u64, end: i64) -> bool {
        self.0.iter().any(|change| change.version > version && change.at[0] < end)
    }
}

impl Change {
    fn join(&mut self, version: u64, at: [i64; 2]) {
        self.version = version;
        self.at = [self.at[0].min(at[0]), self.at[1].max(at[1])];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_touches_what_ends_after_its_first_row() {
        let mut changes = Changes::default();
        changes.add(1, [0, 100]);
        changes.add(2, [90, 120]);
        assert!(changes.any_after(0, 10));
        assert!(!changes.any_after(1, 90));
        assert!(changes.any_after(1, 91));
        assert!(!changes.any_after(2, 1000));
    }

    #[test]
    fn joined_changes_forget_nothing() {
        let mut changes = Changes::default();
        (1..=300).for_each(|version| changes.add(version, [300 - version as i64, 300]));
        assert_eq!(changes.0.len(), KEPT);
        assert!(changes.any_after(0, 1), "version 300 brought rows of time 0");
        assert!(changes.any_after(100, 101));
    }
}
