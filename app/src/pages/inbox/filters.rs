//! The inbox's filters: a form whose choices apply at once, and chips for those out of sight.

use crate::ui::icon::Icon;
use crate::ui::time::use_clock;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use rapport_domain::limits;
use rapport_domain::ticket::{
    Assignable, AssigneeFilter, Channel, DueFilter, Filter, InboxQuery, InboxSort, MailFilter,
    MentionFilter, Priority, StatusFilter, TeamFilter,
};
use wasm_bindgen::JsCast;

/// The filters behind "More"; each shows as a chip while it filters.
const OUT_OF_SIGHT: [&str; 5] = ["tag", "account", "due", "mention", "mail"];

/// Says in the address what the inbox shows. Without scripts the button sends the form.
#[component]
pub fn InboxFilters(query: Memo<InboxQuery>, assignable: Signal<Assignable>) -> impl IntoView {
    let clock = use_clock();
    let navigate = use_navigate();
    let choose = move |ev: leptos::ev::Event| {
        let (name, value) = choice(&ev);
        let to = query.get_untracked().with(&name, &value);
        if to != query.get_untracked().first_page() {
            navigate(&to.href(), NavigateOptions { scroll: false, ..Default::default() });
        }
    };
    // Enter in the search changes the field first, and that has led on already.
    let submit = move |ev: leptos::ev::SubmitEvent| ev.prevent_default();
    // A label that is called as a status is found under it.
    let labels = move || {
        let mut labels = assignable.get().labels;
        labels.retain(|label| !StatusFilter::says(&label.name));
        labels
    };
    let people = move || assignable.get().people;
    let teams = move || assignable.get().teams;
    let word = move |name: &'static str| query.get().word(name);
    view! {
        <form class="inbox-filters" method="get" action="/inbox" aria-label="Filter tickets" on:change=choose on:submit=submit>
            <label class="inbox-search">
                <Icon name="search" />
                <input type="search" name="q" aria-label="Search tickets" placeholder="Words, requester or #number" maxlength=limits::SEARCH_CHARS value=query.get_untracked().q.0 prop:value=move || word("q") />
            </label>
            <label class="choice">
                <span class="visually-hidden">"Status"</span>
                <select name="status" prop:value=move || query.get().status.word()>
                    {StatusFilter::ALL.map(|s| view! { <option value=s.word() selected=move || query.get().status == s>{s.label()}</option> }).collect_view()}
                    <Show when=move || !labels().is_empty()>
                        <optgroup label="Your statuses">
                            <For each=labels key=|l| l.id let:label>
                                <option value=label.id.to_string() selected=move || query.get().status == StatusFilter::Label(label.id)>{label.name}</option>
                            </For>
                        </optgroup>
                    </Show>
                </select>
            </label>
            <label class="choice">
                <span class="visually-hidden">"Assignee"</span>
                <select name="assignee" prop:value=move || word("assignee")>
                    {["Anyone", "Assigned to me", "Unassigned"].into_iter().zip([AssigneeFilter::Anyone, AssigneeFilter::Me, AssigneeFilter::Unassigned]).map(|(label, filter)| view! { <option value=filter.word() selected=move || query.get().assignee == filter>{label}</option> }).collect_view()}
                    <For each=people key=|p| p.id let:person>
                        <option value=person.id.to_string() selected=move || query.get().assignee == AssigneeFilter::User(person.id)>{person.name}</option>
                    </For>
                </select>
            </label>
            <label class="choice">
                <span class="visually-hidden">"Team"</span>
                <select name="team" prop:value=move || word("team")>
                    {["Any team", "My teams", "No team"].into_iter().zip([TeamFilter::Any, TeamFilter::Mine, TeamFilter::Nobodys]).map(|(label, filter)| view! { <option value=filter.word() selected=move || query.get().team == filter>{label}</option> }).collect_view()}
                    <For each=teams key=|t| t.id let:team>
                        <option value=team.id.to_string() selected=move || query.get().team == TeamFilter::Team(team.id)>{team.name}</option>
                    </For>
                </select>
            </label>
            <Choice name="channel" label="Channel" query options=with_any("Any channel", Channel::ALL.iter().map(|c| (c.as_str(), c.label()))) />
            <Choice name="priority" label="Priority" query options=with_any("Any priority", Priority::ALL.iter().map(|p| (p.as_str(), p.label()))) />
            <details class="menu more-filters" data-popup="fleeting">
                <summary class="btn quiet"><Icon name="filter" />"More"</summary>
                <div class="menu-items more-fields">
                    <Typed name="tag" label="Tag" query maxlength=limits::TAG_CHARS />
                    <Typed name="account" label="Account, by its whole name" query maxlength=limits::NAME_CHARS />
                    <Choice name="due" label="Due" query options=with_any("Due any time", DueFilter::ALL.iter().map(|d| (d.as_str(), d.label()))) />
                    <Choice name="mention" label="Mentions" query options=with_any("With or without mentions", MentionFilter::ALL.iter().map(|m| (m.as_str(), m.label()))) />
                    <Choice name="mail" label="Mail" query options=with_any("With or without automatic mail", MailFilter::ALL.iter().map(|m| (m.as_str(), m.label()))) />
                </div>
            </details>
            <Choice name="sort" label="Order" query options=InboxSort::ALL.map(|s| (s.word().to_string(), s.label())).to_vec() />
            <button class="btn" type="submit" hidden=move || clock.local.get()>"Apply"</button>
            {move || chips(&query.get())}
        </form>
    }
}

/// What filters and cannot be seen in a field, each part a link that takes it away.
fn chips(query: &InboxQuery) -> impl IntoView + use<> {
    let label = |name: &str, word: String| match name {
        "tag" => format!("Tag: {word}"),
        "account" if word.starts_with("acc_") => "One account".into(),
        "account" => format!("Account: {word}"),
        "due" => Option::<DueFilter>::read(&word).map_or(word, |d| d.label().into()),
        "mail" => MailFilter::Automatic.label().into(),
        _ => MentionFilter::Me.label().into(),
    };
    let chip = |(name, word): (&'static str, String)| {
        let href = query.with(name, "").href();
        view! {
            <a class="chip" href=href aria-current="true" title="Remove this filter">
                {label(name, word)}
                <Icon name="x" />
            </a>
        }
    };
    let hidden = query.filters().into_iter().filter(|(name, _)| OUT_OF_SIGHT.contains(name));
    hidden.map(chip).collect_view()
}

/// One select of the form.
#[component]
fn Choice(
    name: &'static str,
    label: &'static str,
    query: Memo<InboxQuery>,
    options: Vec<(String, &'static str)>,
) -> impl IntoView {
    let options = options.into_iter().map(|(word, label)| {
        let chosen = word.clone();
        view! { <option value=word selected=move || query.get().word(name) == chosen>{label}</option> }
    });
    view! {
        <label class="choice">
            <span class="visually-hidden">{label}</span>
            <select name=name prop:value=move || query.get().word(name)>{options.collect_view()}</select>
        </label>
    }
    .into_any()
}

/// One text field of the form.
#[component]
fn Typed(
    name: &'static str,
    label: &'static str,
    query: Memo<InboxQuery>,
    maxlength: usize,
) -> impl IntoView {
    view! {
        <label class="field-row">
            <span class="field-label">{label}</span>
            <input class="input" name=name maxlength=maxlength autocomplete="off" value=query.get_untracked().word(name) prop:value=move || query.get().word(name) />
        </label>
    }
    .into_any()
}

fn with_any<'a>(
    any: &'static str,
    words: impl Iterator<Item = (&'a str, &'static str)>,
) -> Vec<(String, &'static str)> {
    let words = words.map(|(word, label)| (word.to_string(), label));
    std::iter::once((String::new(), any)).chain(words).collect()
}

/// Name and value of the field that changed.
fn choice(ev: &leptos::ev::Event) -> (String, String) {
    let target = ev.target();
    let select = target.clone().and_then(|t| t.dyn_into::<web_sys::HtmlSelectElement>().ok());
    let input = target.and_then(|t| t.dyn_into::<web_sys::HtmlInputElement>().ok());
    let select = select.map(|s| (s.name(), s.value()));
    select.or_else(|| input.map(|i| (i.name(), i.value()))).unwrap_or_default()
}
