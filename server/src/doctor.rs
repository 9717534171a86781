//! `rapport doctor`: whether an installation has what it needs, a line each, with what to do about it.

// The output is the product here.
#![allow(clippy::print_stdout)]

use crate::serve;
use anyhow::bail;
use chrono::TimeDelta;
use clap::Args;
use rapport_services::doctor::{self, Mail};
use rapport_services::http_client::{HttpClient, Reach, Request};
use rapport_services::secrets::Keyring;
use rapport_store::{Files, Store};
use std::path::Path;
use std::time::Duration;
use tokio::time::timeout;

/// Longest that one look may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// By so much may clocks differ before it is said; codes of a second factor bear 30 seconds.
const CLOCKS_AGREE: TimeDelta = TimeDelta::seconds(5);
/// Free bytes below which a disk counts as full soon.
const ROOM: u64 = 2 * 1024 * 1024 * 1024;

/// What a doctor looks at: the settings of the server.
#[derive(Debug, Args)]
pub struct Doctor {
    /// Where Postgres is: postgres://user@host/database
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    database_url: Option<String>,
    /// Where files lie: a directory, or s3://bucket/prefix
    #[arg(long, env = "RAPPORT_FILES", default_value = "rapport-files")]
    files: String,
    /// The address people use.
    #[arg(long, env = "RAPPORT_PUBLIC_URL")]
    public_url: Option<String>,
    /// The same key as the server's.
    #[arg(long, env = "RAPPORT_SECRET_KEY", hide_env_values = true, default_value = "")]
    secret_key: Keyring,
}

/// What a look found.
enum Found {
    Well(String),
    /// It works, and something should be done: what is so, and what to do.
    Unwell(String, &'static str),
    /// It does not work.
    Broken(String, &'static str),
}

use Found::{Broken, Unwell, Well};

/// Looks at everything; an error where something does not work.
pub async fn run(doctor: Doctor) -> anyhow::Result<()> {
    let mut broken = 0;
    let mut say = |what: &str, found: Found| {
        let (mark, text, advice) = match found {
            Well(text) => ("ok  ", text, None),
            Unwell(text, advice) => ("warn", text, Some(advice)),
            Broken(text, advice) => {
                broken += 1;
                ("FAIL", text, Some(advice))
            }
        };
        println!("{mark}  {what}: {text}");
        if let Some(advice) = advice {
            println!("      → {advice}");
        }
    };
    let store = database(&doctor).await;
    say(
        "database",
        store
            .as_ref()
            .map_or_else(|found| Broken(found.0.clone(), found.1), |(_, text)| Well(text.clone())),
    );
    if let Ok((store, _)) = &store {
        say("migrations", migrations(store).await);
        say("clock", clock(store).await);
    }
    let (files, disk) = files(&doctor.files).await;
    say("files", files);
    if let Some(disk) = disk {
        say("disk", disk);
    }
    say("secrets", secrets(&doctor, store.as_ref().ok().map(|(s, _)| s)).await);
    let (address, tls) = public(&doctor).await;
    say("public address", address);
    say("TLS", tls);
    if let Ok((store, _)) = &store {
        for mail in doctor::mail(store, &doctor.secret_key).await.unwrap_or_default() {
            let (what, found) = mail_line(mail);
            say(&what, found);
        }
    }
    if broken > 0 {
        bail!("{broken} of these keep Rapport from working");
    }
    Ok(())
}

async fn database(doctor: &Doctor) -> Result<(Store, String), (String, &'static str)> {
    let Some(url) = &doctor.database_url else {
        return Err((
            "DATABASE_URL is not set".into(),
            "Set it to postgres://user:password@host/database.",
        ));
    };
    let advice = "Look whether Postgres runs, and whether DATABASE_URL names the right host, user, password and database.";
    let connecting = Store::connect(url, Files::in_memory());
    match timeout(PATIENCE, connecting).await {
        Err(_) => Err(("no answer within ten seconds".into(), advice)),
        Ok(Err(error)) => Err((error.to_string(), advice)),
        Ok(Ok(store)) => match store.server_version().await {
            Ok(version) => {
                Ok((store, format!("Postgres {}.{}", version / 10_000, version % 10_000)))
            }
            Err(error) => Err((error.to_string(), advice)),
        },
    }
}

async fn migrations(store: &Store) -> Found {
    let advice = "Run `rapport migrate`, or start the server, which does it.";
    match store.ready().await {
        Ok(true) => Well("all there".into()),
        Ok(false) => Unwell("the schema is not the one of this version".into(), advice),
        Err(_) => Unwell("the database is empty".into(), advice),
    }
}

async fn clock(store: &Store) -> Found {
    match store.clock_ahead().await {
        Ok(ahead) if ahead.abs() <= CLOCKS_AGREE => Well("agrees with the database’s".into()),
        Ok(ahead) => Unwell(
            format!("{} s ahead of the database’s", ahead.num_seconds()),
            "Set both by NTP (systemd-timesyncd or chrony): codes of a second factor bear 30 seconds.",
        ),
        Err(error) => Broken(error.to_string(), "Look at the database first."),
    }
}

async fn files(place: &str) -> (Found, Option<Found>) {
    let advice = "Make the directory for the user that Rapport runs as, or correct RAPPORT_FILES and the AWS_… variables.";
    let files = match serve::files(place) {
        Ok(files) => files,
        Err(error) => return (Broken(format!("{error:#}"), advice), None),
    };
    let name = format!("doctor/{}", std::process::id());
    let tried = async {
        files.put_path(&name, "well".into()).await?;
        let read = files.read_path(&name).await?;
        files.remove_path(&name).await?;
        Ok::<_, rapport_store::StoreError>(read.is_some_and(|bytes| bytes == "well"))
    };
    let found = match timeout(PATIENCE, tried).await {
        Ok(Ok(true)) => Well(format!("written and read in {place}")),
        Ok(Ok(false)) => Broken(format!("what was written in {place} is not what is read"), advice),
        Ok(Err(error)) => Broken(error.to_string(), advice),
        Err(_) => Broken("no answer within ten seconds".into(), advice),
    };
    let disk = (!place.starts_with("s3://")).then(|| disk(Path::new(place))).flatten();
    (found, disk)
}

fn disk(place: &Path) -> Option<Found> {
    let room = rustix::fs::statvfs(place).ok()?;
    let free = room.f_bavail.saturating_mul(room.f_frsize);
    let text = format!("{:.1} GiB free", free as f64 / f64::from(1 << 30));
    Some(match free >= ROOM {
        true => Well(text),
        false => Unwell(
            text,
            "Make room: without it no file of a mail can be stored, and the mail waits.",
        ),
    })
}

async fn secrets(doctor: &Doctor, store: Option<&Store>) -> Found {
    if doctor.secret_key.is_empty() {
        return Unwell(
            "RAPPORT_SECRET_KEY is not set".into(),
            "Make one with `head -c 32 /dev/urandom | base64` and keep it: passwords of mailboxes and second factors are sealed with it.",
        );
    }
    let Some(store) = store else { return Well("a key is set".into()) };
    match doctor::sealed(store, &doctor.secret_key).await {
        Ok((all, 0)) => Well(format!("the key opens all {all} stored secrets")),
        Ok((all, closed)) => Broken(
            format!("the key opens {} of {all} stored secrets", all - closed),
            "Set the key with which they were sealed, behind the new one and a comma if there is a new one.",
        ),
        Err(error) => Unwell(error.to_string(), "Run the migrations first."),
    }
}

async fn public(doctor: &Doctor) -> (Found, Found) {
    let Some(url) = &doctor.public_url else {
        let unset = Unwell(
            "RAPPORT_PUBLIC_URL is not set".into(),
            "Set it to the address people use, such as https://support.example.com: links in mails lead there.",
        );
        return (
            unset,
            Unwell("unknown without a public address".into(), "Set RAPPORT_PUBLIC_URL."),
        );
    };
    let tls = match url.starts_with("https://") {
        true => Well("cookies are Secure".into()),
        false => Unwell(
            format!("{url} is without TLS: passwords and cookies travel in clear"),
            "Put a proxy with a certificate in front (Caddy makes one by itself), and set RAPPORT_PUBLIC_URL to https://….",
        ),
    };
    let advice = "Start the server, let the proxy lead to it, and look whether the name leads to this machine.";
    let asked = async {
        // An address of our own, wherever it is: whoever runs the server named it.
        let client = HttpClient::new(Reach::Anywhere).map_err(|error| error.to_string())?;
        let address = format!("{}/healthz", url.trim_end_matches('/'));
        let request = Request::get(&address).patience(PATIENCE).tries(1);
        client.send(&request).await.map(|a| a.status).map_err(|error| error.to_string())
    };
    let found = match timeout(PATIENCE, asked).await {
        Ok(Ok(200)) => Well(format!("{url} answers")),
        Ok(Ok(status)) => Unwell(format!("{url}/healthz answers {status}"), advice),
        Ok(Err(error)) => Unwell(error, advice),
        Err(_) => Unwell(format!("{url} does not answer within ten seconds"), advice),
    };
    (found, tls)
}

fn mail_line(mail: Mail) -> (String, Found) {
    match mail {
        Mail::None => (
            "mail".into(),
            Unwell(
                "no mailbox yet".into(),
                "Add one under App config › Mailboxes, or hand mail over by HTTP.",
            ),
        ),
        Mail::Out { address, result } => {
            let advice = "Look at the mailbox under App config › Mailboxes: host, port, user and password, and whether this machine may reach it.";
            let found = result.map_or_else(
                |error| Broken(error, advice),
                |()| Well("the server lets us in".into()),
            );
            (format!("mail out of {address}"), found)
        }
        Mail::In { address, result } => {
            let advice = "Look at the mailbox under App config › Mailboxes › Receiving: host, port, user and password.";
            let found = result.map_or_else(|error| Broken(error, advice), Well);
            (format!("mail into {address}"), found)
        }
    }
}
