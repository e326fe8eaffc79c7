//! Contacts that happen before everybody's eyes, in the log: what residents write and professionals do, step by step.
//!
//! When each step comes is the contact's own (see `contacts.rs`): a chat is answered in minutes, a message on its weekday.
//! Texts are invented and short.

use facts::{Channel, Contact, Outcome};

use crate::time::{HOUR, MINUTE};
use crate::{County, Span};

/// A service that residents write about: code, unit that answers, names in Finnish, Swedish and English.
pub const SERVICES: [(&str, &str, Option<&str>, [&str; 3]); 5] = [
    (
        "outpatient",
        "digital-clinic",
        Some("digital-clinic"),
        ["Terveys ja sairaanhoito", "Hälsa och sjukvård", "Health and illness"],
    ),
    ("families", "families-line", None, ["Lapset ja perheet", "Barn och familjer", "Children and families"]),
    ("mental_health", "mental-clinic", None, ["Mieli ja jaksaminen", "Psykisk hälsa", "Mental health and coping"]),
    (
        "social_work",
        "adult-social",
        Some("social-advice"),
        ["Raha, asuminen ja arki", "Pengar, boende och vardag", "Money, housing and daily life"],
    ),
    ("child_health", "clinic-1", Some("child-health-clinic"), ["Neuvola", "Rådgivning", "Child health clinic"]),
];

/// A contact that happens in the log.
#[derive(Debug, Clone)]
pub struct Live {
    /// Number of the resident, who said who it is.
    pub resident: Option<u32>,
    /// As it ends up.
    pub contact: Contact,
}

/// One thing that somebody does with a contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Microseconds since 1970.
    pub at: i64,
    /// Id of the contact in the county.
    pub contact: String,
    /// Id of the professional; none: the resident.
    pub by: Option<String>,
    pub what: Move,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Move {
    /// `resident`: the number of the person who says who they are.
    Open {
        channel: Channel,
        service: String,
        unit: String,
        language: &'static str,
        resident: Option<u32>,
        text: &'static str,
    },
    Claim,
    Reply(&'static str),
    Ask(&'static str),
    Answer(&'static str),
    Transfer {
        to: String,
        note: &'static str,
    },
    Resolve(Outcome),
}

/// Messages about a service: first message, question, answer, reply; in Finnish, Swedish, English.
type Talk = (usize, [[&'static str; 4]; 3]);

const TALKS: [Talk; 8] = [
    (
        0,
        [
            [
                "Selkä on ollut kipeä jo toista viikkoa eikä särkylääke auta kunnolla. Voinko käydä töissä?",
                "Säteileekö kipu jalkaan tai onko jalassa puutumista?",
                "Ei säteile. Kipu on alaselässä ja pahin aamuisin.",
                "Kuulostaa tavalliselta selkäkivulta. Liiku kivun sallimissa rajoissa, ja varasin sinulle fysioterapeutin ajan torstaille.",
            ],
            [
                "Jag har haft ont i ryggen i över en vecka och värkmedicinen hjälper inte ordentligt. Kan jag gå på jobb?",
                "Strålar smärtan ut i benet, eller är benet domnat?",
                "Nej. Det gör ont i ländryggen, mest på morgonen.",
                "Det låter som vanlig ryggvärk. Rör på dig så mycket smärtan tillåter; jag bokade en tid hos fysioterapeuten på torsdag.",
            ],
            [
                "My back has been sore for over a week and painkillers do not help much. Can I go to work?",
                "Does the pain go down the leg, or is the leg numb?",
                "No. It is in the lower back and worst in the morning.",
                "It sounds like ordinary back pain. Keep moving as far as the pain lets you; I booked you a physiotherapist on Thursday.",
            ],
        ],
    ),
    (
        0,
        [
            [
                "Verenpainelääkkeeni resepti on loppumassa. Miten saan sen uusittua?",
                "Oletko mitannut verenpainetta kotona viime aikoina?",
                "Olen, noin 135/85 aamuisin.",
                "Hyvä lukema. Uusin reseptin, se on apteekissa huomenna.",
            ],
            [
                "Receptet på min blodtrycksmedicin håller på att ta slut. Hur får jag det förnyat?",
                "Har du mätt blodtrycket hemma den senaste tiden?",
                "Ja, ungefär 135/85 på morgonen.",
                "Bra värde. Jag förnyar receptet, det finns på apoteket i morgon.",
            ],
            [
                "My prescription for blood pressure is running out. How do I get it renewed?",
                "Have you measured your blood pressure at home lately?",
                "Yes, about 135/85 in the mornings.",
                "A good reading. I will renew the prescription; it will be at the pharmacy tomorrow.",
            ],
        ],
    ),
    (
        0,
        [
            [
                "Lapsen yskä on jatkunut kolme viikkoa, kuumetta ei ole. Pitäisikö tulla näytille?",
                "Onko hengityksessä vinkunaa tai väsyykö lapsi leikkiessä?",
                "Ei vingu, leikkii normaalisti.",
                "Sitkeä yskä on flunssan jälkeen tavallista. Jos se jatkuu vielä kaksi viikkoa, kirjoita meille uudestaan.",
            ],
            [
                "Barnet har hostat i tre veckor, ingen feber. Borde vi komma på kontroll?",
                "Piper det i andningen, eller blir barnet trött av lek?",
                "Nej, leker som vanligt.",
                "Långvarig hosta är vanlig efter en förkylning. Skriv igen om den håller i sig två veckor till.",
            ],
            [
                "My child has coughed for three weeks, no fever. Should we come in?",
                "Is there wheezing, or does the child tire when playing?",
                "No, playing as usual.",
                "A long cough is common after a cold. If it goes on for two more weeks, write to us again.",
            ],
        ],
    ),
    (
        1,
        [
            [
                "Vauva herää tunnin välein ja olemme aivan uupuneita. Saisimmeko apua?",
                "Minkä ikäinen vauva on ja onko teillä tukea lähellä?",
                "Seitsemän kuukautta. Isovanhemmat asuvat kaukana.",
                "Perhetyöntekijä soittaa teille huomenna, ja saatte kotipalvelua kahdeksi yöksi viikossa.",
            ],
            [
                "Babyn vaknar varje timme och vi är helt slut. Kan vi få hjälp?",
                "Hur gammal är babyn, och finns det stöd i närheten?",
                "Sju månader. Mor- och farföräldrarna bor långt borta.",
                "En familjearbetare ringer er i morgon, och ni får hemtjänst två nätter i veckan.",
            ],
            [
                "The baby wakes every hour and we are exhausted. Could we get help?",
                "How old is the baby, and is there anyone near to support you?",
                "Seven months. The grandparents live far away.",
                "A family worker will call you tomorrow, and you will get help at home two nights a week.",
            ],
        ],
    ),
    (
        1,
        [
            [
                "Teini ei ole käynyt koulussa kahteen viikkoon eikä halua puhua. Mistä saa apua?",
                "Onko hän suostunut puhumaan kenenkään aikuisen kanssa?",
                "Kuraattorin kanssa kerran.",
                "Sovimme yhteisen tapaamisen kuraattorin kanssa, saat ajan tällä viikolla.",
            ],
            [
                "Tonåringen har inte gått i skolan på två veckor och vill inte prata. Var får man hjälp?",
                "Har hen gått med på att prata med någon vuxen?",
                "Med kuratorn en gång.",
                "Vi ordnar ett gemensamt möte med kuratorn, du får en tid den här veckan.",
            ],
            [
                "My teenager has not been to school for two weeks and will not talk. Where do we get help?",
                "Has there been any adult they would talk to?",
                "The school counsellor, once.",
                "We arrange a meeting together with the counsellor; you get a time this week.",
            ],
        ],
    ),
    (
        2,
        [
            [
                "En ole nukkunut kunnolla kuukauteen ja töissä itkettää. En tiedä mistä aloittaa.",
                "Onko sinulla ajatuksia, ettet jaksa elää, tai onko joku tukenasi?",
                "Ei sellaisia ajatuksia. Puoliso on tukena.",
                "Hyvä että kirjoitit. Varasin sinulle psykiatrisen sairaanhoitajan ajan maanantaille, ja voit soittaa jo ennen sitä.",
            ],
            [
                "Jag har inte sovit ordentligt på en månad och gråter på jobbet. Jag vet inte var jag ska börja.",
                "Har du tankar på att inte orka leva, eller finns det någon som stöder dig?",
                "Inga sådana tankar. Min partner stöder mig.",
                "Bra att du skrev. Jag bokade en tid hos psykiatrisk sjukskötare på måndag, och du kan ringa redan innan.",
            ],
            [
                "I have not slept properly for a month and I cry at work. I do not know where to start.",
                "Do you have thoughts of not wanting to live, or is someone supporting you?",
                "No such thoughts. My partner supports me.",
                "It is good that you wrote. I booked you a psychiatric nurse on Monday, and you can call before that.",
            ],
        ],
    ),
    (
        3,
        [
            [
                "Vuokra on kaksi kuukautta myöhässä ja pelkään häätöä. Mitä voin tehdä?",
                "Oletko saanut vuokranantajalta kirjeen, ja milloin eräpäivä on?",
                "Kirje tuli eilen, maksettava kahden viikon kuluessa.",
                "Teemme hakemuksen ehkäisevään tukeen yhdessä. Tule keskiviikkona kello 10, ota kirje mukaan.",
            ],
            [
                "Hyran är två månader försenad och jag är rädd för vräkning. Vad kan jag göra?",
                "Har du fått ett brev av hyresvärden, och när är förfallodagen?",
                "Brevet kom i går, ska betalas inom två veckor.",
                "Vi gör en ansökan om förebyggande stöd tillsammans. Kom på onsdag klockan 10 och ta med brevet.",
            ],
            [
                "My rent is two months late and I am afraid of being evicted. What can I do?",
                "Have you had a letter from the landlord, and when is it due?",
                "It came yesterday, to be paid within two weeks.",
                "We apply for preventive support together. Come on Wednesday at 10 and bring the letter.",
            ],
        ],
    ),
    (
        0,
        [
            [
                "En tiedä kenelle tämä kuuluu, mutta äitini ei enää pärjää yksin kotona.",
                "Onko äidilläsi jo kotihoitoa tai muita palveluja?",
                "Ei vielä mitään.",
                "Sosiaaliohjaaja ottaa yhteyttä ja tulee käymään äitisi luona ensi viikolla.",
            ],
            [
                "Jag vet inte vem det här hör till, men min mamma klarar sig inte längre ensam hemma.",
                "Har din mamma redan hemvård eller andra tjänster?",
                "Ingenting ännu.",
                "Socialhandledaren tar kontakt och besöker din mamma nästa vecka.",
            ],
            [
                "I do not know whose matter this is, but my mother no longer manages alone at home.",
                "Does your mother already have home care or other services?",
                "Nothing yet.",
                "A social counsellor gets in touch and visits your mother next week.",
            ],
        ],
    ),
];

const LANGUAGES: [&str; 3] = ["fi", "sv", "en"];

/// Of people without a language of their own for contacts one in four writes Swedish or English.
const ANONYMOUS_LANGUAGES: [usize; 8] = [0, 0, 0, 0, 0, 0, 1, 2];

impl Live {
    /// Whether anything is done with it in a span.
    pub(crate) fn lasts_into(&self, span: Span) -> bool {
        let end = self.contact.ended_at.map_or(i64::MAX, |at| at.0 + HOUR);
        self.contact.opened_at.0 <= span.to && end > span.after
    }

    /// A number that stays the same for the contact, and differs from one to the next.
    fn number(&self) -> usize {
        let fold = |sum: usize, byte: u8| sum.wrapping_mul(31).wrapping_add(usize::from(byte));
        self.contact.contact_id.0.bytes().fold(7, fold)
    }

    /// The steps that people take with it, in order.
    fn steps(&self, county: &County) -> Vec<Step> {
        let contact = &self.contact;
        let number = self.number();
        let service = contact.service.to_string();
        // Questions that families ask also reach the clinics' chat.
        let code = if service == "child_health" { "families" } else { &service };
        let place = SERVICES.iter().position(|(known, ..)| *known == code).unwrap_or_default();
        let talks: Vec<&Talk> = TALKS.iter().filter(|(about, _)| *about == place).collect();
        let language = match contact.language.as_ref().map(|it| &*it.0) {
            Some("fi") => 0,
            Some("sv") => 1,
            _ => ANONYMOUS_LANGUAGES[number % 8],
        };
        let [first, question, answer, reply] = talks[number / 8 % talks.len()].1[language];
        let (opened, unit) = (contact.opened_at.0, contact.unit_id.0.to_string());
        let answered = contact.first_response_at.map_or(opened, |at| at.0);
        let ended = contact.ended_at.map_or(answered, |at| at.0);
        let by = contact.handler_id.as_ref().map(|who| who.0.to_string());
        let step = |at: i64, by: &Option<String>, what: Move| Step {
            at,
            contact: contact.contact_id.0.clone(),
            by: by.clone(),
            what,
        };
        // A message that came to the wrong unit is handed on by the professional who opens it first.
        let is_misdirected = contact.transfers > 0 && contact.channel != Channel::Chat;
        let wrong = SERVICES[(place + 1) % 4].1;
        let came_to = if is_misdirected { wrong.to_string() } else { unit.clone() };
        let mut steps = vec![step(
            opened,
            &None,
            Move::Open {
                channel: contact.channel,
                service,
                unit: came_to,
                language: LANGUAGES[language],
                resident: self.resident,
                text: first,
            },
        )];
        if is_misdirected {
            let who = county.organisation.first_of(wrong).map(|who| who.0.to_string());
            let half = opened + (answered - opened) / 2;
            steps.push(step(half, &who, Move::Claim));
            let note = "Kuuluu paremmin teille, asukkaalle ei ole vielä vastattu.";
            steps.push(step(half + (answered - half) / 4, &who, Move::Transfer { to: unit, note }));
        }
        // A professional who answers a chat is there already; a message is opened and read first.
        let reading = (answered - opened) / 8;
        steps.push(step(answered - reading.min(10 * MINUTE), &by, Move::Claim));
        steps.push(step(answered, &by, Move::Ask(question)));
        steps.push(step(answered + (ended - answered) / 2, &None, Move::Answer(answer)));
        steps.push(step(ended, &by, Move::Reply(reply)));
        let outcome = contact.outcome.unwrap_or(Outcome::Advised);
        steps.push(step(ended + MINUTE / 2, &by, Move::Resolve(outcome)));
        steps
    }
}

impl County {
    /// The steps in a span of contacts that happen in the log, in order of time. A contact that was open before begins
    /// with its opening, by which the player of the steps finds it.
    pub fn steps(&self, live: &[Live], span: Span) -> Vec<Step> {
        let is_of =
            |step: &Step| span.has(step.at) || (step.at <= span.after && matches!(step.what, Move::Open { .. }));
        let lasting = live.iter().filter(|live| live.lasts_into(span));
        let mut steps: Vec<Step> = lasting.flat_map(|live| live.steps(self)).filter(is_of).collect();
        // Stable: steps of one contact at one instant stay in their order.
        steps.sort_by(|left, right| (left.at, &left.contact).cmp(&(right.at, &right.contact)));
        steps
    }
}
