//! What a workspace records, and what it never does.

use crate::limits::{RECORDING_SELECTOR_CHARS, RECORDING_SELECTORS};
use crate::{AppError, vocabulary};
use serde::{Deserialize, Serialize};

vocabulary! {
    /// How much of a page's text is recorded.
    MaskText {
        Inputs => "inputs", "What is typed";
        All => "all", "All text";
    }
}

/// Days that sessions are kept, and the sessions' megabytes of one day, at the most.
const KEEP_DAYS_MAX: i32 = 365;
const DAY_MB_MAX: i32 = 1_000_000;

/// The settings of a workspace, of which the recorder is told all but the last two.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Nothing is recorded until somebody switches it on.
    pub enabled: bool,
    /// Of a hundred sessions so many are recorded.
    pub sample_percent: i32,
    pub mask_text: MaskText,
    /// What is masked, and what is left out, beside `.rapport-mask` and `.rapport-hide`: CSS selectors.
    pub mask: Vec<String>,
    pub hide: Vec<String>,
    /// What is shown where all text is masked.
    pub unmask: Vec<String>,
    /// Beginnings of paths that alone are recorded, and that never are.
    pub only_pages: Vec<String>,
    pub never_pages: Vec<String>,
    /// Only who was identified.
    pub identified_only: bool,
    /// Only when an error happened, with the half minute before it.
    pub after_error: bool,
    pub console: bool,
    pub network: bool,
    pub canvas: bool,
    pub keep_days: i32,
    /// Sessions of a day are refused once so many megabytes of that day are stored.
    pub day_mb: i32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            enabled: false,
            sample_percent: 100,
            mask_text: MaskText::Inputs,
            mask: Vec::new(),
            hide: Vec::new(),
            unmask: Vec::new(),
            only_pages: Vec::new(),
            never_pages: Vec::new(),
            identified_only: false,
            after_error: false,
            console: true,
            network: true,
            canvas: false,
            keep_days: 30,
            day_mb: 5_000,
        }
    }
}

/// What a form sends: lists are lines.
#[derive(Debug, Clone, Default)]
pub struct SettingsInput {
    pub enabled: bool,
    pub sample_percent: String,
    pub mask_text: String,
    pub mask: String,
    pub hide: String,
    pub unmask: String,
    pub only_pages: String,
    pub never_pages: String,
    pub identified_only: bool,
    pub after_error: bool,
    pub console: bool,
    pub network: bool,
    pub canvas: bool,
    pub keep_days: String,
    pub day_mb: String,
}

impl SettingsInput {
    /// Reads the form; names the first field that is wrong.
    pub fn read(&self) -> Result<Settings, AppError> {
        Ok(Settings {
            enabled: self.enabled,
            sample_percent: number("sample_percent", &self.sample_percent, 1, 100)?,
            mask_text: self
                .mask_text
                .parse()
                .map_err(|_| AppError::invalid("mask_text", "Choose what is masked."))?,
            mask: selectors("mask", &self.mask)?,
            hide: selectors("hide", &self.hide)?,
            unmask: selectors("unmask", &self.unmask)?,
            only_pages: paths("only_pages", &self.only_pages)?,
            never_pages: paths("never_pages", &self.never_pages)?,
            identified_only: self.identified_only,
            after_error: self.after_error,
            console: self.console,
            network: self.network,
            canvas: self.canvas,
            keep_days: number("keep_days", &self.keep_days, 1, KEEP_DAYS_MAX)?,
            day_mb: number("day_mb", &self.day_mb, 1, DAY_MB_MAX)?,
        })
    }
}

fn number(field: &str, text: &str, least: i32, most: i32) -> Result<i32, AppError> {
    let wrong = || AppError::invalid(field, format!("Choose a number from {least} to {most}."));
    let n: i32 = text.trim().parse().map_err(|_| wrong())?;
    if (least..=most).contains(&n) { Ok(n) } else { Err(wrong()) }
}

fn lines(field: &str, text: &str) -> Result<Vec<String>, AppError> {
    let lines: Vec<String> =
        text.lines().map(str::trim).filter(|l| !l.is_empty()).map(String::from).collect();
    if lines.len() > RECORDING_SELECTORS {
        let most = format!("At most {RECORDING_SELECTORS} lines fit.");
        return Err(AppError::invalid(field, most));
    }
    if lines.iter().any(|l| l.chars().count() > RECORDING_SELECTOR_CHARS) {
        let most = format!("A line has at most {RECORDING_SELECTOR_CHARS} characters.");
        return Err(AppError::invalid(field, most));
    }
    Ok(lines)
}

/// One selector a line. Whether a browser understands it is told there; braces and the like would
/// lead out of a selector.
fn selectors(field: &str, text: &str) -> Result<Vec<String>, AppError> {
    let lines = lines(field, text)?;
    match lines.iter().find(|l| l.contains(['{', '}', ';', '<', '\\'])) {
        Some(bad) => Err(AppError::invalid(field, format!("“{bad}” is no CSS selector."))),
        None => Ok(lines),
    }
}

fn paths(field: &str, text: &str) -> Result<Vec<String>, AppError> {
    let lines = lines(field, text)?;
    match lines.iter().find(|l| !l.starts_with('/')) {
        Some(bad) => Err(AppError::invalid(field, format!("“{bad}” does not begin with a slash."))),
        None => Ok(lines),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input() -> SettingsInput {
        SettingsInput {
            sample_percent: "50".into(),
            mask_text: "inputs".into(),
            keep_days: "30".into(),
            day_mb: "100".into(),
            ..SettingsInput::default()
        }
    }

    #[test]
    fn a_form_is_read_line_by_line() {
        let form = SettingsInput {
            mask: " .salary \n\n#iban".into(),
            only_pages: "/app".into(),
            ..input()
        };
        let read = form.read().expect("good");
        assert_eq!(
            (read.mask, read.only_pages),
            (vec![".salary".into(), "#iban".into()], vec!["/app".into()])
        );
    }

    #[test]
    fn what_is_wrong_names_its_field() {
        let field = |form: SettingsInput| match form.read() {
            Err(AppError::Invalid(errors)) => errors[0].field.clone(),
            other => panic!("{other:?}"),
        };
        assert_eq!(
            field(SettingsInput { sample_percent: "0".into(), ..input() }),
            "sample_percent"
        );
        assert_eq!(field(SettingsInput { hide: "a { }".into(), ..input() }), "hide");
        assert_eq!(field(SettingsInput { never_pages: "admin".into(), ..input() }), "never_pages");
        assert_eq!(field(SettingsInput { mask_text: "none".into(), ..input() }), "mask_text");
        assert_eq!(field(SettingsInput { mask: "a\n".repeat(101), ..input() }), "mask");
    }

    #[test]
    fn nothing_is_recorded_until_somebody_says_so() {
        assert!(!Settings::default().enabled);
        let stored: Settings = serde_json::from_str("{}").expect("defaults");
        assert_eq!(stored, Settings::default());
    }
}
