//! The names of custom fields in the API.

use super::FieldEntity;
use crate::error::AppError;
use crate::limits;

/// Names that a custom field would hide.
const OF_CUSTOMER: &str = "account address anonymous_id avatar_url browser city company country created_at email emails \
    external_id fields first_seen_at id identifiers job_title kind language last_activity_at \
    last_page last_seen_at name open_tickets os phone phones signed_up_at source tags time_zone \
    total_tickets updated_at version website";
const OF_ACCOUNT: &str = "created_at currency domains employee_count external_id fields health id industry mrr \
    mrr_minor name owner owner_id phone plan renewal_date updated_at version website";
const OF_TICKET: &str = "assignee channel closed_at created_at csat_score customer fields first_response_at id \
    linked_issues mailbox message_count number participants priority snoozed_until status \
    subject submitted_at tags team updated_at version";

fn is_default(entity: FieldEntity, key: &str) -> bool {
    let names = match entity {
        FieldEntity::Customer => OF_CUSTOMER,
        FieldEntity::Account => OF_ACCOUNT,
        FieldEntity::Ticket => OF_TICKET,
    };
    names.split(' ').any(|name| name == key)
}

/// Takes a key: `[a-z0-9_]{1,60}`, not the name of a default property.
pub fn key(entity: FieldEntity, text: &str) -> Result<String, AppError> {
    let key = text.trim();
    let shape = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    if key.is_empty() || key.len() > limits::FIELD_KEY_CHARS || !key.bytes().all(shape) {
        let max = limits::FIELD_KEY_CHARS;
        return Err(AppError::invalid(
            "key",
            format!("A key has 1 to {max} characters of a–z, 0–9 and _."),
        ));
    }
    if is_default(entity, key) {
        return Err(AppError::invalid("key", format!("“{key}” is a default property already.")));
    }
    Ok(key.into())
}

/// A key for a label: `Plan at submit` → `plan_at_submit`. Empty when no letter can be kept.
pub fn suggest_key(label: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { ' ' };
    let spaced: String = label.chars().map(plain).collect();
    let mut key = spaced.split_whitespace().collect::<Vec<_>>().join("_");
    key.truncate(limits::FIELD_KEY_CHARS);
    key
}
