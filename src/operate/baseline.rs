//! A baseline: from this commit on, every change of a ref is judged; what was before is on record as such.

use std::io::Write;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

use super::account::account;
use super::named::directory;
use crate::evidence::{self, Accepted};
use crate::gather::git::Repo;
use crate::gather::{config, host};
use crate::model::{ObjectId, RefName};
use crate::policy::{Host, Policy};

/// What the command line asks.
#[derive(Clone, Debug)]
pub struct Request {
    /// A path, or a name below the host's root.
    pub repository: PathBuf,
    /// The repository's name at the host, where its path does not tell.
    pub host_name: Option<String>,
    /// The full name of the ref.
    pub name: String,
    /// The commit; where the ref is now, if none is named.
    pub commit: Option<String>,
    /// Why what it holds is accepted.
    pub reason: String,
    /// The config file.
    pub config: PathBuf,
}

/// Appends the record.
///
/// # Errors
/// Where the ref is not governed, the commit is none, or the evidence can't be written.
pub fn baseline(request: &Request, out: &mut dyn Write) -> anyhow::Result<()> {
    let policy = config::load(&request.config)?;
    owner(&policy.evidence)?;
    let repo = Repo::open_clone(&directory(&request.repository, &policy)?)?;
    let name = RefName::parse(request.name.as_bytes())
        .with_context(|| format!("reading the ref name `{}`", request.name))?;
    let repository = host_name(request, &policy, repo.directory())?;
    if policy.governing(&repository, &name).is_none() {
        bail!("no [[protect]] table governs {name} of {repository}, so it needs no baseline");
    }
    let commit = commit(request, &repo, &name)?;
    let accepted = Accepted { account: account()?, reason: request.reason.clone() };
    let receipt = evidence::baseline(&policy, &repository, &name, &commit, accepted)?;
    writeln!(
        out,
        "{name} of {repository} is judged from {commit} on: evidence #{} {}",
        receipt.seq,
        receipt.short()
    )?;
    Ok(())
}

/// Whoever owns the evidence writes it: a file of root's would keep the hook out. The
/// number of that user.
pub(super) fn owner(evidence: &Path) -> anyhow::Result<u32> {
    let place = if evidence.exists() { Some(evidence) } else { evidence.parent() };
    let place = place.context("the evidence has a directory")?;
    let owner = std::fs::metadata(place)
        .with_context(|| format!("finding out who owns {}", place.display()))?
        .uid();
    // The kernel gives a process's directory to its effective user (proc(5)).
    let me = std::fs::metadata("/proc/self").context("finding out who runs this")?.uid();
    if owner != me {
        bail!(
            "{} belongs to user {owner}; run this as that user: `sudo -u '#{owner}' sockembot ...`",
            place.display()
        );
    }
    Ok(me)
}

/// A commit that is not in the repository yet is the rule where a history is still
/// to be pushed; one that is there must be a commit.
fn commit(request: &Request, repo: &Repo, name: &RefName) -> anyhow::Result<ObjectId> {
    let Some(text) = &request.commit else {
        let tip = repo.tip(name)?;
        return tip.with_context(|| format!("{name} is not there; name the commit, in full"));
    };
    let id = ObjectId::parse(text.as_bytes())
        .with_context(|| format!("reading the commit `{text}`; write the id in full"))?;
    if repo.exists(&id)? && repo.commit_behind(&id)?.as_ref() != Some(&id) {
        bail!("{id} is no commit");
    }
    Ok(id)
}

fn host_name(request: &Request, policy: &Policy, directory: &Path) -> anyhow::Result<String> {
    match (&request.host_name, &policy.host) {
        (Some(name), _) => Ok(name.clone()),
        (None, Host::Plain { root, .. }) => host::name_of(directory, root.as_deref()),
        (None, _) => bail!("say with --name how the host names this repository, such as team/app"),
    }
}
