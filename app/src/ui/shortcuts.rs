//! What can be done on the open page, by key and in the command palette: one table for all pages.
//!
//! Components put in what they can do, for as long as they live. One listener serves all keys. The
//! palette and the list of keys are a script (`frontend/palette`), which asks by events what the
//! table holds and says what was chosen.

use js_sys::Reflect;
use leptos::prelude::*;
use serde::Serialize;
use std::sync::Arc;
use wasm_bindgen::{JsCast, JsValue};

/// What one writes or chooses in.
const FIELD: &str = "input, textarea, select, [contenteditable]";

/// A value and what people read.
pub type Choice = (String, String);

/// What has to be said before something can be done.
#[derive(Clone)]
enum Needs {
    Nothing,
    /// One of these, as they are when it is asked.
    Choice(Arc<dyn Fn() -> Vec<Choice> + Send + Sync>),
    /// Words; this stands in the empty field.
    Text(&'static str),
}

/// Something that can be done.
#[derive(Clone)]
pub struct Command {
    what: Arc<dyn Fn() -> Option<&'static str> + Send + Sync>,
    key: &'static str,
    icon: &'static str,
    needs: Needs,
}

impl Command {
    /// `what` is its name: "Assign to me". One that needs a choice ends in " …".
    pub fn new(what: &'static str) -> Self {
        Self::named(move || Some(what))
    }

    /// The same by a name that depends; without one it cannot be done now.
    pub fn named(what: impl Fn() -> Option<&'static str> + Send + Sync + 'static) -> Self {
        Self { what: Arc::new(what), key: "", icon: "zap", needs: Needs::Nothing }
    }

    pub fn key(self, key: &'static str) -> Self {
        Self { key, ..self }
    }

    pub fn icon(self, icon: &'static str) -> Self {
        Self { icon, ..self }
    }

    /// It takes one of these.
    pub fn choices(self, choices: impl Fn() -> Vec<Choice> + Send + Sync + 'static) -> Self {
        Self { needs: Needs::Choice(Arc::new(choices)), ..self }
    }

    /// It takes what is typed.
    pub fn text(self, placeholder: &'static str) -> Self {
        Self { needs: Needs::Text(placeholder), ..self }
    }
}

#[derive(Clone)]
struct Entry {
    id: u32,
    command: Command,
    run: Callback<String>,
}

/// An entry as the script reads it.
#[derive(Serialize)]
struct CommandInfo {
    id: u32,
    what: &'static str,
    key: &'static str,
    icon: &'static str,
    choices: Vec<Choice>,
    text: Option<&'static str>,
}

/// What can be done on what is on screen.
#[derive(Clone, Copy)]
struct Table {
    list: StoredValue<Vec<Entry>>,
    next: StoredValue<u32>,
}

/// Puts the table into context and, in the browser, starts to listen.
pub fn provide_shortcuts() {
    let table = Table { list: StoredValue::new(Vec::new()), next: StoredValue::new(0) };
    provide_context(table);
    Effect::new(move |_| {
        let keys = window_event_listener(leptos::ev::keydown, move |ev| table.on_key(&ev));
        let asked = window_event_listener_untyped("rapport:commands", move |ev| {
            let list = serde_json::to_string(&table.infos()).unwrap_or_default();
            // An object of the script's own.
            let _ = Reflect::set(&detail(&ev), &"list".into(), &list.into());
        });
        let run = window_event_listener_untyped("rapport:run", move |ev| {
            let of = |name: &str| Reflect::get(&detail(&ev), &name.into()).unwrap_or_default();
            let id = of("id").as_f64().unwrap_or_default() as u32;
            let found = table.find(|entry| entry.id == id);
            if let Some(entry) = found {
                entry.run.try_run(of("value").as_string().unwrap_or_default());
            }
        });
        on_cleanup(move || {
            keys.remove();
            asked.remove();
            run.remove();
        });
    });
}

/// Registers a key (`j`, `Enter`, `Escape`, `/`) for as long as the component lives.
/// The newest registration of a key wins.
pub fn use_shortcut(key: &'static str, what: &'static str, run: impl Fn() + Send + Sync + 'static) {
    use_command(Command::new(what).key(key).icon("keyboard"), move |_| run());
}

/// Puts a command into the table for as long as the component lives. `run` gets what was chosen or
/// typed, else an empty text.
pub fn use_command(command: Command, run: impl Fn(String) + Send + Sync + 'static) {
    register(command, Callback::new(run));
}

/// Apart from its callers, so that it stands in the browser half once and not for each of them.
fn register(command: Command, run: Callback<String>) {
    let Some(table) = use_context::<Table>() else { return };
    Effect::new(move |_| {
        let Some(id) = table.next.try_update_value(|n| {
            *n += 1;
            *n
        }) else {
            return;
        };
        let entry = Entry { id, command: command.clone(), run };
        table.list.update_value(|list| list.push(entry));
        on_cleanup(move || {
            let _ = table.list.try_update_value(|list| list.retain(|entry| entry.id != id));
        });
    });
}

impl Table {
    /// The newest entry that matches and can be done now.
    fn find(self, matches: impl Fn(&Entry) -> bool) -> Option<Entry> {
        let found = |list: &Vec<Entry>| {
            let mut able = list.iter().rev().filter(|entry| (entry.command.what)().is_some());
            able.find(|entry| matches(entry)).cloned()
        };
        self.list.try_with_value(found).flatten()
    }

    fn infos(self) -> Vec<CommandInfo> {
        let info = |entry: &Entry| {
            let Command { what, key, icon, needs } = &entry.command;
            let (choices, text) = match needs {
                Needs::Nothing => (Vec::new(), None),
                Needs::Choice(choices) => (choices(), None),
                Needs::Text(placeholder) => (Vec::new(), Some(*placeholder)),
            };
            Some(CommandInfo { id: entry.id, what: what()?, key, icon, choices, text })
        };
        self.list.try_with_value(|list| list.iter().filter_map(info).collect()).unwrap_or_default()
    }

    fn on_key(self, ev: &web_sys::KeyboardEvent) {
        let key = ev.key();
        // Held down, Escape leaves one thing and not everything.
        let again = ev.repeat() && key == "Escape";
        if ev.meta_key() || ev.ctrl_key() || ev.alt_key() || again || ev.default_prevented() {
            return;
        }
        if is_typing(ev) {
            if key == "Escape" {
                leave_field(ev);
            }
            return;
        }
        if key == "?" {
            ev.prevent_default();
            dispatch("rapport:help", &JsValue::NULL);
            return;
        }
        let Some(entry) = self.find(|entry| entry.command.key == key) else { return };
        ev.prevent_default();
        match entry.command.needs {
            Needs::Nothing => drop(entry.run.try_run(String::new())),
            // The palette asks for the rest.
            _ => dispatch("rapport:ask", &entry.id.into()),
        }
    }
}

/// Tells the script of the palette.
fn dispatch(event: &str, detail: &JsValue) {
    // A constructor of the browser's and an object of ours: neither refuses anything.
    if let Ok(event) = web_sys::Event::new(event) {
        let _ = Reflect::set(&event, &"detail".into(), detail);
        let _ = window().dispatch_event(&event);
    }
}

fn detail(ev: &web_sys::Event) -> JsValue {
    Reflect::get(ev, &"detail".into()).unwrap_or_default()
}

/// Whether the key belongs to a field, or to a dialog or popover that is open. The pages without a
/// browser half have the same rule in `frontend/palette/src/plain.ts`.
fn is_typing(ev: &web_sys::KeyboardEvent) -> bool {
    let Some(target) = ev.target().and_then(|t| t.dyn_into::<web_sys::Element>().ok()) else {
        return false;
    };
    // Enter on a link or button is theirs.
    let enters =
        ev.key() == "Enter" && target.closest("a, button, summary").ok().flatten().is_some();
    let covered =
        || document().query_selector(":popover-open, dialog:modal").ok().flatten().is_some();
    let within = |what: &str| target.closest(what).ok().flatten().is_some();
    enters || within(FIELD) || within("dialog[open]") || covered()
}

/// Out of a field before anything else is left. A dialog or popover closes by itself, and the
/// focus stays on what opened it.
fn leave_field(ev: &web_sys::KeyboardEvent) {
    let field = ev.target().and_then(|t| t.dyn_into::<web_sys::HtmlElement>().ok());
    let field = field.filter(|f| {
        let within = |what: &str| f.closest(what).ok().flatten().is_some();
        within(FIELD) && !within("dialog[open]")
    });
    if let Some(field) = field {
        // Refused only by a detached element.
        let _ = field.blur();
    }
}

/// Moves the focus to the first element that matches.
pub fn focus(selector: &str) {
    let found = document().query_selector(selector).ok().flatten();
    if let Some(element) = found.and_then(|e| e.dyn_into::<web_sys::HtmlElement>().ok()) {
        // Refused only by a detached element, which cannot be focused anyway.
        let _ = element.focus();
    }
}
