//! The page that plays a session: what stands beside it is made here, the rest by `player.js`.

use super::{framed, lost, note, refused, session_href};
use crate::failure::page_status;
use crate::server_page::PageRequest;
use crate::server_page::form::FormState;
use crate::ui::icon::Icon;
use crate::ui::time::{Time, TimeStyle, duration_text};
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use leptos::prelude::*;
use rapport_domain::recording::Way;
use rapport_domain::ticket::TicketListQuery;
use rapport_domain::timeline::{EventKind, TimelineItem};
use rapport_domain::{AppError, RecordingId};
use rapport_presentation::{EventText, Icon as _};
use rapport_services::recordings::{self, Watched};
use rapport_services::{Result, customers, tickets};
use serde_json::json;

/// The player's own policy: styles of recorded pages are allowed, and nothing is fetched for them.
/// The frame that plays has an origin of its own (a `data:` address) and a narrower policy besides.
fn policy(nonce: &str) -> String {
    format!(
        "default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic'; style-src 'self' 'unsafe-inline'; \
         font-src 'self' data:; img-src 'self' data:; connect-src 'self'; frame-src data:; worker-src 'self'; \
         base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
}

struct Data {
    watched: Watched,
    name: String,
    /// Number and subject of the customer's tickets, for notes.
    tickets: Vec<(i64, String)>,
}

pub(super) async fn open(request: PageRequest) -> Response {
    show(&request, &FormState::default()).await
}

/// The page, with the note that was refused on it if there is one.
pub(super) async fn show(request: &PageRequest, state: &FormState) -> Response {
    let data = match load(request).await {
        Ok(data) => data,
        Err(error) => return lost(request, error),
    };
    let status = page_status(state.refusal());
    let mut response = request.respond(status, "Session", || view(data, request, state));
    if let Some(policy) = request.nonce().and_then(|n| HeaderValue::from_str(&policy(&n)).ok()) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

async fn load(request: &PageRequest) -> Result<Data> {
    let customer = customers::get(&request.ctx, request.param("id")?).await?;
    let watched = recordings::watch(&request.ctx, customer.id, request.param("session")?).await?;
    let own = TicketListQuery::default();
    let list = tickets::list_for_customer(&request.ctx, customer.id, &own).await?;
    let tickets = list.page.items.into_iter().map(|t| (t.number, t.subject)).collect();
    Ok(Data { watched, name: customer.details.name, tickets })
}

/// Events of one window from a moment on; the next ones follow from `x-last-at`.
pub(super) async fn events(request: PageRequest) -> Response {
    let found = async || -> Result<recordings::Events> {
        let number = |name: &str| request.query(name).and_then(|t| t.parse().ok());
        let way = match (number("seek"), number("after")) {
            (Some(at), _) => Way::Seek(at),
            (None, Some(at)) => Way::On(at),
            (None, None) => return Err(AppError::invalid("seek", "Say from which moment.")),
        };
        let window = request.query("window").unwrap_or_default();
        let session = request.param("session")?;
        recordings::events(&request.ctx, request.param("id")?, session, window, way).await
    };
    match found().await {
        Ok(events) => {
            let last = events.last_at.map(|at| at.to_string()).unwrap_or_default();
            let headers = [
                (header::CONTENT_TYPE, "application/json".to_string()),
                (HeaderName::from_static("x-last-at"), last),
                (HeaderName::from_static("x-gap"), u8::from(events.gap).to_string()),
            ];
            (headers, events.json).into_response()
        }
        Err(error) => refused(&error),
    }
}

fn view(data: Data, request: &PageRequest, state: &FormState) -> AnyView {
    let Data { watched, name, tickets } = data;
    let Watched { customer, recording, windows, beside, before, after, form_key } = watched;
    let offset = recording.clock_offset_ms;
    let theirs = |at: chrono::DateTime<chrono::Utc>| at.timestamp_millis() - offset;
    let start =
        windows.iter().map(|w| w.first).min().unwrap_or_else(|| theirs(recording.started_at));
    let marks = |kind: &str, seconds: &[u32]| -> Vec<serde_json::Value> {
        let base = theirs(recording.started_at);
        seconds.iter().map(|s| json!({"at": base + i64::from(*s) * 1_000, "kind": kind})).collect()
    };
    let mut all = marks("error", &recording.index.errors);
    all.extend(marks("rage", &recording.index.rage));
    all.extend(marks("page", &recording.index.pages.iter().map(|p| p.at).collect::<Vec<_>>()));
    all.extend(
        beside
            .iter()
            .map(|item| json!({"at": theirs(item.occurred_at), "kind": item.kind.as_str()})),
    );
    let about = json!({
        "base": session_href(customer, recording.id),
        "windows": windows,
        "start": start,
        "active": recording.index.active.iter().map(|(a, b)| (theirs(recording.started_at) + i64::from(*a) * 1_000, theirs(recording.started_at) + i64::from(*b) * 1_000)).collect::<Vec<_>>(),
        "marks": all,
        "live": recording.live,
        "at": request.query("t").and_then(|t| t.parse::<i64>().ok()).unwrap_or(0),
    });
    let neighbour = |id: Option<RecordingId>, text: &'static str, icon: &'static str| {
        id.map(|id| view! { <a class="btn quiet" href=note::keeps_ticket(request, session_href(customer, id))><Icon name=icon />{text}</a> })
    };
    let with = [
        recording.browser.clone(),
        recording.os.clone(),
        recording.screen.clone(),
        recording.time_zone.clone(),
    ];
    let with = with.into_iter().flatten().collect::<Vec<_>>().join(" · ");
    let live = recording.live.then(|| view! { <span class="pill ok">"Live"</span> });
    let stopped = recording.index.stopped.clone().map(|why| view! { <p class="player-notice">{format!("The recorder stopped by itself: {why}")}</p> });
    let empty = windows
        .is_empty()
        .then(|| view! { <p class="player-notice">"Nothing of this session is left to play."</p> });
    let rows = beside.into_iter().map(|item| beside_row(item, offset, start));
    let options = windows.iter().enumerate().map(|(n, window)| {
        view! { <option value=window.key.clone()>{format!("Window {}", n + 1)}</option> }
    });
    let several = windows.len() > 1;
    let speeds = ["0.5", "1", "2", "4", "8", "16"].map(
        |speed| view! { <option value=speed selected=speed == "1">{format!("{speed}×")}</option> },
    );
    let flash = note::flash(request);
    let script_nonce = request.nonce();
    let content = view! {
        <div class="player-page" data-player=about.to_string()>
            <header class="player-head">
                <h1><Time at=recording.started_at style=TimeStyle::Full />" · "{duration_text(recording.duration_s)}{live}</h1>
                <p class="hint">{with}</p>
                <nav aria-label="Other sessions">{neighbour(before, "Earlier session", "chevron-left")}{neighbour(after, "Later session", "chevron-right")}</nav>
            </header>
            <section class="player-main" aria-label="Recording">
                {empty}{stopped}
                <p class="player-notice" data-notice="" role="status" hidden></p>
                <noscript><p class="player-notice">"Playing a session needs JavaScript."</p></noscript>
                <div class="player-stage" data-stage=""></div>
                <div class="player-controls" role="group" aria-label="Player">
                    <button class="btn" type="button" data-do="play" aria-label="Play" title="Play or pause (Space)"><span data-sign="">"▶"</span></button>
                    <span class="player-time"><output data-clock="">"0:00"</output>" / "<output data-length="">{duration_text(recording.duration_s)}</output></span>
                    <label class="player-speed"><span class="visually-hidden">"Speed"</span><select class="input" data-do="speed">{speeds.collect_view()}</select></label>
                    <label class="check"><input type="checkbox" data-do="skip" />"Skip inactivity"</label>
                    <label hidden=!several><span class="visually-hidden">"Window"</span><select class="input" data-do="window">{options.collect_view()}</select></label>
                    <span class="spacer"></span>
                    <button class="btn quiet" type="button" data-do="link" title="Copy a link to this second (c)"><Icon name="link" />"Copy link"</button>
                    <button class="btn quiet" type="button" data-do="full" title="Full screen (f)"><Icon name="monitor" />"Full screen"</button>
                </div>
                <div class="player-seek">
                    <svg data-marks="" viewBox="0 0 1000 12" preserveAspectRatio="none" aria-hidden="true"></svg>
                    <input type="range" data-do="seek" min="0" max="1000" step="any" value="0" aria-label="Position" />
                    <div class="player-tip" data-tip="" aria-hidden="true" hidden><div class="player-preview" data-preview=""></div><span data-tip-time=""></span></div>
                </div>
                {note::form(request, &tickets, form_key, state)}
            </section>
            <aside class="player-side" aria-label="Beside the recording">
                <div role="tablist" aria-label="Beside the recording" class="player-tabs">
                    <button role="tab" type="button" class="chip" id="tab-timeline" aria-controls="side-timeline" aria-selected="true">"Timeline"</button>
                    <button role="tab" type="button" class="chip" id="tab-console" aria-controls="side-console" aria-selected="false" tabindex="-1">"Console"</button>
                    <button role="tab" type="button" class="chip" id="tab-network" aria-controls="side-network" aria-selected="false" tabindex="-1">"Network"</button>
                </div>
                <div role="tabpanel" id="side-timeline" aria-labelledby="tab-timeline" tabindex="0"><ol class="player-list" data-list="timeline">{rows.collect_view()}</ol></div>
                <div role="tabpanel" id="side-console" aria-labelledby="tab-console" tabindex="0" hidden>
                    <label class="player-filter"><span class="visually-hidden">"Level"</span><select class="input" data-do="level"><option value="">"All levels"</option><option value="warn">"Warnings and errors"</option><option value="error">"Errors"</option></select></label>
                    <ol class="player-list" data-list="console"></ol>
                </div>
                <div role="tabpanel" id="side-network" aria-labelledby="tab-network" tabindex="0" hidden>
                    <label class="player-filter"><span class="visually-hidden">"Requests"</span><select class="input" data-do="requests"><option value="">"All requests"</option><option value="failed">"Failed"</option></select></label>
                    <ol class="player-list" data-list="network"></ol>
                </div>
            </aside>
        </div>
        <script type="module" src="/player.js" nonce=script_nonce></script>
        {crate::server_page::flash_toast(flash)}
    };
    framed(customer, &name, "Session", content.into_any())
}

/// Something that happened meanwhile: a click leads the player there.
fn beside_row(item: TimelineItem, offset: i64, start: i64) -> AnyView {
    let at = item.occurred_at.timestamp_millis() - offset;
    let second = (at - start).max(0) / 1_000;
    let clock = format!("{}:{:02}", second / 60, second % 60);
    let class = if item.kind == EventKind::Error { "beside-row error" } else { "beside-row" };
    let icon = item.kind.icon();
    view! {
        <li>
            <button type="button" class=class data-at=at.to_string()>
                <span class="beside-at">{clock}</span>
                <Icon name=icon />
                <span class="beside-what">{item.heading()}<span class="hint">{item.aside()}</span></span>
            </button>
        </li>
    }
    .into_any()
}
