//! `/dev/outbox`: what the demo would have sent. In demo mode only; anywhere else there is no
//! such page.

use crate::Failure;
use crate::failure::page_status;
use crate::frame::{Frame, Section};
use crate::server_page::{PageRequest, Site};
use crate::ui::empty::{Empty, ErrorPanel};
use crate::ui::icon::Icon;
use crate::ui::time::{Time, TimeStyle};
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::{Router, routing};
use leptos::prelude::*;
use rapport_domain::message::{Segment, segments};
use rapport_domain::{AppError, Uuid};
use rapport_services::Result;
use rapport_services::mail_catcher::{self, Line, Mail};

const PATH: &str = "/dev/outbox";

/// The routes.
pub(crate) fn router() -> Router<Site> {
    Router::new()
        .route(PATH, routing::get(list))
        .route("/dev/outbox/{id}", routing::get(open))
        .route("/dev/outbox/{id}/raw", routing::get(raw))
}

fn demo_only(site: &Site) -> Result<()> {
    if site.demo { Ok(()) } else { Err(AppError::NotFound) }
}

async fn list(State(site): State<Site>, request: PageRequest) -> Response {
    let mails = match demo_only(&site) {
        Ok(()) => mail_catcher::list(&request.ctx).await,
        Err(error) => Err(error),
    };
    respond(&request, "Outbox", mails.map(|mails| move || lines(&mails)))
}

async fn open(State(site): State<Site>, request: PageRequest) -> Response {
    let mail = async {
        demo_only(&site)?;
        let id: Uuid = request.param("id")?;
        Ok((id, mail_catcher::open(&request.ctx, id).await?))
    };
    respond(&request, "Outbox", mail.await.map(|(id, found)| move || mail_view(id, found)))
}

/// The bytes as they would have left.
async fn raw(State(site): State<Site>, request: PageRequest) -> Response {
    let raw = async {
        demo_only(&site)?;
        mail_catcher::raw(&request.ctx, request.param("id")?).await
    };
    match raw.await {
        Ok(raw) => ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], raw).into_response(),
        Err(error) => respond(&request, "Outbox", Err::<fn() -> AnyView, _>(error)),
    }
}

/// `content` is made inside the page, whose clock it reads.
fn respond<V>(request: &PageRequest, title: &'static str, content: Result<V>) -> Response
where
    V: FnOnce() -> AnyView,
{
    let status = page_status(content.as_ref().err());
    request.respond(status, title, || {
        let content = match content {
            Ok(content) => content(),
            Err(error) => view! { <ErrorPanel error=Failure(error) /> }.into_any(),
        };
        view! {
            <Frame section=Section::Settings crumbs=move || view! {
                <span>"Demo"</span>
                <span aria-hidden="true">"/"</span>
                <strong>{title}</strong>
            }>
                <div class="config-page">{content}</div>
            </Frame>
        }
        .into_any()
    })
}

fn lines(mails: &[Line]) -> AnyView {
    let rows = mails.iter().map(|mail| {
        let href = format!("{PATH}/{}", mail.id);
        let source = format!("{href}/raw");
        // Scripts read this table too: cells of plain text, and the mail as it would have left.
        let at = mail.sent_at.format("%Y-%m-%d %H:%M:%S UTC").to_string();
        let to = html_escape::encode_text(&mail.recipients.join(", ")).into_owned();
        view! {
            <tr>
                <td inner_html=at></td>
                <td inner_html=to></td>
                <td><a href=source>"Source"</a></td>
                <td><a href=href>{mail.subject.clone()}</a></td>
            </tr>
        }
    });
    let list = match mails.is_empty() {
        true => view! {
            <Empty icon="mail" title="Nothing was sent yet">
                <p>"Answer a ticket in "<a class="plain-link" href="/inbox">"the inbox"</a>": ten seconds later its mail lies here."</p>
            </Empty>
        }
        .into_any(),
        false => view! {
            <div class="table-scroll" tabindex="0" role="region" aria-label="Mails">
                <table class="log">
                    <thead><tr>
                        <th scope="col">"Sent"</th>
                        <th scope="col">"To"</th>
                        <th scope="col">"As sent"</th>
                        <th scope="col">"Subject"</th>
                    </tr></thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
        }
        .into_any(),
    };
    view! {
        <header>
            <h1>"Outbox"</h1>
            <p class="hint">"The demo's mail stays here and reaches nobody."</p>
        </header>
        {list}
    }
    .into_any()
}

fn mail_view(id: Uuid, mail: Mail) -> AnyView {
    let lines = [
        ("From", mail.from),
        ("To", mail.to.join(", ")),
        ("Copy to", mail.cc.join(", ")),
        ("Delivered to", mail.line.recipients.join(", ")),
    ];
    let lines = lines.into_iter().filter(|(_, value)| !value.is_empty());
    let text = segments(&mail.text).into_iter().map(|part| match part {
        Segment::Text(text) => text.into_any(),
        Segment::Link(href) => {
            view! { <a href=href.clone() rel="noopener noreferrer nofollow">{href.clone()}</a> }
                .into_any()
        }
    });
    view! {
        <header>
            <h1>{mail.line.subject}</h1>
            <p class="hint"><Time at=mail.line.sent_at style=TimeStyle::Full /></p>
        </header>
        <dl class="mail-lines">
            {lines.map(|(label, value)| view! { <div><dt>{label}</dt><dd>{value}</dd></div> }).collect_view()}
        </dl>
        <pre class="mail-text" tabindex="0" role="region" aria-label="Text">{text.collect_view()}</pre>
        <p class="config-actions">
            <a class="btn" href=PATH><Icon name="arrow-left" />"All mails"</a>
            <a class="btn quiet" href=format!("{PATH}/{id}/raw")>"As it would have been sent"</a>
        </p>
    }
    .into_any()
}
