//! The one procedure: gather, judge, record, answer.

mod landed;
mod ledger;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

pub use landed::post_receive;
use ledger::Ledger;

use crate::digest::{Frame, Occasion, digest};
use crate::exit::Exit;
use crate::gather::facts::Servers;
use crate::gather::host::{self, Call, Pointers, Variable};
use crate::gather::push::governed::Governed;
use crate::gather::push::{Sources, aliased, judged, outdated, targets};
use crate::gather::{config, git::Repo, push_options, ref_lines};
use crate::guard::Guard;
use crate::judge::judge;
use crate::model::review::Moment;
use crate::model::{Plea, Pusher, Receipt, Verdict, Violation};
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
    let targets = targets(&repo, variable("GIT_NAMESPACE").as_deref(), lines)?;
    let judged = judged(&policy, &repo, &repository, &targets)?;
    if judged.is_empty() {
        return Ok(silence());
    }
    let ledger = Ledger::new(Arc::clone(&policy), &repository, &pusher, &judged);
    guard.record_failures_by(ledger.witness());
    let fault = shallow(variable).or_else(|| aliased(&judged));
    let fault = match fault {
        Some(fault) => Some(fault),
        None => outdated(&repo, &judged)?,
    };
    if let Some(fault) = fault {
        let receipts = ledger.refuse(&fault, guard.ends())?;
        return Ok(refusal(&policy, repository, pusher, fault, &receipts));
    }

    // In time for the digest to say which tickets were not answered for.
    let brings_commits = judged.iter().any(|(_, why)| matches!(why, Governed::Branch(_)));
    let pointers = Pointers::read(&policy.host, variable);
    let until = guard.ends() - ANSWERING;
    let servers = brings_commits.then(|| Servers::start(&policy, &repository, &pointers, until));
    let doing = |what| guard.doing(what);
    let sources = Sources {
        policy: &policy,
        repo: &repo,
        repository: &repository,
        memory: &ledger,
        moment: Moment::Push,
        doing: &doing,
    };
    let plea = push_options::plea(variable);
    let facts = sources.facts(pusher, plea, judged, servers.as_ref())?;
    guard.doing("judging the push");
    let verdict = judge(&policy, facts);
    guard.doing(format!("writing the evidence to {}", policy.evidence.display()));
    let receipts = ledger.record(&verdict, guard.elapsed(), guard.ends())?;
    guard.doing("answering");
    let text =
        digest(&verdict, &Frame { policy: &policy, receipts: &receipts, occasion: Occasion::Push });
    Ok(Answer { text, exit: verdict.decision().into() })
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
    let text = digest(&verdict, &Frame { policy, receipts, occasion: Occasion::Push });
    Answer { text, exit: verdict.decision().into() }
}
