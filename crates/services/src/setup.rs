//! First-run set-up of a workspace and its admin, and the demo's people and keys.

use crate::auth::{check_password, hash_password, hash_token};
use crate::transaction::begin_unattended;
use crate::{Ctx, Result, audit};
use rapport_domain::Permission;
use rapport_domain::api_key::KeyKind;
use rapport_domain::audit::Action;
use rapport_domain::error::Problems;
use rapport_domain::macros::NewMacro;
use rapport_domain::mailbox::MailboxInput;
use rapport_domain::recording::SettingsInput;
use rapport_domain::sla::SlaPolicyInput;
use rapport_domain::ticket::{Priority, StatusCategory};
use rapport_domain::{ApiKeyId, AppError, Role, TeamId, UserId, WorkspaceId, limits, text};
use rapport_store::api_keys::{NewApiKey, insert_api_key};
use rapport_store::users::{self, NewUser};
use rapport_store::{Store, Tx};
use serde_json::json;

/// What the set-up form asks for.
#[derive(Debug)]
pub struct NewWorkspace {
    pub workspace: String,
    pub name: String,
    pub email: String,
    pub password: String,
}

/// Creates the first workspace and its admin. Refused once a workspace exists:
/// whoever reaches the page first after installation owns it, nobody later.
pub async fn first_run(store: &Store, form: NewWorkspace) -> Result<()> {
    let mut problems = Problems::default();
    let workspace =
        problems.check(text::required_line("workspace", &form.workspace, limits::NAME_CHARS));
    let name = problems.check(text::required_line("name", &form.name, limits::NAME_CHARS));
    let email = problems.check(text::email("email", &form.email));
    problems.check(check_password(&form.password));
    problems.finish()?;
    let (Some(workspace), Some(name), Some(email)) = (workspace, name, email) else {
        return Err(crate::internal("a checked form has no values"));
    };
    if store.has_workspace().await? {
        return Err(AppError::Forbidden);
    }
    let hash = hash_password(form.password).await?;
    let mut tx = begin_unattended(store).await?;
    users::lock_setup(&mut tx).await?;
    if store.has_workspace().await? {
        return Err(AppError::Forbidden);
    }
    let id = WorkspaceId::generate();
    users::insert_workspace(&mut tx, id, &workspace).await?;
    insert_person(&mut tx, id, &name, &email, Role::Admin, &hash).await?;
    rapport_store::start::set_getting_started(&mut tx, id, true).await?;
    let ctx = Ctx::for_system(store.clone(), id, "Set-up");
    let detail = json!({ "name": workspace, "admin": email });
    audit::record(&ctx, &mut tx, Action::WorkspaceCreated, &id.to_string(), detail).await?;
    tx.commit().await.map_err(rapport_store::StoreError::from)?;
    Ok(())
}

async fn insert_person(
    tx: &mut Tx,
    workspace: WorkspaceId,
    name: &str,
    email: &str,
    role: Role,
    password_hash: &str,
) -> Result<()> {
    let id = UserId::generate();
    let role = role.as_str();
    Ok(users::insert_user(tx, &NewUser { workspace, id, email, name, role, password_hash }).await?)
}

/// The demo's mailbox, whose mail stays in the outbox: `/dev/outbox` shows it; its macros, a
/// status of its own, and how soon urgent tickets are answered. Each is made where there is none of its
/// kind; nothing is, without the demo's people.
pub async fn demo_settings(store: &Store) -> Result<()> {
    let admin = "priya@acme.example";
    let Some(found) = store.credentials(admin).await? else { return Ok(()) };
    let Some(priya) = store.person_by_email(found.workspace, admin).await? else { return Ok(()) };
    let ctx = Ctx::for_viewer(store.clone(), priya);
    if store.mailboxes(found.workspace).await?.is_empty() {
        demo_mailbox(&ctx).await?;
    }
    if crate::macros::list(&ctx).await?.is_empty() {
        demo_macros(&ctx).await?;
    }
    if !crate::labels::list(&ctx).await?.iter().any(|l| l.name == DEMO_LABEL) {
        crate::labels::create(&ctx, StatusCategory::Waiting, DEMO_LABEL).await?;
    }
    if crate::sla::list(&ctx).await?.is_empty() {
        let policy = SlaPolicyInput {
            name: "Urgent, around the clock".into(),
            priority: Some(Priority::Urgent),
            first_response: Some(30),
            next_response: Some(2 * 60),
            resolution: Some(24 * 60),
            ..SlaPolicyInput::default()
        };
        crate::sla::save(&ctx, None, policy).await?;
    }
    // The shop records itself when asked.
    if !store.records(found.workspace).await? {
        let input = SettingsInput {
            enabled: true,
            sample_percent: "100".into(),
            mask_text: "inputs".into(),
            console: true,
            network: true,
            keep_days: "30".into(),
            day_mb: "500".into(),
            ..SettingsInput::default()
        };
        crate::recordings::set_settings(&ctx, &input).await?;
    }
    Ok(())
}

async fn demo_mailbox(ctx: &Ctx) -> Result<()> {
    let mailbox = MailboxInput {
        address: "support@acme.example".into(),
        name: "Acme Support".into(),
        signature: "Acme Support\nhttps://acme.example/help".into(),
        is_default: true,
        ..MailboxInput::default()
    };
    crate::mailboxes::create_catching(ctx, mailbox).await?;
    Ok(())
}

async fn demo_macros(ctx: &Ctx) -> Result<()> {
    for (folder, name, body, effects) in DEMO_MACROS {
        let effects = effects.iter().map(|e| e.parse()).collect::<Result<_>>()?;
        let (name, folder, body) = (name.into(), folder.into(), body.into());
        let new = NewMacro { name, folder, body, effects, ..NewMacro::default() };
        crate::macros::create(ctx, new).await?;
    }
    Ok(())
}

/// The demo's status of its own.
const DEMO_LABEL: &str = "With engineering";

/// What agents find behind the `/` in the demo: folder, name, text, deeds.
const DEMO_MACROS: [(&str, &str, &str, &[&str]); 6] = [
    (
        "",
        "Greeting",
        "Hi {{customer.first_name|there}},\n\nthank you for writing. I am {{agent.first_name}} and I am looking into it right now.",
        &[],
    ),
    (
        "",
        "Ask for details",
        "To find the cause I need a little more:\n\n1. What did you do right before?\n2. What did you expect?\n3. When did it start?",
        &["status:pending", "tag:needs details"],
    ),
    (
        "Billing",
        "Refund policy",
        "You can cancel within **30 days** and get everything back. See [our terms](https://acme.example/terms).",
        &["tag:refund"],
    ),
    (
        "",
        "Closing",
        "I am closing request #{{ticket.number}} for now. Just answer this mail, {{customer.first_name|then}}, and we will pick it up again.\n\n{{agent.first_name}}",
        &["status:closed"],
    ),
    (
        "Bugs",
        "Known bug",
        "Hi {{customer.first_name|there}},\n\nthis is a bug on our side. Engineering has what they need; I will write to you as soon as it is fixed.",
        &["status:pending", "tag:bug", "priority:high", "assignee:me"],
    ),
    ("Bugs", "Take it", "", &["assignee:me", "status:open"]),
];

/// The demo workspace's people, teams and keys; customers, tickets and events come through
/// the REST API. Does nothing when any workspace exists. Returns whether it created one.
pub async fn demo(store: &Store) -> Result<bool> {
    if store.has_workspace().await? {
        return Ok(false);
    }
    let hash = hash_password("rapport-demo".into()).await?;
    let mut tx = begin_unattended(store).await?;
    users::lock_setup(&mut tx).await?;
    let workspace = WorkspaceId::generate();
    users::insert_workspace(&mut tx, workspace, "Acme").await?;
    for (name, email, role) in [
        ("Priya Raman", "priya@acme.example", Role::Admin),
        ("Sam Ortiz", "sam@acme.example", Role::Agent),
        ("Jonas Weber", "jonas@acme.example", Role::Agent),
        ("Vera Lind", "vera@acme.example", Role::Viewer),
    ] {
        insert_person(&mut tx, workspace, name, email, role, &hash).await?;
    }
    for team in ["Product support", "Billing"] {
        users::insert_team(&mut tx, workspace, TeamId::generate(), team).await?;
    }
    for (name, kind, key) in [
        ("Demo server", KeyKind::Secret, "rsk_demo_secret"),
        ("Demo browser", KeyKind::Public, "rpk_demo_write"),
    ] {
        let scopes = if kind == KeyKind::Secret { &Permission::SCOPES[..] } else { &[] };
        let new = NewApiKey {
            workspace,
            id: ApiKeyId::generate(),
            name,
            kind,
            prefix: &key[..8],
            hash: &hash_token(key),
            scopes,
            allowed_origins: &[],
            created_by: None,
            expires_at: None,
        };
        insert_api_key(&mut tx, &new).await?;
    }
    tx.commit().await.map_err(rapport_store::StoreError::from)?;
    Ok(true)
}
