//! Every sentence about a broken rule, in one place: the digest shows it, the evidence keeps it.

mod scene;

pub(crate) use scene::{Scene, whom};

use crate::model::approval::Void;
use crate::model::verdict::{JudgedApproval, Standing};
use crate::model::violation::Part;
use crate::model::{
    MergeContent, ObjectId, RefVerdict, Source, TicketKey, Unreviewed, Verdict, Violation,
};
use crate::policy::Policy;
use crate::text::{clean, count, fit, list_and, list_or, moment};

/// What is wrong with one ref, as one clause.
pub fn of_ref(
    violation: &Violation,
    verdict: &Verdict,
    of_ref: &RefVerdict,
    policy: &Policy,
) -> String {
    what(violation, &Scene::of(verdict, of_ref, policy))
}

/// What is wrong with the push as a whole, as one clause.
pub fn of_push(violation: &Violation, policy: &Policy) -> String {
    what(violation, &Scene::whole_push(policy))
}

/// What is wrong, as one clause.
pub(crate) fn what(violation: &Violation, scene: &Scene<'_>) -> String {
    let name = scene.name();
    match violation {
        Violation::MalformedPush { line, why } => {
            format!("line {line} of the push: {}", clean(why))
        }
        Violation::DuplicateRef { name } => {
            format!("`{}` stands twice in this push", fit(name.as_str(), 60))
        }
        Violation::OutdatedPush { name } => {
            format!("`{}` is not where this push says it is", fit(name.as_str(), 60))
        }
        Violation::ShallowPush => "this push brings its own shallow boundary".to_owned(),
        Violation::ReplacementRef => {
            format!("`{name}` would make git show another object than the one judged")
        }
        Violation::ShadowingRef { branch, shadow } => format!(
            "git would take `{}` for the branch `{}`",
            fit(shadow.as_str(), 60),
            fit(branch.short(), 60)
        ),
        Violation::NestedRepository { directory } => {
            format!("`{name}` would make `{}` a repository of its own to git", fit(directory, 60))
        }
        Violation::OddCaseRef { meant } => {
            format!("`{name}` is another spelling of `{}`", fit(meant, 60))
        }
        Violation::BlockedRef { by } => {
            format!("`{}` stands where {name} has to go", fit(by.name.short(), 60))
        }
        Violation::RewrittenBranch { old, new } => {
            format!("{} does not contain {}, where {name} is now", new.short(), old.short())
        }
        Violation::DeletedRef { .. } => format!("{name} is protected and can't be deleted"),
        Violation::MovedTag => format!("{name} is protected and can't be moved"),
        Violation::StrayTag { brings } => format!(
            "no protected branch that {name} trusts was at its commit, which brings {}",
            count(*brings, "commit")
        ),
        Violation::NoCommit => format!("{name} would not point at a commit"),
        Violation::MisnamedApproval => {
            format!("`{name}` is not named `refs/approvals/BRANCH/LOGIN`")
        }
        Violation::NoSuchBranch { branch, .. } => {
            format!("there is no branch {} to approve for", fit(branch, 60))
        }
        Violation::ForgedApproval { login, pusher } => format!(
            "`{}` can be pushed by {} alone, and {} pushed it",
            name,
            fit(login, 40),
            pusher.as_deref().map_or_else(|| "somebody unknown".to_owned(), |p| fit(p, 40))
        ),
        Violation::UnknownPusher { why } => {
            format!("the server did not say who pushes: {}", clean(why))
        }
        Violation::MalformedEmergency { why } => clean(why),
        Violation::UnlistedEmergency { pusher, ticket } => {
            unlisted(pusher.as_deref(), ticket.as_ref(), scene.policy)
        }
        Violation::OverdueReview { earlier } => overdue(earlier),
        Violation::MalformedCommit(defect) => clean(&defect.to_string()),
        Violation::MissingTicket { projects, merge } => {
            let projects = list_or(&projects.iter().map(|p| fit(p, 20)).collect::<Vec<_>>());
            match merge {
                MergeContent::Own => {
                    format!("a merge with changes of its own, and no ticket of {projects}")
                }
                MergeContent::NotAMerge | MergeContent::Clean => {
                    format!("no ticket key of {projects} in the subject or a trailer")
                }
            }
        }
        Violation::NoSuchTicket { key } => format!("there is no ticket {key}"),
        Violation::ClosedTicket { key, state } => format!("{key} is closed ({})", fit(state, 40)),
        Violation::WrongState { key, state, allowed } => format!(
            "{key} is {}; {name} takes {}",
            fit(state, 40),
            list_or(&allowed.iter().map(|s| fit(s, 30)).collect::<Vec<_>>())
        ),
        Violation::WrongType { key, kind, allowed } => format!(
            "{key} is of type {}; {name} takes {}",
            kind.as_deref().map_or_else(|| "(none)".to_owned(), |kind| fit(kind, 30)),
            list_or(&allowed.iter().map(|s| fit(s, 30)).collect::<Vec<_>>())
        ),
        Violation::UnmatchedQuery { key, query } => {
            format!("{key} does not match `{}`", fit(query, 200))
        }
        Violation::LateTicket { key, created, .. } => {
            format!("{key} was opened at {created:.0}, after the work on it was done")
        }
        Violation::MissingApproval { have: 0, need: 1 } => "nobody has approved".to_owned(),
        Violation::MissingApproval { have, need } => {
            format!("{have} of {} that {name} needs", count(*need, "approval"))
        }
        Violation::StaleApproval { by, source } => match source {
            Source::Ref { commit, .. } => {
                format!(
                    "{} approved {}, which this push does not bring",
                    fit(by, 40),
                    commit.short()
                )
            }
            Source::Review { number, commit, .. } => format!(
                "{} approved {} in request {number}, and this push brings something else",
                fit(by, 40),
                commit.as_ref().map_or("another version", ObjectId::short)
            ),
            Source::Ticket { key } => {
                format!("{} approved on {key} before the last commit for it", fit(by, 40))
            }
        },
        Violation::ApprovalBeforeRemoval { by } => format!(
            "{} approved this before it was taken back from a protected branch",
            fit(by, 40)
        ),
        Violation::SelfApproval { by, part } => match part {
            Part::Pusher => format!("{} approved, but also pushes this", fit(by, 40)),
            Part::Author => format!("{} approved, but also opened the request", fit(by, 40)),
            Part::Contributor(commit) => {
                format!("{} approved, but has a part in {}", fit(by, 40), commit.short())
            }
        },
        Violation::UnmatchedApprover { by, missing } => format!(
            "{} approved, but might be the contributor {}",
            fit(by, 40),
            fit(missing.as_str(), 60)
        ),
        Violation::VoidApproval { by, number, why } => format!(
            "{} approved in request {number}, which does not count: {}",
            fit(by, 40),
            void(why)
        ),
        Violation::UnreviewedContent { number } => {
            format!("not what was approved in request {number}")
        }
        Violation::ChangesRequested { by, number } => {
            format!("{} asks for changes in request {number}", fit(by, 40))
        }
        Violation::UnmetReviewRule { number, rules } => format!(
            "request {number} does not meet {} of the forge",
            list_and(&rules.iter().map(|rule| format!("`{}`", fit(rule, 40))).collect::<Vec<_>>())
        ),
        Violation::FailedCheck { name, state } => match state {
            Some(state) => format!("the check `{}` is {}", fit(name, 60), fit(state, 30)),
            None => format!("no request with this commit has the check `{}`", fit(name, 60)),
        },
    }
}

/// Why an approval does not count, whoever gave it.
fn void(why: &Void) -> String {
    match why {
        Void::Dismissed => "it was dismissed".to_owned(),
        Void::Superseded => "they have asked for changes since".to_owned(),
        Void::Machine => "it is a machine's".to_owned(),
        Void::NoWriteAccess => "they may not write to the repository".to_owned(),
        Void::Gone => "the account is gone".to_owned(),
        Void::OtherBranch(branch) => format!("the request is for {}", fit(branch, 60)),
        Void::Retargeted => "the request was for another branch then".to_owned(),
        Void::Draft => "the request is a draft".to_owned(),
        Void::Closed => "the request was closed".to_owned(),
        Void::Merged => "the request was merged before this push".to_owned(),
        Void::Unknowable(why) => format!("nobody can tell of what it is, because {}", clean(why)),
    }
}

/// Why an approval does not count, in one clause.
pub fn why_not(judged: &JudgedApproval) -> Option<String> {
    match &judged.standing {
        Standing::Counts if judged.approval.covers.is_empty() => {
            Some("this push brings something else".to_owned())
        }
        Standing::Counts => None,
        Standing::Void(why) => Some(void(why)),
        Standing::Machine => Some("the approver is a machine".to_owned()),
        Standing::HasPart(Part::Pusher) => Some("the approver pushes the change".to_owned()),
        Standing::HasPart(Part::Author) => Some("the approver opened the request".to_owned()),
        Standing::HasPart(Part::Contributor(commit)) => {
            Some(format!("the approver has a part in {}", commit.short()))
        }
        Standing::Unmatched { missing } => {
            Some(format!("the approver might be the contributor {}", fit(missing.as_str(), 60)))
        }
    }
}

/// Why no other emergency is accepted.
fn overdue(earlier: &Unreviewed) -> String {
    format!(
        "the review of emergency #{} on {}, pushed by {}, was due by {}; until it is done no other \
         one is accepted",
        earlier.seq,
        fit(earlier.target.short(), 60),
        fit(&earlier.by, 40),
        moment(earlier.due)
    )
}

/// Why somebody may not push an emergency.
fn unlisted(pusher: Option<&str>, ticket: Option<&TicketKey>, policy: &Policy) -> String {
    let who = pusher.map_or_else(|| "somebody unknown".to_owned(), |who| fit(who, 40));
    if policy.emergencies.is_none() {
        return format!("{who} calls this an emergency, and this server takes none");
    }
    match ticket {
        None => format!("{who} calls this an emergency, and is not listed for that"),
        Some(key) => format!("{key} is an emergency, and {who} is not listed for one"),
    }
}
