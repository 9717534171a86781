//! The form above the list, sent without scripts: everything that was chosen in it is done to
//! every ticket whose box is ticked.

use crate::frame::{Frame, Section};
use crate::http_status;
use crate::server_page::PageRequest;
use crate::server_page::form::FormData;
use crate::ui::field::FormError;
use axum::extract::Form;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use leptos::prelude::*;
use rapport_domain::AppError;
use rapport_domain::ticket::{BulkChange, BulkFailure, InboxQuery};
use rapport_services::{Result, tickets};

pub async fn send(request: PageRequest, Form(fields): Form<Vec<(String, String)>>) -> Response {
    let form = FormData(fields);
    // Read and written anew: the address is one of the inbox, whatever was sent.
    let back = InboxQuery::from_href(form.text("back")).href();
    match act(&request, &form).await {
        Ok(failed) if failed.is_empty() => Redirect::to(&back).into_response(),
        Ok(failed) => {
            request.respond(StatusCode::OK, "Not everything was changed", || report(&failed, back))
        }
        Err(error) => {
            let status = http_status(&error);
            request.respond(status, "Nothing was changed", || refused(&error, back))
        }
    }
}

async fn act(request: &PageRequest, form: &FormData) -> Result<Vec<BulkFailure>> {
    let ids = form.all("ticket").map(|id| id.parse().map_err(|_| AppError::NotFound));
    let ids = ids.collect::<Result<Vec<_>>>()?;
    let mut changes = Vec::new();
    for action in form.all("action").filter(|action| !action.is_empty() && *action != "tag:") {
        changes.push(action.parse()?);
    }
    let tag = form.text("tag").trim();
    if !tag.is_empty() {
        changes.push(BulkChange::Tag(tag.into()));
    }
    if ids.is_empty() || changes.is_empty() {
        return Err(AppError::invalid(
            "action",
            "Select some tickets, then choose what to do with them.",
        ));
    }
    let mut failed = Vec::new();
    for change in &changes {
        failed.extend(tickets::change_many(&request.ctx, &ids, change).await?.failed);
    }
    Ok(failed)
}

fn report(failed: &[BulkFailure], back: String) -> AnyView {
    let line = |failure: &BulkFailure| {
        let number = failure.number.map(|number| format!("#{number}: "));
        view! { <li>{number}{failure.reason.clone()}</li> }
    };
    let lines: Vec<_> = failed.iter().map(line).collect();
    page("Not everything was changed", view! { <ul class="failures">{lines}</ul> }.into_any(), back)
}

fn refused(error: &AppError, back: String) -> AnyView {
    let message = error.to_string();
    page("Nothing was changed", view! { <FormError message /> }.into_any(), back)
}

fn page(title: &'static str, content: AnyView, back: String) -> AnyView {
    view! {
        <Frame section=Section::Inbox crumbs=move || view! { <strong>{title}</strong> }>
            <div class="config-page">
                <header><h1>{title}</h1></header>
                {content}
                <p><a class="btn" href=back>"Back to the inbox"</a></p>
            </div>
        </Frame>
    }
    .into_any()
}
