//! Names of languages and places, as people read them.

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
    fn a_zone_is_known_by_its_city() {
        assert_eq!(zone_city("America/Argentina/Buenos_Aires"), "Buenos Aires");
        assert_eq!(zone_city("UTC"), "UTC");
    }
}
