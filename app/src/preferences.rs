//! How the reader likes to work, known to every page and changed from any.

use crate::Failure;
use crate::session::use_viewer;
use crate::ui::toast::{Toasts, use_toasts};
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use leptos::task::spawn_local;
use rapport_domain::preferences::{Choice, Density, Preferences, Theme};

/// The reader's preferences; take them with [`use_preferences`].
#[derive(Debug, Clone, Copy)]
pub struct Preferred {
    chosen: RwSignal<Preferences>,
    toasts: Toasts,
}

/// Puts the reader's preferences into context and lets the page look like it. Below
/// [`provide_toasts`](crate::ui::toast::provide_toasts).
pub fn provide_preferences() {
    let preferred = Preferred { chosen: RwSignal::new(of_viewer()), toasts: use_toasts() };
    provide_context(preferred);
    Effect::new(move |_| {
        let Some(root) = document().document_element() else { return };
        preferred.chosen.with(|preferences| {
            for (name, value) in appearance(preferences) {
                // A name and a word of ours: neither can be refused.
                let _ = match value {
                    Some(word) => root.set_attribute(name, word),
                    None => root.remove_attribute(name),
                };
            }
        });
    });
}

/// The reader's preferences, on every page of the browser half.
pub fn use_preferences() -> Preferred {
    expect_context::<Preferred>()
}

impl Preferred {
    pub fn get(self) -> Preferences {
        self.chosen.get()
    }

    pub fn get_untracked(self) -> Preferences {
        self.chosen.get_untracked()
    }

    /// Makes a choice: it counts at once, and is taken back should the server not have it.
    pub fn choose(self, choice: Choice) {
        let before = self.get_untracked();
        self.chosen.update(|preferences| preferences.choose(choice));
        spawn_local(async move {
            if let Err(error) = choose_preference(choice).await {
                self.chosen.set(before);
                self.toasts.fail(error.to_string());
            }
        });
    }
}

/// Stores one choice of the reader's.
#[server(input = Json)]
pub async fn choose_preference(choice: Choice) -> Result<(), Failure> {
    crate::api::run(async |ctx| {
        rapport_services::preferences::change(ctx, |preferences| preferences.choose(choice)).await
    })
    .await
}

/// What `<html>` says for the styles; nothing where the system decides.
pub(crate) fn appearance(preferences: &Preferences) -> [(&'static str, Option<&'static str>); 2] {
    let theme = Some(preferences.theme).filter(|theme| *theme != Theme::System);
    let density = Some(preferences.density).filter(|d| *d != Density::Comfortable);
    [("data-theme", theme.map(Theme::as_str)), ("data-density", density.map(Density::as_str))]
}

fn of_viewer() -> Preferences {
    use_viewer().map(|viewer| viewer.preferences).unwrap_or_default()
}
