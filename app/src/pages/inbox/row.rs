//! One ticket of the inbox.

use super::bulk::FORM;
use super::hold::Row;
use super::list::List;
use crate::live::PresentPeople;
use crate::panes::ticket::{SNOOZES, SnoozeUntil};
use crate::ui::avatar::Avatar;
use crate::ui::due::DueMark;
use crate::ui::icon::Icon;
use crate::ui::menu::Menu;
use crate::ui::pill::{PriorityBars, StatusPill};
use crate::ui::time::{Time, use_clock};
use leptos::prelude::*;
use rapport_domain::ticket::{BulkChange, Status, TicketRow};
use rapport_domain::{TicketId, UserId};
use rapport_presentation::Icon as _;

/// Tags shown in a row; the rest is counted.
const TAGS_SHOWN: usize = 2;

/// A line that opens the customer's profile at the ticket. The link is the subject and
/// covers the line; box and actions lie above it.
#[component]
pub fn InboxRow(row: Row, list: List) -> impl IntoView {
    let Row { ticket, gone } = row;
    let (id, number, unread) = (ticket.id, ticket.number, ticket.unread);
    let href = format!("/customers/{}/tickets/{number}", ticket.customer.id);
    let status_text = ticket.status_text();
    let closed = ticket.status.is_closed();
    let TicketRow { customer, subject, channel, last_message_text, assignee, .. } = ticket;
    let more = ticket.tags.len().saturating_sub(TAGS_SHOWN);
    let tags = ticket.tags.iter().take(TAGS_SHOWN).cloned();
    let selection = list.actions.selection;
    let chosen = move || selection.has(id);
    let actions = move || {
        let active = list.may_write && list.active.get() == Some(id);
        active.then(|| view! { <RowActions list id unread closed /> }.into_any())
    };
    view! {
        <li
            class="inbox-row"
            class:unread=unread
            class:gone=gone
            class:chosen=chosen
            data-ticket=id.to_string()
            data-number=number
            title=gone.then_some("No longer in this view")
            on:pointerenter=move |_| list.active.set(Some(id))
            on:focusin=move |_| list.active.set(Some(id))
        >
            <label class="pick">
                <input
                    type="checkbox"
                    form=FORM
                    name="ticket"
                    value=id.to_string()
                    aria-label=format!("Select #{number}")
                    prop:checked=chosen
                    on:click=move |ev| selection.toggle(id, ev.shift_key())
                />
            </label>
            <PriorityBars priority=ticket.priority />
            <span class="channel" role="img" aria-label=channel.label() title=channel.label()>
                <Icon name=channel.icon() />
            </span>
            <span class="no num">{format!("#{number}")}</span>
            <span class="status"><StatusPill status=ticket.status text=status_text /></span>
            <span class="what">
                <a class="subject" href=href title=subject.clone() on:click=move |_| list.position.opened(number)>
                    {unread.then(|| view! { <span class="visually-hidden">"Unread: "</span> })}
                    {move || list.drafts.with(|d| d.contains(&number)).then(|| view! { <span class="draft-mark">"Draft"</span> })}
                    {subject.clone()}
                </a>
                <span class="snippet">
                    {last_message_text}
                </span>
            </span>
            <span class="tags">
                <PresentPeople ticket=ticket.id />
                {ticket.due.map(|due| view! { <DueMark due short=true /> })}
                {tags.map(|tag| view! { <span class="tag"><span class="clip">{tag}</span></span> }).collect_view()}
                {(more > 0).then(|| view! { <span class="hint">{format!("+{more}")}</span> })}
            </span>
            <span class="who">
                <span class="clip" title=customer.name.clone()>{customer.name.clone()}</span>
                {customer.account_name.map(|name| view! { <span class="account clip">{name}</span> })}
            </span>
            <span class="assignee">
                {match assignee {
                    Some(person) => view! {
                        <span class="visually-hidden">{format!("Assignee: {}", person.name)}</span>
                        <Avatar name=person.name of=Some(person.id) />
                    }.into_any(),
                    None => view! { <span class="nobody" role="img" aria-label="Unassigned" title="Unassigned"></span> }.into_any(),
                }}
            </span>
            <span class="when"><Time at=ticket.last_activity_at /></span>
            {actions}
        </li>
    }
}

/// What is done most often, at the row that the pointer or the focus is on.
#[component]
fn RowActions(list: List, id: TicketId, unread: bool, closed: bool) -> impl IntoView {
    let clock = use_clock();
    let act = move |change: BulkChange| list.actions.apply_to(change, id);
    let snooze = move |(label, until): SnoozeUntil| {
        let sleep = move |_| {
            if let Ok(until) = untrack(move || until(clock)).parse() {
                act(BulkChange::Snooze(until));
            }
        };
        view! { <button type="button" on:click=sleep>{label}</button> }
    };
    let button = move |icon: &'static str, label: &'static str, change: BulkChange| {
        view! {
            <button class="icon-btn" type="button" title=label aria-label=label on:click=move |_| act(change.clone())>
                <Icon name=icon />
            </button>
        }
    };
    let mine = |me: UserId| button("user-check", "Assign to me (m)", BulkChange::Assign(Some(me)));
    let status = if closed { Status::Open } else { Status::Closed };
    let label = if closed { "Reopen (e)" } else { "Close (e)" };
    view! {
        <span class="row-actions">
            {list.me.map(mine)}
            <Menu label="Snooze" icon="clock">{SNOOZES.map(snooze).collect_view()}</Menu>
            {button(if unread { "eye" } else { "eye-off" }, if unread { "Mark read (u)" } else { "Mark unread (u)" }, BulkChange::Read(unread))}
            {button("check", label, BulkChange::Status(status))}
        </span>
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;
    use crate::live::{provide_changed, provide_live};
    use crate::ui::time::provide_clock;
    use crate::ui::toast::provide_toasts;
    use rapport_domain::ticket::{Channel, Priority, Status, TicketCustomer};
    use rapport_domain::{CustomerId, TicketId, Uuid};

    #[test]
    fn a_row_links_to_the_profile_and_escapes_what_people_wrote() {
        let owner = Owner::new();
        owner.set();
        provide_clock();
        provide_toasts();
        provide_live();
        provide_changed();
        let at = "2026-11-24T09:14:00Z".parse().expect("a time");
        let ticket = TicketRow {
            id: TicketId(Uuid::nil()),
            number: 1042,
            customer: TicketCustomer {
                id: CustomerId(Uuid::from_u128(7)),
                name: "Alex <b>".into(),
                account_name: Some("Northwind Labs".into()),
            },
            subject: "<script>x</script>".into(),
            status: Status::Open,
            label: None,
            priority: Priority::High,
            channel: Channel::Email,
            assignee: None,
            team: None,
            tags: vec!["a".into(), "b".into(), "c".into()],
            submitted_at: at,
            last_activity_at: at,
            last_message_text: "It used to work".into(),
            last_message_channel: Some(Channel::Email),
            unread: true,
            due: None,
            version: 1,
        };
        let href = format!("/customers/{}/tickets/1042", ticket.customer.id);
        let html = view! { <InboxRow row=ticket.into() list=List::new(|| None) /> }.to_html();
        assert!(html.contains(&href), "{html}");
        assert!(!html.contains("<script>") && !html.contains("<b>"), "{html}");
        for shown in ["#1042", "Northwind Labs", "+1", "Unread: ", "Unassigned", "Priority: High"] {
            assert!(html.contains(shown), "{shown} in {html}");
        }
    }
}
