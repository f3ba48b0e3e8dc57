//! What the records say when they are taken together.

mod open_items;
mod ref_history;

pub use open_items::{Afterwards, Noted, Tickets, Waiting, afterwards};
pub use ref_history::Tips;
