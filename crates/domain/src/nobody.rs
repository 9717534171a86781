//! Values that stand where an id should and identify nobody: what broken integrations, templates
//! and spreadsheets send for "not known".

use crate::text;

/// Compared without case, spaces, `_`, `-`, and without the brackets or quotes around them. What
/// PostHog, RudderStack and Segment refuse, and what languages and sheets write for nothing.
const WORDS: [&str; 65] = [
    "#div/0!",
    "#n/a",
    "#name?",
    "#null!",
    "#num!",
    "#ref!",
    "#value!",
    "anon",
    "anonymous",
    "anonymousid",
    "anonymoususer",
    "blank",
    "customerid",
    "distinctid",
    "email",
    "empty",
    "externalid",
    "false",
    "guest",
    "guestuser",
    "id",
    "infinity",
    "loggedout",
    "missing",
    "n.a.",
    "n/a",
    "na",
    "nan",
    "nil",
    "none",
    "notapplicable",
    "notauthenticated",
    "notavailable",
    "notdefined",
    "notloggedin",
    "notset",
    "null",
    "nullptr",
    "objectnull",
    "objectobject",
    "objectundefined",
    "system.object",
    "true",
    "unauthenticated",
    "unauthorized",
    "undef",
    "undefined",
    "unidentified",
    "unknown",
    "unknownuser",
    "unset",
    "user",
    "userid",
    "username",
    "uuid",
    "visitor",
    "visitorid",
    "void",
    "undefinedundefined",
    "\\n",
    "%5bobject%20object%5d",
    "nulluser",
    "optional(nil",
    "yourid",
    "youruserid",
];
/// Longer values are none of them, whatever stands around.
const WORD_BYTES: usize = 40;
/// What template languages put around a name; a value that still has it was never filled in.
const TEMPLATES: [(&str, &str); 8] = [
    ("{{", "}}"),
    ("${", "}"),
    ("#{", "}"),
    ("<%", "%>"),
    ("{%", "%}"),
    ("%%", "%%"),
    ("*|", "|*"),
    ("[[", "]]"),
];

/// A value as it is compared.
fn folded(value: &str) -> String {
    let around = |c: char| {
        c.is_whitespace()
            || matches!(c, '(' | ')' | '<' | '>' | '[' | ']' | '{' | '}' | '"' | '\'' | '`')
    };
    let lower = value.trim_matches(around).to_lowercase();
    lower.chars().filter(|c| !c.is_whitespace() && !matches!(c, '_' | '-')).collect()
}

/// Whether a value that should be an id identifies nobody, wherever it comes from.
pub fn is_nobody(value: &str) -> bool {
    let line = text::clean_line(value);
    let value = line.as_str();
    let template = |(open, close): &(&str, &str)| {
        value.len() > open.len() + close.len() && value.starts_with(open) && value.ends_with(close)
    };
    // Zeros and dashes in whatever shape, the nil UUID among them; and nothing but signs.
    let empty_like =
        value.chars().all(|c| c == '0' || c.is_ascii_punctuation() || c.is_whitespace());
    empty_like
        || value == "-1"
        || TEMPLATES.iter().any(template)
        || value.len() <= WORD_BYTES && WORDS.contains(&folded(value).as_str())
}

/// Whether a workspace's own `words` name the value.
pub fn is_among(words: &[String], value: &str) -> bool {
    if words.is_empty() {
        return false;
    }
    let value = folded(value);
    !value.is_empty() && words.iter().any(|word| folded(word) == value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn whatever_is_written_for_nothing_is_nobody() {
        for nobody in [
            "",
            "0",
            "000-000",
            "00000000-0000-0000-0000-000000000000",
            "0.0",
            "-",
            "-1",
            "null",
            "NULL",
            "(null)",
            "<null>",
            "\"null\"",
            "[]",
            "{}",
            "N/A",
            "n/a",
            "#N/A",
            "None",
            "[object Object]",
            "[Object object]",
            "NaN",
            "guest",
            "GUEST",
            "true",
            "False",
            "id",
            "distinct_id",
            "distinctId",
            "not_authenticated",
            "Not Set",
            "(not set)",
            "{{user.id}}",
            "${userId}",
            "<%= id %>",
            "*|EMAIL|*",
            "...",
            "user_id",
            "undefined",
            " null ",
            "undefined undefined",
            "\\N",
            "%5Bobject%20Object%5D",
            "<nil>",
            "Optional(nil)",
            "\u{200b}",
            "\u{feff}null",
        ] {
            assert!(is_nobody(nobody), "{nobody}");
        }
    }

    #[test]
    fn ids_that_look_a_little_like_that_are_ids() {
        for id in
            ["User_10", "10", "-10", "guest-17", "nullable", "id_4", "none@x.example", "{a}", "a0"]
        {
            assert!(!is_nobody(id), "{id}");
        }
        let own = ["Kiosk".to_string(), " ".into()];
        assert!(is_among(&own, "[kiosk]") && !is_among(&own, "kiosk2") && !is_among(&own, ""));
    }

    proptest! {
        #[test]
        fn a_uuid_with_any_digit_is_an_id(n in 1u128..) {
            prop_assert!(!is_nobody(&crate::ids::Uuid::from_u128(n).to_string()));
        }
    }
}
