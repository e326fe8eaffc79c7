//! Bugs that the fault suite must catch, in a build of its own. Anywhere else there is none.

/// A fault made on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bug {
    /// A commit is acknowledged before the disk has it.
    NotSynced,
    /// A commit is acknowledged before it is made.
    AcknowledgedFirst,
    /// Places come from a counter of their own, and not from the locked head.
    Serial,
    /// An error of the disk at commit is passed over.
    ErrorIgnored,
    /// No row notes that a command was carried out.
    Forgetful,
}

/// Whether a bug is planted in this process.
#[cfg(feature = "planted")]
#[expect(clippy::disallowed_methods, reason = "only the build of the fault suite asks")]
pub fn has(bug: Bug) -> bool {
    std::env::var("LUOTSI_PLANTED").is_ok_and(|name| name == format!("{bug:?}"))
}

#[cfg(not(feature = "planted"))]
pub const fn has(_: Bug) -> bool {
    false
}
