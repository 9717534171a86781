//! Events: what was received and why something is on no timeline, how long events are kept, and
//! the secret that proves who a browser's user is.

use crate::page_table::{self, PageInfo};
use crate::server_page::PageRequest;
use crate::server_page::form::{FormData, FormState};
use crate::server_page::page::{ServerPage, action_button, page_error};
use crate::ui::field::{Field, FieldHelp};
use crate::ui::textarea::TextArea;
use crate::ui::time::{Time, TimeStyle};
use leptos::prelude::*;
use rapport_domain::timeline::{EventKind, EventState, LogQuery, LoggedEvent};
use rapport_domain::{AppError, address};
use rapport_presentation::{Href, event_href, source_label};
use rapport_services::Result;
use rapport_services::ingest::{self, LogRows, Retention};
use rapport_services::rules::{self, IdentityRules};

pub struct Events;

/// What the page shows.
pub struct Data {
    log: LogRows,
    query: LogQuery,
    retention: Vec<Retention>,
    log_days: i32,
    rules: IdentityRules,
    /// The newest secret in the clear, when there is one and this server can open it.
    secret: Option<String>,
}

impl ServerPage for Events {
    const PAGE: PageInfo = page_table::EVENTS;
    const ABOUT: &'static str = "Every event that was received: over the API, the Segment protocol, or from browsers. Those that name somebody unknown wait here and are linked when that customer appears.";
    const FLASHES: &'static [(&'static str, &'static str)] = &[
        ("retried", "Linked to the timeline"),
        ("saved", "Saved for everybody"),
        ("rotated", "The new secret signs from now on; the old one works for seven more days"),
    ];
    type Data = Data;

    async fn load(request: &PageRequest) -> Result<Data> {
        let query = read_query(request);
        Ok(Data {
            log: ingest::log(&request.ctx, &query).await?,
            retention: ingest::retention(&request.ctx).await?,
            log_days: ingest::log_days(&request.ctx).await?,
            rules: rules::get(&request.ctx).await?,
            secret: ingest::reveal_secret(&request.ctx, &request.keys).await?,
            query,
        })
    }

    async fn act(request: &PageRequest, form: &FormData) -> Result<&'static str> {
        match form.text("do") {
            "retry" => {
                ingest::retry(&request.ctx, form.parse("id")?).await?;
                Ok("retried")
            }
            "keep" => {
                let days = |name: &str| {
                    form.filled(name).map(|text| text.trim().parse::<i32>().unwrap_or(-1))
                };
                ingest::set_log_days(&request.ctx, days("log").unwrap_or(-1)).await?;
                for Retention { kind, .. } in ingest::retention(&request.ctx).await? {
                    let set = Retention { kind, days: days(kind.as_str()) };
                    ingest::set_retention(&request.ctx, set).await?;
                }
                Ok("saved")
            }
            "rules" => {
                let ids: Vec<String> = form.text("nobody_ids").lines().map(String::from).collect();
                rules::set(&request.ctx, &ids, form.text("phone_country")).await?;
                Ok("saved")
            }
            "rotate" => {
                ingest::new_secret(&request.ctx, &request.keys).await?;
                Ok("rotated")
            }
            _ => Err(AppError::NotFound),
        }
    }

    fn view(data: Data, _: &PageRequest, state: &FormState) -> AnyView {
        let Data { log, query, retention, log_days, rules, secret } = data;
        view! {
            {page_error(state, &["retry", "rotate"])}
            {filters(&query)}
            {table(&log)}
            {pager(&log, &query)}
            {keeping(&retention, log_days, &state.of("keep"))}
            {of_ids(&rules, &state.of("rules"))}
            {proof(secret)}
        }
        .into_any()
    }
}

fn read_query(request: &PageRequest) -> LogQuery {
    // An address that cannot be read opens the whole log.
    LogQuery {
        state: request.query("state").and_then(|s| s.parse().ok()),
        q: request.query("q").unwrap_or_default().trim().to_string(),
        before: request.query("before").and_then(|b| b.parse().ok()),
    }
}

/// The address of the log with this state and place; the search goes along.
fn log_address(state: Option<EventState>, q: &str, before: Option<String>) -> String {
    let pairs = [
        ("state", state.map(|s| s.as_str().to_string())),
        ("q", Some(q.to_string()).filter(|q| !q.is_empty())),
        ("before", before),
    ];
    let query = pairs
        .into_iter()
        .filter_map(|(name, value)| Some(format!("{name}={}", address::encode(&value?))));
    let query = query.collect::<Vec<_>>().join("&");
    let mark = if query.is_empty() { "" } else { "?" };
    format!("{}{mark}{query}", Events::PAGE.path)
}

fn filters(query: &LogQuery) -> AnyView {
    let all = std::iter::once(None).chain(EventState::ALL.iter().copied().map(Some));
    let chips = all.map(|state| {
        let href = log_address(state, &query.q, None);
        let current = (state == query.state).then_some("true");
        view! { <a class="chip" href=href aria-current=current>{state.map_or("All", EventState::label)}</a> }
    });
    view! {
        <div class="log-filters">
            <nav class="chips" aria-label="State">{chips.collect_view()}</nav>
            <form class="log-search" method="get" action=Events::PAGE.path role="search">
                {query.state.map(|s| view! { <input type="hidden" name="state" value=s.as_str() /> })}
                <input class="input" type="search" name="q" value=query.q.clone() maxlength="500"
                    aria-label="Search received events" placeholder="Part of a name or message ID, or a customer's ID or e-mail" />
                <button class="btn" type="submit">"Search"</button>
            </form>
        </div>
    }
    .into_any()
}

fn table(log: &LogRows) -> AnyView {
    if log.rows.is_empty() {
        return view! { <p class="hint">{match log.looked_to {
            Some(_) => "Nothing matches among the events searched so far.",
            None => "No received event matches.",
        }}</p> }
        .into_any();
    }
    let rows = log.rows.iter().map(row).collect_view();
    view! {
        <div class="table-scroll" tabindex="0" role="region" aria-label="Received events">
            <table class="log">
                <thead><tr>
                    <th scope="col">"Received"</th>
                    <th scope="col">"Event"</th>
                    <th scope="col">"State"</th>
                    <th scope="col">"Whose"</th>
                    <th scope="col"><span class="visually-hidden">"Actions"</span></th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn row(event: &LoggedEvent) -> AnyView {
    let pill = match event.state {
        EventState::Linked => "pill ok",
        EventState::Unlinked => "pill pending",
        EventState::Ignored => "pill",
        EventState::Error => "pill bad",
    };
    let id = event.id.to_string();
    let key = event.dedupe_key.clone().unwrap_or_default();
    let name = match event.on_timeline() {
        Some((stream, at)) => {
            view! { <a href=event_href(stream, at) title=event.name.clone()>{event.name.clone()}</a> }.into_any()
        }
        None => view! { <span>{event.name.clone()}</span> }.into_any(),
    };
    let whose = match (&event.stream, &event.whose) {
        (Some((stream, name)), _) => view! { <a href=stream.href()>{name.clone()}</a> }.into_any(),
        (None, Some(whose)) => view! { <code>{whose.clone()}</code> }.into_any(),
        (None, None) => view! { <span class="hint">"Nobody"</span> }.into_any(),
    };
    let retry = event
        .can_retry()
        .then(|| action_button(Events::PAGE.path, "retry", "Retry", &id, &event.name));
    view! {
        <tr>
            <td class="nowrap"><Time at=event.received_at style=TimeStyle::Second /></td>
            <td>{name}<small class="hint clip" title=key.clone()>{format!("{} · {}", source_label(&event.source), event.kind)}{(!key.is_empty()).then(|| format!(" · {key}"))}</small></td>
            <td><span class=pill>{event.state.label()}</span>{(!event.reason.is_empty()).then(|| view! { <small class="hint">{event.reason.clone()}</small> })}</td>
            <td class="clip">{whose}</td>
            <td>{retry}</td>
        </tr>
    }
    .into_any()
}

fn pager(log: &LogRows, query: &LogQuery) -> AnyView {
    let first = query.before.is_some().then(|| {
        view! { <a class="btn" href=log_address(query.state, &query.q, None)>"Newest"</a> }
    });
    let next = log.next.map(|next| {
        view! { <a class="btn" rel="next" href=log_address(query.state, &query.q, Some(next.to_string()))>{if log.looked_to.is_some() { "Look further back" } else { "Older" }}</a> }
    });
    let looked = log.looked_to.map(|at| {
        view! { <p class="hint">"Looked back to "<Time at style=TimeStyle::Second />"."</p> }
    });
    view! { {looked} <nav class="log-pager" aria-label="Pages">{first}{next}</nav> }.into_any()
}

fn keeping(retention: &[Retention], log_days: i32, state: &FormState) -> AnyView {
    let field = |name: &'static str, label: String, stored: String, blank: &'static str| {
        view! {
            <label class="field-row">
                <span class="field-label">{label}</span>
                <input class="input" inputmode="numeric" name=name value=state.value(name, stored) placeholder=blank />
            </label>
        }
    };
    let kinds = retention.iter().map(|r| {
        let label = if r.kind == EventKind::Event { "Custom events" } else { r.kind.label() };
        field(
            r.kind.as_str(),
            label.to_string(),
            r.days.map(|d| d.to_string()).unwrap_or_default(),
            "for ever",
        )
    });
    view! {
        <form class="config-form" method="post" action=Events::PAGE.path aria-label="How long events are kept">
            <input type="hidden" name="do" value="keep" />
            <h2>"How long events are kept"</h2>
            <p class="hint">"In days; leave empty to keep events forever. Tickets and activities are always kept."</p>
            {page_error(state, &["keep"])}
            <div class="keep-days">
                {field("log", "What is on no timeline".into(), log_days.to_string(), "30")}
                {kinds.collect_view()}
            </div>
            <div class="form-actions"><button class="btn primary" type="submit">"Save"</button></div>
        </form>
    }
    .into_any()
}

fn of_ids(rules: &IdentityRules, state: &FormState) -> AnyView {
    let ids = state.value("nobody_ids", rules.nobody_ids.join("\n"));
    let country = state.value("phone_country", rules.phone_country.clone().unwrap_or_default());
    view! {
        <form class="config-form" method="post" action=Events::PAGE.path aria-label="IDs and phone numbers">
            <input type="hidden" name="do" value="rules" />
            <h2>"IDs and phone numbers"</h2>
            <p class="hint">"Placeholder IDs that your systems send, one per line, such as a kiosk’s shared user. Null, guest, undefined and the like never identify anybody."</p>
            {page_error(state, &["rules"])}
            <label class="field-row">
                <span class="field-label">"Placeholder IDs"</span>
                <TextArea name="nobody_ids" label="Placeholder IDs" value=ids />
                <FieldHelp id="nobody-help".into() hint="" error=state.error("nobody_ids") />
            </label>
            <Field name="phone_country" label="Default country for phone numbers" maxlength=2 value=country hint="Two letters, such as DE, for numbers that come without a country code." error=state.error("phone_country") />
            <div class="form-actions"><button class="btn primary" type="submit">"Save"</button></div>
        </form>
    }
    .into_any()
}

fn proof(secret: Option<String>) -> AnyView {
    let known = secret.is_some();
    let shown = match secret {
        Some(secret) => view! {
            <details><summary>"Show the secret"</summary><code class="secret">{secret}</code></details>
        }
        .into_any(),
        None => view! { <p class="hint">"None yet: people whom a browser key names stay visitors."</p> }
            .into_any(),
    };
    view! {
        <form class="config-form" method="post" action=Events::PAGE.path aria-label="Signed users">
            <input type="hidden" name="do" value="rotate" />
            <h2>"Signed users"</h2>
            <p class="hint">"Your server signs who is logged in (JWT, HS256: sub, exp, and email if you vouch for it); the browser hands the token to identify. Only then does a visitor become a customer."</p>
            {shown}
            <div class="form-actions"><button class="btn" type="submit">{if known { "Make a new secret" } else { "Make a secret" }}</button></div>
        </form>
    }
    .into_any()
}
