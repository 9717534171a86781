//! The expanded header: every property and custom field, each editable in place.

use super::draft;
use super::edit::{Act, AddBox, Choice, Choose, Type};
use super::row::Linked;
use super::sensitive::Sensitive;
use super::state::TicketState;
use super::undo::status_value;
use crate::ui::avatar::Avatar;
use crate::ui::details::is_open;
use crate::ui::due::DueMark;
use crate::ui::icon::Icon;
use crate::ui::pill::{StatusPill, status_class};
use crate::ui::time::{Time, TimeStyle, duration_text};
use leptos::html::Details;
use leptos::prelude::*;
use rapport_domain::fields::{FieldDef, FieldType, InputSpec, display};
use rapport_domain::limits;
use rapport_domain::sla::{Due, SlaTarget};
use rapport_domain::ticket::{Priority, Status, Ticket, TicketProperty};

#[component]
pub(super) fn Properties(state: TicketState) -> impl IntoView {
    let defs = Memo::new(move |_| state.details.with(|d| d.field_defs.clone()));
    view! {
        <div class="props-box">
        {view! { <Rest state /> }.into_any()}
        <dl class="props">
            {view! { <Choices state /> }.into_any()}
            {view! { <Lists state /> }.into_any()}
            {view! { <Facts state /> }.into_any()}
            {move || defs.get().into_iter().map(|def| view! { <Custom state def /> }.into_any()).collect_view()}
            {view! { <Csat state /> }.into_any()}
        </dl>
        </div>
    }
}

/// Two rows show, and with this all of them; styles do it, so that it needs no script. Whether
/// an agent wants to see all is remembered in this browser.
#[component]
fn Rest(state: TicketState) -> impl IntoView {
    let node = NodeRef::<Details>::new();
    let key = move || {
        format!("rapport:properties:{}", state.me.map(|me| me.to_string()).unwrap_or_default())
    };
    Effect::new(move |_| {
        if let Some(details) = node.get() {
            details.set_open(!draft::load(&key()).is_empty());
        }
    });
    let remember = move |ev| draft::save(&key(), if is_open(&ev) { "all" } else { "" });
    view! {
        <details class="props-more" node_ref=node on:toggle=remember>
            <summary>
                <span>"All properties"</span>
                <span>"Fewer properties"</span>
                <Icon name="chevron-down" />
            </summary>
        </details>
    }
}

/// A property of the ticket as a signal.
fn part<T: Send + Sync + 'static>(state: TicketState, get: fn(&Ticket) -> T) -> Signal<T> {
    Signal::derive(move || state.ticket.with(get))
}

/// Status, priority, assignee, team.
#[component]
fn Choices(state: TicketState) -> impl IntoView {
    let status = part(state, |t| t.row.status);
    let status_text = part(state, |t| t.row.status_text());
    let chosen = part(state, status_value);
    let priority = part(state, |t| t.row.priority);
    let assignee = part(state, |t| t.row.assignee.clone());
    let team = part(state, |t| t.row.team.clone());
    if !state.may_write {
        return view! {
            <div><dt>"Status"</dt><dd><StatusPill status text=status_text /></dd></div>
            <div><dt>"Priority"</dt><dd>{move || priority.get().label()}</dd></div>
            <div><dt>"Assignee"</dt><dd>{move || assignee.get().map_or("Nobody".into(), |p| p.name)}</dd></div>
            <div><dt>"Team"</dt><dd>{move || team.get().map_or("None".into(), |t| t.name)}</dd></div>
        }
        .into_any();
    }
    let assignable = state.details.with_untracked(|d| d.assignable.clone());
    let (chosen_person, chosen_team) = (assignee.get_untracked(), team.get_untracked());
    let mut people = vec![Choice::new("", "Nobody")];
    people.extend(assignable.people.iter().map(|p| Choice::new(p.id.to_string(), &p.name)));
    // Whoever has it stands in the list even when they can be given nothing new.
    if let Some(p) = chosen_person.filter(|p| assignable.people.iter().all(|q| q.id != p.id)) {
        people.push(Choice::new(p.id.to_string(), p.name));
    }
    let mut teams = vec![Choice::new("", "None")];
    teams.extend(assignable.teams.iter().map(|t| Choice::new(t.id.to_string(), &t.name)));
    if let Some(t) = chosen_team.filter(|t| assignable.teams.iter().all(|q| q.id != t.id)) {
        teams.push(Choice::new(t.id.to_string(), t.name));
    }
    // New and snoozed are states without a label of their own.
    let mut statuses = vec![Choice::new(Status::New.as_str(), Status::New.label())];
    statuses.extend(assignable.labels.iter().map(|l| Choice::new(l.id.to_string(), &l.name)));
    // Until when is asked by the menu and the key.
    statuses.push(Choice::fixed(Status::Snoozed.as_str(), Status::Snoozed.label()));
    // A label that was archived since is still shown.
    let now = chosen.get_untracked();
    if statuses.iter().all(|s| s.value != now) {
        statuses.push(Choice::new(now, status_text.get_untracked()));
    }
    let priorities = Priority::ALL.iter().map(|p| Choice::new(p.as_str(), p.label())).collect();
    view! {
        <div><dt>"Status"</dt><dd>
            <span class=move || status_class(status.get())>
                <Choose state property=TicketProperty::Status label="Status" choices=statuses value=chosen />
            </span>
        </dd></div>
        <div><dt>"Priority"</dt><dd>
            <Choose state property=TicketProperty::Priority label="Priority" choices=priorities value=Signal::derive(move || priority.get().as_str().to_string()) />
        </dd></div>
        <div><dt>"Assignee"</dt><dd>
            {move || assignee.get().map(|p| view! { <Avatar name=p.name of=Some(p.id) /> })}
            <Choose state property=TicketProperty::Assignee label="Assignee" choices=people value=Signal::derive(move || assignee.get().map(|p| p.id.to_string()).unwrap_or_default()) />
        </dd></div>
        <div><dt>"Team"</dt><dd>
            <Choose state property=TicketProperty::Team label="Team" choices=teams value=Signal::derive(move || team.get().map(|t| t.id.to_string()).unwrap_or_default()) />
        </dd></div>
    }
    .into_any()
}

/// Channel, tags, linked issues.
#[component]
fn Lists(state: TicketState) -> impl IntoView {
    let may = state.may_write;
    let channel = move || {
        state.ticket.with(|t| match &t.mailbox {
            Some(mailbox) => format!("{} · {mailbox}", t.row.channel.label()),
            None => t.row.channel.label().to_string(),
        })
    };
    let tags = move || {
        let tags = state.ticket.with(|t| t.row.tags.clone());
        let tag = |tag: String| {
            let label = format!("Remove the tag {tag}");
            view! {
                <span class="tag">
                    <span class="clip">{tag.clone()}</span>
                    {may.then(|| view! { <Act state property=TicketProperty::Untag value=tag label /> })}
                </span>
            }
        };
        tags.into_iter().map(tag).collect_view()
    };
    let issues = move || {
        let issues = state.ticket.with(|t| t.linked_issues.clone());
        issues
            .into_iter()
            .map(|issue| {
                let (id, label) = (issue.id.to_string(), format!("Unlink {}", issue.key));
                view! {
                    <span class="with-act">
                        <Linked issue />
                        {may.then(|| view! { <Act state property=TicketProperty::Unlink value=id label icon="unlink" /> })}
                    </span>
                }
            })
            .collect_view()
    };
    view! {
        <div><dt>"Channel"</dt><dd><span class="clip" title=channel>{channel}</span></dd></div>
        <div><dt>"Tags"</dt><dd>
            {tags}
            {may.then(|| view! { <AddBox state property=TicketProperty::Tag label="Add a tag" placeholder="export, bug" maxlength=limits::SUBJECT_CHARS /> })}
        </dd></div>
        <div><dt>"Linked issues"</dt><dd>
            {issues}
            {may.then(|| view! { <AddBox state property=TicketProperty::Link label="Link an issue" placeholder="https://linear.app/…" kind="url" maxlength=limits::URL_CHARS /> })}
        </dd></div>
    }
}

/// When it came, how long it waited, and who else takes part.
#[component]
fn Facts(state: TicketState) -> impl IntoView {
    let may = state.may_write;
    let submitted = part(state, |t| t.row.submitted_at);
    let waited =
        part(state, |t| t.first_response_at.map(|at| (at - t.row.submitted_at).num_seconds()));
    let response = move || match waited.get() {
        Some(seconds) => duration_text(seconds.max(0)).into_any(),
        None => "None yet".into_any(),
    };
    let dues = move || {
        let dues = state.ticket.with(|t| {
            [
                (SlaTarget::FirstResponse, t.first_response_due_at),
                (SlaTarget::NextResponse, t.next_response_due_at),
                (SlaTarget::Resolution, t.resolution_due_at),
            ]
        });
        let marks: Vec<_> = dues
            .into_iter()
            .filter_map(|(target, at)| Some(Due { target, at: at? }))
            .map(|due| view! { <DueMark due /> })
            .collect();
        (!marks.is_empty()).then(|| view! { <div><dt>"Due"</dt><dd>{marks}</dd></div> })
    };
    let resolution = move || {
        let took = state.ticket.with(|t| t.closed_at.map(|at| at - t.row.submitted_at))?;
        Some(duration_text(took.num_seconds().max(0)))
    };
    let people = move || {
        let people = state.ticket.with(|t| t.participants.clone());
        people
            .into_iter()
            .map(|person| {
                let label = format!("Remove {}", person.email);
                view! {
                    <span class="with-act" title=person.name.unwrap_or_default()>
                        <span class="clip">{person.email.clone()}</span>
                        {(!person.proven).then(|| view! { <span class="muted">"unproven"</span> })}
                        {may.then(|| view! { <Act state property=TicketProperty::Dismiss value=person.email label /> })}
                    </span>
                }
            })
            .collect_view()
    };
    view! {
        <div><dt>"Submitted"</dt><dd>{move || view! { <Time at=submitted.get() style=TimeStyle::Full /> }}</dd></div>
        <div><dt>"First response"</dt><dd>{response}</dd></div>
        {dues}
        {move || resolution().map(|took| view! { <div><dt>"Resolution"</dt><dd>{took}</dd></div> })}
        <div><dt>"Participants"</dt><dd>
            {people}
            {may.then(|| view! { <AddBox state property=TicketProperty::Invite label="Add a participant" placeholder="name@example.com" kind="email" maxlength=254 /> })}
        </dd></div>
    }
}

/// A custom field, edited by its type.
#[component]
fn Custom(state: TicketState, def: FieldDef) -> impl IntoView {
    if def.sensitive {
        return view! { <Sensitive state def /> }.into_any();
    }
    let key = def.key.clone();
    let value = Signal::derive(move || {
        state.ticket.with(|t| t.fields.get(&key).map(display)).unwrap_or_default()
    });
    let label = def.label.clone();
    let property = TicketProperty::Field(def.key.clone());
    let link = move || {
        let url = value.try_get().unwrap_or_default();
        (def.kind == FieldType::Url && !url.is_empty()).then(|| view! {
            <a class="tiny" href=url target="_blank" rel="noopener noreferrer" aria-label="Open the link" title="Open the link"><Icon name="external-link" /></a>
        })
    };
    let editor = match def.kind.input(&def.options) {
        _ if !state.may_write => view! { <span>{move || value.try_get()}</span> }.into_any(),
        InputSpec::Choice(choices) => {
            let mut all = vec![Choice::new("", "—")];
            all.extend(choices.iter().map(|choice| Choice::new(choice, choice)));
            // A value from before the choices changed is still shown.
            let now = value.get_untracked();
            if all.iter().all(|choice| choice.value != now) {
                all.push(Choice::new(&now, &now));
            }
            view! { <Choose state property label choices=all value /> }.into_any()
        }
        InputSpec::Line { kind, max: Some(maxlength) } => {
            view! { <Type state property label kind value maxlength /> {link} }.into_any()
        }
        InputSpec::Line { kind, max: None } => {
            view! { <Type state property label kind value /> {link} }.into_any()
        }
    };
    view! { <div><dt>{def.label}</dt><dd>{editor}</dd></div> }.into_any()
}

/// The stars of the newest survey answer.
#[component]
fn Csat(state: TicketState) -> impl IntoView {
    let score = part(state, |t| t.csat_score);
    let stars = move || match score.get() {
        Some(score) => view! { <Stars score /> }.into_any(),
        None => view! { <span class="muted">"Not answered"</span> }.into_any(),
    };
    view! { <div><dt>"CSAT"</dt><dd>{stars}</dd></div> }
}

/// One to five stars.
#[component]
pub(super) fn Stars(score: i16) -> impl IntoView {
    let score = score.clamp(0, 5);
    let (full, empty) = ("★".repeat(score as usize), "☆".repeat(5 - score as usize));
    view! { <span class="stars" role="img" aria-label=format!("{score} of 5 stars")>{full}{empty}</span> }
}
