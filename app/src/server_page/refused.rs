//! Plain forms of pages that have a browser half: without scripts a server function answers them.
//!
//! Refused, such a form comes back on a page of its own, with the error and everything that was
//! typed: a redirect to where it stood could carry the error, but not the text.

use super::form::FormData;
use super::{PageRequest, Site};
use crate::Failure;
use crate::api::wants_page;
use crate::frame::{Frame, Section};
use crate::panes::ticket::NewerMessages;
use crate::ui::field::FormError;
use crate::ui::textarea::TextArea;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Form, FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use leptos::prelude::*;
use rapport_domain::AppError;
use rapport_domain::address::LocalPath;
use server_fn::error::ServerFnUrlError;

/// The page that a form stood on, when it comes from here.
const PAGE: &str = "__page";
/// By which `public/updated.js` knows that the page is of another version.
const UPDATED: HeaderName = HeaderName::from_static("rapport-updated");
/// Longest error of a server function that is read.
const ERROR_BYTES: usize = 64 * 1024;
/// What forms carry for themselves; people typed the rest.
const CARRIED: [&str; 18] = [
    // Lists, as `effects[]`: ids and words that a page of ours makes.
    "",
    "addressed",
    "back",
    "client_key",
    "customer",
    "edit",
    "id",
    "list",
    "mode",
    "number",
    "pane",
    "property",
    "quote",
    "seen",
    "sets",
    "signed",
    "version",
    "was",
];

/// Runs a server function. `limit` is the most bytes that it may be sent.
pub async fn keeping(
    site: &Site,
    limit: usize,
    request: Request,
    run: impl AsyncFnOnce(Request) -> Response,
) -> Response {
    let (mut parts, body) = request.into_parts();
    let is_form = parts
        .headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|t| t.as_bytes().starts_with(b"application/x-www-form-urlencoded"));
    let wants_page = wants_page(&parts.headers);
    let Ok(bytes) = to_bytes(body, limit).await else {
        return refusal(StatusCode::PAYLOAD_TOO_LARGE, "This is too much at once.", wants_page);
    };
    if !is_form || !wants_page {
        return with_own_status(run(Request::from_parts(parts, Body::from(bytes))).await).await;
    }
    let form = read(&parts, bytes.clone()).await;
    if let Some(page) = LocalPath::parse(form.text(PAGE)) {
        lead_back(&mut parts, page.as_str());
    }
    let page_request = PageRequest::from_request_parts(&mut parts.clone(), site).await;
    let page = page_of(&parts);
    let action = parts.uri.path().to_string();
    let answer = run(Request::from_parts(parts, Body::from(bytes))).await;
    let (Some(error), Ok(page_request)) = (error_of(&answer), page_request) else { return answer };
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::BAD_REQUEST);
    page_request.respond(status, "Not saved", || again(&form, &error, action, page))
}

/// The answer where there is no such server function: the page is of another version.
pub fn unknown(headers: &HeaderMap) -> Response {
    let text = "Rapport was updated. Reload the page and try again.";
    let mut answer = refusal(StatusCode::NOT_FOUND, text, wants_page(headers));
    answer.headers_mut().insert(UPDATED, HeaderValue::from_static("1"));
    answer
}

/// A refusal before any function ran: a line for people, an error as pages read it.
fn refusal(status: StatusCode, text: &str, wants_page: bool) -> Response {
    if wants_page {
        return (status, text.to_string()).into_response();
    }
    (status, axum::Json(Failure(AppError::Transport(text.into())))).into_response()
}

/// What was refused before the function ran, as arguments that cannot be read, is no fault of the
/// server's: it has the status of its error.
async fn with_own_status(answer: Response) -> Response {
    if answer.status() != StatusCode::INTERNAL_SERVER_ERROR {
        return answer;
    }
    let (mut parts, body) = answer.into_parts();
    let bytes = to_bytes(body, ERROR_BYTES).await.unwrap_or_default();
    let status = serde_json::from_slice(&bytes).ok().map(|Failure(error)| error.status());
    if let Some(Ok(status)) = status.map(StatusCode::from_u16) {
        parts.status = status;
    }
    Response::from_parts(parts, Body::from(bytes))
}

async fn read(parts: &Parts, bytes: Bytes) -> FormData {
    let copy = Request::from_parts(parts.clone(), Body::from(bytes));
    let fields = Form::<Vec<(String, String)>>::from_request(copy, &()).await;
    FormData(fields.map(|Form(fields)| fields).unwrap_or_default())
}

/// Scheme and host of an address, and what follows.
fn split_origin(address: &str) -> Option<(&str, &str)> {
    let host = address.find("://")? + 3;
    let path = address[host..].find('/').map_or(address.len(), |at| host + at);
    Some(address.split_at(path))
}

fn referer(parts: &Parts) -> &str {
    parts.headers.get(header::REFERER).and_then(|r| r.to_str().ok()).unwrap_or_default()
}

/// The server function leads back to where the form stood at first.
fn lead_back(parts: &mut Parts, page: &str) {
    let address = split_origin(referer(parts)).map(|(origin, _)| format!("{origin}{page}"));
    if let Some(value) = address.and_then(|a| HeaderValue::from_str(&a).ok()) {
        parts.headers.insert(header::REFERER, value);
    }
}

fn page_of(parts: &Parts) -> String {
    LocalPath::of_address(referer(parts)).map_or_else(|| "/".into(), String::from)
}

/// The error that a redirect carries in its address.
fn error_of(answer: &Response) -> Option<AppError> {
    let to = answer.headers().get(header::LOCATION)?.to_str().ok()?;
    let (_, encoded) = to.split_once("__err=")?;
    let encoded = encoded.split('&').next()?.replace("%3D", "=");
    Some(ServerFnUrlError::<Failure>::decode_err(&encoded).0)
}

/// `edit[job_title]` in people's words; a lone `value` is called by the property it is of.
fn label(name: &str, form: &FormData) -> String {
    let part = name.trim_end_matches(']').rsplit('[').next().unwrap_or(name);
    let part = if part == "value" { form.text("property") } else { part };
    let words = part.trim_start_matches("field:").replace('_', " ");
    let mut chars = words.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

fn was_typed(name: &str, value: &str) -> bool {
    let part = name.trim_end_matches(']').rsplit('[').next().unwrap_or(name);
    let is_id = value.len() == 30 && value.as_bytes()[3] == b'_' && !value.contains(' ');
    !CARRIED.contains(&part) && !is_id && !["1", "on", "true", "false"].contains(&value)
}

fn again(form: &FormData, error: &AppError, action: String, page: String) -> AnyView {
    let fields: Vec<_> = form
        .0
        .iter()
        .filter(|(name, _)| name != PAGE)
        .map(|(name, value)| {
            let (name, mut value) = (name.clone(), value.clone());
            if let (AppError::Overtaken(came), "seen") = (error, name.as_str()) {
                value = came.iter().map(|m| m.id).max().map_or(value, |upto| upto.to_string());
            }
            if !was_typed(&name, &value) {
                return view! { <input type="hidden" name=name value=value /> }.into_any();
            }
            let label = label(&name, form);
            let long = value.contains('\n') || value.chars().count() > 60;
            let input = if long {
                view! { <TextArea name label=label.clone() rows=8 value /> }.into_any()
            } else {
                view! { <input name=name value=value /> }.into_any()
            };
            view! { <label class="field-row"><span class="field-label">{label}</span>{input}</label> }
                .into_any()
        })
        .collect();
    let message = error.to_string();
    let came = match error {
        AppError::Overtaken(came) => came.clone(),
        _ => Vec::new(),
    };
    let button = if came.is_empty() { "Try again" } else { "Send anyway" };
    let came = (!came.is_empty()).then(|| view! { <NewerMessages came /> });
    let form = view! {
        <form class="form config-form" method="post" action=action aria-label="Not saved">
            <FormError message />
            {came}
            <input type="hidden" name=PAGE value=page.clone() />
            {fields}
            <div class="form-actions">
                <button class="btn primary" type="submit">{button}</button>
                <a class="btn quiet" href=page>"Back without saving"</a>
            </div>
        </form>
    }
    .into_any();
    view! {
        <Frame section=Section::Inbox crumbs=|| view! { <strong>"Not saved"</strong> }>
            <div class="config-page">
                <header><h1>"Not saved"</h1></header>
                {form}
            </div>
        </Frame>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_back_stays_on_this_server() {
        let split = split_origin("https://r.example:8443/inbox?a=1");
        assert_eq!(split, Some(("https://r.example:8443", "/inbox?a=1")));
        assert_eq!(split_origin("https://r.example"), Some(("https://r.example", "")));
    }

    #[test]
    fn what_people_typed_is_told_from_what_forms_carry() {
        let form = FormData(vec![("property".into(), "field:plan_at".into())]);
        assert_eq!(label("edit[job_title]", &form), "Job title");
        assert_eq!(label("value", &form), "Plan at");
        assert!(was_typed("edit[job_title]", "Head of it"));
        assert!(!was_typed("edit[version]", "3"));
        assert!(!was_typed("assignee", "usr_01jdb2x4v0e5r8s3q6t9wzy1aa"));
    }
}
