//! What a push costs with this hook, beside no hook, `true` and the usual shell hook: real pushes,
//! interleaved, medians and ratios of one run. `cargo bench [ROUNDS]`.
#![expect(clippy::unwrap_used, reason = "a benchmark that can't run says where")]
#![expect(clippy::print_stdout, reason = "the table is for whoever ran it")]

mod servers;

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const BINARY: &str = env!("CARGO_BIN_EXE_sockembot");

/// The usual hook: one process of git for each ref, and one for each commit.
const USUAL: &str = r#"#!/bin/sh
while read -r old new name; do
    case $name in refs/heads/main) ;; *) continue ;; esac
    for commit in $(git rev-list "$old..$new"); do
        git log -1 --format=%B "$commit" | grep -Eq '\bPAY-[0-9]+\b' || exit 1
    done
done
"#;

/// The same, and it asks for each ticket.
const ASKING: &str = r#"#!/bin/sh
while read -r old new name; do
    case $name in refs/heads/main) ;; *) continue ;; esac
    for key in $(git log --format=%s "$old..$new" | grep -Eo '\bPAY-[0-9]+\b' | sort -u); do
        curl -sf "URL/rest/api/2/issue/$key" >/dev/null || exit 1
    done
done
"#;

const CONFIG: &str = r#"
[evidence]
path = "EVIDENCE/evidence.jsonl"
[tracker.file]
path = "ROOT/tickets.toml"
[[protect]]
repos = ["*"]
refs = ["refs/heads/main"]
[protect.ticket]
projects = ["PAY"]
[protect.approval]
from = ["ticket"]
[people]
email_domain = "example.com"
"#;

const TICKETS: &str = r#"
[[ticket]]
key = "PAY-1"
state = "Open"
created = 2020-01-01T00:00:00Z
[[ticket.approval]]
by = "bob"
at = 2099-01-01T00:00:00Z
"#;

/// One hook, one kind of push.
struct Row {
    name: &'static str,
    hook: Hook,
    target: &'static str,
    commits: usize,
    tickets: Tickets,
    took: Vec<Duration>,
    tip: String,
}

#[derive(Clone, Copy)]
enum Hook {
    None,
    True,
    Usual,
    /// With the evidence in memory, or on the disk where a sync is slow.
    Ours(Evidence),
    /// The usual hook that also asks the tracker, once for each ticket.
    Asking,
}

#[derive(Clone, Copy)]
enum Evidence {
    Memory,
    Disk,
}

/// Where the tickets are, and how many there are.
#[derive(Clone, Copy)]
enum Tickets {
    /// One, in a file.
    File,
    /// So many, at a tracker that answers in 50 ms.
    Jira(usize),
    /// One in a file; and what approves is a review at a forge that answers in 50 ms.
    Reviewed,
}

impl Tickets {
    fn count(self) -> usize {
        match self {
            Self::File | Self::Reviewed => 1,
            Self::Jira(count) => count,
        }
    }
}

struct Lab {
    dir: tempfile::TempDir,
    memory: tempfile::TempDir,
    servers: String,
}

fn main() {
    // `cargo test --benches` asks whether it runs, `cargo bench` how fast.
    let args: Vec<String> = std::env::args().skip(1).collect();
    let is_test = args.iter().any(|arg| arg == "--test");
    let rounds = args.iter().find_map(|arg| arg.parse().ok());
    let rounds = if is_test { 1 } else { rounds.unwrap_or(25) };
    let lab = Lab::new();
    let side = "refs/heads/side";
    let main = "refs/heads/main";
    let (memory, disk) = (Hook::Ours(Evidence::Memory), Hook::Ours(Evidence::Disk));
    let file = Tickets::File;
    let mut rows = [
        ("no hook", Hook::None, main, 1, file),
        ("hook: exec true", Hook::True, main, 1, file),
        ("usual shell hook, 1 commit", Hook::Usual, main, 1, file),
        ("sockembot, nothing governed", memory, side, 1, file),
        ("sockembot, 1 commit", memory, main, 1, file),
        ("sockembot, 1 commit, synced to disk", disk, main, 1, file),
        ("no hook, 100 commits", Hook::None, main, 100, file),
        ("usual shell hook, 100 commits", Hook::Usual, main, 100, file),
        ("sockembot, 100 commits", memory, main, 100, file),
        ("no hook, 1000 commits", Hook::None, main, 1000, file),
        ("sockembot, 1000 commits", memory, main, 1000, file),
        ("asking hook, 1 commit, Jira", Hook::Asking, main, 1, Tickets::Jira(1)),
        ("sockembot, 1 commit, Jira", memory, main, 1, Tickets::Jira(1)),
        ("asking hook, 1000 commits, Jira", Hook::Asking, main, 1000, Tickets::Jira(200)),
        ("sockembot, 1000 commits, Jira", memory, main, 1000, Tickets::Jira(200)),
        ("sockembot, 50 commits, GitHub review", memory, main, 50, Tickets::Reviewed),
    ]
    .map(|(name, hook, target, commits, tickets)| Row {
        name,
        hook,
        target,
        commits,
        tickets,
        took: Vec::new(),
        tip: String::new(),
    });
    for (index, row) in rows.iter_mut().enumerate() {
        lab.repository(index, row);
    }
    for round in 0..rounds {
        for (index, row) in rows.iter_mut().enumerate() {
            // Two hundred questions take their time; three rounds of them will do.
            if round < 3 || !matches!((row.hook, row.commits), (Hook::Asking, 1000)) {
                lab.push(index, row, round);
            }
        }
    }
    report(&rows, rounds);
}

fn report(rows: &[Row], rounds: usize) {
    let median = |row: &Row| {
        let mut took = row.took.clone();
        took.sort();
        took[took.len() / 2].as_secs_f64() * 1000.0
    };
    let (none, yes) = (median(&rows[0]), median(&rows[1]));
    println!("{rounds} rounds of real pushes, medians\n");
    println!("{:<38} {:>9} {:>12} {:>14}", "", "ms", "over `true`", "to no hook");
    for row in rows {
        let ms = median(row);
        println!("{:<38} {ms:>9.1} {:>+12.1} {:>14.2}", row.name, ms - yes, ms / none);
    }
}

impl Lab {
    fn new() -> Self {
        let memory = Path::new("/dev/shm");
        let memory = if memory.is_dir() { memory.to_path_buf() } else { std::env::temp_dir() };
        let lab = Self {
            servers: servers::start(),
            dir: tempfile::tempdir().unwrap(),
            memory: tempfile::tempdir_in(memory).unwrap(),
        };
        std::fs::write(lab.path("tickets.toml"), TICKETS).unwrap();
        git(lab.dir.path(), &["init", "-q", "-b", "main", "work"], "");
        lab
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// The bare repository of a row, with its hook.
    fn repository(&self, index: usize, row: &mut Row) {
        let repo = format!("{index}.git");
        git(self.dir.path(), &["init", "-q", "--bare", "-b", "main", &repo], "");
        row.tip = self.commits(index, "", 1, 1);
        self.git_push(index, &row.tip, "refs/heads/main");
        let hook = self.path(&repo).join("hooks/pre-receive");
        let script = match row.hook {
            Hook::None => return,
            Hook::True => "#!/bin/sh\nexec true\n".to_owned(),
            Hook::Usual => USUAL.to_owned(),
            Hook::Asking => ASKING.replace("URL", &self.servers),
            Hook::Ours(evidence) => return self.install(index, &repo, evidence, row.tickets),
        };
        std::fs::write(&hook, script).unwrap();
        std::fs::set_permissions(&hook, std::fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn install(&self, index: usize, repo: &str, evidence: Evidence, tickets: Tickets) {
        let place = match evidence {
            Evidence::Memory => self.memory.path(),
            Evidence::Disk => self.dir.path(),
        };
        let place = place.join(index.to_string());
        std::fs::create_dir(&place).unwrap();
        let config = CONFIG
            .replace("EVIDENCE", place.to_str().unwrap())
            .replace("ROOT", self.dir.path().to_str().unwrap());
        let config = match tickets {
            Tickets::File => config,
            Tickets::Jira(_) => {
                let jira = self.behind_url("[tracker.jira]\nflavour = \"cloud\"");
                let file = format!(
                    "[tracker.file]\npath = \"{}/tickets.toml\"\n",
                    self.dir.path().display()
                );
                config.replace(&file, &jira).replace("from = [\"ticket\"]", "required = 0")
            }
            Tickets::Reviewed => {
                let people = ["ana", "bob"].map(|who| {
                    format!(
                        "[[people.person]]\nname = \"{who}\"\nlogins = [\"{who}\", \"github:{who}\"]\n"
                    )
                });
                let github = self.behind_url("[reviews.github]\nrepository = \"acme/app\"");
                let config = config.replace("from = [\"ticket\"]", "from = [\"reviews\"]");
                format!("{config}{}{github}", people.concat())
            }
        };
        let path = self.path(&format!("{index}.toml"));
        std::fs::write(&path, config).unwrap();
        let mut install = Command::new(BINARY);
        install.arg("install").arg("--config").arg(path).arg(self.path(repo));
        assert!(install.stdout(Stdio::null()).status().unwrap().success());
    }

    /// A table of the config, with the address and the token beside what it says.
    fn behind_url(&self, table: &str) -> String {
        let token = self.path("token");
        std::fs::write(&token, "token").unwrap();
        std::fs::set_permissions(&token, std::fs::Permissions::from_mode(0o600)).unwrap();
        format!("{table}\nurl = \"{}\"\ntoken_file = \"{}\"\n", self.servers, token.display())
    }

    /// A chain of new commits, each with a file of its own.
    fn commits(&self, index: usize, parent: &str, count: usize, tickets: usize) -> String {
        let mut stream = String::new();
        for n in 0..count {
            let message = format!("PAY-{}: commit {n} of row {index}", n % tickets + 1);
            stream.push_str(&format!(
                "commit refs/heads/row{index}\ncommitter ana <ana@example.com> 1767700000 +0000\n\
                 data {}\n{message}\n",
                message.len()
            ));
            if n == 0 && !parent.is_empty() {
                stream.push_str(&format!("from {parent}\n"));
            }
            let text = format!("{parent} {n}");
            stream.push_str(&format!("M 644 inline f{n}\ndata {}\n{text}\n", text.len()));
        }
        let work = self.path("work");
        git(&work, &["fast-import", "--quiet", "--force"], &stream);
        git(&work, &["rev-parse", &format!("refs/heads/row{index}")], "")
    }

    fn push(&self, index: usize, row: &mut Row, round: usize) {
        let tip = self.commits(index, &row.tip, row.commits, row.tickets.count());
        let target = match row.target {
            "refs/heads/main" => row.target.to_owned(),
            side => format!("{side}/{round}"),
        };
        row.took.push(self.git_push(index, &tip, &target));
        row.tip = tip;
    }

    fn git_push(&self, index: usize, tip: &str, target: &str) -> Duration {
        let repo = self.path(&format!("{index}.git"));
        let refspec = format!("{tip}:{target}");
        let began = Instant::now();
        git(&self.path("work"), &["push", "-q", repo.to_str().unwrap(), &refspec], "");
        began.elapsed()
    }
}

fn git(dir: &Path, args: &[&str], input: &str) -> String {
    use std::io::Write as _;
    let mut child = Command::new("git")
        .current_dir(dir)
        .args(args)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("REMOTE_USER", "ana")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
}
