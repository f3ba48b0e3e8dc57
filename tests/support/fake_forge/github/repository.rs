//! A repository as GitHub shows it, with the dozens of addresses that its description demands.

use serde_json::{Value, json};

use super::shape;
use crate::support::fake_forge::State;

/// Address fields, with what follows the repository's own address.
const URLS: [(&str, &str); 38] = [
    ("archive_url", "/{archive_format}{/ref}"),
    ("assignees_url", "/assignees{/user}"),
    ("blobs_url", "/git/blobs{/sha}"),
    ("branches_url", "/branches{/branch}"),
    ("collaborators_url", "/collaborators{/collaborator}"),
    ("comments_url", "/comments{/number}"),
    ("commits_url", "/commits{/sha}"),
    ("compare_url", "/compare/{base}...{head}"),
    ("contents_url", "/contents/{+path}"),
    ("contributors_url", "/contributors"),
    ("deployments_url", "/deployments"),
    ("downloads_url", "/downloads"),
    ("events_url", "/events"),
    ("forks_url", "/forks"),
    ("git_commits_url", "/git/commits{/sha}"),
    ("git_refs_url", "/git/refs{/sha}"),
    ("git_tags_url", "/git/tags{/sha}"),
    ("hooks_url", "/hooks"),
    ("issue_comment_url", "/issues/comments{/number}"),
    ("issue_events_url", "/issues/events{/number}"),
    ("issues_url", "/issues{/number}"),
    ("keys_url", "/keys{/key_id}"),
    ("labels_url", "/labels{/name}"),
    ("languages_url", "/languages"),
    ("merges_url", "/merges"),
    ("milestones_url", "/milestones{/number}"),
    ("notifications_url", "/notifications{?since,all,participating}"),
    ("pulls_url", "/pulls{/number}"),
    ("releases_url", "/releases{/id}"),
    ("stargazers_url", "/stargazers"),
    ("statuses_url", "/statuses/{sha}"),
    ("subscribers_url", "/subscribers"),
    ("subscription_url", "/subscription"),
    ("tags_url", "/tags"),
    ("teams_url", "/teams"),
    ("trees_url", "/git/trees{/sha}"),
    ("svn_url", ""),
    ("url", ""),
];

/// The address of the repository in the interface.
pub(super) fn api(state: &State) -> String {
    format!("{}/api/v3/repos/{}", state.url, state.full_name())
}

/// Where a person finds it.
pub(super) fn html(state: &State) -> String {
    format!("{}/{}", state.url, state.full_name())
}

/// As others name it.
pub(super) fn minimal(state: &State) -> Value {
    let mut repository = json!({
        "id": state.id, "node_id": format!("R_{}", state.id), "name": state.name,
        "full_name": state.full_name(), "owner": shape::user(state, &state.people[&state.owner]),
        "private": true, "html_url": html(state), "description": null, "fork": false,
    });
    for (name, path) in URLS {
        repository[name] = json!(format!("{}{path}", api(state)));
    }
    repository
}

/// With its settings and counts, as a request names the one that it is in.
pub(super) fn usual(state: &State) -> Value {
    let mut repository = minimal(state);
    for name in ["has_issues", "has_projects", "has_wiki", "has_downloads"] {
        repository[name] = json!(true);
    }
    for name in ["archived", "disabled", "has_pages", "has_discussions"] {
        repository[name] = json!(false);
    }
    for name in ["homepage", "language", "mirror_url", "license"] {
        repository[name] = Value::Null;
    }
    for name in [
        "forks",
        "forks_count",
        "open_issues",
        "open_issues_count",
        "size",
        "stargazers_count",
        "watchers",
        "watchers_count",
    ] {
        repository[name] = json!(0);
    }
    for name in ["clone_url", "git_url", "ssh_url"] {
        repository[name] = json!(format!("{}.git", html(state)));
    }
    for name in ["created_at", "updated_at", "pushed_at"] {
        repository[name] = json!("2026-01-05T09:00:00Z");
    }
    repository["default_branch"] = json!("main");
    repository["visibility"] = json!("private");
    repository
}

/// As it shows itself.
pub(super) fn full(state: &State) -> Value {
    let mut repository = usual(state);
    repository["network_count"] = json!(0);
    repository["subscribers_count"] = json!(0);
    repository["permissions"] =
        json!({"admin": false, "maintain": false, "push": false, "triage": false, "pull": true});
    repository
}
