//! A customer to try things with, made on request and removed by one click.

use crate::transaction::Recorded;
use crate::{Ctx, Result, customers, messages, notes, tickets};
use chrono::{DateTime, TimeDelta, Utc};
use rapport_domain::audit::Action;
use rapport_domain::customer::NewCustomer;
use rapport_domain::message::NewMessage;
use rapport_domain::note::{NewNote, NoteTarget};
use rapport_domain::ticket::{Channel, MessageKind, NewTicket, Status};
use rapport_domain::timeline::EventKind;
use rapport_domain::{AppError, CustomerId, Permission};
use rapport_store::start as store;
use rapport_store::timeline::{NewEvent, append};
use serde_json::json;

/// Who it is: an address at which nobody can be reached.
const NAME: &str = "Ada Sample";
const EMAIL: &str = "ada@sample.invalid";

/// What happened before she wrote: minutes ago, kind, name, title.
const EVENTS: [(i64, EventKind, &str, &str); 6] = [
    (3 * 24 * 60, EventKind::Event, "signed_up", "Signed up"),
    (2 * 24 * 60, EventKind::Event, "project_created", "Created the project “Spring catalogue”"),
    (25 * 60, EventKind::Event, "teammate_invited", "Invited a teammate"),
    (70, EventKind::Event, "report_export_clicked", "Clicked “Export report”"),
    (69, EventKind::Error, "export_failed", "TimeoutError: the export took longer than 30 s"),
    (66, EventKind::Event, "report_export_clicked", "Clicked “Export report”"),
];

/// Makes the sample customer: two tickets, a note and a short timeline. There is one at a time.
pub async fn add_sample(ctx: &Ctx) -> Result<CustomerId> {
    ctx.require(Permission::SettingsWrite)?;
    if let Some(there) = ctx.store.progress(ctx.workspace).await?.sample {
        return Ok(there);
    }
    let who = NewCustomer { name: NAME.into(), email: EMAIL.into(), ..NewCustomer::default() };
    let customer = match customers::create(ctx, who).await {
        Ok(customer) => customer,
        // Somebody made it at the same moment.
        Err(AppError::Taken { owner, .. }) => owner,
        Err(error) => return Err(error),
    };
    let mut tx = ctx.transaction(Permission::SettingsWrite).await?;
    store::set_sample(&mut tx, ctx.workspace, Some(customer)).await?;
    let events: Vec<_> = EVENTS
        .iter()
        .map(|(ago, kind, name, title)| {
            NewEvent::new(customer, ago_of(ctx, *ago), *kind, "sample", name).title(*title)
        })
        .collect();
    append(&mut tx, ctx.workspace, ctx.now, &events).await?;
    tx.commit_audited(Action::SampleAdded, customer, json!({})).await?;
    let note = "Runs the web shop alone in the mornings: **write before noon**.";
    notes::create(ctx, NoteTarget::Customer(customer), NewNote { body: note.into() }).await?;
    older_ticket(ctx, customer).await?;
    open_ticket(ctx, customer).await?;
    Ok(customer)
}

/// Removes it with all that is its own.
pub async fn remove_sample(ctx: &Ctx) -> Result<()> {
    ctx.require(Permission::SettingsWrite)?;
    let Some(there) = ctx.store.progress(ctx.workspace).await?.sample else { return Ok(()) };
    match customers::delete(ctx, there).await {
        Ok(_) | Err(AppError::NotFound) => {}
        Err(error) => return Err(error),
    }
    let mut tx = ctx.transaction(Permission::SettingsWrite).await?;
    store::set_sample(&mut tx, ctx.workspace, None).await?;
    // That the customer was deleted is in the log.
    tx.commit(Recorded::InLog).await
}

fn ago_of(ctx: &Ctx, minutes: i64) -> DateTime<Utc> {
    ctx.now - TimeDelta::minutes(minutes)
}

/// A message of history: nothing leaves, and no status moves.
async fn add_message(
    ctx: &Ctx,
    number: i64,
    kind: MessageKind,
    ago: i64,
    text: &str,
) -> Result<()> {
    let author_id = (kind != MessageKind::Customer).then(|| ctx.user()).flatten();
    let sent_at = Some(ago_of(ctx, ago));
    let new = NewMessage { author_id, sent_at, ..NewMessage::new(kind, text) };
    messages::add_message(ctx, number, new).await?;
    Ok(())
}

async fn ticket(
    ctx: &Ctx,
    customer: CustomerId,
    subject: &str,
    status: Status,
    ago: i64,
) -> Result<i64> {
    let new = NewTicket {
        status: Some(status),
        submitted_at: Some(ago_of(ctx, ago)),
        tags: vec!["sample".into()],
        ..NewTicket::new(customer, subject, Channel::Email)
    };
    Ok(tickets::create(ctx, new).await?.number)
}

async fn older_ticket(ctx: &Ctx, customer: CustomerId) -> Result<()> {
    use MessageKind::{Agent, Customer};
    let (day, subject) = (24 * 60, "How do I invite a teammate?");
    let number = ticket(ctx, customer, subject, Status::Closed, day + 90).await?;
    let ask = "Hello,\n\nI would like my colleague to see the catalogue too. Where do I invite her?\n\nAda";
    add_message(ctx, number, Customer, day + 90, ask).await?;
    let answer = "Hi Ada,\n\nunder Team in the menu, by her e-mail address. She gets a link that works for seven days.";
    add_message(ctx, number, Agent, day + 62, answer).await?;
    add_message(ctx, number, Customer, day + 58, "Found it, thank you!").await
}

async fn open_ticket(ctx: &Ctx, customer: CustomerId) -> Result<()> {
    use MessageKind::{Customer, Note};
    let number = ticket(ctx, customer, "Export of my report fails", Status::Open, 60).await?;
    let ask = "Hi,\n\nthe export of the spring report stops after half a minute. I need it for a meeting at three.\n\nAda";
    add_message(ctx, number, Customer, 60, ask).await?;
    let note = "The error is on her timeline, a few minutes before she wrote.";
    add_message(ctx, number, Note, 40, note).await
}
