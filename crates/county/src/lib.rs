//! The synthetic county: invented people, their demand, their care and its effects, from January 2023 on.
//!
//! Everything follows from a seed and the month in which the county is made. Residents are made one by one in the order
//! in which facts are stored, so that a county of any size streams. Each change over time is a mechanism (see
//! `scenario.rs`): a platform arrives and takes contacts from the telephone, a queue that was over its capacity clears,
//! a visit is more often booked with the usual physician. The county is drawn for some months ahead; the facts known at
//! an instant are a part of it, so that the same county goes on as time does.

mod accounts;
mod care;
mod cast;
mod contacts;
mod feedback;
mod live;
mod organisation;
mod published;
mod queue;
mod resident;
mod scenario;
mod services;
mod span;
mod time;

use facts::{
    Account, Assessment, CareRoleHeld, Contact, Cost, Encounter, Enrolment, Entry, Interpreting, Opening, Order,
    Phenomenon, Professional, Registration, Residence, Resident, ResidentId, Response, Row, Series, Slot, Survey,
    T3Reading, TABLES, Unit, UnitId, Value, Visit,
};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

pub use cast::{CAST, MANDATES, Mandate, Member};
pub use live::{Live, Move, SERVICES, Step};
pub use organisation::Organisation;
use queue::CallbackLine;
pub use scenario::{Change, Scenario};
pub use span::Span;
use time::Clock;

/// The county to make.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// Residents at the beginning, beside the cast.
    pub residents: u32,
    pub seed: u64,
    /// The instant at which it is made, in microseconds since 1970: its present.
    pub made: i64,
}

/// A row and when it was recorded, in microseconds.
#[derive(Debug, Clone)]
pub struct Recorded<R>(pub R, pub i64);

macro_rules! batch {
    ($($field:ident: $row:ty,)*) => {
        /// Rows of every table, as they end up, and when they do; and contacts that happen in the log.
        #[derive(Debug, Default)]
        pub struct Batch {
            $(pub $field: Vec<Recorded<$row>>,)*
            pub live: Vec<Live>,
        }

        impl Batch {
            /// Calls `put` for each row that becomes known in a span, as it stands at its end: the place of its table among
            /// [`facts::TABLES`], its values, when recorded.
            pub fn each(&self, span: Span, put: &mut dyn FnMut(usize, &[Value<'_>], i64)) {
                $(
                    let place = TABLES.iter().position(|table| table.name == <$row>::TABLE.name);
                    for row in &self.$field {
                        if span.has(row.1) {
                            put(place.unwrap_or(TABLES.len()), &row.0.values(), row.1);
                        } else if let Some(Recorded(row, recorded)) = span.early(row) {
                            put(place.unwrap_or(TABLES.len()), &row.values(), recorded);
                        }
                    }
                )*
            }

            /// Keeps what becomes known in a span, or changes in it.
            pub fn keep(&mut self, span: Span) {
                $(self.$field.retain(|row| span.touches(row));)*
                self.live.retain(|live| live.lasts_into(span));
            }

            pub fn append(&mut self, mut other: Batch) {
                $(self.$field.append(&mut other.$field);)*
                self.live.append(&mut other.live);
            }
        }
    };
}

batch! {
    units: Unit,
    professionals: Professional,
    residents: Resident,
    residences: Residence,
    registrations: Registration,
    care_roles: CareRoleHeld,
    contacts: Contact,
    assessments: Assessment,
    encounters: Encounter,
    slots: Slot,
    t3_readings: T3Reading,
    openings: Opening,
    orders: Order,
    enrolments: Enrolment,
    responses: Response,
    surveys: Survey,
    interpretings: Interpreting,
    phenomena: Phenomenon,
    visits: Visit,
    costs: Cost,
    entries: Entry,
    series: Series,
    accounts: Account,
}

impl Batch {
    /// An id for the next contact of a resident.
    fn contact_id(&self, number: u32) -> String {
        format!("c{number}-{}", self.contacts.len() + self.live.len())
    }

    /// And of somebody who does not say who they are.
    fn anonymous_id(&self) -> String {
        format!("anonymous-{}", self.contacts.len() + self.live.len())
    }
}

/// Contacts with the services of the platform happen in the log from so many days before the county is made.
const LIVE_DAYS: i64 = 14;

/// A county, ready to be made.
pub struct County {
    plan: Plan,
    scenario: Scenario,
    clock: Clock,
    organisation: Organisation,
    families_line: CallbackLine,
    /// The pair lists, from the numbers of their first residents.
    lists: Vec<std::ops::Range<u32>>,
}

impl County {
    pub fn new(plan: Plan) -> County {
        County::with(plan, Scenario::default())
    }

    /// A county in which things change at other times.
    pub fn with(plan: Plan, scenario: Scenario) -> County {
        let clock = Clock::new(plan.made);
        let organisation = Organisation::new(plan.residents, &scenario, &clock);
        let families_line = CallbackLine::new(&clock, &scenario);
        let lists = organisation.lists(plan.residents);
        County { plan, scenario, clock, organisation, families_line, lists }
    }

    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Numbers of all residents: those who are drawn, and the cast.
    pub fn numbers(&self) -> impl Iterator<Item = u32> {
        (0..self.plan.residents).chain(cast::numbers())
    }

    /// The id of a resident in the source, by number: a UUID, as residents have in the log.
    pub fn source_id(number: u32) -> String {
        format!("00000000-0000-8000-8000-{number:012x}")
    }

    /// The span of all that is known when the county is made.
    pub fn past(&self) -> Span {
        Span { after: i64::MIN, to: self.plan.made }
    }

    /// From when on contacts happen in the log, in microseconds since 1970.
    pub fn live_since(&self) -> i64 {
        self.clock.midnight(self.clock.place(self.plan.made - LIVE_DAYS * time::DAY))
    }

    /// Up to when the county is drawn.
    pub fn end(&self) -> i64 {
        self.clock.end()
    }

    /// Units, professionals and everything that belongs to nobody in particular.
    pub fn shared(&self) -> Batch {
        let mut rng = self.rng(u64::MAX);
        self.organisation.rows(&self.clock, &self.scenario, self.plan.residents, &mut rng)
    }

    /// Everything of one resident, and later versions of some of it.
    pub fn resident(&self, number: u32, id: ResidentId) -> [Batch; 2] {
        if let Some(member) = cast::numbered(number) {
            return [cast::rows(self, member, id), Batch::default()];
        }
        let mut rng = self.rng(u64::from(number));
        resident::rows(self, number, id, &mut rng)
    }

    /// Contacts of people who did not say who they are.
    pub fn anonymous(&self) -> Batch {
        let mut rng = self.rng(u64::MAX - 1);
        contacts::anonymous(self, &mut rng)
    }

    /// The child health clinic of a family, by number: those of the one that closes go on at the first.
    fn clinic(&self, number: usize, now: usize) -> &UnitId {
        let clinics = &self.organisation.clinics;
        let place = number % clinics.len();
        let is_closed = place + 1 == clinics.len() && now >= self.scenario.clinic_closes;
        &clinics[if is_closed { 0 } else { place }]
    }

    /// Whether a contact happens in the log: one with a service of the platform, in the last days or later.
    fn is_live(&self, contact: &Contact) -> bool {
        contact.platform.is_some() && contact.opened_at.0 >= self.live_since()
    }

    /// A pair that sees someone who is not on its list, now and then: about one visit of the pairs in seven.
    fn visiting_pair(&self, at: i64, rng: &mut ChaCha8Rng) -> Option<&organisation::Pair> {
        let started = |pair: &&organisation::Pair| at >= self.clock.midnight(self.clock.first_of(pair.since));
        let pairs: Vec<_> = self.organisation.pairs.iter().filter(started).collect();
        let listed: u32 = pairs.iter().map(|pair| pair.size).sum();
        let share = f64::from(listed) / f64::from(self.plan.residents - listed.min(self.plan.residents - 1));
        if !rng.random_bool((0.14 * share).min(1.0)) {
            return None;
        }
        let mut at = rng.random_range(0..listed);
        pairs.into_iter().find(|pair| match at.checked_sub(pair.size) {
            Some(left) => {
                at = left;
                false
            }
            None => true,
        })
    }

    fn rng(&self, stream: u64) -> ChaCha8Rng {
        let mut rng = ChaCha8Rng::seed_from_u64(self.plan.seed);
        rng.set_stream(stream);
        rng
    }
}

#[cfg(test)]
mod tests;
