//! SLA policies: how soon tickets are to be answered.

mod form;

use crate::page_table::{self, PageInfo};
use crate::server_page::PageRequest;
use crate::server_page::form::{FormData, FormState};
use crate::server_page::page::{ServerPage, action_button, page_error};
use crate::ui::icon::Icon;
use form::{input, policy_form};
use leptos::prelude::*;
use rapport_domain::AppError;
use rapport_domain::sla::{SlaPolicy, SlaPolicyInput};
use rapport_domain::team::Team;
use rapport_domain::text::duration_text;
use rapport_services::{Result, sla, teams};

pub struct Sla;

/// What the page shows.
pub struct Shown {
    policies: Vec<SlaPolicy>,
    teams: Vec<Team>,
}

impl ServerPage for Sla {
    const PAGE: PageInfo = page_table::SLA;
    const ABOUT: &'static str = "How soon tickets are to be answered. A ticket has the first policy here whose conditions hold; when its priority or team changes, it is chosen again.";
    const FLASHES: &'static [(&'static str, &'static str)] = &[
        ("saved", "Policy saved"),
        ("archived", "Policy archived"),
        ("restored", "Policy restored"),
    ];
    type Data = Shown;

    async fn load(request: &PageRequest) -> Result<Shown> {
        let policies = sla::list(&request.ctx).await?;
        Ok(Shown { policies, teams: teams::list(&request.ctx).await? })
    }

    async fn act(request: &PageRequest, form: &FormData) -> Result<&'static str> {
        let ctx = &request.ctx;
        match form.text("do") {
            "save" => {
                let id = if form.ticked("id") { Some(form.parse("id")?) } else { None };
                sla::save(ctx, id, input(form)?).await?;
                Ok("saved")
            }
            "up" => {
                sla::move_up(ctx, form.parse("id")?).await?;
                Ok("saved")
            }
            "archive" => {
                sla::archive(ctx, form.parse("id")?, true).await?;
                Ok("archived")
            }
            "restore" => {
                sla::archive(ctx, form.parse("id")?, false).await?;
                Ok("restored")
            }
            _ => Err(AppError::NotFound),
        }
    }

    fn view(data: Shown, request: &PageRequest, state: &FormState) -> AnyView {
        let Shown { policies, teams } = data;
        let form = request.query("edit").and_then(|wanted| {
            let policy = policies.iter().find(|p| p.id.to_string() == wanted);
            (wanted == "new" || policy.is_some())
                .then(|| policy_form(policy, &teams, &state.of("save")))
        });
        let in_use = policies.iter().filter(|p| !p.archived);
        let rows: Vec<_> = in_use.enumerate().map(|(n, p)| row(p, &teams, n > 0)).collect();
        let archived = policies.iter().filter(|p| p.archived);
        let archived: Vec<_> = archived.map(|p| row(p, &teams, false)).collect();
        view! {
            {page_error(state, &["up", "archive", "restore"])}
            <p><a class="btn primary" href=format!("{}?edit=new", Self::PAGE.path)><Icon name="plus" />"New policy"</a></p>
            {form}
            {if rows.is_empty() {
                view! { <p class="hint">"No policy yet: nothing is due."</p> }.into_any()
            } else {
                view! { <ol class="field-list">{rows}</ol> }.into_any()
            }}
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

/// For which tickets a policy is, in words.
fn conditions(rules: &SlaPolicyInput, teams: &[Team]) -> String {
    let team = rules.team_id.and_then(|id| teams.iter().find(|t| t.id == id));
    let parts: Vec<String> = [
        rules.priority.map(|p| format!("{} priority", p.label())),
        team.map(|t| t.name.clone()),
        rules.channel.map(|c| c.label().to_string()),
        rules.account_plan.as_ref().map(|plan| format!("plan {plan}")),
    ]
    .into_iter()
    .flatten()
    .collect();
    if parts.is_empty() { "All tickets".into() } else { parts.join(" · ") }
}

/// What it promises, in words.
fn targets(rules: &SlaPolicyInput) -> String {
    let text = |name: &str, minutes: Option<i32>| {
        minutes.map(|m| format!("{name} {}", duration_text(i64::from(m) * 60)))
    };
    let parts = [
        text("first response", rules.first_response),
        text("next response", rules.next_response),
        text("resolution", rules.resolution),
    ];
    let hours = if rules.hours.is_some() { " in business hours" } else { "" };
    format!("{}{hours}", parts.into_iter().flatten().collect::<Vec<_>>().join(", "))
}

/// `up` says that something stands above it.
fn row(policy: &SlaPolicy, teams: &[Team], up: bool) -> AnyView {
    let (id, name) = (policy.id.to_string(), policy.rules.name.clone());
    let button = |action, verb| action_button(Sla::PAGE.path, action, verb, &id, &name);
    let actions = if policy.archived {
        button("restore", "Restore")
    } else {
        let edit = format!("{}?edit={id}", Sla::PAGE.path);
        view! {
            {up.then(|| button("up", "Move up"))}
            <a class="btn quiet" href=edit aria-label=format!("Edit: {name}")>"Edit"</a>
            {button("archive", "Archive")}
        }
        .into_any()
    };
    let targets = targets(&policy.rules);
    view! {
        <li class="config-line">
            <span class="field-name">
                <strong>{name.clone()}</strong>
                <span>{conditions(&policy.rules, teams)}</span>
            </span>
            <span class="hint" title=targets.clone()>{targets.clone()}</span>
            <span class="config-actions">{actions}</span>
        </li>
    }
    .into_any()
}
