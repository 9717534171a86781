//! Which fields the cards of the info pane show: for everybody, set by admins.

use crate::{Ctx, Result};
use rapport_domain::audit::Action;
use rapport_domain::card::{Card, CardConfig, CardLayout, check_layout};
use rapport_domain::{AppError, Permission};
use serde_json::json;

/// The layouts and what they can name.
pub async fn get(ctx: &Ctx) -> Result<CardConfig> {
    ctx.require(Permission::SettingsWrite)?;
    Ok(ctx.store.card_config(ctx.workspace).await?)
}

/// Saves a card's fields in order. Refused when somebody saved since `layout.saved_at`.
pub async fn save(ctx: &Ctx, layout: &CardLayout) -> Result<CardLayout> {
    ctx.require(Permission::SettingsWrite)?;
    let config = ctx.store.card_config(ctx.workspace).await?;
    check_layout(layout.card, &layout.fields, &config.custom)?;
    let now = config.layout(layout.card);
    // The same once more changes nothing.
    if now.saved_at.is_some() && now.fields == layout.fields {
        return Ok(now);
    }
    let mut tx = ctx.transaction(Permission::SettingsWrite).await?;
    let by = ctx.user();
    if !rapport_store::info_cards::save(&mut tx, ctx.workspace, layout, by, ctx.now).await? {
        return Err(AppError::Conflict(
            "Somebody else changed this card meanwhile. Nothing was overwritten; reload to see their version.".into(),
        ));
    }
    let detail = json!({"from": now.fields, "to": layout.fields});
    tx.commit_audited(Action::InfoCardSaved, layout.card.as_str(), detail).await?;
    Ok(CardLayout { saved_at: Some(ctx.now), ..layout.clone() })
}

/// Goes back to the default fields of a card.
pub async fn reset(ctx: &Ctx, card: Card) -> Result<()> {
    ctx.require(Permission::SettingsWrite)?;
    let from = ctx.store.card_config(ctx.workspace).await?.layout(card).fields;
    let mut tx = ctx.transaction(Permission::SettingsWrite).await?;
    rapport_store::info_cards::reset(&mut tx, ctx.workspace, card).await?;
    tx.commit_audited(Action::InfoCardReset, card.as_str(), json!({"from": from})).await
}
