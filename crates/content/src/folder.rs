//! A kind of content, as whatever walks over all of them sees it.

use std::any::Any;
use std::sync::Arc;

use facts::Names;
use jiff::civil::Date;

use crate::catalogue::{Catalogue, Closed, File, Origin};
use crate::fault::Fault;
use crate::{Content, There};

/// A folder of content and the type that its files are read as: a line of the one list of them.
#[derive(Clone, Copy)]
pub struct Folder {
    /// Below `content/`: `journeys`.
    pub name: &'static str,
    pub(crate) is_kept: bool,
    pub(crate) read: fn(&[File], There) -> Read,
    pub(crate) parts: fn(&Shelf) -> Vec<Listed<'_>>,
    pub(crate) current: fn(&Shelf, &str, Date) -> Option<u32>,
}

/// A catalogue, whatever it is of.
pub type Shelf = dyn Any + Send + Sync;

/// The files of a folder as they were read.
pub struct Read {
    pub catalogue: Arc<Shelf>,
    pub faults: Vec<Fault>,
    pub outdated: Vec<Fault>,
}

/// A version of a part, without what its kind alone knows.
#[derive(Debug, Clone, Copy)]
pub struct Listed<'a> {
    /// Below `content/`.
    pub folder: &'static str,
    pub id: &'a str,
    pub version: u32,
    pub from: Option<Date>,
    pub closed: Option<&'a Closed>,
    pub origin: Origin,
    /// The path of its file, as people are told it.
    pub path: &'a str,
    pub text: &'a str,
    pub name: &'a Names,
}

impl Folder {
    pub const fn of<T: Content>() -> Folder {
        Folder { name: T::FOLDER, is_kept: T::IS_KEPT, read: read::<T>, parts: parts::<T>, current: current::<T> }
    }
}

fn read<T: Content>(files: &[File], there: There) -> Read {
    let (mut catalogue, faults) = Catalogue::<T>::read(files, there);
    let outdated = std::mem::take(&mut catalogue.outdated);
    Read { catalogue: Arc::new(catalogue), faults, outdated }
}

fn parts<T: Content>(shelf: &Shelf) -> Vec<Listed<'_>> {
    let all = shelf.downcast_ref::<Catalogue<T>>().into_iter().flat_map(Catalogue::all);
    all.map(|part| Listed {
        folder: T::FOLDER,
        id: &part.id,
        version: part.version,
        from: part.from,
        closed: part.closed.as_ref(),
        origin: part.origin,
        path: &part.path,
        text: &part.text,
        name: part.content.name(),
    })
    .collect()
}

fn current<T: Content>(shelf: &Shelf, id: &str, on: Date) -> Option<u32> {
    shelf.downcast_ref::<Catalogue<T>>()?.current(id, on).map(|part| part.version)
}
