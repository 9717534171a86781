//! What an event shows below its line without being opened: text, a stack trace, a session.

use crate::ui::icon::Icon;
use leptos::prelude::*;
use rapport_domain::RecordingId;
use rapport_domain::timeline::{EventKind, Stream, TimelineItem};
use rapport_presentation::{EventText, Href};
use serde_json::Value;
use std::sync::Arc;

/// Pages named on a session's card, and marks on its bar.
const PAGES_SHOWN: usize = 4;
const MARKS_MAX: usize = 50;
/// The bar's length in its own units.
const BAR: f64 = 1000.0;

#[component]
pub(super) fn Card(whose: Stream, item: Arc<TimelineItem>) -> impl IntoView {
    let session = item.kind == EventKind::Session && !item.pages().is_empty();
    let session = session.then(|| view! { <SessionCard whose item=item.clone() /> }.into_any());
    let text = item.card_text().map(|text| {
        let text = text.to_string();
        match item.kind {
            // Wide lines scroll inside: the keyboard has to reach them.
            EventKind::Error => {
                view! { <pre class="card code" tabindex="0" aria-label="Stack trace" role="region">{text}</pre> }.into_any()
            }
            _ => view! { <p class="card text">{text}</p> }.into_any(),
        }
    });
    (session, text)
}

/// A session's pages and, where they were sent, its active stretches and errors.
#[component]
fn SessionCard(whose: Stream, item: Arc<TimelineItem>) -> impl IntoView {
    let pages = item.pages();
    let more = pages.len().saturating_sub(PAGES_SHOWN);
    let mut route = pages.iter().take(PAGES_SHOWN).copied().collect::<Vec<_>>().join(" → ");
    if more > 0 {
        route.push_str(&format!(" → {more} more"));
    }
    let bar = item.duration_s().filter(|_| has_marks(&item.payload)).map(|duration| {
        let active = spans(&item.payload, duration as f64);
        let errors = marks(&item.payload, duration as f64);
        view! {
            <svg class="scrub" viewBox="0 0 1000 8" preserveAspectRatio="none" aria-hidden="true">
                <path class="whole" d="M0 2h1000v4h-1000z" />
                <path class="active" d=active />
                <path class="error" d=errors />
            </svg>
        }
    });
    // What is recorded here can be watched; other systems' sessions are told of.
    let all = format!("{}/sessions", whose.href());
    let recorded = item.object_id.as_deref().filter(|id| id.starts_with(RecordingId::PREFIX));
    let thumb = match recorded {
        Some(id) => {
            let href = format!("{all}/{id}");
            view! { <a class="thumb" rel="external" href=href aria-label="Watch this session"><Icon name="play" /></a> }.into_any()
        }
        None => view! { <span class="thumb"><Icon name="monitor" /></span> }.into_any(),
    };
    let all =
        recorded.map(|_| view! { <a class="link" rel="external" href=all>"View sessions"</a> });
    view! {
        <div class="card recording">
            {thumb}
            <div class="session">
                <p>{route}</p>
                {bar}
                {all}
            </div>
        </div>
    }
}

fn list<'a>(payload: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    payload.get(key).and_then(Value::as_array).into_iter().flatten().take(MARKS_MAX)
}

fn has_marks(payload: &Value) -> bool {
    list(payload, "active").next().is_some() || list(payload, "errors").next().is_some()
}

/// `active: [[from, to], …]` in seconds, as a path.
fn spans(payload: &Value, duration: f64) -> String {
    let x =
        |v: Option<&Value>| v.and_then(Value::as_f64).map(|s| (s / duration).clamp(0.0, 1.0) * BAR);
    list(payload, "active")
        .filter_map(|span| Some((x(span.get(0))?, x(span.get(1))?)))
        .filter(|(from, to)| to > from)
        .map(|(from, to)| format!("M{from:.0} 2h{:.0}v4h-{:.0}z", to - from, to - from))
        .collect()
}

/// `errors: [{"at_s": 327}, …]` as a path.
fn marks(payload: &Value, duration: f64) -> String {
    list(payload, "errors")
        .filter_map(|error| error.get("at_s").unwrap_or(error).as_f64())
        .map(|s| (s / duration).clamp(0.0, 1.0) * (BAR - 8.0))
        .map(|x| format!("M{x:.0} 0h8v8h-8z"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn marks_stay_on_the_bar_whatever_was_sent() {
        let payload = json!({"active": [[-5, 50], [60, 1e9], ["x"], 3], "errors": [{"at_s": 50}, 1e12, null]});
        assert_eq!(spans(&payload, 100.0), "M0 2h500v4h-500zM600 2h400v4h-400z");
        assert_eq!(marks(&payload, 100.0), "M496 0h8v8h-8zM992 0h8v8h-8z");
    }
}
