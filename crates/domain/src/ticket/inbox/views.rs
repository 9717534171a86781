//! The views of the inbox: those that everybody has, the teams', and those that people save.

use super::{
    AssigneeFilter, DueFilter, InboxQuery, InboxSort, MentionFilter, StatusFilter, TeamFilter,
    Total,
};
use crate::ticket::{Status, TeamRef};
use crate::{AppError, ViewId, limits, text};
use serde::{Deserialize, Serialize};

/// A view with how many tickets it has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct View {
    pub kind: ViewKind,
    pub name: String,
    pub query: InboxQuery,
    /// Counted up to [`limits::VIEW_COUNT`]; `None` when that would take too long.
    pub count: Option<Total>,
}

/// Where a view comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ViewKind {
    BuiltIn,
    Team,
    /// Saved by the reader.
    Own,
    /// Saved by a colleague, for everybody.
    Shared,
}

/// All views of a person, in their order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Views {
    pub views: Vec<View>,
}

impl Views {
    /// The views that every person has.
    pub fn built_in() -> Vec<View> {
        use StatusFilter::{Only, Spam, Unclosed};
        let all = InboxQuery::default();
        let due = Some(DueFilter::Soon);
        let mention = Some(MentionFilter::Me);
        [
            ("To do", all.clone()),
            ("Mine", InboxQuery { assignee: AssigneeFilter::Me, ..all.clone() }),
            ("Unassigned", InboxQuery { assignee: AssigneeFilter::Unassigned, ..all.clone() }),
            ("Mentions", InboxQuery { status: Unclosed, mention, ..all.clone() }),
            ("Due soon", InboxQuery { due, sort: InboxSort::Due, status: Unclosed, ..all.clone() }),
            ("Snoozed", InboxQuery { status: Only(Status::Snoozed), ..all.clone() }),
            ("Waiting", InboxQuery { status: StatusFilter::Waiting, ..all.clone() }),
            ("All open", InboxQuery { status: Unclosed, ..all.clone() }),
            ("Closed", InboxQuery { status: Only(Status::Closed), ..all.clone() }),
            ("Spam", InboxQuery { status: Spam, ..all }),
        ]
        .map(|(name, query)| View {
            kind: ViewKind::BuiltIn,
            name: name.into(),
            query,
            count: None,
        })
        .into()
    }

    /// The view of a team that the reader belongs to.
    pub fn of_team(team: TeamRef) -> View {
        let query = InboxQuery { team: TeamFilter::Team(team.id), ..InboxQuery::default() };
        View { kind: ViewKind::Team, name: team.name, query, count: None }
    }
}

/// A view that somebody saved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedView {
    pub id: ViewId,
    pub name: String,
    /// The first page of it, as the address says it.
    pub query: InboxQuery,
    /// Everybody in the workspace sees it.
    pub shared: bool,
    pub own: bool,
}

impl From<SavedView> for View {
    fn from(saved: SavedView) -> Self {
        let kind = if saved.own { ViewKind::Own } else { ViewKind::Shared };
        Self { kind, name: saved.name, query: saved.query, count: None }
    }
}

/// A view to save; one of the same name is replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewView {
    pub name: String,
    pub query: InboxQuery,
    pub shared: bool,
}

impl NewView {
    /// The same with a name that can be stored, or what is wrong with it.
    pub fn checked(self) -> Result<Self, AppError> {
        let name = text::required_line("name", &self.name, limits::VIEW_NAME_CHARS)?;
        Ok(Self { name, query: self.query.first_page(), ..self })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_view_is_an_address_of_its_own() {
        let mut hrefs: Vec<_> = Views::built_in().iter().map(|v| v.query.href()).collect();
        assert_eq!(hrefs[0], "/inbox");
        for (view, href) in Views::built_in().iter().zip(&hrefs) {
            assert_eq!(InboxQuery::from_href(href), view.query, "{}", view.name);
        }
        hrefs.sort();
        hrefs.dedup();
        assert_eq!(hrefs.len(), Views::built_in().len());
    }
}
