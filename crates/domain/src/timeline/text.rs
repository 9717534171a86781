//! What people read of an event: a line that says what happened, an aside, a detail.
//!
//! Senders need not know any of this: a title and a body are enough, and a bare name with a
//! payload reads well too. Some payload fields are understood where they occur:
//! `detail`, `duration_s`, `pages`, `browser`, `os`, `errors`, `project`, `count`, `query`,
//! `channel`, `from` and `to`.

use super::own::{self, ICON_URL};
use super::{EventKind, TimelineItem};
use crate::json::number_text;
use crate::text::{duration_text, excerpt};
use crate::ticket::Channel;
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

impl TimelineItem {
    /// What happened: the title, or a sentence made of the name.
    pub fn heading(&self) -> String {
        let number = self.ticket.as_ref().map(|t| t.number);
        match (self.kind, number) {
            // An activity's title goes on after the name: `Sam Ortiz` `changed status …`.
            (EventKind::Activity, _) if self.is_ours() && !self.title.is_empty() => {
                format!("{} {}", self.actor_name.as_deref().unwrap_or("Somebody"), self.title)
            }
            _ if !self.title.is_empty() => self.title.clone(),
            (EventKind::Ticket, Some(n))
                if matches!(self.name.as_str(), "ticket.created" | "ticket.opened") =>
            {
                format!("Opened ticket #{n}")
            }
            (EventKind::Session, _) => "Session recording".into(),
            _ if self.is_ours() => sentence(&self.name),
            _ => self.name.clone(),
        }
    }

    /// What stands beside the heading: the ticket, the source, and the fields that each kind has.
    pub fn aside(&self) -> String {
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
        if let Some(query) = self.text_field("query") {
            parts.push(format!("“{}”", excerpt(query, DETAIL_CHARS)));
        }
        if !matches!(self.source.as_str(), "api" | "rapport") {
            parts.push(source_label(&self.source));
        }
        parts.extend(self.text_field("project").map(String::from));
        parts.extend(self.seconds("duration_s").map(duration_text));
        parts.extend(
            self.page_count().map(|n| if n == 1 { "1 page".into() } else { format!("{n} pages") }),
        );
        match (self.text_field("browser"), self.text_field("os")) {
            (Some(browser), Some(os)) => parts.push(format!("{browser} on {os}")),
            (Some(one), None) | (None, Some(one)) => parts.push(one.into()),
            (None, None) => {}
        }
        parts.extend(self.seconds("count").filter(|n| *n > 1).map(|n| format!("{n} times")));
        joined(parts)
    }

    /// The line below: the sender's `detail`, or the payload's scalar fields.
    pub fn detail(&self) -> String {
        let mut parts = Vec::new();
        if let Some(channel) = self.channel() {
            parts.push(format!("by {}", channel.label().to_lowercase().replace("api", "API")));
        }
        let activity = self.kind == EventKind::Activity;
        if activity && self.title.is_empty() {
            parts.extend(self.change());
            parts.extend(self.actor_name.as_ref().map(|actor| format!("by {actor}")));
        }
        match self.text_field("detail") {
            Some(detail) => parts.push(excerpt(detail, 4 * DETAIL_CHARS)),
            // Our own payloads repeat in stable words what the title says.
            None if self.is_ours() => {}
            None => {
                parts.extend(self.scalars().map(|(k, v)| format!("{}: {v}", k.replace('_', " "))))
            }
        }
        joined(parts)
    }

    /// The detail of the newest of a run of repeats: `last: dana@northwind.example`.
    pub fn last_text(&self) -> String {
        let values: Vec<String> = self.scalars().map(|(_, v)| v).collect();
        if values.is_empty() { String::new() } else { format!("last: {}", joined(values)) }
    }

    /// The icon's name or character: the sender's, the channel's, or the kind's.
    pub fn icon_name(&self) -> &str {
        match (&self.icon, self.channel()) {
            (Some(icon), _) => icon,
            (None, Some(channel)) => channel.icon(),
            (None, None) => self.kind.icon(),
        }
    }

    /// The address of the picture that the sender wants beside it; only a server asks there.
    pub fn picture(&self) -> Option<&str> {
        self.text_field(ICON_URL).filter(|address| address.starts_with("https://"))
    }

    /// The text for the card below the line; a ticket's is its subject, said already.
    pub fn card_text(&self) -> Option<&str> {
        self.body.as_deref().filter(|_| !(self.kind == EventKind::Ticket && self.ticket.is_some()))
    }

    /// Written by Rapport itself.
    fn is_ours(&self) -> bool {
        self.source == "rapport"
    }

    /// The pages of a session, where they were sent as a list.
    pub fn pages(&self) -> Vec<&str> {
        let list = self.payload.get("pages").and_then(Value::as_array);
        list.into_iter().flatten().filter_map(Value::as_str).collect()
    }

    /// How long a session or call was, in seconds.
    pub fn duration_s(&self) -> Option<i64> {
        self.seconds("duration_s")
    }

    fn page_count(&self) -> Option<i64> {
        let pages = self.payload.get("pages")?;
        pages.as_array().map(|list| list.len() as i64).or_else(|| pages.as_i64()).filter(|n| *n > 0)
    }

    fn channel(&self) -> Option<Channel> {
        if self.kind != EventKind::Ticket {
            return None;
        }
        self.text_field("channel")?.parse().ok()
    }

    /// `Open → Closed`, for changes.
    fn change(&self) -> Option<String> {
        let side = |key| self.payload.get(key).and_then(scalar_text).filter(|t| !t.is_empty());
        match (side("from"), side("to")) {
            (Some(from), Some(to)) => Some(format!("{} → {}", sentence(&from), sentence(&to))),
            (None, Some(to)) => Some(format!("→ {}", sentence(&to))),
            (Some(from), None) => Some(format!("{} removed", sentence(&from))),
            (None, None) => None,
        }
    }

    fn scalars(&self) -> impl Iterator<Item = (&str, String)> {
        let change = self.kind == EventKind::Activity && self.title.is_empty();
        let shown = move |key: &str| {
            let said = SAID.contains(&key)
                || key.starts_with('_')
                || (own::is_own(key) && key != own::PAGE)
                || (self.channel().is_some() && key == "channel")
                || (change && matches!(key, "from" | "to"));
            !said
        };
        let fields = self.payload.as_object().into_iter().flatten();
        fields
            .filter(move |(key, _)| shown(key))
            .filter_map(|(key, value)| {
                let key = if key == own::PAGE { "page" } else { key.as_str() };
                Some((key, excerpt(&scalar_text(value)?, DETAIL_CHARS)))
            })
            .filter(|(_, value)| !value.trim().is_empty())
            .take(DETAIL_PROPERTIES)
    }

    fn text_field(&self, key: &str) -> Option<&str> {
        self.payload.get(key)?.as_str().filter(|t| !t.trim().is_empty())
    }

    fn seconds(&self, key: &str) -> Option<i64> {
        let value = self.payload.get(key)?;
        value.as_i64().or_else(|| value.as_f64().map(|f| f as i64)).filter(|n| *n > 0)
    }
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

/// A machine name as a sentence: `ticket.status_changed` → `Status changed`.
pub fn sentence(name: &str) -> String {
    let last = match name.split_once('.') {
        Some((first, rest)) if is_word(first) && is_word(rest) => rest,
        _ => name,
    };
    if !is_word(last) {
        return last.to_string();
    }
    let spaced = last.replace('_', " ");
    let mut chars = spaced.chars();
    chars.next().map_or(String::new(), |c| c.to_uppercase().chain(chars).collect())
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
}

/// The source of events that our own browser SDK sent.
pub const SDK_SOURCE: &str = "browser_sdk";

/// Sources that a workspace usually has; others can be asked for by name.
pub const USUAL_SOURCES: [&str; 8] =
    ["api", SDK_SOURCE, "segment", "rapport", "sentry", "hubspot", "dialpad", "help_centre"];

/// A source's name as people write it: `help_centre` → `Help centre`.
pub fn source_label(source: &str) -> String {
    match source {
        "hubspot" => "HubSpot".into(),
        "github" => "GitHub".into(),
        "rapport" => "Rapport".into(),
        "api" => "API".into(),
        SDK_SOURCE => "Browser SDK".into(),
        _ => sentence(source),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::ids::{EventId, Uuid};
    use crate::ticket::Status;
    use crate::timeline::EventTicket;
    use chrono::DateTime;
    use serde_json::json;

    pub(crate) fn event(kind: EventKind, name: &str) -> TimelineItem {
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
    fn a_picture_is_an_https_address_and_no_detail() {
        let with = |address: &str| TimelineItem {
            payload: json!({ICON_URL: address}),
            ..event(EventKind::Event, "x")
        };
        let item = with("https://p.example/a.png");
        assert_eq!(
            (item.picture(), item.detail()),
            (Some("https://p.example/a.png"), String::new())
        );
        for address in ["javascript:alert(1)", "http://p.example/a.png", "data:image/png,x", ""] {
            assert_eq!(with(address).picture(), None, "{address}");
        }
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
