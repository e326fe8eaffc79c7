//! Makes the synthetic county's facts: workers draw one resident range after another, one thread writes them.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};

use analytics::import::Directory;
use analytics::lake::{Lake, write_private};
use analytics::layout::{RANGES, split_points};
use analytics::lock::lock;
use analytics::rows::Rows;
use analytics::{Error, Result};
use county::{Batch, County, Live, Plan, Span};
use facts::{ResidentId, TABLES};

use crate::output;

/// Text that stands in the `source` of the county's rows.
const SOURCE: &str = "county";

/// The residents of one range, in the order in which they are stored.
type Range = Vec<(ResidentId, u32)>;

/// Makes the county's facts as they are known when it is made; gives the contacts that happen in the log.
pub fn make(data: &Path, county: &County) -> Result<Vec<Live>> {
    let lake = Lake::open(data)?;
    let _lock = lock(data)?;
    let plan = county.plan();
    if !data.join("keys").join("directory.key").exists() {
        Directory::keep_key(data, &directory_key(plan.seed))?;
    }
    let known = county.past();
    let mut commit = lake.commit()?;
    commit.made_with(&Directory::with_key(&directory_key(plan.seed)).check())?;
    let bar = output::progress("making the county", Some(RANGES as u64));
    let mut live = Vec::new();
    for mut batch in [county.shared(), county.anonymous()] {
        let mut tables = tables();
        gather(&batch, known, &mut tables);
        tables.iter_mut().filter(|rows| !rows.is_empty()).try_for_each(|rows| commit.add(rows).map(drop))?;
        live.append(&mut batch.live);
    }
    let mut corrections = Vec::new();
    // The rows that a range's residents leave, and the later versions of some of them.
    let draw = |range: &Range| {
        let (mut tables, mut live) = ([tables(), tables()], Vec::new());
        for (id, number) in range {
            let mut drawn = county.resident(*number, *id);
            live.append(&mut drawn[0].live);
            for (batch, tables) in drawn.iter().zip(&mut tables) {
                gather(batch, known, tables);
            }
        }
        (tables, live)
    };
    on_all_ranges(county, draw, |made| {
        for ([mut rows, corrected], mut range_live) in made {
            rows.iter_mut().filter(|rows| !rows.is_empty()).try_for_each(|rows| commit.add(rows).map(drop))?;
            corrections.push(corrected);
            live.append(&mut range_live);
            bar.inc(1);
        }
        Ok(())
    })?;
    for rows in corrections.iter_mut().flatten().filter(|rows| !rows.is_empty()) {
        commit.add(rows)?;
    }
    keep_plan(data, plan)?;
    commit.finish()?;
    bar.finish_and_clear();
    // Which range came first is a matter of chance.
    live.sort_unstable_by(|left, right| left.contact.contact_id.0.cmp(&right.contact.contact_id.0));
    Ok(live)
}

/// Facts that become known of the county in a span: draws the county once more.
pub fn coming(county: &County, span: Span) -> Result<[Batch; 2]> {
    let draw = |range: &Range| {
        let mut coming = [Batch::default(), Batch::default()];
        for (id, number) in range {
            for (mut drawn, coming) in county.resident(*number, *id).into_iter().zip(&mut coming) {
                drawn.keep(span);
                coming.append(drawn);
            }
        }
        coming
    };
    let mut all = [Batch::default(), Batch::default()];
    for mut batch in [county.shared(), county.anonymous()] {
        batch.keep(span);
        all[0].append(batch);
    }
    on_all_ranges(county, draw, |made| {
        made.into_iter().for_each(|coming| all.iter_mut().zip(coming).for_each(|(all, batch)| all.append(batch)));
        Ok(())
    })?;
    all.iter_mut().for_each(|batch| {
        batch.live.sort_unstable_by(|left, right| left.contact.contact_id.0.cmp(&right.contact.contact_id.0));
    });
    Ok(all)
}

/// Writes what becomes known in a span into the facts.
pub fn bring(data: &Path, coming: &[Batch; 2], span: Span) -> Result<()> {
    let lake = Lake::open(data)?;
    let _lock = lock(data)?;
    let mut commit = lake.commit()?;
    let mut tables = tables();
    let mut is_any = false;
    for batch in coming {
        gather(batch, span, &mut tables);
        for rows in tables.iter_mut().filter(|rows| !rows.is_empty()) {
            is_any = true;
            commit.add(rows)?;
            commit.compact(rows.table, false)?;
        }
    }
    if is_any {
        commit.finish()?;
    }
    Ok(())
}

/// Draws every range on all cores, and hands each on as it is made.
fn on_all_ranges<T: Send>(
    county: &County,
    draw: impl Fn(&Range) -> T + Sync,
    take: impl FnOnce(Receiver<T>) -> Result<()>,
) -> Result<()> {
    let mut directory = Directory::with_key(&directory_key(county.plan().seed));
    let mut ranges: Vec<Range> = vec![Vec::new(); RANGES];
    let firsts: Vec<i64> = split_points().collect();
    for number in county.numbers() {
        let id = directory.resident(County::source_id(number).as_bytes());
        ranges[firsts.partition_point(|first| *first <= id) - 1].push((ResidentId(id), number));
    }
    ranges.iter_mut().for_each(|range| range.sort_unstable());
    let (send, made) = sync_channel::<T>(1);
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            let (send, next, draw, ranges) = (send.clone(), &next, &draw, &ranges);
            scope.spawn(move || {
                while let Some(range) = ranges.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if send.send(draw(range)).is_err() {
                        break;
                    }
                }
            });
        }
        drop(send);
        take(made)
    })
}

fn directory_key(seed: u64) -> Vec<u8> {
    [b"luotsi demo ".as_slice(), &seed.to_be_bytes()].concat()
}

fn tables() -> Vec<Rows> {
    TABLES.iter().map(|table| Rows::new(table)).collect()
}

/// Puts what becomes known in a span into tables.
fn gather(batch: &Batch, span: Span, tables: &mut [Rows]) {
    batch.each(span, &mut |table, values, recorded| tables[table].push(values, SOURCE, recorded, 0));
}

/// Says in the data directory of which county its people are, and that they are invented.
fn keep_plan(data: &Path, plan: &Plan) -> Result<()> {
    let made = analytics::measure::instant_text(plan.made);
    let Plan { residents, seed, .. } = plan;
    let about =
        format!("The people of this county are invented.\nresidents: {residents}\nseed: {seed}\nmade: {made}\n");
    write_private(&data.join("synthetic"), &about)
}

/// The plan of the county that stands in a data directory; an older program's says not when it was made.
pub fn standing(data: &Path) -> Result<Plan> {
    let path = data.join("synthetic");
    let stands = std::fs::read_to_string(&path).map_err(|error| Error::file("read", &path, error))?;
    let of = |name: &str| stands.lines().find_map(|line| line.strip_prefix(name).map(str::trim));
    let plan = || {
        let made: jiff::Timestamp = of("made:")?.parse().ok()?;
        let (residents, seed) = (of("residents:")?.parse().ok()?, of("seed:")?.parse().ok()?);
        Some(Plan { residents, seed, made: made.as_microsecond() })
    };
    plan().ok_or_else(|| {
        Error::new("the county that stands here was made by another version of Luotsi")
            .at(path.display())
            .remedy("give another directory with --data, or remove this one")
    })
}
