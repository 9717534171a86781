//! When a request is sent again.

use super::{Answer, HttpError, Request};
use chrono::{DateTime, Utc};
use std::time::Duration;

/// The pause before the second try; it doubles with each.
const PAUSE: Duration = Duration::from_millis(300);
const PAUSE_MAX: Duration = Duration::from_secs(5);
/// Who asks to be left alone for longer is not waited for here: the caller hears of it.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(15);

/// How long to wait before the next try, or `None` where there should be none.
pub(super) fn pause(
    request: &Request,
    outcome: &Result<Answer, HttpError>,
    tried: u32,
) -> Option<Duration> {
    let asked = match outcome {
        // Refused before anything was done.
        Ok(answer) if matches!(answer.status, 429 | 503) => answer.retry_after(),
        Ok(answer) if matches!(answer.status, 408 | 500 | 502 | 504) => {
            request.is_repeatable().then(|| answer.retry_after())?
        }
        Err(HttpError::Unreachable) => None,
        Err(HttpError::Broken | HttpError::TimedOut) => request.is_repeatable().then_some(None)?,
        _ => return None,
    };
    match asked {
        Some(asked) if asked > RETRY_AFTER_MAX => None,
        // Not all at the same moment, but none before it.
        Some(asked) => Some(asked + jitter(PAUSE)),
        None => {
            let doubled = PAUSE.saturating_mul(1 << tried.saturating_sub(1).min(8)).min(PAUSE_MAX);
            Some(doubled / 2 + jitter(doubled / 2))
        }
    }
}

fn jitter(most: Duration) -> Duration {
    most.mul_f64(rand::random::<f64>())
}

/// `Retry-After`: seconds, or a moment. One that has passed is no time at all.
pub(super) fn retry_after(value: &str, now: DateTime<Utc>) -> Option<Duration> {
    if let Ok(seconds) = value.trim().parse() {
        return Some(Duration::from_secs(seconds));
    }
    let at = DateTime::parse_from_rfc2822(value.trim()).ok()?;
    Some((at.to_utc() - now).to_std().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::header::HeaderMap;

    fn answered(status: u16, retry_after: Option<&str>) -> Result<Answer, HttpError> {
        let mut headers = HeaderMap::new();
        if let Some(value) = retry_after {
            headers.insert("retry-after", value.parse().expect("a header"));
        }
        Ok(Answer { status, headers, body: Vec::new() })
    }

    #[test]
    fn what_may_have_been_done_is_not_sent_again() {
        let (get, post) = (Request::get("http://a.example/"), Request::post("http://a.example/"));
        let keyed = post.clone().repeatable();
        for (outcome, [read, made, made_with_key]) in [
            (answered(200, None), [false, false, false]),
            (answered(404, None), [false, false, false]),
            (answered(429, None), [true, true, true]),
            (answered(503, None), [true, true, true]),
            (answered(500, None), [true, false, true]),
            (Err(HttpError::Unreachable), [true, true, true]),
            (Err(HttpError::TimedOut), [true, false, true]),
            (Err(HttpError::Broken), [true, false, true]),
            (Err(HttpError::NotAllowed), [false, false, false]),
            (Err(HttpError::TooLarge { bytes_max: 1 }), [false, false, false]),
        ] {
            let again = |request| pause(request, &outcome, 1).is_some();
            assert_eq!(
                [again(&get), again(&post), again(&keyed)],
                [read, made, made_with_key],
                "{outcome:?}"
            );
        }
    }

    #[test]
    fn a_pause_grows_and_has_an_end_and_is_never_shorter_than_was_asked() {
        let get = Request::get("http://a.example/");
        for _ in 0..100 {
            for tried in 1..40 {
                let pause = pause(&get, &answered(500, None), tried).expect("again");
                assert!(pause >= PAUSE / 2 && pause <= PAUSE_MAX, "{pause:?}");
            }
            let asked = pause(&get, &answered(429, Some("2")), 1).expect("again");
            assert!((2.0..2.4).contains(&asked.as_secs_f64()), "{asked:?}");
        }
        assert_eq!(pause(&get, &answered(429, Some("3600")), 1), None);
    }

    #[test]
    fn seconds_and_moments_are_read() {
        let now = "2026-11-29T12:00:00Z".parse().expect("a time");
        for (value, seconds) in [
            ("0", Some(0)),
            (" 120 ", Some(120)),
            ("Sun, 29 Nov 2026 12:01:00 GMT", Some(60)),
            ("Sun, 29 Nov 2026 11:00:00 GMT", Some(0)),
            ("-5", None),
            ("soon", None),
            ("", None),
        ] {
            assert_eq!(retry_after(value, now), seconds.map(Duration::from_secs), "{value}");
        }
    }
}
