//! What people run by hand, and the other hook.

mod account;
pub mod baseline;
mod below;
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
pub mod restore;
mod shim;
pub mod show;
mod take_in;
mod trust;
pub mod verify;
