//! One message or note.

use super::channel::ChannelHeaders;
use super::files::Files;
use super::formatted::Formatted;
use super::outgoing::OutgoingLine;
use super::receipt::ReceiptIcon;
use super::remarks::Remarks;
use super::state::TicketState;
use crate::ui::avatar::Avatar;
use crate::ui::icon::Icon;
use crate::ui::markdown::Markdown;
use crate::ui::time::{Time, TimeStyle, use_clock};
use leptos::prelude::*;
use rapport_domain::markdown::pictures;
use rapport_domain::message::{Message, Piece, Segment, SpokenTime, pieces};
use rapport_domain::ticket::MessageKind;
use rapport_presentation::seen_href;

/// A customer's on the left, an agent's and notes on the right.
#[component]
pub(super) fn MessageView(state: TicketState, message: Message) -> impl IntoView {
    let side = match message.kind {
        MessageKind::Customer => "msg",
        MessageKind::Agent if message.forwarded => "msg agent forward",
        MessageKind::Agent => "msg agent",
        MessageKind::Note => "msg agent note",
    };
    let remarks = message
        .mail
        .clone()
        .map(|mail| view! { <Remarks mail author=message.author_email.clone() /> }.into_any());
    let note = message.kind == MessageKind::Note;
    let who = match message.kind {
        MessageKind::Note => format!("Internal note by {}", message.author_name),
        _ => format!("{} wrote", message.author_name),
    };
    let avatar = view! { <Avatar name=message.author_name.clone() of=message.author_id /> };
    let bubble = view! { <Bubble message=message.clone() /> }.into_any();
    let (left, right) = match message.kind {
        MessageKind::Customer => (Some(avatar), None),
        _ => (None, Some(avatar)),
    };
    let id = message.id;
    let delivery = Memo::new(move |_| state.delivery(id));
    let forwarded = message.forwarded.then(|| {
        let to = message.delivery.iter().flat_map(|d| &d.recipients).map(|r| r.email.as_str());
        to.collect::<Vec<_>>().join(", ")
    });
    let forward = (!note && state.may_write).then(|| {
        view! {
            <span aria-hidden="true">"·"</span>
            <a href=format!("/messages/{id}/forward") rel="external">"Forward"</a>
        }
    });
    let recorded = message.recorded && state.may_watch;
    let seen = recorded.then(|| {
        let href = seen_href(state.customer.into(), message.sent_at);
        view! {
            <span aria-hidden="true">"·"</span>
            <a href=href rel="external">"Show what they saw"</a>
        }
    });
    let outgoing = move || {
        delivery.get().map(|delivery| view! { <OutgoingLine state id delivery /> }.into_any())
    };
    view! {
        <article class=side id=message.id.to_string() aria-label=who>
            {left}
            {bubble}
            {right}
            <div class="meta">
                {move || delivery.get().map(|delivery| view! { <ReceiptIcon delivery /> })}
                {forwarded.map(|to| view! { <Icon name="send" />{format!("Forwarded to {to}")}<span aria-hidden="true">"·"</span> })}
                {note.then(|| view! { <Icon name="lock" />"Internal note"<span aria-hidden="true">"·"</span> })}
                <Time at=message.sent_at style=TimeStyle::Clock />
                {(!note).then(|| view! {
                    <span aria-hidden="true">"·"</span>
                    <ChannelHeaders message=message.clone() />
                })}
                {forward}
                {seen}
                {remarks}
                {outgoing}
            </div>
        </article>
    }
    .into_any()
}

#[component]
fn Bubble(message: Message) -> impl IntoView {
    if message.unreadable {
        return view! { <Unreadable message /> }.into_any();
    }
    let quoted = message.quoted.clone().map(|text| {
        view! {
            <details class="quoted">
                <summary>"Show quoted text"</summary>
                <div class="text"><Linkified text times=Vec::new() /></div>
            </details>
        }
    });
    let html = message.has_html.then(|| view! { <Formatted id=message.id /> }.into_any());
    let incomplete = message.mail.as_ref().is_some_and(|mail| mail.incomplete).then(|| {
        let raw = format!("/files/messages/{}/raw", message.id);
        view! {
            <p class="muted">
                "This e-mail could not be displayed in full. "
                <a class="original" href=raw><Icon name="download" />"Download the whole e-mail"</a>
            </p>
        }
    });
    // A picture between the words is there already.
    let shown = if message.markdown { pictures(&message.text) } else { Vec::new() };
    let files: Vec<_> =
        message.attachments.into_iter().filter(|file| !shown.contains(&file.id)).collect();
    let text = if message.text.trim().is_empty() {
        view! { <p class="muted">"This message has no text."</p> }.into_any()
    } else {
        match message.markdown {
            true => view! { <Markdown text=message.text /> }.into_any(),
            false => {
                let times = message.mail.map(|mail| mail.times).unwrap_or_default();
                view! { <div class="text"><Linkified text=message.text times /></div> }.into_any()
            }
        }
    };
    view! {
        <div class="bubble">
            {text}
            {incomplete}
            {quoted}
            {view! { <Files files /> }.into_any()}
            {html}
        </div>
    }
    .into_any()
}

/// A mail that could not be read: why, its raw text, and the whole of it as a file.
#[component]
fn Unreadable(message: Message) -> impl IntoView {
    let raw = format!("/files/messages/{}/raw", message.id);
    let why = message.subject.unwrap_or_default();
    view! {
        <div class="bubble unreadable">
            <p class="reason"><Icon name="triangle-alert" />"Rapport could not read this e-mail. " {why} " This is its raw text:"</p>
            <pre tabindex="0">{message.text}</pre>
            <a class="original" href=raw><Icon name="download" />"Download the whole e-mail"</a>
        </div>
    }
}

/// Plain text with its web addresses made clickable, and the times it speaks of in the reader's
/// zone.
#[component]
fn Linkified(text: String, times: Vec<SpokenTime>) -> impl IntoView {
    pieces(&text, &times)
        .into_iter()
        .map(|piece| match piece {
            Piece::Words(Segment::Text(text)) => text.into_any(),
            Piece::Words(Segment::Link(url)) => view! {
                <a href=url.clone() target="_blank" rel="noopener noreferrer nofollow">{url.clone()}</a>
            }
            .into_any(),
            Piece::Time(time) => view! { <Spoken time /> }.into_any(),
        })
        .collect_view()
}

/// A time of an invitation, and behind it what the sender's clock shows, where that is not the same.
#[component]
fn Spoken(time: SpokenTime) -> impl IntoView {
    let clock = use_clock();
    let SpokenTime { from, until, .. } = time.clone();
    let until = until.map(|until| {
        let same = move || clock.wall(from).date_naive() == clock.wall(until).date_naive();
        view! {
            " to "
            {move || {
                let style = if same() { TimeStyle::Clock } else { TimeStyle::Appointment };
                view! { <Time at=until style /> }
            }}
        }
    });
    let sent = move || {
        let text = time.text.clone();
        time.differs(clock.wall(from))
            .then(|| view! { " "<span class="muted">{format!("· sent as {text}")}</span> })
    };
    view! { <Time at=from style=TimeStyle::Appointment />{until}{sent} }
}
