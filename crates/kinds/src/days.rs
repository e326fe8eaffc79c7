//! Duties of professionals, and time that they keep, on their days.

use std::sync::Arc;

use calendar::date_of;
use matter::{By, Text, Trouble, Turn, UnitId};
use operations::bookings::Actor;
use operations::bookings::calendar::Timetable;
use operations::bookings::days::{Command, Day, Stretch, day_id};
use operations::bookings::protected::{move_protected, protect};
use store::{Asked, Done, digest};
use uuid::Uuid;

use crate::Kinds;

/// A day of somebody, whether or not it has begun to be planned; `date` in days since 1970.
#[derive(Debug, Clone)]
pub struct DayOf {
    pub actor: Actor,
    pub unit: UnitId,
    pub date: i32,
}

impl DayOf {
    pub fn id(&self) -> Uuid {
        day_id(self.actor.id(), self.date)
    }

    fn plan(&self) -> Command {
        Command::Plan { actor: self.actor.clone(), unit: self.unit.clone(), date: self.date }
    }

    fn told(&self) -> String {
        format!("{} {}", self.actor.id(), date_of(self.date).map_or_else(String::new, |date| date.to_string()))
    }
}

fn told(stretch: &Stretch) -> String {
    format!("{} {} {}", stretch.from, stretch.to, stretch.what)
}

impl Kinds {
    /// Keeps time of somebody's day, so that nobody books it.
    pub async fn protect(
        &self,
        of: DayOf,
        stretch: Stretch,
        timetable: Arc<Timetable>,
        (by, key): (&By, &str),
    ) -> Result<Done, Trouble> {
        let request = digest(format!("keep {} {}", of.told(), told(&stretch)).as_bytes());
        let asked = Asked { scope: format!("{}/{}", of.id(), by.name()), key: key.into(), request, seen: 0 };
        let flow = move |turn: &mut Turn<'_>| protect(turn, of.id(), (&of.plan(), &stretch), &timetable);
        self.store.turn(by, asked, flow).await
    }

    /// Moves protected time of a day to another time, of the same day or of another.
    pub async fn move_protected(
        &self,
        (day, stretch, why): (Uuid, Stretch, String),
        (to, new): (DayOf, Stretch),
        timetable: Arc<Timetable>,
        (by, key): (&By, &str),
    ) -> Result<Done, Trouble> {
        let request = digest(format!("move {} {} {} {why}", told(&stretch), to.told(), told(&new)).as_bytes());
        let asked = Asked { scope: format!("{day}/{}", by.name()), key: key.into(), request, seen: 0 };
        let flow = move |turn: &mut Turn<'_>| {
            let (why, plan) = (Text(why.clone()), to.plan());
            move_protected(turn, (day, &stretch, &why), (to.id(), &plan, &new), &timetable)
        };
        self.store.turn(by, asked, flow).await
    }

    /// Gives somebody a duty on a day.
    pub async fn give_duty(&self, of: DayOf, duty: Stretch, (by, key): (&By, &str)) -> Result<Done, Trouble> {
        let request = digest(format!("duty {} {}", of.told(), told(&duty)).as_bytes());
        let asked = Asked { scope: format!("{}/{}", of.id(), by.name()), key: key.into(), request, seen: 0 };
        let flow = move |turn: &mut Turn<'_>| {
            turn.decide::<Day>(of.id(), &of.plan(), &())?;
            turn.decide::<Day>(of.id(), &Command::GiveDuty(duty.clone()), &())
        };
        self.store.turn(by, asked, flow).await
    }
}
