//! `/csat/{token}`: where customers say how it went. Nobody is logged in here.
//!
//! Opening the address shows a form and records nothing, whatever is in the query: programs
//! that check links open it as well. Only sending the form does.

use crate::middleware::small_body;
use crate::state::AppState;
use axum::Router;
use axum::extract::{Form, Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use html_escape::encode_safe;
use rapport_domain::{AppError, limits};
use rapport_services::csat::{self, Survey};
use rapport_store::Store;
use serde::Deserialize;

const POLICY: &str = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; \
    frame-ancestors 'none'";
/// From one star to five.
const WORDS: [&str; 5] = ["Very bad", "Bad", "Fair", "Good", "Great"];

/// The routes.
pub fn router() -> Router<AppState> {
    let form = get(form).post(send).layer(axum::middleware::from_fn(small_body::take));
    Router::new().route("/csat/{token}", form)
}

#[derive(Debug, Deserialize)]
struct Chosen {
    /// Chosen already in the mail.
    score: Option<i16>,
}

async fn form(
    State(store): State<Store>,
    Path(token): Path<String>,
    Query(chosen): Query<Chosen>,
) -> Response {
    match csat::open(&store, &token).await {
        Ok(survey) => page(StatusCode::OK, &question(&survey, chosen.score, "")),
        Err(error) => refused(&error),
    }
}

#[derive(Debug, Deserialize)]
struct Answer {
    score: Option<i16>,
    #[serde(default)]
    comment: String,
}

async fn send(
    State(store): State<Store>,
    Path(token): Path<String>,
    Form(answer): Form<Answer>,
) -> Response {
    let survey = match csat::open(&store, &token).await {
        Ok(survey) => survey,
        Err(error) => return refused(&error),
    };
    let again = |wrong: &str| {
        page(StatusCode::UNPROCESSABLE_ENTITY, &question(&survey, answer.score, wrong))
    };
    let Some(score) = answer.score else { return again("Choose one to five stars.") };
    match csat::answer(&store, &token, score, &answer.comment).await {
        Ok(()) => page(
            StatusCode::OK,
            "<h1>Thank you</h1><p>Your answer has reached the team. You can close this page.</p>",
        ),
        Err(AppError::Invalid(wrong)) => again(wrong.first().map_or("", |w| w.message.as_str())),
        Err(error) => refused(&error),
    }
}

/// Everything that people wrote is escaped.
fn question(survey: &Survey, chosen: Option<i16>, wrong: &str) -> String {
    let stars: String = (1..=5)
        .zip(WORDS)
        .map(|(n, word)| {
            let checked = if chosen == Some(n) { " checked" } else { "" };
            format!(
                "<label><input type=\"radio\" name=\"score\" value=\"{n}\" required{checked}>\
                <span aria-hidden=\"true\">{}</span><span>{word}</span></label>",
                "★".repeat(usize::try_from(n).unwrap_or(0))
            )
        })
        .collect();
    let wrong = match wrong {
        "" => String::new(),
        text => format!("<p class=\"wrong\" role=\"alert\">{}</p>", encode_safe(text)),
    };
    format!(
        "<h1>How did we do?</h1><p>About your request <strong>{}</strong> (#{}) to {}.</p>{wrong}\
        <form method=\"post\"><fieldset><legend>Your rating</legend>{stars}</fieldset>\
        <label class=\"comment\">Anything to add? <input name=\"comment\" maxlength=\"{}\"></label>\
        <button>Send</button></form>",
        encode_safe(&survey.subject),
        survey.number,
        encode_safe(&survey.workspace_name),
        limits::FIELD_TEXT_CHARS,
    )
}

fn refused(error: &AppError) -> Response {
    let status = rapport_app::http_status(error);
    let text = match error {
        AppError::NotFound => {
            "<h1>This link does not work any more</h1><p>Surveys can be answered for 30 days.</p>"
        }
        _ => "<h1>This did not work</h1><p>Nothing was lost. Please try again in a minute.</p>",
    };
    page(status, text)
}

fn page(status: StatusCode, content: &str) -> Response {
    let html = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
        <meta name=\"viewport\" content=\"width=device-width\"><meta name=\"robots\" content=\"noindex\">\
        <title>How did we do?</title><link rel=\"stylesheet\" href=\"/survey.css\"></head>\
        <body><main>{content}</main></body></html>"
    );
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    (status, headers, Html(html)).into_response()
}
