//! The contact card: who it is, what can be done, how to reach them.

use super::edit::{Edit, EditPlace};
use crate::profile_route::use_profile_route;
use crate::session::use_viewer;
use crate::ui::avatar::Avatar;
use crate::ui::copyable::CopyField;
use crate::ui::icon::Icon;
use crate::ui::time::{Time, TimeStyle, use_clock};
use chrono::TimeDelta;
use leptos::prelude::*;
use rapport_domain::Permission;
use rapport_domain::customer::CustomerKind;
use rapport_domain::identity::IdentifierKind;
use rapport_domain::info::InfoPane;
use rapport_presentation::{account_href, tel_href};

/// Avatar, name, chip and account.
#[component]
pub fn Contact(pane: Memo<InfoPane>) -> impl IntoView {
    let pane = alone(pane);
    move || {
        let pane = pane.get();
        let name = pane.customer.details.name.clone();
        let chip = match pane.customer.kind {
            CustomerKind::Customer => "pill ok",
            CustomerKind::Visitor => "pill",
        };
        let account = pane.customer.account.clone();
        view! {
            <section class="contact">
                <Avatar name=name.clone() large=true />
                <h1>{name}</h1>
                <div class="sub">
                    {why(&pane, chip)}
                    {account.map(|a| view! { <a href=account_href(a.id)>{a.name}</a> })}
                </div>
            </section>
        }
    }
}

/// The customer without what stands beside them, so that a new note draws nothing anew here.
fn alone(pane: Memo<InfoPane>) -> Memo<InfoPane> {
    Memo::new(move |_| InfoPane { notes: Vec::new(), ticket: None, ..pane.get() })
}

/// The chip, and on a click why it says so.
fn why(pane: &InfoPane, chip: &'static str) -> AnyView {
    let reason = pane.why_known();
    let rows: Vec<_> = pane
        .customer
        .identifiers
        .iter()
        .map(|i| {
            let value = i.value.clone();
            view! { <dt>{i.kind.label()}" "<b>{value}</b></dt><dd>{i.how_verified()}</dd> }
        })
        .collect();
    let href = format!("/customers/{}/identity", pane.customer.id);
    let delete = use_viewer().is_some_and(|v| v.may(Permission::CustomersDelete)).then(|| {
        let href = format!("/customers/{}/delete", pane.customer.id);
        view! { <a href=href rel="external"><Icon name="trash-2" />"Delete this customer"</a> }
    });
    view! {
        <details class="menu why" data-popup="fleeting">
            <summary class=chip title=reason.clone()>{pane.customer.kind.label()}</summary>
            <div class="menu-items">
                <p class="menu-head">{reason}</p>
                <dl>{rows}</dl>
                <a href=href rel="external"><Icon name="git-merge" />"Identity, merges"</a>
                {delete}
            </div>
        </details>
    }
    .into_any()
}

/// Create a ticket, see sessions, call, edit, link an account.
#[component]
pub fn Actions(pane: Memo<InfoPane>, edit: EditPlace) -> impl IntoView {
    let route = use_profile_route();
    let writes = use_viewer().is_some_and(|v| v.may(Permission::CustomersWrite));
    let linked = move || pane.with(|p| p.account.is_some());
    let link_title = move || if linked() { "Change or unlink account" } else { "Link an account" };
    view! {
        <div class="actions">
            {writes.then(|| view! {
                <a class="btn" href="?new=ticket">
                    <Icon name="plus" />"Ticket"
                </a>
            })}
            <a class="btn" href=move || format!("{}?filter=session&pane=centre", route.timeline_href()) title="View sessions">
                <Icon name="play" />"Sessions"
            </a>
            {move || call(pane.with(|p| p.customer.phone.clone()))}
            {writes.then(|| view! {
                <a class="icon-btn outlined" href=move || edit.href(Edit::Details) title="Edit details" aria-label="Edit details" aria-haspopup="dialog" on:click=edit.open_dialog(edit.details)>
                    <Icon name="pencil" />
                </a>
                <a class="icon-btn outlined" href=move || edit.href(Edit::Account) title=link_title aria-label=link_title aria-haspopup="dialog" on:click=edit.open_dialog(edit.account)>
                    <Icon name="link" />
                </a>
            })}
        </div>
    }
}

fn call(phone: Option<String>) -> AnyView {
    let href = phone.as_deref().and_then(tel_href);
    match (phone, href) {
        (Some(phone), Some(href)) => {
            view! { <a class="btn" href=href title=format!("Call {phone}")><Icon name="phone" />"Call"</a> }.into_any()
        }
        _ => view! {
            <a class="btn" role="link" aria-disabled="true" title="No phone number"><Icon name="phone" />"Call"</a>
        }
        .into_any(),
    }
}

/// E-mails, phones, local time, ids and when they were last here.
#[component]
pub fn ContactFields(pane: Memo<InfoPane>) -> impl IntoView {
    let pane = alone(pane);
    move || {
        let pane = pane.get();
        let line = |kind, label: &'static str| {
            let values = pane.identifiers(kind).into_iter().map(|i| i.value.clone());
            let field = |value: String| match pane.phones.get(&value).cloned() {
                Some(shown) => view! { <CopyField label value>{shown}</CopyField> }.into_any(),
                None => view! { <CopyField label value /> }.into_any(),
            };
            values.map(field).collect_view()
        };
        // An anonymous id helps only while there is nothing better.
        let visitor_id = pane.customer.external_id.is_none().then(|| {
            let id = pane.identifiers(IdentifierKind::AnonymousId).first().map(|i| i.value.clone());
            id.map(|value| view! { <CopyField label="Visitor ID" value /> })
        });
        view! {
            <dl class="fields">
                {line(IdentifierKind::Email, "E-mail")}
                {line(IdentifierKind::Phone, "Phone")}
                {local_time(&pane)}
                {line(IdentifierKind::ExternalId, "User ID")}
                {visitor_id}
                {last_seen(&pane)}
            </dl>
        }
    }
}

fn local_time(pane: &InfoPane) -> Option<AnyView> {
    let local = pane.local_time.clone()?;
    let clock = use_clock();
    let city = local.city.clone();
    // Memo: the clock ticks twice a minute, the line changes once.
    let text = Memo::new(move |_| {
        let there = clock.now.get() + TimeDelta::minutes(local.offset_minutes.into());
        format!("{} · {city}", clock.written(there, TimeStyle::Clock))
    });
    let value = pane.customer.details.time_zone.clone().unwrap_or_default();
    Some(view! { <CopyField label="Local time" value>{move || text.get()}</CopyField> }.into_any())
}

fn last_seen(pane: &InfoPane) -> Option<AnyView> {
    let at = pane.customer.details.last_seen_at?;
    let clock = use_clock();
    let page = pane.customer.details.last_page.clone().map(|page| format!(" · {page}"));
    let (seen, copied) = (pane.clone(), page.clone().unwrap_or_default());
    let online = Memo::new(move |_| seen.is_online(clock.now.get()));
    let shown = move || match online.get() {
        true => "Online now".into_any(),
        false => view! { <Time at style=TimeStyle::Row /> }.into_any(),
    };
    let value = format!("{}{copied}", at.format("%b %-d, %Y %H:%M UTC"));
    Some(view! { <CopyField label="Last seen" value>{shown}{page}</CopyField> }.into_any())
}
