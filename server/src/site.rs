//! The site that `make dist` puts into the binary: scripts, styles, fonts, packed. It is laid out anew at
//! each start, so that the files served are those of this very binary.

use crate::config::Config;
use anyhow::Context;
use std::path::PathBuf;

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
        let _ = std::fs::remove_dir_all(&self.0);
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
    std::fs::create_dir(&folder)
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
    tar.unpack(&to.0).context("the site in this binary cannot be laid out: is the disk full?")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn a_packed_site_is_laid_out_and_goes_again() {
        let mut tar = tar::Builder::new(Vec::new());
        let mut header = tar::Header::new_gnu();
        header.set_size(2);
        header.set_mode(0o644);
        tar.append_data(&mut header, "pkg/a.css", &b"a{"[..]).expect("added");
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(&tar.into_inner().expect("a tar")).expect("packed");
        let folder = std::env::temp_dir().join(format!("rapport-site-test-{}", std::process::id()));
        std::fs::create_dir(&folder).expect("a folder");
        let laid_out = LaidOut(folder.clone());
        unpack(&gzip.finish().expect("packed"), &laid_out).expect("laid out");
        assert_eq!(std::fs::read(folder.join("pkg/a.css")).expect("a file"), b"a{");
        drop(laid_out);
        assert!(!folder.exists());
    }
}
