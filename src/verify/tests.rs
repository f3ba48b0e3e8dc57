//! The count of a branch is that of sets, whatever the history and whatever is on record of it.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use serde_json::{Value, json};

use super::claims::Written;
use super::{Claims, Code, Graph, Refs, tie_out};
use crate::evidence::{Body, Record};
use crate::model::{ObjectId, RefName};

fn id(n: usize) -> ObjectId {
    ObjectId::parse(format!("{:040x}", n + 1).as_bytes()).unwrap()
}

fn main_branch() -> RefName {
    RefName::parse(b"refs/heads/main").unwrap()
}

fn record(seq: u64, body: Body) -> Record {
    Record {
        seq,
        prev: String::new(),
        sha256: String::new(),
        time: jiff::Timestamp::UNIX_EPOCH,
        log: "log".to_owned(),
        tool: "tool".to_owned(),
        policy: None,
        line: String::new(),
        body,
    }
}

fn baseline(at: usize) -> Body {
    let fields: Value =
        json!({"repo": "app", "ref": "refs/heads/main", "tip": id(at), "by": "first-seen"});
    Body::Baseline(serde_json::from_value(fields).unwrap())
}

fn allowed(old: usize, new: usize) -> Body {
    let fields: Value = json!({
        "repo": "app", "ref": "refs/heads/main", "role": "branch", "op": "update",
        "old": id(old), "new": id(new), "pusher": {"name": "ana", "kind": "person"},
        "decision": "allow", "finding": "compliant",
    });
    Body::Change(serde_json::from_value(fields).unwrap())
}

/// Of a branch that was found moved from `old` to `found`; `base` is where claims about
/// others had begun.
fn lapsed(old: usize, found: usize, new: usize, base: &[usize]) -> Body {
    let base: Vec<ObjectId> = base.iter().map(|n| id(*n)).collect();
    let fields: Value = json!({
        "repo": "app", "ref": "refs/heads/main", "role": "branch", "op": "update",
        "old": id(found), "new": id(new), "pusher": {"name": "ana", "kind": "person"},
        "base": {"count": base.len(), "sha256": "", "ids": base},
        "lapse": {"recorded": id(old), "found": id(found)},
        "decision": "allow", "finding": "compliant",
    });
    Body::Change(serde_json::from_value(fields).unwrap())
}

/// What a lapse took as known though no record had left a branch there was judged by nobody.
#[test]
fn the_base_of_a_lapse_vouches_only_for_where_a_record_left_a_branch() {
    let commits = (0..4).rev().map(|n| (id(n), if n == 0 { vec![] } else { vec![id(n - 1)] }));
    let graph = Graph::of(commits.collect());
    let refs = Refs { branches: [(main_branch(), id(3))].into(), ..Refs::default() };
    for (base, unrecorded) in [(vec![0], 0), (vec![0, 2], 2)] {
        let mut claims = Claims::default();
        claims.add(&record(0, baseline(0)), Written::Before);
        claims.add(&record(1, lapsed(0, 2, 3, &base)), Written::Before);
        let tied = tie_out("app", &refs, claims.of("app").unwrap(), &graph);
        assert_eq!(tied.ties[0].unrecorded, unrecorded, "{base:?}");
    }
}

/// A history: commit `n` has parents among the commits before it.
fn history() -> impl Strategy<Value = Vec<Vec<usize>>> {
    let parents = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 2..40);
    parents.prop_map(|all| {
        let mut history = vec![Vec::new()];
        for (other, kind) in all {
            let n = history.len();
            let mut parents = vec![n - 1];
            match kind % 4 {
                0 => parents.push(other.index(n)),
                1 => parents = vec![other.index(n)],
                _ => {}
            }
            parents.dedup();
            history.push(parents);
        }
        history
    })
}

fn contained(history: &[Vec<usize>], from: usize) -> BTreeSet<usize> {
    let mut seen = BTreeSet::new();
    let mut open = vec![from];
    while let Some(n) = open.pop() {
        if seen.insert(n) {
            open.extend(&history[n]);
        }
    }
    seen
}

proptest! {
    #[test]
    fn the_counts_are_those_of_sets(
        history in history(),
        moves in prop::collection::vec((any::<prop::sample::Index>(), any::<bool>()), 0..12),
    ) {
        let n = history.len();
        // The branch goes from commit to commit that contains the last one; some of
        // the moves are on record.
        let mut at = 0;
        let mut claims = Claims::default();
        claims.add(&record(0, baseline(0)), Written::Before);
        let before = contained(&history, 0);
        let mut on_record = BTreeSet::new();
        for ((to, is_recorded), seq) in moves.iter().zip(1..) {
            let to = to.index(n);
            if !contained(&history, to).contains(&at) {
                continue;
            }
            if *is_recorded {
                claims.add(&record(seq, allowed(at, to)), Written::Before);
                let known = contained(&history, at);
                on_record.extend(contained(&history, to).difference(&known).copied());
            }
            at = to;
        }
        let commits = history.iter().enumerate().rev();
        let commits = commits.map(|(n, of)| (id(n), of.iter().map(|n| id(*n)).collect()));
        let graph = Graph::of(commits.collect());
        let refs = Refs { branches: [(main_branch(), id(at))].into(), ..Refs::default() };
        let tied = tie_out("app", &refs, claims.of("app").unwrap(), &graph);

        let tie = &tied.ties[0];
        let since: BTreeSet<usize> = contained(&history, at).difference(&before).copied().collect();
        let around: BTreeSet<ObjectId> = since.difference(&on_record).map(|n| id(*n)).collect();
        prop_assert_eq!((tie.commits, tie.unrecorded), (since.len(), around.len()));
        prop_assert_eq!(tie.recorded, since.len() - around.len());
        let found: BTreeMap<Code, BTreeSet<ObjectId>> = tied
            .findings
            .iter()
            .map(|finding| (finding.code, finding.commits.iter().cloned().collect()))
            .collect();
        match around.is_empty() {
            true => prop_assert!(found.is_empty(), "{:?}", found),
            false => prop_assert_eq!(found.get(&Code::UnrecordedCommit), Some(&around)),
        }
    }
}
