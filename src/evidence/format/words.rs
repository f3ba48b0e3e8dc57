//! The fixed words of the records. One of a newer version is kept as it stands, and is none of ours.

use std::fmt;

use serde::{Deserialize, Serialize, Serializer};

macro_rules! words {
    ($($(#[doc = $about:literal])+ $name:ident {
        $($(#[doc = $what:literal])+ $word:ident = $text:literal,)+
    })+) => {$(
        $(#[doc = $about])+
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
        #[serde(from = "String")]
        pub enum $name {
            $($(#[doc = $what])+ $word,)+
            /// A word of a newer version.
            Other(String),
        }

        impl $name {
            /// The word as it stands in the file.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$word => $text,)+
                    Self::Other(word) => word,
                }
            }
        }

        impl From<String> for $name {
            fn from(word: String) -> Self {
                match word.as_str() {
                    $($text => Self::$word,)+
                    _ => Self::Other(word),
                }
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    )+};
}

words! {
    /// What became of the push: all of it was let in or none.
    Decision {
        /// It was let in; whether it landed, git tells.
        Allow = "allow",
        /// It was refused.
        Deny = "deny",
    }
    /// What the rules say about one ref, whatever the mode made of it.
    Finding {
        /// All are kept or waived.
        Compliant = "compliant",
        /// One is broken.
        Violation = "violation",
        /// The world did not answer.
        Unknown = "unknown",
        /// We broke.
        Error = "error",
    }
    /// What a broken rule did.
    Mode {
        /// It was shown and recorded.
        Monitor = "monitor",
        /// It refused the push.
        Enforce = "enforce",
    }
    /// The kind of a change.
    Class {
        /// By a person, by the rules.
        Standard = "standard",
        /// By a machine that the policy exempts.
        Automated = "automated",
        /// Let in while the tracker was away.
        Unverified = "unverified",
        /// Let in without approval, to be reviewed afterwards.
        Emergency = "emergency",
    }
    /// What the client asked for.
    Operation {
        /// A ref that was not there.
        Create = "create",
        /// A ref that moves.
        Update = "update",
        /// A ref that goes away.
        Delete = "delete",
    }
    /// Why a ref was judged.
    Role {
        /// A governed branch.
        Branch = "branch",
        /// A governed tag.
        Tag = "tag",
        /// An approval.
        Approval = "approval",
        /// It would make git show other commits.
        Replacement = "replacement",
        /// Git would take it for a governed branch.
        Shadow = "shadow",
        /// It would make a repository inside the repository.
        Nested = "nested",
        /// Some file systems would take it for another one.
        OddCase = "odd-case",
    }
    /// From where the commits of a branch were counted.
    Start {
        /// From its own old value.
        OldValue = "old-value",
        /// From the other governed branches, in records of before 0.2.
        GovernedTips = "governed-tips",
        /// From a commit that an earlier record named.
        Recorded = "recorded",
        /// From nowhere: all its history was judged.
        Root = "root",
    }
    /// Why a baseline was recorded.
    Reason {
        /// The ref was there when it was first seen.
        FirstSeen = "first-seen",
        /// An admin said so.
        Admin = "admin",
        /// It was there when the hook was installed.
        Install = "install",
        /// The first push under `enforce`: monitor mode had let it in.
        Monitor = "monitor",
    }
    /// What kind of account pushed.
    PusherKind {
        /// A person's.
        Person = "person",
        /// A machine's.
        Machine = "machine",
        /// The server named nobody.
        Unknown = "unknown",
    }
    /// Whether a commit is a merge.
    Merge {
        /// It is none.
        NotAMerge = "none",
        /// It adds nothing of its own.
        Clean = "clean",
        /// It carries content of its own.
        Own = "own",
    }
    /// What the tracker said about a ticket.
    Answer {
        /// There is one.
        Found = "found",
        /// There is none, or none that we may see.
        Absent = "absent",
        /// It said nothing.
        Unknown = "unknown",
    }
    /// Where an approval was given.
    Source {
        /// By `refs/approvals/BRANCH/LOGIN`.
        Ref = "ref",
        /// By a review at a forge.
        Review = "review",
        /// On the ticket.
        Ticket = "ticket",
    }
    /// Whether a request could still be merged.
    RequestState {
        /// It could.
        Open = "open",
        /// Its author said that it was not ready.
        Draft = "draft",
        /// It was merged already.
        Merged = "merged",
        /// It was turned down.
        Closed = "closed",
    }
    /// How a rule ended.
    Outcome {
        /// It was kept.
        Pass = "pass",
        /// It was broken.
        Fail = "fail",
        /// It did not have to be kept.
        Waived = "waived",
        /// Nothing is known.
        Error = "error",
    }
    /// What became of a change afterwards.
    FollowupKind {
        /// Somebody else has reviewed an emergency.
        EmergencyReviewed = "emergency-reviewed",
        /// Nobody had, when it was due.
        EmergencyOverdue = "emergency-overdue",
        /// A change that landed while the tracker was away was verified.
        Verified = "verified",
        /// Such a change can't be verified: a rule is broken.
        StillUnverified = "still-unverified",
        /// A change that was let in never landed, so that there is nothing to review.
        NeverLanded = "never-landed",
        /// An admin took a change off the list, and said why.
        Dismissed = "dismissed",
        /// A ticket was closed.
        TicketClosed = "ticket-closed",
        /// A ticket had been closed before the change landed.
        TicketClosedEarly = "ticket-closed-early",
        /// A ticket is still open, long after.
        TicketStillOpen = "ticket-still-open",
        /// A ticket is not there any more, or not to be seen.
        TicketGone = "ticket-gone",
    }
}
