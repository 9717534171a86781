//! The part of My account that colleagues see: name and picture.

use super::account::Account;
use crate::server_page::PageRequest;
use crate::server_page::form::FormState;
use crate::server_page::page::{ServerPage, action_button};
use crate::ui::avatar::Avatar;
use crate::ui::field::{Field, FormError};
use leptos::prelude::*;
use rapport_domain::limits;
use rapport_domain::message::PICTURES;
use rapport_domain::own_account::PictureRefusal;

/// Name and picture. Why a picture was refused stands in the address: its form has a route of its own.
pub fn section(request: &PageRequest, state: &FormState) -> AnyView {
    let viewer = &request.viewer;
    let refusal = request.query("picture").and_then(|word| word.parse::<PictureRefusal>().ok());
    let remove = viewer.picture.map(|_| {
        action_button(Account::PAGE.path, "no-picture", "Remove picture", "", &viewer.name)
    });
    view! {
        <section class="field-section me" aria-label="You">
            <div class="me-picture">
                <Avatar name=viewer.name.clone() of=Some(viewer.user) large=true />
                <form class="form" method="post" enctype="multipart/form-data" action="/settings/account/picture" aria-label="Picture">
                    <FormError message=refusal.map(|r| r.label().to_string()) />
                    <label class="field-row">
                        <span class="field-label">"Picture"</span>
                        <input type="file" name="picture" accept=PICTURES.join(",") required=true />
                        <span class="field-help">"Your colleagues see the square in its middle beside your name. Up to 10 MB."</span>
                    </label>
                    <div class="form-actions"><button class="btn" type="submit">"Use this picture"</button></div>
                </form>
                {remove}
            </div>
            <form class="form config-form" method="post" action=Account::PAGE.path aria-label="Name">
                <FormError message=state.general(&["name"]) />
                <input type="hidden" name="do" value="name" />
                <Field name="name" label="Name" autocomplete="name" required=true maxlength=limits::NAME_CHARS value=state.value("name", viewer.name.clone()) hint="Customers read it in your answers." error=state.error("name") />
                <div class="form-actions"><button class="btn primary" type="submit">"Save name"</button></div>
            </form>
        </section>
    }
    .into_any()
}
