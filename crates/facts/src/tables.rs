//! The fact tables of wave one, each written down once.
//!
//! The struct is a row; the doc comments are the data dictionary. Columns are added, never renamed, and a changed type
//! is a new column: stored files outlive every version of this file.

use crate::codes::*;
use crate::value::*;
use crate::{Column, Row, Table};

tables! {
    /// A unit of the organisation, with history: one row for each time its name, parent or kind changed.
    Unit in units key(unit_id, valid_from) at(valid_from) order(valid_from < valid_to) {
        /// Identifier in the source.
        unit_id: Key,
        /// First day of this row; empty on import means always.
        valid_from: Day = "1900-01-01",
        /// Name in Finnish.
        name_fi: String,
        /// Name in Swedish.
        name_sv: Option<String>,
        /// Name in English.
        name_en: Option<String>,
        /// Unit above in the tree.
        parent_id: Option<UnitId>,
        /// Level in the tree.
        level: UnitLevel,
        /// Kind of unit: station, clinic, home care, …
        kind: Option<Label>,
        /// Municipality where it stands.
        municipality: Option<Label>,
        /// SOTE-OID of the national organisation register.
        oid: Option<String>,
        /// Producer of its services.
        provider: Provider = "own",
        /// Service it gives when it gives one.
        service: Option<Label>,
        /// First day on which the row holds no more.
        valid_to: Option<Day>,
    }

    /// A professional in a unit, with history.
    Professional in professionals key(professional_id, valid_from) at(valid_from) order(valid_from < valid_to) {
        /// Identifier in the source.
        professional_id: Key,
        /// First day of this row; empty on import means always.
        valid_from: Day = "1900-01-01",
        /// Profession group.
        profession: Profession,
        /// Unit of work.
        unit_id: UnitId,
        /// Form of employment.
        employment: Employment = "employed",
        /// Share of full time, 0–1.
        fte: Option<f64>,
        /// First day on which the row holds no more.
        valid_to: Option<Day>,
    }

    /// A person the county serves. No name, address or identity code: only what measures group by.
    Resident in residents key(resident_id) {
        /// The resident.
        resident_id: ResidentId,
        /// Year of birth.
        birth_year: i64,
        /// Month of birth, YYYY-MM.
        birth_month: Option<String>,
        /// Registered sex.
        sex: Option<Sex>,
        /// Mother tongue, BCP 47.
        language: Option<Label>,
        /// Language the person wants service in, BCP 47.
        service_language: Option<Label>,
        /// A non-disclosure order is in force.
        non_disclosure: bool = "false",
        /// Day of death.
        died_on: Option<Day>,
        /// Day of leaving the county.
        left_on: Option<Day>,
    }

    /// Where a resident lives, with history.
    Residence in residences key(resident_id, valid_from) at(valid_from) order(valid_from < valid_to) {
        /// The resident.
        resident_id: ResidentId,
        /// First day there.
        valid_from: Day = "1900-01-01",
        /// Municipality of residence.
        municipality: Label,
        /// First day no longer there.
        valid_to: Option<Day>,
    }

    /// Registration of a resident to a unit and, where lists are held, to a named doctor and nurse.
    Registration in registrations key(resident_id, valid_from) at(valid_from) order(valid_from < valid_to) {
        /// The resident.
        resident_id: ResidentId,
        /// First day of the registration.
        valid_from: Day = "1900-01-01",
        /// Home unit.
        unit_id: UnitId,
        /// List of an own doctor–nurse pair.
        list_id: Option<Label>,
        /// Named physician.
        physician_id: Option<ProfessionalId>,
        /// Named nurse.
        nurse_id: Option<ProfessionalId>,
        /// First day on which the registration holds no more.
        valid_to: Option<Day>,
    }

    /// A named professional of a resident in a service.
    CareRoleHeld in care_roles key(resident_id, role, service, valid_from) at(valid_from) order(valid_from < valid_to) {
        /// The resident.
        resident_id: ResidentId,
        /// The role.
        role: CareRole,
        /// The service in which the role is held.
        service: Label,
        /// First day.
        valid_from: Day = "1900-01-01",
        /// Professional who holds it; empty while it is vacant.
        professional_id: Option<ProfessionalId>,
        /// Unit of the role.
        unit_id: UnitId,
        /// First day no longer.
        valid_to: Option<Day>,
    }

    /// A contact with the county (yhteydenotto), from its opening to its closing.
    Contact in contacts key(contact_id) at(opened_at)
        order(opened_at < first_attempt_at, first_attempt_at < first_response_at, first_response_at < reached_at,
              reached_at < ended_at, ended_at < resolved_at, resolved_at < closed_at, opened_at < assessed_at)
    {
        /// Identifier in the source.
        contact_id: Key,
        /// Resident whom it concerns; empty for anonymous contacts.
        resident_id: Option<ResidentId>,
        /// Kind of contact.
        kind: ContactKind = "request",
        /// Kind of notice, for notices.
        notice: Option<Notice>,
        /// Way in.
        channel: Channel,
        /// Platform or system it came through.
        platform: Option<Label>,
        /// Service it concerns.
        service: Label,
        /// First queue.
        arrival_unit_id: Option<UnitId>,
        /// Unit that answers for it now.
        unit_id: UnitId,
        /// Language of the contact, BCP 47.
        language: Option<Label>,
        /// Urgency given to it.
        urgency: Option<Urgency>,
        /// Reason, code with its system.
        reason: Option<Label>,
        /// The person is strongly identified. On import the default is whether the resident is known.
        identified: bool = "false",
        /// Pseudonym of the caller's number, to count redials once.
        caller_key: Option<String>,
        /// Role of the one who made it.
        on_behalf: Option<OnBehalf>,
        /// Opened.
        opened_at: Instant,
        /// Someone first tried to reach the person.
        first_attempt_at: Option<Instant>,
        /// First human answer; automatic ones never count.
        first_response_at: Option<Instant>,
        /// First two-way contact.
        reached_at: Option<Instant>,
        /// The conversation is over.
        ended_at: Option<Instant>,
        /// The need was assessed.
        assessed_at: Option<Instant>,
        /// Due by the rule in force when it was opened.
        due_at: Option<Instant>,
        /// The matter was settled.
        resolved_at: Option<Instant>,
        /// Closed.
        closed_at: Option<Instant>,
        /// Professional who handled it.
        handler_id: Option<ProfessionalId>,
        /// How it ended.
        outcome: Option<Outcome>,
        /// How many times it was handed over.
        transfers: i64 = "0",
        /// How many times someone tried to reach the person.
        attempts: i64 = "0",
        /// Assessment made of it.
        assessment_id: Option<String>,
        /// Enrolment it belongs to.
        enrolment_id: Option<String>,
        /// Contact that it repeats.
        duplicate_of: Option<String>,
        /// Contact from which it was split off: counts of contacts leave it out, waits and transfers count it.
        part_of: Option<String>,
    }

    /// An assessment of need and the clock of the guarantee that it starts.
    Assessment in assessments key(assessment_id) at(completed_at)
        order(started_at < completed_at, need_established_at < met_at, need_established_at < closed_at)
    {
        /// Identifier in the source.
        assessment_id: Key,
        /// The resident.
        resident_id: ResidentId,
        /// Need or ability that is assessed.
        kind: AssessmentKind,
        /// Guarantee that runs from it.
        guarantee: Guarantee = "none",
        /// Contact it came from.
        contact_id: Option<String>,
        /// Unit.
        unit_id: UnitId,
        /// Professional who assessed.
        professional_id: Option<ProfessionalId>,
        /// Profession of the one who assessed.
        profession: Option<Profession>,
        /// The matter became pending.
        pending_at: Option<Instant>,
        /// Started.
        started_at: Option<Instant>,
        /// Completed.
        completed_at: Option<Instant>,
        /// Urgency found.
        urgency: Option<Urgency>,
        /// Class of the reason.
        reason_class: Option<ReasonClass>,
        /// Result, code with its system.
        result: Option<Label>,
        /// Profession the need asks for.
        needed_profession: Option<Profession>,
        /// The need was established; guarantees count from here.
        need_established_at: Option<Instant>,
        /// Last moment by which the need must be met.
        due_at: Option<Instant>,
        /// Met.
        met_at: Option<Instant>,
        /// Encounter that met it.
        met_by: Option<String>,
        /// Closed.
        closed_at: Option<Instant>,
        /// Why closed.
        closed_why: Option<ClosedWhy>,
        /// Recorded reason for an exception to the guarantee.
        exception: Option<Label>,
    }

    /// A visit, call or other encounter: one row from booking to visit or cancellation.
    Encounter in encounters key(encounter_id) at(started_at)
        order(started_at < ended_at, booked_at < cancelled_at)
    {
        /// Identifier in the source.
        encounter_id: Key,
        /// The resident.
        resident_id: ResidentId,
        /// Professional who gave it; a missing id is not a professional.
        professional_id: Option<ProfessionalId>,
        /// Profession of the one who gave it.
        profession: Option<Profession>,
        /// Unit that gave it.
        unit_id: UnitId,
        /// Service.
        service: Label,
        /// Producer of it.
        provider: Provider = "own",
        /// How it took place.
        modality: Option<Modality>,
        /// Party that took part.
        party: Option<Party>,
        /// Curative or preventive.
        nature: Option<Nature>,
        /// Urgency.
        urgency: Option<Urgency>,
        /// Booked ahead.
        planned: Option<bool>,
        /// First visit of the problem.
        first_visit: Option<bool>,
        /// When it was booked.
        booked_at: Option<Instant>,
        /// Channel through which it was booked.
        booked_channel: Option<Channel>,
        /// Slot it uses.
        slot_id: Option<String>,
        /// Start, real or booked.
        started_at: Instant,
        /// End.
        ended_at: Option<Instant>,
        /// State.
        status: Status = "done",
        /// When it was cancelled.
        cancelled_at: Option<Instant>,
        /// The side that cancelled.
        cancelled_by: Option<CancelledBy>,
        /// Why cancelled.
        cancel_reason: Option<CancelReason>,
        /// When the person was told of the cancellation.
        notified_at: Option<Instant>,
        /// Contact that led to it.
        contact_id: Option<String>,
        /// Assessment that led to it.
        assessment_id: Option<String>,
        /// Enrolment it belongs to.
        enrolment_id: Option<String>,
        /// Main reason, code with its system.
        reason: Option<Label>,
        /// Other reasons, separated by spaces.
        reasons: Option<String>,
        /// Procedures, separated by spaces.
        procedures: Option<String>,
        /// Cost.
        cost_cents: Option<Cents>,
    }

    /// A bookable time in a professional's calendar.
    Slot in slots key(slot_id) at(starts_at) order(starts_at < ends_at, published_at < starts_at) {
        /// Identifier in the source.
        slot_id: Key,
        /// Professional whose calendar it is.
        professional_id: ProfessionalId,
        /// Profession.
        profession: Profession,
        /// Unit.
        unit_id: UnitId,
        /// Service.
        service: Label,
        /// How the visit takes place.
        modality: Modality,
        /// Urgency it is meant for.
        urgency: Urgency,
        /// Start.
        starts_at: Instant,
        /// End.
        ends_at: Option<Instant>,
        /// Published.
        published_at: Instant,
        /// Bookable from; frozen until then.
        opens_at: Option<Instant>,
        /// Held from.
        held_from: Option<Instant>,
        /// Held to.
        held_to: Option<Instant>,
        /// First booking; the truth is in encounters.
        booked_at: Option<Instant>,
        /// Withdrawn.
        withdrawn_at: Option<Instant>,
    }

    /// A thing that one person had to do by a day.
    Task in tasks key(task_id) at(opened_at) order(opened_at < done_at) {
        /// Identifier in the source.
        task_id: Key,
        /// Kind of the matter that it is about.
        about_kind: Option<Label>,
        /// Identifier of that matter.
        about: Option<Key>,
        /// The resident whom it concerns.
        resident_id: Option<ResidentId>,
        /// Unit that answers for it.
        unit_id: UnitId,
        /// Professional who has it, or had it last.
        professional_id: Option<ProfessionalId>,
        /// Set.
        opened_at: Instant,
        /// To be done by.
        due_at: Option<Instant>,
        /// Done.
        done_at: Option<Instant>,
        /// How it ended: done or withdrawn.
        outcome: Option<Label>,
    }

    /// A measurement of the third free slot of one calendar, stored as it was seen.
    T3Reading in t3_readings key(professional_id, service, asked_at) at(asked_at) order(asked_at < third_at) {
        /// Professional whose calendar it is.
        professional_id: ProfessionalId,
        /// Service.
        service: Label,
        /// When the calendar was read.
        asked_at: Instant,
        /// Unit.
        unit_id: UnitId,
        /// Profession.
        profession: Profession,
        /// Start of the third free non-urgent slot; empty when there is none.
        third_at: Option<Instant>,
        /// Free slots seen.
        free: i64,
        /// Held slots seen; they do not count as free.
        held: i64 = "0",
        /// A queue list is in use: no time can be given during the contact.
        listed: bool = "false",
    }

    /// Opening hours of a unit's service on a day.
    Opening in openings key(unit_id, service, day, opens_at) at(day) order(opens_at < closes_at) {
        /// Unit.
        unit_id: UnitId,
        /// Service.
        service: Label,
        /// Day.
        day: Day,
        /// Opens.
        opens_at: Instant,
        /// Closes.
        closes_at: Instant,
        /// As planned; no means an exception.
        planned: bool = "true",
    }

    /// A referral or an order of imaging or laboratory work.
    Order in orders key(order_id) at(ordered_at) order(ordered_at < performed_at) {
        /// Identifier in the source.
        order_id: Key,
        /// The resident.
        resident_id: ResidentId,
        /// Kind of order.
        kind: OrderKind,
        /// Code with its system.
        code: Option<Label>,
        /// Speciality.
        specialty: Option<Label>,
        /// Ordered.
        ordered_at: Instant,
        /// Ordering unit.
        unit_id: UnitId,
        /// Professional who ordered.
        professional_id: Option<ProfessionalId>,
        /// Encounter of the order.
        encounter_id: Option<String>,
        /// Enrolment it belongs to.
        enrolment_id: Option<String>,
        /// Where to.
        target: Option<Label>,
        /// Producer of the ordered service.
        target_provider: Option<Provider>,
        /// Unit that performs it.
        target_unit_id: Option<UnitId>,
        /// State.
        status: OrderStatus = "ordered",
        /// Performed.
        performed_at: Option<Instant>,
        /// Reason, code with its system.
        reason: Option<Label>,
        /// Cost.
        cost_cents: Option<Cents>,
    }

    /// A declared course: a pathway, a programme, a coaching.
    Enrolment in enrolments key(enrolment_id) at(started_at) order(started_at < ended_at) {
        /// Identifier in the source.
        enrolment_id: Key,
        /// The resident.
        resident_id: ResidentId,
        /// Kind.
        kind: EnrolmentKind,
        /// Pathway or programme.
        pathway: Label,
        /// Version of the pathway.
        version: Option<i64>,
        /// Unit.
        unit_id: UnitId,
        /// Risk class given at the start.
        risk_class: Option<RiskClass>,
        /// Started.
        started_at: Instant,
        /// Ended.
        ended_at: Option<Instant>,
        /// Why ended.
        end_reason: Option<Label>,
    }

    /// Answers to a questionnaire and its scores. The wording is never stored here.
    Response in responses key(response_id) at(answered_at) {
        /// Identifier in the source.
        response_id: Key,
        /// Resident whom it concerns.
        resident_id: Option<ResidentId>,
        /// Role of the one who answered.
        respondent: Respondent = "client",
        /// Professional who answered, for staff questionnaires.
        professional_id: Option<ProfessionalId>,
        /// Instrument.
        instrument: Label,
        /// Version of the instrument.
        version: i64 = "1",
        /// Occasion.
        occasion: Occasion = "baseline",
        /// Answered.
        answered_at: Instant,
        /// Unit.
        unit_id: Option<UnitId>,
        /// Contact it belongs to.
        contact_id: Option<String>,
        /// Encounter it belongs to.
        encounter_id: Option<String>,
        /// Enrolment it belongs to.
        enrolment_id: Option<String>,
        /// Survey it answers.
        survey_id: Option<String>,
        /// Language answered in, BCP 47.
        language: Label = "fi",
        /// Answers, a JSON object from item to value.
        answers: String = "{}",
        /// Scores, a JSON object from name to value.
        scores: String = "{}",
        /// Class that the scores give.
        class: Option<Label>,
    }

    /// A feedback survey sent, and its answer when it came. Free-text comments are kept sealed, outside the facts.
    Survey in surveys key(survey_id) at(sent_at)
        order(sent_at < delivered_at, delivered_at < answered_at)
    {
        /// Identifier in the source.
        survey_id: Key,
        /// Resident who was asked.
        resident_id: Option<ResidentId>,
        /// In which capacity.
        respondent: Respondent = "client",
        /// Kind of what it is about.
        about_kind: AboutKind = "encounter",
        /// Id of what it is about.
        about: Option<String>,
        /// Instrument.
        instrument: Label,
        /// Unit it gives feedback on.
        unit_id: UnitId,
        /// Service.
        service: Option<Label>,
        /// Enrolment.
        enrolment_id: Option<String>,
        /// Professional.
        professional_id: Option<ProfessionalId>,
        /// Channel it was sent through.
        channel: Channel = "sms",
        /// Language, BCP 47.
        language: Label = "fi",
        /// Sent.
        sent_at: Instant,
        /// Delivered.
        delivered_at: Option<Instant>,
        /// Why not delivered.
        undelivered_why: Option<UndeliveredWhy>,
        /// Answered.
        answered_at: Option<Instant>,
        /// Would recommend, 0–10.
        nps: Option<i64>,
        /// Rating, 1–5.
        rating: Option<i64>,
        /// Statements, a JSON object from item to 1–5.
        statements: Option<String>,
    }

    /// One interpreting, by a person or by AI.
    Interpreting in interpretings key(interpreting_id) at(started_at)
        order(ordered_at < cancelled_at, started_at < ended_at)
    {
        /// Identifier in the source.
        interpreting_id: Key,
        /// The resident.
        resident_id: Option<ResidentId>,
        /// Encounter or contact it belongs to.
        about: Option<String>,
        /// How.
        mode: InterpretingMode,
        /// From language, BCP 47.
        language: Label,
        /// To language, BCP 47.
        language_to: Label = "fi",
        /// Unit.
        unit_id: UnitId,
        /// Ordered.
        ordered_at: Option<Instant>,
        /// Cancelled.
        cancelled_at: Option<Instant>,
        /// Started; for unused ones the time it was meant for.
        started_at: Option<Instant>,
        /// Ended.
        ended_at: Option<Instant>,
        /// Length in minutes.
        minutes: Option<i64>,
        /// Was used.
        used: bool = "true",
        /// Why not used.
        unused_why: Option<Label>,
        /// Cost.
        cost_cents: Cents = "0",
        /// Interpreting that took over when this one failed.
        fallback: Option<String>,
    }

    /// An observed phenomenon of structural social work.
    Phenomenon in phenomena key(phenomenon_id) at(reported_at) order(reported_at < decided_at) {
        /// Identifier in the source.
        phenomenon_id: Key,
        /// Theme.
        theme: Label,
        /// Municipality.
        municipality: Option<Label>,
        /// Unit.
        unit_id: UnitId,
        /// Service.
        service: Label,
        /// Reported.
        reported_at: Instant,
        /// How many people are touched, as estimated.
        affected: Option<i64>,
        /// Proposal.
        proposal: Option<String>,
        /// State.
        status: PhenomenonStatus = "reported",
        /// Decided.
        decided_at: Option<Instant>,
        /// Decision.
        decision: Option<String>,
    }

    /// Visitors of a page in a period. Monthly visitors are not the sum of daily ones.
    Visit in visits key(site, page, grain, day) at(day) {
        /// Site.
        site: Label,
        /// Page.
        page: Label,
        /// Length of the period.
        grain: Grain,
        /// First day of the period.
        day: Day,
        /// Section of the site.
        section: Option<Label>,
        /// Language of the page, BCP 47.
        language: Option<Label>,
        /// Distinct visitors.
        visitors: i64,
        /// Page views.
        views: Option<i64>,
    }

    /// Costs of a unit in a month.
    Cost in costs key(unit_id, month, kind, service, scenario) at(month) {
        /// Unit.
        unit_id: UnitId,
        /// First day of the month.
        month: Day,
        /// Kind.
        kind: CostKind,
        /// Service.
        service: Option<Label>,
        /// Nature of the amount.
        scenario: Scenario = "actual",
        /// Municipality.
        municipality: Option<Label>,
        /// Amount.
        cents: Cents,
    }

    /// A value that the owner of an indicator enters. No row means not reported, never zero.
    Entry in entries key(indicator, unit_id, municipality, at) at(at) {
        /// Indicator.
        indicator: Label,
        /// Unit, or
        unit_id: Option<UnitId>,
        /// municipality.
        municipality: Option<Label>,
        /// Day the value is for.
        at: Day,
        /// Evaluation round.
        round: Option<Label>,
        /// Yes or no.
        value_bool: Option<bool>,
        /// Number.
        value_num: Option<f64>,
        /// Day.
        value_date: Option<Day>,
        /// Text.
        value_text: Option<String>,
        /// Class.
        value_class: Option<Label>,
        /// Target in force.
        target: Option<f64>,
        /// The one who entered it.
        entered_by: Label,
    }

    /// A value of an external series, in the shape of Sotkanet.
    Series in series key(series_id, region, period_from, stratum) at(period_from) {
        /// Series.
        series_id: Label,
        /// Region.
        region: Label,
        /// First day of the period.
        period_from: Day,
        /// Stratum: sex, type, or `all`.
        stratum: Label = "all",
        /// First day after the period.
        period_to: Option<Day>,
        /// Value.
        value: f64,
        /// Absolute number behind it.
        abs_value: Option<f64>,
        /// Where it was published; every row's `source` says who brought it in.
        publisher: Label = "",
        /// When it was retrieved.
        retrieved_at: Option<Instant>,
    }

    /// Somebody who has an account of a digital service: one row a person, from the day on which they proved who they are first.
    Account in accounts key(account_id) at(registered_at) order(registered_at < closed_at) {
        /// Identifier in the source.
        account_id: Key,
        /// Service or platform; what the log knows is of `luotsi`.
        system: Label = "luotsi",
        /// Resident.
        resident_id: Option<ResidentId>,
        /// Registered.
        registered_at: Instant,
        /// Closed.
        closed_at: Option<Instant>,
    }
}
