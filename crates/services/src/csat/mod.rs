//! Asking customers how it went: a mail after closing, an answer without a login.

mod answer;
mod record;
mod survey;

pub use answer::{Survey, answer, open};
pub use record::record_csat;
pub(crate) use survey::{SendSurvey, follow};

use crate::{Ctx, Result};
use rapport_domain::audit::Action;
use rapport_domain::{AppError, Permission, limits};
use rapport_store::csat;
use serde_json::json;

/// Minutes after closing until customers are asked; `None`: they are not.
pub async fn delay(ctx: &Ctx) -> Result<Option<i32>> {
    ctx.require(Permission::SettingsWrite)?;
    Ok(ctx.store.csat_delay(ctx.workspace).await?)
}

/// Sets that for tickets closed from now on.
pub async fn set_delay(ctx: &Ctx, minutes: Option<i32>) -> Result<()> {
    ctx.require(Permission::SettingsWrite)?;
    if minutes.is_some_and(|m| !(0..=limits::CSAT_DELAY_MINUTES_MAX).contains(&m)) {
        return Err(AppError::invalid("delay", "Choose at most 30 days."));
    }
    let mut tx = ctx.transaction(Permission::SettingsWrite).await?;
    csat::set_delay(&mut tx, ctx.workspace, minutes).await?;
    tx.commit_audited(Action::CsatSet, "workspace", json!({ "minutes": minutes })).await
}
