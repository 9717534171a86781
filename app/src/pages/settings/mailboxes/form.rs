//! The form of one mailbox. Passwords and keys go in and never come back out.

use super::Mailboxes;
use crate::server_page::form::{FormData, FormState};
use crate::server_page::page::ServerPage;
use crate::ui::field::{Field, FieldHelp, FormError};
use crate::ui::textarea::TextArea;
use leptos::prelude::*;
use rapport_domain::mailbox::{MailServer, Mailbox, MailboxInput, ServerInput, Tls};
use rapport_domain::team::Team;
use rapport_domain::{AppError, limits};

/// The fields that show their own error.
const FIELDS: [&str; 15] = [
    "address",
    "name",
    "signature",
    "smtp_host",
    "smtp_port",
    "smtp_user",
    "smtp_password",
    "imap_host",
    "imap_port",
    "imap_user",
    "imap_password",
    "imap_folder",
    "dkim_domain",
    "dkim_selector",
    "dkim_key",
];

/// The mailbox as the form says it.
pub fn input(form: &FormData) -> Result<MailboxInput, AppError> {
    Ok(MailboxInput {
        address: form.text("address").into(),
        name: form.text("name").into(),
        signature: form.text("signature").into(),
        quotes: form.ticked("quotes"),
        is_default: form.ticked("is_default"),
        team_id: if form.text("team").is_empty() { None } else { Some(form.parse("team")?) },
        smtp: Some(server(form, "smtp")?),
        imap: Some(server(form, "imap")?),
        imap_folder: form.filled("imap_folder"),
        dkim_domain: form.filled("dkim_domain"),
        dkim_selector: form.filled("dkim_selector"),
        dkim_key: form.filled("dkim_key"),
    })
}

fn server(form: &FormData, kind: &str) -> Result<ServerInput, AppError> {
    let name = |part: &str| format!("{kind}_{part}");
    Ok(ServerInput {
        host: form.text(&name("host")).into(),
        // What is no number is no port, and the check says so.
        port: form.text(&name("port")).trim().parse().ok(),
        tls: form.parse(&name("tls"))?,
        user: form.filled(&name("user")),
        password: form.filled(&name("password")),
    })
}

/// The form of `mailbox`, or of a new one; `draft` is what was refused.
pub fn mailbox_form(mailbox: Option<Mailbox>, teams: &[Team], state: &FormState) -> AnyView {
    let path = Mailboxes::PAGE.path;
    let known = mailbox.as_ref().map(|m| (m.id.to_string(), m.version.to_string()));
    let action = format!("{path}?edit={}", known.as_ref().map_or("new", |(id, _)| id));
    let label = if known.is_some() { "Edit mailbox" } else { "New mailbox" };
    let m = mailbox.as_ref();
    let dkim = m.and_then(|m| m.dkim.as_ref());
    let key_set = dkim.is_some_and(|d| d.key_set);
    let stored = |of: fn(&Mailbox) -> &String| m.map(of).cloned().unwrap_or_default();
    let is_default = m.is_some_and(|m| m.is_default);
    let quotes = m.is_some_and(|m| m.quotes);
    let team =
        state.value("team", m.and_then(|m| m.team_id).map(|t| t.to_string()).unwrap_or_default());
    let teams = teams.iter().map(|t| {
        let id = t.id.to_string();
        view! { <option value=id.clone() selected=id == team>{t.name.clone()}</option> }
    });
    let field = |name: &str, stored: String| state.value(name, stored);
    let folder = m.map_or_else(|| "INBOX".into(), |m| m.imap_folder.clone());
    let domain = dkim.map(|d| d.domain.clone()).unwrap_or_default();
    let selector = dkim.map(|d| d.selector.clone()).unwrap_or_default();
    view! {
        <form class="form config-form" method="post" action=action aria-label=label>
            <FormError message=state.general(&FIELDS) />
            <input type="hidden" name="do" value="save" />
            {known.map(|(id, version)| view! {
                <input type="hidden" name="id" value=id />
                <input type="hidden" name="version" value=state.value("version", version) />
            })}
            <fieldset>
                <legend>"Address"</legend>
                <div class="pair">
                    <Field name="address" label="E-mail address" kind="email" required=true value=field("address", stored(|m| &m.address)) error=state.error("address") />
                    <Field name="name" label="Name" required=true maxlength=limits::NAME_CHARS value=field("name", stored(|m| &m.name)) hint="Shown after the agent's name: Priya Raman (Acme Support)." error=state.error("name") />
                </div>
                <label class="field-row">
                    <span class="field-label">"Signature"</span>
                    <TextArea name="signature" label="Signature" rows=3 maxlength=limits::SIGNATURE_CHARS value=field("signature", stored(|m| &m.signature)) />
                    <FieldHelp id="signature-help".into() hint="Plain text added below each answer; the author can change it." error=state.error("signature") />
                </label>
                <label class="check">
                    <input type="checkbox" name="quotes" value="1" checked=state.ticked("quotes", quotes) />
                    "Answers quote the last message"
                </label>
                <label class="field-row">
                    <span class="field-label">"Team"</span>
                    <select name="team">
                        <option value="">"None"</option>
                        {teams.collect_view()}
                    </select>
                    <span class="field-help">"Gets the tickets that arrive here."</span>
                </label>
                <label class="check">
                    <input type="checkbox" name="is_default" value="1" checked=state.ticked("is_default", is_default) disabled=is_default />
                    "Answers tickets that arrived another way"
                </label>
            </fieldset>
            {server_fields("smtp", "Sending (SMTP)", Tls::Starttls, "587", m.and_then(|m| m.smtp.as_ref()), state)}
            {server_fields("imap", "Receiving (IMAP)", Tls::Implicit, "993", m.and_then(|m| m.imap.as_ref()), state)}
            <Field name="imap_folder" label="Folder" value=field("imap_folder", folder) hint="The folder whose new mail becomes tickets." error=state.error("imap_folder") />
            <fieldset>
                <legend>"DKIM"</legend>
                <p class="hint">"Signs each mail so that it is not mistaken for spam. Not needed if the SMTP server signs."</p>
                <div class="pair">
                    <Field name="dkim_domain" label="Domain" value=field("dkim_domain", domain) error=state.error("dkim_domain") />
                    <Field name="dkim_selector" label="Selector" value=field("dkim_selector", selector) error=state.error("dkim_selector") />
                </div>
                <label class="field-row">
                    <span class="field-label">"Private key (PEM)"</span>
                    <TextArea name="dkim_key" label="Private key" rows=3 maxlength=limits::DKIM_KEY_CHARS />
                    <FieldHelp id="dkim_key-help".into() hint=if key_set { "One is stored; leave empty to keep it." } else { "RSA with 2048 bits or more, or Ed25519." } error=state.error("dkim_key") />
                </label>
            </fieldset>
            <div class="form-actions">
                <button class="btn primary" type="submit">"Save mailbox"</button>
                <a class="btn quiet" href=path>"Cancel"</a>
            </div>
        </form>
    }
    .into_any()
}

fn server_fields(
    kind: &str,
    title: &'static str,
    tls: Tls,
    port: &str,
    server: Option<&MailServer>,
    state: &FormState,
) -> impl IntoView + use<> {
    let name = |part: &str| format!("{kind}_{part}");
    let value = |part: &str, stored: String| state.value(&name(part), stored);
    let tls = value("tls", server.map_or(tls, |s| s.tls).as_str().into());
    let port = value("port", server.map_or_else(|| port.into(), |s| s.port.to_string()));
    let user = value("user", server.and_then(|s| s.user.clone()).unwrap_or_default());
    let host = value("host", server.map(|s| s.host.clone()).unwrap_or_default());
    let password_set = server.is_some_and(|s| s.password_set);
    let hint = if password_set { "One is stored; leave empty to keep it." } else { "" };
    let options = Tls::ALL.iter().map(
        |t| view! { <option value=t.as_str() selected=t.as_str() == tls>{t.label()}</option> },
    );
    view! {
        <fieldset>
            <legend>{title}</legend>
            <div class="pair">
                <Field name=name("host") label="Server" value=host hint="Empty: none." error=state.error(&name("host")) />
                <Field name=name("port") label="Port" kind="number" value=port error=state.error(&name("port")) />
            </div>
            <label class="field-row">
                <span class="field-label">"Encryption"</span>
                <select name=name("tls")>{options.collect_view()}</select>
            </label>
            <div class="pair">
                <Field name=name("user") label="User name" value=user autocomplete="off" error=state.error(&name("user")) />
                <Field name=name("password") label="Password" kind="password" autocomplete="new-password" hint=hint error=state.error(&name("password")) />
            </div>
        </fieldset>
    }
}
