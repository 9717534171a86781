//! The app under test, and requests to it.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::connect_info::MockConnectInfo;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use rapport_domain::Permission;
use rapport_domain::api_key::KeyKind;
use rapport_domain::{ApiKeyId, WorkspaceId};
use rapport_server::{config::Config, router, state::AppState};
use rapport_services::http_client::{HttpClient, Reach};
use rapport_services::live::Live;
use rapport_services::setup;
use rapport_store::api_keys::{NewApiKey, insert_api_key};
use rapport_store::{Store, users};
use serde_json::Value;
use sha2::{Digest, Sha256};
use sqlx::PgPool;
use std::net::SocketAddr;
use tower::ServiceExt;
use tower_http::decompression::Decompression;

/// The demo workspace's secret key, a browser's key, and a key of another workspace.
pub const KEY: &str = "rsk_demo_secret";
pub const PUBLIC_KEY: &str = "rpk_demo_write";
pub const OTHER_KEY: &str = "rsk_other_secret";
/// Seals secrets.
const SEAL: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
/// Bytes of an answer that a test reads.
const ANSWER_BYTES: usize = 8 * 1024 * 1024;

/// A server on a database of its own.
#[derive(Debug, Clone)]
pub struct TestApp {
    pub router: Router,
    pub store: Store,
    /// Tells of changes once a test lets it run.
    pub live: Live,
}

/// What it said.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|e| panic!("{e}: {}", self.body))
    }

    pub fn header(&self, name: impl header::AsHeaderName) -> &str {
        self.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default()
    }

    /// The problem, after making sure that it is one.
    pub fn problem(&self) -> Value {
        assert_eq!(self.header(header::CONTENT_TYPE), "application/problem+json", "{self:?}");
        let problem = self.json();
        assert_eq!(problem["status"], self.status.as_u16());
        for field in ["type", "title", "detail"] {
            assert!(problem[field].as_str().is_some_and(|t| !t.is_empty()), "{field}: {problem}");
        }
        problem
    }

    /// The names of the wrong fields.
    pub fn wrong_fields(&self) -> Vec<String> {
        let problem = self.problem();
        let errors = problem["errors"].as_array().cloned().unwrap_or_default();
        errors.iter().filter_map(|e| e["field"].as_str().map(String::from)).collect()
    }
}

impl TestApp {
    /// A server before its first-run set-up.
    pub fn empty(pool: PgPool) -> Self {
        Self::configured(pool, |_| {})
    }

    /// The same with other settings.
    pub fn configured(pool: PgPool, change: impl FnOnce(&mut Config)) -> Self {
        let mut config = config();
        change(&mut config);
        Self::over(AppState::new(
            Store::from_pool(pool),
            config,
            HttpClient::new(Reach::Public).expect("a client"),
        ))
    }

    /// The server that these are the parts of.
    pub fn over(mut state: AppState) -> Self {
        // The hashes of the built files are beside the program, not beside its tests.
        state.leptos.hash_files = false;
        let (store, live) = (state.store.clone(), state.live.clone());
        let router =
            router::build(state).layer(MockConnectInfo(SocketAddr::from(([127, 0, 0, 1], 5555))));
        Self { router, store, live }
    }

    /// A server with the demo's people and keys, and another workspace with a key.
    pub async fn new(pool: PgPool) -> Self {
        Self::with(pool, |_| {}).await
    }

    /// The same with other settings.
    pub async fn with(pool: PgPool, change: impl FnOnce(&mut Config)) -> Self {
        let app = Self::configured(pool, change);
        assert!(setup::demo(&app.store).await.expect("the demo workspace"));
        let mut tx = app.store.begin().await.expect("a transaction");
        let workspace = WorkspaceId::generate();
        users::insert_workspace(&mut tx, workspace, "Other").await.expect("a workspace");
        let key = NewApiKey {
            workspace,
            id: ApiKeyId::generate(),
            name: "Other",
            kind: KeyKind::Secret,
            prefix: "rsk_othe",
            hash: &Sha256::digest(OTHER_KEY),
            scopes: &Permission::SCOPES,
            allowed_origins: &[],
            created_by: None,
            expires_at: None,
        };
        insert_api_key(&mut tx, &key).await.expect("a key");
        tx.commit().await.expect("committed");
        app
    }

    /// Sends it as browsers do, which take what is packed.
    pub async fn send(&self, request: Request<Body>) -> Answer {
        let browser = Decompression::new(self.router.clone());
        let response = browser.oneshot(request).await.expect("infallible");
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(Body::new(body), ANSWER_BYTES).await.expect("a body");
        let body = String::from_utf8_lossy(&bytes).into_owned();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    /// A request to the API with `key`; the path without `/api/v1`.
    pub async fn api_as(
        &self,
        key: &str,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Answer {
        self.send(api_request(key, method, path, body)).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.api_as(KEY, Method::GET, path, None).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.api_as(KEY, Method::POST, path, Some(body)).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.api_as(KEY, Method::PATCH, path, Some(body)).await
    }

    /// Posts raw mail.
    pub async fn mail(&self, raw: Vec<u8>) -> Answer {
        self.mail_as("message/rfc822", raw).await
    }

    /// Posts a body of some media type as mail.
    pub async fn mail_as(&self, media_type: &str, body: Vec<u8>) -> Answer {
        let request = Request::post("/api/v1/inbound/email")
            .header(header::AUTHORIZATION, format!("Bearer {KEY}"))
            .header(header::CONTENT_TYPE, media_type)
            .body(Body::from(body));
        self.send(request.expect("a request")).await
    }

    /// A page, as a browser with this cookie asks for it.
    pub async fn page(&self, path: &str, cookie: &str) -> Answer {
        self.accepting("text/html,application/xhtml+xml,*/*;q=0.8", path, cookie).await
    }

    /// What a script of a page asks for.
    pub async fn fetch(&self, path: &str, cookie: &str) -> Answer {
        self.accepting("*/*", path, cookie).await
    }

    async fn accepting(&self, accept: &str, path: &str, cookie: &str) -> Answer {
        let request = Request::get(path)
            .header(header::ACCEPT, accept)
            .header(header::COOKIE, cookie)
            .body(Body::empty());
        self.send(request.expect("a request")).await
    }

    /// Sends a form from a page of this server.
    pub async fn form(&self, path: &str, form: &str, cookie: &str) -> Answer {
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin")
            .header(header::COOKIE, cookie)
            .body(Body::from(form.to_string()));
        self.send(request.expect("a request")).await
    }

    /// Logs Priya in, who is an admin, and answers her cookie.
    pub async fn priya(&self) -> String {
        self.log_in("priya").await
    }

    /// The same for Sam, who works on tickets.
    pub async fn sam(&self) -> String {
        self.log_in("sam").await
    }

    /// The same for Vera, who may only look.
    pub async fn vera(&self) -> String {
        self.log_in("vera").await
    }

    async fn log_in(&self, name: &str) -> String {
        let form = format!("email={name}%40acme.example&password=rapport-demo");
        let answer = self.form("/login", &form, "").await;
        let cookie = answer.header(header::SET_COOKIE);
        cookie.split(';').next().unwrap_or_default().to_string()
    }

    /// Stores a customer and answers their id.
    pub async fn customer(&self, external_id: &str) -> String {
        let body = serde_json::json!({"external_id": external_id, "name": "Alex"});
        let answer = self.post("/customers", body).await;
        answer.json()["id"].as_str().expect("an id").to_string()
    }
}

/// The settings of tests.
pub fn config() -> Config {
    Config {
        database_url: String::new(),
        files: String::new(),
        addr: SocketAddr::from(([127, 0, 0, 1], 3000)),
        public_url: None,
        site_root: "no-such-site".into(),
        demo: true,
        secret_key: SEAL.parse().expect("a key"),
        slow_ms: 0,
        trusted_proxies: Vec::new(),
        country_header: None,
        smtp_listen: None,
        lmtp_listen: None,
        smtp_tls_cert: None,
        smtp_tls_key: None,
        hash_file: "hash.txt".into(),
        setup_code: Some("open-sesame".into()),
        source_url: None,
        mail_hostname: "localhost".into(),
        outbound_networks: Vec::new(),
    }
}

pub fn api_request(key: &str, method: Method, path: &str, body: Option<Value>) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(format!("/api/v1{path}"));
    if !key.is_empty() {
        request = request.header(header::AUTHORIZATION, format!("Bearer {key}"));
    }
    match body {
        None => request.body(Body::empty()),
        Some(body) => request
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(body.to_string())),
    }
    .expect("a request")
}
