//! An account's page.

use super::get;
use crate::{Ctx, Result, customers, notes, timeline};
use rapport_domain::account::Account;
use rapport_domain::card::Card;
use rapport_domain::customer::{CustomerPage, CustomerQuery};
use rapport_domain::fields::{FieldDef, FieldEntity};
use rapport_domain::note::{Note, NoteTarget};
use rapport_domain::ticket::PersonRef;
use rapport_domain::timeline::{AccountTimeline, TimelineQuery};
use rapport_domain::{AccountId, AppError, Page, Permission, limits};
use rapport_presentation::card::{CardRow, resolve};

/// Everything the page shows.
#[derive(Debug)]
pub struct AccountPage {
    pub account: Account,
    /// Every field that an account card can show, custom ones last.
    pub facts: Vec<CardRow>,
    /// Those who were active last.
    pub customers: CustomerPage,
    pub notes: Page<Note>,
    pub timeline: AccountTimeline,
}

/// The account with this id, and around it what is known of it. Its queries run side by side.
pub async fn page(ctx: &Ctx, id: AccountId, query: &TimelineQuery) -> Result<AccountPage> {
    ctx.require(Permission::CustomersRead)?;
    let people = CustomerQuery { account: Some(id), ..CustomerQuery::default() };
    let cards = async { Ok::<_, AppError>(ctx.store.card_config(ctx.workspace).await?) };
    let (account, cards, customers, notes, timeline) = tokio::try_join!(
        get(ctx, id),
        cards,
        customers::list(ctx, people),
        notes::list(ctx, NoteTarget::Account(id), None, limits::NOTES_SHOWN),
        timeline::account_page(ctx, id, query),
    )?;
    let keys: Vec<String> = cards.choices(Card::Account).into_iter().map(|(key, _)| key).collect();
    let facts = resolve(Card::Account, &keys, &cards.custom, Some(&account));
    Ok(AccountPage { account, facts, customers, notes, timeline })
}

/// What a form about an account needs beside it.
#[derive(Debug)]
pub struct BlankForm {
    /// Its custom fields, in their order.
    pub fields: Vec<FieldDef>,
    /// Who can be its owner.
    pub people: Vec<PersonRef>,
}

/// What the form that edits an account needs.
#[derive(Debug)]
pub struct AccountForm {
    pub account: Account,
    pub blank: BlankForm,
}

/// The account, for somebody who is about to edit it.
pub async fn form(ctx: &Ctx, id: AccountId) -> Result<AccountForm> {
    let (account, blank) = tokio::try_join!(get(ctx, id), blank_form(ctx))?;
    Ok(AccountForm { account, blank })
}

/// What somebody needs who is about to make an account.
pub async fn blank_form(ctx: &Ctx) -> Result<BlankForm> {
    ctx.require(Permission::CustomersWrite)?;
    let fields = async {
        let all = ctx.store.custom_fields(ctx.workspace, Some(FieldEntity::Account), false).await;
        Ok::<_, AppError>(all?)
    };
    let people = async { Ok::<_, AppError>(ctx.store.assignable(ctx.workspace).await?.people) };
    let (fields, people) = tokio::try_join!(fields, people)?;
    Ok(BlankForm { fields, people })
}
