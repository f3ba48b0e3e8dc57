//! What people run by hand, and the other hook.

pub mod baseline;
pub mod check;
pub mod checkpoint;
pub mod demo;
pub mod doctor;
pub mod followup;
pub mod init;
pub mod install;
mod named;
pub mod other_hook;
pub mod progress;
mod push_options;
pub mod report;
mod shim;
pub mod show;
pub mod verify;
