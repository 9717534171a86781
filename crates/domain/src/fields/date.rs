//! A day without a time.

use super::FieldDef;
use super::kind::{FieldKind, InputSpec, refused, text_of};
use crate::error::AppError;
use crate::times;
use chrono::{Datelike, NaiveDate};
use serde_json::Value;

pub(super) struct Date;

impl FieldKind for Date {
    fn takes(&self, _: &FieldDef) -> String {
        "a date, such as 2026-11-24".into()
    }

    fn validate(&self, def: &FieldDef, value: &Value) -> Result<Value, AppError> {
        let Some(text) = text_of(def, value)? else { return Ok(Value::Null) };
        match text.parse::<NaiveDate>() {
            Ok(date) if (1..=9999).contains(&date.year()) => Ok(date.to_string().into()),
            _ => Err(refused(def)),
        }
    }

    fn near(&self, _: &FieldDef, value: &Value) -> Value {
        let day = times::read_day(value);
        day.map_or_else(|| value.clone(), |day| day.to_string().into())
    }

    fn icon(&self) -> &'static str {
        "calendar"
    }
}

pub(super) fn input() -> InputSpec {
    InputSpec::Line { kind: "date", max: None }
}
