//! The configs that were in force, in sentences.

use std::path::Path;

use jiff::Timestamp;

use super::stamp;
use crate::evidence::{Body, Record};
use crate::model::verdict::Mode;
use crate::policy::{self, ApprovalSource, Outage, Policy};
use crate::report::clean::Clean;
use crate::report::model::{Asks, Monitored, PolicyPeriod, Table};
use crate::report::period::{Period, day};
use crate::text::{count, list_and, list_or};

/// All configs so far.
#[derive(Debug, Default)]
pub(super) struct Policies(Vec<PolicyPeriod>);

impl Policies {
    pub(super) fn add(&mut self, record: &Record, is_in: bool) {
        if let Body::Policy(policy) = &record.body {
            if let Some(last) = self.0.last_mut() {
                last.until = Some(record.time);
            }
            self.0.push(PolicyPeriod {
                from: stamp(record),
                until: None,
                sha256: Clean::of(&policy.sha256),
                tool: Clean::of(&record.tool),
                text: policy.text.lines().map(Clean::of).collect(),
                asks: asks(&policy.text),
                records: 0,
            });
        }
        if let Some(last) = self.0.last_mut() {
            last.records += usize::from(is_in);
        }
    }

    /// Those of the period, and the branches that they left in monitor mode.
    pub(super) fn finish(self, period: Period) -> (Vec<PolicyPeriod>, Vec<Monitored>) {
        let touches = |policy: &PolicyPeriod| {
            day(policy.from.time) <= period.to()
                && policy.until.is_none_or(|until| day(until) >= period.from())
        };
        let policies: Vec<PolicyPeriod> = self.0.into_iter().filter(touches).collect();
        let monitored = monitored(&policies);
        (policies, monitored)
    }
}

/// A table that two configs in a row leave in monitor mode is one span.
fn monitored(policies: &[PolicyPeriod]) -> Vec<Monitored> {
    let mut spans: Vec<Monitored> = Vec::new();
    for policy in policies {
        let (from, until): (Timestamp, _) = (policy.from.time, policy.until);
        let tables = policy.asks.iter().flat_map(|asks| &asks.tables);
        for table in tables.filter(|table| table.mode == Mode::Monitor) {
            let same =
                |span: &&mut Monitored| span.governs == table.governs && span.until == Some(from);
            match spans.iter_mut().find(same) {
                Some(span) => span.until = until,
                None => spans.push(Monitored { governs: table.governs.clone(), from, until }),
            }
        }
    }
    spans
}

fn asks(text: &str) -> Result<Asks, Clean> {
    let policy = Policy::parse(Path::new("config.toml"), text)
        .map_err(|error| Clean::of(error.to_string()))?;
    Ok(Asks {
        tables: policy.tables.iter().map(table).collect(),
        emergencies: policy
            .emergencies
            .as_ref()
            .map(|emergencies| Clean::of(emergency(emergencies))),
    })
}

fn emergency(emergencies: &policy::Emergencies) -> String {
    let people: Vec<&str> = emergencies.people.iter().map(String::as_str).collect();
    let mut text = format!("Emergencies may be declared by {}", list_or(&people));
    if !emergencies.types.is_empty() {
        text.push_str(&format!(", also by a ticket of the type {}", list_or(&emergencies.types)));
    }
    let minutes = emergencies.review_within.as_secs() / 60;
    let within = match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    };
    text.push_str(&format!(". Somebody else has to review each within {within}."));
    text
}

fn table(table: &policy::Table) -> Table {
    let repos = match table.repos.as_strings() {
        [all] if all == "*" => "all repositories".to_owned(),
        some => format!("the repositories {}", list_and(some)),
    };
    let governs = format!("{} in {repos}", list_and(table.refs.as_strings()));
    let ticket = &table.ticket;
    let mut asks = vec![format!("Each commit names a ticket of {}.", list_or(&ticket.projects))];
    if !ticket.states.is_empty() {
        asks.push(format!("The ticket is in the state {}.", list_or(&ticket.states)));
    }
    if !ticket.types.is_empty() {
        asks.push(format!("The ticket is of the type {}.", list_or(&ticket.types)));
    }
    if let Some(query) = &ticket.query {
        asks.push(format!("The ticket matches the query: {query}"));
    }
    asks.push(match table.approval.required {
        0 => "No approval is asked for.".to_owned(),
        1 => "One person who neither wrote nor pushed a commit has approved it.".to_owned(),
        n => format!("{} who neither wrote nor pushed a commit have approved it.", people(n)),
    });
    if table.approval.required > 0 {
        let sources: Vec<&str> = table.approval.from.iter().map(source).collect();
        asks.push(format!("Approvals are taken from {}.", list_or(&sources)));
    }
    if !table.automation.is_empty() {
        let machines: Vec<&str> = table.automation.iter().map(String::as_str).collect();
        asks.push(format!("Exempt, as machines: {}.", list_and(&machines)));
    }
    if table.outage == Outage::Accept {
        let ask = "While the ticket system is away, a change lands unverified, to be followed up.";
        asks.push(ask.to_owned());
    }
    Table {
        governs: Clean::of(governs),
        mode: table.mode,
        asks: asks.iter().map(Clean::of).collect(),
    }
}

fn people(n: usize) -> String {
    count(n, "person").replace("persons", "people")
}

fn source(source: &ApprovalSource) -> &'static str {
    match source {
        ApprovalSource::Refs => "the server itself, where reviewers push their approval",
        ApprovalSource::Reviews => "reviews at the forge, of exactly what is pushed",
        ApprovalSource::Ticket => "the ticket",
    }
}
