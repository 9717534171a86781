//! What stands in place of events when there are none.

use super::state::TimelineState;
use crate::ui::empty::Empty;
use leptos::prelude::*;
use rapport_domain::timeline::{EventKind, Position, Stream};
use rapport_presentation::Href;

#[component]
pub(super) fn EmptyTimeline(timeline: TimelineState) -> impl IntoView {
    let query = timeline.query.get_value();
    let everything = timeline.whose.href();
    let names: Vec<String> =
        query.kinds().iter().map(|k: &EventKind| k.label().to_lowercase()).collect();
    if query.at != Position::Newest {
        return view! {
            <Empty icon="calendar" title="Nothing here">
                <p>"This part of the timeline is empty."</p>
                <p><a class="btn" href=timeline.href(Position::Newest)>"Go to the newest"</a></p>
            </Empty>
        }
        .into_any();
    }
    if query.is_filtered() {
        let title = match (names.is_empty(), query.filter.is_none()) {
            (false, true) => format!("No {}", names.join(" or ")),
            _ => "Nothing matches".to_string(),
        };
        return view! {
            <Empty icon="filter" title>
                <p><a class="btn" href=everything>"Show everything"</a></p>
            </Empty>
        }
        .into_any();
    }
    let subject = match timeline.whose {
        Stream::Customer(_) => "customer",
        Stream::Account(_) => "account",
    };
    let snippet = format!(
        "curl -X POST https://rapport.example/api/v1/events \\\n  \
         -H 'Authorization: Bearer rsk_…' -H 'Content-Type: application/json' \\\n  \
         -d '{{\"{subject}\": {{\"id\": \"{}\"}},\n       \
         \"name\": \"report_export_clicked\", \"payload\": {{\"format\": \"csv\"}}}}'",
        timeline.whose
    );
    view! {
        <Empty icon="zap" title="Nothing happened yet">
            <p>"Tickets, errors, calls and your own events appear here as they come. "<a class="plain-link" href="/settings/events" rel="external">"What was received"</a>" is in the settings; to send one:"</p>
            <pre class="code snippet" tabindex="0" role="region" aria-label="Example">{snippet}</pre>
        </Empty>
    }
    .into_any()
}
