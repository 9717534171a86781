//! How a property takes a new value: absent leaves it, empty clears it, and what
//! cannot be taken is noted beside the field.

use crate::error::{AppError, Problems};
use crate::{limits, text};

/// Changes an optional line.
pub(crate) fn line(
    problems: &mut Problems,
    field: &str,
    slot: &mut Option<String>,
    given: Option<&str>,
    max: usize,
) {
    let Some(given) = given else { return };
    if let Some(value) = problems.check(text::optional_line(field, Some(given), max)) {
        *slot = value;
    }
}

/// Changes an optional value through its rule; empty text clears it.
pub(crate) fn checked<T>(
    problems: &mut Problems,
    field: &str,
    slot: &mut Option<T>,
    given: Option<&str>,
    rule: impl FnOnce(&str, &str) -> Result<T, AppError>,
) {
    match given.map(str::trim) {
        None => {}
        Some("") => *slot = None,
        Some(given) => {
            if let Some(value) = problems.check(rule(field, given)) {
                *slot = Some(value);
            }
        }
    }
}

/// Changes a required line, which cannot be cleared.
pub(crate) fn name(problems: &mut Problems, slot: &mut String, given: Option<&str>) {
    let Some(given) = given else { return };
    if let Some(value) = problems.check(text::required_line("name", given, limits::NAME_CHARS)) {
        *slot = value;
    }
}

/// Takes a web address; one without scheme is meant as https.
pub fn web_url(field: &str, text: &str) -> Result<String, AppError> {
    let line = text::required_line(field, text, limits::URL_CHARS)?;
    let full = if line.contains("://") { line } else { format!("https://{line}") };
    let bad =
        || AppError::invalid(field, "This is not a web address; https://example.com would be one.");
    // Schemes are matched without case; anything but http(s) could run script when clicked.
    let (scheme, rest) = full.split_once("://").ok_or_else(bad)?;
    let scheme = scheme.to_ascii_lowercase();
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let odd = |c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | '\\' | '`');
    // `mailto:x` or `javascript:x` got https:// in front: no port has letters.
    let port = host.rsplit_once(':').is_none_or(|(_, p)| p.bytes().all(|b| b.is_ascii_digit()));
    let web = matches!(scheme.as_str(), "http" | "https");
    if !web || host.is_empty() || !port || rest.contains(odd) {
        return Err(bad());
    }
    Ok(format!("{scheme}://{rest}"))
}

/// Takes a web address that must be https, such as a picture's.
pub fn https_url(field: &str, text: &str) -> Result<String, AppError> {
    let url = web_url(field, text)?;
    if url.starts_with("https://") {
        Ok(url)
    } else {
        Err(AppError::invalid(field, "Only https addresses are accepted."))
    }
}

/// Takes tags: trimmed, without repeats, within the limits.
pub fn tags(field: &str, given: &[String]) -> Result<Vec<String>, AppError> {
    let mut tags: Vec<String> = Vec::new();
    for tag in given {
        let Some(tag) = text::optional_line(field, Some(tag), limits::TAG_CHARS)? else { continue };
        if !tags.iter().any(|t| t.to_lowercase() == tag.to_lowercase()) {
            tags.push(tag);
        }
    }
    if tags.len() > limits::TAGS_MAX {
        return Err(AppError::invalid(field, format!("At most {} tags fit.", limits::TAGS_MAX)));
    }
    Ok(tags)
}

/// Splits a form's list, `a, b` or one per line.
pub fn split_list(text: &str) -> Vec<String> {
    text.split([',', ';', '\n']).map(|t| t.trim().to_string()).filter(|t| !t.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absent_leaves_and_empty_clears() {
        let mut problems = Problems::default();
        let mut slot = Some("old".to_string());
        line(&mut problems, "city", &mut slot, None, 10);
        assert_eq!(slot.as_deref(), Some("old"));
        line(&mut problems, "city", &mut slot, Some("far too long a name"), 10);
        assert_eq!(slot.as_deref(), Some("old"));
        line(&mut problems, "city", &mut slot, Some(" "), 10);
        assert_eq!(slot, None);
        assert!(problems.finish().unwrap_err().field("city").is_some());
    }

    #[test]
    fn only_web_addresses_are_links() {
        assert_eq!(
            web_url("website", "northwind.example/a").as_deref(),
            Ok("https://northwind.example/a")
        );
        assert_eq!(web_url("website", "HTTP://x.example").as_deref(), Ok("http://x.example"));
        for bad in [
            "javascript://%0aalert(1)",
            "javascript:alert(1)",
            "data://x",
            "https://",
            "https://a b",
            "ftp://x",
        ] {
            assert!(web_url("website", bad).is_err(), "{bad}");
        }
        assert!(https_url("avatar_url", "http://x.example/a.png").is_err());
    }

    #[test]
    fn tags_are_kept_once() {
        let given = ["VIP".to_string(), " vip ".into(), "".into(), "beta".into()];
        assert_eq!(tags("tags", &given), Ok(vec!["VIP".to_string(), "beta".into()]));
    }
}
