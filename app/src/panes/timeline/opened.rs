//! All of one event: every property with a way to copy it, and the payload as JSON.

use super::pin_button::PinButton;
use super::state::TimelineState;
use crate::ui::copyable::{CopyButton, CopyField, copy};
use crate::ui::icon::Icon;
use crate::ui::time::{TimeStyle, use_clock};
use crate::ui::toast::use_toasts;
use chrono::{DateTime, Utc};
use leptos::prelude::*;
use rapport_domain::timeline::TimelineItem;
use rapport_presentation::{property_text, source_label};
use std::sync::Arc;

/// Payload properties listed one by one; the JSON below has all.
const PROPERTIES_MAX: usize = 60;

#[component]
pub(super) fn Opened(timeline: TimelineState, item: Arc<TimelineItem>) -> impl IntoView {
    let json = format!("{:#}", item.payload);
    let has_payload = item.payload.as_object().is_some_and(|o| !o.is_empty());
    let optional = [
        ("Actor", item.actor_name.clone()),
        ("Object", item.object_type.clone()),
        ("Object ID", item.object_id.clone()),
    ];
    let optional = optional.into_iter().filter_map(|(label, value)| Some((label, value?)));
    let properties = item.payload.as_object().into_iter().flatten().take(PROPERTIES_MAX);
    let properties: Vec<_> = properties.map(|(k, v)| (k.clone(), property_text(v))).collect();
    view! {
        <div class="opened">
            <dl class="fields">
                <CopyTime label="Time" at=item.occurred_at />
                <CopyTime label="Received" at=item.received_at />
                <CopyField label="Kind" value=item.kind.label() />
                <CopyField label="Source" value=source_label(&item.source) />
                <CopyField label="Name" value=item.name.clone() />
                {optional.map(|(label, value)| view! { <CopyField label value /> }).collect_view()}
                {item.url.clone().map(|url| view! {
                    <CopyField label="Address" value=url.clone()>
                        <a href=url.clone() target="_blank" rel="noopener noreferrer external nofollow">{url.clone()}</a>
                    </CopyField>
                })}
            </dl>
            {has_payload.then(|| view! {
                <h4>"Payload"</h4>
                <dl class="fields payload">
                    {properties.into_iter().map(|(label, value)| view! { <CopyField label value /> }).collect_view()}
                </dl>
                <details class="json">
                    <summary>"JSON"</summary>
                    <div class="copyable">
                        <CopyButton value=json.clone() label="JSON" />
                        <pre class="code" tabindex="0" role="region" aria-label="Payload as JSON">{json.clone()}</pre>
                    </div>
                </details>
            })}
            <div class="links">
                {view! { <Permalink href=timeline.permalink(&item) /> }.into_any()}
                {view! { <PinButton timeline item=item.clone() /> }.into_any()}
            </div>
        </div>
    }
}

/// A time to the second, copied as it is stored.
#[component]
fn CopyTime(label: &'static str, at: DateTime<Utc>) -> impl IntoView {
    let clock = use_clock();
    let stored = at.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true);
    view! {
        <CopyField label value=stored>
            {move || format!("{}{}", clock.format(at, TimeStyle::Exact), clock.mark())}
        </CopyField>
    }
}

/// The event's own address, to follow or to copy.
#[component]
fn Permalink(href: String) -> impl IntoView {
    let toasts = use_toasts();
    let copied = href.clone();
    view! {
            <a class="btn quiet" href=href><Icon name="link" />"Permalink"</a>
            <button
                class="btn quiet"
                type="button"
                on:click=move |_| {
                    let origin = window().location().origin().unwrap_or_default();
                    copy(format!("{origin}{copied}"), toasts);
                }
            >
                <Icon name="copy" />
                "Copy link"
            </button>
    }
}
