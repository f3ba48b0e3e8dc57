//! GitHub by GraphQL: requests by number and by commit, with reviews, authors and checks, at once.

mod checks;
mod nodes;

use std::collections::BTreeMap;

use serde::Deserialize;

use nodes::{Branch, HeadNode, List, RequestCommit, RequestNode, ReviewList, ReviewNode};

use super::{Github, id, kind, opinion, with_web};
use crate::gather::forge::at_once;
use crate::gather::forge::github::{Reply, ask};
use crate::gather::remote::{Fault, Http};
use crate::gather::reviews::{Found, Wanted};
use crate::model::review::{Access, RequestState, Review, Reviewed};
use crate::model::{ChangeRequest, Identity};

/// Numbers and commits in one request: with five requests for each commit this stays
/// below half of the nodes that one may ask for (GraphQL API, "Node limit").
const BATCH: usize = 50;

/// Pages of older reviews that are read, of a hundred each.
const PAGES: usize = 10;

const REVIEWS: &str = "pageInfo { hasPreviousPage startCursor } nodes { state submittedAt \
     authorCanPushToRepository commit { oid } author { __typename login } }";

const STATES: &str = "states: [APPROVED, CHANGES_REQUESTED, DISMISSED]";

/// The last time that the branch a request is for was changed, by somebody or because it
/// was deleted.
const RETARGETED: &str = "retargeted: timelineItems(last: 1, \
     itemTypes: [BASE_REF_CHANGED_EVENT, AUTOMATIC_BASE_CHANGE_SUCCEEDED_EVENT]) { nodes { \
     ... on BaseRefChangedEvent { createdAt } \
     ... on AutomaticBaseChangeSucceededEvent { createdAt } } }";

type Fields = BTreeMap<String, serde_json::Value>;

/// What is wanted, or nothing where the server has no GraphQL.
pub(super) fn find(github: &Github, http: &Http, wanted: &Wanted) -> Result<Option<Found>, Fault> {
    let mut aliases: Vec<String> = wanted
        .numbers
        .iter()
        .map(|number| format!("n{number}: pullRequest(number: {number}) {{ ...request }}"))
        .collect();
    aliases.extend(wanted.heads.iter().enumerate().map(|(index, id)| {
        format!(
            "h{index}: object(oid: \"{id}\") {{ ... on Commit {{ \
             associatedPullRequests(first: 5) {{ nodes {{ ...request }} }} }} }}"
        )
    }));
    let base = serde_json::Value::from(wanted.branch.as_str());
    aliases.push(format!(
        "open: pullRequests(states: OPEN, baseRefName: {base}, first: 50, \
         orderBy: {{ field: CREATED_AT, direction: DESC }}) {{ nodes {{ number headRefOid }} }}"
    ));
    if let Some(head) = &github.place.pointers.head_branch {
        let head = serde_json::Value::from(head.as_str());
        aliases.push(format!(
            "pointed: pullRequests(states: OPEN, headRefName: {head}, baseRefName: {base}, \
             first: 10) {{ nodes {{ ...request }} }}"
        ));
    }
    let fragment = fragment(wanted.checks);
    let batches: Vec<&[String]> = aliases.chunks(BATCH).collect();
    let answers = at_once(&batches, |aliases| batch(github, http, aliases, &fragment));
    let mut found = Found::default();
    for answer in answers {
        let Some(fields) = answer? else { return Ok(None) };
        collect(github, http, fields, &mut found)?;
    }
    Ok(Some(found))
}

fn fragment(checks: bool) -> String {
    let checks = if checks { checks::after("") } else { String::new() };
    format!(
        "fragment request on PullRequest {{ number title url state isDraft baseRefName \
         baseRepository {{ nameWithOwner }} headRefOid author {{ __typename login }} \
         reviews(last: 100, {STATES}) {{ {REVIEWS} }} \
         commits(last: 100) {{ nodes {{ commit {{ authors(first: 5) {{ nodes {{ email \
         user {{ login }} }} }} committer {{ email user {{ login }} }} }} }} }} \
         {RETARGETED} {checks} }}"
    )
}

fn batch(
    github: &Github,
    http: &Http,
    aliases: &[String],
    fragment: &str,
) -> Result<Option<Fields>, Fault> {
    let fields = aliases.join(" ");
    // A fragment that nothing uses is an error (GraphQL, 5.5.1.4).
    let fragment = if fields.contains("...request") { fragment } else { "" };
    let is_number = |alias: &str| alias.starts_with('n');
    match ask(http, &github.place.repository, &fields, fragment, is_number)? {
        Reply::Fields(fields) => Ok(Some(fields)),
        Reply::NoGraphql => Ok(None),
    }
}

fn collect(
    github: &Github,
    http: &Http,
    mut fields: Fields,
    found: &mut Found,
) -> Result<(), Fault> {
    let shape = |what: String| Fault::shape(http.host(), what);
    let name = fields.remove("nameWithOwner").and_then(|name| name.as_str().map(str::to_owned));
    let name = name.ok_or_else(|| shape("a repository without `nameWithOwner`".to_owned()))?;
    let mut nodes = Vec::new();
    for (alias, value) in fields {
        let unreadable = |error: serde_json::Error| shape(format!("`{alias}`: {error}"));
        if value.is_null() {
            // No such request, no such commit.
            continue;
        }
        match alias.as_bytes().first() {
            Some(b'n') => {
                nodes.push(serde_json::from_value::<RequestNode>(value).map_err(unreadable)?);
            }
            Some(b'h') => {
                let commit: Branch = serde_json::from_value(value).map_err(unreadable)?;
                nodes.extend(commit.associated_pull_requests.into_iter().flat_map(List::all));
            }
            Some(b'p') => {
                let list: List<RequestNode> = serde_json::from_value(value).map_err(unreadable)?;
                nodes.extend(list.all());
            }
            _ => {
                let list: List<HeadNode> = serde_json::from_value(value).map_err(unreadable)?;
                for node in list.all() {
                    found.open.push((node.number, id(&node.head).map_err(shape)?));
                }
            }
        }
    }
    for node in nodes {
        // A commit is in the requests of forks as well.
        let base = node.base_repository.as_ref().map(|base| base.name_with_owner.as_str());
        let is_ours = base.is_some_and(|base| base.eq_ignore_ascii_case(&name));
        let is_known = found.requests.iter().any(|known| known.number == node.number);
        if is_ours && !is_known {
            found.requests.push(request(github, http, node)?);
        }
    }
    Ok(())
}

fn request(github: &Github, http: &Http, node: RequestNode) -> Result<ChangeRequest, Fault> {
    let shape = |what: String| Fault::shape(http.host(), what);
    let lacks = || shape("a request without `reviews`".to_owned());
    let reviews = all_reviews(github, http, node.number, node.reviews.ok_or_else(lacks)?)?;
    Ok(ChangeRequest {
        number: node.number,
        title: node.title,
        url: node.url,
        state: match (node.state.as_str(), node.is_draft) {
            ("OPEN", false) => RequestState::Open,
            ("OPEN", true) => RequestState::Draft,
            ("MERGED", _) => RequestState::Merged,
            _ => RequestState::Closed,
        },
        target: node.base_ref_name,
        retargeted: node.retargeted.nodes.last().map(|moved| moved.created_at),
        head: id(&node.head_ref_oid).map_err(shape)?,
        author: node.author.map(|author| github.account(&author.login)),
        reviews: reviews
            .into_iter()
            .filter_map(|node| review(github, node).transpose())
            .collect::<Result<_, _>>()
            .map_err(shape)?,
        unmet: Vec::new(),
        checks: match node.tip {
            Some(tip) => checks::all(github, http, node.number, tip, &node.head_ref_oid)?,
            None => BTreeMap::new(),
        },
        accounts: accounts(github, node.commits),
    })
}

/// The newest reviews and, where there are more, those before them, oldest first.
fn all_reviews(
    github: &Github,
    http: &Http,
    number: u64,
    newest: ReviewList,
) -> Result<Vec<ReviewNode>, Fault> {
    let mut pages = vec![newest];
    for _ in 0..PAGES {
        let Some(ReviewList { page_info, .. }) = pages.last() else { break };
        if !page_info.has_previous_page {
            break;
        }
        let cursor = serde_json::Value::from(page_info.start_cursor.as_deref());
        let fields = format!(
            "n: pullRequest(number: {number}) {{ \
             reviews(last: 100, before: {cursor}, {STATES}) {{ {REVIEWS} }} }}"
        );
        #[derive(Deserialize)]
        struct Older {
            n: OlderReviews,
        }
        #[derive(Deserialize)]
        struct OlderReviews {
            reviews: ReviewList,
        }
        match ask::<Older>(http, &github.place.repository, &fields, "", |_| false)? {
            Reply::Fields(older) => pages.push(older.n.reviews),
            Reply::NoGraphql => return Err(Fault::broken()),
        }
    }
    if pages.last().is_some_and(|last| last.page_info.has_previous_page) {
        return Err(Fault::TooLong(http.host().to_owned()));
    }
    Ok(pages.into_iter().rev().flat_map(|page| page.nodes.into_iter().flatten()).collect())
}

fn review(github: &Github, node: ReviewNode) -> Result<Option<Review>, String> {
    let Some(opinion) = opinion(&node.state) else { return Ok(None) };
    Ok(Some(Review {
        kind: kind(node.author.as_ref().map_or("", |author| &author.kind)),
        by: node.author.map(|author| github.account(&author.login)),
        opinion,
        at: node.submitted_at,
        of: match node.commit {
            Some(commit) => Reviewed::Commit(id(&commit.oid)?),
            None => Reviewed::Unknown("GitHub no longer has the commit"),
        },
        access: if node.author_can_push_to_repository { Access::Write } else { Access::Read },
    }))
}

/// Whom GitHub knows by the addresses in the commits.
fn accounts(github: &Github, commits: List<RequestCommit>) -> BTreeMap<String, Identity> {
    let mut found: BTreeMap<String, Identity> = BTreeMap::new();
    for RequestCommit { commit } in commits.all() {
        let authors = commit.authors.into_iter().flat_map(List::all);
        for actor in authors.chain(commit.committer) {
            if let (Some(email), Some(user)) = (actor.email, actor.user) {
                found.insert(email.to_lowercase(), github.account(&user.login));
            }
        }
    }
    with_web(github, found)
}
