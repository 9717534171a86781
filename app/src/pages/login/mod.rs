//! The login page: a plain form, answered by the server's `POST /login`.

use crate::ui::field::{Field, FormError};
use crate::ui::page_title::PageTitle;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

#[component]
pub fn LoginPage() -> impl IntoView {
    let query = use_query_map();
    let next = query.with_untracked(|q| q.get("next").unwrap_or_default());
    let error = query.with_untracked(|q| q.get("error"));
    let message = error
        .as_deref()
        .map(|error| match error {
            "slow" => "Too many attempts. Wait a minute and try again.",
            "down" => "Rapport cannot reach its database right now. Please try again.",
            _ => "E-mail or password is wrong.",
        })
        .map(String::from);
    view! {
        <PageTitle text="Log in" />
        <main id="main" class="lone">
            <form class="sheet" action="/login" method="post">
                <span class="logo" aria-hidden="true">"R"</span>
                <h1>"Log in to Rapport"</h1>
                <FormError message />
                <input type="hidden" name="next" value=next />
                <Field name="email" label="E-mail" kind="email" autocomplete="username" required=true autofocus=true />
                <Field name="password" label="Password" kind="password" autocomplete="current-password" required=true />
                <button class="btn primary" type="submit">"Log in"</button>
            </form>
        </main>
    }
}
