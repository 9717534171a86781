//! What all config pages have in common.

use crate::Failure;
use crate::config_frame::Config;
use crate::failure::page_status;
use crate::page_table::PageInfo;
use crate::server_page::form::{FormData, FormState};
use crate::server_page::{PageRequest, Site, flash_toast};
use crate::ui::empty::ErrorPanel;
use crate::ui::field::FormError;
use crate::ui::icon::Icon;
use axum::extract::Form;
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Router, routing};
use leptos::prelude::*;
use rapport_domain::AppError;
use rapport_services::Result;

/// One page.
pub trait ServerPage: 'static {
    /// Its row in the table of pages.
    const PAGE: PageInfo;
    /// What the page is for, in one sentence.
    const ABOUT: &'static str;
    /// What the page says once a form has done its work: the word that [`ServerPage::act`] answers, and the text.
    const FLASHES: &'static [(&'static str, &'static str)];
    /// What the page shows.
    type Data: Send;

    fn load(request: &PageRequest) -> impl Future<Output = Result<Self::Data>> + Send;

    /// The same for a form that comes back, where what it shows depends on what was typed.
    fn load_for(
        request: &PageRequest,
        _: &FormState,
    ) -> impl Future<Output = Result<Self::Data>> + Send {
        Self::load(request)
    }

    /// Each form posts to the page's own address and says in a field `do` what it wants.
    fn view(data: Self::Data, request: &PageRequest, state: &FormState) -> AnyView;

    /// What stands around the content.
    fn frame(content: AnyView) -> AnyView {
        view! { <Config title=Self::PAGE.title about=Self::ABOUT>{content}</Config> }.into_any()
    }

    /// Does what a form asks for; answers a word of [`ServerPage::FLASHES`]. What [`PageRequest::show_once`] was
    /// told stands on the page that answers.
    fn act(
        request: &PageRequest,
        form: &FormData,
    ) -> impl Future<Output = Result<&'static str>> + Send;
}

/// The page under its address: opened, and with what its forms send.
pub fn route<P: ServerPage>() -> Router<Site> {
    Router::new().route(P::PAGE.path, routing::get(open::<P>).post(send::<P>))
}

async fn open<P: ServerPage>(request: PageRequest) -> Response {
    answer::<P>(&request, &FormState::default()).await
}

async fn send<P: ServerPage>(
    request: PageRequest,
    Form(fields): Form<Vec<(String, String)>>,
) -> Response {
    let form = FormData(fields);
    // A button of this name shows the form again, and nothing is done.
    if form.ticked("look") {
        return answer::<P>(&request, &FormState::looked_at(form)).await;
    }
    match P::act(&request, &form).await {
        // Not by way of an address, where it would stay in histories and logs.
        Ok(_) if request.once().is_some() => answer::<P>(&request, &FormState::default()).await,
        Ok(word) => Redirect::to(&format!("{}?done={word}", P::PAGE.path)).into_response(),
        Err(error) => answer::<P>(&request, &FormState(Some((form, error)))).await,
    }
}

async fn answer<P: ServerPage>(request: &PageRequest, state: &FormState) -> Response {
    let allowed = request.viewer.may(P::PAGE.permission);
    let data = if allowed { P::load_for(request, state).await } else { Err(AppError::Forbidden) };
    let error = data.as_ref().err().or(state.refusal());
    let status = page_status(error);
    request.respond(status, P::PAGE.title, || {
        let content = match data {
            Ok(data) => P::view(data, request, state),
            Err(error) => view! { <ErrorPanel error=Failure(error) /> }.into_any(),
        };
        let flash =
            request.query("done").and_then(|word| P::FLASHES.iter().find(|(w, _)| *w == word));
        view! {
            {P::frame(content)}
            {flash_toast(flash.map(|(_, text)| *text))}
        }
        .into_any()
    })
}

/// What is shown once, ready to be copied. `about` says what it is and what to do with it.
pub fn once_panel(label: &'static str, about: String, value: &str) -> AnyView {
    view! {
        <section class="once" role="status" aria-label=label>
            <p>{about}</p>
            {copy_line(label, value)}
        </section>
    }
    .into_any()
}

/// A line to copy; `public/plain.js` makes the button work.
pub fn copy_line(label: &str, value: &str) -> AnyView {
    view! {
        <span class="copy-line">
            <input class="input" readonly aria-label=label.to_string() value=value.to_string() />
            <button class="btn" type="button" data-copy=""><Icon name="copy" />"Copy"</button>
        </span>
    }
    .into_any()
}

/// A button that opens to ask once more: `warning`, then `verb` in a form that names action and row.
pub fn asking_button(
    path: &'static str,
    action: &'static str,
    verb: &'static str,
    id: &str,
    what: &str,
    warning: String,
) -> AnyView {
    view! {
        <details class="menu">
            <summary class="btn quiet" aria-label=format!("{verb}: {what}")>{verb}</summary>
            <form class="menu-items" method="post" action=path>
                <input type="hidden" name="do" value=action />
                <input type="hidden" name="id" value=id.to_string() />
                <p class="menu-head">{warning}</p>
                <button type="submit">{format!("{verb} now")}</button>
            </form>
        </details>
    }
    .into_any()
}

/// A button that does one thing to one row: a form of its own, which names action and row. `what`
/// says whom it concerns to those who hear the page.
pub fn action_button(
    path: &'static str,
    action: &'static str,
    verb: &'static str,
    id: &str,
    what: &str,
) -> AnyView {
    view! {
        <form method="post" action=path>
            <input type="hidden" name="do" value=action />
            <input type="hidden" name="id" value=id.to_string() />
            <button class="btn quiet" type="submit" aria-label=format!("{verb}: {what}")>{verb}</button>
        </form>
    }
    .into_any()
}

/// The error of a form without a place of its own on the page, such as a button's.
pub fn page_error(state: &FormState, actions: &[&str]) -> impl IntoView + use<> {
    let message = actions.iter().find_map(|action| state.of(action).general(&[]));
    view! { <FormError message /> }
}
