//! People, pull requests, reviews, issues, commits and checks as GitHub's REST interface shows
//! them.

use serde_json::{Value, json};

use super::repository;
use crate::support::fake_forge::commits::{Commit, Signed};
use crate::support::fake_forge::state::{
    Access, Check, CheckKind, Issue, Kind, Opinion, Outcome, Person, Request, Review, Stage, State,
};

const USER_URLS: [(&str, &str); 9] = [
    ("events_url", "/events{/privacy}"),
    ("followers_url", "/followers"),
    ("following_url", "/following{/other_user}"),
    ("gists_url", "/gists{/gist_id}"),
    ("organizations_url", "/orgs"),
    ("received_events_url", "/received_events"),
    ("repos_url", "/repos"),
    ("starred_url", "/starred{/owner}{/repo}"),
    ("subscriptions_url", "/subscriptions"),
];

/// An account. What the login of a bot ends in stands in this interface, but not in GraphQL.
pub(super) fn user(state: &State, person: &Person) -> Value {
    let suffix = match person.kind {
        Kind::User => "",
        Kind::Bot => "[bot]",
    };
    let escaped = suffix.replace('[', "%5B").replace(']', "%5D");
    let url = format!("{}/api/v3/users/{}{escaped}", state.url, person.login);
    let mut user = json!({
        "login": format!("{}{suffix}", person.login), "id": person.id, "node_id": format!("U_{}", person.id),
        "avatar_url": format!("{}/avatars/u/{}", state.url, person.id), "gravatar_id": "",
        "url": url, "html_url": format!("{}/{}", state.url, person.login),
        "type": match person.kind { Kind::User => "User", Kind::Bot => "Bot" },
        "site_admin": false,
    });
    for (name, path) in USER_URLS {
        user[name] = json!(format!("{url}{path}"));
    }
    user
}

/// Who stands for deleted accounts where the interface has no null.
fn ghost(state: &State) -> Value {
    user(
        state,
        &Person {
            id: 10_137,
            login: "ghost".to_owned(),
            emails: Vec::new(),
            public_email: None,
            kind: Kind::User,
            access: Access::None,
        },
    )
}

/// Nobody where the account is deleted.
fn user_or_null(state: &State, login: Option<&str>) -> Value {
    login.map_or(Value::Null, |login| user(state, &state.people[login]))
}

/// A profile.
pub(super) fn account(state: &State, person: &Person) -> Value {
    let mut account = user(state, person);
    for name in ["bio", "blog", "company", "hireable", "location"] {
        account[name] = Value::Null;
    }
    for name in ["followers", "following", "public_gists", "public_repos"] {
        account[name] = json!(0);
    }
    account["name"] = json!(person.login);
    account["email"] = json!(person.public_email);
    account["user_view_type"] = json!("public");
    account["created_at"] = json!("2020-01-01T00:00:00Z");
    account["updated_at"] = json!("2026-01-01T00:00:00Z");
    account
}

/// As lists show it.
pub(super) fn simple_pull(state: &State, request: &Request) -> Value {
    let api = format!("{}/pulls/{}", repository::api(state), request.number);
    let issue = format!("{}/issues/{}", repository::api(state), request.number);
    let html = format!("{}/pull/{}", repository::html(state), request.number);
    let statuses = format!("{}/statuses/{}", repository::api(state), request.head());
    let (comments, commits) = (format!("{issue}/comments"), format!("{api}/commits"));
    let (review_comments, review_comment) = (
        format!("{api}/comments"),
        format!("{}/pulls/comments{{/number}}", repository::api(state)),
    );
    let link = |href: &str| json!({"href": href});
    let mut repo = repository::usual(state);
    if let Some(fork) = &request.fork {
        repo["full_name"] = json!(fork);
    }
    let side = |branch: &str, sha: &str| {
        json!({"label": format!("{}:{branch}", state.owner), "ref": branch, "sha": sha,
            "user": user(state, &state.people[&state.owner]), "repo": repo})
    };
    json!({
        "id": request.id, "node_id": format!("PR_{}", request.id), "number": request.number,
        "url": api, "html_url": html, "diff_url": format!("{html}.diff"),
        "patch_url": format!("{html}.patch"), "issue_url": issue, "comments_url": comments,
        "commits_url": commits, "review_comments_url": review_comments,
        "review_comment_url": review_comment, "statuses_url": statuses,
        "_links": {"self": link(&api), "html": link(&html), "issue": link(&issue),
            "comments": link(&comments), "commits": link(&commits), "statuses": link(&statuses),
            "review_comments": link(&review_comments), "review_comment": link(&review_comment)},
        "state": if request.stage == Stage::Open { "open" } else { "closed" },
        "locked": false, "draft": request.draft, "title": request.title, "body": null,
        "user": user_or_null(state, request.author.as_deref()),
        "head": side(&request.branch, request.head()),
        "base": side(&request.base, &"b".repeat(40)),
        "labels": [], "milestone": null, "assignee": null, "assignees": [],
        "requested_reviewers": [], "requested_teams": [], "auto_merge": null,
        "author_association": association(state, request.author.as_deref()),
        "created_at": request.created, "updated_at": request.updated,
        "closed_at": (request.stage != Stage::Open).then_some(&request.updated),
        "merged_at": matches!(request.stage, Stage::Merged(_)).then_some(&request.updated),
        // Of an open one it is a test merge, which nobody has pushed.
        "merge_commit_sha": match &request.stage {
            Stage::Merged(commit) => json!(commit),
            Stage::Open => json!("7e57".repeat(10)),
            Stage::Closed => Value::Null,
        },
    })
}

/// As it shows itself.
pub(super) fn pull(state: &State, request: &Request) -> Value {
    let mut pull = simple_pull(state, request);
    let merged = matches!(request.stage, Stage::Merged(_));
    if request.author.is_none() {
        pull["user"] = ghost(state);
    }
    for name in ["additions", "changed_files", "comments", "deletions", "review_comments"] {
        pull[name] = json!(0);
    }
    pull["commits"] = json!(request.commits.len());
    pull["mergeable"] = json!((request.stage == Stage::Open).then_some(true));
    pull["rebaseable"] = pull["mergeable"].clone();
    pull["mergeable_state"] = json!(if merged { "unknown" } else { "clean" });
    pull["merged"] = json!(merged);
    pull["merged_by"] = if merged { user(state, &state.people["root"]) } else { Value::Null };
    pull["maintainer_can_modify"] = json!(false);
    pull
}

/// What somebody is to the repository, which is no permission.
fn association(state: &State, login: Option<&str>) -> &'static str {
    match login.map(|login| state.people[login].access) {
        Some(Access::Write | Access::Admin) => "MEMBER",
        Some(Access::Read) => "CONTRIBUTOR",
        Some(Access::None) | None => "NONE",
    }
}

/// What a review says; a dismissed one no longer says what it said.
pub(super) fn review_state(review: &Review) -> &'static str {
    match review.opinion {
        Opinion::Approved | Opinion::ChangesRequested if review.dismissed => "DISMISSED",
        Opinion::Approved => "APPROVED",
        Opinion::ChangesRequested => "CHANGES_REQUESTED",
        Opinion::Commented => "COMMENTED",
        Opinion::Pending | Opinion::Asked => "PENDING",
    }
}

pub(super) fn review(state: &State, request: &Request, review: &Review) -> Value {
    let pull = format!("{}/pulls/{}", repository::api(state), request.number);
    let html = format!(
        "{}/pull/{}#pullrequestreview-{}",
        repository::html(state),
        request.number,
        review.id
    );
    let mut shape = json!({
        "id": review.id, "node_id": format!("PRR_{}", review.id),
        "user": user_or_null(state, review.by.as_deref()), "body": "",
        "state": review_state(review), "commit_id": review.commit, "html_url": html,
        "pull_request_url": pull,
        "_links": {"html": {"href": html}, "pull_request": {"href": pull}},
        "author_association": association(state, review.by.as_deref()),
    });
    if review.opinion != Opinion::Pending {
        shape["submitted_at"] = json!(review.at);
    }
    shape
}

/// The event of a request that came to be for another branch.
pub(super) fn base_change(state: &State, request: &Request, at: &str) -> Value {
    json!({"id": 1, "node_id": "BRC_1", "event": "base_ref_changed", "created_at": at,
        "url": format!("{}/issues/events/1", repository::api(state)),
        "actor": user_or_null(state, request.author.as_deref()),
        "commit_id": null, "commit_url": null, "performed_via_github_app": null})
}

/// The forge finds the account by the e-mail; where it knows none, there is none.
pub(super) fn commit(state: &State, commit: &Commit) -> Value {
    let url = format!("{}/commits/{}", repository::api(state), commit.id);
    let html = format!("{}/commit/{}", repository::html(state), commit.id);
    let signed =
        |signed: &Signed| json!({"name": signed.name, "email": signed.email, "date": signed.at});
    let account = |signed: &Signed| {
        state.by_email(&signed.email).map_or(Value::Null, |person| user(state, person))
    };
    let parents = commit
        .parents
        .iter()
        .map(|id| json!({"sha": id, "url": format!("{}/commits/{id}", repository::api(state))}));
    json!({
        "sha": commit.id, "node_id": format!("C_{}", commit.id), "url": url, "html_url": html,
        "comments_url": format!("{url}/comments"),
        "commit": {
            "author": signed(&commit.author), "committer": signed(&commit.committer),
            "message": commit.message, "comment_count": 0,
            "url": format!("{}/git/commits/{}", repository::api(state), commit.id),
            "tree": {"sha": commit.tree,
                "url": format!("{}/git/trees/{}", repository::api(state), commit.tree)},
        },
        "author": account(&commit.author), "committer": account(&commit.committer),
        "parents": parents.collect::<Vec<_>>(),
    })
}

pub(super) fn issue(state: &State, issue: &Issue) -> Value {
    let url = format!("{}/issues/{}", repository::api(state), issue.number);
    let labels = issue.labels.iter().zip(1..).map(|(name, id)| label(state, name, id));
    let people = issue.assignees.iter().map(|login| user(state, &state.people[login]));
    let people: Vec<Value> = people.collect();
    let html = format!("{}/issues/{}", repository::html(state), issue.number);
    json!({
        "id": issue.id, "node_id": format!("I_{}", issue.id), "number": issue.number, "url": url,
        "repository_url": repository::api(state), "html_url": html,
        "labels_url": format!("{url}/labels{{/name}}"), "comments_url": format!("{url}/comments"),
        "events_url": format!("{url}/events"), "comments": 0, "locked": false,
        "title": issue.title, "body": null,
        "state": if issue.closed.is_some() { "closed" } else { "open" },
        "state_reason": issue.closed.is_some().then_some("completed"),
        "user": user_or_null(state, issue.author.as_deref()),
        "labels": labels.collect::<Vec<_>>(),
        "milestone": issue.milestone.as_ref().map(|title| milestone(state, title)),
        "assignee": people.first(), "assignees": people,
        "author_association": association(state, issue.author.as_deref()),
        "created_at": issue.created, "updated_at": issue.created, "closed_at": issue.closed,
    })
}

pub(super) fn issue_of_request(state: &State, request: &Request) -> Value {
    let mut shape = issue(state, &Issue::of_request(request));
    let html = format!("{}/pull/{}", repository::html(state), request.number);
    shape["html_url"] = json!(html);
    shape["draft"] = json!(request.draft);
    shape["pull_request"] = json!({
        "url": format!("{}/pulls/{}", repository::api(state), request.number), "html_url": html,
        "diff_url": format!("{html}.diff"), "patch_url": format!("{html}.patch"),
        "merged_at": matches!(request.stage, Stage::Merged(_)).then_some(&request.updated),
    });
    shape
}

fn label(state: &State, name: &str, id: u64) -> Value {
    json!({"id": id, "node_id": format!("LA_{id}"), "name": name, "description": null,
        "color": "ededed", "default": false,
        "url": format!("{}/labels/{name}", repository::api(state)).replace(' ', "%20")})
}

fn milestone(state: &State, title: &str) -> Value {
    let url = format!("{}/milestones/1", repository::api(state));
    json!({"id": 1, "node_id": "MI_1", "number": 1, "title": title, "description": null,
        "state": "open", "creator": null, "open_issues": 1, "closed_issues": 0, "due_on": null,
        "closed_at": null, "created_at": "2026-01-01T00:00:00Z",
        "updated_at": "2026-01-01T00:00:00Z", "labels_url": format!("{url}/labels"),
        "html_url": format!("{}/milestone/1", repository::html(state)), "url": url})
}

/// The last word of each context; without any it is pending.
pub(super) fn combined_status(state: &State, sha: &str) -> Value {
    let url = format!("{}/commits/{sha}", repository::api(state));
    let mut latest: Vec<&Check> = Vec::new();
    let checks = state.checks.get(sha).map_or(&[][..], Vec::as_slice);
    for check in checks.iter().filter(|check| check.kind == CheckKind::Status) {
        latest.retain(|known| known.name != check.name);
        latest.push(check);
    }
    let statuses: Vec<Value> = latest.iter().map(|check| json!({
        "id": check.id, "node_id": format!("SC_{}", check.id), "context": check.name,
        "state": word(check.outcome), "description": null, "target_url": null, "avatar_url": null,
        "url": format!("{}/statuses/{sha}", repository::api(state)),
        "created_at": check.at, "updated_at": check.at,
    })).collect();
    let all = combined(latest.iter().map(|check| check.outcome));
    json!({"state": word(all), "sha": sha, "total_count": statuses.len(), "statuses": statuses,
        "repository": repository::minimal(state), "commit_url": url,
        "url": format!("{url}/status")})
}

/// A failure, else something that is not there yet, else success.
pub(super) fn combined(outcomes: impl Iterator<Item = Outcome>) -> Outcome {
    let outcomes: Vec<Outcome> = outcomes.collect();
    if outcomes.contains(&Outcome::Failure) {
        Outcome::Failure
    } else if outcomes.is_empty() || outcomes.contains(&Outcome::Pending) {
        Outcome::Pending
    } else {
        Outcome::Success
    }
}

pub(super) fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Success => "success",
        Outcome::Failure => "failure",
        Outcome::Pending => "pending",
    }
}

pub(super) fn check_run(state: &State, sha: &str, check: &Check) -> Value {
    let url = format!("{}/check-runs/{}", repository::api(state), check.id);
    let done = check.outcome != Outcome::Pending;
    json!({
        "id": check.id, "node_id": format!("CR_{}", check.id), "head_sha": sha, "name": check.name,
        "url": url, "html_url": null, "details_url": null, "external_id": null,
        "status": if done { "completed" } else { "in_progress" },
        "conclusion": done.then(|| word(check.outcome)),
        "started_at": check.at, "completed_at": done.then_some(&check.at),
        "check_suite": {"id": 1}, "app": null, "pull_requests": [],
        "output": {"title": null, "summary": null, "text": null, "annotations_count": 0,
            "annotations_url": format!("{url}/annotations")},
    })
}
