//! `/api/docs`: the description of the REST API as a page, for whoever writes against it. Made by the
//! server from the description itself; no script, and nobody has to be logged in.

mod example;
mod schema;

use crate::pages::lone::document;
use crate::ui::markdown::Markdown;
use leptos::config::LeptosOptions;
use leptos::nonce::Nonce;
use leptos::prelude::*;
use serde_json::Value;

/// The methods of a path, in the order they are shown.
const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// The page; `description` is the OpenAPI document, `origin` where this server is reached.
pub fn page(
    options: &LeptosOptions,
    nonce: Option<Nonce>,
    description: &Value,
    origin: &str,
) -> String {
    document(options, nonce, "API", || view(description, origin))
}

/// One call.
struct Call<'a> {
    method: &'static str,
    path: &'a str,
    what: &'a Value,
}

impl Call<'_> {
    /// Its place on the page.
    fn anchor(&self) -> String {
        let path = self.path.trim_matches('/').replace(['{', '}'], "").replace('/', "-");
        format!("{}-{path}", self.method)
    }

    /// The first part of its path: what it is about.
    fn resource(&self) -> &str {
        self.path.trim_matches('/').split('/').next().unwrap_or_default()
    }

    fn scope(&self) -> Option<&str> {
        self.what.pointer("/security/0/secret_key/0")?.as_str()
    }

    fn body(&self) -> Option<(&str, &Value)> {
        let content = self.what.pointer("/requestBody/content")?.as_object()?;
        content.iter().next().map(|(kind, body)| (kind.as_str(), &body["schema"]))
    }
}

fn calls(description: &Value) -> Vec<Call<'_>> {
    let paths = description["paths"].as_object().into_iter().flatten();
    paths
        .flat_map(|(path, item)| {
            let call = move |method: &&'static str| {
                item.get(*method).map(|what| Call { method, path, what })
            };
            METHODS.iter().filter_map(call)
        })
        .collect()
}

fn view(description: &Value, origin: &str) -> AnyView {
    let calls = calls(description);
    let about = text(&description["info"]["description"]);
    let groups = calls.chunk_by(|a, b| a.resource() == b.resource());
    let contents = groups.clone().map(|group| {
        let links = group.iter().map(|call| {
            view! { <li><a href=format!("#{}", call.anchor())><code>{call.method.to_uppercase()}</code>{call.path.to_string()}</a></li> }
        });
        view! { <li>{group[0].resource().to_string()}<ul>{links.collect_view()}</ul></li> }
    });
    let sections = groups.map(|group| {
        let calls = group.iter().map(|call| one(call, description, origin));
        view! {
            <section aria-label=group[0].resource().to_string()>
                <h2>{group[0].resource().to_string()}</h2>
                {calls.collect_view()}
            </section>
        }
    });
    view! {
        <div class="api-docs">
            <nav aria-label="Calls">
                <a class="api-home" href="/">"Rapport"</a>
                <ul>{contents.collect_view()}<li><a href="#schemas">"Schemas"</a></li></ul>
            </nav>
            <main id="main">
                <h1>"REST API"</h1>
                <Markdown text=about />
                <p>
                    "Keys are made in "<a class="plain-link" href="/settings/api-keys">"App config › API keys"</a>
                    ", each with its scopes. The same as a file for programs: "
                    <a class="plain-link" href="/api/v1/openapi.json">"openapi.json"</a>"."
                </p>
                {sections.collect_view()}
                {schema::all(description)}
            </main>
        </div>
    }
    .into_any()
}

fn one(call: &Call<'_>, description: &Value, origin: &str) -> AnyView {
    let anchor = call.anchor();
    let scope = call.scope().map(|scope| {
        view! { <p class="api-scope">"Needs the scope "<code>{scope.to_string()}</code></p> }
    });
    let texts = [text(&call.what["summary"]), text(&call.what["description"])];
    let texts = texts.into_iter().filter(|t| !t.is_empty()).collect::<Vec<_>>().join("\n\n");
    let parameters = call.what["parameters"].as_array();
    let parameters = parameters.filter(|p| !p.is_empty()).map(|p| schema::parameters(p));
    let body = call.body().map(|(kind, body)| {
        let kind = format!("Body: {kind}");
        view! { <h4>{kind}</h4> {schema::fields(body, description)} }
    });
    let answers = call.what["responses"].as_object().into_iter().flatten().map(|(status, answer)| {
        let content = answer["content"].as_object().and_then(|c| c.values().next());
        let shape = content.map(|content| schema::kind(&content["schema"]));
        view! { <li><code>{status.clone()}</code>{shape.unwrap_or_else(|| "Nothing".into_any())}</li> }
    });
    view! {
        <article id=anchor.clone()>
            <h3><a href=format!("#{anchor}")><span class=format!("api-method {}", call.method)>{call.method.to_uppercase()}</span><code>{call.path.to_string()}</code></a></h3>
            <Markdown text=texts />
            {scope}
            {parameters}
            {body}
            <h4>"Answers"</h4>
            <ul class="api-answers">{answers.collect_view()}</ul>
            <pre tabindex="0" aria-label="Example">{example::curl(call, description, origin)}</pre>
        </article>
    }
    .into_any()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_string()
}
