//! The addresses a workspace answers from, and the servers behind them.

use crate::error::{AppError, Problems};
use crate::{MailboxId, TeamId, limits, text};
use serde::{Deserialize, Serialize};

crate::vocabulary! {
    /// How a connection to a mail server is protected.
    Tls {
        Implicit => "implicit", "TLS";
        Starttls => "starttls", "STARTTLS";
        None => "none", "None";
    }
}

/// A mail server as admins see it: the password never leaves again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct MailServer {
    pub host: String,
    pub port: u16,
    pub tls: Tls,
    pub user: Option<String>,
    pub password_set: bool,
}

/// What signs outgoing mail; the key never leaves again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct Dkim {
    pub domain: String,
    pub selector: String,
    pub key_set: bool,
}

/// An address that a workspace answers from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct Mailbox {
    pub id: MailboxId,
    pub address: String,
    pub name: String,
    pub signature: String,
    /// Whether answers quote the last message.
    pub quotes: bool,
    pub is_default: bool,
    /// The team of what comes here.
    pub team_id: Option<TeamId>,
    /// Mail stays in the local outbox: the demo's way.
    pub outbox: bool,
    pub smtp: Option<MailServer>,
    pub imap: Option<MailServer>,
    pub imap_folder: String,
    pub dkim: Option<Dkim>,
    /// To be sent back with a change.
    pub version: i32,
}

/// A mail server as a form says it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ServerInput {
    /// Empty: no such server.
    #[serde(default)]
    pub host: String,
    #[serde(default)]
    pub port: Option<u16>,
    pub tls: Tls,
    #[serde(default)]
    pub user: Option<String>,
    /// Absent or empty: the stored one stays as long as there is a user.
    #[serde(default)]
    #[cfg_attr(feature = "utoipa", schema(write_only))]
    pub password: Option<String>,
}

/// A mailbox as a form says it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct MailboxInput {
    pub address: String,
    pub name: String,
    #[serde(default)]
    pub signature: String,
    /// Whether answers quote the last message, unless their author says otherwise.
    #[serde(default)]
    pub quotes: bool,
    #[serde(default)]
    pub is_default: bool,
    /// The team of what comes here.
    #[serde(default)]
    pub team_id: Option<TeamId>,
    #[serde(default)]
    pub smtp: Option<ServerInput>,
    #[serde(default)]
    pub imap: Option<ServerInput>,
    /// `INBOX` unless said otherwise.
    #[serde(default)]
    pub imap_folder: Option<String>,
    #[serde(default)]
    pub dkim_domain: Option<String>,
    #[serde(default)]
    pub dkim_selector: Option<String>,
    /// A private key in PEM: RSA or Ed25519. Absent or empty: the stored one stays.
    #[serde(default)]
    #[cfg_attr(feature = "utoipa", schema(write_only))]
    pub dkim_key: Option<String>,
}

/// A server after checking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    pub host: String,
    pub port: u16,
    pub tls: Tls,
    pub user: Option<String>,
}

impl MailboxInput {
    /// The same with its text made storable, or what is wrong with it. Of the servers only
    /// those with a host are left.
    pub fn checked(mut self) -> Result<Self, AppError> {
        let mut p = Problems::default();
        self.address = p.check(text::email("address", &self.address)).unwrap_or_default();
        if !self.address.is_ascii() {
            p.add("address", "Only plain ASCII addresses can send.");
        }
        let name = text::required_line("name", &self.name, limits::NAME_CHARS);
        self.name = p.check(name).unwrap_or_default();
        self.signature = text::clean(&self.signature);
        if self.signature.chars().count() > limits::SIGNATURE_CHARS {
            p.add("signature", format!("At most {} characters fit.", limits::SIGNATURE_CHARS));
        }
        for (name, server) in [("smtp", &mut self.smtp), ("imap", &mut self.imap)] {
            *server = server.take().filter(|s| !s.host.trim().is_empty());
            if let Some(server) = server {
                server.check(name, &mut p);
            }
        }
        let mut line = |field: &str, value: &mut Option<String>| {
            let checked = text::optional_line(field, value.as_deref(), limits::NAME_CHARS);
            *value = p.check(checked).flatten();
        };
        line("imap_folder", &mut self.imap_folder);
        line("dkim_domain", &mut self.dkim_domain);
        line("dkim_selector", &mut self.dkim_selector);
        self.dkim_key = self.dkim_key.take().filter(|k| !k.trim().is_empty());
        if self.dkim_domain.is_some() != self.dkim_selector.is_some() {
            p.add("dkim_selector", "DKIM needs a domain and a selector.");
        }
        for (field, value) in
            [("dkim_domain", &self.dkim_domain), ("dkim_selector", &self.dkim_selector)]
        {
            if value.as_deref().is_some_and(|v| !is_host(v)) {
                p.add(field, "Letters, digits, dots and hyphens only.");
            }
        }
        if self.dkim_key.as_ref().is_some_and(|k| k.len() > limits::DKIM_KEY_CHARS) {
            p.add("dkim_key", "This is not a private key.");
        }
        p.finish()?;
        Ok(self)
    }
}

impl ServerInput {
    fn check(&mut self, name: &str, p: &mut Problems) {
        self.host = text::clean_line(&self.host).to_lowercase();
        let ip = self.host.parse::<std::net::IpAddr>().is_ok();
        if !ip && !is_host(&self.host) {
            p.add(&format!("{name}_host"), "This is not a host name.");
        }
        if self.port.is_none_or(|port| port == 0) {
            p.add(&format!("{name}_port"), "A server needs a port.");
        }
        let field = format!("{name}_user");
        let user = text::optional_line(&field, self.user.as_deref(), limits::LINE_CHARS);
        self.user = p.check(user).flatten();
        self.password = self.password.take().filter(|w| !w.is_empty());
        if self.password.as_ref().is_some_and(|w| w.chars().count() > limits::PASSWORD_CHARS) {
            p.add(&format!("{name}_password"), "This password is too long.");
        }
        if self.password.is_some() && self.user.is_none() {
            p.add(&field, "A password needs a user name.");
        }
    }

    /// What connecting needs, after [`MailboxInput::checked`].
    pub fn server(&self) -> Server {
        let port = self.port.unwrap_or_default();
        Server { host: self.host.clone(), port, tls: self.tls, user: self.user.clone() }
    }
}

fn is_host(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 253
        && text.split('.').all(|label| {
            (1..=63).contains(&label.len())
                && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input() -> MailboxInput {
        MailboxInput {
            address: "Support@Acme.example".into(),
            name: "Acme Support".into(),
            signature: String::new(),
            quotes: false,
            is_default: true,
            team_id: None,
            smtp: Some(ServerInput {
                host: "smtp.acme.example".into(),
                port: Some(587),
                tls: Tls::Starttls,
                user: None,
                password: None,
            }),
            imap: None,
            imap_folder: None,
            dkim_domain: None,
            dkim_selector: None,
            dkim_key: None,
        }
    }

    #[test]
    fn addresses_are_lower_cased_and_empty_servers_left_out() {
        let mut new = input();
        new.imap = Some(ServerInput { host: " ".into(), ..new.smtp.clone().unwrap() });
        let new = new.checked().unwrap();
        assert_eq!(new.address, "support@acme.example");
        assert_eq!(new.imap, None);
    }

    #[test]
    fn each_wrong_field_says_so() {
        let mut new = input();
        new.address = "süpport@acme.example".into();
        new.dkim_domain = Some("acme.example".into());
        let smtp = new.smtp.as_mut().unwrap();
        smtp.host = "smtp.acme.example/../x".into();
        smtp.port = Some(0);
        smtp.password = Some("secret".into());
        let error = new.checked().unwrap_err();
        for field in ["address", "smtp_host", "smtp_port", "smtp_user", "dkim_selector"] {
            assert!(error.field(field).is_some(), "{field}: {error:?}");
        }
    }

    #[test]
    fn hosts_may_be_names_or_addresses() {
        for host in ["localhost", "127.0.0.1", "::1", "mail_1.acme.example"] {
            let mut new = input();
            new.smtp.as_mut().unwrap().host = host.into();
            assert!(new.checked().is_ok(), "{host}");
        }
    }
}
