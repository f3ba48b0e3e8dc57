//! `sockembot doctor`: what is wrong on this server, and how to mend it, line by line.

mod records;
mod repositories;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::push_options;
use crate::exit::Exit;
use crate::gather::config;
use crate::gather::forge::Place;
use crate::gather::host::Pointers;
use crate::gather::remote::Visit;
use crate::gather::{reviews, tracker};
use crate::policy::Policy;
use crate::text;

/// How far two clocks may be apart before a ticket could seem younger than its work.
const SKEW: Duration = Duration::from_secs(60);

/// What was found, and what has to be mended.
#[derive(Default)]
struct Findings {
    lines: Vec<String>,
    mend: Vec<String>,
}

/// Looks at config, evidence and tracker, and at these repositories.
///
/// # Errors
/// Where the findings can't be written.
pub fn doctor(path: &Path, repositories: &[PathBuf], out: &mut dyn Write) -> anyhow::Result<Exit> {
    let mut findings = Findings::default();
    match config::load(path) {
        Err(error) => {
            findings.lines.push(format!("config    {} can't be used", path.display()));
            findings.mend.push(format!("{error:#}"));
        }
        Ok(policy) => {
            let revision = policy.sha256.get(..8).unwrap_or(&policy.sha256);
            let tables = text::count(policy.tables.len(), "[[protect]] table");
            let shown = path.display();
            findings.lines.push(format!("config    {shown}: policy {revision}, {tables}"));
            records::look(&policy, &mut findings);
            tracker_of(&policy, &mut findings);
            reviews_of(&policy, &mut findings);
            repositories::look(&policy, repositories, &mut findings);
            emergencies_of(&policy, repositories, &mut findings);
        }
    }
    for line in &findings.lines {
        writeln!(out, "{}", text::clean(line))?;
    }
    if findings.mend.is_empty() {
        writeln!(out, "\nnothing to mend")?;
        return Ok(Exit::Accepted);
    }
    writeln!(out, "\nto mend:")?;
    for what in &findings.mend {
        for (index, line) in what.lines().enumerate() {
            let first = if index == 0 { "- " } else { "  " };
            writeln!(out, "{first}{}", text::clean(line))?;
        }
    }
    Ok(Exit::Refused)
}

/// Without push options, the client does not even send an emergency.
fn emergencies_of(policy: &Policy, repositories: &[PathBuf], findings: &mut Findings) {
    let Some(emergencies) = &policy.emergencies else { return };
    let people: Vec<&String> = emergencies.people.iter().collect();
    findings.lines.push(format!("emergency {} may push one", text::list_and(&people)));
    if !push_options::are_wanted(policy) {
        return;
    }
    if repositories.is_empty() {
        let what = "          name repositories to see whether they take push options";
        findings.lines.push(what.to_owned());
    }
    for repository in repositories {
        let shown = repository.display();
        match push_options::are_taken(repository) {
            Ok(true) => findings.lines.push(format!("          {shown} takes push options")),
            Ok(false) => {
                findings.lines.push(format!("          {shown} takes no push options"));
                findings.mend.push(format!(
                    "no emergency can be pushed to {shown}: run `sockembot install` on it again"
                ));
            }
            Err(error) => findings.mend.push(format!("{error:#}")),
        }
    }
}

fn tracker_of(policy: &Policy, findings: &mut Findings) {
    let tracker =
        tracker::start(policy, "", &Pointers::default(), Instant::now() + policy.deadline);
    let projects = policy.tables.iter().flat_map(|table| table.ticket.projects.iter().cloned());
    findings.visited("tracker", &tracker.visit(&projects.collect()));
}

fn reviews_of(policy: &Policy, findings: &mut Findings) {
    let Some(forge) = &policy.reviews else { return };
    let place = Place::of(policy, forge, "", &Pointers::default());
    let server = reviews::start(forge, place, Instant::now() + policy.deadline);
    findings.visited("reviews", &server.visit());
}

impl Findings {
    /// What was to be seen at a server.
    fn visited(&mut self, what: &str, visit: &Visit) {
        self.lines.push(format!("{what}   {}", visit.place));
        if let Some(who) = &visit.who {
            self.lines.push(format!("          we are {who}"));
        }
        if let Some(took) = visit.took {
            self.lines.push(format!("          it answers in {} ms", took.as_millis()));
        }
        clock(what, visit, self);
        for (thing, seen) in &visit.seen {
            let state = if *seen { "there" } else { "not to be seen" };
            self.lines.push(format!("          {thing}: {state}"));
            if !seen {
                self.mend.push(format!("{thing} is not there, or our account may not see it"));
            }
        }
        self.mend.extend(visit.faults.iter().map(|fault| format!("the {what}: {fault}")));
    }
}

fn clock(what: &str, visit: &Visit, findings: &mut Findings) {
    let Some(clock) = visit.clock else { return };
    let ahead = clock.duration_since(Timestamp::now());
    let apart = ahead.unsigned_abs();
    findings.lines.push(format!("          its clock is {} s off ours", ahead.as_secs()));
    if apart > SKEW {
        findings.mend.push(format!(
            "the clocks of this server and the {what} are {} s apart; run NTP on both",
            apart.as_secs()
        ));
    }
}
