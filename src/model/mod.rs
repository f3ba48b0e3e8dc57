//! The nouns: what is pushed, what vouches for it, and what was decided. Pure values.

pub mod approval;
pub mod commit;
pub mod emergency;
pub mod history;
pub mod object_id;
pub mod person;
pub mod push;
pub mod receipt;
pub mod recorded;
pub mod ref_name;
pub mod review;
pub mod rule;
pub mod ticket;
pub mod verdict;
pub mod violation;
pub mod vouching;

pub use approval::{Approval, Approvals, Source};
pub use commit::{Brought, Commit, Content, Defect, LogEntry, MergeContent, Signature, Trailer};
pub use emergency::{Emergency, Ground, Plea, Reason, Unreviewed};
pub use history::History;
pub use object_id::ObjectId;
pub use person::Identity;
pub use push::{
    Blocker, Change, Elsewhere, Incoming, Lapse, Movement, NotVouched, Presence, Push, Pusher,
    RefLine, RefUpdate, Role, Start, Tagged, Unexplained, contained,
};
pub use receipt::Receipt;
pub use recorded::Recorded;
pub use ref_name::RefName;
pub use review::{ChangeRequest, Reviews};
pub use rule::Rule;
pub use ticket::{Closed, Inquiry, Lookup, Ticket, TicketApproval, TicketKey, Tickets};
pub use verdict::{Basis, Check, Decision, Outcome, RefVerdict, Subject, Verdict, Waiver};
pub use violation::Violation;
