//! The channel below a message: pointing at it, focusing or tapping it shows the headers.
//!
//! The panel is revealed by styles alone (`:hover`, `:focus-within`), so it needs no script;
//! Escape closes it, and with scripts all headers load in place.

use super::api::read_headers;
use crate::session::use_viewer;
use crate::ui::time::{Time, TimeStyle};
use leptos::prelude::*;
use leptos::task::spawn_local;
use rapport_domain::Permission;
use rapport_domain::message::{HeaderLine, Message, Verdict, Verdicts};
use wasm_bindgen::JsCast;

#[component]
pub(super) fn ChannelHeaders(message: Message) -> impl IntoView {
    let label = message.channel.label();
    let panel = format!("headers-{}", message.id);
    let dismissed = RwSignal::new(false);
    view! {
        <span
            class="via"
            class:dismissed=move || dismissed.get()
            on:keydown=move |ev| {
                if ev.key() == "Escape" {
                    // Closes the panel and nothing else.
                    ev.prevent_default();
                    ev.stop_propagation();
                    dismissed.set(true);
                }
            }
            on:focusout=move |_| dismissed.set(false)
            on:pointerleave=move |_| dismissed.set(false)
        >
            <button type="button" class="sent-by" aria-describedby=panel.clone()>
                {label}
                <span class="visually-hidden">": message headers"</span>
            </button>
            <span class="headers" id=panel role="group" aria-label="Message headers">
                {view! { <Lines message /> }.into_any()}
            </span>
        </span>
    }
}

#[component]
fn Lines(message: Message) -> impl IntoView {
    let id = message.id;
    let may_write = use_viewer().is_some_and(|v| v.may(Permission::TicketsWrite));
    let all: RwSignal<Option<Result<Vec<HeaderLine>, String>>> = RwSignal::new(None);
    let main = message.headers.clone();
    let mut plain = main.clone();
    if plain.is_empty() {
        // What did not come by mail has no headers; its author is known all the same.
        let from = match &message.author_email {
            Some(email) => format!("{} <{email}>", message.author_name),
            None => message.author_name.clone(),
        };
        plain.push(HeaderLine { name: "From".into(), value: from });
        plain.extend(
            message.subject.clone().map(|value| HeaderLine { name: "Subject".into(), value }),
        );
    }
    let load = move |ev: web_sys::MouseEvent| {
        // With a modifier it is a link like any other.
        if ev.ctrl_key() || ev.meta_key() || ev.shift_key() {
            return;
        }
        ev.prevent_default();
        spawn_local(async move {
            let read = read_headers(id).await;
            all.set(Some(read.map_err(|e| e.to_string())));
        });
        // The link goes when the headers come: keep the focus, or the panel would close.
        if let Some(button) = ev
            .target()
            .and_then(|t| t.dyn_into::<web_sys::Element>().ok())
            .and_then(|e| e.closest(".via").ok().flatten())
            .and_then(|v| v.query_selector("button").ok().flatten())
            .and_then(|b| b.dyn_into::<web_sys::HtmlElement>().ok())
        {
            // Refused only by a detached element.
            let _ = button.focus();
        }
    };
    let any = !main.is_empty();
    let more = move || {
        let wanted = any && !matches!(all.get(), Some(Ok(_)));
        wanted.then(|| view! { <a class="all" href=format!("/files/messages/{id}/headers") target="_blank" rel="noopener" on:click=load>"All raw headers"</a> })
    };
    let checks = message.mail.as_ref().map(|mail| checks(&mail.verdicts)).unwrap_or_default();
    // What a header claims about checks counts only where we trust who wrote it.
    if !checks.is_empty() {
        plain.retain(|line| line.name != "Authentication-Results");
    }
    // A mail's Date says it; nothing else has one.
    let undated = main.iter().all(|h| h.name != "Date");
    let sent = undated.then(|| {
        view! {
            <span class="line">
                <span class="name">"Sent"</span>
                <span class="value"><Time at=message.sent_at style=TimeStyle::Full /></span>
            </span>
        }
    });
    view! {
        {move || match all.get() {
            Some(Ok(lines)) => view! { <List lines /> }.into_any(),
            Some(Err(error)) => view! { <span class="edit-error">{error}</span> }.into_any(),
            None => view! { <List lines=plain.clone() /> }.into_any(),
        }}
        {sent}
        <List lines=checks />
        {more}
        {(message.has_raw && may_write).then(|| view! {
            <form method="post" action=format!("/messages/{id}/reparse")>
                <button class="all" type="submit" title="Reads the stored mail again">"Read the mail again"</button>
            </form>
        })}
    }
}

/// What the checks of the sender found: `SPF` `pass fox.example`.
fn checks(verdicts: &Verdicts) -> Vec<HeaderLine> {
    let by = verdicts.said_by.as_ref().map(|by| format!(" (says {by})")).unwrap_or_default();
    let line = |(name, verdict): (&str, &Verdict)| {
        let domain = verdict.domain.as_deref().unwrap_or("no domain");
        HeaderLine {
            name: name.into(),
            value: format!("{} · {domain}{by}", verdict.outcome.as_str()),
        }
    };
    verdicts.made().map(line).collect()
}

#[component]
fn List(lines: Vec<HeaderLine>) -> impl IntoView {
    lines
        .into_iter()
        .map(|line| {
            let name = match line.name.as_str() {
                "Authentication-Results" => "Authentication".to_string(),
                _ => line.name,
            };
            view! {
                <span class="line">
                    <span class="name">{name}</span>
                    <span class="value" title=line.value.clone()>{line.value.clone()}</span>
                </span>
            }
        })
        .collect_view()
}
