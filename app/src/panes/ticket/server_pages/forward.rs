//! Passing a message on: to whom, and what is said about it.

use super::{framed, lost, status, ticket_href};
use crate::http_status;
use crate::server_page::PageRequest;
use crate::server_page::form::{FormData, FormState};
use crate::ui::field::{Field, FieldHelp, FormError};
use crate::ui::icon::Icon;
use crate::ui::textarea::TextArea;
use axum::extract::Form;
use axum::response::{IntoResponse, Redirect, Response};
use leptos::prelude::*;
use rapport_domain::limits;
use rapport_services::Result;
use rapport_services::messages::{self, Forward, ToForward};

pub async fn open(request: PageRequest) -> Response {
    show(&request, &FormState::default()).await
}

pub async fn send(request: PageRequest, Form(fields): Form<Vec<(String, String)>>) -> Response {
    let form = FormData(fields);
    match forward(&request, &form).await {
        Ok(ticket) => Redirect::to(&ticket).into_response(),
        Err(error) => show(&request, &FormState(Some((form, error)))).await,
    }
}

async fn forward(request: &PageRequest, form: &FormData) -> Result<String> {
    let id = request.param("id")?;
    let new = Forward {
        to: form.text("to").into(),
        note: form.text("note").into(),
        client_key: form.filled("client_key"),
    };
    let shown = messages::to_forward(&request.ctx, id).await?;
    messages::forward(&request.ctx, id, new).await?;
    Ok(ticket_href(shown.customer, shown.number))
}

async fn show(request: &PageRequest, state: &FormState) -> Response {
    let shown = match request.param("id") {
        Ok(id) => messages::to_forward(&request.ctx, id).await,
        Err(error) => Err(error),
    };
    match shown {
        Ok(shown) => request.respond(status(state), "Forward", || page(shown, state)),
        Err(error) => request.respond(http_status(&error), "Forward", || lost(error)),
    }
}

fn page(shown: ToForward, state: &FormState) -> AnyView {
    let back = ticket_href(shown.customer, shown.number);
    let key = state.value("client_key", shown.form_key);
    let files = shown.files.into_iter().map(|name| {
        view! { <span class="tag"><Icon name="paperclip" /><span class="clip">{name}</span></span> }
    });
    let content = view! {
        <header>
            <h1>"Forward"</h1>
            <p class="hint">"The customer does not get this mail. Answers to it come into the ticket."</p>
        </header>
        <form class="form config-form" method="post" aria-label="Forward">
            <FormError message=state.general(&["to", "note"]) />
            <input type="hidden" name="client_key" value=key />
            <Field name="to" label="To" required=true value=state.value("to", "") autofocus=true hint="E-mail addresses, separated by commas." error=state.error("to") />
            <label class="field-row">
                <span class="field-label">"Note"</span>
                <TextArea name="note" label="Note" rows=5 maxlength={limits::MESSAGE_CHARS / 2} value=state.value("note", "") />
                <FieldHelp id="note-help".into() hint="Shown above the message." error=state.error("note") />
            </label>
            <div class="forwarded">
                <p class="field-label">{shown.subject}</p>
                <pre tabindex="0">{shown.quoted}</pre>
                <p class="files">{files.collect_view()}</p>
            </div>
            <div class="form-actions">
                <button class="btn primary" type="submit"><Icon name="send" />"Forward"</button>
                <a class="btn quiet" href=back.clone()>"Cancel"</a>
            </div>
        </form>
    };
    framed("Forward".into(), back, shown.number, content.into_any())
}
