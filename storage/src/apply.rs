//! What a log says, into the tables, with how far they are: in one write, on disk a moment after its outcome is told
//! (docs/adr/0017).

use tokio::sync::oneshot;

use crate::Kv;
use crate::plan::{Planner, applied};
use crate::tables::Tables;
use crate::types::{Batch, Committed, StoreError};

/// The outcomes of one entry's batches; none when the tables had it already.
pub(crate) type Outcomes = Vec<Result<Committed, StoreError>>;
/// Told once it is on disk, or will not be.
pub(crate) type Synced = oneshot::Receiver<Result<(), StoreError>>;

/// Batches at their place in a log that others apply as well.
pub(crate) struct Ordered {
    /// The place.
    pub(crate) sequence: u64,
    /// In order.
    pub(crate) batches: Vec<Batch>,
}

/// What applying came to.
pub(crate) enum Applied {
    /// All of it is in the tables.
    Done(Vec<Outcomes>, Synced),
    /// Nothing was done: the tables are only so far, since a disk lost what it had taken.
    Behind(u64),
}

/// Applies the entries after this place, all or none; `told` hears of it before it is on disk.
pub(crate) fn apply(
    tables: &Tables,
    planner: &mut Planner,
    (after, entries): (u64, Vec<Ordered>),
    told: oneshot::Sender<Result<Applied, StoreError>>,
) {
    let kv = tables.kv.as_ref();
    let written = plan(kv, planner, after, entries).and_then(|planned| {
        let changes = planner.take();
        if !changes.is_empty() {
            tables.write(changes)?;
        }
        Ok(planned)
    });
    if written.is_err() {
        planner.reset();
    }
    let (on_disk, synced) = oneshot::channel();
    let written = written.map(|planned| match planned {
        Ok(outcomes) => Applied::Done(outcomes, synced),
        Err(place) => Applied::Behind(place),
    });
    let wrote = matches!(written, Ok(Applied::Done(..)));
    // The reader may be gone; what is written is written all the same.
    let _gone = told.send(written);
    if wrote {
        // Before anything else is written: a disk that is one write behind holds whole writes, in order.
        let kept = kv.sync();
        if kept.is_err() {
            planner.reset();
        }
        let _gone = on_disk.send(kept);
    }
}

/// The outcomes; or how far the tables are, when that is less than was thought.
fn plan(
    kv: &dyn Kv,
    planner: &mut Planner,
    after: u64,
    entries: Vec<Ordered>,
) -> Result<Result<Vec<Outcomes>, u64>, StoreError> {
    planner.refresh(kv)?;
    let mut applied = applied(kv)?;
    if applied < after {
        return Ok(Err(applied));
    }
    let mut all = Vec::with_capacity(entries.len());
    for Ordered { sequence, batches } in entries {
        // Told twice after a restart or a write that was done though it was said to fail.
        if sequence <= applied {
            all.push(Vec::new());
            continue;
        }
        let mut outcomes = Vec::with_capacity(batches.len());
        for batch in batches {
            match planner.add(kv, batch) {
                // The disk's doing, not the batch's: the other nodes will have done it.
                Err(error @ (StoreError::Unavailable(_) | StoreError::Corrupt(_))) => {
                    return Err(error);
                }
                outcome => outcomes.push(outcome),
            }
        }
        planner.mark(sequence);
        applied = sequence;
        all.push(outcomes);
    }
    Ok(Ok(all))
}
