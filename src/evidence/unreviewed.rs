//! The emergencies that nobody has reviewed yet: an index beside the file, which can always be made anew.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::beside::{beside, replace};
use super::{Body, FollowupKind, Mark, Record, Records, read_from};
use crate::model::{ObjectId, RefName, Unreviewed};

/// What the chain says up to a record. A push goes on from there and reads the rest, so
/// that it may be behind the chain, and nothing is missed. Only emergencies pay for it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Index {
    mark: Option<Mark>,
    open: Vec<Open>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Open {
    seq: u64,
    repo: String,
    target: RefName,
    commit: ObjectId,
    by: String,
    due: Timestamp,
}

/// The emergencies of one repository that are on record and that nobody has reviewed,
/// as far as the evidence knows.
///
/// # Errors
/// Where the chain is broken or can't be read, or the index can't be written.
pub fn unreviewed(evidence: &Path, repository: &str) -> anyhow::Result<Vec<Unreviewed>> {
    let known = load(evidence)?;
    let index = match go_on(evidence, known.clone()) {
        Ok(index) => index,
        // The index may be of another file, or cut short: only the chain counts.
        Err(_) if known.mark.is_some() => go_on(evidence, Index::default())?,
        Err(error) => return Err(error),
    };
    if index != known {
        store(evidence, &index)?;
    }
    let ours = index.open.into_iter().filter(|open| open.repo == repository);
    Ok(ours
        .map(|open| Unreviewed {
            seq: open.seq,
            target: open.target,
            commit: open.commit,
            by: open.by,
            due: open.due,
        })
        .collect())
}

fn go_on(evidence: &Path, mut index: Index) -> anyhow::Result<Index> {
    let reading = || format!("reading the evidence {}", evidence.display());
    let mut records: Records = read_from(evidence, index.mark.as_ref())?;
    while let Some(record) = records.next() {
        let record = record.with_context(reading)?;
        index.apply(&record);
        index.mark = Some(records.mark(&record));
    }
    Ok(index)
}

impl Index {
    fn apply(&mut self, record: &Record) {
        match &record.body {
            Body::Change(change) if change.is_allowed() => {
                let (Some(emergency), Some(new)) = (&change.emergency, &change.new) else { return };
                self.open.retain(|open| open.seq != record.seq);
                self.open.push(Open {
                    seq: record.seq,
                    repo: change.repo.clone(),
                    target: change.target().clone(),
                    commit: new.clone(),
                    by: change.pusher.name.clone().unwrap_or_else(|| "somebody".to_owned()),
                    due: emergency.due,
                });
            }
            Body::Followup(followup) if is_end(&followup.kind) => {
                self.open.retain(|open| open.seq != followup.of);
            }
            _ => {}
        }
    }
}

/// Whether nobody has to review an emergency any more.
pub(super) fn is_end(kind: &FollowupKind) -> bool {
    use FollowupKind::{Dismissed, EmergencyReviewed, NeverLanded};
    matches!(kind, EmergencyReviewed | NeverLanded | Dismissed)
}

/// An index that can't be understood is none.
fn load(evidence: &Path) -> anyhow::Result<Index> {
    let path = file(evidence);
    match std::fs::read(&path) {
        Ok(text) => Ok(serde_json::from_slice(&text).unwrap_or_else(|_| Index::default())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Index::default()),
        Err(error) => Err(error).with_context(|| format!("reading {}", path.display())),
    }
}

fn store(evidence: &Path, index: &Index) -> anyhow::Result<()> {
    let path = file(evidence);
    let text = serde_json::to_vec(index).with_context(|| format!("writing {}", path.display()))?;
    replace(&path, &text)
}

fn file(evidence: &Path) -> PathBuf {
    beside(evidence, ".unreviewed")
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;
    use crate::evidence::{Body, Followup, append};
    use crate::policy::{Policy, TEMPLATE};

    fn policy() -> Policy {
        Policy::parse(Path::new("c.toml"), TEMPLATE).unwrap()
    }

    /// Appends something that says nothing about emergencies.
    fn grow(evidence: &Path) {
        let nothing = Followup::of(0, FollowupKind::TicketClosed);
        let body = [Body::Followup(Box::new(nothing))];
        let until = Instant::now() + Duration::from_secs(5);
        append(evidence, &policy(), Timestamp::now(), &body, until).unwrap();
    }

    fn mark(evidence: &Path) -> Mark {
        load(evidence).unwrap().mark.unwrap()
    }

    #[test]
    fn a_later_push_goes_on_where_an_earlier_one_stopped() {
        let dir = tempfile::tempdir().unwrap();
        let evidence = dir.path().join("evidence.jsonl");
        assert_eq!(unreviewed(&evidence, "app").unwrap(), []);
        grow(&evidence);
        unreviewed(&evidence, "app").unwrap();
        let first = mark(&evidence);
        grow(&evidence);
        // A write that was torn off, and the record that vouches for it.
        let mut torn = std::fs::read(&evidence).unwrap();
        torn.extend(b"{\"v\":1,\"seq\":4,");
        std::fs::write(&evidence, torn).unwrap();
        unreviewed(&evidence, "app").unwrap();
        let second = mark(&evidence);
        assert_ne!(first, second);
        grow(&evidence);
        grow(&evidence);
        unreviewed(&evidence, "app").unwrap();
        assert_ne!(second, mark(&evidence));
        let whole = go_on(&evidence, Index::default()).unwrap();
        assert_eq!(load(&evidence).unwrap(), whole);
    }

    #[test]
    fn an_index_of_another_file_is_made_anew_and_a_broken_chain_is_an_error() {
        let dir = tempfile::tempdir().unwrap();
        let evidence = dir.path().join("evidence.jsonl");
        for _ in 0..3 {
            grow(&evidence);
        }
        unreviewed(&evidence, "app").unwrap();
        let old = mark(&evidence);
        std::fs::remove_file(&evidence).unwrap();
        for _ in 0..5 {
            grow(&evidence);
        }
        unreviewed(&evidence, "app").unwrap();
        assert_ne!(old, mark(&evidence));
        // What is edited behind the mark is found, and before it by nobody who is in a
        // hurry.
        grow(&evidence);
        let text = std::fs::read_to_string(&evidence).unwrap();
        let last = text.rfind("ticket-closed").unwrap();
        let edited = format!("{}ticket-opened{}", &text[..last], &text[last + 13..]);
        std::fs::write(&evidence, &edited).unwrap();
        grow(&evidence);
        std::fs::write(
            &evidence,
            std::fs::read_to_string(&evidence).unwrap().replace("opened", "closed"),
        )
        .unwrap();
        assert!(unreviewed(&evidence, "app").is_err());
    }
}
