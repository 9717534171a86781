//! The editor of one card: chosen fields to order, the other ones to add, a live preview.
//!
//! The order is changed by dragging, by the arrow keys on a grip, or by the buttons, and is
//! a draft until it is saved. Without JavaScript each button saves its step at once.

use super::api::{Loaded, ResetCard, SaveCard, load_cards};
use crate::Failure;
use crate::panes::info::CardRows;
use crate::ui::action::on_done;
use crate::ui::field::FormError;
use crate::ui::icon::Icon;
use crate::ui::shortcuts::focus;
use leptos::prelude::*;
use leptos::task::{spawn_local, tick};
use rapport_domain::AppError;
use rapport_domain::card::{CUSTOM, Card, CardLayout, apply_step, default_layout, place_at};
use rapport_presentation::Icon as _;
use rapport_presentation::card::{CardRow, Facts, resolve};

/// The draft of a card, shared by its parts.
#[derive(Clone, Copy)]
struct Draft {
    card: Card,
    loaded: StoredValue<Loaded>,
    fields: RwSignal<Vec<String>>,
    /// The field under way, and the order from before, for a drag that is called off.
    dragged: RwSignal<Option<(String, Vec<String>)>>,
    /// What just moved, for screen readers.
    said: RwSignal<String>,
}

impl Draft {
    fn label(self, key: &str) -> String {
        let choices = self.loaded.with_value(|l| l.config.choices(self.card));
        choices.into_iter().find(|(k, _)| k == key).map_or_else(|| key.into(), |(_, label)| label)
    }

    /// Takes a step, says so, and keeps the focus on the field that moved.
    fn step(self, what: &str, key: &str, then_focus: String) {
        self.fields.update(|fields| apply_step(fields, &format!("{what}:{key}")));
        let (at, count) = self.fields.with(|f| (f.iter().position(|k| k == key), f.len()));
        let label = self.label(key);
        self.said.set(match at {
            Some(at) => format!("{label} is now {} of {count}", at + 1),
            None => format!("{label} is not shown"),
        });
        // The row moves in the document, which takes the focus away, when effects have run. It
        // comes back before the next key does: a frame later a held key would have lost some.
        spawn_local(async move {
            tick().await;
            focus(&then_focus);
        });
    }

    /// A drag came over a place: the field takes it at once.
    fn drag_over(self, ev: &web_sys::DragEvent, at: usize) {
        ev.prevent_default();
        let Some((key, _)) = self.dragged.get_untracked() else { return };
        let now = self.fields.with_untracked(|f| f.iter().position(|k| *k == key));
        if now != Some(at) {
            self.fields.update(|fields| place_at(fields, &key, at));
        }
    }

    fn grip_id(self, key: &str) -> String {
        format!("grip-{}-{}", self.card.as_str(), key.replace(':', "-"))
    }
}

#[component]
pub fn Editor(
    card: Card,
    loaded: StoredValue<Loaded>,
    save: ServerAction<SaveCard>,
    reset: ServerAction<ResetCard>,
    /// The card that was sent last: an answer is about that one.
    sent: RwSignal<Option<Card>>,
) -> impl IntoView {
    let stored = RwSignal::new(loaded.with_value(|l| l.config.layout(card)));
    let seen = move || {
        let at = stored.with(|s| s.saved_at);
        at.map(|at| at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true))
    };
    let draft = Draft {
        card,
        loaded,
        fields: RwSignal::new(stored.with_untracked(|s| s.fields.clone())),
        dragged: RwSignal::new(None),
        said: RwSignal::new(String::new()),
    };
    let unsaved = Memo::new(move |_| draft.fields.with(|f| stored.with(|s| s.fields != *f)));
    // What was sent is stored now; what was changed since is a draft over that.
    let saved = move |layout: CardLayout| {
        if layout.card == card {
            stored.set(layout);
        }
    };
    // Somebody else's layout, where a save met one.
    let theirs = RwSignal::new(None::<CardLayout>);
    let refused = move |error: Failure| {
        if sent.get_untracked() == Some(card) && matches!(error.0, AppError::Conflict(_)) {
            spawn_local(async move {
                // Without an answer the error alone is shown.
                if let Ok(now) = load_cards().await {
                    theirs.try_set(Some(now.config.layout(card)));
                }
            });
        }
    };
    on_done(save, saved, refused);
    let resetting = StoredValue::new(false);
    let restored = move |()| {
        if !resetting.get_value() {
            return;
        }
        resetting.set_value(false);
        let fields = loaded.with_value(|l| default_layout(card, &l.config.custom));
        draft.fields.set(fields.clone());
        stored.set(CardLayout { card, fields, saved_at: None });
    };
    on_done(reset, restored, move |_| resetting.set_value(false));
    // Whoever decides has seen what it is now.
    let settle = move |take: bool| {
        let Some(now) = theirs.get_untracked() else { return };
        if take {
            draft.fields.set(now.fields.clone());
        }
        stored.set(now);
        theirs.set(None);
        save.value().set(None);
    };
    let problem = Signal::derive(move || {
        let error = save.value().get().and_then(Result::err);
        error.filter(|_| sent.get() == Some(card)).map(|e: Failure| e.to_string())
    });
    let title = format!("{} card", card.label());
    view! {
        <section class="card-config" aria-label=title.clone()>
            <header>
                <h2><Icon name=card.icon() />{title.clone()}</h2>
                <span class="hint">{move || if seen().is_some() { "Chosen by an admin" } else { "Default" }}</span>
                <Show when=move || seen().is_some()>
                    <ActionForm action=reset on:submit:capture=move |_| resetting.set_value(true)>
                        <input type="hidden" name="card" value=card.as_str() />
                        <button class="btn quiet" type="submit" disabled=reset.pending()>"Reset to default"</button>
                    </ActionForm>
                </Show>
            </header>
            <ActionForm action=save attr:class="card-editor" on:submit:capture=move |_| sent.set(Some(card))>
                <input type="hidden" name="card" value=card.as_str() />
                {move || seen().map(|seen| view! { <input type="hidden" name="seen" value=seen /> })}
                <input type="hidden" name="fields" value=move || draft.fields.with(|f| f.join(",")) />
                <FormError message=problem />
                {move || theirs.get().map(|layout| {
                    let names = layout.fields.iter().map(|key| draft.label(key)).collect::<Vec<_>>().join(", ");
                    view! {
                        <p class="hint">"As it is now: " {names}</p>
                        <p class="whose">
                            <button class="btn" type="button" on:click=move |_| settle(false)>"Keep mine"</button>
                            <button class="btn" type="button" on:click=move |_| settle(true)>"Take theirs"</button>
                        </p>
                    }
                })}
                {view! { <Chosen draft /> }.into_any()}
                {view! { <Others draft /> }.into_any()}
                <div class="card-save" data-unsaved=move || unsaved.get().then_some("")>
                    <button class="btn primary" type="submit" disabled=move || save.pending().get() || !unsaved.get()>
                        "Save"
                    </button>
                    <span class="hint">{move || if unsaved.get() { "Not saved yet" } else { "" }}</span>
                </div>
                <p class="visually-hidden" aria-live="polite">{move || draft.said.get()}</p>
            </ActionForm>
            {view! { <Preview draft /> }.into_any()}
        </section>
    }
}

#[component]
fn Chosen(draft: Draft) -> impl IntoView {
    let fields = draft.fields;
    let rows = move || fields.get().into_iter().enumerate().collect::<Vec<_>>();
    view! {
        <fieldset class="card-fields chosen">
            <legend>"Shown, in this order"</legend>
            <Show when=move || fields.with(Vec::is_empty)>
                <p class="card-drop" on:dragover=|ev| ev.prevent_default() on:dragenter=move |ev| draft.drag_over(&ev, 0)>
                    "Nothing is shown. Add fields from the list."
                </p>
            </Show>
            <ol on:dragover=|ev| ev.prevent_default() on:drop=move |ev| {
                ev.prevent_default();
                draft.dragged.set(None);
            }>
                <For each=rows key=|(_, key)| key.clone() let((_, key))>
                    <ChosenRow draft key />
                </For>
            </ol>
        </fieldset>
    }
}

#[component]
fn ChosenRow(draft: Draft, key: String) -> impl IntoView {
    let label = draft.label(&key);
    let key = StoredValue::new(key);
    let at =
        Memo::new(move |_| draft.fields.with(|f| f.iter().position(|k| *k == key.get_value())));
    let last = move || draft.fields.with(|f| at.get().is_some_and(|at| at + 1 == f.len()));
    let dragged =
        move || draft.dragged.with(|d| d.as_ref().is_some_and(|(k, _)| *k == key.get_value()));
    let grip = StoredValue::new(draft.grip_id(&key.get_value()));
    let to_grip = move || format!("#{}", grip.get_value());
    let custom = key.with_value(|k| k.starts_with(CUSTOM));
    view! {
        <li
            class="card-field"
            draggable="true"
            data-dragged=move || dragged().then_some("")
            on:dragstart=move |ev| start_drag(draft, &key.get_value(), &ev)
            on:dragenter=move |ev| draft.drag_over(&ev, at.get_untracked().unwrap_or(0))
            on:dragend=move |ev| end_drag(draft, &ev)
        >
            <button
                class="icon-btn grip"
                type="button"
                id=grip.get_value()
                title="Drag, or use the arrow keys"
                aria-label=format!("Move {label}: arrow keys")
                on:keydown=move |ev| {
                    let what = match ev.key().as_str() {
                        "ArrowUp" => "up",
                        "ArrowDown" => "down",
                        "Delete" => "remove",
                        _ => return,
                    };
                    ev.prevent_default();
                    draft.step(what, &key.get_value(), to_grip());
                }
            >
                <Icon name="grip-vertical" />
            </button>
            <span class="card-label">{label.clone()}</span>
            {custom.then(|| view! { <span class="tag">"Custom"</span> })}
            <span class="card-tools">
                <StepButton draft what="up" key icon="arrow-up" label=format!("Move {label} up") disabled=Signal::derive(move || at.get() == Some(0)) />
                <StepButton draft what="down" key icon="arrow-down" label=format!("Move {label} down") disabled=Signal::derive(last) />
                <StepButton draft what="remove" key icon="x" label=format!("Remove {label}") disabled=Signal::stored(false) />
            </span>
        </li>
    }
}

/// A button that takes a step: at once in the draft, or without JavaScript by sending the form.
#[component]
fn StepButton(
    draft: Draft,
    what: &'static str,
    key: StoredValue<String>,
    icon: &'static str,
    label: String,
    disabled: Signal<bool>,
) -> impl IntoView {
    let id = key.with_value(|k| format!("{}-{what}", draft.grip_id(k)));
    let own = StoredValue::new(format!("#{id}"));
    view! {
        <button
            class="icon-btn"
            type="submit"
            id=id
            name="step"
            value=key.with_value(|k| format!("{what}:{k}"))
            title=label.clone()
            aria-label=label
            disabled=disabled
            on:click=move |ev| {
                ev.prevent_default();
                let key = key.get_value();
                // At an end the button is off: the grip still takes the next key.
                let grip = format!("#{}", draft.grip_id(&key));
                let next = match what {
                    "up" | "down" => format!("{}:not(:disabled), {grip}", own.get_value()),
                    _ => grip,
                };
                draft.step(what, &key, next);
            }
        >
            <Icon name=icon />
        </button>
    }
}

#[component]
fn Others(draft: Draft) -> impl IntoView {
    let choices = StoredValue::new(draft.loaded.with_value(|l| l.config.choices(draft.card)));
    let others = move || {
        let chosen = draft.fields.get();
        choices.get_value().into_iter().filter(|(key, _)| !chosen.contains(key)).collect::<Vec<_>>()
    };
    view! {
        <fieldset class="card-fields others">
            <legend>"Not shown"</legend>
            <ul>
                <For each=others key=|(key, _)| key.clone() let((key, label))>
                    <OtherRow draft key label />
                </For>
            </ul>
            <Show when=move || others().is_empty()><p class="hint">"Every field is shown."</p></Show>
            <a class="hint" href="/settings/custom-fields" rel="external">"Add a custom field"</a>
        </fieldset>
    }
}

#[component]
fn OtherRow(draft: Draft, key: String, label: String) -> impl IntoView {
    let custom = key.starts_with(CUSTOM);
    let key = StoredValue::new(key);
    view! {
        <li
            class="card-field"
            draggable="true"
            on:dragstart=move |ev| start_drag(draft, &key.get_value(), &ev)
            on:dragend=move |ev| end_drag(draft, &ev)
        >
            <span class="card-label">{label.clone()}</span>
            {custom.then(|| view! { <span class="tag">"Custom"</span> })}
            <span class="card-tools">
                <StepButton draft what="add" key icon="plus" label=format!("Show {label}") disabled=Signal::stored(false) />
            </span>
        </li>
    }
}

fn start_drag(draft: Draft, key: &str, ev: &web_sys::DragEvent) {
    if let Some(data) = ev.data_transfer() {
        // Firefox starts no drag without data.
        let _ = data.set_data("text/plain", key);
        data.set_effect_allowed("move");
    }
    draft.dragged.set(Some((key.into(), draft.fields.get_untracked())));
}

/// Escape, or a drop outside the list, puts the old order back.
fn end_drag(draft: Draft, ev: &web_sys::DragEvent) {
    let called_off = ev.data_transfer().is_some_and(|data| data.drop_effect() == "none");
    if let (true, Some((_, before))) = (called_off, draft.dragged.get_untracked()) {
        draft.fields.set(before);
    }
    draft.dragged.set(None);
}

/// The card itself, with a real customer's values.
#[component]
fn Preview(draft: Draft) -> impl IntoView {
    let card = draft.card;
    let rows: Memo<Vec<CardRow>> = Memo::new(move |_| {
        let fields = draft.fields.get();
        draft.loaded.with_value(|loaded| {
            let sample = loaded.sample.as_ref();
            let facts: Option<&dyn Facts> = match card {
                Card::Ticket => sample.and_then(|s| s.ticket.as_ref()).map(|t| t as &dyn Facts),
                Card::Customer => sample.map(|s| &s.customer as &dyn Facts),
                Card::Account => sample.and_then(|s| s.account.as_ref()).map(|a| a as &dyn Facts),
            };
            resolve(card, &fields, &loaded.config.custom, facts)
        })
    });
    let of = draft.loaded.with_value(|loaded| {
        let Some(sample) = &loaded.sample else {
            return "There is no customer yet; values show as soon as there is one.".to_string();
        };
        let name = &sample.customer.details.name;
        match card {
            Card::Customer => format!("With the values of {name}, who was active last."),
            Card::Account => match &sample.account {
                Some(account) => format!("With the values of {}.", account.details.name),
                None => format!("{name}, who was active last, has no account: values stay empty."),
            },
            Card::Ticket => match &sample.ticket {
                Some(ticket) => format!("With the values of ticket #{}.", ticket.number),
                None => format!("{name}, who was active last, has no ticket: values stay empty."),
            },
        }
    });
    view! {
        <aside class="card-preview" aria-label=format!("Preview of the {} card", card.as_str())>
            <div class="info-card">
                <h3 class="card-preview-title"><Icon name=card.icon() />{card.label()}</h3>
                <CardRows card rows all=true />
            </div>
            <p class="hint">{of} " Empty lines (—) are left out on the page."</p>
        </aside>
    }
}
