//! Refs that would make a directory of refs a repository inside the repository.
//!
//! Git takes a directory with `HEAD`, `objects` and `refs` for one (`is_git_directory` in its
//! setup.c), and so a branch `X/HEAD`, one below `X/objects` and one below `X/refs` make
//! `refs/heads/X` a repository with no hooks. `commondir` can lead to the latter two.

use std::collections::{BTreeMap, BTreeSet};

use super::governed::{Case, Target};
use crate::gather::git::Repo;
use crate::model::RefName;

const HEAD: &str = "HEAD";
const PARTS: [&str; 3] = ["objects", "refs", "commondir"];

/// The refs of a push that would, each with the directory.
///
/// # Errors
/// Where a ref can't be read.
pub(super) fn nested(
    repo: &Repo,
    case: Case,
    targets: &[Target],
) -> anyhow::Result<BTreeMap<RefName, String>> {
    let pushed = targets.iter().filter(|target| target.line.change.new_id().is_some());
    let pushed: BTreeSet<&RefName> = pushed.map(|target| &target.name).collect();
    let mut found = BTreeMap::new();
    for name in &pushed {
        for directory in suspicious(name.as_str(), case) {
            let is_head = is_head(name.as_str(), directory, case);
            if (is_head && !is_remotes(directory)) || is_complete(repo, case, directory, &pushed)? {
                found.entry((*name).clone()).or_insert_with(|| directory.to_owned());
            }
        }
    }
    Ok(found)
}

/// The directories above a ref that it may complete.
fn suspicious(name: &str, case: Case) -> impl Iterator<Item = &str> {
    let slashes = name.match_indices('/').map(|(at, _)| at).filter(|at| *at > "refs".len() - 1);
    slashes.filter_map(move |at| {
        let directory = name.get(..at)?;
        let part = name.get(at + 1..)?.split('/').next()?;
        let is_one = PARTS.iter().any(|one| same(part, one, case));
        (is_one || is_head(name, directory, case)).then_some(directory)
    })
}

fn is_head(name: &str, directory: &str, case: Case) -> bool {
    name.get(directory.len() + 1..).is_some_and(|rest| same(rest, HEAD, case))
}

/// Clones and mirrors keep the default branches of others there.
fn is_remotes(directory: &str) -> bool {
    directory == "refs/remotes" || directory.starts_with("refs/remotes/")
}

fn same(a: &str, b: &str, case: Case) -> bool {
    match case {
        Case::Kept => a == b,
        Case::Ignored => a.eq_ignore_ascii_case(b),
    }
}

/// Whether a directory would be a repository with all that is there and is pushed.
fn is_complete(
    repo: &Repo,
    case: Case,
    directory: &str,
    pushed: &BTreeSet<&RefName>,
) -> anyhow::Result<bool> {
    let there = repo.refs_under(&format!("{directory}/"))?;
    let names = there.iter().map(|(name, _)| name).chain(pushed.iter().copied());
    let (mut head, mut found) = (false, BTreeSet::new());
    for name in names {
        let Some(rest) = name.as_str().strip_prefix(directory).and_then(|r| r.strip_prefix('/'))
        else {
            continue;
        };
        let part = rest.split('/').next().unwrap_or(rest);
        head |= same(rest, HEAD, case);
        found.extend(PARTS.into_iter().filter(|one| same(part, one, case)));
    }
    let has = |part: &str| found.contains(part);
    Ok(head && (has("commondir") || (has("objects") && has("refs"))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_honest_branch_is_not_looked_at_twice() {
        for name in [
            "refs/heads/main",
            "refs/heads/feature/config/x",
            "refs/heads/HEADLINE",
            "refs/heads/HEAD/x",
            "refs/heads/object/x",
        ] {
            assert_eq!(suspicious(name, Case::Kept).count(), 0, "{name}");
        }
        for (name, directory) in [
            ("refs/heads/HEAD", "refs/heads"),
            ("refs/heads/release/HEAD", "refs/heads/release"),
            ("refs/heads/x/objects/y", "refs/heads/x"),
            ("refs/heads/x/refs/heads/y", "refs/heads/x"),
            ("refs/heads/x/commondir", "refs/heads/x"),
        ] {
            assert_eq!(suspicious(name, Case::Kept).next(), Some(directory), "{name}");
        }
        assert_eq!(suspicious("refs/heads/x/head", Case::Ignored).count(), 1);
        assert_eq!(suspicious("refs/heads/x/head", Case::Kept).count(), 0);
    }
}
