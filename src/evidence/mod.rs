//! The evidence: one hash-chained, append-only file, written before any answer.

mod append;
mod baseline;
mod chain;
mod hash;
mod json;
mod place;
mod record;
mod tips;
mod torn;

pub use append::append;
pub use baseline::baseline;
pub use chain::state;
pub use json::as_json;
pub use place::Busy;
pub use record::{ApprovalRecord, Body, Change, Failed, Fault, Instead, Mishap, Reason};
pub use tips::Tips;
pub use torn::Fragment;
