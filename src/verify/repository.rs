//! One repository: each governed ref of it, and what the records say of the others.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use super::claims::{Brings, OfRepository, Step};
use super::tie::{Branch, Let, Walk, is_told};
use super::{Claims, Finding, Graph, Tie};
use crate::evidence::Ids;
use crate::model::history::{Allowed, Baseline, Event, History};
use crate::model::vouching::{Ancestry as _, Purpose, Vouching};
use crate::model::{ObjectId, RefName};
use crate::policy::Policy;
use crate::text::count;

/// The refs of a repository as git has them.
#[derive(Clone, Debug, Default)]
pub struct Refs {
    /// The branches that are governed, or were when a record was made of them; each
    /// with its commit.
    pub branches: BTreeMap<RefName, ObjectId>,
    /// The governed tags, each with its value and its commit.
    pub tags: BTreeMap<RefName, (ObjectId, ObjectId)>,
    /// The approvals, each with its value.
    pub approvals: BTreeMap<RefName, ObjectId>,
    /// The branch that HEAD names.
    pub head: Option<RefName>,
    /// Whether there is any ref at all.
    pub has_any: bool,
}

/// A repository that was held against its records.
#[derive(Debug, Default)]
pub struct Tied {
    /// One count for each branch with a record.
    pub ties: Vec<Tie>,
    /// What does not fit.
    pub findings: Vec<Finding>,
    /// Records that let in what never landed.
    pub never_landed: Vec<u64>,
    /// What is worth knowing, and no fault.
    pub notes: Vec<String>,
    /// Approvals that a record has accepted.
    pub approvals: usize,
}

/// Holds a repository against its records. The graph holds what its branches and tags
/// contain; `present` is the config of now, which says what is governed.
pub fn tie_out(repo: &str, refs: &Refs, claims: &Claims, graph: &Graph, present: &Policy) -> Tied {
    let mut tied = Tied::default();
    let nothing = OfRepository::default();
    let of = claims.about(repo).unwrap_or(&nothing);
    if claims.about(repo).is_none() {
        if refs.has_any && present.governs_repository(repo).is_some() {
            let branches = refs.branches.len();
            tied.findings.push(Finding::unguarded(repo, branches));
        }
        return tied;
    }
    let mut replay = Replay::new(repo, refs, claims, of, graph);
    replay.go(of);
    let Replay { walks, history, findings, .. } = replay;
    for (name, walk) in walks {
        let Branch { tie, findings, notes, never_landed } = walk.end((repo, &name));
        tied.ties.push(tie);
        tied.findings.extend(findings);
        tied.notes.extend(notes);
        tied.never_landed.extend(never_landed);
    }
    tied.findings.extend(findings);
    // What only a config of the past governed was never pushed to while it did.
    let is_governed = |name: &RefName| present.governing(repo, &name.without_namespace()).is_some();
    let unseen = refs.branches.iter().filter(|(name, _)| is_governed(name) && !of.has_branch(name));
    tied.findings.extend(unseen.map(|(name, tip)| Finding::unrecorded_ref(repo, name, tip)));
    tags(repo, refs, of, &history, graph, present, &mut tied);
    for (name, commit) in &refs.approvals {
        if of.approvals.contains(&(name.clone(), commit.clone())) {
            tied.approvals += 1;
        } else {
            tied.findings.push(Finding::unrecorded_approval(repo, name, commit));
        }
    }
    tied
}

/// The records of a repository, gone through one by one: what each took as known is held
/// against those before it.
struct Replay<'a> {
    repo: &'a str,
    refs: &'a Refs,
    claims: &'a Claims,
    graph: &'a Graph,
    history: History,
    walks: BTreeMap<RefName, Walk<'a>>,
    findings: Vec<Finding>,
    /// Changes to where a later record found the ref, or git told that it had written it.
    landed: HashSet<u64>,
    /// The records that took commits back from each branch, and where they set it.
    drops: HashMap<RefName, Vec<(u64, Option<&'a ObjectId>)>>,
    /// By config and ref: which refs it trusts, of those that were on record by then.
    trusted: HashMap<(String, RefName), (usize, Vec<RefName>)>,
    told: HashSet<ObjectId>,
}

impl<'a> Replay<'a> {
    fn new(
        repo: &'a str,
        refs: &'a Refs,
        claims: &'a Claims,
        of: &'a OfRepository,
        graph: &'a Graph,
    ) -> Self {
        let walk = |name: &RefName| (name.clone(), Walk::of(refs.branches.get(name), graph));
        let mut drops: HashMap<RefName, Vec<(u64, Option<&ObjectId>)>> = HashMap::new();
        for step in &of.steps {
            match &step.event {
                Event::Allowed(allowed) if allowed.drops || allowed.new.is_none() => {
                    let drop = (step.seq, allowed.new.as_ref());
                    drops.entry(allowed.name.clone()).or_default().push(drop);
                }
                Event::Baseline { starts, kind: Baseline::Accepted, .. } => {
                    for (name, at) in starts {
                        drops.entry(name.clone()).or_default().push((step.seq, Some(at)));
                    }
                }
                _ => {}
            }
        }
        Self {
            repo,
            refs,
            claims,
            graph,
            history: History::default(),
            walks: of.branches.iter().map(walk).collect(),
            findings: Vec::new(),
            landed: landed(of),
            drops,
            trusted: HashMap::new(),
            told: HashSet::new(),
        }
    }

    fn go(&mut self, of: &'a OfRepository) {
        for step in &of.steps {
            match (&step.event, &step.brings) {
                (Event::Baseline { starts, kind, .. }, _) => {
                    for (name, commit) in starts {
                        if let Some(walk) = self.walks.get_mut(name) {
                            walk.begin(step.seq, commit, *kind == Baseline::Accepted);
                        }
                    }
                }
                (Event::Allowed(allowed), Some(brings)) => self.allowed(of, step, allowed, brings),
                (Event::Landed { name, new: Some(new) }, _) => {
                    if let Some(walk) = self.walks.get_mut(name) {
                        walk.landed(new);
                    }
                }
                _ => {}
            }
            self.history.apply(step.seq, step.event.clone());
            if let Event::Allowed(allowed) = &step.event
                && self.has_landed(step.seq, allowed)
            {
                let (name, new) = (allowed.name.clone(), allowed.new.clone());
                self.history.apply(step.seq, Event::Landed { name, new });
            }
        }
    }

    fn has_landed(&self, seq: u64, allowed: &Allowed) -> bool {
        let is_there =
            |new: &ObjectId| self.walks.get(&allowed.name).is_some_and(|walk| walk.has(new));
        self.landed.contains(&seq) || allowed.new.as_ref().is_some_and(is_there)
    }

    fn allowed(
        &mut self,
        of: &'a OfRepository,
        step: &'a Step,
        allowed: &'a Allowed,
        brings: &'a Brings,
    ) {
        if !self.walks.contains_key(&allowed.name) {
            return;
        }
        let is_new_kind = self.history.is_taken_in();
        let claimed: Vec<&ObjectId> = match &brings.base {
            Some(base) => base.ids.iter().collect(),
            None => allowed.old.iter().collect(),
        };
        let (mut known, mut unknown) = (Vec::new(), Vec::new());
        for id in claimed {
            let vouches = match is_new_kind {
                true => self.vouches(&allowed.name, brings, id),
                false => was_left(of, self.refs, id, step.seq),
            };
            match vouches {
                true => known.push(id),
                false => unknown.push(id),
            }
        }
        if !is_new_kind && !brings.lapsed {
            // In the oldest records a push went on from where the branch was.
            unknown
                .extend(allowed.old.iter().filter(|old| !was_left(of, self.refs, old, step.seq)));
        }
        for id in &unknown {
            if self.told.insert((*id).clone()) && Some(*id) != allowed.old.as_ref() {
                let finding =
                    Finding::unrecorded_base(self.repo, &allowed.name, step.seq, (*id).clone());
                self.findings.push(finding);
            }
        }
        let landed = self.landed.contains(&step.seq);
        let was_dropped = self.was_dropped(step.seq, allowed);
        let let_in = Let {
            seq: step.seq,
            written: step.written,
            old: allowed.old.as_ref(),
            new: allowed.new.as_ref(),
            known,
            unknown,
            lapsed: brings.lapsed,
            landed,
            was_dropped,
        };
        let Some(walk) = self.walks.get_mut(&allowed.name) else { return };
        let came = walk.allowed(&let_in);
        self.compare(step.seq, &allowed.name, brings, &came);
    }

    /// Whether a later record took the change back: it set the branch where that is not.
    fn was_dropped(&self, seq: u64, allowed: &Allowed) -> bool {
        let Some(new) = &allowed.new else { return false };
        let drops = self.drops.get(&allowed.name).into_iter().flatten();
        drops.filter(|(drop, _)| *drop >= seq).any(|(_, at)| match at {
            Some(at) => match self.graph.contains(at, new) {
                Ok(has_it) => !has_it,
                Err(never) => match never {},
            },
            None => true,
        })
    }

    /// What came with a change, against what its record says of it.
    fn compare(&mut self, seq: u64, name: &RefName, brings: &Brings, came: &[ObjectId]) {
        let commits = &brings.commits;
        if !brings.base.as_ref().is_some_and(Ids::is_whole) {
            return;
        }
        let mut refuted = |what: String| {
            self.findings.push(Finding::contradicted(seq, &what).at(self.repo, name));
        };
        if (came.len() as u64) > commits.count {
            refuted(format!(
                "counts {}, and {} came with it",
                count(usize::try_from(commits.count).unwrap_or(usize::MAX), "commit"),
                came.len()
            ));
        } else if commits.count == commits.items.len() as u64 {
            let told = commits.items.iter().map(|commit| &commit.id).collect();
            if let Some(id) = is_told(came, &told) {
                refuted(format!("does not name {}, which came with it", id.short()));
            }
        }
        for commit in &commits.items {
            let (Some(author), Some(committer)) = (&commit.author, &commit.committer) else {
                continue;
            };
            let Some((by, made_by)) = self.graph.addresses(&commit.id) else { continue };
            if !(is_alike(&author.email, by) && is_alike(&committer.email, made_by)) {
                refuted(format!(
                    "says that {} is by {} and {}, and git that it is by {by} and {made_by}",
                    commit.id.short(),
                    author.email,
                    committer.email
                ));
            }
        }
    }

    /// Whether a commit was a state that vouched for a ref, by the records before this one
    /// and the config of then.
    fn vouches(&mut self, name: &RefName, brings: &Brings, id: &ObjectId) -> bool {
        let trusted = self.trusted_by(name, brings);
        // The incident stands in no record of a push that needed no emergency.
        let mut vouching = Vouching::new(&self.history, Purpose::Any);
        vouching.by_itself(name, None);
        for other in &trusted {
            vouching.by(other, None);
        }
        match vouching.vouches(id, self.graph) {
            Ok(vouches) => vouches,
            Err(never) => match never {},
        }
    }

    fn trusted_by(&mut self, name: &RefName, brings: &Brings) -> Vec<RefName> {
        let Some(sha256) = &brings.policy else { return Vec::new() };
        let Some(policy) = self.claims.policy(sha256).map(Arc::clone) else { return Vec::new() };
        let known = self.history.refs().count();
        let key = (sha256.clone(), name.clone());
        if let Some((at, trusted)) = self.trusted.get(&key)
            && *at == known
        {
            return trusted.clone();
        }
        let trusted = trusted(&policy, self.repo, name, self.refs, &self.history);
        self.trusted.insert(key, (known, trusted.clone()));
        trusted
    }
}

/// The branches on record that a ref trusts under a config.
fn trusted(
    policy: &Policy,
    repo: &str,
    name: &RefName,
    refs: &Refs,
    history: &History,
) -> Vec<RefName> {
    let Some(table) = policy.governing(repo, &name.without_namespace()) else { return Vec::new() };
    let namespace = name.namespace();
    let head = refs.head.as_ref().filter(|_| namespace.is_empty());
    let trusted = policy.trusted(repo, table, head);
    let is_trusted = |other: &&RefName| {
        let plain = other.without_namespace();
        *other != name
            && other.namespace() == namespace
            && plain.tag().is_none()
            && trusted.has(&plain)
    };
    history.refs().map(|(name, _)| name).filter(is_trusted).cloned().collect()
}

/// In records from before refs were taken in, a push took as known where the other branches
/// of its table were: where a record before it left one, or where one was taken in later.
fn was_left(of: &OfRepository, refs: &Refs, id: &ObjectId, seq: u64) -> bool {
    let unseen = || {
        let mut unseen = refs.branches.iter().filter(|(name, _)| !of.has_branch(name));
        !of.is_taken_in() && unseen.any(|(_, tip)| tip == id)
    };
    of.left.get(id).is_some_and(|first| *first < seq) || of.was_taken_in(id) || unseen()
}

/// The changes to where a later push found the ref, or that git said it had written.
fn landed(of: &OfRepository) -> HashSet<u64> {
    use super::claims::Written;
    let mut landed = of.landed.clone();
    let mut later: HashSet<(&RefName, &ObjectId)> = HashSet::new();
    for step in of.steps.iter().rev() {
        match &step.event {
            Event::Allowed(allowed) => {
                if let Some(new) = &allowed.new
                    && later.contains(&(&allowed.name, new))
                {
                    landed.insert(step.seq);
                }
                if let (Some(old), Written::Before) = (&allowed.old, step.written) {
                    later.insert((&allowed.name, old));
                }
            }
            Event::Found { name, at } if step.written == Written::Before => {
                later.insert((name, at));
            }
            _ => {}
        }
    }
    landed
}

/// Bytes above ASCII are read in one way by git and in another by us; then nothing is said.
fn is_alike(ours: &str, git: &str) -> bool {
    ours == git || !ours.is_ascii() || !git.is_ascii()
}

/// A tag has a value and no history: it must have the one that was let in last. One that no
/// record is about was made by the forge without its hook, perhaps: then it must stand where
/// one that is pushed may.
fn tags(
    repo: &str,
    refs: &Refs,
    of: &OfRepository,
    history: &History,
    graph: &Graph,
    present: &Policy,
    tied: &mut Tied,
) {
    for (name, steps) in &of.tags {
        let landed = steps.iter().rfind(|(seq, _)| of.landed.contains(seq));
        let landed = landed.map(|(_, value)| value.as_ref());
        let was_let = |now: &ObjectId| match &landed {
            Some(last) => *last == Some(now),
            None => steps.iter().any(|(_, value)| value.as_ref() == Some(now)),
        };
        let last = landed.flatten().or(steps.iter().rev().find_map(|(_, value)| value.as_ref()));
        match (refs.tags.get(name), &landed, last) {
            (Some((now, _)), _, Some(last)) if !was_let(now) => {
                tied.findings.push(Finding::moved(repo, name, last, now));
            }
            (None, Some(Some(last)), _) => tied.findings.push(Finding::deleted(repo, name, last)),
            _ => {}
        }
    }
    let mut unseen = 0;
    let is_unseen = |name: &RefName| {
        !of.tags.contains_key(name) && present.governing(repo, &name.without_namespace()).is_some()
    };
    for (name, (_, commit)) in refs.tags.iter().filter(|(name, _)| is_unseen(name)) {
        let mut vouching = Vouching::new(history, Purpose::Push { incident: None });
        for other in trusted(present, repo, name, refs, history) {
            vouching.by(&other, refs.branches.get(&other));
        }
        match vouching.vouches(commit, graph) {
            Ok(true) => unseen += 1,
            Ok(false) => tied.findings.push(Finding::stray_tag(repo, name, commit)),
            Err(never) => match never {},
        }
    }
    if unseen > 0 {
        tied.notes.push(format!(
            "{} of {repo} with no record, where a trusted branch was: made by the forge without \
             its hook, or before the control",
            count(unseen, "governed tag")
        ));
    }
}
