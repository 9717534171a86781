//! Whom the provider's word lets in, and as what.

use crate::auth::{self, By, hash_password, random_token};
use crate::people::{Chosen, chosen};
use crate::transaction::begin_unattended;
use crate::{Ctx, Result, audit};
use rapport_domain::audit::Action;
use rapport_domain::people::GivenRole;
use rapport_domain::session::Device;
use rapport_domain::sso::{Joins, SsoRules};
use rapport_domain::{AppError, Role, UserId, WorkspaceId, limits, text};
use rapport_store::people::lock_person;
use rapport_store::sso::people::{self, Member};
use rapport_store::users::{self, NewUser};
use rapport_store::{Store, StoreError, Tx, roles};
use serde_json::{Value, json};

/// Who came, as far as the provider's signed word goes.
#[derive(Debug, Clone)]
pub(super) struct Proven {
    pub issuer: String,
    pub subject: String,
    pub email: Option<String>,
    /// `None` where the provider does not say.
    pub email_checked: Option<bool>,
    pub name: Option<String>,
    pub groups: Option<Vec<String>>,
}

impl Proven {
    /// The address, where it is theirs for certain.
    fn own_email(&self, rules: &SsoRules) -> Option<String> {
        let checked = self.email_checked.unwrap_or(rules.trusts_addresses);
        let email = self.email.as_ref().filter(|_| checked)?;
        text::email("email", email).ok()
    }
}

/// One log-in on its way in.
struct Entry<'a> {
    ctx: Ctx,
    rules: &'a SsoRules,
    proven: &'a Proven,
}

/// Lets them in, or says why not; answers the session's token.
pub(super) async fn admit(
    db: &Store,
    workspace: WorkspaceId,
    rules: &SsoRules,
    proven: &Proven,
    from: &Device,
) -> Result<String> {
    let ctx = Ctx::for_system(db.clone(), workspace, "Single sign-on");
    let entry = Entry { ctx: ctx.asked_from(from.address.clone()), rules, proven };
    let mut tx = begin_unattended(db).await?;
    match entry.find(&mut tx).await? {
        Ok(user) => {
            tx.commit().await.map_err(StoreError::from)?;
            auth::start_session(db, workspace, user, from, By::SingleSignOn).await
        }
        // What was begun is undone; that they were refused is written down.
        Err(why) => {
            drop(tx);
            entry.note_refusal(why).await?;
            Err(AppError::Conflict(why.into()))
        }
    }
}

/// Why somebody whom the provider knows is not let in.
type Why = &'static str;

impl Entry<'_> {
    /// Who it is, with the role that they have from now on. The outer error is ours.
    async fn find(&self, tx: &mut Tx) -> Result<std::result::Result<UserId, Why>> {
        let (ctx, proven) = (&self.ctx, self.proven);
        let (issuer, subject) = (&proven.issuer, &proven.subject);
        let groups = proven.groups.as_deref().unwrap_or_default();
        let role = self.rules.role_of(groups).filter(|_| self.rules.gives_roles());
        if let Some(member) = people::by_subject(tx, ctx.workspace, issuer, subject).await? {
            if member.disabled {
                return Ok(Err(DEACTIVATED));
            }
            if let Err(why) = self.keep_role(tx, &member, role).await? {
                return Ok(Err(why));
            }
            people::used(tx, ctx.workspace, issuer, subject, ctx.now).await?;
            return Ok(Ok(member.user));
        }
        let Some(email) = proven.own_email(self.rules) else { return Ok(Err(UNCHECKED)) };
        let user = match people::by_email(tx, ctx.workspace, &email).await? {
            Some(member) if member.disabled => return Ok(Err(DEACTIVATED)),
            Some(member) => match self.keep_role(tx, &member, role).await? {
                Ok(()) => member.user,
                Err(why) => return Ok(Err(why)),
            },
            None => match self.join(tx, &email, role).await? {
                Ok(user) => user,
                Err(why) => return Ok(Err(why)),
            },
        };
        match people::link(tx, ctx.workspace, user, issuer, subject, ctx.now).await {
            Ok(()) => {}
            // Their address was somebody else's there before.
            Err(StoreError::Constraint(_)) => return Ok(Err(ANOTHER)),
            Err(error) => return Err(error.into()),
        }
        let detail = json!({ "email": email, "issuer": issuer });
        self.record(tx, Action::SsoLinked, &user.to_string(), detail).await?;
        Ok(Ok(user))
    }

    /// Gives a member what their groups give, where groups decide. Whoever keeps a password keeps
    /// their role, and the last admin stays one.
    async fn keep_role(
        &self,
        tx: &mut Tx,
        member: &Member,
        role: Option<GivenRole>,
    ) -> Result<std::result::Result<(), Why>> {
        if !self.rules.gives_roles() || member.break_glass {
            return Ok(Ok(()));
        }
        let role = match (role, self.rules.joins) {
            (Some(role), _) => role,
            (None, Joins::Groups) => return Ok(Err(NO_GROUP)),
            (None, Joins::Domains) => self.rules.default_role,
            (None, Joins::Invited) => return Ok(Ok(())),
        };
        let workspace = self.ctx.workspace;
        let person = lock_person(tx, workspace, member.user).await?.ok_or(AppError::NotFound)?;
        let Chosen { role, own, name, .. } = self.chosen(tx, role).await?;
        let changed = people::set_role(tx, workspace, member.user, role, own).await?;
        if changed {
            let detail = json!({
                "email": person.email, "was": person.role, "role": name, "by": "groups",
            });
            let object = member.user.to_string();
            self.record(tx, Action::PersonRoleChanged, &object, detail).await?;
        }
        Ok(Ok(()))
    }

    /// Makes somebody a member, where the rules let them.
    async fn join(
        &self,
        tx: &mut Tx,
        email: &str,
        role: Option<GivenRole>,
    ) -> Result<std::result::Result<UserId, Why>> {
        let (ctx, rules) = (&self.ctx, self.rules);
        if !rules.admits_address(email) {
            return Ok(Err(OTHER_DOMAIN));
        }
        let invited = people::accept_invitation(tx, ctx.workspace, email, ctx.now).await?;
        let by_invitation = invited.map(|(_, role)| role);
        let role = match (role, by_invitation, rules.joins) {
            (None, None, Joins::Invited) => return Ok(Err(NOT_INVITED)),
            (Some(_), None, Joins::Invited) => return Ok(Err(NOT_INVITED)),
            (None, None, Joins::Groups) => return Ok(Err(NO_GROUP)),
            (None, None, Joins::Domains) => rules.default_role,
            (Some(role), ..) | (None, Some(role), _) => role,
        };
        let Chosen { role, own, name, .. } = self.chosen(tx, role).await?;
        let user = self.insert(tx, email, role).await?;
        let Ok(user) = user else { return Ok(user) };
        if let Some(own) = own {
            roles::give(tx, ctx.workspace, user, own, role).await?;
        }
        let detail = json!({ "email": email, "role": name, "issuer": self.proven.issuer });
        self.record(tx, Action::SsoJoined, &user.to_string(), detail).await?;
        if let Some((invitation, _)) = invited {
            let detail = json!({ "email": email, "role": name, "person": user });
            self.record(tx, Action::InvitationAccepted, &invitation.to_string(), detail).await?;
        }
        Ok(Ok(user))
    }

    async fn insert(
        &self,
        tx: &mut Tx,
        email: &str,
        role: Role,
    ) -> Result<std::result::Result<UserId, Why>> {
        let given = self.proven.name.as_deref().unwrap_or_default();
        let name = text::excerpt(&text::clean_line(given), limits::NAME_CHARS);
        let local = email.split('@').next().unwrap_or(email);
        let name = if name.is_empty() { local.to_string() } else { name };
        // Nobody knows this one.
        let password_hash = hash_password(random_token()).await?;
        let id = UserId::generate();
        let new = NewUser {
            workspace: self.ctx.workspace,
            id,
            email,
            name: &name,
            role: role.as_str(),
            password_hash: &password_hash,
        };
        match users::insert_user(tx, &new).await {
            Ok(()) => Ok(Ok(id)),
            Err(error) if error.is_constraint("users_email") => Ok(Err(ELSEWHERE)),
            Err(error) => Err(error.into()),
        }
    }

    async fn chosen(&self, tx: &mut Tx, role: GivenRole) -> Result<Chosen> {
        chosen(tx, self.ctx.workspace, role).await?.ok_or(AppError::NotFound)
    }

    async fn record(&self, tx: &mut Tx, action: Action, object: &str, detail: Value) -> Result<()> {
        audit::record(&self.ctx, tx, action, object, detail).await
    }

    async fn note_refusal(&self, why: Why) -> Result<()> {
        let proven = self.proven;
        let mut tx = begin_unattended(&self.ctx.store).await?;
        let email = proven.email.as_deref().map(|email| text::excerpt(email, 254));
        let subject = text::excerpt(&proven.subject, 255);
        let detail = json!({ "email": email, "subject": subject, "why": why });
        self.record(&mut tx, Action::SsoRefused, "sso", detail).await?;
        Ok(tx.commit().await.map_err(StoreError::from)?)
    }
}

const DEACTIVATED: Why = "Your account here is deactivated. Ask an admin to reactivate it.";
const UNCHECKED: Why = "Your provider does not say that your e-mail address is checked, so it cannot be told who you are here.";
const ANOTHER: Why = "Your address is linked with another login at the provider. Ask an admin to part them under Single sign-on.";
const OTHER_DOMAIN: Why = "Nobody becomes a member here with an address of your domain.";
const NOT_INVITED: Why = "You are not a member here yet. Ask an admin to invite you.";
const NO_GROUP: Why = "None of your groups at the provider may use this workspace.";
const ELSEWHERE: Why = "Your address has a login in another workspace of this server already.";
