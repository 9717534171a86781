use super::*;

fn named() -> AccountDetails {
    AccountDetails { name: "Northwind".into(), ..Default::default() }
}

#[test]
fn an_amount_needs_its_currency() {
    let input = AccountInput { mrr_minor: Some(480_000), ..Default::default() };
    assert!(named().apply(&input, &[]).unwrap_err().field("currency").is_some());
    let input = AccountInput { currency: Some("usd".into()), ..input };
    let mut details = named();
    details.apply(&input, &[]).expect("complete");
    assert_eq!(details.currency.as_deref(), Some("USD"));
}

#[test]
fn the_form_reads_amount_count_and_date() {
    let mut details = named();
    let edit = AccountEdit {
        mrr: Some("4,800".into()),
        currency: Some("USD".into()),
        employee_count: Some("120".into()),
        renewal_date: Some("2027-03-01".into()),
        domains: Some("Northwind.example, @nw.example".into()),
        ..Default::default()
    };
    details.apply_edit(&edit, &[]).expect("valid");
    assert_eq!((details.mrr_minor, details.employee_count), (Some(480_000), Some(120)));
    assert_eq!(details.domains, ["northwind.example", "nw.example"]);
    let clear =
        AccountEdit { mrr: Some("".into()), renewal_date: Some("".into()), ..Default::default() };
    details.apply_edit(&clear, &[]).expect("valid");
    assert_eq!((details.mrr_minor, details.renewal_date), (None, None));
}

#[test]
fn domains_are_read_however_they_are_written() {
    for given in [
        "northwind.example",
        "@Northwind.example",
        "https://northwind.example",
        "http://www.northwind.example:8080/about?x#y",
        "www.northwind.example",
        "//northwind.example/",
        "sales@northwind.example",
        "northwind.example.",
    ] {
        let read = read_domains(&[given.into()]);
        assert_eq!(read.as_deref(), Ok(&["northwind.example".to_string()][..]), "{given}");
    }
    for bad in ["", "localhost", "https://", "a b.example"] {
        assert!(read_domains(&[bad.into()]).is_err(), "{bad}");
    }
}

#[test]
fn wrong_values_are_named() {
    let edit = AccountEdit {
        name: Some("".into()),
        employee_count: Some("many".into()),
        domains: Some("localhost".into()),
        renewal_date: Some("soon".into()),
        ..Default::default()
    };
    let error = named().apply_edit(&edit, &[]).unwrap_err();
    for field in ["name", "employee_count", "domains", "renewal_date"] {
        assert!(error.field(field).is_some(), "{field}");
    }
    assert!(AccountEdit { owner_id: Some("me".into()), ..Default::default() }.owner().is_err());
}
