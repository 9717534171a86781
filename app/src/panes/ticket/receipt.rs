//! What became of a message: one icon, said in words too.

use crate::ui::icon::Icon;
use crate::ui::time::{TimeStyle, use_clock};
use leptos::prelude::*;
use rapport_domain::message::Delivery;
use rapport_domain::ticket::Receipt;

#[component]
pub(super) fn ReceiptIcon(delivery: Delivery) -> impl IntoView {
    let clock = use_clock();
    let (icon, tone) = match delivery.receipt {
        Receipt::Queued => ("clock", "receipt queued"),
        Receipt::Sent => ("check", "receipt sent"),
        Receipt::Delivered => ("check-check", "receipt delivered"),
        Receipt::Viewed => ("check-check", "receipt viewed"),
        Receipt::NotViewed => ("eye-off", "receipt not-viewed"),
        Receipt::Error => ("circle-alert", "receipt error"),
    };
    let label = move || {
        let at = delivery.at.map(|at| format!(" {}", clock.format(at, TimeStyle::Full)));
        let at = at.unwrap_or_default();
        match delivery.receipt {
            Receipt::Queued if delivery.recipients.is_empty() => {
                "Stored; e-mail delivery is not set up".to_string()
            }
            Receipt::Queued if delivery.attempts == 0 => "Waits to leave".to_string(),
            Receipt::Queued => "Not sent yet; it is tried again".to_string(),
            Receipt::Sent => format!("Sent{at}"),
            Receipt::Delivered => format!("Delivered{at}, not viewed yet"),
            Receipt::Viewed => format!("Viewed{at}"),
            Receipt::NotViewed => "Not viewed".to_string(),
            Receipt::Error => match &delivery.error {
                Some(reason) => format!("Not delivered: {reason}"),
                None => "Not delivered".to_string(),
            },
        }
    };
    view! {
        <span class=tone role="img" aria-label=label.clone() title=label>
            <Icon name=icon />
        </span>
    }
}
