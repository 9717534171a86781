//! What a provider says of a person, and where it lists their groups.

use serde::Deserialize;
use serde_json::Value;
use std::collections::HashMap;

/// What a provider says of a person beside their token.
#[derive(Debug, Deserialize)]
pub(super) struct Person {
    pub sub: String,
    pub email: Option<String>,
    email_verified: Option<Value>,
    pub name: Option<String>,
    #[serde(flatten)]
    pub rest: HashMap<String, Value>,
}

impl Person {
    /// Whether the address is theirs for certain, where that is said.
    pub(super) fn email_checked(&self) -> Option<bool> {
        match self.email_verified.as_ref()? {
            Value::Bool(checked) => Some(*checked),
            Value::String(word) => Some(word == "true"),
            _ => Some(false),
        }
    }
}

/// The groups under a claim of this name, or under a path of names with dots between them; `None` where
/// it is not there. A single one need not be in a list.
pub(super) fn groups_in(claim: &str, claims: &HashMap<String, Value>) -> Option<Vec<String>> {
    if claim.is_empty() {
        return None;
    }
    let inside = || {
        let mut names = claim.split('.');
        let first = claims.get(names.next()?)?;
        names.try_fold(first, |value, name| value.get(name))
    };
    match claims.get(claim).or_else(inside)? {
        Value::String(group) => Some(vec![group.clone()]),
        Value::Array(groups) => {
            Some(groups.iter().filter_map(|group| Some(group.as_str()?.to_string())).collect())
        }
        _ => Some(Vec::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn groups_are_found_where_providers_write_them() {
        let claims = json!({
            "groups": ["support", 5, "leads"], "one": "support", "https://a.example/groups": ["x"],
            "realm_access": {"roles": ["agent"]}, "odd": {"a": 1},
        });
        let claims: HashMap<String, Value> = serde_json::from_value(claims).expect("claims");
        let found = |claim: &str| groups_in(claim, &claims);
        assert_eq!(found("groups"), Some(vec!["support".into(), "leads".into()]));
        assert_eq!(found("one"), Some(vec!["support".into()]));
        assert_eq!(found("https://a.example/groups"), Some(vec!["x".into()]));
        assert_eq!(found("realm_access.roles"), Some(vec!["agent".into()]));
        assert_eq!(found("odd"), Some(Vec::new()));
        for none in ["", "other", "realm_access.other", "groups.roles"] {
            assert_eq!(found(none), None, "{none}");
        }
    }
}
