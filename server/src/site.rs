//! The site that `make dist` puts into the binary: scripts, styles, fonts, packed. It is laid out anew at
//! each start, so that the files served are those of this very binary.

use crate::config::Config;
use anyhow::Context;
use std::path::{Path, PathBuf};
use std::{fs, io};

/// The packed site; absent from builds whose site lies beside them.
#[cfg(feature = "embedded-site")]
static SITE: Option<&[u8]> = Some(include_bytes!(env!("RAPPORT_SITE_ARCHIVE")));
#[cfg(not(feature = "embedded-site"))]
static SITE: Option<&[u8]> = None;

/// A folder that goes when the server ends.
#[derive(Debug)]
pub struct LaidOut(PathBuf);

impl Drop for LaidOut {
    fn drop(&mut self) {
        // Whatever stays is overwritten by nobody and removed with the folder of the service.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Lays the site out and points the settings to it, unless they name a site of their own.
pub fn lay_out(config: &mut Config) -> anyhow::Result<Option<LaidOut>> {
    let Some(packed) = SITE.filter(|_| std::env::var_os("LEPTOS_SITE_ROOT").is_none()) else {
        return Ok(None);
    };
    // systemd makes one that nobody else may enter; elsewhere the name cannot be guessed.
    let within =
        std::env::var_os("RUNTIME_DIRECTORY").map_or_else(std::env::temp_dir, PathBuf::from);
    let folder = within.join(format!("rapport-site-{:032x}", rand::random::<u128>()));
    fs::create_dir(&folder)
        .with_context(|| format!("cannot write the site into {}", within.display()))?;
    let laid_out = LaidOut(folder);
    unpack(packed, &laid_out)?;
    config.site_root = laid_out.0.to_string_lossy().into_owned();
    config.hash_file = laid_out.0.join("hash.txt").to_string_lossy().into_owned();
    Ok(Some(laid_out))
}

fn unpack(packed: &[u8], to: &LaidOut) -> anyhow::Result<()> {
    let mut tar = tar::Archive::new(flate2::read::GzDecoder::new(packed));
    tar.set_preserve_mtime(false);
    let laid_out = tar.unpack(&to.0).and_then(|()| expand(&to.0));
    laid_out.context("the site in this binary cannot be laid out: is the disk full?")
}

/// Files that are there for every kind of client travel as those that ask for gzip get them; as they are they are
/// written here.
fn expand(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            expand(&path)?;
        } else if path.extension().is_some_and(|kind| kind == "gz") {
            let plain = path.with_extension("");
            // What is an archive itself has no other forms.
            let forms = fs::exists(path.with_extension("br"))?;
            if forms && !fs::exists(&plain)? {
                let mut packed = flate2::read::GzDecoder::new(fs::File::open(&path)?);
                io::copy(&mut packed, &mut fs::File::create(&plain)?)?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn a_packed_site_is_laid_out_and_goes_again() {
        let mut tar = tar::Builder::new(Vec::new());
        let gzip = |bytes: &[u8]| {
            let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            gzip.write_all(bytes).expect("packed");
            gzip.finish().expect("packed")
        };
        let mut add = |name: &str, bytes: &[u8]| {
            let mut header = tar::Header::new_gnu();
            header.set_size(bytes.len() as u64);
            header.set_mode(0o644);
            tar.append_data(&mut header, name, bytes).expect("added");
        };
        add("pkg/a.css", b"a{");
        add("pkg/b.css.gz", &gzip(b"b{"));
        add("pkg/b.css.br", b"its brotli form");
        add("source.tar.gz", &gzip(b"an archive"));
        let folder = std::env::temp_dir().join(format!("rapport-site-test-{}", std::process::id()));
        fs::create_dir(&folder).expect("a folder");
        let laid_out = LaidOut(folder.clone());
        unpack(&gzip(&tar.into_inner().expect("a tar")), &laid_out).expect("laid out");
        assert_eq!(fs::read(folder.join("pkg/a.css")).expect("a file"), b"a{");
        assert_eq!(fs::read(folder.join("pkg/b.css")).expect("its plain form"), b"b{");
        assert!(!folder.join("source.tar").exists(), "an archive is a file by itself");
        drop(laid_out);
        assert!(!folder.exists());
    }
}
