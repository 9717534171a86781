//! The editor of one card: chosen fields to order, the other ones to add, a live preview.
//!
//! The order is changed by dragging, by the arrow keys on a grip, or by the buttons, and is
//! a draft until it is saved. Without JavaScript each button saves its step at once.

mod fields;
mod preview;

use super::api::{Loaded, ResetCard, SaveCard, load_cards};
use crate::Failure;
use crate::ui::action::on_done;
use crate::ui::field::FormError;
use crate::ui::icon::Icon;
use crate::ui::shortcuts::focus;
use fields::{Chosen, Others};
use leptos::prelude::*;
use leptos::task::{spawn_local, tick};
use preview::Preview;
use rapport_domain::AppError;
use rapport_domain::card::{Card, CardLayout, apply_step, default_layout, place_at};
use rapport_presentation::Icon as _;

/// The draft of a card, shared by its parts.
#[derive(Clone, Copy)]
struct Draft {
    card: Card,
    loaded: StoredValue<Loaded>,
    fields: RwSignal<Vec<String>>,
    /// The field under way, and the order from before, for a drag that is called off.
    dragged: RwSignal<Option<(String, Vec<String>)>>,
    /// What just moved, for screen readers.
    announcement: RwSignal<String>,
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
        self.announcement.set(match at {
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
        announcement: RwSignal::new(String::new()),
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
                <p class="visually-hidden" aria-live="polite">{move || draft.announcement.get()}</p>
            </ActionForm>
            {view! { <Preview draft /> }.into_any()}
        </section>
    }
}
