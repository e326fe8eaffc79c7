//! The synthetic county: invented people, their demand, their care and its effects, three years of them.
//!
//! Everything follows from a seed. Residents are made one by one in the order in which facts are stored, so that a
//! county of any size streams. What changes over time is a mechanism: a platform arrives and takes contacts from the
//! telephone, a queue that was over its capacity clears, a visit is more often booked with the usual physician.

mod care;
mod contacts;
mod feedback;
mod live;
mod organisation;
mod queue;
mod resident;
mod services;
mod time;

use facts::{
    Assessment, CareRoleHeld, Contact, Cost, Encounter, Enrolment, Entry, Interpreting, Opening, Order, Phenomenon,
    Professional, Registration, Residence, Resident, ResidentId, Response, Row, Series, Slot, Survey, T3Reading,
    TABLES, Unit, Value, Visit,
};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

pub use live::{Move, SERVICES, Step};
pub use organisation::Organisation;
use queue::CallbackLine;
use time::Clock;

/// What county to make.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// Residents at the beginning.
    pub residents: u32,
    pub seed: u64,
}

/// A row and when it was recorded, in microseconds.
#[derive(Debug, Clone)]
pub struct Recorded<R>(pub R, pub i64);

macro_rules! batch {
    ($($field:ident: $row:ty,)*) => {
        /// Rows of every table, as they were recorded.
        #[derive(Debug, Default)]
        pub struct Batch {
            $(pub $field: Vec<Recorded<$row>>,)*
        }

        impl Batch {
            /// Calls `put` for each row: the place of its table among [`facts::TABLES`], its values, when recorded.
            pub fn each(&self, put: &mut dyn FnMut(usize, &[Value<'_>], i64)) {
                $(
                    let place = TABLES.iter().position(|table| table.name == <$row>::TABLE.name);
                    for Recorded(row, recorded) in &self.$field {
                        put(place.unwrap_or(TABLES.len()), &row.values(), *recorded);
                    }
                )*
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
}

/// A county, ready to be made.
pub struct County {
    plan: Plan,
    clock: Clock,
    organisation: Organisation,
    families_line: CallbackLine,
    /// The pair lists, from the numbers of their first residents.
    lists: Vec<std::ops::Range<u32>>,
}

impl County {
    pub fn new(plan: Plan) -> County {
        let clock = Clock::new();
        let organisation = Organisation::new(plan.residents);
        let families_line = CallbackLine::new(&clock);
        let lists = organisation.lists(plan.residents);
        County { plan, clock, organisation, families_line, lists }
    }

    /// The id of a resident in the source, by number from 0.
    pub fn source_id(number: u32) -> String {
        format!("resident-{number}")
    }

    /// Units, professionals and everything that belongs to nobody in particular.
    pub fn shared(&self) -> Batch {
        let mut rng = self.rng(u64::MAX);
        self.organisation.rows(&self.clock, self.plan.residents, &mut rng)
    }

    /// Everything of one resident.
    pub fn resident(&self, number: u32, id: ResidentId) -> Batch {
        let mut rng = self.rng(u64::from(number));
        resident::rows(self, number, id, &mut rng)
    }

    /// Contacts of people who did not say who they are.
    pub fn anonymous(&self) -> Batch {
        let mut rng = self.rng(u64::MAX - 1);
        contacts::anonymous(self, &mut rng)
    }

    /// Later versions of some of a resident's rows: what was recorded wrong at first.
    pub fn corrections(&self, rows: &Batch) -> Batch {
        care::corrections(rows)
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
