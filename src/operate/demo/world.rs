//! The demo's world: a directory with a server, its files, and a clone for each person.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use anyhow::{Context as _, bail};

use crate::operate::install;

/// Everything stands in one temporary directory.
pub(super) struct World {
    dir: tempfile::TempDir,
    colour: bool,
}

/// One push, as the person who made it saw it.
pub(super) struct Push {
    pub(super) who: &'static str,
    pub(super) command: String,
    pub(super) seen: String,
    pub(super) landing: Landing,
}

/// How a push ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Landing {
    Landed,
    Refused,
}

/// Login, name.
const PEOPLE: [(&str, &str); 3] = [("ana", "Ana Souza"), ("bob", "Bob Tran"), ("eve", "Eve Kim")];

const TICKETS: &str = r#"[[ticket]]
key = "PAY-1"
title = "Round half up in invoices"
state = "In Progress"
created = 2020-01-06T09:00:00Z

[[ticket]]
key = "PAY-2"
title = "Retry the card gateway"
state = "In Progress"
created = 2020-01-07T09:00:00Z

[[ticket]]
key = "PAY-7"
title = "Rename the ledger"
state = "Done"
closed = true
created = 2020-01-02T09:00:00Z
"#;

impl World {
    /// A server with a first commit on `main`, then the hook, then the clones.
    pub(super) fn build(colour: bool) -> anyhow::Result<Self> {
        let dir = tempfile::Builder::new().prefix("sockembot-demo-").tempdir()?;
        let world = Self { dir, colour };
        std::fs::write(world.path("tickets.toml"), TICKETS)?;
        world.write_config("")?;
        world.quiet(
            "ana",
            world.directory(),
            &["init", "-q", "--bare", "-b", "main", "app.git"],
        )?;
        for (login, _) in PEOPLE {
            world.quiet(login, world.directory(), &["clone", "-q", "app.git", login])?;
        }
        world.commit("ana", "Begin")?;
        world.quiet(
            "ana",
            &world.path("ana"),
            &["push", "-q", "origin", "HEAD:refs/heads/main"],
        )?;
        for (login, _) in PEOPLE {
            world.renew(login)?;
        }
        let binary = std::env::current_exe().context("finding this binary")?;
        let mut said = Vec::new();
        install::install(&[world.path("app.git")], &world.path("config.toml"), &binary, &mut said)?;
        Ok(world)
    }

    pub(super) fn directory(&self) -> &Path {
        self.dir.path()
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Leaves the directory where it is.
    pub(super) fn keep(self) -> PathBuf {
        self.dir.keep()
    }

    /// The config, with something more at its end.
    pub(super) fn write_config(&self, more: &str) -> anyhow::Result<()> {
        let root = self.directory().display();
        let config = format!(
            r##"contact = "#platform-help"

[host]
kind = "plain"
root = "{root}"

[evidence]
path = "{root}/evidence.jsonl"

[tracker.file]
path = "{root}/tickets.toml"

[[protect]]
repos = ["*"]
refs = ["refs/heads/main"]

[protect.ticket]
projects = ["PAY"]
states = ["In Progress"]

[protect.approval]
required = 1

[people]
email_domain = "example.com"
{more}"##
        );
        std::fs::write(self.path("config.toml"), config).context("writing the config")
    }

    /// Puts a clone where `main` is on the server.
    pub(super) fn renew(&self, who: &str) -> anyhow::Result<()> {
        let clone = self.path(who);
        self.quiet(who, &clone, &["fetch", "-q", "origin"])?;
        self.quiet(who, &clone, &["checkout", "-q", "-B", "main", "origin/main"])?;
        Ok(())
    }

    /// A commit with a line more in a file of its own, so that no two conflict.
    pub(super) fn commit(&self, who: &str, message: &str) -> anyhow::Result<()> {
        let clone = self.path(who);
        let name =
            format!("{}.txt", message.split(':').next().unwrap_or(message).replace(' ', "-"));
        std::fs::write(clone.join(&name), format!("{message}\n"))?;
        self.quiet(who, &clone, &["add", "."])?;
        self.quiet(who, &clone, &["commit", "-q", "-m", message])?;
        Ok(())
    }

    /// A git command that is not shown, and must succeed.
    pub(super) fn quiet(&self, who: &str, dir: &Path, args: &[&str]) -> anyhow::Result<String> {
        let output = self.git(who, dir, args)?;
        if !output.status.success() {
            bail!("`git {}` failed: {}", args.join(" "), String::from_utf8_lossy(&output.stderr));
        }
        Ok(String::from_utf8_lossy(&output.stdout).trim_end().to_owned())
    }

    /// A push that is shown.
    pub(super) fn push(&self, who: &'static str, args: &[&str]) -> anyhow::Result<Push> {
        let colour = if self.colour { "color.remote=always" } else { "color.remote=never" };
        let all = [&["-c", colour, "push"][..], args].concat();
        let output = self.git(who, &self.path(who), &all)?;
        let seen = [output.stdout, output.stderr].concat();
        Ok(Push {
            who,
            command: format!("push {}", args.join(" ")),
            seen: String::from_utf8_lossy(&seen).into_owned(),
            landing: if output.status.success() { Landing::Landed } else { Landing::Refused },
        })
    }

    /// What is on the server's `main`.
    pub(super) fn log(&self) -> anyhow::Result<String> {
        let args = ["log", "--graph", "--format=%h %an: %s", "main"];
        self.quiet("ana", &self.path("app.git"), &args)
    }

    /// How many records the evidence holds.
    pub(super) fn records(&self) -> anyhow::Result<usize> {
        let text = std::fs::read_to_string(self.path("evidence.jsonl"))?;
        Ok(text.lines().count())
    }

    /// Git with no config but the clone's, so that the demo is the same everywhere.
    /// Over a local path git hands its environment to the server's side, where
    /// `REMOTE_USER` stands for what a web server or sshd would set.
    fn git(&self, who: &str, dir: &Path, args: &[&str]) -> anyhow::Result<Output> {
        let name = PEOPLE.iter().find(|(login, _)| *login == who).map_or(who, |(_, name)| name);
        let email = format!("{who}@example.com");
        let path = std::env::var_os("PATH").context("there is no PATH to find git in")?;
        let mut git = Command::new("git");
        git.current_dir(dir).args(args).env_clear().env("PATH", path);
        git.env("HOME", self.directory()).env("LC_ALL", "C").env("REMOTE_USER", who);
        git.env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_CONFIG_GLOBAL", "/dev/null");
        git.env("GIT_AUTHOR_NAME", name).env("GIT_AUTHOR_EMAIL", &email);
        git.env("GIT_COMMITTER_NAME", name).env("GIT_COMMITTER_EMAIL", &email);
        git.output().context("running git; is it installed?")
    }
}
