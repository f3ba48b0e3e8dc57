//! The lists of a change, each with as much room as leaves the record below one mebibyte.

use std::collections::{BTreeMap, BTreeSet};

use super::bounded::{List, fitting, text};
use crate::evidence::format::{
    Answer, Approved, Brought, Commit, Commits, ITEMS, Ids, Outcome as Ended, Person, Request,
    Rule as RuleItem, Source as SourceName, Ticket,
};
use crate::model::review::{CheckState, Proven};
use crate::model::verdict::{Asked, JudgedApproval};
use crate::model::{
    self, Basis, Check, Closed, Content, Lookup, ObjectId, Outcome, RefUpdate, RefVerdict, Rule,
    Signature, Source, Subject, TicketKey, Trailer, Verdict, Waiver,
};
use crate::policy::{Policy, Table};
use crate::sentences;
use crate::text::list_and;

// Bytes of JSON that there is room for. What is left of the mebibyte is for the texts
// beside the lists.
const COMMITS: usize = 320 * 1024;
const CONTRIBUTORS: usize = 32 * 1024;
const TICKETS: usize = 128 * 1024;
const APPROVALS: usize = 160 * 1024;
const REQUESTS: usize = 64 * 1024;
const RULES: usize = 192 * 1024;
/// Of the trailers of one commit, and of its co-authors.
const OF_A_COMMIT: usize = 32 * 1024;

pub(super) fn commits(update: &RefUpdate, policy: &Policy) -> Commits {
    let commits = update.role.commits();
    let table = update.role.table().and_then(|index| policy.tables.get(index));
    let Ids { count, sha256, .. } = Ids::of(commits.iter().map(|commit| &commit.id));
    let mut items: Vec<Commit> =
        commits.iter().take(ITEMS).map(|commit| item(commit, table)).collect();
    items.truncate(fitting(&items, COMMITS));
    Commits { count, sha256, items }
}

fn item(commit: &model::Commit, table: Option<&Table>) -> Commit {
    let bare = Commit::bare(commit.id.clone());
    let content = match &commit.content {
        Ok(content) => content,
        Err(defect) => return Commit { defect: Some(text(&defect.to_string())), ..bare },
    };
    let brought = commit
        .brought
        .as_ref()
        .map(|brought| Brought { by: brought.by.as_deref().map(text), at: brought.at });
    Commit {
        brought,
        parents: content.parents.iter().take(ITEMS).cloned().collect(),
        author: Some(person(&content.author)),
        author_time: Some(content.author.time),
        committer: Some(person(&content.committer)),
        commit_time: Some(content.committer.time),
        coauthors: some(content.co_authors.iter().map(|email| text(email))),
        subject: text(&content.subject),
        trailers: some(content.trailers.iter().map(trailer)),
        tickets: table.map_or_else(Vec::new, |table| keys(table, content)),
        merge: Some(content.merge.into()),
        ..bare
    }
}

fn some(texts: impl Iterator<Item = String>) -> Vec<String> {
    let mut texts: Vec<String> = texts.take(ITEMS).collect();
    texts.truncate(fitting(&texts, OF_A_COMMIT));
    texts
}

fn keys(table: &Table, content: &Content) -> Vec<String> {
    let keys = table.ticket.keys(content);
    keys.iter().take(ITEMS).map(TicketKey::to_string).collect()
}

fn person(signature: &Signature) -> Person {
    Person { name: text(&signature.name), email: text(&signature.email) }
}

fn trailer(trailer: &Trailer) -> String {
    text(&format!("{}: {}", trailer.token, trailer.value))
}

pub(super) fn contributors(of_ref: &RefVerdict) -> List<String> {
    let items = of_ref.contributors.clone();
    List { names: items.clone(), items, room: CONTRIBUTORS }
}

/// As the tracker showed them at the moment of judgement.
pub(super) fn tickets(of_ref: &RefVerdict) -> List<Ticket> {
    List {
        items: of_ref.tickets.iter().take(ITEMS).map(ticket).collect(),
        names: of_ref.tickets.iter().map(|(key, _)| key.to_string()).collect(),
        room: TICKETS,
    }
}

fn ticket((key, answer): &(TicketKey, Lookup)) -> Ticket {
    let bare = |answer| Ticket::bare(key.to_string(), answer);
    let ticket = match answer {
        Lookup::Absent => return bare(Answer::Absent),
        Lookup::Unknown { why } => {
            return Ticket { why: Some(text(why)), ..bare(Answer::Unknown) };
        }
        Lookup::Found(ticket) => ticket,
    };
    let maybe = |foreign: &Option<String>| foreign.as_deref().map(text);
    let (closed, resolved) = match ticket.closed {
        Closed::No => (false, None),
        Closed::Yes { at } => (true, at),
    };
    Ticket {
        moved_to: (ticket.key != *key).then(|| ticket.key.to_string()),
        url: maybe(&ticket.url),
        summary: text(&ticket.title),
        kind: maybe(&ticket.kind),
        status: text(&ticket.state),
        closed,
        created: Some(ticket.created),
        resolved,
        reporter: maybe(&ticket.reporter),
        assignee: maybe(&ticket.assignee),
        labels: some(ticket.labels.iter().map(|label| text(label))),
        milestone: maybe(&ticket.milestone),
        ..bare(Answer::Found)
    }
}

/// Where they do not all fit, those that count come first.
pub(super) fn approvals(of_ref: &RefVerdict) -> List<Approved> {
    let mut items: Vec<Approved> = of_ref.approvals.iter().map(approved).collect();
    if fitting(&items, APPROVALS) < items.len() {
        items.sort_by_key(|approved| !approved.counted);
    }
    let name = |approved: &Approved| match &approved.commit {
        Some(commit) => format!("{} {commit}", approved.place),
        None => approved.place.clone(),
    };
    List { names: items.iter().map(name).collect(), items, room: APPROVALS }
}

fn approved(judged: &JudgedApproval) -> Approved {
    let approval = &judged.approval;
    let (source, place, commit) = match &approval.source {
        Source::Ref { name, commit } => (SourceName::Ref, name.to_string(), Some(commit.clone())),
        Source::Review { number, commit, .. } => {
            (SourceName::Review, format!("request {number}"), commit.clone())
        }
        Source::Ticket { key } => (SourceName::Ticket, key.to_string(), None),
    };
    let url = match &approval.source {
        Source::Review { url, .. } => Some(text(url)),
        Source::Ref { .. } | Source::Ticket { .. } => None,
    };
    let why_not = sentences::why_not(judged);
    Approved {
        by: text(approval.by.as_str()),
        person: text(&judged.person),
        at: approval.at,
        source,
        place: text(&place),
        url,
        commit,
        covers: Ids::of(&approval.covers),
        counted: why_not.is_none(),
        why_not: why_not.map(|why| text(&why)),
    }
}

pub(super) fn heads(of_ref: &RefVerdict) -> Vec<ObjectId> {
    of_ref.heads.iter().take(ITEMS).cloned().collect()
}

pub(super) fn requests(of_ref: &RefVerdict) -> List<Request> {
    List {
        items: of_ref.requests.iter().take(ITEMS).map(request).collect(),
        names: of_ref.requests.iter().map(|proven| proven.request.number.to_string()).collect(),
        room: REQUESTS,
    }
}

fn request(proven: &Proven) -> Request {
    let request = &proven.request;
    let content: BTreeSet<&ObjectId> = proven.all().collect();
    let check = |(name, state): (&String, &CheckState)| {
        let state = match state {
            CheckState::Success => "success",
            CheckState::Other(words) => words,
        };
        (text(name), text(state))
    };
    let mut checks: Vec<(String, String)> = request.checks.iter().take(ITEMS).map(check).collect();
    checks.truncate(fitting(&checks, OF_A_COMMIT / 2));
    let mut unmet: Vec<String> = request.unmet.iter().take(ITEMS).map(|rule| text(rule)).collect();
    unmet.truncate(fitting(&unmet, OF_A_COMMIT / 4));
    Request {
        number: request.number,
        title: text(&request.title),
        url: text(&request.url),
        state: request.state.into(),
        target: text(&request.target),
        head: request.head.clone(),
        author: request.author.as_ref().map(|author| text(author.as_str())),
        content: Ids::of(content),
        unmet,
        checks: checks.into_iter().collect(),
    }
}

/// Outcomes in the order of judgement, a thousand commits with one outcome as one item.
/// Where there are more than fit, those that pass go last: what refused the push must
/// stand.
pub(super) fn rules(verdict: &Verdict, of_ref: &RefVerdict, policy: &Policy) -> List<RuleItem> {
    let mut order: Vec<(Rule, Ended, String, Vec<ObjectId>)> = Vec::new();
    let mut places: BTreeMap<(Rule, Ended, String), usize> = BTreeMap::new();
    for check in &of_ref.checks {
        let (result, detail) = outcome(check, verdict, of_ref, policy);
        let key = (check.rule, result, detail);
        let place = *places.entry(key.clone()).or_insert(order.len());
        if place == order.len() {
            order.push((key.0, key.1, key.2, Vec::new()));
        }
        if let (Subject::Commit(id), Some(item)) = (&check.on, order.get_mut(place)) {
            item.3.push(id.clone());
        }
    }
    let mut items: Vec<RuleItem> = order
        .into_iter()
        .map(|(rule, result, detail, ids)| RuleItem {
            id: rule.code().to_owned(),
            result,
            detail,
            commits: (!ids.is_empty()).then(|| Ids::of(&ids)),
        })
        .collect();
    if fitting(&items, RULES) < items.len() {
        items.sort_by_key(|item| item.result == Ended::Pass);
    }
    let name = |item: &RuleItem| format!("{} {} {}", item.id, item.result, item.detail);
    List { names: items.iter().map(name).collect(), items, room: RULES }
}

fn outcome(
    check: &Check,
    verdict: &Verdict,
    of_ref: &RefVerdict,
    policy: &Policy,
) -> (Ended, String) {
    let (result, detail) = match &check.outcome {
        Outcome::Met(basis) => (Ended::Pass, basis_text(basis)),
        Outcome::Broken(violation) => {
            (Ended::Fail, sentences::of_ref(violation, verdict, of_ref, policy))
        }
        Outcome::Waived(Waiver::Exempt { by, table }) => {
            (Ended::Waived, format!("{by} is exempt by [[protect]] table {table}"))
        }
        Outcome::Waived(Waiver::Emergency { by }) => {
            (Ended::Waived, format!("an emergency of {by}, who is listed under [emergency]"))
        }
        Outcome::Unknown { asked: Asked::Ticket(key), why } => {
            (Ended::Error, format!("{key}: {why}"))
        }
        Outcome::Unknown { asked: Asked::Reviews, why } => {
            (Ended::Error, format!("reviews: {why}"))
        }
    };
    (result, text(&detail))
}

fn basis_text(basis: &Basis) -> String {
    match basis {
        Basis::Fact(fact) => (*fact).to_owned(),
        Basis::Tickets(keys) => list_and(&keys.iter().map(ToString::to_string).collect::<Vec<_>>()),
        Basis::Approvers(by) => format!("approved by {}", list_and(by)),
        Basis::CleanMerge => "a merge that adds nothing of its own".to_owned(),
        Basis::Checked(name) => format!("`{name}` succeeded"),
    }
}
