//! What every tracker and forge behind a URL shares: one client, one deadline, one list of faults.

mod connection;
mod credentials;
mod fault;
mod http;
mod json;
mod visit;

pub(super) use connection::Connection;
pub(super) use credentials::Scheme;
pub use fault::Fault;
pub(super) use http::{Answer, Http, Request, messages};
pub(super) use json::{number, text, time};
pub use visit::Visit;
pub(super) use visit::{arrive, has, look};
