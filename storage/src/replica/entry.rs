//! The form in which batches travel.

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

/// The node, the number, and each of the batches in its own form.
type Entry<'a> = (&'a str, u64, Vec<&'a [u8]>);

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

fn bad(sequence: u64, why: &dyn std::fmt::Display) -> StoreError {
    StoreError::Corrupt(format!("entry {sequence} of the log: {why}"))
}

/// The version of the form, and the rest of it.
fn versioned(sequence: u64, bytes: &[u8]) -> Result<(u8, &[u8]), StoreError> {
    match bytes.split_first() {
        Some((&version @ (WITHOUT_RUNG | WITHOUT_SESSIONS | VERSION), form)) => Ok((version, form)),
        Some((version, _)) => {
            let unknown =
                format!("form {version}, this program knows {VERSION}: run the later release");
            Err(bad(sequence, &unknown))
        }
        None => Err(bad(sequence, &"empty")),
    }
}

/// Who proposed what came.
///
/// # Errors
/// As [`batches`].
pub(super) fn origin(sequence: u64, bytes: &[u8]) -> Result<Origin, StoreError> {
    let (_, form) = versioned(sequence, bytes)?;
    let head = postcard::take_from_bytes(form).map_err(|e| bad(sequence, &e))?;
    let ((node, number), _batches) = head;
    Ok(Origin { node, number })
}

/// What came.
///
/// # Errors
/// [`StoreError::Corrupt`] when its form is not known here.
pub(super) fn batches(sequence: u64, bytes: &[u8]) -> Result<Vec<Batch>, StoreError> {
    let (version, form) = versioned(sequence, bytes)?;
    let (_, _, forms): Entry<'_> = postcard::from_bytes(form).map_err(|e| bad(sequence, &e))?;
    let batches = forms.into_iter().map(|batch| {
        if version == WITHOUT_RUNG {
            postcard::from_bytes(&[batch, &[0][..]].concat())
        } else {
            postcard::from_bytes(batch)
        }
    });
    batches
        .collect::<Result<_, _>>()
        .map_err(|e| bad(sequence, &e))
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
        let origin = super::origin(1, &bytes).unwrap();
        assert_eq!((origin.node.as_str(), origin.number), ("n", 300));
        assert_eq!(batches(1, &bytes).unwrap(), [batch(), long]);
    }

    #[test]
    fn entries_of_the_forms_before_are_understood() {
        let form = postcard::to_stdvec(&batch()).unwrap();
        let read = batches(1, &written(WITHOUT_SESSIONS, vec![form])).unwrap();
        assert_eq!(read, [batch()]);
        let mut before = postcard::to_stdvec(&batch()).unwrap();
        assert_eq!(before.pop(), Some(0), "the last field, empty");
        let mut bytes = written(WITHOUT_RUNG, vec![before.clone(), before]);
        assert_eq!(batches(1, &bytes).unwrap(), [batch(), batch()]);
        bytes[0] = VERSION + 1;
        for unknown in [&bytes[..], &[]] {
            let refused = batches(1, unknown);
            assert!(matches!(refused, Err(StoreError::Corrupt(_))));
            let refused = origin(1, unknown).map(drop);
            assert!(matches!(refused, Err(StoreError::Corrupt(_))));
        }
    }
}
