//! Initials in a coloured circle, and a colleague's picture over them.
//!
//! No row carries who has a picture: an address by the person leads to it, or to a picture of nothing,
//! which browsers keep for a while (`server/src/pictures.rs`). Of the reader alone it is known here, so
//! that they see a new picture of themselves at once.

use leptos::prelude::*;
use rapport_domain::UserId;
use rapport_domain::session::Viewer;
use rapport_domain::text::initials;

/// The colours an avatar can have; the name picks one, so a person keeps theirs.
const TONES: [&str; 5] = ["a", "b", "c", "d", "e"];

/// A person's initials. Decorative: the name always stands near it.
#[component]
pub fn Avatar(
    #[prop(into)] name: String,
    /// Whose picture lies over them, where it is somebody's who works here.
    #[prop(optional_no_strip)]
    of: Option<UserId>,
    /// The large one of the contact card.
    #[prop(optional)]
    large: bool,
) -> impl IntoView {
    let tone = TONES[name.bytes().map(usize::from).sum::<usize>() % TONES.len()];
    let size = if large { " l" } else { "" };
    let picture = of.and_then(picture).map(|src| view! { <img src=src alt="" loading="lazy" /> });
    view! {
        <span class=format!("avatar {tone}{size}") title=name.clone() aria-hidden="true">
            {initials(&name)}
            {picture}
        </span>
    }
}

/// Where somebody's picture is; `None` for a reader without one.
fn picture(of: UserId) -> Option<String> {
    let own = with_context::<Option<Viewer>, _>(|viewer| {
        viewer.as_ref().filter(|viewer| viewer.user == of).map(|viewer| viewer.picture)
    });
    let version = match own.flatten() {
        None => String::new(),
        Some(own) => format!("?v={}", own?),
    };
    Some(format!("/files/people/{of}{version}"))
}
