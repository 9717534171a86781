//! Taking in an e-mail of 10 MB: parsed and stored, against storing the same bytes alone.

use crate::measure::{Client, Times};
use anyhow::ensure;
use rapport_domain::{Uuid, WorkspaceId};
use sqlx::PgPool;
use std::time::Instant;

const BYTES: usize = 10_000_000;
const ROUNDS: usize = 12;
/// The bytes are stored twice, in the database as they came and in the file store as the file in
/// them; reading costs the rest.
const RATIO_MAX: f64 = 6.0;

pub async fn run(
    pool: &PgPool,
    client: &Client,
    url: &str,
    workspace: WorkspaceId,
) -> anyhow::Result<Vec<String>> {
    let (mut ours, mut floor) = (Times::default(), Times::default());
    let run = Uuid::now_v7().simple().to_string();
    for round in 0..ROUNDS {
        let raw = mail(&run, round);
        let start = Instant::now();
        let status = client.post_mail(&format!("{url}/api/v1/inbound/email"), raw.clone()).await?;
        ensure!(status.is_success(), "the mail was answered {status}");
        ours.add(start.elapsed());
        let start = Instant::now();
        bare(pool, workspace, &raw).await?;
        floor.add(start.elapsed());
    }
    let ratio = ours.p50() / floor.p50();
    println!("\n## An e-mail of 10 MB\n\n| | p50 ms | max ms |\n|---|---|---|");
    for (name, times) in
        [("Rapport: read, filed, stored", &ours), ("bare insert of the bytes", &floor)]
    {
        println!("| {name} | {:.0} | {:.0} |", times.p50(), times.quantile(1.0));
    }
    println!("\n- ratio of p50: {ratio:.2} (at most {RATIO_MAX})");
    Ok((ratio > RATIO_MAX).then(|| format!("10 MB mail ratio {ratio:.2}")).into_iter().collect())
}

/// Stores the bytes, and takes them back after the clock stopped.
async fn bare(pool: &PgPool, workspace: WorkspaceId, raw: &[u8]) -> anyhow::Result<()> {
    sqlx::query(
        "create table if not exists bench_raw (workspace_id uuid, id uuid primary key, raw bytea)",
    )
    .execute(pool)
    .await?;
    // Packed as our own column is.
    sqlx::query("alter table bench_raw alter column raw set compression lz4").execute(pool).await?;
    sqlx::query("insert into bench_raw values ($1, gen_random_uuid(), $2)")
        .bind(workspace.0)
        .bind(raw)
        .execute(pool)
        .await?;
    Ok(())
}

/// A mail with a text and a file; each round another one, for the same bytes are stored once.
fn mail(run: &str, round: usize) -> Vec<u8> {
    let head = format!(
        "From: Bench <bench-{run}@bench.example>\r\nTo: support@acme.example\r\n\
        Subject: Ten megabytes, {round}\r\nMessage-ID: <{run}-{round}@bench.example>\r\n\
        MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\
        Content-Type: text/plain\r\n\r\nSee the file.\r\n--b\r\n\
        Content-Type: application/octet-stream; name=data.bin\r\n\
        Content-Transfer-Encoding: base64\r\n\r\n"
    );
    let mut raw = head.into_bytes();
    let mut chance = round as u64 + 1;
    while raw.len() + 78 < BYTES {
        raw.extend((0..76).map(|_| digit(&mut chance)));
        raw.extend_from_slice(b"\r\n");
    }
    raw.extend_from_slice(b"--b--\r\n");
    raw
}

/// A digit of base64, as a packed file has them: the same one never comes twice for long.
fn digit(chance: &mut u64) -> u8 {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    *chance ^= *chance << 13;
    *chance ^= *chance >> 7;
    *chance ^= *chance << 17;
    DIGITS[(*chance >> 58) as usize]
}
