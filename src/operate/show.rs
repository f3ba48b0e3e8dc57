//! `sockembot show`: one sampled item, out of the evidence.

use std::path::Path;

use anyhow::Context as _;

use super::check::Format;
use crate::evidence::read_kept;
use crate::exit::Exit;
use crate::gather::config;
use crate::report::show::{self, Search, Wanted};

/// Looks an item up, and shows it.
///
/// # Errors
/// Where the config or the evidence can't be read, or the chain is broken.
pub fn show(wanted: &Wanted, format: Format, path: &Path) -> anyhow::Result<(String, Exit)> {
    let policy = config::load(path)?;
    let mut search = Search::new(wanted.clone());
    for record in read_kept(&policy.evidence)? {
        let reading = || format!("reading the evidence {}", policy.evidence.display());
        search.record(&record.with_context(reading)?);
    }
    let found = search.finish();
    let text = match format {
        Format::Text => show::text(wanted, &found),
        Format::Json => show::json(&found)?,
    };
    Ok((text, if found.is_empty() { Exit::Refused } else { Exit::Accepted }))
}
