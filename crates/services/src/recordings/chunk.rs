//! Reading what a recorder sent: which events there are, what they tell, and all of it once more
//! without secrets. Nothing is built of a page here, however deep it nests.

use super::json;
use crate::Result;
use rapport_domain::AppError;
use rapport_domain::limits::{LINE_CHARS, RECORDING_CHUNK_EVENTS, URL_CHARS};
use rapport_domain::recording::{ChunkFacts, scrub, without_query_values};
use rapport_domain::text;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// Marks of one kind that are read of one chunk.
const MARKS_MAX: usize = 500;

/// A chunk that was read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Chunk {
    /// The events without secrets, a JSON array.
    pub json: Vec<u8>,
    pub facts: ChunkFacts,
}

/// An event as rrweb writes it.
#[derive(Deserialize)]
struct Event<'a> {
    #[serde(rename = "type")]
    kind: u8,
    timestamp: f64,
    #[serde(borrow)]
    data: Option<&'a RawValue>,
}

#[derive(Deserialize, Serialize)]
struct Meta {
    href: String,
    width: f64,
    height: f64,
}

#[derive(Deserialize)]
struct Incremental {
    source: u8,
    #[serde(rename = "type")]
    kind: Option<serde_json::Number>,
}

#[derive(Deserialize)]
struct Custom<'a> {
    tag: String,
    #[serde(borrow)]
    payload: Option<&'a RawValue>,
}

/// What is kept of a request: neither headers nor a body, whoever sends them.
#[derive(Default, Deserialize, Serialize)]
#[serde(default)]
struct Network {
    method: String,
    url: String,
    status: i32,
    ms: f64,
    bytes: f64,
    kind: String,
    failed: bool,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Payload {
    href: String,
    reason: String,
}

#[derive(Serialize)]
struct Rewritten<'a, T> {
    #[serde(rename = "type")]
    kind: u8,
    timestamp: f64,
    data: &'a T,
}

#[derive(Serialize)]
struct CustomData<'a, T> {
    tag: &'a str,
    payload: T,
}

/// Reads a chunk's unpacked bytes.
pub(super) fn read(bytes: &[u8]) -> Result<Chunk> {
    let wrong = |why: &str| AppError::invalid("events", why);
    let text = std::str::from_utf8(bytes).map_err(|_| wrong("The events are not UTF-8."))?;
    let events: Vec<&RawValue> =
        serde_json::from_str(text).map_err(|_| wrong("The events are no JSON list."))?;
    if events.is_empty() || events.len() > RECORDING_CHUNK_EVENTS {
        return Err(wrong("A chunk has between one and 100,000 events."));
    }
    let mut facts = ChunkFacts { first_at: i64::MAX, last_at: i64::MIN, ..ChunkFacts::default() };
    let mut out = Vec::with_capacity(bytes.len());
    out.push(b'[');
    for (n, raw) in events.iter().enumerate() {
        let bad = || AppError::invalid(&format!("events[{n}]"), "This is no event of a recording.");
        let event: Event = serde_json::from_str(raw.get()).map_err(|_| bad())?;
        let at = moment(event.timestamp).ok_or_else(bad)?;
        if n > 0 {
            out.push(b',');
        }
        facts.first_at = facts.first_at.min(at);
        facts.last_at = facts.last_at.max(at);
        facts.events += 1;
        note(&event, at, &mut facts);
        match rewritten(&event) {
            Some(text) => out.extend_from_slice(text.as_bytes()),
            None => json::scrub_into(raw.get(), &mut out).map_err(|_| bad())?,
        }
    }
    out.push(b']');
    Ok(Chunk { json: out, facts })
}

/// Milliseconds since 1970, within this century.
fn moment(timestamp: f64) -> Option<i64> {
    let within =
        timestamp.is_finite() && (946_684_800_000.0..4_102_444_800_000.0).contains(&timestamp);
    #[expect(clippy::cast_possible_truncation, reason = "the range was checked")]
    within.then_some(timestamp as i64)
}

fn data<'a, T: Deserialize<'a>>(event: &Event<'a>) -> Option<T> {
    serde_json::from_str(event.data?.get()).ok()
}

fn note(event: &Event, at: i64, facts: &mut ChunkFacts) {
    fn mark(marks: &mut Vec<i64>, at: i64) {
        if marks.len() < MARKS_MAX {
            marks.push(at);
        }
    }
    match event.kind {
        2 => facts.full_at = Some(facts.full_at.unwrap_or(at).min(at)),
        3 => {
            let Some(Incremental { source, kind }) = data(event) else { return };
            let kind = kind.and_then(|k| k.as_u64());
            // 1 mouse, 2 clicks and touches, 3 scrolling, 5 input, 6 fingers, 12 drag.
            if matches!(source, 1 | 2 | 3 | 5 | 6 | 12) && facts.active.last() != Some(&at) {
                mark(&mut facts.active, at);
            }
            if source == 2 && kind == Some(2) {
                facts.clicks += 1;
            }
        }
        4 => {
            let Some(meta) = data::<Meta>(event) else { return };
            page(&meta.href, at, facts);
            let side = |n: f64| (1.0..100_000.0).contains(&n).then_some(n);
            if let (Some(w), Some(h)) = (side(meta.width), side(meta.height)) {
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "in range"
                )]
                facts.screen.get_or_insert((w as u32, h as u32));
            }
        }
        5 => {
            let Some(Custom { tag, payload }) = data(event) else { return };
            let read = || -> Payload {
                payload.and_then(|p| serde_json::from_str(p.get()).ok()).unwrap_or_default()
            };
            match tag.as_str() {
                "rapport.page" => page(&read().href, at, facts),
                "rapport.error" => mark(&mut facts.errors, at),
                "rapport.rage" => mark(&mut facts.rage, at),
                "rapport.dead" => mark(&mut facts.dead, at),
                "rapport.stop" => facts.stopped = Some(text::excerpt(&read().reason, LINE_CHARS)),
                _ => {}
            }
        }
        _ => {}
    }
}

/// A page counts when its path is another than the last one's.
fn page(href: &str, at: i64, facts: &mut ChunkFacts) {
    let url = without_query_values(href);
    let path = url
        .split_once("://")
        .map_or(url.as_str(), |(_, rest)| rest.find('/').map_or("/", |slash| &rest[slash..]));
    let (path, route) = path.split_once('#').map_or((path, ""), |(p, r)| (p, r));
    let path = path.split('?').next().unwrap_or_default();
    let path = if route.is_empty() { path.to_string() } else { format!("{path}#{route}") };
    let path = text::excerpt(&text::clean_line(&path), URL_CHARS.min(LINE_CHARS));
    let same = facts.pages.last().is_some_and(|(_, last)| *last == path);
    if path.starts_with('/') && !same && facts.pages.len() < MARKS_MAX {
        facts.pages.push((at, path));
    }
}

/// Events whose fields are known are written anew, with those fields alone.
fn rewritten(event: &Event) -> Option<String> {
    let with = |data: &serde_json::Value| {
        serde_json::to_string(&Rewritten { kind: event.kind, timestamp: event.timestamp, data })
            .ok()
    };
    match event.kind {
        4 => {
            let meta: Meta = data(event)?;
            let href = without_query_values(&meta.href);
            with(&serde_json::to_value(Meta { href, ..meta }).ok()?)
        }
        5 => {
            let Custom { tag, payload } = data(event)?;
            let payload = payload?.get();
            let payload = match tag.as_str() {
                "rapport.network" => {
                    let sent: Network = serde_json::from_str(payload).unwrap_or_default();
                    let word = |t: &str| text::excerpt(&text::clean_line(t), 20);
                    let url = text::excerpt(&without_query_values(&sent.url), URL_CHARS);
                    let kept =
                        Network { method: word(&sent.method), kind: word(&sent.kind), url, ..sent };
                    serde_json::to_value(kept).ok()?
                }
                "rapport.page" => {
                    let read: Payload = serde_json::from_str(payload).unwrap_or_default();
                    serde_json::json!({ "href": without_query_values(&scrub(&read.href)) })
                }
                _ => return None,
            };
            with(&serde_json::to_value(CustomData { tag: &tag, payload }).ok()?)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const AT: i64 = 1_764_452_000_000;

    fn chunk(events: &[serde_json::Value]) -> Result<Chunk> {
        read(serde_json::to_string(events).expect("json").as_bytes())
    }

    fn event(kind: u8, at: i64, data: serde_json::Value) -> serde_json::Value {
        serde_json::json!({"type": kind, "timestamp": AT + at, "data": data})
    }

    #[test]
    fn a_chunk_tells_pages_clicks_and_what_went_wrong() {
        let read = chunk(&[
            event(4, 0, json!({"href": "https://s.example/cart?card=4242424242424242", "width": 1440, "height": 900})),
            event(2, 5, json!({"node": {}})),
            event(3, 900, json!({"source": 2, "type": 2, "id": 4})),
            event(3, 950, json!({"source": 0, "texts": []})),
            event(5, 990, json!({"tag": "rapport.error", "payload": {"message": "x"}})),
            event(5, 999, json!({"tag": "rapport.page", "payload": {"href": "https://s.example/pay#/step?x=1"}})),
        ])
        .expect("good");
        let facts = &read.facts;
        assert_eq!((facts.events, facts.first_at, facts.last_at), (6, AT, AT + 999));
        assert_eq!(facts.full_at, Some(AT + 5));
        assert_eq!(facts.pages, [(AT, "/cart".into()), (AT + 999, "/pay#/step".into())]);
        assert_eq!(
            (facts.clicks, &facts.active, &facts.errors),
            (1, &vec![AT + 900], &vec![AT + 990])
        );
        assert_eq!(facts.screen, Some((1440, 900)));
        let text = String::from_utf8(read.json).expect("utf-8");
        assert!(!text.contains("4242") && text.contains("cart?card=…"), "{text}");
    }

    #[test]
    fn a_request_keeps_no_header_and_no_query() {
        let payload = serde_json::json!({"tag": "rapport.network", "payload": {
            "method": "POST", "url": "https://a.example/pay?token=abc", "status": 200, "ms": 12, "bytes": 9,
            "kind": "fetch", "headers": {"authorization": "Bearer s3cr3t.value"}, "body": "pin 1234"}});
        let read = chunk(&[event(5, 0, payload)]).expect("good");
        let text = String::from_utf8(read.json).expect("utf-8");
        assert!(text.contains("https://a.example/pay?token=…"), "{text}");
        for gone in ["abc", "s3cr3t", "1234", "authorization"] {
            assert!(!text.contains(gone), "{gone} in {text}");
        }
    }

    #[test]
    fn what_is_no_recording_is_refused_and_says_where() {
        for bad in [
            "",
            "{}",
            "[]",
            "[1]",
            "[{\"type\":3}]",
            "[{\"type\":3,\"timestamp\":5}]",
            "[{\"type\":3,\"timestamp\":1e99}]",
            "\u{7f}",
        ] {
            assert!(read(bad.as_bytes()).is_err(), "{bad}");
        }
        assert!(read(b"[\"\xff\"]").is_err());
        let deep = format!(
            "[{{\"type\":2,\"timestamp\":{AT},\"data\":{}1{}}}]",
            "[".repeat(100_000),
            "]".repeat(100_000)
        );
        assert!(read(deep.as_bytes()).is_err());
        // A page nests deep, and that is fine.
        let deep = format!(
            "[{{\"type\":2,\"timestamp\":{AT},\"data\":{}1{}}}]",
            "[".repeat(1_000),
            "]".repeat(1_000)
        );
        assert!(read(deep.as_bytes()).is_ok());
    }
}
