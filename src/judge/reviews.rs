//! Reviews of pull and merge requests: which are approvals of what, and what stands against a change.

use std::collections::{BTreeMap, BTreeSet};

use super::branch::Change;
use crate::model::approval::{Void, Vouched};
use crate::model::review::{
    Access, AccountKind, Answer, CheckState, Opinion, Proven, Review, Reviewed,
};
use crate::model::verdict::Asked;
use crate::model::{
    Approval, Basis, ChangeRequest, Check, Commit, Identity, ObjectId, Outcome, Rule, Source,
    Subject, Violation,
};
use crate::policy::Sameness;

/// The approvals among the reviews, those that can't count included: the pusher is
/// told why not.
pub(super) fn approvals(change: &Change<'_>) -> Vec<Approval> {
    // Whom the forge knows by an address, it knows in every request.
    let accounts: BTreeMap<String, Identity> =
        known(change).iter().flat_map(|proven| proven.request.accounts.clone()).collect();
    known(change).iter().flat_map(|proven| of_request(change, proven, &accounts)).collect()
}

/// What beside the number of approvals a commit needs: nobody who asks for changes, the
/// forge's own rules met, its checks done well. Unknown, where the forge did not answer.
pub(super) fn checks(change: &Change<'_>, commit: &Commit) -> Vec<Check> {
    let on = Subject::Commit(commit.id.clone());
    match change.reviews {
        // Nobody was asked about a ref that is no branch: what its checks say is not known.
        None => change.table.approval.checks.iter().map(|name| checked(&on, name, &[])).collect(),
        Some(Answer::Unknown(why)) => {
            let outcome = Outcome::Unknown { asked: Asked::Reviews, why: why.clone() };
            vec![Check { rule: Rule::ReviewsUnavailable, on, outcome }]
        }
        Some(Answer::Known(all)) => {
            let fit = || all.iter().filter(|proven| is_for(change, &proven.request));
            // A newer head takes no objection back.
            let had_it = fit().filter(|proven| proven.all().any(|id| *id == commit.id));
            let has_it =
                fit().filter(|proven| proven.content_of(&proven.request.head).contains(&commit.id));
            let mut found = against(change, &on, had_it.map(|proven| &proven.request));
            let has_it: Vec<&ChangeRequest> = has_it.map(|proven| &proven.request).collect();
            let names = change.table.approval.checks.iter();
            found.extend(names.map(|name| checked(&on, name, &has_it)));
            found
        }
    }
}

/// A request that was approved, and that a commit is no part of: it was meant to be,
/// or it says that it was.
pub(super) fn left_out(change: &Change<'_>, commit: &ObjectId) -> Option<Violation> {
    if known(change).iter().any(|proven| proven.all().any(|id| id == commit)) {
        return None;
    }
    let approved = |proven: &&Proven| {
        let request = &proven.request;
        let approves = |review: &Review| review.opinion == Opinion::Approved;
        is_for(change, request) && request.reviews.iter().any(approves)
    };
    let number = known(change).iter().find(approved)?.request.number;
    Some(Violation::UnreviewedContent { number })
}

/// The requests that are known; none where the forge did not answer.
pub(super) fn known<'a>(change: &Change<'a>) -> &'a [Proven] {
    match change.reviews {
        Some(Answer::Known(all)) => all,
        Some(Answer::Unknown(_)) | None => &[],
    }
}

/// Whether a request is one that this push may be the merge of.
fn is_for(change: &Change<'_>, request: &ChangeRequest) -> bool {
    unfit(change, request).is_none()
}

/// Why no review of a request counts for this push.
fn unfit(change: &Change<'_>, request: &ChangeRequest) -> Option<Void> {
    request.unfit(change.branch, change.moment)
}

fn of_request(
    change: &Change<'_>,
    proven: &Proven,
    accounts: &BTreeMap<String, Identity>,
) -> Vec<Approval> {
    let request = &proven.request;
    let whole = proven.content_of(&request.head);
    let mut found = Vec::new();
    for (index, review) in request.reviews.iter().enumerate() {
        let later = request.reviews.get(index + 1..).unwrap_or(&[]);
        let later = later.iter().find(|later| is_by_same(change, later, review));
        // One approval of each person: the last one.
        if review.opinion == Opinion::ChangesRequested
            || later.is_some_and(|later| later.opinion == Opinion::Approved)
        {
            continue;
        }
        let content = match &review.of {
            Reviewed::Commit(id) => proven.content_of(id),
            Reviewed::Unknown(_) => BTreeSet::new(),
        };
        let void = unfit(change, request).or_else(|| void(request, review, later));
        let (covers, outdated_for) = match (content.is_empty(), &void) {
            (false, _) => (content, BTreeSet::new()),
            (true, None) => (BTreeSet::new(), whole.clone()),
            (true, Some(_)) => (whole.clone(), BTreeSet::new()),
        };
        if covers.is_empty() && outdated_for.is_empty() {
            continue;
        }
        found.push(Approval {
            by: review.by.clone().unwrap_or_else(gone),
            at: review.at,
            source: Source::Review {
                number: request.number,
                url: request.url.clone(),
                commit: match &review.of {
                    Reviewed::Commit(id) => Some(id.clone()),
                    Reviewed::Unknown(_) => None,
                },
            },
            covers,
            outdated_for,
            void,
            vouched: Some(Vouched { author: request.author.clone(), accounts: accounts.clone() }),
        });
    }
    found
}

/// Why a review does not count, whoever gave it.
fn void(request: &ChangeRequest, review: &Review, later: Option<&Review>) -> Option<Void> {
    match review.opinion {
        Opinion::Dismissed => return Some(Void::Dismissed),
        Opinion::Approved | Opinion::ChangesRequested => {}
    }
    if review.by.is_none() {
        return Some(Void::Gone);
    }
    if later.is_some() {
        return Some(Void::Superseded);
    }
    if review.kind == AccountKind::Machine {
        return Some(Void::Machine);
    }
    if review.access == Access::Read {
        return Some(Void::NoWriteAccess);
    }
    if request.retargeted.is_some_and(|since| review.at.is_none_or(|at| at <= since)) {
        return Some(Void::Retargeted);
    }
    match &review.of {
        Reviewed::Commit(_) => None,
        Reviewed::Unknown(why) => Some(Void::Unknowable(why)),
    }
}

/// An account that was deleted; nobody can be told apart from it.
fn gone() -> Identity {
    Identity::Account { id: "a deleted account".to_owned(), email: None }
}

fn is_by_same(change: &Change<'_>, a: &Review, b: &Review) -> bool {
    match (&a.by, &b.by) {
        (Some(a), Some(b)) => change.policy.people.sameness(a, b) == Sameness::Same,
        _ => false,
    }
}

/// Who may write and asks for changes, and has not said otherwise since; and the rules
/// of the forge that are not met.
fn against<'a>(
    change: &Change<'_>,
    on: &Subject,
    requests: impl Iterator<Item = &'a ChangeRequest>,
) -> Vec<Check> {
    let mut found = Vec::new();
    for request in requests {
        for (index, review) in request.reviews.iter().enumerate() {
            let later = request.reviews.get(index + 1..).unwrap_or(&[]);
            if review.opinion == Opinion::ChangesRequested
                && review.access == Access::Write
                && !later.iter().any(|later| is_by_same(change, later, review))
            {
                let by = change.policy.people.name(&review.by.clone().unwrap_or_else(gone));
                let violation = Violation::ChangesRequested { by, number: request.number };
                found.push(Check::broken(on.clone(), violation));
            }
        }
        if !request.unmet.is_empty() {
            let (number, rules) = (request.number, request.unmet.clone());
            found.push(Check::broken(on.clone(), Violation::UnmetReviewRule { number, rules }));
        }
    }
    found
}

/// Whether a check of the head of any request ended well.
fn checked(on: &Subject, name: &str, requests: &[&ChangeRequest]) -> Check {
    let states: Vec<_> = requests.iter().filter_map(|request| request.checks.get(name)).collect();
    if states.contains(&&CheckState::Success) {
        return Check::met(Rule::FailedCheck, on.clone(), Basis::Checked(name.to_owned()));
    }
    let state = states.into_iter().find_map(|state| match state {
        CheckState::Success => None,
        CheckState::Other(words) => Some(words.clone()),
    });
    Check::broken(on.clone(), Violation::FailedCheck { name: name.to_owned(), state })
}
