//! What `sockembot verify` takes for a file of 100,000 records over 100,000 commits, and for a
//! tenth of it: beside `sha256sum` of the file and `git rev-list --count`, which nobody who
//! reads all of both can beat. `cargo bench --bench verify [RECORDS]`.
#![expect(clippy::unwrap_used, reason = "a benchmark that can't run says where")]
#![expect(clippy::print_stdout, reason = "the table is for whoever ran it")]

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use sha2::{Digest as _, Sha256};

const BINARY: &str = env!("CARGO_BIN_EXE_sockembot");

/// Runs of each, of which the median is told.
const ROUNDS: usize = 5;

const CONFIG: &str = "[tracker.file]\npath = \"/t.toml\"\n[[protect]]\nrepos = [\"*\"]\n\
                      refs = [\"refs/heads/main\"]\n[protect.ticket]\nprojects = [\"PAY\"]\n";

fn main() {
    let records = std::env::args().filter_map(|arg| arg.parse().ok()).next().unwrap_or(100_000);
    println!("records  evidence  verify     sha256sum  rev-list   ratio");
    for records in [records / 10, records] {
        let dir = tempfile::tempdir().unwrap();
        let ids = history(dir.path(), records);
        let bytes = evidence(dir.path(), &ids);
        let run = |program: &str, args: &[&str]| {
            let mut took: Vec<Duration> = (0..ROUNDS)
                .map(|_| {
                    let began = Instant::now();
                    let output = command(dir.path(), program).args(args).output().unwrap();
                    assert!(output.status.success(), "{}", said(&output));
                    began.elapsed()
                })
                .collect();
            took.sort();
            took[ROUNDS / 2]
        };
        let verify = run(BINARY, &["verify", "--evidence", "evidence.jsonl", "app=app.git"]);
        let sum = run("sha256sum", &["evidence.jsonl"]);
        let list = run("git", &["-C", "app.git", "rev-list", "--count", "refs/heads/main"]);
        println!(
            "{records:>7}  {:>5} MB  {:>6.0} ms  {:>6.0} ms  {:>6.0} ms  {:>5.1}",
            bytes / 1_000_000,
            ms(verify),
            ms(sum),
            ms(list),
            ms(verify) / (ms(sum) + ms(list)),
        );
    }
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&[&output.stdout[..], &output.stderr].concat()).into_owned()
}

fn command(dir: &Path, program: &str) -> Command {
    let mut command = Command::new(program);
    command
        .current_dir(dir)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .stdin(Stdio::null());
    command
}

/// A branch of one commit after the other; their ids, first to last.
fn history(dir: &Path, commits: usize) -> Vec<String> {
    let git = |args: &[&str]| command(dir, "git").args(args).output().unwrap();
    git(&["init", "-q", "--bare", "app.git"]);
    let mut stream = String::new();
    for n in 0..=commits {
        let subject = format!("PAY-{n}: change {n}");
        writeln!(stream, "commit refs/heads/main").unwrap();
        writeln!(stream, "committer Ana <ana@example.com> {} +0000", 1_767_600_000 + n).unwrap();
        writeln!(stream, "data {}\n{subject}", subject.len()).unwrap();
        writeln!(stream, "M 644 inline f{}\ndata 1\nx", n % 100).unwrap();
    }
    let mut import = command(dir, "git");
    import.args(["-C", "app.git", "fast-import", "--quiet"]).stdin(Stdio::piped());
    let mut import = import.spawn().unwrap();
    import.stdin.take().unwrap().write_all(stream.as_bytes()).unwrap();
    assert!(import.wait().unwrap().success());
    let listed = git(&["-C", "app.git", "rev-list", "--reverse", "refs/heads/main"]);
    String::from_utf8(listed.stdout).unwrap().lines().map(str::to_owned).collect()
}

/// The records of each push as the hook writes them: of the approval, and of one commit with a
/// ticket.
fn evidence(dir: &Path, ids: &[String]) -> usize {
    let mut lines = Lines { text: String::new(), seq: 0, prev: "0".repeat(64) };
    let policy = hex(CONFIG.as_bytes());
    lines.push(&policy, r#""type":"genesis","host":"bench","created_by":0"#);
    let text = serde_json::to_string(CONFIG).unwrap();
    lines.push(&policy, &format!(r#""type":"policy","sha256":"{policy}","text":{text}"#));
    let first = &ids[0];
    lines.push(
        &policy,
        &format!(
            r#""type":"baseline","repo":"app","refs":[{{"ref":"refs/heads/main","tip":"{first}"}}],"by":"install""#
        ),
    );
    for (n, pair) in ids.windows(2).enumerate() {
        let (old, new) = (&pair[0], &pair[1]);
        let approved = if n == 0 { "null".to_owned() } else { format!("\"{old}\"") };
        lines.push(&policy, &format!(
            r#""type":"approval","push":"a{n}","repo":"app","ref":"refs/approvals/main/bob","old":{approved},"new":"{new}","pusher":{{"name":"bob","kind":"person","source":"REMOTE_USER"}},"branch":"main","login":"bob","rules":[],"decision":"allow","finding":"compliant""#
        ));
        let list = |id: &str| {
            format!(
                r#"{{"count":1,"sha256":"{}","ids":["{id}"]}}"#,
                hex(format!("{id}\n").as_bytes())
            )
        };
        let rule = |code: &str, detail: &str| {
            format!(
                r#"{{"id":"{code}","result":"pass","detail":"{detail}","commits":{}}}"#,
                list(new)
            )
        };
        let rules = [
            rule("missing-ticket", "PAY-1"),
            rule("no-such-ticket", "PAY-1"),
            rule("missing-approval", "approved by bob"),
        ]
        .join(",");
        lines.push(&policy, &format!(
            r#""type":"change","push":"{n}","repo":"app","ref":"refs/heads/main","target":null,"role":"branch","op":"update","old":"{old}","new":"{new}","forced":false,"start":"old-value","base":{base},"lapse":null,"pusher":{{"name":"ana","kind":"person","source":"REMOTE_USER"}},"commits":{{"count":1,"sha256":"{sha}","items":[{{"id":"{new}","parents":["{old}"],"author":{{"name":"Ana","email":"ana@example.com"}},"author_time":"2026-01-05T09:00:00Z","committer":{{"name":"Ana","email":"ana@example.com"}},"commit_time":"2026-01-05T09:00:00Z","coauthors":[],"subject":"PAY-{n}: change {n}","trailers":[],"tickets":["PAY-{n}"],"merge":"none"}}]}},"contributors":["ana"],"tickets":[{{"key":"PAY-{n}","answer":"found","url":null,"summary":"Change {n}","type":"Story","status":"In Progress","closed":false,"created":"2026-01-05T08:00:00Z","resolved":null,"reporter":"dan","assignee":"ana"}}],"approvals":[{{"by":"bob","person":"bob","at":null,"source":"ref","place":"refs/approvals/main/bob","commit":"{new}","covers":{covers},"counted":true}}],"rules":[{rules}],"class":"standard","decision":"allow","finding":"compliant","mode":"enforce","ms":12"#,
            base = list(old),
            covers = list(new),
            sha = hex(format!("{new}\n").as_bytes()),
        ));
    }
    std::fs::write(dir.join("evidence.jsonl"), &lines.text).unwrap();
    lines.text.len()
}

struct Lines {
    text: String,
    seq: u64,
    prev: String,
}

impl Lines {
    fn push(&mut self, policy: &str, body: &str) {
        let (seq, prev) = (self.seq, &self.prev);
        let line = format!(
            r#"{{"v":1,"seq":{seq},"prev":"{prev}","time":"2026-01-05T09:00:00.000Z","log":"bench","policy":"{policy}","tool":"sockembot bench",{body}}}"#
        );
        self.prev = hex(line.as_bytes());
        self.seq += 1;
        self.text.push_str(&line);
        self.text.push('\n');
    }
}

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
