//! Languages and time zones: what counts as one, and how people read it.

use crate::error::AppError;

/// Characters of the longest language tag that anybody uses.
const LANGUAGE_CHARS: usize = 35;

/// The one rule for a time zone, wherever one is entered: a name that the zones' own list has.
pub fn time_zone(field: &str, given: &str) -> Result<String, AppError> {
    if is_zone(given) {
        return Ok(given.into());
    }
    Err(AppError::invalid(field, "There is no such time zone; Europe/Berlin is one."))
}

#[cfg(any(test, feature = "zones"))]
fn is_zone(name: &str) -> bool {
    name.parse::<chrono_tz::Tz>().is_ok()
}

/// The browser half decides on no zone.
#[cfg(not(any(test, feature = "zones")))]
fn is_zone(_: &str) -> bool {
    false
}

/// Minutes that a zone's clocks are ahead of UTC at an instant; what is no zone is UTC.
#[cfg(any(test, feature = "zones"))]
pub fn offset_minutes(zone: &str, at: chrono::DateTime<chrono::Utc>) -> i64 {
    use chrono::{Offset, TimeZone};
    zone.parse::<chrono_tz::Tz>().map_or(0, |zone| {
        i64::from(zone.offset_from_utc_datetime(&at.naive_utc()).fix().local_minus_utc()) / 60
    })
}

/// The names of all zones, in order.
#[cfg(any(test, feature = "zones"))]
pub fn time_zones() -> impl Iterator<Item = &'static str> {
    chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name())
}

/// A language as its code, which need not be known here.
pub fn language(field: &str, given: &str) -> Result<String, AppError> {
    let shape = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if !given.is_empty() && given.len() <= LANGUAGE_CHARS && given.chars().all(shape) {
        return Ok(given.into());
    }
    Err(AppError::invalid(field, "A language is a code such as en or pt-BR."))
}

const LANGUAGES: [(&str, &str); 40] = [
    ("ar", "Arabic"),
    ("bg", "Bulgarian"),
    ("bn", "Bengali"),
    ("ca", "Catalan"),
    ("cs", "Czech"),
    ("da", "Danish"),
    ("de", "German"),
    ("el", "Greek"),
    ("en", "English"),
    ("es", "Spanish"),
    ("et", "Estonian"),
    ("fa", "Persian"),
    ("fi", "Finnish"),
    ("fr", "French"),
    ("he", "Hebrew"),
    ("hi", "Hindi"),
    ("hr", "Croatian"),
    ("hu", "Hungarian"),
    ("id", "Indonesian"),
    ("it", "Italian"),
    ("ja", "Japanese"),
    ("ko", "Korean"),
    ("lt", "Lithuanian"),
    ("lv", "Latvian"),
    ("ms", "Malay"),
    ("nb", "Norwegian"),
    ("nl", "Dutch"),
    ("no", "Norwegian"),
    ("pl", "Polish"),
    ("pt", "Portuguese"),
    ("ro", "Romanian"),
    ("ru", "Russian"),
    ("sk", "Slovak"),
    ("sl", "Slovenian"),
    ("sr", "Serbian"),
    ("sv", "Swedish"),
    ("th", "Thai"),
    ("tr", "Turkish"),
    ("uk", "Ukrainian"),
    ("vi", "Vietnamese"),
];

/// `en-GB` → `English (UK)`; what is no known tag stays as it is.
pub fn language_name(tag: &str) -> String {
    let mut parts = tag.trim().split(['-', '_']);
    let code = parts.next().unwrap_or_default().to_lowercase();
    let name = match code.as_str() {
        "zh" => "Chinese",
        code => match LANGUAGES.iter().find(|(c, _)| *c == code) {
            Some((_, name)) => name,
            None => return tag.to_string(),
        },
    };
    match parts.next_back().map(str::to_uppercase).as_deref() {
        None => name.to_string(),
        Some("GB") => format!("{name} (UK)"),
        Some(region) => format!("{name} ({region})"),
    }
}

/// `Europe/Berlin` → `Berlin`, `America/Argentina/Buenos_Aires` → `Buenos Aires`.
pub fn zone_city(zone: &str) -> String {
    zone.rsplit('/').next().unwrap_or(zone).replace('_', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn language_tags_become_names() {
        assert_eq!(language_name("en-GB"), "English (UK)");
        assert_eq!(language_name("de"), "German");
        assert_eq!(language_name("pt_br"), "Portuguese (BR)");
        assert_eq!(language_name("Klingon"), "Klingon");
        assert_eq!(language_name(""), "");
    }

    #[test]
    fn only_zones_that_exist_are_zones() {
        assert!(time_zone("time_zone", "Europe/Berlin").is_ok());
        for wrong in ["Mars", "Mars/Olympus", "", "Berlin", "../etc/passwd", "UTC+25"] {
            let error = time_zone("time_zone", wrong).unwrap_err();
            assert!(error.field("time_zone").is_some(), "{wrong}");
        }
    }

    #[test]
    fn a_zone_is_known_by_its_city() {
        assert_eq!(zone_city("America/Argentina/Buenos_Aires"), "Buenos Aires");
        assert_eq!(zone_city("UTC"), "UTC");
    }
}
