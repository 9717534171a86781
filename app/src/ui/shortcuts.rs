//! Keyboard shortcuts: components register theirs, one listener serves them all.

use crate::ui::dialog::Dialog;
use crate::ui::keys::use_command_key;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

#[derive(Clone)]
struct Shortcut {
    id: u64,
    key: &'static str,
    what: &'static str,
    run: Callback<()>,
}

/// The shortcuts of what is on screen.
#[derive(Clone, Copy)]
struct Shortcuts {
    list: RwSignal<Vec<Shortcut>>,
    next: StoredValue<u64>,
    help: RwSignal<bool>,
}

/// Puts the registry into context and, in the browser, starts to listen.
pub fn provide_shortcuts() {
    let shortcuts = Shortcuts {
        list: RwSignal::new(Vec::new()),
        next: StoredValue::new(0),
        help: RwSignal::new(false),
    };
    provide_context(shortcuts);
    Effect::new(move |_| {
        let handle = window_event_listener(leptos::ev::keydown, move |ev| on_key(shortcuts, &ev));
        on_cleanup(move || handle.remove());
    });
}

/// Registers a key (`j`, `Enter`, `Escape`, `/`) for as long as the component lives.
/// The newest registration of a key wins.
pub fn use_shortcut(key: &'static str, what: &'static str, run: impl Fn() + Send + Sync + 'static) {
    let Some(shortcuts) = use_context::<Shortcuts>() else { return };
    let run = Callback::new(move |()| run());
    Effect::new(move |_| {
        let Some(id) = shortcuts.next.try_update_value(|n| {
            *n += 1;
            *n
        }) else {
            return;
        };
        shortcuts.list.update(|l| l.push(Shortcut { id, key, what, run }));
        on_cleanup(move || {
            let _ = shortcuts.list.try_update(|l| l.retain(|s| s.id != id));
        });
    });
}

fn on_key(shortcuts: Shortcuts, ev: &web_sys::KeyboardEvent) {
    let key = ev.key();
    if key.eq_ignore_ascii_case("k") && (ev.meta_key() || ev.ctrl_key()) {
        ev.prevent_default();
        focus("header .search input");
        return;
    }
    if ev.meta_key() || ev.ctrl_key() || ev.alt_key() || ev.default_prevented() || is_typing(ev) {
        return;
    }
    if key == "?" {
        ev.prevent_default();
        shortcuts.help.set(true);
        return;
    }
    let run = shortcuts
        .list
        .with_untracked(|list| list.iter().rev().find(|s| s.key == key).map(|s| s.run));
    if let Some(run) = run {
        ev.prevent_default();
        run.run(());
    }
}

/// Whether the key belongs to a field, or to a dialog or popover that is open.
fn is_typing(ev: &web_sys::KeyboardEvent) -> bool {
    let Some(target) = ev.target().and_then(|t| t.dyn_into::<web_sys::Element>().ok()) else {
        return false;
    };
    let field = "input, textarea, select, [contenteditable], dialog[open]";
    // Enter on a link or button is theirs.
    let enters =
        ev.key() == "Enter" && target.closest("a, button, summary").ok().flatten().is_some();
    let covered = || document().query_selector(":popover-open").ok().flatten().is_some();
    enters || target.closest(field).ok().flatten().is_some() || covered()
}

/// Moves the focus to the first element that matches.
pub fn focus(selector: &str) {
    let found = document().query_selector(selector).ok().flatten();
    if let Some(element) = found.and_then(|e| e.dyn_into::<web_sys::HtmlElement>().ok()) {
        // Refused only by a detached element, which cannot be focused anyway.
        let _ = element.focus();
    }
}

/// The list of keys, shown by `?`. A page without a browser half has none.
#[component]
pub fn ShortcutHelp() -> impl IntoView {
    let Some(shortcuts) = use_context::<Shortcuts>() else { return ().into_any() };
    let command = use_command_key();
    let rows = move || {
        let mut seen: Vec<(&str, &str)> = vec![("?", "Show this list")];
        shortcuts.list.with(|list| {
            for s in list.iter().rev() {
                if !seen.iter().any(|(k, _)| *k == s.key) {
                    seen.push((s.key, s.what));
                }
            }
        });
        let search = view! { <div class="key-row"><dt><kbd>{command}"K"</kbd></dt><dd>"Search customers"</dd></div> };
        let rows = seen.into_iter()
            .map(|(key, what)| view! { <div class="key-row"><dt><kbd>{key}</kbd></dt><dd>{what}</dd></div> })
            .collect_view();
        (search, rows)
    };
    view! {
        <Dialog title="Keyboard shortcuts" open=shortcuts.help>
            <dl class="keys">{rows}</dl>
        </Dialog>
    }
    .into_any()
}
