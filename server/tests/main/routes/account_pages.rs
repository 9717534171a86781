use crate::support::{OTHER_KEY, TestApp};
use axum::http::{Method, StatusCode, header};
use serde_json::{Value, json};
use sqlx::PgPool;

/// Northwind with Alex in it, an event of each, and so many more of Alex's.
async fn northwind(app: &TestApp, more: usize) -> (String, String) {
    let account = json!({"external_id": "a1", "name": "North <b>wind", "plan": "Scale",
        "domains": ["nw.example"], "mrr_minor": 400000, "currency": "EUR"});
    let account = app.post("/accounts", account).await.json()["id"].clone();
    let alex = json!({"external_id": "u1", "name": "Alex", "account": {"external_id": "a1"}});
    let alex = app.post("/customers", alex).await.json()["id"].clone();
    let note = json!({"body": "Asks for invoices in **PDF**"});
    let id = account.as_str().expect("an id").to_string();
    assert_eq!(app.post(&format!("/accounts/{id}/notes"), note).await.status, StatusCode::CREATED);
    let mut events = vec![
        json!({"account": {"external_id": "a1"}, "name": "invoice.paid", "title": "Invoice <i>paid",
            "kind": "crm", "body": "Two lines", "payload": {"amount": 4000}, "url": "https://x.example/1"}),
        json!({"customer": {"external_id": "u1"}, "name": "report_exported"}),
    ];
    events.extend((0..more).map(|n| {
        json!({"customer": {"external_id": "u1"}, "name": format!("old_{n}"), "occurred_at": "2026-01-01T10:00:00Z"})
    }));
    let answer = app.post("/events", Value::Array(events)).await.json();
    assert_eq!(answer["results"][0]["status"], "created", "{answer}");
    (id, alex.as_str().expect("an id").into())
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn an_account_s_page_shows_whose_each_event_is(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (account, alex) = northwind(&app, 60).await;
    let cookie = app.priya().await;
    let path = format!("/accounts/{account}");
    let page = app.page(&path, &cookie).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    for shown in ["Scale", "nw.example", "<strong>PDF", "report_exported", "Two lines"] {
        assert!(page.body.contains(shown), "{shown} in {}", page.body);
    }
    assert!(page.body.contains(&format!("/customers/{alex}?event=")), "the event's own place");
    assert!(page.body.contains(&format!("/customers?account={account}")));
    assert!(!page.body.contains("<b>wind") && !page.body.contains("<i>paid"), "text is text");
    assert!(!page.body.contains(" style=\""));
    // Older, and back.
    let href = |body: &str, says: &str| {
        let link = body.split("<a ").find(|a| {
            a.split("</a>").next().is_some_and(|a| a.contains(says)) && a.contains("href=")
        });
        let href =
            link.and_then(|a| a.split("href=\"").nth(1)?.split('"').next().map(String::from));
        href.map(|h| h.replace("&amp;", "&"))
    };
    let older = href(&page.body, "Load older").expect("more than a page");
    let second = app.page(&older, &cookie).await;
    assert!(second.body.contains("old_0") && !second.body.contains("report_exported"));
    assert!(href(&second.body, "Load older").is_none());
    let newer = href(&second.body, "Load newer").expect("a way back");
    let back = app.page(&newer, &cookie).await;
    assert!(back.body.contains("report_exported"), "{}", back.body);
    let crm = app.page(&format!("{path}?filter=crm"), &cookie).await;
    assert!(crm.body.contains("Two lines") && !crm.body.contains("report_exported"));
    // Nonsense in the address opens the page.
    let odd = app.page(&format!("{path}?filter=x&before=y"), &cookie).await;
    assert_eq!(odd.status, StatusCode::OK);

    let other = app.api_as(OTHER_KEY, Method::POST, "/accounts", Some(json!({"name": "Other"})));
    let other = other.await.json()["id"].as_str().expect("an id").to_string();
    for id in [other.as_str(), "acc_00000000000000000000000000", "acc_x", &alex] {
        let answer = app.page(&format!("/accounts/{id}"), &cookie).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{id}");
        assert!(answer.body.contains("This does not exist"), "{}", answer.body);
    }
    let anonymous = app.page(&path, "").await;
    assert_eq!(anonymous.header(header::LOCATION), format!("/login?next={path}"));
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn the_api_reads_an_account_s_timeline_page_by_page(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (account, alex) = northwind(&app, 60).await;
    let path = format!("/accounts/{account}/timeline");
    let (mut names, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = app.get(&format!("{path}{cursor}")).await;
        assert_eq!(page.status, StatusCode::OK, "{page:?}");
        let page = page.json();
        names.extend(page["items"].as_array().expect("items").iter().map(|i| {
            (i["name"].as_str().expect("a name").to_string(), i["customer"]["id"].clone())
        }));
        match page["next"].as_str() {
            Some(next) => cursor = format!("?cursor={next}"),
            None => break,
        }
    }
    // Linking Alex to the account left an activity or not; each sent event is there once.
    let sent = |name: &str| names.iter().filter(|(n, _)| n == name).collect::<Vec<_>>();
    assert_eq!(sent("invoice.paid"), [&("invoice.paid".to_string(), Value::Null)]);
    assert_eq!(sent("report_exported")[0].1, alex.as_str());
    assert_eq!(names.iter().filter(|(n, _)| n.starts_with("old_")).count(), 60);
    let crm = app.get(&format!("{path}?kind=crm")).await.json();
    assert_eq!(crm["items"].as_array().map(Vec::len), Some(1), "{crm}");
    assert!(app.get(&format!("{path}?kind=party")).await.status.is_client_error());
    let stranger = app.api_as(OTHER_KEY, Method::GET, &path, None).await;
    assert_eq!(stranger.status, StatusCode::NOT_FOUND);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_picture_beside_an_event_comes_through_us_alone(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (account, alex) = northwind(&app, 0).await;
    // Nothing of our own network is asked, so whoever listens here hears nothing.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let asked = tokio::spawn(async move { listener.accept().await.is_ok() });
    let own = json!({"external_id": "a1"});
    let events = json!([
        {"account": own, "name": "inside", "icon": format!("https://127.0.0.1:{port}/a.png")},
        {"account": own, "name": "named", "icon": format!("https://localhost:{port}/a.png")},
        {"account": own, "name": "script", "icon": "javascript:alert(1)"},
        {"account": own, "name": "sly", "payload": {"icon_url": "javascript:alert(1)"}},
        {"account": own, "name": "plain", "payload": {"icon_url": format!("http://127.0.0.1:{port}/a.png")}},
    ]);
    assert_eq!(app.post("/events", events).await.status, StatusCode::OK);
    let cookie = app.priya().await;
    let page = app.page(&format!("/accounts/{account}"), &cookie).await.body;
    let pictures: Vec<String> = page
        .split("<img ")
        .skip(1)
        .filter_map(|img| Some(img.split("src=\"").nth(1)?.split('"').next()?.to_string()))
        .collect();
    assert_eq!(pictures.len(), 2, "{page}");
    let mut addresses = Vec::new();
    for item in app.get(&format!("/accounts/{account}/timeline")).await.json()["items"]
        .as_array()
        .expect("items")
    {
        // An event's permanent address: its time and its id, as the page's link has them.
        let id = item["id"].as_str().expect("an id");
        let at = page.split("event=").find_map(|link| {
            let cursor = link.split(['"', '#']).next()?;
            cursor.ends_with(id.trim_start_matches("evt_")).then(|| cursor.to_string())
        });
        let at = at.expect("a link");
        addresses.push(format!("/files/events/{account}/{at}/icon"));
        addresses.push(format!("/files/events/{alex}/{at}/icon"));
    }
    assert!(pictures.iter().all(|p| addresses.contains(p)), "{pictures:?}");
    addresses.push(format!("/files/events/{account}/x/icon"));
    addresses.push(format!("/files/events/tik_x/{}/icon", "0".repeat(39)));
    for address in &addresses {
        let answer = app.page(address, &cookie).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{address}");
        assert!(answer.header(header::CACHE_CONTROL).starts_with("private"), "{address}");
    }
    assert!(!asked.is_finished());
    asked.abort();
    let anonymous = app.page(&pictures[0], "").await;
    assert_ne!(anonymous.status, StatusCode::OK);
}
