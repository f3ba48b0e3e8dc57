//! `sockembot restore`: evidence that was set back or lost goes on, and the loss is on record.

use std::io::Write;
use std::path::Path;

use super::account::account;
use super::baseline::owner;
use crate::evidence;
use crate::gather::config;

/// Puts on record that records were lost, and takes the file as it is.
///
/// # Errors
/// Where nothing was lost, or the record can't be written.
pub fn restore(config: &Path, reason: &str, out: &mut dyn Write) -> anyhow::Result<()> {
    let policy = config::load(config)?;
    owner(&policy.evidence)?;
    let (lost, receipt) = evidence::restore(&policy, &account()?, reason)?;
    writeln!(
        out,
        "on record that {lost} is lost: evidence #{} {}; pushes go on",
        receipt.seq,
        receipt.short()
    )?;
    Ok(())
}
