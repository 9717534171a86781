//! What the address of the customer list says, read and written.

use leptos_router::params::ParamsMap;
use rapport_domain::customer::{CustomerQuery, CustomerSort};

/// What the page shows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Shown {
    pub query: CustomerQuery,
    /// Whether the form for a new customer is open.
    pub new: bool,
    /// Somebody is chosen here for a new ticket.
    pub for_ticket: bool,
}

impl Shown {
    /// Reads the address; what it cannot read is as if absent.
    pub fn read(params: &ParamsMap) -> Self {
        let text = |name: &str| params.get(name).filter(|t| !t.trim().is_empty());
        let query = CustomerQuery {
            q: text("q"),
            account: text("account").and_then(|t| t.parse().ok()),
            sort: text("sort").and_then(|t| t.parse().ok()),
            after: text("after"),
            limit: None,
        };
        let is = |name: &str, word| params.get(name).as_deref() == Some(word);
        Self { query, new: is("new", "customer"), for_ticket: is("for", "ticket") }
    }

    /// The address that shows this.
    pub fn href(&self) -> String {
        let mut params = ParamsMap::new();
        let q = &self.query;
        let sort = q.sort.filter(|s| *s != CustomerSort::Activity).map(|s| s.as_str().to_string());
        let pairs = [
            ("q", q.q.clone()),
            ("account", q.account.map(|a| a.to_string())),
            ("sort", sort),
            ("after", q.after.clone()),
            ("new", self.new.then(|| "customer".to_string())),
            ("for", self.for_ticket.then(|| "ticket".to_string())),
        ];
        for (name, value) in pairs {
            if let Some(value) = value {
                params.insert(name, value);
            }
        }
        format!("/customers{}", params.to_query_string())
    }

    /// The same list from its start, with a change.
    pub fn with(&self, change: impl FnOnce(&mut CustomerQuery)) -> Self {
        let mut query = CustomerQuery { after: None, ..self.query.clone() };
        change(&mut query);
        Self { query, new: false, for_ticket: self.for_ticket }
    }

    pub fn sort(&self) -> CustomerSort {
        self.query.sort.unwrap_or(CustomerSort::Activity)
    }

    /// Whether the list is limited in some way.
    pub fn is_narrowed(&self) -> bool {
        self.query.q.is_some() || self.query.account.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_starts_the_list_anew_and_keeps_the_rest() {
        let mut params = ParamsMap::new();
        for (name, value) in [("q", "alex"), ("sort", "name"), ("after", "x"), ("account", "junk")]
        {
            params.insert(name, value.to_string());
        }
        let shown = Shown::read(&params);
        assert_eq!((shown.sort(), shown.query.account), (CustomerSort::Name, None));
        let next = shown.with(|q| q.q = Some("kim".into()));
        assert_eq!((next.query.after, next.query.sort), (None, Some(CustomerSort::Name)));
        assert_eq!(Shown::default().href(), "/customers");
    }
}
