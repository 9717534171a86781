//! Teams: who is in them, and whether their new tickets go round.

use crate::page_table::{self, PageInfo};
use crate::server_page::PageRequest;
use crate::server_page::form::{FormData, FormState};
use crate::server_page::page::{ServerPage, page_error};
use crate::ui::field::{Field, FormError};
use crate::ui::icon::Icon;
use leptos::prelude::*;
use rapport_domain::team::{Member, Team, TeamInput};
use rapport_domain::{AppError, limits};
use rapport_services::{Result, teams};

pub struct Teams;

/// What the page shows.
pub struct Shown {
    teams: Vec<Team>,
    people: Vec<Member>,
}

impl ServerPage for Teams {
    const PAGE: PageInfo = page_table::TEAMS;
    const ABOUT: &'static str = "People who work together. With round robin, a new ticket goes to the member who has waited longest for one; people who are away are skipped.";
    const FLASHES: &'static [(&'static str, &'static str)] = &[("saved", "Team saved")];
    type Data = Shown;

    async fn load(request: &PageRequest) -> Result<Shown> {
        let people = teams::possible_members(&request.ctx).await?;
        Ok(Shown { teams: teams::list(&request.ctx).await?, people })
    }

    async fn act(request: &PageRequest, form: &FormData) -> Result<&'static str> {
        let id = if form.ticked("id") { Some(form.parse("id")?) } else { None };
        let member = |text: &str| text.parse().map_err(|_| AppError::NotFound);
        let input = TeamInput {
            name: form.text("name").into(),
            round_robin: form.ticked("round_robin"),
            members: form.all("member").map(member).collect::<Result<_>>()?,
        };
        teams::save(&request.ctx, id, input).await?;
        Ok("saved")
    }

    fn view(data: Shown, request: &PageRequest, state: &FormState) -> AnyView {
        let form = request.query("edit").and_then(|wanted| {
            let team = data.teams.iter().find(|t| t.id.to_string() == wanted);
            (wanted == "new" || team.is_some()).then(|| form(team, &data.people, state))
        });
        let rows: Vec<_> = data.teams.iter().map(row).collect();
        view! {
            {(form.is_none()).then(|| page_error(state, &["save"]))}
            <p><a class="btn primary" href=format!("{}?edit=new", Self::PAGE.path)><Icon name="plus" />"New team"</a></p>
            {form}
            {if rows.is_empty() {
                view! { <p class="hint">"No team yet."</p> }.into_any()
            } else {
                view! { <ul class="field-list">{rows}</ul> }.into_any()
            }}
        }
        .into_any()
    }
}

fn row(team: &Team) -> AnyView {
    let name = |m: &Member| if m.away { format!("{} (away)", m.name) } else { m.name.clone() };
    let members: Vec<_> = team.members.iter().map(name).collect();
    let members = if members.is_empty() { "Nobody".into() } else { members.join(", ") };
    let edit = format!("{}?edit={}", Teams::PAGE.path, team.id);
    view! {
        <li class="config-line">
            <span class="field-name">
                <strong>{team.name.clone()}</strong>
                {team.round_robin.then(|| view! { <span class="tag">"Round robin"</span> })}
            </span>
            <span class="hint clip" title=members.clone()>{members.clone()}</span>
            <span class="config-actions"><a class="btn quiet" href=edit aria-label=format!("Edit {}", team.name)>"Edit"</a></span>
        </li>
    }
    .into_any()
}

fn form(team: Option<&Team>, people: &[Member], state: &FormState) -> AnyView {
    let path = Teams::PAGE.path;
    let id = team.map(|t| t.id.to_string());
    let is_member = |p: &Member| team.is_some_and(|t| t.members.iter().any(|m| m.id == p.id));
    let boxes = people.iter().map(|person| {
        let id = person.id.to_string();
        let checked = state.has("member", &id, is_member(person));
        view! {
            <label class="check">
                <input type="checkbox" name="member" value=id checked=checked />
                {person.name.clone()}
                {person.away.then(|| view! { <span class="tag">"Away"</span> })}
            </label>
        }
    });
    let label = if team.is_some() { "Edit team" } else { "New team" };
    let action = format!("{path}?edit={}", id.as_deref().unwrap_or("new"));
    view! {
        <form class="form config-form" method="post" action=action aria-label=label>
            <FormError message=state.general(&["name"]) />
            <input type="hidden" name="do" value="save" />
            {id.map(|id| view! { <input type="hidden" name="id" value=id /> })}
            <Field name="name" label="Name" required=true maxlength=limits::NAME_CHARS value=state.value("name", team.map(|t| t.name.clone()).unwrap_or_default()) error=state.error("name") />
            <label class="check">
                <input type="checkbox" name="round_robin" value="1" checked=state.ticked("round_robin", team.is_some_and(|t| t.round_robin)) />
                "Assign new tickets in turn (round robin)"
            </label>
            <fieldset class="checks">
                <legend>"Members"</legend>
                {boxes.collect_view()}
            </fieldset>
            <div class="form-actions">
                <button class="btn primary" type="submit">"Save team"</button>
                <a class="btn quiet" href=path>"Cancel"</a>
            </div>
        </form>
    }
    .into_any()
}
