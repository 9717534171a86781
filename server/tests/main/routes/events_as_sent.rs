//! Calls as clients really send them: each with what is right for it.

use super::odd_events::{account, person, send, status, values};
use crate::support::TestApp;
use serde_json::{Value, json};
use sqlx::PgPool;

async fn names(app: &TestApp, sql: &'static str) -> Vec<String> {
    sqlx::query_scalar(sql).fetch_all(app.store.pool()).await.expect("names")
}

/// PHP writes an empty map as `[]`.
#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn empty_lists_are_empty_maps(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let who = json!({"userId": "wp", "traits": {"name": "Zofia"}});
    send(&app, "/v1/identify", who).await;
    for (path, body) in [
        (
            "/v1/track",
            json!({"userId": "wp", "event": "a", "properties": [], "context": [], "integrations": []}),
        ),
        ("/v1/identify", json!({"userId": "wp", "traits": []})),
        ("/v1/page", json!({"userId": "wp", "name": "Checkout", "properties": []})),
        ("/v1/screen", json!({"userId": "wp", "name": "Home", "properties": []})),
        ("/v1/group", json!({"userId": "wp", "groupId": "g", "traits": []})),
        (
            "/v1/batch",
            json!({"context": [], "batch": [{"type": "track", "userId": "wp", "event": "b", "properties": []}]}),
        ),
        ("/api/v1/events", json!({"customer": {"external_id": "wp"}, "name": "c", "payload": []})),
    ] {
        let answer = send(&app, path, &body).await;
        assert_eq!(status(&answer), "created", "{path} {body}: {answer}");
    }
    let answer = app.post("/customers", json!({"external_id": "wp", "fields": []})).await;
    assert!(answer.status.is_success(), "{answer:?}");
    assert_eq!(person(&app, "wp").await["name"], "Zofia");
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn no_time_costs_an_event_or_its_traits(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let at = chrono::Utc::now() - chrono::TimeDelta::hours(1);
    let form = |f: &str| json!(at.format(f).to_string());
    let seconds = at.timestamp();
    send(
        &app,
        "/v1/identify",
        json!({"userId": "ts", "timestamp": "2020-01-01T00:00:00Z", "traits": {"name": "Tove"}}),
    )
    .await;
    let times = [
        (form("%Y-%m-%dT%H:%M:%S"), true),
        (form("%Y-%m-%d %H:%M:%S"), true),
        (form("%Y-%m-%d"), true),
        (form("%Y-%m-%dT%H:%M:%S+0000"), true),
        (form("%Y-%m-%dT%H:%M:%S+00"), true),
        (form("%Y-%m-%d %H:%M:%S UTC"), true),
        (form("%Y-%m-%d %H:%M:%S +0000"), true),
        (form("%a, %d %b %Y %H:%M:%S GMT"), true),
        (form("%b %d, %Y, %I:%M:%S %p"), true),
        (form("%Y-%m-%dT%H:%M:%S,123Z"), true),
        (form("%Y-%m-%dT%H:%M:%S.123456789Z"), true),
        (json!(seconds), true),
        (json!(seconds * 1_000), true),
        (json!(seconds * 1_000_000), true),
        (json!(seconds * 1_000_000_000), true),
        (json!(seconds as f64 + 0.25), true),
        (json!(seconds.to_string()), true),
        (json!((seconds * 1_000).to_string()), true),
        (json!((seconds * 1_000_000_000).to_string()), true),
        (
            json!({"date": at.format("%Y-%m-%d %H:%M:%S.000000").to_string(), "timezone_type": 3, "timezone": "UTC"}),
            true,
        ),
        (json!(""), false),
        (json!("yesterday"), false),
        (json!("9999-12-31T23:59:59Z"), true),
        (json!(253_402_300_799_i64), true),
        (json!(-1), true),
        (json!("-99999999999999999999"), false),
        (json!(0), true),
        (json!([2026, 11, 24]), false),
        (json!(true), false),
        (json!(null), false),
    ];
    for (n, (time, _)) in times.iter().enumerate() {
        let event = json!({"userId": "ts", "event": format!("E{n}"), "timestamp": time});
        let answer = send(&app, "/v1/track", event).await;
        assert_eq!(status(&answer), "created", "{time}: {answer}");
    }
    // What is no time says so with the event.
    let unread = "select name from timeline_events where payload ? '$rapport.set_aside'";
    let mut unread = names(&app, unread).await;
    // An empty text may be said to be none, or be as good as nothing.
    let empty = times.iter().position(|(time, _)| *time == json!("")).unwrap_or_default();
    unread.retain(|name| *name != format!("E{empty}"));
    unread.sort();
    let mut wanted: Vec<String> = times
        .iter()
        .enumerate()
        .filter(|(_, (time, read))| !read && !time.is_null() && *time != json!(""))
        .map(|(n, _)| format!("E{n}"))
        .collect();
    wanted.sort();
    assert_eq!(unread, wanted);
    let early = "select name from timeline_events where occurred_at > now() + interval '25 hours'";
    assert!(names(&app, early).await.is_empty());
    let zoneless = json!({"userId": "ts", "timestamp": form("%Y-%m-%dT%H:%M:%S"), "traits": {"title": "Producer"}});
    send(&app, "/v1/identify", zoneless).await;
    assert_eq!(person(&app, "ts").await["job_title"], "Producer");
}

/// A transfer that took its time is no wrong clock.
#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn slow_delivery_keeps_the_order(pool: PgPool) {
    let app = TestApp::new(pool).await;
    send(&app, "/v1/identify", json!({"userId": "slow", "traits": {"name": "Ines"}})).await;
    let now = chrono::Utc::now();
    let ago = |ms: i64| (now - chrono::TimeDelta::milliseconds(ms)).to_rfc3339();
    for (event, happened, left) in
        [("Paid", 6_000, 100), ("Cart opened", 30_000, 29_500), ("Looked", 31_000, 30_900)]
    {
        let event = json!({"userId": "slow", "event": event, "timestamp": ago(happened), "sentAt": ago(left)});
        assert_eq!(status(&send(&app, "/v1/track", event).await), "created");
    }
    let order = "select name from timeline_events where source = 'segment' order by occurred_at";
    assert_eq!(names(&app, order).await, ["Looked", "Cart opened", "Paid"]);
}

/// RudderStack's and older clients say traits in the context, by whatever call.
#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn traits_stand_in_the_context_too(pool: PgPool) {
    let app = TestApp::new(pool).await;
    for (n, body) in [
        json!({"context": {"traits": {"name": "Rune", "email": "rune0@x.example"}}}),
        json!({"traits": {"name": "Rune"}, "context": {"traits": {"email": "rune1@x.example"}}}),
        json!({"traits": {"name": "Rune", "email": "rune2@x.example"}, "context": {"traits": {"name": "Old"}}}),
        json!({"traits": [], "context": {"traits": {"name": "Rune", "email": "RUNE3@x.example"}}}),
    ]
    .into_iter()
    .enumerate()
    {
        let id = format!("r{n}");
        let mut body = body;
        body["userId"] = json!(id);
        assert_eq!(status(&send(&app, "/v1/identify", body).await), "created");
        let rune = person(&app, &id).await;
        assert_eq!(rune["name"], "Rune", "{n}");
        assert_eq!(values(&rune, "email"), [format!("rune{n}@x.example")], "{n}");
    }
}

/// Whoever writes by mail and is identified by the address is one person.
#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_sender_and_a_user_id_of_one_address_are_one_person(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let raw = "From: Hana <hana@x.example>\r\nTo: support@acme.example\r\nSubject: Invoice\r\n\r\nWhere?\r\n";
    app.mail(raw.into()).await;
    send(&app, "/v1/identify", json!({"userId": "Hana@X.example", "traits": {"name": "Hana"}}))
        .await;
    send(&app, "/v1/track", json!({"userId": "hana@x.example", "event": "Opened"})).await;
    let found = app.get("/customers?q=hana@x.example").await.json();
    assert_eq!(found["items"].as_array().map(Vec::len), Some(1), "{found}");
    // The same address in other case, and an international domain in its other spelling, are no news.
    for email in ["HANA@x.example", "hana@x.example."] {
        send(&app, "/v1/identify", json!({"userId": "hana@x.example", "traits": {"email": email}}))
            .await;
    }
    let hana = app.get("/customers?q=hana@x.example").await.json()["items"][0]["id"].clone();
    let hana = app.get(&format!("/customers/{}", hana.as_str().unwrap_or_default())).await.json();
    assert_eq!(values(&hana, "email"), ["hana@x.example"]);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn phones_are_one_however_they_were_copied(pool: PgPool) {
    let app = TestApp::new(pool).await;
    for (n, spelled) in [
        "\u{2068}+49 30 90182X\u{2069}",
        "\u{202a}+49 30 90182X\u{202c}",
        "+49\u{200b}30\u{2009}90182X",
        "+49\u{2011}30\u{2013}90182X",
        "(+49) 30 90182X",
        "0049 (0)30 90182X",
        "+0049 30 90182X",
        "tel:+493090182X",
        "＋49 30 90182X",
        "+٤٩ ٣٠ ٩٠١٨٢X",
        "+४९ ३० ९०१८२X",
        "Tel.: +49 30 90182X",
        "\u{1f4de} +49·30·90182X",
    ]
    .iter()
    .enumerate()
    {
        let number = spelled.replace('X', &format!("{:02}", n + 10));
        let id = format!("ph{n}");
        send(&app, "/v1/identify", json!({"userId": id, "traits": {"phone": number}})).await;
        let own = values(&person(&app, &id).await, "phone");
        assert_eq!(own, [format!("+493090182{:02}", n + 10)], "{spelled}");
        // The same over REST finds the same.
        let again = app.post("/customers", json!({"external_id": id, "phone": number})).await;
        assert!(again.status.is_success(), "{spelled}: {again:?}");
        assert_eq!(values(&again.json(), "phone").len(), 1, "{spelled}");
    }
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_company_is_described_by_its_group(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let group = json!({"userId": "gil", "groupId": "park", "traits": {
        "name": "Park & Söhne", "employees": 120, "website": "https://park.example", "phone": "+49 30 901820",
        "industry": "Retail", "plan": "Pro", "description": "x", "createdAt": "2020-01-01",
        "address": {"city": "Berlin", "country": "DE"}, "tags": ["a", {"b": 1}], "isVIP": "TRUE"}});
    send(&app, "/v1/identify", json!({"userId": "gil", "traits": {"name": "Gil"}})).await;
    assert_eq!(status(&send(&app, "/v1/group", group).await), "created");
    let park = account(&app, &person(&app, "gil").await).await;
    for (field, value) in [
        ("name", json!("Park & Söhne")),
        ("employee_count", json!(120)),
        ("website", json!("https://park.example")),
        ("phone", json!("+4930901820")),
        ("industry", json!("Retail")),
        ("plan", json!("Pro")),
        ("external_id", json!("park")),
    ] {
        let kept = if field == "phone" {
            json!(park[field].as_str().unwrap_or_default().replace(' ', ""))
        } else {
            park[field].clone()
        };
        assert_eq!(kept, value, "{field}");
    }
    // What no field takes is said, not dropped in silence.
    let log: Vec<String> = names(&app, "select reason from event_log where type = 'group'").await;
    assert!(log.iter().any(|l| l.contains("address") && l.contains("description")), "{log:?}");
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn aliases_in_chains_and_circles_come_to_an_end(pool: PgPool) {
    let app = TestApp::new(pool).await;
    for n in 0..4 {
        send(&app, "/v1/track", json!({"anonymousId": format!("b{n}"), "event": format!("E{n}")}))
            .await;
    }
    send(&app, "/v1/identify", json!({"userId": "u1", "traits": {"name": "Ada"}})).await;
    for (user, previous) in [
        ("u1", "b0"),
        ("b0", "b1"),
        ("b1", "b2"),
        ("b2", "u1"),
        ("u1", "u1"),
        ("u1", "b3"),
        ("b3", "b0"),
    ] {
        let alias = json!({"userId": user, "previousId": previous});
        let answer = send(&app, "/v1/alias", alias).await;
        assert!(
            answer["results"][0]["status"].is_string() || answer["status"] == 400,
            "{user} {previous}: {answer}"
        );
    }
    // Nothing is lost, whoever it came to belong to; and nobody known became somebody else.
    assert_eq!(
        names(&app, "select name from timeline_events where name ~ '^E[0-9]$'").await.len(),
        4
    );
    assert_eq!(person(&app, "u1").await["name"], "Ada");
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn odd_ids_are_found_and_open(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let cookie = app.priya().await;
    for (n, id) in [
        "a/b",
        "auth0|5f7c",
        "user 10",
        "ü-ß-漢",
        "a?b#c&d=e",
        "100%",
        "../../etc",
        "a\\b",
        "'; drop table x; --",
        "<b>x</b>",
        "urn:x:1",
        "  spaced  ",
        "0x1F",
        "1e3",
        "-10",
        "a\u{200d}b",
    ]
    .iter()
    .enumerate()
    {
        let traits = json!({"userId": id, "traits": {"name": format!("Odd {n}")}});
        assert_eq!(status(&send(&app, "/v1/identify", traits).await), "created", "{id}");
        let event = json!({"userId": id, "event": format!("Odd event {n}")});
        assert_eq!(status(&send(&app, "/v1/track", event).await), "created", "{id}");
        let found = app.get(&format!("/customers?q=Odd%20{n}")).await.json();
        let all = found["items"].as_array().cloned().unwrap_or_default();
        let own = all.iter().find(|c| c["name"] == format!("Odd {n}")).cloned().unwrap_or_default();
        let page = format!("/customers/{}", own["id"].as_str().unwrap_or_default());
        let page = app.page(&page, &cookie).await;
        assert!(page.body.contains(&format!("Odd event {n}")), "{id}");
    }
    // What is too long is refused with the reason, and put on nobody's timeline.
    let long = format!("urn:{}", "a".repeat(230));
    for (path, body) in [
        ("/v1/track", json!({"userId": long, "event": "x"})),
        ("/v1/track", json!({"userId": long, "anonymousId": "b", "event": "x"})),
        ("/v1/identify", json!({"userId": long, "traits": {"name": "x"}})),
        ("/v1/group", json!({"userId": "u", "groupId": long})),
        ("/v1/alias", json!({"userId": "u", "previousId": long})),
        ("/api/v1/events", json!({"customer": {"external_id": long}, "name": "x"})),
    ] {
        let answer = send(&app, path, &body).await.to_string();
        assert!(answer.contains("too long") || answer.contains("at most 200"), "{path}: {answer}");
    }
    assert!(names(&app, "select name from timeline_events where name = 'x'").await.is_empty());
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn bodies_are_read_as_far_as_they_can_be(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let large = "x".repeat(40 * 1024);
    for (body, states) in [
        // A mark of UTF-8 before it, and keys that are there twice.
        ("\u{feff}{\"batch\":[{\"type\":\"track\",\"anonymousId\":\"b\",\"event\":\"BOM\"}]}".to_string(), vec!["created"]),
        (r#"{"batch":[{"type":"track","anonymousId":"b","event":"one","event":"two"}],"batch":[{"type":"track","anonymousId":"b","event":"three"}]}"#.into(), vec!["created"]),
        // One that is too large, between two that are not.
        (format!(r#"{{"batch":[{{"type":"track","anonymousId":"b","event":"before"}},{{"type":"track","anonymousId":"b","event":"large","properties":{{"t":"{large}"}}}},{{"type":"track","anonymousId":"b","event":"after"}}]}}"#), vec!["created", "rejected", "created"]),
        // No numbers of any kind, and what is none of a kind.
        (r#"{"batch":[{"type":"track","anonymousId":"b","event":"n","properties":{"a":1e999,"b":-0,"c":1e3,"d":[NaN,Infinity],"e":{"f":NaN}}},null,7,"x",[],{"type":"dance"},{"event":"no type"}]}"#.into(), vec!["created"]),
    ] {
        let answer = send(&app, "/v1/batch", &body).await;
        let results = answer["results"].as_array().cloned().unwrap_or_default();
        let got: Vec<_> = results.iter().filter_map(|r| r["status"].as_str()).collect();
        assert_eq!(got[..states.len()], states[..], "{answer}");
        assert!(got[states.len()..].iter().all(|s| *s == "rejected"), "{answer}");
    }
}

/// Values of traits in every shape: those of a near type are read, those of another are listed.
#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn traits_of_every_shape_cost_nobody(pool: PgPool) {
    let app = TestApp::new(pool).await;
    for (key, kind) in
        [("seats", "number"), ("is_vip", "boolean"), ("since", "date"), ("crm_id", "text")]
    {
        let field = json!({"entity": "customer", "key": key, "label": key, "type": kind});
        assert!(app.post("/custom-fields", field).await.status.is_success(), "{key}");
    }
    for (n, (traits, field, kept)) in [
        (json!({"seats": "25"}), "seats", json!(25)),
        (json!({"seats": "1e3"}), "seats", json!(1000)),
        (json!({"seats": 1e3}), "seats", json!(1000)),
        (json!({"seats": {"total": 3}}), "seats", Value::Null),
        (json!({"isVIP": "TRUE"}), "is_vip", json!(true)),
        (json!({"is vip": "yes"}), "is_vip", json!(true)),
        (json!({"IsVip": 0}), "is_vip", json!(false)),
        (json!({"since": "2026-11-24T23:30:00-08:00"}), "since", json!("2026-11-24")),
        (
            json!({"since": {"date": "2026-11-24 00:00:00.000000", "timezone": "UTC"}}),
            "since",
            json!("2026-11-24"),
        ),
        (json!({"CRM ID": 10023}), "crm_id", json!("10023")),
        (json!({"crmID": 10023.0}), "crm_id", json!("10023")),
        (json!({"crm_id": 12345678901234567890_u64}), "crm_id", json!("12345678901234567890")),
        (json!({"crm_id": [{"id": 1}, {"id": 2}]}), "crm_id", Value::Null),
    ]
    .into_iter()
    .enumerate()
    {
        let id = format!("t{n}");
        let answer = send(&app, "/v1/identify", json!({"userId": id, "traits": &traits})).await;
        assert_eq!(status(&answer), "created", "{traits}");
        let read = person(&app, &id).await["fields"][field].clone();
        let same = read == kept || read.as_f64().is_some() && read.as_f64() == kept.as_f64();
        assert!(same, "{traits}: {read}");
        if kept.is_null() {
            assert!(answer.to_string().contains(field), "{traits} is listed: {answer}");
        }
    }
}

/// However calls overtake each other, what was said last counts, and nothing that was said is lost.
#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn the_order_of_arrival_changes_nothing(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let said = [
        json!({"title": "Engineer", "name": "Nora"}),
        json!({"title": "CTO", "city": "Oslo"}),
        json!({"city": null, "company": "Northwind"}),
        json!({}),
    ];
    // Every order of four calls.
    let mut orders: Vec<Vec<usize>> = vec![vec![]];
    for n in 0..said.len() {
        orders = orders
            .into_iter()
            .flat_map(|order| {
                (0..=order.len()).map(move |at| {
                    let mut longer = order.clone();
                    longer.insert(at, n);
                    longer
                })
            })
            .collect();
    }
    assert_eq!(orders.len(), 24);
    for (n, order) in orders.iter().enumerate() {
        let id = format!("order-{n}");
        for step in order {
            let at = format!("2026-11-20T10:00:{:02}Z", 10 + step);
            let call = json!({"userId": id, "timestamp": at, "traits": said[*step]});
            assert_eq!(status(&send(&app, "/v1/identify", call).await), "created");
        }
        let nora = person(&app, &id).await;
        let kept = [&nora["name"], &nora["job_title"], &nora["city"], &nora["company"]];
        assert_eq!(
            kept,
            [&json!("Nora"), &json!("CTO"), &Value::Null, &json!("Northwind")],
            "{order:?}"
        );
    }
}
