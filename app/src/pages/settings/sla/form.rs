//! The form of one policy.

use super::Sla;
use crate::server_page::form::{FormData, FormState};
use crate::server_page::page::ServerPage;
use crate::ui::field::{Field, FieldHelp, FormError};
use leptos::prelude::*;
use rapport_domain::sla::{Hours, SlaPolicy, SlaPolicyInput, Span};
use rapport_domain::team::Team;
use rapport_domain::ticket::{Channel, Priority};
use rapport_domain::{AppError, limits};
use std::str::FromStr;

/// The fields that show their own error.
const FIELDS: [&str; 6] =
    ["name", "first_response", "next_response", "resolution", "time_zone", "hours"];
const DAYS: [&str; 7] =
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
/// What a new policy's hours start from.
const OFFICE: Span = Span { from: 540, to: 1_020 };

/// The policy as the form says it.
pub fn input(form: &FormData) -> Result<SlaPolicyInput, AppError> {
    let hours = (form.text("time") == "hours").then(|| hours(form)).transpose()?;
    Ok(SlaPolicyInput {
        name: form.text("name").into(),
        priority: choice(form, "priority")?,
        team_id: choice(form, "team")?,
        channel: choice(form, "channel")?,
        account_plan: form.filled("account_plan"),
        first_response: minutes(form, "first_response")?,
        next_response: minutes(form, "next_response")?,
        resolution: minutes(form, "resolution")?,
        hours,
    })
}

fn choice<T: FromStr>(form: &FormData, name: &str) -> Result<Option<T>, AppError> {
    if form.text(name).is_empty() { Ok(None) } else { form.parse(name).map(Some) }
}

fn minutes(form: &FormData, name: &str) -> Result<Option<i32>, AppError> {
    let Some(text) = form.filled(name) else { return Ok(None) };
    let wrong = |_| AppError::invalid(name, "Write a whole number of minutes.");
    text.trim().parse().map(Some).map_err(wrong)
}

fn hours(form: &FormData) -> Result<Hours, AppError> {
    let mut days = [None; 7];
    for (n, day) in days.iter_mut().enumerate() {
        if form.ticked(&format!("open{n}")) {
            let time = |name: &str| clock(form.text(&format!("{name}{n}")));
            let wrong = || AppError::invalid("hours", "Write when each open day opens and closes.");
            let (from, to) = (time("from").ok_or_else(wrong)?, time("to").ok_or_else(wrong)?);
            // Midnight at the end of a day is written as the beginning of the next.
            *day = Some(Span { from, to: if to == 0 { 1_440 } else { to } });
        }
    }
    Ok(Hours { time_zone: form.text("time_zone").trim().into(), days })
}

/// `09:30` in minutes.
fn clock(text: &str) -> Option<u16> {
    let (hours, minutes) = text.split_once(':')?;
    let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.get(..2)?.parse().ok()?);
    (hours < 24 && minutes < 60).then_some(hours * 60 + minutes)
}

fn wall(minutes: u16) -> String {
    format!("{:02}:{:02}", minutes / 60 % 24, minutes % 60)
}

/// The form of `policy`, or of a new one; `draft` is what was refused.
pub fn policy_form(policy: Option<&SlaPolicy>, teams: &[Team], state: &FormState) -> AnyView {
    let path = Sla::PAGE.path;
    let id = policy.map(|p| p.id.to_string());
    let rules = policy.map(|p| p.rules.clone()).unwrap_or_default();
    let minutes = |name: &str, stored: Option<i32>| {
        state.value(name, stored.map(|m| m.to_string()).unwrap_or_default())
    };
    let priority = state.value("priority", rules.priority.map_or("", Priority::as_str));
    let channel = state.value("channel", rules.channel.map_or("", Channel::as_str));
    let team = state.value("team", rules.team_id.map(|t| t.to_string()).unwrap_or_default());
    let priorities =
        Priority::ALL.iter().map(|p| (p.as_str().to_string(), p.label().to_string())).collect();
    let channels =
        Channel::ALL.iter().map(|c| (c.as_str().to_string(), c.label().to_string())).collect();
    let teams = teams.iter().map(|t| (t.id.to_string(), t.name.clone())).collect();
    let label = if policy.is_some() { "Edit policy" } else { "New policy" };
    let action = format!("{path}?edit={}", id.as_deref().unwrap_or("new"));
    view! {
        <form class="form config-form" method="post" action=action aria-label=label>
            <FormError message=state.general(&FIELDS) />
            <input type="hidden" name="do" value="save" />
            {id.map(|id| view! { <input type="hidden" name="id" value=id /> })}
            <Field name="name" label="Name" required=true maxlength=limits::NAME_CHARS value=state.value("name", rules.name.clone()) error=state.error("name") />
            <fieldset>
                <legend>"For tickets with"</legend>
                <div class="pair">
                    {select("priority", "Priority", "Any priority", priority, priorities)}
                    {select("team", "Team", "Any team", team, teams)}
                </div>
                <div class="pair">
                    {select("channel", "Channel", "Any channel", channel, channels)}
                    <Field name="account_plan" label="Plan of the account" maxlength=limits::LINE_CHARS value=state.value("account_plan", rules.account_plan.clone().unwrap_or_default()) hint="Empty: any." />
                </div>
            </fieldset>
            <fieldset>
                <legend>"Targets in minutes"</legend>
                <div class="pair">
                    <Field name="first_response" label="First response" kind="number" value=minutes("first_response", rules.first_response) hint="Empty: none." error=state.error("first_response") />
                    <Field name="next_response" label="Next response" kind="number" value=minutes("next_response", rules.next_response) hint="When the customer wrote again." error=state.error("next_response") />
                    <Field name="resolution" label="Resolution" kind="number" value=minutes("resolution", rules.resolution) hint="Paused while the ticket waits." error=state.error("resolution") />
                </div>
            </fieldset>
            {hours_fields(rules.hours.as_ref(), state)}
            <div class="form-actions">
                <button class="btn primary" type="submit">"Save policy"</button>
                <a class="btn quiet" href=path>"Cancel"</a>
            </div>
        </form>
    }
    .into_any()
}

fn select(
    name: &'static str,
    label: &'static str,
    any: &'static str,
    chosen: String,
    options: Vec<(String, String)>,
) -> impl IntoView + use<> {
    let options: Vec<_> = options
        .into_iter()
        .map(|(value, label)| view! { <option value=value.clone() selected=value == chosen>{label}</option> })
        .collect();
    view! {
        <label class="field-row">
            <span class="field-label">{label}</span>
            <select name=name><option value="">{any}</option>{options}</select>
        </label>
    }
}

fn hours_fields(stored: Option<&Hours>, state: &FormState) -> impl IntoView + use<> {
    let time = state.value("time", if stored.is_some() { "hours" } else { "always" });
    let zone = state.value("time_zone", stored.map_or("UTC", |h| h.time_zone.as_str()));
    let days = DAYS.iter().enumerate().map(|(n, name)| {
        let span = match stored {
            Some(hours) => hours.days[n],
            None => (n < 5).then_some(OFFICE),
        };
        let shown = span.unwrap_or(OFFICE);
        let field = |part: &str| format!("{part}{n}");
        let open = state.ticked(&field("open"), span.is_some());
        view! {
            <div class="opening">
                <label class="check"><input type="checkbox" name=field("open") value="1" checked=open />{*name}</label>
                <input class="input" type="time" name=field("from") aria-label=format!("{name} from") value=state.value(&field("from"), wall(shown.from)) />
                <input class="input" type="time" name=field("to") aria-label=format!("{name} to") value=state.value(&field("to"), wall(shown.to)) />
            </div>
        }
    });
    view! {
        <fieldset>
            <legend>"When time runs"</legend>
            <label class="check"><input type="radio" name="time" value="always" checked=time == "always" />"Always"</label>
            <label class="check"><input type="radio" name="time" value="hours" checked=time == "hours" />"In business hours"</label>
            // A style shows them for business hours alone.
            <div class="business-hours">
                <Field name="time_zone" label="Time zone" value=zone hint="For example Europe/Berlin." error=state.error("time_zone") />
                {days.collect_view()}
                <FieldHelp id="hours-help".into() hint="" error=state.error("hours") />
            </div>
        </fieldset>
    }
}
