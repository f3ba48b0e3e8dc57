//! People, merge requests, issues, commits and checks as GitLab shows them.

use serde_json::{Value, json};

use crate::support::fake_forge::commits::Commit;
use crate::support::fake_forge::state::{
    Access, Check, Issue, Kind, Outcome, Person, Request, Stage, State,
};

/// With milliseconds, as GitLab writes them.
pub(super) fn time(at: &str) -> String {
    at.replace('Z', ".000Z")
}

/// Where a person finds the project.
fn html(state: &State) -> String {
    format!("{}/{}", state.url, state.full_name())
}

pub(super) fn user(state: &State, login: &str) -> Value {
    let person = &state.people[login];
    json!({"id": person.id, "username": person.login, "name": person.login, "state": "active",
        "locked": false, "avatar_url": null, "web_url": format!("{}/{}", state.url, person.login)})
}

/// Deleted accounts hand on what they did to the ghost user.
fn user_or_ghost(state: &State, login: Option<&str>) -> Value {
    login.map_or_else(
        || {
            json!({"id": 9_000, "username": "ghost", "name": "Ghost User", "state": "active",
                "locked": false, "avatar_url": null, "web_url": format!("{}/ghost", state.url)})
        },
        |login| user(state, login),
    )
}

/// A profile; e-mails are not in it unless its owner shows one.
pub(super) fn account(state: &State, person: &Person) -> Value {
    let mut account = user(state, &person.login);
    account["bot"] = json!(person.kind == Kind::Bot);
    account["public_email"] = json!(person.public_email.as_deref().unwrap_or_default());
    account["created_at"] = json!("2020-01-01T00:00:00.000Z");
    account
}

pub(super) fn member(state: &State, person: &Person) -> Value {
    let mut member = user(state, &person.login);
    member["access_level"] = json!(match person.access {
        Access::None => 0,
        Access::Read => 20,
        Access::Write => 30,
        Access::Admin => 40,
    });
    member["expires_at"] = Value::Null;
    member["membership_state"] = json!("active");
    member["created_at"] = json!("2020-01-01T00:00:00.000Z");
    member
}

pub(super) fn project(state: &State) -> Value {
    json!({
        "id": state.id, "name": state.name, "path": state.name, "description": null,
        "name_with_namespace": format!("{} / {}", state.owner, state.name),
        "path_with_namespace": state.full_name(), "default_branch": "main",
        "visibility": "private", "web_url": html(state), "created_at": "2026-01-05T09:00:00.000Z",
        "namespace": {"id": 2, "name": state.owner, "path": state.owner, "kind": "group",
            "full_path": state.owner},
        "merge_method": "merge", "squash_option": "default_off", "archived": false,
        "permissions": {"project_access": {"access_level": 20, "notification_level": 3},
            "group_access": null},
    })
}

pub(super) fn stage(request: &Request) -> &'static str {
    match request.stage {
        Stage::Open => "opened",
        Stage::Closed => "closed",
        Stage::Merged(_) => "merged",
    }
}

/// As lists show it.
pub(super) fn request(state: &State, request: &Request) -> Value {
    let (merged, closed) = match &request.stage {
        Stage::Open => (None, None),
        Stage::Closed => (None, Some(time(&request.updated))),
        Stage::Merged(commit) => (Some((commit, time(&request.updated))), None),
    };
    let title =
        if request.draft { format!("Draft: {}", request.title) } else { request.title.clone() };
    json!({
        "id": request.id, "iid": request.number, "project_id": state.id, "title": title,
        "description": "", "state": stage(request), "draft": request.draft,
        "work_in_progress": request.draft, "created_at": time(&request.created),
        "updated_at": time(&request.updated), "merged_at": merged.as_ref().map(|(_, at)| at),
        "closed_at": closed, "merge_user": null, "closed_by": null,
        "target_branch": request.base, "source_branch": request.branch,
        "source_project_id": state.id, "target_project_id": state.id,
        "author": user_or_ghost(state, request.author.as_deref()), "assignees": [],
        "assignee": null, "reviewers": [], "labels": [], "milestone": null,
        "sha": request.head(), "merge_commit_sha": merged.as_ref().map(|(commit, _)| commit),
        "squash_commit_sha": null, "squash": false, "merge_when_pipeline_succeeds": false,
        "detailed_merge_status": "mergeable", "merge_status": "can_be_merged",
        "references": {"short": format!("!{}", request.number),
            "relative": format!("!{}", request.number),
            "full": format!("{}!{}", state.full_name(), request.number)},
        "web_url": format!("{}/-/merge_requests/{}", html(state), request.number),
        "has_conflicts": false, "blocking_discussions_resolved": true,
    })
}

/// As it shows itself.
pub(super) fn whole_request(state: &State, one: &Request) -> Value {
    let mut whole = request(state, one);
    whole["diff_refs"] = json!({"base_sha": "b".repeat(40), "start_sha": "b".repeat(40),
        "head_sha": one.head()});
    whole["changes_count"] = json!("1");
    whole["head_pipeline"] = pipelines(state, one).first().cloned().unwrap_or(Value::Null);
    whole["user"] = json!({"can_merge": false});
    whole
}

/// Of a head, in the whole server.
fn id_of(request: &Request, number: usize) -> u64 {
    request.id * 100 + number as u64
}

/// Every head that it had, newest first; once more where it then got another branch to be
/// merged into.
pub(super) fn versions(request: &Request) -> Vec<Value> {
    let mut shown = request.heads.clone();
    for at in &request.retargeted {
        let head = request.heads.iter().rev().find(|(_, since)| since <= at);
        shown.extend(head.map(|(head, _)| (head.clone(), at.clone())));
    }
    shown.sort_by(|(_, a), (_, b)| a.cmp(b));
    let versions = shown.iter().enumerate().rev().map(|(number, (head, at))| {
        json!({"id": id_of(request, number), "head_commit_sha": head, "base_commit_sha": "b".repeat(40),
            "start_commit_sha": "b".repeat(40), "created_at": time(at),
            "merge_request_id": request.id, "state": "collected", "real_size": "1",
            "patch_id_sha": head})
    });
    versions.collect()
}

pub(super) fn commit(state: &State, commit: &Commit) -> Value {
    let title = commit.message.lines().next().unwrap_or_default();
    json!({
        "id": commit.id, "short_id": &commit.id[..8], "title": title, "message": commit.message,
        "created_at": commit.committer.at, "parent_ids": commit.parents, "trailers": {},
        "extended_trailers": {}, "author_name": commit.author.name,
        "author_email": commit.author.email, "authored_date": commit.author.at,
        "committer_name": commit.committer.name, "committer_email": commit.committer.email,
        "committed_date": commit.committer.at,
        "web_url": format!("{}/-/commit/{}", html(state), commit.id),
    })
}

fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Success => "success",
        Outcome::Failure => "failed",
        Outcome::Pending => "running",
    }
}

/// The last word of each name.
fn latest<'a>(state: &'a State, sha: &str) -> Vec<&'a Check> {
    let mut latest: Vec<&Check> = Vec::new();
    for check in state.checks.get(sha).map_or(&[][..], Vec::as_slice) {
        latest.retain(|known| known.name != check.name);
        latest.push(check);
    }
    latest
}

pub(super) fn statuses(state: &State, sha: &str) -> Vec<Value> {
    let statuses = latest(state, sha).into_iter().map(|check| {
        let done = (check.outcome != Outcome::Pending).then(|| time(&check.at));
        json!({"id": check.id, "sha": sha, "ref": "side", "status": word(check.outcome),
            "name": check.name, "target_url": null, "description": null, "coverage": null,
            "allow_failure": false, "created_at": time(&check.at), "started_at": time(&check.at),
            "finished_at": done, "pipeline_id": 7, "author": user(state, "root")})
    });
    statuses.collect()
}

/// One for each head that anything was checked of, newest first.
pub(super) fn pipelines(state: &State, request: &Request) -> Vec<Value> {
    let heads = request.heads.iter().enumerate().rev();
    let pipelines = heads.filter_map(|(number, (head, at))| {
        let checks = latest(state, head);
        let any = |wanted: Outcome| checks.iter().any(|check| check.outcome == wanted);
        let all = if any(Outcome::Failure) {
            Outcome::Failure
        } else if any(Outcome::Pending) {
            Outcome::Pending
        } else {
            Outcome::Success
        };
        let id = id_of(request, number);
        (!checks.is_empty()).then(|| {
            json!({"id": id, "iid": id, "project_id": state.id, "sha": head, "status": word(all),
                "ref": format!("refs/merge-requests/{}/head", request.number),
                "source": "merge_request_event", "created_at": time(at), "updated_at": time(at),
                "web_url": format!("{}/-/pipelines/{id}", html(state))})
        })
    });
    pipelines.collect()
}

pub(super) fn issue(state: &State, issue: &Issue) -> Value {
    let people = issue.assignees.iter().map(|login| user(state, login));
    let people: Vec<Value> = people.collect();
    json!({
        "id": issue.id, "iid": issue.number, "project_id": state.id, "title": issue.title,
        "description": "", "state": if issue.closed.is_some() { "closed" } else { "opened" },
        "created_at": time(&issue.created), "updated_at": time(&issue.created),
        "closed_at": issue.closed.as_deref().map(time), "closed_by": null, "labels": issue.labels,
        "milestone": issue.milestone.as_ref().map(|title| {
            json!({"id": 1, "iid": 1, "project_id": state.id, "title": title, "state": "active"})
        }),
        "assignees": people, "assignee": people.first(), "type": "ISSUE", "issue_type": "issue",
        "author": user_or_ghost(state, issue.author.as_deref()), "moved_to_id": null,
        "confidential": false, "web_url": format!("{}/-/issues/{}", html(state), issue.number),
        "references": {"short": format!("#{}", issue.number),
            "relative": format!("#{}", issue.number),
            "full": format!("{}#{}", state.full_name(), issue.number)},
    })
}
