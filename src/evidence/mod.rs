//! The evidence: one hash-chained, append-only file, written before any answer.

mod append;
mod chain;
mod hash;
mod json;
mod ledger;
mod place;
mod record;
mod tips;

pub use append::append;
pub use chain::{Entry, read};
pub use json::as_json;
pub use ledger::{Ledger, baseline};
pub use record::Body;
pub use tips::Tips;
