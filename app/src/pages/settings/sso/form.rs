//! The form of the provider: who it is, whom it lets in, and as what.

use crate::page_table::SINGLE_SIGN_ON;
use crate::server_page::form::{FormData, FormState};
use crate::ui::field::{Field, FieldHelp, FormError};
use crate::ui::textarea::TextArea;
use leptos::prelude::*;
use rapport_domain::own_role::OwnRole;
use rapport_domain::people::GivenRole;
use rapport_domain::sso::{Joins, SsoInput, SsoRules};
use rapport_domain::{Role, limits};

/// Fields that show their own error.
const SHOWN: [&str; 10] = [
    "issuer",
    "client_id",
    "secret",
    "button",
    "domains",
    "groups_claim",
    "groups",
    "joins",
    "default_role",
    "only",
];
/// Empty rows below the groups that are there.
const MORE_GROUPS: usize = 3;

/// What was typed.
pub fn input(form: &FormData) -> SsoInput {
    let text = |name: &str| form.text(name).to_string();
    SsoInput {
        issuer: text("issuer"),
        client_id: text("client_id"),
        secret: form.filled("secret"),
        button: text("button"),
        domains: form.lines("domains"),
        trusts_addresses: form.ticked("trusts_addresses"),
        groups_claim: text("groups_claim"),
        groups: rows(form),
        joins: text("joins"),
        default_role: text("default_role"),
        only: form.ticked("only"),
    }
}

fn rows(form: &FormData) -> Vec<(String, String)> {
    let pairs = form.all("group").zip(form.all("group_role"));
    pairs.map(|(group, role)| (group.to_string(), role.to_string())).collect()
}

/// The whole form, of a provider that is set up or of a new one.
pub fn provider(stored: Option<(SsoRules, i32)>, own: &[OwnRole], state: &FormState) -> AnyView {
    let (rules, version) = stored.unzip();
    let is_new = rules.is_none();
    let text = |name: &str, stored: fn(&SsoRules) -> &str| {
        state.value(name, rules.as_ref().map(stored).unwrap_or_default())
    };
    let only = state.ticked("only", rules.as_ref().is_some_and(|rules| rules.only));
    let secret = match is_new {
        true => "As the provider shows it. It is stored sealed, and not shown again.",
        false => "Empty keeps the one that is stored.",
    };
    view! {
        <form class="form config-form" method="post" action=SINGLE_SIGN_ON.path aria-label="Provider">
            <FormError message=state.general(&SHOWN) />
            <input type="hidden" name="do" value="save" />
            {version.map(|version| view! { <input type="hidden" name="version" value=version.to_string() /> })}
            <Field name="issuer" label="Issuer" kind="url" required=true maxlength=limits::LINE_CHARS value=text("issuer", |r| &r.issuer) hint="Such as https://id.acme.example/realms/acme" error=state.error("issuer") />
            <div class="pair">
                <Field name="client_id" label="Client ID" required=true maxlength=limits::LINE_CHARS autocomplete="off" value=text("client_id", |r| &r.client_id) error=state.error("client_id") />
                <Field name="secret" label="Client secret" kind="password" required=is_new autocomplete="off" hint=secret error=state.error("secret") />
            </div>
            <Field name="button" label="Name on the button" maxlength=limits::LABEL_CHARS value=text("button", |r| &r.button) hint="Such as: Log in with Acme" error=state.error("button") />
            {people(rules.as_ref(), state)}
            {groups(rules.as_ref(), own, state)}
            <label class="check">
                <input type="checkbox" name="only" value="1" checked=only aria-describedby="only-help" />
                "Refuse passwords"
            </label>
            <FieldHelp id="only-help".into() hint="Passwords, reset links and passkeys stop working for everybody but the admins who keep a password. Sessions that are open stay. rapport admin allow-passwords takes it back." error=state.error("only") />
            <div class="form-actions"><button class="btn primary" type="submit">"Save"</button></div>
        </form>
    }
    .into_any()
}

/// Who may come in.
fn people(rules: Option<&SsoRules>, state: &FormState) -> AnyView {
    let domains = rules.map(|rules| rules.domains.join("\n")).unwrap_or_default();
    let chosen = rules.map_or(Joins::Invited, |rules| rules.joins);
    let chosen = state.value("joins", chosen.as_str());
    let trusts = state.ticked("trusts_addresses", rules.is_some_and(|r| r.trusts_addresses));
    let joins = Joins::ALL.iter().map(|joins| {
        let word = joins.as_str();
        view! {
            <label class="check">
                <input type="radio" name="joins" value=word checked=word == chosen />
                {joins.label()}
            </label>
        }
    });
    view! {
        <fieldset class="checks">
            <legend>"Who becomes a member by logging in"</legend>
            {joins.collect_view()}
            <FieldHelp id="joins-help".into() hint="Members are found by their e-mail address the first time, and by their ID at the provider from then on. Deactivated people stay out." error=state.error("joins") />
        </fieldset>
        <label class="field-row">
            <span class="field-label">"E-mail domains"</span>
            <TextArea name="domains" label="E-mail domains" rows=2 maxlength=5_000 placeholder="acme.example" value=state.value("domains", domains) />
            <FieldHelp id="domains-help".into() hint="One per line. New people need an address at one of these domains; leave empty to allow any." error=state.error("domains") />
        </label>
        <label class="check">
            <input type="checkbox" name="trusts_addresses" value="1" checked=trusts />
            "Trust addresses that the provider does not mark as verified"
        </label>
        <p class="hint">"Only for a directory of your own, such as an Entra ID tenant, which never marks them. Where people choose their own address, it lets them log in as anybody."</p>
    }
    .into_any()
}

/// What people may do.
fn groups(rules: Option<&SsoRules>, own: &[OwnRole], state: &FormState) -> AnyView {
    let stored = || {
        let rows = rules.iter().flat_map(|rules| &rules.groups);
        rows.map(|row| (row.group.clone(), row.role.as_word())).collect::<Vec<_>>()
    };
    let mut shown = state.0.as_ref().map_or_else(stored, |(form, _)| rows(form));
    shown.retain(|(group, _)| !group.trim().is_empty());
    let free = limits::SSO_GROUPS_MAX.saturating_sub(shown.len()).min(MORE_GROUPS);
    shown.extend(vec![(String::new(), Role::Agent.as_str().to_string()); free]);
    let lines = shown.into_iter().zip(1..).map(|((group, role), n)| {
        view! {
            <div class="pair">
                <input class="input" name="group" maxlength=limits::NAME_CHARS value=group aria-label=format!("Group {n}") placeholder="A group’s name or id" />
                {role_select("group_role", format!("Role of group {n}"), &role, own)}
            </div>
        }
    });
    let claim = rules.map(|rules| rules.groups_claim.clone()).unwrap_or_default();
    let default = rules.map_or(GivenRole::BuiltIn(Role::Agent), |rules| rules.default_role);
    let default = state.value("default_role", default.as_word());
    view! {
        <Field name="groups_claim" label="Claim with the groups" maxlength=limits::NAME_CHARS value=state.value("groups_claim", claim) hint="Such as groups, or realm_access.roles. Empty: roles are given in Rapport alone." error=state.error("groups_claim") />
        <fieldset class="checks">
            <legend>"Roles from groups"</legend>
            {lines.collect_view()}
            <FieldHelp id="groups-help".into() hint="The first group that somebody is in gives the role, at each log-in. The last admin stays one." error=state.error("groups") />
        </fieldset>
        <label class="field-row">
            <span class="field-label">"Role without a group"</span>
            {role_select("default_role", "Role without a group".into(), &default, own)}
            <FieldHelp id="default-role-help".into() hint="Of those who become members by their domain." error=state.error("default_role") />
        </label>
    }
    .into_any()
}

fn role_select(name: &'static str, label: String, chosen: &str, own: &[OwnRole]) -> AnyView {
    let built_in = Role::ALL.map(|role| (role.as_str().to_string(), role.label().to_string()));
    let own = own.iter().map(|role| (role.id.to_string(), role.name.clone()));
    let options = built_in.into_iter().chain(own).map(|(word, shown)| {
        let selected = word == chosen;
        view! { <option value=word selected=selected>{shown}</option> }
    });
    view! { <select name=name aria-label=label>{options.collect_view()}</select> }.into_any()
}
