//! How a message is sent off, and what happens to the ticket with it.

use super::actions::{SNOOZES, SnoozeUntil};
use super::draft;
use super::writing::Writing;
use crate::panes::onward::AfterSendChoice;
use crate::session::use_viewer;
use crate::ui::icon::Icon;
use crate::ui::keys::Keys;
use crate::ui::time::use_clock;
use leptos::html::Details;
use leptos::prelude::*;
use rapport_domain::message::{Effect as TicketEffect, MessageMode, StatusChoice};
use rapport_domain::preferences::AssignOnReply;
use rapport_domain::ticket::{Status, StatusCategory, StatusLabel};

/// A status that a message can put its ticket into.
#[derive(Clone, PartialEq)]
struct SendAs {
    /// As the form sends it.
    effect: String,
    name: String,
    /// Done with: never what Send does by itself the next time.
    closes: bool,
}

impl SendAs {
    fn label(label: StatusLabel) -> Self {
        let effect = TicketEffect::Status(StatusChoice::Label(label.id)).to_string();
        Self { effect, name: label.name, closes: label.category == StatusCategory::Closed }
    }
}

#[component]
pub(super) fn Buttons(writing: Writing) -> impl IntoView {
    let pending = writing.send.pending();
    let remembered = RwSignal::new(None::<SendAs>);
    let choices = Memo::new(move |_| {
        let labels = writing.state.details.with(|d| d.assignable.labels.clone());
        labels.into_iter().map(SendAs::label).collect::<Vec<_>>()
    });
    // What was chosen last, where it is still there.
    Effect::new(move |_| {
        let last = draft::load(&draft::send_as_key(writing.state.me));
        remembered.set(choices.get().into_iter().find(|c| c.effect == last && !c.closes));
    });
    let usual = move || remembered.get().filter(|_| writing.mode.get() == MessageMode::Reply);
    let close = TicketEffect::Status(StatusChoice::Status(Status::Closed)).to_string();
    view! {
        <ul class="uploading"></ul>
        // Whatever is chosen after it, by a macro or a button, counts instead.
        {move || usual().map(|choice| view! { <input type="hidden" name="effects[]" value=choice.effect /> })}
        <div class="effects" role="group" aria-label="What happens to the ticket"></div>
        {view! { <Assigns writing /> }.into_any()}
        <div class="foot">
            // Filled by the editor.
            <span class="tools"></span>
            <span class="end">
                // Send comes first, so that Enter and ⌘↵ mean it and never close the ticket.
                <button class="btn primary" type="submit" disabled=move || pending.get()>
                    <span class="for-reply">{move || if pending.get() { "Sending…" } else { "Send" }}</span>
                    {move || usual().map(|choice| view! { <span class="for-reply send-as">" as " {choice.name}</span> })}
                    <span class="for-note">"Add note"</span>
                    <Keys key="↵" />
                </button>
                {view! { <SendAsMenu writing choices remembered /> }.into_any()}
                <button class="btn for-reply" type="submit" name="effects[]" value=close disabled=move || pending.get()>"Send and close"</button>
                {view! { <SendAndSnooze pending /> }.into_any()}
            </span>
        </div>
    }
}

/// Every status, beside Send; the last choice is what Send does the next time, unless it closes.
#[component]
fn SendAsMenu(
    writing: Writing,
    choices: Memo<Vec<SendAs>>,
    remembered: RwSignal<Option<SendAs>>,
) -> impl IntoView {
    let pending = writing.send.pending();
    let remember = move |choice: Option<SendAs>| {
        // A note is no answer: what follows one says nothing of the other.
        if writing.mode.get_untracked() == MessageMode::Reply {
            let word = choice.as_ref().map(|c| c.effect.clone()).unwrap_or_default();
            draft::save(&draft::send_as_key(writing.state.me), &word);
            remembered.set(choice);
        }
    };
    let items = move || {
        let item = |choice: SendAs| {
            let (effect, name) = (choice.effect.clone(), choice.name.clone());
            view! {
                <button type="submit" name="effects[]" value=effect disabled=move || pending.get() on:click=move |_| {
                    if !choice.closes {
                        remember(Some(choice.clone()));
                    }
                }>{name}</button>
            }
        };
        choices.get().into_iter().map(item).collect_view()
    };
    let forget = move || {
        remembered.get().map(|_| view! {
            <button type="button" on:click=move |_| remember(None)>"Send without changing the status"</button>
        })
    };
    view! {
        <Choices class="menu" label="With a status…" icon="chevron-down">
            <p class="menu-head"><span class="for-reply">"Send as"</span><span class="for-note">"Add note, and set"</span></p>
            {items}
            {forget}
        </Choices>
    }
}

/// Says that an answer takes the ticket, by the author's own choice; unticked, this one does not.
#[component]
fn Assigns(writing: Writing) -> impl IntoView {
    let wish = use_viewer().map_or(AssignOnReply::Never, |v| v.preferences.assign_on_reply);
    let state = writing.state;
    let assigns = Memo::new(move |_| {
        let has_it = state.ticket.with(|t| t.row.assignee.as_ref().map(|p| p.id));
        match wish {
            AssignOnReply::Never => false,
            AssignOnReply::WhenUnassigned => has_it.is_none(),
            AssignOnReply::Always => has_it != state.me,
        }
    });
    move || {
        // Each message starts with the choice anew.
        writing.round.track();
        (assigns.get() && writing.mode.get() == MessageMode::Reply).then(|| view! {
            <label class="assigns">
                <input type="checkbox" name="effects[]" value=TicketEffect::AssignMe.to_string() checked />
                "Assigns to you"
            </label>
        })
    }
}

/// The button beside `Send and close`: until when the ticket sleeps.
#[component]
fn SendAndSnooze(pending: Memo<bool>) -> impl IntoView {
    let clock = use_clock();
    let choice = move |(label, until): SnoozeUntil| {
        view! {
            <button type="submit" name="effects[]" value=move || format!("snooze:{}", until(clock)) disabled=move || pending.get()>
                <Icon name="clock" />
                {label}
            </button>
        }
    };
    view! {
        <Choices class="menu for-reply" label="Send and snooze" icon="moon">
            <p class="menu-head">"Send, and come back"</p>
            {SNOOZES.map(choice).collect_view()}
            {view! { <AfterSendChoice /> }.into_any()}
        </Choices>
    }
}

/// A menu of buttons that send: it closes on a choice too.
#[component]
fn Choices(
    class: &'static str,
    label: &'static str,
    icon: &'static str,
    children: Children,
) -> impl IntoView {
    let node = NodeRef::<Details>::new();
    let chosen = move |_| {
        if let Some(details) = node.get_untracked() {
            details.set_open(false);
        }
    };
    view! {
        <details class=class data-popup="fleeting" node_ref=node>
            <summary class="icon-btn outlined" title=label aria-label=label><Icon name=icon /></summary>
            <div class="menu-items" on:click=chosen>{children()}</div>
        </details>
    }
}
