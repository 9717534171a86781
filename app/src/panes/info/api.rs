//! What the info pane asks of the server.

use crate::Failure;
use leptos::prelude::*;
use rapport_domain::account::AccountRef;
use rapport_domain::customer::CustomerEdit;
use rapport_domain::info::InfoPane;
use rapport_domain::note::{Note, NoteAbout};
use rapport_domain::{AccountId, CustomerId, NoteId};
use serde::{Deserialize, Serialize};
use server_fn::codec::Json;
use std::collections::BTreeMap;
// What only the bodies of server functions need.
#[cfg(feature = "ssr")]
use rapport_domain::{
    AppError,
    account::AccountInput,
    note::{NoteChange, NoteTarget},
};

#[server(input = Json)]
pub async fn load_info(
    customer: CustomerId,
    ticket: Option<i64>,
    all_notes: bool,
) -> Result<InfoPane, Failure> {
    crate::api::run(async |ctx| {
        rapport_services::info::pane(ctx, customer, ticket, all_notes).await
    })
    .await
}

#[server]
pub async fn add_note(
    customer: Option<CustomerId>,
    account: Option<AccountId>,
    about: NoteAbout,
    body: String,
) -> Result<(), Failure> {
    let target = match about {
        NoteAbout::Customer => customer.map(NoteTarget::Customer),
        NoteAbout::Account => account.map(NoteTarget::Account),
    };
    let target = target.ok_or(AppError::NotFound)?;
    let note = rapport_domain::note::NewNote { body };
    crate::api::run(async |ctx| rapport_services::notes::create(ctx, target, note).await.map(drop))
        .await
}

#[server]
pub async fn change_note(
    id: NoteId,
    version: i32,
    body: String,
    back: Option<String>,
) -> Result<Note, Failure> {
    let change = NoteChange { body, version };
    let update = async |ctx: &_| rapport_services::notes::update(ctx, id, change).await;
    let note = crate::api::run(update).await?;
    crate::api::back_to(back);
    Ok(note)
}

#[server]
pub async fn delete_note(id: NoteId, version: i32) -> Result<(), Failure> {
    crate::api::run(async |ctx| rapport_services::notes::delete(ctx, id, Some(version)).await).await
}

/// The edit form as a browser sends it: every field is there, an empty one clears.
///
/// Not [`CustomerEdit`] itself, where an absent field stays: the form's encoding reads an
/// empty text into an `Option` as absent.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Details {
    name: String,
    external_id: String,
    emails: String,
    phones: String,
    job_title: String,
    company: String,
    language: String,
    time_zone: String,
    city: String,
    country: String,
    address: String,
    website: String,
    tags: String,
    #[serde(default)]
    fields: BTreeMap<String, String>,
    /// Sensitive fields whose box is ticked.
    #[serde(default)]
    cleared: BTreeMap<String, String>,
}

impl From<Details> for CustomerEdit {
    fn from(form: Details) -> Self {
        Self {
            version: 0,
            name: Some(form.name),
            external_id: Some(form.external_id),
            emails: Some(form.emails),
            phones: Some(form.phones),
            avatar_url: None,
            job_title: Some(form.job_title),
            company: Some(form.company),
            language: Some(form.language),
            time_zone: Some(form.time_zone),
            city: Some(form.city),
            country: Some(form.country),
            address: Some(form.address),
            website: Some(form.website),
            tags: Some(form.tags),
            fields: form.fields,
            cleared_fields: form.cleared.into_keys().collect(),
        }
    }
}

/// Saves what differs in the form from `was`, which it was filled with, as JSON; answers what it
/// would be filled with now.
#[server]
pub async fn edit_details(
    customer: CustomerId,
    edit: Details,
    was: String,
    back: Option<String>,
) -> Result<CustomerEdit, Failure> {
    let edit = CustomerEdit::from(edit);
    let was = serde_json::from_str(&was).map_err(|_| {
        AppError::Transport("The form could not be read. Reload the page and try again.".into())
    })?;
    let save = async |ctx: &_| {
        rapport_services::customers::edit_since(ctx, customer, edit, Some(was)).await
    };
    let after = crate::api::run(save).await?;
    crate::api::back_to(back);
    Ok(CustomerEdit::of(&after))
}

#[server(input = Json)]
pub async fn find_accounts(q: String) -> Result<Vec<AccountRef>, Failure> {
    crate::api::run(async |ctx| rapport_services::accounts::search(ctx, &q).await).await
}

#[server]
pub async fn link_account(
    customer: CustomerId,
    version: i32,
    account: AccountId,
    back: Option<String>,
) -> Result<(), Failure> {
    crate::api::run(async |ctx| {
        rapport_services::customers::link_account(ctx, customer, account, Some(version)).await
    })
    .await?;
    crate::api::back_to(back);
    Ok(())
}

/// Links to the account of that name, which is created if there is none.
#[server]
pub async fn link_new_account(
    customer: CustomerId,
    version: i32,
    name: String,
    back: Option<String>,
) -> Result<(), Failure> {
    let input = AccountInput { name: Some(name), ..AccountInput::default() };
    crate::api::run(async |ctx| {
        let account = rapport_services::accounts::upsert(ctx, input).await?.item.id;
        rapport_services::customers::link_account(ctx, customer, account, Some(version)).await
    })
    .await?;
    crate::api::back_to(back);
    Ok(())
}

#[server]
pub async fn unlink_account(
    customer: CustomerId,
    version: i32,
    back: Option<String>,
) -> Result<(), Failure> {
    crate::api::run(async |ctx| {
        rapport_services::customers::unlink_account(ctx, customer, Some(version)).await
    })
    .await?;
    crate::api::back_to(back);
    Ok(())
}
