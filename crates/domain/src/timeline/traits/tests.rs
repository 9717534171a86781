use super::*;
use crate::fields::{FieldEntity, FieldType};
use crate::ids::{FieldId, Uuid};
use serde_json::json;

fn traits(value: Value) -> Traits {
    Traits(value.as_object().cloned().expect("an object"))
}

fn def(key: &str, kind: FieldType) -> FieldDef {
    FieldDef {
        id: FieldId(Uuid::nil()),
        entity: FieldEntity::Customer,
        key: key.into(),
        label: key.into(),
        kind,
        options: if kind == FieldType::List {
            vec!["Gold".into(), "Silver".into()]
        } else {
            vec![]
        },
        position: 0,
        archived: false,
        sensitive: false,
    }
}

fn listed<T>(reading: &Reading<T>) -> Vec<&str> {
    reading.aside.iter().map(|a| a.field.as_str()).collect()
}

#[test]
fn fields_take_what_they_can_read_and_the_rest_is_listed() {
    let defs = [def("plan_name", FieldType::Text), def("seats", FieldType::Number)];
    let read = traits(json!({"planName": "pro", "seats": "many", "role": "admin", "beta": null,
            "avatar": "javascript:alert(1)", "firstName": "Ada", "lastName": "King",
            "createdAt": "soon", "email": ["x"]}))
    .to_input(&defs);
    let input = &read.input;
    assert_eq!(input.fields, FieldValues::from([("plan_name".into(), json!("pro"))]));
    assert_eq!((input.name.as_deref(), &input.avatar_url), (Some("Ada King"), &None));
    let mut fields = listed(&read);
    fields.sort_unstable();
    let wanted = ["traits", "traits.avatar", "traits.createdAt", "traits.email", "traits.seats"];
    assert_eq!(fields, wanted);
    let unplaced = read.aside.iter().find(|a| a.field == "traits").expect("listed");
    assert_eq!(unplaced.why, "No field takes beta, role.");
}

#[test]
fn near_types_are_read_into_fields() {
    use FieldType::{Boolean, Date, List, Number, Text};
    for (kind, sent, kept) in [
        (Number, json!("25"), json!(25)),
        (Number, json!(" 25.5 "), json!(25.5)),
        (Text, json!(10023), json!("10023")),
        (Text, json!(10023.0), json!("10023")),
        (Text, json!(true), json!("true")),
        (Text, json!(["a", 2]), json!("a, 2")),
        (Boolean, json!("true"), json!(true)),
        (Boolean, json!("No"), json!(false)),
        (Boolean, json!(1), json!(true)),
        (Boolean, json!(0.0), json!(false)),
        (Date, json!("2026-11-24T23:30:00.000Z"), json!("2026-11-24")),
        (Date, json!(1_795_480_000), json!("2026-11-24")),
        (List, json!("gold"), json!("Gold")),
        (List, json!(["Silver"]), json!("Silver")),
        (Number, json!(null), json!(null)),
        (Number, json!(""), json!(null)),
        (Text, json!([]), json!(null)),
    ] {
        let read = traits(json!({"x": sent})).to_input(&[def("x", kind)]);
        assert_eq!(read.input.fields.get("x"), Some(&kept), "{kind:?} {sent}");
        assert!(read.aside.is_empty());
    }
    for (kind, sent) in [
        (Number, json!("many")),
        (Number, json!("NaN")),
        (Boolean, json!("perhaps")),
        (Date, json!("soon")),
        (List, json!("Bronze")),
        (Text, json!({"a": 1})),
    ] {
        let read = traits(json!({"x": sent})).to_input(&[def("x", kind)]);
        assert_eq!((read.input.fields.len(), listed(&read)), (0, vec!["traits.x"]), "{sent}");
    }
}

#[test]
fn names_find_their_field_however_they_are_spelled() {
    for (key, spellings) in [
        ("arr", ["ARR", "arr", "Arr"]),
        ("is_vip", ["isVIP", "is VIP", "IsVip"]),
        ("crm_id", ["CRM ID", "crmID", "crm-id"]),
        ("username", ["username", "userName", "user_name"]),
        ("http_referrer", ["HTTPReferrer", "http.referrer", "HTTP referrer"]),
    ] {
        for spelling in spellings {
            let read = traits(json!({spelling: "x"})).to_input(&[def(key, FieldType::Text)]);
            assert_eq!(read.input.fields.get(key), Some(&json!("x")), "{spelling}");
        }
    }
}

#[test]
fn null_clears_and_a_name_stays() {
    let input = traits(json!({"title": null, "company": null, "name": null, "address": null,
            "website": "", "avatar": null}))
    .to_input(&[])
    .input;
    let cleared = Some(String::new());
    for property in [
        &input.job_title,
        &input.company,
        &input.city,
        &input.country,
        &input.website,
        &input.avatar_url,
        &input.address,
    ] {
        assert_eq!(*property, cleared);
    }
    assert_eq!(input.name, None);
}

#[test]
fn a_language_and_a_time_zone_are_read_however_they_are_called() {
    for (sent, language, zone) in [
        (json!({"language": "de", "timeZone": "Europe/Berlin"}), "de", "Europe/Berlin"),
        (json!({"locale": "pt_BR", "timezone": "Asia/Tokyo"}), "pt_BR", "Asia/Tokyo"),
    ] {
        let read = traits(sent.clone()).to_input(&[]);
        assert_eq!(read.input.language.as_deref(), Some(language), "{sent}");
        assert_eq!(read.input.time_zone.as_deref(), Some(zone), "{sent}");
        assert!(read.aside.is_empty(), "{sent}");
    }
    let read = traits(json!({"timezone": "Mars/Olympus"})).to_input(&[]);
    assert_eq!((read.input.time_zone, read.aside.len()), (None, 1));
}

#[test]
fn what_is_no_address_identifies_nobody() {
    let keys = traits(json!({"Email": "Ada@X.example", "phone": "call me"})).keys();
    assert_eq!(keys.len(), 1);
    assert_eq!(keys[0].value, "ada@x.example");
}

#[test]
fn a_phone_sent_as_a_number_gains_no_digit() {
    for sent in [json!(4_917_012_345_670.0), json!(4_917_012_345_670_i64), json!("4917012345670.0")]
    {
        let keys = traits(json!({"phone": sent})).keys();
        assert!(keys[0].value.ends_with("4917012345670"), "{:?}", keys[0]);
    }
}

#[test]
fn a_company_s_traits_are_its_properties() {
    let read = traits(json!({"name": "Park", "employees": "1,200", "website": "park.example",
            "domain": "https://www.park.example/about", "phone": 4930901820_i64, "industry": "Retail",
            "plan": {"name": "Pro"}, "createdAt": "2020-01-01", "id": "g"}))
        .to_account(&[]);
    let a = &read.input;
    assert_eq!((a.name.as_deref(), a.employee_count), (Some("Park"), Some(1_200)));
    assert_eq!(a.domains.as_deref(), Some(&["park.example".to_string()][..]));
    assert_eq!((a.phone.as_deref(), a.plan.as_deref()), (Some("4930901820"), Some("Pro")));
    assert_eq!(a.website.as_deref(), Some("https://park.example"));
    assert_eq!(listed(&read), ["traits"]);
    let odd = traits(json!({"employees": "many", "domain": "localhost"})).to_account(&[]);
    assert_eq!(listed(&odd), ["traits.domain", "traits.employees"]);
}
