//! What is done to the chosen tickets: a bar of choices that apply at once. Without scripts it is
//! a form below the filters, and what was chosen is done together (`plain`).

use super::api::tickets_of_view;
use super::list::List;
use crate::panes::ticket::{SNOOZES, SnoozeUntil};
use crate::ui::icon::Icon;
use crate::ui::shortcuts::focus;
use crate::ui::time::use_clock;
use crate::ui::toast::use_toasts;
use leptos::prelude::*;
use leptos::task::spawn_local;
use rapport_domain::limits;
use rapport_domain::ticket::{
    Assignable, BulkChange, InboxQuery, Priority, Status, StatusFilter, Total,
};
use wasm_bindgen::JsCast;

/// The form that the rows' boxes belong to.
pub const FORM: &str = "bulk";

/// The bar; hidden while nothing is chosen.
#[component]
pub fn BulkBar(
    list: List,
    query: Memo<InboxQuery>,
    assignable: Signal<Assignable>,
    total: Signal<Option<Total>>,
) -> impl IntoView {
    let clock = use_clock();
    let toasts = use_toasts();
    let actions = list.actions;
    let selection = actions.selection;
    let number = move || selection.count();
    let apply = move |word: String| match word.parse::<BulkChange>() {
        Ok(change) => {
            // The bar hides with what is chosen.
            focus(".inbox-line [type=checkbox]");
            actions.apply(change, None);
        }
        Err(error) => toasts.fail(error.to_string()),
    };
    // A choice applies at once, and the select goes back to its caption.
    let choose = move |ev: leptos::ev::Event| {
        let select = ev.target().and_then(|t| t.dyn_into::<web_sys::HtmlSelectElement>().ok());
        if let Some(select) = select.filter(|s| !s.value().is_empty()) {
            let word = select.value();
            select.set_value("");
            apply(word);
        }
    };
    let submit = move |ev: web_sys::SubmitEvent| {
        ev.prevent_default();
        let form = ev.target().and_then(|t| t.dyn_into::<web_sys::HtmlFormElement>().ok());
        let button = ev.submitter().and_then(|b| b.get_attribute("value"));
        match button.filter(|word| word != "tag:") {
            Some(word) => apply(word),
            None => {
                let field =
                    form.as_ref().and_then(|f| f.query_selector("[name=tag]").ok().flatten());
                let field = field.and_then(|f| f.dyn_into::<web_sys::HtmlInputElement>().ok());
                if let Some(field) = field.filter(|f| !f.value().trim().is_empty()) {
                    apply(BulkChange::Tag(field.value().trim().into()).to_string());
                    field.set_value("");
                }
            }
        }
    };
    let everything = move |_| {
        let query = query.get_untracked();
        spawn_local(async move {
            match tickets_of_view(query).await {
                Ok(ids) => selection.set(ids),
                Err(error) => toasts.fail(error.to_string()),
            }
        });
    };
    // The whole view, when the page is chosen and there is more of it.
    let whole = move || {
        let (chosen, total) = (number(), total.get());
        let most = limits::BULK_TICKETS;
        let all = match total {
            Some(Total { rows, more: false }) if (rows as usize) <= chosen => return None,
            Some(Total { rows, more: false }) if (rows as usize) <= most => {
                format!("Select all {rows} in this view")
            }
            _ => format!("Select the first {most} in this view"),
        };
        (selection.has_page() && chosen < most).then(|| {
            view! { <button class="link-btn" type="button" on:click=everything>{all}</button> }
        })
    };
    let clear = move |_| {
        selection.clear();
        // The bar hides, and this button with it.
        focus(".inbox-line [type=checkbox]");
    };
    let in_spam = move || query.get().status == StatusFilter::Spam;
    let people = move || assignable.get().people;
    let teams = move || assignable.get().teams;
    let labels = move || assignable.get().labels;
    let snooze = move |(label, until): SnoozeUntil| {
        view! { <option value=move || format!("snooze:{}", until(clock))>{label}</option> }
    };
    view! {
        <form class="bulk" id=FORM method="post" action="/inbox/bulk" aria-label="Change the selected tickets" class:on=move || { number() > 0 } on:change=choose on:submit=submit>
            <input type="hidden" name="back" value=move || query.get().href() />
            <strong class="bulk-count" role="status">{move || match number() {
                0 => String::new(),
                1 => "1 selected".to_string(),
                n => format!("{n} selected"),
            }}</strong>
            {whole}
            <fieldset disabled=actions.busy>
                <legend class="visually-hidden">"What to do"</legend>
                {list.may_write.then(|| view! {
                <select name="action" aria-label="Assign">
                    <option value="">"Assign…"</option>
                    {list.me.map(|me| view! { <option value=format!("assign:{me}")>"Me"</option> })}
                    <option value="assign:none">"Nobody"</option>
                    <For each=people key=|p| p.id let:person><option value=format!("assign:{}", person.id)>{person.name}</option></For>
                </select>
                <select name="action" aria-label="Team">
                    <option value="">"Team…"</option>
                    <option value="team:none">"No team"</option>
                    <For each=teams key=|t| t.id let:team><option value=format!("team:{}", team.id)>{team.name}</option></For>
                </select>
                <select name="action" aria-label="Status">
                    <option value="">"Status…"</option>
                    <option value=BulkChange::Status(Status::New).to_string()>"New"</option>
                    <For each=labels key=|l| l.id let:label><option value=format!("status:{}", label.id)>{label.name}</option></For>
                </select>
                <select name="action" aria-label="Priority">
                    <option value="">"Priority…"</option>
                    {Priority::ALL.iter().map(|p| view! { <option value=format!("priority:{}", p.as_str())>{p.label()}</option> }).collect_view()}
                </select>
                <select name="action" aria-label="Snooze">
                    <option value="">"Snooze…"</option>
                    {SNOOZES.map(snooze).collect_view()}
                </select>
                <span class="bulk-tag">
                    <input class="input" name="tag" aria-label="Tag to add" placeholder="Tag…" maxlength=limits::TAG_CHARS autocomplete="off" />
                    <button class="icon-btn" type="submit" name="action" value="tag:" title="Add the tag" aria-label="Add the tag"><Icon name="tag" /></button>
                </span>
                <button class="btn" type="submit" name="action" value="status:closed"><Icon name="check" />"Close"</button>
                {move || view! {
                    <button class="btn quiet" type="submit" name="action" value=if in_spam() { "spam:no" } else { "spam:yes" }>
                        {if in_spam() { "No spam" } else { "Spam" }}
                    </button>
                }}
                })}
                <button class="btn quiet" type="submit" name="action" value="read:no">"Mark unread"</button>
                <button class="btn quiet" type="submit" name="action" value="read:yes">"Mark read"</button>
                <button class="btn quiet only-plain" type="submit">"Apply"</button>
            </fieldset>
            <button class="icon-btn bulk-clear" type="button" title="Clear the selection (Escape)" aria-label="Clear the selection" on:click=clear><Icon name="x" /></button>
        </form>
    }
}
