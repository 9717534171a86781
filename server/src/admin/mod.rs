//! `rapport admin`: looking after an installation, by whoever runs the server.

// The output is the product here.
#![allow(clippy::print_stdout)]

mod accounts;
mod archive;
mod backup;

use crate::serve;
use accounts::Where;
use anyhow::{Context, bail};
use clap::Subcommand;
use rapport_services::files::{self, Named};
use rapport_services::secrets::Keyring;
use rapport_services::{Ctx, audit_log, link_keys, passwords, sso, two_factor};
use rapport_store::{Files, Store};
use std::path::PathBuf;

/// What `rapport admin` can do.
#[derive(Debug, Subcommand)]
pub enum Admin {
    /// Print workspaces, their people and their keys.
    List {
        #[command(flatten)]
        place: Where,
    },
    /// Make somebody a member, and print a link by which they set their password, once, within a day.
    CreateUser {
        #[command(flatten)]
        place: Where,
        /// The address that people use.
        #[arg(long, env = "RAPPORT_PUBLIC_URL", default_value = "http://127.0.0.1:3000")]
        public_url: String,
        /// admin, agent or viewer
        #[arg(long, default_value = "agent")]
        role: String,
        /// With which address they log in.
        email: String,
        /// What they are called.
        name: String,
    },
    /// Make an API key and print it. With scopes it is a server's, without a browser's.
    CreateKey {
        #[command(flatten)]
        place: Where,
        /// What it may do, several with commas: customers:read,tickets:write, or all
        #[arg(long, value_delimiter = ',')]
        scope: Vec<String>,
        /// Pages that may use a browser's key, several with commas; any where none is named
        #[arg(long, value_delimiter = ',')]
        origin: Vec<String>,
        /// Days that it lives; 0 is for ever
        #[arg(long, default_value_t = 0)]
        days: u16,
        /// What it is called.
        name: String,
    },
    /// Revoke an API key: by its id, its name or its first characters.
    RevokeKey {
        #[command(flatten)]
        place: Where,
        key: String,
    },
    /// Write database and files to one archive, while the server runs.
    Backup {
        /// Where Postgres is: postgres://user@host/database
        #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
        database_url: String,
        /// Where files lie: a directory, or s3://bucket/prefix
        #[arg(long, env = "RAPPORT_FILES", default_value = "rapport-files")]
        files: String,
        /// The archive, a new file.
        to: PathBuf,
    },
    /// Put an archive into an empty installation: a new database, no files, no server running.
    Restore {
        /// Where Postgres is: postgres://user@host/database
        #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
        database_url: String,
        /// Where files will lie: a directory, or s3://bucket/prefix
        #[arg(long, env = "RAPPORT_FILES", default_value = "rapport-files")]
        files: String,
        /// The archive.
        from: PathBuf,
    },
    /// Check the chain of the audit log's seals, and print its newest hash: kept elsewhere, it shows
    /// later that nothing before it was made anew.
    VerifyAudit {
        /// Where Postgres is: postgres://user@host/database
        #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
        database_url: String,
        /// A hash that was printed before, which has to be in the chain.
        #[arg(long)]
        expect: Option<String>,
    },
    /// Check an archive: that it is whole, and as it was written.
    Verify {
        /// The archive.
        archive: PathBuf,
    },
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
    /// Turn off the second factor of somebody who lost their phone and their recovery codes, and remove
    /// their passkeys.
    ResetTwoFactor {
        /// Where Postgres is: postgres://user@host/database
        #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
        database_url: String,
        /// With which address they log in.
        email: String,
    },
    /// Let passwords in again where single sign-on alone was allowed: for the day on which the provider is away.
    AllowPasswords {
        /// Where Postgres is: postgres://user@host/database
        #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
        database_url: String,
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
        Admin::List { place } => accounts::list(&place).await,
        Admin::CreateUser { place, public_url, role, email, name } => {
            accounts::create_user(&place, &public_url, &email, &name, &role).await
        }
        Admin::CreateKey { place, scope, origin, days, name } => {
            accounts::create_key(&place, &name, &scope, &origin, days).await
        }
        Admin::RevokeKey { place, key } => accounts::revoke_key(&place, &key).await,
        Admin::Backup { database_url, files, to } => {
            backup::backup(&database_url, &files, &to).await
        }
        Admin::Restore { database_url, files, from } => {
            backup::restore(&database_url, &files, &from).await
        }
        Admin::VerifyAudit { database_url, expect } => {
            verify_audit(&database_url, expect.as_deref()).await
        }
        Admin::Verify { archive } => backup::verify(&archive),
        Admin::VerifyFiles { database_url, files, deep } => {
            verify_files(&database_url, &files, deep).await
        }
        Admin::RenewLinks { database_url, secret_key, at_once } => {
            renew_links(&database_url, secret_key, at_once).await
        }
        Admin::ResetTwoFactor { database_url, email } => {
            let store = Store::connect(&database_url, Files::in_memory()).await;
            let store = store.context("cannot reach Postgres")?;
            two_factor::reset_by_address(&store, &email).await?;
            println!("two-factor of {email} is off, and their passkeys are removed");
            Ok(())
        }
        Admin::AllowPasswords { database_url } => {
            let store = Store::connect(&database_url, Files::in_memory()).await;
            let store = store.context("cannot reach Postgres")?;
            match sso::let_passwords_in(&store).await? {
                0 => println!("passwords were allowed already"),
                n => println!("passwords are allowed again in {n} workspaces"),
            }
            Ok(())
        }
        Admin::ResetPassword { database_url, public_url, email } => {
            reset_password(&database_url, &public_url, &email).await
        }
    }
}

async fn verify_audit(database_url: &str, expect: Option<&str>) -> anyhow::Result<()> {
    let store = Store::connect(database_url, Files::in_memory()).await;
    let store = store.context("cannot reach Postgres")?;
    let (mut broken, mut found) = (false, expect.is_none());
    for (workspace, name) in store.named_workspaces().await? {
        let chain = audit_log::verify(&store, workspace, expect).await?;
        found |= expect.is_some() && chain.expected;
        println!(
            "{name}: {} lines in {} seals, {} of them forgotten, {} lines wait for a seal",
            chain.lines, chain.seals, chain.forgotten, chain.unsealed
        );
        println!("  newest hash: {}", chain.newest);
        if let Some((n, at)) = chain.broken {
            println!("  BROKEN at seal {n}, whose newest line was written on {at}");
            broken = true;
        }
    }
    if broken {
        bail!("lines of the audit log were changed or taken out");
    }
    if !found {
        bail!("the expected hash is in no chain: what was sealed by then was rewritten");
    }
    println!("Every line is as it was written.");
    Ok(())
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
