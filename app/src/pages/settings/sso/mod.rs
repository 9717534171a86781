//! Single sign-on: the provider, who comes in by it, and who keeps a password.

mod form;

use crate::page_table::{self, PageInfo};
use crate::server_page::PageRequest;
use crate::server_page::form::{FormData, FormState};
use crate::server_page::page::{ServerPage, asking_button, copy_line, page_error};
use crate::ui::time::{Time, TimeStyle};
use leptos::prelude::*;
use rapport_domain::AppError;
use rapport_domain::own_role::OwnRole;
use rapport_domain::sso::{BreakGlass, Linked};
use rapport_services::{Result, roles, sso};

/// Where providers send people back to.
const BACK: &str = "/login/sso/callback";

pub struct SingleSignOn;

/// What the page shows.
pub struct Shown {
    sso: sso::Shown,
    roles: Vec<OwnRole>,
}

impl ServerPage for SingleSignOn {
    const PAGE: PageInfo = page_table::SINGLE_SIGN_ON;
    const ABOUT: &'static str = "People log in with the account that they have at your provider: Keycloak, Entra ID, Okta, Google and whatever else speaks OpenID Connect. The second factor is then up to the provider: Rapport asks for none.";
    const FLASHES: &'static [(&'static str, &'static str)] = &[
        ("saved", "Saved. Now test it"),
        ("removed", "Single sign-on removed"),
        ("tested", "The provider answers, and knows the client ID and secret"),
        ("marked", "Saved"),
        ("unlinked", "Unlinked: the next log-in links them again"),
    ];
    type Data = Shown;

    async fn load(request: &PageRequest) -> Result<Shown> {
        let sso = sso::shown(&request.ctx).await?;
        Ok(Shown { sso, roles: roles::list(&request.ctx).await? })
    }

    async fn act(request: &PageRequest, form: &FormData) -> Result<&'static str> {
        let ctx = &request.ctx;
        match form.text("do") {
            "save" => {
                let seen = form.filled("version").map(|_| form.parse("version")).transpose()?;
                sso::save(ctx, form::input(form), seen).await.map(|()| "saved")
            }
            "test" => {
                sso::test(ctx, &request.providers, &redirect(request)).await.map(|()| "tested")
            }
            "remove" => sso::remove(ctx).await.map(|()| "removed"),
            "unlink" => sso::unlink(ctx, form.parse("id")?).await.map(|()| "unlinked"),
            "mark" => {
                let unreadable = |_| AppError::Transport("Reload the page and try again.".into());
                let marked = form.all("admin").map(|id| id.parse().map_err(unreadable));
                sso::set_break_glass(ctx, &marked.collect::<Result<Vec<_>>>()?).await?;
                Ok("marked")
            }
            _ => Err(AppError::NotFound),
        }
    }

    fn view(shown: Shown, request: &PageRequest, state: &FormState) -> AnyView {
        let Shown { sso, roles } = shown;
        let set_up = sso.rules.is_some();
        let test = set_up.then(|| test(state));
        view! {
            {page_error(state, &["remove", "unlink"])}
            <section class="field-section" aria-label="At the provider">
                <h2>"At the provider"</h2>
                <p class="hint">"Register Rapport there as a confidential web client with the authorization code flow, and enter this redirect address:"</p>
                {copy_line("Redirect address", &redirect(request))}
            </section>
            {test}
            {form::provider(sso.rules, &roles, &state.of("save"))}
            {set_up.then(|| break_glass(&sso.admins, &state.of("mark")))}
            {(!sso.linked.is_empty()).then(|| linked(&sso.linked))}
            {set_up.then(|| {
                let warning = "Passwords work again. People stay, and keep their roles.".to_string();
                asking_button(Self::PAGE.path, "remove", "Remove", "", "single sign-on", warning)
            })}
        }
        .into_any()
    }
}

fn redirect(request: &PageRequest) -> String {
    format!("{}{BACK}", request.origin())
}

fn test(state: &FormState) -> AnyView {
    view! {
        <section class="field-section" aria-label="Test">
            <h2>"Test"</h2>
            {page_error(state, &["test"])}
            <form method="post" action=SingleSignOn::PAGE.path>
                <input type="hidden" name="do" value="test" />
                <button class="btn" type="submit">"Test what is saved"</button>
                <span class="hint">" Asks the provider, and says in words what is wrong. Nobody is logged in or out."</span>
            </form>
        </section>
    }
    .into_any()
}

fn break_glass(admins: &[BreakGlass], state: &FormState) -> AnyView {
    let boxes = admins.iter().map(|admin| {
        let id = admin.user.to_string();
        let ticked = state.has("admin", &id, admin.marked);
        view! {
            <label class="check">
                <input type="checkbox" name="admin" value=id.clone() checked=ticked />
                {admin.name.clone()}" "<span class="hint">{admin.email.clone()}</span>
            </label>
        }
    });
    view! {
        <form class="form config-form" method="post" action=SingleSignOn::PAGE.path aria-label="Who keeps a password">
            {page_error(state, &["mark"])}
            <input type="hidden" name="do" value="mark" />
            <fieldset class="checks">
                <legend>"Admins who keep a password"</legend>
                <p class="hint">"They can log in when the provider is down, even where passwords are refused, and groups never change their role. Give them two-factor and a password that is kept in a safe."</p>
                {boxes.collect_view()}
            </fieldset>
            <div class="form-actions"><button class="btn" type="submit">"Save who keeps a password"</button></div>
        </form>
    }
    .into_any()
}

fn linked(people: &[Linked]) -> AnyView {
    let row = |person: &Linked| {
        let warning =
            "The next person who logs in with their address is linked as them. Their sessions stay.".into();
        let id = person.user.to_string();
        let path = SingleSignOn::PAGE.path;
        view! {
            <li class="config-line">
                <span class="field-name"><strong>{person.name.clone()}</strong><span class="hint">{person.email.clone()}</span></span>
                <span class="hint">"Last came: "<Time at=person.used_at style=TimeStyle::Row /></span>
                <span class="config-actions">{asking_button(path, "unlink", "Part", &id, &person.name, warning)}</span>
            </li>
        }
    };
    view! {
        <section class="field-section" aria-label="People who use it">
            <h2>"People who use it"</h2>
            <ul class="field-list">{people.iter().map(row).collect_view()}</ul>
        </section>
    }
    .into_any()
}
