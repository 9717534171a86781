//! One ticket of the inbox.

use crate::live::PresentPeople;
use crate::ui::avatar::Avatar;
use crate::ui::due::DueMark;
use crate::ui::icon::Icon;
use crate::ui::pill::{PriorityBars, StatusPill};
use crate::ui::time::Time;
use leptos::prelude::*;
use rapport_domain::ticket::TicketRow;

/// Tags shown in a row; the rest is counted.
const TAGS_SHOWN: usize = 2;

/// A line that opens the customer's profile at the ticket. The link is the subject and
/// covers the line.
#[component]
pub fn InboxRow(ticket: TicketRow) -> impl IntoView {
    let href = format!("/customers/{}/tickets/{}", ticket.customer.id, ticket.number);
    let status_text = ticket.status_text();
    let TicketRow { customer, subject, channel, last_message_text, assignee, .. } = ticket;
    let more = ticket.tags.len().saturating_sub(TAGS_SHOWN);
    let tags = ticket.tags.iter().take(TAGS_SHOWN).cloned();
    view! {
        <li class="inbox-row" class:unread=ticket.unread>
            <PriorityBars priority=ticket.priority />
            <span class="channel" role="img" aria-label=channel.label() title=channel.label()>
                <Icon name=channel.icon() />
            </span>
            <span class="no num">{format!("#{}", ticket.number)}</span>
            <span class="status"><StatusPill status=ticket.status text=status_text /></span>
            <span class="what">
                <a class="subject" href=href title=subject.clone()>
                    {ticket.unread.then(|| view! { <span class="visually-hidden">"Unread: "</span> })}
                    {subject.clone()}
                </a>
                <span class="snippet">{last_message_text}</span>
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
                        <Avatar name=person.name />
                    }.into_any(),
                    None => view! { <span class="nobody" role="img" aria-label="Unassigned" title="Unassigned"></span> }.into_any(),
                }}
            </span>
            <span class="when"><Time at=ticket.last_activity_at /></span>
        </li>
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;
    use crate::live::provide_live;
    use crate::ui::time::provide_clock;
    use rapport_domain::ticket::{Channel, Priority, Status, TicketCustomer};
    use rapport_domain::{CustomerId, TicketId, Uuid};

    #[test]
    fn a_row_links_to_the_profile_and_escapes_what_people_wrote() {
        let owner = Owner::new();
        owner.set();
        provide_clock();
        provide_live();
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
        let html = view! { <InboxRow ticket /> }.to_html();
        assert!(html.contains(&href), "{html}");
        assert!(!html.contains("<script>") && !html.contains("<b>"), "{html}");
        for shown in ["#1042", "Northwind Labs", "+1", "Unread: ", "Unassigned", "Priority: High"] {
            assert!(html.contains(shown), "{shown} in {html}");
        }
    }
}
