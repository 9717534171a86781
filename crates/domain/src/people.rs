//! The people of a workspace as admins see them, invitations, and one's own sessions and passkeys.

use crate::error::Problems;
use crate::{AppError, InvitationId, PasskeyId, Role, RoleId, UserId, Uuid, limits, text};
use chrono::{DateTime, Utc};
use std::net::IpAddr;

/// Somebody who works here, or did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonRow {
    pub id: UserId,
    pub name: String,
    pub email: String,
    pub role: Role,
    /// A role of the workspace's own, which counts instead.
    pub own_role: Option<(RoleId, String)>,
    pub away: bool,
    pub disabled_at: Option<DateTime<Utc>>,
    /// Not more exact than a minute.
    pub last_seen_at: Option<DateTime<Utc>>,
    /// Names of their teams.
    pub teams: Vec<String>,
    /// Whether a log-in of theirs needs a second factor.
    pub two_factor: bool,
    /// Whether a passkey lets them in.
    pub passkeys: bool,
}

impl PersonRow {
    /// What their role is called.
    pub fn role_label(&self) -> &str {
        self.own_role.as_ref().map_or_else(|| self.role.label(), |(_, name)| name)
    }
}

/// What a page of people shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct People {
    /// Those who can log in first, by name.
    pub rows: Vec<PersonRow>,
    /// Of everybody whom the search finds, not of this page alone.
    pub total: i64,
    /// There are more than these.
    pub more: bool,
}

/// A role as a form names it: one of every workspace's, or one of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GivenRole {
    BuiltIn(Role),
    Own(RoleId),
}

impl GivenRole {
    /// As forms and rows write it.
    pub fn as_word(self) -> String {
        match self {
            Self::BuiltIn(role) => role.as_str().into(),
            Self::Own(id) => id.to_string(),
        }
    }

    /// Reads what [`GivenRole::as_word`] wrote.
    pub fn from_word(word: &str) -> Option<Self> {
        let own = || word.parse().ok().map(Self::Own);
        Role::from_word(word).map(Self::BuiltIn).or_else(own)
    }

    /// The same of a form, which is refused for any other word.
    pub fn read(word: &str) -> Result<Self, AppError> {
        Self::from_word(word).ok_or_else(|| AppError::invalid("role", "Choose one of the roles."))
    }
}

/// Somebody who was invited and has not come yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    pub id: InvitationId,
    pub email: String,
    /// What their role is called.
    pub role: String,
    pub invited_by: Option<String>,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    pub mailed_at: Option<DateTime<Utc>>,
}

/// Whom a form invites.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InviteInput {
    /// Addresses, a comma, a semicolon or space between them.
    pub emails: String,
    pub role: GivenRole,
}

impl InviteInput {
    /// The addresses, each once in lower case, or what is wrong with them.
    pub fn addresses(&self) -> Result<Vec<String>, AppError> {
        let mut problems = Problems::default();
        let parts = self.emails.split([',', ';', ' ', '\n', '\r', '\t']).filter(|p| !p.is_empty());
        let mut found = Vec::new();
        for part in parts {
            let wrong = |_| {
                let shown = text::excerpt(part, 80);
                AppError::invalid("emails", format!("“{shown}” is not an e-mail address."))
            };
            found.extend(problems.check(text::email("emails", part).map_err(wrong)));
            if found.len() > limits::INVITED_AT_ONCE {
                let most = limits::INVITED_AT_ONCE;
                return Err(AppError::invalid("emails", format!("Invite at most {most} at once.")));
            }
        }
        found.iter_mut().for_each(|email| *email = email.to_lowercase());
        found.sort();
        found.dedup();
        problems.finish()?;
        if found.is_empty() {
            return Err(AppError::invalid("emails", "Write at least one e-mail address."));
        }
        Ok(found)
    }
}

/// One of a person's own sessions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    pub id: Uuid,
    pub created_at: DateTime<Utc>,
    pub last_seen_at: DateTime<Utc>,
    pub address: String,
    pub agent: String,
    /// Two letters, where a proxy said them; else empty.
    pub country: String,
    /// The one that asks.
    pub current: bool,
}

/// A passkey of one's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasskeyRow {
    pub id: PasskeyId,
    pub name: String,
    /// The domain for which it was made: it works nowhere else.
    pub rp_id: String,
    pub created_at: DateTime<Utc>,
    pub last_used_at: Option<DateTime<Utc>>,
}

/// A browser and its system by what it calls itself: `Firefox on Linux`.
pub fn device_name(agent: &str) -> String {
    let first = |names: &[(&str, &'static str)]| {
        names.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name)
    };
    // Most call themselves by the names of others too: the more special first.
    let browser = first(&[
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("HeadlessChrome/", "Chrome"),
        ("Chrome/", "Chrome"),
        ("CriOS/", "Chrome"),
        ("Safari/", "Safari"),
    ]);
    let system = first(&[
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("CrOS", "ChromeOS"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(one), None) | (None, Some(one)) => one.into(),
        (None, None) => "An unknown device".into(),
    }
}

/// Where an address is, as far as that is known without asking anybody; `country` is what a proxy said.
pub fn place(address: &str, country: &str) -> String {
    let Ok(ip) = address.parse::<IpAddr>() else { return "an unknown place".into() };
    let ip = ip.to_canonical();
    let inside = match ip {
        IpAddr::V4(v4) => v4.is_private() || v4.is_link_local(),
        IpAddr::V6(v6) => v6.is_unique_local() || v6.is_unicast_link_local(),
    };
    match (ip.is_loopback(), inside, country) {
        (true, ..) => "the server’s own machine".into(),
        (_, true, _) => format!("the private network ({ip})"),
        (.., "") => ip.to_string(),
        (.., country) => format!("{country} ({ip})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_said_as_far_as_it_is_known() {
        assert_eq!(place("127.0.0.1", "DE"), "the server’s own machine");
        assert_eq!(place("::1", ""), "the server’s own machine");
        assert_eq!(place("192.168.1.7", "DE"), "the private network (192.168.1.7)");
        assert_eq!(place("fd00::7", ""), "the private network (fd00::7)");
        assert_eq!(place("::ffff:10.0.0.1", ""), "the private network (10.0.0.1)");
        assert_eq!(place("203.0.113.4", ""), "203.0.113.4");
        assert_eq!(place("203.0.113.4", "DE"), "DE (203.0.113.4)");
        assert_eq!(place("", "DE"), "an unknown place");
    }

    #[test]
    fn addresses_come_one_by_one_or_many_at_once() {
        let of = |emails: &str| {
            InviteInput { emails: emails.into(), role: GivenRole::BuiltIn(Role::Agent) }.addresses()
        };
        let many = of("Kim@x.example, lee@x.example;\n kim@x.example").unwrap();
        assert_eq!(many, ["kim@x.example", "lee@x.example"]);
        let error = of("kim@x.example lee").unwrap_err();
        assert_eq!(error.field("emails"), Some("“lee” is not an e-mail address."));
        assert!(of(" , ").unwrap_err().field("emails").is_some());
        let crowd: String = (0..200).map(|n| format!("a{n}@x.example ")).collect();
        assert!(of(&crowd).unwrap_err().field("emails").is_some());
    }

    #[test]
    fn devices_have_names() {
        let edge =
            "Mozilla/5.0 (Windows NT 10.0; Win64) AppleWebKit/537.36 Chrome/120 Safari/537 Edg/120";
        assert_eq!(device_name(edge), "Edge on Windows");
        let phone =
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Safari/604.1";
        assert_eq!(device_name(phone), "Safari on iPhone");
        assert_eq!(device_name("curl/8"), "An unknown device");
    }
}
