//! API keys: what programs use instead of a login. A key is shown once, to whoever makes it.

mod form;
mod usage;

use crate::page_table::{self, PageInfo};
use crate::server_page::PageRequest;
use crate::server_page::form::{FormData, FormState};
use crate::server_page::page::{ServerPage, asking_button, once_panel, page_error};
use crate::ui::empty::Empty;
use crate::ui::icon::Icon;
use crate::ui::time::{Time, TimeStyle};
use leptos::prelude::*;
use rapport_domain::AppError;
use rapport_domain::Permission;
use rapport_domain::api_key::{KeyKind, KeyRow, OldSecret};
use rapport_domain::text;
use rapport_services::{Result, api_keys};

/// Characters that are shown of what a program calls itself.
const AGENT_CHARS: usize = 40;

pub struct ApiKeys;

impl ServerPage for ApiKeys {
    const PAGE: PageInfo = page_table::API_KEYS;
    const ABOUT: &'static str = "How your servers and your websites reach Rapport. A server's key is a password: keep it out of browsers and repositories.";
    const FLASHES: &'static [(&'static str, &'static str)] =
        &[("revoked", "Key revoked"), ("ended", "The old secret is refused from now on")];
    type Data = Vec<KeyRow>;

    async fn load(request: &PageRequest) -> Result<Vec<KeyRow>> {
        api_keys::list(&request.ctx).await
    }

    async fn act(request: &PageRequest, form: &FormData) -> Result<&'static str> {
        match form.text("do") {
            "create" => {
                request.show_once(api_keys::create(&request.ctx, form::input(form)?).await?);
                Ok("created")
            }
            "rotate" => {
                let (id, overlap) = (form.parse("id")?, form.parse("overlap")?);
                request.show_once(api_keys::rotate(&request.ctx, id, overlap).await?);
                Ok("rotated")
            }
            "end-old" => {
                api_keys::end_old_secrets(&request.ctx, form.parse("id")?).await?;
                Ok("ended")
            }
            "revoke" => {
                api_keys::revoke(&request.ctx, form.parse("id")?).await?;
                Ok("revoked")
            }
            _ => Err(AppError::NotFound),
        }
    }

    fn view(keys: Vec<KeyRow>, request: &PageRequest, state: &FormState) -> AnyView {
        let once = request.once().map(|key| {
            let about = "Copy the key now and put it where it is used. It is not shown again.";
            once_panel("The new key", about.into(), key)
        });
        // A key that was just made has closed its form.
        let kind =
            request.query("new").filter(|_| once.is_none()).and_then(|kind| kind.parse().ok());
        let now = request.ctx.now;
        let ended = |key: &&KeyRow| key.revoked_at.is_some();
        let gone: Vec<_> = keys.iter().filter(ended).map(|key| row(key, now)).collect();
        let rows: Vec<_> = keys.iter().filter(|key| !ended(key)).map(|key| row(key, now)).collect();
        let path = Self::PAGE.path;
        view! {
            {page_error(state, &["revoke", "rotate", "end-old"])}
            {once}
            <p class="config-actions">
                <a class="btn primary" href=format!("{path}?new=secret")><Icon name="plus" />"New server key"</a>
                <a class="btn" href=format!("{path}?new=public")><Icon name="plus" />"New browser key"</a>
                <a class="btn quiet" href="/api/docs" rel="external"><Icon name="book" />"API documentation"</a>
            </p>
            {kind.map(|kind| form::form(kind, &state.of("create")))}
            {if rows.is_empty() {
                view! {
                    <Empty icon="key" title="No key yet">
                        <p>"Make one for the server that sends you customers, tickets and events."</p>
                    </Empty>
                }
                .into_any()
            } else {
                view! { <ul class="field-list">{rows}</ul> }.into_any()
            }}
            {(!gone.is_empty()).then(|| view! {
                <details class="archived">
                    <summary class="hint">{format!("{} revoked", gone.len())}</summary>
                    <ul class="field-list">{gone}</ul>
                </details>
            })}
        }
        .into_any()
    }
}

fn row(key: &KeyRow, now: chrono::DateTime<chrono::Utc>) -> AnyView {
    let revoke = key.revoked_at.is_none().then(|| {
        let warning =
            "Anything that uses it is refused within five seconds. This cannot be undone.";
        let (id, path) = (key.id.to_string(), ApiKeys::PAGE.path);
        asking_button(path, "revoke", "Revoke", &id, &key.name, warning.into())
    });
    let rotate = key.revoked_at.is_none().then(|| form::rotate(key));
    let old: Vec<_> = key.old_secrets.iter().map(|old| old_secret(key, old)).collect();
    let expired = key.expires_at.is_some_and(|at| at <= now);
    let shown = format!("{}…", if key.prefix.is_empty() { key.kind.prefix() } else { &key.prefix });
    view! {
        <li class="config-line key-line">
            <div class="key-facts">
                <span class="field-name">
                    <strong>{key.name.clone()}</strong>
                    <code>{shown}</code>
                    <span class="tag">{key.kind.label()}</span>
                    {expired.then(|| view! { <span class="tag warn">"Expired"</span> })}
                </span>
                <span class="hint">{may(key)}</span>
                <span class="hint">{used(key)}</span>
                <span class="hint">{since(key, expired)}</span>
                {usage::chart(key, now)}
            </div>
            <span class="config-actions">{rotate}{revoke}</span>
            {old}
        </li>
    }
    .into_any()
}

/// What it may do, in the words that the API's refusals name.
fn may(key: &KeyRow) -> String {
    match key.kind {
        KeyKind::Secret if key.scopes.len() == Permission::SCOPES.len() => {
            "May do everything".into()
        }
        KeyKind::Secret => {
            key.scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(", ")
        }
        KeyKind::Public if key.allowed_origins.is_empty() => "Sends events from any site".into(),
        KeyKind::Public => format!("Sends events from {}", key.allowed_origins.join(", ")),
    }
}

fn used(key: &KeyRow) -> AnyView {
    let Some(at) = key.last_used_at else { return "Never used".into_any() };
    let from = key.last_used_address.clone().map(|address| format!(" from {address}"));
    let agent = key.last_used_agent.clone().unwrap_or_default();
    let by = (!agent.is_empty()).then(|| format!(" by {}", text::excerpt(&agent, AGENT_CHARS)));
    view! { <span title=agent>"Last used: " <Time at=at style=TimeStyle::Row />{from}{by}</span> }
        .into_any()
}

/// A secret that works beside the new one for a while.
fn old_secret(key: &KeyRow, old: &OldSecret) -> AnyView {
    let path = ApiKeys::PAGE.path;
    let warning =
        "Anything that still uses an old secret of this key is refused within five seconds.";
    let used = match old.last_used_at {
        Some(at) => view! { " · Last used: " <Time at=at style=TimeStyle::Row /> }.into_any(),
        None => " · Not used since".into_any(),
    };
    view! {
        <span class="line-more old-secret">
            <code>{format!("{}…", old.prefix)}</code>
            <span class="tag">"Old secret"</span>
            <span class="hint">"Works until "<Time at=old.valid_until style=TimeStyle::Full />{used}</span>
            {asking_button(path, "end-old", "End now", &key.id.to_string(), &key.name, warning.into())}
        </span>
    }
    .into_any()
}

fn since(key: &KeyRow, expired: bool) -> AnyView {
    let by = key.created_by.as_ref().map(|name| format!(" by {name}"));
    let until = match (key.revoked_at, key.expires_at) {
        (Some(at), _) => view! { " · Revoked: " <Time at=at style=TimeStyle::Row /> }.into_any(),
        (None, Some(at)) => {
            let verb = if expired { " · Expired: " } else { " · Expires: " };
            view! { {verb}<Time at=at style=TimeStyle::Row /> }.into_any()
        }
        (None, None) => " · No expiry".into_any(),
    };
    view! { "Created: " <Time at=key.created_at style=TimeStyle::Row />{by}{until} }.into_any()
}
