use crate::support::TestApp;
use axum::http::{Method, StatusCode};
use serde_json::Value;
use sqlx::PgPool;

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn the_description_is_public_and_stable(pool: PgPool) {
    let app = TestApp::empty(pool);
    let answer = app.api_as("", Method::GET, "/openapi.json", None).await;
    assert_eq!(answer.status, StatusCode::OK);
    // As they are sent: a client made from it refuses every other spelling.
    let schemas = answer.json()["components"]["schemas"].clone();
    let schemas = schemas.as_object().expect("schemas");
    for (name, schema) in schemas {
        for word in schema["enum"].as_array().into_iter().flatten() {
            let word = word.as_str().expect("a word");
            assert_eq!(word, word.to_lowercase(), "{name}");
        }
    }
    let description = answer.json();
    let mut references = Vec::new();
    referred(&description, &mut references);
    assert!(references.len() > 100, "{}", references.len());
    for reference in references {
        let place = reference.strip_prefix('#').expect("a place in this document");
        assert!(description.pointer(place).is_some(), "nothing is at {reference}");
    }
    insta::assert_json_snapshot!("openapi", description);
}

/// Every `$ref` below this value.
fn referred(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Array(values) => values.iter().for_each(|v| referred(v, found)),
        Value::Object(fields) => {
            found.extend(fields.get("$ref").and_then(Value::as_str).map(String::from));
            fields.values().for_each(|v| referred(v, found));
        }
        _ => {}
    }
}
