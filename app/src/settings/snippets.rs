//! Snippets: texts that agents put into messages by typing `/`.

use super::page::{Page, page_error};
use crate::plain::Visit;
use crate::plain::form::{Draft, Sent};
use crate::ui::field::{Field, FieldHelp, FormError};
use crate::ui::icon::Icon;
use crate::ui::textarea::TextArea;
use leptos::prelude::*;
use rapport_domain::snippet::{NewSnippet, Snippet, Variable};
use rapport_domain::{AppError, limits, markdown, text};
use rapport_services::{Result, snippets};

/// The fields that show their own error.
const FIELDS: [&str; 2] = ["name", "body"];
/// Characters of a snippet that the list shows.
const EXCERPT_CHARS: usize = 120;

pub struct Snippets;

impl Page for Snippets {
    const PATH: &'static str = "/settings/snippets";
    const TITLE: &'static str = "Snippets";
    const ABOUT: &'static str = "Texts that agents put into an answer or note by typing / and a part of the name. Variables are filled in from the ticket.";
    const SAID: &'static [(&'static str, &'static str)] = &[
        ("created", "Snippet created"),
        ("saved", "Snippet saved"),
        ("removed", "Snippet removed"),
    ];
    type Data = Vec<Snippet>;

    async fn load(visit: &Visit) -> Result<Vec<Snippet>> {
        snippets::list(&visit.ctx).await
    }

    async fn act(visit: &Visit, sent: &Sent) -> Result<&'static str> {
        let new = || NewSnippet { name: sent.text("name").into(), body: sent.text("body").into() };
        match sent.text("do") {
            "create" => {
                snippets::create(&visit.ctx, new()).await?;
                Ok("created")
            }
            "edit" => {
                let (id, version) = (sent.parse("id")?, sent.parse("version")?);
                snippets::update(&visit.ctx, id, version, new()).await?;
                Ok("saved")
            }
            "remove" => {
                snippets::delete(&visit.ctx, sent.parse("id")?).await?;
                Ok("removed")
            }
            _ => Err(AppError::NotFound),
        }
    }

    fn view(all: Vec<Snippet>, visit: &Visit, draft: &Draft) -> AnyView {
        let form = match visit.query("edit") {
            Some("new") => Some(form(None, &draft.of("create"))),
            Some(id) => {
                let snippet = all.iter().find(|s| s.id.to_string() == id);
                snippet.map(|snippet| form(Some(snippet), &draft.of("edit")))
            }
            None => None,
        };
        let rows = if all.is_empty() {
            view! { <p class="hint">"No snippets yet. A greeting or the answer to what everybody asks is a good first one."</p> }.into_any()
        } else {
            view! { <ul class="field-list">{all.iter().map(row).collect_view()}</ul> }.into_any()
        };
        view! {
            {page_error(draft, &["remove"])}
            <p><a class="btn primary" href=format!("{}?edit=new", Self::PATH)><Icon name="plus" />"New snippet"</a></p>
            {form}
            {rows}
        }
        .into_any()
    }
}

/// The form for a new snippet, or one that there is.
fn form(snippet: Option<&Snippet>, draft: &Draft) -> AnyView {
    let path = Snippets::PATH;
    let id = snippet.map(|s| s.id.to_string());
    let (name, body) = snippet.map(|s| (s.name.clone(), s.body.clone())).unwrap_or_default();
    let (deed, title, save) = match snippet {
        Some(_) => ("edit", format!("Edit {name}"), "Save snippet"),
        None => ("create", "New snippet".to_string(), "Create snippet"),
    };
    let action = format!("{path}?edit={}", id.as_deref().unwrap_or("new"));
    let variables = Variable::ALL.iter().map(|v| {
        view! { <li><code>{format!("{{{{{}}}}}", v.as_str())}</code> " " {v.label()}</li> }
    });
    view! {
        <form class="form config-form" method="post" action=action aria-label=title>
            <FormError message=draft.general(&FIELDS) />
            <input type="hidden" name="do" value=deed />
            {snippet.map(|s| view! { <input type="hidden" name="version" value=s.version /> })}
            {id.map(|id| view! { <input type="hidden" name="id" value=id /> })}
            <Field name="name" label="Name" required=true maxlength=limits::NAME_CHARS value=draft.value("name", name) hint="What agents type behind the /." error=draft.error("name") />
            <label class="field-row">
                <span class="field-label">"Text"</span>
                <TextArea name="body" label="Text" required=true rows=8 maxlength=limits::SNIPPET_BODY_CHARS value=draft.value("body", body) />
                <FieldHelp id="body-help".into() hint="Markdown: **bold**, *italic*, - lists, [links](https://…). {{customer.first_name|there}} says “there” when the name is not known." error=draft.error("body") />
            </label>
            <details class="archived">
                <summary class="hint">"Variables"</summary>
                <ul class="variables">{variables.collect_view()}</ul>
            </details>
            <div class="form-actions">
                <button class="btn primary" type="submit">{save}</button>
                <a class="btn quiet" href=path>"Cancel"</a>
            </div>
        </form>
    }
    .into_any()
}

fn row(snippet: &Snippet) -> impl IntoView + use<> {
    let (id, name) = (snippet.id.to_string(), snippet.name.clone());
    let start = text::excerpt(&markdown::plain(&snippet.body), EXCERPT_CHARS);
    let edit = format!("{}?edit={id}", Snippets::PATH);
    view! {
        <li class="field-line">
            <Icon name="text-quote" />
            <span class="field-name">
                <strong>{name.clone()}</strong>
                <span class="hint clip">{start}</span>
            </span>
            <details class="menu confirm">
                <summary class="btn quiet" aria-label=format!("Remove {name}")>"Remove"</summary>
                <form class="menu-items" method="post" action=Snippets::PATH>
                    <input type="hidden" name="do" value="remove" />
                    <input type="hidden" name="id" value=id />
                    <p class="menu-head">"Messages keep its words."</p>
                    <button type="submit"><Icon name="trash-2" />{format!("Remove {name}")}</button>
                </form>
            </details>
            <a class="icon-btn" title="Edit" href=edit aria-label=format!("Edit {name}")><Icon name="pencil" /></a>
        </li>
    }
}
