//! Who belongs to an account: linking customers to it, and taking them out again.

use super::{FLASHES, show};
use crate::server_page::PageRequest;
use crate::server_page::form::{FormData, FormState};
use crate::ui::field::FormError;
use crate::ui::icon::Icon;
use axum::extract::Form;
use axum::response::{IntoResponse, Redirect, Response};
use leptos::prelude::*;
use rapport_domain::customer::{CustomerQuery, CustomerRow};
use rapport_domain::{AccountId, AppError, CustomerId, limits};
use rapport_services::{Result, customers};

/// How many are offered to be linked.
const OFFERED: u32 = 8;

/// What somebody who may link sees beside the customers.
pub(super) struct Members<'a> {
    /// Who was looked for.
    pub q: &'a str,
    pub found: Result<Vec<CustomerRow>>,
    pub state: &'a FormState,
}

/// Does what a form asks for, and leads back.
pub(super) async fn send(
    request: PageRequest,
    Form(fields): Form<Vec<(String, String)>>,
) -> Response {
    let form = FormData(fields);
    match act(&request, &form).await {
        Ok((account, done)) => {
            Redirect::to(&format!("/accounts/{account}?done={done}")).into_response()
        }
        Err(error) => show(&request, &FormState(Some((form, error)))).await,
    }
}

async fn act(request: &PageRequest, form: &FormData) -> Result<(AccountId, &'static str)> {
    let account: AccountId = request.param("id")?;
    let customer: CustomerId = form.parse("customer")?;
    let word = match form.text("do") {
        "link" => {
            customers::link_account(&request.ctx, customer, account, None).await?;
            "linked"
        }
        "unlink" => {
            customers::leave_account(&request.ctx, customer, account).await?;
            "unlinked"
        }
        _ => return Err(AppError::NotFound),
    };
    debug_assert!(FLASHES.iter().any(|(known, _)| *known == word));
    Ok((account, word))
}

/// Whom the search names.
pub(super) async fn found(request: &PageRequest) -> Result<Vec<CustomerRow>> {
    let Some(q) = request.query("link").filter(|q| !q.trim().is_empty()) else {
        return Ok(Vec::new());
    };
    let query =
        CustomerQuery { q: Some(q.into()), limit: Some(OFFERED), ..CustomerQuery::default() };
    Ok(customers::list(&request.ctx, query).await?.items)
}

impl Members<'_> {
    /// A search, and whoever it finds, each with a button.
    pub(super) fn view(self, account: AccountId) -> AnyView {
        let Self { q, found, state } = self;
        let asked = !q.trim().is_empty();
        let (found, failed) = match found {
            Ok(found) => (found, None),
            Err(error) => (Vec::new(), Some(error.to_string())),
        };
        let none = (asked && found.is_empty() && failed.is_none()).then(|| {
            view! {
                <p class="hint">"Nobody matches. "<a class="plain-link" href="/customers?new=customer" rel="external">"Make a new customer"</a>"."</p>
            }
        });
        let rows: Vec<_> = found.into_iter().map(|row| offer(account, row)).collect();
        view! {
            <FormError message=state.general(&[]).or(failed) />
            <details class="account-link" open=asked>
                <summary><Icon name="user-plus" />"Link a customer"</summary>
                <form class="log-search account-search" method="get" action=format!("/accounts/{account}") role="search">
                    <input class="input" type="search" name="link" value=q.to_string() aria-label="Find a customer" placeholder="Name, e-mail, phone or ID" maxlength=limits::SEARCH_CHARS autocomplete="off" required=true />
                    <button class="btn" type="submit">"Find"</button>
                </form>
                {none}
                <ul class="account-people">{rows}</ul>
            </details>
        }
        .into_any()
    }
}

/// Somebody who can be linked, and where they are now.
fn offer(account: AccountId, row: CustomerRow) -> AnyView {
    let here = row.account.as_ref().is_some_and(|now| now.id == account);
    let now = row.account.as_ref().filter(|_| !here).map(|now| format!("now at {}", now.name));
    let verb = if now.is_some() { "Move here" } else { "Link" };
    let detail = now.or(row.email.clone()).or(row.phone.clone()).unwrap_or_default();
    let (id, name) = (row.id, row.name);
    let button = match here {
        true => view! { <span class="hint">"Belongs here"</span> }.into_any(),
        false => button(account, id, "link", verb, &name),
    };
    view! {
        <li class="account-offer">
            <span class="clip" title=name.clone()><strong>{name.clone()}</strong>" "<span class="hint">{detail}</span></span>
            {button}
        </li>
    }
    .into_any()
}

/// The button that takes somebody out of the account.
pub(super) fn unlink(account: AccountId, customer: CustomerId, name: &str) -> AnyView {
    let label = format!("Take {name} out of the account");
    view! {
        <form method="post" action=format!("/accounts/{account}/members")>
            <input type="hidden" name="do" value="unlink" />
            <input type="hidden" name="customer" value=customer.to_string() />
            <button class="icon-btn" type="submit" title="Take out of the account" aria-label=label><Icon name="unlink" /></button>
        </form>
    }
    .into_any()
}

fn button(
    account: AccountId,
    customer: CustomerId,
    action: &'static str,
    verb: &'static str,
    name: &str,
) -> AnyView {
    view! {
        <form method="post" action=format!("/accounts/{account}/members")>
            <input type="hidden" name="do" value=action />
            <input type="hidden" name="customer" value=customer.to_string() />
            <button class="btn" type="submit" aria-label=format!("{verb}: {name}")>{verb}</button>
        </form>
    }
    .into_any()
}
