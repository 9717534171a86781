//! "View sessions": all sessions of a customer, filtered, page by page.

use super::{framed, lost, note, session_href, sessions_href};
use crate::server_page::form::FormData;
use crate::server_page::{PageRequest, flash_toast};
use crate::ui::empty::Empty;
use crate::ui::icon::Icon;
use crate::ui::time::{Time, TimeStyle, duration_text};
use axum::extract::Form;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use leptos::prelude::*;
use rapport_domain::recording::{Recording, RecordingFilter};
use rapport_domain::{AppError, Cursor, CustomerId, Page, Permission, address, limits};
use rapport_services::{Result, customers, recordings};

/// What can be chosen: seconds, and how they are called.
const LENGTHS: [(&str, &str); 4] = [
    ("", "Any length"),
    ("60", "A minute or more"),
    ("300", "5 minutes or more"),
    ("1800", "Half an hour or more"),
];
const DEVICES: [(&str, &str); 4] =
    [("", "Any device"), ("desktop", "Desktop"), ("tablet", "Tablet"), ("phone", "Phone")];
/// Paths named in a row.
const PATHS_SHOWN: usize = 5;

struct Data {
    customer: CustomerId,
    name: String,
    page: Page<Recording>,
    refuses: bool,
}

pub(super) async fn open(request: PageRequest) -> Response {
    match load(&request).await {
        Ok(data) => request.respond(StatusCode::OK, "Sessions", || view(data, &request)),
        Err(error) => lost(&request, error),
    }
}

async fn load(request: &PageRequest) -> Result<Data> {
    let customer = customers::get(&request.ctx, request.param("id")?).await?;
    let after: Option<Cursor> = request.query("before").and_then(|c| c.parse().ok());
    let filter = filter(request);
    let shown = limits::RECORDINGS_SHOWN;
    let page = recordings::list(&request.ctx, customer.id, &filter, after, shown).await?;
    let refuses = recordings::refuses(&request.ctx, customer.id).await?;
    Ok(Data { customer: customer.id, name: customer.details.name, page, refuses })
}

/// What is no filter narrows nothing.
fn filter(request: &PageRequest) -> RecordingFilter {
    let word = |name: &str| request.query(name).map(str::trim).filter(|t| !t.is_empty());
    let day = |name: &str| word(name).and_then(|t| t.parse::<NaiveDate>().ok());
    let starts = |day: NaiveDate| -> DateTime<Utc> { day.and_time(NaiveTime::MIN).and_utc() };
    RecordingFilter {
        page: word("page").map(|t| t.chars().take(limits::SEARCH_CHARS).collect()),
        has_error: word("error").is_some(),
        longer_than_s: word("length").and_then(|t| t.parse().ok()),
        device: word("device").map(String::from),
        from: day("from").map(starts),
        to: day("to").and_then(|day| day.checked_add_days(Days::new(1))).map(starts),
    }
}

pub(super) async fn send(
    request: PageRequest,
    Form(fields): Form<Vec<(String, String)>>,
) -> Response {
    let form = FormData(fields);
    let done = async || -> Result<String> {
        let customer = request.param("id")?;
        let word = match form.text("do") {
            "refuse" => {
                recordings::set_refuses(&request.ctx, customer, true).await?;
                "refused"
            }
            "allow" => {
                recordings::set_refuses(&request.ctx, customer, false).await?;
                "allowed"
            }
            "delete" => {
                recordings::delete(&request.ctx, form.parse("session")?).await?;
                "deleted"
            }
            _ => return Err(AppError::NotFound),
        };
        Ok(format!("{}?done={word}", sessions_href(customer)))
    };
    match done().await {
        Ok(href) => Redirect::to(&href).into_response(),
        Err(error) => lost(&request, error),
    }
}

fn view(data: Data, request: &PageRequest) -> AnyView {
    let Data { customer, name, page, refuses } = data;
    let configures = request.viewer.may(Permission::CustomersDelete);
    let query = |name: &str| request.query(name).unwrap_or_default().to_string();
    let filtered = filter(request) != RecordingFilter::default();
    let next = page.next.map(|cursor| {
        let mut pairs: Vec<String> = ["page", "error", "length", "device", "from", "to", "ticket"]
            .into_iter()
            .filter(|name| !query(name).is_empty())
            .map(|name| format!("{name}={}", address::encode(&query(name))))
            .collect();
        pairs.push(format!("before={cursor}"));
        format!("{}?{}", sessions_href(customer), pairs.join("&"))
    });
    let all = note::keeps_ticket(request, sessions_href(customer));
    let nothing = page.items.is_empty().then(|| match filtered {
        true => view! { <Empty icon="filter" title="No sessions match"><p><a class="btn" href=all>"Show all"</a></p></Empty> }.into_any(),
        false => view! { <Empty icon="monitor" title="No sessions yet"><p>"What this customer sees in your app is recorded once it is switched on under App config › Recordings."</p></Empty> }.into_any(),
    });
    let rows = page.items.into_iter().map(|recording| {
        let href = note::keeps_ticket(request, session_href(customer, recording.id));
        row(href, recording, configures)
    });
    // Whoever came from a ticket chooses one for a note there.
    let choosing = note::ticket(request).map(|number| {
        let back = format!("/customers/{customer}/tickets/{number}");
        view! {
            <p class="session-choosing">
                <strong>{format!("Choose a session, then the second, for a note in #{number}.")}</strong>
                <a class="chip" href=back rel="external">"Cancel"</a>
            </p>
        }
    });
    let kept = note::ticket(request)
        .map(|number| view! { <input type="hidden" name="ticket" value=number.to_string() /> });
    let flash = match request.query("done") {
        Some("refused") => Some("This customer is not recorded any more"),
        Some("allowed") => Some("This customer may be recorded again"),
        Some("deleted") => Some("The session is deleted"),
        _ => None,
    };
    let content = view! {
        <div class="sessions-page">
            <header>
                <h1>"Sessions"</h1>
                {consent(refuses, request.viewer.may(Permission::CustomersWrite))}
            </header>
            {choosing}
            <form class="session-filters" method="get" role="search" aria-label="Filter sessions">
                {kept}
                <label><span class="field-label">"Page contains"</span><input class="input" name="page" type="search" maxlength="200" value=query("page") placeholder="/checkout" /></label>
                <label><span class="field-label">"Length"</span>{choice("length", &LENGTHS, &query("length"))}</label>
                <label><span class="field-label">"Device"</span>{choice("device", &DEVICES, &query("device"))}</label>
                <label><span class="field-label">"From"</span><input class="input" type="date" name="from" value=query("from") /></label>
                <label><span class="field-label">"To"</span><input class="input" type="date" name="to" value=query("to") /></label>
                <label class="check"><input type="checkbox" name="error" value="1" checked=!query("error").is_empty() />"With errors"</label>
                <button class="btn" type="submit"><Icon name="filter" />"Filter"</button>
            </form>
            {nothing}
            <ul class="session-list">{rows.collect_view()}</ul>
            {next.map(|href| view! { <nav class="log-pager" aria-label="Pages"><a class="btn" rel="next" href=href>"Older"</a></nav> })}
        </div>
        {flash_toast(flash)}
    };
    framed(customer, &name, "Sessions", content.into_any())
}

fn choice(
    name: &'static str,
    options: &'static [(&'static str, &'static str)],
    chosen: &str,
) -> AnyView {
    let chosen = chosen.to_string();
    let options = options.iter().map(|(value, label)| {
        view! { <option value=*value selected=*value == chosen>{*label}</option> }
    });
    view! { <select class="input" name=name>{options.collect_view()}</select> }.into_any()
}

/// Whether this customer is recorded, and the way to change it.
fn consent(refuses: bool, may_write: bool) -> AnyView {
    let (word, text, verb) = match refuses {
        true => ("allow", "This customer is not recorded.", "Record again"),
        false => ("refuse", "", "Do not record this customer"),
    };
    let form = may_write.then(|| {
        view! {
            <form method="post">
                <input type="hidden" name="do" value=word />
                <button class="btn quiet" type="submit">{verb}</button>
            </form>
        }
    });
    view! { <p class="session-consent"><span class="hint">{text}</span>{form}</p> }.into_any()
}

fn row(href: String, recording: Recording, configures: bool) -> AnyView {
    let more = recording.paths.len().saturating_sub(PATHS_SHOWN);
    let mut route =
        recording.paths.iter().take(PATHS_SHOWN).cloned().collect::<Vec<_>>().join(" → ");
    if more > 0 {
        route.push_str(&format!(" → {more} more"));
    }
    if route.is_empty() {
        route = "No page".into();
    }
    let live = recording.live.then(|| view! { <span class="pill ok">"Live"</span> });
    let count = |n: i32, one: &str, many: &str| match n {
        0 => None,
        1 => Some(format!("1 {one}")),
        n => Some(format!("{n} {many}")),
    };
    let errors = count(recording.errors, "error", "errors");
    let errors = errors.map(|text| view! { <span class="pill bad">{text}</span> });
    let with = match (recording.browser, recording.os) {
        (Some(browser), Some(os)) => Some(format!("{browser} on {os}")),
        (one, other) => one.or(other),
    };
    let facts: Vec<String> = [
        Some(duration_text(recording.duration_s)),
        Some(format!("{} active", duration_text(recording.active_s.into()))),
        count(recording.page_views, "page", "pages"),
        count(recording.clicks, "click", "clicks"),
        count(recording.rage_clicks, "rage click", "rage clicks"),
        with,
        recording.screen,
    ]
    .into_iter()
    .flatten()
    .collect();
    let id = recording.id.to_string();
    let delete = configures.then(|| view! {
        <details class="menu">
            <summary class="btn quiet" aria-label="More"><Icon name="ellipsis" /></summary>
            <form class="menu-items" method="post">
                <input type="hidden" name="do" value="delete" />
                <input type="hidden" name="session" value=id />
                <p class="menu-head">"The recording and its line on the timeline are deleted for good."</p>
                <button type="submit">"Delete this session"</button>
            </form>
        </details>
    });
    view! {
        <li class="session-row">
            <a class="session-main" href=href>
                <span class="session-when"><Icon name="play" /><Time at=recording.started_at style=TimeStyle::Full />{live}{errors}</span>
                <span class="session-route">{route}</span>
                <span class="hint">{facts.join(" · ")}</span>
            </a>
            {delete}
        </li>
    }
    .into_any()
}
