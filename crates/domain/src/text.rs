//! Text from outside, made storable and measured.

use crate::error::AppError;
use std::borrow::Cow;

/// Replaces what Postgres cannot store (NUL) by U+FFFD and trims white space.
pub fn clean(text: &str) -> String {
    text.replace('\0', "\u{FFFD}").trim().to_string()
}

/// Code points that show nothing and only deceive: they turn text around, or hide in it. Joiners
/// are not among them: Persian, Indian scripts and emoji are not written without.
pub fn deceives(c: char) -> bool {
    matches!(c,
        '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{180E}' | '\u{200B}'
        | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
        | '\u{3164}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF9}'..='\u{FFFB}')
}

fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200C}' | '\u{200D}')
}

/// Text without what deceives, and without joiners where nothing is joined.
fn visible(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || !text.contains(|c| deceives(c) || is_joiner(c)) {
        return Cow::Borrowed(text);
    }
    let mut kept = String::with_capacity(text.len());
    let mut chars = text.chars().filter(|c| !deceives(*c)).peekable();
    while let Some(c) = chars.next() {
        let script =
            |c: char| !(c.is_ascii() || c.is_whitespace() || c.is_control() || is_joiner(c));
        let (before, after) = (kept.chars().next_back(), chars.peek().copied());
        if !is_joiner(c) || before.is_some_and(script) && after.is_some_and(script) {
            kept.push(c);
        }
    }
    Cow::Owned(kept)
}

/// A single line: control characters become spaces, runs of space one space, and nothing hides
/// in it.
pub fn clean_line(text: &str) -> String {
    let spaced: String = visible(text)
        .chars()
        .map(|c| {
            if c == '\0' {
                '\u{FFFD}'
            } else if c.is_control() {
                ' '
            } else {
                c
            }
        })
        .collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Takes a required line of at most `max` characters, or says what is wrong with `field`.
pub fn required_line(field: &str, text: &str, max: usize) -> Result<String, AppError> {
    let text = clean_line(text);
    if text.is_empty() {
        return Err(AppError::invalid(field, format!("{} cannot be empty.", label(field))));
    }
    within(field, text, max)
}

/// Takes an optional line of at most `max` characters; empty means absent.
pub fn optional_line(
    field: &str,
    text: Option<&str>,
    max: usize,
) -> Result<Option<String>, AppError> {
    match text.map(clean_line).filter(|t| !t.is_empty()) {
        None => Ok(None),
        Some(t) => within(field, t, max).map(Some),
    }
}

/// Takes required text of several lines, at most `max` characters.
pub fn required_text(field: &str, text: &str, max: usize) -> Result<String, AppError> {
    let text = clean(text);
    if text.is_empty() {
        return Err(AppError::invalid(field, format!("{} cannot be empty.", label(field))));
    }
    within(field, text, max)
}

fn within(field: &str, text: String, max: usize) -> Result<String, AppError> {
    let n = text.chars().count();
    if n > max {
        let message = format!("{} is {n} characters long; at most {max} fit.", label(field));
        return Err(AppError::invalid(field, message));
    }
    Ok(text)
}

/// `external_id` → `External id`, for messages.
fn label(field: &str) -> String {
    let spaced = field.replace('_', " ");
    let mut chars = spaced.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => spaced,
    }
}

/// The first `max` characters, with an ellipsis where something was cut.
pub fn excerpt(text: &str, max: usize) -> String {
    let line = clean_line(text);
    if line.chars().count() <= max {
        return line;
    }
    let mut cut: String = line.chars().take(max.saturating_sub(1)).collect();
    cut.push('…');
    cut
}

/// Up to two initials for an avatar: `Alex Morgan` → `AM`, `alex@x.example` → `A`.
pub fn initials(name: &str) -> String {
    let mut words = name.split_whitespace().filter_map(|w| w.chars().find(|c| c.is_alphanumeric()));
    let first = words.next();
    let last = words.next_back();
    [first, last].into_iter().flatten().flat_map(char::to_uppercase).collect()
}

/// Takes an e-mail address: one `@`, a domain, lower-cased so that one person is one row, its
/// domain as people read it (`müller.example`, however it was written).
///
/// Deliberately lax about the local part: what a mail server accepted is an address.
pub fn email(field: &str, text: &str) -> Result<String, AppError> {
    // Keyboards of wide scripts have a wide sign.
    let text = clean_line(text).replace(is_joiner, "").replace('＠', "@").to_lowercase();
    let text = text.trim_start_matches("mailto:");
    let bad = || AppError::invalid(field, "This is not an e-mail address.");
    let (local, domain) = text.rsplit_once('@').ok_or_else(bad)?;
    let odd = |c: char| c.is_whitespace() || matches!(c, '<' | '>' | ',' | ';' | '"');
    let domain = self::domain(domain);
    let literal = domain.starts_with('[') && domain.ends_with(']');
    let strange = |c: char| c.is_ascii_punctuation() && !matches!(c, '-' | '.' | '_');
    if !literal && domain.contains(strange) {
        return Err(bad());
    }
    if local.is_empty() || domain.is_empty() || local.contains('@') || text.contains(odd) {
        return Err(bad());
    }
    let email = format!("{local}@{domain}");
    if email.chars().count() > 254 {
        return Err(AppError::invalid(field, "An e-mail address has at most 254 characters."));
    }
    Ok(email)
}

/// A domain in the one spelling that is stored: in letters, in lower case, without a dot at its
/// end. What is none stays as it is; so do letters where the tables are not at hand.
pub fn domain(domain: &str) -> String {
    let lower = domain.trim_end_matches('.').to_lowercase();
    if lower.is_ascii() && !lower.contains("xn--") {
        return lower;
    }
    // Other scripts have dots of their own.
    in_letters(lower).trim_end_matches('.').to_string()
}

#[cfg(any(feature = "domains", test))]
fn in_letters(lower: String) -> String {
    let (letters, valid) = idna::domain_to_unicode(&lower);
    // Whatever cannot be written back is left as it came.
    match valid.is_ok() && idna::domain_to_ascii(&letters).is_ok() {
        true => letters,
        false => lower,
    }
}

#[cfg(not(any(feature = "domains", test)))]
fn in_letters(lower: String) -> String {
    lower
}

/// An address as mail servers take it: the domain in ASCII. `None` when it has no such form.
#[cfg(any(feature = "domains", test))]
pub fn ascii_email(email: &str) -> Option<String> {
    let (local, domain) = email.rsplit_once('@')?;
    let domain =
        if domain.is_ascii() { domain.to_string() } else { idna::domain_to_ascii(domain).ok()? };
    Some(format!("{local}@{domain}"))
}

/// `11 min`, `3 h 5 min`, `2 d 4 h`: a length of time in its two largest units.
pub fn duration_text(seconds: i64) -> String {
    let (s, m, h, d) = (seconds % 60, seconds / 60 % 60, seconds / 3600 % 24, seconds / 86_400);
    let pair = |big: i64, big_unit: &str, small: i64, small_unit: &str| match small {
        0 => format!("{big} {big_unit}"),
        _ => format!("{big} {big_unit} {small} {small_unit}"),
    };
    match (d, h, m) {
        (0, 0, 0) => format!("{s} s"),
        (0, 0, _) if m < 10 => pair(m, "min", s, "s"),
        (0, 0, _) => format!("{m} min"),
        (0, _, _) => pair(h, "h", m, "min"),
        _ => pair(d, "d", h, "h"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn nul_becomes_the_replacement_character() {
        assert_eq!(clean("a\0b"), "a\u{FFFD}b");
        assert_eq!(clean_line(" a\tb\n c "), "a b c");
    }

    #[test]
    fn limits_count_characters_not_bytes() {
        assert!(required_line("name", &"é".repeat(10), 10).is_ok());
        let error = required_line("name", &"é".repeat(11), 10).unwrap_err();
        assert_eq!(error.field("name"), Some("Name is 11 characters long; at most 10 fit."));
    }

    #[test]
    fn initials_take_first_and_last_word() {
        assert_eq!(initials("Ada Maria King"), "AK");
        assert_eq!(initials("alex@x.example"), "A");
        assert_eq!(initials(""), "");
    }

    #[test]
    fn email_is_lower_cased_and_needs_both_halves() {
        assert_eq!(email("email", " Alex@Example.COM ").as_deref(), Ok("alex@example.com"));
        assert!(email("email", "ada@[192.0.2.1]").is_ok());
        assert_eq!(email("email", "ada＠x.example").as_deref(), Ok("ada@x.example"));
        for bad in
            ["", "a", "a@", "@b", "a b@c", "a@b@c", "x <a@b>", "a@b.example]", "a@b&gt", "a@b/c"]
        {
            assert!(email("email", bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_international_domain_is_one_however_it_is_written() {
        let letters = "kontakt@bäckerei-müller.example";
        for spelled in [
            letters,
            "Kontakt@BÄCKEREI-MÜLLER.example.",
            "mailto:kontakt@xn--bckerei-mller-bfb28a.example",
            "kontakt@ba\u{308}ckerei-mu\u{308}ller.example",
        ] {
            assert_eq!(email("email", spelled).as_deref(), Ok(letters), "{spelled}");
        }
        let ascii = ascii_email(letters);
        assert_eq!(ascii.as_deref(), Some("kontakt@xn--bckerei-mller-bfb28a.example"));
        assert_eq!(domain("xn--"), "xn--");
        assert_eq!(email("email", "a@b.example.").as_deref(), Ok("a@b.example"));
    }

    #[test]
    fn nothing_hides_in_a_line() {
        assert_eq!(
            clean_line("Payment \u{202E}fdp.1\u{202C} \u{200B}Ann\u{FEFF}"),
            "Payment fdp.1 Ann"
        );
        assert_eq!(clean_line("a\u{200D}b\u{200C}"), "ab");
        let family = "👨\u{200D}👩\u{200D}👧 می\u{200C}خواهم क्\u{200D}ष";
        assert_eq!(clean_line(family), family);
        assert_eq!(email("email", "a\u{200B}nn@b.example").as_deref(), Ok("ann@b.example"));
    }

    /// Letters of many scripts among what hides, joins and breaks.
    fn odd_text() -> impl Strategy<Value = String> {
        let piece = prop::sample::select(vec![
            "a", "Z", "9", " ", "\t", "\r\n", "\0", "\u{80}", "é", "e\u{301}", "漢", "字", "می",
            "خ", "क्", "ष", "👨", "👧", "\u{200c}", "\u{200d}", "\u{200b}", "\u{202e}", "\u{202c}",
            "\u{2066}", "\u{feff}", "\u{ad}", "\u{3164}", "\u{a0}", "\u{3000}", "@", ".", "．",
            "。", "mailto:", "xn--", "ß", "İ", "ς",
        ]);
        prop::collection::vec(piece, 0..24).prop_map(|v| v.concat())
    }

    proptest! {
        #[test]
        fn a_line_is_clean_after_one_pass_and_keeps_its_letters(text in odd_text()) {
            let line = clean_line(&text);
            prop_assert_eq!(clean_line(&line), line.clone());
            prop_assert!(!line.contains(|c: char| deceives(c) || c.is_control()));
            let letters = |s: &str| {
                s.chars().filter(|c| c.is_alphanumeric() && !deceives(*c)).collect::<String>()
            };
            prop_assert_eq!(letters(&line), letters(&text));
        }

        #[test]
        fn an_address_is_its_own_normal_form(text in odd_text(), at in odd_text()) {
            for given in [text.clone(), format!("{text}@{at}"), format!("a{text}@{at}.example")] {
                if let Ok(email) = email("email", &given) {
                    prop_assert_eq!(self::email("email", &email), Ok(email.clone()), "{}", given);
                    prop_assert_eq!(email.matches('@').count(), 1);
                    prop_assert!(!email.contains(char::is_whitespace));
                }
            }
        }
    }

    #[test]
    fn durations_show_two_units() {
        assert_eq!(duration_text(42), "42 s");
        assert_eq!(duration_text(461), "7 min 41 s");
        assert_eq!(duration_text(11 * 60 + 3), "11 min");
        assert_eq!(duration_text(3 * 3600 + 300), "3 h 5 min");
        assert_eq!(duration_text(2 * 86_400), "2 d");
    }
}
