//! Mailboxes: the addresses that a workspace answers from.

mod api;
mod form;

use super::Config;
use crate::ui::action::on_done;
use crate::ui::empty::{Empty, ErrorPanel, Skeleton};
use crate::ui::field::FormError;
use crate::ui::icon::Icon;
use crate::ui::toast::use_toasts;
use api::{
    MailSettings, PAGE, RemoveMailbox, SaveMailbox, SetOpenTracking, TestMailbox, load_mailboxes,
};
use form::MailboxForm;
use leptos::form::ActionForm;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use rapport_domain::mailbox::Mailbox;

#[component]
pub fn MailboxesPage() -> impl IntoView {
    view! {
        <Config title="Mailboxes" about="The addresses you answer from. Answers leave through their servers ten seconds after they were written.">
            <Mailboxes />
        </Config>
    }
}

/// What can be done here.
#[derive(Clone, Copy)]
struct Actions {
    save: ServerAction<SaveMailbox>,
    remove: ServerAction<RemoveMailbox>,
    test: ServerAction<TestMailbox>,
    track: ServerAction<SetOpenTracking>,
}

#[component]
fn Mailboxes() -> impl IntoView {
    let actions = Actions {
        save: ServerAction::new(),
        remove: ServerAction::new(),
        test: ServerAction::new(),
        track: ServerAction::new(),
    };
    let toasts = use_toasts();
    on_done(actions.save, move |()| toasts.say("Mailbox saved"), |_| {});
    on_done(
        actions.remove,
        move |()| toasts.say("Mailbox removed"),
        move |e| toasts.fail(e.to_string()),
    );
    on_done(actions.test, move |()| toasts.say("The server answers, and the login works"), |_| {});
    on_done(actions.track, move |()| toasts.say("Saved"), move |e| toasts.fail(e.to_string()));
    let source = move || {
        (
            actions.save.version().get(),
            actions.remove.version().get(),
            actions.track.version().get(),
        )
    };
    let loaded = Resource::new_blocking(source, |_| load_mailboxes());
    let query = use_query_map();
    // `?edit=new`, or the id of a mailbox; anything else shows the list alone.
    let edit = Memo::new(move |_| query.with(|q| q.get("edit")));
    view! {
        <Transition fallback=|| view! { <Skeleton rows=6 /> }>
            {move || Suspend::new(async move {
                match loaded.await {
                    Ok(settings) => view! { <Loaded settings edit actions /> }.into_any(),
                    Err(error) => view! { <ErrorPanel error /> }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn Loaded(settings: MailSettings, edit: Memo<Option<String>>, actions: Actions) -> impl IntoView {
    let MailSettings { mailboxes, open_tracking } = settings;
    let all = StoredValue::new(mailboxes);
    let form = move || {
        let wanted = edit.get()?;
        let mailbox =
            all.with_value(|all| all.iter().find(|m| m.id.to_string() == wanted).cloned());
        (wanted == "new" || mailbox.is_some())
            .then(|| view! { <MailboxForm mailbox save=actions.save /> }.into_any())
    };
    let list = move || {
        if all.with_value(Vec::is_empty) {
            return view! {
                <Empty icon="inbox" title="No mailbox yet">
                    <p>"Answers are stored here and reach nobody until there is one."</p>
                </Empty>
            }
            .into_any();
        }
        let rows = all.get_value().into_iter().map(|mailbox| view! { <Row mailbox actions /> });
        view! { <ul class="field-list">{rows.collect_view()}</ul> }.into_any()
    };
    let tested = Signal::derive(move || {
        actions.test.value().get().and_then(Result::err).map(|e| e.to_string())
    });
    view! {
        <p><a class="btn primary" href=format!("{PAGE}?edit=new")><Icon name="plus" />"New mailbox"</a></p>
        {form}
        <FormError message=tested />
        {list}
        <section class="field-section" aria-label="Open tracking">
            <h2>"Open tracking"</h2>
            <p class="hint">"A picture in each mail tells when it was opened. What mail programs and scanners load by themselves never counts as viewed. Some customers do not like it; your law may ask for their consent."</p>
            <ActionForm action=actions.track>
                {(!open_tracking).then(|| view! { <input type="hidden" name="on" value="1" /> })}
                <button class="btn" type="submit">{if open_tracking { "Switch off" } else { "Switch on" }}</button>
            </ActionForm>
        </section>
    }
}

#[component]
fn Row(mailbox: Mailbox, actions: Actions) -> impl IntoView {
    let id = mailbox.id;
    let way = match &mailbox.smtp {
        _ if mailbox.outbox => "Keeps its mail in the outbox".to_string(),
        Some(server) => format!("{}:{} · {}", server.host, server.port, server.tls.label()),
        None => "Cannot send yet".to_string(),
    };
    let address = mailbox.address;
    let [test, edit, remove] = ["Test", "Edit", "Remove"].map(|verb| format!("{verb} {address}"));
    view! {
        <li class="mailbox-line">
            <span class="field-name">
                <strong>{mailbox.name}</strong>
                <span>{address}</span>
                {mailbox.is_default.then(|| view! { <span class="tag">"Default"</span> })}
                {mailbox.outbox.then(|| view! { <a class="btn quiet" href="/dev/outbox" rel="external">"Open the outbox"</a> })}
            </span>
            <span class="hint clip">{way}</span>
            <span class="mailbox-actions">
                <ActionForm action=actions.test>
                    <input type="hidden" name="id" value=id.to_string() />
                    <button class="btn quiet" type="submit" aria-label=test disabled=actions.test.pending()>"Test"</button>
                </ActionForm>
                <a class="btn quiet" href=format!("{PAGE}?edit={id}") aria-label=edit>"Edit"</a>
                <details class="confirm">
                    <summary class="btn quiet" aria-label=remove>"Remove"</summary>
                    <ActionForm action=actions.remove attr:class="popup">
                        <p>"What still waits to leave from it fails."</p>
                        <input type="hidden" name="id" value=id.to_string() />
                        <button class="btn" type="submit">"Remove for good"</button>
                    </ActionForm>
                </details>
            </span>
        </li>
    }
}
