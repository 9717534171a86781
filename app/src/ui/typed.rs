//! What was typed in a form and is not saved yet: kept in this browser until it is.
//!
//! A form is left by a link, by Back or by a reload without a question; opened again, it has its
//! words back.

use crate::session::use_viewer;
use crate::ui::connected::when_connected;
use leptos::html::Form;
use leptos::prelude::*;
use std::collections::BTreeMap;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlInputElement, HtmlSelectElement, HtmlTextAreaElement, Storage};

/// Fields in which somebody writes or chooses; a search is nothing to save. `was` is what the
/// words were written over, and belongs to them.
const FIELDS: &str = "textarea[name], select[name], input[name=was], \
    input[name]:not([type=hidden], [type=password], [type=search], [type=radio], [type=checkbox], [role=combobox])";

/// What a list of suggestions was asked for: it is not kept, but nobody drops it by a slip.
const ASKED: &str = "input[role=combobox]";

/// Marks fields whose words are not kept.
pub const SENSITIVE: &str = "data-sensitive";

/// How long what was typed is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// As long as the tab.
    Tab,
    /// Until it is saved or thrown away.
    Browser,
}

/// Keeps what is typed in a form. The form gives its `node`, and calls [`save`](Self::save) on
/// input and [`clear`](Self::clear) on reset. One that leads to another page when it succeeds is
/// gone by then: it clears when it is sent, and saves again when it was refused.
#[derive(Clone, Copy)]
pub struct Typed {
    pub node: NodeRef<Form>,
    key: StoredValue<String>,
    kept: Kept,
    /// Words from before stand in the form.
    pub restored: RwSignal<bool>,
}

impl Typed {
    /// `name` tells this form from all others.
    pub fn new(kept: Kept, name: impl std::fmt::Display) -> Self {
        // A computer may be shared: nobody gets another's words.
        let me = use_viewer().map(|v| v.user.to_string()).unwrap_or_default();
        let typed = Self {
            node: NodeRef::new(),
            key: StoredValue::new(format!("rapport:typed:{me}:{name}")),
            kept,
            restored: RwSignal::new(false),
        };
        when_connected(typed.node, move |form| typed.restore(&form));
        typed
    }

    /// Keeps what stands in the form now.
    pub fn save(self) {
        let (Some(form), Some(storage)) = (self.node.get_untracked(), self.storage()) else {
            return;
        };
        let words = words_in(&form);
        // A full or forbidden storage costs the words over a reload and nothing else.
        let _ = match words.keys().any(|name| name != "was") {
            false => storage.remove_item(&self.key.get_value()),
            true => {
                let json = serde_json::to_string(&words).unwrap_or_default();
                storage.set_item(&self.key.get_value(), &json)
            }
        };
    }

    /// Forgets the words: they were saved, or thrown away.
    pub fn clear(self) {
        let Some(key) = self.key.try_get_value() else { return };
        if let Some(storage) = self.storage() {
            let _ = storage.remove_item(&key);
        }
        self.restored.set(false);
    }

    /// Puts the form back to how it opened: its author cancelled.
    pub fn drop_words(self) {
        if let Some(form) = self.node.get_untracked() {
            form.reset();
        }
        self.clear();
    }

    fn restore(self, form: &Element) {
        let Some(key) = self.key.try_get_value() else { return };
        let json = self.storage().and_then(|s| s.get_item(&key).ok().flatten());
        let Some(words) =
            json.and_then(|j| serde_json::from_str::<BTreeMap<String, String>>(&j).ok())
        else {
            return;
        };
        for field in fields(form, FIELDS) {
            // What was typed before the scripts arrived stays.
            if let Some(word) = words.get(&field.name).filter(|_| field.value == field.initial) {
                field.set(word);
            }
        }
        self.restored.set(is_written(form));
    }

    fn storage(self) -> Option<Storage> {
        match self.kept {
            Kept::Tab => window().session_storage().ok().flatten(),
            Kept::Browser => window().local_storage().ok().flatten(),
        }
    }
}

/// Says that words from before stand in the form, and offers to start over.
#[component]
pub fn Restored(typed: Typed) -> impl IntoView {
    view! {
        <Show when=move || typed.restored.get()>
            <p class="restored">
                "What you typed before is still here. "
                <button type="button" on:click=move |_| typed.drop_words()>"Start over"</button>
            </p>
        </Show>
    }
}

/// Whether words stand below `root` that would be lost with it.
pub fn is_written(root: &Element) -> bool {
    let mut fields = fields(root, FIELDS).into_iter().chain(fields(root, ASKED));
    fields.any(|field| field.name != "was" && field.value != field.initial)
}

fn words_in(root: &Element) -> BTreeMap<String, String> {
    // A sensitive value lies in no browser: it is typed again.
    let kept = |f: &Field| !f.element.has_attribute(SENSITIVE);
    let written = |f: &Field| f.name == "was" || f.value != f.initial && kept(f);
    fields(root, FIELDS).into_iter().filter(written).map(|f| (f.name, f.value)).collect()
}

struct Field {
    element: Element,
    name: String,
    value: String,
    initial: String,
}

impl Field {
    fn set(&self, value: &str) {
        let element = self.element.clone();
        if let Some(input) = element.dyn_ref::<HtmlInputElement>() {
            input.set_value(value);
        } else if let Some(area) = element.dyn_ref::<HtmlTextAreaElement>() {
            area.set_value(value);
        } else if let Some(select) = element.dyn_ref::<HtmlSelectElement>() {
            select.set_value(value);
        }
    }
}

fn fields(root: &Element, which: &str) -> Vec<Field> {
    let Ok(found) = root.query_selector_all(which) else { return Vec::new() };
    let element = |i| found.item(i).and_then(|node| node.dyn_into::<Element>().ok());
    (0..found.length()).filter_map(element).filter_map(read).collect()
}

fn read(element: Element) -> Option<Field> {
    let name = element.get_attribute("name").unwrap_or_default();
    let (value, initial) = if let Some(input) = element.dyn_ref::<HtmlInputElement>() {
        (input.value(), input.default_value())
    } else if let Some(area) = element.dyn_ref::<HtmlTextAreaElement>() {
        (area.value(), area.default_value().unwrap_or_default())
    } else {
        let select = element.dyn_ref::<HtmlSelectElement>()?;
        let first = || select.query_selector("option").ok().flatten();
        let preset = select.query_selector("option[selected]").ok().flatten().or_else(first);
        (select.value(), preset.and_then(|o| o.get_attribute("value")).unwrap_or_default())
    };
    Some(Field { element, name, value, initial })
}
