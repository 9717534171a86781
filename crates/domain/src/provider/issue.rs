//! Issue trackers: what their links look like, and the word by which a linked issue names its own.

use super::{ALL, Provider, find};
use crate::error::AppError;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// What an address of an issue looks like.
#[derive(Debug)]
pub struct IssueLinks {
    /// The one host that it stands on; `None` where everybody has their own.
    pub host: Option<&'static str>,
    /// What stands in the path before the issue's key: one of these.
    pub before_key: &'static [&'static str],
    pub key: IssueKey,
}

/// How an issue is called.
#[derive(Debug, Clone, Copy)]
pub enum IssueKey {
    /// `ENG-482`: letters, a hyphen, a number.
    Project,
    /// `owner/repository#12`, of `owner/repository/…/12`.
    Repository,
}

/// Where a linked issue lives: a provider that is an issue tracker.
#[derive(Clone, Copy)]
pub struct IssueProvider(&'static Provider);

impl IssueProvider {
    /// Every issue tracker.
    pub fn all() -> impl Iterator<Item = Self> {
        ALL.into_iter().filter(|provider| provider.issues.is_some()).map(Self)
    }

    fn find(word: &str) -> Option<Self> {
        find(word).filter(|provider| provider.issues.is_some()).map(Self)
    }

    /// The stored word.
    pub fn as_str(self) -> &'static str {
        self.0.key
    }

    /// What people read.
    pub fn label(self) -> &'static str {
        self.0.name
    }

    /// Tells from its address whose an issue is, and its key.
    pub fn recognise(url: &str) -> Option<(Self, String)> {
        let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
        let (host, path) = rest.split_once('/')?;
        let path = path.split(['?', '#']).next()?;
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        let on_host = |own: bool| {
            Self::all().find_map(|provider| {
                let links = provider.0.issues.as_ref()?;
                let fits = if own { links.host == Some(host) } else { links.host.is_none() };
                Some((provider, links.key_in(&parts).filter(|_| fits)?))
            })
        };
        // Who has a host of their own is known by it first.
        on_host(true).or_else(|| on_host(false))
    }
}

impl IssueLinks {
    fn key_in(&self, parts: &[&str]) -> Option<String> {
        let at = parts.iter().position(|part| self.before_key.contains(part))?;
        let key = parts.get(at + 1)?;
        match self.key {
            IssueKey::Project => project_key(key),
            IssueKey::Repository => {
                let [owner, repository] = parts[..at] else { return None };
                Some(format!("{owner}/{repository}#{}", key.parse::<u64>().ok()?))
            }
        }
    }
}

fn project_key(text: &str) -> Option<String> {
    let (project, number) = text.rsplit_once('-')?;
    let letters = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let valid = !project.is_empty()
        && project.chars().all(letters)
        && !number.is_empty()
        && number.chars().all(|c| c.is_ascii_digit());
    valid.then(|| text.to_ascii_uppercase())
}

impl PartialEq for IssueProvider {
    fn eq(&self, other: &Self) -> bool {
        self.0.key == other.0.key
    }
}

impl Eq for IssueProvider {}

impl fmt::Debug for IssueProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.name)
    }
}

impl FromStr for IssueProvider {
    type Err = AppError;

    fn from_str(word: &str) -> Result<Self, AppError> {
        Self::find(word).ok_or_else(|| {
            let words: Vec<_> = Self::all().map(Self::as_str).collect();
            let message = format!("This is not one of: {}", words.join(" "));
            AppError::invalid("provider", message)
        })
    }
}

impl Serialize for IssueProvider {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.key)
    }
}

impl<'de> Deserialize<'de> for IssueProvider {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = std::borrow::Cow::<str>::deserialize(deserializer)?;
        Self::find(&word).ok_or_else(|| serde::de::Error::custom("unknown issue tracker"))
    }
}

#[cfg(feature = "utoipa")]
impl utoipa::PartialSchema for IssueProvider {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .description(Some("Where a linked issue lives."))
            .enum_values(Some(Self::all().map(Self::as_str).collect::<Vec<_>>()))
            .into()
    }
}

#[cfg(feature = "utoipa")]
impl utoipa::ToSchema for IssueProvider {}

#[cfg(feature = "sqlx")]
impl sqlx::Type<sqlx::Postgres> for IssueProvider {
    fn type_info() -> sqlx::postgres::PgTypeInfo {
        <str as sqlx::Type<sqlx::Postgres>>::type_info()
    }
    fn compatible(ty: &sqlx::postgres::PgTypeInfo) -> bool {
        <str as sqlx::Type<sqlx::Postgres>>::compatible(ty)
    }
}

#[cfg(feature = "sqlx")]
impl<'r> sqlx::Decode<'r, sqlx::Postgres> for IssueProvider {
    fn decode(value: sqlx::postgres::PgValueRef<'r>) -> Result<Self, sqlx::error::BoxDynError> {
        let word = <&str as sqlx::Decode<sqlx::Postgres>>::decode(value)?;
        Ok(word.parse::<Self>()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_tracker_and_key() {
        for (url, provider, key) in [
            ("https://linear.app/acme/issue/ENG-482/export-drops", "linear", "ENG-482"),
            ("https://acme.atlassian.net/browse/SUP-7", "jira", "SUP-7"),
            ("https://jira.acme.example/jira/browse/sup-7?x=1", "jira", "SUP-7"),
            ("https://github.com/acme/app/issues/12", "github", "acme/app#12"),
            ("https://github.com/acme/app/pull/12/files", "github", "acme/app#12"),
        ] {
            let (found, found_key) = IssueProvider::recognise(url).expect(url);
            assert_eq!((found.as_str(), found_key.as_str()), (provider, key), "{url}");
        }
        for bad in [
            "",
            "ENG-482",
            "https://example.com/x",
            "javascript://x/browse/A-1",
            "https://github.com/a/b/issues/x",
            "https://github.com/a/issues/1",
            "https://elsewhere.example/acme/issue/ENG-482",
        ] {
            assert_eq!(IssueProvider::recognise(bad), None, "{bad}");
        }
    }

    #[test]
    fn its_word_is_what_is_stored_and_sent() {
        for provider in IssueProvider::all() {
            let json = serde_json::to_string(&provider).expect("JSON");
            assert_eq!(json, format!("{:?}", provider.as_str()));
            assert_eq!(serde_json::from_str::<IssueProvider>(&json).expect("read"), provider);
        }
        assert!("sentry".parse::<IssueProvider>().is_err(), "no issue tracker");
        assert!(serde_json::from_str::<IssueProvider>("\"nobody\"").is_err());
    }
}
