use crate::support::{Answer, KEY, OTHER_KEY, PUBLIC_KEY, TestApp};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use rapport_domain::session::Device;
use rapport_services::ingest::{Claims, new_secret, sign_token};
use rapport_services::{Ctx, auth};
use serde_json::{Value, json};
use sqlx::PgPool;
use std::io::Write;

fn basic(key: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{key}:")))
}

async fn raw(app: &TestApp, path: &str, key: &str, body: impl Into<Body>) -> Answer {
    let request = Request::post(path)
        .header(header::AUTHORIZATION, basic(key))
        .header(header::CONTENT_TYPE, "text/plain")
        .body(body.into());
    app.send(request.expect("a request")).await
}

async fn send(app: &TestApp, path: &str, key: &str, body: Value) -> Answer {
    raw(app, path, key, body.to_string()).await
}

fn states(answer: &Answer) -> Vec<String> {
    let results = answer.json()["results"].as_array().cloned().unwrap_or_default();
    results.iter().filter_map(|r| r["status"].as_str().map(String::from)).collect()
}

async fn count(app: &TestApp, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(app.store.pool()).await.expect("a count")
}

async fn events(app: &TestApp) -> i64 {
    count(app, "select count(*) from timeline_events where source = 'segment'").await
}

/// A token of the workspace that Priya configures.
async fn token(app: &TestApp, sub: &str, email: Option<&str>) -> String {
    let device = Device::default();
    let session = auth::login(&app.store, "priya@acme.example", "rapport-demo", &device);
    let session = session.await;
    let session = session.expect("logged in").session().expect("a session");
    let viewer = auth::viewer(&app.store, &session).await.expect("a viewer");
    let ctx = Ctx::for_viewer(app.store.clone(), viewer.expect("Priya"));
    let secret = new_secret(&ctx, &SEAL.parse().expect("a key")).await.expect("a secret");
    let exp = ctx.now.timestamp() + 600;
    sign_token(&secret, &Claims { sub: sub.into(), exp, nbf: None, email: email.map(Into::into) })
}

const SEAL: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

async fn app(pool: PgPool) -> TestApp {
    TestApp::with(pool, |config| config.secret_key = SEAL.parse().expect("a key")).await
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_server_identifies_and_its_events_follow(pool: PgPool) {
    let app = app(pool).await;
    let batch = json!({"batch": [
        {"type": "track", "userId": "u1", "event": "Seat added", "messageId": "m1",
            "properties": {"seats": 3}},
        {"type": "identify", "userId": "u1", "messageId": "m2", "traits":
            {"name": "Ada King", "email": "Ada@X.example", "plan": "none such"}},
        {"type": "page", "userId": "u1", "name": "Pricing", "messageId": "m3",
            "properties": {"url": "https://x.example/pricing"}},
        {"type": "group", "userId": "u1", "groupId": "g1", "traits": {"name": "Northwind"}},
        {"type": "track", "userId": "u1", "event": "Seat added", "messageId": "m1"},
    ], "sentAt": "2026-11-24T10:00:00Z"});
    let answer = send(&app, "/v1/batch", KEY, batch.clone()).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    assert_eq!(answer.json()["success"], true);
    assert_eq!(states(&answer), ["created", "created", "created", "created", "duplicate"]);
    let again = send(&app, "/v1/batch", KEY, batch).await;
    assert_eq!(states(&again)[0], "duplicate");
    assert_eq!(events(&app).await, 2);
    let found = app.get("/customers?q=ada@x.example").await.json();
    let ada = &found["items"][0];
    assert_eq!((&ada["name"], &ada["kind"]), (&json!("Ada King"), &json!("customer")));
    assert_eq!(ada["account"]["name"], "Northwind");
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_browser_stays_a_visitor_until_a_token_proves_who_it_is(pool: PgPool) {
    let app = app(pool).await;
    app.customer("u1").await;
    let page = json!({"anonymousId": "a1", "name": "Shop", "writeKey": PUBLIC_KEY});
    let request = Request::post("/v1/p").body(Body::from(page.to_string())).expect("a request");
    assert_eq!(app.send(request).await.status, StatusCode::OK);
    // Without a token the claim changes neither u1 nor who the visitor is.
    let claim = json!({"anonymousId": "a1", "userId": "u1", "traits": {"name": "Mallory"}});
    assert_eq!(states(&send(&app, "/v1/i", PUBLIC_KEY, claim.clone()).await), ["created"]);
    let victim = app.get("/customers?q=u1").await.json();
    assert_eq!(victim["items"][0]["name"], "Alex");
    assert_eq!(count(&app, "select count(*) from customers where kind = 'visitor'").await, 1);
    // An event that only names a user is nobody's.
    let forged = json!({"userId": "u1", "event": "Refund asked"});
    assert_eq!(states(&send(&app, "/v1/t", PUBLIC_KEY, forged).await), ["ignored"]);
    // With a token the visitor's past is u1's past.
    let token = token(&app, "u1", None).await;
    let proven = json!({"anonymousId": "a1", "userId": "u1", "userToken": token,
        "traits": {"name": "Alex Morgan"}});
    assert_eq!(states(&send(&app, "/v1/i", PUBLIC_KEY, proven.clone()).await), ["created"]);
    let found = app.get("/customers?q=u1").await.json();
    assert_eq!(found["items"][0]["name"], "Alex Morgan");
    let merged = "select count(*) from customers where merged_into is not null";
    assert_eq!(count(&app, merged).await, 1);
    // From now on unproven traits change nothing, and a token for somebody else is refused.
    assert_eq!(states(&send(&app, "/v1/i", PUBLIC_KEY, claim).await), ["ignored"]);
    let mut other = proven;
    other["userId"] = json!("u2");
    assert_eq!(send(&app, "/v1/i", PUBLIC_KEY, other).await.status, StatusCode::BAD_REQUEST);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn two_known_people_at_one_browser_stay_two(pool: PgPool) {
    let app = app(pool).await;
    for user in ["u1", "u2"] {
        let who = json!({"userId": user, "anonymousId": "ipad", "traits": {"name": user}});
        assert_eq!(states(&send(&app, "/v1/identify", KEY, who).await), ["created"]);
    }
    let alias = json!({"userId": "u1", "previousId": "u2"});
    assert_eq!(states(&send(&app, "/v1/alias", KEY, alias).await), ["created"]);
    assert_eq!(count(&app, "select count(*) from customers where merged_into is null").await, 2);
    assert_eq!(count(&app, "select count(*) from merge_suggestions").await, 2);
    // An address that somebody else has stays theirs.
    for (user, name) in [("u1", "a"), ("u2", "b")] {
        let who = json!({"userId": user, "traits": {"email": "shared@x.example", "name": name}});
        assert_eq!(states(&send(&app, "/v1/identify", KEY, who).await), ["created"]);
    }
    let found = app.get("/customers?q=shared@x.example").await.json();
    assert_eq!(found["items"][0]["external_id"], "u1");
    assert_eq!(count(&app, "select count(*) from merge_suggestions").await, 3);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn hostile_events_are_their_own_trouble(pool: PgPool) {
    let app = app(pool).await;
    let nest = |depth| "[".repeat(depth) + &"]".repeat(depth);
    let (deep, deeper, deepest) = (nest(40), nest(100), nest(10_000));
    let event = |more: &str| format!(r#"{{"type":"track","event":"E","anonymousId":"a"{more}}}"#);
    let batch = [
        event(r#","properties":{"k\u0000":"v\u0000","half":"\ud83d","swapped":"\ude00\ud83d"}"#),
        event(
            r#","properties":{"huge":1e308,"int":123456789012345678901234567890,"dup":1,"dup":2}"#,
        ),
        event(&format!(r#","properties":{{"deep":{deep}}}"#)),
        event(r#","properties":"text""#),
        event(r#","timestamp":"yesterday""#),
        event(r#","userId":{"$ne":null}"#),
        event(&format!(r#","properties":{{"long":"{}"}}"#, "x".repeat(33_000))),
        r#"{"type":"party"}"#.into(),
        "7".into(),
        event(r#","unknown":{"key":[1]}"#),
        event(&format!(r#","properties":{{"deeper":{deeper}}}"#)),
        event(&format!(r#","properties":{{"deepest":{deepest}}}"#)),
        event(r#","properties":{"no number":1e999}"#),
        event(r#","properties":{"broken":"~~"}"#),
    ];
    let body = format!("\u{feff}{{\"batch\":[{}]}}", batch.join(","));
    let mut body = body.into_bytes();
    let broken = body.windows(2).position(|w| w == b"~~").expect("the mark");
    body[broken..broken + 2].copy_from_slice(b"\xff\xc0");
    let answer = raw(&app, "/v1/batch", KEY, body).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    let wanted = [
        "created", "created", "created", "created", "created", "rejected", "rejected", "rejected",
        "rejected", "created", "rejected", "rejected", "created", "created",
    ];
    assert_eq!(states(&answer), wanted, "{answer:?}");
    assert_eq!(events(&app).await, 8);
    let logged = "select count(*) from event_log where state = 'error'";
    assert_eq!(count(&app, logged).await, 6);
    let named = "select count(*) from event_log
        where state = 'error' and name = 'E' and type = 'track'";
    assert_eq!(count(&app, named).await, 3);
    let kept = "select count(*) from timeline_events where payload->'$rapport.segment'->'unknown' is not null";
    assert_eq!(count(&app, kept).await, 1);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn bodies_that_are_none_are_refused_whole(pool: PgPool) {
    let app = app(pool).await;
    let nested = "[".repeat(100_000);
    let many = format!(r#"{{"batch":[{}]}}"#, vec![r#"{"type":"track"}"#; 2_501].join(","));
    for (body, status) in [
        ("".to_string().into_bytes(), 400),
        (b"{\"a\": \xff\xfe}".to_vec(), 400),
        (b"\xc0\xaf".to_vec(), 400),
        (nested.into_bytes(), 400),
        (b"[1]".to_vec(), 400),
        (br#"{"batch": {}}"#.to_vec(), 400),
        (br#"{"n": NaN}"#.to_vec(), 400),
        (many.into_bytes(), 422),
        (vec![b' '; 500 * 1024 + 1], 413),
    ] {
        let answer = raw(&app, "/v1/batch", KEY, body.clone()).await;
        assert_eq!(answer.status.as_u16(), status, "{:?}", &body[..body.len().min(40)]);
        answer.problem();
    }
    assert_eq!(send(&app, "/v1/party", KEY, json!({})).await.status, StatusCode::NOT_FOUND);
    for key in ["", "rsk_wrong", "null"] {
        let answer = send(&app, "/v1/t", key, json!({"event": "x"})).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{key}");
    }
}

fn gzip(body: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::best());
    packer.write_all(body).expect("packs");
    packer.finish().expect("packs")
}

async fn packed(app: &TestApp, body: Vec<u8>, encoding: &str) -> StatusCode {
    let request = Request::post("/v1/batch")
        .header(header::AUTHORIZATION, basic(KEY))
        .header(header::CONTENT_ENCODING, encoding)
        .body(Body::from(body));
    app.send(request.expect("a request")).await.status
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_packed_body_unpacks_so_far_and_no_further(pool: PgPool) {
    let app = app(pool).await;
    let batch = json!({"batch": [{"type": "track", "event": "E", "anonymousId": "a"}]});
    assert_eq!(packed(&app, gzip(batch.to_string().as_bytes()), "gzip").await, StatusCode::OK);
    assert_eq!(events(&app).await, 1);
    let bomb = gzip(&vec![b' '; 20 * 1024 * 1024]);
    assert!(bomb.len() < 500 * 1024);
    assert_eq!(packed(&app, bomb, "gzip").await, StatusCode::PAYLOAD_TOO_LARGE);
    let ratio = gzip(&vec![b' '; 300 * 1024]);
    assert_eq!(packed(&app, ratio, "gzip").await, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(packed(&app, b"no gzip".to_vec(), "gzip").await, StatusCode::BAD_REQUEST);
    let cut = gzip(batch.to_string().as_bytes());
    assert_eq!(packed(&app, cut[..20].to_vec(), "gzip").await, StatusCode::BAD_REQUEST);
    assert_eq!(packed(&app, cut, "br").await, StatusCode::UNSUPPORTED_MEDIA_TYPE);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn browsers_of_any_site_may_call_and_learn_where_to(pool: PgPool) {
    let app = app(pool).await;
    let preflight = Request::builder()
        .method("OPTIONS")
        .uri("/v1/t")
        .header(header::ORIGIN, "https://shop.example")
        .header(header::ACCESS_CONTROL_REQUEST_METHOD, "POST")
        .header(
            header::ACCESS_CONTROL_REQUEST_HEADERS,
            "authorization,content-type,x-retry-count,anonymousid",
        )
        .body(Body::empty());
    let answer = app.send(preflight.expect("a request")).await;
    let allowed = answer.header(header::ACCESS_CONTROL_ALLOW_HEADERS).to_lowercase();
    assert!(allowed.contains("x-retry-count") && allowed.contains("anonymousid"), "{allowed}");
    assert_eq!(answer.header(header::ACCESS_CONTROL_ALLOW_ORIGIN), "*");
    assert_eq!(answer.header(header::ACCESS_CONTROL_ALLOW_CREDENTIALS), "");
    let settings = |key: &str| {
        Request::get(format!("/v1/projects/{key}/settings"))
            .header(header::HOST, "rapport.example:8080")
            .header(header::ORIGIN, "https://shop.example")
            .body(Body::empty())
            .expect("a request")
    };
    let answer = app.send(settings(PUBLIC_KEY)).await;
    assert_eq!(answer.header(header::ACCESS_CONTROL_EXPOSE_HEADERS), "retry-after");
    assert_eq!(answer.header(header::ACCESS_CONTROL_ALLOW_ORIGIN), "*");
    let segment = answer.json()["integrations"]["Segment.io"].clone();
    assert_eq!(segment["apiHost"], "rapport.example:8080/v1");
    for key in [KEY, "rpk_wrong"] {
        assert_eq!(app.send(settings(key)).await.status, StatusCode::UNAUTHORIZED);
    }
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn keys_of_another_workspace_see_other_people(pool: PgPool) {
    let app = app(pool).await;
    app.customer("u1").await;
    let event = json!({"userId": "u1", "event": "E", "messageId": "m"});
    assert_eq!(states(&send(&app, "/v1/track", OTHER_KEY, event.clone()).await), ["unlinked"]);
    assert_eq!(states(&send(&app, "/v1/track", OTHER_KEY, event.clone()).await), ["duplicate"]);
    assert_eq!(states(&send(&app, "/v1/track", KEY, event).await), ["created"]);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_clock_of_next_year_pins_nothing_to_the_top(pool: PgPool) {
    let app = app(pool).await;
    let event = json!({"anonymousId": "a", "event": "E", "timestamp": "2999-01-01T00:00:00Z"});
    assert_eq!(states(&send(&app, "/v1/track", KEY, event).await), ["created"]);
    let early = "select count(*) from timeline_events where source = 'segment'
        and occurred_at < now() + interval '25 hours' and received_at <= now()
        and payload->>'$rapport.occurred_at_sent' like '2999%'";
    assert_eq!(count(&app, early).await, 1);
}

/// Whoever has a browser key, and so anybody, has no page of ours ask an address of theirs: not by
/// any name that a picture ever had, nor by ours.
#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn an_event_of_a_browser_brings_no_picture(pool: PgPool) {
    let app = app(pool).await;
    let picture = "https://evil.example/seen.png";
    let properties = json!({"icon": picture, "icon_url": picture, "image": picture,
        "$rapport.icon_url": picture});
    let mut call = json!({"type": "track", "anonymousId": "b1", "event": "Looked",
        "messageId": "m1", "properties": properties, "icon": picture, "icon_url": picture,
        "context": {"icon": picture}, "$rapport.icon_url": picture});
    for key in [PUBLIC_KEY, KEY] {
        call["messageId"] = key.into();
        let answer = send(&app, "/v1/track", key, call.clone()).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    }
    assert_eq!(events(&app).await, 2);
    let marked = "select count(*) from timeline_events where payload ? '$rapport.icon_url' or icon like 'https:%'";
    assert_eq!(count(&app, marked).await, 0);
    let id: String = sqlx::query_scalar("select customer_id::text from timeline_events limit 1")
        .fetch_one(app.store.pool())
        .await
        .expect("an event");
    let customer = rapport_domain::CustomerId(id.parse().expect("an id"));
    let page = app.page(&format!("/customers/{customer}"), &app.priya().await).await;
    assert!(page.body.contains("Looked"), "{}", page.body);
    assert!(!page.body.contains("/files/events/"), "{}", page.body);
}
