//! The config file: its text into a policy, or the first mistake in it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use toml::Spanned;

use super::emergency::{emergencies, follow_up};
use super::error::PolicyError;
use super::forge::reviews;
use super::tracker::tracker;
use super::value::{Line, Term};
use super::written::{
    ApprovalFile, File, HostFile, HostKind, ModeName, OutageName, PeopleFile, SourceName,
    TableFile, TicketFile,
};
use super::{
    ApprovalRules, ApprovalSource, Clip, Forge, Host, Numbering, Outage, Patterns, People, Person,
    Policy, Table, TicketRules, Tracker,
};
use crate::hash::sha256;
use crate::model::ticket::{COUNTED, ISSUE, SHORT};
use crate::model::verdict::Mode;

/// How long the whole hook may take, where the config does not say.
pub const DEADLINE: Duration = Duration::from_secs(25);

/// GitHub Enterprise Server kills a hook after five seconds (GitHub documentation,
/// "About pre-receive hooks").
const GITHUB_DEADLINE: Duration = Duration::from_secs(4);
const LONGEST: Duration = Duration::from_secs(600);

const EVIDENCE: &str = "/var/lib/sockembot/evidence.jsonl";
const TRAILERS: [&str; 7] = ["Ticket", "Tickets", "Refs", "Fixes", "Closes", "Resolves", "Issue"];
const SKEW: Duration = Duration::from_secs(300);
const WIDEST: Duration = Duration::from_secs(24 * 3600);

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

fn tables(
    files: Spanned<Vec<TableFile>>,
    tracker: &Tracker,
    reviews: Option<&Forge>,
) -> Result<Vec<Table>, Mistake> {
    let span = files.span();
    let files = files.into_inner();
    if files.is_empty() {
        return Err((span, "no [[protect]] table: nothing would be judged".to_owned()));
    }
    let tables = files.into_iter().map(|file| table(file, tracker, reviews));
    let tables = tables.collect::<Result<Vec<_>, _>>()?;
    let takes = |table: &Table| table.approval.from.contains(&ApprovalSource::Reviews);
    if reviews.is_some() && !tables.iter().any(takes) {
        let what = "no [[protect]] table takes approvals from [reviews]: say so there, by \
                    `from = [\"reviews\"]` under [protect.approval]";
        return Err((span, what.to_owned()));
    }
    Ok(tables)
}

fn table(file: TableFile, tracker: &Tracker, reviews: Option<&Forge>) -> Result<Table, Mistake> {
    let repos = filled(file.repos, "a repository pattern, such as `*`")?;
    let refs = filled(file.refs, "a ref pattern, such as `refs/heads/main`")?;
    let texts = |patterns: Vec<String>| Patterns::parse(&patterns).map_err(|why| (0..0, why));
    Ok(Table {
        repos: texts(repos.into_iter().map(|pattern| pattern.0).collect())?,
        refs: texts(refs.into_iter().map(|pattern| pattern.0).collect())?,
        mode: match file.mode {
            ModeName::Enforce => Mode::Enforce,
            ModeName::Monitor => Mode::Monitor,
        },
        outage: match file.outage {
            OutageName::Refuse => Outage::Refuse,
            OutageName::AcceptAndFollowUp => Outage::Accept,
        },
        automation: file.automation.into_iter().map(|login| login.0).collect(),
        ticket: ticket(file.ticket, tracker)?,
        approval: approval(file.approval, tracker, reviews)?,
    })
}

fn ticket(file: TicketFile, tracker: &Tracker) -> Result<TicketRules, Mistake> {
    if let Some(skew) = file.skew.as_ref().filter(|skew| skew.as_ref().0 > WIDEST) {
        return Err((skew.span(), "clocks differ by at most `24h`".to_owned()));
    }
    let span = file.projects.span();
    let projects = filled(file.projects, "a project, such as `PAY`")?;
    let projects: Vec<String> = projects.into_iter().map(|project| project.0).collect();
    let numbering = numbering(&projects, tracker).map_err(|why| (span, why))?;
    let lines = |lines: Vec<Line>| lines.into_iter().map(|line| line.0).collect();
    let types = match (file.types, tracker) {
        (Some(types), _) => lines(types),
        // There, one row of numbers counts issues and pull requests.
        (None, Tracker::Forge(_)) => vec![ISSUE.to_owned()],
        (None, _) => Vec::new(),
    };
    Ok(TicketRules {
        projects,
        numbering,
        states: lines(file.states),
        types,
        trailers: file.trailers.map_or_else(
            || TRAILERS.map(str::to_owned).to_vec(),
            |tokens| tokens.into_iter().map(|token| token.0).collect(),
        ),
        skew: file.skew.map_or(SKEW, |term| term.into_inner().0),
        query: file.jql.map(|line| line.into_inner().0),
    })
}

/// How the keys of a tracker count, and whether the projects are such as it has.
fn numbering(projects: &[String], tracker: &Tracker) -> Result<Numbering, String> {
    let is_repository = |project: &str| project.contains('/');
    match tracker {
        Tracker::Forge(_) => {
            let odd = |project: &&String| {
                !is_repository(project) && ![COUNTED, SHORT].contains(&project.as_str())
            };
            match projects.iter().find(odd) {
                Some(odd) => Err(format!(
                    "`{odd}` is no project of a forge: write `#` for the issues of the repository \
                     itself (`{SHORT}` for keys such as `{SHORT}-12`), or `group/project`"
                )),
                None => Ok(Numbering::Repository),
            }
        }
        _ => match projects.iter().find(|project| is_repository(project)) {
            Some(odd) => Err(format!("`{odd}` is a repository, and this tracker has none")),
            None => Ok(Numbering::Global),
        },
    }
}

fn approval(
    file: ApprovalFile,
    tracker: &Tracker,
    reviews: Option<&Forge>,
) -> Result<ApprovalRules, Mistake> {
    let required = file.required.map_or(1, |required| required.0);
    let checks = file.checks.filter(|checks| !checks.as_ref().is_empty());
    let of_reviews =
        |span| (span, "`checks` are those of a review: add \"reviews\" to `from`".to_owned());
    let Some(from) = file.from else {
        let from = [ApprovalSource::Refs].into();
        return match checks {
            Some(checks) => Err(of_reviews(checks.span())),
            None => Ok(ApprovalRules { required, from, checks: Vec::new() }),
        };
    };
    let span = from.span();
    let from = from.into_inner();
    if from.is_empty() && required > 0 {
        return Err((span, "approvals are required, but from nowhere".to_owned()));
    }
    let source = |name| match name {
        SourceName::Refs => ApprovalSource::Refs,
        SourceName::Reviews => ApprovalSource::Reviews,
        SourceName::Ticket => ApprovalSource::Ticket,
    };
    let from: BTreeSet<ApprovalSource> = from.into_iter().map(source).collect();
    if from.contains(&ApprovalSource::Reviews) && reviews.is_none() {
        let what = "approvals come from reviews, and there is no [reviews.github], \
                    [reviews.gitlab] or [reviews.gitea]";
        return Err((span, what.to_owned()));
    }
    if from.contains(&ApprovalSource::Ticket) && !tracker.has_approvals() {
        let what = "an issue of a forge holds no approval; take it from \"reviews\"";
        return Err((span, what.to_owned()));
    }
    match checks {
        Some(checks) if !from.contains(&ApprovalSource::Reviews) => Err(of_reviews(checks.span())),
        checks => {
            let checks = checks.map_or_else(Vec::new, Spanned::into_inner);
            let checks = checks.into_iter().map(|line| line.0).collect();
            Ok(ApprovalRules { required, from, checks })
        }
    }
}

fn people(file: PeopleFile) -> Result<People, Mistake> {
    let mut owners: BTreeMap<String, String> = BTreeMap::new();
    let mut persons = Vec::new();
    let domain =
        People { email_domain: file.email_domain.map(|domain| domain.0), persons: Vec::new() };
    for person in file.person {
        let name_span = person.name.span();
        let name = person.name.into_inner().0;
        let mut claim = |span, label: &str, key: &str| {
            // Two people with one name would approve each other's changes.
            let key = format!("{label} {}", key.to_lowercase());
            match owners.insert(key.clone(), name.clone()) {
                Some(other) if other != name => {
                    Err((span, format!("the {key} already belongs to `{other}`")))
                }
                _ => Ok(()),
            }
        };
        claim(name_span, "name", &name)?;
        for email in &person.emails {
            claim(email.span(), "address", &email.as_ref().0)?;
            // An address of the domain is a login as well.
            if let Some(login) = domain.login_of(&email.as_ref().0) {
                claim(email.span(), "login", login)?;
            }
        }
        for login in &person.logins {
            let name = &login.as_ref().0;
            claim(login.span(), "login", domain.login_of(name).unwrap_or(name))?;
        }
        persons.push(Person {
            emails: person.emails.into_iter().map(|email| email.into_inner().0).collect(),
            logins: person.logins.into_iter().map(|login| login.into_inner().0).collect(),
            name,
        });
    }
    Ok(People { persons, ..domain })
}

fn filled<T>(list: Spanned<Vec<T>>, wanted: &str) -> Result<Vec<T>, Mistake> {
    let span = list.span();
    let items = list.into_inner();
    if items.is_empty() { Err((span, format!("expected at least {wanted}"))) } else { Ok(items) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::policy::Tracker;

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
