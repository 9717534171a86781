//! Beside the timeline: what is known of the account, its customers, and notes on it.

use super::data::use_account;
use super::members::Members;
use crate::panes::info::{CardRows, Fold, Notes, Subjects, use_edit};
use crate::session::use_viewer;
use crate::ui::empty::{ErrorPanel, Skeleton};
use crate::ui::icon::Icon;
use crate::ui::page_title::PageTitle;
use leptos::prelude::*;
use rapport_domain::account::AccountRef;
use rapport_domain::card::Card;
use rapport_domain::info::AccountInfo;
use rapport_domain::{AppError, Permission};
use rapport_presentation::Icon as _;
use rapport_presentation::card::{CardRow, resolve};

#[component]
pub fn AboutAccount() -> impl IntoView {
    view! {
        <Transition fallback=|| view! { <aside class="pane info" aria-label="About this account"><Skeleton /></aside> }>
            <Loaded />
        </Transition>
    }
}

#[component]
fn Loaded() -> impl IntoView {
    let account = use_account();
    // Keyed by the account: another one gets another pane, the same one keeps its forms.
    let shown = move || account.get().and_then(Result::ok).map(|info| info.account.id);
    let failed = move || match account.get() {
        // An unknown account is told by the page as a whole.
        Some(Err(error)) if error.0 != AppError::NotFound => Some(error),
        _ => None,
    };
    view! {
        <For each=shown key=|id| *id let:_id><Content /></For>
        {move || failed().map(|error| view! {
            <aside class="pane info" aria-label="About this account"><ErrorPanel error /></aside>
        })}
    }
}

#[component]
fn Content() -> impl IntoView {
    let loaded = use_account();
    let Some(first) = loaded.get_untracked().and_then(Result::ok) else { return ().into_any() };
    let id = first.account.id;
    // The last data stays while this pane goes because another account's came.
    let info = Memo::new(move |last: Option<&AccountInfo>| match loaded.get() {
        Some(Ok(info)) if info.account.id == id => info,
        _ => last.unwrap_or(&first).clone(),
    });
    let name = Memo::new(move |_| info.with(|i| i.account.details.name.clone()));
    let notes = Memo::new(move |_| info.with(|i| i.notes.clone()));
    let more = Memo::new(move |_| info.with(|i| i.more_notes));
    let subjects = Memo::new(move |_| Subjects {
        customer: None,
        account: Some(AccountRef { id, name: name.get() }),
    });
    let edit = use_edit();
    view! {
        <PageTitle text=move || name.get() />
        <aside class="pane info" aria-label=move || format!("About {}", name.get())>
            {view! { <Head info name /> }.into_any()}
            <Fold name="account" title="Account" icon=Card::Account.icon()>
                <CardRows card=Card::Account rows=Signal::derive(move || info.with(facts)) />
            </Fold>
            <Fold name="members" title="Customers" icon="users">
                {view! { <Members info /> }.into_any()}
            </Fold>
            <Fold name="notes" title="Notes" icon="sticky-note">
                {view! { <Notes notes more subjects edit /> }.into_any()}
            </Fold>
        </aside>
    }
    .into_any()
}

#[component]
fn Head(info: Memo<AccountInfo>, name: Memo<String>) -> impl IntoView {
    let writes = use_viewer().is_some_and(|v| v.may(Permission::CustomersWrite));
    view! {
        <section class="account-head">
            <span class="account-mark"><Icon name="building" /></span>
            <h1>{move || name.get()}</h1>
            {writes.then(|| view! {
                <a class="btn quiet" href=move || format!("/accounts/{}/edit", info.with(|i| i.account.id)) rel="external"><Icon name="pencil" />"Edit"</a>
            })}
        </section>
    }
}

/// Every field that an account card can show and that has a value; the name stands above.
fn facts(info: &AccountInfo) -> Vec<CardRow> {
    let keys: Vec<_> = info.cards.choices(Card::Account).into_iter().map(|(key, _)| key).collect();
    let mut rows = resolve(Card::Account, &keys, &info.cards.custom, Some(&info.account));
    rows.retain(|row| row.key != "name");
    rows
}
