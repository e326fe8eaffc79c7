//! The cast: residents whom a visitor of the demo county can be, by name. All are invented; so are their identity codes,
//! whose individual numbers nobody is given (900 to 999).
//!
//! They live in a county of any size beside its other residents, whom they change in nothing: nothing is drawn for them. What
//! happens to them, visitors and journeys do.

use facts::{Day, Label, Residence, Resident, ResidentId, Sex, UnitId};
use jiff::civil::Date;

use crate::resident::registrations;
use crate::{Batch, County, Recorded};

/// Number of the first of the cast: the county's other residents are fewer.
const FIRST: u32 = 1_000_000;
/// Those who are on the list of the first own-doctor pair.
const ON_A_LIST: [&str; 2] = ["paavo", "eila"];
/// Those whose address nobody may be given.
const UNDER_NON_DISCLOSURE: [&str; 1] = ["sirpa"];

/// One of the cast.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Member {
    /// The word by which a visitor signs in as this person.
    pub word: &'static str,
    /// Given name and family name.
    pub name: &'static str,
    pub identity_code: &'static str,
    /// BCP 47.
    pub language: &'static str,
    /// Code of a municipality of the county.
    pub municipality: &'static str,
    /// The health station where they are registered; none: they are on no list.
    pub station: Option<&'static str>,
}

/// In 2026 Aino is 42 and has back pain; Anna is 38 and the guardian of Eino, who is 10; Paavo is 58, Leena 71; Eila is 78
/// and has a care plan; Salla is 17, Amina 29, Tuula 66; Onni, Veera and Joel are 18, 22 and 24.
pub const CAST: [Member; 24] = [
    member(["aino", "Aino Virtanen", "030184-900E"], "fi", "aalto", Some("station-01")),
    member(["anna", "Anna Viklund", "100188-9022"], "sv", "niemi", Some("station-08")),
    member(["eino", "Eino Viklund", "170116A9053"], "sv", "niemi", Some("station-08")),
    member(["paavo", "Paavo Salo", "240168-9073"], "fi", "aalto", Some("station-02")),
    member(["leena", "Leena Koski", "310155-9089"], "sv", "saaristo", Some("station-10")),
    member(["eila", "Eila Aho", "070248-910V"], "fi", "aalto", Some("station-04")),
    member(["salla", "Salla Niemi", "140209A912C"], "fi", "honka", Some("station-05")),
    member(["amina", "Amina Warsame", "210297-914N"], "so", "aalto", Some("station-03")),
    member(["tuula", "Tuula Mäkelä", "040160-916D"], "fi", "karikko", Some("station-07")),
    member(["onni", "Onni Laine", "110108A919L"], "fi", "honka", Some("station-05")),
    member(["veera", "Veera Kallio", "180104A9204"], "fi", "aalto", Some("station-02")),
    member(["joel", "Joel Backman", "250102A9237"], "fi", "aalto", Some("station-01")),
    member(["sirpa", "Sirpa Hakala", "010279-924E"], "fi", "honka", Some("station-06")),
    member(["mikko", "Mikko Ranta", "080293-927N"], "fi", "koivula", None),
    member(["helmi", "Helmi Lindqvist", "150242-9282"], "sv", "niemi", Some("station-08")),
    member(["oskar", "Oskar Nyman", "220280-931F"], "sv", "ranta", Some("station-13")),
    member(["sofia", "Sofia Heino", "050195-932L"], "fi", "mylly", Some("station-11")),
    member(["yusuf", "Yusuf Ali", "120191-9356"], "ar", "aalto", Some("station-03")),
    member(["olena", "Olena Kovalenko", "190186-936E"], "uk", "honka", Some("station-06")),
    member(["igor", "Igor Petrov", "260163-9394"], "ru", "aalto", Some("station-01")),
    member(["emma", "Emma Rautio", "020211A9402"], "fi", "lahti", Some("station-12")),
    member(["kalle", "Kalle Järvinen", "090274-943X"], "fi", "korpi", Some("station-14")),
    member(["maija", "Maija Lehtonen", "160236-944N"], "fi", "karikko", Some("station-07")),
    member(["ville", "Ville Saarinen", "230299-947J"], "fi", "koivula", Some("station-09")),
];

/// Somebody of the cast who may act for another, as the national register has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mandate {
    pub who: &'static str,
    pub of: &'static str,
    /// `guardian`, `proxy`.
    pub capacity: &'static str,
    /// `all`, `health`, `social`.
    pub scope: &'static str,
}

/// Anna is the guardian of Eino, and Kalle of Emma, who is 15; Tuula sees to the health of Eila, Mikko to all of Sirpa's matters.
pub const MANDATES: [Mandate; 4] = [
    Mandate { who: "anna", of: "eino", capacity: "guardian", scope: "all" },
    Mandate { who: "kalle", of: "emma", capacity: "guardian", scope: "all" },
    Mandate { who: "tuula", of: "eila", capacity: "proxy", scope: "health" },
    Mandate { who: "mikko", of: "sirpa", capacity: "proxy", scope: "all" },
];

const fn member(
    [word, name, identity_code]: [&'static str; 3],
    language: &'static str,
    municipality: &'static str,
    station: Option<&'static str>,
) -> Member {
    Member { word, name, identity_code, language, municipality, station }
}

/// Numbers of the cast among the county's residents.
pub(crate) fn numbers() -> std::ops::Range<u32> {
    FIRST..FIRST + CAST.len() as u32
}

/// The one of the cast that has a number.
pub(crate) fn numbered(number: u32) -> Option<&'static Member> {
    CAST.get(number.checked_sub(FIRST)? as usize)
}

impl Member {
    /// The id in the source and in the log, a UUID.
    pub fn source_id(&self) -> String {
        let place = CAST.iter().position(|it| it == self).unwrap_or_default();
        County::source_id(FIRST + place as u32)
    }

    /// The day of birth that the identity code tells.
    pub fn born(&self) -> Option<Date> {
        let part = |from: usize| self.identity_code.get(from..from + 2)?.parse::<i16>().ok();
        let century = if self.identity_code.as_bytes().get(6) == Some(&b'A') { 2000 } else { 1900 };
        Date::new(century + part(4)?, part(2)? as i8, part(0)? as i8).ok()
    }

    /// Whether nobody may be given their address.
    pub fn is_protected(&self) -> bool {
        UNDER_NON_DISCLOSURE.contains(&self.word)
    }

    /// Whether they are on the list of the county's first own-doctor pair.
    pub fn is_on_a_list(&self) -> bool {
        ON_A_LIST.contains(&self.word)
    }

    /// The sex that the identity code tells: individual numbers of women are even.
    fn sex(&self) -> Option<Sex> {
        let digit = self.identity_code.as_bytes().get(9)?;
        Some(if digit.is_multiple_of(2) { Sex::Female } else { Sex::Male })
    }
}

/// The rows of one of the cast.
pub(crate) fn rows(county: &County, member: &Member, id: ResidentId) -> Batch {
    let (mut batch, begun, always) = (Batch::default(), county.clock.midnight(0), Day(-25_567));
    let born = member.born().unwrap_or_default();
    let resident = Resident {
        resident_id: id,
        birth_year: i64::from(born.year()),
        birth_month: Some(format!("{}-{:02}", born.year(), born.month())),
        sex: member.sex(),
        language: Some(member.language.into()),
        service_language: Some(if member.language == "sv" { "sv".into() } else { "fi".into() }),
        non_disclosure: member.is_protected(),
        died_on: None,
        left_on: None,
    };
    let home = Residence {
        resident_id: id,
        valid_from: always,
        municipality: Label::from(member.municipality),
        valid_to: None,
    };
    batch.residents.push(Recorded(resident, begun));
    batch.residences.push(Recorded(home, begun));
    if let Some(station) = member.station {
        let pair = county.organisation.pairs.first().filter(|_| member.is_on_a_list());
        registrations(id, &UnitId::from(station), pair, &county.clock, &mut batch);
    }
    batch
}
