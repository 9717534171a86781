//! Who acts, in which workspace, when: the first argument of every use case.

use crate::Result;
use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use rapport_domain::identity::Proof;
use rapport_domain::session::Viewer;
use rapport_domain::{
    ApiKeyId, AppError, Permission, PermissionSet, UserId, WorkspaceId, limits, text,
};
use rapport_store::Store;
use rapport_store::api_keys::ApiKey;

/// How far back history may reach.
const HISTORY_DAYS: i64 = 3_653;

/// The one who acts.
#[derive(Debug, Clone)]
pub enum Actor {
    /// A logged-in person.
    User(Box<Viewer>),
    /// A server of the workspace's, with a secret key.
    ApiKey { id: ApiKeyId, name: String, permissions: PermissionSet },
    /// A page of the workspace's, with a public key and what its server has signed.
    Browser,
    /// Whoever runs the server, by `rapport admin`.
    Operator,
    /// The server itself: for what comes in with nobody logged in, such as mail.
    System { name: &'static str },
}

impl Actor {
    /// What the actor's word proves of an identifier; `None` proves nothing. Each kind of actor
    /// has to say: whoever is new here makes no visitor a customer by an oversight.
    pub fn proof(&self) -> Option<Proof> {
        match self {
            Self::User(_) => Some(Proof::Agent),
            Self::ApiKey { .. } => Some(Proof::Api),
            // Of a browser's words those alone arrive at an identifier that a token has proven.
            Self::Browser => Some(Proof::Signed),
            Self::Operator | Self::System { .. } => None,
        }
    }

    /// What the actor may do.
    fn permissions(&self) -> PermissionSet {
        match self {
            Self::User(viewer) => viewer.permissions,
            Self::ApiKey { permissions, .. } => *permissions,
            Self::Browser => PermissionSet::of_scopes(&[Permission::EventsWrite]),
            Self::Operator => PermissionSet::all(),
            // Mail and jobs write, and change no settings.
            Self::System { .. } => {
                PermissionSet::of_scopes(&[Permission::MailWrite, Permission::EventsWrite])
            }
        }
    }
}

/// The circumstances of a use case.
#[derive(Debug, Clone)]
pub struct Ctx {
    pub store: Store,
    pub workspace: WorkspaceId,
    pub actor: Actor,
    /// One instant for the whole use case, in microseconds as Postgres keeps them.
    pub now: DateTime<Utc>,
    /// From which address it is asked for; empty where nobody is connected.
    pub address: String,
    /// The secret key with which it is asked for, whoever it is said to be done by.
    pub key: Option<ApiKeyId>,
}

impl Ctx {
    fn new(store: Store, workspace: WorkspaceId, actor: Actor) -> Self {
        Self { store, workspace, actor, now: now(), address: String::new(), key: None }
    }

    /// For a logged-in person.
    pub fn for_viewer(store: Store, viewer: Viewer) -> Self {
        let workspace = viewer.workspace;
        Self::new(store, workspace, Actor::User(Box::new(viewer)))
    }

    /// For a request with a secret API key.
    pub fn for_api_key(store: Store, key: &ApiKey) -> Self {
        let actor = Actor::ApiKey {
            id: key.id,
            name: key.name.clone(),
            permissions: PermissionSet::of_scopes(&key.scopes),
        };
        Self { key: Some(key.id), ..Self::new(store, key.workspace, actor) }
    }

    /// For a page with a public key.
    pub fn for_browser(store: Store, key: &ApiKey) -> Self {
        Self::new(store, key.workspace, Actor::Browser)
    }

    /// For whoever runs the server.
    pub fn for_operator(store: Store, workspace: WorkspaceId) -> Self {
        Self::new(store, workspace, Actor::Operator)
    }

    /// For the server itself in a workspace. `name` stands in activities.
    pub fn for_system(store: Store, workspace: WorkspaceId, name: &'static str) -> Self {
        Self::new(store, workspace, Actor::System { name })
    }

    /// The same, asked for from this address.
    pub fn asked_from(self, address: impl Into<String>) -> Self {
        Self { address: address.into(), ..self }
    }

    /// The same for a past instant: history that another system brings.
    pub fn at(self, instant: DateTime<Utc>) -> Result<Self> {
        let instant = instant.trunc_subsecs(6);
        if instant > self.now || self.now - instant > TimeDelta::days(HISTORY_DAYS) {
            return Err(AppError::invalid(
                "Rapport-At",
                "This has to be within the past ten years.",
            ));
        }
        Ok(Self { now: instant, ..self })
    }

    /// The same in the name of somebody else: an agent by e-mail, or whatever acted elsewhere
    /// (`Round robin`, `Linear`). Only a secret key can say so; an agent's name brings the
    /// agent's role with it.
    pub async fn in_the_name_of(self, name: &str) -> Result<Self> {
        let Actor::ApiKey { id, permissions, .. } = &self.actor else {
            return Err(AppError::Forbidden);
        };
        let actor = if name.contains('@') {
            match self.store.person_by_email(self.workspace, name).await? {
                // The agent's role, as far as the key reaches.
                Some(viewer) => Actor::User(Box::new(Viewer {
                    permissions: viewer.permissions.intersection(*permissions),
                    ..viewer
                })),
                None => {
                    return Err(AppError::invalid("Rapport-Actor", "No agent has this e-mail."));
                }
            }
        } else {
            let name = text::required_line("Rapport-Actor", name, limits::NAME_CHARS)?;
            Actor::ApiKey { id: *id, name, permissions: *permissions }
        };
        tracing::info!(key = %id, actor = %name, "an API key acts in another's name");
        Ok(Self { actor, ..self })
    }

    /// The first line of every use case: leave, or an error.
    pub fn require(&self, permission: Permission) -> Result<()> {
        if self.permissions().contains(permission) {
            return Ok(());
        }
        tracing::warn!(actor = %self.actor_name(), ?permission, "refused");
        Err(AppError::Forbidden)
    }

    /// Whether the actor may do `permission`, where less is shown to those who may not.
    pub(crate) fn may(&self, permission: Permission) -> bool {
        self.permissions().contains(permission)
    }

    /// What the actor may do.
    pub(crate) fn permissions(&self) -> PermissionSet {
        self.actor.permissions()
    }

    /// The person, where a person acts.
    pub fn user(&self) -> Option<UserId> {
        match &self.actor {
            Actor::User(viewer) => Some(viewer.user),
            Actor::ApiKey { .. } | Actor::Browser | Actor::Operator | Actor::System { .. } => None,
        }
    }

    /// A name to write into activities.
    pub fn actor_name(&self) -> &str {
        match &self.actor {
            Actor::User(viewer) => &viewer.name,
            Actor::ApiKey { name, .. } => name,
            Actor::Browser => "A browser",
            Actor::Operator => "The server's operator",
            Actor::System { name } => name,
        }
    }
}

/// Now, as precise as Postgres stores it, so that what was written equals what is read.
pub(crate) fn now() -> DateTime<Utc> {
    Utc::now().trunc_subsecs(6)
}
