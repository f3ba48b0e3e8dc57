//! A server that runs a forge, where reviews approve, and pushes as its merge button makes them.

use super::fake_forge::{Dialect, Forge, RequestAt};
use super::{Clone, Server, Setup, Shown};

/// The forge and the server behind it; its repository is `acme/app`.
pub(crate) struct Reviewed {
    pub(crate) forge: Forge,
    pub(crate) server: Server,
}

const KEYS: &str = "projects = [\"#\", \"GH\", \"acme/app\"]";

fn kind(forge: &Forge) -> &'static str {
    match forge.dialect {
        Dialect::GitHub => "github",
        Dialect::GitLab => "gitlab",
        Dialect::Gitea => "gitea",
    }
}

/// The table of a forge, but for what it is a table of.
fn table(forge: &Forge, url: &str) -> String {
    let below = if forge.dialect == Dialect::GitHub { "/api/v3" } else { "" };
    format!("{}]\nurl = \"{url}{below}\"\ntoken_file = \"ROOT/token\"\n", kind(forge))
}

impl Reviewed {
    pub(crate) fn at(forge: Forge) -> Self {
        Self::configured(forge, &[])
    }

    /// With replacements in the config.
    pub(crate) fn configured(forge: Forge, more: &[(&'static str, &str)]) -> Self {
        let url = forge.url().to_owned();
        Self::behind(forge, &url, more)
    }

    /// With something between the hook and the forge.
    pub(crate) fn behind(forge: Forge, url: &str, more: &[(&'static str, &str)]) -> Self {
        let table = format!("[reviews.{}", table(&forge, url));
        let reviews = [
            ("[[protect]]", format!("{table}\n[[protect]]")),
            ("from = [\"refs\"]", "from = [\"reviews\"]".to_owned()),
        ];
        Self::with(forge, reviews.to_vec(), more)
    }

    /// With its issues for tickets, whose keys are `#12`, `GH-12` and `acme/app#12`; nobody
    /// needs to approve.
    pub(crate) fn ticketed(forge: Forge, url: &str, more: &[(&'static str, &str)]) -> Self {
        let table = format!("[tracker.{}", table(&forge, url));
        let tracker = [
            ("[tracker.file]\npath = \"ROOT/tickets.toml\"\n", table),
            ("projects = [\"PAY\", \"OPS\"]", KEYS.to_owned()),
            ("states = [\"In Progress\", \"Approved\"]", "states = []".to_owned()),
            ("types = []", "types = [\"issue\"]".to_owned()),
            ("required = 1", "required = 0".to_owned()),
        ];
        Self::with(forge, tracker.to_vec(), more)
    }

    fn with(
        forge: Forge,
        mut config: Vec<(&'static str, String)>,
        more: &[(&'static str, &str)],
    ) -> Self {
        let host = format!("kind = \"{}\"", kind(&forge));
        config.push(("kind = \"plain\"\nroot = \"ROOT\"", host));
        config.extend(more.iter().map(|(from, to)| (*from, (*to).to_owned())));
        let server = Server::with(Setup { config, secret: true, ..Setup::default() });
        if forge.dialect == Dialect::GitLab {
            // Gitaly runs the hook from there; git alone does not.
            let custom = server.path("app.git/custom_hooks/pre-receive.d/sockembot");
            std::fs::copy(custom, server.path("app.git/hooks/pre-receive")).unwrap();
        }
        forge.serves(&server);
        Self { forge, server }
    }

    /// Commits of eve's on a branch of hers, which the server has; the last one.
    pub(crate) fn branch(&self, messages: &[&str]) -> String {
        let eve = self.server.clone_for("eve");
        for message in messages {
            eve.commit(message);
        }
        self.show(&eve)
    }

    /// Puts what somebody has on a branch of theirs; its head.
    pub(crate) fn show(&self, clone: &Clone) -> String {
        let branch = format!("HEAD:refs/heads/side/{}", clone.who);
        let shown = self.push(clone, &["-f", &branch]);
        assert!(shown.landed(), "{}", shown.seen());
        clone.head()
    }

    /// Request 7, of eve's, for `main`.
    pub(crate) fn open(&self, head: &str) -> RequestAt<'_> {
        self.forge.open(7, head, "main").by("eve").titled("Round half up")
    }

    /// Somebody's clone with a merge of the head into `main`.
    pub(crate) fn merge(&self, who: &str, head: &str) -> Clone {
        let clone = self.server.clone_for(who);
        clone.git(&["merge", "-q", "--no-ff", "-m", "Merge request 7", head]);
        clone
    }

    /// Merges a head into `main` as the button does for this person.
    pub(crate) fn press(&self, who: &str, head: &str) -> Shown {
        self.push(&self.merge(who, head), &["main"])
    }

    /// Pushes; the host names who does.
    pub(crate) fn push(&self, clone: &Clone, args: &[&str]) -> Shown {
        self.push_with(clone, args, &[])
    }

    pub(crate) fn push_with(&self, clone: &Clone, args: &[&str], more: &[(&str, &str)]) -> Shown {
        let who = clone.who.as_str();
        let names = match self.forge.dialect {
            Dialect::GitHub => vec![("GITHUB_USER_LOGIN", who), ("GITHUB_REPO_NAME", "acme/app")],
            Dialect::GitLab => vec![
                ("GL_ID", "user-4"),
                ("GL_USERNAME", who),
                ("GL_PROJECT_PATH", "acme/app"),
                ("GL_REPOSITORY", "project-35"),
                ("GL_PROTOCOL", "ssh"),
            ],
            Dialect::Gitea => vec![
                ("GITEA_PUSHER_NAME", who),
                ("GITEA_REPO_USER_NAME", "acme"),
                ("GITEA_REPO_NAME", "app"),
                ("GITEA_DEPLOY_KEY_ID", "0"),
            ],
        };
        clone.git_with(&[&["push", "origin"][..], args].concat(), &[&names, more].concat())
    }

    /// What the pusher sees, wherever the forge is.
    pub(crate) fn told(&self, pushed: &Shown) -> String {
        pushed.digest().replace(self.forge.url(), "FORGE")
    }

    /// The same in one line, for words that may be broken.
    pub(crate) fn flat(&self, pushed: &Shown) -> String {
        self.told(pushed).split_whitespace().collect::<Vec<_>>().join(" ")
    }
}
