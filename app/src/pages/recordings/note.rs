//! An internal note about a second of a session, with a link to it and a picture of it. Whoever comes from a ticket,
//! to choose the session, returns there.

use super::{player, session_href};
use crate::server_page::PageRequest;
use crate::server_page::form::{FormData, FormState};
use crate::ui::field::FormError;
use crate::ui::icon::Icon;
use crate::ui::textarea::TextArea;
use axum::extract::Form;
use axum::response::{IntoResponse, Redirect, Response};
use leptos::prelude::*;
use rapport_domain::message::WriteNote;
use rapport_domain::{Permission, RecordingId, limits};
use rapport_services::{Result, customers, messages, recordings};

/// The ticket that one came from.
pub(super) fn ticket(request: &PageRequest) -> Option<i64> {
    request.query("ticket").and_then(|number| number.parse().ok())
}

/// An address of these pages that still knows the ticket.
pub(super) fn keeps_ticket(request: &PageRequest, href: String) -> String {
    match ticket(request) {
        Some(number) => format!("{href}?ticket={number}"),
        None => href,
    }
}

/// What is said after a note.
pub(super) fn flash(request: &PageRequest) -> Option<&'static str> {
    match request.query("done")? {
        "noted" => Some("The note is in the ticket"),
        "unpictured" => Some("The note is in the ticket; its picture could not be made"),
        _ => None,
    }
}

pub(super) async fn send(
    request: PageRequest,
    Form(fields): Form<Vec<(String, String)>>,
) -> Response {
    let form = FormData(fields);
    match write(&request, &form).await {
        Ok(href) => Redirect::to(&href).into_response(),
        Err(error) => player::show(&request, &FormState(Some((form, error)))).await,
    }
}

/// Writes it; answers where to go on.
async fn write(request: &PageRequest, form: &FormData) -> Result<String> {
    let customer = customers::get(&request.ctx, request.param("id")?).await?.id;
    let id: RecordingId = request.param("session")?;
    // Whoever may not watch leads nobody else there.
    recordings::get(&request.ctx, id).await?;
    let second: u32 = form.text("second").parse().unwrap_or_default();
    let number: i64 = form.parse("ticket")?;
    let at = format!("{}:{:02}", second / 60, second % 60);
    let link = format!("{}{}?t={second}", request.origin(), session_href(customer, id));
    let body = format!("{}\n\n[Session at {at}]({link})", form.text("body").trim());
    let client_key = form.filled("client_key");
    // The player has uploaded it to the ticket just before.
    let attachments = match form.text("picture") {
        "" | FAILED => Vec::new(),
        _ => vec![form.parse("picture")?],
    };
    let note = WriteNote { body, client_key, attachments, ..WriteNote::default() };
    messages::note(&request.ctx, number, note).await?;
    let done = if form.text("picture") == FAILED { "unpictured" } else { "noted" };
    Ok(match ticket(request) {
        Some(from) if from == number => format!("/customers/{customer}/tickets/{number}"),
        _ => format!("{}?t={second}&done={done}", session_href(customer, id)),
    })
}

/// What the player says where it could make no picture.
const FAILED: &str = "failed";

/// The form, at the second on show.
pub(super) fn form(
    request: &PageRequest,
    tickets: &[(i64, String)],
    key: String,
    state: &FormState,
) -> AnyView {
    if tickets.is_empty() || !request.viewer.may(Permission::TicketsWrite) {
        return ().into_any();
    }
    let from = ticket(request);
    let options = tickets.iter().map(|(number, subject)| {
        let value = number.to_string();
        let chosen = state.has("ticket", &value, from == Some(*number));
        view! { <option value=value selected=chosen>{format!("#{number} {subject}")}</option> }
    });
    let open = state.0.is_some() || from.is_some();
    view! {
        <details class="player-note" open=open>
            <summary class="btn quiet"><Icon name="sticky-note" />"Internal note at "<span data-second="">"0:00"</span></summary>
            <form class="form" method="post" data-note="">
                <FormError message=state.general(&[]) />
                <input type="hidden" name="second" value=state.value("second", "0") />
                <input type="hidden" name="client_key" value=state.value("client_key", key) />
                <input type="hidden" name="picture" value="" />
                <label class="field-row"><span class="field-label">"Ticket"</span><select class="input" name="ticket">{options.collect_view()}</select></label>
                <label class="field-row"><span class="field-label">"Note"</span><TextArea name="body" label="Note" rows=3 maxlength={limits::MESSAGE_CHARS / 2} value=state.value("body", "") /></label>
                <label class="check"><input type="checkbox" data-do="picture" checked=true />"With a picture of this second"</label>
                <div class="form-actions"><button class="btn primary" type="submit">"Add note"</button></div>
            </form>
        </details>
    }
    .into_any()
}
