//! Initials in a coloured circle.

use leptos::prelude::*;
use rapport_domain::text::initials;

/// The colours an avatar can have; the name picks one, so a person keeps theirs.
const TONES: [&str; 5] = ["a", "b", "c", "d", "e"];

/// A person's initials. Decorative: the name always stands near it.
#[component]
pub fn Avatar(
    #[prop(into)] name: String,
    /// The large one of the contact card.
    #[prop(optional)]
    large: bool,
) -> impl IntoView {
    let tone = TONES[name.bytes().map(usize::from).sum::<usize>() % TONES.len()];
    let size = if large { " l" } else { "" };
    view! {
        <span class=format!("avatar {tone}{size}") title=name.clone() aria-hidden="true">
            {initials(&name)}
        </span>
    }
}
