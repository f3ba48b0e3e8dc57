//! The evidence: one hash-chained, append-only file, written before any answer.

mod append;
mod baseline;
mod hash;
mod json;
mod place;
pub mod read;
mod record;
mod tips;
mod torn;

pub use append::append;
pub use baseline::baseline;
pub use json::as_json;
pub use place::Busy;
pub use read::state;
pub use record::{ApprovalRecord, Body, Change, Failed, Fault, Instead, Mishap, Reason};
pub use tips::Tips;
pub use torn::Fragment;
