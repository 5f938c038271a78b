//! What a log says, into the tables, with how far they are: in one write.

use tokio::sync::oneshot;

use crate::Kv;
use crate::plan::{Planner, applied};
use crate::tables::Tables;
use crate::types::{Batch, Committed, StoreError};

/// The outcomes of one entry's batches; none when the tables had it already.
pub(crate) type Outcomes = Vec<Result<Committed, StoreError>>;

/// Batches at their place in a log that others apply as well.
pub(crate) struct Ordered {
    /// The place.
    pub(crate) sequence: u64,
    /// In order.
    pub(crate) batches: Vec<Batch>,
}

/// Applies the entries, all or none.
pub(crate) fn apply(
    tables: &Tables,
    planner: &mut Planner,
    entries: Vec<Ordered>,
    told: oneshot::Sender<Result<Vec<Outcomes>, StoreError>>,
) {
    let written = plan(tables.kv.as_ref(), planner, entries).and_then(|mut outcomes| {
        let (changes, stamp) = planner.take(&tables.stamps);
        for done in outcomes.iter_mut().flatten().flatten() {
            done.stamp = stamp;
        }
        if !changes.is_empty() {
            tables.write(changes)?;
        }
        Ok(outcomes)
    });
    if written.is_err() {
        planner.reset();
    }
    // The reader may be gone; what is written is written all the same.
    let _gone = told.send(written);
}

fn plan(
    kv: &dyn Kv,
    planner: &mut Planner,
    entries: Vec<Ordered>,
) -> Result<Vec<Outcomes>, StoreError> {
    planner.refresh(kv)?;
    let mut applied = applied(kv)?;
    let mut all = Vec::with_capacity(entries.len());
    for Ordered { sequence, batches } in entries {
        // Told twice after a write that was done though it was said to fail.
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
    Ok(all)
}
