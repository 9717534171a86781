//! What people read of an event: a line that says what happened, an aside, a detail.
//!
//! Senders need not know any of this: a title and a body are enough, and a bare name with a
//! payload reads well too. Some payload fields are understood where they occur:
//! `detail`, `duration_s`, `pages`, `browser`, `os`, `errors`, `project`, `count`, `query`,
//! `channel`, `from` and `to`.

use crate::{Icon, sentence, source_label};
use rapport_domain::json::number_text;
use rapport_domain::provider;
use rapport_domain::text::{duration_text, excerpt};
use rapport_domain::ticket::Channel;
use rapport_domain::timeline::{EventKind, PAGE, TimelineItem, is_own};
use serde_json::Value;

/// Properties on the detail line, and characters of each.
const DETAIL_PROPERTIES: usize = 6;
const DETAIL_CHARS: usize = 80;
/// Payload fields that the aside or the session card already says.
const SAID: [&str; 10] = [
    "detail",
    "duration_s",
    "pages",
    "browser",
    "os",
    "errors",
    "project",
    "count",
    "query",
    "active",
];

/// What people read of an event.
pub trait EventText {
    /// What happened: the title, or a sentence made of the name.
    fn heading(&self) -> String;
    /// What stands beside the heading: the ticket, the source, and the fields that each kind has.
    fn aside(&self) -> String;
    /// The line below: the sender's `detail`, or the payload's scalar fields.
    fn detail(&self) -> String;
    /// The detail of the newest of a run of repeats: `last: dana@northwind.example`.
    fn last_text(&self) -> String;
    /// The icon's name or character: the sender's, the channel's, the source's, or the kind's.
    fn icon_name(&self) -> &str;
    /// The text for the card below the line; a ticket's is its subject, said already.
    fn card_text(&self) -> Option<&str>;
    /// The pages of a session, where they were sent as a list.
    fn pages(&self) -> Vec<&str>;
    /// How long a session or call was, in seconds.
    fn duration_s(&self) -> Option<i64>;
}

impl EventText for TimelineItem {
    fn heading(&self) -> String {
        let number = self.ticket.as_ref().map(|t| t.number);
        match (self.kind, number) {
            // An activity's title goes on after the name: `Sam Ortiz` `changed status …`.
            (EventKind::Activity, _) if is_ours(self) && !self.title.is_empty() => {
                format!("{} {}", self.actor_name.as_deref().unwrap_or("Somebody"), self.title)
            }
            _ if !self.title.is_empty() => self.title.clone(),
            (EventKind::Ticket, Some(n))
                if matches!(self.name.as_str(), "ticket.created" | "ticket.opened") =>
            {
                format!("Opened ticket #{n}")
            }
            (EventKind::Session, _) => "Session recording".into(),
            _ if is_ours(self) => sentence(&self.name),
            _ => self.name.clone(),
        }
    }

    fn aside(&self) -> String {
        let mut parts = Vec::new();
        if let Some(ticket) = &self.ticket {
            let heading_names_it = self.kind == EventKind::Ticket;
            let number = format!("#{} ", ticket.number);
            parts.push(format!(
                "{}{}",
                if heading_names_it { "" } else { &number },
                ticket.subject
            ));
        }
        if let Some(query) = text_field(self, "query") {
            parts.push(format!("“{}”", excerpt(query, DETAIL_CHARS)));
        }
        if !matches!(self.source.as_str(), "api" | "rapport") {
            parts.push(source_label(&self.source));
        }
        parts.extend(text_field(self, "project").map(String::from));
        parts.extend(seconds(self, "duration_s").map(duration_text));
        parts.extend(
            page_count(self).map(|n| if n == 1 { "1 page".into() } else { format!("{n} pages") }),
        );
        match (text_field(self, "browser"), text_field(self, "os")) {
            (Some(browser), Some(os)) => parts.push(format!("{browser} on {os}")),
            (Some(one), None) | (None, Some(one)) => parts.push(one.into()),
            (None, None) => {}
        }
        parts.extend(seconds(self, "count").filter(|n| *n > 1).map(|n| format!("{n} times")));
        joined(parts)
    }

    fn detail(&self) -> String {
        let mut parts = Vec::new();
        if let Some(channel) = channel(self) {
            parts.push(format!("by {}", channel.label().to_lowercase().replace("api", "API")));
        }
        let activity = self.kind == EventKind::Activity;
        if activity && self.title.is_empty() {
            parts.extend(change(self));
            parts.extend(self.actor_name.as_ref().map(|actor| format!("by {actor}")));
        }
        match text_field(self, "detail") {
            Some(detail) => parts.push(excerpt(detail, 4 * DETAIL_CHARS)),
            // Our own payloads repeat in stable words what the title says.
            None if is_ours(self) => {}
            None => {
                parts.extend(scalars(self).map(|(k, v)| format!("{}: {v}", k.replace('_', " "))))
            }
        }
        joined(parts)
    }

    fn last_text(&self) -> String {
        let values: Vec<String> = scalars(self).map(|(_, v)| v).collect();
        if values.is_empty() { String::new() } else { format!("last: {}", joined(values)) }
    }

    fn icon_name(&self) -> &str {
        match (&self.icon, channel(self)) {
            (Some(icon), _) => icon,
            (None, Some(channel)) => channel.icon(),
            (None, None) => {
                let of_source = provider::find(&self.source).and_then(|source| source.icon);
                of_source.unwrap_or_else(|| self.kind.icon())
            }
        }
    }

    fn card_text(&self) -> Option<&str> {
        self.body.as_deref().filter(|_| !(self.kind == EventKind::Ticket && self.ticket.is_some()))
    }

    fn pages(&self) -> Vec<&str> {
        let list = self.payload.get("pages").and_then(Value::as_array);
        list.into_iter().flatten().filter_map(Value::as_str).collect()
    }

    fn duration_s(&self) -> Option<i64> {
        seconds(self, "duration_s")
    }
}

/// Written by Rapport itself.
fn is_ours(item: &TimelineItem) -> bool {
    item.source == provider::RAPPORT.key
}

fn page_count(item: &TimelineItem) -> Option<i64> {
    let pages = item.payload.get("pages")?;
    pages.as_array().map(|list| list.len() as i64).or_else(|| pages.as_i64()).filter(|n| *n > 0)
}

fn channel(item: &TimelineItem) -> Option<Channel> {
    if item.kind != EventKind::Ticket {
        return None;
    }
    text_field(item, "channel")?.parse().ok()
}

/// `Open → Closed`, for changes.
fn change(item: &TimelineItem) -> Option<String> {
    let side = |key| item.payload.get(key).and_then(scalar_text).filter(|t| !t.is_empty());
    match (side("from"), side("to")) {
        (Some(from), Some(to)) => Some(format!("{} → {}", sentence(&from), sentence(&to))),
        (None, Some(to)) => Some(format!("→ {}", sentence(&to))),
        (Some(from), None) => Some(format!("{} removed", sentence(&from))),
        (None, None) => None,
    }
}

fn scalars(item: &TimelineItem) -> impl Iterator<Item = (&str, String)> {
    let change = item.kind == EventKind::Activity && item.title.is_empty();
    let shown = move |key: &str| {
        let said = SAID.contains(&key)
            || key.starts_with('_')
            || (is_own(key) && key != PAGE)
            || (channel(item).is_some() && key == "channel")
            || (change && matches!(key, "from" | "to"));
        !said
    };
    let fields = item.payload.as_object().into_iter().flatten();
    fields
        .filter(move |(key, _)| shown(key))
        .filter_map(|(key, value)| {
            let key = if key == PAGE { "page" } else { key.as_str() };
            Some((key, excerpt(&scalar_text(value)?, DETAIL_CHARS)))
        })
        .filter(|(_, value)| !value.trim().is_empty())
        .take(DETAIL_PROPERTIES)
}

fn text_field<'a>(item: &'a TimelineItem, key: &str) -> Option<&'a str> {
    item.payload.get(key)?.as_str().filter(|t| !t.trim().is_empty())
}

fn seconds(item: &TimelineItem, key: &str) -> Option<i64> {
    let value = item.payload.get(key)?;
    value.as_i64().or_else(|| value.as_f64().map(|f| f as i64)).filter(|n| *n > 0)
}

/// What a line says, one thing after the other; what says nothing leaves no gap.
fn joined(parts: Vec<String>) -> String {
    let said: Vec<_> =
        parts.iter().map(|part| part.trim()).filter(|part| !part.is_empty()).collect();
    said.join(" · ")
}

/// A text, number or boolean as text; lists, objects and null have none.
fn scalar_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number_text(number)),
        Value::Bool(_) => Some(value.to_string()),
        _ => None,
    }
}

/// A property's value as people read and copy it: text bare, the rest as JSON.
pub fn property_text(value: &Value) -> String {
    scalar_text(value).unwrap_or_else(|| format!("{value:#}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;
    use rapport_domain::ticket::Status;
    use rapport_domain::timeline::EventTicket;
    use rapport_domain::{EventId, Uuid};
    use serde_json::json;

    fn event(kind: EventKind, name: &str) -> TimelineItem {
        TimelineItem {
            id: EventId(Uuid::nil()),
            occurred_at: DateTime::UNIX_EPOCH,
            received_at: DateTime::UNIX_EPOCH,
            kind,
            source: "api".into(),
            name: name.into(),
            title: String::new(),
            body: None,
            icon: None,
            url: None,
            actor_name: None,
            ticket: None,
            object_type: None,
            object_id: None,
            payload: json!({}),
            recorded: false,
            customer: None,
        }
    }

    #[test]
    fn a_custom_event_reads_well_without_any_title() {
        let payload = json!({"columns": 14, "format": "csv", "rows": [1], "_meta": "hidden"});
        let mut item = TimelineItem { payload, ..event(EventKind::Event, "report_export_clicked") };
        assert_eq!(item.heading(), "report_export_clicked");
        assert_eq!(item.aside(), "");
        assert_eq!(item.detail(), "columns: 14 · format: csv");
        assert_eq!(item.last_text(), "last: 14 · csv");
        item.payload = json!({"page": "", "from_page": " ", "columns": 3, "detail": "  "});
        assert_eq!(item.detail(), "columns: 3", "what is empty leaves no gap");
        assert_eq!(item.last_text(), "last: 3");
        item.payload = json!({"page": "", "title": " "});
        assert_eq!((item.detail(), item.last_text()), (String::new(), String::new()));
    }

    #[test]
    fn a_recording_says_length_pages_and_browser() {
        let payload = json!({"duration_s": 461, "pages": ["/a", "/b"], "browser": "Chrome", "os": "macOS",
            "detail": "2 rage clicks · 1 error"});
        let item = TimelineItem { payload, ..event(EventKind::Session, "recording") };
        assert_eq!(item.heading(), "Session recording");
        assert_eq!(item.aside(), "7 min 41 s · 2 pages · Chrome on macOS");
        assert_eq!(item.detail(), "2 rage clicks · 1 error");
        assert_eq!(item.pages(), ["/a", "/b"]);
    }

    #[test]
    fn a_ticket_is_named_once() {
        let ticket = EventTicket {
            number: 1042,
            subject: "Export fails".into(),
            status: Status::Open,
            label: None,
        };
        let mut item = event(EventKind::Ticket, "ticket.created");
        (item.source, item.ticket) = ("rapport".into(), Some(ticket));
        item.payload = json!({"channel": "email"});
        assert_eq!(item.heading(), "Opened ticket #1042");
        assert_eq!(item.aside(), "Export fails");
        assert_eq!(item.detail(), "by e-mail");
        (item.kind, item.name) = (EventKind::Activity, "ticket.status_changed".into());
        item.payload = json!({"from": "open", "to": "closed"});
        item.actor_name = Some("Priya Raman".into());
        assert_eq!(item.heading(), "Status changed");
        assert_eq!(item.aside(), "#1042 Export fails");
        assert_eq!(item.detail(), "Open → Closed · by Priya Raman");
        item.title = "changed status Open → Closed".into();
        assert_eq!(item.heading(), "Priya Raman changed status Open → Closed");
        assert_eq!(item.detail(), "");
    }

    #[test]
    fn what_is_ours_in_a_payload_is_no_detail_and_a_source_has_its_icon() {
        let ours = json!({"$rapport.icon_url": "https://p.example/a.png", "$rapport.page": "/a"});
        let item = TimelineItem { payload: ours, ..event(EventKind::Event, "x") };
        assert_eq!(item.detail(), "page: /a");
        assert_eq!(item.picture(), Some("https://p.example/a.png"));
        for address in ["javascript:alert(1)", "http://p.example/a.png", "data:image/png,x", ""] {
            let payload = json!({"$rapport.icon_url": address});
            let item = TimelineItem { payload, ..event(EventKind::Event, "x") };
            assert_eq!(item.picture(), None, "{address}");
        }
        let mut item = event(EventKind::Event, "issue_created");
        assert_eq!((item.icon_name(), item.aside()), ("zap", String::new()));
        item.source = "linear".into();
        assert_eq!((item.icon_name(), item.aside()), ("circle-dot", "Linear".into()));
        item.icon = Some("star".into());
        assert_eq!(item.icon_name(), "star");
    }

    #[test]
    fn odd_payloads_are_no_trouble() {
        for payload in [
            json!(null),
            json!([1]),
            json!("x"),
            json!({"duration_s": -5, "pages": {}, "from": null}),
        ] {
            let item = TimelineItem { payload, ..event(EventKind::Session, "x") };
            assert_eq!((item.aside(), item.detail()), (String::new(), String::new()));
        }
    }
}
