//! The work of professionals for the resident of a contact: the own pair, and encounters that took place.

use calendar::day_number;
use facts::{Code, Modality, Profession};
use matter::Dated;
use matter::access::Role;
use maud::{Markup, html};
use operations::contacts::{Channel, Contact};
use operations::residents::{Command, Event, Meeting, Registration};
use store::new_id;
use uuid::Uuid;

use crate::App;
use crate::answer::Failure;
use crate::caller::Person;
use crate::care::{PLAIN_ID, is_plain_id};
use crate::desk::{Typed, staff_name, unit_name};
use crate::form::choice;
use crate::layout::Page;
use crate::numbers;

/// Minutes of an encounter at most.
const LONGEST: u32 = 600;

/// How residents are met, in the order in which they are offered.
const MODALITIES: [Modality; 5] =
    [Modality::Message, Modality::Chat, Modality::Phone, Modality::Video, Modality::InPerson];

/// The request for the resident of a contact.
#[derive(Debug, Default)]
pub struct Asked {
    /// Home unit; by default the one that answers for the contact.
    pub unit: Option<String>,
    pub physician: Option<String>,
    pub nurse: Option<String>,
    pub modality: Option<String>,
    pub minutes: Option<u32>,
}

impl Asked {
    /// A pair with a professional in it.
    pub fn own(app: &App, person: &Person) -> Asked {
        match app.profession(&person.id).filter(|_| person.role == Role::Professional) {
            Some(Profession::Physician) => Asked { physician: Some(person.id.clone()), ..Asked::default() },
            Some(Profession::Nurse) => Asked { nurse: Some(person.id.clone()), ..Asked::default() },
            // Others, and a lead, are neither.
            _ => Asked::default(),
        }
    }

    /// An encounter of so many minutes.
    pub fn met(modality: String, minutes: u32) -> Asked {
        Asked { modality: Some(modality), minutes: Some(minutes), ..Asked::default() }
    }
}

impl App {
    /// Where a resident is registered, if the contact is of one who is known.
    pub fn registration(&self, contact: &Contact) -> Option<Registration> {
        self.kinds.registration(contact.subject?)
    }

    /// Registers the resident of a contact to an own pair (`register`), or records that they were met (`encounter`).
    pub async fn for_resident(
        &self,
        (id, contact): (Uuid, &Contact),
        person: &Person,
        verb: &str,
        asked: Asked,
        key: &str,
    ) -> Result<(), Failure> {
        // Nothing can be recorded of a writer without a name, whom nobody knows.
        let subject = contact.subject.ok_or_else(|| Failure::refused("anonymous", "The resident is not known."))?;
        // For the resident acts who has the contact, as everywhere else.
        if contact.owner() != Some(person.id.as_str()) {
            return Err(Failure::refused("not_claimed", "It is not yours: claim it first."));
        }
        if self.kinds.store.is_erased(subject).await.map_err(|error| Failure::away(&error))? {
            return Err(Failure::refused("anonymous", "The resident is not known any more."));
        }
        let told = format!("{verb} {asked:?}");
        let now = self.kinds.store.now();
        let command = match verb {
            "register" => self.pair(contact, person, asked, now)?,
            "encounter" => Command::Record(meeting(self, (id, contact), person, &asked, now)?),
            _ => return Err(Failure::not_found()),
        };
        Ok(self.kinds.ask_of_resident(subject, &person.by(), command, (key, &told)).await?)
    }

    /// The encounters that were had because of a contact, the first first.
    pub async fn met(&self, id: Uuid, contact: &Contact) -> store::Result<Vec<Meeting>> {
        let Some(subject) = contact.subject else { return Ok(Vec::new()) };
        let events = self.kinds.residents.dated(subject.0).await?;
        let of_this = |it: Dated<Event>| match it.event {
            Event::Met(meeting) if meeting.contact == id.to_string() => Some(meeting),
            _ => None,
        };
        Ok(events.into_iter().filter_map(of_this).collect())
    }

    /// Whether a professional works here, by the log or by what is published; where nobody is known, anybody does.
    fn knows(&self, professional: &str) -> bool {
        let (figures, organisation) = (self.figures(), self.kinds.organisation());
        let today = self.calendar.local_date(self.kinds.store.now()).map_or(0, day_number);
        let is_nobody_known = figures.staff().is_empty() && !organisation.has_professionals();
        let is_in_log = organisation.profession(professional, today).is_some();
        let is_published = || figures.staff().iter().any(|it| it.id == professional && it.open);
        is_nobody_known || is_in_log || (is_published() && !organisation.has_ended(professional, today))
    }

    fn pair(&self, contact: &Contact, person: &Person, asked: Asked, now: i64) -> Result<Command, Failure> {
        let unit = asked.unit.map_or_else(|| contact.unit.clone(), |unit| unit.as_str().into());
        if !self.is_unit(&unit) {
            return Err(Failure::invalid("unit", format!("There is no unit {unit}.")));
        }
        for (field, id) in [("physician", &asked.physician), ("nurse", &asked.nurse)] {
            if !id.as_deref().is_none_or(is_plain_id) {
                let what = format!("{field} is an id: {PLAIN_ID}.");
                return Err(Failure::invalid(field, what));
            }
            if id.as_deref().is_some_and(|id| id != person.id && !self.knows(id)) {
                return Err(Failure::invalid(field, "No such professional works here."));
            }
        }
        let from = self.calendar.local_date(now).map_or(0, day_number);
        let [physician, nurse] = [asked.physician, asked.nurse].map(|id| id.as_deref().map(Into::into));
        Ok(Command::Register(Registration { unit, physician, nurse, from }))
    }
}

fn meeting(
    app: &App,
    (id, contact): (Uuid, &Contact),
    person: &Person,
    asked: &Asked,
    now: i64,
) -> Result<Meeting, Failure> {
    let usual = match contact.channel {
        Channel::Chat => Modality::Chat,
        Channel::Callback | Channel::Phone => Modality::Phone,
        _ => Modality::Message,
    };
    let modality = asked.modality.as_deref().map_or(Some(usual), Modality::named);
    let modality = modality.ok_or_else(|| Failure::invalid("modality", "There is no such way of meeting."))?;
    let minutes = asked.minutes.unwrap_or(10);
    if !(1..=LONGEST).contains(&minutes) {
        return Err(Failure::invalid("minutes", "An encounter lasts 1 to 600 minutes."));
    }
    let profession = app.profession(&person.id).map_or("", Code::code);
    Ok(Meeting {
        id: new_id(now).to_string(),
        contact: id.to_string(),
        unit: contact.unit.clone(),
        professional: person.id.as_str().into(),
        profession: profession.into(),
        service: contact.service.clone(),
        modality,
        channel: contact.channel,
        started_at: now - i64::from(minutes) * 60_000_000,
        ended_at: now,
    })
}

/// Minutes of an encounter, as they are offered.
const MINUTES: [u32; 9] = [5, 10, 15, 20, 30, 45, 60, 90, 120];

/// Whether the resident of a contact has a professional in their own pair.
pub fn is_on_list_of(app: &App, contact: &Contact, professional: &str) -> bool {
    let own = app.registration(contact);
    own.is_some_and(|own| [own.physician, own.nurse].into_iter().flatten().any(|id| *id == *professional))
}

/// Acts for a resident who is known: become their own nurse or physician, record that they were met. Part of
/// the form of the contact's page.
pub fn forms(app: &App, page: &Page, (id, contact): (Uuid, &Contact), met: &[Meeting], typed: &Typed) -> Markup {
    let own = app.registration(contact);
    let is_on_my_list = page.person.as_ref().is_some_and(|person| is_on_list_of(app, contact, &person.id));
    let joins = |person: &Person| {
        let pair = Asked::own(app, person);
        pair.physician.is_some() || pair.nurse.is_some()
    };
    let is_wrong = typed.wrong("modality").is_some() || typed.wrong("minutes").is_some();
    let ways = MODALITIES.map(|it| (it.code().to_string(), page.language.code_name(Modality::LIST, it.code())));
    html! {
        details.fold open[is_wrong || !met.is_empty()] {
            summary { (page.text("desk-resident")) }
            div.fold__in {
                p {
                    (page.text("desk-pair")) ": "
                    @match &own {
                        Some(own) => {
                            (unit_name(page, &own.unit))
                            @for id in own.physician.iter().chain(&own.nurse) { ", " (staff_name(page, id)) }
                        }
                        None => { (page.text("desk-no-pair")) }
                    }
                }
                @if is_on_my_list {
                    p { strong { (page.text("desk-on-list")) } }
                } @else if page.person.as_ref().is_some_and(joins) {
                    button.btn.btn--second #act-register type="submit" form="work" formaction=(format!("/desk/contacts/{id}/register")) {
                        (page.text("desk-register"))
                    }
                }
                @if !met.is_empty() {
                    p { strong { (page.text("desk-recorded")) } }
                    ul.met {
                        @for it in met {
                            li {
                                (numbers::moment(it.ended_at, page.language)) ": "
                                (page.language.code_name(Modality::LIST, it.modality.code())) ", "
                                ((it.ended_at - it.started_at) / 60_000_000) " min, " (staff_name(page, &it.professional))
                            }
                        }
                    }
                }
                input type="hidden" name="met" value=(met.len()) form="work";
                (choice(page, "modality", "desk-met", typed.wrong("modality"), &typed.fields.modality, ways))
                (choice(page, "minutes", "desk-minutes", typed.wrong("minutes"), &typed.fields.minutes,
                    MINUTES.map(|minutes| (minutes.to_string(), minutes.to_string()))))
                button.btn.btn--second #act-encounter type="submit" form="work" formaction=(format!("/desk/contacts/{id}/encounter")) {
                    (page.text(if met.is_empty() { "desk-record" } else { "desk-record-another" }))
                }
            }
        }
    }
}
