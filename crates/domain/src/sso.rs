//! Single sign-on by OpenID Connect: how a workspace sets it up, and who may come in by it.

use crate::error::{AppError, Problems};
use crate::people::GivenRole;
use crate::{Role, UserId, limits, text, vocabulary};
use chrono::{DateTime, Utc};

vocabulary! {
    /// Who becomes a member by logging in.
    Joins {
        Invited => "invited", "Only people who were invited";
        Groups => "groups", "People in one of the groups below";
        Domains => "domains", "Everybody with an address of the domains below";
    }
}

/// A group of the provider's, and the role that it gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupRole {
    pub group: String,
    pub role: GivenRole,
}

/// How it is set up, without the secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SsoRules {
    pub issuer: String,
    pub client_id: String,
    /// What the button on the login page says.
    pub button: String,
    /// In lower case. Whoever is new needs an address of one of them; none is any.
    pub domains: Vec<String>,
    /// An address counts as checked although the provider does not say so.
    pub trusts_addresses: bool,
    /// Where the provider lists somebody's groups; empty where it does not.
    pub groups_claim: String,
    /// The first that somebody is in counts.
    pub groups: Vec<GroupRole>,
    pub joins: Joins,
    /// The role of whoever is new and in none of the groups.
    pub default_role: GivenRole,
    /// Passwords are refused.
    pub only: bool,
}

impl SsoRules {
    /// Whether somebody with this address, in lower case, may become a member.
    pub fn admits_address(&self, email: &str) -> bool {
        let domain = email.rsplit_once('@').map(|(_, domain)| domain);
        self.domains.is_empty() || domain.is_some_and(|d| self.domains.iter().any(|own| own == d))
    }

    /// The role of the first group in the table that somebody is in.
    pub fn role_of(&self, groups: &[String]) -> Option<GivenRole> {
        self.groups.iter().find(|row| groups.contains(&row.group)).map(|row| row.role)
    }

    /// Whether groups decide what people may do, at each log-in.
    pub fn gives_roles(&self) -> bool {
        !self.groups_claim.is_empty() && !self.groups.is_empty()
    }
}

/// What a form says of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SsoInput {
    pub issuer: String,
    pub client_id: String,
    /// `None` keeps the one that is stored.
    pub secret: Option<String>,
    pub button: String,
    pub domains: Vec<String>,
    pub trusts_addresses: bool,
    pub groups_claim: String,
    /// Group and role; rows without a group are left out.
    pub groups: Vec<(String, String)>,
    pub joins: String,
    pub default_role: String,
    pub only: bool,
}

impl SsoInput {
    /// The rules, or everything that is wrong with them.
    pub fn checked(&self) -> Result<SsoRules, AppError> {
        let mut problems = Problems::default();
        let issuer = problems.check(issuer(&self.issuer));
        let client_id = text::required_line("client_id", &self.client_id, limits::LINE_CHARS);
        let client_id = problems.check(client_id);
        let button =
            problems.check(text::optional_line("button", Some(&self.button), limits::LABEL_CHARS));
        let claim =
            text::optional_line("groups_claim", Some(&self.groups_claim), limits::NAME_CHARS);
        let groups_claim = problems.check(claim).flatten().unwrap_or_default();
        let domains = problems.check(domains(&self.domains)).unwrap_or_default();
        let groups = problems.check(self.group_rows()).unwrap_or_default();
        let joins = self.joins.parse().map_err(|_| choose("joins", "Choose who becomes a member."));
        let joins = problems.check(joins).unwrap_or(Joins::Invited);
        let role = GivenRole::from_word(&self.default_role);
        let role = problems.check(role.ok_or_else(|| choose("default_role", "Choose a role.")));
        if groups_claim.is_empty() && !groups.is_empty() {
            problems.add("groups_claim", "Say which claim lists somebody’s groups.");
        }
        match joins {
            Joins::Groups if groups.is_empty() => {
                problems.add("groups", "Write down at least one group.");
            }
            Joins::Domains if domains.is_empty() => {
                problems.add("domains", "Say which domains: the provider may know more people.");
            }
            Joins::Invited | Joins::Groups | Joins::Domains => {}
        }
        problems.finish()?;
        Ok(SsoRules {
            issuer: issuer.unwrap_or_default(),
            client_id: client_id.unwrap_or_default(),
            button: button.flatten().unwrap_or_else(|| "Single sign-on".into()),
            domains,
            trusts_addresses: self.trusts_addresses,
            groups_claim,
            groups,
            joins,
            default_role: role.unwrap_or(GivenRole::BuiltIn(Role::Viewer)),
            only: self.only,
        })
    }

    fn group_rows(&self) -> Result<Vec<GroupRole>, AppError> {
        let named = self.groups.iter().filter(|(group, _)| !group.trim().is_empty());
        let row = |(group, role): &(String, String)| {
            let group = text::required_line("groups", group, limits::NAME_CHARS)?;
            let role = GivenRole::from_word(role)
                .ok_or_else(|| choose("groups", "Choose a role for each group."))?;
            Ok(GroupRole { group, role })
        };
        let rows: Vec<_> = named.map(row).collect::<Result<_, AppError>>()?;
        if rows.len() > limits::SSO_GROUPS_MAX {
            let text = format!("At most {} groups can stand here.", limits::SSO_GROUPS_MAX);
            return Err(AppError::invalid("groups", text));
        }
        Ok(rows)
    }
}

fn choose(field: &str, text: &str) -> AppError {
    AppError::invalid(field, text)
}

/// An issuer as the provider writes it: over TLS, but for one on this machine.
fn issuer(typed: &str) -> Result<String, AppError> {
    let typed = text::required_line("issuer", typed, limits::LINE_CHARS)?;
    // People copy the address of the document as well.
    let issuer = typed.trim_end_matches(".well-known/openid-configuration");
    let bad = |text: &str| AppError::invalid("issuer", text);
    let plain = issuer.strip_prefix("http://").map(|rest| host_of(rest).to_string());
    if let Some(host) = plain {
        if !["localhost", "127.0.0.1", "[::1]"].contains(&&*host) {
            return Err(bad("The address has to begin with https://."));
        }
    } else if !issuer.starts_with("https://") {
        return Err(bad("The address has to begin with https://."));
    }
    let rest = issuer.split_once("://").map_or("", |(_, rest)| rest);
    let odd = |c: char| c.is_whitespace() || matches!(c, '?' | '#' | '@' | '\\');
    if host_of(rest).is_empty() || issuer.contains(odd) {
        return Err(bad("This is not the address of an issuer."));
    }
    // A slash stays where the provider has one: it is part of the name.
    Ok(if typed == issuer { typed } else { issuer.trim_end_matches('/').to_string() })
}

fn host_of(rest: &str) -> &str {
    let end = rest.find('/').unwrap_or(rest.len());
    let authority = &rest[..end];
    match authority.rfind(':') {
        Some(colon) if !authority[colon..].contains(']') => &authority[..colon],
        _ => authority,
    }
}

fn domains(typed: &[String]) -> Result<Vec<String>, AppError> {
    let parts = typed.iter().flat_map(|line| line.split([',', ';', ' ']));
    let mut found = Vec::new();
    for part in parts.map(|part| part.trim().trim_start_matches('@')).filter(|p| !p.is_empty()) {
        let domain = text::email("domains", &format!("a@{part}")).map_err(|_| {
            let shown = text::excerpt(part, 80);
            AppError::invalid("domains", format!("“{shown}” is not a domain."))
        })?;
        found.push(domain.trim_start_matches("a@").to_string());
    }
    found.sort();
    found.dedup();
    if found.len() > limits::SSO_DOMAINS_MAX {
        let text = format!("At most {} domains can stand here.", limits::SSO_DOMAINS_MAX);
        return Err(AppError::invalid("domains", text));
    }
    Ok(found)
}

/// Somebody who has logged in by it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Linked {
    pub user: UserId,
    pub name: String,
    pub email: String,
    pub linked_at: DateTime<Utc>,
    pub used_at: DateTime<Utc>,
}

/// An admin, who may be let in with a password when the provider cannot be reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BreakGlass {
    pub user: UserId,
    pub name: String,
    pub email: String,
    pub marked: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input() -> SsoInput {
        SsoInput {
            issuer: "https://id.acme.example/realms/acme".into(),
            client_id: "rapport".into(),
            secret: Some("s".into()),
            groups_claim: "groups".into(),
            groups: vec![
                ("support-leads".into(), "admin".into()),
                ("support".into(), "agent".into()),
                (" ".into(), "nonsense".into()),
            ],
            joins: "groups".into(),
            default_role: "viewer".into(),
            ..SsoInput::default()
        }
    }

    #[test]
    fn the_first_group_of_the_table_decides() {
        let rules = input().checked().expect("rules");
        let groups = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
        let role = |names: &[&str]| rules.role_of(&groups(names));
        assert_eq!(role(&["support", "support-leads"]), Some(GivenRole::BuiltIn(Role::Admin)));
        assert_eq!(role(&["support"]), Some(GivenRole::BuiltIn(Role::Agent)));
        assert_eq!(role(&["Support", "sales"]), None);
        assert_eq!(rules.button, "Single sign-on");
    }

    #[test]
    fn an_issuer_is_an_address_over_tls() {
        for (typed, stored) in [
            ("https://id.example", "https://id.example"),
            ("https://acme.auth0.example/", "https://acme.auth0.example/"),
            ("https://id.example/a/.well-known/openid-configuration", "https://id.example/a"),
            ("http://127.0.0.1:8080/x", "http://127.0.0.1:8080/x"),
            ("http://[::1]:8080", "http://[::1]:8080"),
        ] {
            assert_eq!(issuer(typed).as_deref(), Ok(stored), "{typed}");
        }
        for bad in [
            "",
            "id.example",
            "http://id.example",
            "https://",
            "https://me@id.example",
            "https://id.example?x=1",
            "http://127.0.0.1.evil.example/",
            "javascript:alert(1)",
        ] {
            assert!(issuer(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_domain_is_the_whole_of_what_follows_the_sign() {
        let typed = vec!["@Acme.example, müller.example".to_string(), "acme.example".into()];
        let rules = SsoInput { domains: typed, joins: "domains".into(), ..input() };
        let rules = rules.checked().expect("rules");
        assert_eq!(rules.domains, ["acme.example", "müller.example"]);
        assert!(rules.admits_address("a@acme.example"));
        for other in ["a@sub.acme.example", "a@notacme.example", "acme.example", ""] {
            assert!(!rules.admits_address(other), "{other}");
        }
    }

    #[test]
    fn everything_that_is_wrong_is_said_at_once() {
        let wrong = SsoInput { joins: "domains".into(), ..SsoInput::default() }.checked();
        let wrong = wrong.expect_err("refused");
        for field in ["issuer", "client_id", "domains", "default_role"] {
            assert!(wrong.field(field).is_some(), "{field}");
        }
        let unclaimed = SsoInput { groups_claim: String::new(), ..input() }.checked();
        assert!(unclaimed.expect_err("refused").field("groups_claim").is_some());
    }
}
