//! What the config of mailboxes asks of the server.

use crate::Failure;
use leptos::prelude::*;
use rapport_domain::MailboxId;
use rapport_domain::mailbox::{Mailbox, Tls};
use serde::{Deserialize, Serialize};
use server_fn::codec::Json;
// What only the bodies of server functions need.
#[cfg(feature = "ssr")]
use rapport_domain::AppError;
#[cfg(feature = "ssr")]
use rapport_domain::mailbox::{MailboxInput, ServerInput};
#[cfg(feature = "ssr")]
use rapport_services::{mailboxes, settings};

/// The page without its forms.
pub const PAGE: &str = "/settings/mailboxes";

/// What the page shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MailSettings {
    pub mailboxes: Vec<Mailbox>,
    pub open_tracking: bool,
}

/// A mail server as the form has it; `tls` is a word of [`Tls`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ServerFields {
    pub host: Option<String>,
    pub port: Option<String>,
    pub tls: Tls,
    pub user: Option<String>,
    pub password: Option<String>,
}

#[server(input = Json)]
pub async fn load_mailboxes() -> Result<MailSettings, Failure> {
    crate::api::run(async |ctx| {
        let mailboxes = mailboxes::list(ctx).await?;
        Ok(MailSettings { mailboxes, open_tracking: settings::open_tracking(ctx).await? })
    })
    .await
}

/// Adds a mailbox, or changes the one with `id` that has `version`.
#[server]
pub async fn save_mailbox(
    id: Option<MailboxId>,
    version: Option<i32>,
    address: String,
    name: String,
    signature: Option<String>,
    is_default: Option<String>,
    smtp: ServerFields,
    imap: ServerFields,
    imap_folder: Option<String>,
    dkim_domain: Option<String>,
    dkim_selector: Option<String>,
    dkim_key: Option<String>,
) -> Result<(), Failure> {
    let new = MailboxInput {
        address,
        name,
        signature: signature.unwrap_or_default(),
        is_default: is_default.is_some(),
        smtp: Some(smtp.into()),
        imap: Some(imap.into()),
        imap_folder,
        dkim_domain,
        dkim_selector,
        dkim_key,
    };
    let keys = crate::api::keyring();
    crate::api::run(async |ctx| match (id, version) {
        (Some(id), Some(version)) => mailboxes::update(ctx, &keys, id, version, new).await,
        _ => mailboxes::create(ctx, &keys, new).await.map(drop),
    })
    .await?;
    crate::api::back_to(Some(PAGE.into()));
    Ok(())
}

#[server]
pub async fn remove_mailbox(id: MailboxId) -> Result<(), Failure> {
    crate::api::run(async |ctx| mailboxes::remove(ctx, id).await).await?;
    crate::api::back_to(Some(PAGE.into()));
    Ok(())
}

/// Connects to a mailbox's server; what it said is the error.
#[server]
pub async fn test_mailbox(id: MailboxId) -> Result<(), Failure> {
    let keys = crate::api::keyring();
    crate::api::run(async |ctx| {
        let said = mailboxes::test_connection(ctx, &keys, id).await?;
        said.map_err(|text| AppError::invalid("connection", format!("It does not work: {text}")))
    })
    .await
}

#[server]
pub async fn set_open_tracking(on: Option<String>) -> Result<(), Failure> {
    crate::api::run(async |ctx| settings::set_open_tracking(ctx, on.is_some()).await).await
}

#[cfg(feature = "ssr")]
impl From<ServerFields> for ServerInput {
    fn from(fields: ServerFields) -> Self {
        Self {
            host: fields.host.unwrap_or_default(),
            // What is no number is no port, and the check says so.
            port: fields.port.and_then(|p| p.trim().parse().ok()),
            tls: fields.tls,
            user: fields.user,
            password: fields.password,
        }
    }
}
