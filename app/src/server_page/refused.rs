//! Plain forms of pages that have a browser half: without scripts a server function answers them.
//!
//! Refused, such a form comes back on the page where it stood, with the error and everything that
//! was typed: a redirect to there could carry the error, but not the text.

use super::form::FormData;
use super::put_back::{Refused, escaped, put_back};
use crate::Failure;
use crate::api::wants_page;
use crate::http_status;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Form, FromRequest, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{Html, IntoResponse, Response};
use rapport_domain::AppError;
use rapport_domain::address::LocalPath;
use server_fn::error::ServerFnUrlError;

/// The page that a form stood on, where the address bar does not say it: sent once more from what
/// was answered to a form, only the form itself knows.
const PAGE: &str = "__page";
/// By which `public/updated.js` knows that the page is of another version.
const UPDATED: HeaderName = HeaderName::from_static("rapport-updated");
/// Longest error of a server function that is read, and longest page.
const ERROR_BYTES: usize = 64 * 1024;
const PAGE_BYTES: usize = 16 * 1024 * 1024;

/// Runs a server function. `limit` is the most bytes that it may be sent; `show` renders a page.
pub async fn keeping(
    limit: usize,
    request: Request,
    run: impl AsyncFnOnce(Request) -> Response,
    show: impl AsyncFnOnce(Request) -> Response,
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
    let asked = parts.clone();
    let answer = run(Request::from_parts(parts, Body::from(bytes))).await;
    let Some((to, error)) = error_of(&answer) else { return answer };
    again(asked, to, &form, &error, show).await
}

/// The page where the form stood, rendered as it is now, with the form as it was sent.
async fn again(
    asked: Parts,
    to: Uri,
    form: &FormData,
    error: &AppError,
    show: impl AsyncFnOnce(Request) -> Response,
) -> Response {
    let status = http_status(error);
    let action = asked.uri.path().to_string();
    let carried =
        format!("<input type=\"hidden\" name=\"{PAGE}\" value=\"{}\">", escaped(&plain(&to)));
    let mut page = asked;
    (page.method, page.uri) = (Method::GET, to);
    for name in [header::CONTENT_TYPE, header::CONTENT_LENGTH] {
        page.headers.remove(name);
    }
    let shown = show(Request::from_parts(page, Body::empty())).await;
    let (mut parts, body) = shown.into_parts();
    let html = to_bytes(body, PAGE_BYTES).await.unwrap_or_default();
    let message = error.to_string();
    let text = std::str::from_utf8(&html).unwrap_or_default();
    let refused = Refused { action: &action, form, message: &message, carried: &carried };
    let Some(html) = put_back(text, &refused) else {
        // Its page has no such form any more. The browser still has the words.
        let text =
            format!("{message}\n\nNothing was saved. Go back: what you typed is still there.\n");
        return (status, text).into_response();
    };
    parts.status = status;
    parts.headers.remove(header::CONTENT_LENGTH);
    (parts.status, parts.headers, Html(html)).into_response()
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

/// A page's address without the error that it was led to with.
fn plain(address: &Uri) -> String {
    let ours = |pair: &&str| pair.starts_with("__err=") || pair.starts_with("__path=");
    let query = address.query().unwrap_or_default();
    let rest: Vec<_> = query.split('&').filter(|p| !p.is_empty() && !ours(p)).collect();
    match rest.is_empty() {
        true => address.path().to_string(),
        false => format!("{}?{}", address.path(), rest.join("&")),
    }
}

/// The address that a redirect leads to, and the error that it carries there.
fn error_of(answer: &Response) -> Option<(Uri, AppError)> {
    let to = answer.headers().get(header::LOCATION)?.to_str().ok()?;
    let (_, encoded) = to.split_once("__err=")?;
    let encoded = encoded.split('&').next()?.replace("%3D", "=");
    let error = ServerFnUrlError::<Failure>::decode_err(&encoded).0;
    let (_, path) = split_origin(to).unwrap_or(("", to));
    Some((path.parse().ok()?, error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_back_stays_on_this_server() {
        let split = split_origin("https://r.example:8443/inbox?a=1");
        assert_eq!(split, Some(("https://r.example:8443", "/inbox?a=1")));
        assert_eq!(split_origin("https://r.example"), Some(("https://r.example", "")));
        let led = Uri::from_static("/customers/cus_1?edit=contact&__path=%2Fapi&__err=abc");
        assert_eq!(plain(&led), "/customers/cus_1?edit=contact");
        assert_eq!(plain(&Uri::from_static("/inbox?__err=abc")), "/inbox");
    }
}
