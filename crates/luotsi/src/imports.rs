//! The imports as pages ask for them: files that wait to be tried and taken in, and what became of earlier ones.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::os::fd::AsRawFd;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use analytics::Error;
use analytics::import::{self, Mapping, Request, Summary};
use facts::{TABLES, Table};
use uuid::Uuid;
use web::{Choice, ImportCard, Imports, Outcome, Reason, Trial, Unable};

use crate::now;

/// Mappings that come with the program.
const SHIPPED: [(&str, &str); 5] = [
    ("nhs-ae-attendances", include_str!("../../../mappings/nhs-ae-attendances.toml")),
    ("synthea-encounters", include_str!("../../../mappings/synthea-encounters.toml")),
    ("synthea-professionals", include_str!("../../../mappings/synthea-professionals.toml")),
    ("synthea-residents", include_str!("../../../mappings/synthea-residents.toml")),
    ("synthea-units", include_str!("../../../mappings/synthea-units.toml")),
];
/// How long a file waits, in microseconds.
const WAITS: i64 = 3_600_000_000;
/// Files that wait at a time.
const MOST: usize = 8;

/// The files of a data directory.
pub struct Files {
    data: PathBuf,
    waiting: Mutex<HashMap<String, Waiting>>,
}

/// A file that waits. It has no name in any folder, and is gone when nobody holds it.
#[derive(Clone)]
struct Waiting {
    file: Arc<File>,
    name: String,
    since: i64,
}

impl Waiting {
    /// A path by which it is opened anew, from its beginning.
    fn path(&self) -> PathBuf {
        PathBuf::from(format!("/proc/self/fd/{}", self.file.as_raw_fd()))
    }
}

impl Files {
    pub fn of(data: &Path) -> Files {
        Files { data: data.to_path_buf(), waiting: Mutex::default() }
    }

    fn waiting(&self, name: &str) -> Option<Waiting> {
        let mut all = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, waiting| now() - waiting.since < WAITS);
        all.get(name).cloned()
    }
}

type Later<T> = Pin<Box<dyn Future<Output = Result<T, Unable>> + Send>>;

/// Does work that reads files on a thread where it may wait. Work that breaks off has not ended.
fn beside<T: Send + 'static>(work: impl FnOnce() -> Result<T, Unable> + Send + 'static) -> Later<T> {
    Box::pin(async move {
        let done = tokio::task::spawn_blocking(work).await;
        done.unwrap_or_else(|_| Err(Unable::Failed("the reading broke off".into())))
    })
}

fn told(error: &Error) -> Unable {
    Unable::Failed(error.to_string())
}

impl Imports for Files {
    fn all(&self) -> Later<Vec<ImportCard>> {
        let data = self.data.clone();
        beside(move || {
            let past = import::past(&data).map_err(|error| told(&error))?;
            Ok(past
                .into_iter()
                .map(|past| ImportCard {
                    outcome: past.summary.as_ref().map(outcome),
                    id: past.id,
                    at: past.at,
                    table: past.table,
                    file: past.file,
                    whole: past.whole,
                })
                .collect())
        })
    }

    fn file(&self) -> std::io::Result<File> {
        let path = self.data.join(format!("waiting-{}", Uuid::now_v7()));
        let file = OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(&path)?;
        std::fs::remove_file(&path)?;
        Ok(file)
    }

    fn wait(&self, file: File, name: String) -> Result<String, Unable> {
        let mut all = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, waiting| now() - waiting.since < WAITS);
        while all.len() >= MOST {
            let Some(oldest) = all.iter().min_by_key(|(_, it)| it.since).map(|(name, _)| name.clone()) else { break };
            all.remove(&oldest);
        }
        let id = Uuid::now_v7().simple().to_string();
        all.insert(id.clone(), Waiting { file: Arc::new(file), name, since: now() });
        Ok(id)
    }

    fn rehearse(&self, waiting: &str, choice: Choice) -> Later<Trial> {
        let (data, waiting) = (self.data.clone(), self.waiting(waiting));
        beside(move || rehearse(&data, &waiting.ok_or(Unable::Gone)?, choice))
    }

    fn take_in(&self, waiting: &str, choice: Choice) -> Later<String> {
        let (data, name) = (self.data.clone(), waiting.to_string());
        let invented = data.join("synthetic").exists();
        let waiting = self.waiting(waiting);
        // Only once, also where the button is pressed twice.
        if !invented {
            self.forget(&name);
        }
        beside(move || {
            let waiting = waiting.ok_or(Unable::Gone)?;
            if invented {
                return Err(Unable::Invented);
            }
            let taken = take_in(&data, &waiting, &choice).map(|summary| summary.import);
            taken.map_err(|error| Unable::Failed(named(&error, &waiting)))
        })
    }

    fn forget(&self, waiting: &str) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).remove(waiting);
    }
}

/// The mappings of a county: those that come with the program, and those of its folder `mappings`.
fn mappings(data: &Path) -> Result<Vec<(String, Mapping)>, Error> {
    let mut all = Vec::new();
    for (name, text) in SHIPPED {
        all.push((name.to_string(), Mapping::parse(text)?));
    }
    let listed = std::fs::read_dir(data.join("mappings")).into_iter().flatten().flatten();
    let mut own: Vec<PathBuf> =
        listed.map(|entry| entry.path()).filter(|it| it.extension() == Some("toml".as_ref())).collect();
    own.sort();
    for path in own {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        all.retain(|(known, _)| *known != name);
        all.push((name, import::mapping_from_file(&path)?));
    }
    Ok(all)
}

fn mapping(all: &[(String, Mapping)], choice: &Choice) -> Result<Mapping, Error> {
    let named = all.iter().find(|(name, _)| *name == choice.mapping).map(|(_, mapping)| mapping.clone());
    let mut mapping = match named {
        None if !choice.mapping.is_empty() && choice.mapping != NONE => {
            return Err(Error::new(format!("no mapping is called {}", choice.mapping)));
        }
        mapping => mapping.unwrap_or_default(),
    };
    if !choice.encoding.is_empty() {
        mapping.encoding = Some(choice.encoding.clone());
    }
    Ok(mapping)
}

/// The choice of no mapping, where an empty one leaves it to be guessed.
const NONE: &str = "none";

fn rehearse(data: &Path, waiting: &Waiting, choice: Choice) -> Result<Trial, Unable> {
    let all = mappings(data).map_err(|error| told(&error))?;
    let path = waiting.path();
    let mut trial = Trial {
        file: waiting.name.clone(),
        choice,
        tables: TABLES.iter().map(|table| table.name.to_string()).collect(),
        mappings: all.iter().map(|(name, _)| name.clone()).collect(),
        ..Trial::default()
    };
    let offered: Vec<Mapping> = all.iter().map(|(_, mapping)| mapping.clone()).collect();
    let encoding = Some(trial.choice.encoding.as_str()).filter(|encoding| !encoding.is_empty());
    let seen = match import::look_at(&path, encoding, &offered) {
        Ok(seen) => seen,
        Err(error) => {
            trial.outcome = Some(Err(named(&error, waiting)));
            return Ok(trial);
        }
    };
    (trial.read_as, trial.columns) = (seen.read_as, seen.columns);
    if trial.choice.table.is_empty() {
        let Some(guess) = seen.guess else { return Ok(trial) };
        trial.choice.table = guess.table.name.into();
        trial.choice.mapping = guess.mapping.map_or(NONE.into(), |at| all[at].0.clone());
    }
    let tried = request(data, waiting, &path, &all, &trial.choice).and_then(|request| import::rehearse(&request));
    trial.outcome = Some(match tried {
        Ok((summary, first)) => {
            trial.first = (first.columns, first.rows);
            Ok(outcome(&summary))
        }
        Err(error) => Err(named(&error, waiting)),
    });
    Ok(trial)
}

/// An error in the words of the person who brought the file: its name, and not the path by which it is held.
fn named(error: &Error, waiting: &Waiting) -> String {
    error.to_string().replace(&waiting.path().display().to_string(), &waiting.name)
}

fn take_in(data: &Path, waiting: &Waiting, choice: &Choice) -> Result<Summary, Error> {
    let (all, path) = (mappings(data)?, waiting.path());
    import::import(&request(data, waiting, &path, &all, choice)?, |_| {})
}

fn request<'a>(
    data: &'a Path,
    waiting: &'a Waiting,
    path: &'a Path,
    all: &[(String, Mapping)],
    choice: &Choice,
) -> Result<Request<'a>, Error> {
    let table = Table::named(&choice.table);
    let table = table.ok_or_else(|| Error::new(format!("no fact table is called {}", choice.table)))?;
    let mapping = mapping(all, choice)?;
    let source = mapping.source.clone().unwrap_or_else(|| table.name.into());
    Ok(Request { data, table, file: path, name: Some(&waiting.name), mapping, source, now: now() })
}

fn outcome(summary: &Summary) -> Outcome {
    let reasons = summary.reasons.iter().map(|reason| Reason {
        column: reason.column.clone(),
        code: reason.code.clone(),
        detail: reason.detail.clone(),
        rows: reason.rows,
        lines: reason.lines.clone(),
    });
    Outcome {
        read: summary.read,
        accepted: summary.accepted,
        unchanged: summary.unchanged,
        replaced: summary.replaced,
        rejected: summary.rejected,
        reasons: reasons.collect(),
        emptied: summary.emptied.iter().map(|(column, times)| (column.clone(), *times)).collect(),
    }
}
