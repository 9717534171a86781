use crate::frame::{Frame, Section};
use leptos::prelude::*;

#[component]
pub fn CustomersPage() -> impl IntoView {
    view! { <Frame section=Section::Customers crumbs=|| "Customers">""</Frame> }
}
