//! Appending to a file that is still the one that was read: evidence that was set back takes no record.

use std::path::Path;
use std::time::Instant;

use jiff::Timestamp;

use super::{Body, Index, chain};
use crate::model::Receipt;
use crate::policy::Policy;

/// Appends the records and comes back when they are on the disk. One receipt for each.
/// `time` is the time of the call.
///
/// # Errors
/// [`super::SetBack`], where the file does not hold what has been read of it: its numbers
/// would be given a second time. And where anything is in the way of the write.
pub fn append(
    path: &Path,
    policy: &Policy,
    time: Timestamp,
    bodies: &[Body],
    until: Instant,
) -> anyhow::Result<Vec<Receipt>> {
    Index::beside(path).check()?;
    chain::append(path, policy, time, bodies, until)
}
