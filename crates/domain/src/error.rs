//! The only error an agent's browser or an API client ever sees.
//!
//! Variants carry what the caller may know and nothing else: no SQL, no path,
//! no name of a type. Details go to the log, where they arise.

use crate::ids::CustomerId;
use crate::message::{NewerMessage, overtaken};
use serde::{Deserialize, Serialize};

/// What is wrong with one field of a form or request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct FieldError {
    /// The field's name as the form or JSON has it, `email`.
    pub field: String,
    /// A sentence to show beside the field.
    pub message: String,
}

/// Somebody else's change to what a form was about to change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Theirs {
    /// The field's name as the form has it, `subject`.
    pub field: String,
    /// Who changed it to what, as a sentence.
    pub message: String,
    /// What the field would hold now.
    pub value: String,
}

impl Theirs {
    /// `shown` is what people read for `value`.
    pub fn new(by: &str, field: &str, value: impl Into<String>, shown: &str) -> Self {
        let message = match shown {
            "" => format!("{by} cleared this meanwhile."),
            shown => format!("{by} changed this to “{shown}” meanwhile."),
        };
        Self { field: field.into(), message, value: value.into() }
    }
}

/// A refusal or failure, safe to show.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum AppError {
    /// Does not exist, or belongs to another workspace: the caller cannot tell.
    #[error("This does not exist, or you have no access to it.")]
    NotFound,
    #[error("Please log in.")]
    Unauthenticated,
    #[error("Your role does not allow this.")]
    Forbidden,
    /// One or more fields are wrong; nothing was stored.
    #[error("{}", invalid_text(.0))]
    Invalid(Vec<FieldError>),
    /// Somebody else changed the same thing first; nothing was overwritten.
    #[error("{0}")]
    Conflict(String),
    /// Messages came into the ticket that the author had not seen; theirs was not stored. They can
    /// look at these, and send it all the same.
    #[error("{}", overtaken(.0))]
    Overtaken(Vec<NewerMessage>),
    /// Somebody else changed the same thing first, and it is known to what: the choice is the
    /// author's.
    #[error("{} Nothing was overwritten.", changed_text(.0))]
    Changed(Vec<Theirs>),
    /// The identifier in `field` belongs to another customer, from whom nothing takes it.
    #[error("Another customer ({owner}) already has this {}.", field.replace('_', " "))]
    Taken { field: String, owner: CustomerId },
    #[error("Too many attempts. Try again in {retry_after_s} s.")]
    RateLimited { retry_after_s: u32 },
    /// The database or another part does not answer; trying again is safe.
    #[error("Rapport cannot reach its database right now. Nothing was lost; please try again.")]
    Unavailable,
    /// A fault of ours: the log has it under the same id.
    #[error(
        "Something went wrong in Rapport. If it happens again, tell whoever runs it: error {id}."
    )]
    Internal { id: String },
    /// Files or database have no room; nothing was stored.
    #[error("The server's disk is full. Nothing was saved: tell whoever runs it.")]
    NoRoom,
    /// The row of a file is there, and its bytes are not.
    #[error("This file is lost on the server. A backup may have it: tell whoever runs it.")]
    FileLost,
    /// The request never reached the server, or its answer could not be read.
    #[error("{0}")]
    Transport(String),
}

impl AppError {
    /// Builds an [`AppError::Invalid`] for one field.
    pub fn invalid(field: &str, message: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldError { field: field.into(), message: message.into() }])
    }

    /// The message for one field, if that field is wrong.
    pub fn field(&self, name: &str) -> Option<&str> {
        match self {
            Self::Invalid(fields) => {
                fields.iter().find(|f| f.field == name).map(|f| f.message.as_str())
            }
            Self::Changed(fields) => {
                fields.iter().find(|f| f.field == name).map(|f| f.message.as_str())
            }
            Self::Taken { field, .. } if field == name => {
                Some("Another customer already has this.")
            }
            _ => None,
        }
    }

    /// The HTTP status that says the same.
    pub fn status(&self) -> u16 {
        match self {
            Self::NotFound => 404,
            Self::Unauthenticated => 401,
            Self::Forbidden => 403,
            Self::Invalid(_) => 422,
            Self::Conflict(_) | Self::Overtaken(_) | Self::Changed(_) | Self::Taken { .. } => 409,
            Self::RateLimited { .. } => 429,
            Self::Unavailable => 503,
            Self::Internal { .. } => 500,
            Self::NoRoom => 507,
            Self::FileLost => 410,
            Self::Transport(_) => 400,
        }
    }
}

fn invalid_text(fields: &[FieldError]) -> String {
    fields.iter().map(|f| f.message.as_str()).collect::<Vec<_>>().join(" ")
}

fn changed_text(fields: &[Theirs]) -> String {
    fields.iter().map(|f| f.message.as_str()).collect::<Vec<_>>().join(" ")
}

/// Collects the errors of several fields before answering with all of them. What is no fault of the
/// input, such as a database that does not answer, stays what it is.
#[derive(Debug, Default)]
pub struct Problems {
    fields: Vec<FieldError>,
    other: Option<AppError>,
}

impl Problems {
    /// Keeps the value, or notes the error and returns `None`.
    pub fn check<T>(&mut self, result: Result<T, AppError>) -> Option<T> {
        match result {
            Ok(v) => Some(v),
            Err(AppError::Invalid(mut fields)) => {
                self.fields.append(&mut fields);
                None
            }
            Err(other) => {
                self.other.get_or_insert(other);
                None
            }
        }
    }

    /// Notes an error on a field.
    pub fn add(&mut self, field: &str, message: impl Into<String>) {
        self.fields.push(FieldError { field: field.into(), message: message.into() });
    }

    /// `Ok` when nothing was noted.
    pub fn finish(self) -> Result<(), AppError> {
        match self.other {
            Some(other) => Err(other),
            None if self.fields.is_empty() => Ok(()),
            None => Err(AppError::Invalid(self.fields)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_wrong_field_is_named_and_what_is_no_fault_of_the_input_stays_what_it_is() {
        let mut problems = Problems::default();
        problems.check::<()>(Err(AppError::invalid("name", "Too long.")));
        problems.add("email", "No address.");
        let wrong = AppError::Invalid(vec![
            FieldError { field: "name".into(), message: "Too long.".into() },
            FieldError { field: "email".into(), message: "No address.".into() },
        ]);
        assert_eq!(problems.finish(), Err(wrong));

        let mut problems = Problems::default();
        problems.add("email", "No address.");
        problems.check::<()>(Err(AppError::Unavailable));
        problems.check::<()>(Err(AppError::NotFound));
        assert_eq!(problems.finish(), Err(AppError::Unavailable));
    }
}
