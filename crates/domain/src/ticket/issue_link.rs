//! Tells from its address what an issue is.

use super::{IssueProvider, NewIssue};
use crate::error::AppError;
use crate::text;

impl NewIssue {
    /// The issue behind an address of Linear, Jira or GitHub.
    pub fn from_url(url: &str) -> Result<Self, AppError> {
        let url = text::clean_line(url);
        let issue = |(provider, key): (IssueProvider, String)| Self {
            provider,
            key,
            url: url.clone(),
            title: None,
            state: None,
        };
        recognise(&url).map(issue).ok_or_else(|| {
            let message = "Paste the link of a Linear, Jira or GitHub issue.";
            AppError::invalid("issue_url", message)
        })
    }
}

fn recognise(url: &str) -> Option<(IssueProvider, String)> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
    let (host, path) = rest.split_once('/')?;
    let path = path.split(['?', '#']).next()?;
    let parts: Vec<&str> = path.split('/').filter(|p| !p.is_empty()).collect();
    match (host, parts.as_slice()) {
        ("linear.app", [_, "issue", key, ..]) => Some((IssueProvider::Linear, issue_key(key)?)),
        ("github.com", [owner, repo, "issues" | "pull", number, ..]) => {
            let number: u64 = number.parse().ok()?;
            Some((IssueProvider::Github, format!("{owner}/{repo}#{number}")))
        }
        // Jira stands on many hosts; its path is the same on all.
        (_, [.., "browse", key]) => Some((IssueProvider::Jira, issue_key(key)?)),
        _ => None,
    }
}

/// `ENG-482`: letters, a hyphen, a number.
fn issue_key(text: &str) -> Option<String> {
    let (project, number) = text.rsplit_once('-')?;
    let letters = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let valid = !project.is_empty()
        && project.chars().all(letters)
        && !number.is_empty()
        && number.chars().all(|c| c.is_ascii_digit());
    valid.then(|| text.to_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_tracker_and_key() {
        for (url, provider, key) in [
            (
                "https://linear.app/acme/issue/ENG-482/export-drops",
                IssueProvider::Linear,
                "ENG-482",
            ),
            ("https://acme.atlassian.net/browse/SUP-7", IssueProvider::Jira, "SUP-7"),
            ("https://jira.acme.example/jira/browse/sup-7?x=1", IssueProvider::Jira, "SUP-7"),
            ("https://github.com/acme/app/issues/12", IssueProvider::Github, "acme/app#12"),
        ] {
            let issue = NewIssue::from_url(url).unwrap();
            assert_eq!((issue.provider, issue.key.as_str()), (provider, key), "{url}");
        }
        for bad in [
            "",
            "ENG-482",
            "https://example.com/x",
            "javascript://x/browse/A-1",
            "https://github.com/a/b/issues/x",
        ] {
            assert!(NewIssue::from_url(bad).is_err(), "{bad}");
        }
    }
}
