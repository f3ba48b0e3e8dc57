//! Going on after a loss: the record that says so, and what is known of what is gone.

use std::time::Instant;

use anyhow::{Context as _, bail};
use jiff::Timestamp;

use super::{Body, Index, Lost, Restored, SetBack, chain, read};
use crate::model::Receipt;
use crate::policy::Policy;

/// What was lost, in words, and the receipt of the record that says so.
///
/// # Errors
/// Where nothing was lost, or the record can't be written.
pub fn restore(policy: &Policy, account: &str, reason: &str) -> anyhow::Result<(String, Receipt)> {
    let index = Index::beside(&policy.evidence);
    let set_back = match index.check() {
        Err(error) => Some(error.downcast::<SetBack>()?),
        Ok(()) => None,
    };
    let is_empty = match policy.evidence.try_exists().context("looking for the evidence")? {
        true => read(&policy.evidence)?.next().is_none(),
        false => true,
    };
    let is_gone = is_empty && chain::never_before(&policy.evidence).is_err();
    if set_back.is_none() && !is_gone {
        bail!("nothing of the evidence {} is known to be lost", policy.evidence.display());
    }
    let lost = match &set_back {
        Some(known) => format!("all up to record #{} of the file {}", known.seq, known.log),
        None => "a file of which nothing is known".to_owned(),
    };
    let body = Body::Restored(Restored {
        account: account.to_owned(),
        reason: reason.to_owned(),
        lost: set_back.map(|known| Lost { log: known.log, seq: known.seq, sha256: known.sha256 }),
    });
    index.forget()?;
    let until = Instant::now() + policy.deadline;
    let now = Timestamp::now();
    let receipts = chain::append(&policy.evidence, policy, now, &[body], until)?;
    index.catch_up()?;
    let receipt = receipts.into_iter().next().context("the evidence gave no receipt")?;
    Ok((lost, receipt))
}
