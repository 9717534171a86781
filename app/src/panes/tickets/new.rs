//! The form for a new ticket, in the centre while the address says `?new=ticket`: a mail to the
//! customer, a note for the team, or nothing yet. It writes with the composer's editor.

use super::api::{CreateTicket, load_opening};
use crate::live::use_changed;
use crate::page_data::page_data;
use crate::panes::ticket::{COMPOSER, WaitingFiles, announce};
use crate::profile_route::use_profile_route;
use crate::session::use_viewer;
use crate::ui::action::on_done;
use crate::ui::connected::when_connected;
use crate::ui::empty::{ErrorPanel, Skeleton};
use crate::ui::field::{Field, FieldHelp, FormError};
use crate::ui::icon::Icon;
use crate::ui::keys::Keys;
use crate::ui::shortcuts::use_shortcut;
use crate::ui::textarea::TextArea;
use crate::ui::typed::{Kept, Restored, Typed};
use leptos::form::ActionForm;
use leptos::html::Textarea;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_navigate;
use rapport_domain::message::{FirstKind, Opening, Upload};
use rapport_domain::ticket::{Channel, Priority};
use rapport_domain::{AppError, CustomerId, limits};

#[component]
pub fn NewTicket() -> impl IntoView {
    let route = use_profile_route();
    let opening = page_data(
        move || route.customer.get(),
        |customer| async move {
            match customer {
                Some(customer) => load_opening(customer).await.map(|o| (customer, o)),
                None => Err(AppError::NotFound.into()),
            }
        },
    );
    view! {
        <section class="pane centre new-ticket" aria-labelledby="new-ticket-title">
            <Transition fallback=|| view! { <Skeleton rows=7 /> }>
                {move || opening.get().map(|result| match result {
                    Ok((customer, opening)) => {
                        let files = opening.uploads.clone();
                        view! {
                            {view! { <NewTicketForm customer opening /> }.into_any()}
                            {view! { <Files customer files /> }.into_any()}
                        }.into_any()
                    }
                    Err(error) => view! { <ErrorPanel error /> }.into_any(),
                })}
            </Transition>
        </section>
    }
    .into_any()
}

/// What waits for this ticket; what was typed stays when it changes.
#[component]
fn Files(customer: CustomerId, files: Vec<Upload>) -> impl IntoView {
    let uploads = RwSignal::new(files);
    // The editor has added or removed one.
    Effect::new(move |_| {
        let load = move |_| {
            spawn_local(async move {
                // A list that could not be loaded stays as it was.
                if let Ok(opening) = load_opening(customer).await {
                    let _ = uploads.try_set(opening.uploads);
                }
            });
        };
        let handle = window_event_listener_untyped("rapport:files", load);
        on_cleanup(move || handle.remove());
    });
    view! { <WaitingFiles uploads=uploads.into() desk=customer.to_string() /> }
}

#[component]
fn NewTicketForm(customer: CustomerId, opening: Opening) -> impl IntoView {
    let create = ServerAction::<CreateTicket>::new();
    let changed = use_changed();
    Effect::new(move |_| {
        if matches!(create.value().get(), Some(Ok(_))) {
            changed.notify();
        }
    });
    let typed = Typed::new(Kept::Tab, format!("ticket:{customer}"));
    let form = typed.node;
    on_done(create, |_| {}, move |_| typed.save());
    let keys = move |ev: web_sys::KeyboardEvent| {
        if ev.key() == "Enter" && (ev.ctrl_key() || ev.meta_key()) {
            ev.prevent_default();
            if let Some(form) = form.get_untracked().filter(|_| !create.pending().get_untracked()) {
                // Refused only when a field is; the browser says so there.
                let _ = form.request_submit();
            }
        }
    };
    // What was typed is kept.
    let navigate = use_navigate();
    use_shortcut("Escape", "Cancel the new ticket", move || {
        navigate(&format!("/customers/{customer}"), Default::default());
    });
    let whole = Signal::derive(move || match create.value().get() {
        Some(Err(failure)) if !matches!(failure.0, AppError::Invalid(_)) => {
            Some(failure.to_string())
        }
        _ => None,
    });
    view! {
        <div class="composer opening" data-desk=customer.to_string() on:keydown=keys>
            <header>
                <h2 id="new-ticket-title">"New ticket for " {opening.customer_name.clone()}</h2>
                <a class="icon-btn" href="?" aria-label="Cancel" title="Cancel"><Icon name="x" /></a>
            </header>
            <ActionForm action=create node_ref=form attr:id=COMPOSER attr:class="form" on:input=move |_| typed.save() on:reset=move |_| typed.clear() on:submit:capture=move |_| typed.clear()>
                <FormError message=whole />
                <Restored typed />
                <input type="hidden" name="customer" value=customer.to_string() />
                {view! { <Kinds from=opening.from.clone() /> }.into_any()}
                {view! { <Envelope create emails=opening.emails.clone() /> }.into_any()}
                {view! { <Words create opening=opening.clone() /> }.into_any()}
                {view! { <Properties create opening /> }.into_any()}
                {view! { <Foot pending=create.pending() /> }.into_any()}
            </ActionForm>
        </div>
    }
}

fn error_of(create: ServerAction<CreateTicket>, field: &'static str) -> Signal<Option<String>> {
    Signal::derive(move || match create.value().get() {
        Some(Err(failure)) => failure.0.field(field).map(String::from),
        _ => None,
    })
}

#[component]
fn Kinds(from: Option<String>) -> impl IntoView {
    let leaves = match from {
        Some(from) => format!("Leaves after 10 s from {from}"),
        None => "Stored here; e-mail delivery is not set up yet".to_string(),
    };
    let kinds = FirstKind::ALL.iter().map(|kind| {
        view! {
            <label>
                <input type="radio" name="mode" value=kind.as_str() checked=*kind == FirstKind::Reply />
                {kind.label()}
            </label>
        }
    });
    view! {
        <fieldset class="tabs">
            <legend class="visually-hidden">"What it begins with"</legend>
            {kinds.collect_view()}
            <span class="hint for-reply clip" title=leaves.clone()>{leaves.clone()}</span>
            <span class="hint for-note clip">"Only your team sees this"</span>
        </fieldset>
    }
}

/// To, Cc and subject.
#[component]
fn Envelope(create: ServerAction<CreateTicket>, emails: Vec<String>) -> impl IntoView {
    let known = emails.iter().map(|e| view! { <option value=e.clone()></option> }).collect_view();
    let line = move |name: &'static str, label: &'static str, value: String| {
        let (help, error) = (format!("new-ticket-{name}"), error_of(create, name));
        view! {
            <label class="field-row for-reply">
                <span class="field-label">{label}</span>
                <input
                    name=name
                    type="text"
                    value=value
                    list="new-ticket-emails"
                    maxlength=limits::RECIPIENTS_MAX * 80
                    autocomplete="off"
                    spellcheck="false"
                    aria-describedby=help.clone()
                    aria-invalid=move || error.get().map(|_| "true")
                />
                <FieldHelp id=help hint="" error />
            </label>
        }
        .into_any()
    };
    view! {
        <datalist id="new-ticket-emails">{known}</datalist>
        <div class="pair">
            {line("to", "To", emails.first().cloned().unwrap_or_default())}
            {line("cc", "Cc", String::new())}
        </div>
        <Field name="subject" label="Subject" required=true autofocus=true maxlength=limits::SUBJECT_CHARS error=error_of(create, "subject") />
    }
}

#[component]
fn Words(create: ServerAction<CreateTicket>, opening: Opening) -> impl IntoView {
    let area = NodeRef::<Textarea>::new();
    when_connected(area, move |area| announce(&area, "rapport:composer"));
    let first = opening.customer_name.split_whitespace().next().unwrap_or_default().to_string();
    let signature = opening.signature;
    let rows = u32::try_from(signature.lines().count()).unwrap_or(1).clamp(1, 6);
    view! {
        <div class="writing">
            <TextArea name="body" label="Message" placeholder=format!("Write to {first}…") rows=6 maxlength=limits::MESSAGE_CHARS node_ref=area />
            <FieldHelp id="new-ticket-body".into() hint="" error=error_of(create, "body") />
            {opening.from.is_some().then(|| view! {
                <div class="below for-reply">
                    <input type="hidden" name="signed" value="1" />
                    <span class="mark" aria-hidden="true">"--"</span>
                    <TextArea name="signature" label="Signature of this mail" value=signature placeholder="No signature" rows maxlength=limits::SIGNATURE_CHARS />
                </div>
            })}
            <ul class="uploading"></ul>
            <div class="effects" role="group" aria-label="What happens to the ticket"></div>
            <FieldHelp id="new-ticket-files".into() hint="" error=error_of(create, "attachments") />
            <div class="tools"></div>
        </div>
    }
}

#[component]
fn Properties(create: ServerAction<CreateTicket>, opening: Opening) -> impl IntoView {
    let me = use_viewer().map(|v| v.user);
    let priorities = Priority::ALL.iter().map(|p| {
        view! { <option value=p.as_str() selected=*p == Priority::Normal>{p.label()}</option> }
    });
    let channels = Channel::ALL.iter().map(|c| {
        view! { <option value=c.as_str() selected=*c == Channel::Email>{c.label()}</option> }
    });
    let people = opening.people.into_iter().map(
        |p| view! { <option value=p.id.to_string() selected=Some(p.id) == me>{p.name}</option> },
    );
    view! {
        <div class="pair">
            <label class="field-row">
                <span class="field-label">"Assignee"</span>
                <select name="assignee"><option value="">"Nobody"</option>{people.collect_view()}</select>
                <FieldHelp id="new-ticket-assignee".into() hint="" error=error_of(create, "assignee") />
            </label>
            <label class="field-row">
                <span class="field-label">"Priority"</span>
                <select name="priority">{priorities.collect_view()}</select>
            </label>
            <label class="field-row">
                <span class="field-label">"Channel"</span>
                <select name="channel">{channels.collect_view()}</select>
            </label>
        </div>
    }
}

#[component]
fn Foot(pending: Memo<bool>) -> impl IntoView {
    view! {
        <div class="form-actions">
            <a class="btn quiet" href="?">"Cancel"</a>
            <button class="btn primary" type="submit" disabled=move || pending.get()>
                <span class="for-reply">{move || if pending.get() { "Sending…" } else { "Send" }}</span>
                <span class="for-note">"Create with note"</span>
                <span class="for-none">"Create"</span>
                <Keys key="↵" />
            </button>
        </div>
    }
}
