//! Passing a message on: to whom, and what is said about it.

use super::{framed, lost, status, status_of, ticket_href};
use crate::plain::Visit;
use crate::plain::form::{Draft, Sent};
use crate::ui::field::{Field, FieldHelp, FormError};
use crate::ui::icon::Icon;
use crate::ui::textarea::TextArea;
use axum::extract::Form;
use axum::response::{IntoResponse, Redirect, Response};
use leptos::prelude::*;
use rapport_domain::limits;
use rapport_services::Result;
use rapport_services::messages::{self, Forward, ToForward};

pub async fn open(visit: Visit) -> Response {
    show(&visit, &Draft::default()).await
}

pub async fn send(visit: Visit, Form(fields): Form<Vec<(String, String)>>) -> Response {
    let sent = Sent(fields);
    match forward(&visit, &sent).await {
        Ok(ticket) => Redirect::to(&ticket).into_response(),
        Err(error) => show(&visit, &Draft(Some((sent, error)))).await,
    }
}

async fn forward(visit: &Visit, sent: &Sent) -> Result<String> {
    let id = visit.param("id")?;
    let new = Forward {
        to: sent.text("to").into(),
        note: sent.text("note").into(),
        client_key: sent.filled("client_key"),
    };
    let shown = messages::to_forward(&visit.ctx, id).await?;
    messages::forward(&visit.ctx, id, new).await?;
    Ok(ticket_href(shown.customer, shown.number))
}

async fn show(visit: &Visit, draft: &Draft) -> Response {
    let shown = match visit.param("id") {
        Ok(id) => messages::to_forward(&visit.ctx, id).await,
        Err(error) => Err(error),
    };
    match shown {
        Ok(shown) => visit.respond(status(draft), "Forward", || page(shown, draft)),
        Err(error) => visit.respond(status_of(&error), "Forward", || lost(error)),
    }
}

fn page(shown: ToForward, draft: &Draft) -> AnyView {
    let back = ticket_href(shown.customer, shown.number);
    let key = draft.value("client_key", shown.form_key);
    let files = shown.files.into_iter().map(|name| {
        view! { <span class="tag"><Icon name="paperclip" /><span class="clip">{name}</span></span> }
    });
    let content = view! {
        <header>
            <h1>"Forward"</h1>
            <p class="hint">"The customer does not get this mail. Answers to it come into the ticket."</p>
        </header>
        <form class="form config-form" method="post" aria-label="Forward">
            <FormError message=draft.general(&["to", "note"]) />
            <input type="hidden" name="client_key" value=key />
            <Field name="to" label="To" required=true value=draft.value("to", "") autofocus=true hint="E-mail addresses, separated by commas." error=draft.error("to") />
            <label class="field-row">
                <span class="field-label">"Note"</span>
                <TextArea name="note" label="Note" rows=5 maxlength={limits::MESSAGE_CHARS / 2} value=draft.value("note", "") />
                <FieldHelp id="note-help".into() hint="Stands above the message." error=draft.error("note") />
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
