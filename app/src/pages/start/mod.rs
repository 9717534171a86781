//! "Get started": what a new workspace does first, each step with the way there. The page goes when
//! nothing is left of it.

use crate::frame::{Frame, Section};
use crate::page_table::{self, PageInfo};
use crate::server_page::PageRequest;
use crate::server_page::form::{FormData, FormState};
use crate::server_page::page::{ServerPage, page_error};
use crate::ui::empty::Empty;
use crate::ui::icon::Icon;
use leptos::prelude::*;
use rapport_domain::AppError;
use rapport_domain::start::Step;
use rapport_services::Result;
use rapport_services::start::{self, Start, State};

pub struct GetStarted;

impl ServerPage for GetStarted {
    const PAGE: PageInfo = page_table::GET_STARTED;
    const ABOUT: &'static str = "Six steps, in any order; skip any of them. This page goes away once each is done or skipped.";
    const FLASHES: &'static [(&'static str, &'static str)] = &[
        ("skipped", "Skipped; you can bring it back"),
        ("back", "Brought back"),
        ("sample", "The sample customer is there"),
        ("removed", "The sample customer is gone"),
        ("finished", "All steps are done"),
    ];
    type Data = Start;

    async fn load(request: &PageRequest) -> Result<Start> {
        start::get(&request.ctx).await
    }

    async fn act(request: &PageRequest, form: &FormData) -> Result<&'static str> {
        let ctx = &request.ctx;
        match form.text("do") {
            "skip" => start::skip(ctx, form.parse("id")?, true).await.map(|()| "skipped"),
            "unskip" => start::skip(ctx, form.parse("id")?, false).await.map(|()| "back"),
            "key" => {
                request.show_once(start::make_key(ctx, form.parse("id")?).await?);
                Ok("key")
            }
            "sample" => start::add_sample(ctx).await.map(|_| "sample"),
            "unsample" => start::remove_sample(ctx).await.map(|()| "removed"),
            "finish" => start::finish(ctx).await.map(|()| "finished"),
            _ => Err(AppError::NotFound),
        }
    }

    fn view(start: Start, request: &PageRequest, state: &FormState) -> AnyView {
        if !start.on {
            return view! {
                <Empty icon="check-check" title="This workspace is set up">
                    <p><a class="btn primary" href="/inbox" rel="external">"To the inbox"</a></p>
                </Empty>
            }
            .into_any();
        }
        let done = start.is_done();
        let steps: Vec<_> =
            start.steps.iter().map(|(s, at)| step(*s, *at, &start, request)).collect();
        let over = if done { "All done. Close this page" } else { "Skip the rest" };
        let class = if done { "btn primary" } else { "btn quiet" };
        view! {
            {page_error(state, &["skip", "unskip", "key", "sample", "unsample", "finish"])}
            // `plain.js` looks again every few seconds, and puts in what has changed.
            <ol class="start-steps" data-looks-again="">{steps}</ol>
            <form method="post" action=Self::PAGE.path>
                <input type="hidden" name="do" value="finish" />
                <button class=class type="submit">{over}</button>
            </form>
        }
        .into_any()
    }

    fn frame(content: AnyView) -> AnyView {
        view! {
            <Frame section=Section::Start crumbs=|| view! { <strong>{Self::PAGE.title}</strong> }>
                <div class="config-page start-page">
                    <header>
                        <h1>{Self::PAGE.title}</h1>
                        <p class="hint">{Self::ABOUT}</p>
                    </header>
                    {content}
                </div>
            </Frame>
        }
        .into_any()
    }
}

fn step(step: Step, state: State, start: &Start, request: &PageRequest) -> AnyView {
    let id = format!("step-{}", step.as_str());
    let (class, icon) = match state {
        State::Done => ("start-state done", "circle-check"),
        State::Open | State::Skipped => ("start-state", "circle"),
    };
    let open = state == State::Open;
    // What was just made is shown although the step is done meanwhile.
    let shown = open || (step == Step::Sample && start.sample.is_some());
    view! {
        <li class="start-step" class:skipped=state == State::Skipped aria-labelledby=format!("{id}-title")>
            <span class=class id=id.clone() data-again="">
                <Icon name=icon />
                <span>{status_text(step, state)}</span>
            </span>
            <div class="start-what">
                <h2 id=format!("{id}-title")>{step.label()}</h2>
                {shown.then(|| what(step, start, request))}
            </div>
            <span id=format!("{id}-skip") data-again="">{skip(step, state)}</span>
        </li>
    }
    .into_any()
}

/// How far it is, in words.
fn status_text(step: Step, state: State) -> &'static str {
    match (state, step) {
        (State::Done, Step::Event | Step::Sdk) => "Received",
        (State::Done, _) => "Done",
        (State::Skipped, _) => "Skipped",
        (State::Open, Step::Event | Step::Sdk) => "Nothing received yet",
        (State::Open, _) => "To do",
    }
}

fn skip(step: Step, state: State) -> Option<AnyView> {
    let (action, verb) = match state {
        State::Done => return None,
        State::Open => ("skip", "Skip"),
        State::Skipped => ("unskip", "Bring back"),
    };
    let label = format!("{verb}: {}", step.label());
    Some(button(action, step, verb, label, "btn quiet"))
}

fn button(
    action: &'static str,
    step: Step,
    verb: &'static str,
    label: String,
    class: &'static str,
) -> AnyView {
    view! {
        <form method="post" action=GetStarted::PAGE.path>
            <input type="hidden" name="do" value=action />
            <input type="hidden" name="id" value=step.as_str() />
            <button class=class type="submit" aria-label=label>{verb}</button>
        </form>
    }
    .into_any()
}

/// What there is to do, and the way there.
fn what(step: Step, start: &Start, request: &PageRequest) -> AnyView {
    let link = |href: &'static str, text: &'static str| {
        view! { <a class="btn" href=href rel="external">{text}</a> }
    };
    match step {
        Step::Mail => view! {
            <p>"Answers leave from an address of yours, and what comes to it becomes tickets. Mail can also be handed over by HTTP."</p>
            <p class="start-ways">{link("/settings/mailboxes", "Mailboxes")}{link("/settings/receiving", "Receiving")}</p>
        }
        .into_any(),
        Step::Event => key_step(
            step,
            request,
            "Your server says what happened, and it appears on the customer’s timeline. Try it from a terminal:",
            event_lines,
        ),
        Step::Sdk => key_step(
            step,
            request,
            "One line on your site sends which pages somebody sees. Put it before </head>:",
            sdk_lines,
        ),
        Step::Colleague => view! {
            <p>"By e-mail, or by a link to pass on."</p>
            <p class="start-ways">{link("/settings/people?new=1", "Invite people")}</p>
        }
        .into_any(),
        Step::Cards => view! {
            <p>"Which fields stand beside each ticket, and in which order."</p>
            <p class="start-ways">{link("/settings/info-pane", "Info pane")}</p>
        }
        .into_any(),
        Step::Sample => sample(start),
    }
}

/// A step that needs a key: made by a button, and shown in the lines to copy, once.
fn key_step(
    step: Step,
    request: &PageRequest,
    about: &'static str,
    lines: impl Fn(&str, &str) -> String,
) -> AnyView {
    let prefix = if step == Step::Event { "rsk_" } else { "rpk_" };
    let key = request.once().filter(|key| key.starts_with(prefix));
    let text = lines(request.origin(), key.unwrap_or("YOUR_KEY"));
    let ask = match key {
        Some(_) => view! {
            <p class="hint" role="status">"The key in these lines is real and not shown again. App config › API keys can revoke it."</p>
        }
        .into_any(),
        None => {
            let label = format!("Make a key: {}", step.label());
            button("key", step, "Make a key for these lines", label, "btn")
        }
    };
    view! {
        <p>{about}</p>
        <pre class="snippet" tabindex="0" aria-label=step.label()><code>{text}</code></pre>
        {ask}
    }
    .into_any()
}

/// Who it is, then what they did: an event of nobody known would be on no timeline.
fn event_lines(origin: &str, key: &str) -> String {
    format!(
        r#"curl {origin}/v1/batch \
  -H 'Authorization: Bearer {key}' \
  -H 'Content-Type: application/json' \
  -d '{{"batch": [
    {{"type": "identify", "userId": "ada-1", "traits": {{"name": "Ada King", "email": "ada@example.com"}}}},
    {{"type": "track", "userId": "ada-1", "event": "Signed up"}}
  ]}}'"#
    )
}

fn sdk_lines(origin: &str, key: &str) -> String {
    format!("<script async src=\"{origin}/sdk.js\" data-key=\"{key}\"></script>")
}

fn sample(start: &Start) -> AnyView {
    let (action, verb) = match start.sample {
        None => ("sample", "Add the sample customer"),
        Some(_) => ("unsample", "Remove the sample"),
    };
    let open = start.sample.map(|id| {
        view! { <a class="btn" href=format!("/customers/{id}") rel="external">"Open Ada Sample"</a> }
    });
    view! {
        <p>"Ada Sample with two tickets, a note and a short timeline, to try things with. Nothing leaves by mail, and one click removes her."</p>
        <div class="start-ways">{open}{button(action, Step::Sample, verb, verb.into(), "btn")}</div>
    }
    .into_any()
}
