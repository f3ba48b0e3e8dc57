//! What git says has landed. A hint: the proof is git's own history.

use std::fs::File;
use std::path::Path;
use std::time::Instant;

use anyhow::Context as _;
use jiff::Timestamp;
use serde::Deserialize;

use super::chain::Backwards;
use super::{Body, Index, append, write};
use crate::model::{Change, ObjectId, RefName};
use crate::policy::Policy;

/// Records that these refs were written, each with the change that had let it in.
///
/// # Errors
/// Where the evidence can't be read or written.
pub fn landed(
    policy: &Policy,
    repository: &str,
    moves: &[(RefName, Change)],
    until: Instant,
) -> anyhow::Result<()> {
    let changes = changes(&policy.evidence, repository, moves)?;
    let body = |((name, change), seq): (&(RefName, Change), &Option<u64>)| {
        Body::Landed(write::landed(*seq, repository, name, change.old_id(), change.new_id()))
    };
    let bodies: Vec<Body> = moves.iter().zip(&changes).map(body).collect();
    append(&policy.evidence, policy, Timestamp::now(), &bodies, until)?;
    Index::beside(&policy.evidence).catch_up()
}

/// What of a line tells whether it let a move in.
#[derive(Deserialize)]
struct Allowed {
    seq: u64,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    decision: String,
    #[serde(default)]
    repo: String,
    #[serde(default, rename = "ref")]
    name: Option<RefName>,
    #[serde(default)]
    target: Option<RefName>,
    #[serde(default)]
    old: Option<ObjectId>,
    #[serde(default)]
    new: Option<ObjectId>,
}

/// The number of the last change or approval that let each move in. The hook that asked for it
/// has just ended, so it stands near the end.
fn changes(
    path: &Path,
    repository: &str,
    moves: &[(RefName, Change)],
) -> anyhow::Result<Vec<Option<u64>>> {
    let reading = || format!("reading the evidence {}", path.display());
    let mut file = File::open(path).with_context(reading)?;
    let mut found = vec![None; moves.len()];
    for line in Backwards::of(&mut file).with_context(reading)? {
        if found.iter().all(Option::is_some) {
            break;
        }
        // What is no record here is for the chain's readers to complain about.
        let Ok(record) = serde_json::from_slice::<Allowed>(&line.with_context(reading)?) else {
            continue;
        };
        let is_push = matches!(&*record.kind, "change" | "approval");
        if !is_push || (&*record.decision, &*record.repo) != ("allow", repository) {
            continue;
        }
        for ((name, change), seq) in moves.iter().zip(&mut found) {
            let is_it = record.target.as_ref().or(record.name.as_ref()) == Some(name)
                && record.old.as_ref() == change.old_id()
                && record.new.as_ref() == change.new_id();
            if is_it && seq.is_none() {
                *seq = Some(record.seq);
            }
        }
    }
    Ok(found)
}
