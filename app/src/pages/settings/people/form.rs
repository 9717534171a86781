//! Inviting people, and giving somebody another role.

use super::PeoplePage;
use crate::server_page::form::FormState;
use crate::server_page::page::ServerPage;
use crate::ui::field::{FieldHelp, FormError};
use crate::ui::textarea::TextArea;
use leptos::prelude::*;
use rapport_domain::own_role::OwnRole;
use rapport_domain::people::PersonRow;
use rapport_domain::{Permission, Role};

/// Whom to invite, and as what.
pub fn invite(can_mail: bool, own: &[OwnRole], state: &FormState) -> AnyView {
    let path = PeoplePage::PAGE.path;
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
            {roles(&state.value("role", Role::Agent.as_str()), own, state)}
            <div class="form-actions">
                <button class="btn primary" type="submit">"Invite"</button>
                <a class="btn quiet" href=path>"Cancel"</a>
            </div>
        </form>
    }
    .into_any()
}

/// The role of one person.
pub fn role(person: &PersonRow, own: &[OwnRole], state: &FormState) -> AnyView {
    let (path, id) = (PeoplePage::PAGE.path, person.id.to_string());
    let now = person.own_role.as_ref().map(|(id, _)| id.to_string());
    let now = now.unwrap_or_else(|| person.role.as_str().to_string());
    let chosen = state.value("role", now);
    let label = format!("Role of {}", person.name);
    let heading = label.clone();
    view! {
        <form class="form config-form" method="post" action=format!("{path}?edit={id}") aria-label=label>
            <FormError message=state.general(&["role"]) />
            <input type="hidden" name="do" value="role" />
            <input type="hidden" name="id" value=id.clone() />
            <h3>{heading}</h3>
            {roles(&chosen, own, state)}
            <div class="form-actions">
                <button class="btn primary" type="submit">"Save role"</button>
                <a class="btn quiet" href=path>"Cancel"</a>
            </div>
        </form>
    }
    .into_any()
}

/// Asks once more before somebody is deactivated, and who gets their open tickets.
pub fn deactivate(person: &PersonRow, all: &[PersonRow]) -> AnyView {
    let (name, id) = (person.name.clone(), person.id.to_string());
    let able = |other: &&PersonRow| {
        other.id != person.id
            && other.disabled_at.is_none()
            && other.role.permissions().contains(Permission::TicketsWrite)
    };
    let others = all.iter().filter(able).map(|other| {
        view! { <option value=other.id.to_string()>{other.name.clone()}</option> }
    });
    view! {
        <details class="menu">
            <summary class="btn quiet" aria-label=format!("Deactivate: {name}")>"Deactivate"</summary>
            <form class="menu-items" method="post" action=PeoplePage::PAGE.path>
                <input type="hidden" name="do" value="deactivate" />
                <input type="hidden" name="id" value=id />
                <p class="menu-head">{format!("{name} is logged out everywhere within a second.")}</p>
                <label class="menu-field">
                    <span>"Their open tickets go to"</span>
                    <select class="input" name="hand_over">
                        <option value="nobody">"nobody: anyone can take them"</option>
                        {others.collect_view()}
                        <option value="keep">{format!("{name}, as they are")}</option>
                    </select>
                </label>
                <button type="submit">"Deactivate now"</button>
            </form>
        </details>
    }
    .into_any()
}

fn roles(chosen: &str, own: &[OwnRole], state: &FormState) -> AnyView {
    let owns = own.iter().map(|role| {
        let word = role.id.to_string();
        let may = role.permissions.iter().map(|p| p.as_str()).collect::<Vec<_>>().join(", ");
        view! {
            <label class="check scope">
                <input type="radio" name="role" value=word.clone() checked=word == chosen />
                <span>{role.name.clone()}<span class="hint">{may}</span></span>
            </label>
        }
    });
    let owns = owns.collect_view();
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
            {owns}
            <FieldHelp id="role-help".into() hint="" error=state.error("role") />
        </fieldset>
    }
    .into_any()
}
