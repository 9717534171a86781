//! Events as the world sends them: odd values, ids that are none, calls out of order.

use crate::support::{KEY, TestApp};
use serde_json::{Value, json};
use sqlx::PgPool;

pub(super) async fn send(app: &TestApp, path: &str, body: impl ToString) -> Value {
    let request = axum::http::Request::post(path)
        .header("authorization", format!("Bearer {KEY}"))
        .header("content-type", "application/json")
        .body(axum::body::Body::from(body.to_string()));
    app.send(request.expect("a request")).await.json()
}

pub(super) fn status(answer: &Value) -> &str {
    answer["results"][0]["status"].as_str().unwrap_or_default()
}

/// The customer with this external id.
pub(super) async fn person(app: &TestApp, id: &str) -> Value {
    let found = app.get(&format!("/customers?q={id}")).await.json();
    let items = found["items"].as_array().cloned().unwrap_or_default();
    let own = items.iter().find(|item| item["external_id"] == id).cloned().unwrap_or_default();
    let Some(id) = own["id"].as_str() else { return Value::Null };
    app.get(&format!("/customers/{id}")).await.json()
}

pub(super) fn values(person: &Value, kind: &str) -> Vec<String> {
    let all = person["identifiers"].as_array().cloned().unwrap_or_default();
    let own = all.iter().filter(|i| i["kind"] == kind);
    own.filter_map(|i| i["value"].as_str().map(String::from)).collect()
}

pub(super) async fn account(app: &TestApp, person: &Value) -> Value {
    let id = person["account"]["id"].as_str().expect("an account").to_string();
    app.get(&format!("/accounts/{id}")).await.json()
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn one_odd_value_never_costs_the_batch(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let body = r#"{"batch":[
        {"type":"identify","userId":42,"traits":{"name":"Nadia","phone":4917012345670.0,"age":NaN}},
        {"type":"track","userId":42.0,"event":"NaN","properties":{"score":NaN,"limit":-Infinity}},
        {"type":"track","userId":"42","event":"empty","properties":[],"context":[]},
        {"type":"track","userId":42,"event":"when","timestamp":"yesterday"},
        {"type":"track","userId":12345678901234567890123,"event":"exact"}]}"#;
    let answer = send(&app, "/v1/batch", body).await;
    let results = answer["results"].as_array().cloned().unwrap_or_default();
    let states: Vec<_> = results.iter().filter_map(|r| r["status"].as_str()).collect();
    assert_eq!(states, ["created", "created", "created", "created", "unlinked"], "{answer}");
    assert_eq!(results[3]["warnings"][0]["field"], "timestamp");
    assert_eq!(values(&person(&app, "42").await, "phone"), ["4917012345670"]);
    let whose: String =
        sqlx::query_scalar("select whose_value from event_log where name = 'exact'")
            .fetch_one(app.store.pool())
            .await
            .expect("a row");
    assert_eq!(whose, "12345678901234567890123");
    // What was set aside is kept with the event, and said in the log.
    let why: String = sqlx::query_scalar(
        "select payload->'$rapport.set_aside'->'timestamp'->>'sent' from timeline_events
        where name = 'when'",
    )
    .fetch_one(app.store.pool())
    .await
    .expect("a row");
    assert_eq!(why, "yesterday");
    let log: String = sqlx::query_scalar("select reason from event_log where type = 'identify'")
        .fetch_one(app.store.pool())
        .await
        .expect("a row");
    assert!(log.contains("age"), "{log}");
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn what_comes_late_sets_what_nothing_newer_set(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let at = |s: u32| format!("2026-11-20T10:00:{s:02}Z");
    for (kind, message) in [
        ("group", json!({"groupId": "g", "timestamp": at(30), "traits": {"plan": "Pro"}})),
        ("alias", json!({"previousId": "browser-1", "timestamp": at(31)})),
        ("identify", json!({"timestamp": at(32)})),
        ("identify", json!({"timestamp": at(20), "traits": {"title": "CTO"}})),
        ("identify", json!({"timestamp": at(10), "traits": {"title": "Engineer", "name": "Nora"}})),
        ("group", json!({"groupId": "old", "timestamp": at(5)})),
        (
            "group",
            json!({"groupId": "g", "timestamp": at(6), "traits": {"plan": "Free", "industry": "Retail"}}),
        ),
    ] {
        let mut message = message;
        message["userId"] = json!("u1");
        assert_eq!(status(&send(&app, &format!("/v1/{kind}"), &message).await), "created");
    }
    // What a server or an agent changed since is newer, too.
    let path =
        format!("/customers/{}", person(&app, "u1").await["id"].as_str().unwrap_or_default());
    app.patch(&path, json!({"city": "Oslo"})).await;
    let late = json!({"userId": "u1", "timestamp": at(40), "traits": {"city": "Bergen"}});
    send(&app, "/v1/identify", late).await;
    let nora = person(&app, "u1").await;
    assert_eq!(nora["city"], "Oslo");
    assert_eq!((&nora["name"], &nora["job_title"]), (&json!("Nora"), &json!("CTO")));
    let account = account(&app, &nora).await;
    assert_eq!(account["external_id"], "g");
    assert_eq!((&account["plan"], &account["industry"]), (&json!("Pro"), &json!("Retail")));
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn an_email_as_user_id_counts_as_that(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let first = json!({"customer": {"external_id": "Ivo@X.example"}, "name": "waits"});
    assert_eq!(status(&send(&app, "/api/v1/events", first).await), "unlinked");
    for id in ["Ivo@X.example", "ivo@x.example"] {
        send(&app, "/v1/identify", json!({"userId": id, "traits": {"name": "Ivo"}})).await;
    }
    let found = app.get("/customers?q=ivo@x.example").await.json();
    assert_eq!(found["items"].as_array().map(Vec::len), Some(1));
    let ivo = person(&app, "ivo@x.example").await;
    assert_eq!(ivo["email"], "ivo@x.example");
    // Whoever has the address has the events of the id, too.
    app.post("/customers", json!({"external_id": "u7", "email": "hana@x.example"})).await;
    let event = json!({"userId": "Hana@X.example", "event": "opened"});
    assert_eq!(status(&send(&app, "/v1/track", event).await), "created");
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn the_email_said_last_is_primary_and_the_oldest_unproven_gives_way(pool: PgPool) {
    let app = TestApp::new(pool).await;
    for n in 0..7 {
        let who = json!({"userId": "u1", "traits": {"email": format!("a{n}@x.example")}});
        send(&app, "/v1/identify", who).await;
        let email = person(&app, "u1").await["email"].clone();
        assert_eq!(email, format!("a{n}@x.example"));
        if n == 0 {
            // Nobody vouches for this one.
            sqlx::query(
                "update customer_identifiers set verified_at = null where value = 'a0@x.example'",
            )
            .execute(app.store.pool())
            .await
            .expect("an update");
        }
    }
    let emails = values(&person(&app, "u1").await, "email");
    assert_eq!(emails.len(), 6, "{emails:?}");
    assert!(!emails.contains(&"a0@x.example".to_string()));
    let told = "select count(*) from timeline_events where name = 'customer.identifier_replaced'";
    let told: i64 = sqlx::query_scalar(told).fetch_one(app.store.pool()).await.expect("a count");
    assert_eq!(told, 1);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn the_rules_of_creation_hold_for_changes(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let made = json!({"name": "Northwind", "domains": ["https://www.northwind.example/about"]});
    let northwind = app.post("/accounts", made).await.json();
    assert_eq!(northwind["domains"], json!(["northwind.example"]));
    send(&app, "/v1/identify", json!({"userId": "u1", "traits": {"name": "Ada"}})).await;
    send(&app, "/v1/identify", json!({"userId": "u1", "traits": {"email": "a@northwind.example"}}))
        .await;
    assert_eq!(person(&app, "u1").await["account"]["id"], northwind["id"]);
    // Its id becomes known later: found again by name and domain.
    let group = json!({"userId": "u1", "groupId": "n1",
        "traits": {"name": "Northwind", "domain": "northwind.example", "employees": "120"}});
    send(&app, "/v1/group", group).await;
    let ada = person(&app, "u1").await;
    let found = account(&app, &ada).await;
    assert_eq!((&found["id"], &found["external_id"]), (&northwind["id"], &json!("n1")));
    assert_eq!(found["employee_count"], 120);
    // A server may speak of a company alone, and one without a name goes by its id.
    let alone = json!({"groupId": "n1", "traits": {"plan": "Pro"}});
    assert_eq!(status(&send(&app, "/v1/group", alone).await), "created");
    assert_eq!(account(&app, &ada).await["plan"], "Pro");
    assert_eq!(status(&send(&app, "/v1/group", json!({"groupId": "n2"})).await), "created");
    assert_eq!(app.get("/accounts").await.json()["items"][0]["name"], "n2");
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn ids_that_are_none_join_nobody(pool: PgPool) {
    let app = TestApp::new(pool).await;
    for (n, none) in ["guest", "(null)", "{}", "N/A", "[object Object]", "distinct_id", "true"]
        .iter()
        .enumerate()
    {
        for side in ["x", "y"] {
            let email = format!("{side}{n}@x.example");
            let who = json!({"userId": none, "traits": {"email": email}});
            assert_eq!(status(&send(&app, "/v1/identify", who).await), "created");
        }
        for (kind, field) in [("group", "groupId"), ("alias", "previousId")] {
            let answer =
                send(&app, &format!("/v1/{kind}"), json!({"userId": "u1", field: none})).await;
            assert_eq!(answer["status"], 400, "{kind} {none}");
        }
    }
    let people = "select count(*) from customers where kind = 'customer'";
    let people: i64 =
        sqlx::query_scalar(people).fetch_one(app.store.pool()).await.expect("a count");
    assert_eq!(people, 14);
    let long = json!({"userId": "u".repeat(230), "anonymousId": "a", "event": "E"});
    let answer = send(&app, "/v1/track", long).await;
    assert!(answer["detail"].as_str().is_some_and(|d| d.contains("too long")), "{answer}");
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn an_alias_joins_what_waits_for_an_id_of_the_server_alone(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event = json!({"userId": "lead-7", "event": "Quote asked"});
    assert_eq!(status(&send(&app, "/v1/track", event).await), "unlinked");
    send(&app, "/v1/identify", json!({"userId": "u1", "traits": {"name": "Ada"}})).await;
    send(&app, "/v1/alias", json!({"userId": "u1", "previousId": "lead-7"})).await;
    let linked = "select count(*) from timeline_events where name = 'Quote asked'";
    let linked: i64 =
        sqlx::query_scalar(linked).fetch_one(app.store.pool()).await.expect("a count");
    assert_eq!(linked, 1);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn null_clears_in_a_patch(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let account = app
        .post("/accounts", json!({"external_id": "a", "name": "A", "plan": "Pro", "employee_count": 5,
            "mrr_minor": 1000, "currency": "EUR", "renewal_date": "2027-01-01", "domains": ["a.example"]}))
        .await
        .json();
    let path = format!("/accounts/{}", account["id"].as_str().unwrap_or_default());
    for field in ["plan", "employee_count", "mrr_minor", "currency", "renewal_date", "external_id"]
    {
        let changed = app.patch(&path, json!({field: null})).await.json();
        assert_eq!((&changed[field], &changed["name"]), (&Value::Null, &json!("A")), "{field}");
    }
    assert_eq!(app.patch(&path, json!({"domains": null})).await.json()["domains"], json!([]));
    let customer = app
        .post(
            "/customers",
            json!({"external_id": "u", "name": "Ada", "email": "a@x.example",
            "phone": "+4930901820", "job_title": "x", "signed_up_at": "2024-01-01T00:00:00Z",
            "account": {"name": "A"}, "tags": ["vip"], "fields": []}),
        )
        .await
        .json();
    let path = format!("/customers/{}", customer["id"].as_str().unwrap_or_default());
    for field in ["job_title", "signed_up_at", "account", "phone", "email", "external_id"] {
        let changed = app.patch(&path, json!({field: null})).await.json();
        assert_eq!((&changed[field], &changed["name"]), (&Value::Null, &json!("Ada")), "{field}");
    }
    assert_eq!(app.patch(&path, json!({"tags": null})).await.json()["tags"], json!([]));
    assert_eq!(app.patch(&path, json!({"nothing": null})).await.status.as_u16(), 422);
    let ticket = app
        .post(
            "/tickets",
            json!({"customer": {"id": customer["id"]}, "subject": "S", "tags": ["a"]}),
        )
        .await
        .json();
    let path = format!("/tickets/{}", ticket["number"]);
    assert_eq!(app.patch(&path, json!({"tags": null})).await.json()["tags"], json!([]));
    let snoozed = app.patch(&path, json!({"snoozed_until": "2099-01-01T00:00:00Z"})).await;
    assert_eq!(snoozed.status.as_u16(), 422, "that is too far");
    let soon = (chrono::Utc::now() + chrono::TimeDelta::days(1)).to_rfc3339();
    assert_eq!(app.patch(&path, json!({"snoozed_until": soon})).await.json()["status"], "snoozed");
    assert_eq!(app.patch(&path, json!({"snoozed_until": null})).await.json()["status"], "open");
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn names_and_numbers_are_found_in_every_spelling(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let people = [
        "Jürgen Müller",
        "Łukasz Nowak",
        "Maria Straße",
        "Andre\u{301} Petit",
        "山田太郎",
        "김민수",
        "Sinéad O’Brien",
        "佐藤 花子",
        "박 서준",
        "محمد عَلِي",
    ];
    for (n, name) in people.iter().enumerate() {
        let who = json!({"external_id": format!("p{n}"), "name": name, "phone": format!("+49 30 90182{n}")});
        app.post("/customers", who).await;
    }
    app.post("/accounts", json!({"name": "Żabka Köln"})).await;
    for (typed, n) in [
        ("Muller", 0),
        ("MÜLLER", 0),
        ("mu\u{308}ller", 0),
        ("lukasz", 1),
        ("Łukasz", 1),
        ("strasse", 2),
        ("straße", 2),
        ("André", 3),
        ("Andre\u{301}", 3),
        ("andre", 3),
        ("山田", 4),
        ("太郎", 4),
        ("민수", 5),
        ("obrien", 6),
        ("O'Brien", 6),
        ("O’Brien", 6),
        ("o´brien", 6),
        ("佐藤花子", 7),
        ("佐藤 花子", 7),
        ("花子", 7),
        ("박서준", 8),
        ("서준", 8),
        ("محمد علي", 9),
        ("عَلِي", 9),
        ("0049 30 901820", 0),
        ("tel:+4930901821", 1),
        ("+49 (0)30 90182-2", 2),
        ("＋４９ ３０ ９０１８２３", 3),
        ("030 901824", 4),
    ] {
        let q = typed.replace('+', "%2B").replace(' ', "%20");
        let found = app.get(&format!("/customers?q={}", encoded(&q))).await.json();
        let ids: Vec<_> = found["items"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|i| i["external_id"].clone())
            .collect();
        assert_eq!(ids, [json!(format!("p{n}"))], "{typed}");
    }
}

/// Other scripts as an address has them.
fn encoded(text: &str) -> String {
    let escape = |c: char| match c.is_ascii() {
        true => c.to_string(),
        false => c.to_string().bytes().map(|b| format!("%{b:02X}")).collect(),
    };
    text.chars().map(escape).collect()
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_workspace_knows_its_own_ids_and_numbers(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let cookie = app.priya().await;
    let form = "do=rules&nobody_ids=kiosk%0D%0AFront+Desk&phone_country=de";
    app.form("/settings/events", form, &cookie).await;
    for none in ["Kiosk", "front-desk"] {
        let event = json!({"userId": none, "event": "E"});
        assert_eq!(status(&send(&app, "/v1/track", event).await), "ignored");
        let answer = app.post("/customers", json!({"external_id": none})).await;
        assert_eq!(answer.status.as_u16(), 422);
    }
    send(&app, "/v1/identify", json!({"userId": "u1", "traits": {"phone": "030 901820"}})).await;
    assert_eq!(values(&person(&app, "u1").await, "phone"), ["+4930901820"]);
    let found = app.get("/customers?q=030%2F901820").await.json();
    assert_eq!(found["items"][0]["external_id"], "u1");
}
