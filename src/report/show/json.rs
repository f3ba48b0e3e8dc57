//! The same for machines.

use anyhow::Context as _;
use serde::Serialize;
use serde_json::Value;

use super::Found;
use crate::evidence::Record;

/// Grows with any change that an old reader would misread.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Answer<'a> {
    version: u32,
    records: Vec<Item<'a>>,
}

#[derive(Serialize)]
struct Item<'a> {
    #[serde(flatten)]
    this: Line<'a>,
    landed: Option<Line<'a>>,
    followups: Vec<Line<'a>>,
    /// The number of the record that holds the policy.
    policy: Option<u64>,
    before: Option<u64>,
    after: Option<After>,
}

#[derive(Serialize)]
struct After {
    seq: u64,
    /// Whether it names this record by its hash.
    follows: bool,
}

/// A record, once as it stands in the file and once taken apart.
#[derive(Serialize)]
struct Line<'a> {
    seq: u64,
    sha256: &'a str,
    line: &'a str,
    record: Value,
}

/// One JSON object and a line feed.
///
/// # Errors
/// Where it can't be put into JSON.
pub fn json(found: &[Found]) -> anyhow::Result<String> {
    let records = found.iter().map(item).collect::<anyhow::Result<Vec<_>>>()?;
    let answer = Answer { version: VERSION, records };
    let mut text = serde_json::to_string(&answer).context("putting the answer into JSON")?;
    text.push('\n');
    Ok(text)
}

fn item(found: &Found) -> anyhow::Result<Item<'_>> {
    Ok(Item {
        this: line(&found.record)?,
        landed: found.landed.as_ref().map(line).transpose()?,
        followups: found.followups.iter().map(line).collect::<anyhow::Result<Vec<_>>>()?,
        policy: found.policy.as_ref().map(|policy| policy.seq),
        before: found.before.as_ref().map(|before| before.seq),
        after: found
            .after
            .as_ref()
            .map(|(after, follows)| After { seq: after.seq, follows: *follows }),
    })
}

fn line(record: &Record) -> anyhow::Result<Line<'_>> {
    let fields = serde_json::from_str(&record.line).context("taking a record apart")?;
    Ok(Line { seq: record.seq, sha256: &record.sha256, line: &record.line, record: fields })
}
