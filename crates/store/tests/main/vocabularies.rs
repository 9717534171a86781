//! The closed lists of words, which stand in checks of the database and in the code: they are the same.

use rapport_domain::Role;
use rapport_domain::api_key::KeyKind;
use rapport_domain::card::Card;
use rapport_domain::customer::CustomerKind;
use rapport_domain::fields::{FieldEntity, FieldType};
use rapport_domain::identity::{IdentifierKind, Proof};
use rapport_domain::mailbox::Tls;
use rapport_domain::message::{DeliveryState, MailSource, RecipientRole};
use rapport_domain::provider::IssueProvider;
use rapport_domain::ticket::{
    Channel, IssueState, MessageKind, Priority, Receipt, Status, StatusCategory,
};
use rapport_domain::timeline::{EventKind, EventState};
use sqlx::PgPool;

/// The words of a column's check, sorted; empty where it has none.
async fn checked(pool: &PgPool, table: &str, column: &str) -> Vec<String> {
    let definition: Option<String> = sqlx::query_scalar(
        "select pg_get_constraintdef(oid) from pg_constraint
        where contype = 'c' and conrelid = $1::regclass
            and pg_get_constraintdef(oid) like '%(' || $2 || ' = ANY (ARRAY[%'",
    )
    .bind(table)
    .bind(column)
    .fetch_optional(pool)
    .await
    .unwrap();
    let definition = definition.unwrap_or_default();
    // Every second part between quotes is a word.
    sorted(definition.split('\'').skip(1).step_by(2).map(String::from))
}

fn sorted(words: impl Iterator<Item = String>) -> Vec<String> {
    let mut words: Vec<_> = words.collect();
    words.sort();
    words
}

macro_rules! same {
    ($pool:expr, $($table:literal . $column:literal : $words:expr),+ $(,)?) => {$(
        let ours = sorted($words.map(|word| word.as_str().to_string()));
        let theirs = checked($pool, $table, $column).await;
        assert_eq!(theirs, ours, "{}.{}", $table, $column);
    )+};
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn the_database_takes_the_words_that_the_code_knows(pool: PgPool) {
    same!(
        &pool,
        "linked_issues"."provider": IssueProvider::all(),
        "linked_issues"."state": IssueState::ALL.iter(),
        "timeline_events"."kind": EventKind::ALL.iter(),
        "event_log"."state": EventState::ALL.iter(),
        "custom_fields"."type": FieldType::ALL.iter(),
        "custom_fields"."entity": FieldEntity::ALL.iter(),
        "info_cards"."card": Card::ALL.iter(),
        "customers"."kind": CustomerKind::ALL.iter(),
        "customer_identifiers"."kind": IdentifierKind::ALL.iter(),
        "customer_identifiers"."verified_by": Proof::ALL.iter(),
        "tickets"."status": Status::ALL.iter(),
        "tickets"."priority": Priority::ALL.iter(),
        "tickets"."channel": Channel::ALL.iter(),
        "status_labels"."category": StatusCategory::ALL.iter(),
        "messages"."kind": MessageKind::ALL.iter(),
        "messages"."channel": Channel::ALL.iter(),
        "messages"."receipt": Receipt::ALL.iter(),
        "deliveries"."role": RecipientRole::ALL.iter(),
        "deliveries"."state": DeliveryState::ALL.iter(),
        "raw_emails"."source": MailSource::ALL.iter(),
        "mailboxes"."smtp_tls": Tls::ALL.iter(),
        "mailboxes"."imap_tls": Tls::ALL.iter(),
        "api_keys"."kind": KeyKind::ALL.iter(),
        "users"."role": Role::ALL.iter(),
    );
}
