//! Addresses without what says nothing: a form that is sent without scripts names its empty
//! fields too, and such an address is what people keep and send on.

use axum::extract::Request;
use axum::http::{Method, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};

/// Leads on to the same address without its empty parameters.
pub async fn shorten(request: Request, next: Next) -> Response {
    let short = (request.method() == Method::GET).then(|| shorter(request.uri())).flatten();
    match short {
        Some(address) => Redirect::to(&address).into_response(),
        None => next.run(request).await,
    }
}

/// The shorter address, if there is one.
fn shorter(uri: &Uri) -> Option<String> {
    let query = uri.query()?;
    let says = |part: &&str| part.split_once('=').is_none_or(|(_, value)| !value.is_empty());
    let parts: Vec<&str> = query.split('&').filter(says).collect();
    // Two slashes at the start would be another host.
    let path = uri.path();
    if parts.len() == query.split('&').count() || path.starts_with("//") {
        return None;
    }
    let mark = if parts.is_empty() { "" } else { "?" };
    Some(format!("{path}{mark}{}", parts.join("&")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_says_something_stays() {
        let short = |uri: &str| shorter(&uri.parse().expect("an address"));
        assert_eq!(short("/customers?q=&sort=&account=").as_deref(), Some("/customers"));
        assert_eq!(short("/customers?q=a%20b&sort=").as_deref(), Some("/customers?q=a%20b"));
        assert_eq!(short("/customers?q=a"), None);
        assert_eq!(short("/customers?all"), None);
        assert_eq!(short("/customers"), None);
        assert_eq!(short("//other.example/?q="), None);
    }
}
