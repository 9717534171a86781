//! How the reader likes to work, known to every page of the browser half.
//!
//! Theme and density are the styles': the server says them on `<html>`, and whatever changes them
//! there does so without the browser half (`public/plain.js`, `frontend/palette`).

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

/// Puts the reader's preferences into context. Below
/// [`provide_toasts`](crate::ui::toast::provide_toasts).
pub fn provide_preferences() {
    let chosen = use_viewer().map(|viewer| viewer.preferences).unwrap_or_default();
    provide_context(Preferred { chosen: RwSignal::new(chosen), toasts: use_toasts() });
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

/// How the reader's times are written, for what writes them in the browser, and in which zone.
pub(crate) fn times(preferences: &Preferences) -> (Option<String>, Option<String>) {
    #[cfg(feature = "ssr")]
    let dates = Some(preferences.dates_line());
    #[cfg(not(feature = "ssr"))]
    let dates = None;
    (dates, preferences.time_zone.clone())
}
