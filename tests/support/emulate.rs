//! A GitHub that others wrote: npm `emulate`, seeded over its own REST interface.
//!
//! What was found of version 0.11.2 (later ones need a newer node; `latest` is another program):
//! - Objects made over `/git/trees` and `/git/commits` get the ids that git gives them, so a
//!   repository can be mirrored and a request's head is a commit that really exists. Refs and
//!   reviews of a commit that is not there: the former are refused, the latter are not.
//! - Requests are listed by `state`, `base` and `head` (with or without `owner:`), in pages with
//!   `Link`. Reviews take a `commit_id`; a dismissed one says `DISMISSED` from then on.
//! - A request's head does not follow its branch: a push to it needs a new request.
//! - It takes an approval by the request's own author, and one for a commit that is none.
//! - Members of the organisation have the permission `admin`; other collaborators have `push` or
//!   `pull`, where GitHub says `write` or `read`. Whoever is neither is not found.
//! - There is no GraphQL, no `/commits/{sha}/pulls`, no commit status, and no `/issues/{n}` of a
//!   pull request, nor its events (all 404). The accounts of a request's commits are missing, and the commit that
//!   it branched from is listed with them.
//! - Any token that it does not know is the first user's; without one it is 404 or 401.

use serde_json::{Value, json};

use super::Server;
use super::curl::{Answer, curl};
use super::git::{hermetic, run};
use super::npm::{self, Daemon};

/// The running server, with the private repository `acme/app`.
pub(crate) struct Emulate {
    daemon: Daemon,
    _seed: tempfile::TempDir,
}

/// What somebody says of a request.
#[derive(Clone, Copy)]
pub(crate) enum Event {
    Approve,
    RequestChanges,
    Comment,
}

impl Emulate {
    /// With these people in the organisation, who may write; and `sockembot`, whose token the
    /// hook has.
    pub(crate) fn start(people: &[&str]) -> Self {
        let all: Vec<&str> = [&["sockembot"], people].concat();
        let users =
            all.iter().map(|who| json!({"login": who, "email": format!("{who}@example.com")}));
        let members = all.iter().map(|who| json!({"login": who, "role": "member"}));
        let tokens = all.iter().map(|who| (token(who), json!({"login": who, "scopes": ["repo"]})));
        let mut members: Vec<Value> = members.collect();
        members[0]["role"] = json!("admin");
        let seed = json!({
            "tokens": tokens.collect::<serde_json::Map<_, _>>(),
            "github": {
                "users": users.collect::<Vec<_>>(),
                "orgs": [{"login": "acme", "members": members}],
                "repos": [{"owner": "acme", "name": "app", "private": true, "auto_init": false}],
            },
        });
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("seed.json");
        std::fs::write(&file, seed.to_string()).unwrap();
        let args = ["start", "--service", "github", "--port", "PORT", "--seed"];
        let args = [&args[..], &[file.to_str().unwrap()]].concat();
        let emulate = Self { daemon: npm::daemon("emulate", &args), _seed: dir };
        for who in people {
            emulate.grant(who, "push");
        }
        emulate
    }

    pub(crate) fn url(&self) -> &str {
        &self.daemon.url
    }

    /// Asks as somebody, about the repository.
    pub(crate) fn ask(&self, who: &str, method: &str, path: &str, body: &Value) -> Answer {
        let url = format!("{}/repos/acme/app{path}", self.daemon.url);
        let authorization = format!("Authorization: Bearer {}", token(who));
        let mut more = vec!["-H", &authorization, "-X", method];
        let body = body.to_string();
        if method != "GET" {
            more.extend(["-d", &body]);
        }
        curl(&url, &more)
    }

    fn post(&self, who: &str, path: &str, body: &Value) -> Value {
        self.ask(who, "POST", path, body).good()
    }

    /// What somebody may do: `push` or `pull`.
    pub(crate) fn grant(&self, who: &str, permission: &str) {
        let path = format!("/collaborators/{who}");
        self.ask("sockembot", "PUT", &path, &json!({"permission": permission})).good();
    }

    /// Copies a commit of the server with all that it contains, under the same ids, and makes it
    /// the head of a branch.
    pub(crate) fn mirror(&self, server: &Server, commit: &str, branch: &str) {
        for id in server.git(&["rev-list", "--reverse", "--topo-order", commit]).lines() {
            self.copy(server, id);
        }
        let made = json!({"ref": format!("refs/heads/{branch}"), "sha": commit});
        let answer = self.ask("sockembot", "POST", "/git/refs", &made);
        if answer.status == 422 {
            let path = format!("/git/refs/heads/{branch}");
            self.ask("sockembot", "PATCH", &path, &json!({"sha": commit, "force": true})).good();
        }
    }

    fn copy(&self, server: &Server, id: &str) {
        let listed = server.git(&["ls-tree", "-r", id]);
        let entries = listed.lines().map(|line| {
            let (about, path) = line.split_once('\t').unwrap();
            let [mode, kind, blob] = about.split(' ').collect::<Vec<_>>()[..] else {
                panic!("{line}")
            };
            json!({"path": path, "mode": mode, "type": kind, "content": raw(server, "blob", blob)})
        });
        self.post("sockembot", "/git/trees", &json!({"tree": entries.collect::<Vec<_>>()}));
        let text = raw(server, "commit", id);
        let (head, message) = text.split_once("\n\n").unwrap();
        let mut commit = json!({"message": message, "parents": []});
        for line in head.lines() {
            match line.split_once(' ').unwrap() {
                ("tree", tree) => commit["tree"] = json!(tree),
                ("parent", parent) => commit["parents"].as_array_mut().unwrap().push(json!(parent)),
                (name @ ("author" | "committer"), signed) => commit[name] = signature(signed),
                (other, _) => panic!("{other} is not mirrored"),
            }
        }
        let made = self.post("sockembot", "/git/commits", &commit);
        assert_eq!(made["sha"], id, "the same content has the same id");
    }

    /// A request of somebody's for `main`; its number.
    pub(crate) fn open(&self, who: &str, branch: &str, title: &str) -> u64 {
        let request = json!({"title": title, "head": branch, "base": "main"});
        self.post(who, "/pulls", &request)["number"].as_u64().unwrap()
    }

    /// A review of the request's head, or of another commit; its id.
    pub(crate) fn review(&self, number: u64, who: &str, event: Event, of: Option<&str>) -> u64 {
        let event = match event {
            Event::Approve => "APPROVE",
            Event::RequestChanges => "REQUEST_CHANGES",
            Event::Comment => "COMMENT",
        };
        let mut review = json!({"event": event, "body": "as the test says"});
        if let Some(commit) = of {
            review["commit_id"] = json!(commit);
        }
        let path = format!("/pulls/{number}/reviews");
        self.post(who, &path, &review)["id"].as_u64().unwrap()
    }

    pub(crate) fn dismiss(&self, number: u64, review: u64) {
        let path = format!("/pulls/{number}/reviews/{review}/dismissals");
        self.ask("sockembot", "PUT", &path, &json!({"message": "no longer"})).good();
    }

    /// Open or closed.
    pub(crate) fn set(&self, number: u64, state: &str) {
        let path = format!("/pulls/{number}");
        self.ask("sockembot", "PATCH", &path, &json!({"state": state})).good();
    }

    /// An issue of somebody's; its number.
    pub(crate) fn issue(&self, who: &str, title: &str, labels: &[&str]) -> u64 {
        let issue = json!({"title": title, "labels": labels});
        self.post(who, "/issues", &issue)["number"].as_u64().unwrap()
    }
}

/// The token of somebody; the one of ours is in the file that the tests' servers have.
fn token(who: &str) -> String {
    match who {
        "sockembot" => "s3cret-token".to_owned(),
        who => format!("token-of-{who}"),
    }
}

/// An object, to the last byte.
fn raw(server: &Server, kind: &str, id: &str) -> String {
    let mut git = hermetic("git", &server.path("app.git"));
    let output = run(git.args(["cat-file", kind, id]), b"");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// `ana <ana@example.com> 1767686400 +0000`.
fn signature(signed: &str) -> Value {
    let (name, rest) = signed.split_once(" <").unwrap();
    let (email, time) = rest.split_once("> ").unwrap();
    let seconds: i64 = time.split(' ').next().unwrap().parse().unwrap();
    let date = jiff::Timestamp::from_second(seconds).unwrap().to_string();
    json!({"name": name, "email": email, "date": date})
}
