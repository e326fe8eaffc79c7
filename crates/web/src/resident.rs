//! What professionals do for the resident of a contact: the own pair, and encounters that were had.

use facts::{Code, Modality, Profession};
use maud::{Markup, html};
use operations::access::Role;
use operations::calendar::day_number;
use operations::contacts::{Channel, Contact};
use operations::residents::{Command, Meeting, Registration};
use serde::Deserialize;
use store::{Denied, new_id};
use uuid::Uuid;

use crate::App;
use crate::answer::Failure;
use crate::caller::Person;
use crate::care::{PLAIN_ID, is_plain_id};
use crate::desk::unit_name;
use crate::layout::Page;

/// Minutes of an encounter at most.
const LONGEST: u32 = 600;

/// How residents are met, in the order in which they are offered.
const MODALITIES: [Modality; 5] =
    [Modality::Message, Modality::Chat, Modality::Phone, Modality::Video, Modality::InPerson];

/// What is asked for the resident of a contact.
#[derive(Debug, Deserialize, Default)]
pub struct Asked {
    /// Home unit; by default the one that answers for the contact.
    unit: Option<String>,
    physician: Option<String>,
    nurse: Option<String>,
    modality: Option<String>,
    minutes: Option<u32>,
}

impl Asked {
    /// A pair with a professional in it.
    pub fn own(person: &Person) -> Asked {
        match person.role {
            Role::Physician => Asked { physician: Some(person.id.clone()), ..Asked::default() },
            Role::Nurse => Asked { nurse: Some(person.id.clone()), ..Asked::default() },
            // A lead is neither.
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
        self.desk.view().registration(contact.subject.parse().ok()?).cloned()
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
        // Who wrote without a name is nobody whom anything could be recorded of.
        let subject =
            contact.subject.parse().map_err(|_| Failure::refused("anonymous", "The resident is not known."))?;
        // For the resident acts who has the contact, as everywhere else.
        if contact.owner() != Some(person.id.as_str()) {
            return Err(Failure::refused("not_claimed", "It is not yours: claim it first."));
        }
        if self.desk.is_erased(&contact.subject).await.map_err(|error| Failure::away(&error))? {
            return Err(Failure::refused("anonymous", "The resident is not known any more."));
        }
        let told = format!("{verb} {asked:?}");
        let now = self.desk.now();
        let command = match verb {
            "register" => self.pair(contact, asked, now)?,
            "encounter" => Command::Record(meeting((id, contact), person, &asked, now)?),
            _ => return Err(Failure::not_found()),
        };
        let done = self.desk.ask_of_resident(subject, &person.who(), command, (key, &told)).await;
        done.map_err(|denied| match denied {
            Denied::Refused(refusal) => Failure::refused(refusal.code(), "It does not fit what stands there."),
            Denied::Other(trouble) => trouble.into(),
        })
    }

    fn pair(&self, contact: &Contact, asked: Asked, now: i64) -> Result<Command, Failure> {
        let unit = asked.unit.unwrap_or_else(|| contact.unit.clone());
        if !self.is_unit(&unit) {
            return Err(Failure::invalid("unit", format!("There is no unit {unit}.")));
        }
        for (field, id) in [("physician", &asked.physician), ("nurse", &asked.nurse)] {
            if !id.as_deref().is_none_or(is_plain_id) {
                let what = format!("{field} is an id: {PLAIN_ID}.");
                return Err(Failure::invalid(field, what));
            }
        }
        let from = self.calendar.local_date(now).map_or(0, day_number);
        Ok(Command::Register(Registration { unit, physician: asked.physician, nurse: asked.nurse, from }))
    }
}

fn meeting((id, contact): (Uuid, &Contact), person: &Person, asked: &Asked, now: i64) -> Result<Meeting, Failure> {
    let usual = match contact.channel {
        Channel::Chat => Modality::Chat,
        Channel::Callback | Channel::Phone => Modality::Phone,
        _ => Modality::Message,
    };
    let modality = asked.modality.as_deref().map_or(Some(usual), Modality::named);
    let modality = modality.ok_or_else(|| Failure::invalid("modality", "There is no such way of meeting."))?;
    let minutes = asked.minutes.unwrap_or(10);
    if minutes > LONGEST {
        return Err(Failure::invalid("minutes", "An encounter lasts 600 minutes at most."));
    }
    let profession = match person.role {
        Role::Physician => Profession::Physician.code(),
        Role::Nurse => Profession::Nurse.code(),
        _ => "",
    };
    Ok(Meeting {
        id: new_id(now).to_string(),
        contact: id.to_string(),
        unit: contact.unit.clone(),
        professional: person.id.clone(),
        profession: profession.into(),
        service: contact.service.clone(),
        modality,
        channel: contact.channel,
        started_at: now - i64::from(minutes) * 60_000_000,
        ended_at: now,
    })
}

/// What can be done for a resident who is known: become their own nurse or physician, record that they were met.
pub fn forms(app: &App, page: &Page, id: Uuid, contact: &Contact) -> Markup {
    let own = app.registration(contact);
    html! {
        details.govuk-details {
            summary.govuk-details__summary { span.govuk-details__summary-text { (page.text("desk-resident")) } }
            div.govuk-details__text {
                p {
                    (page.text("desk-pair")) ": "
                    @match &own {
                        Some(own) => {
                            (unit_name(page, &own.unit))
                            @for name in own.physician.iter().chain(&own.nurse) { ", " (name) }
                        }
                        None => { (page.text("desk-no-pair")) }
                    }
                }
                @if matches!(page.role, Some(Role::Nurse | Role::Physician)) {
                    form method="post" action=(format!("/desk/contacts/{id}/register")) {
                        input type="hidden" name="client_id" value=(app.sessions.unguessable());
                        button.govuk-button.govuk-button--secondary type="submit" { (page.text("desk-register")) }
                    }
                }
                form method="post" action=(format!("/desk/contacts/{id}/encounter")) {
                    input type="hidden" name="client_id" value=(app.sessions.unguessable());
                    div.govuk-form-group {
                        label.govuk-label for="modality" { (page.text("desk-met")) }
                        select.govuk-select name="modality" id="modality" {
                            @for modality in MODALITIES {
                                option value=(modality.code()) { (page.language.code_name(Modality::LIST, modality.code())) }
                            }
                        }
                    }
                    div.govuk-form-group {
                        label.govuk-label for="minutes" { (page.text("desk-minutes")) }
                        input.govuk-input.govuk-input--width-4 #minutes type="number" name="minutes" min="1" max="600" value="10";
                    }
                    button.govuk-button.govuk-button--secondary type="submit" { (page.text("desk-record")) }
                }
            }
        }
    }
}
