//! `rapport admin`: looking after an installation, by whoever runs the server.

// The output is the product here.
#![allow(clippy::print_stdout)]

use crate::serve;
use anyhow::{Context, bail};
use clap::Subcommand;
use rapport_services::files::{self, Named};
use rapport_services::secrets::Keyring;
use rapport_services::{Ctx, link_keys, passwords};
use rapport_store::{Files, Store};

/// What `rapport admin` can do.
#[derive(Debug, Subcommand)]
pub enum Admin {
    /// Compare the file store with the database: rows without their file, files without a row.
    /// Changes nothing; ends with an error where something is lost or damaged.
    VerifyFiles {
        /// Where Postgres is: postgres://user@host/database
        #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
        database_url: String,
        /// Where files lie: a directory, or s3://bucket/prefix
        #[arg(long, env = "RAPPORT_FILES", default_value = "rapport-files")]
        files: String,
        /// Read every file, and compare its hash with its row.
        #[arg(long)]
        deep: bool,
    },
    /// Sign the addresses in mails with a new key. Those in mails that left before work for
    /// another 30 days.
    RenewLinks {
        /// Where Postgres is: postgres://user@host/database
        #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
        database_url: String,
        /// The same key as the server's.
        #[arg(long, env = "RAPPORT_SECRET_KEY", hide_env_values = true)]
        secret_key: Keyring,
        /// End them at once: after a key was seen by somebody.
        #[arg(long)]
        at_once: bool,
    },
    /// Make a link by which somebody sets their password, once, within a day, and print it.
    ResetPassword {
        /// Where Postgres is: postgres://user@host/database
        #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
        database_url: String,
        /// The address that people use.
        #[arg(long, env = "RAPPORT_PUBLIC_URL", default_value = "http://127.0.0.1:3000")]
        public_url: String,
        /// With which address they log in.
        email: String,
    },
}

/// Does it.
pub async fn run(admin: Admin) -> anyhow::Result<()> {
    match admin {
        Admin::VerifyFiles { database_url, files, deep } => {
            verify_files(&database_url, &files, deep).await
        }
        Admin::RenewLinks { database_url, secret_key, at_once } => {
            renew_links(&database_url, secret_key, at_once).await
        }
        Admin::ResetPassword { database_url, public_url, email } => {
            reset_password(&database_url, &public_url, &email).await
        }
    }
}

async fn reset_password(database_url: &str, url: &str, email: &str) -> anyhow::Result<()> {
    // A password is no file.
    let store = Store::connect(database_url, Files::in_memory()).await;
    let store = store.context("cannot reach Postgres")?;
    let path = passwords::make_reset_for(&store, email).await?;
    println!("{}{path}", url.trim_end_matches('/'));
    Ok(())
}

async fn verify_files(database_url: &str, place: &str, deep: bool) -> anyhow::Result<()> {
    let store = Store::connect(database_url, serve::files(place)?).await;
    let store = store.context("cannot reach Postgres")?;
    let report = files::verify(&store, deep).await.context("the files cannot be compared")?;
    println!("{} rows with a file, {} files", report.rows, report.files);
    print("rows without their file", &report.lost);
    print("files that are not what their row says", &report.damaged);
    print("files without a row, which do no harm", &report.without_row);
    if report.lost.count + report.damaged.count > 0 {
        bail!("restore the files above from a backup");
    }
    Ok(())
}

async fn renew_links(database_url: &str, keys: Keyring, at_once: bool) -> anyhow::Result<()> {
    let store = Store::connect(database_url, Files::in_memory()).await;
    let store = store.context("cannot reach Postgres")?.with_keys(keys);
    for workspace in store.workspaces().await.context("cannot read the workspaces")? {
        let ctx = Ctx::for_operator(store.clone(), workspace);
        link_keys::renew(&ctx, at_once).await?;
        println!("renewed the key of {workspace}");
    }
    Ok(())
}

fn print(what: &str, found: &Named) {
    println!("{}: {what}", found.count);
    for (workspace, id) in &found.first {
        println!("  {} {}", workspace.0.simple(), id.0.simple());
    }
}
