//! One customer of the list.

use crate::ui::avatar::Avatar;
use crate::ui::time::Time;
use leptos::prelude::*;
use rapport_domain::customer::{CustomerKind, CustomerRow as Row};

/// Whether somebody is known or only seen.
#[component]
pub fn KindChip(kind: CustomerKind) -> impl IntoView {
    let class = match kind {
        CustomerKind::Customer => "pill plain ok",
        CustomerKind::Visitor => "pill plain",
    };
    view! { <span class=class>{kind.label()}</span> }
}

/// A line that opens the profile. The link is the name and covers the line.
#[component]
pub fn CustomerRow(
    row: Row,
    /// Leads to the form for a new ticket rather than to the profile.
    #[prop(optional)]
    for_ticket: bool,
) -> impl IntoView {
    let href = format!("/customers/{}{}", row.id, if for_ticket { "?new=ticket" } else { "" });
    let cell = |text: Option<String>| match text {
        Some(text) => {
            view! { <span class="clip" title=text.clone()>{text.clone()}</span> }.into_any()
        }
        None => view! { <span class="none" aria-hidden="true">"–"</span> }.into_any(),
    };
    let account = row.account.map(|account| {
        let href = format!("/customers?account={}", account.id);
        view! { <a class="clip" href=href title=account.name.clone()>{account.name.clone()}</a> }
    });
    view! {
        <tr class="customer-row">
            <td class="who">
                <span class="who-line">
                    <Avatar name=row.name.clone() />
                    <a class="name clip" href=href title=row.name.clone()>{row.name.clone()}</a>
                    <KindChip kind=row.kind />
                </span>
            </td>
            <td class="email">{cell(row.email)}</td>
            <td class="phone num">{cell(row.phone)}</td>
            <td class="account">{match account {
                Some(link) => link.into_any(),
                None => cell(None),
            }}</td>
            <td class="tickets num">
                <span class:open=move || { row.open_tickets > 0 }>{row.open_tickets}</span>
                <span class="hint">{format!(" / {}", row.total_tickets)}</span>
            </td>
            <td class="when"><Time at=row.last_activity_at /></td>
        </tr>
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;
    use crate::ui::time::provide_clock;
    use rapport_domain::account::AccountRef;
    use rapport_domain::{AccountId, CustomerId, Uuid};

    #[test]
    fn a_row_links_to_the_profile_and_escapes_what_people_wrote() {
        let owner = Owner::new();
        owner.set();
        provide_clock();
        let at = "2026-11-24T09:14:00Z".parse().expect("a time");
        let row = Row {
            id: CustomerId(Uuid::from_u128(7)),
            kind: CustomerKind::Visitor,
            name: "<script>x</script>".into(),
            avatar_url: None,
            email: Some("alex@x.example".into()),
            phone: None,
            external_id: None,
            account: Some(AccountRef {
                id: AccountId(Uuid::from_u128(8)),
                name: "North <b>".into(),
            }),
            open_tickets: 2,
            total_tickets: 9,
            last_activity_at: at,
            created_at: at,
        };
        let href = format!("/customers/{}", row.id);
        let html = view! { <CustomerRow row /> }.to_html();
        assert!(html.contains(&href), "{html}");
        assert!(!html.contains("<script>") && !html.contains("<b>"), "{html}");
        for shown in ["alex@x.example", "Visitor", " / 9", "/customers?account=acc_"] {
            assert!(html.contains(shown), "{shown} in {html}");
        }
    }
}
