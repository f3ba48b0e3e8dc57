//! Where tickets are looked up: all keys of a push at once.

mod file;

use std::collections::BTreeSet;

use crate::model::{TicketKey, Tickets};
use crate::policy;

/// A tracker. It can't fail: an outage is an answer, [`crate::model::Lookup::Unknown`].
pub trait Tracker {
    /// Looks up every key.
    fn look_up(&self, keys: &BTreeSet<TicketKey>) -> Tickets;
}

/// The tracker that the config names.
pub fn open(settings: &policy::Tracker) -> Box<dyn Tracker + '_> {
    match settings {
        policy::Tracker::File { path } => Box::new(file::FileTracker { path }),
    }
}
