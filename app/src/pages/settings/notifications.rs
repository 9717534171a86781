//! Notifications: what the reader was told of at the bell. Everybody has their own.

use crate::config_frame::ConfigPage;
use crate::frame::{Frame, Section};
use crate::page_table::{self, PageInfo};
use crate::server_page::form::{FormData, FormState};
use crate::server_page::page::ServerPage;
use crate::server_page::{PageRequest, Site};
use crate::ui::empty::Empty;
use crate::ui::icon::Icon;
use crate::ui::time::{Time, TimeStyle};
use axum::Router;
use axum::extract::Path;
use axum::response::Redirect;
use axum::routing::post;
use leptos::prelude::*;
use rapport_domain::AppError;
use rapport_domain::notification::Notification;
use rapport_domain::notification::Notifications as Shown;
use rapport_services::{Result, notifications};

pub struct Notifications;

impl ServerPage for Notifications {
    const PAGE: PageInfo = page_table::NOTIFICATIONS;
    const ABOUT: &'static str = "What happened on your tickets, and notes that mention you.";
    const FLASHES: &'static [(&'static str, &'static str)] = &[("read", "All marked as read")];
    type Data = Shown;

    async fn load(request: &PageRequest) -> Result<Shown> {
        let before = request.query("before").and_then(|cursor| cursor.parse().ok());
        notifications::list(&request.ctx, before).await
    }

    async fn act(request: &PageRequest, form: &FormData) -> Result<&'static str> {
        match form.text("do") {
            "read" => {
                notifications::read_all(&request.ctx).await?;
                Ok("read")
            }
            _ => Err(AppError::NotFound),
        }
    }

    fn view(shown: Shown, _: &PageRequest, _: &FormState) -> AnyView {
        let list = if shown.items.is_empty() {
            view! { <Empty icon="bell" title="No notifications yet"><p>"When you are assigned a ticket, a customer replies on one of yours, one is due, or a colleague mentions you in a note, it appears here."</p></Empty> }.into_any()
        } else {
            view! { <ul class="told">{shown.items.iter().map(row).collect_view()}</ul> }.into_any()
        };
        let unread = shown.items.iter().any(|n| !n.read).then(|| {
            view! {
                <form method="post" action=Self::PAGE.path>
                    <input type="hidden" name="do" value="read" />
                    <button class="btn" type="submit"><Icon name="check-check" />"Mark all as read"</button>
                </form>
            }
        });
        let older = shown.next.map(|next| {
            view! { <p><a class="btn" href=format!("{}?before={next}", Self::PAGE.path)>"Older"</a></p> }
        });
        view! {
            <div class="told-actions">
                {unread}
                <a class="btn quiet" href=page_table::NOTIFICATION_RULES.path><Icon name="sliders-horizontal" />"Rules and quiet hours"</a>
            </div>
            {list}
            {older}
        }
        .into_any()
    }

    fn frame(content: AnyView) -> AnyView {
        in_frame(Self::PAGE.title, Self::ABOUT, content)
    }
}

/// What stands around one's own pages of notifications.
pub(super) fn in_frame(title: &'static str, about: &'static str, content: AnyView) -> AnyView {
    view! {
        <Frame section=Section::Notifications crumbs=move || view! { <b>{title}</b> }>
            <ConfigPage title about>{content}</ConfigPage>
        </Frame>
    }
    .into_any()
}

/// Opens one: marks it as read and leads to the note.
pub fn opening() -> Router<Site> {
    let open = async |request: PageRequest, Path(id): Path<String>| {
        let place = match id.parse() {
            Ok(id) => notifications::open(&request.ctx, id).await,
            Err(_) => Err(AppError::NotFound),
        };
        match place {
            Ok((customer, number, message)) => {
                let message = message.map(|message| format!("#{message}")).unwrap_or_default();
                Redirect::to(&format!("/customers/{customer}/tickets/{number}{message}"))
            }
            // Its ticket is gone, or it was somebody else's.
            Err(_) => Redirect::to(Notifications::PAGE.path),
        }
    };
    Router::new().route(&format!("{}/{{id}}", Notifications::PAGE.path), post(open))
}

/// A button, for opening it marks it as read.
fn row(notification: &Notification) -> impl IntoView + use<> {
    let class = if notification.read { "" } else { "unread" };
    let place = format!("#{} {}", notification.ticket_number, notification.ticket_subject);
    view! {
        <li class=class>
            <form method="post" action=format!("{}/{}", Notifications::PAGE.path, notification.id)>
                <button type="submit">
                    <span class="told-head">
                        <b>{notification.sentence_start()}</b>
                        " "
                        <span class="clip">{place}</span>
                        {(!notification.read).then(|| view! { <span class="pill open">"New"</span> })}
                        <Time at=notification.at style=TimeStyle::Row />
                    </span>
                    <span class="told-text">{notification.excerpt.clone()}</span>
                </button>
            </form>
        </li>
    }
}
