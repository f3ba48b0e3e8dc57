//! The repositories: their hooks, whom their governed refs trust, and where those refs are.

use std::path::{Path, PathBuf};

use super::Findings;
use crate::gate::Kept;
use crate::gather::git::Repo;
use crate::gather::host;
use crate::gather::push::Sources;
use crate::model::review::Moment;
use crate::operate::install;
use crate::operate::trust::{in_general, trust};
use crate::policy::{Host, Policy};
use crate::text::{list_and, quoted};

pub(super) fn look(policy: &Policy, repositories: &[PathBuf], findings: &mut Findings) {
    hooks(policy, repositories, findings);
    if repositories.is_empty() {
        findings.lines.extend(in_general(policy).iter().map(|row| format!("trust     {row}")));
    }
    for repository in repositories {
        if let Err(error) = refs(policy, repository, findings) {
            findings.mend.push(format!("{} can't be read: {error:#}", repository.display()));
        }
    }
}

/// Whether each repository has both hooks.
fn hooks(policy: &Policy, repositories: &[PathBuf], findings: &mut Findings) {
    for repository in repositories {
        let shown = repository.display();
        match install::lacking(repository, &policy.host) {
            Ok(lacking) if lacking.is_empty() => {
                findings.lines.push(format!("hooks     {shown} has both"));
            }
            Ok(lacking) => {
                let names = list_and(&lacking);
                findings.lines.push(format!("hooks     {shown} lacks {names}"));
                findings.mend.push(format!(
                    "git does not run us as {names} in {shown}: run `sockembot install` on it"
                ));
            }
            Err(error) => findings.mend.push(format!("{error:#}")),
        }
    }
}

/// Whom the governed refs of a repository trust, and those that are where no record left
/// them.
fn refs(policy: &Policy, repository: &Path, findings: &mut Findings) -> anyhow::Result<()> {
    let Host::Plain { root, .. } = &policy.host else { return Ok(()) };
    let repo = Repo::open_clone(repository)?;
    let name = host::name_of(repo.directory(), root.as_deref())?;
    for trust in trust(policy, &name, repo.head_branch()?.as_ref()) {
        findings.lines.push(format!("trust     {name}: {}", trust.row()));
        findings.mend.extend(trust.advice().map(|advice| format!("{name}: {advice}")));
    }
    if policy.governs_repository(&name).is_none() {
        return Ok(());
    }
    let refs = repo.refs_under("refs/")?;
    let records = Kept::beside(&policy.evidence, &name);
    let history = records.history()?;
    let (moment, doing) = (Moment::Landed, |_| ());
    let sources = Sources::new(policy, &repo, &name, &history, &records, moment, &doing);
    for found in sources.unexplained(refs)? {
        let what = match &found.recorded {
            Some(recorded) => format!("the last record left it at {}", recorded.short()),
            None => "no record is about it".to_owned(),
        };
        findings.mend.push(format!(
            "{} of {name} is at {}, and {what}; its next push is judged with all of that, unless \
             you accept it: `sockembot baseline {} {} {} --reason WHY`",
            found.name,
            found.found.short(),
            quoted(&repository.display().to_string()),
            quoted(found.name.as_str()),
            found.found
        ));
    }
    Ok(())
}
