//! Linking the customer to an account, or taking them out of it.

use super::api::{LinkAccount, LinkNewAccount, UnlinkAccount, find_accounts};
use super::edit::EditPlace;
use crate::live::use_changed;
use crate::page_data::PageData;
use crate::ui::action::on_done;
use crate::ui::field::FormError;
use crate::ui::toast::use_toasts;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use rapport_domain::account::AccountRef;
use rapport_domain::info::InfoPane;
use rapport_domain::limits;

/// What each of the three forms here sends along.
#[derive(Clone)]
struct Sent {
    customer: String,
    version: i32,
    /// Set where the form stands in the pane because the address asked for it.
    back: Option<String>,
}

/// The account now, and a search for another.
#[component]
pub fn AccountForm(
    pane: Memo<InfoPane>,
    edit: EditPlace,
    inline: bool,
    #[prop(into)] close: Callback<()>,
) -> impl IntoView {
    let link = ServerAction::<LinkAccount>::new();
    let link_new = ServerAction::<LinkNewAccount>::new();
    let unlink = ServerAction::<UnlinkAccount>::new();
    let (toasts, changed) = (use_toasts(), use_changed());
    let done = move |text: &'static str| {
        move |()| {
            toasts.say(text);
            close.run(());
            changed.notify();
        }
    };
    on_done(link, done("Account linked"), |_| {});
    on_done(link_new, done("Account linked"), |_| {});
    on_done(unlink, done("Account unlinked"), |_| {});
    let problem = Signal::derive(move || {
        let errors = [link.value().get(), link_new.value().get(), unlink.value().get()];
        errors.into_iter().flatten().find_map(Result::err).map(|e| e.to_string())
    });
    let asked = use_query_map().with_untracked(|q| q.get("account_q")).unwrap_or_default();
    let query = RwSignal::new(asked);
    let found = PageData::new_with_options(move || query.get(), find_accounts, false);
    let sent = move || Sent {
        customer: pane.with(|p| p.customer.id.to_string()),
        version: pane.with(|p| p.customer.version),
        back: inline.then(|| edit.back()),
    };
    let account = move || pane.with(|p| p.customer.account.clone());
    view! {
        <div class="form">
            <FormError message=problem />
            {move || account().map(|account| view! { <Linked account action=unlink sent=sent() /> })}
            // Without JavaScript the search is a page of its own.
            <form method="get" action=move || edit.back() role="search" on:submit=|ev| ev.prevent_default()>
                <input type="hidden" name="edit" value="account" />
                <input type="hidden" name="pane" value="info" />
                <label class="field-row">
                    <span class="field-label">"Find an account"</span>
                    <input
                        type="search"
                        name="account_q"
                        value=query.get_untracked()
                        maxlength=limits::NAME_CHARS
                        autocomplete="off"
                        autofocus=!inline
                        placeholder="Name or domain"
                        on:input=move |ev| query.set(event_target_value(&ev))
                    />
                </label>
                <noscript><button class="btn" type="submit">"Search"</button></noscript>
            </form>
            <Transition fallback=|| ()>
                {move || found.get().map(|found| match found {
                    Ok(found) => view! { <Found found now=account() query=query.get() link link_new sent=sent() /> }.into_any(),
                    Err(error) => view! { <FormError message=error.to_string() /> }.into_any(),
                })}
            </Transition>
            {inline.then(|| view! {
                <div class="form-actions"><a class="btn quiet" href=move || edit.back()>"Back to the details"</a></div>
            })}
        </div>
    }
}

#[component]
fn Linked(account: AccountRef, action: ServerAction<UnlinkAccount>, sent: Sent) -> impl IntoView {
    view! {
        <ActionForm action attr:class="linked-account">
            {hidden(sent)}
            <span>"Linked to " <strong>{account.name}</strong></span>
            <button class="btn danger" type="submit" disabled=action.pending()>"Unlink"</button>
        </ActionForm>
    }
}

/// The accounts that match, each a button; and the way to a new one.
#[component]
fn Found(
    found: Vec<AccountRef>,
    now: Option<AccountRef>,
    query: String,
    link: ServerAction<LinkAccount>,
    link_new: ServerAction<LinkNewAccount>,
    sent: Sent,
) -> impl IntoView {
    let name = query.trim().to_string();
    let known = found.iter().any(|a| a.name.eq_ignore_ascii_case(&name));
    let offer_new = !name.is_empty() && !known;
    let items = found.into_iter().filter(|a| now.as_ref().is_none_or(|n| n.id != a.id));
    let sent_new = sent.clone();
    view! {
        <div class="account-list">
            {items.map(|account| {
                let sent = sent.clone();
                view! {
                    <ActionForm action=link>
                        {hidden(sent)}
                        <input type="hidden" name="account" value=account.id.to_string() />
                        <button type="submit" disabled=link.pending()>{account.name}<small>"Link"</small></button>
                    </ActionForm>
                }
            }).collect_view()}
            {offer_new.then(|| view! {
                <ActionForm action=link_new>
                    {hidden(sent_new)}
                    <input type="hidden" name="name" value=name.clone() />
                    <button type="submit" disabled=link_new.pending()>
                        <span>"New account “" {name.clone()} "”"</span>
                        <small>"Create and link"</small>
                    </button>
                </ActionForm>
            })}
        </div>
    }
}

fn hidden(sent: Sent) -> AnyView {
    view! {
        <input type="hidden" name="customer" value=sent.customer />
        <input type="hidden" name="version" value=sent.version />
        {sent.back.map(|back| view! { <input type="hidden" name="back" value=back /> })}
    }
    .into_any()
}
