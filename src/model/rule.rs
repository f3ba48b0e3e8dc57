//! The rules, each with a code that names the bad thing and one sentence.

use std::fmt;

use serde::{Serialize, Serializer};

macro_rules! rules {
    ($($(#[doc = $about:literal])+ $name:ident = $code:literal,)+) => {
        /// What can be wrong with a push. The codes are stable: they stand in the
        /// digest, in the evidence and in the README.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Rule { $($(#[doc = $about])+ $name,)+ }

        impl Rule {
            /// Every rule, in the order in which the digest shows them.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The kebab-case code.
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)+ }
            }

            /// One sentence on what is wrong.
            pub fn about(self) -> &'static str {
                match self { $(Self::$name => concat!($($about),+).trim_ascii(),)+ }
            }
        }
    };
}

rules! {
    /// A ref line of the push is malformed, so none of them can be trusted.
    MalformedPush = "malformed-push",
    /// The push names one ref twice, so the lines contradict each other.
    DuplicateRef = "duplicate-ref",
    /// The push starts from where the ref is not: somebody may have pushed meanwhile.
    OutdatedPush = "outdated-push",
    /// The push brings its own shallow boundary, which hides history.
    ShallowPush = "shallow-push",
    /// A replacement ref would make git show other commits than the ones judged.
    ReplacementRef = "replacement-ref",
    /// A ref would be taken for a governed branch of the same name.
    ShadowingRef = "shadowing-ref",
    /// A ref would make a directory of refs a repository of its own, which has no hook.
    NestedRepository = "nested-repository",
    /// A ref is spelled in another case than git's, which some file systems take for git's.
    OddCaseRef = "odd-case-ref",
    /// Another ref stands where a governed one has to go.
    BlockedRef = "blocked-ref",
    /// A governed branch is rewritten, which drops commits that had landed.
    RewrittenBranch = "rewritten-branch",
    /// A governed ref is deleted.
    DeletedRef = "deleted-ref",
    /// A governed tag is moved.
    MovedTag = "moved-tag",
    /// A governed tag is on a commit that no trusted branch was at, and that nobody approved.
    StrayTag = "stray-tag",
    /// A governed branch or an approval would point at something that is not a commit.
    NoCommit = "no-commit",
    /// An approval ref is not named `refs/approvals/BRANCH/LOGIN`.
    MisnamedApproval = "misnamed-approval",
    /// An approval is for a branch that is not there.
    NoSuchBranch = "no-such-branch",
    /// An approval is pushed by somebody else than the login in its name.
    ForgedApproval = "forged-approval",
    /// The server did not say who pushes, where an approval is required.
    UnknownPusher = "unknown-pusher",
    /// An emergency is asked for in a way that can't be read: twice, or without a reason.
    MalformedEmergency = "malformed-emergency",
    /// An emergency is asked for by somebody whom the config does not list for it.
    UnlistedEmergency = "unlisted-emergency",
    /// An earlier emergency has not been reviewed in time, so that no other one is accepted.
    OverdueReview = "overdue-review",
    /// A commit that tools read in different ways, or not at all.
    MalformedCommit = "malformed-commit",
    /// A commit names no ticket in its subject or a trailer.
    MissingTicket = "missing-ticket",
    /// A commit names a ticket that the tracker does not have, or does not show us.
    NoSuchTicket = "no-such-ticket",
    /// A commit names a ticket that is closed.
    ClosedTicket = "closed-ticket",
    /// A commit names a ticket in a state that the policy does not allow.
    WrongState = "wrong-state",
    /// A commit names a ticket of a type that the policy does not allow.
    WrongType = "wrong-type",
    /// A commit names a ticket that does not match the policy's query.
    UnmatchedQuery = "unmatched-query",
    /// A ticket was opened after the work on it was done.
    LateTicket = "late-ticket",
    /// The tracker did not answer, so nothing is known about the ticket.
    TrackerUnavailable = "tracker-unavailable",
    /// A commit has fewer approvals than the policy requires.
    MissingApproval = "missing-approval",
    /// An approval was given for another version of the commit.
    StaleApproval = "stale-approval",
    /// The only approvals are by people who wrote or pushed the change.
    SelfApproval = "self-approval",
    /// An approver can't be told apart from those who wrote the change.
    UnmatchedApprover = "unmatched-approver",
    /// A review does not count: it was dismissed, or is of no person who may write.
    VoidApproval = "void-approval",
    /// A commit is not what was approved in the request that it seems to come from.
    UnreviewedContent = "unreviewed-content",
    /// Somebody who may write asks for changes in the request.
    ChangesRequested = "changes-requested",
    /// An approval rule of the forge itself is not met.
    UnmetReviewRule = "unmet-review-rule",
    /// A check that the policy names did not succeed for the reviewed commit.
    FailedCheck = "failed-check",
    /// The forge did not answer, so nothing is known about the reviews.
    ReviewsUnavailable = "reviews-unavailable",
}

impl Rule {
    /// Whether it asks for another pair of eyes: what somebody has to have looked at in
    /// the end, whatever the hurry.
    pub fn asks_for_approval(self) -> bool {
        matches!(
            self,
            Self::MissingApproval
                | Self::StaleApproval
                | Self::SelfApproval
                | Self::UnmatchedApprover
                | Self::VoidApproval
                | Self::UnreviewedContent
                | Self::ChangesRequested
                | Self::UnmetReviewRule
                | Self::ReviewsUnavailable
        )
    }

    /// Whether an emergency need not wait for it: for an approval, nor for the checks of
    /// a request that there may be none of.
    pub fn waits_in_an_emergency(self) -> bool {
        self.asks_for_approval() || self == Self::FailedCheck
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl Serialize for Rule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_code_is_kebab_case_and_stands_once() {
        let codes: BTreeSet<&str> = Rule::ALL.iter().map(|rule| rule.code()).collect();
        assert_eq!(codes.len(), Rule::ALL.len());
        for code in codes {
            assert!(code.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'), "{code}");
        }
    }

    #[test]
    fn the_readme_explains_every_rule_in_its_own_words() {
        let readme = include_str!("../../README.md");
        for rule in Rule::ALL {
            let row = format!("| `{}` | {} |", rule.code(), rule.about());
            assert!(readme.contains(&row), "the README lacks the row: {row}");
        }
    }
}
