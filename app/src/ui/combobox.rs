//! A text field that suggests while one types; what is typed counts whether or not it was
//! suggested.

use crate::Failure;
use crate::ui::connected::focus_when_connected;
use crate::ui::field::FieldHelp;
use gloo_timers::callback::Timeout;
use leptos::ev::KeyboardEvent;
use leptos::html::Input;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::{Deserialize, Serialize};

/// How long typing rests before suggestions are asked for, in milliseconds.
const REST_MS: u32 = 150;

/// Something to choose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suggestion {
    /// What the field then holds.
    pub value: String,
    pub text: String,
    pub detail: String,
}

#[derive(Clone, Copy)]
struct State {
    input: NodeRef<Input>,
    found: RwSignal<Vec<Suggestion>>,
    open: RwSignal<bool>,
    /// The suggestion that Enter takes.
    active: RwSignal<Option<usize>>,
    /// What the field's value stands for, once it was chosen.
    chosen: RwSignal<Option<String>>,
    /// Counts the questions: an answer that was overtaken is dropped.
    turn: StoredValue<u32>,
}

impl State {
    fn next_turn(self) -> u32 {
        let turn = self.turn.get_value().wrapping_add(1);
        self.turn.set_value(turn);
        turn
    }

    fn choose(self, suggestion: Suggestion) {
        self.next_turn();
        if let Some(input) = self.input.get_untracked() {
            input.set_value(&suggestion.value);
            // Refused only by a detached element.
            let _ = input.focus();
        }
        self.chosen.set(Some(suggestion.text));
        self.open.set(false);
    }

    fn key(self, ev: &KeyboardEvent) {
        let count = self.found.with_untracked(Vec::len);
        let open = self.open.get_untracked() && count > 0;
        let active = self.active.get_untracked();
        match ev.key().as_str() {
            "ArrowDown" if count > 0 => {
                self.active.set(Some(active.filter(|_| open).map_or(0, |at| (at + 1) % count)));
                self.open.set(true);
            }
            "ArrowUp" if count > 0 => {
                let last = count - 1;
                let up = |at: usize| at.checked_sub(1).unwrap_or(last);
                self.active.set(Some(active.filter(|_| open).map_or(last, up)));
                self.open.set(true);
            }
            "Enter" if open && active.is_some() => {
                let at = active.unwrap_or_default();
                if let Some(suggestion) = self.found.with_untracked(|all| all.get(at).cloned()) {
                    self.choose(suggestion);
                }
            }
            // The list is the innermost thing that is open; the next Escape is the dialog's.
            "Escape" if open => {
                ev.stop_propagation();
                self.open.set(false);
            }
            _ => return,
        }
        ev.prevent_default();
    }
}

/// The field with its label, its suggestions and its error. `find` answers for what was typed.
#[component]
pub fn Combobox<F, A>(
    name: &'static str,
    #[prop(into)] label: String,
    #[prop(into)] placeholder: String,
    #[prop(optional, into)] hint: String,
    maxlength: usize,
    #[prop(optional, into)] error: MaybeProp<String>,
    find: F,
) -> impl IntoView
where
    F: Fn(String) -> A + Copy + Send + Sync + 'static,
    A: Future<Output = Result<Vec<Suggestion>, Failure>> + 'static,
{
    let state = State {
        input: NodeRef::new(),
        found: RwSignal::new(Vec::new()),
        open: RwSignal::new(false),
        active: RwSignal::new(None),
        chosen: RwSignal::new(None),
        turn: StoredValue::new(0),
    };
    let (list, help) = (format!("{name}-options"), format!("{name}-help"));
    let search = move |typed: String, rest: u32| {
        let turn = state.next_turn();
        let ask = move || {
            if state.turn.try_get_value() != Some(turn) {
                return;
            }
            spawn_local(async move {
                // Without an answer there is nothing to choose; what is typed counts all the same.
                let found = find(typed).await.unwrap_or_default();
                if state.turn.try_get_value() == Some(turn) {
                    state.active.set(None);
                    state.open.set(!found.is_empty());
                    state.found.set(found);
                }
            });
        };
        Timeout::new(rest, ask).forget();
    };
    focus_when_connected(state.input);
    Effect::new(move |_| search(String::new(), 0));
    let option_id = move |at: usize| format!("{name}-option-{at}");
    let options = move || {
        let found = state.found.get().into_iter().enumerate();
        found
            .map(|(at, suggestion)| {
                let (text, detail) = (suggestion.text.clone(), suggestion.detail.clone());
                view! {
                    <li
                        role="option"
                        id=option_id(at)
                        aria-selected=move || (state.active.get() == Some(at)).to_string()
                        // The field keeps the focus.
                        on:mousedown=|ev| ev.prevent_default()
                        on:click=move |_| state.choose(suggestion.clone())
                    >
                        <span class="clip">{text}</span>
                        <small class="clip">{detail}</small>
                    </li>
                }
            })
            .collect_view()
    };
    let shown = move || state.open.get() && state.found.with(|found| !found.is_empty());
    view! {
        <div class="field-row combobox">
            <label class="field-row">
                <span class="field-label">{label}</span>
                <input
                    node_ref=state.input
                    class="input"
                    type="text"
                    name=name
                    role="combobox"
                    aria-autocomplete="list"
                    aria-expanded=move || shown().to_string()
                    aria-controls=list.clone()
                    aria-activedescendant=move || state.active.get().filter(|_| shown()).map(option_id)
                    aria-invalid=move || error.get().is_some().then_some("true")
                    aria-describedby=help.clone()
                    placeholder=placeholder
                    autocomplete="off"
                    required=true
                    maxlength=maxlength
                    on:input=move |ev| {
                        state.chosen.set(None);
                        search(event_target_value(&ev), REST_MS);
                    }
                    on:keydown=move |ev| state.key(&ev)
                    // Losing the focus closes nothing: what lies below would move away from under a click.
                />
                <FieldHelp id=help hint error />
            </label>
            {move || state.chosen.get().map(|text| view! { <p class="chosen">{text}</p> })}
            <ul role="listbox" id=list aria-label="Suggestions" hidden=move || !shown()>{options}</ul>
        </div>
    }
    .into_any()
}
