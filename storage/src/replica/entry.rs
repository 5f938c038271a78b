//! The form in which batches travel.

use serde::Deserialize;

use crate::types::{Batch, StoreError};

/// The form of entries written today; a later one stops a node, it must not guess.
const VERSION: u8 = 3;
/// The form before: its batches know no condition on sessions.
const WITHOUT_SESSIONS: u8 = 2;
/// The first form: its batches know nothing of timers that rang, either, which is an empty list at their end.
const WITHOUT_RUNG: u8 = 1;

/// Who proposed it, and under what number.
pub(super) struct Origin {
    pub(super) node: String,
    pub(super) number: u64,
}

#[derive(Deserialize)]
struct Entry<'a> {
    node: &'a str,
    number: u64,
    /// Each a [`Batch`].
    #[serde(borrow)]
    batches: Vec<&'a [u8]>,
}

/// What travels: each of the batches is in its own form already, and is taken over as it is.
///
/// # Errors
/// [`StoreError::Unavailable`] when it has no form.
pub(super) fn encode(origin: &Origin, batches: &[Vec<u8>]) -> Result<Vec<u8>, StoreError> {
    let none = |e: postcard::Error| StoreError::Unavailable(e.to_string());
    let mut form = Vec::with_capacity(64 + batches.iter().map(|b| b.len() + 3).sum::<usize>());
    form.push(VERSION);
    let head = (&origin.node, origin.number, batches.len());
    form = postcard::to_extend(&head, form).map_err(none)?;
    for batch in batches {
        form = postcard::to_extend(&batch.len(), form).map_err(none)?;
        form.extend_from_slice(batch);
    }
    Ok(form)
}

/// What came.
///
/// # Errors
/// [`StoreError::Corrupt`] when its form is not known here.
pub(super) fn decode(sequence: u64, bytes: &[u8]) -> Result<(Origin, Vec<Batch>), StoreError> {
    let bad = |why: String| StoreError::Corrupt(format!("entry {sequence} of the log: {why}"));
    let (version, form) = match bytes.split_first() {
        Some((&version @ (WITHOUT_RUNG | WITHOUT_SESSIONS | VERSION), form)) => (version, form),
        Some((version, _)) => {
            return Err(bad(format!(
                "form {version}, this program knows {VERSION}: run the later release"
            )));
        }
        None => return Err(bad("empty".to_owned())),
    };
    let entry: Entry<'_> = postcard::from_bytes(form).map_err(|e| bad(e.to_string()))?;
    let batches = entry.batches.iter().map(|batch| {
        if version == WITHOUT_RUNG {
            postcard::from_bytes(&[batch, &[0][..]].concat())
        } else {
            postcard::from_bytes(batch)
        }
    });
    let batches = batches.collect::<Result<_, _>>();
    let origin = Origin {
        node: entry.node.to_owned(),
        number: entry.number,
    };
    Ok((origin, batches.map_err(|e| bad(e.to_string()))?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch() -> Batch {
        Batch {
            timers_clear: vec!["t".to_owned()],
            views_delete: vec![b"v".to_vec()],
            ..Batch::default()
        }
    }

    /// As every release wrote it: the node, the number, the batches.
    fn written(version: u8, batches: Vec<Vec<u8>>) -> Vec<u8> {
        let form = postcard::to_stdvec(&("n", 300_u64, batches)).unwrap();
        [vec![version], form].concat()
    }

    #[test]
    fn an_entry_is_read_as_it_was_written_and_written_as_ever() {
        let long = Batch {
            views_delete: vec![vec![7; 1000]],
            ..batch()
        };
        let forms = [&batch(), &long].map(|b| postcard::to_stdvec(b).unwrap());
        let origin = Origin {
            node: "n".to_owned(),
            number: 300,
        };
        let bytes = encode(&origin, &forms).unwrap();
        assert_eq!(bytes, written(VERSION, forms.to_vec()));
        let (origin, batches) = decode(1, &bytes).unwrap();
        assert_eq!((origin.node.as_str(), origin.number), ("n", 300));
        assert_eq!(batches, [batch(), long]);
    }

    #[test]
    fn entries_of_the_forms_before_are_understood() {
        let form = postcard::to_stdvec(&batch()).unwrap();
        let (_, batches) = decode(1, &written(WITHOUT_SESSIONS, vec![form])).unwrap();
        assert_eq!(batches, [batch()]);
        let mut before = postcard::to_stdvec(&batch()).unwrap();
        assert_eq!(before.pop(), Some(0), "the last field, empty");
        let mut bytes = written(WITHOUT_RUNG, vec![before.clone(), before]);
        let (_, batches) = decode(1, &bytes).unwrap();
        assert_eq!(batches, [batch(), batch()]);
        bytes[0] = VERSION + 1;
        assert!(matches!(decode(1, &bytes), Err(StoreError::Corrupt(_))));
        assert!(matches!(decode(1, &[]), Err(StoreError::Corrupt(_))));
    }
}
