//! The config file: its text into a policy, or the first mistake in it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use toml::Spanned;

use super::emergency::{emergencies, follow_up};
use super::error::PolicyError;
use super::forge::reviews;
use super::persons::people;
use super::protect::tables;
use super::tracker::tracker;
use super::value::Term;
use super::written::{File, HostFile, HostKind};
use super::{Clip, Host, Policy};
use crate::hash::sha256;

/// How long the whole hook may take, where the config does not say.
pub const DEADLINE: Duration = Duration::from_secs(25);

/// GitHub Enterprise Server kills a hook after five seconds (GitHub documentation,
/// "About pre-receive hooks").
const GITHUB_DEADLINE: Duration = Duration::from_secs(4);
const LONGEST: Duration = Duration::from_secs(600);

const EVIDENCE: &str = "/var/lib/sockembot/evidence.jsonl";

/// A mistake that stands at a place of the text.
pub(super) type Mistake = (std::ops::Range<usize>, String);

impl Policy {
    /// Reads the config. `path` only names it.
    ///
    /// # Errors
    /// The first mistake, with its place.
    pub fn parse(path: &Path, text: &str) -> Result<Self, PolicyError> {
        let at = |(span, what): Mistake| PolicyError::at(path, text, span, &what);
        let file: File = toml::from_str(text)
            .map_err(|error| at((error.span().unwrap_or(0..0), error.message().to_owned())))?;
        let host = host(&file.host).map_err(at)?;
        let tracker = tracker(file.tracker, &host).map_err(at)?;
        let reviews = file.reviews.map(|file| reviews(file, &host)).transpose().map_err(at)?;
        Ok(Self {
            text: text.to_owned(),
            sha256: sha256(text.as_bytes()),
            contact: file.contact.map(|line| line.0),
            help_url: file.help_url.map(|line| line.0),
            deadline: deadline(file.deadline, &host).map_err(at)?,
            clip: if file.digest.clip == Some(false) { Clip::Hidden } else { Clip::Shown },
            host,
            evidence: file.evidence.path.map_or_else(|| PathBuf::from(EVIDENCE), |path| path.0),
            tables: tables(file.protect, &tracker, reviews.as_ref()).map_err(at)?,
            tracker,
            reviews,
            people: people(file.people).map_err(at)?,
            emergencies: emergencies(file.emergency).map_err(at)?,
            follow_up: follow_up(&file.followup),
        })
    }
}

fn host(file: &HostFile) -> Result<Host, Mistake> {
    let kind = file.kind.unwrap_or(HostKind::Plain);
    if kind != HostKind::Plain {
        let only_plain =
            |key: &str| format!("`{key}` is for `kind = \"plain\"`; other hosts say it");
        if let Some(pusher) = &file.pusher {
            return Err((pusher.span(), only_plain("pusher")));
        }
        if let Some(root) = &file.root {
            return Err((root.span(), only_plain("root")));
        }
    }
    Ok(match kind {
        HostKind::Plain => Host::Plain {
            pusher: file
                .pusher
                .as_ref()
                .map_or_else(|| "REMOTE_USER".to_owned(), |name| name.as_ref().0.clone()),
            root: file.root.as_ref().map(|root| root.as_ref().0.clone()),
        },
        HostKind::Gitolite => Host::Gitolite,
        HostKind::Gitlab => Host::Gitlab,
        HostKind::Gitea => Host::Gitea,
        HostKind::Github => Host::Github,
    })
}

fn deadline(term: Option<Spanned<Term>>, host: &Host) -> Result<Duration, Mistake> {
    let Some(term) = term else {
        return Ok(if *host == Host::Github { GITHUB_DEADLINE } else { DEADLINE });
    };
    let span = term.span();
    match term.into_inner().0 {
        Duration::ZERO => Err((span, "a deadline of nothing refuses every push".to_owned())),
        long if long > LONGEST => Err((span, "a deadline is at most `10m`".to_owned())),
        term => Ok(term),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::verdict::Mode;
    use crate::policy::protect::SKEW;
    use crate::policy::{ApprovalSource, Tracker};

    const LEAST: &str = r#"
[tracker.file]
path = "/t.toml"

[[protect]]
repos = ["*"]
refs = ["refs/heads/main"]

[protect.ticket]
projects = ["PAY"]
"#;

    const TOKEN: &str = "token_file = \"/t\"";

    fn jira(url: &str, token: &str) -> String {
        let file = "[tracker.file]\npath = \"/t.toml\"";
        LEAST.replace(file, &format!("[tracker.jira]\nurl = \"{url}\"\n{token}"))
    }

    #[test]
    fn http_is_for_this_machine_or_for_those_who_say_so() {
        for (url, more) in [
            ("https://jira.example.com/jira/", ""),
            ("http://127.0.0.1:8080", ""),
            ("http://localhost", ""),
            ("http://[::1]:80", ""),
            ("http://jira.example.com", "\ninsecure = true"),
        ] {
            let policy = parse(&jira(url, &format!("{TOKEN}{more}"))).unwrap();
            let Tracker::Jira(jira) = policy.tracker else { panic!("{url}") };
            assert!(!jira.remote.url.ends_with('/'), "{url}");
        }
    }

    fn parse(text: &str) -> Result<Policy, String> {
        Policy::parse(Path::new("c.toml"), text).map_err(|error| error.to_string())
    }

    #[test]
    fn what_is_not_said_has_its_default() {
        let policy = parse(LEAST).unwrap();
        assert_eq!(policy.deadline, Duration::from_secs(25));
        assert_eq!(policy.host, Host::Plain { pusher: "REMOTE_USER".to_owned(), root: None });
        assert_eq!(policy.evidence, Path::new(EVIDENCE));
        let [table] = policy.tables.as_slice() else { panic!() };
        assert_eq!(table.mode, Mode::Enforce);
        assert_eq!(table.approval.required, 1);
        assert_eq!(table.approval.from, [ApprovalSource::Refs].into());
        assert_eq!(table.ticket.skew, SKEW);
    }

    #[test]
    fn a_misspelt_key_is_shown_with_its_place_and_its_neighbour() {
        let text = LEAST.replace("projects", "projcts");
        insta::assert_snapshot!(parse(&text).unwrap_err(), @r#"
        c.toml:10:1: unknown field `projcts`, expected one of `projects`, `states`, `types`, `trailers`, `skew`, `jql`
           |
        10 | projcts = ["PAY"]
           | ^^^^^^^
        help: did you mean `projects`?
        "#);
    }

    #[test]
    fn each_mistake_is_named() {
        let people = "[[people.person]]\nname = \"A\"\nlogins = [\"a\"]\n";
        for (text, what) in [
            (String::new(), "missing field `tracker`"),
            (LEAST.replace("\"*\"", "\"a[\""), "`a[` is no pattern"),
            (LEAST.replace("\"*\"", ""), "at least a repository pattern"),
            (LEAST.replace("refs/heads/main", "main"), "write `refs/heads/main`"),
            (LEAST.replace("\"PAY\"", "\"pay\""), "expected a project"),
            (LEAST.replace("\"PAY\"", "7"), "invalid type: integer"),
            (LEAST.replace("\"/t.toml\"", "\"t.toml\""), "absolute path"),
            (format!("deadline = \"5 s\"\n{LEAST}"), "`25s`"),
            (format!("deadline = \"0s\"\n{LEAST}"), "refuses every push"),
            (format!("deadline = \"11m\"\n{LEAST}"), "at most `10m`"),
            (format!("deadline = 25\n{LEAST}"), "invalid type: integer"),
            (format!("contact = \"\"\n{LEAST}"), "one line"),
            (format!("[host]\nkind = \"gitlb\"\n{LEAST}"), "did you mean `gitlab`?"),
            (format!("[host]\nkind = \"gitea\"\nroot = \"/x\"\n{LEAST}"), "is for `kind"),
            (format!("[host]\npusher = \"HTTP_USER\"\n{LEAST}"), "set by the client"),
            (format!("{LEAST}[protect.approval]\nfrom = []\n"), "from nowhere"),
            (format!("{LEAST}[protect.approval]\nrequired = 10\n"), "0 to 9"),
            (format!("{LEAST}{people}{}", people.replace("\"A\"", "\"B\"")), "belongs to `A`"),
            (
                format!(
                    "{LEAST}\n[people]\nemail_domain = \"x.org\"\n{}{}",
                    people.replace("logins = [\"a\"]", "emails = [\"b+git@x.org\"]"),
                    people.replace("\"A\"", "\"B\"").replace("\"a\"", "\"b\"")
                ),
                "the login b already belongs to `A`",
            ),
            (jira("http://jira.example.com", TOKEN), "use https, or say `insecure = true`"),
            (jira("https://bot:pw@jira.example.com", TOKEN), "credentials do not stand in a URL"),
            (jira("jira.example.com", TOKEN), "expected a URL"),
            (jira("ftp://jira.example.com", TOKEN), "expected an https URL"),
            (jira("https://jira.example.com", ""), "expected `token_file` or `token_env`"),
            (
                format!("{LEAST}[tracker.redmine]\nurl = \"https://x\"\ntoken_file = \"/t\"\n"),
                "expected one of [tracker.file]",
            ),
            (
                format!(
                    "{LEAST}[reviews.gitlab]\nurl = \"https://x/api/v4\"\ntoken_file = \"/t\"\n"
                ),
                "without `/api` and a version",
            ),
            (LEAST.replace("refs/heads/main", "refs/heads/caf?"), "write `*`"),
            (LEAST.replace("refs/heads/main", "refs/heads/[!a]x"), "write `*`"),
            (format!("{LEAST}skew = \"25h\"\n"), "at most `24h`"),
            (format!("{LEAST}\n[people]\nemail_domain = \"a@b\"\n"), "mail domain"),
            (format!("{LEAST}[emergency]\npeople = []\n"), "list logins, or take it out"),
            (format!("{LEAST}[emergency]\ntypes = [\"Incident\"]\n"), "missing field `people`"),
            (
                format!("{LEAST}[emergency]\npeople = [\"a\"]\nreview_within = \"31d\"\n"),
                "at most `30d`",
            ),
            (
                format!("{LEAST}[emergency]\npeople = [\"a\"]\nreview_within = \"0h\"\n"),
                "longer than nothing",
            ),
            (format!("{LEAST}[emergency]\npeople = \"ana\"\n"), "invalid type: string"),
            (LEAST.split("[[protect]]").next().unwrap().to_owned(), "missing field `protect`"),
            (format!("{LEAST}[[protect]\n"), "unclosed"),
        ] {
            let error = parse(&text).unwrap_err();
            assert!(error.contains(what), "expected {what:?} in:\n{error}");
        }
    }

    proptest! {
        #[test]
        fn any_text_gets_an_answer(text in "[\\[\\]a-z=\". \n\u{e9}]{0,80}") {
            let _ = parse(&text);
        }
    }
}
