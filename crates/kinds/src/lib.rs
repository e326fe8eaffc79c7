//! The kinds of matter that this house knows, opened over one log.
//!
//! The store's generic parts are made here for each of them, so that pages that change build without it.

mod absences;
mod bookings;
mod break_glass;
mod care_needs;
mod chats;
mod consultations;
mod contacts;
pub mod content;
mod days;
mod gatherings;
mod incoming;
mod late;
mod mandates;
mod notices;
mod organisation;
mod ports;
mod residents;
mod series;
mod tasks;
mod telephony;
mod walk_ins;
mod wishes;

use std::path::PathBuf;
use std::sync::Arc;

use ::content::Library;
use calendar::Calendar;
use jiff::civil::Date;
use matter::{Trouble, Turn};
use operations::bookings::appointments::Appointment;
use operations::bookings::days::Day;
use operations::bookings::flow::asked as bookings_asked;
use operations::bookings::gatherings::Gathering;
use operations::bookings::series::VisitSeries;
use operations::bookings::walk_ins::WalkIn;
use operations::bookings::wishes::Wish;
use operations::break_glass::{BreakGlass, reviewed};
use operations::care_needs::CareNeed;
use operations::consultations::Consultation;
use operations::contacts::phrases::Phrases;
use operations::contacts::routing::{Routing, Service};
use operations::contacts::{Contact, Queue, flow};
use operations::disclosures::Disclosure;
use operations::dispatches::{Dispatch, causes};
use operations::mandates::Mandate;
use operations::notices::Notice;
use operations::organisation::Organisation;
use operations::residents::Resident;
use operations::tasks::Task;
use operations::telephony::Call;
use store::{Kind, Log, Opening, Result, Store, Tokens};
use uuid::Uuid;

pub use bookings::{NewAppointment, Timetables};
pub use contacts::{Begins, CROCKFORD, Item, NewContact, Opened, What, code_of, written};
pub use content::{InForce, Publications};
pub use days::DayOf;
pub use incoming::{Landed, Texted};
pub use organisation::{ORGANISATION, ask_of_organisation, organisation};
pub use ports::{Files, Incoming, Ports, Standing};
pub use telephony::Heard;
pub use walk_ins::{Came, Entry};

/// Everything that is under way, over one log; cheap to clone.
#[derive(Clone)]
pub struct Kinds {
    pub store: Store,
    pub contacts: Kind<Contact>,
    pub residents: Kind<Resident>,
    pub mandates: Kind<Mandate>,
    pub tasks: Kind<Task>,
    pub care_needs: Kind<CareNeed>,
    pub dispatches: Kind<Dispatch>,
    pub consultations: Kind<Consultation>,
    pub disclosures: Kind<Disclosure>,
    pub break_glass: Kind<BreakGlass>,
    pub notices: Kind<Notice>,
    pub days: Kind<Day>,
    pub appointments: Kind<Appointment>,
    pub gatherings: Kind<Gathering>,
    pub series: Kind<VisitSeries>,
    pub walk_ins: Kind<WalkIn>,
    pub wishes: Kind<Wish>,
    pub calls: Kind<Call>,
    /// The calendars in force.
    pub timetables: Arc<Timetables>,
    /// The queues in force.
    pub queues: Arc<InForce<Queue>>,
    /// The services in force, and the rules by which contacts come to queues.
    pub services: Arc<InForce<Service>>,
    pub routings: Arc<InForce<Routing>>,
    /// The rules that will be in force when all that is written has come into force; the same, where nothing is to come.
    pub routings_to_come: Arc<InForce<Routing>>,
    /// The ports in force, and how they stand.
    pub ports: Arc<Ports>,
    /// The ready answers in force.
    pub phrases: Arc<InForce<Phrases>>,
    booking: Arc<bookings::Alone>,
    hearing: Arc<tokio::sync::Mutex<()>>,
    organisation: Kind<Organisation>,
    pub tokens: Arc<Tokens>,
    /// Hears of content that another process publishes.
    pub publications: Arc<Publications>,
    /// Signs codes.
    codes: [u8; 32],
    /// Signs telephone numbers.
    numbers: [u8; 32],
}

impl Kinds {
    /// All kinds over a log, standing where the log stands. `clock` gives microseconds since 1970.
    pub async fn open(
        log: Log,
        clock: impl Fn() -> i64 + Send + Sync + 'static,
        snapshots: Option<PathBuf>,
    ) -> Result<Kinds> {
        Kinds::open_beside(log, clock, snapshots, |_| ()).await
    }

    /// The same with kinds of the caller's own beside them, which stand in lists, clocks and erasures as all others do.
    pub async fn open_beside(
        log: Log,
        clock: impl Fn() -> i64 + Send + Sync + 'static,
        snapshots: Option<PathBuf>,
        beside: impl FnOnce(&mut Opening),
    ) -> Result<Kinds> {
        let (codes, numbers) = (log.derived("resume codes"), log.derived("telephone numbers"));
        let mut opening = Opening::of(log, Calendar::shipped(), clock, snapshots);
        let contacts = opening.kind_by(flow::asked);
        let (residents, mandates) = (opening.kind(), opening.kind());
        let (tasks, care_needs) = (opening.kind_by(asked_of_task), opening.kind());
        let dispatches = opening.kind_by(causes::asked);
        let consultations = opening.kind_by(operations::consultations::flow::go_on);
        let disclosures = opening.kind();
        let break_glass = opening.kind_by(reviewed);
        let notices = opening.kind_by(operations::notices::flow::go_on);
        let (days, gatherings) = (opening.kind(), opening.kind_by(operations::bookings::gatherings::asked));
        let (appointments, series) = (opening.kind_by(bookings_asked), opening.kind());
        let walk_ins = opening.kind_by(operations::bookings::walk_ins::asked);
        let wishes = opening.kind_by(operations::bookings::wishes::asked);
        let calls = opening.kind();
        // Which rows come by import is for the one who asks to say.
        let organisation = opening.kind_by(|_: &mut Turn<'_>, _, _| Err(Trouble::NotFound));
        let tokens = opening.view(Tokens::default());
        let publications = opening.view(Publications::default());
        beside(&mut opening);
        let (timetables, queues, ports, booking) = (Arc::default(), Arc::default(), Arc::default(), Arc::default());
        let (phrases, services) = (Arc::default(), Arc::default());
        let (routings, routings_to_come) = (Arc::default(), Arc::default());
        let store = opening.open().await?;
        Ok(Kinds {
            store,
            contacts,
            residents,
            mandates,
            tasks,
            care_needs,
            dispatches,
            consultations,
            disclosures,
            break_glass,
            notices,
            days,
            appointments,
            gatherings,
            series,
            walk_ins,
            wishes,
            calls,
            timetables,
            queues,
            services,
            routings,
            routings_to_come,
            ports,
            phrases,
            booking,
            hearing: Arc::default(),
            organisation,
            tokens,
            publications,
            codes,
            numbers,
        })
    }
}

impl Kinds {
    /// Goes by the content of a library that is in force on a day.
    pub fn take(&self, library: &Library, on: Date) {
        self.timetables.take(library, on);
        self.queues.take(library, on);
        self.services.take(library, on);
        self.routings.take(library, on);
        let from = library.catalogue::<Routing>().and_then(|all| all.all().filter_map(|part| part.from).max());
        self.routings_to_come.take(library, from.map_or(on, |from| from.max(on)));
        self.ports.take(library, on);
        self.phrases.take(library, on);
    }
}

/// A deputy sees to the tasks of somebody who is away.
fn asked_of_task(
    turn: &mut Turn<'_>,
    id: Uuid,
    command: &operations::tasks::Command,
) -> std::result::Result<(), Trouble> {
    let organisation = turn.read::<Organisation>(Uuid::nil())?.unwrap_or_default();
    turn.decide::<Task>(id, command, &organisation)
}
