use crate::support::TestApp;
use axum::http::{StatusCode, header};
use sqlx::PgPool;

/// A built site with these files, removed with the value.
struct Site(std::path::PathBuf);

impl Site {
    fn with(name: &str, files: &[(&str, &str)]) -> Self {
        let folder = std::env::temp_dir().join(format!("rapport-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        for (file, text) in files {
            std::fs::write(folder.join(file), text).expect("a file");
        }
        Self(folder)
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn source_and_notices_are_for_everybody(pool: PgPool) {
    let site = Site::with("notices", &[("notices.txt", "© who"), ("source.tar.gz", "packed")]);
    let root = site.0.to_string_lossy().into_owned();
    let app = TestApp::with(pool.clone(), |config| config.site_root = root.clone()).await;
    let login = app.page("/login", "").await;
    for path in ["/source", "/notices"] {
        assert!(login.body.contains(&format!("href=\"{path}\"")), "the login leads to {path}");
    }
    let notices = app.fetch("/notices", "").await;
    assert_eq!((notices.status, notices.body.as_str()), (StatusCode::OK, "© who"));
    assert_eq!(notices.header(header::CONTENT_TYPE), "text/plain; charset=utf-8");
    let source = app.fetch("/source", "").await;
    assert_eq!((source.status, source.body.as_str()), (StatusCode::OK, "packed"));
    assert!(source.header(header::CONTENT_DISPOSITION).contains("rapport-source.tar.gz"));

    let elsewhere = "https://git.example/changed-rapport";
    let app = TestApp::configured(pool, |config| config.source_url = Some(elsewhere.into()));
    let source = app.fetch("/source", "").await;
    assert_eq!(source.status, StatusCode::TEMPORARY_REDIRECT);
    assert_eq!(source.header(header::LOCATION), elsewhere);
}
