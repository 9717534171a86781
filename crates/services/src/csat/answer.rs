//! The page behind the link: what it shows, and the answer. Nobody is logged in there: the
//! signed token in the address is the leave, for this one ticket and this one thing.

use super::record_csat;
use crate::{Ctx, Result, ctx, link_keys};
use chrono::TimeDelta;
use rapport_domain::message::NewCsat;
use rapport_domain::{AppError, TicketId, WorkspaceId};
use rapport_mail::link_token::{self, Purpose};
use rapport_store::Store;
pub use rapport_store::csat::Survey;

/// How long a link works.
const OPEN_DAYS: i64 = 30;
/// How often one survey can be answered: somebody may change their mind.
const ANSWERS_MAX: i16 = 5;

/// What a survey is about. Looking at it answers nothing: programs that check links do too.
pub async fn open(store: &Store, token: &str) -> Result<Survey> {
    let (workspace, ticket) = verified(store, token).await?;
    let survey = store.survey(workspace, ticket).await?;
    let old = ctx::now() - survey.sent_at > TimeDelta::days(OPEN_DAYS);
    if old || survey.answers >= ANSWERS_MAX { Err(AppError::NotFound) } else { Ok(survey) }
}

/// Records an answer as the customer's.
pub async fn answer(store: &Store, token: &str, score: i16, comment: &str) -> Result<()> {
    let survey = open(store, token).await?;
    let (workspace, ticket) = verified(store, token).await?;
    let comment = Some(comment.to_string()).filter(|c| !c.trim().is_empty());
    let new = NewCsat { score, comment, answered_at: None }.checked()?;
    if !store.count_survey_answer(workspace, ticket, ctx::now(), ANSWERS_MAX).await? {
        return Err(AppError::NotFound);
    }
    let ctx = Ctx::for_system(store.clone(), workspace, "Survey");
    record_csat(&ctx, survey.number, new).await
}

async fn verified(store: &Store, token: &str) -> Result<(WorkspaceId, TicketId)> {
    let claim = link_token::read(token).ok_or(AppError::NotFound)?;
    let keys = link_keys::verifying(store, claim.workspace).await?;
    let about = keys.iter().find_map(|key| claim.verify(key, Purpose::Csat));
    let about = about.ok_or(AppError::NotFound)?;
    Ok((claim.workspace, TicketId(about)))
}
