//! Taking in an e-mail of 10 MB: parsed and stored, against storing the same bytes alone.

use crate::measure::{Client, Times};
use anyhow::ensure;
use rapport_domain::{Uuid, WorkspaceId};
use sqlx::PgPool;
use std::time::Instant;

const BYTES: usize = 10_000_000;
const ROUNDS: usize = 12;
/// The bytes are stored twice, as they came and as the file in them; reading costs the rest.
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
    let line = format!("{}\r\n", "QUJD".repeat(19));
    let mut raw = head.into_bytes();
    while raw.len() + line.len() < BYTES {
        raw.extend_from_slice(line.as_bytes());
    }
    raw.extend_from_slice(b"--b--\r\n");
    raw
}
