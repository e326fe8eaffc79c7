//! The county goes on while it is served: what residents write and professionals do happens in the log when its time
//! comes, and what else becomes known is brought into the facts. Where the clock stands, it goes on as the clock is moved.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use analytics::lake::write_private;
use analytics::{Error, Result};
use county::{Batch, County, Live, Span};
use kinds::Kinds;
use operations::dispatches::Dispatch;
use tokio::sync::Mutex;
use web::{MoveClock, WITHIN, soon};

use super::bookings::Booking;
use super::chats::Chatting;
use super::lists::{Lists, own_pair};
use super::make::{bring, coming};
use super::play::Player;
use crate::follower::{Follower, reached as followed};
use crate::place::{Place, told};
use crate::{clock, output};

/// The county is drawn once for so long ahead: three days, in microseconds.
const AHEAD: i64 = 3 * 86_400 * 1_000_000;
/// How often it is looked who writes now.
const STEP: Duration = Duration::from_secs(2);
/// How often what else has become known is brought into the facts, in microseconds.
const BROUGHT_EVERY: i64 = 60_000_000;
/// How often it is looked who books and who comes, in microseconds.
const BOOKED_EVERY: i64 = 20_000_000;

/// Name of the file that says up to when the county has come.
const REACHED: &str = "lived";

/// A county on its way.
pub struct Living {
    county: County,
    data: PathBuf,
    /// Up to when what happens in the log has been played.
    played: i64,
    /// Up to when all has come.
    reached: i64,
    drawn: Option<Drawn>,
}

/// Facts that become known up to an instant.
struct Drawn {
    rows: [Batch; 2],
    live: Vec<Live>,
    until: i64,
}

impl Living {
    /// A county that was made just now, with the contacts of its last days.
    pub fn made(county: County, data: &Path, live: Vec<Live>) -> Living {
        let made = county.past().to;
        let drawn = Drawn { rows: Default::default(), live, until: made };
        Living { played: county.live_since() - 1, reached: made, county, data: data.into(), drawn: Some(drawn) }
    }

    /// A county that stands in a data directory.
    pub fn of(county: County, data: &Path) -> Result<Living> {
        let path = data.join(REACHED);
        let (played, reached) = match std::fs::read_to_string(&path) {
            Ok(text) => {
                let reached = text.trim().parse();
                let reached = reached.map_err(|_| Error::new("this says not when").at(path.display()))?;
                (reached, reached)
            }
            // It was stopped while it was made.
            Err(_) => (county.live_since() - 1, county.past().to),
        };
        Ok(Living { county, data: data.into(), played, reached, drawn: None })
    }

    /// Up to when it has come, in microseconds since 1970; none: it was never wholly made.
    pub fn reached(&self) -> Option<i64> {
        (self.played >= self.reached).then_some(self.reached)
    }

    /// Up to when it can come.
    pub fn end(&self) -> i64 {
        self.county.end()
    }

    /// Leaves the log to others: of this county nothing happens in it.
    pub fn leave_log(&mut self) {
        self.played = i64::MAX;
    }

    /// Does what happens in the log up to an instant; `at` gets the time of each step before it is done.
    async fn play(&mut self, player: &mut Player, to: i64, at: impl Fn(i64)) -> Result<()> {
        if self.drawn.as_ref().is_none_or(|drawn| drawn.until < to) {
            let until = to.saturating_add(AHEAD).min(self.end());
            let after = self.played.min(self.reached);
            let mut rows = coming(&self.county, Span { after, to: until })?;
            let live = rows.iter_mut().flat_map(|batch| std::mem::take(&mut batch.live)).collect();
            self.drawn = Some(Drawn { rows, live, until });
        }
        let span = Span { after: self.played, to };
        let steps = self.drawn.as_ref().map(|drawn| self.county.steps(&drawn.live, span)).unwrap_or_default();
        let bar = output::progress("living on", Some(steps.len() as u64));
        player.play(&steps, at, |done| bar.inc(done as u64)).await?;
        bar.finish_and_clear();
        self.played = self.played.max(to);
        Ok(())
    }

    /// Brings what else became known up to an instant into the facts, and writes down how far the county has come. A
    /// county that was stopped before does the same once more, and nothing is changed by it.
    fn bring(&mut self, to: i64) -> Result<()> {
        if let Some(drawn) = &self.drawn {
            bring(&self.data, &drawn.rows, Span { after: self.reached, to })?;
        }
        let path = self.data.join(REACHED);
        let partial = path.with_extension("partial");
        write_private(&partial, &format!("{to}\n"))?;
        std::fs::rename(&partial, &path).map_err(|error| Error::file("write", &path, error))?;
        self.reached = to;
        Ok(())
    }

    /// Comes to an instant before it is served, by a clock that runs with it.
    pub async fn catch_up(&mut self, place: &Place, to: i64) -> Result<()> {
        let clock = Arc::new(AtomicI64::new(self.played));
        let told_time = Arc::clone(&clock);
        let keys = Arc::new(place.keys()?);
        let kinds = place.kinds(&keys, move || told_time.load(Ordering::Relaxed)).await?;
        let followed = kinds.store.clone();
        let following = tokio::spawn(async move { followed.follow().await });
        let mut player = Player::new(kinds.clone());
        self.play(&mut player, to, |at| clock.store(at, Ordering::Relaxed)).await?;
        clock.store(to, Ordering::Relaxed);
        own_pair(&kinds, to).await;
        kinds.store.strike().await;
        let mut follower = Follower::new(kinds.clone(), &self.data, &place.snapshots());
        while !follower.round().await?.all {}
        self.bring(to)?;
        following.abort();
        kinds.store.keep().map_err(told)
    }

    /// Goes on as time does, for as long as it is served.
    pub async fn go_on(mut self, kinds: Kinds) {
        let booking = Booking::new(kinds.clone(), self.county.plan().residents);
        let lists = Lists::new(kinds.clone(), self.county.plan().residents);
        let mut chatting = Chatting::new(kinds.clone());
        let mut booked = 0;
        own_pair(&kinds, clock::now()).await;
        let mut player = Player::new(kinds);
        loop {
            let now = clock::now();
            if now >= self.end() {
                eprintln!("the demo county ends here: make it anew in another directory, or remove this one");
                return;
            }
            let mut gone_on = self.play(&mut player, now, |_| ()).await;
            chatting.round(now).await;
            if now - booked >= BOOKED_EVERY {
                booking.round(now).await;
                lists.round(now).await;
                booked = now;
            }
            if gone_on.is_ok() && now - self.reached >= BROUGHT_EVERY {
                gone_on = self.bring(now);
            }
            let pause = match gone_on {
                Ok(()) => STEP,
                Err(error) => {
                    eprintln!("error: the demo county cannot go on, and tries again: {error}");
                    STEP * 15
                }
            };
            tokio::time::sleep(pause).await;
        }
    }

    /// The switch that moves the clock of this county, which stands.
    pub fn clock(self, kinds: &Kinds, place: &Place) -> MoveClock {
        let (living, kinds, place) = (Arc::new(Mutex::new(self)), kinds.clone(), place.clone());
        Box::new(move |to: String| {
            let (living, kinds, place) = (Arc::clone(&living), kinds.clone(), place.clone());
            Box::pin(async move {
                let to = super::instant(&to)?;
                let moved = living.lock().await.move_to(&kinds, &place, to).await;
                moved.map_err(|error| error.to_string())
            })
        })
    }

    /// Moves the clock that stands to another instant, and lives until then: done when the facts have all of it.
    async fn move_to(&mut self, kinds: &Kinds, place: &Place, to: i64) -> Result<()> {
        if to < clock::now() || to >= self.end() {
            let end = analytics::measure::instant_text(self.end());
            return Err(Error::new(format!("the clock moves forwards, and to before {end}")));
        }
        self.play(&mut Player::new(kinds.clone()), to, clock::stand_at).await?;
        clock::stand_at(to);
        kinds.store.strike().await;
        self.bring(to)?;
        let is_heard = || !ports::Telephony::waits(place.path());
        if !soon(is_heard, WITHIN).await {
            return Err(Error::new(
                "the clock stands there, and what the telephone exchange tells was not read in time",
            )
            .remedy("see the server's log, and the page of ports"));
        }
        let is_sent = || {
            let is_begun = |it: &Dispatch| matches!(it.place, operations::dispatches::Place::Begun { .. });
            kinds
                .dispatches
                .look(|all| all.index().ready(to).next().is_none() && !all.iter().any(|(_, it)| is_begun(it)))
        };
        if !soon(is_sent, WITHIN).await {
            return Err(Error::new("the clock stands there, and what waits to go out has not gone in time")
                .remedy("see the server's log, and the page of ports"));
        }
        let head = kinds.store.pos();
        let has_followed = || followed(&place.snapshots()).is_some_and(|(_, pos)| pos >= head);
        if !soon(|| head == 0 || has_followed(), WITHIN).await {
            return Err(Error::new("the clock stands there, and the facts have not followed the log in time")
                .remedy("see the server's log, which says what keeps them"));
        }
        Ok(())
    }
}
