//! The login page: a plain form, answered by the server's `POST /login`.

use crate::ui::about::About;
use crate::ui::field::{Field, FormError};
use crate::ui::page_title::PageTitle;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

#[component]
pub fn LoginPage() -> impl IntoView {
    let next = use_query_map().with_untracked(|q| q.get("next").unwrap_or_default());
    view! {
        <PageTitle text="Log in" />
        {login_form(next, String::new(), None)}
    }
}

/// The form. Refused, it comes back with the address that was typed and where it was to lead.
pub(crate) fn login_form(next: String, email: String, error: Option<String>) -> AnyView {
    let again = !email.is_empty();
    view! {
        <main id="main" class="lone">
            <form class="sheet" action="/login" method="post">
                <span class="logo" aria-hidden="true">"R"</span>
                <h1>"Log in to Rapport"</h1>
                <FormError message=error />
                <input type="hidden" name="next" value=next />
                <Field name="email" label="E-mail" kind="email" autocomplete="username" value=email required=true autofocus=!again />
                <Field name="password" label="Password" kind="password" autocomplete="current-password" required=true autofocus=again />
                <button class="btn primary" type="submit">"Log in"</button>
                <About />
            </form>
        </main>
    }
    .into_any()
}
