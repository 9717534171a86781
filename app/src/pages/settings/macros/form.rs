//! The form of one macro, with what it would make of a ticket beside it.

use super::{Macros, Shown};
use crate::server_page::form::{FormData, FormState};
use crate::server_page::page::ServerPage;
use crate::ui::field::{Field, FieldHelp, FormError};
use crate::ui::markdown::Markdown;
use crate::ui::textarea::TextArea;
use leptos::prelude::*;
use rapport_domain::macros::{Macro, NewMacro, Variable};
use rapport_domain::message::{Effect as TicketEffect, MessageMode, StatusChoice};
use rapport_domain::ticket::{Assignable, Priority};
use rapport_domain::{AppError, limits};

/// The fields that show their own error.
const FIELDS: [&str; 4] = ["name", "folder", "body", "effects"];

/// The macro as the form says it.
pub fn read(form: &FormData) -> Result<NewMacro, AppError> {
    let tags = |name: &str, verb: fn(String) -> TicketEffect| {
        let words = form.text(name).split(',').map(str::trim).filter(|t| !t.is_empty());
        words.map(|tag| verb(tag.to_string())).collect::<Vec<_>>()
    };
    let mut effects = tags("add_tags", TicketEffect::Tag);
    effects.extend(tags("remove_tags", TicketEffect::Untag));
    for name in ["status", "assignee", "team", "priority"] {
        if let Some(chosen) = form.filled(name) {
            effects.push(chosen.parse()?);
        }
    }
    // A tag that is too long is refused as any other would be.
    for effect in &effects {
        effect.to_string().parse::<TicketEffect>()?;
    }
    Ok(NewMacro {
        name: form.text("name").into(),
        folder: form.text("folder").into(),
        body: form.text("body").into(),
        mode: form.filled("mode").map(|_| form.parse("mode")).transpose()?,
        effects,
        own: form.text("own") == "yes",
    })
}

/// The same of one that is kept.
pub fn stored(m: &Macro) -> NewMacro {
    let Macro { name, folder, body, mode, effects, own, .. } = m.clone();
    NewMacro { name, folder, body, mode, effects, own }
}

/// The ticket that the preview is of.
pub fn ticket(form: &FormData) -> Option<i64> {
    form.text("ticket").trim().trim_start_matches('#').parse().ok()
}

/// The form for a new macro, or one that there is.
pub fn form(m: Option<&Macro>, shown: &Shown, admin: bool, state: &FormState) -> AnyView {
    let path = Macros::PAGE.path;
    let id = m.map(|m| m.id.to_string());
    let kept = m.map(stored).unwrap_or_else(|| NewMacro { own: !admin, ..NewMacro::default() });
    let (verb, title, save) = match m {
        Some(m) => ("edit", format!("Edit {}", m.name), "Save macro"),
        None => ("create", "New macro".to_string(), "Create macro"),
    };
    let action = format!("{path}?edit={}", id.as_deref().unwrap_or("new"));
    let own = if kept.own { "yes" } else { "no" };
    // Whose it is stays: another's macro never vanishes into somebody's own.
    let whose = if m.is_none() && admin {
        let chosen = state.value("own", own);
        view! {
            <label class="field-row">
                <span class="field-label">"For"</span>
                <select name="own">
                    <option value="no" selected=chosen != "yes">"Everybody"</option>
                    <option value="yes" selected=chosen == "yes">"Only me"</option>
                </select>
                <span class="field-help"></span>
            </label>
        }
        .into_any()
    } else {
        view! { <input type="hidden" name="own" value=own /> }.into_any()
    };
    let mode = state.value("mode", kept.mode.map(MessageMode::as_str).unwrap_or_default());
    let modes = MessageMode::ALL.iter().map(|m| {
        view! { <option value=m.as_str() selected=m.as_str() == mode>{m.label()}</option> }
    });
    let variables = Variable::ALL.iter().map(|v| {
        view! { <li><code>{format!("{{{{{}}}}}", v.as_str())}</code> " " {v.label()}</li> }
    });
    let number = shown.preview.as_ref().map(|(n, _)| n.to_string()).unwrap_or_default();
    view! {
        // `plain.js` asks for the preview while somebody types.
        <form class="form config-form" method="post" action=action aria-label=title data-looks="">
            <FormError message=state.general(&FIELDS) />
            <input type="hidden" name="do" value=verb />
            {m.map(|m| view! { <input type="hidden" name="version" value=m.version /> })}
            {id.map(|id| view! { <input type="hidden" name="id" value=id /> })}
            <div class="pair">
                <Field name="name" label="Name" required=true maxlength=limits::NAME_CHARS value=state.value("name", kept.name.clone()) hint="What agents type behind the /." error=state.error("name") />
                <Field name="folder" label="Folder" maxlength=limits::NAME_CHARS value=state.value("folder", kept.folder.clone()) error=state.error("folder") />
            </div>
            <label class="field-row">
                <span class="field-label">"Text"</span>
                <TextArea name="body" label="Text" rows=8 maxlength=limits::MACRO_BODY_CHARS value=state.value("body", kept.body.clone()) />
                <FieldHelp id="body-help".into() hint="Markdown: **bold**, *italic*, - lists, [links](https://…). {{customer.first_name|there}} says “there” when the name is not known." error=state.error("body") />
            </label>
            <details class="archived">
                <summary class="hint">"Variables"</summary>
                <ul class="variables">
                    {variables.collect_view()}
                    <li><code>"{{customer.fields.…}}"</code> " A custom field by its key; also account.fields and ticket.fields"</li>
                </ul>
            </details>
            <div class="pair">
                {whose}
                <label class="field-row">
                    <span class="field-label">"Writes"</span>
                    <select name="mode"><option value="">"Reply or note"</option>{modes.collect_view()}</select>
                    <span class="field-help"></span>
                </label>
            </div>
            {actions(&kept.effects, &shown.assignable, state)}
            <div class="form-actions">
                <button class="btn primary" type="submit">{save}</button>
                <a class="btn quiet" href=path>"Cancel"</a>
                <label class="preview-of">"Preview with ticket " <input class="input" name="ticket" inputmode="numeric" value=number maxlength=20 aria-label="Number of the ticket to preview with" /></label>
                <button class="btn" type="submit" name="look" value="1">"Preview"</button>
            </div>
            {preview(shown)}
        </form>
    }
    .into_any()
}

/// What happens to the ticket.
fn actions(effects: &[TicketEffect], assignable: &Assignable, state: &FormState) -> AnyView {
    let tags = |wanted: fn(&TicketEffect) -> Option<&String>| {
        effects.iter().filter_map(wanted).cloned().collect::<Vec<_>>().join(", ")
    };
    let added = tags(|e| if let TicketEffect::Tag(tag) = e { Some(tag) } else { None });
    let removed = tags(|e| if let TicketEffect::Untag(tag) = e { Some(tag) } else { None });
    let labels = assignable
        .labels
        .iter()
        .map(|l| (TicketEffect::Status(StatusChoice::Label(l.id)), l.name.clone()));
    let people =
        assignable.people.iter().map(|p| (TicketEffect::Assign(Some(p.id)), p.name.clone()));
    let people = [
        (TicketEffect::AssignMe, "The person who applies it".into()),
        (TicketEffect::Assign(None), "Nobody".into()),
    ]
    .into_iter()
    .chain(people);
    let teams = assignable.teams.iter().map(|t| (TicketEffect::Team(Some(t.id)), t.name.clone()));
    let teams = [(TicketEffect::Team(None), "No team".into())].into_iter().chain(teams);
    let priorities = Priority::ALL.iter().map(|p| (TicketEffect::Priority(*p), p.label().into()));
    view! {
        <fieldset>
            <legend>"Changes the ticket"</legend>
            <div class="pair">
                <Field name="add_tags" label="Add tags" value=state.value("add_tags", added) hint="Separated by commas." error=state.error("effects") />
                <Field name="remove_tags" label="Remove tags" value=state.value("remove_tags", removed) />
            </div>
            <div class="pair">
                {choose("status", "Status", effects, labels.collect(), state)}
                {choose("priority", "Priority", effects, priorities.collect(), state)}
            </div>
            <div class="pair">
                {choose("assignee", "Assignee", effects, people.collect(), state)}
                {choose("team", "Team", effects, teams.collect(), state)}
            </div>
        </fieldset>
    }
    .into_any()
}

fn choose(
    name: &'static str,
    label: &'static str,
    effects: &[TicketEffect],
    mut choices: Vec<(TicketEffect, String)>,
    state: &FormState,
) -> AnyView {
    let prefix = format!("{name}:");
    let kept = effects.iter().find(|e| e.to_string().starts_with(&prefix));
    let chosen = state.value(name, kept.map(ToString::to_string).unwrap_or_default());
    // What is archived since, or one of the statuses that every workspace has.
    if let Some(kept) = kept.filter(|kept| choices.iter().all(|(c, _)| c != *kept)) {
        let name = match kept {
            TicketEffect::Status(StatusChoice::Status(status)) => status.label().to_string(),
            _ => "What was chosen before".to_string(),
        };
        choices.insert(0, (kept.clone(), name));
    }
    let options = choices.into_iter().map(|(verb, label)| {
        let value = verb.to_string();
        view! { <option value=value.clone() selected=value == chosen>{label}</option> }
    });
    view! {
        <label class="field-row">
            <span class="field-label">{label}</span>
            <select name=name>
                <option value="">"As it is"</option>
                {options.collect_view()}
            </select>
            <span class="field-help"></span>
        </label>
    }
    .into_any()
}

fn preview(shown: &Shown) -> AnyView {
    let content = match (&shown.preview, &shown.no_preview) {
        (Some((number, filled)), _) => {
            let problems = filled
                .problems
                .iter()
                .map(|p| view! { <li class="field-help error">{p.clone()}</li> });
            let chips =
                filled.effects.iter().map(|e| view! { <li class="tag">{e.label.clone()}</li> });
            view! {
                <p class="hint">{format!("In ticket #{number}")}</p>
                <Markdown text=filled.body.clone() />
                <ul class="effects">{chips.collect_view()}</ul>
                <ul class="problems">{problems.collect_view()}</ul>
            }
            .into_any()
        }
        (None, Some(AppError::NotFound)) => {
            view! { <p class="field-help error">"There is no ticket with this number."</p> }
                .into_any()
        }
        (None, Some(error)) => {
            view! { <p class="field-help error">{error.to_string()}</p> }.into_any()
        }
        (None, None) => {
            view! { <p class="hint">"Shows what it would do to a ticket."</p> }.into_any()
        }
    };
    view! { <section class="macro-preview" id="preview" aria-label="Preview">{content}</section> }
        .into_any()
}
