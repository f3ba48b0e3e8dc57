//! The answer of `sockembot check --format json`: the records that a push would make.

use std::time::Duration;

use anyhow::Context as _;
use serde::Serialize;

use super::format::Change;
use super::write;
use crate::model::{Decision, Rule, Verdict};
use crate::policy::Policy;
use crate::sentences;

/// Grows with any change that an old reader would misread.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Answer<'a> {
    version: u32,
    repository: &'a str,
    decision: Decision,
    policy: &'a str,
    faults: Vec<Fault>,
    refs: Vec<Change>,
}

#[derive(Serialize)]
struct Fault {
    rule: Rule,
    what: String,
}

/// One JSON object and a line feed.
///
/// # Errors
/// Where it can't be put into JSON.
pub fn as_json(verdict: &Verdict, decision: Decision, policy: &Policy) -> anyhow::Result<String> {
    let fault = |violation| Fault {
        rule: crate::model::Violation::rule(violation),
        what: sentences::of_push(violation, policy),
    };
    let answer = Answer {
        version: VERSION,
        repository: &verdict.repository,
        decision,
        policy: &policy.sha256,
        faults: verdict.faults.iter().map(fault).collect(),
        refs: verdict
            .refs
            .iter()
            .map(|of_ref| write::change(None, verdict, of_ref, policy, Duration::ZERO))
            .collect(),
    };
    let mut text = serde_json::to_string(&answer).context("putting the answer into JSON")?;
    text.push('\n');
    Ok(text)
}
