//! A panic while an answer's body is being sent: the connection ends, and the log says for whom.
//!
//! `CatchPanicLayer` sees what happens before the head is sent. A body is asked for more long after.

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use http::{Method, Uri};
use hyper::body::{Frame, SizeHint};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};

/// Watches over the answer's body.
pub async fn watch(request: Request, next: Next) -> Response {
    let (method, uri) = (request.method().clone(), request.uri().clone());
    next.run(request).await.map(|body| Body::new(Watched { body, method, uri, dead: false }))
}

struct Watched {
    body: Body,
    method: Method,
    uri: Uri,
    /// Whatever panicked once is not asked again.
    dead: bool,
}

impl HttpBody for Watched {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if self.dead {
            return Poll::Ready(None);
        }
        let poll = AssertUnwindSafe(|| Pin::new(&mut self.body).poll_frame(cx));
        match catch_unwind(poll) {
            Ok(frame) => frame,
            Err(_) => {
                self.dead = true;
                // The path alone: a query may hold what somebody searched for.
                tracing::error!(method = %self.method, path = self.uri.path(), "an answer's body panicked");
                let broken = std::io::Error::other("the answer broke off");
                Poll::Ready(Some(Err(axum::Error::new(broken))))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.dead || self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::Router;
    use axum::body::to_bytes;
    use axum::routing::get;
    use futures_util::{StreamExt, stream};
    use tower::ServiceExt;

    #[tokio::test]
    async fn a_body_that_panics_breaks_off_and_takes_nothing_along() {
        let body = async || {
            let parts = stream::iter([Some("first"), None])
                .map(|part| Ok::<_, std::io::Error>(part.expect("this one panics")));
            Response::new(Body::from_stream(parts))
        };
        let app = Router::new().route("/", get(body)).layer(axum::middleware::from_fn(watch));
        let request = Request::get("/").body(Body::empty()).expect("a request");
        let answer = app.oneshot(request).await.expect("an answer");
        assert!(to_bytes(answer.into_body(), 1_000).await.is_err());
    }
}
