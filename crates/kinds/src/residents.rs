//! Residents: registrations to an own pair, and encounters.

use matter::{By, Subject, Trouble, Turn};
use operations::residents::{Command, Registration, Resident};
use store::{Asked, digest};

use crate::Kinds;

impl Kinds {
    /// Where a resident is registered, and with which pair.
    pub fn registration(&self, subject: Subject) -> Option<Registration> {
        self.residents.look(|residents| residents.get(subject.0))?.registration.clone()
    }

    /// Does what somebody asks about a resident; `key` is the asker's own name for it, so that it is done once, and
    /// `told` the asker's text: the same for a repetition.
    pub async fn ask_of_resident(
        &self,
        subject: Subject,
        by: &By,
        command: Command,
        (key, told): (&str, &str),
    ) -> Result<(), Trouble> {
        let scope = format!("resident/{subject}/{}", by.name());
        let asked = Asked { scope, key: key.into(), request: digest(told.as_bytes()), seen: 0 };
        let mut command = command;
        if let Command::LeaveReach { reach, addresses } = &mut command {
            reach.mark = addresses.phone.as_deref().map(|number| self.mark_of(number));
        }
        let decide = move |turn: &mut Turn<'_>| turn.decide::<Resident>(subject.0, &command, &());
        self.store.turn(by, asked, decide).await.map(drop)
    }
}
