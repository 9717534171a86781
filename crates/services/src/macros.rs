//! Macros: shared ones are kept by those who configure the workspace, own ones by anybody who
//! writes.

use crate::{Ctx, Result};
use rapport_domain::audit::Action;
use rapport_domain::fields::{FieldDef, FieldEntity, FieldValues, display};
use rapport_domain::macros::{
    FilledMacro, Macro, Named, NewMacro, ShownEffect, Variable, fill, names,
};
use rapport_domain::message::{Desk, Effect, MessageMode, StatusChoice};
use rapport_domain::ticket::Assignable;
use rapport_domain::{AppError, MacroId, Permission, UserId, limits, text};
use rapport_store::macros::MacroFacts;
use rapport_store::{StoreError, macros};
use serde_json::json;

/// How many the menu in the composer shows.
const MENU: i64 = 50;

/// The macros that the reader has, by folder and name.
pub async fn list(ctx: &Ctx) -> Result<Vec<Macro>> {
    ctx.require(Permission::TicketsRead)?;
    Ok(ctx.store.macros(ctx.workspace, ctx.user()).await?)
}

/// Those with `typed` in their folder or name, ready for a ticket. `few`: no more than a list beside the cursor holds.
pub async fn find(
    ctx: &Ctx,
    desk: Desk,
    mode: MessageMode,
    typed: &str,
    few: bool,
) -> Result<Vec<FilledMacro>> {
    ctx.require(Permission::TicketsWrite)?;
    let words = text::excerpt(typed, limits::NAME_CHARS);
    let limit = if few { i64::from(limits::SUGGESTIONS) } else { MENU };
    let found = ctx.store.find_macros(ctx.workspace, ctx.user(), &words, limit).await?;
    // A note is no answer: what is made for the one is not offered in the other.
    let fits = |m: &Macro| !few || m.mode.is_none_or(|m| m == mode);
    let found: Vec<_> = found.into_iter().filter(fits).collect();
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let filling = Filling::load(ctx, desk).await?;
    Ok(found.into_iter().map(|m| filling.fill(ctx, m)).collect())
}

/// One macro, ready for a ticket.
pub async fn filled(ctx: &Ctx, id: MacroId, desk: Desk) -> Result<FilledMacro> {
    ctx.require(Permission::TicketsWrite)?;
    let found = ctx.store.one_macro(ctx.workspace, ctx.user(), id).await?;
    Ok(Filling::load(ctx, desk).await?.fill(ctx, found))
}

/// What a macro would make of a ticket before it is kept. Without a number: of the newest one,
/// whose number is answered too.
pub async fn preview(
    ctx: &Ctx,
    new: NewMacro,
    number: Option<i64>,
) -> Result<Option<(i64, FilledMacro)>> {
    ctx.require(Permission::TicketsWrite)?;
    let number = match number {
        Some(number) => Some(number),
        None => ctx.store.newest_number(ctx.workspace).await?,
    };
    let Some(number) = number else { return Ok(None) };
    let id = MacroId(rapport_domain::Uuid::nil());
    let NewMacro { name, folder, body, mode, effects, own } = new;
    let shown =
        Macro { id, name, folder, body: text::clean(&body), mode, effects, own, version: 0 };
    let filling = Filling::load(ctx, Desk::Ticket(number)).await?;
    Ok(Some((number, filling.fill(ctx, shown))))
}

/// What the variables and actions of macros stand for.
struct Filling {
    facts: MacroFacts,
    fields: Vec<FieldDef>,
    assignable: Assignable,
}

impl Filling {
    async fn load(ctx: &Ctx, desk: Desk) -> Result<Self> {
        let facts = match desk {
            Desk::Ticket(number) => ctx.store.macro_facts(ctx.workspace, number).await?,
            Desk::NewTicket(customer) => ctx.store.macro_facts_of(ctx.workspace, customer).await?,
        };
        let fields = ctx.store.custom_fields(ctx.workspace, None, false).await?;
        let assignable = ctx.store.assignable(ctx.workspace).await?;
        Ok(Self { facts, fields, assignable })
    }

    fn fill(&self, ctx: &Ctx, m: Macro) -> FilledMacro {
        let (body, missing) = fill(&m.body, |named| self.value(ctx, named));
        let known = |word: &str| {
            names(&m.body).any(|(w, named)| w == word && named.is_some_and(|n| self.exists(&n)))
        };
        let sensitive =
            |word: &str| names(&m.body).any(|(w, named)| w == word && self.is_sensitive(named));
        let mut problems: Vec<String> = missing
            .iter()
            .map(|word| match (known(word), sensitive(word)) {
                (_, true) => format!("{word} is sensitive: nothing stands in its place."),
                (true, _) => format!("{word} is not known here: nothing stands in its place."),
                (false, _) => format!("There is no {{{{{word}}}}}: nothing stands in its place."),
            })
            .collect();
        let mut effects = Vec::new();
        for effect in m.effects {
            match self.label(&effect) {
                Some(label) => effects.push(ShownEffect { effect, label }),
                None => problems.push(format!("“{effect}” names what is not there any more.")),
            }
        }
        FilledMacro {
            id: m.id,
            name: m.name,
            folder: m.folder,
            body,
            mode: m.mode,
            effects,
            problems,
        }
    }

    fn exists(&self, named: &Named) -> bool {
        match named {
            Named::Known(_) => true,
            Named::Field(entity, key) => is_field(&self.fields, *entity, key),
        }
    }

    fn is_sensitive(&self, named: Option<Named>) -> bool {
        let Some(Named::Field(entity, key)) = named else { return false };
        self.fields.iter().any(|d| d.entity == entity && d.key == key && d.sensitive)
    }

    fn value(&self, ctx: &Ctx, named: &Named) -> Option<String> {
        let first = |name: &str| name.split_whitespace().next().map(str::to_string);
        let facts = &self.facts;
        match named {
            Named::Known(Variable::CustomerName) => Some(facts.customer_name.clone()),
            Named::Known(Variable::CustomerFirstName) => first(&facts.customer_name),
            Named::Known(Variable::CustomerEmail) => facts.customer_email.clone(),
            Named::Known(Variable::AccountName) => facts.account_name.clone(),
            Named::Known(Variable::TicketNumber) => facts.number.map(|n| n.to_string()),
            Named::Known(Variable::TicketSubject) => facts.subject.clone(),
            Named::Known(Variable::AgentName) => Some(ctx.actor_name().to_string()),
            Named::Known(Variable::AgentFirstName) => first(ctx.actor_name()),
            Named::Known(Variable::WorkspaceName) => Some(facts.workspace_name.clone()),
            Named::Field(entity, key) => {
                // What an archived field holds is not told any more.
                self.fields.iter().find(|d| d.entity == *entity && d.key == *key)?;
                let values: &FieldValues = match entity {
                    FieldEntity::Customer => &facts.customer_fields.0,
                    FieldEntity::Account => &facts.account_fields.as_ref()?.0,
                    FieldEntity::Ticket => &facts.ticket_fields.as_ref()?.0,
                };
                values.get(key).map(display)
            }
        }
    }

    /// What it will do, in words; `None` where what it names is gone.
    fn label(&self, effect: &Effect) -> Option<String> {
        Some(match effect {
            Effect::Tag(tag) => format!("adds {tag}"),
            Effect::Untag(tag) => format!("removes {tag}"),
            Effect::Status(StatusChoice::Status(status)) => format!("sets {}", status.label()),
            Effect::Status(StatusChoice::Label(id)) => {
                let label = self.assignable.labels.iter().find(|l| l.id == *id)?;
                format!("sets {}", label.name)
            }
            Effect::Snooze(until) => format!("snoozes until {}", until.format("%-d %b %Y")),
            Effect::Priority(priority) => format!("priority {}", priority.label()),
            Effect::AssignMe => "assigns to you".to_string(),
            Effect::Assign(None) => "removes the assignee".to_string(),
            Effect::Assign(Some(id)) => {
                let person = self.assignable.people.iter().find(|p| p.id == *id)?;
                format!("assigns to {}", person.name)
            }
            Effect::Team(None) => "removes the team".to_string(),
            Effect::Team(Some(id)) => {
                let team = self.assignable.teams.iter().find(|t| t.id == *id)?;
                format!("moves to {}", team.name)
            }
        })
    }
}

fn is_field(fields: &[FieldDef], entity: FieldEntity, key: &str) -> bool {
    fields.iter().any(|d| d.entity == entity && d.key == key)
}

/// What it takes to keep a macro: one's own, or everybody's.
fn needed(own: bool) -> Permission {
    if own { Permission::TicketsWrite } else { Permission::SettingsWrite }
}

/// Whose macro it is, once they may keep it: nobody's alone where it is shared.
fn owner(ctx: &Ctx, own: bool) -> Result<Option<UserId>> {
    ctx.require(needed(own))?;
    match own {
        true => ctx.user().map(Some).ok_or(AppError::Forbidden),
        false => Ok(None),
    }
}

async fn checked(ctx: &Ctx, new: NewMacro) -> Result<NewMacro> {
    let fields = ctx.store.custom_fields(ctx.workspace, None, false).await?;
    new.checked(|named| match named {
        Named::Known(_) => true,
        Named::Field(entity, key) => is_field(&fields, *entity, key),
    })
}

/// Adds a macro.
pub async fn create(ctx: &Ctx, new: NewMacro) -> Result<MacroId> {
    let owner = owner(ctx, new.own)?;
    let new = checked(ctx, new).await?;
    let id = MacroId::generate();
    let mut tx = ctx.transaction(needed(new.own)).await?;
    if !macros::insert(&mut tx, ctx.workspace, id, owner, &new).await.map_err(name_taken)? {
        let message = format!("There are {} macros already.", limits::MACROS_MAX);
        return Err(AppError::invalid("name", message));
    }
    tx.commit_audited(Action::MacroCreated, id, json!({ "name": new.name })).await?;
    Ok(id)
}

/// Changes a macro; refused when somebody changed it since. Whose it is stays.
pub async fn update(ctx: &Ctx, id: MacroId, version: i32, new: NewMacro) -> Result<()> {
    let owner = owner(ctx, new.own)?;
    let new = checked(ctx, new).await?;
    let mut tx = ctx.transaction(needed(new.own)).await?;
    let done = macros::update(&mut tx, ctx.workspace, id, owner, version, &new, ctx.now).await;
    if !done.map_err(name_taken)? {
        let message = "This macro was changed or removed meanwhile: load the page again.";
        return Err(AppError::Conflict(message.into()));
    }
    tx.commit_audited(Action::MacroChanged, id, json!({ "name": new.name })).await
}

/// Removes a macro. Messages that were written with it keep their words.
pub async fn delete(ctx: &Ctx, id: MacroId, own: bool) -> Result<()> {
    let owner = owner(ctx, own)?;
    let mut tx = ctx.transaction(needed(own)).await?;
    if !macros::delete(&mut tx, ctx.workspace, id, owner).await? {
        return Err(AppError::NotFound);
    }
    tx.commit_audited(Action::MacroRemoved, id, json!({})).await
}

fn name_taken(error: StoreError) -> AppError {
    match error.is_constraint("macros_shared_name") || error.is_constraint("macros_own_name") {
        true => AppError::invalid("name", "There is a macro with this name already."),
        false => error.into(),
    }
}
