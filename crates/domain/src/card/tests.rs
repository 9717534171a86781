use super::*;

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

fn keys(keys: &[&str]) -> Vec<String> {
    keys.iter().map(|k| k.to_string()).collect()
}

#[test]
fn a_layout_has_known_fields_once_each() {
    let custom = [field(Card::Customer, "nps", "NPS", FieldType::Number)];
    let check = |card, names: &[&str]| check_layout(card, &keys(names), &custom);
    assert_eq!(check(Card::Customer, &["city", "custom:nps"]), Ok(()));
    assert_eq!(check(Card::Customer, &[]), Ok(()));
    for (card, wrong) in
        [(Card::Account, "custom:nps"), (Card::Customer, "mrr"), (Card::Customer, "custom:")]
    {
        assert!(check(card, &[wrong]).unwrap_err().field("fields").is_some(), "{wrong}");
    }
    assert!(check(Card::Customer, &["city", "city"]).is_err());
    assert!(check_layout(Card::Customer, &vec!["city".to_string(); 500], &custom).is_err());
}

#[test]
fn every_field_on_offer_can_be_chosen() {
    for card in Card::ALL {
        let all: Vec<String> = card.fields().iter().map(|(k, _)| k.to_string()).collect();
        assert_eq!(check_layout(*card, &all, &[]), Ok(()));
    }
}

#[test]
fn steps_move_add_and_remove() {
    let step = |fields: &[&str], step: &str| {
        let mut fields = keys(fields);
        apply_step(&mut fields, step);
        fields
    };
    assert_eq!(step(&["a", "b", "c"], "up:c"), ["a", "c", "b"]);
    assert_eq!(step(&["a", "b", "c"], "down:a"), ["b", "a", "c"]);
    assert_eq!(step(&["a"], "add:custom:nps"), ["a", "custom:nps"]);
    assert_eq!(step(&["a", "b"], "remove:a"), ["b"]);
    for nothing in ["up:a", "down:b", "add:a", "remove:z", "fly:a", "up", ""] {
        assert_eq!(step(&["a", "b"], nothing), ["a", "b"], "{nothing}");
    }
}

#[test]
fn a_dragged_field_lands_where_it_was_dropped() {
    let place = |fields: &[&str], key: &str, at: usize| {
        let mut fields = keys(fields);
        place_at(&mut fields, key, at);
        fields
    };
    assert_eq!(place(&["a", "b", "c"], "a", 2), ["b", "c", "a"]);
    assert_eq!(place(&["a", "b", "c"], "c", 0), ["c", "a", "b"]);
    assert_eq!(place(&["a", "b"], "z", 1), ["a", "z", "b"]);
    assert_eq!(place(&["a"], "a", 99), ["a"]);
}
