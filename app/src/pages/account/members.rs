//! Who belongs to an account: all of them by a link, those who were active last by name; linking others
//! to it, and taking them out again.

use super::api::{LinkMember, UnlinkMember, find_members, link_member};
use crate::live::use_changed;
use crate::page_data::page_data;
use crate::session::use_viewer;
use crate::ui::action::on_done;
use crate::ui::avatar::Avatar;
use crate::ui::field::FormError;
use crate::ui::icon::Icon;
use crate::ui::shortcuts::focus;
use crate::ui::time::Time;
use crate::ui::toast::use_toasts;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::components::Form;
use leptos_router::hooks::use_query_map;
use rapport_domain::customer::CustomerRow;
use rapport_domain::info::AccountInfo;
use rapport_domain::ticket::{AccountFilter, InboxQuery, StatusFilter};
use rapport_domain::{AccountId, Permission, limits};
use rapport_presentation::account_href;

#[component]
pub fn Members(info: Memo<AccountInfo>) -> impl IntoView {
    let writes = use_viewer().is_some_and(|v| v.may(Permission::CustomersWrite));
    let account = info.with_untracked(|i| i.account.id);
    let customers = Memo::new(move |_| info.with(|i| i.customers.items.clone()));
    let more = move || info.with(|i| i.customers.next.is_some());
    let open = InboxQuery {
        status: StatusFilter::Unclosed,
        account: Some(AccountFilter::Id(account)),
        ..InboxQuery::default()
    };
    view! {
        <Show
            when=move || !customers.with(Vec::is_empty)
            fallback=|| view! { <p class="card-empty">"Nobody yet. People who write from one of its domains join it, and so do those you link here."</p> }
        >
            <p class="members-ways">
                <a class="plain-link" href=open.href()>"Their open tickets"</a>
                <a class="plain-link" href=format!("/customers?account={account}")>{move || if more() { "All customers" } else { "As a list" }}</a>
            </p>
            <ul class="members">
                <For each=move || customers.get() key=|row| (row.id, row.name.clone(), row.open_tickets, row.last_activity_at) let:row>
                    <Member account row writes />
                </For>
            </ul>
        </Show>
        {writes.then(|| view! { <LinkOne account customers /> }.into_any())}
    }
}

#[component]
fn Member(account: AccountId, row: CustomerRow, writes: bool) -> impl IntoView {
    let unlink = ServerAction::<UnlinkMember>::new();
    let (toasts, changed) = (use_toasts(), use_changed());
    let (id, name) = (row.id, row.name.clone());
    on_done(
        unlink,
        move |()| {
            // The button goes with its row: the next one's must not get what was meant for it.
            focus(".members-link > summary");
            toasts.undoable(format!("{name} removed from the account"), move || {
                spawn_local(async move {
                    if let Err(error) = link_member(account, id).await {
                        toasts.fail(error.to_string());
                    }
                });
            });
            changed.notify();
        },
        move |error| toasts.fail(error.to_string()),
    );
    let open = (row.open_tickets > 0).then(|| format!("{} open · ", row.open_tickets));
    let label = format!("Remove {} from the account", row.name);
    view! {
        <li>
            <Avatar name=row.name.clone() />
            <a class="clip" href=format!("/customers/{}", row.id) title=row.name.clone()>{row.name.clone()}</a>
            <span class="hint">{open}<Time at=row.last_activity_at /></span>
            {writes.then(|| view! {
                <ActionForm action=unlink>
                    <input type="hidden" name="account" value=account.to_string() />
                    <input type="hidden" name="customer" value=row.id.to_string() />
                    <button class="icon-btn" type="submit" title="Remove from the account" aria-label=label><Icon name="unlink" /></button>
                </ActionForm>
            })}
        </li>
    }
}

/// A search, and whoever it finds, each with a button.
#[component]
fn LinkOne(account: AccountId, customers: Memo<Vec<CustomerRow>>) -> impl IntoView {
    let link = ServerAction::<LinkMember>::new();
    let (toasts, changed) = (use_toasts(), use_changed());
    on_done(
        link,
        move |()| {
            toasts.say("Customer linked");
            changed.notify();
        },
        |_| {},
    );
    let query = use_query_map();
    let asked = Memo::new(move |_| {
        let q = query.with(|q| q.get("link")).unwrap_or_default();
        q.trim().to_string()
    });
    // Whoever was linked or taken out meanwhile: the buttons say so.
    let members = move || customers.with(|all| all.iter().map(|row| row.id).collect::<Vec<_>>());
    let found = page_data(
        move || (asked.get(), members()),
        |(q, _)| async move { if q.is_empty() { Ok(Vec::new()) } else { find_members(q).await } },
    );
    let failed = move || link.value().get().and_then(Result::err).map(|e| e.to_string());
    view! {
        <details class="members-link" open=!asked.get_untracked().is_empty()>
            <summary class="btn quiet"><Icon name="user-plus" />"Link a customer"</summary>
            <div class="members-search">
                <Form method="GET" action=account_href(account)>
                    <input type="hidden" name="pane" value="info" />
                    <input class="input" type="search" name="link" value=asked.get_untracked() aria-label="Find a customer" placeholder="Name, e-mail, phone or ID" maxlength=limits::SEARCH_CHARS autocomplete="off" required=true />
                    <button class="btn" type="submit">"Find"</button>
                </Form>
                <FormError message=Signal::derive(failed) />
                <Transition fallback=|| ()>
                    {move || found.get().map(|found| match found {
                        Ok(rows) if rows.is_empty() && !asked.get().is_empty() => view! {
                            <p class="hint">"Nobody matches. "<a class="plain-link" href="/customers?new=customer">"Make a new customer"</a>"."</p>
                        }
                        .into_any(),
                        Ok(rows) => view! { <ul class="members">{rows.into_iter().map(|row| view! { <Offer account row link /> }).collect_view()}</ul> }.into_any(),
                        Err(error) => view! { <FormError message=error.to_string() /> }.into_any(),
                    })}
                </Transition>
            </div>
        </details>
    }
}

/// Somebody who can be linked, and where they are now.
#[component]
fn Offer(account: AccountId, row: CustomerRow, link: ServerAction<LinkMember>) -> impl IntoView {
    let here = row.account.as_ref().is_some_and(|now| now.id == account);
    let now = row.account.as_ref().filter(|_| !here).map(|now| format!("now at {}", now.name));
    let verb = if now.is_some() { "Move here" } else { "Link" };
    let detail = now.or(row.email.clone()).or(row.phone.clone()).unwrap_or_default();
    let name = row.name;
    let label = format!("{verb}: {name}");
    let button = match here {
        true => view! { <span class="hint">"Belongs here"</span> }.into_any(),
        false => view! {
            <ActionForm action=link>
                <input type="hidden" name="account" value=account.to_string() />
                <input type="hidden" name="customer" value=row.id.to_string() />
                <button class="btn" type="submit" aria-label=label disabled=link.pending()>{verb}</button>
            </ActionForm>
        }
        .into_any(),
    };
    view! {
        <li class="members-offer">
            <span class="clip" title=name.clone()><strong>{name.clone()}</strong>" "<span class="hint">{detail}</span></span>
            {button}
        </li>
    }
}
