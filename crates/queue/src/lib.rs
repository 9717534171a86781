//! Work that outlives a request.
//!
//! A [`Job`] stands beside its feature: what it is called, in which [`Queue`] it waits, what it
//! does. It is enqueued in the transaction that wants it, leased by a [`Worker`], and then done, put
//! off, or kept as dead for an admin. The [`Registry`] is the one list of what a server can do;
//! [`Periodic`] work runs by the clock. Why not a library: docs/decisions/0012-own-queue.md.

#[cfg(target_arch = "wasm32")]
compile_error!("the queue must never reach the browser half");

mod job;
mod periodic;
mod registry;
mod worker;

pub use job::{
    Environment, Job, JobError, NoPayload, Outcome, Queue, Work, cancel, enqueue, forget_dead,
    run_now,
};
pub use periodic::{Next, Periodic};
pub use registry::Registry;
pub use worker::{Worker, wake};
