use crate::support::{OTHER_KEY, TestApp};
use axum::http::{Method, StatusCode, header};
use serde_json::json;
use sqlx::PgPool;

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
    assert!(page.starts_with("/accounts/acc_") && page.ends_with("?done=created"), "{page}");
    let account = page.trim_end_matches("?done=created").to_string();
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
    let members = format!("{account}/members");
    let linked = app.form(&members, &format!("do=link&customer={alex}"), &cookie).await;
    assert_eq!(linked.header(header::LOCATION), format!("{account}?done=linked"));
    assert!(app.page(&account, &cookie).await.body.contains(&format!("/customers/{alex}")));
    let out = app.form(&members, &format!("do=unlink&customer={alex}"), &cookie).await;
    assert_eq!(out.header(header::LOCATION), format!("{account}?done=unlinked"));
    assert!(app.page(&account, &cookie).await.body.contains("Nobody yet."));
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn who_may_change_nothing_makes_no_account_and_moves_nobody(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let made = app.form("/accounts/new", "name=Nw", &app.sam().await).await;
    let account = made.header(header::LOCATION).trim_end_matches("?done=created").to_string();
    let alex = app.customer("u1").await;
    let vera = app.vera().await;
    let link = format!("do=link&customer={alex}");
    assert_eq!(app.page("/accounts/new", &vera).await.status, StatusCode::FORBIDDEN);
    assert_eq!(app.form("/accounts/new", "name=No", &vera).await.status, StatusCode::FORBIDDEN);
    let refused = app.form(&format!("{account}/members"), &link, &vera).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(!app.page(&account, &vera).await.body.contains("Link a customer"));
    // Nobody from another workspace either, in both directions.
    let other =
        app.api_as(OTHER_KEY, Method::POST, "/customers", Some(json!({"external_id": "o1"})));
    let other = other.await.json()["id"].as_str().expect("an id").to_string();
    let sam = app.sam().await;
    let strange =
        app.form(&format!("{account}/members"), &format!("do=link&customer={other}"), &sam).await;
    assert_eq!(strange.status, StatusCode::NOT_FOUND);
    let odd = app.form(&format!("{account}/members"), "do=link&customer=x", &sam).await;
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
    for said in ["What goes along", "0 tickets", "What stays", "This cannot be taken back"] {
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
