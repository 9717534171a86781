//! `rapport serve | worker | migrate | demo`.

// Leptos types nest as deep as the views do.
#![recursion_limit = "512"]

use anyhow::Context;
use clap::{Parser, Subcommand};
use rapport_server::admin::{self, Admin};
use rapport_server::config::{Config, WorkerConfig};
use rapport_server::doctor::{self, Doctor};
use rapport_server::{demo, process, serve};
use rapport_store::{Files, Store};
use std::io::IsTerminal;

/// Rendering a page makes many small things for a moment, which this allocator does cheaply; and
/// a buffer that stays nearly empty, as those of open pages' streams, holds little memory.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// The customer profile for support agents.
#[derive(Debug, Parser)]
#[command(name = "rapport", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve pages and API, and work on jobs (the default address is http://127.0.0.1:3000).
    Serve(Box<Config>),
    /// Work on jobs alone, beside one or more servers.
    Worker(WorkerConfig),
    /// Bring the database schema up to date.
    Migrate {
        /// Where Postgres is: postgres://user@host/database
        #[arg(long, env = "DATABASE_URL")]
        database_url: String,
    },
    /// Look whether the installation has what it needs; each line says what to do.
    Doctor(Doctor),
    /// Look after an installation.
    #[command(subcommand)]
    Admin(Admin),
    /// Load the demo workspace's data into a running server, through its REST API.
    Demo {
        /// The server's address.
        #[arg(long, default_value = "http://127.0.0.1:3000")]
        url: String,
        /// A secret API key of the workspace to fill.
        #[arg(long, default_value = "rsk_demo_secret")]
        key: String,
        /// Send everything again, even when an earlier run came to its end.
        #[arg(long)]
        force: bool,
    },
}

fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt()
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_env("RAPPORT_LOG")
                // What senders write as HTML is never right, and its parser has something to say of each.
                .unwrap_or_else(|_| "info,sqlx=warn,tower_http=warn,html5ever=error".into()),
        )
        // Colours are for a terminal, and no part of a log.
        .with_ansi(std::io::stdout().is_terminal())
        .init();
    process::keep_files_private();
    // At least four workers even on one CPU: a page that waits for its own data must not stall.
    let workers = std::thread::available_parallelism().map_or(4, |n| n.get().max(4));
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(workers)
        .enable_all()
        .build()?
        .block_on(run(Cli::parse()))
}

async fn run(cli: Cli) -> anyhow::Result<()> {
    match cli.command {
        Command::Serve(config) => serve::run(*config).await,
        Command::Worker(config) => serve::work(config).await,
        Command::Migrate { database_url } => {
            // It touches no file: those are moved by the worker, bit by bit.
            let store = Store::connect(&database_url, Files::in_memory()).await;
            let store = store.context("cannot reach Postgres")?;
            store.migrate().await.context("a migration failed")
        }
        Command::Doctor(doctor) => doctor::run(doctor).await,
        Command::Admin(admin) => admin::run(admin).await,
        Command::Demo { url, key, force } => demo::load(&url, &key, force).await,
    }
}
