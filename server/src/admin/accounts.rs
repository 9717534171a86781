//! `rapport admin list | create-user | create-key | revoke-key`: people and keys from a shell.

use anyhow::Context;
use clap::Args;
use rapport_domain::api_key::{KeyInput, KeyKind};
use rapport_domain::{Permission, Role};
use rapport_services::operators;
use rapport_store::{Files, Store};

/// Where the database is, and which workspace is meant.
#[derive(Debug, Args)]
pub struct Where {
    /// Where Postgres is: postgres://user@host/database
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    database_url: String,
    /// The workspace's name or id, where there are several.
    #[arg(long)]
    workspace: Option<String>,
}

impl Where {
    async fn store(&self) -> anyhow::Result<Store> {
        let store = Store::connect(&self.database_url, Files::in_memory()).await;
        store.context("cannot reach Postgres")
    }
}

/// Prints workspaces, people and keys.
pub async fn list(place: &Where) -> anyhow::Result<()> {
    for one in operators::list(&place.store().await?).await? {
        println!("{}  {}", one.id.0, one.name);
        for person in &one.people.rows {
            let off = if person.disabled_at.is_some() { "  deactivated" } else { "" };
            let second = if person.two_factor { "  two-factor" } else { "" };
            println!("  {}  {} <{}>{second}{off}", person.role_label(), person.name, person.email);
        }
        if one.people.more {
            println!("  … and more people");
        }
        for key in one.keys.iter().filter(|key| key.revoked_at.is_none()) {
            let used = key.last_used_at.map_or("never used".to_string(), |at| {
                format!("last used {}", at.format("%F %T UTC"))
            });
            let scopes: Vec<_> = key.scopes.iter().map(|s| s.as_str()).collect();
            println!(
                "  key {}  {}…  {}  {}  {used}",
                key.id,
                key.prefix,
                key.name,
                scopes.join(",")
            );
        }
    }
    Ok(())
}

/// Makes somebody a member, and prints the link by which they set their password.
pub async fn create_user(
    place: &Where,
    public_url: &str,
    email: &str,
    name: &str,
    role: &str,
) -> anyhow::Result<()> {
    let role = Role::from_word(role).context("roles are admin, agent and viewer")?;
    let store = place.store().await?;
    let path =
        operators::create_user(&store, place.workspace.as_deref(), email, name, role).await?;
    println!("{}{path}", public_url.trim_end_matches('/'));
    Ok(())
}

/// Makes a key and prints it: for a browser where no scope is named.
pub async fn create_key(
    place: &Where,
    name: &str,
    scopes: &[String],
    origins: &[String],
    days: u16,
) -> anyhow::Result<()> {
    let scope = |word: &String| {
        let known: Vec<_> = Permission::SCOPES.iter().map(|s| s.as_str()).collect();
        word.parse::<Permission>()
            .ok()
            .filter(|scope| Permission::SCOPES.contains(scope))
            .with_context(|| format!("{word} is no scope; there are {}", known.join(", ")))
    };
    let scopes = match scopes {
        [all] if all == "all" => Permission::SCOPES.to_vec(),
        named => named.iter().map(scope).collect::<anyhow::Result<_>>()?,
    };
    let kind = if scopes.is_empty() { KeyKind::Public } else { KeyKind::Secret };
    let input =
        KeyInput { name: name.into(), kind, scopes, allowed_origins: origins.to_vec(), days };
    let store = place.store().await?;
    println!("{}", operators::create_key(&store, place.workspace.as_deref(), input).await?);
    Ok(())
}

/// Revokes a key.
pub async fn revoke_key(place: &Where, which: &str) -> anyhow::Result<()> {
    let store = place.store().await?;
    let name = operators::revoke_key(&store, place.workspace.as_deref(), which).await?;
    println!("revoked: {name}");
    Ok(())
}
