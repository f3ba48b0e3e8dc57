//! A baseline that an admin sets.

use std::time::Instant;

use anyhow::Context as _;
use jiff::Timestamp;

use super::{Baseline, Body, Reason, Tips, append};
use crate::model::{ObjectId, Receipt, RefName};
use crate::policy::Policy;

/// Records where an admin lets claims about a ref start.
///
/// # Errors
/// Where the evidence can't be written.
pub fn baseline(
    policy: &Policy,
    repository: &str,
    name: &RefName,
    commit: &ObjectId,
) -> anyhow::Result<Receipt> {
    let body = Body::Baseline(Baseline::of(repository, name, commit, Reason::Admin));
    let until = Instant::now() + policy.deadline;
    let receipts = append(&policy.evidence, policy, Timestamp::now(), &[body], until)?;
    Tips::beside(&policy.evidence, repository).found(name, commit)?;
    receipts.into_iter().next().context("the evidence gave no receipt")
}
