//! Pictures of people: chosen by themselves, shown to their colleagues.
//!
//! - `POST /settings/account/picture`: a form with one file; leads back to the page it stands on, with
//!   `?picture=` and the word of [`PictureRefusal`] where it was refused;
//! - `GET /files/people/{id}`: the picture, or one of nothing, so that a page need not know who has one.
//!   Kept for ever by its version (`?v=`), else for some minutes.

use crate::download::{self, SANDBOX};
use crate::refused::Refused;
use crate::state::AppState;
use axum::Router;
use axum::extract::multipart::{Field, Multipart};
use axum::extract::{DefaultBodyLimit, Extension, Path, Query, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use bytes::{Bytes, BytesMut};
use rapport_domain::own_account::{PICTURE_BYTES, PictureRefusal};
use rapport_domain::session::Viewer;
use rapport_domain::{AppError, UserId};
use rapport_services::auth::FromAddress;
use rapport_services::{Ctx, own_account};
use serde::Deserialize;
use std::time::Duration;
use tower_http::timeout::RequestBodyTimeoutLayer;

const PAGE: &str = "/settings/account";
/// Bytes of a form that are taken: of what is refused as much is read and dropped, for a browser hears
/// no answer before it has sent all.
const BODY_BYTES: usize = 4 * PICTURE_BYTES;
/// How long a sender may pause within a body.
const BODY_PAUSE: Duration = Duration::from_secs(30);
/// Fields of a form that are looked at.
const FIELDS_MAX: usize = 4;
/// How long a browser believes in a picture that it asked for without a version.
const KEPT: HeaderValue = HeaderValue::from_static("private, max-age=300");
const KEPT_FOR_EVER: HeaderValue = HeaderValue::from_static("private, max-age=31536000, immutable");
/// One pixel of nothing.
const NOTHING: &[u8] = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\0\0\0\x21\xf9\x04\x01\0\0\0\0\x2c\0\0\0\0\x01\0\x01\0\0\x02\x01\x44\0\x3b";

/// The routes; below the session layer.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/settings/account/picture", post(choose))
        .layer(DefaultBodyLimit::max(BODY_BYTES))
        .layer(RequestBodyTimeoutLayer::new(BODY_PAUSE))
        .route("/files/people/{id}", get(show))
}

#[derive(Debug, Deserialize)]
struct Version {
    #[serde(default)]
    v: String,
}

async fn show(
    State(state): State<AppState>,
    Extension(viewer): Extension<Viewer>,
    Path(id): Path<String>,
    Query(version): Query<Version>,
) -> Result<Response, Refused> {
    let ctx = Ctx::for_viewer(state.store, viewer);
    let user: UserId = id.parse().map_err(|_| AppError::NotFound)?;
    let (kind, bytes, kept) = match own_account::picture(&ctx, user).await? {
        Some((id, bytes)) if id.to_string() == version.v => ("image/jpeg", bytes, KEPT_FOR_EVER),
        Some((_, bytes)) => ("image/jpeg", bytes, KEPT),
        None => ("image/gif", Bytes::from_static(NOTHING), KEPT),
    };
    let mut answer = (download::headers(kind, SANDBOX, "inline"), bytes).into_response();
    answer.headers_mut().insert(header::CACHE_CONTROL, kept);
    Ok(answer)
}

async fn choose(
    State(state): State<AppState>,
    Extension(viewer): Extension<Viewer>,
    from: Option<Extension<FromAddress>>,
    mut form: Multipart,
) -> Response {
    let from = from.map(|Extension(from)| from.0).unwrap_or_default();
    let ctx = Ctx::for_viewer(state.store, viewer).asked_from(from);
    let mut file = Ok(Bytes::new());
    for _ in 0..FIELDS_MAX {
        match form.next_field().await {
            Ok(Some(field)) if field.name() == Some("picture") => file = read(field).await,
            Ok(Some(_)) => {}
            Ok(None) => break,
            Err(_) => return back(PictureRefusal::TooLarge),
        }
    }
    let file = match file {
        Ok(file) => file,
        Err(refusal) => return back(refusal),
    };
    match own_account::set_picture(&ctx, file).await {
        Ok(Ok(())) => Redirect::to(&format!("{PAGE}?done=picture")).into_response(),
        Ok(Err(refusal)) => back(refusal),
        Err(error) => Refused(error).into_response(),
    }
}

/// The bytes of a file; what is too much of them is read to its end all the same.
async fn read(mut field: Field<'_>) -> Result<Bytes, PictureRefusal> {
    let mut bytes = BytesMut::new();
    let mut too_large = false;
    while let Some(more) = field.chunk().await.map_err(|_| PictureRefusal::TooLarge)? {
        too_large |= bytes.len() + more.len() > PICTURE_BYTES;
        if !too_large {
            bytes.extend_from_slice(&more);
        }
    }
    if too_large { Err(PictureRefusal::TooLarge) } else { Ok(bytes.freeze()) }
}

fn back(refusal: PictureRefusal) -> Response {
    Redirect::to(&format!("{PAGE}?picture={}", refusal.as_str())).into_response()
}
