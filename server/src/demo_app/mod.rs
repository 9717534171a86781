//! `/demo-app`: a small web shop that uses the browser SDK, to try it out. In demo mode only;
//! anywhere else there is no such page. It plays the customers' own site: it has its own idea
//! of who is signed in, and signs a token for them.

mod pages;

use crate::api::problem::Problem;
use crate::state::AppState;
use axum::extract::{Form, Path, Query, State};
use axum::http::header;
use axum::middleware::{self, Next};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use axum::{Router, extract::Request};
use rapport_domain::AppError;
use rapport_services::{auth, ingest};
use serde::Deserialize;

/// The demo workspace's key for browsers.
const KEY: &str = "rpk_demo_write";
/// Scripts and answers of this server alone, as a shop would say it.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; connect-src 'self'; img-src 'self'; \
    form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The shop's pages.
pub fn router(state: &AppState) -> Router<AppState> {
    Router::new()
        .route("/demo-app", get(shelf))
        .route("/demo-app/things/{thing}", get(thing))
        .route("/demo-app/checkout", get(async || Html(pages::checkout())))
        .route("/demo-app/sign-in", get(form).post(sign_in))
        .route("/demo-app/shop.js", get(script))
        .route("/demo-app/shop.css", get(style))
        .layer(middleware::from_fn_with_state(state.clone(), demo_only))
}

async fn demo_only(State(state): State<AppState>, request: Request, next: Next) -> Response {
    if !state.config.demo {
        return Problem::from(AppError::NotFound).into_response();
    }
    let mut response = next.run(request).await;
    let policy = header::HeaderValue::from_static(POLICY);
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    response
}

async fn shelf() -> Html<String> {
    Html(pages::shelf())
}

async fn thing(Path(name): Path<String>) -> Result<Html<String>, Problem> {
    pages::thing(&name).map(Html).ok_or_else(|| AppError::NotFound.into())
}

#[derive(Debug, Default, Deserialize)]
struct SignIn {
    #[serde(default)]
    user: String,
    #[serde(default)]
    email: String,
    #[serde(default)]
    name: String,
}

async fn form(Query(form): Query<SignIn>) -> Html<String> {
    Html(pages::sign_in(&form.user, &form.email, &form.name))
}

/// The shop believes whoever signs in; Rapport believes the shop's token.
async fn sign_in(
    State(state): State<AppState>,
    Form(form): Form<SignIn>,
) -> Result<Html<String>, Problem> {
    let key = auth::api_key(&state.store, KEY).await?.ok_or(AppError::NotFound)?;
    let keys = &state.config.secret_key;
    let email = Some(form.email.as_str()).filter(|e| !e.is_empty());
    let token = ingest::demo_token(&state.store, keys, key.workspace, &form.user, email).await?;
    Ok(Html(pages::signed_in(&form.user, &form.name, &token)))
}

async fn script() -> Response {
    ([(header::CONTENT_TYPE, "text/javascript")], include_str!("shop.js")).into_response()
}

async fn style() -> Response {
    // The product's own look, so that light, dark and small screens are seen to.
    const STYLE: &str = concat!(
        include_str!("../../../style/tokens.css"),
        include_str!("../../../style/base.css"),
        include_str!("../../../style/ui/button.css"),
        include_str!("../../../style/ui/field.css"),
        include_str!("shop.css"),
    );
    ([(header::CONTENT_TYPE, "text/css")], STYLE).into_response()
}
