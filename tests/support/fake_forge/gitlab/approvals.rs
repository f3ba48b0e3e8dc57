//! Who approved a merge request, and by which rules: the free edition knows the first only.

use serde_json::{Value, json};

use super::{found, no_route, shape};
use crate::support::fake_forge::state::{Opinion, Request, Review, State};
use crate::support::fake_forge::{ApprovalTimes, Edition, OnPush};
use crate::support::http::Reply;

/// Approvals that stand: one for each person. Asking for changes takes one's own away.
fn standing(request: &Request) -> Vec<&Review> {
    let mut standing: Vec<&Review> = Vec::new();
    for review in &request.reviews {
        let own = |known: &&Review| known.by == review.by;
        match review.opinion {
            Opinion::Approved if !review.dismissed && !standing.iter().any(own) => {
                standing.push(review);
            }
            Opinion::ChangesRequested => standing.retain(|known| known.by != review.by),
            _ => {}
        }
    }
    standing
}

pub(super) fn given(state: &State, request: &Request) -> Value {
    let standing = standing(request);
    let by = standing.iter().filter_map(|review| {
        let mut by = json!({"user": shape::user(state, review.by.as_deref()?)});
        if state.habits.gitlab.approval_times == ApprovalTimes::Shown {
            by["approved_at"] = json!(shape::time(&review.at));
        }
        Some(by)
    });
    let by: Vec<Value> = by.collect();
    // In the free edition any approval will do.
    let mut approved = !by.is_empty();
    let mut answer = json!({"user_has_approved": false, "user_can_approve": false});
    if state.habits.gitlab.edition == Edition::Premium {
        let rules = &state.habits.gitlab.rules;
        let left: u64 = rules.iter().map(|rule| left(&standing, rule)).sum();
        answer["id"] = json!(request.id);
        answer["iid"] = json!(request.number);
        answer["project_id"] = json!(state.id);
        let required: u64 = rules.iter().map(|(_, required, _)| required).sum();
        answer["approvals_required"] = json!(required);
        answer["approvals_left"] = json!(left);
        answer["has_approval_rules"] = json!(!rules.is_empty());
        approved = left == 0;
    }
    answer["approved"] = json!(approved);
    answer["approved_by"] = json!(by);
    answer
}

/// How many approvals a rule still waits for.
fn left(standing: &[&Review], (_, required, eligible): &(String, u64, Vec<String>)) -> u64 {
    required.saturating_sub(by_rule(standing, eligible).len() as u64)
}

fn by_rule<'a>(standing: &[&'a Review], eligible: &[String]) -> Vec<&'a str> {
    let people = standing.iter().filter_map(|review| review.by.as_deref());
    people.filter(|login| eligible.is_empty() || eligible.iter().any(|may| may == login)).collect()
}

pub(super) fn rules(state: &State, request: &Request) -> Reply {
    if state.habits.gitlab.edition == Edition::Free {
        return no_route();
    }
    let standing = standing(request);
    let user = |login: &str| shape::user(state, login);
    let rules = state.habits.gitlab.rules.iter().zip(1..).map(|(rule, id)| {
        let (name, required, eligible) = rule;
        let by: Vec<Value> = by_rule(&standing, eligible).into_iter().map(user).collect();
        let kind = if eligible.is_empty() { "any_approver" } else { "regular" };
        json!({"id": id, "name": name, "rule_type": kind, "approvals_required": required,
            "approved": left(&standing, rule) == 0, "approved_by": by, "users": [], "groups": [],
            "eligible_approvers": eligible.iter().map(|login| user(login)).collect::<Vec<_>>(),
            "contains_hidden_groups": false, "overridden": false, "section": null})
    });
    found(&json!({"approval_rules_overwritten": false, "rules": rules.collect::<Vec<_>>()}))
}

/// Of the project: what becomes of approvals.
pub(super) fn settings(state: &State) -> Reply {
    if state.habits.gitlab.edition == Edition::Free {
        return no_route();
    }
    found(&json!({
        "approvers": [], "approver_groups": [], "approvals_before_merge": 0,
        "reset_approvals_on_push": state.habits.gitlab.on_push == OnPush::Reset,
        "selective_code_owner_removals": false,
        "disable_overriding_approvers_per_merge_request": false,
        "merge_requests_author_approval": false,
        "merge_requests_disable_committers_approval": false,
        "require_password_to_approve": false,
    }))
}

/// Who was asked or has spoken, and what he said last.
pub(super) fn reviewers(state: &State, request: &Request) -> Value {
    let mut last: Vec<&Review> = Vec::new();
    for review in &request.reviews {
        last.retain(|known| known.by != review.by);
        last.push(review);
    }
    let reviewers = last.iter().filter_map(|review| {
        let said = match review.opinion {
            Opinion::Approved if review.dismissed => "unapproved",
            Opinion::Approved => "approved",
            Opinion::ChangesRequested if review.dismissed => "reviewed",
            Opinion::ChangesRequested => "requested_changes",
            Opinion::Commented => "reviewed",
            Opinion::Pending => "review_started",
            Opinion::Asked => "unreviewed",
        };
        Some(json!({"user": shape::user(state, review.by.as_deref()?), "state": said,
            "created_at": shape::time(&review.at)}))
    });
    reviewers.collect()
}
