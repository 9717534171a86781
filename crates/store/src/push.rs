//! Browsers that are told, and the key by which push services know the server.

use crate::{Result, Store, Tx};
use rapport_domain::notification::Device;
use rapport_domain::{UserId, Uuid, WorkspaceId};

/// Browsers of one person; the oldest gives way.
const DEVICES_MAX: i64 = 10;

/// A browser to be told.
#[derive(Debug)]
pub struct NewSubscription<'a> {
    pub id: Uuid,
    /// What is stored of the session's token.
    pub session: &'a [u8],
    pub endpoint: &'a str,
    pub public_key: &'a [u8],
    pub auth: &'a [u8],
    pub device: &'a str,
}

/// One that is told.
#[derive(Debug)]
pub struct Subscription {
    pub id: Uuid,
    pub endpoint: String,
    pub public_key: Vec<u8>,
    pub auth: Vec<u8>,
}

/// Who of these people has a browser to be told in.
pub async fn with_devices(
    tx: &mut Tx,
    workspace: WorkspaceId,
    users: &[UserId],
) -> Result<Vec<UserId>> {
    let users: Vec<_> = users.iter().map(|user| user.0).collect();
    Ok(sqlx::query_scalar!(
        r#"select distinct user_id as "user: UserId" from push_subscriptions
        where workspace_id = $1 and user_id = any($2)"#,
        workspace.0,
        &users,
    )
    .fetch_all(&mut **tx)
    .await?)
}

impl Store {
    /// The workspace's key: public, and private as it was sealed.
    pub async fn push_key(&self, workspace: WorkspaceId) -> Result<Option<(Vec<u8>, Vec<u8>)>> {
        let row = sqlx::query!(
            "select public_key, sealed_key from push_keys where workspace_id = $1",
            workspace.0
        );
        let row = row.fetch_optional(self.pool()).await?;
        Ok(row.map(|r| (r.public_key, r.sealed_key)))
    }

    /// Keeps a new key unless there is one by now; answers the public one that holds.
    pub async fn keep_push_key(
        &self,
        workspace: WorkspaceId,
        public: &[u8],
        sealed: &[u8],
    ) -> Result<Vec<u8>> {
        sqlx::query!(
            "insert into push_keys (workspace_id, public_key, sealed_key) values ($1, $2, $3)
            on conflict do nothing",
            workspace.0,
            public,
            sealed,
        )
        .execute(self.pool())
        .await?;
        let kept = self.push_key(workspace).await?;
        Ok(kept.map_or_else(|| public.to_vec(), |(public, _)| public))
    }

    /// Keeps a browser. One address is one browser: whoever is logged in there now has it.
    pub async fn insert_subscription(
        &self,
        workspace: WorkspaceId,
        user: UserId,
        new: &NewSubscription<'_>,
    ) -> Result<()> {
        let mut tx = self.begin().await?;
        sqlx::query!("delete from push_subscriptions where md5(endpoint) = md5($1)", new.endpoint)
            .execute(&mut *tx)
            .await?;
        sqlx::query!(
            "insert into push_subscriptions (workspace_id, user_id, id, session_hash, endpoint,
                public_key, auth, device) values ($1, $2, $3, $4, $5, $6, $7, $8)
            on conflict do nothing",
            workspace.0,
            user.0,
            new.id,
            new.session,
            new.endpoint,
            new.public_key,
            new.auth,
            new.device,
        )
        .execute(&mut *tx)
        .await?;
        sqlx::query!(
            "delete from push_subscriptions where workspace_id = $1 and user_id = $2 and id in (
                select id from push_subscriptions where workspace_id = $1 and user_id = $2
                order by id desc offset $3)",
            workspace.0,
            user.0,
            DEVICES_MAX,
        )
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// A person's browsers, newest first.
    pub async fn push_devices(&self, workspace: WorkspaceId, user: UserId) -> Result<Vec<Device>> {
        Ok(sqlx::query_as!(
            Device,
            "select id, device as name, created_at as since from push_subscriptions
            where workspace_id = $1 and user_id = $2 order by id desc",
            workspace.0,
            user.0,
        )
        .fetch_all(self.pool())
        .await?)
    }

    /// Where to tell a person, while their sessions hold.
    pub async fn subscriptions(
        &self,
        workspace: WorkspaceId,
        user: UserId,
    ) -> Result<Vec<Subscription>> {
        Ok(sqlx::query_as!(
            Subscription,
            "select p.id, p.endpoint, p.public_key, p.auth from push_subscriptions p
            join sessions s on s.token_hash = p.session_hash and s.expires_at > now()
            where p.workspace_id = $1 and p.user_id = $2 order by p.id",
            workspace.0,
            user.0,
        )
        .fetch_all(self.pool())
        .await?)
    }

    /// Forgets a browser.
    pub async fn delete_subscription(
        &self,
        workspace: WorkspaceId,
        user: UserId,
        id: Uuid,
    ) -> Result<()> {
        sqlx::query!(
            "delete from push_subscriptions where workspace_id = $1 and user_id = $2 and id = $3",
            workspace.0,
            user.0,
            id,
        )
        .execute(self.pool())
        .await?;
        Ok(())
    }
}
