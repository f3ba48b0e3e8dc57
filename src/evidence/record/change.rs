//! A governed ref was pushed: everything that was known, and what followed from it.

use std::time::Duration;

use serde::Serialize;

use super::commits::Commits;
use super::requests::RequestItem;
use super::rules::{ApprovalItem, RuleItem};
use super::tickets::TicketItem;
use super::{Decided, Finding, ITEMS, Ids, bounded};
use crate::judge;
use crate::model::verdict::{Class, Mode};
use crate::model::{
    Change as Asked, Emergency, Ground, Lapse, Movement, ObjectId, Pusher, RefName, RefUpdate,
    RefVerdict, Role, Start, Tagged, Verdict,
};
use crate::policy::Policy;

/// The judgement of one ref.
#[derive(Clone, Debug, Serialize)]
pub struct Change {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) push: Option<String>,
    pub(super) repo: String,
    #[serde(rename = "ref")]
    pub(super) name: RefName,
    /// The ref that is written, where the client named another one.
    pub(super) target: Option<RefName>,
    role: &'static str,
    op: Operation,
    old: Option<ObjectId>,
    new: Option<ObjectId>,
    forced: bool,
    start: Option<Start>,
    base: Option<Ids>,
    lapse: Option<Lapse>,
    pusher: PusherItem,
    commits: Commits,
    contributors: Vec<String>,
    tickets: Vec<TicketItem>,
    approvals: Vec<ApprovalItem>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    requests: Vec<RequestItem>,
    rules: Vec<RuleItem>,
    class: Class,
    emergency: Option<EmergencyItem>,
    pub(super) decision: Decided,
    finding: Finding,
    mode: Mode,
    ms: u64,
}

/// What the client asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Operation {
    Create,
    Update,
    Delete,
}

/// Why nobody had to approve, and until when somebody has to.
#[derive(Clone, Debug, Serialize)]
struct EmergencyItem {
    reason: String,
    incident: Option<String>,
    due: String,
    /// `option`, or the ticket that made it an emergency.
    ground: Ground,
}

impl EmergencyItem {
    fn of(emergency: &Emergency) -> Self {
        let Emergency { reason, ground, due } = emergency;
        Self {
            reason: bounded(&reason.text),
            incident: reason.incident.as_deref().map(bounded),
            due: format!("{due:.3}"),
            ground: ground.clone(),
        }
    }
}

/// Who pushed, in the host's words.
#[derive(Clone, Debug, Serialize)]
pub(super) struct PusherItem {
    #[serde(rename = "name")]
    login: Option<String>,
    kind: &'static str,
    source: Option<String>,
}

impl Change {
    /// One ref of a verdict. `ms` is how long the hook had run, in milliseconds.
    pub fn of(
        push: Option<&str>,
        verdict: &Verdict,
        of_ref: &RefVerdict,
        policy: &Policy,
        elapsed: Duration,
    ) -> Self {
        let update = &of_ref.update;
        let (start, base, lapse) = match &update.role {
            Role::Branch { start, base, lapse, .. } => {
                (Some(start.clone()), Some(Ids::of(base)), lapse.clone())
            }
            _ => (None, None, None),
        };
        Self {
            push: push.map(str::to_owned),
            repo: bounded(&verdict.repository),
            name: update.line.name.clone(),
            target: (update.target != update.line.name).then(|| update.target.clone()),
            role: role(&update.role),
            op: Operation::of(&update.line.change),
            old: update.line.change.old_id().cloned(),
            new: update.line.change.new_id().cloned(),
            forced: is_forced(update),
            start,
            base,
            lapse,
            pusher: PusherItem::of(&verdict.pusher),
            commits: Commits::of(update, policy),
            contributors: judge::contributors(policy, of_ref),
            tickets: of_ref.tickets.iter().map(TicketItem::of).collect(),
            approvals: of_ref.approvals.iter().map(ApprovalItem::of).collect(),
            requests: of_ref.requests.iter().take(ITEMS).map(RequestItem::of).collect(),
            rules: RuleItem::all_of(verdict, of_ref, policy),
            class: of_ref.class,
            emergency: of_ref.emergency.as_ref().map(EmergencyItem::of),
            decision: verdict.decision().into(),
            finding: of_ref.finding().into(),
            mode: of_ref.mode,
            ms: u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX),
        }
    }
}

impl Operation {
    pub(super) fn of(change: &Asked) -> Self {
        match change {
            Asked::Create { .. } => Self::Create,
            Asked::Update { .. } => Self::Update,
            Asked::Delete { .. } => Self::Delete,
        }
    }
}

impl PusherItem {
    pub(super) fn of(pusher: &Pusher) -> Self {
        let kind = match pusher {
            Pusher::Person { .. } => "person",
            Pusher::Machine { .. } => "machine",
            Pusher::Unknown { .. } => "unknown",
        };
        Self { login: pusher.login().map(bounded), kind, source: pusher.source().map(bounded) }
    }
}

fn role(role: &Role) -> &'static str {
    match role {
        Role::Branch { .. } => "branch",
        Role::Tag { .. } => "tag",
        Role::Approval { .. } | Role::MisnamedApproval => "approval",
        Role::Replacement { .. } => "replacement",
        Role::Shadow { .. } => "shadow",
    }
}

fn is_forced(update: &RefUpdate) -> bool {
    match &update.role {
        Role::Branch { movement, .. } => *movement == Movement::Rewritten,
        Role::Tag { tagged, .. } => {
            matches!(update.line.change, Asked::Update { .. }) && *tagged != Tagged::Nothing
        }
        _ => false,
    }
}
