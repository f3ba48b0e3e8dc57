//! The one procedure: gather, judge, record, answer.

mod beginning;
mod kept;
mod landed;
mod ledger;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

pub(crate) use beginning::listed;
use jiff::Timestamp;
pub use kept::Kept;
pub use landed::post_receive;
use ledger::Ledger;

use crate::digest::{Frame, Occasion, digest};
use crate::evidence::{self, append};
use crate::exit::Exit;
use crate::gather::facts::Servers;
use crate::gather::host::{self, Call, Pointers, Variable};
use crate::gather::push::governed::{Governed, Target};
use crate::gather::push::{Sources, aliased, judged, outdated, targets};
use crate::gather::{config, git::Repo, push_options, ref_lines};
use crate::guard::Guard;
use crate::judge::judge;
use crate::model::review::Moment;
use crate::model::{Brought, ObjectId, Plea, Pusher, Receipt, Verdict, Violation};
use crate::policy::Policy;

/// What is kept of the deadline for judging, recording and answering.
const ANSWERING: Duration = Duration::from_millis(700);

/// What the pusher sees, and what git is told.
#[derive(Clone, Debug)]
pub struct Answer {
    /// For standard error; empty for a push that concerns nothing governed.
    pub text: String,
    /// For git.
    pub exit: Exit,
}

/// Judges one push: `input` is what git wrote to the hook's standard input.
///
/// # Errors
/// Where anything is in the way of a decision; the guard makes it a failure report.
pub fn pre_receive(
    guard: &Guard,
    config: &Path,
    input: &[u8],
    variable: Variable<'_>,
) -> anyhow::Result<Answer> {
    guard.doing(format!("reading the config {}", config.display()));
    let policy = Arc::new(config::load(config)?);
    guard.heed(policy.deadline, policy.contact.clone());
    guard.begin_lines_with(host::line_prefix(&policy.host, variable));

    guard.doing("opening the repository");
    let repo = Repo::open_in_hook(variable)?;
    let (repository, pusher) = match host::call(&policy.host, variable, repo.directory())? {
        Call::Code { repository, pusher } => (repository, pusher),
        Call::Wiki => return Ok(silence()),
    };
    let lines = match ref_lines::parse(input, repo.id_length()) {
        Ok(lines) => lines,
        Err(fault) => return Ok(refusal(&policy, repository, pusher, fault, &[])),
    };
    guard.doing("finding which refs are governed");
    let values: Vec<ObjectId> =
        lines.iter().filter_map(|line| line.change.new_id()).cloned().collect();
    let targets = targets(&repo, variable("GIT_NAMESPACE").as_deref(), lines)?;
    let judged = judged(&policy, &repo, &repository, &targets)?;
    let push =
        Push { guard, policy: &policy, repo: &repo, repository: &repository, pusher: &pusher };
    let is_governed = policy.governs_repository(&repository).is_some();
    if judged.is_empty() && !is_governed {
        return Ok(silence());
    }
    guard.doing("finding which commits this push brings");
    let brings = if is_governed { repo.brought(variable, &values)? } else { Vec::new() };
    let brought = Brought { by: pusher.login().map(str::to_owned), at: Timestamp::now() };
    let kept = Kept::beside(&policy.evidence, &repository).with(&brings, brought.clone());
    let answer = match judged.is_empty() {
        true => push.ungoverned(&kept)?,
        false => push.governed(&kept, judged, variable)?,
    };
    if answer.exit == Exit::Accepted {
        guard.doing("keeping who brings these commits");
        evidence::bring(&policy.evidence, &repository, &brought, &brings)?;
    }
    Ok(answer)
}

/// A push to a repository that a table governs.
struct Push<'a> {
    guard: &'a Guard,
    policy: &'a Arc<Policy>,
    repo: &'a Repo,
    repository: &'a str,
    pusher: &'a Pusher,
}

impl Push<'_> {
    /// A push to refs that nothing governs. The first one to a repository puts on record
    /// what is there, so that nothing which it brings can pass for old.
    fn ungoverned(&self, kept: &Kept) -> anyhow::Result<Answer> {
        if !kept.is_known()? {
            let (_, bodies) = self.history(kept)?;
            if !bodies.is_empty() {
                self.guard.doing("taking in the repository, which no record is about yet");
                let (policy, until) = (self.policy, self.guard.ends());
                append(&policy.evidence, policy, Timestamp::now(), &bodies, until)?;
                kept.catch_up()?;
            }
        }
        Ok(silence())
    }

    fn governed(
        &self,
        kept: &Kept,
        judged: Vec<(Target, Governed)>,
        variable: Variable<'_>,
    ) -> anyhow::Result<Answer> {
        let Self { guard, policy, repo, repository, pusher } = *self;
        let ledger = Ledger::new(Arc::clone(policy), repository, pusher, &judged);
        guard.record_failures_by(ledger.witness());
        let fault = match shallow(variable) {
            Some(fault) => Some(fault),
            None => aliased(repo, &judged)?,
        };
        let fault = match fault {
            Some(fault) => Some(fault),
            None => outdated(repo, &judged)?,
        };
        if let Some(fault) = fault {
            let receipts = ledger.refuse(&fault, guard.ends())?;
            let (repository, pusher) = (repository.to_owned(), pusher.clone());
            return Ok(refusal(policy, repository, pusher, fault, &receipts));
        }

        // In time for the digest to say which tickets were not answered for.
        let brings =
            |(_, why): &(Target, Governed)| matches!(why, Governed::Branch(_) | Governed::Tag(_));
        let pointers = Pointers::read(&policy.host, variable);
        let until = guard.ends() - ANSWERING;
        let servers =
            judged.iter().any(brings).then(|| Servers::start(policy, repository, &pointers, until));
        let (history, before) = self.history(kept)?;
        let doing = |what| guard.doing(what);
        let moment = Moment::Push;
        let mut sources = Sources::new(policy, repo, repository, &history, kept, moment, &doing);
        let plea = push_options::plea(variable);
        let facts = sources.facts(pusher.clone(), plea, judged, servers.as_ref())?;
        guard.doing("judging the push");
        let verdict = judge(policy, facts);
        guard.doing(format!("writing the evidence to {}", policy.evidence.display()));
        let starts = beginning::starts(&before);
        let receipts = ledger.record(before, &verdict, guard.elapsed(), guard.ends())?;
        guard.doing("answering");
        let occasion = Occasion::Push;
        let frame = Frame { policy, receipts: &receipts, occasion, starts: &starts };
        Ok(Answer { text: digest(&verdict, &frame), exit: verdict.decision().into() })
    }
}

fn silence() -> Answer {
    Answer { text: String::new(), exit: Exit::Accepted }
}

/// With `receive.shallowUpdate`, a push brings its own boundary of history, behind
/// which nothing could be read (git-receive-pack(1)).
fn shallow(variable: Variable<'_>) -> Option<Violation> {
    variable("GIT_SHALLOW_FILE").filter(|file| !file.is_empty()).map(|_| Violation::ShallowPush)
}

/// A push that can't be taken apart into refs has none to keep a record of.
fn refusal(
    policy: &Policy,
    repository: String,
    pusher: Pusher,
    fault: Violation,
    receipts: &[Receipt],
) -> Answer {
    let (plea, refs) = (Plea::None, Vec::new());
    let verdict = Verdict { repository, pusher, plea, faults: vec![fault], refs };
    let text = digest(&verdict, &Frame { policy, receipts, occasion: Occasion::Push, starts: &[] });
    Answer { text, exit: verdict.decision().into() }
}
