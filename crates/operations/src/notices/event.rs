//! Events of a notice, as they stand in the log for ever. Fields are added with a default and never renamed.

use facts::{Channel, Notice as What, Urgency};
use matter::codec::{code, id};
use matter::{PartId, ProfessionalId, Subject, UnitId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The one who makes a notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Notifier {
    /// The person themselves.
    Own,
    /// A relative or another who is close to them.
    Relative,
    /// Any other private person.
    Private,
    /// An authority or a professional, who may have a duty to make it (Act 1301/2014 § 35, Act 417/2007 § 25).
    Authority,
}

impl Notifier {
    pub const ALL: [Notifier; 4] = [Notifier::Own, Notifier::Relative, Notifier::Private, Notifier::Authority];

    /// Name in forms, and end of the keys of texts.
    pub fn code(self) -> &'static str {
        match self {
            Notifier::Own => "own",
            Notifier::Relative => "relative",
            Notifier::Private => "private",
            Notifier::Authority => "authority",
        }
    }

    pub fn named(code: &str) -> Option<Notifier> {
        Notifier::ALL.into_iter().find(|it| it.code() == code)
    }
}

/// The outcome of a notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// The need of support is assessed (Act 1301/2014 § 36, Act 417/2007 §§ 26–27).
    Assessment,
    /// To a matter of the person that was open already.
    OpenMatter,
    /// Advice or urgent help was enough.
    Helped,
    /// There is no need.
    NoNeed,
    /// It belongs to another authority, to which it was handed.
    Elsewhere,
}

impl Ending {
    pub const ALL: [Ending; 5] =
        [Ending::Assessment, Ending::OpenMatter, Ending::Helped, Ending::NoNeed, Ending::Elsewhere];

    pub fn code(self) -> &'static str {
        match self {
            Ending::Assessment => "assessment",
            Ending::OpenMatter => "open_matter",
            Ending::Helped => "helped",
            Ending::NoNeed => "no_need",
            Ending::Elsewhere => "elsewhere",
        }
    }

    pub fn named(code: &str) -> Option<Ending> {
        Ending::ALL.into_iter().find(|it| it.code() == code)
    }
}

/// A notice as it was made. Its words are sealed beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Made {
    #[serde(with = "code")]
    pub what: What,
    #[serde(with = "code")]
    pub channel: Channel,
    pub language: String,
    pub notifier: Notifier,
    /// The person whom it concerns, where the county knows who that is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<Subject>,
    pub unit: UnitId,
    /// The queue of that unit; none: the one that each has without a part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queue: Option<PartId>,
    /// The notice of which it is a part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part_of: Option<Uuid>,
    /// The professional who wrote it down, and has it from then on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<ProfessionalId>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    #[serde(rename = "notice.made")]
    Made(Made),
    /// The person whom it concerns and the one who made it, both sealed beside it.
    #[serde(rename = "notice.described")]
    Described,
    #[serde(rename = "notice.claimed")]
    Claimed { owner: ProfessionalId },
    #[serde(rename = "notice.released")]
    Released,
    /// It was found how urgent the need is.
    #[serde(rename = "notice.urgency_assessed")]
    UrgencyAssessed {
        #[serde(with = "code")]
        urgency: Urgency,
    },
    /// To another queue, with its reason; a note to colleagues is sealed beside it.
    #[serde(rename = "notice.handed")]
    Handed {
        from: UnitId,
        to: UnitId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        queue: Option<PartId>,
        reason: String,
    },
    /// It is about the same person as an earlier one, with which it stands from then on.
    #[serde(rename = "notice.confirmed")]
    Confirmed {
        #[serde(with = "id")]
        first: Uuid,
        /// Where that one stands.
        unit: UnitId,
    },
    /// A later one is about the same person.
    #[serde(rename = "notice.joined")]
    Joined {
        #[serde(with = "id")]
        later: Uuid,
    },
    /// Another is about somebody else.
    #[serde(rename = "notice.rejected")]
    Rejected {
        #[serde(with = "id")]
        other: Uuid,
    },
    /// It was joined by mistake, and stands for itself again.
    #[serde(rename = "notice.separated")]
    Separated,
    /// The later one that stood with it stands for itself again.
    #[serde(rename = "notice.left")]
    Left {
        #[serde(with = "id")]
        later: Uuid,
    },
    /// Somebody told the person that it was made.
    #[serde(rename = "notice.told")]
    Told,
    /// A part of it is seen to by others, as a matter of its own.
    #[serde(rename = "notice.split")]
    Split {
        #[serde(with = "id")]
        part: Uuid,
    },
    #[serde(rename = "notice.ended")]
    Ended { ending: Ending },
    /// Nothing more is shown of it in lists.
    #[serde(rename = "notice.closed")]
    Closed,
}
