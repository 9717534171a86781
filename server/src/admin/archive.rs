//! The archive of a backup: a tar with the database as `pg_dump` writes it, every file under its
//! path, and at its end a list of all that, by which it can be checked without anything else.

use anyhow::{Context, bail, ensure};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;
use tar::{Builder, Header};

/// Names in the archive.
pub const DATABASE: &str = "database.dump";
pub const FILES: &str = "files/";
const MANIFEST: &str = "manifest.json";
/// The layout that this program writes, and the newest that it reads.
const LAYOUT: u32 = 1;
/// Most bytes of the list: 150 bytes a file, of ten million files.
const MANIFEST_BYTES: u64 = 2_000_000_000;

/// What an archive says of itself.
#[derive(Debug, Serialize, Deserialize)]
pub struct Manifest {
    pub layout: u32,
    /// Of the program that wrote it.
    pub version: String,
    pub made_at: DateTime<Utc>,
    /// Rows of each table at that instant.
    pub tables: BTreeMap<String, i64>,
    /// The SHA-256 of each entry, by its name in the archive.
    pub entries: BTreeMap<String, String>,
}

impl Manifest {
    pub fn new(made_at: DateTime<Utc>, tables: Vec<(String, i64)>) -> Self {
        Self {
            layout: LAYOUT,
            version: env!("CARGO_PKG_VERSION").into(),
            made_at,
            tables: tables.into_iter().collect(),
            entries: BTreeMap::new(),
        }
    }

    /// How many files there are beside the database.
    pub fn files(&self) -> usize {
        self.entries.keys().filter(|name| name.starts_with(FILES)).count()
    }
}

/// An archive that is being written.
pub struct Writer {
    tar: Builder<File>,
    manifest: Manifest,
}

impl Writer {
    /// Begins a new file, which nobody else can read; one that is there is never written over.
    pub fn create(path: &Path, manifest: Manifest) -> anyhow::Result<Self> {
        let file =
            File::create_new(path).with_context(|| format!("cannot write {}", path.display()))?;
        Ok(Self { tar: Builder::new(file), manifest })
    }

    /// Adds a file of this machine.
    pub fn add_file(&mut self, name: &str, path: &Path) -> anyhow::Result<()> {
        let mut file = File::open(path)?;
        let size = file.metadata()?.len();
        let mut hashing = Hashing { inner: &mut file, hash: Sha256::new() };
        self.tar.append_data(&mut header(size), name, &mut hashing)?;
        let hash = hex(hashing.hash);
        self.manifest.entries.insert(name.into(), hash);
        Ok(())
    }

    /// Adds bytes.
    pub fn add(&mut self, name: &str, bytes: &[u8]) -> anyhow::Result<()> {
        self.tar.append_data(&mut header(bytes.len() as u64), name, bytes)?;
        let hash = hex(Sha256::new_with_prefix(bytes));
        self.manifest.entries.insert(name.into(), hash);
        Ok(())
    }

    /// Writes the list, and waits until everything is on the disk.
    pub fn finish(mut self) -> anyhow::Result<Manifest> {
        let list = serde_json::to_vec(&self.manifest)?;
        self.tar.append_data(&mut header(list.len() as u64), MANIFEST, &list[..])?;
        self.tar.into_inner()?.sync_all()?;
        Ok(self.manifest)
    }
}

/// Reads a whole archive, compares every entry with the list, and answers the list.
pub fn verify(path: &Path) -> anyhow::Result<Manifest> {
    let mut found = BTreeMap::new();
    let mut manifest: Option<Manifest> = None;
    each(path, |name, entry| {
        ensure!(manifest.is_none(), "something follows the list");
        if name == MANIFEST {
            let list = serde_json::from_reader(entry.take(MANIFEST_BYTES));
            manifest = Some(list.context("the list cannot be read")?);
            return Ok(());
        }
        let mut hashing = Hashing { inner: entry, hash: Sha256::new() };
        std::io::copy(&mut hashing, &mut std::io::sink())?;
        found.insert(name.to_string(), hex(hashing.hash));
        Ok(())
    })?;
    let manifest = manifest.context("the archive has no end: it was cut off")?;
    if manifest.layout > LAYOUT {
        bail!(
            "rapport {} wrote this, and this is {}: update first",
            manifest.version,
            env!("CARGO_PKG_VERSION")
        );
    }
    for (name, hash) in &manifest.entries {
        match found.get(name) {
            None => bail!("{name} is missing"),
            Some(other) if other != hash => bail!("{name} is damaged"),
            Some(_) => {}
        }
    }
    ensure!(found.len() == manifest.entries.len(), "there is more in it than its list names");
    ensure!(manifest.entries.contains_key(DATABASE), "there is no database in it");
    Ok(manifest)
}

/// Calls back for each entry, in the order of the archive.
pub fn each(
    path: &Path,
    mut with: impl FnMut(&str, &mut dyn Read) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut tar = tar::Archive::new(BufReader::new(file));
    for entry in tar.entries()? {
        let mut entry = entry.context("the archive is damaged, or none of ours")?;
        let name = String::from_utf8(entry.path_bytes().into_owned())?;
        with(&name, &mut entry).with_context(|| name.clone())?;
    }
    Ok(())
}

fn header(size: u64) -> Header {
    let mut header = Header::new_gnu();
    header.set_size(size);
    header.set_mode(0o600);
    header
}

struct Hashing<'a, R: ?Sized> {
    inner: &'a mut R,
    hash: Sha256,
}

impl<R: Read + ?Sized> Read for Hashing<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.hash.update(&buffer[..n]);
        Ok(n)
    }
}

fn hex(hash: Sha256) -> String {
    hash.finalize().iter().map(|b| format!("{b:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_archive_says_when_it_is_damaged_or_cut_off() {
        let folder = std::env::temp_dir().join(format!("rapport-archive-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let path = folder.join("a.tar");
        let _ = std::fs::remove_file(&path);
        let manifest = Manifest::new(Utc::now(), vec![("users".into(), 3)]);
        let mut writer = Writer::create(&path, manifest).expect("a new file");
        writer.add(DATABASE, b"dump").expect("written");
        // Longer than a name in a plain tar can be.
        writer.add(&format!("{FILES}{}", "x".repeat(180)), &[7; 3000]).expect("written");
        writer.finish().expect("finished");
        let read = verify(&path).expect("whole");
        assert_eq!((read.tables["users"], read.files()), (3, 1));
        let whole = std::fs::read(&path).expect("bytes");
        let at = whole.windows(4).position(|w| w == [7; 4]).expect("the file's bytes");
        let mut damaged = whole.clone();
        damaged[at] = 8;
        std::fs::write(&path, damaged).expect("written");
        assert!(verify(&path).expect_err("damaged").to_string().contains("is damaged"));
        std::fs::write(&path, &whole[..whole.len() / 2]).expect("written");
        assert!(verify(&path).is_err());
        let manifest = Manifest::new(Utc::now(), Vec::new());
        assert!(Writer::create(&path, manifest).is_err(), "nothing is written over");
        std::fs::remove_dir_all(folder).expect("removed");
    }
}
