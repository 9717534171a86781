//! Reads bodies, queries and paths, and says in problem+json what is wrong with them.

use super::problem::Problem;
use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::{HeaderMap, StatusCode, header, request::Parts};
use rapport_domain::patch::Clears;
use rapport_domain::{AppError, Cursor, json, limits};
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::error::Category;
use std::collections::HashMap;
use std::str::FromStr;

/// A JSON body.
#[derive(Debug)]
pub struct Body<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if !has_media_type(request.headers(), &["application/json"]) {
            return Err(Problem::media_type("application/json"));
        }
        let bytes = bytes(request, state, limits::API_BODY_BYTES).await?;
        parse(&bytes).map(Self)
    }
}

/// A JSON body that changes something: null clears a property.
#[derive(Debug)]
pub struct PatchBody<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Clears> FromRequest<S> for PatchBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if !has_media_type(request.headers(), &["application/json"]) {
            return Err(Problem::media_type("application/json"));
        }
        let bytes = bytes(request, state, limits::API_BODY_BYTES).await?;
        let mut change: T = parse(&bytes)?;
        let named: HashMap<String, Option<IgnoredAny>> = parse(&bytes)?;
        let null = named.into_iter().filter(|(_, value)| value.is_none()).map(|(name, _)| name);
        change.clear(&null.collect::<Vec<_>>());
        Ok(Self(change))
    }
}

/// The version that a change was made from: the header `If-Match`, with or without quotes.
#[derive(Debug, Clone, Copy, utoipa::IntoParams)]
#[into_params(parameter_in = Header)]
pub struct IfMatch {
    /// The `version` that was read. When it has changed since, nothing is done (409).
    #[param(rename = "If-Match")]
    pub version: Option<i32>,
}

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let Some(value) = parts.headers.get(header::IF_MATCH) else {
            return Ok(Self { version: None });
        };
        let version = value.to_str().ok().and_then(|v| v.trim().trim_matches('"').parse().ok());
        match version {
            Some(version) => Ok(Self { version: Some(version) }),
            None => Err(AppError::invalid("If-Match", "This is no version.").into()),
        }
    }
}

/// The whole body, within the limit that the route's layer set (`limit`, for the message).
pub async fn bytes<S: Send + Sync>(
    request: Request,
    state: &S,
    limit: usize,
) -> Result<Bytes, Problem> {
    Bytes::from_request(request, state).await.map_err(|rejection| {
        if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
            Problem::too_large(limit)
        } else {
            Problem::malformed("The body ended too early.")
        }
    })
}

/// Whether the body's media type is one of `wanted`; parameters such as charset do not matter.
pub fn has_media_type(headers: &HeaderMap, wanted: &[&str]) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|v| v.to_str().ok())
        .and_then(|v| v.split(';').next())
        .is_some_and(|m| wanted.iter().any(|w| m.trim().eq_ignore_ascii_case(w)))
}

/// Reads JSON: 400 when it is not JSON or nests too deep, 422 when a field is not as described.
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    if depth(bytes) > limits::JSON_DEPTH {
        let max = limits::JSON_DEPTH;
        return Err(Problem::malformed(format!("The JSON nests deeper than {max} levels.")));
    }
    let text =
        std::str::from_utf8(bytes).map_err(|_| Problem::malformed("The body is not UTF-8."))?;
    // Postgres stores neither half a character nor a NUL, in text or in JSON.
    let text = json::repair_surrogates(text);
    let text = json::mend_numbers(&text);
    if !text.contains("\\u0000") {
        return read(&mut serde_json::Deserializer::from_str(&text));
    }
    let value = serde_json::from_str(&text).map_err(|error| not_json(&error))?;
    let cleaned = json::storable(value).to_string();
    read(&mut serde_json::Deserializer::from_str(&cleaned))
}

fn read<'de, R: serde_json::de::Read<'de>, T: DeserializeOwned>(
    json: &mut serde_json::Deserializer<R>,
) -> Result<T, Problem> {
    let value = serde_path_to_error::deserialize(&mut *json).map_err(|error| {
        let field = error.path().to_string();
        let inner = error.into_inner();
        if inner.classify() != Category::Data {
            return not_json(&inner);
        }
        let field = if field == "." { missing_field(&inner).unwrap_or_default() } else { field };
        AppError::invalid(&field, sentence(&inner)).into()
    })?;
    json.end().map_err(|error| not_json(&error))?;
    Ok(value)
}

fn not_json(error: &serde_json::Error) -> Problem {
    Problem::malformed(format!(
        "The body is not JSON: line {}, column {}.",
        error.line(),
        error.column()
    ))
}

/// serde's sentence without the position and without names of our types.
fn sentence(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let text = text.rsplit_once(" at line ").map_or(text.as_str(), |(sentence, _)| sentence);
    let text = match text.split_once("expected struct ") {
        Some((sentence, _)) => format!("{sentence}expected an object"),
        None => text.to_string(),
    };
    let mut chars = text.chars();
    let first = chars.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", chars.as_str().trim_end_matches('.'))
}

/// The name in "missing field `subject`" and "unknown field `sbject`".
fn missing_field(error: &serde_json::Error) -> Option<String> {
    let text = error.to_string();
    let rest =
        text.strip_prefix("missing field `").or_else(|| text.strip_prefix("unknown field `"))?;
    rest.split('`').next().map(str::to_string)
}

/// How deep the JSON nests, counted without building it.
fn depth(bytes: &[u8]) -> usize {
    let (mut depth, mut deepest, mut in_text, mut escaped) = (0usize, 0usize, false, false);
    for byte in bytes {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b'{' | b'[' if !in_text => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' if !in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// The query of the address.
#[derive(Debug)]
pub struct Params<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Params<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let query = parts.uri.query().unwrap_or_default().replace("%00", "%EF%BF%BD");
        let uri = axum::http::Uri::builder().path_and_query(format!("/?{query}")).build();
        let uri = uri.map_err(|_| Problem::malformed("The query cannot be read."))?;
        axum::extract::Query::try_from_uri(&uri).map(|query| Self(query.0)).map_err(|rejection| {
            let text = rejection.body_text();
            let sentence = text.rsplit_once(": ").map_or(text.as_str(), |(_, sentence)| sentence);
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            Problem::new(
                status,
                "invalid",
                "Some parameters are wrong",
                format!("The query: {sentence}."),
            )
        })
    }
}

/// The part of the path that names a thing; what cannot be a name is not found.
#[derive(Debug)]
pub struct Named<T>(pub T);

impl<S: Send + Sync, T: FromStr> FromRequestParts<S> for Named<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let not_found = || Problem::from(AppError::NotFound);
        let Path(text) =
            Path::<String>::from_request_parts(parts, state).await.map_err(|_| not_found())?;
        text.parse().map(Self).map_err(|_| not_found())
    }
}

/// `?limit=&cursor=` of every list.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageParams {
    /// Rows on a page, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<u32>,
    /// `next` of the page before.
    pub cursor: Option<Cursor>,
}

/// The limit that was asked for, if it is one we grant.
pub fn page_limit(limit: Option<u32>) -> Result<u32, Problem> {
    match limit.unwrap_or(limits::PAGE_ROWS) {
        n @ 1..=limits::PAGE_ROWS_MAX => Ok(n),
        _ => {
            let max = limits::PAGE_ROWS_MAX;
            Err(AppError::invalid("limit", format!("A page has 1 to {max} rows.")).into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Thing {
        name: String,
        #[serde(default)]
        tags: Vec<String>,
    }

    fn refusal(json: &str) -> (u16, Option<String>) {
        let problem = parse::<Thing>(json.as_bytes()).expect_err("refused");
        (problem.status, problem.errors.first().map(|e| e.field.clone()))
    }

    #[test]
    fn broken_json_differs_from_wrong_fields() {
        assert_eq!(refusal("{"), (400, None));
        assert_eq!(refusal("{\"name\":\"a\"} x"), (400, None));
        assert_eq!(refusal("{\"name\":1}"), (422, Some("name".into())));
        assert_eq!(refusal("{}"), (422, Some("name".into())));
        assert_eq!(refusal("{\"name\":\"a\",\"sise\":1}"), (422, Some("sise".into())));
        assert_eq!(refusal("{\"name\":\"a\",\"tags\":[\"b\",2]}"), (422, Some("tags[1]".into())));
        assert_eq!(refusal("[]"), (422, Some(String::new())));
    }

    #[test]
    fn no_type_of_ours_is_named() {
        let problem = parse::<Thing>(b"7").expect_err("refused");
        assert_eq!(problem.errors[0].message, "Invalid type: integer `7`, expected an object.");
    }

    #[test]
    fn nesting_has_an_end() {
        let nested = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
        assert!(parse::<serde_json::Value>(nested(64).as_bytes()).is_ok());
        assert_eq!(
            parse::<serde_json::Value>(nested(65).as_bytes()).expect_err("deep").status,
            400
        );
        assert_eq!(depth(br#"{"a":"[[[[\"[["}"#), 1);
    }

    #[test]
    fn nul_becomes_the_replacement_character() {
        let thing: Thing = parse(br#"{"name":"a\u0000b","tags":["\\u0000"]}"#).expect("read");
        assert_eq!(thing.name, "a\u{FFFD}b");
        assert_eq!(thing.tags, ["\\u0000"]);
    }

    #[test]
    fn half_a_character_becomes_the_replacement_character() {
        let thing: Thing =
            parse(br#"{"name":"cut \ud83d","tags":["\ud83d\ude00"]}"#).expect("read");
        assert_eq!((thing.name.as_str(), thing.tags[0].as_str()), ("cut \u{FFFD}", "😀"));
        assert_eq!(parse::<Thing>(b"{\"name\":\"\xff\"}").expect_err("refused").status, 400);
    }
}
