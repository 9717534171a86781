//! The form of one mailbox. Passwords and keys go in and never come back out.

use super::api::{PAGE, SaveMailbox};
use crate::ui::field::{Field, FieldHelp, FormError};
use crate::ui::textarea::TextArea;
use leptos::form::ActionForm;
use leptos::prelude::*;
use rapport_domain::mailbox::{MailServer, Mailbox, Tls};
use rapport_domain::{AppError, MailboxId, Uuid, limits};

#[component]
pub fn MailboxForm(mailbox: Option<Mailbox>, save: ServerAction<SaveMailbox>) -> impl IntoView {
    let error = move |field: &'static str| {
        Signal::derive(move || {
            save.value().get().and_then(Result::err)?.0.field(field).map(String::from)
        })
    };
    let general = Signal::derive(move || match save.value().get()?.err()?.0 {
        AppError::Invalid(_) => Some("Not saved: some fields below are wrong.".to_string()),
        other => Some(other.to_string()),
    });
    let new = mailbox.is_none();
    let known = mailbox.as_ref().map(|m| (m.id.to_string(), m.version));
    let m = mailbox.unwrap_or_else(blank);
    let dkim = m.dkim;
    let key_set = dkim.as_ref().is_some_and(|d| d.key_set);
    let (domain, selector) = dkim.map(|d| (d.domain, d.selector)).unwrap_or_default();
    let is_default = m.is_default;
    view! {
        <ActionForm action=save attr:class="form mailbox-form" attr:aria-label=if new { "New mailbox" } else { "Edit mailbox" }>
            <FormError message=general />
            {known.map(|(id, version)| view! {
                <input type="hidden" name="id" value=id />
                <input type="hidden" name="version" value=version />
            })}
            <fieldset>
                <legend>"Address"</legend>
                <div class="pair">
                    <Field name="address" label="E-mail address" kind="email" required=true value=m.address error=error("address") />
                    <Field name="name" label="Name" required=true maxlength=limits::NAME_CHARS value=m.name hint="Behind the agent's: Priya Raman (Acme Support)." error=error("name") />
                </div>
                <label class="field-row">
                    <span class="field-label">"Signature"</span>
                    <TextArea name="signature" label="Signature" rows=3 maxlength=limits::SIGNATURE_CHARS value=m.signature />
                    <FieldHelp id="signature-help".into() hint="Plain text below each answer." error=error("signature") />
                </label>
                <label class="check">
                    <input type="checkbox" name="is_default" value="1" checked=is_default disabled=is_default />
                    "Answers tickets that came by another way"
                </label>
            </fieldset>
            <Server kind="smtp" title="Sending (SMTP)" port="587" server=m.smtp error />
            <Server kind="imap" title="Receiving (IMAP)" port="993" server=m.imap error />
            <Field name="imap_folder" label="Folder" value=m.imap_folder hint="The folder whose new mail becomes tickets." error=error("imap_folder") />
            <fieldset>
                <legend>"DKIM"</legend>
                <p class="hint">"Signs each mail, so that it is not taken for spam. Not needed where the SMTP server signs."</p>
                <div class="pair">
                    <Field name="dkim_domain" label="Domain" value=domain error=error("dkim_domain") />
                    <Field name="dkim_selector" label="Selector" value=selector error=error("dkim_selector") />
                </div>
                <label class="field-row">
                    <span class="field-label">"Private key (PEM)"</span>
                    <TextArea name="dkim_key" label="Private key" rows=3 maxlength=limits::DKIM_KEY_CHARS />
                    <FieldHelp id="dkim_key-help".into() hint=if key_set { "One is stored; leave this empty to keep it." } else { "RSA with 2048 bits or more, or Ed25519." } error=error("dkim_key") />
                </label>
            </fieldset>
            <div class="form-actions">
                <button class="btn primary" type="submit" disabled=save.pending()>"Save mailbox"</button>
                <a class="btn quiet" href=PAGE>"Cancel"</a>
            </div>
        </ActionForm>
    }
}

/// What the form of a new mailbox starts from.
fn blank() -> Mailbox {
    Mailbox {
        id: MailboxId(Uuid::nil()),
        address: String::new(),
        name: String::new(),
        signature: String::new(),
        is_default: false,
        outbox: false,
        smtp: None,
        imap: None,
        imap_folder: "INBOX".into(),
        dkim: None,
        version: 0,
    }
}

#[component]
fn Server<E>(
    kind: &'static str,
    title: &'static str,
    port: &'static str,
    server: Option<MailServer>,
    error: E,
) -> impl IntoView
where
    E: Fn(&'static str) -> Signal<Option<String>> + Copy + 'static,
{
    let smtp = kind == "smtp";
    let of = move |smtp_field, imap_field| error(if smtp { smtp_field } else { imap_field });
    let tls = server.as_ref().map_or(if smtp { Tls::Starttls } else { Tls::Implicit }, |s| s.tls);
    let password_set = server.as_ref().is_some_and(|s| s.password_set);
    let port = server.as_ref().map_or_else(|| port.to_string(), |s| s.port.to_string());
    let user = server.as_ref().and_then(|s| s.user.clone()).unwrap_or_default();
    let host = server.map(|s| s.host).unwrap_or_default();
    let hint = if password_set { "One is stored; leave this empty to keep it." } else { "" };
    view! {
        <fieldset>
            <legend>{title}</legend>
            <div class="pair">
                <Field name=format!("{kind}[host]") label="Server" value=host hint="Empty: none." error=of("smtp_host", "imap_host") />
                <Field name=format!("{kind}[port]") label="Port" kind="number" value=port error=of("smtp_port", "imap_port") />
            </div>
            <label class="field-row">
                <span class="field-label">"Encryption"</span>
                <select name=format!("{kind}[tls]")>
                    {Tls::ALL.iter().map(|t| view! { <option value=t.as_str() selected=*t == tls>{t.label()}</option> }).collect_view()}
                </select>
            </label>
            <div class="pair">
                <Field name=format!("{kind}[user]") label="User name" value=user autocomplete="off" error=of("smtp_user", "imap_user") />
                <Field name=format!("{kind}[password]") label="Password" kind="password" autocomplete="new-password" hint=hint error=of("smtp_password", "imap_password") />
            </div>
        </fieldset>
    }
}
