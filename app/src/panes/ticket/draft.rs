//! What is kept in this browser: unfinished answers until they are sent, and how one likes to read.

use leptos::prelude::*;
use rapport_domain::UserId;
use rapport_domain::message::MessageMode;
use std::collections::HashSet;

/// The draft of one person for one ticket and one kind of message.
pub(super) fn key(me: Option<UserId>, number: i64, mode: &str) -> String {
    let me = me.map(|m| m.to_string()).unwrap_or_default();
    format!("rapport:draft:{me}:{number}:{mode}")
}

/// What one person's Send did to the status the last time.
pub(super) fn send_as_key(me: Option<UserId>) -> String {
    format!("rapport:send-as:{}", me.map(|m| m.to_string()).unwrap_or_default())
}

/// To whom the last answer went, one line each of To, Cc and Bcc: for when it is taken back.
pub(super) fn sent_key(me: Option<UserId>, number: i64) -> String {
    format!("rapport:sent:{}:{number}", me.map(|m| m.to_string()).unwrap_or_default())
}

/// Puts an answer that was taken back into a composer that is not open: its text, and what its macros
/// did (frontend/editor/src/macros.ts); its recipients once it opens.
pub(super) fn put_back(me: Option<UserId>, number: i64, text: &str) {
    save(&key(me, number, MessageMode::Reply.as_str()), text);
    save(&format!("{}:back", sent_key(me, number)), "1");
    let Ok(Some(session)) = window().session_storage() else { return };
    let chips = format!("rapport:effects:{number}");
    if let Ok(Some(sent)) = session.get_item(&format!("{chips}:sent")) {
        // A full or forbidden storage costs the chips and nothing else.
        let _ = session.set_item(&chips, &sent);
    }
}

/// The recipients of an answer that was put back, once.
pub(super) fn take_sent(me: Option<UserId>, number: i64) -> Option<String> {
    let sent = sent_key(me, number);
    let back = format!("{sent}:back");
    let was_back = !load(&back).is_empty();
    save(&back, "");
    was_back.then(|| load(&sent))
}

/// The numbers of the tickets for which the person has a draft in this browser. They are read
/// again when `moved` changes, and when another tab writes or sends one.
pub(crate) fn use_drafts(
    me: Option<UserId>,
    moved: impl Fn() + 'static,
) -> ReadSignal<HashSet<i64>> {
    let (drafts, set) = signal(HashSet::new());
    Effect::new(move |_| {
        moved();
        set.set(numbers(me));
    });
    Effect::new(move |_| {
        let other = window_event_listener(leptos::ev::storage, move |_| {
            let _ = set.try_set(numbers(me));
        });
        on_cleanup(move || other.remove());
    });
    drafts
}

fn numbers(me: Option<UserId>) -> HashSet<i64> {
    let Some(storage) = storage() else { return HashSet::new() };
    let me = me.map(|m| m.to_string()).unwrap_or_default();
    let prefix = format!("rapport:draft:{me}:");
    let names = (0..storage.length().unwrap_or(0)).filter_map(|n| storage.key(n).ok().flatten());
    names.filter_map(|name| name.strip_prefix(&prefix)?.split(':').next()?.parse().ok()).collect()
}

/// The draft, empty when there is none or the browser keeps nothing.
pub(super) fn load(key: &str) -> String {
    storage().and_then(|s| s.get_item(key).ok().flatten()).unwrap_or_default()
}

/// Keeps a draft; an empty one is removed.
pub(super) fn save(key: &str, text: &str) {
    let Some(storage) = storage() else { return };
    // A full or forbidden storage costs the draft over a reload and nothing else.
    let _ =
        if text.trim().is_empty() { storage.remove_item(key) } else { storage.set_item(key, text) };
}

fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}
