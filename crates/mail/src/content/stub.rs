//! Texts that stand beside HTML only to say that there is HTML.

use crate::html;

/// Characters of a text that says no more than that there is HTML.
const STUB_CHARS: usize = 600;

/// What such a text has in it.
const STUB_WORDS: [&str; 34] = [
    "html",
    "view this email",
    "view this message",
    "view it online",
    "view online",
    "view in browser",
    "in your browser",
    "read this email",
    "display this",
    "trouble viewing",
    "trouble reading",
    "online ansehen",
    "online lesen",
    "im browser",
    "nicht dargestellt",
    "nicht angezeigt",
    "dans votre navigateur",
    "version en ligne",
    "en su navegador",
    "en tu navegador",
    "nel browser",
    "no seu navegador",
    "mime format",
    "e-mail-programm",
    "client de messagerie",
    "logiciel de messagerie",
    "cliente de correo",
    "client di posta",
    "cliente de e-mail",
    "e-mailprogramma",
    "почтов",
    "w przeglądarce",
    "メールソフト",
    "浏览器",
];

/// Whether a text says no more than that its reader's program cannot show the HTML beside it.
pub(super) fn is_stub(text: &str, html: &str) -> bool {
    let text = text.trim();
    if text.chars().count() > STUB_CHARS {
        return false;
    }
    let lower = text.to_lowercase();
    let says = STUB_WORDS.iter().any(|w| lower.contains(w));
    if !says {
        return false;
    }
    // The HTML has other words, and more of them.
    let seen = html::html_to_text(html).to_lowercase();
    let words: Vec<&str> = lower.split_whitespace().filter(|w| w.chars().count() > 3).collect();
    let shared = words.iter().filter(|w| seen.contains(**w)).count();
    !seen.trim().is_empty()
        && (shared * 2 < words.len()
            || seen.len() > 3 * lower.len() && words.len() < 40 && shared < words.len())
}
