//! Jira: all keys of a push in one breath, by the interface that its flavour has.

mod cloud;
mod data_center;
mod history;
mod issue;
mod pairing;
mod times;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Instant;

use serde_json::Value;

use super::{Tracker, asked};
use crate::gather::remote::{
    Connection, Fault, Http, Request, Scheme, Visit, arrive, has, look, text,
};
use crate::model::{Inquiry, Lookup, Ticket, TicketApproval, TicketKey, Tickets};
use crate::policy::{Flavour, Jira};
use issue::Issue;

/// Keys that go into one request: the most that bulkfetch takes.
const BATCH: usize = 100;

/// A Jira, of either flavour.
pub(super) struct JiraTracker {
    settings: Jira,
    connection: Connection,
}

/// What one batch of keys brought.
#[derive(Default)]
struct Batch {
    /// The issues, under the key that was asked for.
    found: BTreeMap<TicketKey, Issue>,
    /// Asked for, properly answered, and not there.
    absent: BTreeSet<TicketKey>,
    /// Not answered, each with the reason.
    unknown: BTreeMap<TicketKey, Fault>,
}

impl JiraTracker {
    pub(super) fn start(settings: &Jira, until: Instant) -> Self {
        let whoami = format!("{}/myself", api(settings.flavour));
        let remote = settings.remote.clone();
        let connection = Connection::start(remote, Scheme::BasicOrBearer, whoami, until);
        Self { settings: settings.clone(), connection }
    }

    fn batch(&self, http: &Http, keys: &[TicketKey], inquiry: &Inquiry) -> Batch {
        let result = match self.settings.flavour {
            Flavour::Cloud => cloud::batch(self, http, keys, inquiry),
            Flavour::DataCenter => data_center::batch(self, http, keys, inquiry),
        };
        let mut batch = result.unwrap_or_else(|fault| Batch {
            unknown: keys.iter().map(|key| (key.clone(), fault.clone())).collect(),
            ..Batch::default()
        });
        self.believe(&mut batch);
        self.ask_service_desk(http, &mut batch, inquiry);
        batch
    }

    /// That a ticket is not there is believed of a server that knows us: an account
    /// whose token has run out is shown nothing.
    fn believe(&self, batch: &mut Batch) {
        if batch.absent.is_empty() {
            return;
        }
        if let Err(fault) = self.connection.who() {
            let absent = std::mem::take(&mut batch.absent);
            batch.unknown.extend(absent.into_iter().map(|key| (key, fault.clone())));
        }
    }

    /// Jira Service Management keeps approvals apart, and has no batch for them.
    fn ask_service_desk(&self, http: &Http, batch: &mut Batch, inquiry: &Inquiry) {
        if !self.settings.service_desk {
            return;
        }
        let wanted: Vec<TicketKey> =
            batch.found.keys().filter(|key| inquiry.approvals.contains(*key)).cloned().collect();
        for key in wanted {
            match service_desk(http, &key) {
                Ok(approvals) => {
                    if let Some(issue) = batch.found.get_mut(&key) {
                        issue.approvals.extend(approvals);
                    }
                }
                Err(fault) => {
                    batch.found.remove(&key);
                    batch.unknown.insert(key, fault);
                }
            }
        }
    }

    fn ticket(&self, key: &TicketKey, issue: Issue, matches: &Matches) -> Ticket {
        let url = format!("{}/browse/{}", self.settings.remote.url, issue.key);
        let of_queries = matches.iter().filter(|(_, found)| found.contains(key));
        let matches = of_queries.map(|(query, _)| query.clone()).collect();
        issue.into_ticket(url, matches)
    }

    /// All batches at once.
    fn all(&self, http: &Arc<Http>, inquiry: &Inquiry) -> Tickets {
        let keys: Vec<TicketKey> = inquiry.keys.iter().cloned().collect();
        let (batches, answers) = std::thread::scope(|scope| {
            let batches: Vec<_> = keys
                .chunks(BATCH)
                .map(|keys| scope.spawn(|| self.batch(http, keys, inquiry)))
                .collect();
            let queries: Vec<_> = inquiry
                .queries
                .iter()
                .flat_map(|(query, keys)| {
                    let keys: Vec<TicketKey> = keys.iter().cloned().collect();
                    keys.chunks(BATCH)
                        .map(<[_]>::to_vec)
                        .map(move |keys| (query, keys))
                        .collect::<Vec<_>>()
                })
                .map(|(query, keys)| {
                    let http = Arc::clone(http);
                    let flavour = self.settings.flavour;
                    scope.spawn(move || {
                        let matching = query_matches(&http, flavour, query, &keys);
                        (query.clone(), keys, matching)
                    })
                })
                .collect();
            let batches: Vec<_> = batches.into_iter().map(|batch| batch.join()).collect();
            (batches, queries.into_iter().map(|query| query.join()).collect::<Vec<_>>())
        });
        let unknown = |fault: &Fault| Tickets::unknown(&inquiry.keys, &fault.to_string());
        let mut matches = Matches::new();
        let mut unanswered: BTreeMap<TicketKey, Fault> = BTreeMap::new();
        for answer in answers {
            match answer {
                Ok((query, _, Ok(found))) => matches.entry(query).or_default().extend(found),
                Ok((_, keys, Err(fault))) => {
                    unanswered.extend(keys.into_iter().map(|key| (key, fault.clone())));
                }
                Err(_) => return unknown(&Fault::broken()),
            }
        }
        let mut all = Vec::new();
        for batch in batches {
            let Ok(batch) = batch else { return unknown(&Fault::broken()) };
            for (key, issue) in batch.found {
                let answer = match unanswered.get(&key) {
                    Some(fault) => Lookup::Unknown { why: fault.to_string() },
                    None => Lookup::Found(Box::new(self.ticket(&key, issue, &matches))),
                };
                all.push((key, answer));
            }
            all.extend(batch.absent.into_iter().map(|key| (key, Lookup::Absent)));
            all.extend(
                batch
                    .unknown
                    .into_iter()
                    .map(|(key, fault)| (key, Lookup::Unknown { why: fault.to_string() })),
            );
        }
        all.into_iter().collect()
    }
}

/// For each query, the asked keys that match it.
type Matches = BTreeMap<String, BTreeSet<TicketKey>>;

impl Tracker for JiraTracker {
    fn look_up(&self, inquiry: &Inquiry) -> Tickets {
        asked(&self.connection, inquiry, |http| self.all(http, inquiry))
    }

    fn visit(&self, projects: &BTreeSet<String>) -> Visit {
        let remote = &self.settings.remote;
        let api = api(self.settings.flavour);
        let name = |json: &Value| {
            text(json, "displayName").or_else(|| text(json, "name")).map(str::to_owned)
        };
        let whoami = format!("{api}/myself");
        let (mut visit, http) = arrive(&self.connection, &remote.url, &whoami, name);
        let Some(http) = http else { return visit };
        for project in projects {
            let request = Request::get(format!("{api}/project/{project}"));
            let seen = http.send(&request).and_then(|answer| match answer.status {
                404 => Ok(false),
                _ => http.success(answer, &request).map(|_| true),
            });
            look(&mut visit, format!("the project {project}"), seen);
        }
        let approving = &self.settings.approving;
        if let Some(field) = &approving.field {
            let fields = http.ask(&Request::get(format!("{api}/field")));
            let seen = fields.map(|fields| has(Some(&fields), field));
            look(&mut visit, format!("the field `{field}`"), seen);
        }
        if !approving.states.is_empty() {
            let states = http.ask(&Request::get(format!("{api}/status")));
            for state in &approving.states {
                let seen = states.as_ref().map(|states| has(Some(states), state));
                look(&mut visit, format!("the state `{state}`"), seen.map_err(Clone::clone));
            }
        }
        visit
    }
}

fn api(flavour: Flavour) -> &'static str {
    match flavour {
        Flavour::Cloud => "/rest/api/3",
        Flavour::DataCenter => "/rest/api/2",
    }
}

/// `key in (A-1, B-2)`, quoted as JQL wants it; a key has no quote in it.
fn key_in(keys: &[TicketKey]) -> String {
    let quoted: Vec<String> = keys.iter().map(|key| format!("\"{key}\"")).collect();
    format!("key in ({})", quoted.join(", "))
}

/// Which of the keys match a query of the config.
fn query_matches(
    http: &Http,
    flavour: Flavour,
    query: &str,
    keys: &[TicketKey],
) -> Result<BTreeSet<TicketKey>, Fault> {
    let search = |query: &str| match flavour {
        Flavour::Cloud => cloud::search(http, query, keys),
        Flavour::DataCenter => data_center::search(http, query, keys),
    };
    // Nothing matches a query and its opposite: what does shows a server that leaves
    // out clauses which it does not know.
    let (found, control) = std::thread::scope(|scope| {
        let control = scope.spawn(|| search(&format!("({query}) AND NOT ({query})")));
        (search(query), control.join())
    });
    let found = found?;
    let control = control.map_err(|_| Fault::broken())??;
    if !control.is_empty() {
        return Err(Fault::Ignored(http.host().to_owned()));
    }
    let asked: BTreeSet<&TicketKey> = keys.iter().collect();
    match found.iter().find(|key| !asked.contains(key)) {
        // A server that does not know the clause leaves it out, and answers with all
        // that it has.
        Some(key) => Err(Fault::unasked(http.host(), key.as_str())),
        None => Ok(found),
    }
}

/// The keys that the server says are none, out of a refusal of the whole search:
/// `An issue with key 'PAY-9' does not exist for field 'key'.`
fn blamed(messages: &str, asked: &[TicketKey]) -> BTreeSet<TicketKey> {
    let quoted = messages.split('\'').skip(1).step_by(2).filter_map(TicketKey::parse);
    quoted.filter(|key| asked.contains(key)).collect()
}

fn service_desk(http: &Http, key: &TicketKey) -> Result<Vec<TicketApproval>, Fault> {
    let path = format!("/rest/servicedeskapi/request/{key}/approval?start=0&limit=50");
    let request = Request::get(path);
    let answer = http.send(&request)?;
    if answer.status == 404 {
        // Not every ticket is a request of the service desk.
        return Ok(Vec::new());
    }
    history::service_desk(&http.success(answer, &request)?)
        .map_err(|what| Fault::shape(http.host(), what))
}
