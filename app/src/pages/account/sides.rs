//! What is known of the account, its customers, and notes on it.

use super::members::{self, Members};
use crate::panes::info::shown;
use crate::ui::avatar::Avatar;
use crate::ui::icon::Icon;
use crate::ui::markdown::Markdown;
use crate::ui::time::Time;
use leptos::prelude::*;
use rapport_domain::account::Account;
use rapport_domain::customer::CustomerPage;
use rapport_domain::note::Note;
use rapport_domain::ticket::{AccountFilter, InboxQuery, StatusFilter};
use rapport_domain::{AccountId, Page};
use rapport_presentation::card::CardRow;

/// The name, and every field that has a value.
pub(super) fn head(account: &Account, facts: Vec<CardRow>, may_write: bool) -> AnyView {
    let known = facts.into_iter().filter(|row| row.key != "name");
    let rows = known.filter_map(|row| {
        let value = row.value?;
        let whole = value.text.clone();
        Some(view! { <div><dt>{row.label}</dt><dd class="clip" title=whole>{shown(value)}</dd></div> })
    });
    let edit = may_write.then(|| {
        let href = format!("/accounts/{}/edit", account.id);
        view! { <a class="btn quiet" href=href><Icon name="pencil" />"Edit"</a> }
    });
    view! {
        <header class="account-head">
            <div class="account-title">
                <h1><Icon name="building" />{account.details.name.clone()}</h1>
                {edit}
            </div>
            <dl>{rows.collect_view()}</dl>
        </header>
    }
    .into_any()
}

/// Who belongs to it, and the way to all of them.
pub(super) fn customers(
    account: AccountId,
    page: CustomerPage,
    members: Option<Members<'_>>,
) -> AnyView {
    let all = format!("/customers?account={account}");
    let label = if page.next.is_some() { "All customers" } else { "As a list" };
    let filter = Some(AccountFilter::Id(account));
    let open =
        InboxQuery { status: StatusFilter::Unclosed, account: filter, ..InboxQuery::default() };
    let way_on = (!page.items.is_empty()).then(|| {
        view! {
            <a class="hint" href=open.href()>"Their open tickets"</a>
            <a class="hint" href=all>{label}</a>
        }
    });
    let none = page.items.is_empty().then(|| {
        view! { <p class="hint">"Nobody yet. Whoever writes from one of its domains belongs to it, and so does whom you link here."</p> }
    });
    let may_write = members.is_some();
    let rows = page.items.into_iter().map(|row| {
        let href = format!("/customers/{}", row.id);
        let open = (row.open_tickets > 0).then(|| format!("{} open · ", row.open_tickets));
        view! {
            <li>
                <Avatar name=row.name.clone() />
                <a class="clip" href=href title=row.name.clone()>{row.name.clone()}</a>
                <span class="hint">{open}<Time at=row.last_activity_at /></span>
                {may_write.then(|| members::unlink(account, row.id, &row.name))}
            </li>
        }
    });
    view! {
        <section aria-label="Customers">
            <header><h2>"Customers"</h2>{way_on}</header>
            {none}
            <ul class="account-people">{rows.collect_view()}</ul>
            {members.map(|members| members.view(account))}
        </section>
    }
    .into_any()
}

/// The newest notes on the account, as they stand beside its customers' profiles.
pub(super) fn notes(notes: Page<Note>) -> AnyView {
    let older = notes.next.is_some().then(|| {
        view! { <p class="hint">"Older notes are in the profiles of its customers."</p> }
    });
    let none = notes.items.is_empty().then(|| {
        view! { <p class="hint">"None yet. A note on the account is written in a customer's profile."</p> }
    });
    let items = notes.items.into_iter().map(|note| {
        let edited = note.edited().then_some(" · edited");
        view! {
            <li class="note-item">
                <Markdown text=note.body />
                <footer><span>{note.author_name} " · " <Time at=note.created_at /> {edited}</span></footer>
            </li>
        }
    });
    view! {
        <section aria-label="Account notes">
            <header><h2>"Account notes"</h2></header>
            {none}
            <ul class="account-notes">{items.collect_view()}</ul>
            {older}
        </section>
    }
    .into_any()
}
