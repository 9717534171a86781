//! `/settings/audit-log/export`: the audit log as a file, for those who may take data out. It is read
//! piece by piece while it is sent.

use crate::refused::Refused;
use crate::state::AppState;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Extension, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures_util::stream;
use rapport_app::pages::settings::audit_query;
use rapport_domain::AppError;
use rapport_domain::audit_log::{AuditLine, AuditQuery};
use rapport_domain::session::Viewer;
use rapport_services::{Ctx, audit_log};
use serde_json::json;
use std::collections::HashMap;

/// The route.
pub fn router() -> Router<AppState> {
    Router::new().route("/settings/audit-log/export", get(export))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Csv,
    JsonLines,
}

async fn export(
    State(state): State<AppState>,
    Extension(viewer): Extension<Viewer>,
    Query(asked): Query<HashMap<String, String>>,
) -> Response {
    let format = match asked.get("format").map(String::as_str) {
        Some("csv") => Format::Csv,
        Some("jsonl") => Format::JsonLines,
        _ => return Refused(AppError::invalid("format", "Ask for csv or jsonl.")).into_response(),
    };
    let query = AuditQuery { after: None, ..audit_query(|name| asked.get(name).cloned()) };
    let ctx = Ctx::for_viewer(state.store.clone(), viewer);
    if let Err(error) = audit_log::begin_export(&ctx, &query).await {
        return Refused(error).into_response();
    }
    let (kind, name) = match format {
        Format::Csv => ("text/csv; charset=utf-8", "audit-log.csv"),
        Format::JsonLines => ("application/jsonl; charset=utf-8", "audit-log.jsonl"),
    };
    let head = match format {
        Format::Csv => "at,kind,who,action,object,address,detail\r\n",
        Format::JsonLines => "",
    };
    let start = Some(Left { ctx, query, ready: Bytes::from(head) });
    let pieces = stream::unfold(start, move |left| next(left, format));
    let disposition = format!("attachment; filename=\"{name}\"");
    let headers =
        [(header::CONTENT_TYPE, kind.to_string()), (header::CONTENT_DISPOSITION, disposition)];
    (headers, Body::from_stream(pieces)).into_response()
}

/// What is left of an export: `ready` leaves before the next lines.
struct Left {
    ctx: Ctx,
    query: AuditQuery,
    ready: Bytes,
}

/// The next piece; nothing after the last one, or after one that could not be read.
async fn next(
    left: Option<Left>,
    format: Format,
) -> Option<(std::io::Result<Bytes>, Option<Left>)> {
    let Left { ctx, mut query, ready } = left?;
    let lines = match audit_log::piece(&ctx, &query).await {
        Ok(lines) => lines,
        // A file that is cut off must not look whole.
        Err(error) => return Some((Err(std::io::Error::other(error.to_string())), None)),
    };
    query.after = lines.last().map(|line| line.id);
    let mut text = Vec::from(ready);
    for line in &lines {
        text.extend_from_slice(written(line, format).as_bytes());
    }
    let more = query.after.is_some().then(|| Left { ctx, query, ready: Bytes::new() });
    Some((Ok(Bytes::from(text)), more))
}

fn written(line: &AuditLine, format: Format) -> String {
    let at = line.at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
    match format {
        Format::Csv => {
            let detail = line.detail.to_string();
            let cells = [
                &at,
                line.who.kind(),
                line.who.label(),
                &line.action,
                &line.object,
                &line.address,
                &detail,
            ];
            cells.map(cell).join(",") + "\r\n"
        }
        Format::JsonLines => {
            let one = json!({
                "id": line.id, "at": at, "kind": line.who.kind(), "who": line.who.label(),
                "action": line.action, "object": line.object, "address": line.address,
                "detail": line.detail,
            });
            one.to_string() + "\n"
        }
    }
}

/// A cell of RFC 4180. What a spreadsheet would run as a formula begins with an apostrophe.
fn cell(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = format!("{}{text}", if formula { "'" } else { "" });
    if text.contains([',', '"', '\r', '\n']) {
        return format!("\"{}\"", text.replace('"', "\"\""));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_holds_any_text_and_runs_nothing() {
        for (text, written) in [
            ("plain", "plain"),
            ("a, \"b\"\nc", "\"a, \"\"b\"\"\nc\""),
            ("=cmd()", "'=cmd()"),
            ("@sum,1", "\"'@sum,1\""),
            ("", ""),
        ] {
            assert_eq!(cell(text), written);
        }
    }
}
