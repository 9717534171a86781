//! What identify, group and alias do to people: done at once, one transaction each, so that
//! the events of the same request already find whom they belong to.

use crate::{Ctx, Result, accounts, customers, fields};
use rapport_domain::account::AccountInput;
use rapport_domain::fields::FieldEntity;
use rapport_domain::identity::{IdentifierKind, Key};
use rapport_domain::limits::{LINE_CHARS, NAME_CHARS};
use rapport_domain::timeline::Message;
use rapport_domain::{AppError, CustomerId, text};

/// Somebody who is proven, by a secret key or a signed token.
#[derive(Debug, Clone)]
pub(super) struct Proven {
    /// The external id first; without one, what a secret key said instead.
    pub keys: Vec<Key>,
    pub anonymous: Option<Key>,
}

impl Proven {
    pub fn is_nobody(&self) -> bool {
        self.keys.is_empty()
    }
}

/// Sets traits and identifiers of a proven person; creates them when they are new.
pub(super) async fn identify(ctx: &Ctx, who: &Proven, message: &Message) -> Result<CustomerId> {
    let defs = fields::needed(ctx, FieldEntity::Customer, message.traits.is_empty()).await?;
    let input = message.traits.to_input(&defs);
    let said = customers::Said {
        keys: &who.keys,
        anonymous: who.anonymous.as_ref(),
        input: &input,
        at: message.at,
    };
    customers::identify(ctx, &said, &defs).await
}

/// Puts the traits of a visitor where they show, and changes nobody who is known for certain.
pub(super) async fn describe_visitor(ctx: &Ctx, browser: &Key, message: &Message) -> Result<bool> {
    let defs = fields::needed(ctx, FieldEntity::Customer, message.traits.is_empty()).await?;
    customers::describe_visitor(ctx, browser, &message.traits.to_input(&defs), &defs, message.at)
        .await
}

/// Links a proven person to the account that the message names, which is created when new.
pub(super) async fn group(ctx: &Ctx, who: &Proven, message: &Message) -> Result<CustomerId> {
    let Some(group) = message.group_id.as_deref() else {
        return Err(AppError::invalid("groupId", "A group event says which group."));
    };
    let traits = &message.traits;
    let defs = fields::needed(ctx, FieldEntity::Account, traits.is_empty()).await?;
    let line = |name| traits.line(name, LINE_CHARS);
    let input = AccountInput {
        external_id: Some(text::excerpt(group, rapport_domain::limits::EXTERNAL_ID_CHARS)),
        name: traits.line("name", NAME_CHARS),
        industry: line("industry"),
        plan: line("plan"),
        fields: traits.custom(&defs),
        ..AccountInput::default()
    };
    let account = accounts::upsert(ctx, input).await?.item;
    if let Some(domain) = line("domain").filter(|d| !account.details.domains.contains(d)) {
        let domains = Some([account.details.domains.clone(), vec![domain]].concat());
        // A domain that is none, or too many: the link matters more.
        let changed = AccountInput { domains, ..AccountInput::default() };
        if let Err(error) = accounts::update(ctx, account.id, None, changed).await {
            tracing::debug!(%error, "a group's domain was not added");
        }
    }
    let customer =
        identify(ctx, who, &Message { traits: Default::default(), ..message.clone() }).await?;
    customers::link_account(ctx, customer, account.id, None).await?;
    Ok(customer)
}

/// Joins what `previousId` named to a proven person: a browser is joined, another person is
/// only suggested.
pub(super) async fn alias(ctx: &Ctx, who: &Proven, message: &Message) -> Result<CustomerId> {
    let previous = message.previous_id.as_deref().unwrap_or_default();
    let browser = Key::new(IdentifierKind::AnonymousId, "previousId", previous)?;
    let person = Key { kind: IdentifierKind::ExternalId, value: browser.value.clone() };
    let who = Proven { anonymous: Some(browser), ..who.clone() };
    let customer = identify(ctx, &who, message).await?;
    customers::suggest_by(ctx, customer, &person).await?;
    Ok(customer)
}
