//! `rapport admin backup | restore | verify`: database and files in one archive, and back.

use super::archive::{self, DATABASE, FILES, Manifest, Writer};
use crate::serve;
use anyhow::{Context, bail, ensure};
use bytes::Bytes;
use chrono::Utc;
use futures_util::TryStreamExt;
use rapport_store::{Files, Store};
use std::path::{Path, PathBuf};
use tokio::process::Command;

/// Writes an archive, and checks it by reading it again.
pub async fn backup(database_url: &str, files: &str, to: &Path) -> anyhow::Result<()> {
    let store = Store::connect(database_url, serve::files(files)?).await;
    let store = store.context("cannot reach Postgres")?;
    let program = postgres_program("pg_dump", &store).await?;
    // The database first: a file without a row does no harm.
    let mut snapshot = store.snapshot().await.context("the database cannot be held")?;
    let tables = snapshot.rows().await.context("the rows cannot be counted")?;
    let dump = Beside::of(to)?;
    let mut command = Command::new(&program);
    command.args(["--format=custom", "--no-owner", "--no-privileges"]);
    command.arg(format!("--snapshot={}", snapshot.name)).arg("--file").arg(&dump.0);
    run(command, database_url).await.context("pg_dump failed")?;
    drop(snapshot);
    let mut writer = Writer::create(to, Manifest::new(Utc::now(), tables))?;
    writer.add_file(DATABASE, &dump.0)?;
    let mut paths = store.files().paths();
    while let Some(path) = paths.try_next().await.context("the files cannot be listed")? {
        // What was removed meanwhile has no row any more.
        if let Some(bytes) = store.files().read_path(&path).await? {
            writer.add(&format!("{FILES}{path}"), &bytes)?;
        }
    }
    writer.finish().context("the archive was not written")?;
    let manifest = archive::verify(to).context("the archive is not what was written")?;
    println!("{}", summary(to, &manifest));
    println!("RAPPORT_SECRET_KEY is not in it: without the same key stored passwords stay closed.");
    Ok(())
}

/// Checks an archive, by itself.
pub fn verify(path: &Path) -> anyhow::Result<()> {
    let manifest = archive::verify(path)?;
    println!("{}", summary(path, &manifest));
    println!("Every entry is as it was written, on {}.", manifest.made_at.format("%F %T UTC"));
    Ok(())
}

/// Puts an archive into an empty installation: a database without tables, a place without files.
pub async fn restore(database_url: &str, place: &str, from: &Path) -> anyhow::Result<()> {
    let manifest = archive::verify(from)?;
    let files = serve::files(place)?;
    let store = Store::connect(database_url, files.clone()).await;
    let store = store.context("cannot reach Postgres")?;
    ensure!(
        store.count_tables().await? == 0,
        "this database is not empty: restore into a new one, so that nothing is lost here"
    );
    ensure!(
        files.paths().try_next().await?.is_none(),
        "there are files in {place} already: restore into an empty place"
    );
    let program = postgres_program("pg_restore", &store).await?;
    let dump = Beside::of(from)?;
    archive::each(from, |name, entry| {
        if name == DATABASE {
            std::io::copy(entry, &mut std::fs::File::create_new(&dump.0)?)?;
        }
        Ok(())
    })?;
    let mut command = Command::new(&program);
    // All or nothing.
    command.args(["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"]);
    command.arg(&dump.0);
    run(command, database_url).await.context("pg_restore failed")?;
    put_files(&files, from).await?;
    compare(&store, &manifest).await?;
    println!("{}", summary(from, &manifest));
    println!("Restored, and every table has as many rows as it had.");
    Ok(())
}

async fn put_files(files: &Files, from: &Path) -> anyhow::Result<()> {
    let (send, mut receive) = tokio::sync::mpsc::channel::<(String, Bytes)>(8);
    let from = from.to_path_buf();
    // Reading a tar waits for the disk.
    let reading = tokio::task::spawn_blocking(move || {
        archive::each(&from, |name, entry| {
            if let Some(path) = name.strip_prefix(FILES) {
                let mut bytes = Vec::new();
                entry.read_to_end(&mut bytes)?;
                let sent = send.blocking_send((path.to_string(), bytes.into()));
                ensure!(sent.is_ok(), "a file could not be stored");
            }
            Ok(())
        })
    });
    while let Some((path, bytes)) = receive.recv().await {
        files.put_path(&path, bytes).await.with_context(|| path)?;
    }
    reading.await?
}

async fn compare(store: &Store, manifest: &Manifest) -> anyhow::Result<()> {
    let rows = store.snapshot().await?.rows().await?;
    let there: std::collections::BTreeMap<_, _> = rows.into_iter().collect();
    if there == manifest.tables {
        return Ok(());
    }
    let differs = |(table, n): &(&String, &i64)| there.get(*table) != Some(n);
    let wrong: Vec<_> = manifest.tables.iter().filter(differs).map(|(table, _)| table).collect();
    bail!("these tables are not what they were: {wrong:?}")
}

fn summary(path: &Path, manifest: &Manifest) -> String {
    let rows: i64 = manifest.tables.values().sum();
    let (tables, files) = (manifest.tables.len(), manifest.files());
    format!("{}: {rows} rows in {tables} tables, {files} files", path.display())
}

/// A file beside the archive, gone at the end whatever happens.
struct Beside(PathBuf);

impl Beside {
    fn of(path: &Path) -> anyhow::Result<Self> {
        let name = path.file_name().context("name a file to write")?.to_string_lossy();
        Ok(Self(path.with_file_name(format!(".{name}.{}.dump", std::process::id()))))
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        // It may never have come to be.
        let _ = std::fs::remove_file(&self.0);
    }
}

/// The newest program of Postgres with this name that is not older than the server.
async fn postgres_program(name: &str, store: &Store) -> anyhow::Result<PathBuf> {
    let wanted = store.server_version().await? / 10_000;
    let mut found: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .map(|all| all.flatten().map(|e| e.path().join("bin").join(name)).collect())
        .unwrap_or_default();
    found.retain(|path| path.is_file());
    found.push(name.into());
    for program in found {
        let Ok(answer) = Command::new(&program).arg("--version").output().await else { continue };
        let text = String::from_utf8_lossy(&answer.stdout).into_owned();
        let version = text.split_whitespace().find_map(|word| {
            word.split('.')
                .next()?
                .trim_end_matches(|c: char| !c.is_ascii_digit())
                .parse::<i32>()
                .ok()
        });
        if version.is_some_and(|version| version >= wanted) {
            return Ok(program);
        }
    }
    bail!("{name} of Postgres {wanted} or newer is needed: install postgresql-client-{wanted}")
}

async fn run(mut command: Command, database_url: &str) -> anyhow::Result<()> {
    let (url, password) = without_password(database_url)?;
    if let Some(password) = password {
        command.env("PGPASSWORD", password);
    }
    let status = command.arg(format!("--dbname={url}")).status().await?;
    ensure!(status.success(), "it ended with {status}");
    Ok(())
}

/// The address without its password, which everybody on this machine could read among the
/// arguments, and the password.
fn without_password(url: &str) -> anyhow::Result<(String, Option<String>)> {
    let mut url = url::Url::parse(url).context("DATABASE_URL is no address")?;
    let password = url
        .password()
        .map(|text| percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned());
    let kept = url.set_password(None);
    ensure!(kept.is_ok() || password.is_none(), "DATABASE_URL is no address");
    Ok((url.to_string(), password))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_never_stands_among_the_arguments() {
        let (url, password) = without_password("postgres://rapport:p%40ss@db.example:5433/rapport")
            .expect("an address");
        assert_eq!(url, "postgres://rapport@db.example:5433/rapport");
        assert_eq!(password.as_deref(), Some("p@ss"));
        let (url, password) = without_password("postgres:///rapport?host=/run/pg").expect("one");
        assert_eq!((url.as_str(), password), ("postgres:///rapport?host=/run/pg", None));
    }
}
