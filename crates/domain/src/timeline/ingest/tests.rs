use super::*;
use crate::ids::{AccountId, Uuid};
use proptest::prelude::*;

fn now() -> DateTime<Utc> {
    "2026-11-24T10:00:00Z".parse().expect("a time")
}

fn input(value: Value) -> NewEventInput {
    let mut event = json!({"customer": {"email": "A@x.example"}, "name": "seat_added"});
    let object = event.as_object_mut().expect("an object");
    object.extend(value.as_object().expect("an object").clone());
    NewEventInput::from_json(event).expect("an event")
}

fn errors(value: Value) -> Vec<String> {
    match input(value).checked(now()) {
        Err(AppError::Invalid(errors)) => errors.into_iter().map(|e| e.field).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_name_and_a_customer_are_enough() {
    let (event, kind) = input(json!({})).checked(now()).expect("valid");
    assert_eq!(kind, EventKind::Event);
    for (source, usual) in [("Sentry", EventKind::Error), ("ours", EventKind::Event)] {
        let (_, kind) = input(json!({"source": source})).checked(now()).expect("valid");
        assert_eq!(kind, usual, "{source}");
    }
    assert_eq!(event.customer.email.as_deref(), Some("a@x.example"));
    assert_eq!(event.source.as_deref(), Some("api"));
    assert_eq!(event.occurred_at, Some(now()));
    assert_eq!(event.payload, Some(json!({})));
}

#[test]
fn everything_wrong_is_named_at_once() {
    let value = json!({"kind": "party", "name": " ", "source": "Rapport", "url": "javascript:alert(1)",
            "payload": [1], "title": "x".repeat(501), "customer": {}});
    let fields = ["customer", "kind", "source", "name", "title", "url", "payload"];
    assert_eq!(errors(value), fields);
    assert_eq!(errors(json!({"payload": {"a": "x".repeat(EVENT_PAYLOAD_BYTES)}})), ["payload"]);
}

#[test]
fn one_odd_value_does_not_cost_the_event() {
    for at in ["2026-11-24 09:00:00", "2026-11-24T09:00:00", "1795510800"] {
        let (event, _) = input(json!({"occurred_at": at})).checked(now()).expect("valid");
        assert_eq!(event.occurred_at, "2026-11-24T09:00:00Z".parse().ok(), "{at}");
    }
    let odd =
        json!({"occurred_at": "yesterday", "payload": [], "object_id": 42.0, "dedupe_key": 7});
    let (event, _) = input(odd).checked(now()).expect("valid");
    assert_eq!(event.occurred_at, Some(now()));
    assert_eq!((event.object_id.as_deref(), event.dedupe_key.as_deref()), (Some("42"), Some("7")));
    let kept = event.payload.unwrap_or_default();
    assert_eq!(kept["$rapport.set_aside"]["occurred_at"]["sent"], "yesterday");
    let named = json!({"customer": {"external_id": 42.0}});
    let (event, _) = input(named).checked(now()).expect("valid");
    assert_eq!(event.customer.external_id.as_deref(), Some("42"));
}

#[test]
fn a_time_that_cannot_be_is_moved_and_kept() {
    let (event, _) =
        input(json!({"occurred_at": "9999-01-01T00:00:00Z"})).checked(now()).expect("valid");
    assert_eq!(event.occurred_at, Some(now() + TimeDelta::hours(24)));
    assert_eq!(
        event.payload,
        Some(json!({"$rapport.occurred_at_sent": "9999-01-01T00:00:00+00:00"}))
    );
}

#[test]
fn an_icon_is_a_name_a_character_or_a_picture_s_address() {
    for (icon, kept, picture) in [
        ("zap", Some("zap"), None),
        ("🇩🇪", Some("🇩🇪"), None),
        ("https://p.example/a.png", None, Some("https://p.example/a.png")),
        ("javascript:alert(1)", None, None),
        ("http://p.example/a.png", None, None),
        ("<svg onload=alert(1)>", None, None),
    ] {
        let (event, _) = input(json!({"icon": icon})).checked(now()).expect("valid");
        let payload = event.payload.unwrap_or_default();
        assert_eq!(
            (event.icon.as_deref(), payload[own::ICON_URL].as_str()),
            (kept, picture),
            "{icon}"
        );
    }
}

#[test]
fn an_event_names_a_customer_or_an_account() {
    let own = |value: Value| {
        let mut event = json!({"name": "invoice.paid"});
        let object = event.as_object_mut().expect("an object");
        object.extend(value.as_object().expect("an object").clone());
        NewEventInput::from_json(event).expect("an event").checked(now()).map(|(e, _)| e)
    };
    let account = AccountId(Uuid::from_u128(7));
    for (value, named) in [
        (json!({"account": {"external_id": " a1 "}}), EventAccount::named("a1")),
        (json!({"account": {"id": account}}), EventAccount::named(&account.to_string())),
        (
            json!({"object_type": "Account", "object_id": account}),
            EventAccount::named(&account.to_string()),
        ),
        (json!({"objectType": "account", "objectId": "a1"}), EventAccount::named("a1")),
        (json!({"object_type": "account", "external_id": "a1"}), EventAccount::named("a1")),
    ] {
        let event = own(value.clone()).expect("valid");
        assert_eq!(
            (event.account, event.customer),
            (Some(named), CustomerRef::default()),
            "{value}"
        );
    }
    // About an account, and a customer's all the same.
    let theirs =
        json!({"customer": {"email": "a@x.example"}, "object_type": "account", "object_id": "a1"});
    assert_eq!(own(theirs).expect("valid").account, None);
    for wrong in [
        json!({"account": {}}),
        json!({"account": {"external_id": "a1"}, "customer": {"email": "a@x.example"}}),
    ] {
        assert!(matches!(own(wrong), Err(AppError::Invalid(e)) if e[0].field == "account"));
    }
    assert!(
        matches!(own(json!({"object_type": "account"})), Err(AppError::Invalid(e)) if e[0].field == "customer")
    );
}

#[test]
fn nul_is_replaced_wherever_it_hides() {
    let value = json!({"name": "a\0b", "body": "x\0\n  y", "payload": {"k\0": ["v\0"]}});
    let (event, _) = input(value).checked(now()).expect("valid");
    assert_eq!(event.name, "a\u{FFFD}b");
    assert_eq!(event.body.as_deref(), Some("x\u{FFFD}\n  y"));
    assert_eq!(event.payload, Some(json!({"k\u{FFFD}": ["v\u{FFFD}"]})));
}

#[test]
fn another_field_is_this_events_error() {
    assert!(NewEventInput::from_json(json!({"name": "x", "customer": {}, "tilte": "y"})).is_err());
}

proptest! {
    #[test]
    fn any_text_is_stored_or_refused(name in ".{0,300}", icon in ".{0,9}", body in ".{0,40}") {
        let event = input(json!({"name": name, "icon": icon, "body": body}));
        if let Ok((event, _)) = event.checked(now()) {
            prop_assert!(!event.name.contains('\0') && !event.body.unwrap_or_default().contains('\0'));
        }
    }
}
