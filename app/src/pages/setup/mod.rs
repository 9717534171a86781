//! First run: name the workspace and create its admin. Answered by `POST /setup`.

use crate::ui::field::{Field, FormError};
use crate::ui::page_title::PageTitle;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

#[component]
pub fn SetupPage() -> impl IntoView {
    let query = use_query_map();
    // The address names the field, never the sentence: nobody can put words on this page.
    let wrong = query.with_untracked(|q| q.get("wrong"));
    let error = move |field: &str| {
        wrong.as_deref().filter(|w| w.split(',').any(|f| f == field)).map(|_| {
            match field {
                "workspace" => "Name the workspace in at most 200 characters.",
                "name" => "Give your name in at most 200 characters.",
                "email" => "This is not an e-mail address.",
                "password" => "Use 10 to 200 characters.",
                _ => "Rapport is set up already. Log in instead.",
            }
            .to_string()
        })
    };
    view! {
        <PageTitle text="Set up" />
        <main id="main" class="lone">
            <form class="sheet" action="/setup" method="post">
                <span class="logo" aria-hidden="true">"R"</span>
                <h1>"Set up Rapport"</h1>
                <p class="hint">"This creates your workspace and its first admin. It works once."</p>
                <FormError message=error("done") />
                <Field name="workspace" label="Workspace" hint="Your company or product" required=true error=error("workspace") autofocus=true />
                <Field name="name" label="Your name" autocomplete="name" required=true error=error("name") />
                <Field name="email" label="E-mail" kind="email" autocomplete="username" required=true error=error("email") />
                <Field name="password" label="Password" kind="password" hint="At least 10 characters" autocomplete="new-password" required=true error=error("password") />
                <button class="btn primary" type="submit">"Create workspace"</button>
            </form>
        </main>
    }
}
