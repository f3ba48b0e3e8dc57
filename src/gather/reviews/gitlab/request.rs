//! What GitLab says about one merge request, as a [`ChangeRequest`].

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::approvals::{self, Fresh, Settings, Versions};
use crate::gather::forge::account;
use crate::gather::remote::{number, text};
use crate::model::review::{AccountKind, CheckState, RequestState};
use crate::model::{ChangeRequest, Identity, ObjectId};
use crate::policy::Forge;

/// The pipeline's own name among the checks.
const PIPELINE: &str = "pipeline";

/// All answers about one request.
pub(super) struct Told<'a> {
    pub(super) number: u64,
    pub(super) head: Option<ObjectId>,
    pub(super) itself: &'a Value,
    pub(super) approvals: &'a Value,
    pub(super) versions: &'a Value,
    pub(super) rules: Option<&'a Value>,
    pub(super) reviewers: Option<&'a Value>,
    pub(super) settings: Option<&'a Value>,
    pub(super) writers: BTreeSet<u64>,
    pub(super) jobs: Option<&'a Value>,
}

impl Told<'_> {
    /// The request; nothing for one without a head, of which nothing can be merged.
    ///
    /// # Errors
    /// Where anything that decides has another shape than GitLab's.
    pub(super) fn change_request(self, forge: &Forge) -> Result<Option<ChangeRequest>, String> {
        let number = self.number;
        let lacks = |what: &str| format!("!{number} has no `{what}`");
        if self::number(self.itself, "iid") != Some(number) {
            return Err(format!("!{number} is answered with another request"));
        }
        let Some(head) = self.head.clone() else { return Ok(None) };
        let target = text(self.itself, "target_branch").ok_or_else(|| lacks("target_branch"))?;
        let versions = Versions::parse(self.versions)?;
        let settings = Settings::parse(self.settings);
        let fresh = Fresh { head: &head, versions: &versions, settings };
        let mut reviews = approvals::given(self.approvals, forge, &fresh, &self.writers)?;
        let mut unmet = self.rules.map_or(Ok(Vec::new()), approvals::unmet)?;
        let against = match self.reviewers {
            Some(reviewers) => approvals::against(reviewers, forge, &head)?,
            None => Vec::new(),
        };
        // What stands against a request outlives whoever said so as its reviewer; older
        // servers don't tell who that was.
        let blocked = text(self.itself, "detailed_merge_status") == Some("requested_changes");
        if blocked && against.is_empty() {
            unmet.push("changes requested".to_owned());
        }
        reviews.extend(against);
        Ok(Some(ChangeRequest {
            number,
            title: text(self.itself, "title").unwrap_or("").to_owned(),
            url: text(self.itself, "web_url").unwrap_or(&forge.remote.url).to_owned(),
            state: state(self.itself)?,
            target: target.to_owned(),
            retargeted: versions.retargeted(),
            author: self.itself.get("author").and_then(|user| identity(forge, user)),
            reviews,
            unmet,
            checks: self.checks(&head)?,
            accounts: self.accounts(forge),
            head,
        }))
    }

    /// The newest job of each name; and the pipeline, if it ran for the head itself.
    /// That of a merged result runs for a commit that nobody reviewed.
    fn checks(&self, head: &ObjectId) -> Result<BTreeMap<String, CheckState>, String> {
        let Some(jobs) = self.jobs else { return Ok(BTreeMap::new()) };
        let mut newest: BTreeMap<&str, (u64, &str)> = BTreeMap::new();
        for job in jobs.as_array().ok_or("no list of statuses")? {
            if text(job, "sha").is_some_and(|of| of != head.as_str()) {
                return Err("a status of another commit".to_owned());
            }
            let name = text(job, "name").ok_or("a status without `name`")?;
            let id = number(job, "id").ok_or("a status without `id`")?;
            let state = text(job, "status").ok_or("a status without `status`")?;
            if newest.get(name).is_none_or(|(known, _)| *known < id) {
                newest.insert(name, (id, state));
            }
        }
        // Anybody who may write can set a status of any name.
        newest.remove(PIPELINE);
        let pipeline = self.itself.get("head_pipeline");
        let of_head = pipeline.filter(|run| text(run, "sha") == Some(head.as_str()));
        if let Some(status) = of_head.and_then(|run| text(run, "status")) {
            newest.insert(PIPELINE, (0, status));
        }
        let checks = newest.into_iter().map(|(name, (_, state))| (name.to_owned(), check(state)));
        Ok(checks.collect())
    }

    /// GitLab does not say who is behind an address of a commit; but the address that
    /// somebody shows was confirmed, and the private ones are made of id and name.
    fn accounts(&self, forge: &Forge) -> BTreeMap<String, Identity> {
        let of = |list: Option<&'_ Value>| {
            let list = list.and_then(Value::as_array).cloned().unwrap_or_else(Vec::new);
            list.into_iter().filter_map(|item| item.get("user").cloned())
        };
        let users = self.itself.get("author").cloned().into_iter();
        let users = users.chain(of(self.approvals.get("approved_by"))).chain(of(self.reviewers));
        let mut accounts = BTreeMap::new();
        for user in users {
            let (Some(who), Some(name)) = (identity(forge, &user), text(&user, "username")) else {
                continue;
            };
            let private = number(&user, "id").zip(host(forge)).map(|(id, host)| {
                // User docs, "Use an automatically-generated private commit email".
                format!("{id}-{name}@users.noreply.{host}")
            });
            let shown = text(&user, "public_email").filter(|email| email.contains('@'));
            for email in private.into_iter().chain(shown.map(str::to_owned)) {
                accounts.insert(email.to_lowercase(), who.clone());
            }
        }
        accounts
    }
}

/// Whose account it is; nobody's where it was deleted, and its doings given to the ghost.
pub(super) fn identity(forge: &Forge, user: &Value) -> Option<Identity> {
    let name = text(user, "username").filter(|name| !name.is_empty() && *name != "ghost")?;
    Some(account(forge, name, text(user, "public_email")))
}

/// Tokens of projects and groups, and service accounts, are users by these names.
pub(super) fn kind(user: &Value) -> AccountKind {
    let name = text(user, "username").unwrap_or("");
    let of_token = ["project_", "group_"].iter().any(|scope| {
        let rest = name.strip_prefix(scope);
        let rest = rest.map(|rest| rest.trim_start_matches(|c: char| c.is_ascii_digit()));
        rest.is_some_and(|rest| rest.starts_with("_bot"))
    });
    let says_so = user.get("bot").and_then(Value::as_bool) == Some(true);
    if of_token || says_so || name.starts_with("service_account_") {
        return AccountKind::Machine;
    }
    AccountKind::Person
}

fn state(request: &Value) -> Result<RequestState, String> {
    let is = |name: &str| request.get(name).and_then(Value::as_bool) == Some(true);
    match text(request, "state") {
        Some("opened") if is("draft") || is("work_in_progress") => Ok(RequestState::Draft),
        // Locked: GitLab is merging it, perhaps by this very push.
        Some("opened" | "locked") => Ok(RequestState::Open),
        Some("merged") => Ok(RequestState::Merged),
        Some("closed") => Ok(RequestState::Closed),
        _ => Err("a merge request in no state that we know".to_owned()),
    }
}

fn check(state: &str) -> CheckState {
    if state == "success" { CheckState::Success } else { CheckState::Other(state.to_owned()) }
}

fn host(forge: &Forge) -> Option<String> {
    let url = url::Url::parse(&forge.remote.url).ok()?;
    url.host_str().map(str::to_owned)
}
