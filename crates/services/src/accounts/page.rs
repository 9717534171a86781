//! An account's page.

use super::get;
use crate::{Ctx, Result, customers, notes, timeline};
use rapport_domain::account::Account;
use rapport_domain::card::{Card, CardRow, resolve};
use rapport_domain::customer::{CustomerPage, CustomerQuery};
use rapport_domain::note::{Note, NoteTarget};
use rapport_domain::timeline::{AccountTimeline, TimelineQuery};
use rapport_domain::{AccountId, AppError, Page, Permission, limits};

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
    ctx.require(Permission::Read)?;
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
