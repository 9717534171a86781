//! The inbox's filters: quick views as links, the rest as a form of selects.

use crate::ui::icon::Icon;
use crate::ui::time::use_clock;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use rapport_domain::ticket::{
    Assignable, AssigneeFilter, Channel, InboxQuery, InboxSort, Priority, Status, StatusFilter,
};

/// The views that agents open most.
const VIEWS: [(&str, InboxQuery); 5] = {
    const ALL: InboxQuery = InboxQuery {
        status: StatusFilter::ToDo,
        assignee: AssigneeFilter::Anyone,
        channel: None,
        priority: None,
        sort: InboxSort::Newest,
        after: None,
        limit: None,
    };
    [
        ("To do", ALL),
        ("Mine", InboxQuery { assignee: AssigneeFilter::Me, ..ALL }),
        ("Unassigned", InboxQuery { assignee: AssigneeFilter::Unassigned, ..ALL }),
        ("Waiting", InboxQuery { status: StatusFilter::Waiting, ..ALL }),
        ("Closed", InboxQuery { status: StatusFilter::Only(Status::Closed), ..ALL }),
    ]
};

/// Says in the address what the inbox shows.
#[component]
pub fn InboxFilters(query: Memo<InboxQuery>, assignable: Signal<Assignable>) -> impl IntoView {
    let clock = use_clock();
    let navigate = use_navigate();
    // A choice applies at once; without JavaScript the button sends the form.
    let choose = move |ev: leptos::ev::Event| {
        let (name, value) = choice(&ev);
        let now = query.get_untracked();
        let params = InboxQuery { after: None, ..now }.params();
        let chosen = InboxQuery::from_params(|param| {
            if param == name {
                return Some(value.clone());
            }
            params.iter().find(|(key, _)| *key == param).map(|(_, v)| v.clone())
        });
        navigate(&chosen.href(), NavigateOptions { scroll: false, ..Default::default() });
    };
    let views = VIEWS.map(|(label, target)| {
        let current =
            move || (InboxQuery { after: None, ..query.get() } == target).then_some("true");
        view! { <a class="chip" href=target.href() aria-current=current>{label}</a> }
    });
    let status = move || query.get().status.word();
    let labels = move || assignable.get().labels;
    let assignee = move || query.get().assignee.word();
    let channel = move || query.get().channel.map(Channel::as_str).unwrap_or_default().to_string();
    let priority =
        move || query.get().priority.map(Priority::as_str).unwrap_or_default().to_string();
    let sort = move || query.get().sort.word().to_string();
    let people = move || assignable.get().people;
    view! {
        <div class="inbox-filters">
            <nav class="inbox-views" aria-label="Views">{views.collect_view()}</nav>
            <a class="btn quiet" href="/customers?for=ticket"><Icon name="plus" />"New ticket"</a>
            <form method="get" action="/inbox" on:change=choose>
                <label class="choice">
                    <span class="visually-hidden">"Status"</span>
                    <select name="status" prop:value=status>
                        {StatusFilter::ALL.map(|s| view! { <option value=s.word() selected=move || query.get().status == s>{s.label()}</option> }).collect_view()}
                        <optgroup label="Your statuses">
                            <For each=labels key=|l| l.id let:label>
                                <option value=label.id.to_string() selected=move || query.get().status == StatusFilter::Label(label.id)>{label.name}</option>
                            </For>
                        </optgroup>
                    </select>
                </label>
                <label class="choice">
                    <span class="visually-hidden">"Assignee"</span>
                    <select name="assignee" prop:value=assignee>
                        <option value="" selected=move || assignee().is_empty()>"Anyone"</option>
                        <option value="me" selected=move || assignee() == "me">"Assigned to me"</option>
                        <option value="none" selected=move || assignee() == "none">"Unassigned"</option>
                        <For each=people key=|p| p.id let:person>
                            <option
                                value=person.id.to_string()
                                selected=move || query.get().assignee == AssigneeFilter::User(person.id)
                            >
                                {person.name}
                            </option>
                        </For>
                    </select>
                </label>
                <Choice name="channel" label="Channel" value=channel options=with_any("Any channel", Channel::ALL.iter().map(|c| (c.as_str(), c.label()))) />
                <Choice name="priority" label="Priority" value=priority options=with_any("Any priority", Priority::ALL.iter().map(|p| (p.as_str(), p.label()))) />
                <Choice name="sort" label="Order" value=sort options=InboxSort::ALL.map(|s| (s.word().to_string(), s.label())).to_vec() />
                <button class="btn" type="submit" hidden=move || clock.local.get()>"Apply"</button>
            </form>
        </div>
    }
}

/// One select of the form.
#[component]
fn Choice(
    name: &'static str,
    label: &'static str,
    #[prop(into)] value: Signal<String>,
    options: Vec<(String, &'static str)>,
) -> impl IntoView {
    let options = options.into_iter().map(|(word, label)| {
        let chosen = word.clone();
        view! { <option value=word selected=move || value.get() == chosen>{label}</option> }
    });
    view! {
        <label class="choice">
            <span class="visually-hidden">{label}</span>
            <select name=name prop:value=move || value.get()>{options.collect_view()}</select>
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

/// Name and value of the select that changed.
fn choice(ev: &leptos::ev::Event) -> (String, String) {
    use wasm_bindgen::JsCast;
    let select = ev.target().and_then(|t| t.dyn_into::<web_sys::HtmlSelectElement>().ok());
    select.map(|s| (s.name(), s.value())).unwrap_or_default()
}
