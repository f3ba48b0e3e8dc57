//! A bare repository with the hook, its config, its tickets and its evidence.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Output;

use sha2::{Digest as _, Sha256};

use super::git::{git, hermetic, run};
use super::{BINARY, Clone};

/// A server in a directory of its own.
pub(crate) struct Server {
    /// Below which it is, beside the clones, which are nobody's business.
    _dir: tempfile::TempDir,
    root: PathBuf,
    people: PathBuf,
}

/// How a server differs from the usual one.
#[derive(Default)]
pub(crate) struct Setup {
    /// Arguments for `git init`.
    pub(crate) init: Vec<&'static str>,
    /// Replacements in the config.
    pub(crate) config: Vec<(&'static str, String)>,
    /// What follows the config.
    pub(crate) more: String,
    /// The branch is not there yet.
    pub(crate) empty: bool,
    /// There is a token for a tracker.
    pub(crate) secret: bool,
}

const CONFIG: &str = r##"contact = "#platform-help"
deadline = "25s"

[host]
kind = "plain"
root = "ROOT"

[evidence]
path = "ROOT/evidence.jsonl"

[tracker.file]
path = "ROOT/tickets.toml"

[[protect]]
repos = ["*"]
refs = ["refs/heads/main", "refs/heads/release/*", "refs/tags/v*"]
mode = "enforce"
automation = ["robot"]

[protect.ticket]
projects = ["PAY", "OPS"]
states = ["In Progress", "Approved"]
types = []

[protect.approval]
required = 1
from = ["refs"]

[people]
email_domain = "example.com"
"##;

const TICKETS: &str = r#"
[[ticket]]
key = "PAY-1"
title = "Round half up in invoices"
state = "In Progress"
type = "Bug"
created = 2026-01-05T09:00:00Z

[[ticket]]
key = "PAY-2"
title = "Retry the card gateway"
state = "Approved"
type = "Story"
created = 2026-01-05T10:00:00Z

[[ticket]]
key = "PAY-3"
title = "Draw the flow"
state = "Draft"
created = 2026-01-05T10:00:00Z

[[ticket]]
key = "PAY-7"
title = "Rename the ledger"
state = "Done"
closed = true
created = 2026-01-05T10:00:00Z

[[ticket]]
key = "OPS-9"
title = "Opened when all was done"
state = "In Progress"
created = 2026-02-01T09:00:00Z
"#;

impl Server {
    pub(crate) fn new() -> Self {
        Self::with(Setup::default())
    }

    /// The usual server with a replacement in its config.
    pub(crate) fn configured(from: &'static str, to: &str) -> Self {
        Self::with(Setup { config: vec![(from, to.to_owned())], ..Setup::default() })
    }

    pub(crate) fn with(setup: Setup) -> Self {
        let server = Self::bare(&setup);
        if !setup.empty {
            let root = server.clone_for("root");
            root.commit("Begin");
            let pushed = root.push_to(&server.repo(), &["HEAD:refs/heads/main"]);
            assert!(pushed.landed(), "{}", pushed.seen());
        }
        server.install();
        server
    }

    /// Without a hook yet.
    fn bare(setup: &Setup) -> Self {
        let dir = tempfile::Builder::new().prefix("sockembot-").tempdir().unwrap();
        let [root, people] = ["server", "people"].map(|name| dir.path().join(name));
        for directory in [&root, &people] {
            std::fs::create_dir(directory).unwrap();
        }
        let server = Self { _dir: dir, root, people };
        let root = server.root();
        let mut config = CONFIG.to_owned();
        for (from, to) in &setup.config {
            assert!(config.contains(from), "the config has no {from}");
            config = config.replacen(from, to, 1);
        }
        server.write("config.toml", &format!("{config}{}", setup.more).replace("ROOT", &root));
        server.write("tickets.toml", TICKETS);
        if setup.secret {
            server.write("token", "s3cret-token\n");
            let mode = std::fs::Permissions::from_mode(0o600);
            std::fs::set_permissions(server.path("token"), mode).unwrap();
        }
        let args =
            [&["init", "-q", "--bare", "-b", "main"][..], &setup.init, &["app.git"]].concat();
        git(&server.root, &args);
        server
    }

    pub(crate) fn install(&self) {
        let repo = self.repo();
        let said = self.sockembot(&["install", "--config", &self.at("config.toml"), &repo]);
        assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    }

    /// Runs the binary in the server's directory.
    pub(crate) fn sockembot(&self, args: &[&str]) -> Output {
        run(hermetic(BINARY, &self.root).args(args), b"")
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    pub(crate) fn home(&self) -> &Path {
        &self.root
    }

    pub(crate) fn at(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }

    pub(crate) fn root(&self) -> String {
        self.root.canonicalize().unwrap().to_str().unwrap().to_owned()
    }

    pub(crate) fn repo(&self) -> String {
        self.at("app.git")
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    /// Writes a program. Another process does it: one of ours that another thread
    /// has just forked could still hold the file open for writing, and Linux then
    /// refuses to run it (ETXTBSY).
    pub(crate) fn program(&self, name: &str, text: &str) {
        let path = self.at(name);
        let mut shell = hermetic("sh", self.home());
        shell.args(["-c", "cat > \"$1\" && chmod 755 \"$1\"", "sh", &path]);
        assert!(run(&mut shell, text.as_bytes()).status.success());
    }

    /// Gives a file another name.
    pub(crate) fn rename(&self, from: &str, to: &str) {
        std::fs::rename(self.path(from), self.path(to)).unwrap();
    }

    /// Changes a file.
    pub(crate) fn edit(&self, name: &str, from: &str, to: &str) {
        let text = self.read(name);
        assert!(text.contains(from), "{name} has no {from}");
        self.write(name, &text.replacen(from, to, 1));
    }

    /// Where the clones are.
    pub(crate) fn people(&self) -> &Path {
        &self.people
    }

    /// A clone for somebody; again the same one.
    pub(crate) fn clone_for(&self, who: &str) -> Clone {
        Clone::new(&self.people, &self.root, who)
    }

    /// Runs git in the repository, around the hook.
    pub(crate) fn git(&self, args: &[&str]) -> String {
        git(Path::new(&self.repo()), args)
    }

    /// An admin accepts what a ref holds by now.
    pub(crate) fn accept(&self, name: &str) {
        let config = self.at("config.toml");
        let args = ["baseline", "app.git", name, "--reason", "moved on", "--config", &config];
        let named = if self.read("config.toml").contains("kind = \"plain\"") {
            &[][..]
        } else {
            &["--name", "acme/app"]
        };
        let said = self.sockembot(&[&args[..], named].concat());
        assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    }

    /// Whoever edits the evidence to try something must have nothing know better.
    pub(crate) fn forget_index(&self) {
        std::fs::remove_dir_all(self.path("evidence.jsonl.index")).unwrap();
    }

    /// Where a ref is; empty where there is none.
    pub(crate) fn tip(&self, name: &str) -> String {
        self.git(&["for-each-ref", "--format=%(objectname)", name])
    }

    /// Runs the installed hook as git would, with lines of our own making.
    pub(crate) fn hook(&self, who: &str, lines: &[u8]) -> Output {
        self.hook_with(who, lines, &[])
    }

    /// The same with variables of the environment.
    pub(crate) fn hook_with(&self, who: &str, lines: &[u8], more: &[(&str, &str)]) -> Output {
        let repo = self.repo();
        let mut hook = hermetic(&format!("{repo}/hooks/pre-receive"), Path::new(&repo));
        run(hook.env("GIT_DIR", ".").env("REMOTE_USER", who).envs(more.iter().copied()), lines)
    }

    /// All records; their chain is checked as the README tells an auditor to.
    pub(crate) fn evidence(&self) -> Vec<serde_json::Value> {
        let Ok(text) = std::fs::read(self.path("evidence.jsonl")) else { return Vec::new() };
        let mut prev = "0".repeat(64);
        let mut records = Vec::new();
        for (seq, line) in text.strip_suffix(b"\n").unwrap().split(|b| *b == b'\n').enumerate() {
            let record: serde_json::Value = serde_json::from_slice(line).unwrap();
            assert_eq!((&record["seq"], &record["prev"]), (&seq.into(), &prev.into()));
            prev = Sha256::digest(line).iter().map(|b| format!("{b:02x}")).collect();
            records.push(record);
        }
        records
    }

    /// The records of one type.
    pub(crate) fn records(&self, kind: &str) -> Vec<serde_json::Value> {
        self.evidence().into_iter().filter(|record| record["type"] == kind).collect()
    }
}
