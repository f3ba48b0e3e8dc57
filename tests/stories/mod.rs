//! One file for each thing that somebody relies on.

mod approvals;
mod bad_input;
mod bypasses;
mod commands;
mod emergencies;
mod emulate;
mod failing;
mod fakes;
mod github;
mod github_faults;
mod github_requests;
mod github_reviewers;
mod hosts;
mod installing;
mod jira;
mod jira820;
mod landing;
mod moving_refs;
mod over_http;
mod over_ssh;
mod recording;
mod redmine;
mod referee;
mod repositories;
mod showing;
mod tickets;
