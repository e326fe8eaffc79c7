//! Wishes for an earlier time or a seat: what is free is offered to the next in line, and taken.

use std::collections::HashSet;
use std::sync::Arc;

use calendar::Calendar;
use matter::{By, Trouble, Turn};
use operations::bookings::calendar::Timetable;
use operations::bookings::days::Sought;
use operations::bookings::wishes::{self, Wish};
use store::{Asked, Done, digest, new_id};
use uuid::Uuid;

use crate::Kinds;

/// Free times that are looked at for each calendar at once.
const LOOKED_AT: usize = 1_000;

impl Kinds {
    /// Offers what is free to those who wish for it, in the order of their calendar; how many were offered something. Where
    /// nothing can be offered now, such as by night, nothing happens.
    pub async fn offer_times(&self) -> usize {
        let mut offered = 0;
        for timetable in self.timetables.all().values() {
            offered += self.offer_times_of(timetable).await;
        }
        offered
    }

    async fn offer_times_of(&self, timetable: &Arc<Timetable>) -> usize {
        let Some(wait) = &timetable.book.wait else { return 0 };
        let line = self.wishes.look(|all| all.index().in_line(&timetable.id, &wait.order));
        if line.is_empty() {
            return 0;
        }
        let sought = Sought { calendar: &timetable.id, ..Sought::default() };
        let free = self.free(&sought, 0, LOOKED_AT);
        let (mut offered, mut given) = (0, HashSet::new());
        for id in line {
            let Some(wish) = self.wishes.look(|all| all.get(id)).filter(|it| self.still_wants(it)) else { continue };
            let asked = match wish.made.gathering {
                Some(gathering) => {
                    let is_free = self.gatherings.look(|all| all.get(gathering)).is_some_and(|it| it.free() > 0);
                    if !is_free {
                        continue;
                    }
                    self.offer(id, None, timetable).await
                }
                None => {
                    let fits = free.iter().find(|(found, day)| {
                        let time = day.times.get(&found.slot);
                        !given.contains(&found.slot)
                            && time.is_some_and(|time| wish.fits(&time.slot, Calendar::shipped()))
                    });
                    let Some((found, _)) = fits else { continue };
                    given.insert(found.slot);
                    self.offer(id, Some((found.day, found.slot)), timetable).await
                }
            };
            offered += usize::from(asked.is_ok());
        }
        offered
    }

    /// Whether the appointment is still to come for which somebody wishes another time.
    fn still_wants(&self, wish: &Wish) -> bool {
        let is_to_come = |id| self.appointments.look(|all| all.get(id)).is_some_and(|it| it.is_to_come());
        wish.made.instead_of.is_none_or(is_to_come)
    }

    async fn offer(&self, id: Uuid, time: Option<(Uuid, Uuid)>, timetable: &Arc<Timetable>) -> Result<Done, Trouble> {
        let key = new_id(self.store.now()).to_string();
        let appointment = Uuid::new_v5(&id, key.as_bytes());
        let asked = Asked { scope: format!("{id}/system"), request: digest(key.as_bytes()), key, seen: 0 };
        let timetable = Arc::clone(timetable);
        let flow = move |turn: &mut Turn<'_>| match time {
            Some((day, slot)) => wishes::offer(turn, id, (day, slot, appointment), &timetable),
            None => wishes::offer_seat(turn, id, appointment, &timetable),
        };
        self.store.turn(&By::System, asked, flow).await
    }

    /// Takes what is offered to a wish; `words`: those by which the one who asks is known to calendars.
    pub async fn accept(&self, id: Uuid, words: Vec<String>, (by, key): (&By, &str)) -> Result<Done, Trouble> {
        let wish = self.wishes.read(id).await.map_err(|error| Trouble::Later(error.to_string()))?;
        let wish = wish.ok_or(Trouble::NotFound)?;
        let timetable = self.timetables.get(&wish.made.calendar).ok_or(Trouble::NotFound)?;
        let asked =
            Asked { scope: format!("{id}/{}", by.name()), key: key.into(), request: digest(b"accept"), seen: 0 };
        let flow = move |turn: &mut Turn<'_>| {
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            wishes::accept(turn, id, &words, &timetable)
        };
        self.store.turn(by, asked, flow).await
    }

    /// Those who wait for a seat of a gathering, the next first.
    pub fn waiting_for(&self, gathering: Uuid) -> Vec<(Uuid, Arc<Wish>)> {
        let mut waiting: Vec<(Uuid, Arc<Wish>)> = self.wishes.look(|all| {
            let of = |it: &Arc<Wish>| it.made.gathering == Some(gathering) && !it.is_over;
            all.iter().filter(|(_, it)| of(it)).map(|(id, it)| (id, Arc::clone(it))).collect()
        });
        waiting.sort_by_key(|(id, it)| (it.made_at, *id));
        waiting
    }
}
