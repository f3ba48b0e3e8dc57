//! What does not fit, each with a code and one sentence: the voice of `verify` in one place.

use std::fmt;

use jiff::Timestamp;
use serde::{Serialize, Serializer};

use super::Checkpoint;
use crate::evidence::Flaw;
use crate::model::{ObjectId, RefName};
use crate::text::{clean, count, list_and};

/// Ids and names that a sentence tells before the rest is counted.
const TOLD: usize = 5;

macro_rules! codes {
    ($($(#[doc = $about:literal])+ $name:ident = $code:literal,)+) => {
        /// The kinds of findings. The codes are stable.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Code { $($(#[doc = $about])+ $name,)+ }

        impl Code {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The kebab-case code.
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)+ }
            }

            /// One sentence on what it means.
            pub fn about(self) -> &'static str {
                match self { $(Self::$name => concat!($($about),+).trim_ascii(),)+ }
            }
        }
    };
}

codes! {
    /// The evidence file was edited, cut or spliced.
    BrokenChain = "broken-chain",
    /// A record is older than the one before it.
    ClockSetBack = "clock-set-back",
    /// A record was made under a config that is not on record.
    MissingPolicy = "missing-policy",
    /// The file does not hold what a checkpoint has seen of it.
    LostHistory = "lost-history",
    /// A checkpoint's signature is not good.
    BadSignature = "bad-signature",
    /// Commits came into a governed branch without a record: around the hook.
    UnrecordedCommit = "unrecorded-commit",
    /// A change landed, and its commits are in the branch no longer.
    MissingCommit = "missing-commit",
    /// A governed ref is not where the last record left it.
    MovedRef = "moved-ref",
    /// A governed ref is gone, and no record let it go.
    DeletedRef = "deleted-ref",
    /// Commits were taken as known because of a branch that is not on record.
    UnrecordedBase = "unrecorded-base",
    /// An approval stands in the repository, and no record accepted it.
    UnrecordedApproval = "unrecorded-approval",
    /// A governed ref holds commits, and no record is about it.
    UnrecordedRef = "unrecorded-ref",
    /// A repository that the config governs holds commits, and no record is about it.
    UnguardedRepository = "unguarded-repository",
    /// A governed tag that no record is about stands where no trusted branch was.
    StrayTag = "stray-tag",
    /// A record says what another one, or git, refutes.
    ContradictedRecord = "contradicted-record",
    /// There are records about a repository that is not there.
    MissingRepository = "missing-repository",
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

/// Something that does not fit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What kind of thing it is.
    pub code: Code,
    /// The repository that it is about.
    pub repo: Option<String>,
    /// The ref that it is about.
    #[serde(rename = "ref")]
    pub name: Option<RefName>,
    /// The records that it is about.
    pub records: Vec<u64>,
    /// The commits that it is about, all of them.
    pub commits: Vec<ObjectId>,
    /// What is wrong, in a sentence without a full stop. Foreign text in it is clean.
    pub what: String,
}

impl Finding {
    fn new(code: Code, what: String) -> Self {
        let (repo, name, records, commits) = (None, None, Vec::new(), Vec::new());
        Self { code, repo, name, records, commits, what }
    }

    pub(super) fn at(self, repo: &str, name: &RefName) -> Self {
        Self { repo: Some(repo.to_owned()), name: Some(name.clone()), ..self }
    }

    pub(super) fn flaw(flaw: &Flaw) -> Self {
        Self::new(Code::BrokenChain, clean(&flaw.to_string()))
    }

    pub(super) fn other_file(seq: u64) -> Self {
        let what = format!("record {seq} belongs to another evidence file");
        Self { records: vec![seq], ..Self::new(Code::BrokenChain, what) }
    }

    pub(super) fn no_genesis() -> Self {
        let what = "record 0 is no genesis: the beginning was cut off".to_owned();
        Self { records: vec![0], ..Self::new(Code::BrokenChain, what) }
    }

    pub(super) fn clock_set_back(seq: u64, before: Timestamp, time: Timestamp) -> Self {
        let what = format!(
            "record {seq} is of {time:.3}, and the one before it of {before:.3}: the server's \
             clock was set back"
        );
        Self { records: vec![seq], ..Self::new(Code::ClockSetBack, what) }
    }

    pub(super) fn missing_policy(sha256: &str, seq: u64) -> Self {
        let what = format!(
            "record {seq} was made under the config {}, which is not on record",
            clean(sha256)
        );
        Self { records: vec![seq], ..Self::new(Code::MissingPolicy, what) }
    }

    /// `found` is the hash that the record has, where there is one.
    pub fn lost_history(checkpoint: &Checkpoint, file: &str, found: Option<&str>) -> Self {
        let seq = checkpoint.seq;
        let what = match found {
            None => format!(
                "the checkpoint {} has seen record {seq}, which is not in the file: its end was \
                 cut off",
                clean(file)
            ),
            Some(_) => format!(
                "record {seq} is not the one that the checkpoint {} has seen: the file was \
                 written anew",
                clean(file)
            ),
        };
        Self { records: vec![seq], ..Self::new(Code::LostHistory, what) }
    }

    /// A checkpoint of another file altogether.
    pub fn other_log(checkpoint: &Checkpoint, file: &str) -> Self {
        let what = format!(
            "the checkpoint {} is of another evidence file, {}: this one was put in its place",
            clean(file),
            clean(&checkpoint.origin)
        );
        Self::new(Code::LostHistory, what)
    }

    /// `why` is what ssh-keygen said.
    pub fn bad_signature(file: &str, why: &str) -> Self {
        let what = format!("the signature of the checkpoint {} is not good: {why}", clean(file));
        Self::new(Code::BadSignature, what)
    }

    pub(super) fn unrecorded(repo: &str, name: &RefName, commits: Vec<ObjectId>) -> Self {
        let (is, they) = if commits.len() == 1 { ("is", "it") } else { ("are", "they") };
        let what = format!(
            "{} of {name} {is} on no record: {they} came in around the hook ({})",
            count(commits.len(), "commit"),
            ids(&commits)
        );
        Self { commits, ..Self::new(Code::UnrecordedCommit, clean(&what)) }.at(repo, name)
    }

    pub(super) fn missing(repo: &str, name: &RefName, gone: Vec<(u64, ObjectId)>) -> Self {
        let (records, commits): (Vec<u64>, Vec<ObjectId>) = gone.into_iter().unzip();
        let (has, is) = if records.len() == 1 { ("has", "is") } else { ("have", "are") };
        let what = format!(
            "{} to {name} {has} landed and {is} there no longer: it was rewritten around the \
             hook (record {}: {})",
            count(records.len(), "change"),
            seqs(&records),
            ids(&commits)
        );
        Self { records, commits, ..Self::new(Code::MissingCommit, clean(&what)) }.at(repo, name)
    }

    pub(super) fn moved(repo: &str, name: &RefName, last: &ObjectId, now: &ObjectId) -> Self {
        let what = format!(
            "{name} is at {}, and the last record left it at {}: it was moved around the hook",
            now.short(),
            last.short()
        );
        Self { commits: vec![now.clone()], ..Self::new(Code::MovedRef, clean(&what)) }
            .at(repo, name)
    }

    pub(super) fn deleted(repo: &str, name: &RefName, last: &ObjectId) -> Self {
        let what = format!(
            "{name} is gone, and the last record left it at {}: it was deleted around the hook",
            last.short()
        );
        Self { commits: vec![last.clone()], ..Self::new(Code::DeletedRef, clean(&what)) }
            .at(repo, name)
    }

    pub(super) fn unrecorded_base(repo: &str, name: &RefName, seq: u64, base: ObjectId) -> Self {
        let what = format!(
            "record {seq} took what {} contains as known, and no record ever left a governed \
             branch there: what came to {name} that way was not judged",
            base.short()
        );
        let finding = Self::new(Code::UnrecordedBase, clean(&what)).at(repo, name);
        Self { records: vec![seq], commits: vec![base], ..finding }
    }

    pub(super) fn unrecorded_approval(repo: &str, name: &RefName, commit: &ObjectId) -> Self {
        let what = format!(
            "{name} approves {}, and no record accepted that: it was put there around the hook",
            commit.short()
        );
        let finding = Self::new(Code::UnrecordedApproval, clean(&what)).at(repo, name);
        Self { commits: vec![commit.clone()], ..finding }
    }

    pub(super) fn unrecorded_ref(repo: &str, name: &RefName, tip: &ObjectId) -> Self {
        let what = format!(
            "no record is about {name}, and it is at {}: it was made around the hook, or the \
             config governs it only since",
            tip.short()
        );
        let finding = Self::new(Code::UnrecordedRef, clean(&what)).at(repo, name);
        Self { commits: vec![tip.clone()], ..finding }
    }

    pub(super) fn unguarded(repo: &str, branches: usize) -> Self {
        let what = format!(
            "no record is about it, and it has {}: nobody has pushed since the hook was \
             installed, or it has no hook of ours",
            count(branches, "governed branch")
        );
        let finding = Self::new(Code::UnguardedRepository, what);
        Self { repo: Some(repo.to_owned()), ..finding }
    }

    pub(super) fn stray_tag(repo: &str, name: &RefName, commit: &ObjectId) -> Self {
        let what = format!(
            "{name} is at {}, where no branch that it trusts was, and no record let it in",
            commit.short()
        );
        let finding = Self::new(Code::StrayTag, clean(&what)).at(repo, name);
        Self { commits: vec![commit.clone()], ..finding }
    }

    /// `what` goes on from "record 7".
    pub(super) fn contradicted(seq: u64, what: &str) -> Self {
        let what = clean(&format!("record {seq} {what}"));
        Self { records: vec![seq], ..Self::new(Code::ContradictedRecord, what) }
    }

    /// Where all repositories were to be found.
    pub fn missing_repository(repo: &str) -> Self {
        let what = "there are records about it, and it is not there: it was deleted or renamed";
        let finding = Self::new(Code::MissingRepository, what.to_owned());
        Self { repo: Some(repo.to_owned()), ..finding }
    }
}

fn ids(commits: &[ObjectId]) -> String {
    told(commits.iter().map(ObjectId::short).map(str::to_owned), commits.len())
}

/// `#4, #7 and #9`.
pub(super) fn seqs(records: &[u64]) -> String {
    told(records.iter().map(|seq| format!("#{seq}")), records.len())
}

fn told(items: impl Iterator<Item = String>, all: usize) -> String {
    let mut told: Vec<String> = items.take(TOLD).collect();
    if let Some(more @ 1..) = all.checked_sub(TOLD) {
        told.push(format!("{more} more"));
    }
    list_and(&told)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_code_is_kebab_case_stands_once_and_in_the_readme() {
        let codes: BTreeSet<&str> = Code::ALL.iter().map(|code| code.code()).collect();
        assert_eq!(codes.len(), Code::ALL.len());
        let readme = include_str!("../../README.md");
        for code in Code::ALL {
            assert!(code.code().bytes().all(|b| b.is_ascii_lowercase() || b == b'-'), "{code}");
            let row = format!("| `{code}` | {} |", code.about());
            assert!(readme.contains(&row), "the README lacks the row: {row}");
        }
    }
}
