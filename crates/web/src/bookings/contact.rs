//! The times that were booked in a contact, for whoever works on it: where they are, another unit has them from then on.

use std::sync::Arc;

use maud::{Markup, html};
use operations::bookings::appointments::Appointment;
use operations::contacts::Contact;
use uuid::Uuid;

use super::{day_of, own, way_name};
use crate::App;
use crate::desk::unit_name;
use crate::layout::Page;
use crate::numbers;

/// Appointments of a person that are looked at.
const LOOKED_AT: usize = 100;

/// The appointments that were booked in a contact and are open.
pub fn booked_in(app: &App, (id, contact): (Uuid, &Contact)) -> impl Iterator<Item = Arc<Appointment>> {
    let booked: Vec<Arc<Appointment>> = app.kinds.appointments.look(|all| {
        let theirs = contact.subject.map_or(Vec::new(), |subject| all.of_subject(subject, LOOKED_AT));
        theirs.into_iter().filter_map(|it| all.get(it)).filter(|it| it.booking.wanted.contact == Some(id)).collect()
    });
    booked.into_iter()
}

/// When and where each of them is, and how far it has come.
pub fn of_contact(app: &App, page: &Page, of: (Uuid, &Contact)) -> Markup {
    let mut booked: Vec<Arc<Appointment>> = booked_in(app, of).collect();
    booked.sort_by_key(|it| it.booking.when.from);
    html! {
        @if !booked.is_empty() {
            section aria-labelledby="booked" {
                h2 #booked { (page.text("bookings-of-contact")) }
                ul {
                    @for it in &booked {
                        @let from = it.booking.when.from;
                        li {
                            (day_of(app, page, from)) " " (numbers::clock(from)) ", "
                            (unit_name(page, &it.booking.unit)) ", " (way_name(page, it.booking.wanted.way)) ": "
                            (page.text(&format!("appointment-{}", own::stage(it))))
                        }
                    }
                }
            }
        }
    }
}
