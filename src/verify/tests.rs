//! The count of a branch is that of sets, whatever the history and whatever is on record of it.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use serde_json::{Value, json};

use super::claims::Written;
use super::{Claims, Code, Graph, Refs, tie_out};
use crate::evidence::{Body, Record};
use crate::model::{LogEntry, ObjectId, RefName};
use crate::policy::Policy;

const CONFIG: &str = r#"
[tracker.file]
path = "/t.toml"
[[protect]]
repos = ["*"]
refs = ["refs/heads/main"]
mode = "enforce"
[protect.ticket]
projects = ["PAY"]
"#;

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

fn policy() -> Policy {
    Policy::parse(std::path::Path::new("config"), CONFIG).unwrap()
}

fn graph(history: &[Vec<usize>]) -> Graph {
    let ids = |of: &[usize]| of.iter().map(|n| id(*n)).collect();
    let entry = |of: &Vec<usize>| LogEntry { parents: ids(of), ..LogEntry::default() };
    Graph::of(history.iter().enumerate().rev().map(|(n, of)| (id(n), entry(of))).collect())
}

/// The repository was taken in, as versions from 0.2 on do.
fn taken_in(at: usize) -> Body {
    let refs = json!([{"ref": "refs/heads/main", "tip": id(at)}]);
    let fields = json!({"repo": "app", "by": "first-seen", "refs": refs});
    Body::Baseline(serde_json::from_value(fields).unwrap())
}

/// A push as versions from 0.2 on record it: what it took as known, and what it brought.
fn brought(old: usize, new: usize, base: &BTreeSet<usize>, commits: &BTreeSet<usize>) -> Body {
    let ids = |of: &BTreeSet<usize>| of.iter().map(|n| id(*n)).collect::<Vec<_>>();
    let (base, commits) = (ids(base), ids(commits));
    let items: Vec<Value> = commits.iter().map(|id| json!({ "id": id })).collect();
    let fields = json!({
        "repo": "app", "ref": "refs/heads/main", "role": "branch", "op": "update", "mode": "enforce",
        "old": id(old), "new": id(new), "pusher": {"name": "ana", "kind": "person"},
        "base": {"count": base.len(), "sha256": "", "ids": base}, "class": "standard",
        "commits": {"count": items.len(), "sha256": "", "items": items},
        "decision": "allow", "finding": "compliant",
    });
    Body::Change(serde_json::from_value(fields).unwrap())
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
    let graph = graph(&[vec![], vec![0], vec![1], vec![2]]);
    let refs = Refs { branches: [(main_branch(), id(3))].into(), ..Refs::default() };
    for (base, unrecorded) in [(vec![0], 0), (vec![0, 2], 2)] {
        let mut claims = Claims::default();
        claims.add(&record(0, baseline(0)), Written::Before);
        claims.add(&record(1, lapsed(0, 2, 3, &base)), Written::Before);
        let tied = tie_out("app", &refs, &claims, &graph, &policy());
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
        is_taken_in in any::<bool>(),
    ) {
        let n = history.len();
        // The branch goes from commit to commit that contains the last one; some of
        // the moves are on record.
        let mut at = 0;
        let mut claims = Claims::default();
        let start = if is_taken_in { taken_in(0) } else { baseline(0) };
        claims.add(&record(0, start), Written::Before);
        let mut states = BTreeSet::from([0]);
        let before = contained(&history, 0);
        let mut on_record = BTreeSet::new();
        for ((to, is_recorded), seq) in moves.iter().zip(1..) {
            let to = to.index(n);
            if !contained(&history, to).contains(&at) {
                continue;
            }
            if *is_recorded {
                let of = contained(&history, to);
                // Formerly a push was judged from where the branch was; now, from the states
                // on record.
                let base = match is_taken_in {
                    true => states.intersection(&of).copied().collect(),
                    false => BTreeSet::from([at]),
                };
                let known = base.iter().flat_map(|at| contained(&history, *at)).collect();
                let came: BTreeSet<usize> = of.difference(&known).copied().collect();
                let body = match is_taken_in {
                    true => brought(at, to, &base, &came),
                    false => allowed(at, to),
                };
                claims.add(&record(seq, body), Written::Before);
                on_record.extend(came);
                states.insert(to);
            }
            at = to;
        }
        let graph = graph(&history);
        let refs = Refs { branches: [(main_branch(), id(at))].into(), ..Refs::default() };
        let tied = tie_out("app", &refs, &claims, &graph, &policy());

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
