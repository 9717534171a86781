//! Parameters, fields and the named shapes.

use super::text;
use crate::ui::markdown::Markdown;
use leptos::prelude::*;
use serde_json::Value;

const PREFIX: &str = "#/components/schemas/";

/// The shape that a schema refers to, else itself.
pub fn resolved<'a>(schema: &'a Value, description: &'a Value) -> &'a Value {
    let place = schema["$ref"].as_str().and_then(|place| place.strip_prefix('#'));
    place.and_then(|place| description.pointer(place)).unwrap_or(schema)
}

/// What a value is, in a word or two; a named shape leads to its place.
pub fn kind(schema: &Value) -> AnyView {
    if let Some(name) = schema["$ref"].as_str().and_then(|place| place.strip_prefix(PREFIX)) {
        let href = format!("#schema-{name}");
        return view! { <a class="plain-link" href=href>{name.to_string()}</a> }.into_any();
    }
    for either in ["oneOf", "anyOf", "allOf"] {
        if let Some(parts) = schema[either].as_array() {
            let parts = parts.iter().enumerate();
            let parts = parts.map(|(n, part)| view! { {(n > 0).then_some(" or ")}{kind(part)} });
            return parts.collect_view().into_any();
        }
    }
    let word = |value: &Value| value.as_str().map(String::from);
    let kinds: Vec<String> = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().filter_map(word).collect(),
        one => word(one).into_iter().collect(),
    };
    if kinds.iter().any(|kind| kind == "array") {
        return view! { "list of "{kind(&schema["items"])} }.into_any();
    }
    let mut text = kinds.join(" or ");
    if let Some(format) = schema["format"].as_str() {
        text.push_str(&format!(" ({format})"));
    }
    if let Some(words) = schema["enum"].as_array() {
        let words: Vec<_> = words.iter().filter_map(word).collect();
        text = words.join(" | ");
    }
    if text.is_empty() { "anything".into_any() } else { text.into_any() }
}

/// A table of what goes into path, query and headers.
pub fn parameters(parameters: &[Value]) -> AnyView {
    let rows = parameters.iter().map(|parameter| {
        let needed = parameter["required"].as_bool().unwrap_or(false);
        let place = format!("in the {}", text(&parameter["in"]));
        row(
            text(&parameter["name"]),
            needed,
            view! { {kind(&parameter["schema"])}", "{place} }.into_any(),
            text(&parameter["description"]),
        )
    });
    view! { <h4>"Parameters"</h4> <table class="api-fields"><tbody>{rows.collect_view()}</tbody></table> }
        .into_any()
}

/// The fields of an object, or what else the shape is.
pub fn fields(schema: &Value, description: &Value) -> AnyView {
    let shape = resolved(schema, description);
    let Some(properties) = shape["properties"].as_object() else {
        return view! { <p class="hint">{kind(shape)}</p> }.into_any();
    };
    let needed = |name: &str| {
        shape["required"].as_array().is_some_and(|r| r.iter().any(|n| n.as_str() == Some(name)))
    };
    let rows = properties.iter().map(|(name, field)| {
        row(name.clone(), needed(name), kind(field), text(&field["description"]))
    });
    view! { <table class="api-fields"><tbody>{rows.collect_view()}</tbody></table> }.into_any()
}

fn row(name: String, needed: bool, kind: AnyView, about: String) -> AnyView {
    view! {
        <tr>
            <th scope="row"><code>{name}</code>{needed.then(|| view! { <span class="api-needed">"required"</span> })}</th>
            <td><span class="hint">{kind}</span>{(!about.is_empty()).then(|| view! { <Markdown text=about /> })}</td>
        </tr>
    }
    .into_any()
}

/// Every named shape, each with its place on the page.
pub fn all(description: &Value) -> AnyView {
    let shapes = description["components"]["schemas"].as_object().into_iter().flatten();
    let shapes = shapes.map(|(name, shape)| {
        let about = text(&shape["description"]);
        view! {
            <article id=format!("schema-{name}")>
                <h3>{name.clone()}</h3>
                {(!about.is_empty()).then(|| view! { <Markdown text=about /> })}
                {fields(shape, description)}
            </article>
        }
    });
    view! {
        <section id="schemas" aria-label="Schemas">
            <h2>"Schemas"</h2>
            {shapes.collect_view()}
        </section>
    }
    .into_any()
}
