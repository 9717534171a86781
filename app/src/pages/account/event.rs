//! One event of the account's timeline: a line that says what happened to whom, and all of it.

use crate::panes::timeline::{Changes, Dot, ToTicket};
use crate::ui::time::{Time, TimeStyle};
use leptos::prelude::*;
use rapport_domain::timeline::{AccountEvent, EventKind, Stream, TicketNow, TimelineItem};
use rapport_presentation::{EventText, Href, event_href, source_label};
use std::sync::Arc;

pub(super) fn event_row(
    own: Stream,
    item: AccountEvent,
    now: Option<&TicketNow>,
    current: bool,
) -> AnyView {
    let AccountEvent { event, customer } = item;
    let stream = customer.as_ref().map_or(own, |c| Stream::Customer(c.id));
    let at = event_href(stream, event.cursor());
    let whose = match &customer {
        Some(customer) => view! { <a class="whose" href=at>{customer.name.clone()}</a> }.into_any(),
        None => view! { <a class="whose" href=at>"Account"</a> }.into_any(),
    };
    let detail = event.detail();
    let href = event.ticket.as_ref().map(|t| format!("{}/tickets/{}", stream.href(), t.number));
    let now = now.filter(|_| event.kind == EventKind::Ticket).cloned();
    let now = now.zip(href.clone()).map(|(now, href)| (Signal::stored(now), href));
    let ticket = match (now.clone(), href) {
        (Some((now, href)), _) => Some(view! { <ToTicket now href /> }.into_any()),
        (None, Some(href)) => {
            Some(view! { <a class="to-ticket" href=href>"Open the ticket"</a> }.into_any())
        }
        (None, None) => None,
    };
    let changes = now.map(|(now, href)| view! { <Changes now href /> }.into_any());
    let item = Arc::new(event);
    view! {
        <li class="event" class:current=current id=item.id.to_string()>
            <Time at=item.occurred_at style=TimeStyle::Clock />
            <Dot whose=stream item=item.clone() />
            <div class="body">
                <div class="told-of">
                    <details open=current>
                        <summary>
                            <span class="what">{item.heading()} " " <em>{item.aside()}</em></span>
                            <span class="detail">{detail}</span>
                        </summary>
                        {opened(&item)}
                    </details>
                    {changes}
                </div>
                <p class="about">{whose}{ticket}</p>
            </div>
        </li>
    }
    .into_any()
}

/// Text, properties and payload; unfolding needs no script, so they are always on the page.
fn opened(item: &TimelineItem) -> AnyView {
    let text = item.card_text().map(|text| {
        let text = text.to_string();
        match item.kind {
            EventKind::Error => {
                view! { <pre class="code" tabindex="0" aria-label="Stack trace" role="region">{text}</pre> }.into_any()
            }
            _ => view! { <p class="text">{text}</p> }.into_any(),
        }
    });
    let lines = [
        ("Source", Some(source_label(&item.source))),
        ("Name", Some(item.name.clone())),
        ("Actor", item.actor_name.clone()),
        ("Object", item.object_type.clone()),
        ("Object ID", item.object_id.clone()),
    ];
    let lines = lines
        .into_iter()
        .filter_map(|(label, value)| Some(view! { <div><dt>{label}</dt><dd>{value?}</dd></div> }));
    let url = item.url.clone().map(|url| view! {
        <div><dt>"Address"</dt><dd><a href=url.clone() target="_blank" rel="noopener noreferrer nofollow">{url.clone()}</a></dd></div>
    });
    let payload = item.payload.as_object().filter(|fields| !fields.is_empty()).map(|_| {
        let json = format!("{:#}", item.payload);
        view! { <pre class="code" tabindex="0" role="region" aria-label="Payload as JSON">{json}</pre> }
    });
    view! {
        <div class="opened">
            {text}
            <dl>{lines.collect_view()}{url}</dl>
            {payload}
        </div>
    }
    .into_any()
}
