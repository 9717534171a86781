//! What whoever runs the server does for a workspace, from a shell: people and keys. Each action is in
//! the audit log.

use crate::auth::{hash_password, random_token};
use crate::{Ctx, Result, api_keys, passwords};
use rapport_domain::api_key::{KeyInput, KeyRow};
use rapport_domain::audit::Action;
use rapport_domain::error::Problems;
use rapport_domain::people::People;
use rapport_domain::{ApiKeyId, AppError, Permission, Role, UserId, WorkspaceId, limits, text};
use rapport_store::Store;
use rapport_store::users::{self, NewUser};
use serde_json::json;

/// A workspace with its people and keys.
#[derive(Debug)]
pub struct Listed {
    pub id: WorkspaceId,
    pub name: String,
    pub people: People,
    pub keys: Vec<KeyRow>,
}

/// All workspaces.
pub async fn list(store: &Store) -> Result<Vec<Listed>> {
    let mut all = Vec::new();
    for (id, name) in store.named_workspaces().await? {
        let people = store.people_of(id, "", None, limits::PEOPLE_ROWS).await?;
        all.push(Listed { id, name, people, keys: store.api_keys(id).await? });
    }
    Ok(all)
}

/// The workspace that a name or id means; without one, the only one there is.
async fn workspace(store: &Store, wanted: Option<&str>) -> Result<WorkspaceId> {
    let all = store.named_workspaces().await?;
    let is = |(id, name): &&(WorkspaceId, String)| {
        wanted.is_none_or(|w| w == id.0.to_string() || name.eq_ignore_ascii_case(w))
    };
    let mut found = all.iter().filter(is);
    match (found.next(), found.next()) {
        (Some((id, _)), None) => Ok(*id),
        (None, _) if all.is_empty() => {
            let text = "There is no workspace yet: open /setup in a browser first.";
            Err(AppError::invalid("workspace", text))
        }
        (None, _) => Err(AppError::invalid("workspace", "There is no such workspace.")),
        (Some(_), Some(_)) => {
            let text = "There are several workspaces: say which by --workspace.";
            Err(AppError::invalid("workspace", text))
        }
    }
}

/// Makes somebody a member; answers the path of the link by which they set their password.
pub async fn create_user(
    store: &Store,
    wanted: Option<&str>,
    email: &str,
    name: &str,
    role: Role,
) -> Result<String> {
    let workspace = workspace(store, wanted).await?;
    let mut problems = Problems::default();
    let email = problems.check(text::email("email", email));
    let name = problems.check(text::required_line("name", name, limits::NAME_CHARS));
    problems.finish()?;
    let (email, name) = (email.unwrap_or_default(), name.unwrap_or_default());
    // Nobody knows this one: the link sets theirs.
    let password_hash = hash_password(random_token()).await?;
    let ctx = Ctx::for_operator(store.clone(), workspace);
    let id = UserId::generate();
    let mut tx = ctx.transaction(Permission::PeopleManage).await?;
    let new = NewUser {
        workspace,
        id,
        email: &email,
        name: &name,
        role: role.as_str(),
        password_hash: &password_hash,
    };
    users::insert_user(&mut tx, &new).await.map_err(|error| {
        if error.is_constraint("users_email") {
            return AppError::invalid("email", "This address has a login on this server already.");
        }
        error.into()
    })?;
    let detail = json!({"email": email, "role": role});
    tx.commit_audited(Action::PersonCreated, id, detail).await?;
    passwords::make_reset_for(store, &email).await
}

/// Makes a key and answers it.
pub async fn create_key(store: &Store, wanted: Option<&str>, input: KeyInput) -> Result<String> {
    let workspace = workspace(store, wanted).await?;
    api_keys::create(&Ctx::for_operator(store.clone(), workspace), input).await
}

/// Revokes the key that its id, its name or its first characters mean; answers its name.
pub async fn revoke_key(store: &Store, wanted: Option<&str>, which: &str) -> Result<String> {
    let workspace = workspace(store, wanted).await?;
    let known = store.api_keys(workspace).await?;
    let is = |key: &&KeyRow| {
        let id: Option<ApiKeyId> = which.parse().ok();
        key.revoked_at.is_none()
            && (id == Some(key.id)
                || key.name.eq_ignore_ascii_case(which)
                || (!key.prefix.is_empty() && which.starts_with(&key.prefix)))
    };
    let mut found = known.iter().filter(is);
    let key = match (found.next(), found.next()) {
        (Some(key), None) => key,
        (None, _) => return Err(AppError::invalid("key", "There is no such key.")),
        (Some(_), Some(_)) => {
            let text = "Several keys begin like this: name one by its id.";
            return Err(AppError::invalid("key", text));
        }
    };
    api_keys::revoke(&Ctx::for_operator(store.clone(), workspace), key.id).await?;
    Ok(key.name.clone())
}
