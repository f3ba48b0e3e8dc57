//! What is on record about the refs of one repository: where each was, and which of its states vouch.
//!
//! Records come in as [`Event`]s, one after the other. Nothing is believed of the present
//! refs: a value counts once a record let it in and it was seen to have landed.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{ObjectId, Recorded, RefName, Unreviewed};

/// Pushes of one ref that were let in and are not known to have landed; the last few.
const KEPT: usize = super::recorded::KEPT;

/// What is on record about one repository.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct History {
    /// Whether what was there before any record has been taken in.
    is_taken_in: bool,
    refs: BTreeMap<RefName, RefHistory>,
    /// Commits of tags that were there when it was taken in.
    tags: BTreeSet<ObjectId>,
    /// What each approval ref was let go to, oldest first.
    approvals: BTreeMap<RefName, Vec<Approved>>,
    /// Changes that were reviewed after they had landed.
    reviewed: BTreeSet<u64>,
    /// Changes that were verified after they had landed.
    verified: BTreeSet<u64>,
    emergencies: Vec<Unreviewed>,
    /// The number of the last record that said something.
    last: Option<u64>,
}

/// What is on record about one ref.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefHistory {
    /// Where it may be by the records.
    pub place: Recorded,
    /// Where it was.
    states: BTreeMap<ObjectId, Vec<State>>,
    /// Those of the states that have something open.
    waiting: Vec<(ObjectId, State)>,
    pending: Vec<Pending>,
    cuts: Vec<Cut>,
    /// Commits whose first parents count as well, each with its record: what it was taken
    /// in with.
    lines: Vec<(u64, ObjectId)>,
    /// The records that are baselines of it.
    baselines: Vec<u64>,
    creation: Option<Creation>,
}

/// That a ref was at a commit, or that one was approved and landed there as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// The record that let it in.
    pub seq: u64,
    /// What has to be settled before it vouches for other refs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub open: Vec<Open>,
}

/// Why a state does not vouch for other refs yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Open {
    /// It landed as an emergency, and has to be reviewed.
    Review {
        /// The incident: another ref may take it under the same one.
        incident: Option<String>,
    },
    /// It landed unverified.
    Verification,
    /// It landed with a broken rule, in monitor mode.
    Broken,
}

/// A push that was let in, and that git may have failed to write.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Pending {
    seq: u64,
    new: Option<ObjectId>,
    /// What was approved as it stands, and lands with it.
    heads: Vec<ObjectId>,
    /// What has to be settled.
    open: Vec<Open>,
    /// Where the ref was.
    old: Option<ObjectId>,
    /// Whether it takes back what the new value does not contain.
    is_cut: bool,
    /// When.
    time: Timestamp,
}

/// From here on, only what this commit contains vouches of what came before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cut {
    /// The record.
    pub seq: u64,
    /// Where the ref had been until then, as far as that is on record.
    pub from: Option<ObjectId>,
    /// Where the ref was set back to; none where it was deleted.
    pub at: Option<ObjectId>,
    /// When.
    pub time: Timestamp,
}

/// How a ref came to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Creation {
    /// The login of who created it.
    pub by: Option<String>,
    /// Where it was created.
    pub at: ObjectId,
    /// Whether it has brought commits of its own since.
    pub brought: bool,
}

/// An approval that was accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approved {
    /// The record.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// The commit.
    pub commit: ObjectId,
    /// The states that it contained then, where they are on record.
    pub base: Option<Vec<ObjectId>>,
    /// Whether git is known to have written it.
    pub landed: bool,
}

/// What one record says about the refs of its repository.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Event {
    /// Claims start here.
    Baseline {
        /// The refs, each with its commit.
        starts: Vec<(RefName, ObjectId)>,
        /// Of what kind it is.
        kind: Baseline,
        /// When.
        time: Timestamp,
    },
    /// A push of a ref was let in.
    Allowed(Box<Allowed>),
    /// A push was refused, and the ref was there when it came.
    Found {
        /// The ref.
        name: RefName,
        /// Its value.
        at: ObjectId,
    },
    /// Git wrote a ref, as this record had let it.
    Landed {
        /// The ref.
        name: RefName,
        /// Its value; none where it was deleted.
        new: Option<ObjectId>,
    },
    /// An approval ref was let go somewhere, or away.
    Approval {
        /// The ref.
        name: RefName,
        /// What it approved until then.
        old: Option<ObjectId>,
        /// What it approves.
        new: Option<ObjectId>,
        /// The states that this contained.
        base: Option<Vec<ObjectId>>,
        /// When.
        at: Timestamp,
    },
    /// Something became of a change after it had landed.
    Settled {
        /// The change.
        of: u64,
        /// What.
        how: Settled,
    },
}

/// Of what kind a baseline is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Baseline {
    /// An admin accepts a commit, or monitor mode's changes are taken over.
    Accepted,
    /// A ref was there when it was first pushed to, by an earlier version.
    FirstPush,
    /// All that was there was taken in.
    TakenIn,
}

/// A push of a ref that was let in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Allowed {
    /// The ref that is written.
    pub name: RefName,
    /// Where it was.
    pub old: Option<ObjectId>,
    /// Where it goes.
    pub new: Option<ObjectId>,
    /// What was approved as it stands, and lands with it.
    pub heads: Vec<ObjectId>,
    /// What has to be settled before it vouches for other refs.
    pub open: Vec<Open>,
    /// Whether it drops commits.
    pub drops: bool,
    /// Whether it brings any.
    pub brings: bool,
    /// Who pushed.
    pub by: Option<String>,
    /// Of an emergency: until when it has to be reviewed.
    pub due: Option<Timestamp>,
    /// When.
    pub time: Timestamp,
}

/// What became of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Settled {
    /// Somebody else has reviewed it.
    Reviewed,
    /// Every rule is kept.
    Verified,
    /// It never landed, or was taken off the list.
    Closed,
}

impl History {
    /// Whether what was there before any record has been taken in.
    pub fn is_taken_in(&self) -> bool {
        self.is_taken_in
    }

    /// Whether anything is on record.
    pub fn is_known(&self) -> bool {
        self.is_taken_in || !self.refs.is_empty()
    }

    /// What is on record about a ref.
    pub fn of(&self, name: &RefName) -> Option<&RefHistory> {
        self.refs.get(name)
    }

    /// All refs that a record is about, but for approvals.
    pub fn refs(&self) -> impl Iterator<Item = (&RefName, &RefHistory)> {
        self.refs.iter()
    }

    /// Whether a tag was at this commit when the repository was taken in.
    pub fn has_tag_at(&self, commit: &ObjectId) -> bool {
        self.tags.contains(commit)
    }

    /// The approval that let a ref go to this commit, the last one where there are
    /// several; none where no record accepted it.
    pub fn approval(&self, name: &RefName, commit: &ObjectId) -> Option<&Approved> {
        let accepted = self.approvals.get(name)?;
        accepted.iter().rev().find(|approved| approved.commit == *commit)
    }

    /// The approvals of these commits that moved on to another one, and so were not
    /// withdrawn: what they were given for has been approved all the same.
    pub fn moved_on(&self, commits: &[ObjectId]) -> Vec<(RefName, ObjectId)> {
        let commits: BTreeSet<&ObjectId> = commits.iter().collect();
        let refs = self.approvals.iter();
        refs.flat_map(|(name, accepted)| {
            let landed = accepted.iter().filter(|approved| approved.landed);
            let of_it = landed.filter(|approved| commits.contains(&approved.commit));
            of_it.map(|approved| (name.clone(), approved.commit.clone())).collect::<Vec<_>>()
        })
        .collect()
    }

    /// The emergencies that nobody has reviewed yet.
    pub fn unreviewed(&self) -> &[Unreviewed] {
        &self.emergencies
    }

    /// Whether a state of a ref still has to be reviewed or verified, so that neither it nor
    /// what came on top of it vouches for other refs. `incident` is what these are pushed
    /// under.
    pub fn waits(&self, state: &State, incident: Option<&str>) -> bool {
        state.open.iter().any(|open| match open {
            Open::Broken => false,
            Open::Verification => !self.verified.contains(&state.seq),
            Open::Review { incident: known } => {
                let is_same = known.is_some() && known.as_deref() == incident;
                !is_same && !self.reviewed.contains(&state.seq)
            }
        })
    }

    /// Takes in what the next record will say.
    pub fn apply_next(&mut self, event: Event) {
        let next = self.last.map_or(0, |last| last.saturating_add(1));
        self.apply(next, event);
    }

    /// Takes in what the record of this number says.
    pub fn apply(&mut self, seq: u64, event: Event) {
        self.last = self.last.max(Some(seq));
        match event {
            Event::Baseline { starts, kind, time } => self.baseline(seq, starts, kind, time),
            Event::Allowed(allowed) => self.allowed(seq, *allowed),
            Event::Found { name, at } => {
                if let Some(of_ref) = self.refs.get_mut(&name) {
                    of_ref.confirm(Some(&at));
                }
            }
            Event::Landed { name, new } => self.landed(&name, new),
            Event::Approval { name, old, new, base, at } => {
                let accepted = self.approvals.entry(name).or_default();
                match (&new, &old) {
                    // Withdrawn; what it moved on from was not.
                    (None, Some(old)) => accepted.retain(|approved| approved.commit != *old),
                    (_, Some(old)) => landed_at(accepted, old),
                    (_, None) => {}
                }
                if let Some(commit) = new {
                    accepted.push(Approved { seq, at, commit, base, landed: false });
                }
            }
            Event::Settled { of, how } => {
                match how {
                    Settled::Reviewed => drop(self.reviewed.insert(of)),
                    Settled::Verified => drop(self.verified.insert(of)),
                    Settled::Closed => {}
                }
                if how != Settled::Verified {
                    self.emergencies.retain(|emergency| emergency.seq != of);
                }
            }
        }
    }

    fn baseline(
        &mut self,
        seq: u64,
        starts: Vec<(RefName, ObjectId)>,
        kind: Baseline,
        time: Timestamp,
    ) {
        self.is_taken_in |= kind == Baseline::TakenIn;
        for (name, commit) in starts {
            if name.without_namespace().tag().is_some() {
                self.tags.insert(commit.clone());
            }
            let of_ref = self.refs.entry(name).or_default();
            if kind != Baseline::Accepted {
                of_ref.lines.push((seq, commit.clone()));
            }
            of_ref.add(commit.clone(), State { seq, open: Vec::new() });
            of_ref.baselines.push(seq);
            let from = of_ref.place.last().cloned();
            of_ref.cuts.push(Cut { seq, from, at: Some(commit.clone()), time });
            of_ref.place.found(commit);
        }
    }

    fn allowed(&mut self, seq: u64, allowed: Allowed) {
        let Allowed { name, old, new, heads, open, drops, brings, by, due, time } = allowed;
        if let (Some(due), Some(commit)) = (due, &new) {
            let (target, commit) = (name.clone(), commit.clone());
            let by = by.clone().unwrap_or_else(|| "somebody".to_owned());
            self.emergencies.push(Unreviewed { seq, target, commit, by, due });
        }
        let of_ref = self.refs.entry(name).or_default();
        of_ref.confirm(old.as_ref());
        of_ref.creation = match (&old, &new, of_ref.creation.take()) {
            (None, Some(at), _) => Some(Creation { by, at: at.clone(), brought: brings }),
            (_, _, Some(known)) => Some(Creation { brought: known.brought || brings, ..known }),
            (_, _, None) => None,
        };
        let is_cut = drops || new.is_none();
        let pending =
            Pending { seq, old: old.clone(), new: new.clone(), heads, open, is_cut, time };
        of_ref.pending.push(pending);
        let excess = of_ref.pending.len().saturating_sub(KEPT);
        of_ref.pending.drain(..excess);
        of_ref.place.moved(old, new);
    }

    fn landed(&mut self, name: &RefName, new: Option<ObjectId>) {
        if let (Some(accepted), Some(new)) = (self.approvals.get_mut(name), &new) {
            landed_at(accepted, new);
        }
        let Some(of_ref) = self.refs.get_mut(name) else { return };
        of_ref.confirm(new.as_ref());
        if let Some(new) = new {
            of_ref.place.landed(new);
        }
    }
}

fn landed_at(accepted: &mut [Approved], commit: &ObjectId) {
    if let Some(approved) = accepted.iter_mut().rfind(|approved| approved.commit == *commit) {
        approved.landed = true;
    }
}

impl State {
    /// Whether it landed with a broken rule.
    pub fn is_broken(&self) -> bool {
        self.open.contains(&Open::Broken)
    }
}

impl RefHistory {
    /// The commits that it was at, each with the records that tell so.
    pub fn states(&self) -> impl Iterator<Item = (&ObjectId, &[State])> {
        self.states.iter().map(|(commit, states)| (commit, states.as_slice()))
    }

    /// The records by which it was at a commit. `tip` is where the ref is: a push that was
    /// let go there has landed.
    pub fn states_at(&self, commit: &ObjectId, tip: Option<&ObjectId>) -> Vec<State> {
        let mut found = self.states.get(commit).cloned().unwrap_or_else(Vec::new);
        if let Some(landed) = self.landing(tip)
            && (landed.new.as_ref() == Some(commit) || landed.heads.contains(commit))
        {
            found.push(landed.state());
        }
        found
    }

    /// Its states that have something open, landed as far as its being at `tip` tells.
    pub fn waiting(&self, tip: Option<&ObjectId>) -> Vec<(ObjectId, State)> {
        let mut found = self.waiting.clone();
        if let Some(landed) = self.landing(tip).filter(|landed| !landed.open.is_empty())
            && let Some(new) = &landed.new
        {
            found.push((new.clone(), landed.state()));
        }
        found
    }

    /// The push that is seen to have landed, since the ref is where it was let go.
    fn landing(&self, tip: Option<&ObjectId>) -> Option<&Pending> {
        self.pending.iter().rfind(|pending| tip.is_some() && pending.new.as_ref() == tip)
    }

    /// Commits whose first parents count as states too, each with its record.
    pub fn lines(&self) -> &[(u64, ObjectId)] {
        &self.lines
    }

    /// What took states back; `tip` is where the ref is, so that a push which was let go
    /// there has landed.
    pub fn cuts<'a>(&'a self, tip: Option<&'a ObjectId>) -> impl Iterator<Item = Cut> + 'a {
        let landed = self
            .pending
            .iter()
            .filter(move |pending| pending.is_cut && pending.new.as_ref() == tip);
        let of_it = landed.map(Pending::cut);
        self.cuts.iter().cloned().chain(of_it)
    }

    /// How it came to be, where a record tells.
    pub fn creation(&self) -> Option<&Creation> {
        self.creation.as_ref()
    }

    /// The records that are baselines of it, first to last.
    pub fn baselines(&self) -> &[u64] {
        &self.baselines
    }

    /// Whether monitor mode has let in what broke a rule since the last baseline; `tip` is
    /// where the ref is.
    pub fn is_on_trial(&self, tip: &ObjectId) -> bool {
        let last = self.baselines.last();
        let waiting = self.waiting(Some(tip));
        let mut states = waiting.iter().map(|(_, state)| state);
        states.any(|state| state.is_broken() && last.is_none_or(|last| state.seq > *last))
    }

    /// Whether a ref may be here without having been moved around the hook.
    pub fn explains(&self, tip: &ObjectId) -> bool {
        self.place.has(tip)
    }

    /// The ref is or was at this value, so the push that was let go there has landed,
    /// and those before it are over.
    fn confirm(&mut self, at: Option<&ObjectId>) {
        let Some(place) = self.pending.iter().rposition(|pending| pending.new.as_ref() == at)
        else {
            return;
        };
        // Those before it are over, whether or not they landed.
        let landed = self.pending.drain(..=place).next_back();
        if let Some(pending) = landed {
            if pending.is_cut {
                self.cuts.push(pending.cut());
            }
            let state = pending.state();
            for commit in pending.heads.into_iter().chain(pending.new) {
                self.add(commit, state.clone());
            }
        }
    }

    fn add(&mut self, commit: ObjectId, state: State) {
        if !state.open.is_empty() {
            self.waiting.push((commit.clone(), state.clone()));
        }
        self.states.entry(commit).or_default().push(state);
    }
}

impl Pending {
    fn cut(&self) -> Cut {
        Cut { seq: self.seq, from: self.old.clone(), at: self.new.clone(), time: self.time }
    }

    fn state(&self) -> State {
        State { seq: self.seq, open: self.open.clone() }
    }
}
