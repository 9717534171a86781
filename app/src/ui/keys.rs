//! Keys as they are written on the reader's keyboard.

use leptos::prelude::*;

/// A combination with the platform's command key: `Ctrl+K`, on a Mac `⌘K`.
///
/// The server cannot know the keyboard and writes `Ctrl`. The browser puts it right once it has
/// taken over; pages without a browser half do the same in `public/plain.js`, by the class.
#[component]
pub fn Keys(
    /// What is pressed together with the command key.
    key: &'static str,
) -> impl IntoView {
    let command = use_command_key();
    view! { <kbd><span class="command">{command}</span>{key}</kbd> }
}

/// `Ctrl+` or `⌘`, for titles and lists of keys.
pub fn use_command_key() -> Signal<&'static str> {
    let mac = RwSignal::new(false);
    Effect::new(move |_| mac.set(is_mac()));
    Signal::derive(move || if mac.get() { "⌘" } else { "Ctrl+" })
}

fn is_mac() -> bool {
    let platform = window().navigator().platform().unwrap_or_default();
    ["Mac", "iPhone", "iPad"].iter().any(|name| platform.contains(name))
}
