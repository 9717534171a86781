use super::*;
use proptest::prelude::*;

#[derive(serde::Deserialize)]
struct Table {
    hidden: Vec<(String, String)>,
    kept: Vec<String>,
    addresses: Vec<(String, String)>,
}

fn table() -> Table {
    let text = include_str!("../../../../../fixtures/recordings/secrets.json");
    serde_json::from_str(text).expect("the table of secrets")
}

#[test]
fn secrets_go_and_everything_else_stays() {
    for (text, expected) in table().hidden {
        assert_eq!(scrub(&text), expected, "{text}");
    }
    for text in table().kept {
        assert_eq!(scrub(&text), text);
    }
}

#[test]
fn addresses_keep_the_names_of_their_parameters() {
    for (url, expected) in table().addresses {
        assert_eq!(without_query_values(&url), expected, "{url}");
    }
}

proptest! {
    #[test]
    fn any_text_is_scrubbed_once_and_keeps_its_length(text in ".{0,80}") {
        let once = scrub(&text).into_owned();
        prop_assert_eq!(once.chars().count(), text.chars().count());
        prop_assert_eq!(scrub(&once), once.as_str());
    }

    #[test]
    fn a_card_number_is_found_wherever_it_stands(before in "[a-z ]{0,9}", number in 400_000_000_000_000u64..499_999_999_999_999, after in "[a-z ]{0,9}") {
        let body = number.to_string();
        let digits: Vec<u8> = body.bytes().map(|b| b - b'0').collect();
        let check = (0..10u8).find(|d| { let mut all = digits.clone(); all.push(*d); luhn(&all) });
        let card = format!("{body}{}", check.expect("one of ten fits"));
        let text = format!("{before} {card} {after}");
        prop_assert!(!scrub(&text).contains(&card));
    }
}
