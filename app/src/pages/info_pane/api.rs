//! What the config of the info pane asks of the server.

use crate::Failure;
use chrono::{DateTime, Utc};
use leptos::prelude::*;
use rapport_domain::card::{Card, CardConfig, CardLayout};
use rapport_domain::info::InfoPane;
use serde::{Deserialize, Serialize};
use server_fn::codec::Json;
// What only the bodies of server functions need.
#[cfg(feature = "ssr")]
use rapport_domain::card::apply_step;

/// The layouts, and a real customer to show them with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Loaded {
    pub config: CardConfig,
    pub sample: Option<InfoPane>,
}

#[server(input = Json)]
pub async fn load_cards() -> Result<Loaded, Failure> {
    crate::api::run(async |ctx| {
        let config = rapport_services::info_cards::get(ctx).await?;
        Ok(Loaded { config, sample: rapport_services::info::sample(ctx).await? })
    })
    .await
}

/// Saves a card: `fields` with commas between them, then changed by `step` where a button
/// without JavaScript was pressed. `seen` is when the layout that the page shows was saved; the
/// answer is what the next change has to have seen.
#[server]
pub async fn save_card(
    card: Card,
    seen: Option<DateTime<Utc>>,
    fields: String,
    step: Option<String>,
) -> Result<CardLayout, Failure> {
    let mut fields: Vec<String> =
        fields.split(',').filter(|f| !f.is_empty()).map(String::from).collect();
    apply_step(&mut fields, &step.unwrap_or_default());
    let layout = CardLayout { card, fields, saved_at: seen };
    crate::api::run(async |ctx| rapport_services::info_cards::save(ctx, &layout).await).await
}

#[server]
pub async fn reset_card(card: Card) -> Result<(), Failure> {
    crate::api::run(async |ctx| rapport_services::info_cards::reset(ctx, card).await).await
}
