//! Files in a conversation: pictures and papers that either side adds. The event says what a file is; its bytes are sealed
//! beside the log, and its name beside the event.

use matter::By;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::event::{Author, Event};
use super::{Contact, On, Refusal, owned, said};

/// Bytes of a file at most, and files that are brought at once.
pub const MOST_FILE: usize = 20 << 20;
pub const MOST_AT_ONCE: usize = 10;
/// Bytes of all files of one contact at most.
pub const MOST_OF_CONTACT: u64 = 100 << 20;

/// The sorts of files that are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileKind {
    Jpeg,
    Png,
    Webp,
    Pdf,
}

impl FileKind {
    /// The kind of a file with these bytes, whatever its name says; none: it is none of those that are taken.
    pub fn of(bytes: &[u8]) -> Option<FileKind> {
        match bytes {
            [0xff, 0xd8, 0xff, ..] => Some(FileKind::Jpeg),
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some(FileKind::Png),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(FileKind::Webp),
            [b'%', b'P', b'D', b'F', b'-', ..] => Some(FileKind::Pdf),
            _ => None,
        }
    }

    /// As browsers name it.
    pub fn media(self) -> &'static str {
        match self {
            FileKind::Jpeg => "image/jpeg",
            FileKind::Png => "image/png",
            FileKind::Webp => "image/webp",
            FileKind::Pdf => "application/pdf",
        }
    }

    /// End of its name.
    pub fn ending(self) -> &'static str {
        match self {
            FileKind::Jpeg => "jpg",
            FileKind::Png => "png",
            FileKind::Webp => "webp",
            FileKind::Pdf => "pdf",
        }
    }

    pub fn is_picture(self) -> bool {
        self != FileKind::Pdf
    }
}

/// A file as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct File {
    #[serde(with = "matter::codec::id")]
    pub id: Uuid,
    pub kind: FileKind,
    pub bytes: u64,
    /// SHA-256 of its bytes, in hexadecimal digits.
    pub digest: String,
}

/// A file comes to a conversation: once, and as long as there is room. One of the resident is a word of theirs.
pub(super) fn attach(contact: &Contact, file: &File, on: &On<'_>) -> Result<Vec<Event>, Refusal> {
    let attached = |author: Author| Event::Attached { author, file: file.clone() };
    match (contact.file_bytes.saturating_add(file.bytes) > MOST_OF_CONTACT, on.by) {
        _ if contact.files.contains(&file.id) => Ok(Vec::new()),
        (true, _) => Err(Refusal::FilesFull),
        (false, By::Professional { .. }) => {
            owned(contact, on)?;
            if contact.answers_go.is_some() {
                return Err(Refusal::NoFiles);
            }
            Ok(vec![attached(Author::Service)])
        }
        (false, _) => said(contact, attached(Author::Resident), on),
    }
}

#[cfg(test)]
mod tests {
    use facts::{Channel, Outcome};
    use matter::given::{self, on};

    use super::*;
    use crate::contacts::{Command, REOPENED_WITHIN};
    use crate::organisation::Organisation;

    const NOW: i64 = 1_773_050_400_000_000;

    fn file(number: u128, bytes: u64) -> Command {
        let file = File { id: Uuid::from_u128(number), kind: FileKind::Png, bytes, digest: "0a".into() };
        Command::Attach { file, name: "kuva.png".into() }
    }

    fn contact(commands: &[(By, Command)]) -> Contact {
        let opening = Command::Open {
            channel: Channel::Message,
            service: "outpatient".into(),
            language: "fi".into(),
            unit: "a".into(),
            queue: None,
            anonymous: true,
            subject: None,
            routed: None,
            client_id: "c".into(),
            text: "Hei".into(),
        };
        let commands = [&[(By::Holder, opening)], commands].concat();
        given::given(&commands, NOW, &Organisation::default()).expect("a contact")
    }

    #[test]
    fn a_file_comes_once_and_as_long_as_there_is_room() {
        let when = |contact: &Contact, by: &By, command: &Command| {
            given::when(Some(contact), command, &on(NOW, by, &Organisation::default()))
        };
        let nurse = By::Professional { id: "n".into(), unit: "a".into(), leads: false };
        let with = contact(&[(By::Holder, file(1, 60 << 20))]);
        assert_eq!(
            (with.file_bytes, with.last_of_resident),
            (60 << 20, with.conversation),
            "it is read before an answer"
        );
        assert_eq!(when(&with, &By::Holder, &file(1, 60 << 20)), Ok(vec![]), "sent twice it is one");
        assert_eq!(when(&with, &By::Holder, &file(2, 41 << 20)), Err(Refusal::FilesFull));
        assert!(when(&with, &By::Holder, &file(2, 40 << 20)).is_ok());
        assert_eq!(when(&with, &nurse, &file(2, 1)), Err(Refusal::NotOwned));
        let owned = contact(&[(nurse.clone(), Command::Claim), (nurse.clone(), file(3, 1))]);
        assert_eq!(owned.first_response_at, None, "a file alone is no answer");
        let done = contact(&[
            (nurse.clone(), Command::Claim),
            (nurse.clone(), Command::Resolve { outcome: Outcome::Advised }),
        ]);
        // A picture is an answer to a question, and takes up again what was answered.
        let asked = Command::Ask { client_id: "a".into(), text: "Miltä se näyttää?".into() };
        let asked = contact(&[(nurse.clone(), Command::Claim), (nurse.clone(), asked), (By::Holder, file(5, 1))]);
        assert_eq!((asked.place.code(), asked.waits_since.is_some()), ("owned", true), "somebody looks at it");
        let soon = given::when(Some(&done), &file(4, 1), &on(NOW + 10_000_000, &By::Holder, &Organisation::default()));
        let again = given::after(Some(done.clone()), &soon.expect("taken"), NOW + 10_000_000).expect("it stays one");
        assert!(again.is_reopened && again.outcome.is_none(), "{:?}", again.place);
        let late = on(NOW + REOPENED_WITHIN + 10_000_000, &By::Holder, &Organisation::default()).now;
        let organisation = Organisation::default();
        assert_eq!(given::when(Some(&done), &file(4, 1), &on(late, &By::Holder, &organisation)), Err(Refusal::TooLate));
    }

    #[test]
    fn a_file_is_what_stands_in_it() {
        for (bytes, kind) in [
            (&b"\xff\xd8\xff\xe0rest"[..], Some(FileKind::Jpeg)),
            (b"\x89PNG\r\n\x1a\nrest", Some(FileKind::Png)),
            (b"RIFF\0\0\0\0WEBPVP8 ", Some(FileKind::Webp)),
            (b"%PDF-1.7", Some(FileKind::Pdf)),
            (b"GIF89a", None),
            (b" %PDF-1.7", None),
            (b"<svg xmlns", None),
            (b"PK\x03\x04", None),
            (b"", None),
        ] {
            assert_eq!(FileKind::of(bytes), kind, "{bytes:?}");
        }
    }
}
