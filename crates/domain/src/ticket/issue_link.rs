//! Tells from its address what an issue is.

use super::NewIssue;
use crate::error::AppError;
use crate::provider::IssueProvider;
use crate::text;

impl NewIssue {
    /// The issue behind an address of an issue tracker that is known here.
    pub fn from_url(url: &str) -> Result<Self, AppError> {
        let url = text::clean_line(url);
        let Some((provider, key)) = IssueProvider::recognise(&url) else {
            let names: Vec<_> = IssueProvider::all().map(IssueProvider::label).collect();
            let (last, others) = names.split_last().unwrap_or((&"", &[]));
            let message = format!("Paste the link of a {} or {last} issue.", others.join(", "));
            return Err(AppError::invalid("issue_url", message));
        };
        Ok(Self { provider, key, url, title: None, state: None })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_names_every_tracker() {
        let issue = NewIssue::from_url(" https://acme.atlassian.net/browse/SUP-7 ").expect("known");
        assert_eq!((issue.provider.as_str(), issue.key.as_str()), ("jira", "SUP-7"));
        let refused = NewIssue::from_url("https://example.com/x").expect_err("unknown");
        let refused = refused.field("issue_url");
        assert_eq!(refused, Some("Paste the link of a Linear, Jira or GitHub issue."));
    }
}
