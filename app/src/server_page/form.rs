//! Forms as they come in, and as they come back.

use rapport_domain::AppError;
use std::str::FromStr;

/// The fields of a form that was sent, in their order.
#[derive(Debug, Clone, Default)]
pub struct FormData(pub Vec<(String, String)>);

impl FormData {
    /// The text of a field; empty when it was not sent.
    pub fn text(&self, name: &str) -> &str {
        self.0.iter().find(|(n, _)| n == name).map_or("", |(_, value)| value)
    }

    /// The same, `None` when it holds nothing but space.
    pub fn filled(&self, name: &str) -> Option<String> {
        Some(self.text(name)).filter(|t| !t.trim().is_empty()).map(String::from)
    }

    /// Whether a box was ticked.
    pub fn ticked(&self, name: &str) -> bool {
        self.0.iter().any(|(n, _)| n == name)
    }

    /// Every value of a field that can be chosen several times.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// A value that only a page of ours makes, such as an id: what is none was not sent by it.
    pub fn parse<T: FromStr>(&self, name: &str) -> Result<T, AppError> {
        self.text(name).parse().map_err(|_| {
            AppError::Transport("The form could not be read. Reload the page and try again.".into())
        })
    }

    /// The lines of a field, without the empty ones.
    pub fn lines(&self, name: &str) -> Vec<String> {
        let lines = self.text(name).lines().map(str::trim);
        lines.filter(|line| !line.is_empty()).map(String::from).collect()
    }
}

/// What was refused and why: nothing at all when a page is opened.
#[derive(Debug, Clone, Default)]
pub struct FormState(pub Option<(FormData, AppError)>);

impl FormState {
    /// What was typed so far, which nobody asked to keep yet.
    pub fn looked_at(form: FormData) -> Self {
        Self(Some((form, AppError::Invalid(Vec::new()))))
    }

    /// Why it was refused, if it was.
    pub fn refusal(&self) -> Option<&AppError> {
        let (_, error) = self.0.as_ref()?;
        Some(error).filter(|e| !matches!(e, AppError::Invalid(fields) if fields.is_empty()))
    }

    /// The part of one form, which names its action in a field `do`.
    pub fn of(&self, action: &str) -> Self {
        Self(self.0.clone().filter(|(form, _)| form.text("do") == action))
    }

    /// What stands in a field: what was typed there, else `stored`.
    pub fn value(&self, name: &str, stored: impl Into<String>) -> String {
        match &self.0 {
            Some((form, _)) if form.ticked(name) => form.text(name).to_string(),
            _ => stored.into(),
        }
    }

    /// Whether a box is ticked: as it was sent, else as `stored`.
    pub fn ticked(&self, name: &str, stored: bool) -> bool {
        self.0.as_ref().map_or(stored, |(form, _)| form.ticked(name))
    }

    /// Whether `value` is among a field's several choices: as it was sent, else as `stored`.
    pub fn has(&self, name: &str, value: &str, stored: bool) -> bool {
        self.0.as_ref().map_or(stored, |(form, _)| form.all(name).any(|v| v == value))
    }

    /// What is wrong with a field.
    pub fn error(&self, name: &str) -> Option<String> {
        self.0.as_ref()?.1.field(name).map(String::from)
    }

    /// What is wrong with the form as a whole. `shown` are the fields that show their own error.
    pub fn general(&self, shown: &[&str]) -> Option<String> {
        match self.refusal()? {
            AppError::Invalid(fields) if fields.iter().any(|f| shown.contains(&&*f.field)) => {
                let rest = fields.iter().filter(|f| !shown.contains(&&*f.field));
                let rest: Vec<_> = rest.map(|f| f.message.as_str()).collect();
                Some(format!("Not saved: see below. {}", rest.join(" ")).trim().to_string())
            }
            other => Some(other.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent() -> FormData {
        FormData(
            [("do", "save"), ("name", "typed"), ("day", "1"), ("day", "3")]
                .map(|(n, v)| (n.into(), v.into()))
                .into(),
        )
    }

    #[test]
    fn a_refused_form_keeps_what_was_typed() {
        let state = FormState(Some((sent(), AppError::invalid("name", "Too long."))));
        let ours = state.of("save");
        assert_eq!(ours.value("name", "stored"), "typed");
        assert_eq!(ours.value("other", "stored"), "stored");
        assert!(!ours.ticked("box", true), "an unticked box is not sent at all");
        assert!(ours.has("day", "3", false) && !ours.has("day", "2", true));
        assert_eq!(ours.error("name").as_deref(), Some("Too long."));
        assert_eq!(ours.general(&["name"]).as_deref(), Some("Not saved: see below."));
        assert_eq!(ours.general(&[]).as_deref(), Some("Too long."));
        let another = state.of("remove");
        assert_eq!(another.value("name", "stored"), "stored");
        assert_eq!(another.general(&[]), None);
    }

    #[test]
    fn what_is_no_id_was_not_sent_by_a_page_of_ours() {
        assert_eq!(sent().parse::<i32>("day"), Ok(1));
        assert!(matches!(sent().parse::<i32>("name"), Err(AppError::Transport(_))));
    }
}
