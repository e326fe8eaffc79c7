//! Units whose queues people work, and for which the county draws nothing.

use facts::Profession;

/// Id, parent, names, service and professions of a unit.
type Quiet = (&'static str, &'static str, [&'static str; 3], &'static str, &'static [Profession]);

/// Units for which nothing is drawn: their queues are worked by people, two of each profession. Id, parent, names, service.
pub const QUIET: [Quiet; 11] = [
    (
        "senior-info",
        "social",
        ["Seniori-info", "Senior-info", "Senior-info"],
        "older_people",
        &[Profession::SocialCounsellor, Profession::ServiceGuide, Profession::Nurse],
    ),
    (
        "disability-services",
        "social",
        ["Vammaispalvelut", "Funktionshinderservice", "Disability services"],
        "disability",
        &[Profession::SocialWorker, Profession::SocialCounsellor],
    ),
    (
        "disability-experts",
        "social",
        ["Vaativan tuen asiantuntijat", "Experter på krävande stöd", "Experts on demanding support"],
        "disability",
        &[Profession::Psychologist, Profession::Nurse, Profession::Physician, Profession::SocialCounsellor],
    ),
    (
        "family-social-work",
        "social",
        ["Perhesosiaalityö", "Familjesocialarbete", "Family social work"],
        "family_social_work",
        &[Profession::SocialWorker, Profession::SocialCounsellor],
    ),
    (
        "family-guidance",
        "families",
        ["Perheiden ohjaus", "Familjevägledning", "Family guidance"],
        "families",
        &[
            Profession::SocialCounsellor,
            Profession::Psychologist,
            Profession::SpeechTherapist,
            Profession::FamilyWorker,
        ],
    ),
    (
        "family-counselling",
        "families",
        ["Perheneuvola", "Familjerådgivning", "Family counselling"],
        "families",
        &[Profession::Psychologist, Profession::SocialWorker],
    ),
    (
        "school-health",
        "families",
        ["Kouluterveydenhuolto", "Skolhälsovård", "School health care"],
        "school_health",
        &[Profession::PublicHealthNurse, Profession::Physician],
    ),
    (
        "student-health",
        "families",
        ["Opiskeluterveydenhuolto", "Studerandehälsovård", "Student health care"],
        "student_health",
        &[Profession::PublicHealthNurse, Profession::Psychologist, Profession::SocialWorker],
    ),
    (
        "wellbeing",
        "county",
        ["Hyvinvoinnin edistäminen", "Främjande av välfärd", "Wellbeing promotion"],
        "wellbeing",
        &[Profession::ServiceGuide],
    ),
    ("client-fees", "county", ["Asiakasmaksut", "Klientavgifter", "Client fees"], "fees", &[Profession::Other]),
    (
        "crisis-work",
        "social",
        ["Kriisityö", "Krisarbete", "Crisis work"],
        "social_work",
        &[Profession::SocialWorker, Profession::SocialCounsellor],
    ),
];
