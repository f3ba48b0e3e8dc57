//! The same judgement by hand: in a clone before pushing, or in CI.

use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context as _, bail};
use clap::ValueEnum;
use jiff::Timestamp;

use crate::digest::{Frame, Occasion, digest};
use crate::evidence::as_json;
use crate::exit::Exit;
use crate::gather::facts::Servers;
use crate::gather::git::Repo;
use crate::gather::host::Pointers;
use crate::gather::push::{NoRecords, Sources, clone, judged, targets};
use crate::gather::{config, host};
use crate::judge::judge;
use crate::model::history::{Baseline, Event};
use crate::model::review::Moment;
use crate::model::{Change, Decision, Identity, Plea, Pusher, RefLine, RefName, Verdict};
use crate::policy::{Host, Policy};

/// What the command line asks.
#[derive(Clone, Debug)]
pub struct Question {
    /// `OLD..NEW`.
    pub range: Option<String>,
    /// The ref to be pushed to, full or short.
    pub name: Option<String>,
    /// The repository's name at the host.
    pub repository: Option<String>,
    /// Who will push.
    pub pusher: Option<String>,
    /// The config file.
    pub config: PathBuf,
}

/// How `check` answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// As a person reads it
    Text,
    /// One JSON object; the README documents it
    Json,
}

/// Judges, and says what a push would show. Nothing is recorded.
///
/// # Errors
/// Where the config or the repository can't be read, or the question names
/// nothing that is there.
pub fn check(question: &Question, format: Format) -> anyhow::Result<(String, Exit)> {
    let policy = config::load(&question.config)?;
    let here = std::env::current_dir().context("finding the current directory")?;
    let repo = Repo::open_clone(&here)?;
    let repository = repository(question, &policy, &repo)?;
    let line = line(question, &policy, &repo, &repository)?;
    let name = line.name.clone();
    let pusher = pusher(question, &policy, &repo)?;
    let verdict = verdict(question, &policy, &repo, &repository, pusher, line)?;
    let decision = if verdict.refs.is_empty() { Decision::Accept } else { verdict.decision() };
    let text = match format {
        Format::Json => as_json(&verdict, decision, &policy)?,
        Format::Text if verdict.refs.is_empty() => {
            format!("no [[protect]] table governs {name} of {repository}: nothing to judge\n")
        }
        Format::Text => {
            let occasion = Occasion::ByHand;
            let frame = Frame { policy: &policy, receipts: &[], occasion, starts: &[] };
            digest(&verdict, &frame)
        }
    };
    Ok((text, decision.into()))
}

fn verdict(
    question: &Question,
    policy: &Policy,
    repo: &Repo,
    repository: &str,
    pusher: Pusher,
    line: RefLine,
) -> anyhow::Result<Verdict> {
    let mut history = clone::history(policy, repo, repository)?;
    if let (Some(_), Some(old)) = (&question.range, line.change.old_id()) {
        // Who names a range says from where its commits are new.
        let starts = vec![(line.name.clone(), old.clone())];
        let time = Timestamp::UNIX_EPOCH;
        history.apply_next(Event::Baseline { starts, kind: Baseline::Accepted, time });
    }
    let judged = judged(policy, repo, repository, &targets(repo, None, vec![line])?)?;
    let (records, moment, doing) = (&NoRecords, Moment::Push, |_| ());
    let mut sources = Sources::new(policy, repo, repository, &history, records, moment, &doing);
    let until = Instant::now() + policy.deadline;
    let servers = Servers::start(policy, repository, &Pointers::default(), until);
    Ok(judge(policy, sources.facts(pusher, Plea::None, judged, Some(&servers))?))
}

/// What a push of the range to the ref would send.
fn line(
    question: &Question,
    policy: &Policy,
    repo: &Repo,
    repository: &str,
) -> anyhow::Result<RefLine> {
    let name = match &question.name {
        Some(name) if name.starts_with("refs/") => RefName::parse(name.as_bytes())?,
        Some(name) => RefName::parse(format!("refs/heads/{name}").as_bytes())?,
        None => target(policy, repo, repository)?,
    };
    let (old, new) = match question.range.as_deref().map(|range| (range, range.split_once(".."))) {
        None => (repo.tip(&name)?, repo.named("HEAD")?),
        Some((range, Some((_, new)))) if new.starts_with('.') => {
            bail!("`{range}` is a symmetric difference; a push goes from OLD..NEW")
        }
        Some((_, Some((old, new)))) => {
            let new = if new.is_empty() { "HEAD" } else { new };
            (Some(repo.named(old)?), repo.named(new)?)
        }
        Some((range, None)) => bail!("`{range}` is no range; write OLD..NEW"),
    };
    let change = match old {
        Some(old) => Change::Update { old, new },
        None => Change::Create { new },
    };
    Ok(RefLine { name, change })
}

/// Where the commits will go: the branch they are on, if it is governed, else the
/// one that origin has as its default.
fn target(policy: &Policy, repo: &Repo, repository: &str) -> anyhow::Result<RefName> {
    let head = repo.head_branch()?;
    let governed = |name: &RefName| policy.governing(repository, name).is_some();
    match (head, repo.default_branch()?) {
        (Some(head), _) if governed(&head) => Ok(head),
        (_, Some(default)) => Ok(default),
        (Some(head), None) => Ok(head),
        (None, None) => bail!("HEAD is on no branch; say with --ref where the commits are to go"),
    }
}

/// The name on the command line, or the path in the URL of `origin`.
fn repository(question: &Question, policy: &Policy, repo: &Repo) -> anyhow::Result<String> {
    if let Some(name) = &question.repository {
        return Ok(name.clone());
    }
    let root = match &policy.host {
        Host::Plain { root, .. } => root.as_deref(),
        _ => None,
    };
    let Some(url) = repo.config_string("remote.origin.url")? else {
        return host::name_of(repo.directory(), root);
    };
    let name = host::name_of(path_of(&url).as_ref(), root)?;
    // Only a plain server without a root names repositories by their whole path,
    // and over http nobody sees it.
    let is_whole =
        matches!(policy.host, Host::Plain { root: None, .. }) && !url.starts_with("http");
    Ok(if is_whole { name } else { name.trim_start_matches('/').to_owned() })
}

/// The path in a URL, as the server would see it: `/srv/git/app.git` of
/// `ssh://host/srv/git/app.git`, `team/app.git` of `git@host:team/app.git`.
fn path_of(url: &str) -> &str {
    if let Some((_, rest)) = url.split_once("://") {
        return rest.find('/').and_then(|at| rest.get(at..)).unwrap_or(rest);
    }
    match url.split_once(':') {
        Some((host, path)) if !host.contains('/') => path,
        _ => url,
    }
}

fn pusher(question: &Question, policy: &Policy, repo: &Repo) -> anyhow::Result<Pusher> {
    if let Some(login) = &question.pusher {
        return Ok(Pusher::Person { login: login.clone(), source: "--pusher".to_owned() });
    }
    let email = repo.config_string("user.email")?.map(Identity::Email);
    let login = email.as_ref().and_then(|email| policy.people.login(email));
    Ok(match login {
        Some(login) => Pusher::Person { login: login.to_owned(), source: "user.email".to_owned() },
        None => Pusher::Unknown {
            why: "[people] knows no login for this clone's user.email; use --pusher".to_owned(),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_repository_is_named_by_the_path_of_its_url() {
        for (url, path) in [
            ("https://git.example.com/team/app.git", "/team/app.git"),
            ("ssh://git@git.example.com:2222/srv/git/app.git", "/srv/git/app.git"),
            ("git@git.example.com:team/app.git", "team/app.git"),
            ("file:///srv/git/app.git", "/srv/git/app.git"),
            ("/srv/git/app.git", "/srv/git/app.git"),
            ("../app.git", "../app.git"),
        ] {
            assert_eq!(path_of(url), path, "{url}");
        }
    }
}
