//! What is known of a mail besides its words: a machine wrote it, its answers go elsewhere, its
//! clock is off.

use crate::ui::icon::Icon;
use crate::ui::time::{Time, TimeStyle};
use leptos::prelude::*;
use rapport_domain::message::MailFacts;

/// Remarks behind the time of a message, each behind a dot.
#[component]
pub(super) fn Remarks(mail: MailFacts, author: Option<String>) -> impl IntoView {
    let diverts = mail.diverts(author.as_deref().unwrap_or_default());
    let warning = mail.reply_to.clone().filter(|_| diverts).map(|to| {
        view! {
            <span aria-hidden="true">"·"</span>
            <span class="caution"><Icon name="triangle-alert" />{format!("Unverified sender: asks for answers to {to}")}</span>
        }
    });
    let plain = [
        mail.class.label().map(String::from),
        mail.seal.map(|seal| seal.label().to_string()),
        mail.via.map(|via| format!("Sent by {via}")),
        mail.reply_to.filter(|_| !diverts).map(|to| format!("Asks for answers to {to}")),
    ];
    let plain = plain.into_iter().flatten();
    view! {
        {plain.map(|words| view! { <span aria-hidden="true">"·"</span><span>{words}</span> }).collect_view()}
        {warning}
        {mail.dated.map(|at| view! {
            <span aria-hidden="true">"·"</span>
            <span>"Dated "<Time at style=TimeStyle::Full /></span>
        })}
    }
}
