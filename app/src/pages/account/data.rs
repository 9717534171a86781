//! The account that the page is about, loaded once: the crumbs and the 404 read it too.

use super::api::load_account;
use crate::Failure;
use crate::live::{Hint, account_topic, use_fresh, use_live};
use crate::page_data::{PageData, page_data};
use crate::pages::not_found::NotFoundPage;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use rapport_domain::info::AccountInfo;
use rapport_domain::{AccountId, AppError};

type Loaded = PageData<Result<AccountInfo, Failure>>;

/// Starts loading, and follows what happens to the account.
pub fn provide_account(account: Memo<Option<AccountId>>) {
    let fresh = use_fresh(|hint| matches!(hint, Hint::Account(_)));
    let query = use_query_map();
    let all_notes = Memo::new(move |_| query.with(|q| q.get("notes")).as_deref() == Some("all"));
    let loaded: Loaded = page_data(
        move || (account.get(), all_notes.get(), fresh.get()),
        |(account, all_notes, _)| async move {
            match account {
                Some(account) => load_account(account, all_notes).await,
                None => Err(Failure(AppError::NotFound)),
            }
        },
    );
    provide_context(loaded);
    let topics = Memo::new(move |_| account.get().map(account_topic).into_iter().collect());
    use_live().follow(topics.into());
}

/// The account, inside a `<Transition>` of its page.
pub fn use_account() -> Loaded {
    expect_context::<Loaded>()
}

/// The account's name, in the crumbs.
#[component]
pub fn AccountName() -> impl IntoView {
    let account = use_account();
    view! {
        <Transition fallback=|| "">
            {move || account.get().and_then(Result::ok).map(|info| info.account.details.name)}
        </Transition>
    }
}

/// Where the account does not exist: the page is then a plain 404. It stands before the frame, which
/// the style sheet hides after it, so that the panes load while this is decided.
#[component]
pub fn UnknownAccount() -> impl IntoView {
    let account = use_account();
    view! {
        <Transition fallback=|| ()>
            {move || matches!(account.get(), Some(Err(Failure(AppError::NotFound)))).then(|| view! { <NotFoundPage /> })}
        </Transition>
    }
}
