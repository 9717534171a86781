//! People: who works here, in which role, and who is invited.

mod form;

use crate::page_table::{self, PageInfo};
use crate::server_page::PageRequest;
use crate::server_page::form::{FormData, FormState};
use crate::server_page::page::{
    ServerPage, action_button, asking_button, copy_line, once_panel, page_error,
};
use crate::ui::avatar::Avatar;
use crate::ui::icon::Icon;
use crate::ui::time::{Time, TimeStyle};
use leptos::prelude::*;
use leptos_router::params::ParamsMap;
use rapport_domain::money::grouped;
use rapport_domain::own_role::OwnRole;
use rapport_domain::people::{GivenRole, Invitation, InviteInput, People, PersonRow};
use rapport_domain::{AppError, UserId, limits};
use rapport_services::people::HandOver;
use rapport_services::{Result, passwords, people, roles, two_factor};

pub struct PeoplePage;

/// What the page shows.
pub struct Shown {
    people: People,
    /// Each with its link.
    invitations: Vec<(Invitation, String)>,
    can_mail: bool,
    roles: Vec<OwnRole>,
}

impl ServerPage for PeoplePage {
    const PAGE: PageInfo = page_table::PEOPLE;
    const ABOUT: &'static str =
        "Everybody who works here. Deactivate people who leave: what they wrote and did stays.";
    const FLASHES: &'static [(&'static str, &'static str)] = &[
        ("invited", "Invited"),
        ("resent", "The link works for another seven days"),
        ("revoked", "Invitation revoked"),
        ("role", "Role changed"),
        ("deactivated", "Deactivated: they are logged out everywhere"),
        ("reactivated", "Reactivated: they can log in again"),
        (
            "two-factor-off",
            "Two-factor is off and passkeys are removed: the password alone lets them in",
        ),
    ];
    type Data = Shown;

    async fn load(request: &PageRequest) -> Result<Shown> {
        let ctx = &request.ctx;
        let invitations = people::invitations(ctx).await?;
        let here = |(one, path)| (one, format!("{}{path}", request.origin()));
        let invitations = invitations.into_iter().map(here).collect();
        let after = request.query("after").and_then(|id| id.parse().ok());
        let people = people::list(ctx, request.query("q").unwrap_or_default(), after).await?;
        let roles = roles::list(ctx).await?;
        Ok(Shown { people, invitations, can_mail: people::can_mail(ctx).await?, roles })
    }

    async fn act(request: &PageRequest, form: &FormData) -> Result<&'static str> {
        let ctx = &request.ctx;
        let person = || form.parse::<UserId>("id");
        match form.text("do") {
            "invite" => {
                let emails = form.text("emails").to_string();
                people::invite(
                    ctx,
                    InviteInput { emails, role: GivenRole::read(form.text("role"))? },
                )
                .await?;
                Ok("invited")
            }
            "resend" => people::resend(ctx, form.parse("id")?).await.map(|()| "resent"),
            "revoke" => people::revoke(ctx, form.parse("id")?).await.map(|()| "revoked"),
            "role" => {
                match GivenRole::read(form.text("role"))? {
                    GivenRole::Own(own) => roles::give(ctx, person()?, own).await?,
                    GivenRole::BuiltIn(role) => people::set_role(ctx, person()?, role).await?,
                }
                Ok("role")
            }
            "deactivate" => {
                let hand = HandOver::read(form.text("hand_over"))?;
                people::leave(ctx, person()?, hand).await.map(|_| "deactivated")
            }
            "two-factor-off" => two_factor::reset(ctx, person()?).await.map(|()| "two-factor-off"),
            "reactivate" => people::reactivate(ctx, person()?).await.map(|()| "reactivated"),
            "reset" => {
                let path = passwords::make_reset(ctx, person()?).await?;
                request.show_once(format!("{}{path}", request.origin()));
                Ok("reset")
            }
            _ => Err(AppError::NotFound),
        }
    }

    fn view(shown: Shown, request: &PageRequest, state: &FormState) -> AnyView {
        let Shown { people, invitations, can_mail, roles } = shown;
        let once = request.once().map(|link| {
            let about = "Pass this link on: it sets a new password, once, within a day. It is not shown again.";
            once_panel("Link for a new password", about.into(), link)
        });
        let inviting = request.query("new").is_some();
        let edited = request.query("edit").and_then(|wanted| {
            let person = people.rows.iter().find(|p| p.id.to_string() == wanted)?;
            Some(form::role(person, &roles, &state.of("role")))
        });
        let own = request.viewer.user;
        let q = request.query("q").unwrap_or_default();
        let rows = people.rows.iter();
        let rows = rows.map(|one| row(one, one.id == own, &people.rows)).collect_view();
        let now = request.ctx.now;
        let waiting: Vec<_> =
            invitations.into_iter().map(|(one, link)| invited(one, link, now)).collect();
        view! {
            {page_error(state, &["deactivate", "reactivate", "resend", "revoke", "reset", "two-factor-off"])}
            {once}
            <p class="config-actions">
                <a class="btn primary" href=format!("{}?new=1", Self::PAGE.path)><Icon name="plus" />"Invite people"</a>
            </p>
            {inviting.then(|| form::invite(can_mail, &roles, &state.of("invite")))}
            {(!waiting.is_empty()).then(|| view! {
                <section class="field-section" aria-label="Invitations">
                    <h2>"Invited"</h2>
                    {(!can_mail).then(|| view! { <p class="hint">"No mailbox can send yet, so no mail leaves: pass the links on yourself."</p> })}
                    <ul class="field-list">{waiting}</ul>
                </section>
            })}
            <section class="field-section" aria-label="Members">
                <h2>"Members"</h2>
                {find(q, people.total)}
                {edited}
                {people.rows.is_empty().then(|| view! { <p class="hint">"No name or address matches."</p> })}
                <ul class="field-list">{rows}</ul>
                {pages(q, request.query("after").is_some(), &people)}
            </section>
        }
        .into_any()
    }
}

/// Where there are more people than a page shows, or somebody was looked for.
fn find(q: &str, total: i64) -> Option<AnyView> {
    if total <= limits::PEOPLE_ROWS && q.is_empty() {
        return None;
    }
    let summary = match (q.is_empty(), total) {
        (true, n) => format!("{} people", grouped(n)),
        (false, 1) => "1 person matches".into(),
        (false, n) => format!("{} people match", grouped(n)),
    };
    let form = view! {
        <form class="log-search" action=PeoplePage::PAGE.path method="get" role="search">
            <input class="input" type="search" name="q" aria-label="Find a member" placeholder="Name or address" maxlength=limits::SEARCH_CHARS value=q.to_string() />
            <button class="btn" type="submit">"Find"</button>
        </form>
        <p class="hint">{summary}</p>
    };
    Some(form.into_any())
}

/// The ways on from this page of people.
fn pages(q: &str, later: bool, people: &People) -> Option<AnyView> {
    let address = |after: Option<UserId>| {
        let mut params = ParamsMap::new();
        if !q.is_empty() {
            params.insert("q", q.to_string());
        }
        if let Some(after) = after {
            params.insert("after", after.to_string());
        }
        format!("{}{}", PeoplePage::PAGE.path, params.to_query_string())
    };
    let first = later.then(|| view! { <a class="btn" href=address(None)>"First page"</a> });
    let last = people.rows.last().filter(|_| people.more).map(|person| person.id);
    let next = last.map(|last| {
        view! { <a class="btn" rel="next" href=address(Some(last))>"Next page"</a> }
    });
    (later || people.more).then(|| {
        view! { <nav class="customers-pages" aria-label="Pages">{first}{next}</nav> }.into_any()
    })
}

fn row(person: &PersonRow, own: bool, all: &[PersonRow]) -> AnyView {
    let (id, name, path) = (person.id.to_string(), person.name.clone(), PeoplePage::PAGE.path);
    let disabled = person.disabled_at.is_some();
    let actions = if disabled {
        action_button(path, "reactivate", "Reactivate", &id, &name)
    } else {
        let second = person.two_factor || person.passkeys;
        let verb = if person.two_factor { "Turn off two-factor" } else { "Remove passkeys" };
        let phone = match (person.two_factor, person.passkeys) {
            (true, true) => {
                "For somebody who lost their phone and their codes. Their passkeys are removed as well: their password alone lets them in until they set both up again."
            }
            (true, false) => {
                "For somebody who lost their phone and their codes. Their password alone lets them in until they set it up again."
            }
            (false, _) => {
                "For somebody who lost the devices that hold them. Their password alone lets them in until they add new ones."
            }
        };
        view! {
            <a class="btn quiet" href=format!("{path}?edit={id}") aria-label=format!("Change role: {name}")>"Change role"</a>
            {action_button(path, "reset", "Password link", &id, &name)}
            {second.then(|| asking_button(path, "two-factor-off", verb, &id, &name, phone.into()))}
            {(!own).then(|| form::deactivate(person, all))}
        }
        .into_any()
    };
    let seen = match person.last_seen_at {
        Some(at) => view! { "Last seen: " <Time at=at style=TimeStyle::Row /> }.into_any(),
        None => "Never seen".into_any(),
    };
    let teams = person.teams.join(", ");
    view! {
        <li class="config-line person-line">
            <span class="person">
                <Avatar name=name.clone() of=Some(person.id) />
                <span class="field-name">
                    <strong>{name.clone()}</strong>
                    {own.then(|| view! { <span class="tag">"You"</span> })}
                    {disabled.then(|| view! { <span class="tag">"Deactivated"</span> })}
                    {person.two_factor.then(|| view! { <span class="tag ok">"Two-factor"</span> })}
                    {person.passkeys.then(|| view! { <span class="tag ok">"Passkey"</span> })}
                    {person.away.then(|| view! { <span class="tag">"Away"</span> })}
                    <span class="hint">{person.email.clone()}</span>
                </span>
            </span>
            <span class="person-facts">
                <span>{person.role_label().to_string()}{(!teams.is_empty()).then(|| format!(" · {teams}"))}</span>
                <span class="hint">{seen}</span>
            </span>
            <span class="config-actions">{actions}</span>
        </li>
    }
    .into_any()
}

fn invited(invitation: Invitation, link: String, now: chrono::DateTime<chrono::Utc>) -> AnyView {
    let (id, email, path) = (invitation.id.to_string(), invitation.email, PeoplePage::PAGE.path);
    let over = invitation.expires_at <= now;
    let verb = if over { "Expired: " } else { "Expires: " };
    let mailed = match invitation.mailed_at {
        Some(at) => view! { " · Mail left: " <Time at=at style=TimeStyle::Row /> }.into_any(),
        None => " · No mail left yet".into_any(),
    };
    let by = invitation.invited_by.map(|name| format!("by {name} · "));
    let warning = "The link stops working at once.".to_string();
    view! {
        <li class="config-line person-line">
            <span class="field-name">
                <strong>{email.clone()}</strong>
                {over.then(|| view! { <span class="tag warn">"Expired"</span> })}
            </span>
            <span class="person-facts">
                <span>{invitation.role.clone()}</span>
                <span class="hint">{by}{verb}<Time at=invitation.expires_at style=TimeStyle::Row />{mailed}</span>
            </span>
            <span class="config-actions">
                {action_button(path, "resend", "Send again", &id, &email)}
                {asking_button(path, "revoke", "Revoke", &id, &email, warning)}
            </span>
            {(!over).then(|| view! { <span class="line-more">{copy_line(&format!("Link for {email}"), &link)}</span> })}
        </li>
    }
    .into_any()
}
