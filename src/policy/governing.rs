//! Which table governs what, and which tickets a push names under it.

use super::{ApprovalSource, Policy, Table, TicketRules};
use crate::model::{Incoming, Inquiry, Push, Pusher, RefName, Ticket};

impl Table {
    /// The login of a pusher who needs neither ticket nor approval: by the
    /// authenticated login only, since anybody can write a robot's name into a commit.
    pub fn exempts<'a>(&self, pusher: &'a Pusher) -> Option<&'a str> {
        pusher.login().filter(|login| self.automation.contains(*login))
    }
}

impl TicketRules {
    /// The state of a ticket: where a forge has no states of its own, a label that is
    /// one of the allowed.
    pub fn state_of<'a>(&self, ticket: &'a Ticket) -> &'a str {
        let is_allowed = |state: &&String| self.states.contains(state);
        if is_allowed(&&ticket.state) {
            return &ticket.state;
        }
        ticket.labels.iter().find(is_allowed).unwrap_or(&ticket.state)
    }
}

impl Policy {
    /// The index of the first table that matches both the repository and the ref.
    pub fn governing(&self, repository: &str, name: &RefName) -> Option<usize> {
        self.first(repository, |table| table.refs.matches(name.as_str()))
    }

    /// The same on a file system that takes `Main` for `main`.
    pub fn governing_ignoring_case(&self, repository: &str, name: &RefName) -> Option<usize> {
        self.first(repository, |table| table.refs.matches_ignoring_case(name.as_str()))
    }

    /// The index of the first table that matches the repository.
    pub fn governs_repository(&self, repository: &str) -> Option<usize> {
        self.first(repository, |_| true)
    }

    /// Everything that has to be asked before the push can be judged.
    pub fn inquiry(&self, push: &Push) -> Inquiry {
        let mut inquiry = Inquiry::default();
        for update in &push.updates {
            let Some(Incoming { table, commits, .. }) = update.role.incoming() else { continue };
            let Some(table) = self.tables.get(*table) else { continue };
            if table.exempts(&push.pusher).is_some() {
                continue;
            }
            for commit in commits.iter().filter(|commit| !commit.is_clean_merge()) {
                // A malformed commit is broken whatever its tickets are.
                let Ok(content) = &commit.content else { continue };
                let keys = table.ticket.keys(content);
                if table.approval.required > 0
                    && table.approval.from.contains(&ApprovalSource::Ticket)
                {
                    inquiry.approvals.extend(keys.iter().cloned());
                }
                if let Some(query) = &table.ticket.query {
                    let asked = inquiry.queries.entry(query.clone()).or_default();
                    asked.extend(keys.iter().cloned());
                }
                inquiry.keys.extend(keys);
            }
        }
        inquiry
    }

    fn first(&self, repository: &str, governs: impl Fn(&Table) -> bool) -> Option<usize> {
        self.tables
            .iter()
            .position(|table| table.repos.matches_repository(repository) && governs(table))
    }
}
