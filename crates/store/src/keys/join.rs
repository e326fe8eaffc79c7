//! Copies of keys put together: what only one of them has is kept, and what one of them has destroyed is destroyed.

use std::path::Path;
use std::sync::atomic::Ordering;

use rusqlite::{Connection, OpenFlags, OptionalExtension, TransactionBehavior, params};

use super::{Keys, broken, check, held, is_keys};
use crate::{Error, Result};

/// Counts of what a copy of keys brought.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Joined {
    pub added: usize,
    pub destroyed: usize,
}

impl Keys {
    /// Adds what a copy has and these have not; `log`: check value of the keys that the log was written with, whose name
    /// these take where the copy bears it.
    pub fn join(&mut self, copy: &Path, log: Option<[u8; 32]>) -> Result<Joined> {
        is_keys(copy)?;
        let other = Connection::open_with_flags(copy, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(broken)?;
        self.master.is_of(&other)?;
        let mut making = held(&self.making);
        making.database.busy_timeout(super::PATIENCE).map_err(broken)?;
        let transaction = making.database.transaction_with_behavior(TransactionBehavior::Immediate).map_err(broken)?;
        let mut joined = Joined::default();
        let mut rows =
            other.prepare("SELECT key_id, subject, class, year, wrapped, destroyed FROM keys").map_err(broken)?;
        let mut rows = rows.query([]).map_err(broken)?;
        while let Some(row) = rows.next().map_err(broken)? {
            let add = |row: &rusqlite::Row<'_>| {
                let (id, wrapped, destroyed): (Vec<u8>, Option<Vec<u8>>, Option<i64>) =
                    (row.get(0)?, row.get(4)?, row.get(5)?);
                let values = params![
                    id,
                    row.get::<_, Vec<u8>>(1)?,
                    row.get::<_, String>(2)?,
                    row.get::<_, i16>(3)?,
                    wrapped,
                    destroyed
                ];
                let added = transaction.execute("INSERT OR IGNORE INTO keys VALUES (?, ?, ?, ?, ?, ?)", values)?;
                let destroy = "UPDATE keys SET wrapped = NULL, destroyed = ?2 \
                               WHERE key_id = ?1 AND destroyed IS NULL AND ?2 IS NOT NULL";
                let gone = if added == 0 { transaction.execute(destroy, params![id, destroyed])? } else { 0 };
                Ok((added, gone))
            };
            let (added, gone) = add(row).map_err(broken)?;
            joined.added += added;
            joined.destroyed += gone;
        }
        self.erased_there(&other, &transaction).map_err(broken)?;
        // A person whom one of the copies erased has no key in the other either.
        let erase = "UPDATE keys SET wrapped = NULL, destroyed = 0 WHERE destroyed IS NULL AND (subject IN \
                     (SELECT subject FROM erased WHERE subject IS NOT NULL) OR EXISTS (SELECT 1 FROM erased \
                     WHERE erased.class = keys.class AND keys.year < erased.before))";
        joined.destroyed += transaction.execute(erase, []).map_err(broken)?;
        let named = self.named_as(&other, &transaction, log)?;
        let count = "UPDATE bound SET age = max(age, (SELECT count(*) + count(destroyed) FROM keys) \
                     + (SELECT count(*) FROM erased)) RETURNING age";
        let age: i64 = transaction.query_row(count, [], |row| row.get(0)).map_err(broken)?;
        let erasures: i64 = transaction.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(broken)?;
        transaction.pragma_update(None, "user_version", erasures + 1).map_err(broken)?;
        transaction.commit().map_err(broken)?;
        self.age.fetch_max(age as u64, Ordering::AcqRel);
        making.database.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).map_err(broken)?;
        drop(making);
        self.check = named;
        Ok(joined)
    }

    fn erased_there(&self, other: &Connection, here: &Connection) -> rusqlite::Result<()> {
        let mut rows = other.prepare("SELECT subject, class, before, at, reason FROM erased")?;
        let mut rows = rows.query([])?;
        while let Some(row) = rows.next()? {
            let (subject, class): (Option<Vec<u8>>, Option<String>) = (row.get(0)?, row.get(1)?);
            let (before, at, reason): (Option<i16>, i64, Vec<u8>) = (row.get(2)?, row.get(3)?, row.get(4)?);
            here.execute(
                "INSERT INTO erased SELECT ?1, ?2, ?3, ?4, ?5 WHERE NOT EXISTS \
                 (SELECT 1 FROM erased WHERE subject IS ?1 AND class IS ?2 AND before IS ?3)",
                params![subject, class, before, at, reason],
            )?;
        }
        Ok(())
    }

    /// Check value of the keys as they are then.
    fn named_as(&self, other: &Connection, here: &Connection, log: Option<[u8; 32]>) -> Result<[u8; 32]> {
        let Some(log) = log.filter(|log| *log != self.check) else { return Ok(self.check) };
        let id: Option<[u8; 16]> =
            other.query_row("SELECT id FROM bound", [], |row| row.get(0)).optional().map_err(broken)?;
        match id.filter(|id| check(&self.master, id) == log) {
            Some(id) => here.execute("UPDATE bound SET id = ?", [id.as_slice()]).map(|_| log).map_err(broken),
            None => Err(Error::new("neither the keys that are here nor the copy are those of the log")
                .at(self.folder.display())
                .remedy("name a copy of the keys that was made of this county's keys.db")),
        }
    }
}
