//! The audit log: who did what to what, when, from where. Read by those who may take data out.

use crate::page_table::{self, PageInfo};
use crate::server_page::PageRequest;
use crate::server_page::form::{FormData, FormState};
use crate::server_page::page::{ServerPage, page_error};
use crate::ui::empty::Empty;
use crate::ui::icon::Icon;
use crate::ui::time::{Time, TimeStyle};
use leptos::prelude::*;
use leptos_router::params::ParamsMap;
use rapport_domain::audit::Action;
use rapport_domain::audit_log::{AuditLine, AuditQuery, Who};
use rapport_domain::people::People;
use rapport_domain::{AppError, Permission, limits};
use rapport_services::audit_log::{self, AuditPage};
use rapport_services::{Result, people};

pub struct AuditLog;

/// What the page shows.
pub struct Shown {
    page: AuditPage,
    query: AuditQuery,
    /// Whom one can look for; those who may not see them look for nobody.
    people: People,
}

/// Reads what an address looks for; what it cannot read is as if absent.
pub fn query(value: impl Fn(&str) -> Option<String>) -> AuditQuery {
    let text = |name: &str| value(name).map(|t| t.trim().to_string()).filter(|t| !t.is_empty());
    AuditQuery {
        person: text("person").and_then(|t| t.parse().ok()),
        action: text("action").and_then(|t| t.parse().ok()),
        object: text("object"),
        from: text("from").and_then(|t| t.parse().ok()),
        to: text("to").and_then(|t| t.parse().ok()),
        after: text("after").and_then(|t| t.parse().ok()),
    }
}

/// The same as an address says it, without the position.
fn params(query: &AuditQuery) -> ParamsMap {
    let mut params = ParamsMap::new();
    let pairs = [
        ("person", query.person.map(|p| p.to_string())),
        ("action", query.action.map(|a| a.as_str().to_string())),
        ("object", query.object.clone()),
        ("from", query.from.map(|d| d.to_string())),
        ("to", query.to.map(|d| d.to_string())),
    ];
    for (name, value) in pairs {
        if let Some(value) = value {
            params.insert(name, value);
        }
    }
    params
}

impl ServerPage for AuditLog {
    const PAGE: PageInfo = page_table::AUDIT_LOG;
    const ABOUT: &'static str = "Who did what to whom, when and from where. Nobody can change it, and rapport admin verify-audit shows that nobody did.";
    const FLASHES: &'static [(&'static str, &'static str)] = &[("days", "Saved")];
    type Data = Shown;

    async fn load(request: &PageRequest) -> Result<Shown> {
        let query = query(|name| request.query(name).map(String::from));
        let people = match request.viewer.may(Permission::PeopleManage) {
            true => people::list(&request.ctx, "", None).await?,
            false => People::default(),
        };
        Ok(Shown { page: audit_log::page(&request.ctx, &query).await?, query, people })
    }

    async fn act(request: &PageRequest, form: &FormData) -> Result<&'static str> {
        match form.text("do") {
            "days" => {
                let days = form.text("days").trim().parse();
                let days =
                    days.map_err(|_| AppError::invalid("days", "This is not a whole number."))?;
                audit_log::set_days(&request.ctx, days).await.map(|()| "days")
            }
            _ => Err(AppError::NotFound),
        }
    }

    fn view(shown: Shown, request: &PageRequest, state: &FormState) -> AnyView {
        let Shown { page, query, people } = shown;
        let export = |format: &str| {
            let mut params = params(&query);
            params.insert("format", format.to_string());
            format!("{}/export{}", Self::PAGE.path, params.to_query_string())
        };
        let (csv, lines) = (export("csv"), export("jsonl"));
        let first = query.after.is_some().then(|| address(&query, None));
        let next = page.more.then(|| address(&query, page.lines.last().map(|l| l.id.to_string())));
        let rows: Vec<_> =
            page.lines.iter().map(|line| row(line, page.names.get(&line.object))).collect();
        let empty = rows.is_empty();
        let may_set = request.viewer.may(Permission::SettingsWrite);
        view! {
            {page_error(state, &["days"])}
            {filters(&query, &people)}
            <p class="config-actions">
                <a class="btn" href=csv download=""><Icon name="download" />"CSV"</a>
                <a class="btn" href=lines download=""><Icon name="download" />"JSON lines"</a>
            </p>
            {empty.then(|| view! { <Empty icon="history" title="Nothing in the log matches"><p><a class="btn" href=Self::PAGE.path>"Show everything"</a></p></Empty> })}
            <ul class="field-list audit-log">{rows}</ul>
            <nav class="customers-pages" aria-label="Pages">
                {first.map(|href| view! { <a class="btn" href=href>"Newest"</a> })}
                {next.map(|href| view! { <a class="btn" rel="next" href=href>"Older"</a> })}
            </nav>
            {may_set.then(|| days(page.days, &state.of("days")))}
        }
        .into_any()
    }
}

fn address(query: &AuditQuery, after: Option<String>) -> String {
    let mut params = params(query);
    if let Some(after) = after {
        params.insert("after", after);
    }
    format!("{}{}", AuditLog::PAGE.path, params.to_query_string())
}

fn filters(query: &AuditQuery, people: &People) -> AnyView {
    let chosen = query.person.map(|p| p.to_string()).unwrap_or_default();
    let people = people.rows.iter().map(|person| {
        let id = person.id.to_string();
        let selected = id == chosen;
        view! { <option value=id selected=selected>{person.name.clone()}</option> }
    });
    let actions = Action::ALL.iter().map(|action| {
        let selected = query.action == Some(*action);
        view! { <option value=action.as_str() selected=selected>{action.label()}</option> }
    });
    let day = |day: Option<chrono::NaiveDate>| day.map(|d| d.to_string()).unwrap_or_default();
    view! {
        <form class="audit-filters" method="get" action=AuditLog::PAGE.path role="search" aria-label="Filter the log">
            <label><span>"Who"</span><select class="input" name="person"><option value="">"Anybody"</option>{people.collect_view()}</select></label>
            <label><span>"What"</span><select class="input" name="action"><option value="">"Anything"</option>{actions.collect_view()}</select></label>
            <label><span>"To what"</span><input class="input" type="search" name="object" placeholder="An ID or name" maxlength=limits::SEARCH_CHARS value=query.object.clone() /></label>
            <label><span>"From"</span><input class="input" type="date" name="from" value=day(query.from) /></label>
            <label><span>"To"</span><input class="input" type="date" name="to" value=day(query.to) /></label>
            <button class="btn" type="submit">"Filter"</button>
        </form>
    }
    .into_any()
}

/// `name` is what the line is about; without one its id says it.
fn row(line: &AuditLine, name: Option<&String>) -> AnyView {
    // Who logged in or changed their own password is named once.
    let own = matches!(&line.who, Who::Person(id, _) if id.to_string() == line.object);
    let object = match name {
        _ if own => ().into_any(),
        Some(name) => view! { <span title=line.object.clone()>{name.clone()}</span> }.into_any(),
        None => view! { <code>{line.object.clone()}</code> }.into_any(),
    };
    // What was deleted has no page, and no name.
    let object = match place(&line.object).filter(|_| !own && name.is_some()) {
        Some(href) => {
            view! { <a class="plain-link" href=href rel="external">{object}</a> }.into_any()
        }
        None => object,
    };
    let empty = line.detail.as_object().is_none_or(serde_json::Map::is_empty);
    let detail = (!empty).then(|| {
        let text = serde_json::to_string_pretty(&line.detail).unwrap_or_default();
        let label = format!("Details of “{}”", line.label());
        view! {
            <details class="line-more audit-detail"><summary class="hint">"Details"</summary>
            <pre class="snippet" tabindex="0" aria-label=label>{text}</pre></details>
        }
    });
    let from = (!line.address.is_empty()).then(|| format!(" · from {}", line.address));
    let kind = match line.who {
        Who::Key(_) => Some("API key"),
        _ => None,
    };
    view! {
        <li class="config-line audit-line">
            <span class="field-name audit-what">
                <strong>{line.who.label().to_string()}</strong>
                {kind.map(|kind| view! { <span class="tag">{kind}</span> })}
                <span>{line.label().to_string()}</span>
                {object}
            </span>
            <span class="hint"><Time at=line.at style=TimeStyle::Second />{from}</span>
            {detail}
        </li>
    }
    .into_any()
}

/// Where an object has a page.
fn place(object: &str) -> Option<String> {
    if object.parse::<rapport_domain::CustomerId>().is_ok() {
        return Some(format!("/customers/{object}"));
    }
    object.parse::<rapport_domain::AccountId>().is_ok().then(|| format!("/accounts/{object}"))
}

fn days(kept: i32, state: &FormState) -> AnyView {
    view! {
        <form class="form config-form" method="post" action=AuditLog::PAGE.path aria-label="How long the log is kept">
            <input type="hidden" name="do" value="days" />
            <label class="field-row">
                <span class="field-label">"Days to keep it"</span>
                <input class="input" type="number" name="days" min="30" max="3650" required value=state.value("days", kept.to_string()) />
            </label>
            <div class="form-actions"><button class="btn" type="submit">"Save"</button></div>
        </form>
    }
    .into_any()
}
