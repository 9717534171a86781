//! API keys: what each may do, where from, and until when.

use crate::{ApiKeyId, AppError, Permission, error::Problems, limits, text, vocabulary};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

vocabulary! {
    /// Whom a key is for.
    KeyKind {
        Secret => "secret", "Server";
        Public => "public", "Browser";
    }
}

impl KeyKind {
    /// What its keys begin with.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Secret => "rsk_",
            Self::Public => "rpk_",
        }
    }
}

/// Days that a key can live, as the form offers them.
pub const LIFETIMES: [(u16, &str); 4] =
    [(30, "30 days"), (90, "90 days"), (365, "One year"), (0, "No expiry")];

/// Days of which a key's use is shown, and kept.
pub const USAGE_DAYS: u64 = 30;

vocabulary! {
    /// How long the secret before works beside the new one.
    Overlap {
        None => "0h", "stops working at once";
        Hour => "1h", "works for another hour";
        Day => "24h", "works for another 24 hours";
        Week => "7d", "works for another 7 days";
    }
}

impl Overlap {
    pub fn length(self) -> TimeDelta {
        TimeDelta::hours(match self {
            Self::None => 0,
            Self::Hour => 1,
            Self::Day => 24,
            Self::Week => 7 * 24,
        })
    }
}

/// A secret of a key that was rotated and works still.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OldSecret {
    /// Its first characters.
    pub prefix: String,
    pub valid_until: DateTime<Utc>,
    pub last_used_at: Option<DateTime<Utc>>,
}

/// A key as its list shows it; the secret itself is nowhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRow {
    pub id: ApiKeyId,
    pub name: String,
    pub kind: KeyKind,
    /// Its first characters; empty where they were not kept.
    pub prefix: String,
    pub scopes: Vec<Permission>,
    pub allowed_origins: Vec<String>,
    /// Who made it; nobody for the demo's.
    pub created_by: Option<String>,
    pub created_at: DateTime<Utc>,
    pub expires_at: Option<DateTime<Utc>>,
    pub revoked_at: Option<DateTime<Utc>>,
    pub last_used_at: Option<DateTime<Utc>>,
    pub last_used_address: Option<String>,
    pub last_used_agent: Option<String>,
    /// Those that work still, the newest first.
    pub old_secrets: Vec<OldSecret>,
    /// Requests of the last days that had any.
    pub usage: Vec<(NaiveDate, i64)>,
}

/// A key as a form says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyInput {
    pub name: String,
    pub kind: KeyKind,
    /// What a server's key may do, of [`Permission::SCOPES`]. A browser's key may send events and
    /// nothing else.
    pub scopes: Vec<Permission>,
    /// A browser's only: where its pages come from, `https://app.example`. Empty is any.
    pub allowed_origins: Vec<String>,
    /// How long it lives; 0 is for ever.
    pub days: u16,
}

impl KeyInput {
    /// The same made storable, or what is wrong with it.
    pub fn checked(mut self) -> Result<Self, AppError> {
        let mut problems = Problems::default();
        let name = text::required_line("name", &self.name, limits::NAME_CHARS);
        self.name = problems.check(name).unwrap_or_default();
        self.scopes.sort();
        self.scopes.dedup();
        match self.kind {
            KeyKind::Secret => self.allowed_origins.clear(),
            KeyKind::Public => self.scopes.clear(),
        }
        if self.kind == KeyKind::Secret && self.scopes.is_empty() {
            problems.add("scopes", "Choose at least one thing that the key may do.");
        }
        if self.scopes.iter().any(|scope| !Permission::SCOPES.contains(scope)) {
            problems.add("scopes", "There is no such scope.");
        }
        let origins = self.allowed_origins.iter().map(|text| origin(text)).collect();
        self.allowed_origins = problems.check(origins).unwrap_or_default();
        self.allowed_origins.sort();
        self.allowed_origins.dedup();
        if self.allowed_origins.len() > limits::KEY_ORIGINS_MAX {
            let most = limits::KEY_ORIGINS_MAX;
            problems.add("origins", format!("A key has at most {most} origins."));
        }
        if !LIFETIMES.iter().any(|(days, _)| *days == self.days) {
            problems.add("days", "Choose one of the lifetimes.");
        }
        problems.finish()?;
        Ok(self)
    }
}

/// An origin as browsers send it: scheme, host, and a port that is not the scheme's own.
fn origin(text: &str) -> Result<String, AppError> {
    let lower = text.trim().to_ascii_lowercase();
    let wrong = || {
        let shown = text::excerpt(text, 80);
        AppError::invalid(
            "origins",
            format!("“{shown}” is not an origin. Write it as https://app.example, without a path."),
        )
    };
    let (scheme, host) = lower.split_once("://").ok_or_else(wrong)?;
    let own_port = match scheme {
        "https" => ":443",
        "http" => ":80",
        _ => return Err(wrong()),
    };
    let host = host.strip_suffix('/').unwrap_or(host);
    let host = host.strip_suffix(own_port).unwrap_or(host);
    let fits = |c: char| c.is_ascii_alphanumeric() || ".-:[]".contains(c);
    if host.is_empty() || host.len() > 255 || !host.chars().all(fits) {
        return Err(wrong());
    }
    Ok(format!("{scheme}://{host}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn browser(origins: &[&str]) -> KeyInput {
        KeyInput {
            name: " Shop ".into(),
            kind: KeyKind::Public,
            scopes: vec![Permission::TicketsRead],
            allowed_origins: origins.iter().map(|o| (*o).to_string()).collect(),
            days: 0,
        }
    }

    #[test]
    fn origins_are_kept_as_browsers_send_them() {
        let origins = ["HTTPS://App.Example/", "http://localhost:8080", "https://a.example:443"];
        let key = browser(&origins).checked().unwrap();
        let kept = ["http://localhost:8080", "https://a.example", "https://app.example"];
        assert_eq!(key.allowed_origins, kept);
        assert_eq!((key.name.as_str(), key.scopes.len()), ("Shop", 0));
        for wrong in ["app.example", "ftp://a.example", "https://a.example/x", "https://", "*"] {
            let error = browser(&[wrong]).checked().unwrap_err();
            assert!(error.field("origins").is_some(), "{wrong}");
        }
    }

    #[test]
    fn a_server_s_key_may_do_something_and_says_what_is_wrong_at_once() {
        let key =
            KeyInput { kind: KeyKind::Secret, name: String::new(), days: 7, ..browser(&["x"]) };
        let error = KeyInput { scopes: Vec::new(), ..key.clone() }.checked().unwrap_err();
        for field in ["name", "scopes", "days"] {
            assert!(error.field(field).is_some(), "{field}: {error:?}");
        }
        let twice =
            vec![Permission::TicketsWrite, Permission::EventsWrite, Permission::TicketsWrite];
        let key = KeyInput { name: "CI".into(), scopes: twice, days: 30, ..key };
        assert_eq!(
            key.checked().unwrap().scopes,
            [Permission::TicketsWrite, Permission::EventsWrite]
        );
    }
}
