//! The reader's own views: renamed, shared, put in order, deleted.

use crate::frame::{Frame, Section};
use crate::page_table::{self, PageInfo};
use crate::server_page::PageRequest;
use crate::server_page::form::{FormData, FormState};
use crate::server_page::page::{ServerPage, action_button, page_error};
use crate::ui::empty::Empty;
use leptos::prelude::*;
use rapport_domain::ticket::SavedView;
use rapport_domain::{AppError, limits};
use rapport_services::{Result, tickets};

pub struct SavedViews;

impl ServerPage for SavedViews {
    const PAGE: PageInfo = page_table::SAVED_VIEWS;
    const ABOUT: &'static str =
        "Inbox views that you saved. Shared ones appear beside everybody's inbox and remain yours.";
    const FLASHES: &'static [(&'static str, &'static str)] =
        &[("saved", "View saved"), ("moved", "View moved"), ("removed", "View deleted")];
    type Data = Vec<SavedView>;

    async fn load(request: &PageRequest) -> Result<Vec<SavedView>> {
        let mut all = tickets::saved_views(&request.ctx).await?;
        all.retain(|view| view.own);
        Ok(all)
    }

    async fn act(request: &PageRequest, form: &FormData) -> Result<&'static str> {
        let id = form.parse("id")?;
        match form.text("do") {
            "save" => {
                let (name, shared) = (form.text("name"), form.ticked("shared"));
                tickets::update_view(&request.ctx, id, name, shared).await?;
                Ok("saved")
            }
            action @ ("up" | "down") => {
                tickets::move_view(&request.ctx, id, action == "up").await?;
                Ok("moved")
            }
            "remove" => {
                tickets::delete_view(&request.ctx, id).await?;
                Ok("removed")
            }
            _ => Err(AppError::NotFound),
        }
    }

    fn frame(content: AnyView) -> AnyView {
        view! {
            <Frame section=Section::Inbox crumbs=|| view! {
                <a href="/inbox">"Inbox"</a>
                <span aria-hidden="true">"/"</span>
                <strong>{Self::PAGE.title}</strong>
            }>
                <div class="config-page">
                    <header><h1>{Self::PAGE.title}</h1><p class="hint">{Self::ABOUT}</p></header>
                    {content}
                </div>
            </Frame>
        }
        .into_any()
    }

    fn view(all: Vec<SavedView>, _: &PageRequest, state: &FormState) -> AnyView {
        if all.is_empty() {
            return view! {
                <Empty icon="inbox" title="No saved views yet">
                    <p>"Filter the inbox, then choose “Save as a view” beside the list. " <a href="/inbox">"To the inbox"</a></p>
                </Empty>
            }
            .into_any();
        }
        view! {
            {page_error(state, &["save", "up", "down", "remove"])}
            <ul class="field-list">{all.iter().map(row).collect_view()}</ul>
        }
        .into_any()
    }
}

fn row(view: &SavedView) -> impl IntoView + use<> {
    let path = SavedViews::PAGE.path;
    let (id, name) = (view.id.to_string(), view.name.clone());
    view! {
        <li class="field-line saved-view">
            <form method="post" action=path aria-label=name.clone()>
                <input type="hidden" name="do" value="save" />
                <input type="hidden" name="id" value=id.clone() />
                <input class="input" name="name" required maxlength=limits::VIEW_NAME_CHARS aria-label="Name" value=name.clone() />
                <label class="check"><input type="checkbox" name="shared" value="yes" checked=view.shared />" For everybody"</label>
                <button class="btn" type="submit">"Save"</button>
            </form>
            <a class="btn quiet" href=view.query.href()>"Open"</a>
            {action_button(path, "up", "Up", &id, &name)}
            {action_button(path, "down", "Down", &id, &name)}
            {action_button(path, "remove", "Delete", &id, &name)}
        </li>
    }
}
