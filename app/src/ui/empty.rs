//! What a list shows when there is nothing, or when it could not be had.

use crate::Failure;
use crate::ui::icon::Icon;
use leptos::prelude::*;
use rapport_domain::AppError;

/// A quiet picture, a title, and what to do next.
#[component]
pub fn Empty(
    #[prop(into)] icon: String,
    #[prop(into)] title: String,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="empty">
            <span class="empty-icon"><Icon name=icon /></span>
            <p class="empty-title">{title}</p>
            {children.map(|c| view! { <div class="empty-text">{c()}</div> })}
        </div>
    }
}

/// An error in place of a pane's content, with a way to try again.
#[component]
pub fn ErrorPanel(error: Failure) -> impl IntoView {
    let helps = !matches!(error.0, AppError::NotFound | AppError::Forbidden);
    view! {
        <div class="empty" role="alert">
            <span class="empty-icon err"><Icon name="circle-alert" /></span>
            <p class="empty-title">{error.to_string()}</p>
            // An empty href is this page: it works with and without JavaScript.
            {helps.then(|| view! {
                <div class="empty-text"><a class="btn" href="" rel="external"><Icon name="refresh-cw" />"Try again"</a></div>
            })}
        </div>
    }
}

/// Grey lines in the place of rows that are on their way.
#[component]
pub fn Skeleton(#[prop(default = 6)] rows: usize) -> impl IntoView {
    view! {
        <div class="skeleton" role="status" aria-label="Loading">
            {(0..rows).map(|_| view! { <span></span> }).collect_view()}
        </div>
    }
}
