//! The mark by which a browser is known again at its next log-in: a cookie that opens nothing. One that
//! has none gets it with the answer that logs somebody in.

use crate::middleware::session::{self, cookie_of};
use crate::state::AppState;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use rapport_services::auth;

/// Over TLS the prefix makes the browser refuse the cookie from anywhere else.
const NAME: &str = "rapport-device";
const TLS_NAME: &str = "__Host-rapport-device";
/// Seconds that it is kept, from the last log-in on: as long as browsers keep any cookie.
const AGE: u32 = 400 * 86_400;
/// Characters of a mark.
const CHARS: usize = 43;
/// Sees to it that who logs in has a mark. It stands around the routes by which people do.
pub async fn mark(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let tls = state.config.tls();
    let name = if tls { TLS_NAME } else { NAME };
    let mark = mark_of(request.headers()).unwrap_or_else(|| {
        let mark = auth::new_mark();
        // A mark is a header's value.
        if let Ok(value) = HeaderValue::from_str(&format!("{name}={mark}")) {
            request.headers_mut().append(header::COOKIE, value);
        }
        mark
    });
    let mut answer = next.run(request).await;
    if session::begins(tls, answer.headers()) {
        let secure = if tls { "; Secure" } else { "" };
        let cookie =
            format!("{name}={mark}; Path=/; Max-Age={AGE}; HttpOnly; SameSite=Lax{secure}");
        if let Ok(value) = HeaderValue::from_str(&cookie) {
            answer.headers_mut().append(header::SET_COOKIE, value);
        }
    }
    answer
}

/// The mark that a request brings; what is none of ours counts as none.
pub fn mark_of(headers: &HeaderMap) -> Option<String> {
    let known = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let found = [TLS_NAME, NAME].into_iter().find_map(|name| cookie_of(headers, name));
    found.filter(|mark| mark.len() == CHARS && mark.chars().all(known)).map(String::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_marks_of_ours_count() {
        let of = |cookie: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::COOKIE, cookie.parse().expect("a header"));
            mark_of(&headers)
        };
        let mark = auth::new_mark();
        assert_eq!(of(&format!("a=b; rapport-device={mark}")), Some(mark.clone()));
        assert_eq!(of(&format!("__Host-rapport-device={mark}")), Some(mark.clone()));
        assert_eq!(of("rapport-device=short"), None);
        assert_eq!(of(&format!("rapport-device={}", &mark.replace(&mark[..1], "%"))), None);
        assert_eq!(of(&format!("other={mark}")), None);
    }
}
