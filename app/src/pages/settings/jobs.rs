//! Jobs: what waits, and what failed for good.

use crate::page_table::{self, PageInfo};
use crate::server_page::PageRequest;
use crate::server_page::form::{FormData, FormState};
use crate::server_page::page::{ServerPage, action_button, page_error};
use crate::ui::time::{Time, TimeStyle};
use leptos::prelude::*;
use rapport_domain::AppError;
use rapport_domain::job::{DeadJob, WaitingJob};
use rapport_services::{Result, jobs};

pub struct Jobs;

/// What the page shows.
pub struct Shown {
    waiting: Vec<WaitingJob>,
    dead: Vec<DeadJob>,
}

impl ServerPage for Jobs {
    const PAGE: PageInfo = page_table::JOBS;
    const ABOUT: &'static str = "Work that runs in the background. Failed jobs are retried at growing intervals; those that failed too often stay here for 30 days.";
    const FLASHES: &'static [(&'static str, &'static str)] =
        &[("retried", "Running again now"), ("discarded", "Job discarded")];
    type Data = Shown;

    async fn load(request: &PageRequest) -> Result<Shown> {
        let waiting = jobs::waiting(&request.ctx).await?;
        Ok(Shown { waiting, dead: jobs::dead(&request.ctx).await? })
    }

    async fn act(request: &PageRequest, form: &FormData) -> Result<&'static str> {
        let id = form.parse("id")?;
        match form.text("do") {
            "retry" => jobs::retry(&request.ctx, id).await.map(|()| "retried"),
            "discard" => jobs::discard(&request.ctx, id).await.map(|()| "discarded"),
            _ => Err(AppError::NotFound),
        }
    }

    fn view(data: Shown, _: &PageRequest, state: &FormState) -> AnyView {
        let dead: Vec<_> = data.dead.iter().map(dead).collect();
        let waiting: Vec<_> = data.waiting.iter().map(waiting).collect();
        view! {
            {page_error(state, &["retry", "discard"])}
            {section("Failed for good", "Nothing failed.", dead)}
            {section("Waiting", "Nothing waits.", waiting)}
        }
        .into_any()
    }
}

fn section(title: &'static str, none: &'static str, rows: Vec<AnyView>) -> AnyView {
    let list = if rows.is_empty() {
        view! { <p class="hint">{none}</p> }.into_any()
    } else {
        view! { <ul class="field-list">{rows}</ul> }.into_any()
    };
    view! {
        <section class="field-section" aria-label=title>
            <h2>{title}</h2>
            {list}
        </section>
    }
    .into_any()
}

fn dead(job: &DeadJob) -> AnyView {
    let id = job.id.to_string();
    let what = jobs::label(&job.kind).to_string();
    let about = format!("{what} {}", job.key);
    let button = |action, verb| action_button(Jobs::PAGE.path, action, verb, &id, &about);
    let actions = view! { {button("retry", "Try again")} {button("discard", "Discard")} };
    view! {
        <li class="config-line">
            <span class="field-name"><strong>{what.clone()}</strong><code>{job.key.clone()}</code></span>
            <span class="hint">
                <span class="job-error">{job.error.clone()}</span>
                {format!(" {} attempts, the last ", job.attempts)}
                <Time at=job.died_at style=TimeStyle::Full />
            </span>
            <span class="config-actions">{actions}</span>
        </li>
    }
    .into_any()
}

fn waiting(job: &WaitingJob) -> AnyView {
    let tried = (job.attempts > 0).then(|| format!("Tried {} times. ", job.attempts));
    let when = match job.running {
        true => view! { "Running" }.into_any(),
        false => view! { "Runs " <Time at=job.run_at style=TimeStyle::Full /> }.into_any(),
    };
    view! {
        <li class="config-line">
            <span class="field-name"><strong>{jobs::label(&job.kind).to_string()}</strong><code>{job.key.clone()}</code></span>
            <span class="hint">{tried}{job.error.clone().map(|e| view! { <span class="job-error">{e}</span>" " })}{when}</span>
            <span></span>
        </li>
    }
    .into_any()
}
