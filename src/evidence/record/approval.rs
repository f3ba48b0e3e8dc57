//! An approval ref was pushed: who approved what, or tried to.

use serde::Serialize;

use super::change::PusherItem;
use super::rules::RuleItem;
use super::{Decided, Finding, bounded};
use crate::model::{ObjectId, RefName, RefVerdict, Role, Verdict};
use crate::policy::Policy;

/// The judgement of one approval ref.
#[derive(Clone, Debug, Serialize)]
pub struct ApprovalRecord {
    #[serde(skip_serializing_if = "Option::is_none")]
    push: Option<String>,
    repo: String,
    #[serde(rename = "ref")]
    name: RefName,
    branch: Option<String>,
    login: Option<String>,
    old: Option<ObjectId>,
    /// The commit that is approved; none where an approval is withdrawn.
    new: Option<ObjectId>,
    pusher: PusherItem,
    rules: Vec<RuleItem>,
    decision: Decided,
    finding: Finding,
}

impl ApprovalRecord {
    /// What a verdict says about one approval ref.
    pub fn of(push: Option<&str>, verdict: &Verdict, of_ref: &RefVerdict, policy: &Policy) -> Self {
        let (branch, login) = match &of_ref.update.role {
            Role::Approval { branch, login, .. } => (Some(bounded(branch)), Some(bounded(login))),
            _ => (None, None),
        };
        Self {
            push: push.map(str::to_owned),
            repo: bounded(&verdict.repository),
            name: of_ref.update.target.clone(),
            branch,
            login,
            old: of_ref.update.line.change.old_id().cloned(),
            new: of_ref.update.line.change.new_id().cloned(),
            pusher: PusherItem::of(&verdict.pusher),
            rules: RuleItem::all_of(verdict, of_ref, policy),
            decision: verdict.decision().into(),
            finding: of_ref.finding().into(),
        }
    }
}
