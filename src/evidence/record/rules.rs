//! Each rule with its outcome and what decided it, and each approval with whether it counted.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{ITEMS, Ids, bounded};
use crate::model::verdict::{Asked, JudgedApproval};
use crate::model::{
    Basis, Check, ObjectId, Outcome, RefVerdict, Rule, Source, Subject, Verdict, Waiver,
};
use crate::policy::Policy;
use crate::sentences;
use crate::text::list_and;

/// One rule with one outcome, and all commits that it is the outcome for.
#[derive(Clone, Debug, Serialize)]
pub(super) struct RuleItem {
    #[serde(rename = "id")]
    rule: Rule,
    /// `pass`, `fail`, `waived` or `error`: the last says that nothing is known.
    result: &'static str,
    detail: String,
    /// None where the rule is about the ref.
    commits: Option<Ids>,
}

impl RuleItem {
    /// Outcomes in the order of judgement, a thousand commits with one outcome
    /// as one item. Where there are more items than are kept, those that pass go
    /// last: what refused the push must stand.
    pub(super) fn all_of(verdict: &Verdict, of_ref: &RefVerdict, policy: &Policy) -> Vec<Self> {
        let mut order: Vec<(Rule, &'static str, String, Vec<ObjectId>)> = Vec::new();
        let mut places: BTreeMap<(Rule, &'static str, String), usize> = BTreeMap::new();
        for check in &of_ref.checks {
            let (result, detail) = outcome(check, verdict, of_ref, policy);
            let key = (check.rule, result, detail);
            let place = *places.entry(key.clone()).or_insert(order.len());
            if place == order.len() {
                order.push((key.0, key.1, key.2, Vec::new()));
            }
            if let (Subject::Commit(id), Some(item)) = (&check.on, order.get_mut(place)) {
                item.3.push(id.clone());
            }
        }
        if order.len() > ITEMS {
            order.sort_by_key(|(_, result, _, _)| *result == "pass");
        }
        order
            .into_iter()
            .take(ITEMS)
            .map(|(rule, result, detail, ids)| Self {
                rule,
                result,
                detail,
                commits: (!ids.is_empty()).then(|| Ids::of(&ids)),
            })
            .collect()
    }
}

fn outcome(
    check: &Check,
    verdict: &Verdict,
    of_ref: &RefVerdict,
    policy: &Policy,
) -> (&'static str, String) {
    let (result, detail) = match &check.outcome {
        Outcome::Met(basis) => ("pass", basis_text(basis)),
        Outcome::Broken(violation) => {
            ("fail", sentences::of_ref(violation, verdict, of_ref, policy))
        }
        Outcome::Waived(Waiver::Exempt { by, table }) => {
            ("waived", format!("{by} is exempt by [[protect]] table {table}"))
        }
        Outcome::Waived(Waiver::Emergency { by }) => {
            ("waived", format!("an emergency of {by}, who is listed under [emergency]"))
        }
        Outcome::Unknown { asked: Asked::Ticket(key), why } => ("error", format!("{key}: {why}")),
        Outcome::Unknown { asked: Asked::Reviews, why } => ("error", format!("reviews: {why}")),
    };
    (result, bounded(&detail))
}

fn basis_text(basis: &Basis) -> String {
    match basis {
        Basis::Fact(fact) => (*fact).to_owned(),
        Basis::Tickets(keys) => list_and(&keys.iter().map(ToString::to_string).collect::<Vec<_>>()),
        Basis::Approvers(by) => format!("approved by {}", list_and(by)),
        Basis::CleanMerge => "a merge that adds nothing of its own".to_owned(),
        Basis::Checked(name) => format!("`{name}` succeeded"),
    }
}

/// One approval.
#[derive(Clone, Debug, Serialize)]
pub(super) struct ApprovalItem {
    by: String,
    person: String,
    at: Option<String>,
    source: &'static str,
    /// The ref, the request, or the ticket.
    place: String,
    /// Where a person reads it.
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    /// The commit that a ref or a review approves; a ticket names none.
    commit: Option<ObjectId>,
    covers: Ids,
    counted: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    why_not: Option<String>,
}

impl ApprovalItem {
    pub(super) fn of(judged: &JudgedApproval) -> Self {
        let approval = &judged.approval;
        let (source, place, commit) = match &approval.source {
            Source::Ref { name, commit } => ("ref", name.to_string(), Some(commit.clone())),
            Source::Review { number, commit, .. } => {
                ("review", format!("request {number}"), commit.clone())
            }
            Source::Ticket { key } => ("ticket", key.to_string(), None),
        };
        let url = match &approval.source {
            Source::Review { url, .. } => Some(bounded(url)),
            Source::Ref { .. } | Source::Ticket { .. } => None,
        };
        let why_not = sentences::why_not(judged);
        Self {
            by: bounded(approval.by.as_str()),
            person: bounded(&judged.person),
            at: approval.at.map(|at| at.to_string()),
            source,
            place: bounded(&place),
            url,
            commit,
            covers: Ids::of(&approval.covers),
            counted: why_not.is_none(),
            why_not: why_not.map(|why| bounded(&why)),
        }
    }
}
