use crate::support::{OTHER_KEY, TestApp};
use axum::http::{Method, StatusCode, header};
use serde_json::json;
use sqlx::PgPool;

/// The address of a server function.
fn function(name: &str) -> String {
    let mut all = server_fn::axum::server_fn_paths();
    let (path, _) = all.find(|(path, _)| path.starts_with(&format!("/api/{name}"))).expect(name);
    path.to_string()
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn accounts_are_made_listed_found_and_given_customers_by_plain_forms(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let cookie = app.sam().await;
    let empty = app.page("/accounts", &cookie).await;
    assert!(empty.body.contains("No accounts yet"), "{}", empty.body);
    let refused = app.form("/accounts/new", "name=&plan=%3Cb%3EScale", &cookie).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("value=\"&lt;b&gt;Scale\""), "{}", refused.body);
    let form = "name=North+%3Cb%3Ewind&domains=nw.example&owner_id=";
    let made = app.form("/accounts/new", form, &cookie).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.body);
    let page = made.header(header::LOCATION).to_string();
    let id = page.strip_prefix("/accounts/").expect("its page").to_string();
    assert!(id.starts_with("acc_"), "{page}");
    let account = page;
    let list = app.page("/accounts?q=nw.example&sort=renewal", &cookie).await;
    assert!(list.body.contains("North &lt;b&gt;wind"), "{}", list.body);
    assert!(app.page("/accounts?q=nobody", &cookie).await.body.contains("No account matches"));
    assert_eq!(
        app.page("/accounts?sort=odd&after=x", &cookie).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );

    let alex = app.customer("u1").await;
    let found = app.page(&format!("{account}?link=alex"), &cookie).await;
    assert!(found.body.contains(&format!("value=\"{alex}\"")), "{}", found.body);
    let member = format!("account={id}&customer={alex}");
    let linked = app.form(&function("link_member"), &member, &cookie).await;
    assert_eq!(linked.status, StatusCode::OK, "{}", linked.body);
    assert!(app.page(&account, &cookie).await.body.contains(&format!("/customers/{alex}")));
    let out = app.form(&function("unlink_member"), &member, &cookie).await;
    assert_eq!(out.status, StatusCode::OK, "{}", out.body);
    assert!(app.page(&account, &cookie).await.body.contains("Nobody yet."));
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn who_may_change_nothing_makes_no_account_and_moves_nobody(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let made = app.form("/accounts/new", "name=Nw", &app.sam().await).await;
    let account = made.header(header::LOCATION).to_string();
    let id = account.strip_prefix("/accounts/").expect("its page");
    let alex = app.customer("u1").await;
    let vera = app.vera().await;
    let link = function("link_member");
    let member = |customer: &str| format!("account={id}&customer={customer}");
    assert_eq!(app.page("/accounts/new", &vera).await.status, StatusCode::FORBIDDEN);
    assert_eq!(app.form("/accounts/new", "name=No", &vera).await.status, StatusCode::FORBIDDEN);
    let refused = app.form(&link, &member(&alex), &vera).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(!app.page(&account, &vera).await.body.contains("Link a customer"));
    // Nobody from another workspace either, in both directions.
    let other =
        app.api_as(OTHER_KEY, Method::POST, "/customers", Some(json!({"external_id": "o1"})));
    let other = other.await.json()["id"].as_str().expect("an id").to_string();
    let sam = app.sam().await;
    let strange = app.form(&link, &member(&other), &sam).await;
    assert_eq!(strange.status, StatusCode::NOT_FOUND);
    let odd = app.form(&link, &member("x"), &sam).await;
    assert!(odd.status.is_client_error(), "{}", odd.status);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_customer_is_deleted_by_who_may_after_all_was_said(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let alex = app.customer("u1").await;
    let path = format!("/customers/{alex}/delete");
    let sam = app.sam().await;
    assert_eq!(app.page(&path, &sam).await.status, StatusCode::FORBIDDEN);
    assert_eq!(app.form(&path, "", &sam).await.status, StatusCode::FORBIDDEN);
    let priya = app.priya().await;
    let page = app.page(&path, &priya).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    for said in ["What is deleted with it", "0 tickets", "What stays", "This cannot be undone"] {
        assert!(page.body.contains(said), "{said} in {}", page.body);
    }
    let other =
        app.api_as(OTHER_KEY, Method::POST, "/customers", Some(json!({"external_id": "o1"})));
    let other = other.await.json()["id"].as_str().expect("an id").to_string();
    for lost in [other.as_str(), "cus_x"] {
        let lost = format!("/customers/{lost}/delete");
        assert_eq!(app.form(&lost, "", &priya).await.status, StatusCode::NOT_FOUND);
    }
    let gone = app.form(&path, "", &priya).await;
    assert_eq!(gone.header(header::LOCATION), "/customers/deleted", "{}", gone.body);
    assert!(app.page("/customers/deleted", &priya).await.body.contains("The customer is deleted"));
    assert_eq!(app.page(&format!("/customers/{alex}"), &priya).await.status, StatusCode::NOT_FOUND);
    assert_eq!(app.page(&path, "").await.status, StatusCode::SEE_OTHER);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn whoever_comes_second_sees_all_that_the_other_changed_and_may_save_again(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let sam = app.sam().await;
    let field = json!({"entity": "account", "key": "tier", "label": "Tier", "type": "text"});
    assert_eq!(app.post("/custom-fields", field).await.status, StatusCode::CREATED);
    let made = app.form("/accounts/new", "name=Nw&mrr=10&currency=EUR", &sam).await;
    let edit = format!("{}/edit", made.header(header::LOCATION));
    let first = "version=1&name=Nw&mrr=20&currency=EUR&fields.tier=Gold&plan=Scale";
    assert_eq!(app.form(&edit, first, &sam).await.status, StatusCode::SEE_OTHER);
    let second = "version=1&name=Northwind&mrr=10&currency=EUR&fields.tier=&plan=Scale";
    let refused = app.form(&edit, second, &sam).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    let theirs = refused.body.split("class=\"theirs\"").nth(1).expect("what stands there now");
    let theirs = theirs.split("</dl>").next().expect("a list");
    for (label, now) in [("Name", "Nw"), ("Monthly revenue", "20"), ("Tier", "Gold")] {
        assert!(theirs.contains(label) && theirs.contains(now), "{label}: {theirs}");
    }
    assert!(!theirs.contains("Plan"), "both say the same: {theirs}");
    assert!(refused.body.contains("value=\"Northwind\""), "nothing typed is lost");
    let version = refused.body.split("name=\"version\" value=\"").nth(1).expect("a version");
    let version = version.split('"').next().expect("a number");
    let again = second.replace("version=1", &format!("version={version}"));
    assert_eq!(app.form(&edit, &again, &sam).await.status, StatusCode::SEE_OTHER);
    let id = made.header(header::LOCATION).trim_start_matches("/accounts/").to_string();
    let now = app.get(&format!("/accounts/{id}")).await.json();
    assert_eq!((now["name"].as_str(), now["mrr_minor"].as_i64()), (Some("Northwind"), Some(1000)));
}
