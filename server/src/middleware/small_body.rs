//! Bodies of forms that strangers may send: small, and sent without dawdling.

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::time::Duration;

/// The largest body: a login, a rating with a comment, the report of a crash.
const BYTES_MAX: usize = 16 * 1024;
/// From the head to the body's last byte, however it drips in.
const DEADLINE: Duration = Duration::from_secs(10);

/// Takes the whole body in before anybody works on it: 413 when it is too large, 408 when it
/// takes too long.
pub async fn take(request: Request, next: Next) -> Response {
    take_within(DEADLINE, request, next).await
}

async fn take_within(deadline: Duration, request: Request, next: Next) -> Response {
    let (head, body) = request.into_parts();
    match tokio::time::timeout(deadline, to_bytes(body, BYTES_MAX)).await {
        Ok(Ok(bytes)) => next.run(Request::from_parts(head, Body::from(bytes))).await,
        Ok(Err(_)) => (StatusCode::PAYLOAD_TOO_LARGE, "This is too much.\n").into_response(),
        Err(_) => (StatusCode::REQUEST_TIMEOUT, "This took too long.\n").into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::Router;
    use axum::routing::post;
    use tower::ServiceExt;

    /// What is answered to a body that comes a byte at a time, `pause` apart.
    async fn status(body: Body) -> StatusCode {
        let quick = axum::middleware::from_fn(|request, next| {
            take_within(Duration::from_millis(100), request, next)
        });
        let app = Router::new().route("/", post(async |body: String| body)).layer(quick);
        let request = Request::post("/").body(body).expect("a request");
        app.oneshot(request).await.expect("an answer").status()
    }

    #[tokio::test]
    async fn a_body_that_drips_or_does_not_end_is_refused() {
        let drips = futures_util::stream::unfold((), async |()| {
            tokio::time::sleep(Duration::from_millis(20)).await;
            Some((Ok::<_, std::io::Error>("a"), ()))
        });
        assert_eq!(status(Body::from_stream(drips)).await, StatusCode::REQUEST_TIMEOUT);
        assert_eq!(status(Body::from(vec![b'a'; BYTES_MAX])).await, StatusCode::OK);
        let large = Body::from(vec![b'a'; BYTES_MAX + 1]);
        assert_eq!(status(large).await, StatusCode::PAYLOAD_TOO_LARGE);
    }
}
