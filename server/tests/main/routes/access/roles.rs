//! What each role may reach: with a door's permission people come in, and without it they are refused,
//! whatever else they may do.

use super::{Method2, doors, knock};
use crate::support::{Answer, TestApp};
use axum::http::{StatusCode, header};
use rapport_domain::RoleId;
use rapport_domain::permission::{Permission, PermissionSet};
use rapport_domain::role::Role;
use serde_json::json;
use sqlx::PgPool;

/// All that people may do but `permission` and what nobody can do without it.
pub fn all_but(permission: Permission) -> PermissionSet {
    let without = |p: &&Permission| **p != permission && !p.needs().contains(permission);
    Permission::ALL.iter().filter(without).copied().collect()
}

/// The permission, and no more than it needs.
pub fn least(permission: Permission) -> PermissionSet {
    let own = [permission, Permission::WorkspaceRead].into_iter().collect();
    permission.needs().union(own)
}

/// Gives Sam a role of exactly these permissions, from the next request on.
pub async fn give_sam(pool: &PgPool, set: PermissionSet) {
    let words: Vec<&str> =
        Permission::ALL.iter().filter(|p| set.contains(**p)).map(|p| p.as_str()).collect();
    let sql = "with role as (
            insert into roles (workspace_id, id, name, permissions)
            select workspace_id, $1, 'Role ' || $1::text, $2 from users where email = $3
            returning workspace_id, id)
        update users u set role = 'viewer', role_id = role.id from role where u.email = $3";
    sqlx::query(sql)
        .bind(RoleId::generate().0)
        .bind(words)
        .bind("sam@acme.example")
        .execute(pool)
        .await
        .expect("a role");
}

fn is_refused(answer: &Answer) -> bool {
    answer.status == StatusCode::FORBIDDEN
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn every_door_is_shut_to_whoever_lacks_its_permission_alone(pool: PgPool) {
    let app = TestApp::new(pool.clone()).await;
    let (sam, doors) = (app.sam().await, doors(&app).await);
    let mut open = Vec::new();
    // Every role reads the workspace.
    for permission in Permission::ALL.iter().filter(|p| **p != Permission::WorkspaceRead) {
        give_sam(&pool, all_but(*permission)).await;
        for (method, path, _) in doors.iter().filter(|(_, _, needed)| needed == permission) {
            let answer = knock(&app, *method, path, &sam).await;
            if !is_refused(&answer) {
                open.push(format!("{method:?} {path} without {permission:?}: {}", answer.status));
            }
        }
    }
    assert!(open.is_empty(), "{open:#?}");
}

/// The permission that stands in the table is the one that opens, with what it cannot do without.
#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn every_door_is_open_to_whoever_has_its_permission(pool: PgPool) {
    let app = TestApp::new(pool.clone()).await;
    let (sam, doors) = (app.sam().await, doors(&app).await);
    let mut shut = Vec::new();
    for permission in Permission::ALL {
        give_sam(&pool, least(*permission)).await;
        for (method, path, _) in doors.iter().filter(|(_, _, needed)| needed == permission) {
            let answer = knock(&app, *method, path, &sam).await;
            if is_refused(&answer) {
                shut.push(format!("{method:?} {path} with {permission:?}"));
            }
        }
    }
    assert!(shut.is_empty(), "{shut:#?}");
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn each_of_the_usual_roles_comes_as_far_as_its_permissions(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let people = [
        (Role::Admin, app.priya().await),
        (Role::Agent, app.sam().await),
        (Role::Viewer, app.vera().await),
    ];
    let mut wrong = Vec::new();
    for (method, path, permission) in doors(&app).await {
        for (role, cookie) in &people {
            let refused = is_refused(&knock(&app, method, &path, cookie).await);
            if refused == role.permissions().contains(permission) {
                wrong.push(format!("{method:?} {path} as {role:?}: refused is {refused}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Nothing of a ticket is on any page of those who may read customers alone.
#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn tickets_are_shown_to_nobody_who_may_not_read_them(pool: PgPool) {
    const SECRET: &str = "Heliotrope";
    let app = TestApp::new(pool.clone()).await;
    let (sam, mut doors) = (app.sam().await, doors(&app).await);
    let ticket = json!({"customer": {"external_id": "u1"}, "subject": SECRET});
    let number = app.post("/tickets", ticket).await.json()["number"].to_string();
    let note = json!({"kind": "note", "body_text": SECRET});
    app.post(&format!("/tickets/{number}/messages"), note).await;
    app.patch(&format!("/tickets/{number}"), json!({"priority": "urgent"})).await;
    let customer = app.customer("u1").await;
    doors.extend([
        (Method2::Get, format!("/search?q={}", &SECRET[..6]), Permission::CustomersRead),
        (
            Method2::Get,
            format!("/search/suggestions?q={}", &SECRET[..6]),
            Permission::CustomersRead,
        ),
        (Method2::Get, format!("/search/suggestions?q=%23{number}"), Permission::CustomersRead),
        (
            Method2::Get,
            format!("/customers/{customer}/tickets/{number}"),
            Permission::CustomersRead,
        ),
    ]);
    let seen = async |set: PermissionSet| {
        give_sam(&pool, set).await;
        let mut seen = Vec::new();
        for (method, path, _) in doors.iter().filter(|(method, ..)| *method == Method2::Get) {
            if knock(&app, *method, path, &sam).await.body.contains(SECRET) {
                seen.push(path.as_str());
            }
        }
        seen.join(" ")
    };
    let all = seen(PermissionSet::all()).await;
    assert!(all.contains("/search?") && all.contains("/inbox") && all.contains(&customer), "{all}");
    assert_eq!(seen(all_but(Permission::TicketsRead)).await, "");
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn everybody_begins_on_a_page_that_is_open_to_them(pool: PgPool) {
    let app = TestApp::new(pool.clone()).await;
    let sam = app.sam().await;
    for permission in Permission::ALL {
        give_sam(&pool, least(*permission)).await;
        let home = app.page("/", &sam).await.header(header::LOCATION).to_string();
        let page = app.page(&home, &sam).await;
        assert_eq!(page.status, StatusCode::OK, "{permission:?} begins at {home}");
        // The rail leads nowhere that is shut.
        let rail = page.body.split("class=\"rail\"").nth(1).expect("a rail");
        let rail = rail.split("</nav>").next().expect("its end");
        for path in rail.split("<a href=\"").skip(1).filter_map(|part| part.split('"').next()) {
            if path.starts_with('/') {
                let status = app.page(path, &sam).await.status;
                assert_ne!(status, StatusCode::FORBIDDEN, "{permission:?}: {path} of the rail");
            }
        }
    }
}
