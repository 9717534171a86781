use super::*;
use proptest::prelude::*;
use serde_json::json;

fn now() -> DateTime<Utc> {
    "2026-11-24T10:00:00Z".parse().expect("a time")
}

fn read(value: Value) -> Result<Message, AppError> {
    Message::read(value, Some(MessageType::Track), None, now())
}

#[test]
fn unknown_keys_are_kept_and_the_key_is_not() {
    let message = read(json!({"event": "Bought", "userId": 7, "anonymousId": null,
            "writeKey": "rpk_x", "context": {"ip": "1.2.3.4"}, "foo": [1],
            "properties": {"a": 1, "segment": "SMB", "traits": true, "page": 2}}))
    .expect("a message");
    assert_eq!(message.user.as_ref().map(|k| k.value.as_str()), Some("7"));
    assert_eq!(message.anonymous, None);
    let wanted = json!({"a": 1, "segment": "SMB", "traits": true, "page": 2,
            "$rapport.segment": {"context": {"ip": "1.2.3.4"}, "foo": [1]}});
    assert_eq!(message.payload, wanted);
}

#[test]
fn what_leads_to_nobody_for_certain_is_refused() {
    for wrong in [
        json!({"event": ""}),
        json!({"event": "x", "userId": {"a": 1}}),
        json!({"event": "x", "userId": "u".repeat(201), "anonymousId": "a"}),
        json!({"event": "x", "anonymousId": "u".repeat(201)}),
        json!({"event": "x", "groupId": "u".repeat(201)}),
        json!({"event": "x", "properties": {"a": "x".repeat(40_000)}}),
        json!([]),
    ] {
        assert!(matches!(read(wrong.clone()), Err(AppError::Invalid(_))), "{wrong}");
    }
    let message = read(json!({"event": "x", "userId": "anonymous"})).expect("a message");
    assert_eq!((message.user, message.nobody), (None, true));
    let none = Message::read(json!({"type": "party"}), None, None, now());
    assert!(matches!(none, Err(AppError::Invalid(_))));
}

#[test]
fn one_odd_value_never_costs_the_message() {
    for (odd, aside) in [
        (json!({"event": 7}), None),
        (json!({"properties": []}), None),
        (json!({"properties": [], "context": [], "integrations": [], "traits": []}), None),
        (json!({"userId": []}), None),
        (json!({"userId": false}), Some("userId")),
        (json!({"properties": "text"}), Some("properties")),
        (json!({"properties": [1]}), Some("properties")),
        (json!({"timestamp": "soon"}), Some("timestamp")),
        (json!({"timestamp": 1e308}), Some("timestamp")),
        (json!({"timestamp": ""}), None),
        (json!({"sentAt": {}, "originalTimestamp": false}), Some("originalTimestamp")),
        (json!({"name": "x".repeat(300)}), Some("name")),
        (json!({"event": "x".repeat(300)}), Some("event")),
        (json!({"messageId": "x".repeat(600)}), Some("messageId")),
        (json!({"type": "party"}), None),
    ] {
        let mut sent = json!({"event": "E", "anonymousId": "a"});
        sent.as_object_mut()
            .expect("an object")
            .extend(odd.as_object().cloned().expect("an object"));
        let message = read(sent).expect("a message");
        let fields: Vec<_> = message.aside.iter().map(|a| a.field.as_str()).collect();
        assert_eq!(fields, aside.into_iter().collect::<Vec<_>>(), "{odd}");
        if let Some(field) = aside {
            let kept = &message.payload["$rapport.set_aside"][field]["sent"];
            assert_eq!(*kept, odd[field], "the raw value is kept");
        }
        assert!(message.at <= now());
    }
}

#[test]
fn traits_are_read_from_the_context_too() {
    let read = |value| Message::read(value, Some(MessageType::Identify), None, now());
    let message = read(json!({"userId": "u", "traits": {"name": "Ada"},
            "context": {"traits": {"name": "Old", "email": "ada@x.example"}}}))
    .expect("a message");
    assert_eq!(message.traits.to_input(&[]).input.name.as_deref(), Some("Ada"));
    assert_eq!(message.traits.keys().len(), 1);
}

#[test]
fn a_wrong_clock_is_set_right_and_what_it_said_is_kept() {
    let message = read(json!({"event": "x", "timestamp": "2020-01-01T00:00:00Z",
            "sentAt": "2020-01-01T00:00:05Z"}))
    .expect("a message");
    assert_eq!(message.at, now() - TimeDelta::seconds(5));
    let kept = &message.payload["$rapport.occurred_at_sent"];
    assert_eq!(*kept, "2020-01-01T00:00:00+00:00");
    let future = read(json!({"event": "x", "timestamp": "2999-01-01T00:00:00Z"}));
    assert_eq!(future.expect("a message").at, now() + TimeDelta::hours(24));
    let later = read(json!({"event": "x", "timestamp": "2026-11-24T10:00:09Z",
            "sentAt": "2026-11-24T10:00:00Z"}));
    assert_eq!(later.expect("a message").at, now());
}

#[test]
fn a_slow_transfer_is_no_wrong_clock() {
    for late in [1, 30, 600, 1_700] {
        let told = now() - TimeDelta::seconds(late + 1);
        let sent = now() - TimeDelta::seconds(late);
        let message = read(json!({"event": "x", "timestamp": told, "sentAt": sent}));
        assert_eq!(message.expect("a message").at, told, "{late} s on its way");
    }
    let ahead = now() + TimeDelta::minutes(5);
    let message = read(json!({"event": "x", "timestamp": ahead, "sentAt": ahead}));
    assert_eq!(message.expect("a message").at, now());
}

proptest! {
    /// A device's clock is right or wrong by as much as it likes; what it sends waits on the
    /// device, and then on its way.
    #[test]
    fn a_right_clock_is_believed_and_a_wrong_one_set_right(
        ago in 0i64..500_000, waited in 0i64..100_000, on_its_way in 0i64..1_700,
        wrong in prop_oneof![Just(0i64), 3_000i64..900_000_000, -900_000_000i64..-3_000],
    ) {
        let seconds = TimeDelta::seconds;
        let happened = now() - seconds(ago);
        let left = happened + seconds(waited);
        let arrived = left + seconds(on_its_way);
        let told = |real: DateTime<Utc>| Some(real + seconds(wrong));
        let (at, _) = clock(told(happened), told(left), arrived, json!({}));
        if wrong == 0 {
            prop_assert_eq!(at, happened);
        }
        prop_assert!(at <= arrived);
        prop_assert!((at - happened).num_seconds().abs() <= on_its_way, "{} {}", at, happened);
    }

    #[test]
    fn no_text_is_a_panic(name in ".{0,250}", id in ".{0,250}", at in "[0-9TZ:.+-]{0,30}") {
        if let Ok(message) = read(json!({"event": name, "userId": id, "timestamp": at})) {
            prop_assert!(!message.name.contains('\0'));
            prop_assert!(message.at <= now() + TimeDelta::hours(24));
        }
    }
}
