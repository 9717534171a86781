use crate::support::TestApp;
use axum::http::{StatusCode, header};
use rapport_app::page_table::{Half, PAGES, PageInfo};
use rapport_domain::Role;
use sqlx::PgPool;

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn the_settings_come_without_a_browser_half(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let cookie = app.priya().await;
    for page in PAGES.iter().filter(|page| page.half == Half::Server) {
        let path = page.path;
        let anonymous = app.page(path, "").await;
        assert_eq!(anonymous.status, StatusCode::SEE_OTHER, "{path}");
        assert_eq!(anonymous.header(header::LOCATION), format!("/login?next={path}"));
        let page = app.page(path, &cookie).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        let policy = page.header(header::CONTENT_SECURITY_POLICY);
        // Small files that menus, the palette and what waits need; each with the page's nonce.
        for script in page.body.split("<script").skip(1) {
            let nonce = script.split("nonce=\"").nth(1).and_then(|n| n.split('"').next());
            assert!(policy.contains(&format!("'nonce-{}'", nonce.expect("a nonce"))), "{path}");
        }
        assert!(!page.body.contains(".wasm") && !page.body.contains(" style=\""), "{path}");
    }
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn each_page_of_the_table_is_there_and_only_for_whom_it_says(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let people = [(Role::Admin, app.priya().await), (Role::Viewer, app.vera().await)];
    for page in PAGES {
        let anonymous = app.page(page.path, "").await;
        assert_eq!(anonymous.status, StatusCode::SEE_OTHER, "{}", page.path);
        for (role, cookie) in &people {
            let shown = app.page(page.path, cookie).await;
            let expected = match role.permissions().contains(page.permission) {
                true => StatusCode::OK,
                false => StatusCode::FORBIDDEN,
            };
            assert_eq!(shown.status, expected, "{} for {role:?}", page.path);
            if expected == StatusCode::OK {
                let title = format!("<title>{}", page.title);
                let counted = format!(") {}", page.title);
                assert!(
                    shown.body.contains(&title) || shown.body.contains(&counted),
                    "{}",
                    page.path
                );
            }
        }
    }
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_refused_form_comes_back_with_what_was_typed(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let cookie = app.priya().await;
    let form = "do=create&entity=account&kind=list&label=Seats+%22b&key=&options=";
    let refused = app.form("/settings/custom-fields?edit=new", form, &cookie).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("value=\"Seats &quot;b\""), "{}", refused.body);
    assert!(refused.body.contains("Not saved: see below."), "{}", refused.body);
    let right = form.replace("options=", "options=1%0A2");
    let done = app.form("/settings/custom-fields?edit=new", &right, &cookie).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    let to = done.header(header::LOCATION);
    assert_eq!(to, "/settings/custom-fields?done=created");
    let page = app.page(to, &cookie).await;
    assert!(page.body.contains("Field created") && page.body.contains("seats_b"));
    let forged = app.page("/settings/custom-fields?done=%3Cb%3Eno", &cookie).await;
    assert!(!forged.body.contains("<b>no") && !forged.body.contains("passing"));
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn only_admins_see_and_change_settings(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let cookie = app.sam().await;
    let admins = |page: &&PageInfo| !Role::Agent.permissions().contains(page.permission);
    for page in PAGES.iter().filter(admins) {
        let shown = app.page(page.path, &cookie).await;
        assert_eq!(shown.status, StatusCode::FORBIDDEN, "{}", page.path);
        let config = page.path.starts_with("/settings/");
        assert_eq!(shown.body.contains("Only admins can change this"), config, "{}", page.path);
    }
    let refused = app.form("/settings/surveys", "do=save&delay=0", &cookie).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
}
