use super::*;
use crate::account_href;
use rapport_domain::account::Account;
use rapport_domain::card::default_layout;
use rapport_domain::customer::Customer;
use rapport_domain::fields::FieldType;
use rapport_domain::{AccountId, CustomerId, Uuid};
use serde_json::json;

fn field(card: Card, key: &str, label: &str, kind: FieldType) -> CardField {
    CardField {
        card,
        key: key.into(),
        label: label.into(),
        kind,
        options: vec![],
        sensitive: false,
    }
}

fn customer() -> Customer {
    serde_json::from_value(json!({
        "id": CustomerId(Uuid::from_u128(5)), "kind": "customer", "name": "Alex Morgan", "source": "api",
        "job_title": "Operations lead", "language": "en-GB", "signed_up_at": "2025-03-21T09:14:00Z",
        "fields": {"nps": 9, "beta": true, "site": "javascript:alert(1)", "docs": "https://d.example/", "since": "2026-11-03"},
        "tags": [], "identifiers": [], "open_tickets": 0, "total_tickets": 0, "version": 1,
        "last_activity_at": "2026-01-01T00:00:00Z", "created_at": "2026-01-01T00:00:00Z",
        "updated_at": "2026-01-01T00:00:00Z",
    }))
    .expect("a customer")
}

fn account() -> Account {
    serde_json::from_value(json!({
        "id": AccountId(Uuid::from_u128(7)), "name": "Northwind Labs", "plan": "Scale · 46 seats",
        "domains": [], "mrr_minor": 400_000, "currency": "EUR", "health": "Healthy", "fields": {},
        "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z", "version": 1,
        "phone": "+49 30 1", "website": "https://nw.example/",
    }))
    .expect("an account")
}

fn keys(keys: &[&str]) -> Vec<String> {
    keys.iter().map(|k| k.to_string()).collect()
}

fn texts(rows: &[CardRow]) -> Vec<(&str, &str)> {
    rows.iter()
        .map(|r| (r.label.as_str(), r.value.as_ref().map_or("", |v| v.text.as_str())))
        .collect()
}

#[test]
fn the_default_cards_show_what_teams_ask_for_and_all_custom_fields() {
    let custom = [
        field(Card::Customer, "nps", "NPS", FieldType::Number),
        field(Card::Ticket, "area", "Product area", FieldType::Text),
    ];
    let rows = resolve(
        Card::Customer,
        &default_layout(Card::Customer, &custom),
        &custom,
        Some(&customer()),
    );
    assert_eq!(
        texts(&rows),
        [
            ("Role", "Operations lead"),
            ("Signed up", "Mar 21, 2025 09:14 UTC"),
            ("Language", "English (UK)"),
            ("NPS", "9")
        ]
    );
    let rows =
        resolve(Card::Account, &default_layout(Card::Account, &custom), &custom, Some(&account()));
    assert_eq!(
        texts(&rows),
        [
            ("Name", "Northwind Labs"),
            ("Plan", "Scale · 46 seats"),
            ("MRR", "€4,000"),
            ("Health", "Healthy")
        ]
    );
    assert_eq!(default_layout(Card::Ticket, &custom), ["custom:area"]);
    assert_eq!(default_layout(Card::Ticket, &[]), ["channel", "mailbox", "submitted_at"]);
}

#[test]
fn values_show_by_their_type() {
    let custom = [
        field(Card::Customer, "beta", "Beta", FieldType::Boolean),
        field(Card::Customer, "site", "Site", FieldType::Url),
        field(Card::Customer, "docs", "Docs", FieldType::Url),
        field(Card::Customer, "since", "Since", FieldType::Date),
    ];
    let layout = keys(&["custom:beta", "custom:site", "custom:docs", "custom:since"]);
    let rows = resolve(Card::Customer, &layout, &custom, Some(&customer()));
    assert_eq!(
        texts(&rows),
        [
            ("Beta", "Yes"),
            ("Site", "javascript:alert(1)"),
            ("Docs", "d.example"),
            ("Since", "Nov 3, 2026")
        ]
    );
    let kinds: Vec<_> = rows.into_iter().filter_map(|r| r.value).map(|v| v.kind).collect();
    assert_eq!(kinds[1], RowKind::Plain, "an address that runs code is no link");
    assert_eq!(kinds[2], RowKind::Link("https://d.example/".into()));
}

#[test]
fn gone_fields_leave_the_card_and_empty_ones_stay_empty() {
    let layout = keys(&["custom:archived", "city", "no_such", "job_title"]);
    let rows = resolve(Card::Customer, &layout, &[], Some(&customer()));
    assert_eq!(texts(&rows), [("City", ""), ("Role", "Operations lead")]);
    assert!(has_value(&rows));
    assert!(!has_value(&resolve(Card::Customer, &layout, &[], None)));
}

#[test]
fn an_accounts_name_leads_to_its_page() {
    let rows = resolve(Card::Account, &keys(&["name", "phone"]), &[], Some(&account()));
    let kinds: Vec<_> = rows.into_iter().filter_map(|r| r.value).map(|v| v.kind).collect();
    assert_eq!(kinds[0], RowKind::Link(account_href(account().id)));
    assert_eq!(kinds[1], RowKind::Link("tel:+49301".into()));
}

#[test]
fn every_field_on_offer_has_a_row() {
    for card in Card::ALL {
        let all: Vec<String> = card.fields().iter().map(|(k, _)| k.to_string()).collect();
        assert_eq!(resolve(*card, &all, &[], None).len(), all.len());
    }
}

#[test]
fn a_hidden_value_is_a_row_that_says_where_to_ask() {
    let mut customer = customer();
    customer.details.hidden_fields.insert("iban".into());
    let custom = [field(Card::Customer, "iban", "IBAN", FieldType::Text)];
    let rows = resolve(Card::Customer, &keys(&["custom:iban"]), &custom, Some(&customer));
    assert_eq!(texts(&rows), [("IBAN", HIDDEN)]);
    let kind = rows[0].value.as_ref().map(|value| value.kind.clone());
    let owner = FieldOwner::Customer(customer.id);
    let hidden = HiddenValue { owner, key: "iban".into(), kind: FieldType::Text };
    assert_eq!(kind, Some(RowKind::Hidden(hidden)));
}
