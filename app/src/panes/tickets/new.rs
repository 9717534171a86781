//! The form for a new ticket, shown in the pane while the address says `?new=ticket`.

use super::api::{CreateTicket, load_people};
use crate::live::use_changed;
use crate::pages::profile::use_place;
use crate::session::use_viewer;
use crate::ui::field::{Field, FieldHelp, FormError};
use crate::ui::icon::Icon;
use crate::ui::textarea::TextArea;
use leptos::form::ActionForm;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use rapport_domain::ticket::{Channel, Priority};
use rapport_domain::{AppError, limits};

/// Shows the form when asked for; on success the address leads to the new ticket.
#[component]
pub fn NewTicket() -> impl IntoView {
    let params = use_query_map();
    let wanted = Memo::new(move |_| params.with(|p| p.get("new")).as_deref() == Some("ticket"));
    let create = ServerAction::<CreateTicket>::new();
    let changed = use_changed();
    Effect::new(move |_| {
        if matches!(create.value().get(), Some(Ok(_))) {
            changed.notify();
        }
    });
    move || wanted.get().then(|| view! { <NewTicketForm create /> }.into_any())
}

#[component]
fn NewTicketForm(create: ServerAction<CreateTicket>) -> impl IntoView {
    let place = use_place();
    let me = use_viewer().map(|v| v.user);
    let people = Resource::new_blocking(|| (), |()| load_people());
    let customer = move || place.customer.get().map(|c| c.to_string()).unwrap_or_default();
    let error = move |field: &'static str| {
        Signal::derive(move || match create.value().get() {
            Some(Err(failure)) => failure.0.field(field).map(String::from),
            _ => None,
        })
    };
    let whole = Signal::derive(move || match create.value().get() {
        Some(Err(failure)) if !matches!(failure.0, AppError::Invalid(_)) => {
            Some(failure.to_string())
        }
        _ => None,
    });
    // What was wrong last time is not wrong with the next ticket.
    on_cleanup(move || drop(create.value().try_set(None)));
    view! {
        <section class="new-ticket" aria-labelledby="new-ticket-title">
            <header>
                <h3 id="new-ticket-title">"New ticket"</h3>
                <a class="icon-btn" href="?" aria-label="Cancel" title="Cancel"><Icon name="x" /></a>
            </header>
            <ActionForm action=create attr:class="form">
                <FormError message=whole />
                <input type="hidden" name="customer" value=customer />
                <Field name="subject" label="Subject" required=true autofocus=true maxlength=limits::SUBJECT_CHARS error=error("subject") />
                <div class="pair">
                    <label class="field-row">
                        <span class="field-label">"Priority"</span>
                        <select name="priority">
                            {Priority::ALL.iter().map(|p| view! {
                                <option value=p.as_str() selected=*p == Priority::Normal>{p.label()}</option>
                            }).collect_view()}
                        </select>
                        <FieldHelp id="new-ticket-priority".into() hint="" error=error("priority") />
                    </label>
                    <label class="field-row">
                        <span class="field-label">"Channel"</span>
                        <select name="channel">
                            {Channel::ALL.iter().map(|c| view! {
                                <option value=c.as_str() selected=*c == Channel::Internal>{c.label()}</option>
                            }).collect_view()}
                        </select>
                        <FieldHelp id="new-ticket-channel".into() hint="" error=error("channel") />
                    </label>
                </div>
                <label class="field-row">
                    <span class="field-label">"Internal note"</span>
                    <TextArea name="note" label="Internal note" placeholder="What the team should know; the customer never sees it" maxlength=limits::MESSAGE_CHARS />
                    <FieldHelp id="new-ticket-note".into() hint="" error=error("note") />
                </label>
                <label class="field-row">
                    <span class="field-label">"Assignee"</span>
                    <Suspense>
                        {move || Suspend::new(async move {
                            let people = people.await.unwrap_or_default();
                            let options = people.into_iter().map(|p| view! {
                                <option value=p.id.to_string() selected=Some(p.id) == me>{p.name}</option>
                            });
                            view! { <select name="assignee"><option value="">"Nobody"</option>{options.collect_view()}</select> }
                        })}
                    </Suspense>
                    <FieldHelp id="new-ticket-assignee".into() hint="" error=error("assignee") />
                </label>
                <div class="form-actions">
                    <a class="btn quiet" href="?">"Cancel"</a>
                    <button class="btn primary" type="submit" disabled=move || create.pending().get()>"Create"</button>
                </div>
            </ActionForm>
        </section>
    }
}
