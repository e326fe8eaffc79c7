//! Kinds of matter in the lists of professionals: what they say of themselves there, and how one is taken.

use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use matter::access::Action;
use matter::{By, Matter, Rights, Standing};
use maud::{Markup, html};
use store::Kind;
use uuid::Uuid;

use crate::App;
use crate::answer::Failure;
use crate::caller::Caller;
use crate::feature::FEATURES;
use crate::layout::Page;

/// A matter as lists of the desk show it. Times are in microseconds since 1970.
pub trait InList: Send + Sync {
    fn kind(&self) -> &'static str;
    fn rights(&self) -> &'static Rights;
    fn stands(&self) -> Standing<'_>;
    /// Since when somebody outside waits for a word of ours.
    fn waits_since(&self) -> Option<i64> {
        None
    }
    /// The instant by which something is to be done.
    fn due(&self, _app: &App) -> Option<i64> {
        None
    }
    /// In which its words are written; empty: not known.
    fn language(&self) -> &str {
        ""
    }
    fn service(&self) -> &str {
        ""
    }
    fn is_reopened(&self) -> bool {
        false
    }
    fn is_handed(&self) -> bool {
        false
    }
    /// Its person is there and waits now.
    fn is_live(&self) -> bool {
        false
    }
    /// Something was asked of its person, who has not answered.
    fn is_asked(&self) -> bool {
        false
    }
    /// How far its words have got: with new ones it is news again.
    fn news(&self) -> u64 {
        0
    }
    /// Its name, without its content.
    fn title(&self, app: &App, page: &Page) -> String;
    /// Category and version of the events beside which its first words stand, and a note to colleagues.
    fn sealed(&self) -> [Option<(&'static str, u64)>; 2] {
        [None, None]
    }
    /// The sign of its kind, or of the way it came; see `icons.rs`.
    fn icon(&self) -> &'static str {
        "task"
    }
    /// From whom it is; empty: its title says as much.
    fn who(&self, _page: &Page) -> String {
        String::new()
    }
    /// On what its deadline rests, a code of `parts::basis`; none: on nothing but what somebody wished.
    fn basis(&self) -> Option<&'static str> {
        None
    }
    /// How long somebody has waited, or why nobody does, where nothing is due.
    fn age(&self, app: &App, page: &Page, now: i64) -> Markup;
    /// The note to colleagues, and where it comes from.
    fn noted(&self, _page: &Page, _note: Option<&str>) -> Markup {
        html! {}
    }
    /// Other marks that tell it from others; its holder stands beside it.
    fn tags(&self, app: &App, page: &Page) -> Markup;
}

/// A kind that says more of itself in lists than what is the same of all.
pub struct Listing {
    pub kind: &'static str,
    /// Folder of its pages at the desk.
    pub path: &'static str,
    pub read: for<'a> fn(&'a App, Uuid) -> Read<'a>,
    /// How one is taken from the queue; none: each of the unit sees to it.
    pub claim: Option<Claim>,
}

type Take = for<'a> fn(&'a App, &'a Caller, Uuid, (&'a By, &'a str)) -> BoxFuture<'a, Result<(), Failure>>;
type Took = for<'a> fn(&'a App, Uuid, (&'a By, &'a str)) -> BoxFuture<'a, store::Result<bool>>;

/// How a matter is taken from the queue.
pub struct Claim {
    pub rights: &'static Rights,
    /// Takes one, unless a colleague was quicker.
    pub take: Take,
    /// Whether that very request took it.
    pub took: Took,
}

/// The words of a kind for lists; none: it says no more than what is the same of all.
pub fn listing(kind: &str) -> Option<&'static Listing> {
    FEATURES.iter().flat_map(|it| it.listings).find(|it| it.kind == kind)
}

/// A matter on its way to a list; none: there is none.
pub type Read<'a> = BoxFuture<'a, store::Result<Option<Arc<dyn InList>>>>;

/// Reads one of a kind.
pub fn read<M: Matter + InList>(kind: &Kind<M>, id: Uuid) -> Read<'_> {
    kind.read(id).map(|read| Ok(read?.map(|matter| matter as Arc<dyn InList>))).boxed()
}

/// Takes one by a command of its kind.
pub fn take<'a, M: Matter>(
    app: &'a App,
    (kind, claim): (&'a Kind<M>, M::Command),
    caller: &'a Caller,
    id: Uuid,
    (by, key): (&'a By, &'a str),
) -> BoxFuture<'a, Result<(), Failure>> {
    async move {
        app.guarded(kind, caller, id, Action::Handle).await?;
        Ok(kind.ask(id, claim, by, key, 0).await.map(drop)?)
    }
    .boxed()
}

/// Whether that request took it by that command.
pub fn took<'a, M: Matter>(
    kind: &'a Kind<M>,
    claim: M::Command,
    id: Uuid,
    (by, key): (&'a By, &'a str),
) -> BoxFuture<'a, store::Result<bool>> {
    async move { kind.was_done(id, &claim, by, key).await }.boxed()
}
