//! The evidence of one push: what goes in.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;

use crate::digest::Failure;
use crate::evidence::{Body, Fault, Index, Instead, Mishap, append, judged, unjudged};
use crate::gather::push::governed::{Governed, Target};
use crate::guard::Witness;
use crate::model::{Pusher, Receipt, Verdict, Violation};
use crate::policy::Policy;
use crate::sentences;

/// Keeps the records of one push together, under one id.
pub(super) struct Ledger {
    record: Arc<Known>,
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
        let record = Known {
            push: uuid::Uuid::new_v4().to_string(),
            repository: repository.to_owned(),
            pusher: pusher.clone(),
            targets: judged.iter().map(|(target, _)| target.clone()).collect(),
            policy,
        };
        Self { record: Arc::new(record) }
    }

    /// Writes one record for each ref of the verdict, behind those that had to come
    /// before it. The receipts are those of the verdict.
    ///
    /// # Errors
    /// Where the evidence can't be written: then the push must be refused.
    pub(super) fn record(
        &self,
        before: Vec<Body>,
        verdict: &Verdict,
        elapsed: Duration,
        until: Instant,
    ) -> anyhow::Result<Vec<Receipt>> {
        let policy = &self.record.policy;
        let push = Some(self.record.push.as_str());
        let (ahead, mut bodies) = (before.len(), before);
        let body = |of_ref| judged(push, verdict, of_ref, policy, elapsed);
        bodies.extend(verdict.refs.iter().map(body));
        let mut receipts = append(&policy.evidence, policy, Timestamp::now(), &bodies, until)?;
        Index::beside(&policy.evidence).catch_up()?;
        Ok(receipts.split_off(ahead))
    }

    /// Puts on record that the push as a whole was refused, once for each governed ref.
    ///
    /// # Errors
    /// Where the evidence can't be written.
    pub(super) fn refuse(&self, fault: &Violation, until: Instant) -> anyhow::Result<Vec<Receipt>> {
        let what = sentences::of_push(fault, &self.record.policy);
        let rule = fault.rule().code().to_owned();
        self.record.instead(&Instead::Fault(Fault { rule, what }), until)
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
}
