//! What the records say when they are taken together.

mod index;
mod open_items;
mod ref_history;

pub use index::{Index, SetBack};
pub use open_items::{Afterwards, Noted, Tickets, Waiting, afterwards};
pub use ref_history::{About, event};
