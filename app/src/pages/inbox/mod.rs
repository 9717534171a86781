use crate::frame::{Frame, Section};
use leptos::prelude::*;

#[component]
pub fn InboxPage() -> impl IntoView {
    view! { <Frame section=Section::Inbox crumbs=|| "Inbox">""</Frame> }
}
