//! My account: one's name, picture and password, and where one is logged in. Everybody has their own.

use super::me;
use super::own_frame::own_frame;
use super::passkeys as keys;
use super::two_factor as second;
use crate::page_table::{self, PageInfo};
use crate::server_page::PageRequest;
use crate::server_page::form::{FormData, FormState};
use crate::server_page::page::{ServerPage, asking_button, page_error};
use crate::ui::field::{Field, FormError};
use crate::ui::time::{Time, TimeStyle};
use leptos::prelude::*;
use rapport_domain::AppError;
use rapport_domain::people::{SessionRow, device_name, place};
use rapport_services::{Result, own_account, passkeys, passwords, sessions, two_factor};

pub struct Account;

/// What the page shows.
pub struct Shown {
    sessions: Vec<SessionRow>,
    two_factor: two_factor::Own,
    passkeys: passkeys::Own,
}

impl ServerPage for Account {
    const PAGE: PageInfo = page_table::MY_ACCOUNT;
    const ABOUT: &'static str = "Your name and picture, your password, your second factor, your passkeys, and where you are logged in.";
    const FLASHES: &'static [(&'static str, &'static str)] = &[
        ("name", "Name saved"),
        ("picture", "Picture saved"),
        ("no-picture", "Picture removed"),
        ("two-factor", "Now your app"),
        ("two-factor-off", "Two-factor is off"),
        ("passkey", "Now your device"),
        ("passkey-added", "Passkey added: it lets you in from now on"),
        ("passkey-renamed", "Passkey renamed"),
        ("passkey-removed", "Passkey removed"),
        ("password", "Password changed. You are logged out everywhere else"),
        ("ended", "Logged out on that device"),
        ("others", "Logged out everywhere else"),
    ];
    type Data = Shown;

    async fn load(request: &PageRequest) -> Result<Shown> {
        let (ctx, session) = (&request.ctx, &request.session);
        Ok(Shown {
            sessions: sessions::list(ctx, session).await?,
            two_factor: two_factor::own(ctx).await?,
            passkeys: passkeys::own(ctx, session, request.origin()).await?,
        })
    }

    async fn act(request: &PageRequest, form: &FormData) -> Result<&'static str> {
        let ctx = &request.ctx;
        match form.text("do") {
            "name" => own_account::rename(ctx, form.text("name")).await.map(|()| "name"),
            "no-picture" => own_account::remove_picture(ctx).await.map(|()| "no-picture"),
            "password" => {
                let text = |name| form.text(name).to_string();
                let (current, new, repeated) =
                    (text("current"), text("password"), form.text("repeated"));
                passwords::change(ctx, &request.session, current, new, repeated).await?;
                Ok("password")
            }
            "two-factor-begin" => {
                two_factor::begin(ctx, form.text("current").into()).await?;
                Ok("two-factor")
            }
            "two-factor-confirm" => {
                request.show_once(two_factor::confirm(ctx, form.text("code")).await?.join("\n"));
                Ok("two-factor-on")
            }
            "two-factor-codes" => {
                let codes = two_factor::renew_codes(ctx, form.text("current").into()).await?;
                request.show_once(codes.join("\n"));
                Ok("two-factor-on")
            }
            "two-factor-off" => {
                two_factor::turn_off(ctx, form.text("current").into()).await?;
                Ok("two-factor-off")
            }
            "passkey-begin" => {
                let password = form.text("current").into();
                passkeys::begin(ctx, &request.session, request.origin(), password).await?;
                Ok("passkey")
            }
            "passkey-add" => {
                let (name, answer) = (form.text("name"), form.text("credential"));
                passkeys::add(ctx, &request.session, request.origin(), name, answer).await?;
                Ok("passkey-added")
            }
            "passkey-rename" => {
                passkeys::rename(ctx, form.parse("id")?, form.text("name")).await?;
                Ok("passkey-renamed")
            }
            "passkey-remove" => {
                passkeys::remove(ctx, form.parse("id")?).await.map(|()| "passkey-removed")
            }
            "end" => sessions::end(ctx, form.parse("id")?).await.map(|()| "ended"),
            "others" => sessions::end_others(ctx, &request.session).await.map(|()| "others"),
            _ => Err(AppError::NotFound),
        }
    }

    fn view(shown: Shown, request: &PageRequest, state: &FormState) -> AnyView {
        let others = shown.sessions.len() > 1;
        let here = shown.sessions.iter().find(|session| session.current);
        let device = here.map_or_else(String::new, |session| device_name(&session.agent));
        let rows = shown.sessions.iter().map(row).collect_view();
        view! {
            {page_error(state, &["end", "others", "no-picture", "passkey-remove"])}
            {request.once().map(second::codes)}
            {me::section(request, &state.of("name"))}
            {password(&request.viewer.email, &state.of("password"))}
            {second::section(&shown.two_factor, state)}
            {keys::section(&shown.passkeys, &device, request.nonce(), state)}
            <section class="field-section" aria-label="Sessions">
                <h2>"Where you are logged in"</h2>
                <ul class="field-list">{rows}</ul>
                {others.then(|| view! {
                    <form method="post" action=Self::PAGE.path>
                        <input type="hidden" name="do" value="others" />
                        <button class="btn" type="submit">"Log out everywhere else"</button>
                    </form>
                })}
            </section>
        }
        .into_any()
    }

    fn frame(content: AnyView) -> AnyView {
        own_frame(Self::PAGE.title, Self::ABOUT, content)
    }
}

/// What was typed into a field of this form never comes back.
fn password(email: &str, state: &FormState) -> AnyView {
    view! {
        <form class="form config-form" method="post" action=Account::PAGE.path aria-label="Change password">
            <FormError message=state.general(&["current", "password", "repeated"]) />
            <input type="hidden" name="do" value="password" />
            // So that a password manager knows whose it is.
            <input hidden type="email" autocomplete="username" value=email.to_string() />
            <Field name="current" label="Current password" kind="password" autocomplete="current-password" required=true error=state.error("current") />
            <div class="pair">
                <Field name="password" label="New password" kind="password" autocomplete="new-password" hint="At least 10 characters" required=true error=state.error("password") />
                <Field name="repeated" label="Repeat it" kind="password" autocomplete="new-password" required=true error=state.error("repeated") />
            </div>
            <div class="form-actions">
                <button class="btn primary" type="submit">"Change password"</button>
                <span class="hint">"All other sessions end."</span>
            </div>
        </form>
    }
    .into_any()
}

fn row(session: &SessionRow) -> AnyView {
    let name = device_name(&session.agent);
    let known = !session.address.is_empty();
    let from = known.then(|| format!(" · from {}", place(&session.address, &session.country)));
    let end = (!session.current).then(|| {
        let warning = "Pages that are open there go to the login.".to_string();
        asking_button(Account::PAGE.path, "end", "Log out", &session.id.to_string(), &name, warning)
    });
    view! {
        <li class="config-line">
            <span class="field-name">
                <strong title=session.agent.clone()>{name.clone()}</strong>
                {session.current.then(|| view! { <span class="tag">"This one"</span> })}
            </span>
            <span class="hint">"Last seen: " <Time at=session.last_seen_at style=TimeStyle::Row /></span>
            <span class="config-actions">{end}</span>
            <span class="hint line-more">"Logged in " <Time at=session.created_at style=TimeStyle::Row />{from}</span>
        </li>
    }
    .into_any()
}
