//! GitHub by REST, for servers without GraphQL: lists first, then the details of what was found.

mod items;

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use items::{CommitItem, EventItem, Pull, ReviewItem};

use super::{Github, kind, note, opinion};
use crate::gather::forge::github::{believe, path_of};
use crate::gather::forge::{all_pages, at_once, escaped};
use crate::gather::remote::{Fault, Http, Request, text};
use crate::gather::reviews::{Found, Wanted};
use crate::model::review::{Access, CheckState, RequestState, Review, Reviewed};
use crate::model::{ChangeRequest, Identity, ObjectId};

/// Pages of checks that are read, of a hundred each.
const PAGES: usize = 10;

/// What is wanted.
pub(super) fn find(github: &Github, http: &Http, wanted: &Wanted) -> Result<Found, Fault> {
    let base = path_of(&github.place.repository);
    let open = format!("{base}/pulls?state=open&base={}&per_page=100", escaped(&wanted.branch));
    let mut questions: Vec<Question> = vec![Question::Repository, Question::Open(open)];
    questions.extend(wanted.numbers.iter().map(|n| Question::One(format!("{base}/pulls/{n}"))));
    questions.extend(
        wanted
            .heads
            .iter()
            .map(|id| Question::OfCommit(format!("{base}/commits/{id}/pulls?per_page=100"))),
    );
    if let (Some(head), Some((owner, _))) =
        (&github.place.pointers.head_branch, github.place.repository.split_once('/'))
    {
        let head = format!("{}:{}", escaped(owner), escaped(head));
        questions.push(Question::OfCommit(format!("{base}/pulls?state=open&head={head}")));
    }
    let answers = at_once(&questions, |question| question.ask(github, http));
    let answers = answers.into_iter().collect::<Result<Vec<_>, _>>()?;
    let name = answers.iter().find_map(|answer| match answer {
        Answered::Repository(name) => Some(name.clone()),
        Answered::Pulls(_) => None,
    });
    let mut found = Found::default();
    let mut pulls: BTreeMap<u64, Pull> = BTreeMap::new();
    for (question, answer) in questions.iter().zip(answers) {
        let Answered::Pulls(listed) = answer else { continue };
        for pull in listed {
            let is_head = |id: &ObjectId| id.as_str() == pull.head.sha;
            if let Question::Open(_) = question {
                found.open.push((pull.number, id(http, &pull.head.sha)?));
                if !wanted.heads.iter().any(is_head) {
                    continue;
                }
            }
            if is_ours(name.as_deref(), &pull) {
                pulls.insert(pull.number, pull);
            }
        }
    }
    let pulls: Vec<Pull> = pulls.into_values().collect();
    let details = at_once(&pulls, |pull| details(github, http, pull, wanted.checks));
    let mut requests = details.into_iter().collect::<Result<Vec<_>, _>>()?;
    grant(github, http, &mut requests)?;
    found.requests = requests.into_iter().map(|(request, _)| request).collect();
    Ok(found)
}

/// One question of the first round.
enum Question {
    /// Whether we are shown the repository at all.
    Repository,
    /// The open requests for the branch.
    Open(String),
    /// A request by number.
    One(String),
    /// The requests of a commit.
    OfCommit(String),
}

/// What a question has for an answer.
enum Answered {
    /// What the repository is called now.
    Repository(String),
    Pulls(Vec<Pull>),
}

impl Question {
    fn ask(&self, github: &Github, http: &Http) -> Result<Answered, Fault> {
        let pulls = match self {
            Self::Repository => {
                let name = believe(http, &github.connection, &github.place)?;
                return Ok(Answered::Repository(name));
            }
            Self::Open(path) => list(http, path)?,
            Self::One(path) => {
                // An issue, or nothing, is not there.
                let pull = http.ask_if_there(&Request::get(path.as_str()))?;
                pull.map(|pull| http.parsed(pull)).transpose()?.into_iter().collect()
            }
            Self::OfCommit(path) => {
                let request = Request::get(path.as_str());
                let answer = http.send(&request)?;
                // "No commit found for SHA": it is in the quarantine.
                if matches!(answer.status, 404 | 422) {
                    Vec::new()
                } else {
                    http.parsed(http.success(answer, &request)?)?
                }
            }
        };
        Ok(Answered::Pulls(pulls))
    }
}

/// A commit is in the requests of forks as well.
fn is_ours(ours: Option<&str>, pull: &Pull) -> bool {
    match pull.base.repo.as_ref().and_then(|repo| repo.full_name.as_ref()) {
        Some(name) => ours.is_some_and(|ours| name.eq_ignore_ascii_case(ours)),
        // Answers that were asked of the repository itself may leave it out.
        None => true,
    }
}

fn details(
    github: &Github,
    http: &Http,
    pull: &Pull,
    checks: bool,
) -> Result<(ChangeRequest, BTreeSet<String>), Fault> {
    let base = path_of(&github.place.repository);
    let number = pull.number;
    let (reviews, commits, events, checks) = std::thread::scope(|scope| {
        let reviews = scope.spawn(|| {
            list::<ReviewItem>(http, &format!("{base}/pulls/{number}/reviews?per_page=100"))
        });
        let commits = scope.spawn(|| {
            list::<CommitItem>(http, &format!("{base}/pulls/{number}/commits?per_page=100"))
        });
        let events = scope.spawn(|| events(http, &base, number));
        let checks =
            if checks { checks_of(http, &base, &pull.head.sha) } else { Ok(BTreeMap::new()) };
        let join = |_| Fault::broken();
        let (reviews, commits) = (reviews.join().map_err(join)??, commits.join().map_err(join)??);
        Ok((reviews, commits, events.join().map_err(join)??, checks?))
    })?;
    let mut reviewers = BTreeSet::new();
    let mut known = Vec::new();
    for item in reviews {
        let Some(opinion) = opinion(&item.state) else { continue };
        reviewers.extend(item.user.as_ref().map(|user| user.login.clone()));
        known.push(Review {
            kind: kind(item.user.as_ref().map_or("", |user| &user.kind)),
            by: item.user.map(|user| github.account(&user.login)),
            opinion,
            at: item.submitted_at,
            of: match item.commit_id {
                Some(commit) => Reviewed::Commit(id(http, &commit)?),
                None => Reviewed::Unknown("GitHub no longer has the commit"),
            },
            // Until it is granted.
            access: Access::Read,
        });
    }
    let request = ChangeRequest {
        number,
        title: pull.title.clone(),
        url: pull.html_url.clone(),
        state: match (pull.state.as_str(), pull.draft, pull.merged_at) {
            (_, _, Some(_)) => RequestState::Merged,
            ("open", false, None) => RequestState::Open,
            ("open", true, None) => RequestState::Draft,
            _ => RequestState::Closed,
        },
        target: pull.base.name.clone(),
        retargeted: events.iter().filter(is_retargeting).map(|event| event.created_at).max(),
        head: id(http, &pull.head.sha)?,
        author: pull.user.as_ref().map(|user| github.account(&user.login)),
        reviews: known,
        unmet: Vec::new(),
        checks,
        accounts: accounts(github, commits),
    };
    Ok((request, reviewers))
}

/// What happened to a request. GitHub has a list for each; a server that others wrote
/// may have none, and then tells nobody that a request's branch was changed.
fn events(http: &Http, base: &str, number: u64) -> Result<Vec<EventItem>, Fault> {
    match list(http, &format!("{base}/issues/{number}/events?per_page=100")) {
        Err(Fault::NoEndpoint { .. }) => Ok(Vec::new()),
        events => events,
    }
}

/// Whether the branch that a request is for was changed, by somebody or because it was
/// deleted (REST API, "Issue event types").
fn is_retargeting(event: &&EventItem) -> bool {
    ["base_ref_changed", "automatic_base_change_succeeded"].contains(&event.event.as_str())
}

/// Asks once for each reviewer whether they may write.
fn grant(
    github: &Github,
    http: &Http,
    requests: &mut [(ChangeRequest, BTreeSet<String>)],
) -> Result<(), Fault> {
    let logins: BTreeSet<String> =
        requests.iter().flat_map(|(_, reviewers)| reviewers.iter().cloned()).collect();
    let logins: Vec<String> = logins.into_iter().collect();
    let answers = at_once(&logins, |login| may_write(github, http, login));
    let mut writers = BTreeSet::new();
    for (login, answer) in logins.iter().zip(answers) {
        if answer? {
            writers.insert(github.account(login));
        }
    }
    for review in requests.iter_mut().flat_map(|(request, _)| &mut request.reviews) {
        if review.by.as_ref().is_some_and(|by| writers.contains(by)) {
            review.access = Access::Write;
        }
    }
    Ok(())
}

fn may_write(github: &Github, http: &Http, login: &str) -> Result<bool, Fault> {
    let base = path_of(&github.place.repository);
    let request = Request::get(format!("{base}/collaborators/{}/permission", escaped(login)));
    let json = http.ask_if_there(&request)?;
    let permission = json.as_ref().and_then(|json| text(json, "permission"));
    Ok(matches!(permission, Some("admin" | "maintain" | "write")))
}

/// Statuses and check runs, which are two lists.
fn checks_of(http: &Http, base: &str, head: &str) -> Result<BTreeMap<String, CheckState>, Fault> {
    #[derive(Deserialize)]
    struct Status {
        context: String,
        state: String,
    }
    #[derive(Deserialize)]
    struct Run {
        name: String,
        status: String,
        conclusion: Option<String>,
    }
    let commit = format!("{base}/commits/{head}");
    let statuses = counted::<Status>(http, &format!("{commit}/status"), "statuses")?;
    let runs = counted::<Run>(http, &format!("{commit}/check-runs"), "check_runs")?;
    let statuses = statuses.into_iter().map(|status| (status.context, status.state));
    let runs = runs.into_iter().map(|run| (run.name, run.conclusion.unwrap_or(run.status)));
    let mut found: BTreeMap<String, CheckState> = BTreeMap::new();
    for (name, ended) in statuses.chain(runs) {
        let state = if ended == "success" { CheckState::Success } else { CheckState::Other(ended) };
        note(&mut found, name, state);
    }
    Ok(found)
}

/// A list that stands inside of an object, beside how long it is.
fn counted<T: DeserializeOwned>(http: &Http, path: &str, name: &str) -> Result<Vec<T>, Fault> {
    let shape = || Fault::shape(http.host(), format!("no `{name}`"));
    let mut items = Vec::new();
    for page in 1..=PAGES {
        let json = http.ask(&Request::get(format!("{path}?per_page=100&page={page}")))?;
        let total = json.get("total_count").and_then(Value::as_u64).ok_or_else(shape)?;
        let list = json.get(name).and_then(Value::as_array).ok_or_else(shape)?;
        for item in list {
            items.push(http.parsed(item.clone())?);
        }
        if items.len() as u64 >= total {
            return Ok(items);
        }
    }
    Err(Fault::TooLong(http.host().to_owned()))
}

fn accounts(github: &Github, commits: Vec<CommitItem>) -> BTreeMap<String, Identity> {
    let mut found = BTreeMap::new();
    for item in commits {
        let signatures =
            [(item.commit.author, item.author), (item.commit.committer, item.committer)];
        for (signature, user) in signatures {
            if let (Some(email), Some(user)) = (signature.and_then(|s| s.email), user) {
                found.insert(email.to_lowercase(), github.account(&user.login));
            }
        }
    }
    super::with_web(github, found)
}

fn list<T: DeserializeOwned>(http: &Http, path: &str) -> Result<Vec<T>, Fault> {
    let items = all_pages(http, Request::get(path))?;
    items.into_iter().map(|item| http.parsed(item)).collect()
}

fn id(http: &Http, text: &str) -> Result<ObjectId, Fault> {
    super::id(text).map_err(|what| Fault::shape(http.host(), what))
}
