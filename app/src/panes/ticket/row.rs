//! The row on top: what the ticket is, at one glance, and its other actions.

use super::actions::{IN_MENU, StateBar, TicketActions};
use super::edit::{EditError, EditForm};
use super::join::{JoinDialogs, Joining};
use super::state::TicketState;
use super::typing::Typing;
use super::undo::status_value;
use crate::origin::use_origin;
use crate::panes::onward::{Walk, use_onward};
use crate::panes::tickets::api::mark_ticket_unread;
use crate::profile_route::use_profile_route;
use crate::ui::avatar::Avatar;
use crate::ui::copyable::copy;
use crate::ui::details::fold;
use crate::ui::due::DueMark;
use crate::ui::icon::Icon;
use crate::ui::menu::Menu;
use crate::ui::page_title::PageTitle;
use crate::ui::pill::{PriorityBars, StatusPill};
use crate::ui::shortcuts::use_shortcut;
use crate::ui::time::Time;
use crate::ui::toast::use_toasts;
use leptos::html::Details;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_navigate;
use rapport_domain::limits;
use rapport_domain::ticket::{IssueState, LinkedIssue, Status, TicketProperty};
use rapport_presentation::Icon as _;

/// Tags that fit beside the subject.
const TAGS_SHOWN: usize = 3;
/// Linked issues that fit there.
const ISSUES_SHOWN: usize = 2;

#[component]
pub(super) fn TicketRow(state: TicketState) -> impl IntoView {
    let t = state.ticket;
    let joining = Joining::new();
    let channel = move || t.with(|t| t.row.channel);
    // Memos: what did not change is not drawn again, and what is open in it stays open.
    let tags = Memo::new(move |_| t.with(|t| t.row.tags.clone()));
    let tags = move || {
        let tag = |tag: String| {
            view! { <span class="tag" title=tag.clone()><span class="clip">{tag.clone()}</span></span> }.into_any()
        };
        few(tags.get(), TAGS_SHOWN, "tags", tag)
    };
    let due = Memo::new(move |_| t.with(|t| t.row.due));
    let due = move || due.get().map(|due| view! { <DueMark due /> });
    let issues = Memo::new(move |_| t.with(|t| t.linked_issues.clone()));
    let issues = move || {
        few(issues.get(), ISSUES_SHOWN, "linked issues", |issue| {
            view! { <Linked issue short=true /> }.into_any()
        })
    };
    let assignee = move || {
        match t.with(|t| t.row.assignee.clone()) {
        Some(person) => view! {
            <span class="who" title=format!("Assignee: {}", person.name)>
                <Avatar name=person.name.clone() of=Some(person.id) />
                <span class="visually-hidden">"Assignee: " {person.name.clone()}</span>
            </span>
        }
        .into_any(),
        None => view! { <span class="who none" title="Nobody is assigned"><Icon name="user" /><span class="visually-hidden">"Nobody is assigned"</span></span> }.into_any(),
    }
    };
    view! {
        // The head may ask once more after the ticket was left.
        <PageTitle text=move || t.try_with(|t| format!("#{} {}", t.row.number, t.row.subject)).unwrap_or_default() />
        <div class="ticket-row">
            <div class="about">
            {view! { <WaysBack number=state.number /> }.into_any()}
            <PriorityBars priority=Signal::derive(move || t.with(|t| t.row.priority)) />
            <span class="way" role="img" aria-label=move || channel().label() title=move || channel().label()>
                {move || view! { <Icon name=channel().icon() /> }}
            </span>
            <StatusPill status=Signal::derive(move || t.with(|t| t.row.status)) text=Signal::derive(move || t.with(|t| t.row.status_text())) />
            <span class="num muted">"#" {state.number}</span>
            {view! { <Subject state /> }.into_any()}
            // Beside the subject where there is room, else in a line of their own.
            <span class="extras">{due} {tags} {issues}</span>
            </div>
            <span class="end">
                {view! { <Walk number=state.number /> }.into_any()}
                {assignee}
                <span class="muted">{move || { let at = t.with(|t| t.row.submitted_at); view! { <Time at /> } }}</span>
                {view! { <Actions state joining /> }.into_any()}
            </span>
        </div>
        {IN_MENU.map(|property| view! { <div class="problem"><EditError state property /></div> }.into_any()).collect_view()}
        {view! { <StateBar state /> }.into_any()}
        {state.may_write.then(|| view! { <JoinDialogs state joining /> }.into_any())}
    }
}

/// Back to the view of the inbox that the ticket was found in, and to its customer's timeline.
#[component]
fn WaysBack(number: i64) -> impl IntoView {
    let (route, origin, onward) = (use_profile_route(), use_origin(), use_onward());
    let view_href = move || origin.position(number).and_then(|_| origin.back_href());
    let in_view = Memo::new(move |_| view_href().is_some());
    let back = move |ev: leptos::ev::MouseEvent| {
        if !(ev.meta_key() || ev.ctrl_key() || ev.shift_key()) {
            ev.prevent_default();
            onward.back(Some(number));
        }
    };
    move || {
        let to_view = in_view.get().then(|| {
            view! { <a class="icon-btn to-view" href=move || view_href().unwrap_or_default() title="Back to the inbox (Esc)" aria-label="Back to the inbox" on:click=back><Icon name="arrow-left" /></a> }
        });
        let (icon, title, label) = match in_view.get() {
            true => ("clock", "Timeline (h)", "Timeline"),
            false => ("arrow-left", "Back to the timeline (Esc, h)", "Back to the timeline"),
        };
        view! {
            {to_view}
            <a class="icon-btn back" href=move || route.timeline_href() title=title aria-label=label><Icon name=icon /></a>
        }
    }
}

/// The first `most` of something, and a button that shows the others: nothing just goes missing.
fn few<T>(all: Vec<T>, most: usize, what: &'static str, each: fn(T) -> AnyView) -> AnyView {
    let mut shown: Vec<_> = all.into_iter().map(each).collect();
    // A button for one alone takes the room of that one.
    let rest = if shown.len() > most + 1 { shown.split_off(most) } else { Vec::new() };
    let more = (!rest.is_empty()).then(|| {
        let label = format!("{} more {what}", rest.len());
        view! {
            <details class="menu more" data-popup="fleeting">
                <summary class="tag" aria-label=label.clone() title=label>"+" {rest.len()}</summary>
                <div class="menu-items">{rest}</div>
            </details>
        }
    });
    view! { {shown} {more} }.into_any()
}

/// The subject; a click opens it for editing.
#[component]
fn Subject(state: TicketState) -> impl IntoView {
    let known = Signal::derive(move || state.ticket.with(|t| t.row.subject.clone()));
    let shown = state.shown(TicketProperty::Subject, known);
    let subject = move || shown.try_get().unwrap_or_default();
    if !state.may_write {
        return view! { <h2 class="subject" title=subject>{subject}</h2> }.into_any();
    }
    let typing = Typing::new(shown);
    let text = move || typing.text.try_get().unwrap_or_default();
    let node = NodeRef::<Details>::new();
    state.edits.on_done(state.number, move |edit| {
        if edit.field.1 == TicketProperty::Subject
            && let Some(details) = node.get_untracked()
        {
            fold(&details);
        }
    });
    view! {
        <details class="subject-edit" data-popup="" node_ref=node>
            <summary title=move || format!("{} (click to edit)", subject())>
                <h2 class="subject">{subject}</h2>
                <Icon name="pencil" />
            </summary>
            <div class="popup">
                <EditForm state property=TicketProperty::Subject typing>
                    <input
                        class="input"
                        name="value"
                        type="text"
                        aria-label="Subject"
                        required=true
                        maxlength=limits::SUBJECT_CHARS
                        autocomplete="off"
                        value=text
                        prop:value=text
                        on:input=move |ev| typing.typed(event_target_value(&ev))
                        on:focusout=move |_| typing.left()
                    />
                    <button type="submit" class="btn primary">"Save"</button>
                </EditForm>
                <EditError state property=TicketProperty::Subject mine=typing.text />
            </div>
        </details>
    }
    .into_any()
}

/// An issue in another tracker: state, key, and where it is.
#[component]
pub(super) fn Linked(issue: LinkedIssue, #[prop(optional)] short: bool) -> impl IntoView {
    let tone = match issue.state {
        Some(IssueState::Todo) => "state todo",
        Some(IssueState::InProgress) => "state progress",
        Some(IssueState::Done) => "state done",
        Some(IssueState::Canceled) => "state canceled",
        None => "state unknown",
    };
    let state = issue.state.map(IssueState::label);
    let known = [Some(issue.provider.label()), state, issue.title.as_deref()];
    let title = known.into_iter().flatten().collect::<Vec<_>>().join(" · ");
    view! {
        <a class="linked" href=issue.url target="_blank" rel="noopener noreferrer" title=title>
            <span class=tone aria-hidden="true"></span>
            <span class="key">{issue.key}</span>
            {state.map(|state| view! { <span class:visually-hidden=short>{state}</span> })}
        </a>
    }
}

#[component]
fn Actions(state: TicketState, joining: Joining) -> impl IntoView {
    let route = use_profile_route();
    let toasts = use_toasts();
    let closed = move || state.ticket.with(|t| t.row.status == Status::Closed);
    let mine = move || state.ticket.with(|t| t.row.assignee.as_ref().map(|a| a.id)) == state.me;
    let me = state.me.filter(|_| state.may_write);
    // It is read as long as it is open: so this also leads back to where one came from.
    let origin = use_origin();
    let navigate = use_navigate();
    let unread = move || {
        let navigate = navigate.clone();
        spawn_local(async move {
            match mark_ticket_unread(state.number).await {
                Ok(()) => {
                    let back = origin.back_href().unwrap_or_else(|| "/inbox".into());
                    navigate(&back, Default::default());
                    toasts.say(format!("#{} is unread", state.number));
                }
                Err(error) => toasts.fail(error.to_string()),
            }
        });
    };
    let unread = Callback::new(move |()| unread());
    use_shortcut("u", "Mark unread and go back", move || unread.run(()));
    let assigned = Signal::derive(move || {
        state.ticket.with(|t| t.row.assignee.as_ref().map(|a| a.id.to_string()).unwrap_or_default())
    });
    let status = Signal::derive(move || state.ticket.with(status_value));
    let copy_link = move |_| {
        let origin = window().location().origin().unwrap_or_default();
        copy(format!("{origin}{}", route.ticket_href(state.number)), toasts);
    };
    view! {
        <Menu label="More actions">
            <button type="button" class="scripted" on:click=copy_link><Icon name="link" />"Copy link"</button>
            <button type="button" class="scripted" on:click=move |_| copy(format!("#{}", state.number), toasts)><Icon name="hash" />"Copy number"</button>
            {me.map(|me| view! {
                <Show when=move || !mine()>
                    <EditForm state property=TicketProperty::Assignee was=assigned>
                        <input type="hidden" name="value" value=me.to_string() />
                        <button type="submit"><Icon name="user-check" />"Assign to me"</button>
                    </EditForm>
                </Show>
                <EditForm state property=TicketProperty::Status was=status>
                    <input type="hidden" name="value" value=move || if closed() { "open" } else { "closed" } />
                    <button type="submit">
                        {move || if closed() {
                            view! { <Icon name="refresh-cw" />"Reopen" }.into_any()
                        } else {
                            view! { <Icon name="circle-check" />"Close ticket" }.into_any()
                        }}
                    </button>
                </EditForm>
            })}
            {me.map(|_| view! { <TicketActions state joining /> }.into_any())}
            <button type="button" class="scripted" on:click=move |_| unread.run(())><Icon name="eye-off" />"Mark unread"</button>
            <a href=move || route.timeline_href()><Icon name="arrow-left" />"Back to the timeline"</a>
        </Menu>
    }
}
