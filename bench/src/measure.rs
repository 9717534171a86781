//! Asking over a kept connection, and what the times come to.

use anyhow::ensure;
use http::StatusCode;
use http::header::{CONTENT_TYPE, COOKIE};
use rapport_domain::CustomerId;
use std::net::Ipv4Addr;
use std::time::{Duration, Instant};
use tokio::process::Command;
use tokio::time::timeout;

/// A client that is logged in; cheap to clone.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    cookie: String,
}

impl Client {
    pub fn new(token: &str) -> anyhow::Result<Self> {
        rapport_services::http_client::choose_crypto();
        let http =
            reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(30)).build()?;
        Ok(Self { http, cookie: format!("rapport={token}") })
    }

    /// Fetches a page whole; answers how long it took and how large it is.
    pub async fn get(&self, url: &str) -> anyhow::Result<(Duration, usize)> {
        let start = Instant::now();
        let response = self.http.get(url).header(COOKIE, &self.cookie).send().await?;
        let status = response.status();
        let bytes = response.bytes().await?.len();
        ensure!(status.is_success(), "{url} answered {status}");
        Ok((start.elapsed(), bytes))
    }

    /// Fetches events of a recording; answers the last of their moments and their JSON.
    pub async fn get_events(&self, url: &str) -> anyhow::Result<(Option<i64>, Vec<u8>)> {
        let response = self.http.get(url).header(COOKIE, &self.cookie).send().await?;
        ensure!(response.status().is_success(), "{url} answered {}", response.status());
        let last = response.headers().get("x-last-at").and_then(|v| v.to_str().ok()?.parse().ok());
        Ok((last, response.bytes().await?.to_vec()))
    }
}

/// The demo workspace's own server.
const SECRET_KEY: &str = "rsk_demo_secret";

impl Client {
    /// Posts one event of a customer.
    pub async fn post_event(&self, url: &str, customer: CustomerId) -> anyhow::Result<()> {
        let event = format!(r#"{{"customer": {{"id": "{customer}"}}, "name": "bench_told"}}"#);
        let request = self.http.post(url).bearer_auth(SECRET_KEY);
        let request = request.header(CONTENT_TYPE, "application/json").body(event);
        let answer = request.send().await?;
        let status = answer.status();
        ensure!(status.is_success(), "the event was answered {status}: {}", answer.text().await?);
        Ok(())
    }

    /// Posts JSON with the secret key; reads the whole answer.
    pub async fn post_json(
        &self,
        url: &str,
        body: &serde_json::Value,
    ) -> anyhow::Result<StatusCode> {
        let request = self.http.post(url).bearer_auth(SECRET_KEY);
        let answer = request.body(body.to_string()).send().await?;
        let status = answer.status();
        answer.bytes().await?;
        Ok(status)
    }

    /// Posts a text to somebody else; reads the whole answer.
    pub async fn post_text(&self, url: &str, body: String) -> anyhow::Result<StatusCode> {
        self.post_text_from(url, body, Ipv4Addr::LOCALHOST).await
    }

    /// The same as if it came from an address behind a proxy: browsers are limited by theirs.
    pub async fn post_text_from(
        &self,
        url: &str,
        body: String,
        from: Ipv4Addr,
    ) -> anyhow::Result<StatusCode> {
        let request = self.http.post(url).header("x-forwarded-for", from.to_string());
        let answer = request.body(body).send().await?;
        let status = answer.status();
        answer.bytes().await?;
        Ok(status)
    }

    /// Posts a raw e-mail; answers the status.
    pub async fn post_mail(&self, url: &str, raw: Vec<u8>) -> anyhow::Result<StatusCode> {
        let request =
            self.http.post(url).bearer_auth(SECRET_KEY).header(CONTENT_TYPE, "message/rfc822");
        Ok(request.body(raw).send().await?.status())
    }
}

/// How long a browser may take for all its rounds.
const BROWSER: Duration = Duration::from_secs(300);

/// What a script prints that measures in a real page. Without Node and a browser there is no figure.
pub async fn in_browser(script: &str, args: &[&str]) -> Option<String> {
    let script = Command::new("node").arg(script).args(args).kill_on_drop(true).output();
    let output = timeout(BROWSER, script).await.ok()?.ok()?;
    if !output.status.success() {
        eprintln!("{}", String::from_utf8_lossy(&output.stderr));
        return None;
    }
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Measured times of one thing.
#[derive(Debug, Default)]
pub struct Times(Vec<Duration>);

impl Times {
    pub fn add(&mut self, time: Duration) {
        self.0.push(time);
    }

    /// In milliseconds; `share` is 0.5 for the median.
    pub fn quantile(&self, share: f64) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let last = sorted.len().saturating_sub(1);
        let at = (last as f64 * share).round() as usize;
        sorted.get(at).map_or(0.0, |t| t.as_secs_f64() * 1000.0)
    }

    pub fn p50(&self) -> f64 {
        self.quantile(0.5)
    }
}
