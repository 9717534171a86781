//! What is kept in this browser: unfinished answers until they are sent, and how one likes to read.

use leptos::prelude::*;
use rapport_domain::UserId;
use rapport_domain::message::{MessageMode, Recipients, Returned};
use std::collections::HashSet;
use std::fmt;

/// The draft of one person for one ticket and one kind of message.
pub(super) fn key(me: Option<UserId>, number: i64, mode: &str) -> String {
    let me = me.map(|m| m.to_string()).unwrap_or_default();
    format!("rapport:draft:{me}:{number}:{mode}")
}

/// What one person's Send did to the status the last time.
pub(super) fn send_as_key(me: Option<UserId>) -> String {
    format!("rapport:send-as:{}", me.map(|m| m.to_string()).unwrap_or_default())
}

/// What an answer says besides its text, as its fields have it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Lines {
    pub to: String,
    pub cc: String,
    pub bcc: String,
    /// `None`: the mailbox's.
    pub signature: Option<String>,
    pub quotes: bool,
}

impl From<&Returned> for Lines {
    fn from(returned: &Returned) -> Self {
        let Recipients { to, cc, bcc } = &returned.recipients;
        Self {
            to: to.join(", "),
            cc: cc.join(", "),
            bcc: bcc.join(", "),
            signature: returned.signature.clone(),
            quotes: returned.quotes,
        }
    }
}

/// Kept as lines: to, cc, bcc, whether it quotes, and a changed signature after an `=`. Reading JSON
/// would cost every page's download more than this is worth.
impl fmt::Display for Lines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { to, cc, bcc, signature, quotes } = self;
        write!(f, "{to}\n{cc}\n{bcc}\n{}\n", if *quotes { "quotes" } else { "" })?;
        match signature {
            Some(signature) => write!(f, "={signature}"),
            None => Ok(()),
        }
    }
}

impl Lines {
    fn read(kept: &str) -> Option<Self> {
        let mut lines = kept.splitn(5, '\n').map(String::from);
        let mut next = || lines.next();
        let (to, cc, bcc, quotes, signature) = (next()?, next()?, next()?, next()?, next()?);
        let signature = signature.strip_prefix('=').map(String::from);
        Some(Self { to, cc, bcc, signature, quotes: !quotes.is_empty() })
    }
}

/// Where the lines of an unfinished answer are kept, beside its text.
fn lines_key(me: Option<UserId>, number: i64) -> String {
    format!("rapport:lines:{}:{number}", me.map(|m| m.to_string()).unwrap_or_default())
}

pub(super) fn save_lines(me: Option<UserId>, number: i64, lines: &Lines) {
    save(&lines_key(me, number), &lines.to_string());
}

pub(super) fn forget_lines(me: Option<UserId>, number: i64) {
    save(&lines_key(me, number), "");
}

/// The lines of an unfinished answer, where somebody changed them.
pub(super) fn load_lines(me: Option<UserId>, number: i64) -> Option<Lines> {
    Lines::read(&load(&lines_key(me, number)))
}

/// Puts an answer that was taken back into a composer that is not open: its text, its lines, and
/// what its macros did (frontend/editor/src/macros.ts).
pub(super) fn put_back(me: Option<UserId>, number: i64, returned: &Returned) {
    let mode = MessageMode::Reply.as_str();
    save(&key(me, number, mode), &returned.text);
    save_lines(me, number, &Lines::from(returned));
    let Ok(Some(session)) = window().session_storage() else { return };
    let chips = format!("rapport:effects:{number}:{mode}");
    if let Ok(Some(sent)) = session.get_item(&format!("{chips}:sent")) {
        // A full or forbidden storage costs the chips and nothing else.
        let _ = session.set_item(&chips, &sent);
    }
}

/// Said to this tab when a draft begins or goes; other tabs hear of it from the browser.
const CHANGED: &str = "rapport:drafts";

/// The numbers of the tickets for which the person has a draft in this browser. They are read
/// again when `moved` changes, and when one begins or goes, here or in another tab.
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
        let again = move || drop(set.try_set(numbers(me)));
        let here = window_event_listener_untyped(CHANGED, move |_| again());
        let other = window_event_listener_untyped("storage", move |_| again());
        on_cleanup(move || {
            here.remove();
            other.remove();
        });
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
    let (was, is) = (!load(key).is_empty(), !text.trim().is_empty());
    // A full or forbidden storage costs the draft over a reload and nothing else.
    let _ = if is { storage.set_item(key, text) } else { storage.remove_item(key) };
    if was != is
        && let Ok(changed) = web_sys::Event::new(CHANGED)
    {
        let _ = window().dispatch_event(&changed);
    }
}

fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_as_they_were_kept() {
        let line = |text: &str| text.to_string();
        let plain = Lines { to: line("a@x.example, b@x.example"), ..Lines::default() };
        let emptied = Lines { signature: Some(String::new()), ..plain.clone() };
        let signature = Some(line("Priya\n=\nAcme"));
        let all = Lines { cc: line("c@x.example"), quotes: true, signature, ..plain.clone() };
        for lines in [plain, emptied, all] {
            assert_eq!(Lines::read(&lines.to_string()), Some(lines));
        }
        assert_eq!((Lines::read(""), Lines::read("a\nb")), (None, None));
    }
}
