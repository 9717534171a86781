//! What identify, group and alias do to people: done at once, one transaction each, so that
//! the events of the same request already find whom they belong to.

use super::Done;
use super::link::link_all;
use crate::{Ctx, Result, accounts, customers, fields};
use rapport_domain::AppError;
use rapport_domain::account::AccountInput;
use rapport_domain::fields::FieldEntity;
use rapport_domain::identity::{IdentifierKind, Key};
use rapport_domain::timeline::{Aside, Message, Reading};

/// Somebody who is proven, by a secret key or a signed token.
#[derive(Debug, Clone)]
pub(super) struct Proven {
    /// The external id first; without one, what a secret key said instead.
    pub keys: Vec<Key>,
    /// The e-mail that is theirs now, one of the keys.
    pub email: Option<Key>,
    pub anonymous: Option<Key>,
}

impl Proven {
    pub fn is_nobody(&self) -> bool {
        self.keys.is_empty()
    }
}

/// Sets traits and identifiers of a proven person; creates them when they are new.
pub(super) async fn identify(ctx: &Ctx, who: &Proven, message: &Message) -> Result<Done> {
    let defs = fields::for_traits(ctx, FieldEntity::Customer, message.traits.is_empty()).await?;
    let Reading { input, aside } = message.traits.to_input(&defs);
    let claims = customers::Identification {
        keys: &who.keys,
        anonymous: who.anonymous.as_ref(),
        email: who.email.as_ref(),
        input: &input,
        at: message.at,
    };
    let customer = customers::identify(ctx, &claims, &defs).await?;
    Ok(Done { customer: Some(customer), aside })
}

/// Puts the traits of a visitor where they show, and changes nobody who is known for certain:
/// then it answers `None`, else what could not be read.
pub(super) async fn describe_visitor(
    ctx: &Ctx,
    browser: &Key,
    message: &Message,
) -> Result<Option<Vec<Aside>>> {
    let defs = fields::for_traits(ctx, FieldEntity::Customer, message.traits.is_empty()).await?;
    let Reading { input, aside } = message.traits.to_input(&defs);
    let described = customers::describe_visitor(ctx, browser, &input, &defs, message.at).await?;
    Ok(described.then_some(aside))
}

/// Sets the traits of the account that the message names, which is created when new, and links
/// the person to it, if it names one.
pub(super) async fn group(ctx: &Ctx, who: &Proven, message: &Message) -> Result<Done> {
    let Some(group) = message.group_id.clone() else {
        return Err(AppError::invalid("groupId", "A group event says which group."));
    };
    let defs = fields::for_traits(ctx, FieldEntity::Account, message.traits.is_empty()).await?;
    let Reading { input, aside } = message.traits.to_account(&defs);
    let input = AccountInput { external_id: Some(group), ..input };
    let account = accounts::hear(ctx, input, message.at).await?;
    if who.is_nobody() {
        return Ok(Done { customer: None, aside });
    }
    let person = Message { traits: Default::default(), ..message.clone() };
    let customer = identify(ctx, who, &person).await?.customer;
    if let Some(customer) = customer {
        customers::link_account_at(ctx, customer, account, message.at).await?;
    }
    Ok(Done { customer, aside })
}

/// Joins what `previousId` named to a proven person: a browser is joined, and so is what waits
/// for an id that nobody was identified by; another person is only suggested.
pub(super) async fn alias(ctx: &Ctx, who: &Proven, message: &Message) -> Result<Done> {
    let previous = message.previous_id.as_deref().unwrap_or_default();
    let browser = Key::new(IdentifierKind::AnonymousId, "previousId", previous)?;
    let person = Key { kind: IdentifierKind::ExternalId, value: browser.value.clone() };
    let who = Proven { anonymous: Some(browser), ..who.clone() };
    let done = identify(ctx, &who, message).await?;
    if let Some(customer) = done.customer {
        customers::suggest_by(ctx, customer, &person).await?;
        if customers::join_waiting(ctx, customer, &person).await? {
            link_all(&ctx.store, ctx.workspace, customer).await?;
        }
    }
    Ok(done)
}
