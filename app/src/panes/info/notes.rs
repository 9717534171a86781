//! Notes on the customer and on the account, and the form that adds one.

use super::api::{AddNote, ChangeNote, DeleteNote};
use super::data::{ALL, NOTES};
use super::edit::{Edit, EditPlace};
use crate::Failure;
use crate::live::use_changed;
use crate::session::use_viewer;
use crate::ui::action::on_done;
use crate::ui::connected::focus_when_connected;
use crate::ui::field::{FieldHelp, FormError};
use crate::ui::icon::Icon;
use crate::ui::keys::Keys;
use crate::ui::markdown::Markdown;
use crate::ui::textarea::TextArea;
use crate::ui::time::{Time, TimeStyle};
use crate::ui::toast::use_toasts;
use crate::ui::typed::{Kept, Restored, Typed};
use leptos::html::Textarea;
use leptos::prelude::*;
use rapport_domain::account::AccountRef;
use rapport_domain::info::InfoPane;
use rapport_domain::note::{Note, NoteAbout};
use rapport_domain::{AppError, CustomerId, NoteId, Permission, limits};

const HINT: &str = "**bold**  *italic*  `code`  [text](https://…)  - list  > quote";

/// Whom a new note can be about.
#[derive(Debug, Clone, PartialEq)]
pub struct Subjects {
    pub customer: Option<(CustomerId, String)>,
    pub account: Option<AccountRef>,
}

impl Subjects {
    /// The customer and their account.
    pub fn of(pane: &InfoPane) -> Self {
        let customer = &pane.customer;
        Self {
            customer: Some((customer.id, customer.details.name.clone())),
            account: customer.account.clone(),
        }
    }

    /// Names the words that are not saved yet.
    fn key(&self) -> String {
        let account = || self.account.as_ref().map(|account| account.id.to_string());
        let customer = self.customer.as_ref().map(|(id, _)| id.to_string());
        customer.or_else(account).unwrap_or_default()
    }
}

/// The list and the form.
#[component]
pub fn Notes(
    notes: Memo<Vec<Note>>,
    /// Whether older ones exist.
    more: Memo<bool>,
    subjects: Memo<Subjects>,
    edit: EditPlace,
) -> impl IntoView {
    let editing = RwSignal::new(match edit.open.get_untracked() {
        Some(Edit::Note(id)) => Some(id),
        _ => None,
    });
    let writes = use_viewer().is_some_and(|v| v.may(Permission::CustomersWrite));
    view! {
        <Show when=move || notes.with(Vec::is_empty)>
            <p class="card-empty">"No notes yet. What is worth knowing for the next conversation?"</p>
        </Show>
        <ul class="notes">
            <For each=move || notes.get() key=|n| n.id let:note>
                <NoteItem note notes editing edit />
            </For>
        </ul>
        <Show when=move || more.get()>
            <a class="btn quiet more" href=format!("?{NOTES}={ALL}&pane=info")>"Show older notes"</a>
        </Show>
        {writes.then(|| view! { <AddForm subjects /> })}
    }
}

#[component]
fn NoteItem(
    note: Note,
    notes: Memo<Vec<Note>>,
    editing: RwSignal<Option<NoteId>>,
    edit: EditPlace,
) -> impl IntoView {
    let viewer = use_viewer();
    let may = viewer.is_some_and(|v| {
        v.may(Permission::CustomersWrite)
            && (note.author == Some(v.user) || v.may(Permission::NotesModerate))
    });
    let id = note.id;
    let here = move || may && editing.get() == Some(id);
    // As one's own last save left it: the pane knows of that a moment later only.
    let saved = RwSignal::new(None::<Note>);
    let note = Memo::new(move |last: Option<&Note>| {
        let found = notes.with(|notes| notes.iter().find(|n| n.id == id).cloned());
        let known = found.unwrap_or_else(|| last.unwrap_or(&note).clone());
        saved.get().filter(|saved| saved.version > known.version).unwrap_or(known)
    });
    view! {
        <li class="note-item" id=id.to_string()>
            {move || if here() {
                view! { <EditForm note saved editing edit /> }.into_any()
            } else {
                view! { <NoteText note=note.get() may editing edit /> }.into_any()
            }}
        </li>
    }
}

#[component]
fn NoteText(
    note: Note,
    may: bool,
    editing: RwSignal<Option<NoteId>>,
    edit: EditPlace,
) -> impl IntoView {
    let id = note.id;
    let edited = note.edited().then_some(" · edited");
    view! {
        <Markdown text=note.body.clone() />
        <footer>
            <span>{note.about.label()} " · " {note.author_name.clone()} " · " <Time at=note.created_at style=TimeStyle::Row /> {edited}</span>
            {may.then(|| view! {
                <span class="note-tools">
                    <a
                        class="icon-btn"
                        href=move || format!("{}#{id}", edit.href(Edit::Note(id)))
                        title="Edit note"
                        aria-label="Edit note"
                        on:click=move |ev| {
                            ev.prevent_default();
                            editing.set(Some(id));
                        }
                    >
                        <Icon name="pencil" />
                    </a>
                    <DeleteForm note />
                </span>
            })}
        </footer>
    }
}

/// A second click decides: the bin only unfolds the question.
#[component]
fn DeleteForm(note: Note) -> impl IntoView {
    let delete = ServerAction::<DeleteNote>::new();
    let (toasts, changed) = (use_toasts(), use_changed());
    on_done(
        delete,
        move |()| {
            toasts.say("Note deleted");
            changed.notify();
        },
        move |error| toasts.fail(error.to_string()),
    );
    view! {
        <details class="note-delete" data-popup="fleeting">
            <summary class="icon-btn" title="Delete note" aria-label="Delete note"><Icon name="trash-2" /></summary>
            <ActionForm action=delete>
                <input type="hidden" name="id" value=note.id.to_string() />
                <input type="hidden" name="version" value=note.version />
                <button class="btn danger" type="submit" disabled=delete.pending()>"Delete note"</button>
            </ActionForm>
        </details>
    }
}

#[component]
fn EditForm(
    note: Memo<Note>,
    saved: RwSignal<Option<Note>>,
    editing: RwSignal<Option<NoteId>>,
    edit: EditPlace,
) -> impl IntoView {
    let change = ServerAction::<ChangeNote>::new();
    let (toasts, changed) = (use_toasts(), use_changed());
    let text = NodeRef::<Textarea>::new();
    // As it was when the form opened: the words are the writer's from then on.
    let start = note.get_untracked();
    let id = start.id;
    let typed = Typed::new(Kept::Browser, format!("note:{id}"));
    on_done(
        change,
        move |note| {
            typed.clear();
            saved.set(Some(note));
            editing.set(None);
            toasts.say("Note saved");
            changed.notify();
        },
        // Of another's change the page has to know.
        move |_| changed.notify(),
    );
    focus_when_connected(text);
    let version = RwSignal::new(start.version);
    let close = move || {
        typed.clear();
        editing.set(None);
    };
    let by_address = edit.open.get_untracked() == Some(Edit::Note(id));
    let error = Signal::derive(move || change.value().get().and_then(Result::err));
    let conflict = move || {
        let newer = note.with(|note| note.version) != version.get();
        let refused = matches!(error.get(), Some(Failure(AppError::Conflict(_))));
        refused && newer
    };
    view! {
        <ActionForm
            action=change
            node_ref=typed.node
            attr:class="note-form"
            on:input=move |_| typed.save()
            on:reset=move |_| typed.clear()
            on:keydown=move |ev| {
                // Once there is nothing to lose, Escape closes the form.
                if ev.key() == "Escape" && text.get_untracked().is_some_and(|t| t.value() == note.with_untracked(|n| n.body.clone())) {
                    ev.stop_propagation();
                    close();
                }
            }
        >
            <input type="hidden" name="id" value=id.to_string() />
            <input type="hidden" name="version" value=move || version.get() />
            {by_address.then(|| view! { <input type="hidden" name="back" value=edit.back() /> })}
            <TextArea name="body" label="Note" value=start.body rows=4 maxlength=limits::NOTE_CHARS required=true node_ref=text submits=true />
            <Restored typed />
            <NoteError error />
            <Show when=conflict>
                <div class="theirs">
                    <p class="hint">"As it is now:"</p>
                    {move || view! { <Markdown text=note.with(|n| n.body.clone()) /> }}
                    // The next save replaces what is shown here.
                    <button class="btn" type="submit" on:click=move |_| version.set(note.with_untracked(|n| n.version))>"Save mine"</button>
                    <button class="btn quiet" type="button" on:click=move |_| close()>"Take theirs"</button>
                </div>
            </Show>
            <div class="note-form-foot">
                <span class="hint" title=HINT>"Markdown"</span>
                <a
                    class="btn quiet"
                    href=move || edit.back()
                    on:click=move |ev| {
                        ev.prevent_default();
                        close();
                    }
                >
                    "Cancel"
                </a>
                <button class="btn primary" type="submit" disabled=change.pending()>"Save note"<Keys key="↵" /></button>
            </div>
        </ActionForm>
    }
}

/// The error of a note's text beside it, any other above the buttons.
#[component]
fn NoteError(error: Signal<Option<Failure>>) -> impl IntoView {
    let of_body =
        Signal::derive(move || error.get().and_then(|e| e.0.field("body").map(String::from)));
    let other = Signal::derive(move || {
        error.get().filter(|_| of_body.get().is_none()).map(|e| e.to_string())
    });
    view! {
        <FieldHelp id="note-help".into() hint="" error=of_body />
        <FormError message=other />
    }
}

#[component]
fn AddForm(subjects: Memo<Subjects>) -> impl IntoView {
    let add = ServerAction::<AddNote>::new();
    let (toasts, changed) = (use_toasts(), use_changed());
    let text = NodeRef::<Textarea>::new();
    let typed =
        Typed::new(Kept::Browser, format!("notes:{}", subjects.with_untracked(Subjects::key)));
    on_done(
        add,
        move |()| {
            if let Some(text) = text.get_untracked() {
                text.set_value("");
            }
            typed.clear();
            toasts.say("Note added");
            changed.notify();
        },
        |_| {},
    );
    let customer = move || subjects.with(|s| s.customer.clone());
    let stays =
        if subjects.with_untracked(|s| s.customer.is_some()) { "customer" } else { "account" };
    view! {
        <ActionForm action=add node_ref=typed.node attr:class="note-form add" on:input=move |_| typed.save() on:reset=move |_| typed.clear()>
            {move || customer().map(|(id, _)| view! { <input type="hidden" name="customer" value=id.to_string() /> })}
            {move || subjects.with(|s| s.account.clone()).map(|account| view! { <input type="hidden" name="account" value=account.id.to_string() /> })}
            <TextArea name="body" label="New note" placeholder=format!("Add a note that stays with the {stays}") rows=2 maxlength=limits::NOTE_CHARS required=true node_ref=text submits=true />
            <NoteError error=Signal::derive(move || add.value().get().and_then(Result::err)) />
            <div class="note-form-foot">
                <span class="hint" title=HINT>"Markdown"</span>
                {move || match subjects.get() {
                    Subjects { customer: Some((_, name)), account: Some(account) } => view! {
                        <select class="input" name="about" aria-label="What the note is about">
                            <option value=NoteAbout::Customer.as_str()>{name}</option>
                            <option value=NoteAbout::Account.as_str()>{account.name}</option>
                        </select>
                    }
                    .into_any(),
                    Subjects { customer, .. } => {
                        let about = if customer.is_some() { NoteAbout::Customer } else { NoteAbout::Account };
                        view! { <input type="hidden" name="about" value=about.as_str() /> }.into_any()
                    }
                }}
                <button class="btn" type="submit" disabled=add.pending()>"Add note"<Keys key="↵" /></button>
            </div>
        </ActionForm>
    }
}
