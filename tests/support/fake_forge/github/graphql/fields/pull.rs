//! The fields of a pull request and of its reviews.

use serde_json::{Value, json};

use super::{leaf, one, page};
use crate::support::fake_forge::commits::Commit;
use crate::support::fake_forge::github::graphql::run::Arguments;
use crate::support::fake_forge::github::graphql::thing::Answer::{self, NoField, Null, One};
use crate::support::fake_forge::github::graphql::thing::Thing;
use crate::support::fake_forge::github::{repository, shape};
use crate::support::fake_forge::state::{Access, Opinion, Request, Review, Stage, State};

pub(super) fn stage(request: &Request) -> &'static str {
    match request.stage {
        Stage::Open => "OPEN",
        Stage::Closed => "CLOSED",
        Stage::Merged(_) => "MERGED",
    }
}

pub(super) fn pull<'a>(
    state: &'a State,
    request: &'a Request,
    name: &str,
    args: &Arguments,
) -> Answer<'a> {
    let person = |login: &'a str| Thing::Person(&state.people[login]);
    let merged = matches!(request.stage, Stage::Merged(_));
    match name {
        "number" => leaf(request.number),
        "databaseId" => leaf(request.id),
        "id" => leaf(format!("PR_{}", request.id)),
        "url" => leaf(format!("{}/pull/{}", repository::html(state), request.number)),
        "title" => leaf(request.title.clone()),
        "body" => leaf(""),
        "state" => leaf(stage(request)),
        "isDraft" => leaf(request.draft),
        "isCrossRepository" => leaf(false),
        "merged" => leaf(merged),
        "baseRefName" => leaf(request.base.clone()),
        "baseRefOid" => leaf("b".repeat(40)),
        "headRefName" => leaf(request.branch.clone()),
        "headRefOid" => leaf(request.head()),
        "headRepository" | "baseRepository" => {
            One(request.fork.as_deref().map_or(Thing::Repository, Thing::Fork))
        }
        "headRepositoryOwner" => One(person(&state.owner)),
        "createdAt" => leaf(request.created.clone()),
        "updatedAt" => leaf(request.updated.clone()),
        "closedAt" | "mergedAt" if request.stage == Stage::Open => Null,
        "closedAt" => leaf(request.updated.clone()),
        "mergedAt" => leaf(merged.then(|| request.updated.clone())),
        "author" => one(request.author.as_deref().map(person)),
        "reviewDecision" => leaf(decision(state, request)),
        "mergeCommit" => match &request.stage {
            Stage::Merged(id) => one(state.commits.find(id).map(Thing::from)),
            Stage::Open | Stage::Closed => Null,
        },
        "commits" => {
            let ids = request.commits.iter();
            let commits = ids
                .filter_map(|id| state.commits.find(id))
                .map(|commit| Thing::PullCommit(Box::new(commit)));
            page(state, name, args, "PullRequestCommit", commits.collect())
        }
        "reviews" => {
            let states = args.get("states").and_then(Value::as_array);
            let by = args.get("author").and_then(Value::as_str);
            let matching = |review: &&Review| {
                states.is_none_or(|states| states.contains(&json!(shape::review_state(review))))
                    && by.is_none_or(|by| review.by.as_deref() == Some(by))
            };
            let reviews = said(request).into_iter().filter(matching);
            let reviews = reviews.map(|review| Thing::Review(request, review)).collect();
            page(state, name, args, "PullRequestReview", reviews)
        }
        "latestOpinionatedReviews" | "latestReviews" => {
            let opinionated = name == "latestOpinionatedReviews";
            let writers = args.get("writersOnly").and_then(Value::as_bool).unwrap_or(false);
            let reviews = latest(request, opinionated).into_iter();
            let reviews = reviews.filter(|review| !writers || writes(state, review));
            let reviews = reviews.map(|review| Thing::Review(request, review)).collect();
            page(state, name, args, "PullRequestReview", reviews)
        }
        "timelineItems" => {
            let wanted = args.get("itemTypes").and_then(Value::as_array);
            let is_wanted =
                wanted.is_none_or(|types| types.contains(&json!("BASE_REF_CHANGED_EVENT")));
            let moves = request.retargeted.iter().filter(|_| is_wanted);
            let moves = moves.map(|at| Thing::BaseChange(at)).collect();
            page(state, name, args, "PullRequestTimelineItems", moves)
        }
        "milestone" => Null,
        "labels" | "assignees" => {
            page(state, name, args, if name == "labels" { "Label" } else { "User" }, Vec::new())
        }
        _ => NoField,
    }
}

/// Reviews that are submitted, in their order.
fn said(request: &Request) -> Vec<&Review> {
    let unsaid = [Opinion::Pending, Opinion::Asked];
    request.reviews.iter().filter(|review| !unsaid.contains(&review.opinion)).collect()
}

/// The last review of each person, without mere comments where only opinions are asked for.
fn latest(request: &Request, opinionated: bool) -> Vec<&Review> {
    let mut latest: Vec<&Review> = Vec::new();
    for review in said(request) {
        if !opinionated || review.opinion != Opinion::Commented {
            latest.retain(|known| known.by.is_none() || known.by != review.by);
            latest.push(review);
        }
    }
    latest
}

fn writes(state: &State, review: &Review) -> bool {
    review.by.as_ref().is_some_and(|login| state.people[login].access >= Access::Write)
}

/// What the branch's own rules make of it.
fn decision(state: &State, request: &Request) -> &'static str {
    let opinions = latest(request, true).into_iter();
    let opinions: Vec<_> =
        opinions.filter(|review| writes(state, review)).map(shape::review_state).collect();
    if opinions.contains(&"CHANGES_REQUESTED") {
        "CHANGES_REQUESTED"
    } else if opinions.contains(&"APPROVED") {
        "APPROVED"
    } else {
        "REVIEW_REQUIRED"
    }
}

pub(super) fn reviewed<'a>(
    state: &'a State,
    request: &'a Request,
    review: &'a Review,
    name: &str,
    args: &Arguments,
) -> Answer<'a> {
    match name {
        "id" => leaf(format!("PRR_{}", review.id)),
        "databaseId" => leaf(review.id),
        "state" => leaf(shape::review_state(review)),
        "body" => leaf(""),
        "submittedAt" | "createdAt" => leaf(review.at.clone()),
        "url" => leaf(format!(
            "{}/pull/{}#pullrequestreview-{}",
            repository::html(state),
            request.number,
            review.id
        )),
        "author" => one(review.by.as_ref().map(|login| Thing::Person(&state.people[login]))),
        "authorCanPushToRepository" => leaf(writes(state, review)),
        "authorAssociation" => leaf("MEMBER"),
        "commit" => one(review.commit.as_ref().map(|id| {
            Thing::from(
                state.commits.find(id).unwrap_or_else(|| Commit::of(id, "lost@example.com")),
            )
        })),
        "pullRequest" => One(Thing::Pull(request)),
        "onBehalfOf" => {
            let teams = review.team.iter().map(|team| Thing::Team(team)).collect();
            page(state, name, args, "Team", teams)
        }
        _ => NoField,
    }
}
