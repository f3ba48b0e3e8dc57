//! The evidence of one push: what goes in, and where it left the refs.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;

use crate::digest::Failure;
use crate::evidence::{
    self, Baseline, Body, Fault, Instead, Mishap, Reason, Tips, append, judged, unjudged,
};
use crate::gather::push::Memory;
use crate::gather::push::governed::{Governed, Target};
use crate::guard::Witness;
use crate::model::{
    Decision, ObjectId, Pusher, Receipt, Recorded, RefName, Role, Unreviewed, Verdict, Violation,
};
use crate::policy::Policy;
use crate::sentences;

/// Keeps the records of one push together, under one id.
pub(super) struct Ledger {
    record: Arc<Known>,
    tips: Tips,
}

/// What is known of the push before it is judged; the watchdog needs it as well.
struct Known {
    policy: Arc<Policy>,
    push: String,
    repository: String,
    pusher: Pusher,
    targets: Vec<Target>,
}

impl Known {
    fn instead(&self, instead: &Instead, until: Instant) -> anyhow::Result<Vec<Receipt>> {
        let body = |target: &Target| {
            let (push, repository) = (&self.push, &self.repository);
            let (line, name, instead) = (&target.line, &target.name, instead.clone());
            Body::Change(Box::new(unjudged(push, repository, &self.pusher, line, name, instead)))
        };
        let bodies: Vec<Body> = self.targets.iter().map(body).collect();
        append(&self.policy.evidence, &self.policy, Timestamp::now(), &bodies, until)
    }
}

impl Ledger {
    /// For the governed refs of a push.
    pub(super) fn new(
        policy: Arc<Policy>,
        repository: &str,
        pusher: &Pusher,
        judged: &[(Target, Governed)],
    ) -> Self {
        let tips = Tips::beside(&policy.evidence, repository);
        let record = Known {
            push: uuid::Uuid::new_v4().to_string(),
            repository: repository.to_owned(),
            pusher: pusher.clone(),
            targets: judged.iter().map(|(target, _)| target.clone()).collect(),
            policy,
        };
        Self { record: Arc::new(record), tips }
    }

    /// Writes one record for each ref of the verdict, and a baseline for each that
    /// is seen for the first time. The receipts are those of the verdict.
    ///
    /// # Errors
    /// Where the evidence can't be written: then the push must be refused.
    pub(super) fn record(
        &self,
        verdict: &Verdict,
        elapsed: Duration,
        until: Instant,
    ) -> anyhow::Result<Vec<Receipt>> {
        let policy = &self.record.policy;
        let first_seen = self.first_seen(verdict)?;
        let mut bodies: Vec<Body> =
            first_seen.iter().map(|(name, commit)| self.baseline(name, commit)).collect();
        let baselines = bodies.len();
        let push = Some(self.record.push.as_str());
        let body = |of_ref| judged(push, verdict, of_ref, policy, elapsed);
        bodies.extend(verdict.refs.iter().map(body));
        let mut receipts = append(&policy.evidence, policy, Timestamp::now(), &bodies, until)?;
        for (name, commit) in &first_seen {
            self.tips.found(name, commit)?;
        }
        if verdict.decision() == Decision::Accept {
            for of_ref in &verdict.refs {
                if let Role::Branch { .. } = &of_ref.update.role {
                    let change = &of_ref.update.line.change;
                    self.tips.allowed(&of_ref.update.target, change.old_id(), change.new_id())?;
                }
            }
        }
        Ok(receipts.split_off(baselines))
    }

    /// Puts on record that the push as a whole was refused, once for each governed ref.
    ///
    /// # Errors
    /// Where the evidence can't be written.
    pub(super) fn refuse(&self, fault: &Violation, until: Instant) -> anyhow::Result<Vec<Receipt>> {
        let what = sentences::of_push(fault, &self.record.policy);
        self.record
            .instead(&Instead::Fault(Fault { rule: fault.rule().code().to_owned(), what }), until)
    }

    /// What puts a failure on record, once for each governed ref.
    pub(super) fn witness(&self) -> Witness {
        let record = Arc::clone(&self.record);
        Arc::new(move |failure: &Failure, until| {
            let mishap = Mishap {
                incident: failure.incident.clone(),
                doing: failure.doing.clone(),
                message: failure.chain.first().cloned().unwrap_or_else(String::new),
                chain: failure.chain.clone(),
            };
            record.instead(&Instead::Mishap(mishap), until)
        })
    }

    /// Branches that were there before any record of them: claims start where they are.
    fn first_seen(&self, verdict: &Verdict) -> anyhow::Result<Vec<(RefName, ObjectId)>> {
        let mut found = Vec::new();
        for of_ref in &verdict.refs {
            let update = &of_ref.update;
            if let (Role::Branch { .. }, Some(old)) = (&update.role, update.line.change.old_id())
                && self.tips.recorded(&update.target)?.is_empty()
            {
                found.push((update.target.clone(), old.clone()));
            }
        }
        Ok(found)
    }

    fn baseline(&self, name: &RefName, commit: &ObjectId) -> Body {
        Body::Baseline(Baseline::of(&self.record.repository, name, commit, Reason::FirstSeen))
    }
}

impl Memory for Ledger {
    fn recorded(&self, target: &RefName) -> anyhow::Result<Recorded> {
        self.tips.recorded(target)
    }

    fn reread(&self, target: &RefName) -> anyhow::Result<Recorded> {
        self.tips.reread(target)
    }

    fn unreviewed(&self) -> anyhow::Result<Vec<Unreviewed>> {
        evidence::unreviewed(&self.record.policy.evidence, &self.record.repository)
    }
}
