//! `sockembot init`: a config to start from.

use std::io::Write;

use anyhow::Context as _;

use crate::policy::TEMPLATE;

/// Prints the commented config.
///
/// # Errors
/// Where it can't be written.
pub fn init(out: &mut dyn Write) -> anyhow::Result<()> {
    out.write_all(TEMPLATE.as_bytes()).context("printing the config")
}
