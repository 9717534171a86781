//! The form "New customer", open when the address says so.

use super::api::CreateCustomer;
use crate::ui::action::on_done;
use crate::ui::field::{Field, FormError};
use crate::ui::icon::Icon;
use crate::ui::typed::{Kept, Restored, Typed};
use leptos::form::ActionForm;
use leptos::prelude::*;
use rapport_domain::{AppError, CustomerId, limits};

#[component]
pub fn NewCustomerForm(
    /// Where "Cancel" leads: the list as it was.
    #[prop(into)]
    back: Signal<String>,
) -> impl IntoView {
    let action = ServerAction::<CreateCustomer>::new();
    let typed = Typed::new(Kept::Tab, "customer");
    on_done(action, |()| {}, move |_| typed.save());
    let error = move || action.value().with(|v| v.as_ref().and_then(|r| r.as_ref().err().cloned()));
    let beside = move |field: &'static str| {
        Signal::derive(move || error().and_then(|e| e.0.field(field).map(String::from)))
    };
    // What belongs to no field of this form.
    let whole = Signal::derive(move || match error()?.0 {
        AppError::Invalid(_) | AppError::Taken { .. } => None,
        other => Some(other.to_string()),
    });
    view! {
        <section class="new-customer" aria-labelledby="new-customer-title">
            <header>
                <h2 id="new-customer-title">"New customer"</h2>
                <a class="icon-btn" href=move || back.get() aria-label="Close"><Icon name="x" /></a>
            </header>
            <ActionForm action node_ref=typed.node attr:class="form" on:input=move |_| typed.save() on:reset=move |_| typed.clear() on:submit:capture=move |_| typed.clear()>
                <FormError message=whole />
                <Restored typed />
                {move || match error()?.0 {
                    AppError::Taken { field, owner } => Some(view! { <TakenBy field owner /> }),
                    _ => None,
                }}
                <div class="new-customer-fields">
                    <Field name="name" label="Name" required=true autofocus=true maxlength=limits::NAME_CHARS error=beside("name") />
                    <Field name="email" label="E-mail" kind="email" autocomplete="off" maxlength=254 error=beside("email") />
                    <Field name="phone" label="Phone" kind="tel" autocomplete="off" maxlength=40 error=beside("phone") />
                    <Field name="external_id" label="External ID" hint="Your own system's id" maxlength=limits::EXTERNAL_ID_CHARS error=beside("external_id") />
                    <Field name="account" label="Account" hint="Found by name, or created" maxlength=limits::NAME_CHARS error=beside("account.name") />
                </div>
                <div class="form-actions">
                    <a class="btn quiet" href=move || back.get() on:click=move |_| typed.drop_words()>"Cancel"</a>
                    <button class="btn primary" type="submit" disabled=move || action.pending().get()>"Create customer"</button>
                </div>
            </ActionForm>
        </section>
    }
    .into_any()
}

/// Says who has the identifier already, and leads there.
#[component]
fn TakenBy(field: String, owner: CustomerId) -> impl IntoView {
    let what = match field.as_str() {
        "email" => "e-mail address",
        "phone" => "phone number",
        _ => "external ID",
    };
    view! {
        <p class="form-error" role="alert">
            {format!("Another customer already has this {what}. ")}
            <a href=format!("/customers/{owner}")>"Open that customer"</a>
        </p>
    }
}
