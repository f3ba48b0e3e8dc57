//! Whether a commit is a state that vouches for a ref: the rule on which all judging stands.
//!
//! A recorded state vouches only for a value that contains it, and only while nothing took
//! it back. So whoever walks down from a value asks of each commit, and goes no further
//! where one vouches.

use super::history::{Cut, History, RefHistory, State};
use super::{ObjectId, RefName};

/// Whom a state has to be good enough for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A push of the ref: what was let in there is known there, whatever is still open.
    Push {
        /// Of an emergency: what it is pushed under.
        incident: Option<String>,
    },
    /// What an approval shows: a change that waits for its review is a part of that.
    Approval,
    /// What a record may have taken as known, where it is not told under which incident.
    Any,
}

/// Who descends from whom.
pub trait Ancestry {
    /// Why that can't be told.
    type Error;

    /// Whether `tip` is `commit` or descends from it; not, where it is not there.
    ///
    /// # Errors
    /// Where history can't be read.
    fn contains(&self, tip: &ObjectId, commit: &ObjectId) -> Result<bool, Self::Error>;

    /// Whether a commit is `tip`, its first parent, the first parent of that, and so on.
    ///
    /// # Errors
    /// Where history can't be read.
    fn is_on_line(&self, tip: &ObjectId, commit: &ObjectId) -> Result<bool, Self::Error>;
}

/// The refs whose states vouch for one ref: its own, and those that it trusts.
#[derive(Clone, Debug)]
pub struct Vouching<'a> {
    history: &'a History,
    purpose: Purpose,
    refs: Vec<Of<'a>>,
}

/// One of them.
#[derive(Clone, Debug)]
struct Of<'a> {
    is_own: bool,
    history: &'a RefHistory,
    tip: Option<ObjectId>,
    cuts: Vec<Cut>,
    /// Those of its states that had to be reviewed or verified.
    waiting: Vec<(ObjectId, State)>,
}

impl<'a> Vouching<'a> {
    /// By nobody yet.
    pub fn new(history: &'a History, purpose: Purpose) -> Self {
        Self { history, purpose, refs: Vec::new() }
    }

    /// By the ref itself as well, where a record is about it. `tip` is where it is.
    pub fn by_itself(&mut self, name: &RefName, tip: Option<&ObjectId>) {
        self.add(name, tip, true);
    }

    /// By a trusted ref as well, where a record is about it. `tip` is where it is.
    pub fn by(&mut self, name: &RefName, tip: Option<&ObjectId>) {
        self.add(name, tip, false);
    }

    fn add(&mut self, name: &RefName, tip: Option<&ObjectId>, is_own: bool) {
        let Some(history) = self.history.of(name) else { return };
        let cuts = history.cuts(tip).collect();
        let (waiting, tip) = (history.waiting(tip), tip.cloned());
        self.refs.push(Of { is_own, history, tip, cuts, waiting });
    }

    /// What took states back, of all of these refs.
    pub fn cuts(&self) -> impl Iterator<Item = &Cut> {
        self.refs.iter().flat_map(|of| &of.cuts)
    }

    /// Whether a commit is a state that vouches.
    ///
    /// # Errors
    /// Where history can't be read.
    pub fn vouches<A: Ancestry>(&self, id: &ObjectId, ancestry: &A) -> Result<bool, A::Error> {
        for of in &self.refs {
            for state in of.history.states_at(id, of.tip.as_ref()) {
                if of.stands(id, state.seq, ancestry)? && self.is_settled(of, &state, ancestry)? {
                    return Ok(true);
                }
            }
            for (seq, tip) in of.history.lines() {
                let is_on_it = ancestry.is_on_line(tip, id)?
                    || (self.history.has_tag_at(id) && ancestry.contains(tip, id)?);
                if is_on_it && of.stands(id, *seq, ancestry)? {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    /// What waits for its review is known to its own ref alone, and so is what came on top
    /// of it: a later state would bring it along.
    fn is_settled<A: Ancestry>(
        &self,
        of: &Of<'_>,
        state: &State,
        ancestry: &A,
    ) -> Result<bool, A::Error> {
        let incident = match &self.purpose {
            Purpose::Push { .. } | Purpose::Any if of.is_own => return Ok(true),
            Purpose::Push { incident } => incident.as_deref(),
            Purpose::Approval | Purpose::Any => None,
        };
        if state.is_broken() {
            return Ok(false);
        }
        if self.purpose == Purpose::Any {
            return Ok(true);
        }
        for (commit, earlier) in &of.waiting {
            if earlier.seq <= state.seq
                && !of.is_accepted(earlier.seq, state.seq)
                && self.history.waits(earlier, incident)
                && of.stands(commit, earlier.seq, ancestry)?
            {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

impl Of<'_> {
    /// Whether nothing took a state back since: an admin's baseline, or a rewind.
    fn stands<A: Ancestry>(&self, id: &ObjectId, seq: u64, ancestry: &A) -> Result<bool, A::Error> {
        for cut in self.cuts.iter().filter(|cut| cut.seq > seq) {
            match &cut.at {
                Some(at) if ancestry.contains(at, id)? => {}
                Some(_) | None => return Ok(false),
            }
        }
        Ok(true)
    }

    /// Whether a baseline took over what came before it, between the two.
    fn is_accepted(&self, earlier: u64, later: u64) -> bool {
        self.history.baselines().iter().any(|seq| earlier < *seq && *seq <= later)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::convert::Infallible;

    use super::super::history::{Allowed, Baseline, Event, Open, Settled};
    use super::*;

    /// Commits by number, each with its parents.
    struct Commits(BTreeMap<ObjectId, Vec<ObjectId>>);

    impl Ancestry for Commits {
        type Error = Infallible;

        fn contains(&self, tip: &ObjectId, commit: &ObjectId) -> Result<bool, Infallible> {
            let mut open = vec![tip.clone()];
            while let Some(id) = open.pop() {
                if id == *commit {
                    return Ok(true);
                }
                open.extend(self.0.get(&id).into_iter().flatten().cloned());
            }
            Ok(false)
        }

        fn is_on_line(&self, tip: &ObjectId, commit: &ObjectId) -> Result<bool, Infallible> {
            let mut next = Some(tip.clone());
            while let Some(id) = next {
                if id == *commit {
                    return Ok(true);
                }
                next = self.0.get(&id).and_then(|parents| parents.first()).cloned();
            }
            Ok(false)
        }
    }

    const NOW: jiff::Timestamp = jiff::Timestamp::UNIX_EPOCH;

    fn id(n: u32) -> ObjectId {
        ObjectId::parse(format!("{:040x}", n + 1).as_bytes()).unwrap()
    }

    fn name(text: &str) -> RefName {
        RefName::parse(text.as_bytes()).unwrap()
    }

    fn main() -> RefName {
        name("refs/heads/main")
    }

    /// `0 <- 1 <- 2 <- 3`, and `4` a merge of `3` and `9`, which descends from `1`.
    fn commits() -> Commits {
        let parents = [(1, vec![0]), (2, vec![1]), (3, vec![2]), (9, vec![1]), (4, vec![3, 9])];
        Commits(parents.map(|(n, of)| (id(n), of.into_iter().map(id).collect())).into())
    }

    fn allowed(name: RefName, old: u32, new: u32, open: Vec<Open>) -> Event {
        Event::Allowed(Box::new(Allowed {
            name,
            old: Some(id(old)),
            new: Some(id(new)),
            heads: Vec::new(),
            open,
            drops: old > new,
            brings: true,
            by: None,
            due: None,
            time: NOW,
        }))
    }

    fn taken_in(starts: &[(RefName, u32)]) -> History {
        let mut history = History::default();
        let starts = starts.iter().map(|(name, n)| (name.clone(), id(*n))).collect();
        history.apply(0, Event::Baseline { starts, kind: Baseline::TakenIn, time: NOW });
        history
    }

    fn landed(history: &mut History, event: Event) {
        let Event::Allowed(allowed) = &event else { panic!() };
        let (name, new) = (allowed.name.clone(), allowed.new.clone());
        history.apply_next(event);
        history.apply_next(Event::Landed { name, new });
    }

    /// Which of the commits vouch for a ref that trusts main.
    fn to_others(history: &History, incident: Option<&str>) -> Vec<u32> {
        let purpose = Purpose::Push { incident: incident.map(str::to_owned) };
        let mut vouching = Vouching::new(history, purpose);
        vouching.by(&main(), None);
        of(&vouching)
    }

    fn to_itself(history: &History) -> Vec<u32> {
        let mut vouching = Vouching::new(history, Purpose::Push { incident: None });
        vouching.by_itself(&main(), None);
        of(&vouching)
    }

    fn of(vouching: &Vouching<'_>) -> Vec<u32> {
        let vouches = |n: &u32| vouching.vouches(&id(*n), &commits()).unwrap();
        [0, 1, 2, 3, 4, 9].into_iter().filter(vouches).collect()
    }

    #[test]
    fn what_was_taken_in_counts_with_its_first_parents_and_its_tags() {
        let history = taken_in(&[(main(), 4)]);
        assert_eq!(to_others(&history, None), [0, 1, 2, 3, 4]);
        let history = taken_in(&[(main(), 4), (name("refs/tags/v1"), 9)]);
        assert_eq!(to_others(&history, None), [0, 1, 2, 3, 4, 9]);
        let mut history = taken_in(&[(main(), 3), (name("refs/tags/v1"), 9)]);
        // A tag beside the branch is no state of it.
        assert_eq!(to_others(&history, None), [0, 1, 2, 3]);
        let starts = vec![(main(), id(4))];
        history.apply(1, Event::Baseline { starts, kind: Baseline::Accepted, time: NOW });
        assert_eq!(to_others(&history, None), [0, 1, 2, 3, 4]);
    }

    #[test]
    fn what_was_let_in_counts_once_it_has_landed() {
        let mut history = taken_in(&[(main(), 0)]);
        history.apply_next(allowed(main(), 0, 1, vec![]));
        assert_eq!(to_others(&history, None), [0]);
        let mut vouching = Vouching::new(&history, Purpose::Push { incident: None });
        vouching.by(&main(), Some(&id(1)));
        assert_eq!(of(&vouching), [0, 1]);
        history.apply_next(Event::Found { name: main(), at: id(1) });
        assert_eq!(to_others(&history, None), [0, 1]);
        history.apply_next(allowed(main(), 1, 2, vec![]));
        history.apply_next(allowed(main(), 1, 9, vec![]));
        history.apply_next(Event::Landed { name: main(), new: Some(id(9)) });
        assert_eq!(to_others(&history, None), [0, 1, 9]);
    }

    #[test]
    fn an_emergency_and_what_came_on_it_count_elsewhere_once_it_is_reviewed() {
        let mut history = taken_in(&[(main(), 0)]);
        let review = Open::Review { incident: Some("INC-7".to_owned()) };
        landed(&mut history, allowed(main(), 0, 1, vec![review]));
        landed(&mut history, allowed(main(), 1, 2, vec![]));
        assert_eq!(to_itself(&history), [0, 1, 2]);
        assert_eq!(to_others(&history, None), [0]);
        assert_eq!(to_others(&history, Some("INC-8")), [0]);
        assert_eq!(to_others(&history, Some("INC-7")), [0, 1, 2]);
        history.apply_next(Event::Settled { of: 1, how: Settled::Reviewed });
        assert_eq!(to_others(&history, None), [0, 1, 2]);
    }

    #[test]
    fn what_waits_for_two_things_waits_for_both_and_a_dismissal_settles_nothing() {
        let mut history = taken_in(&[(main(), 0)]);
        let open = vec![Open::Review { incident: None }, Open::Verification];
        landed(&mut history, allowed(main(), 0, 1, open));
        history.apply_next(Event::Settled { of: 1, how: Settled::Closed });
        assert_eq!(to_others(&history, None), [0]);
        history.apply_next(Event::Settled { of: 1, how: Settled::Reviewed });
        assert_eq!(to_others(&history, None), [0]);
        history.apply_next(Event::Settled { of: 1, how: Settled::Verified });
        assert_eq!(to_others(&history, None), [0, 1]);
    }

    #[test]
    fn what_monitor_mode_let_in_against_a_rule_counts_elsewhere_once_a_baseline_takes_it_over() {
        let mut history = taken_in(&[(main(), 0)]);
        landed(&mut history, allowed(main(), 0, 1, vec![Open::Broken]));
        assert_eq!(to_itself(&history), [0, 1]);
        assert_eq!(to_others(&history, None), [0]);
        assert!(history.of(&main()).unwrap().is_on_trial(&id(1)));
        let starts = vec![(main(), id(1))];
        history.apply_next(Event::Baseline { starts, kind: Baseline::Accepted, time: NOW });
        assert_eq!(to_others(&history, None), [0, 1]);
        assert!(!history.of(&main()).unwrap().is_on_trial(&id(1)));
    }

    #[test]
    fn what_was_taken_back_counts_no_more() {
        for by_baseline in [false, true] {
            let mut history = taken_in(&[(main(), 0)]);
            landed(&mut history, allowed(main(), 0, 1, vec![]));
            landed(&mut history, allowed(main(), 1, 3, vec![]));
            if by_baseline {
                let starts = vec![(main(), id(2))];
                history.apply_next(Event::Baseline { starts, kind: Baseline::Accepted, time: NOW });
            } else {
                landed(&mut history, allowed(main(), 3, 2, vec![]));
            }
            assert_eq!(to_others(&history, None), [0, 1, 2], "{by_baseline}");
            assert_eq!(to_itself(&history), [0, 1, 2], "{by_baseline}");
            // Until it comes in again.
            landed(&mut history, allowed(main(), 2, 3, vec![]));
            assert_eq!(to_others(&history, None), [0, 1, 2, 3], "{by_baseline}");
        }
    }
}
