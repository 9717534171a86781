//! The views beside the list, each with how many tickets it has, and the way to save one.

use super::api::{SaveView, load_views};
use crate::live::{Hint, use_fresh_every};
use crate::page_data::page_data;
use crate::ui::action::on_done;
use crate::ui::icon::Icon;
use crate::ui::shortcuts::focus;
use crate::ui::toast::use_toasts;
use leptos::form::ActionForm;
use leptos::html::Details;
use leptos::prelude::*;
use rapport_domain::limits;
use rapport_domain::ticket::{InboxQuery, Total, View, ViewKind};

/// The numbers are looked up again at most so often, in milliseconds, however much happens.
const PAUSE_MS: f64 = 2_000.0;
/// Where the browser keeps that the column is folded.
const FOLDED: &str = "rapport:inbox:folded";

/// A column on wide screens, a strip that scrolls on narrow ones.
#[component]
pub fn InboxViews(query: Memo<InboxQuery>) -> impl IntoView {
    let saved = RwSignal::new(0_u32);
    let fresh = use_fresh_every(PAUSE_MS, |hint| matches!(hint, Hint::Ticket(_) | Hint::Waiting));
    let views = page_data(move || (fresh.get(), saved.get()), |_| load_views());
    let all = move || views.get().and_then(Result::ok).map(|v| v.views).unwrap_or_default();
    let of = move |kind: ViewKind| all().into_iter().filter(move |v| v.kind == kind);
    let group = move |kind: ViewKind, title: Option<&'static str>| {
        let each = move || of(kind).collect::<Vec<_>>();
        view! {
            {move || title.filter(|_| of(kind).next().is_some()).map(|title| view! { <h2>{title}</h2> })}
            <For each key=|view| (view.query.href(), view.name.clone()) let:shown>
                {
                    let of = (shown.query.clone(), shown.name.clone());
                    let same = move |v: &View| (&v.query, &v.name) == (&of.0, &of.1);
                    link(shown, query, move || all().into_iter().find(&same).and_then(|v| v.count))
                }
            </For>
        }
        .into_any()
    };
    let known = Signal::derive(move || {
        let now = query.get().first_page();
        all().iter().any(|v| v.query == now)
    });
    let folded = RwSignal::new(false);
    let storage = || window().local_storage().ok().flatten();
    Effect::new(move |_| {
        folded.set(storage().and_then(|s| s.get_item(FOLDED).ok().flatten()).is_some());
    });
    let fold = move |_| {
        folded.update(|folded| *folded = !*folded);
        if let Some(storage) = storage() {
            // Kept nowhere, it is folded until the page is left.
            let _ = match folded.get_untracked() {
                true => storage.set_item(FOLDED, "1"),
                false => storage.remove_item(FOLDED),
            };
        }
    };
    view! {
        <div class="inbox-side" class:folded=folded>
            <button class="icon-btn fold" type="button" aria-expanded=move || (!folded.get()).to_string() aria-controls="inbox-views" title="Views" aria-label="Views" on:click=fold>
                <Icon name="menu" />
            </button>
            <nav class="inbox-views" id="inbox-views" aria-label="Views">
                <Transition>
                    {group(ViewKind::BuiltIn, None)}
                    {group(ViewKind::Team, Some("Teams"))}
                    {group(ViewKind::Own, Some("Yours"))}
                    {group(ViewKind::Shared, Some("Shared"))}
                    {view! { <SaveForm query saved known /> }.into_any()}
                    {move || of(ViewKind::Own).next().map(|_| view! {
                        <a class="edit-views" href="/inbox/views" rel="external">"Edit your views"</a>
                    })}
                </Transition>
            </nav>
        </div>
    }
}

fn link(
    shown: View,
    query: Memo<InboxQuery>,
    count: impl Fn() -> Option<Total> + Clone + Send + 'static,
) -> impl IntoView {
    let target = shown.query.clone();
    let current = move || (query.get().first_page() == target).then_some("true");
    let counted = count.clone();
    let number = move || match counted() {
        Some(Total { rows: 0, .. }) | None => String::new(),
        Some(Total { rows, more: true }) => format!("{rows}+"),
        Some(Total { rows, .. }) => rows.to_string(),
    };
    let label = move || match count() {
        Some(Total { rows: 0, .. }) | None => String::new(),
        Some(Total { rows, more: true }) => format!(", more than {rows}"),
        Some(Total { rows, .. }) => format!(", {rows}"),
    };
    view! {
        <a href=shown.query.href() aria-current=current title=shown.name.clone()>
            <span class="clip">{shown.name.clone()}</span>
            <span class="visually-hidden">{label}</span>
            <span class="count num" aria-hidden="true">{number}</span>
        </a>
    }
}

/// Saves what shows now.
#[component]
fn SaveForm(query: Memo<InboxQuery>, saved: RwSignal<u32>, known: Signal<bool>) -> impl IntoView {
    let save = ServerAction::<SaveView>::new();
    let toasts = use_toasts();
    let node = NodeRef::<Details>::new();
    // The form hides once its view is there, which is the one that shows.
    let just_saved = StoredValue::new(false);
    Effect::new(move |_| {
        if known.get() && just_saved.get_value() {
            just_saved.set_value(false);
            request_animation_frame(|| focus(".inbox-views a[aria-current]"));
        }
    });
    on_done(
        save,
        move |()| {
            toasts.say("View saved");
            saved.update(|n| *n += 1);
            if let Some(details) = node.get_untracked() {
                details.set_open(false);
            }
            just_saved.set_value(true);
        },
        move |error| toasts.fail(error.to_string()),
    );
    view! {
        <details class="save-view" data-popup="" hidden=known node_ref=node>
            <summary><Icon name="plus" />"Save as a view"</summary>
            <ActionForm action=save>
                <input type="hidden" name="href" value=move || query.get().first_page().href() />
                <input class="input" name="name" required=true maxlength=limits::VIEW_NAME_CHARS autocomplete="off" aria-label="Name of the view" placeholder="Name" />
                <label><input type="checkbox" name="shared" value="yes" />" For everybody"</label>
                <button class="btn" type="submit" disabled=save.pending()>"Save"</button>
            </ActionForm>
        </details>
    }
}
