//! The answer as the pusher reads it: verdict in, 72 columns of ASCII frame out. Pure.

mod accepted;
mod clip;
mod emergency;
mod failure;
mod hints;
mod refused;
mod requests;
mod starts;

pub use emergency::review_of;
pub use failure::{Failure, Remedy, complaint, failure};

use crate::model::{Decision, ObjectId, Receipt, RefName, Verdict};
use crate::policy::{Clip, Policy};
use crate::text::{self, clean, fit};

/// What the digest says beside the verdict.
#[derive(Clone, Debug)]
pub struct Frame<'a> {
    /// The policy that was applied.
    pub policy: &'a Policy,
    /// The evidence records of this push; none where there is none.
    pub receipts: &'a [Receipt],
    /// Whether anything is pushed at all.
    pub occasion: Occasion,
    /// Refs of which claims start with this push.
    pub starts: &'a [Started],
}

/// A ref of which claims start with a push: what it holds is taken as it is, on record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Started {
    /// The ref.
    pub name: RefName,
    /// Where it is.
    pub commit: ObjectId,
    /// Why it starts there.
    pub why: Began,
}

/// Why claims about a ref start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Began {
    /// No record was about the repository.
    FirstSeen,
    /// Its rules are enforced for the first time, and monitor mode had let in what broke
    /// one.
    MonitorMode,
}

/// On which occasion a verdict is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occasion {
    /// A push, which lands or does not.
    Push,
    /// Somebody asks before pushing.
    ByHand,
}

/// The whole text for the pusher. Every line fits [`text::WIDTH`], save a
/// command or an id that must survive copying.
pub fn digest(verdict: &Verdict, frame: &Frame<'_>) -> String {
    let mut out = match verdict.decision() {
        Decision::Accept => accepted::accepted(verdict, frame),
        Decision::Refuse => {
            let clip = frame.policy.clip;
            refused::refused(verdict, frame, clip)
        }
        Decision::Undecided => refused::refused(verdict, frame, Clip::Hidden),
    };
    out.push_str(&closing(verdict, frame));
    out
}

/// The facts that a person quotes: policy, evidence, pusher; then where to read on.
fn closing(verdict: &Verdict, frame: &Frame<'_>) -> String {
    let policy = frame.policy;
    let mut facts = format!("policy {}", policy.sha256.get(..8).unwrap_or(&policy.sha256));
    match records(frame.receipts) {
        Some(records) => facts.push_str(&format!(", {records}")),
        None => facts.push_str(", no evidence"),
    }
    let who = match (verdict.pusher.login(), verdict.pusher.source()) {
        (Some(login), Some(source)) => {
            format!("pushed by {} ({})", fit(login, 40), fit(source, 30))
        }
        _ => "pusher unknown".to_owned(),
    };
    let mut out = text::wrap(&format!("{facts}, {who}"), "", "  ");
    if let Some(url) = &policy.help_url {
        out.push_str(&format!("help {}\n", clean(url)));
    }
    out
}

/// `evidence #12 9f8e7d6c`, the number and the hash's head, as a witness of the chain.
pub fn records(receipts: &[Receipt]) -> Option<String> {
    match receipts {
        [] => None,
        [one] => Some(format!("evidence #{} {}", one.seq, one.short())),
        [first, .., last] => {
            Some(format!("evidence #{}-#{} {}", first.seq, last.seq, last.short()))
        }
    }
}
