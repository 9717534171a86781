//! No answer holds a sensitive value that nobody asked for: walks every page, every server function and
//! every route of the API past values that would be seen. The tables of routes are those of [`access`] and
//! of the API's description; a new server function fails until it is placed here.
//!
//! [`access`]: super::access

use super::access::{Method2, doors, knock};
use crate::support::{Answer, TestApp};
use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use rapport_domain::Permission;
use rapport_domain::customer::{Customer, CustomerEdit, CustomerQuery};
use rapport_domain::ticket::{InboxQuery, TicketListQuery};
use rapport_domain::timeline::TimelineQuery;
use serde_json::json;
use sqlx::PgPool;
use std::collections::BTreeSet;

/// What is in every sensitive value.
const CANARY: &str = "zq7canary";
const KEY: &str = "bank_account";

/// Server functions that read: what they are called with. Whatever they take is in one of these.
const READ: [&str; 24] = [
    "edit_details",
    "fill_macro",
    "find_accounts",
    "find_macros",
    "find_members",
    "load_account",
    "load_cards",
    "load_customers",
    "load_inbox",
    "load_info",
    "load_opening",
    "load_tickets",
    "load_timeline",
    "load_views",
    "load_waiting",
    "open_ticket",
    "open_timeline",
    "read_headers",
    "reveal_field",
    "suggest_customers",
    "suggest_people",
    "suggest_tickets",
    "tickets_of_view",
    "edit_ticket",
];

/// Those that change something, and answer ids, versions, notes and filters.
const WRITE: [&str; 26] = [
    "add_note",
    "change_note",
    "change_tickets",
    "choose_preference",
    "create_customer",
    "create_ticket",
    "delete_filter",
    "delete_note",
    "link_account",
    "link_member",
    "link_new_account",
    "mark_ticket_read",
    "mark_ticket_unread",
    "move_ticket",
    "pin_event",
    "reset_card",
    "retry_send",
    "save_card",
    "save_filter",
    "save_view",
    "undo_send",
    "undo_tickets",
    "unlink_account",
    "unlink_member",
    "write_message",
    "current_viewer",
];

/// A customer in an account with a ticket, each with a value, and events that tell of it.
struct Marked {
    app: TestApp,
    customer: String,
    account: String,
    number: String,
    doors: Vec<(Method2, String, Permission)>,
}

fn found(answer: &Answer) -> bool {
    answer.body.contains(CANARY)
}

async fn marked(pool: PgPool) -> Marked {
    let app = TestApp::new(pool.clone()).await;
    for entity in ["customer", "account", "ticket"] {
        // Sensitive once there is history.
        let field = json!({"entity": entity, "key": KEY, "label": "Bank account", "type": "text"});
        let made = app.post("/custom-fields", field).await;
        assert_eq!(made.status, StatusCode::CREATED, "{made:?}");
    }
    let doors = doors(&app).await;
    let customer = app.customer("u1").await;
    let account = app.post("/accounts", json!({"external_id": "a1"})).await.json();
    let account = account["id"].as_str().expect("an id").to_string();
    let list = app.get("/tickets").await.json();
    let number = list["items"][0]["number"].to_string();
    let value = |what: &str| json!({ "fields": { KEY: format!("{CANARY}-{what}") } });
    let mut of_customer = value("customer");
    of_customer["account"] = json!({"id": account});
    for (path, mut change) in [
        (format!("/customers/{customer}"), of_customer),
        (format!("/accounts/{account}"), value("account")),
        (format!("/tickets/{number}"), value("ticket")),
    ] {
        if path.starts_with("/tickets") {
            change["version"] = app.get(&path).await.json()["version"].clone();
        }
        let changed = app.patch(&path, change).await;
        assert!(changed.status == StatusCode::OK && found(&changed), "{path}: {changed:?}");
    }
    let payload = json!({"bankAccount": CANARY, "traits": {"Bank account": [CANARY]}});
    let events = json!([
        {"customer": {"id": customer}, "name": "Signed up", "payload": payload},
        {"account": {"id": account}, "name": "Paid", "payload": payload},
    ]);
    let sent = app.post("/events", events).await;
    assert!(sent.status.is_success(), "{sent:?}");
    let body = "To {{customer.fields.bank_account}} {{ticket.fields.bank_account}}";
    sqlx::query(
        "insert into macros (workspace_id, id, name, folder, body)
        select workspace_id, gen_random_uuid(), 'Charge', '', $1 from workspaces where name <> 'Other'",
    )
    .bind(body)
    .execute(&pool)
    .await
    .expect("a macro");
    let done = sqlx::query("update custom_fields set sensitive = true where key = $1")
        .bind(KEY)
        .execute(&pool)
        .await
        .expect("marked");
    assert_eq!(done.rows_affected(), 3);
    Marked { app, customer, account, number, doors }
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn no_page_holds_a_value(pool: PgPool) {
    let Marked { app, customer, account, number, doors } = marked(pool).await;
    let more = [
        format!("/customers/{customer}?edit=details&pane=info"),
        format!("/customers/{customer}?notes=all"),
        format!("/customers/{customer}/tickets/{number}"),
        format!("/accounts/{account}?pane=info"),
        "/inbox".into(),
        "/settings/events".into(),
        "/settings/info-pane".into(),
        "/settings/custom-fields?edit=new".into(),
        "/settings/audit-log".into(),
        "/settings/audit-log/export?format=jsonl".into(),
    ];
    let listed = doors.iter().filter(|(method, ..)| *method == Method2::Get);
    let paths: BTreeSet<String> = listed.map(|(_, path, _)| path.clone()).chain(more).collect();
    let mut opened = 0;
    for cookie in [app.sam().await, app.vera().await, app.priya().await] {
        for path in paths.iter().filter(|path| !path.starts_with("/live")) {
            let answer = knock(&app, Method2::Get, path, &cookie).await;
            assert!(!found(&answer), "{path}: {}", answer.body);
            opened += usize::from(answer.status == StatusCode::OK);
        }
    }
    assert!(opened > 60, "only {opened} pages were opened");
    let page = app.page(&format!("/customers/{customer}"), &app.vera().await).await;
    assert!(page.body.contains("••••••"), "that there is a value is shown");
    let other = app.customer("u2").await;
    let path = format!("/customers/{customer}/identity?with={other}");
    assert!(!found(&app.page(&path, &app.priya().await).await), "{path}");
    let path = format!("/customers/{other}/identity?with={customer}");
    let preview = app.page(&path, &app.priya().await).await;
    assert!(preview.body.contains("••••••") && !found(&preview), "{}", preview.body);
}

/// The function's name: its address without the hash at its end.
fn name_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default().trim_end_matches(|c: char| c.is_ascii_digit())
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn no_server_function_answers_a_value_unless_it_is_asked_for(pool: PgPool) {
    let Marked { app, customer, account, number, .. } = marked(pool.clone()).await;
    let number: i64 = number.parse().expect("a number");
    let known: Customer =
        serde_json::from_value(app.get(&format!("/customers/{customer}")).await.json())
            .expect("a customer");
    // As a page would be filled that knew nothing of it.
    let mut blind = known;
    blind.details.fields.clear();
    let was = serde_json::to_string(&CustomerEdit::of(&blind)).expect("JSON");
    let owners =
        [json!({"customer": customer}), json!({"account": account}), json!({"ticket": number})];
    let whose = [json!(customer), json!(account)];
    let mut asked = 0;
    let people =
        [("sam", app.sam().await), ("vera", app.vera().await), ("priya", app.priya().await)];
    for (who, cookie) in people {
        let paths: BTreeSet<&str> = server_fn::axum::server_fn_paths().map(|(p, _)| p).collect();
        for path in paths {
            let name = name_of(path);
            let read = READ.contains(&name);
            assert!(read != WRITE.contains(&name), "say in READ or WRITE what {name} does");
            if !read {
                continue;
            }
            for (owner, whose) in owners.iter().zip(whose.iter().cycle()) {
                let query = match name {
                    "load_inbox" | "tickets_of_view" => json!(InboxQuery::default()),
                    "load_tickets" => json!(TicketListQuery::default()),
                    "load_customers" => json!(CustomerQuery::default()),
                    _ => json!(TimelineQuery::default()),
                };
                let other = if name == "suggest_customers" {
                    json!("cus_01jdb2x4v0e5r8s3q6t9wzy1aa")
                } else {
                    json!(0)
                };
                let body = json!({
                    "owner": owner, "key": KEY, "whose": whose, "query": query,
                    "customer": customer, "account": account, "number": number, "ticket": number,
                    "all_notes": true, "typed": "a", "q": "a", "other_than": other,
                    "id": "msg_01jdb2x4v0e5r8s3q6t9wzy1aa",
                });
                let form = format!(
                    "desk={number}&mode=reply&typed=c&customer={customer}&was={}&edit[name]=Alex\
                     &edit[external_id]=u1&edit[emails]=&edit[phones]=&edit[job_title]=&edit[company]=\
                     &edit[language]=&edit[time_zone]=&edit[city]=Cork&edit[country]=&edit[address]=\
                     &edit[website]=&edit[tags]=&edit[fields][{KEY}]=x&number={number}\
                     &property=field:{KEY}&value=x&sets=true",
                    form_urlencoded(&was),
                );
                for (media_type, body) in [
                    ("application/json", body.to_string()),
                    ("application/x-www-form-urlencoded", form),
                ] {
                    let request = Request::post(path)
                        .header("sec-fetch-site", "same-origin")
                        .header(header::ACCEPT, "application/json")
                        .header(header::COOKIE, &cookie)
                        .header(header::CONTENT_TYPE, media_type)
                        .body(Body::from(body));
                    let answer = app.send(request.expect("a request")).await;
                    let may = who == "priya" && name == "reveal_field";
                    assert!(may || !found(&answer), "{name} as {who}: {}", answer.body);
                    asked += usize::from(answer.status == StatusCode::OK);
                }
            }
        }
    }
    assert!(asked > 150, "only {asked} answers were looked at");
    let shown: i64 =
        sqlx::query_scalar("select count(*) from audit_log where action = 'field.revealed'")
            .fetch_one(&pool)
            .await
            .expect("a count");
    assert_eq!(shown, 3, "Priya alone was shown them, and it is written down");
}

/// A key with these scopes, made behind the page's back.
async fn key(pool: &PgPool, name: &str, scopes: &[Permission]) -> String {
    use sha2::{Digest, Sha256};
    let secret = format!("rsk_{name}");
    let scopes: Vec<&str> = scopes.iter().map(|scope| scope.as_str()).collect();
    sqlx::query(
        "insert into api_keys (workspace_id, id, name, kind, prefix, key_hash, scopes)
        select workspace_id, gen_random_uuid(), $1, 'secret', '', $2, $3
        from api_keys where name = 'Demo server'",
    )
    .bind(name)
    .bind(Sha256::digest(&secret).to_vec())
    .bind(scopes)
    .execute(pool)
    .await
    .expect("a key");
    secret
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn the_api_answers_a_value_to_keys_with_the_scope_alone(pool: PgPool) {
    let Marked { app, customer, account, number, .. } = marked(pool.clone()).await;
    let description = app.get("/openapi.json").await.json();
    let mut paths: Vec<String> = Vec::new();
    for (path, item) in description["paths"].as_object().expect("paths") {
        let id = if path.starts_with("/accounts") { &account } else { &customer };
        if item.get("get").is_some() {
            paths.push(path.replace("{id}", id).replace("{number}", &number));
        }
    }
    assert!(paths.len() > 10, "{paths:?}");
    let blind: Vec<Permission> = Permission::SCOPES
        .into_iter()
        .filter(|scope| *scope != Permission::CustomersSensitive)
        .collect();
    let mut keys: Vec<String> = vec![key(&pool, "blind", &blind).await];
    for (n, scope) in Permission::SCOPES.into_iter().enumerate() {
        keys.push(key(&pool, &format!("one{n}"), &[scope]).await);
    }
    for key in &keys {
        for path in &paths {
            let answer = app.api_as(key, Method::GET, path, None).await;
            assert!(!found(&answer), "{key} {path}: {}", answer.body);
        }
    }
    let places = [
        format!("/customers/{customer}"),
        format!("/accounts/{account}"),
        format!("/tickets/{number}"),
    ];
    for path in &places {
        let answer = app.api_as(&keys[0], Method::GET, path, None).await;
        assert_eq!(answer.json()["hidden_fields"], json!([KEY]), "{path}: {answer:?}");
        // It writes what it cannot read, and is answered nothing.
        let version = answer.json()["version"].clone();
        let mut change = json!({"fields": {KEY: format!("{CANARY}-new")}});
        if path.starts_with("/tickets") {
            change["version"] = version;
        }
        let answer = app.api_as(&keys[0], Method::PATCH, path, Some(change)).await;
        assert!(answer.status == StatusCode::OK && !found(&answer), "{path}: {answer:?}");
    }
    let all = key(&pool, "all", &Permission::SCOPES).await;
    for path in &paths {
        let answer = app.api_as(&all, Method::GET, path, None).await;
        assert_eq!(found(&answer), places.contains(path), "{path}: {}", answer.body);
    }
    let told: i64 = sqlx::query_scalar(
        "select count(*) from audit_log l join api_keys k on k.id = l.actor_id
        where l.action = 'fields.read' and k.name = 'all'",
    )
    .fetch_one(&pool)
    .await
    .expect("a count");
    assert_eq!(told, 3);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn agents_cannot_change_what_they_cannot_see_and_are_told_so(pool: PgPool) {
    let Marked { app, account, .. } = marked(pool).await;
    let (sam, path) = (app.sam().await, format!("/accounts/{account}/edit"));
    let page = app.page(&path, &sam).await;
    assert!(!page.body.contains(&format!("name=\"fields.{KEY}\"")), "no field to type into");
    assert!(page.body.contains("can change it"), "{}", page.body);
    let form = format!("version=2&name=Acme&fields.{KEY}=DE02");
    let refused = app.form(&path, &form, &sam).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.body);
    let page = app.page(&path, &app.priya().await).await;
    assert!(page.body.contains("Hidden. Type to replace it"), "{}", page.body);
}

fn form_urlencoded(text: &str) -> String {
    use std::fmt::Write;
    text.bytes().fold(String::new(), |mut out, b| {
        match b {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => out.push(char::from(b)),
            b => write!(out, "%{b:02X}").expect("a string grows"),
        }
        out
    })
}
