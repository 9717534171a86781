//! How a person likes to work. Everybody has their own.
//!
//! Stored as one JSON object a person. A new preference is a line in [`Preferences`]; what was
//! stored before it existed reads as its default.

#[cfg(not(target_arch = "wasm32"))]
use crate::dates::{DateStyle, HourStyle, WeekStart};
use crate::message::MessageMode;
use crate::vocabulary;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

vocabulary! {
    /// The colours of every page.
    Theme {
        System => "system", "As the system";
        Light => "light", "Light";
        Dark => "dark", "Dark";
    }
}

vocabulary! {
    /// How much room rows and panes take.
    Density {
        Comfortable => "comfortable", "Comfortable";
        Compact => "compact", "Compact";
    }
}

vocabulary! {
    /// Where the page goes once a ticket is done with: answered, snoozed, closed, spam.
    AfterSend {
        Next => "next", "Next ticket";
        Back => "back", "Back to the list";
        Stay => "stay", "Stay on the ticket";
    }
}

vocabulary! {
    /// Whether an answer assigns the ticket to its author.
    AssignOnReply {
        Never => "never", "Never";
        WhenUnassigned => "when_unassigned", "When nobody is assigned";
        Always => "always", "Always";
    }
}

/// A person's choices. What the browser half never asks it has no code for: it is the server's alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Preferences {
    pub theme: Theme,
    pub density: Density,
    pub after_send: AfterSend,
    pub assign_on_reply: AssignOnReply,
    /// What the composer opens with.
    pub composer: MessageMode,
    /// The zone of every time that is shown; `None` is the browser's.
    pub time_zone: Option<String>,
    #[cfg(not(target_arch = "wasm32"))]
    pub dates: DateStyle,
    #[cfg(not(target_arch = "wasm32"))]
    pub hours: HourStyle,
    #[cfg(not(target_arch = "wasm32"))]
    pub week: WeekStart,
    #[cfg(not(target_arch = "wasm32"))]
    pub notify: crate::notify::Notify,
}

impl Default for Preferences {
    fn default() -> Self {
        Self {
            theme: Theme::System,
            density: Density::Comfortable,
            after_send: AfterSend::Stay,
            assign_on_reply: AssignOnReply::Never,
            composer: MessageMode::Reply,
            time_zone: None,
            #[cfg(not(target_arch = "wasm32"))]
            dates: DateStyle::American,
            #[cfg(not(target_arch = "wasm32"))]
            hours: HourStyle::H24,
            #[cfg(not(target_arch = "wasm32"))]
            week: WeekStart::Monday,
            #[cfg(not(target_arch = "wasm32"))]
            notify: Default::default(),
        }
    }
}

impl Preferences {
    /// Reads what is stored. A word that this version does not know, as after a downgrade, is
    /// its preference's default: it must not keep anybody from logging in.
    pub fn from_stored(stored: &Value) -> Self {
        let mut known = Map::new();
        for (name, value) in stored.as_object().into_iter().flatten() {
            let alone = Map::from_iter([(name.clone(), value.clone())]);
            if serde_json::from_value::<Self>(alone.into()).is_ok() {
                known.insert(name.clone(), value.clone());
            }
        }
        serde_json::from_value(known.into()).unwrap_or_default()
    }

    /// How the reader's dates are written, in a line for [`crate::dates::Dates`].
    #[cfg(not(target_arch = "wasm32"))]
    pub fn dates_line(&self) -> String {
        crate::dates::line(self.dates, self.hours, self.week)
    }

    /// Makes one choice.
    pub fn choose(&mut self, choice: Choice) {
        match choice {
            Choice::AfterSend(after_send) => self.after_send = after_send,
        }
    }
}

/// One choice, made where it matters rather than on the page of all preferences.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    AfterSend(AfterSend),
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_was_never_stored_is_as_always() {
        assert_eq!(Preferences::from_stored(&json!({})), Preferences::default());
        assert_eq!(Preferences::from_stored(&json!(null)), Preferences::default());
    }

    #[test]
    fn one_unknown_word_costs_that_preference_alone() {
        let stored = json!({ "theme": "sepia", "density": "compact", "gone": [1] });
        let read = Preferences::from_stored(&stored);
        assert_eq!(read, Preferences { density: Density::Compact, ..Default::default() });
    }

    #[test]
    fn everything_comes_back_as_it_was_stored() {
        let all = Preferences {
            theme: Theme::Dark,
            density: Density::Compact,
            after_send: AfterSend::Back,
            assign_on_reply: AssignOnReply::Always,
            composer: MessageMode::Note,
            time_zone: Some("Asia/Kolkata".into()),
            dates: DateStyle::German,
            hours: HourStyle::H12,
            week: WeekStart::Sunday,
            notify: Default::default(),
        };
        let stored = serde_json::to_value(&all).expect("plain words");
        assert_eq!(Preferences::from_stored(&stored), all);
    }
}
