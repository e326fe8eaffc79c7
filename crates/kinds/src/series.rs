//! Visit series: booked whole or not at all, shifted, and cancelled from a visit on.

use std::sync::Arc;

use matter::{By, Trouble, Turn};
use operations::bookings::appointments::Command;
use operations::bookings::calendar::Timetable;
use operations::bookings::flow::{Ask, Place};
use operations::bookings::series::{self, VisitSeries};
use store::{Asked, Done, digest};
use uuid::Uuid;

use crate::{Kinds, NewAppointment};

impl Kinds {
    /// Books the visits of a series under an id that its asker was given, all or none; done twice it is done once.
    pub async fn book_series(
        &self,
        id: Uuid,
        visits: Vec<NewAppointment>,
        timetable: Arc<Timetable>,
        by: &By,
    ) -> Result<Done, Trouble> {
        let wanted: Vec<_> = visits.iter().map(|it| (&it.wanted, &it.places, &it.note)).collect();
        let request = digest(&serde_json::to_vec(&wanted).map_err(|error| Trouble::Broken(error.to_string()))?);
        let asked = Asked { scope: format!("visit_series/{}", by.name()), key: id.to_string(), request, seen: 0 };
        let subject = visits.first().and_then(|it| it.wanted.subject);
        let open = subject.map_or(0, |subject| self.open_in(subject, &timetable.id));
        let flow = move |turn: &mut Turn<'_>| {
            let words: Vec<Vec<&str>> = visits.iter().map(|it| it.words.iter().map(String::as_str).collect()).collect();
            let asks: Vec<(Uuid, Ask<'_>)> = (0..)
                .zip(visits.iter().zip(&words))
                .map(|(number, (it, words))| {
                    let (wanted, places, note) = (it.wanted.clone(), it.places.clone(), it.note.clone());
                    let ask = Ask { wanted, places, note, over: None, words, open: open + number };
                    (visit_id(id, number), ask)
                })
                .collect();
            series::book(turn, id, &asks, &timetable)
        };
        self.store.turn(by, asked, flow).await
    }

    /// Leaves out a visit of a series, counted from 1: it and those after it have each the time of the next, and the last
    /// gets another.
    pub async fn shift_series(
        &self,
        id: Uuid,
        (from, last): (usize, Place),
        timetable: Arc<Timetable>,
        (by, key): (&By, &str),
    ) -> Result<Done, Trouble> {
        let request = digest(format!("shift {from} {last:?}").as_bytes());
        let asked = Asked { scope: format!("{id}/{}", by.name()), key: key.into(), request, seen: 0 };
        let flow = move |turn: &mut Turn<'_>| series::shift(turn, id, (from, &[last]), &timetable);
        self.store.turn(by, asked, flow).await
    }

    /// Cancels the visits of a series that begin at an instant or later.
    pub async fn cancel_series(
        &self,
        id: Uuid,
        from: i64,
        command: Command,
        (by, key): (&By, &str),
    ) -> Result<Done, Trouble> {
        let request = digest(format!("cancel {from} {command:?}").as_bytes());
        let asked = Asked { scope: format!("{id}/{}", by.name()), key: key.into(), request, seen: 0 };
        self.store.turn(by, asked, move |turn: &mut Turn<'_>| series::cancel_from(turn, id, from, &command)).await
    }

    /// The series to which an appointment belongs, and its number there, from 1; one that has ended has none.
    pub fn series_of(&self, visit: Uuid, subject: Option<matter::Subject>) -> Option<(Uuid, Arc<VisitSeries>, usize)> {
        self.series.look(|all| {
            let theirs = all.of_subject(subject?, usize::MAX).into_iter();
            let mut theirs = theirs.filter_map(|id| Some((id, all.get(id)?)));
            theirs.find_map(|(id, it)| {
                let at = it.plan.visits.iter().position(|known| *known == visit)?;
                Some((id, it, at + 1))
            })
        })
    }
}

/// The id of a visit of a series, by its number from 0.
fn visit_id(series: Uuid, number: usize) -> Uuid {
    Uuid::new_v5(&series, number.to_string().as_bytes())
}
