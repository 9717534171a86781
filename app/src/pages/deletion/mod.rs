//! Deleting a customer: what goes along is said before.
//!
//! Rendered by the server alone: nobody is here often.

use crate::Failure;
use crate::failure::page_status;
use crate::frame::{Frame, Section};
use crate::server_page::form::{FormData, FormState};
use crate::server_page::{PageRequest, Site};
use crate::ui::empty::{Empty, ErrorPanel};
use crate::ui::field::FormError;
use crate::ui::time::{Time, TimeStyle};
use axum::extract::Form;
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Router, routing};
use leptos::prelude::*;
use rapport_domain::{AppError, CustomerId};
use rapport_services::Result;
use rapport_services::customers::{self, COUNTED, Deletion};

/// The routes.
pub(crate) fn router() -> Router<Site> {
    Router::new()
        .route("/customers/{id}/delete", routing::get(open).post(send))
        .route("/customers/deleted", routing::get(deleted))
}

async fn open(request: PageRequest) -> Response {
    show(&request, &FormState::default()).await
}

async fn send(request: PageRequest, Form(fields): Form<Vec<(String, String)>>) -> Response {
    match act(&request).await {
        Ok(true) => Redirect::to("/customers/deleted").into_response(),
        // The page says since when it runs.
        Ok(false) => show(&request, &FormState::default()).await,
        Err(error) => show(&request, &FormState(Some((FormData(fields), error)))).await,
    }
}

async fn act(request: &PageRequest) -> Result<bool> {
    customers::delete(&request.ctx, request.param("id")?).await
}

async fn load(request: &PageRequest) -> Result<Deletion> {
    let id: CustomerId = request.param("id")?;
    customers::deletion(&request.ctx, id).await
}

async fn show(request: &PageRequest, state: &FormState) -> Response {
    let shown = load(request).await;
    let status = page_status(shown.as_ref().err().or(state.refusal()));
    request.respond(status, "Delete customer", || match shown {
        Ok(shown) => page(&shown, state),
        Err(error) => frame(None, view! { <ErrorPanel error=Failure(error) /> }.into_any()),
    })
}

/// Where a deletion leads: there is nothing left to show.
async fn deleted(request: PageRequest) -> Response {
    request.respond(page_status(None::<&AppError>), "Customer deleted", || {
        let content = view! {
            <Empty icon="trash-2" title="The customer is deleted">
                <p>"With their tickets, messages, files, notes and timeline. Backups made before still have them."</p>
                <p><a class="btn" href="/customers" rel="external">"All customers"</a></p>
            </Empty>
        };
        frame(None, content.into_any())
    })
}

fn frame(of: Option<(CustomerId, String)>, content: AnyView) -> AnyView {
    view! {
        <Frame section=Section::Customers crumbs=move || view! {
            <a href="/customers" rel="external">"Customers"</a>
            <span aria-hidden="true">"/"</span>
            {of.clone().map(|(id, name)| view! {
                <a class="clip" href=format!("/customers/{id}") rel="external">{name}</a>
                <span aria-hidden="true">"/"</span>
            })}
            <strong>"Delete"</strong>
        }>
            <div class="config-page">{content}</div>
        </Frame>
    }
    .into_any()
}

fn page(shown: &Deletion, state: &FormState) -> AnyView {
    let Deletion { customer, goes } = shown;
    let name = customer.details.name.clone();
    let back = format!("/customers/{}", customer.id);
    let account = customer.account.as_ref();
    let stays =
        account.map(|a| view! { <li>{format!("The account {}, and its notes", a.name)}</li> });
    let merged = (goes.merged > 0).then(|| {
        count(goes.merged, i64::MAX, "record merged into theirs", "records merged into theirs")
    });
    let lines = [
        Some(count(goes.tickets, i64::MAX, "ticket", "tickets")),
        Some(count(goes.messages, COUNTED, "message in them", "messages in them")),
        Some(count(goes.files, COUNTED, "file", "files")),
        Some(count(goes.notes, i64::MAX, "note", "notes")),
        Some(count(goes.events, i64::MAX, "event of the timeline", "events of the timeline")),
        merged,
    ];
    let lines = lines.into_iter().flatten().map(|line| view! { <li>{line}</li> });
    let action = match goes.deleting_at {
        Some(at) => view! {
            <p class="hint" role="status">"Being deleted since "<Time at=at style=TimeStyle::Row />". This takes a while; the page can be left."</p>
            <p><a class="btn" href="">"Look again"</a></p>
        }
        .into_any(),
        None => view! {
            <form class="form" method="post" aria-label="Delete customer">
                <div class="form-actions">
                    <a class="btn quiet" href=back.clone() rel="external">"Cancel"</a>
                    <button class="btn danger" type="submit">"Delete for good"</button>
                </div>
            </form>
        }
        .into_any(),
    };
    let content = view! {
        <header>
            <h1>{format!("Delete {name}?")}</h1>
            <p class="hint">"This cannot be undone. If they write again, they are a new customer."</p>
        </header>
        <FormError message=state.general(&[]) />
        <section class="field-section" aria-label="What goes">
            <h2>"What is deleted with it"</h2>
            <ul class="plain-list">
                <li>"Their details, identifiers and custom fields"</li>
                {lines.collect_view()}
            </ul>
        </section>
        <section class="field-section" aria-label="What stays">
            <h2>"What stays"</h2>
            <ul class="plain-list">
                {stays}
                <li>"What they wrote in tickets of other customers, without the link to them"</li>
                <li>"In the audit log, that somebody deleted this record, without its name"</li>
            </ul>
        </section>
        {action}
    };
    frame(Some((customer.id, name)), content.into_any())
}

/// `3 tickets`, or `1,000 tickets or more` where counting ended.
fn count(n: i64, most: i64, one: &str, many: &str) -> String {
    let number = rapport_domain::money::grouped(n);
    match n {
        1 => format!("1 {one}"),
        n if n >= most => format!("{number} {many} or more"),
        _ => format!("{number} {many}"),
    }
}
