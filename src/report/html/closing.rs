//! Why the records can be believed, how to check that without us, and what they do not show.

use maud::{Markup, html};

use super::parts::{count, hash, number, pairs, table, when};
use crate::report::model::{Report, Tie, TieOut};
use crate::report::tables::Sums;

/// Checks one line after the other with what every system has.
pub(super) const CHAIN: &str = r#"python3 - evidence.jsonl <<'END'
import hashlib, json, sys
prev = seq = None
torn = []
for line in open(sys.argv[1], "rb"):
    line = line.rstrip(b"\n")
    try:
        record = json.loads(line)
    except ValueError:
        torn.append(hashlib.sha256(line).hexdigest())
        continue
    if seq is not None:
        assert (record["seq"], record["prev"]) == (seq + 1, prev), f"broken at {seq + 1}"
    attests = record.get("before", []) + [record] if record["type"] == "recovery" else []
    assert torn == [part["sha256"] for part in attests], f"a strange line before {record['seq']}"
    prev, seq, torn = hashlib.sha256(line).hexdigest(), record["seq"], []
print("unbroken to record", seq, "with the hash", prev)
END"#;

/// The numbers of the chain, and the commands.
pub(super) fn integrity(report: &Report, sums: &Sums) -> Markup {
    html! {
        p {
            "The records stand one on a line in one file, in the order in which they were written. "
            "Each names the " dfn { "hash" } " of the line before it: a number, worked out from every byte of that "
            "line by the public standard SHA-256, that can't be had from any other line. So a line "
            "can't be changed, taken out or put in without the next one showing it. Whoever cuts "
            "off the end of the file is found by the comparison with the repositories, in section "
            "4, and by the numbers that each person who pushed was shown."
        }
        (facts(report))
        h3 { "Verify it yourself" }
        p { "These commands need nothing of ours. Run them in the directory of this package." }
        ol.steps {
            li {
                "The files are those that were made together. Each line says OK."
                pre { code { "sha256sum -c SHA256SUMS" } }
            }
            li {
                "The records follow from one another. It says \u{201c}unbroken\u{201d}, and the "
                "last number and hash above."
                pre { code { (CHAIN) } }
            }
            @if let Some(change) = report.changes.first() {
                li {
                    "A row of changes.csv is that very record. It prints the hash in the last "
                    "column; here, for record "
                    (number(&change.record)) ", " (hash(&change.record.sha256)) "."
                    pre {
                        code {
                            "grep '^{\"v\":1,\"seq\":" (change.record.seq)
                            ",' evidence.jsonl | tr -d '\\n' | sha256sum"
                        }
                    }
                }
            }
            li {
                "Nothing that was let in was left out. It prints the number of rows of "
                "changes.csv, "
                (report.changes.len()) ", and of those under \u{201c}Let in, and not landed\u{201d}, "
                (report.vanished.len()) ", taken together."
                pre { code { (let_in(report)) } }
            }
            @if let TieOut::Done(ties) = &report.tie_out {
                @for tie in ties.iter().filter(|tie| tie.tip.is_some()) { (counted(tie)) }
            }
        }
        p.soft {
            "SHA-256 of changes.csv: " (hash(&sums.changes))
            ". It also stands in SHA256SUMS, and here on paper."
        }
    }
}

/// Lines of the slice that are of another day, or of another repository, do not count.
fn let_in(report: &Report) -> String {
    let period = report.scope.period;
    let next = period.to().tomorrow().unwrap_or(period.to());
    let repo = match &report.scope.repo {
        None => String::new(),
        Some(_) => {
            let repos: std::collections::BTreeSet<&str> = report
                .changes
                .iter()
                .map(|change| change.repo.as_str())
                .chain(report.vanished.iter().map(|push| push.repo.as_str()))
                .collect();
            let named: Vec<String> =
                repos.iter().map(|repo| format!(".repo == {}", quoted(repo))).collect();
            match named.is_empty() {
                true => " and false".to_owned(),
                false => format!(" and ({})", named.join(" or ")),
            }
        }
    };
    format!(
        "jq -c 'select(.type == \"change\" and .decision == \"allow\"\n  and .time >= \"{}\" and \
         .time < \"{next}\"{repo})' \\\n  evidence.jsonl | wc -l",
        period.from()
    )
}

/// A name between the quotes of jq, and those of the shell.
fn quoted(name: &str) -> String {
    let json = serde_json::Value::from(name).to_string();
    json.replace('\'', "\\u0027")
}

fn counted(tie: &Tie) -> Markup {
    let tip = tie.tip.as_deref().unwrap_or("");
    let since: String = tie.since.iter().map(|since| format!(" ^{since}")).collect();
    html! {
        li {
            "In the repository " (tie.repo) ", for " (tie.name) ": it prints " (tie.commits) "."
            pre { code { "git rev-list --count " (tip) (since) } }
        }
    }
}

fn facts(report: &Report) -> Markup {
    let chain = &report.chain;
    let mut list = Vec::new();
    if let Some(slice) = &chain.slice {
        list.push(("In this package", html! {
            (number(&slice.first)) " to " (number(&slice.last)) ", " (count(slice.records, "record"))
            ". The first names " (hash(&slice.before)) " as the one before it; the hash of the last is "
            (hash(&slice.last.sha256))
        }));
    }
    if let Some(last) = &chain.last {
        list.push(("The whole file", html! {
            (count(chain.records, "record")) ". The last is " (number(last)) " of " (when(last.time))
            ", and its hash, the head of the chain, is " (hash(&last.sha256))
        }));
    }
    list.push((
        "Checkpoints",
        html! {
            @if report.checkpoints.is_empty() { "none was given" }
            @for checkpoint in &report.checkpoints { div.item { (checkpoint) } }
        },
    ));
    list.push((
        "Faults",
        html! {
            @if chain.flaws.is_empty() { "none" }
            @for flaw in &chain.flaws { div.item { strong.bad { (flaw) } } }
        },
    ));
    html! {
        (pairs(list))
        (table("Writes that a crash tore off, each with the record that vouches for what is left of it",
            ["Record", "When"], chain.torn.iter().map(|torn| [number(torn), when(torn.time)])))
        (table("Records before which the server's clock was set back", ["Record", "When"],
            chain.set_back.iter().map(|back| [number(back), when(back.time)])))
    }
}

/// What the package does not show, which clock tells what, and lines to sign on.
pub(super) fn limits(report: &Report) -> Markup {
    html! {
        ul {
            li {
                "It shows what reached the protected branches, and nothing of when or where that "
                "was deployed."
            }
            li { "It holds no results of tests; those are with the system that ran them." }
            li {
                "Names and times in a commit are what its author's computer said. That a ticket "
                "was opened before the work is compared with such a time: it finds forgetting, not "
                "lying."
            }
            li {
                "An approval on a ticket is for a time, not for a content, and is the weaker "
                "source. An approval by ref or review is for one version of the change."
            }
            li {
                "Tickets stand here as they were when the change was judged; they may have been "
                "edited since."
            }
            li {
                "Whoever can write to the server's disk can go around any control on it. The "
                "comparison in section 4 finds commits that came in that way; copies of the hash "
                "above, kept elsewhere, find a file that was written anew."
            }
        }
        h3 { "Which clock" }
        (table("Whose clock each time is from", ["Time", "Clock"], clocks().into_iter()))
        h3 { "Sign-off" }
        (pairs([
            ("Exceptions explained in", html! { span.line {} }),
            ("Reviewed by", html! { span.line {} }),
            ("Date, signature", html! { span.line {} }),
        ]))
        p.soft {
            "For the period " (report.scope.period)
            ", by the record that stands in section 12 as the last of the file."
        }
    }
}

fn clocks() -> Vec<[Markup; 2]> {
    [
        ("Judged, landed, record, review due", "This server's."),
        ("Approved, by ref", "This server's: when it took the approval in."),
        ("Approved, by review", "That of the review system."),
        ("Approved, on the ticket", "That of the ticket system."),
        ("Ticket opened, closed", "That of the ticket system."),
        ("Reviewed", "That of the source that the review came from."),
        ("Made at", "That of the computer that made this report."),
    ]
    .into_iter()
    .map(|(time, clock)| [html! { (time) }, html! { (clock) }])
    .collect()
}
