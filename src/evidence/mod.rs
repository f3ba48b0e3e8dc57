//! The evidence: one hash-chained, append-only file, written before any answer.

mod afterwards;
mod alone;
mod append;
mod backwards;
mod baseline;
mod beside;
mod json;
mod landed;
mod place;
pub mod read;
mod record;
mod tips;
mod torn;
mod unreviewed;

pub use afterwards::{Afterwards, Noted, Tickets, Waiting, afterwards};
pub use alone::alone;
pub(crate) use append::host;
pub use append::{append, never_before};
pub use baseline::baseline;
pub use json::as_json;
pub use landed::landed;
pub use place::Busy;
pub use read::state;
pub use record::{
    ApprovalRecord, Body, Change, Failed, Fault, Instead, LandedRecord, Mishap, Reason,
};
pub use tips::Tips;
pub use torn::Fragment;
pub use unreviewed::unreviewed;
