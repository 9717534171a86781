//! First run: name the workspace and create its admin. Answered by `POST /setup`.

use crate::ui::field::{Field, FormError};
use crate::ui::page_title::PageTitle;
use leptos::prelude::*;
use rapport_domain::AppError;

#[component]
pub fn SetupPage() -> impl IntoView {
    view! {
        <PageTitle text="Set up" />
        {setup_form(SetupTyped::default(), None)}
    }
}

/// What stands in the form; a password is typed anew each time.
#[derive(Debug, Clone, Default)]
pub struct SetupTyped {
    pub workspace: String,
    pub name: String,
    pub email: String,
}

/// The form. Refused, it comes back with what was typed.
pub(crate) fn setup_form(typed: SetupTyped, error: Option<AppError>) -> AnyView {
    let beside = |field: &str| error.as_ref().and_then(|e| e.field(field)).map(String::from);
    let (workspace, name) = (beside("workspace"), beside("name"));
    let (email, password) = (beside("email"), beside("password"));
    let code = beside("code");
    let whole = error.and_then(|error| match error {
        AppError::Invalid(_) => None,
        // Somebody came first.
        AppError::Forbidden => Some("Rapport is set up already. Log in instead.".into()),
        other => Some(other.to_string()),
    });
    let SetupTyped { workspace: typed_workspace, name: typed_name, email: typed_email } = typed;
    view! {
        <main id="main" class="lone">
            <form class="sheet" action="/setup" method="post">
                <span class="logo" aria-hidden="true">"R"</span>
                <h1>"Set up Rapport"</h1>
                <p class="hint">"This creates your workspace and its first admin. It works once."</p>
                <FormError message=whole />
                <Field name="code" label="Set-up code" hint="The server's log shows it" autocomplete="off" required=true error=code autofocus=true />
                <Field name="workspace" label="Workspace" hint="Your company or product" value=typed_workspace required=true error=workspace />
                <Field name="name" label="Your name" autocomplete="name" value=typed_name required=true error=name />
                <Field name="email" label="E-mail" kind="email" autocomplete="username" value=typed_email required=true error=email />
                <Field name="password" label="Password" kind="password" hint="At least 10 characters" autocomplete="new-password" required=true error=password />
                <button class="btn primary" type="submit">"Create workspace"</button>
            </form>
        </main>
    }
    .into_any()
}
