//! The county's last weeks as they happen: what residents write and professionals do, step by step, for the log.
//!
//! Texts are invented and short; the mechanism is that of the platform's messages: written at any hour, answered in
//! office hours, some after a question, some handed over, the latest still waiting.

use facts::Outcome;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use crate::County;
use crate::time::{DAY, HOUR, MINUTE};

/// A service that residents write about: code, unit that answers, names in Finnish, Swedish and English.
pub const SERVICES: [(&str, &str, [&str; 3]); 4] = [
    ("outpatient", "digital-clinic", ["Terveys ja sairaanhoito", "Hälsa och sjukvård", "Health and illness"]),
    ("families", "families-line", ["Lapset ja perheet", "Barn och familjer", "Children and families"]),
    ("mental_health", "mental-clinic", ["Mieli ja jaksaminen", "Psykisk hälsa", "Mental health and coping"]),
    (
        "social_work",
        "adult-social",
        ["Raha, asuminen ja arki", "Pengar, boende och vardag", "Money, housing and daily life"],
    ),
];

/// How many days the live contacts reach back.
const DAYS: i64 = 21;

/// One contact in so many came today.
const TODAY: i64 = 5;

/// One thing that somebody does with a contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Microseconds since 1970.
    pub at: i64,
    /// Number of the contact.
    pub contact: usize,
    /// Id of the professional; none: the resident.
    pub by: Option<String>,
    pub what: Move,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Move {
    Open { service: &'static str, unit: &'static str, language: &'static str, text: &'static str },
    Claim,
    Reply(&'static str),
    Ask(&'static str),
    Answer(&'static str),
    Transfer { to: &'static str, note: &'static str },
    Resolve(Outcome),
}

/// What is written about a service: first message, question, answer, reply; in Finnish, Swedish, English.
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

impl County {
    /// What happens in the last three weeks before `now` (microseconds since 1970), in the order in which it does.
    pub fn live(&self, now: i64) -> Vec<Step> {
        let mut rng = self.rng(u64::MAX - 2);
        let contacts = (self.plan.residents / 100).clamp(80, 400) as usize;
        let mut steps = Vec::new();
        for contact in 0..contacts {
            // The last ones came today: of them some are still in the queue.
            let (from_end, today) = ((contacts - contact) as i64, contacts as i64 / TODAY);
            let opened = match from_end > today {
                true => now - DAYS * DAY * from_end / contacts as i64 + rng.random_range(0..HOUR),
                false => now - 9 * HOUR * from_end / today.max(1),
            };
            self.story(contact, opened, now, &mut rng, &mut steps);
        }
        steps.sort_by_key(|step| (step.at, step.contact));
        steps
    }

    fn story(&self, contact: usize, opened: i64, now: i64, rng: &mut ChaCha8Rng, steps: &mut Vec<Step>) {
        let (service, texts) = TALKS[rng.random_range(0..TALKS.len())];
        let (code, unit, _) = SERVICES[service];
        let language = [0, 0, 0, 0, 0, 1, 1, 2][rng.random_range(0..8)];
        let [first, question, answer, reply] = texts[language];
        let mut at = opened;
        let mut unit = unit;
        let mut push = |at: i64, by: Option<String>, what: Move| {
            if at <= now {
                steps.push(Step { at, contact, by, what });
            }
        };
        push(at, None, Move::Open { service: code, unit, language: LANGUAGES[language], text: first });
        at += rng.random_range(10 * MINUTE..8 * HOUR);
        if rng.random_bool(0.12) {
            let to = SERVICES[(service + 1) % SERVICES.len()].1;
            let by = self.professional(unit, rng);
            push(at, Some(by.clone()), Move::Claim);
            at += rng.random_range(2 * MINUTE..20 * MINUTE);
            push(
                at,
                Some(by),
                Move::Transfer { to, note: "Kuuluu paremmin teille, asukkaalle ei ole vielä vastattu." },
            );
            (unit, at) = (to, at + rng.random_range(20 * MINUTE..4 * HOUR));
        }
        let by = self.professional(unit, rng);
        push(at, Some(by.clone()), Move::Claim);
        if rng.random_bool(0.6) {
            at += rng.random_range(2 * MINUTE..20 * MINUTE);
            push(at, Some(by.clone()), Move::Ask(question));
            at += rng.random_range(15 * MINUTE..26 * HOUR);
            push(at, None, Move::Answer(answer));
        }
        at += rng.random_range(5 * MINUTE..90 * MINUTE);
        push(at, Some(by.clone()), Move::Reply(reply));
        at += rng.random_range(MINUTE..30 * MINUTE);
        let outcomes = [Outcome::Advised, Outcome::Booked, Outcome::SelfCare, Outcome::Referred];
        push(at, Some(by), Move::Resolve(outcomes[rng.random_range(0..outcomes.len())]));
    }

    /// Somebody who works in a unit.
    fn professional(&self, unit: &str, rng: &mut ChaCha8Rng) -> String {
        let known = self.organisation.someone(&unit.into(), rng).map(|(id, _)| id.0.to_string());
        known.unwrap_or_else(|| format!("{unit}-{}", rng.random_range(1..5)))
    }
}
