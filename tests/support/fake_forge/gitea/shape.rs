//! People, pull requests, reviews, issues, commits and checks as Gitea shows them.

use serde_json::{Value, json};

use crate::support::fake_forge::StaleFlag;
use crate::support::fake_forge::commits::{Commit, Signed};
use crate::support::fake_forge::state::{
    Access, Check, Issue, Opinion, Outcome, Person, Request, Review, Stage, State,
};

/// The address of the repository in the interface.
fn api(state: &State) -> String {
    format!("{}/api/v1/repos/{}", state.url, state.full_name())
}

/// Where a person finds it.
fn html(state: &State) -> String {
    format!("{}/{}", state.url, state.full_name())
}

/// Whoever hides the e-mail has a placeholder.
pub(super) fn user(state: &State, person: &Person) -> Value {
    account(state, person.id.cast_signed(), &person.login, person.public_email.as_deref())
}

fn account(state: &State, id: i64, login: &str, email: Option<&str>) -> Value {
    let hidden = format!("{}@noreply.example.com", login.to_lowercase());
    json!({
        "id": id, "login": login, "username": login, "login_name": "", "source_id": 0,
        "full_name": "", "email": email.unwrap_or(&hidden),
        "avatar_url": format!("{}/avatars/{id}", state.url),
        "html_url": format!("{}/{login}", state.url), "language": "", "is_admin": false,
        "last_login": "0001-01-01T00:00:00Z", "created": "2020-01-01T00:00:00Z",
        "restricted": false, "active": false, "prohibit_login": false, "location": "",
        "website": "", "description": "", "visibility": "public", "followers_count": 0,
        "following_count": 0, "starred_repos_count": 0,
    })
}

/// Deleted accounts have a ghost in their place.
fn user_or_ghost(state: &State, login: Option<&str>) -> Value {
    login.map_or_else(
        || account(state, -1, "Ghost", None),
        |login| user(state, &state.people[login]),
    )
}

pub(super) fn repository(state: &State) -> Value {
    json!({
        "id": state.id, "name": state.name, "full_name": state.full_name(),
        "owner": user(state, &state.people[&state.owner]), "description": "", "empty": false,
        "private": true, "fork": false, "template": false, "mirror": false,
        "size": 1, "language": "", "html_url": html(state), "url": api(state), "link": "",
        "ssh_url": format!("{}.git", html(state)), "clone_url": format!("{}.git", html(state)),
        "original_url": "", "website": "", "stars_count": 0, "forks_count": 0,
        "watchers_count": 0, "open_issues_count": 0, "open_pr_counter": 0, "release_counter": 0,
        "default_branch": "main", "archived": false, "created_at": "2026-01-05T09:00:00Z",
        "updated_at": "2026-01-05T09:00:00Z", "archived_at": "1970-01-01T00:00:00Z",
        "permissions": {"admin": false, "push": false, "pull": true}, "has_issues": true,
        "has_pull_requests": true, "object_format_name": "sha1", "internal": false,
    })
}

pub(super) fn pull(state: &State, request: &Request) -> Value {
    let html = format!("{}/pulls/{}", html(state), request.number);
    let merged = match &request.stage {
        Stage::Merged(commit) => Some(commit),
        Stage::Open | Stage::Closed => None,
    };
    let side = |branch: &str, sha: &str| {
        json!({"label": branch, "ref": branch, "sha": sha, "repo_id": state.id,
            "repo": repository(state)})
    };
    json!({
        "id": request.id, "number": request.number, "url": html, "html_url": html,
        "diff_url": format!("{html}.diff"), "patch_url": format!("{html}.patch"),
        "user": user_or_ghost(state, request.author.as_deref()), "title": request.title,
        "body": "", "labels": [], "milestone": null, "assignee": null, "assignees": [],
        "requested_reviewers": [], "requested_reviewers_teams": [],
        "state": if request.stage == Stage::Open { "open" } else { "closed" },
        "draft": request.draft, "is_locked": false, "comments": 0, "review_comments": 0,
        "additions": 1, "deletions": 0, "changed_files": 1,
        "mergeable": request.stage == Stage::Open, "merged": merged.is_some(),
        "merged_at": merged.map(|_| &request.updated), "merge_commit_sha": merged,
        "merged_by": merged.map(|_| user(state, &state.people["root"])),
        "allow_maintainer_edit": false, "base": side(&request.base, &"b".repeat(40)),
        "head": side(&request.branch, request.head()), "merge_base": "b".repeat(40),
        "due_date": null, "created_at": request.created, "updated_at": request.updated,
        "closed_at": (request.stage != Stage::Open).then_some(&request.updated), "pin_order": 0,
    })
}

pub(super) fn review(state: &State, request: &Request, review: &Review) -> Value {
    let pull = format!("{}/pulls/{}", html(state), request.number);
    let said = match review.opinion {
        Opinion::Approved => "APPROVED",
        Opinion::ChangesRequested => "REQUEST_CHANGES",
        Opinion::Commented => "COMMENT",
        Opinion::Pending => "PENDING",
        Opinion::Asked => "REQUEST_REVIEW",
    };
    let team = review.team.as_ref().map(|name| {
        json!({"id": 1, "name": name, "description": "", "organization": null,
            "permission": "write", "can_create_org_repo": false,
            "includes_all_repositories": false, "units": [], "units_map": {}})
    });
    let by = match (&review.by, &team) {
        (None, Some(_)) => Value::Null,
        (login, _) => user_or_ghost(state, login.as_deref()),
    };
    let moved = review.commit.as_deref() != Some(request.head());
    json!({
        "id": review.id, "user": by, "team": team, "state": said, "body": "",
        "commit_id": review.commit.as_deref().unwrap_or_default(),
        "stale": moved && state.habits.gitea.stale == StaleFlag::Kept,
        "official": official(state, review), "dismissed": review.dismissed, "comments_count": 0,
        "submitted_at": review.at, "updated_at": review.at,
        "html_url": format!("{pull}#issuecomment-{}", review.id), "pull_request_url": pull,
    })
}

/// Whether a review counts for the branch: by the whitelist, or by who may write.
fn official(state: &State, review: &Review) -> bool {
    let Some(login) = &review.by else { return review.team.is_some() };
    match &state.habits.gitea.whitelist {
        Some(listed) => listed.contains(login),
        None => state.people[login].access >= Access::Write,
    }
}

/// The forge finds the account by the e-mail; where it knows none, there is none.
pub(super) fn commit(state: &State, commit: &Commit) -> Value {
    let url = format!("{}/git/commits/{}", api(state), commit.id);
    let signed =
        |signed: &Signed| json!({"name": signed.name, "email": signed.email, "date": signed.at});
    let account = |signed: &Signed| {
        state.by_email(&signed.email).map_or(Value::Null, |person| user(state, person))
    };
    let parents = commit.parents.iter().map(|id| {
        json!({"sha": id, "url": format!("{}/git/commits/{id}", api(state)),
            "created": "0001-01-01T00:00:00Z"})
    });
    json!({
        "url": url, "sha": commit.id, "created": commit.committer.at,
        "html_url": format!("{}/commit/{}", html(state), commit.id),
        "commit": {"url": url, "author": signed(&commit.author),
            "committer": signed(&commit.committer), "message": format!("{}\n", commit.message),
            "tree": {"url": format!("{}/git/trees/{}", api(state), commit.tree),
                "sha": commit.tree, "created": commit.committer.at},
            "verification": null},
        "author": account(&commit.author), "committer": account(&commit.committer),
        "parents": parents.collect::<Vec<_>>(), "files": [], "stats": null,
    })
}

fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Success => "success",
        Outcome::Failure => "failure",
        Outcome::Pending => "pending",
    }
}

fn checks<'a>(state: &'a State, sha: &str) -> &'a [Check] {
    state.checks.get(sha).map_or(&[][..], Vec::as_slice)
}

fn status(state: &State, sha: &str, check: &Check) -> Value {
    json!({"id": check.id, "status": word(check.outcome), "target_url": "", "description": "",
        "url": format!("{}/statuses/{sha}", api(state)), "context": check.name,
        "creator": user(state, &state.people["root"]), "created_at": check.at,
        "updated_at": check.at})
}

/// All that was ever said, newest first.
pub(super) fn statuses(state: &State, sha: &str) -> Vec<Value> {
    checks(state, sha).iter().rev().map(|check| status(state, sha, check)).collect()
}

/// The last word of each context.
pub(super) fn combined_status(state: &State, sha: &str) -> Value {
    let mut latest: Vec<&Check> = Vec::new();
    for check in checks(state, sha) {
        latest.retain(|known| known.name != check.name);
        latest.push(check);
    }
    let any = |wanted: Outcome| latest.iter().any(|check| check.outcome == wanted);
    let all = if any(Outcome::Failure) {
        "failure"
    } else if any(Outcome::Pending) {
        "pending"
    } else if latest.is_empty() {
        ""
    } else {
        "success"
    };
    let statuses = latest.iter().map(|check| status(state, sha, check));
    json!({"state": all, "sha": sha, "total_count": latest.len(),
        "statuses": statuses.collect::<Vec<_>>(), "repository": repository(state),
        "commit_url": format!("{}/commits/{sha}", api(state)),
        "url": format!("{}/commits/{sha}/status", api(state))})
}

pub(super) fn issue(state: &State, issue: &Issue) -> Value {
    let labels = issue.labels.iter().zip(1..).map(|(name, id)| {
        json!({"id": id, "name": name, "exclusive": false, "is_archived": false,
            "color": "ededed", "description": "", "url": format!("{}/labels/{id}", api(state))})
    });
    let people = issue.assignees.iter().map(|login| user(state, &state.people[login]));
    let people: Vec<Value> = people.collect();
    json!({
        "id": issue.id, "url": format!("{}/issues/{}", api(state), issue.number),
        "html_url": format!("{}/issues/{}", html(state), issue.number), "number": issue.number,
        "user": user_or_ghost(state, issue.author.as_deref()), "original_author": "",
        "original_author_id": 0, "title": issue.title, "body": "", "ref": "", "assets": [],
        "labels": labels.collect::<Vec<_>>(),
        "milestone": issue.milestone.as_ref().map(|title| {
            json!({"id": 1, "title": title, "description": "", "state": "open", "open_issues": 1,
                "closed_issues": 0, "created_at": "2026-01-01T00:00:00Z", "updated_at": null,
                "closed_at": null, "due_on": null})
        }),
        "assignee": people.first(), "assignees": people,
        "state": if issue.closed.is_some() { "closed" } else { "open" }, "is_locked": false,
        "comments": 0, "created_at": issue.created, "updated_at": issue.created,
        "closed_at": issue.closed, "due_date": null, "pull_request": null, "pin_order": 0,
        "repository": {"id": state.id, "name": state.name, "owner": state.owner,
            "full_name": state.full_name()},
    })
}

pub(super) fn issue_of_request(state: &State, request: &Request) -> Value {
    let merged = matches!(request.stage, Stage::Merged(_));
    let mut shape = issue(state, &Issue::of_request(request));
    let html = format!("{}/pulls/{}", html(state), request.number);
    shape["html_url"] = json!(html);
    shape["pull_request"] = json!({"merged": merged, "draft": request.draft, "html_url": html,
        "merged_at": merged.then_some(&request.updated)});
    shape
}
