//! What an account's page shows, and what the forms about an account need.

use super::get;
use crate::{Ctx, Result, customers};
use rapport_domain::account::Account;
use rapport_domain::customer::CustomerQuery;
use rapport_domain::fields::{FieldDef, FieldEntity};
use rapport_domain::info::AccountInfo;
use rapport_domain::note::NoteTarget;
use rapport_domain::ticket::PersonRef;
use rapport_domain::{AccountId, AppError, Permission, limits};

/// The account with this id, and beside it what is known of it; `all_notes` brings the old ones too, up
/// to a bound. Its queries run side by side.
pub async fn info(ctx: &Ctx, id: AccountId, all_notes: bool) -> Result<AccountInfo> {
    ctx.require(Permission::CustomersRead)?;
    let people = CustomerQuery { account: Some(id), ..CustomerQuery::default() };
    let cards = async { Ok::<_, AppError>(ctx.store.card_config(ctx.workspace).await?) };
    let shown = if all_notes { limits::NOTES_SHOWN_MAX } else { limits::NOTES_SHOWN };
    let notes = async {
        let about = NoteTarget::Account(id);
        Ok::<_, AppError>(ctx.store.notes(ctx.workspace, about, None, shown).await?)
    };
    let (account, cards, customers, notes) =
        tokio::try_join!(get(ctx, id), cards, customers::list(ctx, people), notes,)?;
    let more_notes = notes.next.is_some();
    Ok(AccountInfo { account, cards, customers, notes: notes.items, more_notes })
}

/// What a form about an account needs beside it.
#[derive(Debug)]
pub struct FormOptions {
    /// Its custom fields, in their order.
    pub fields: Vec<FieldDef>,
    /// Who can be its owner.
    pub people: Vec<PersonRef>,
}

/// What the form that edits an account needs.
#[derive(Debug)]
pub struct AccountForm {
    pub account: Account,
    pub options: FormOptions,
}

/// The account, for somebody who is about to edit it.
pub async fn form(ctx: &Ctx, id: AccountId) -> Result<AccountForm> {
    let (account, options) = tokio::try_join!(get(ctx, id), form_options(ctx))?;
    Ok(AccountForm { account, options })
}

/// What somebody needs who is about to make an account.
pub async fn form_options(ctx: &Ctx) -> Result<FormOptions> {
    ctx.require(Permission::CustomersWrite)?;
    let fields = async {
        let all = ctx.store.custom_fields(ctx.workspace, Some(FieldEntity::Account), false).await;
        Ok::<_, AppError>(all?)
    };
    let people = async { Ok::<_, AppError>(ctx.store.assignable(ctx.workspace).await?.people) };
    let (fields, people) = tokio::try_join!(fields, people)?;
    Ok(FormOptions { fields, people })
}
