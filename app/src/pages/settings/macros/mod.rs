//! Macros: texts that agents put into messages, and what happens to the ticket with them. Shared
//! ones are the admins' to change; everybody who writes may have their own.

mod form;

use crate::config_frame::Config;
use crate::frame::{Frame, Section};
use crate::page_table::{self, PageInfo};
use crate::server_page::PageRequest;
use crate::server_page::form::{FormData, FormState};
use crate::server_page::page::{ServerPage, page_error};
use crate::session::use_viewer;
use crate::ui::icon::Icon;
use leptos::prelude::*;
use rapport_domain::macros::{FilledMacro, Macro};
use rapport_domain::ticket::Assignable;
use rapport_domain::{AppError, Permission, markdown, text};
use rapport_services::{Result, macros, tickets};

/// Characters of a macro that the list shows.
const EXCERPT_CHARS: usize = 120;

pub struct Macros;

pub struct Shown {
    all: Vec<Macro>,
    assignable: Assignable,
    /// What the form that is open would make of a ticket, by its number.
    preview: Option<(i64, FilledMacro)>,
    /// Why there is none.
    no_preview: Option<AppError>,
}

impl ServerPage for Macros {
    const PAGE: PageInfo = page_table::MACROS;
    const ABOUT: &'static str = "Texts and changes that agents apply with / in a message, or with the Macros button. Variables are filled in from the ticket.";
    const FLASHES: &'static [(&'static str, &'static str)] =
        &[("created", "Macro created"), ("saved", "Macro saved"), ("removed", "Macro removed")];
    type Data = Shown;

    async fn load(request: &PageRequest) -> Result<Shown> {
        Self::load_for(request, &FormState::default()).await
    }

    async fn load_for(request: &PageRequest, state: &FormState) -> Result<Shown> {
        let all = macros::list(&request.ctx).await?;
        let assignable = tickets::people_and_teams(&request.ctx).await?;
        let open = match (&state.0, request.query("edit")) {
            (Some((form, _)), _) => form::read(form).ok(),
            (None, Some(id)) => all.iter().find(|m| m.id.to_string() == id).map(form::stored),
            (None, None) => None,
        };
        let number = state.0.as_ref().and_then(|(form, _)| form::ticket(form));
        let mut shown = Shown { all, assignable, preview: None, no_preview: None };
        if let Some(new) = open {
            match macros::preview(&request.ctx, new, number).await {
                Ok(preview) => shown.preview = preview,
                Err(error) => shown.no_preview = Some(error),
            }
        }
        Ok(shown)
    }

    async fn act(request: &PageRequest, form: &FormData) -> Result<&'static str> {
        match form.text("do") {
            "create" => {
                macros::create(&request.ctx, form::read(form)?).await?;
                Ok("created")
            }
            "edit" => {
                let (id, version) = (form.parse("id")?, form.parse("version")?);
                macros::update(&request.ctx, id, version, form::read(form)?).await?;
                Ok("saved")
            }
            "remove" => {
                macros::delete(&request.ctx, form.parse("id")?, form.text("own") == "yes").await?;
                Ok("removed")
            }
            _ => Err(AppError::NotFound),
        }
    }

    fn view(shown: Shown, request: &PageRequest, state: &FormState) -> AnyView {
        let admin = request.viewer.may(Permission::SettingsWrite);
        let may_change = move |m: &Macro| m.own || admin;
        let form = match request.query("edit") {
            Some("new") => Some(form::form(None, &shown, admin, &state.of("create"))),
            Some(id) => {
                let found = shown.all.iter().find(|m| m.id.to_string() == id && may_change(m));
                found.map(|m| form::form(Some(m), &shown, admin, &state.of("edit")))
            }
            None => None,
        };
        let rows = if shown.all.is_empty() {
            view! { <p class="hint">"No macros yet. A greeting or the answer to what everybody asks is a good first one."</p> }.into_any()
        } else {
            let folders = shown.all.chunk_by(|a, b| a.folder.eq_ignore_ascii_case(&b.folder));
            let folder = |all: &[Macro]| {
                let name = all.first().map(|m| m.folder.clone()).filter(|f| !f.is_empty());
                view! {
                    {name.map(|name| view! { <h2 class="folder">{name}</h2> })}
                    <ul class="field-list">{all.iter().map(|m| row(m, may_change(m))).collect_view()}</ul>
                }
            };
            folders.map(folder).collect_view().into_any()
        };
        view! {
            {page_error(state, &["remove"])}
            <p><a class="btn primary" href=format!("{}?edit=new", Self::PAGE.path)><Icon name="plus" />"New macro"</a></p>
            {form}
            {rows}
        }
        .into_any()
    }

    fn frame(content: AnyView) -> AnyView {
        if use_viewer().is_some_and(|v| v.may(Permission::SettingsWrite)) {
            return view! { <Config title=Self::PAGE.title about=Self::ABOUT>{content}</Config> }
                .into_any();
        }
        view! {
            <Frame section=Section::Account crumbs=move || view! { <strong>{Self::PAGE.title}</strong> }>
                <div class="config-page">
                    <header>
                        <h1>{Self::PAGE.title}</h1>
                        <p class="hint">{Self::ABOUT}</p>
                    </header>
                    {content}
                </div>
            </Frame>
        }
        .into_any()
    }
}

fn row(m: &Macro, may_change: bool) -> AnyView {
    let (id, name) = (m.id.to_string(), m.name.clone());
    let start = match m.body.trim() {
        "" => "No text".to_string(),
        body => text::excerpt(&markdown::plain(body), EXCERPT_CHARS),
    };
    let does = match m.effects.len() {
        0 => None,
        1 => Some("1 change".to_string()),
        n => Some(format!("{n} changes")),
    };
    let edit = format!("{}?edit={id}", Macros::PAGE.path);
    let own = if m.own { "yes" } else { "no" };
    view! {
        <li class="field-line">
            <Icon name=if m.effects.is_empty() { "text-quote" } else { "zap" } />
            <span class="field-name">
                <strong>{name.clone()}</strong>
                <span class="hint clip">{start}</span>
            </span>
            // The column is there also when nothing stands in it.
            <span class="field-pills">
                {does.map(|does| view! { <span class="pill plain">{does}</span> })}
                {m.own.then(|| view! { <span class="pill plain">"Only you"</span> })}
            </span>
            {may_change.then(|| view! {
                <details class="menu">
                    <summary class="btn quiet" aria-label=format!("Remove {name}")>"Remove"</summary>
                    <form class="menu-items" method="post" action=Macros::PAGE.path>
                        <input type="hidden" name="do" value="remove" />
                        <input type="hidden" name="id" value=id />
                        <input type="hidden" name="own" value=own />
                        <p class="menu-head">"Messages written with it keep their text."</p>
                        <button type="submit"><Icon name="trash-2" />{format!("Remove {name}")}</button>
                    </form>
                </details>
                <a class="icon-btn" title="Edit" href=edit aria-label=format!("Edit {name}")><Icon name="pencil" /></a>
            })}
        </li>
    }
    .into_any()
}
