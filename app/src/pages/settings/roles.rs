//! Roles of the workspace's own, made of permissions.

use crate::page_table::{self, PageInfo};
use crate::server_page::PageRequest;
use crate::server_page::form::{FormData, FormState};
use crate::server_page::page::{ServerPage, asking_button, page_error};
use crate::ui::field::{Field, FieldHelp, FormError};
use crate::ui::icon::Icon;
use leptos::prelude::*;
use rapport_domain::own_role::{OwnRole, RoleInput};
use rapport_domain::permission::Permission;
use rapport_domain::{AppError, Role, limits};
use rapport_services::{Result, roles};

pub struct Roles;

impl ServerPage for Roles {
    const PAGE: PageInfo = page_table::ROLES;
    const ABOUT: &'static str = "What people may do. Three roles are always there; beside them you make your own. They are given under People.";
    const FLASHES: &'static [(&'static str, &'static str)] =
        &[("created", "Role created"), ("changed", "Role changed"), ("removed", "Role removed")];
    type Data = Vec<OwnRole>;

    async fn load(request: &PageRequest) -> Result<Vec<OwnRole>> {
        roles::list(&request.ctx).await
    }

    async fn act(request: &PageRequest, form: &FormData) -> Result<&'static str> {
        let ctx = &request.ctx;
        match form.text("do") {
            "create" => roles::create(ctx, input(form)?).await.map(|_| "created"),
            "change" => {
                roles::change(ctx, form.parse("id")?, input(form)?).await.map(|()| "changed")
            }
            "remove" => roles::remove(ctx, form.parse("id")?).await.map(|()| "removed"),
            _ => Err(AppError::NotFound),
        }
    }

    fn view(own: Vec<OwnRole>, request: &PageRequest, state: &FormState) -> AnyView {
        let path = Self::PAGE.path;
        let new = request.query("new").is_some().then(|| form(None, &state.of("create")));
        let edited = request.query("edit").and_then(|wanted| {
            let role = own.iter().find(|role| role.id.to_string() == wanted)?;
            Some(form(Some(role), &state.of("change")))
        });
        let built_in = Role::ALL.map(|role| {
            view! {
                <li class="config-line"><span class="field-name"><strong>{role.label()}</strong></span><span class="hint">{role.about()}</span></li>
            }
        });
        let rows = own.iter().map(row).collect_view();
        view! {
            {page_error(state, &["remove"])}
            <p class="config-actions">
                <a class="btn primary" href=format!("{path}?new=1")><Icon name="plus" />"New role"</a>
            </p>
            {new}
            {edited}
            <ul class="field-list">{built_in.collect_view()}{rows}</ul>
        }
        .into_any()
    }
}

fn input(form: &FormData) -> Result<RoleInput> {
    let permission = |word: &str| {
        word.parse::<Permission>()
            .map_err(|_| AppError::invalid("permissions", "There is no such permission."))
    };
    let permissions = form.all("permission").map(permission).collect::<Result<_>>()?;
    Ok(RoleInput { name: form.text("name").into(), permissions })
}

fn row(role: &OwnRole) -> AnyView {
    let (id, path) = (role.id.to_string(), Roles::PAGE.path);
    let people = match role.people {
        0 => "Nobody has it".to_string(),
        1 => "One person".to_string(),
        n => format!("{n} people"),
    };
    let may = role.permissions.iter().map(|p| p.as_str()).collect::<Vec<_>>().join(", ");
    let remove = (role.people == 0).then(|| {
        let warning = "It can be made again, with the same permissions.".to_string();
        asking_button(path, "remove", "Remove", &id, &role.name, warning)
    });
    view! {
        <li class="config-line">
            <span class="field-name"><strong>{role.name.clone()}</strong><span class="tag">"Own"</span></span>
            <span class="hint">{people}</span>
            <span class="config-actions">
                <a class="btn quiet" href=format!("{path}?edit={id}") aria-label=format!("Edit: {}", role.name)>"Edit"</a>
                {remove}
            </span>
            <span class="hint line-more">{may}</span>
        </li>
    }
    .into_any()
}

fn form(role: Option<&OwnRole>, state: &FormState) -> AnyView {
    let path = Roles::PAGE.path;
    let (action, label, address, save) = match role {
        None => ("create", "New role".to_string(), format!("{path}?new=1"), "Create role"),
        Some(role) => {
            let address = format!("{path}?edit={}", role.id);
            ("change", format!("Edit {}", role.name), address, "Save role")
        }
    };
    // What everybody may is no question.
    let asked = Permission::ALL.iter().filter(|p| **p != Permission::WorkspaceRead);
    let boxes = asked.map(|permission| {
        let word = permission.as_str();
        let has = role.is_some_and(|role| role.permissions.contains(*permission));
        view! {
            <label class="check scope">
                <input type="checkbox" name="permission" value=word checked=state.has("permission", word, has) />
                <span>{permission.label()}<code>{word}</code></span>
            </label>
        }
    });
    let name = state.value("name", role.map(|r| r.name.clone()).unwrap_or_default());
    view! {
        <form class="form config-form" method="post" action=address aria-label=label>
            <FormError message=state.general(&["name", "permissions"]) />
            <input type="hidden" name="do" value=action />
            {role.map(|role| view! { <input type="hidden" name="id" value=role.id.to_string() /> })}
            <Field name="name" label="Name" required=true maxlength=limits::LABEL_CHARS value=name error=state.error("name") />
            <fieldset class="checks">
                <legend>"What it may do"</legend>
                {boxes.collect_view()}
                <FieldHelp id="permissions-help".into() hint="Anyone who may change something may also read it." error=state.error("permissions") />
            </fieldset>
            <div class="form-actions">
                <button class="btn primary" type="submit">{save}</button>
                <a class="btn quiet" href=path>"Cancel"</a>
            </div>
        </form>
    }
    .into_any()
}
