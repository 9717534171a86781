//! Custom fields: what a workspace keeps of customers, accounts and tickets beyond the defaults.

mod api;
mod create;
mod row;

use super::Config;
use crate::ui::action::on_done;
use crate::ui::empty::{ErrorPanel, Skeleton};
use crate::ui::field::FormError;
use crate::ui::toast::use_toasts;
use api::{ArchiveField, CreateField, EditField, load_fields};
use create::CreateForm;
use leptos::prelude::*;
use rapport_domain::FieldId;
use rapport_domain::fields::{FieldDef, FieldEntity};
use row::FieldRow;

#[component]
pub fn CustomFieldsPage() -> impl IntoView {
    view! {
        <Config title="Custom fields" about="Fields of your own on customers, accounts and tickets. Your servers set them by key through the API, agents by hand.">
            <Fields />
        </Config>
    }
}

/// The three things that can be done, for all rows together.
#[derive(Clone, Copy)]
struct Actions {
    create: ServerAction<CreateField>,
    edit: ServerAction<EditField>,
    archive: ServerAction<ArchiveField>,
    /// The field whose form was sent last: an answer is about that one.
    sent: RwSignal<Option<FieldId>>,
}

#[component]
fn Fields() -> impl IntoView {
    let actions = Actions {
        create: ServerAction::new(),
        edit: ServerAction::new(),
        archive: ServerAction::new(),
        sent: RwSignal::new(None),
    };
    // Without JavaScript the answer comes with a new page, which sent nothing itself.
    let refused = Signal::derive(move || {
        let error = actions.edit.value().get().and_then(Result::err);
        error.filter(|_| actions.sent.get().is_none()).map(|e| e.to_string())
    });
    let toasts = use_toasts();
    on_done(actions.create, move |()| toasts.say("Field created"), |_| {});
    on_done(actions.edit, move |()| toasts.say("Field saved"), |_| {});
    on_done(actions.archive, move |()| toasts.say("Done"), move |e| toasts.fail(e.to_string()));
    let source = move || {
        (
            actions.create.version().get(),
            actions.edit.version().get(),
            actions.archive.version().get(),
        )
    };
    let loaded = Resource::new_blocking(source, |_| load_fields());
    let of = move |entity: FieldEntity, archived: bool| {
        let all = loaded.get().and_then(Result::ok).unwrap_or_default();
        all.into_iter().filter(|f| f.entity == entity && f.archived == archived).collect::<Vec<_>>()
    };
    view! {
        <FormError message=refused />
        {view! { <CreateForm create=actions.create /> }.into_any()}
        <Transition fallback=|| view! { <Skeleton rows=6 /> }>
            {move || loaded.get().and_then(Result::err).map(|error| view! { <ErrorPanel error /> })}
            {FieldEntity::ALL.iter().map(|entity| view! { <Section entity=*entity of actions /> }.into_any()).collect_view()}
        </Transition>
    }
}

#[component]
fn Section<F>(entity: FieldEntity, of: F, actions: Actions) -> impl IntoView
where
    F: Fn(FieldEntity, bool) -> Vec<FieldDef> + Copy + Send + Sync + 'static,
{
    let rows = move |archived: bool| {
        view! {
            <ul class="field-list">
                <For each=move || of(entity, archived) key=|f| (f.id, f.label.clone(), f.options.clone()) let:field>
                    <FieldRow field actions />
                </For>
            </ul>
        }
    };
    let archived = move || of(entity, true).len();
    let title = format!("{} fields", entity.label());
    view! {
        <section class="field-section" aria-label=title.clone()>
            <h2>{title.clone()}</h2>
            {move || of(entity, false).is_empty().then(|| view! {
                <p class="hint">{format!("No custom fields on {}s yet.", entity.as_str())}</p>
            })}
            {rows(false)}
            {move || (archived() > 0).then(|| view! {
                <details class="archived">
                    <summary class="hint">{move || format!("{} archived", archived())}</summary>
                    {rows(true)}
                </details>
            })}
        </section>
    }
}
