//! Which fields a card shows, in which order.

use super::{
    AppError, CUSTOM, Card, CardField, DateTime, Deserialize, Problems, Serialize, Utc, limits,
};

/// The fields of one card, in order: keys of [`Card::fields`], or `custom:<key>`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardLayout {
    pub card: Card,
    pub fields: Vec<String>,
    /// When an admin saved it; `None` while it is the default. A change sends back what it saw.
    pub saved_at: Option<DateTime<Utc>>,
}

/// What the config page of the info pane shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CardConfig {
    /// One layout a card, in the order of [`Card::ALL`].
    pub layouts: Vec<CardLayout>,
    pub custom: Vec<CardField>,
}

impl CardConfig {
    /// The layout of a card.
    pub fn layout(&self, card: Card) -> CardLayout {
        let stored = self.layouts.iter().find(|l| l.card == card);
        stored.cloned().unwrap_or_else(|| CardLayout {
            card,
            fields: default_layout(card, &self.custom),
            saved_at: None,
        })
    }

    /// Every field that a card could show: key and label.
    pub fn choices(&self, card: Card) -> Vec<(String, String)> {
        let standard = card.fields().iter().map(|(k, l)| (k.to_string(), l.to_string()));
        let custom = self.custom.iter().filter(|f| f.card == card);
        standard.chain(custom.map(|f| (format!("{CUSTOM}{}", f.key), f.label.clone()))).collect()
    }
}

/// What shows until an admin chooses: a few fields that most teams ask for, then all custom ones.
pub fn default_layout(card: Card, custom: &[CardField]) -> Vec<String> {
    let own: Vec<_> =
        custom.iter().filter(|f| f.card == card).map(|f| format!("{CUSTOM}{}", f.key)).collect();
    let standard: &[&str] = match card {
        // The ticket's own header shows the rest; a card without any line would be odd.
        Card::Ticket if own.is_empty() => &["channel", "mailbox", "submitted_at"],
        Card::Ticket => &[],
        Card::Customer => &["job_title", "signed_up_at", "language"],
        Card::Account => &["name", "plan", "mrr", "health"],
    };
    standard.iter().map(|k| k.to_string()).chain(own).collect()
}

/// Checks a layout that somebody wants to save: known fields only, each once.
pub fn check_layout(card: Card, fields: &[String], custom: &[CardField]) -> Result<(), AppError> {
    let mut problems = Problems::default();
    if fields.len() > limits::CARD_FIELDS_MAX {
        problems.add("fields", format!("A card shows at most {} fields.", limits::CARD_FIELDS_MAX));
        return problems.finish();
    }
    for (i, key) in fields.iter().enumerate() {
        let known = match key.strip_prefix(CUSTOM) {
            Some(name) => custom.iter().any(|f| f.card == card && f.key == name),
            None => card.fields().iter().any(|(k, _)| k == key),
        };
        if !known {
            problems.add("fields", format!("The {} card has no field “{key}”.", card.as_str()));
        } else if fields[..i].contains(key) {
            problems.add("fields", format!("“{key}” is there twice."));
        }
    }
    problems.finish()
}

/// Changes a layout by one step of the config page: `up:city`, `down:city`, `add:city`,
/// `remove:city`. A step that makes no sense changes nothing.
pub fn apply_step(fields: &mut Vec<String>, step: &str) {
    let Some((what, key)) = step.split_once(':') else { return };
    let at = fields.iter().position(|f| f == key);
    match (what, at) {
        ("up", Some(at)) if at > 0 => fields.swap(at, at - 1),
        ("down", Some(at)) if at + 1 < fields.len() => fields.swap(at, at + 1),
        ("remove", Some(at)) => drop(fields.remove(at)),
        ("add", None) => fields.push(key.into()),
        _ => {}
    }
}

/// Puts a field at a place, from elsewhere in the list or from outside it.
pub fn place_at(fields: &mut Vec<String>, key: &str, at: usize) {
    fields.retain(|f| f != key);
    fields.insert(at.min(fields.len()), key.into());
}
