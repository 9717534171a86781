//! Figures for docs/benchmarks.md: `make bench` starts the server and runs this.
//!
//! Needs DATABASE_URL and RAPPORT_URL of a server in demo mode; RAPPORT_PID for its memory.
//! Arguments name parts (profile, timeline, thread, mail, live, ingest, recordings, bugsink); none are all.
//! What is compared runs interleaved in one run, so a busy machine slows both alike. Only
//! ratios and counts fail, never absolute times.

// The output is the product here.
#![allow(clippy::print_stdout)]

mod bare;
mod bugsink;
mod ingest;
mod live;
mod mail;
mod measure;
mod profile;
mod recordings;
mod seed;
mod thread;
mod timeline;

use anyhow::{Context, bail};
use measure::Client;
use rapport_domain::session::Device;
use rapport_services::auth;
use rapport_store::{Files, Store};
use std::env;

/// The one that the server has, so that both sides of a comparison have the same.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

const EMAIL: &str = "priya@acme.example";
const PASSWORD: &str = "rapport-demo";

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let store = Store::connect(
        &env::var("DATABASE_URL").context("DATABASE_URL is not set")?,
        Files::in_memory(),
    )
    .await?;
    let url = env::var("RAPPORT_URL").context("RAPPORT_URL is not set")?;
    let token = auth::login(&store, EMAIL, PASSWORD, &Device::default())
        .await
        .context("no demo workspace")?;
    let token = token.session().context("the login asks for a code")?;
    let viewer = auth::viewer(&store, &token).await?.context("the session is gone")?;
    let client = Client::new(&token)?;
    let seeded = seed::run(store.pool(), viewer.workspace).await?;

    println!("## Memory of the server\n");
    print_memory("idle");
    let parts: Vec<String> = env::args().skip(1).collect();
    let wanted = |part: &str| parts.is_empty() || parts.iter().any(|p| p == part);
    let (pool, workspace) = (store.pool(), viewer.workspace);
    let mut missed = Vec::new();
    if wanted("profile") {
        missed.extend(profile::run(&store, &client, &url, &seeded).await?);
    }
    if wanted("timeline") {
        missed.extend(timeline::run(&store, &client, &url, workspace, &seeded).await?);
    }
    if wanted("thread") {
        missed.extend(thread::run(&client, &url, &seeded).await?);
    }
    if wanted("mail") {
        missed.extend(mail::run(pool, &client, &url, workspace).await?);
    }
    if wanted("live") {
        missed.extend(live::run(pool, &client, &url, workspace, &seeded).await?);
    }
    if wanted("ingest") {
        missed.extend(ingest::run(pool, &client, &url, workspace, &seeded).await?);
    }
    if wanted("recordings") {
        missed.extend(recordings::run(pool, &client, &url, &token).await?);
    }
    if wanted("bugsink") {
        bugsink::run(&client).await?;
    }
    println!("\n## Memory of the server, again\n");
    print_memory("after load");
    print_wasm();
    if missed.is_empty() {
        return Ok(());
    }
    bail!("missed: {}", missed.join("; "))
}

fn print_memory(when: &str) {
    let rss = memory_kib().map(|kib| format!("{kib} kB"));
    println!("- {when}: {}", rss.unwrap_or("unknown (RAPPORT_PID is not set)".into()));
}

/// The server's resident memory.
fn memory_kib() -> Option<u64> {
    let pid = env::var("RAPPORT_PID").ok()?;
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let rss = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    rss.trim().strip_suffix(" kB")?.parse().ok()
}

/// The compressed browser half, as the site holds it; `make check` has its limit.
fn print_wasm() {
    let root = env::var("LEPTOS_SITE_ROOT").unwrap_or_else(|_| "target/site".into());
    let files = std::fs::read_dir(format!("{root}/pkg")).into_iter().flatten();
    let bytes = files
        .filter_map(Result::ok)
        .filter(|f| f.file_name().to_string_lossy().ends_with(".wasm.br"))
        .filter_map(|f| f.metadata().ok())
        .map(|m| m.len())
        .max();
    let size = bytes.map_or("not built".into(), |b| format!("{} KiB", b / 1024));
    println!("\n## Browser half\n\n- wasm, brotli: {size} (goal 300 KiB)");
}
