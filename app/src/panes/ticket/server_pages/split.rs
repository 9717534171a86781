//! Splitting a ticket: which messages leave for a ticket of their own.

use super::{framed, lost, status, ticket_href};
use crate::http_status;
use crate::server_page::PageRequest;
use crate::server_page::form::{FormData, FormState};
use crate::ui::field::{Field, FormError};
use crate::ui::icon::Icon;
use crate::ui::time::{Time, TimeStyle};
use axum::extract::Form;
use axum::response::{IntoResponse, Redirect, Response};
use leptos::prelude::*;
use rapport_domain::markdown::plain;
use rapport_domain::message::{Message, TicketDetails};
use rapport_domain::text::excerpt;
use rapport_domain::{AppError, Permission, limits};
use rapport_services::{Result, messages, tickets};

/// Characters of a message that tell it from the others.
const SHOWN_CHARS: usize = 240;

pub async fn open(request: PageRequest) -> Response {
    show(&request, &FormState::default()).await
}

pub async fn send(request: PageRequest, Form(fields): Form<Vec<(String, String)>>) -> Response {
    let form = FormData(fields);
    match split(&request, &form).await {
        Ok(ticket) => Redirect::to(&ticket).into_response(),
        Err(error) => show(&request, &FormState(Some((form, error)))).await,
    }
}

async fn split(request: &PageRequest, form: &FormData) -> Result<String> {
    let chosen = form.all("message").map(|id| id.parse().map_err(|_| AppError::NotFound));
    let chosen = chosen.collect::<Result<Vec<_>>>()?;
    let (number, version) = (request.param("number")?, form.parse("version")?);
    let subject = form.text("subject");
    let created = tickets::split(&request.ctx, number, version, &chosen, subject).await?;
    Ok(ticket_href(created.customer_id, created.number))
}

async fn show(request: &PageRequest, state: &FormState) -> Response {
    let before = request.query("before").and_then(|b| b.parse().ok());
    let shown = async {
        request.ctx.require(Permission::TicketsWrite)?;
        messages::details(&request.ctx, request.param("number")?, before).await
    };
    match shown.await {
        Ok(details) => request.respond(status(state), "Split ticket", || page(details, state)),
        Err(error) => request.respond(http_status(&error), "Split ticket", || lost(error)),
    }
}

fn page(details: TicketDetails, state: &FormState) -> AnyView {
    let row = details.ticket.row;
    let back = ticket_href(row.customer.id, row.number);
    let boxes: Vec<_> = details.thread.messages.iter().map(|m| choice(m, state)).collect();
    let earlier = details.thread.earlier.map(|before| {
        view! { <p><a class="btn quiet" href=format!("?before={before}")>"Earlier messages"</a></p> }
    });
    let content = view! {
        <header>
            <h1>{format!("Split #{}", row.number)}</h1>
            <p class="hint">"The chosen messages move to a new ticket of the same customer. You can undo it there."</p>
        </header>
        <form class="form config-form" method="post" aria-label="Split ticket">
            <FormError message=state.general(&["subject"]) />
            <input type="hidden" name="version" value=state.value("version", row.version.to_string()) />
            <Field name="subject" label="Subject of the new ticket" required=true autofocus=true maxlength=limits::SUBJECT_CHARS value=state.value("subject", row.subject) error=state.error("subject") />
            {earlier}
            <fieldset class="choices">
                <legend>"Messages to split off"</legend>
                {boxes}
            </fieldset>
            <div class="form-actions">
                <a class="btn quiet" href=back.clone()>"Cancel"</a>
                <button class="btn primary" type="submit"><Icon name="git-merge" />"Split off"</button>
            </div>
        </form>
    };
    framed("Split".into(), back, row.number, content.into_any())
}

fn choice(message: &Message, state: &FormState) -> impl IntoView + use<> {
    let id = message.id.to_string();
    let checked = state.has("message", &id, false);
    let words = if message.markdown { plain(&message.text) } else { message.text.clone() };
    view! {
        <label class="message-choice">
            <input type="checkbox" name="message" value=id checked=checked />
            <span>
                <strong>{message.author_name.clone()}</strong>
                <span class="hint"><Time at=message.sent_at style=TimeStyle::Full /></span>
                <span class="excerpt">{excerpt(&words, SHOWN_CHARS)}</span>
            </span>
        </label>
    }
}
