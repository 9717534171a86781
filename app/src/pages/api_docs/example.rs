//! A call as somebody would make it in a shell.

use super::Call;
use super::schema::resolved;
use serde_json::{Map, Value, json};

/// Shapes within shapes that are filled in.
const DEPTH: u32 = 4;

/// The command, with what the call cannot do without.
pub fn curl(call: &Call<'_>, description: &Value, origin: &str) -> String {
    let mut command = String::from("curl -s");
    if call.method != "get" {
        command.push_str(&format!(" -X {}", call.method.to_uppercase()));
    }
    let path = call.path.replace("{number}", "1042");
    let path = path.replace("{id}", &format!("{}_…", prefix(call.path)));
    command.push_str(&format!(" '{origin}/api/v1{path}' \\\n  -H 'Authorization: Bearer rsk_…'"));
    match call.body() {
        Some(("application/json", schema)) => {
            let body = value(schema, description, DEPTH);
            let body = serde_json::to_string(&body).unwrap_or_default().replace('\'', "'\\''");
            command
                .push_str(&format!(" \\\n  -H 'Content-Type: application/json' \\\n  -d '{body}'"));
        }
        Some((kind, _)) => {
            command
                .push_str(&format!(" \\\n  -H 'Content-Type: {kind}' \\\n  --data-binary @file"));
        }
        None => {}
    }
    command
}

/// How ids of what the path begins with begin.
fn prefix(path: &str) -> &'static str {
    match path.trim_matches('/').split('/').next().unwrap_or_default() {
        "accounts" => "acc",
        "attachments" => "att",
        "mailboxes" => "mbx",
        "recordings" => "rec",
        _ => "cus",
    }
}

/// A value of this shape: of an object what is required, of a choice the first.
fn value(schema: &Value, description: &Value, depth: u32) -> Value {
    let shape = resolved(schema, description);
    if let Some(example) = shape.get("example") {
        return example.clone();
    }
    if let Some(word) = shape["enum"].get(0) {
        return word.clone();
    }
    for either in ["oneOf", "anyOf", "allOf"] {
        if let Some(parts) = shape[either].as_array().filter(|_| depth > 0) {
            let part = parts.iter().find(|part| part["type"] != "null");
            return part.map_or(Value::Null, |part| value(part, description, depth - 1));
        }
    }
    let kind = match &shape["type"] {
        Value::Array(kinds) => kinds.first().and_then(Value::as_str),
        one => one.as_str(),
    };
    match kind {
        Some("string") if shape["format"] == "date-time" => json!("2026-11-24T09:14:00Z"),
        Some("string") => json!("…"),
        Some("integer" | "number") => json!(1),
        Some("boolean") => json!(true),
        Some("array") if depth > 0 => json!([value(&shape["items"], description, depth - 1)]),
        Some("array") => json!([]),
        _ => object(shape, description, depth),
    }
}

fn object(shape: &Value, description: &Value, depth: u32) -> Value {
    let properties = shape["properties"].as_object();
    let needed = shape["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let mut found = Map::new();
    if depth == 0 {
        return found.into();
    }
    for name in needed {
        if let Some(field) = properties.and_then(|p| p.get(name)) {
            found.insert(name.into(), value(field, description, depth - 1));
        }
    }
    // Of a change nothing is required: one field shows how it is written.
    if found.is_empty()
        && let Some((name, field)) = properties.and_then(|p| p.iter().next())
    {
        found.insert(name.clone(), value(field, description, depth - 1));
    }
    found.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_made_with_what_it_needs() {
        let description = json!({"components": {"schemas": {
            "Note": {"type": "object", "required": ["body", "by"], "properties": {
                "body": {"type": "string"}, "by": {"$ref": "#/components/schemas/Who"},
                "more": {"type": "string"},
            }},
            "Who": {"type": "string", "enum": ["agent", "customer"]},
            "Loop": {"type": "object", "required": ["next"], "properties": {
                "next": {"$ref": "#/components/schemas/Loop"},
            }},
        }}});
        let what = json!({"requestBody": {"content": {"application/json": {
            "schema": {"$ref": "#/components/schemas/Note"},
        }}}});
        let call = Call { method: "post", path: "/accounts/{id}/notes", what: &what };
        let command = curl(&call, &description, "https://r.example");
        assert_eq!(
            command,
            "curl -s -X POST 'https://r.example/api/v1/accounts/acc_…/notes' \\\n  \
            -H 'Authorization: Bearer rsk_…' \\\n  \
            -H 'Content-Type: application/json' \\\n  -d '{\"body\":\"…\",\"by\":\"agent\"}'"
        );
        // What holds itself comes to an end.
        let shape = json!({"$ref": "#/components/schemas/Loop"});
        assert!(value(&shape, &description, DEPTH).to_string().len() < 200);
    }
}
