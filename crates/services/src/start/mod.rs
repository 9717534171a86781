//! The first hour of a workspace: what there is to do, what of it is done, a sample to try.

mod sample;

pub use sample::{add_sample, remove_sample};

use crate::transaction::Recorded;
use crate::{Ctx, Result, api_keys};
use rapport_domain::api_key::{KeyInput, KeyKind};
use rapport_domain::audit::Action;
use rapport_domain::start::Step;
use rapport_domain::{AppError, CustomerId, Permission};
use rapport_store::start as store;
use serde_json::json;

/// How far a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Open,
    Done,
    Skipped,
}

/// The steps in their order.
#[derive(Debug)]
pub struct Start {
    /// Whether the workspace is still in its first hour.
    pub on: bool,
    pub steps: Vec<(Step, State)>,
    /// The sample customer, while there is one.
    pub sample: Option<CustomerId>,
}

impl Start {
    /// Whether nothing is left to do.
    pub fn is_done(&self) -> bool {
        self.steps.iter().all(|(_, state)| *state != State::Open)
    }
}

/// How far the workspace is.
pub async fn get(ctx: &Ctx) -> Result<Start> {
    ctx.require(Permission::SettingsWrite)?;
    let now = ctx.store.progress(ctx.workspace).await?;
    let state = |step: Step| {
        let done = match step {
            Step::Mail => now.mail,
            Step::Event => now.event,
            Step::Sdk => now.browser,
            Step::Colleague => now.colleague,
            Step::Cards => now.cards,
            Step::Sample => now.sample_made,
        };
        match done {
            true => State::Done,
            false if now.skipped.iter().any(|word| word == step.as_str()) => State::Skipped,
            false => State::Open,
        }
    };
    let steps = Step::ALL.iter().map(|step| (*step, state(*step))).collect();
    Ok(Start { on: now.getting_started, steps, sample: now.sample })
}

/// Leaves a step out, or takes it in again.
pub async fn skip(ctx: &Ctx, step: Step, skipped: bool) -> Result<()> {
    let mut tx = ctx.transaction(Permission::SettingsWrite).await?;
    store::set_skipped(&mut tx, ctx.workspace, step.as_str(), skipped).await?;
    tx.commit(Recorded::Own).await
}

/// The first hour is over: the page goes.
pub async fn finish(ctx: &Ctx) -> Result<()> {
    let mut tx = ctx.transaction(Permission::SettingsWrite).await?;
    store::set_getting_started(&mut tx, ctx.workspace, false).await?;
    tx.commit_audited(Action::StartFinished, ctx.workspace, json!({})).await
}

/// Makes the key that a step's lines need, and answers it: a server's for the first event, a
/// browser's for the SDK. Who asks again gets another one; names tell them apart.
pub async fn make_key(ctx: &Ctx, step: Step) -> Result<String> {
    let (kind, name, scopes) = match step {
        Step::Event => {
            let scopes = vec![Permission::CustomersWrite, Permission::EventsWrite];
            (KeyKind::Secret, "First server", scopes)
        }
        Step::Sdk => (KeyKind::Public, "First site", Vec::new()),
        _ => return Err(AppError::NotFound),
    };
    let known = api_keys::list(ctx).await?;
    let taken = |name: &str| {
        known.iter().any(|k| k.revoked_at.is_none() && k.name.eq_ignore_ascii_case(name))
    };
    let mut names = std::iter::once(name.to_string()).chain((2..).map(|n| format!("{name} {n}")));
    // One more than there are keys is free.
    let name = names.find(|name| !taken(name)).unwrap_or_else(|| name.into());
    let input = KeyInput { name, kind, scopes, allowed_origins: Vec::new(), days: 0 };
    api_keys::create(ctx, input).await
}
