//! A baseline that an admin sets.

use std::time::Instant;

use anyhow::Context as _;
use jiff::Timestamp;

use super::{Baseline, Body, Index, Reason, append};
use crate::model::{ObjectId, Receipt, RefName};
use crate::policy::Policy;

/// Who accepts what a ref holds, and why.
#[derive(Clone, Debug)]
pub struct Accepted {
    /// The account on the server.
    pub account: String,
    /// Their words.
    pub reason: String,
}

/// Records where an admin lets claims about a ref start.
///
/// # Errors
/// Where the evidence can't be written.
pub fn baseline(
    policy: &Policy,
    repository: &str,
    name: &RefName,
    commit: &ObjectId,
    accepted: Accepted,
) -> anyhow::Result<Receipt> {
    let body = Body::Baseline(Baseline {
        account: Some(accepted.account),
        reason: Some(accepted.reason),
        ..Baseline::of(repository, name, commit, Reason::Admin)
    });
    let until = Instant::now() + policy.deadline;
    let receipts = append(&policy.evidence, policy, Timestamp::now(), &[body], until)?;
    Index::beside(&policy.evidence).catch_up()?;
    receipts.into_iter().next().context("the evidence gave no receipt")
}
