//! Filters, order and place of the inbox, and how an address writes them.

use super::{
    AccountFilter, AssigneeFilter, DueFilter, Filter, InboxCursor, InboxSort, MailFilter,
    MentionFilter, StatusFilter, TagFilter, TeamFilter, TextFilter,
};
use crate::ticket::{Channel, Priority};
use crate::{address, limits};
use serde::{Deserialize, Serialize};

/// Makes [`InboxQuery`] of a list of filters.
macro_rules! inbox_query {
    ($($(#[$doc:meta])* $name:ident: $type:ty,)+) => {
        /// Filters, order and place of the inbox: all of it stands in the address.
        #[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
        pub struct InboxQuery {
            $($(#[$doc])* pub $name: $type,)+
            pub sort: InboxSort,
            /// The page behind this place, or the one before it.
            pub after: Option<InboxCursor>,
            #[serde(default)]
            pub before: Option<InboxCursor>,
            /// Rows on the pages before this one, as far as is known: for its caption alone.
            #[serde(default)]
            pub row: u32,
            /// Rows on a page; the page in the browser always has the usual number.
            #[serde(default)]
            pub limit: Option<u32>,
        }

        impl InboxQuery {
            /// Reads the parameters of an address; what it does not know it leaves out.
            pub fn from_params(param: impl Fn(&str) -> Option<String>) -> Self {
                let word = |name: &str| param(name).unwrap_or_default();
                let after: Option<InboxCursor> = word("after").parse().ok();
                let before = word("before").parse().ok().filter(|_| after.is_none());
                // Of a first page nothing comes before.
                let row = if after.or(before).is_some() { word("row").parse().unwrap_or(0) } else { 0 };
                Self {
                    $($name: Filter::read(&word(stringify!($name))),)+
                    sort: InboxSort::from_word(&word("sort")),
                    after,
                    before,
                    row,
                    limit: None,
                }
            }

            /// The filters in words of the address; what filters as always is left out.
            pub fn filters(&self) -> Vec<(&'static str, String)> {
                let mut params = Vec::new();
                $(params.extend(self.$name.param().map(|word| (stringify!($name), word)));)+
                params
            }
        }
    };
}

inbox_query! {
    status: StatusFilter,
    assignee: AssigneeFilter,
    team: TeamFilter,
    channel: Option<Channel>,
    priority: Option<Priority>,
    tag: TagFilter,
    account: Option<AccountFilter>,
    due: Option<DueFilter>,
    mention: Option<MentionFilter>,
    #[serde(default)]
    mail: Option<MailFilter>,
    q: TextFilter,
}

impl InboxQuery {
    /// The parameters of this query's address.
    pub fn params(&self) -> Vec<(&'static str, String)> {
        let mut params = self.filters();
        if self.sort != InboxSort::default() {
            params.push(("sort", self.sort.word().to_string()));
        }
        params.extend(self.after.map(|a| ("after", a.to_string())));
        params.extend(self.before.map(|b| ("before", b.to_string())));
        if self.row > 0 {
            params.push(("row", self.row.to_string()));
        }
        params
    }

    /// The address of the inbox with this query.
    pub fn href(&self) -> String {
        let pair = |(name, value): (&str, String)| format!("{name}={}", address::encode(&value));
        let params: Vec<_> = self.params().into_iter().map(pair).collect();
        if params.is_empty() { "/inbox".into() } else { format!("/inbox?{}", params.join("&")) }
    }

    /// The word of one filter or of the order as a field of the form holds it; empty for none.
    pub fn word(&self, name: &str) -> String {
        match name {
            "sort" => self.sort.word().into(),
            _ => {
                let found = self.filters().into_iter().find(|(filter, _)| *filter == name);
                found.map(|(_, word)| word).unwrap_or_default()
            }
        }
    }

    /// Reads an address as [`InboxQuery::href`] writes it.
    pub fn from_href(href: &str) -> Self {
        let query = href.split_once('?').map_or("", |(_, query)| query);
        Self::from_params(|name| address::query_value(query, name))
    }

    /// The same with another word for one of its filters or for its order, from the start.
    pub fn with(&self, name: &str, word: &str) -> Self {
        let params = self.first_page().params();
        Self::from_params(|param| {
            if param == name {
                return Some(word.to_string());
            }
            params.iter().find(|(key, _)| *key == param).map(|(_, value)| value.clone())
        })
    }

    /// Its first page: the view that it is a page of.
    pub fn first_page(&self) -> Self {
        Self { after: None, before: None, row: 0, limit: None, ..self.clone() }
    }

    /// The page that follows this one, which ends at `next`.
    pub fn next_page(&self, next: InboxCursor) -> Self {
        Self { after: Some(next), row: self.row + limits::PAGE_ROWS, ..self.first_page() }
    }

    /// The page before this one, which starts at `previous`.
    pub fn previous_page(&self, previous: InboxCursor) -> Self {
        let row = self.row.saturating_sub(limits::PAGE_ROWS);
        if row == 0 {
            return self.first_page();
        }
        Self { before: Some(previous), row, ..self.first_page() }
    }

    /// Whether this is the first page.
    pub fn is_first(&self) -> bool {
        self.after.or(self.before).is_none()
    }

    /// Whether anything but the usual is asked for.
    pub fn is_filtered(&self) -> bool {
        !self.filters().is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::Cursor;
    use crate::ticket::Status;
    use crate::{LabelId, TeamId, UserId, Uuid};
    use chrono::DateTime;

    #[test]
    fn the_address_says_everything() {
        assert_eq!(InboxQuery::default().href(), "/inbox");
        let cursor = Cursor::new(DateTime::UNIX_EPOCH, Uuid::from_u128(5));
        let own = StatusFilter::Label(LabelId(Uuid::from_u128(9)));
        for status in StatusFilter::ALL.into_iter().chain([own]) {
            for sort in InboxSort::ALL {
                let query = InboxQuery {
                    status,
                    assignee: AssigneeFilter::User(UserId(Uuid::from_u128(3))),
                    team: TeamFilter::Team(TeamId(Uuid::from_u128(4))),
                    channel: Some(Channel::Chat),
                    priority: Some(Priority::High),
                    tag: TagFilter(Some("a&b=c #%é".into())),
                    account: Some(AccountFilter::Named("Smith & Sons?".into())),
                    due: Some(DueFilter::Soon),
                    mention: Some(MentionFilter::Me),
                    mail: Some(MailFilter::Automatic),
                    q: TextFilter(Some("what+now".into())),
                    sort,
                    after: Some(InboxCursor { rank: 2, cursor }),
                    before: None,
                    row: 50,
                    limit: None,
                };
                assert_eq!(InboxQuery::from_href(&query.href()), query);
            }
        }
    }

    #[test]
    fn nonsense_in_the_address_is_left_out() {
        let nonsense = "/inbox?status=x&assignee=usr_1&team=9&channel=fax&priority=&tag=%20&account=&due=now&mention=you&q=%00%0A&sort=9&after=zz&before=&row=70";
        let query = InboxQuery::from_href(nonsense);
        assert_eq!(query.q.0.as_deref(), Some("\u{FFFD}"));
        assert_eq!(query.with("q", ""), InboxQuery::default());
        assert!("é".parse::<InboxCursor>().is_err());
        assert!(query.is_filtered() && !InboxQuery::default().is_filtered());
        let long = InboxQuery::from_href(&format!("/inbox?tag={}", "x".repeat(900)));
        assert_eq!(long.tag.0.map(|tag| tag.len()), Some(limits::TAG_CHARS));
    }

    #[test]
    fn a_choice_starts_the_view_anew_and_keeps_the_rest() {
        let cursor = Cursor::new(DateTime::UNIX_EPOCH, Uuid::nil());
        let place = InboxCursor { rank: 0, cursor };
        let closed = InboxQuery {
            status: StatusFilter::Only(Status::Closed),
            sort: InboxSort::Oldest,
            ..InboxQuery::default()
        };
        let third = closed.next_page(place).next_page(place);
        assert_eq!((third.row, third.is_first()), (100, false));
        assert_eq!(third.previous_page(place).row, 50);
        assert_eq!(third.previous_page(place).previous_page(place), closed);
        assert_eq!(third.with("status", ""), closed.with("status", "todo"));
        assert_eq!(third.with("tag", "bug").href(), "/inbox?status=closed&tag=bug&sort=oldest");
    }
}
