//! `GET /live`: the stream of what changed, for open pages (server-sent events).
//!
//! `?topic=` follows a topic, as often as there are topics ([`rapport_domain::live::Topic`]), and every
//! stream says when more or less waits for its reader; the workspace is the session's. `Last-Event-ID`, or `?from=`
//! on the first connection of a page, says where to go on. `POST /live/here` is how a tab says at
//! which ticket it is, for colleagues to see; it has no body, so that a beacon can say it.

use crate::middleware::session;
use crate::state::AppState;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Router};
use futures_util::stream;
use rapport_domain::live::{BEAT, LivePosition, Topic};
use rapport_domain::presence::{Doing, PRESENT};
use rapport_domain::session::Viewer;
use rapport_domain::{AppError, CustomerId, TicketId};
use rapport_services::live::Stream;
use rapport_services::{Ctx, live};
use serde::Deserialize;
use std::convert::Infallible;

/// The paths, which answer 401 where pages lead to the login.
pub const PATH: &str = "/live";
pub const HERE: &str = "/live/here";

pub fn router() -> Router<AppState> {
    Router::new().route(PATH, get(follow)).route(HERE, post(here))
}

#[derive(Debug, Deserialize)]
struct Here {
    tab: i64,
    ticket: TicketId,
    /// `looking` or `typing`; anything else means that the tab has left.
    doing: String,
}

async fn here(
    State(state): State<AppState>,
    Extension(viewer): Extension<Viewer>,
    query: Result<Query<Here>, QueryRejection>,
) -> Response {
    let Ok(Query(query)) = query else { return StatusCode::BAD_REQUEST.into_response() };
    let ctx = Ctx::for_viewer(state.store.clone(), viewer);
    match live::be_at(&ctx, query.tab, query.ticket, Doing::from_word(&query.doing)).await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(error) => refused(&error),
    }
}

async fn follow(
    State(state): State<AppState>,
    Extension(viewer): Extension<Viewer>,
    asked: Result<Query<Vec<(String, String)>>, QueryRejection>,
    headers: HeaderMap,
) -> Response {
    // Says nothing of what was wrong: only our own pages ask here.
    let Ok(Query(asked)) = asked else { return StatusCode::BAD_REQUEST.into_response() };
    let named = |wanted: &'static str| {
        asked.iter().filter(move |(name, _)| name == wanted).map(|(_, value)| value.as_str())
    };
    // Pages that were loaded before there were topics ask for what they follow by these names.
    let customer = named("customer").filter_map(|id| id.parse::<CustomerId>().ok());
    let earlier = customer.map(|id| Topic::about("customer", id.0));
    let earlier = earlier.chain(named("inbox").map(|_| Topic::inbox()));
    let Some(mut topics) = named("topic").map(Topic::parse).collect::<Option<Vec<_>>>() else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    topics.extend(earlier);
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok());
    // Nonsense is a position of no database of ours: the page refreshes all that it shows.
    let from = last
        .or_else(|| named("from").next())
        .map(|text| text.parse().unwrap_or(LivePosition { xid: i64::MAX, at_s: 0 }));
    let token = session::token(state.config.tls(), &headers).unwrap_or_default();
    let ctx = Ctx::for_viewer(state.store.clone(), viewer);
    match state.live.follow(&ctx, token, topics, from).await {
        Ok(stream) => {
            let headers = [
                // Proxies must hand each event on at once.
                (HeaderName::from_static("x-accel-buffering"), "no"),
                (header::CACHE_CONTROL, "private, no-store"),
            ];
            (headers, Sse::new(events(stream))).into_response()
        }
        Err(error) => refused(&error),
    }
}

fn events(stream: Stream) -> impl stream::Stream<Item = Result<Event, Infallible>> {
    stream::unfold(stream, async |mut stream| {
        let event = stream.next().await?;
        Some((Ok(written(&event)), stream))
    })
}

/// One line a hint. A beat has none and is an event of another name, with data all the same:
/// browsers keep an event without any to themselves, and a page that hears nothing takes its
/// stream for dead.
fn written(event: &live::Event) -> Event {
    let written = Event::default().id(event.upto.to_string());
    if let Some(present) = &event.present {
        return written.event(PRESENT).data(present);
    }
    if event.hints.is_empty() {
        return written.event(BEAT).data(BEAT);
    }
    written.data(event.hints.join("\n"))
}

fn refused(error: &AppError) -> Response {
    let status = rapport_app::http_status(error);
    let wait = match error {
        AppError::RateLimited { retry_after_s } => retry_after_s.to_string(),
        _ => "2".to_string(),
    };
    (status, [(header::RETRY_AFTER, wait)], error.to_string()).into_response()
}
