//! Statuses: what a workspace calls the places where a ticket stands.

use crate::page_table::{self, PageInfo};
use crate::server_page::PageRequest;
use crate::server_page::form::{FormData, FormState};
use crate::server_page::page::{ServerPage, action_button, page_error};
use crate::ui::field::{Field, FormError};
use crate::ui::icon::Icon;
use crate::ui::pill::StatusPill;
use leptos::prelude::*;
use rapport_domain::ticket::{StatusCategory, StatusLabel};
use rapport_domain::{AppError, limits};
use rapport_services::Result;
use rapport_services::labels::{self, Edit};

pub struct Statuses;

impl ServerPage for Statuses {
    const PAGE: PageInfo = page_table::STATUSES;
    const ABOUT: &'static str = "Your own words for where a ticket stands. The group decides what a status does: open is ours to do, waiting is the customer's turn, closed counts as done. Tickets are also New until somebody answers, and Snoozed until their time comes.";
    const FLASHES: &'static [(&'static str, &'static str)] = &[
        ("created", "Status added"),
        ("saved", "Status saved"),
        ("archived", "Status archived; tickets that have it keep it"),
        ("restored", "Status restored"),
    ];
    type Data = Vec<StatusLabel>;

    async fn load(request: &PageRequest) -> Result<Vec<StatusLabel>> {
        labels::list(&request.ctx).await
    }

    async fn act(request: &PageRequest, form: &FormData) -> Result<&'static str> {
        let ctx = &request.ctx;
        if form.text("do") == "create" {
            labels::create(ctx, form.parse("category")?, form.text("name")).await?;
            return Ok("created");
        }
        let (edit, said) = match form.text("do") {
            "rename" => (Edit::Rename(form.text("name").into()), "saved"),
            "up" => (Edit::Up, "saved"),
            "default" => (Edit::Default, "saved"),
            "archive" => (Edit::Archive, "archived"),
            "restore" => (Edit::Restore, "restored"),
            _ => return Err(AppError::NotFound),
        };
        labels::edit(ctx, form.parse("id")?, edit).await?;
        Ok(said)
    }

    fn view(all: Vec<StatusLabel>, request: &PageRequest, state: &FormState) -> AnyView {
        let wanted = request.query("edit").unwrap_or_default();
        let form = all.iter().find(|l| l.id.to_string() == wanted).map(|l| rename(l, state));
        let groups = StatusCategory::ALL.iter().map(|category| group(*category, &all));
        let archived: Vec<_> = all.iter().filter(|l| l.archived).map(|l| row(l, false)).collect();
        view! {
            {page_error(state, &["up", "default", "archive", "restore"])}
            {create(&state.of("create"))}
            {form}
            {groups.collect_view()}
            {(!archived.is_empty()).then(|| view! {
                <details class="archived">
                    <summary class="hint">{format!("{} archived", archived.len())}</summary>
                    <ul class="field-list">{archived}</ul>
                </details>
            })}
        }
        .into_any()
    }
}

fn create(state: &FormState) -> impl IntoView + use<> {
    let category = state.value("category", StatusCategory::Open.as_str());
    let groups = StatusCategory::ALL.iter().map(
        |c| view! { <option value=c.as_str() selected=c.as_str() == category>{c.label()}</option> },
    );
    view! {
        <form class="form config-form" method="post" action=Statuses::PAGE.path aria-label="New status">
            <FormError message=state.general(&["name"]) />
            <input type="hidden" name="do" value="create" />
            <div class="pair">
                <Field name="name" label="New status" required=true maxlength=limits::LABEL_CHARS value=state.value("name", "") hint="Such as Waiting for engineering." error=state.error("name") />
                <label class="field-row">
                    <span class="field-label">"Group"</span>
                    <select name="category">{groups.collect_view()}</select>
                </label>
            </div>
            <div class="form-actions"><button class="btn primary" type="submit"><Icon name="plus" />"Add status"</button></div>
        </form>
    }
}

fn rename(label: &StatusLabel, state: &FormState) -> impl IntoView + use<> {
    let (path, id, state) = (Statuses::PAGE.path, label.id.to_string(), state.of("rename"));
    view! {
        <form class="form config-form" method="post" action=format!("{path}?edit={id}") aria-label=format!("Rename {}", label.name)>
            <FormError message=state.general(&["rename"]) />
            <input type="hidden" name="do" value="rename" />
            <input type="hidden" name="id" value=id.clone() />
            <label class="field-row">
                <span class="field-label">"Name"</span>
                <input name="name" required maxlength=limits::LABEL_CHARS value=state.value("name", label.name.clone()) />
            </label>
            <div class="form-actions">
                <button class="btn primary" type="submit">"Rename"</button>
                <a class="btn quiet" href=path>"Cancel"</a>
            </div>
        </form>
    }
}

fn group(category: StatusCategory, all: &[StatusLabel]) -> impl IntoView + use<> {
    let ours = all.iter().filter(|l| l.category == category && !l.archived);
    let rows: Vec<_> = ours.enumerate().map(|(n, label)| row(label, n > 0)).collect();
    view! {
        <section class="field-section" aria-label=format!("{} statuses", category.label())>
            <h2>{category.label()}</h2>
            <ul class="field-list">{rows}</ul>
        </section>
    }
}

/// `up` says that something stands above it.
fn row(label: &StatusLabel, up: bool) -> AnyView {
    let (id, name) = (label.id.to_string(), label.name.clone());
    let button = |action, verb| action_button(Statuses::PAGE.path, action, verb, &id, &name);
    let actions = if label.archived {
        button("restore", "Restore")
    } else {
        let edit = format!("{}?edit={id}", Statuses::PAGE.path);
        view! {
            {up.then(|| button("up", "Move up"))}
            {(!label.is_default).then(|| button("default", "Make default"))}
            <a class="btn quiet" href=edit aria-label=format!("Rename: {name}")>"Rename"</a>
            {(!label.is_default).then(|| button("archive", "Archive"))}
        }
        .into_any()
    };
    view! {
        <li class="config-line">
            <span class="field-name">
                <StatusPill status=label.category.status() text=name.clone() />
                {label.is_default.then(|| view! { <span class="tag">"Default"</span> })}
            </span>
            <span></span>
            <span class="config-actions">{actions}</span>
        </li>
    }
    .into_any()
}
