//! Inviting people, and giving somebody another role.

use super::PeoplePage;
use crate::server_page::form::FormState;
use crate::settings::page::ServerPage;
use crate::ui::field::{FieldHelp, FormError};
use crate::ui::textarea::TextArea;
use leptos::prelude::*;
use rapport_domain::Role;
use rapport_domain::people::PersonRow;

/// Whom to invite, and as what.
pub fn invite(can_mail: bool, state: &FormState) -> AnyView {
    let path = PeoplePage::PATH;
    let how = if can_mail {
        "Each gets a mail with a link that works for seven days."
    } else {
        "No mailbox can send yet: you get a link for each to pass on."
    };
    view! {
        <form class="form config-form" method="post" action=format!("{path}?new=1") aria-label="Invite people">
            <FormError message=state.general(&["emails", "role"]) />
            <input type="hidden" name="do" value="invite" />
            <label class="field-row">
                <span class="field-label">"E-mail addresses"</span>
                <TextArea name="emails" label="E-mail addresses" rows=3 required=true placeholder="kim@acme.example, lee@acme.example" value=state.value("emails", "") />
                <FieldHelp id="emails-help".into() hint=how error=state.error("emails") />
            </label>
            {roles(&state.value("role", Role::Agent.as_str()), state)}
            <div class="form-actions">
                <button class="btn primary" type="submit">"Invite"</button>
                <a class="btn quiet" href=path>"Cancel"</a>
            </div>
        </form>
    }
    .into_any()
}

/// The role of one person.
pub fn role(person: &PersonRow, state: &FormState) -> AnyView {
    let (path, id) = (PeoplePage::PATH, person.id.to_string());
    let label = format!("Role of {}", person.name);
    let heading = label.clone();
    view! {
        <form class="form config-form" method="post" action=format!("{path}?edit={id}") aria-label=label>
            <FormError message=state.general(&["role"]) />
            <input type="hidden" name="do" value="role" />
            <input type="hidden" name="id" value=id.clone() />
            <h3>{heading}</h3>
            {roles(&state.value("role", person.role.as_str()), state)}
            <div class="form-actions">
                <button class="btn primary" type="submit">"Save role"</button>
                <a class="btn quiet" href=path>"Cancel"</a>
            </div>
        </form>
    }
    .into_any()
}

fn roles(chosen: &str, state: &FormState) -> AnyView {
    let choices = Role::ALL.map(|role| {
        let word = role.as_str();
        view! {
            <label class="check scope">
                <input type="radio" name="role" value=word checked=word == chosen />
                <span>{role.label()}<span class="hint">{role.about()}</span></span>
            </label>
        }
    });
    view! {
        <fieldset class="roles">
            <legend>"Role"</legend>
            {choices.collect_view()}
            <FieldHelp id="role-help".into() hint="" error=state.error("role") />
        </fieldset>
    }
    .into_any()
}
