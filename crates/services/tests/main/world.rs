//! A small workspace, and a second one that must never be seen from it.

use rapport_domain::preferences::Preferences;
use rapport_domain::session::{Viewer, Waiting};
use rapport_domain::{CustomerId, Role, TeamId, UserId, WorkspaceId};
use rapport_services::ingest::Ingest;
use rapport_services::{Ctx, Store, link_keys};
use rapport_store::users::{self, NewUser};
use sqlx::PgPool;

/// Acme with three people, a team and a customer.
pub struct World {
    pub pool: PgPool,
    pub store: Store,
    pub workspace: WorkspaceId,
    pub priya: Viewer,
    pub sam: Viewer,
    pub vera: Viewer,
    pub team: TeamId,
    pub customer: CustomerId,
}

impl World {
    pub async fn new(pool: PgPool) -> Self {
        let store = Store::from_pool(pool.clone()).with_keys(crate::mailboxes::keys());
        let workspace = insert_workspace(&store, "Acme").await;
        let priya = insert_person(&store, workspace, "Priya Raman", Role::Admin).await;
        let sam = insert_person(&store, workspace, "Sam Ortiz", Role::Agent).await;
        let vera = insert_person(&store, workspace, "Vera Lind", Role::Viewer).await;
        let team = TeamId::generate();
        let mut tx = store.begin().await.unwrap();
        users::insert_team(&mut tx, workspace, team, "Billing").await.unwrap();
        tx.commit().await.unwrap();
        let customer = insert_customer(&pool, workspace, "Alex Morgan").await;
        Self { pool, store, workspace, priya, sam, vera, team, customer }
    }

    /// The circumstances of one person, at this instant.
    pub fn ctx(&self, viewer: &Viewer) -> Ctx {
        Ctx::for_viewer(self.store.clone(), viewer.clone())
    }

    /// The key that signs the addresses in this workspace's mails.
    pub async fn link_key(&self) -> Vec<u8> {
        link_keys::signing(&self.store, self.workspace).await.unwrap().unwrap()
    }

    /// The way in for events.
    pub fn ingest(&self) -> Ingest {
        Ingest::start(self.store.clone())
    }

    /// An admin of another workspace, where everything here is unknown.
    pub async fn stranger(&self) -> Ctx {
        let workspace = insert_workspace(&self.store, "Other").await;
        let viewer = insert_person(&self.store, workspace, "Olga Other", Role::Admin).await;
        self.ctx(&viewer)
    }
}

async fn insert_workspace(store: &Store, name: &str) -> WorkspaceId {
    let workspace = WorkspaceId::generate();
    let mut tx = store.begin().await.unwrap();
    users::insert_workspace(&mut tx, workspace, name).await.unwrap();
    tx.commit().await.unwrap();
    workspace
}

pub async fn insert_person(
    store: &Store,
    workspace: WorkspaceId,
    name: &str,
    role: Role,
) -> Viewer {
    let id = UserId::generate();
    let email = format!("{id}@acme.example");
    let mut tx = store.begin().await.unwrap();
    let user =
        NewUser { workspace, id, email: &email, name, role: role.as_str(), password_hash: "" };
    users::insert_user(&mut tx, &user).await.unwrap();
    tx.commit().await.unwrap();
    Viewer {
        user: id,
        workspace,
        workspace_name: "Acme".into(),
        name: name.into(),
        email,
        picture: None,
        role,
        permissions: role.permissions(),
        away: false,
        starting: false,
        waiting: Waiting::default(),
        preferences: Preferences::default(),
    }
}

pub async fn insert_customer(pool: &PgPool, workspace: WorkspaceId, name: &str) -> CustomerId {
    let id = CustomerId::generate();
    sqlx::query(
        "insert into customers (workspace_id, id, kind, name) values ($1, $2, 'customer', $3)",
    )
    .bind(workspace.0)
    .bind(id.0)
    .bind(name)
    .execute(pool)
    .await
    .unwrap();
    id
}
