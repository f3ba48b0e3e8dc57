//! A change of the evidence, put before the judge a second time.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use jiff::Timestamp;

use super::places::{Found, Places};
use crate::evidence::{self, Afterwards, Waiting};
use crate::gate::Kept;
use crate::gather::facts::Servers;
use crate::gather::git::Repo;
use crate::gather::host::Pointers;
use crate::gather::push::Sources;
use crate::gather::push::again::Landed;
use crate::judge::judge;
use crate::model::review::Moment;
use crate::model::{Change, Movement, ObjectId, Pusher, RefLine, Verdict};
use crate::policy::{ApprovalSource, Policy};

/// How long tracker and forge may take for one change: nobody waits for the answer.
pub(super) const PATIENCE: Duration = Duration::from_secs(60);

/// A change, looked at again.
pub(super) enum Case {
    /// In a repository that was not asked about.
    NotAsked,
    /// Neither git nor the evidence knows that it landed.
    NotLanded,
    /// It has, and was judged again.
    Landed(Box<Again>),
}

/// A change that has landed, and what is there of it now.
pub(super) struct Again {
    /// The rules of then, and the people as they are known now.
    pub(super) policy: Policy,
    /// When it landed.
    pub(super) landed: Timestamp,
    pub(super) verdict: Verdict,
}

impl Case {
    /// Gathers it, and judges it again.
    ///
    /// # Errors
    /// Where anything that decides can't be read any more. That a server does not
    /// answer is an answer.
    pub(super) fn of(
        now: &Policy,
        open: &Afterwards,
        waiting: &Waiting,
        places: &Places,
    ) -> anyhow::Result<Self> {
        let change = &waiting.change;
        let Found::Here(repo) = places.find(&change.repo)? else { return Ok(Self::NotAsked) };
        let Some(landed) = landed(&repo, waiting)? else { return Ok(Self::NotLanded) };
        let policy = policy_of(now, open, waiting)?;
        let until = Instant::now() + PATIENCE;
        let servers = Servers::start(&policy, &change.repo, &Pointers::default(), until);
        let records = Kept::beside(&now.evidence, &change.repo);
        let history = records.history()?;
        let (moment, doing) = (Moment::Landed, |_| ());
        let sources =
            Sources::new(&policy, &repo, &change.repo, &history, &records, moment, &doing);
        let commits = commits(&repo, change)?;
        let known = Landed {
            pusher: pusher(&change.pusher),
            line: RefLine { name: change.name.clone(), change: asked(change)? },
            target: change.target().clone(),
            movement: movement(change),
            base: change.base.as_ref().map_or_else(Vec::new, |base| base.ids.clone()),
            commits,
        };
        let verdict = judge(&policy, sources.facts_again(known, &servers)?);
        drop(servers);
        Ok(Self::Landed(Box::new(Again { policy, landed, verdict })))
    }
}

/// The tables are those of the time. Who is who is known better by now: a digest may
/// have told the admin which name was missing. And nothing is waived a second time.
///
/// What has landed without a request can't be put into one any more. So where only
/// reviews at the forge count, an emergency may be reviewed by a ref as well.
fn policy_of(now: &Policy, open: &Afterwards, waiting: &Waiting) -> anyhow::Result<Policy> {
    let text = waiting.policy.as_deref().and_then(|sha256| open.policy(sha256));
    let text = text.context("the policy that it was judged by is not on record")?;
    let mut tables = Policy::parse(Path::new("the policy on record"), text)?.tables;
    if waiting.review.is_some() {
        for from in tables.iter_mut().map(|table| &mut table.approval.from) {
            if from.iter().eq(&[ApprovalSource::Reviews]) {
                from.insert(ApprovalSource::Refs);
            }
        }
    }
    Ok(Policy { tables, emergencies: None, ..now.clone() })
}

/// Git has the last word where the chain says nothing.
fn landed(repo: &Repo, waiting: &Waiting) -> anyhow::Result<Option<Timestamp>> {
    if waiting.landed.is_some() {
        return Ok(waiting.landed);
    }
    let (Some(new), Some(tip)) = (&waiting.change.new, repo.tip(waiting.change.target())?) else {
        return Ok(None);
    };
    Ok((repo.exists(new)? && repo.contains(&tip, new)?).then_some(waiting.time))
}

/// The commits of the record, each one of them.
fn commits(repo: &Repo, change: &evidence::Change) -> anyhow::Result<Vec<ObjectId>> {
    let written: Vec<ObjectId> =
        change.commits.items.iter().map(|commit| commit.id.clone()).collect();
    let ids = match (&change.new, &change.base) {
        // Long lists are not written out.
        (Some(new), Some(base)) if change.commits.count > written.len() as u64 => {
            repo.new_commits(new, &base.ids)?
        }
        _ => written,
    };
    if !change.commits.are(&ids) {
        bail!("its commits are not those on record");
    }
    Ok(ids)
}

fn asked(change: &evidence::Change) -> anyhow::Result<Change> {
    Ok(match (change.old.clone(), change.new.clone()) {
        (Some(old), Some(new)) => Change::Update { old, new },
        (None, Some(new)) => Change::Create { new },
        (Some(old), None) => Change::Delete { old },
        (None, None) => bail!("the record says neither from where nor to where"),
    })
}

fn movement(change: &evidence::Change) -> Movement {
    match (&change.old, &change.new) {
        (_, None) => Movement::Deleted,
        (None, Some(_)) => Movement::Created,
        (Some(_), Some(_)) if change.forced => Movement::Rewritten,
        (Some(_), Some(_)) => Movement::FastForward,
    }
}

fn pusher(recorded: &evidence::Pusher) -> Pusher {
    let source = recorded.source.clone().unwrap_or_else(|| "the record".to_owned());
    match (&recorded.kind, recorded.name.clone()) {
        (evidence::PusherKind::Person, Some(login)) => Pusher::Person { login, source },
        (evidence::PusherKind::Machine, Some(login)) => Pusher::Machine { login, source },
        _ => Pusher::Unknown { why: "the record names nobody".to_owned() },
    }
}
