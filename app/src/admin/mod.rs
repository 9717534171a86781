//! The app config: what an admin sets for the whole workspace.

use crate::frame::{Frame, Section};
use leptos::prelude::*;

#[component]
pub fn InfoPanePage() -> impl IntoView {
    view! { <Frame section=Section::Settings crumbs=|| "App config">""</Frame> }
}

#[component]
pub fn CustomFieldsPage() -> impl IntoView {
    view! { <Frame section=Section::Settings crumbs=|| "App config">""</Frame> }
}
