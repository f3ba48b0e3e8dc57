//! What the evidence holds after a push.

use insta::assert_snapshot;

use crate::support::Server;

#[test]
fn every_judged_ref_leaves_one_record_whether_it_landed_or_not() {
    let server = Server::new();
    let (ana, bob) = (server.clone_for("ana"), server.clone_for("bob"));
    ana.commit("no ticket");
    ana.push(&["main", "main:refs/heads/release/1"]).refused_for(&[
        "missing-ticket",
        "missing-approval",
        "missing-ticket",
        "missing-approval",
    ]);
    ana.renew();
    ana.approved_commit("PAY-1: x", &bob);
    ana.push(&["main"]).accepted();
    let kinds: Vec<String> = server
        .evidence()
        .iter()
        .map(|record| {
            let field = |name: &str| record[name].as_str().unwrap_or("-").to_owned();
            format!("{} {} {}", field("type"), field("ref"), field("decision"))
        })
        .collect();
    assert_snapshot!(kinds.join("\n"), @"
    genesis - -
    policy - -
    baseline - -
    change refs/heads/main deny
    change refs/heads/release/1 deny
    approval refs/approvals/main/bob allow
    landed refs/approvals/main/bob -
    change refs/heads/main allow
    landed refs/heads/main -
    ");
    let changes = server.records("change");
    assert_eq!(changes[0]["push"], changes[1]["push"]);
    assert_ne!(changes[0]["push"], changes[2]["push"]);
}

#[test]
fn a_record_tells_who_what_and_why() {
    let server = Server::new();
    let (ana, bob) = (server.clone_for("ana"), server.clone_for("bob"));
    ana.approved_commit("PAY-1: x\n\nTicket: PAY-2\nCo-authored-by: Eve <eve@example.com>\n", &bob);
    ana.push(&["main"]).accepted();
    let mut record = server.records("change").remove(0);
    for (field, value) in
        [("prev", "HASH"), ("time", "TIME"), ("log", "UUID"), ("policy", "HASH"), ("push", "UUID")]
    {
        assert!(record[field].is_string(), "{field}");
        record[field] = value.into();
    }
    record["ms"] = 0.into();
    for at in ["/approvals/0/at", "/commits/items/0/brought/at"] {
        let at = record.pointer_mut(at).unwrap();
        assert!(at.is_string());
        *at = "TIME".into();
    }
    assert_snapshot!(serde_json::to_string_pretty(&record).unwrap(), @r#"
    {
      "approvals": [
        {
          "at": "TIME",
          "by": "bob",
          "commit": "82958d23e6e9e6581d6ad515c765721ed9a53ea2",
          "counted": true,
          "covers": {
            "count": 1,
            "ids": [
              "82958d23e6e9e6581d6ad515c765721ed9a53ea2"
            ],
            "sha256": "40eac672e3f35f28329b3e82db8ac976f94d0940878fcea047128bae293e5c4a"
          },
          "person": "bob",
          "place": "refs/approvals/main/bob",
          "source": "ref"
        }
      ],
      "base": {
        "count": 1,
        "ids": [
          "d4c036fcbdd251e9dc54ad5c1d2d2a4697c91871"
        ],
        "sha256": "eca984f706bed45bdc3e059142d0906280f2802c93353934c9b2b7ef025b9935"
      },
      "class": "standard",
      "commits": {
        "count": 1,
        "items": [
          {
            "author": {
              "email": "ana@example.com",
              "name": "ana"
            },
            "author_time": "2026-01-06T08:04:00Z",
            "brought": {
              "at": "TIME",
              "by": "ana"
            },
            "coauthors": [
              "eve@example.com"
            ],
            "commit_time": "2026-01-06T08:04:00Z",
            "committer": {
              "email": "ana@example.com",
              "name": "ana"
            },
            "id": "82958d23e6e9e6581d6ad515c765721ed9a53ea2",
            "merge": "none",
            "parents": [
              "d4c036fcbdd251e9dc54ad5c1d2d2a4697c91871"
            ],
            "subject": "PAY-1: x",
            "tickets": [
              "PAY-1",
              "PAY-2"
            ],
            "trailers": [
              "Ticket: PAY-2",
              "Co-authored-by: Eve <eve@example.com>"
            ]
          }
        ],
        "sha256": "40eac672e3f35f28329b3e82db8ac976f94d0940878fcea047128bae293e5c4a"
      },
      "contributors": [
        "ana",
        "eve"
      ],
      "decision": "allow",
      "emergency": null,
      "finding": "compliant",
      "forced": false,
      "heads": [
        "82958d23e6e9e6581d6ad515c765721ed9a53ea2"
      ],
      "lapse": null,
      "log": "UUID",
      "mode": "enforce",
      "ms": 0,
      "new": "82958d23e6e9e6581d6ad515c765721ed9a53ea2",
      "old": "d4c036fcbdd251e9dc54ad5c1d2d2a4697c91871",
      "op": "update",
      "policy": "HASH",
      "prev": "HASH",
      "push": "UUID",
      "pusher": {
        "kind": "person",
        "name": "ana",
        "source": "REMOTE_USER"
      },
      "ref": "refs/heads/main",
      "repo": "app",
      "role": "branch",
      "rules": [
        {
          "commits": null,
          "detail": "fast-forward",
          "id": "rewritten-branch",
          "result": "pass"
        },
        {
          "commits": null,
          "detail": "named by the server",
          "id": "unknown-pusher",
          "result": "pass"
        },
        {
          "commits": {
            "count": 1,
            "ids": [
              "82958d23e6e9e6581d6ad515c765721ed9a53ea2"
            ],
            "sha256": "40eac672e3f35f28329b3e82db8ac976f94d0940878fcea047128bae293e5c4a"
          },
          "detail": "PAY-1 and PAY-2",
          "id": "missing-ticket",
          "result": "pass"
        },
        {
          "commits": {
            "count": 1,
            "ids": [
              "82958d23e6e9e6581d6ad515c765721ed9a53ea2"
            ],
            "sha256": "40eac672e3f35f28329b3e82db8ac976f94d0940878fcea047128bae293e5c4a"
          },
          "detail": "PAY-1",
          "id": "no-such-ticket",
          "result": "pass"
        },
        {
          "commits": {
            "count": 1,
            "ids": [
              "82958d23e6e9e6581d6ad515c765721ed9a53ea2"
            ],
            "sha256": "40eac672e3f35f28329b3e82db8ac976f94d0940878fcea047128bae293e5c4a"
          },
          "detail": "PAY-1",
          "id": "closed-ticket",
          "result": "pass"
        },
        {
          "commits": {
            "count": 1,
            "ids": [
              "82958d23e6e9e6581d6ad515c765721ed9a53ea2"
            ],
            "sha256": "40eac672e3f35f28329b3e82db8ac976f94d0940878fcea047128bae293e5c4a"
          },
          "detail": "PAY-1",
          "id": "wrong-state",
          "result": "pass"
        },
        {
          "commits": {
            "count": 1,
            "ids": [
              "82958d23e6e9e6581d6ad515c765721ed9a53ea2"
            ],
            "sha256": "40eac672e3f35f28329b3e82db8ac976f94d0940878fcea047128bae293e5c4a"
          },
          "detail": "PAY-1",
          "id": "wrong-type",
          "result": "pass"
        },
        {
          "commits": {
            "count": 1,
            "ids": [
              "82958d23e6e9e6581d6ad515c765721ed9a53ea2"
            ],
            "sha256": "40eac672e3f35f28329b3e82db8ac976f94d0940878fcea047128bae293e5c4a"
          },
          "detail": "PAY-1",
          "id": "unmatched-query",
          "result": "pass"
        },
        {
          "commits": {
            "count": 1,
            "ids": [
              "82958d23e6e9e6581d6ad515c765721ed9a53ea2"
            ],
            "sha256": "40eac672e3f35f28329b3e82db8ac976f94d0940878fcea047128bae293e5c4a"
          },
          "detail": "PAY-1",
          "id": "late-ticket",
          "result": "pass"
        },
        {
          "commits": {
            "count": 1,
            "ids": [
              "82958d23e6e9e6581d6ad515c765721ed9a53ea2"
            ],
            "sha256": "40eac672e3f35f28329b3e82db8ac976f94d0940878fcea047128bae293e5c4a"
          },
          "detail": "PAY-2",
          "id": "no-such-ticket",
          "result": "pass"
        },
        {
          "commits": {
            "count": 1,
            "ids": [
              "82958d23e6e9e6581d6ad515c765721ed9a53ea2"
            ],
            "sha256": "40eac672e3f35f28329b3e82db8ac976f94d0940878fcea047128bae293e5c4a"
          },
          "detail": "PAY-2",
          "id": "closed-ticket",
          "result": "pass"
        },
        {
          "commits": {
            "count": 1,
            "ids": [
              "82958d23e6e9e6581d6ad515c765721ed9a53ea2"
            ],
            "sha256": "40eac672e3f35f28329b3e82db8ac976f94d0940878fcea047128bae293e5c4a"
          },
          "detail": "PAY-2",
          "id": "wrong-state",
          "result": "pass"
        },
        {
          "commits": {
            "count": 1,
            "ids": [
              "82958d23e6e9e6581d6ad515c765721ed9a53ea2"
            ],
            "sha256": "40eac672e3f35f28329b3e82db8ac976f94d0940878fcea047128bae293e5c4a"
          },
          "detail": "PAY-2",
          "id": "wrong-type",
          "result": "pass"
        },
        {
          "commits": {
            "count": 1,
            "ids": [
              "82958d23e6e9e6581d6ad515c765721ed9a53ea2"
            ],
            "sha256": "40eac672e3f35f28329b3e82db8ac976f94d0940878fcea047128bae293e5c4a"
          },
          "detail": "PAY-2",
          "id": "unmatched-query",
          "result": "pass"
        },
        {
          "commits": {
            "count": 1,
            "ids": [
              "82958d23e6e9e6581d6ad515c765721ed9a53ea2"
            ],
            "sha256": "40eac672e3f35f28329b3e82db8ac976f94d0940878fcea047128bae293e5c4a"
          },
          "detail": "PAY-2",
          "id": "late-ticket",
          "result": "pass"
        },
        {
          "commits": {
            "count": 1,
            "ids": [
              "82958d23e6e9e6581d6ad515c765721ed9a53ea2"
            ],
            "sha256": "40eac672e3f35f28329b3e82db8ac976f94d0940878fcea047128bae293e5c4a"
          },
          "detail": "approved by bob",
          "id": "missing-approval",
          "result": "pass"
        }
      ],
      "seq": 5,
      "start": "old-value",
      "target": null,
      "tickets": [
        {
          "answer": "found",
          "assignee": null,
          "closed": false,
          "created": "2026-01-05T09:00:00Z",
          "key": "PAY-1",
          "reporter": null,
          "resolved": null,
          "status": "In Progress",
          "summary": "Round half up in invoices",
          "type": "Bug",
          "url": null
        },
        {
          "answer": "found",
          "assignee": null,
          "closed": false,
          "created": "2026-01-05T10:00:00Z",
          "key": "PAY-2",
          "reporter": null,
          "resolved": null,
          "status": "Approved",
          "summary": "Retry the card gateway",
          "type": "Story",
          "url": null
        }
      ],
      "time": "TIME",
      "tool": "sockembot 0.1.0",
      "type": "change",
      "v": 1
    }
    "#);
}

#[test]
fn what_landed_is_on_record_with_the_change_that_let_it_in() {
    let server = Server::new();
    let (ana, bob) = (server.clone_for("ana"), server.clone_for("bob"));
    let before = server.tip("refs/heads/main");
    let id = ana.approved_commit("PAY-1: x", &bob);
    ana.push(&["main", "main:refs/tags/v1"]).accepted();
    let changes: Vec<_> = server.records("change");
    let mut landed = server.records("landed");
    assert_eq!(landed.len(), 3);
    let approval = &server.records("approval")[0];
    let of = landed.remove(0);
    assert_eq!((&of["ref"], &of["change"]), (&"refs/approvals/main/bob".into(), &approval["seq"]));
    for (record, name) in landed.iter().zip(["refs/heads/main", "refs/tags/v1"]) {
        let change = changes.iter().find(|change| change["ref"] == name).unwrap();
        assert_eq!((&record["ref"], &record["change"]), (&name.into(), &change["seq"]));
        assert_eq!((&record["repo"], &record["new"]), (&"app".into(), &id.clone().into()));
    }
    assert_eq!((&landed[0]["old"], &landed[1]["old"]), (&before.into(), &().into()));
    ana.commit("no ticket");
    ana.push(&["main"]).refused_for(&["missing-ticket", "missing-approval"]);
    assert_eq!(server.records("landed").len(), 3);
}

#[test]
fn what_lands_while_only_the_second_hook_stands_is_known_to_have_no_record() {
    let server = Server::new();
    let (ana, bob) = (server.clone_for("ana"), server.clone_for("bob"));
    ana.approved_commit("PAY-1: x", &bob);
    ana.push(&["main"]).accepted();
    server.rename("app.git/hooks/pre-receive", "app.git/hooks/off");
    ana.commit("no ticket");
    ana.push(&["main"]).accepted();
    let landed = server.records("landed");
    assert_eq!((landed.len(), &landed[2]["change"]), (3, &().into()));
    server.rename("app.git/hooks/off", "app.git/hooks/pre-receive");
    ana.approved_commit("PAY-1: y", &bob);
    ana.push(&["main"]).refused_for(&["lapse", "missing-ticket", "missing-approval"]);
}

#[test]
fn what_can_t_be_told_of_a_landing_is_one_line_and_stops_nobody() {
    let server = Server::new();
    let (ana, bob) = (server.clone_for("ana"), server.clone_for("bob"));
    ana.approved_commit("PAY-1: x", &bob);
    let hook = "app.git/hooks/post-receive";
    let shim = server.read(hook);
    let config = shim.lines().find(|line| line.starts_with("config=")).unwrap();
    server.edit(hook, config, &format!("config='{}'", server.at("gone")));
    let landed = ana.push(&["main"]);
    landed.accepted();
    let told = landed.seen();
    let told: Vec<&str> = told.lines().filter(|line| line.contains("warning: ")).collect();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("this landed, but that is not on record"), "{told:?}");
    let binary = shim.lines().find(|line| line.starts_with("binary=")).unwrap();
    server.edit(hook, binary, &format!("binary='{}'", server.at("gone")));
    ana.approved_commit("PAY-2: y", &bob);
    let landed = ana.push(&["main"]);
    landed.accepted();
    assert!(landed.seen().contains("could not record that (code 127)"), "{}", landed.seen());
}

#[test]
fn the_policy_is_on_record_before_what_it_decided() {
    let server = Server::new();
    let ana = server.clone_for("ana");
    ana.commit("no ticket");
    ana.push(&["main"]);
    server.edit("config.toml", "#platform-help", "#help");
    ana.push(&["main"]);
    ana.push(&["main"]);
    let policies = server.records("policy");
    assert_eq!(policies.len(), 2);
    assert_eq!(policies[1]["text"], server.read("config.toml"));
    let last = server.records("change").pop().unwrap();
    assert_eq!(last["policy"], policies[1]["sha256"]);
}

#[test]
fn foreign_text_stays_inside_its_line() {
    let server = Server::new();
    let ana = server.clone_for("ana");
    ana.commit("a \u{2028} \u{1b}[31m \"}\r x\n\n{\"v\":1}\n");
    ana.push(&["main"]).refused_for(&["missing-ticket", "missing-approval"]);
    let subject = server.records("change")[0]["commits"]["items"][0]["subject"].clone();
    assert!(subject.as_str().unwrap().contains("\u{1b}[31m"));
}

#[test]
fn many_pushes_at_once_leave_one_chain() {
    let server = Server::new();
    let clones: Vec<_> = ["ana", "bob", "eve", "dan"].map(|who| server.clone_for(who)).into();
    for clone in &clones {
        clone.commit("no ticket");
    }
    std::thread::scope(|scope| {
        for clone in &clones {
            let (path, who) = (clone.path().to_path_buf(), clone.who.clone());
            scope.spawn(move || {
                for _ in 0..5 {
                    let mut push = crate::support::hermetic("git", &path);
                    let output =
                        push.args(["push", "origin", "main"]).env("REMOTE_USER", &who).output();
                    assert!(!output.unwrap().status.success());
                }
            });
        }
    });
    assert_eq!(server.records("change").len(), 20);
}
