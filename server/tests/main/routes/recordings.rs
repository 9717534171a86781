//! Chunks over HTTP: in the wrong order, twice, too large, endless, somebody else's.

use crate::support::{Answer, KEY, PUBLIC_KEY, TestApp};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use flate2::Compression;
use flate2::write::GzEncoder;
use rapport_domain::limits::RECORDING_CHUNK_BYTES;
use rapport_domain::recording::{RecordingFilter, SettingsInput, Way};
use rapport_domain::{CustomerId, RecordingId, Uuid};
use rapport_services::{Ctx, auth, files, recordings};
use serde_json::{Value, json};
use sqlx::PgPool;
use std::io::Write;

const SESSION: &str = "0123456789abcdef0123456789abcdef";
pub(super) const WINDOW: &str = "aaaaaaaaaaaaaaaa";

pub(super) async fn ctx(app: &TestApp) -> Ctx {
    let device = rapport_domain::session::Device::default();
    let session = auth::login(&app.store, "priya@acme.example", "rapport-demo", &device).await;
    let session = session.expect("a login").session().expect("no second factor");
    let viewer = auth::viewer(&app.store, &session).await.expect("a viewer");
    Ctx::for_viewer(app.store.clone(), viewer.expect("Priya"))
}

pub(super) async fn recording(pool: PgPool) -> TestApp {
    let app = TestApp::new(pool).await;
    let input = SettingsInput {
        enabled: true,
        sample_percent: "100".into(),
        mask_text: "inputs".into(),
        keep_days: "30".into(),
        day_mb: "100".into(),
        ..SettingsInput::default()
    };
    recordings::set_settings(&ctx(&app).await, &input).await.expect("settings");
    app
}

pub(super) fn now() -> i64 {
    chrono::Utc::now().timestamp_millis()
}

pub(super) fn head(seq: i32) -> Value {
    json!({"key": PUBLIC_KEY, "session": SESSION, "window": WINDOW, "seq": seq, "anonymousId": "browser-1",
        "sentAt": now(), "context": {"userAgent": "Mozilla/5.0 (X11; Linux x86_64) Chrome/142.0 Safari/537.36"}})
}

pub(super) fn events(at: i64, text: &str) -> Value {
    json!([
        {"type": 4, "timestamp": at, "data": {"href": "https://shop.example/cart?q=1", "width": 1440, "height": 900}},
        {"type": 2, "timestamp": at + 5, "data": {"node": {"type": 0, "childNodes": [], "id": 1}, "initialOffset": {"top": 0, "left": 0}}},
        {"type": 3, "timestamp": at + 900, "data": {"source": 2, "type": 2, "id": 1, "text": text}},
    ])
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::default());
    packer.write_all(bytes).expect("packed");
    packer.finish().expect("packed")
}

pub(super) async fn post(app: &TestApp, head: &Value, payload: &[u8]) -> Answer {
    let mut body = format!("{head}\n").into_bytes();
    body.extend_from_slice(payload);
    let request = Request::post("/v1/recordings/chunks")
        .header(header::CONTENT_TYPE, "text/plain")
        .header(header::ORIGIN, "https://shop.example")
        .body(Body::from(body));
    app.send(request.expect("a request")).await
}

pub(super) async fn count(app: &TestApp, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(app.store.pool()).await.expect("a count")
}

/// The one customer with sessions, and the first of those.
pub(super) async fn session(app: &TestApp) -> (CustomerId, RecordingId) {
    sqlx::query_as::<_, (Uuid, Uuid)>(
        "select customer_id, id from recordings order by started_at limit 1",
    )
    .fetch_one(app.store.pool())
    .await
    .map(|(customer, id)| (CustomerId(customer), RecordingId(id)))
    .expect("a session")
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_session_comes_in_any_order_and_plays_in_its_own(pool: PgPool) {
    let app = recording(pool).await;
    let at = now() - 20_000;
    let chunk = |n: i64| {
        events(at + n * 3_000, &format!("chunk {n} pays by 4242 4242 4242 4242")).to_string()
    };
    for n in [1, 0, 3] {
        let mut head = head(n);
        head["packing"] = "gzip".into();
        let answer = post(&app, &head, &gzip(chunk(n.into()).as_bytes())).await;
        assert_eq!(
            (answer.status, answer.json()),
            (StatusCode::OK, json!({"success": true})),
            "{answer:?}"
        );
        assert_eq!(answer.header(header::ACCESS_CONTROL_ALLOW_ORIGIN), "*");
    }
    // The same bytes again are the same chunk; others under its number are refused.
    let again = json!({"packing": "gzip"});
    let mut same = head(1);
    same["packing"] = again["packing"].clone();
    assert_eq!(post(&app, &same, &gzip(chunk(1).as_bytes())).await.status, StatusCode::OK);
    assert_eq!(post(&app, &head(1), chunk(2).as_bytes()).await.status, StatusCode::CONFLICT);
    // Another browser cannot add to it.
    let mut other = head(5);
    other["anonymousId"] = "browser-2".into();
    assert_eq!(post(&app, &other, chunk(5).as_bytes()).await.status, StatusCode::CONFLICT);
    assert_eq!(count(&app, "select count(*) from recording_chunks").await, 3);
    assert_eq!(count(&app, "select count(*) from timeline_events where kind = 'session'").await, 1);

    let ctx = ctx(&app).await;
    let (customer, id) = session(&app).await;
    let listed = recordings::list(&ctx, customer, &RecordingFilter::default(), None, 10).await;
    let listed = listed.expect("listed").items;
    assert_eq!((listed.len(), listed[0].clicks, listed[0].live), (1, 3, true));
    assert_eq!(listed[0].paths, ["/cart"]);
    assert_eq!(listed[0].browser.as_deref(), Some("Chrome 142"));

    let texts = async |way| {
        let events = recordings::events(&ctx, customer, id, WINDOW, way).await.expect("events");
        let list: Vec<Value> = serde_json::from_slice(&events.json).expect("a list");
        let texts = list.iter().filter_map(|e| e["data"]["text"].as_str().map(String::from));
        (texts.collect::<Vec<_>>(), events.gap, events.last_at)
    };
    let expected = |n: i64| format!("chunk {n} pays by **** **** **** ****");
    for packed in [false, true] {
        if packed {
            sqlx::query("update recordings set received_at = now() - interval '1 hour'")
                .execute(app.store.pool())
                .await
                .expect("aged");
            recordings::look_after(&app.store).await.expect("looked after");
            recordings::pack_now(&app.store, ctx.workspace, id).await.expect("packed");
            assert_eq!(count(&app, "select count(*) from recording_chunks").await, 0);
            assert_eq!(
                count(&app, "select count(*) from recordings where stored and not live").await,
                1
            );
        }
        let (first, gap, last) = texts(Way::Seek(at + 4_000)).await;
        assert_eq!(
            (first, gap),
            (if packed { vec![expected(0), expected(1)] } else { vec![expected(1)] }, false)
        );
        // The second one never came: what follows says so.
        let (second, gap, _) = texts(Way::On(last.expect("a moment"))).await;
        assert_eq!((second, gap), (vec![expected(3)], true));
        let report = files::verify(&app.store, true).await.expect("verified");
        assert_eq!(
            (report.lost.count, report.damaged.count, report.without_row.count),
            (0, 0, 0),
            "{report:?}"
        );
    }
    // What is over takes nothing more.
    assert_eq!(post(&app, &head(7), chunk(4).as_bytes()).await.status, StatusCode::CONFLICT);
    recordings::delete(&ctx, id).await.expect("deleted");
    assert_eq!(count(&app, "select count(*) from timeline_events where kind = 'session'").await, 0);
    let left = files::verify(&app.store, false).await.expect("verified");
    assert_eq!(
        (left.rows, left.files, count(&app, "select count(*) from orphaned_files").await),
        (0, 0, 0)
    );
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn what_is_too_much_is_refused_and_nothing_of_it_is_kept(pool: PgPool) {
    let app = recording(pool).await;
    let mut packed = head(0);
    packed["packing"] = "gzip".into();
    let large = vec![b'a'; RECORDING_CHUNK_BYTES + 32 * 1024];
    assert_eq!(post(&app, &head(0), &large).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    // 64 MB of nothing take up 64 KB on the way.
    let bomb = gzip(&vec![b' '; 64 * 1024 * 1024]);
    assert_eq!(post(&app, &packed, &bomb).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    let mut cut = gzip(events(now(), "x").to_string().as_bytes());
    cut.truncate(20);
    assert_eq!(post(&app, &packed, &cut).await.status, StatusCode::BAD_REQUEST);
    let old = events(now() - 5 * 86_400_000, "x").to_string();
    for (payload, field) in [
        ("[]", "events"),
        ("{}", "events"),
        ("[{\"type\": 1}]", "events[0]"),
        (old.as_str(), "events"),
    ] {
        let answer = post(&app, &head(0), payload.as_bytes()).await;
        assert_eq!(
            (answer.status, answer.wrong_fields()),
            (StatusCode::UNPROCESSABLE_ENTITY, vec![field.to_string()]),
            "{payload}"
        );
    }
    let mut named = head(0);
    named["session"] = "../../etc".into();
    assert_eq!(post(&app, &named, b"[]").await.wrong_fields(), ["session"]);
    let answer = post(&app, &json!({"key": PUBLIC_KEY}), b"[]").await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let mut secret = head(0);
    secret["key"] = KEY.into();
    assert_eq!(post(&app, &secret, b"[]").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(count(&app, "select count(*) from recordings").await, 0);
    assert_eq!(count(&app, "select count(*) from timeline_events where kind = 'session'").await, 0);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_clock_that_is_off_by_a_day_is_set_right(pool: PgPool) {
    let app = recording(pool).await;
    let theirs = now() + 86_400_000;
    let mut ahead = head(0);
    ahead["sentAt"] = theirs.into();
    let answer = post(&app, &ahead, events(theirs - 5_000, "x").to_string().as_bytes()).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    let recent = "select count(*) from recordings where started_at between now() - interval '1 minute' and now()";
    assert_eq!(count(&app, recent).await, 1);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn nothing_is_recorded_of_who_does_not_want_it_or_where_it_is_off(pool: PgPool) {
    let app = TestApp::new(pool.clone()).await;
    let chunk = events(now(), "x").to_string();
    let off = post(&app, &head(0), chunk.as_bytes()).await;
    assert_eq!(off.json(), json!({"success": true, "stop": "off"}));
    let app = {
        drop(app);
        let app = TestApp::configured(pool, |_| {});
        let input = SettingsInput {
            enabled: true,
            sample_percent: "100".into(),
            mask_text: "inputs".into(),
            keep_days: "30".into(),
            day_mb: "100".into(),
            ..SettingsInput::default()
        };
        recordings::set_settings(&ctx(&app).await, &input).await.expect("settings");
        app
    };
    assert_eq!(post(&app, &head(0), chunk.as_bytes()).await.json(), json!({"success": true}));
    let (customer, _) = session(&app).await;
    recordings::set_refuses(&ctx(&app).await, customer, true).await.expect("noted");
    let mut next = head(0);
    next["session"] = "fedcba9876543210".into();
    let refused = post(&app, &next, chunk.as_bytes()).await;
    assert_eq!(refused.json(), json!({"success": true, "stop": "refused"}));
    assert_eq!(count(&app, "select count(*) from recordings").await, 1);
    let settings =
        Request::get(format!("/v1/recordings/settings/{PUBLIC_KEY}")).body(Body::empty());
    let told = app.send(settings.expect("a request")).await.json();
    assert_eq!((&told["enabled"], &told["maskText"]), (&json!(true), &json!("inputs")));
    assert!(told.get("keepDays").is_none());
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_visitor_s_sessions_become_the_customer_s_and_come_back_on_undo(pool: PgPool) {
    let app = recording(pool).await;
    post(&app, &head(0), events(now() - 2_000, "x").to_string().as_bytes()).await;
    let ctx = ctx(&app).await;
    let (visitor, id) = session(&app).await;
    let known: CustomerId = app.customer("usr_known").await.parse().expect("an id");
    let form = rapport_domain::merge::MergeForm {
        other: visitor,
        take: Default::default(),
        versions: None,
    };
    rapport_services::customers::merge(&ctx, known, &form).await.expect("merged");
    let of = async |customer| {
        let all = RecordingFilter::default();
        recordings::list(&ctx, customer, &all, None, 10).await.expect("listed").items.len()
    };
    assert_eq!((of(known).await, of(visitor).await), (1, 1));
    let watched = recordings::watch(&ctx, known, id).await.expect("watched");
    assert_eq!((watched.customer, watched.windows.len()), (known, 1));
    assert_eq!(
        count(&app, "select count(*) from audit_log where action = 'recording.watched'").await,
        1
    );
    let merge = app.store.merges_into(ctx.workspace, known, ctx.now).await.expect("merges")[0].id;
    rapport_services::customers::undo(&ctx, merge).await.expect("undone");
    assert_eq!((of(known).await, of(visitor).await), (0, 1));
    assert!(recordings::watch(&ctx, known, id).await.is_err());
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn what_was_recorded_is_masked_later_and_the_bytes_before_are_gone(pool: PgPool) {
    let app = recording(pool).await;
    let at = now() - 5_000;
    let cell = json!({"type": 2, "id": 4, "tagName": "td", "attributes": {"class": "salary"}, "childNodes": [
        {"type": 3, "id": 5, "textContent": "4,200 of Ada"}]});
    let page = json!([
        {"type": 4, "timestamp": at, "data": {"href": "https://shop.example/", "width": 9, "height": 9}},
        {"type": 2, "timestamp": at + 1, "data": {"node": {"type": 0, "id": 1, "childNodes": [cell]}}},
    ]);
    post(&app, &head(0), page.to_string().as_bytes()).await;
    let (customer, id) = session(&app).await;
    let mask = async |selector: &str| {
        app.post(&format!("/recordings/{id}/mask"), json!({"selectors": [selector]})).await
    };
    assert_eq!(mask(".salary").await.status, StatusCode::CONFLICT, "it is running");
    sqlx::query("update recordings set live = false")
        .execute(app.store.pool())
        .await
        .expect("over");
    assert_eq!(mask("td:hover").await.wrong_fields(), ["selectors"]);
    assert_eq!(mask(".salary").await.status, StatusCode::OK);
    let ctx = ctx(&app).await;
    let events =
        recordings::events(&ctx, customer, id, WINDOW, Way::Seek(at)).await.expect("events");
    let text = String::from_utf8(events.json).expect("utf-8");
    assert!(text.contains("***** ** ***") && !text.contains("Ada"), "{text}");
    let report = files::verify(&app.store, true).await.expect("verified");
    assert_eq!((report.rows, report.files, report.damaged.count), (1, 1, 0), "{report:?}");
    let listed = app.get(&format!("/customers/{customer}/recordings")).await.json();
    assert_eq!(listed["items"][0]["id"], id.to_string());
    assert_eq!(
        app.api_as(KEY, axum::http::Method::DELETE, &format!("/recordings/{id}"), None)
            .await
            .status,
        StatusCode::NO_CONTENT
    );
    assert_eq!(app.get(&format!("/recordings/{id}")).await.status, StatusCode::NOT_FOUND);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_refused_note_at_a_second_comes_back_with_its_words(pool: PgPool) {
    let app = recording(pool).await;
    let chunk = events(now(), "x").to_string();
    assert_eq!(post(&app, &head(0), chunk.as_bytes()).await.status, StatusCode::OK);
    let (customer, id) = session(&app).await;
    let ticket = json!({"customer": {"id": customer.to_string()}, "subject": "Export"});
    let number = app.post("/tickets", ticket).await.json()["number"].to_string();
    let (cookie, path) = (app.priya().await, format!("/customers/{customer}/sessions/{id}"));
    // Longer than a note may be, so that it cannot be stored.
    let long = format!("Look%21+{}", "x".repeat(200_000));
    let form = format!("ticket={number}&second=7&body={long}");
    let refused = app.form(&path, &form, &cookie).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("Look! xxx") && refused.body.contains("value=\"7\""));
    assert!(refused.header(header::CONTENT_SECURITY_POLICY).contains("frame-src data:"));
    // Sent twice, it is one note.
    let note = format!("ticket={number}&second=7&body=Look%21&client_key=note-1");
    for _ in 0..2 {
        let done = app.form(&path, &note, &cookie).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    }
    assert_eq!(count(&app, "select count(*) from messages where kind = 'note'").await, 1);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_message_written_in_a_session_leads_to_what_was_seen(pool: PgPool) {
    let app = recording(pool).await;
    let begun = now() - 1_000;
    let chunk = events(begun, "x").to_string();
    assert_eq!(post(&app, &head(0), chunk.as_bytes()).await.status, StatusCode::OK);
    let (customer, id) = session(&app).await;
    let ticket =
        json!({"customer": {"id": customer.to_string()}, "subject": "Export", "channel": "chat"});
    let number = app.post("/tickets", ticket).await.json()["number"].to_string();
    let (during, before) = (begun + 500, begun - 60_000);
    for (text, at) in [("It hangs", during), ("Hello", before)] {
        let at = chrono::DateTime::from_timestamp_millis(at).expect("a time");
        let message = json!({"kind": "customer", "body_text": text, "sent_at": at});
        let answer = app.post(&format!("/tickets/{number}/messages"), message).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
    }
    let path = format!("/customers/{customer}/tickets/{number}");
    let page = app.page(&path, &app.priya().await).await;
    assert_eq!(page.body.matches("Show what they saw").count(), 1, "the one of that second");
    let at = page.body.split(&format!("/customers/{customer}/seen?at=")).nth(1).expect("a link");
    let at = at.split('"').next().expect("an address");
    let led = app.page(&format!("/customers/{customer}/seen?at={at}"), &app.priya().await).await;
    assert_eq!(led.status, StatusCode::SEE_OTHER);
    assert!(led.header(header::LOCATION).contains(&id.to_string()));
}
