//! Who is told of what happens to a ticket, and by which ways.

use super::mail;
use crate::tickets::Touched;
use crate::{Ctx, Result, push};
use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use chrono_tz::Tz;
use rapport_domain::notify::{News, Quiet};
use rapport_domain::{MessageId, NotificationId, TeamId, TicketId, UserId, limits, text};
use rapport_store::Tx;
use rapport_store::notifications::{Happened, Of, Tell, concerned, insert_notifications};

/// How long somebody can see it on the page before a mail leaves; what happens meanwhile goes with
/// the same mail.
const PATIENCE: TimeDelta = TimeDelta::minutes(2);
/// What is said to have happened longer ago is history.
const HISTORY: TimeDelta = TimeDelta::hours(1);

/// What happened, and whose it is.
#[derive(Debug)]
pub(crate) struct Notice<'a> {
    pub news: News,
    pub ticket: TicketId,
    pub message: Option<MessageId>,
    /// The assignee, or those whom a note names.
    pub mine: &'a [UserId],
    pub team: Option<TeamId>,
    pub actor_name: &'a str,
    /// What it says.
    pub text: &'a str,
}

impl<'a> Notice<'a> {
    /// A customer wrote into a ticket.
    pub fn of_customer(
        ticket: TicketId,
        message: MessageId,
        touched: &'a Touched,
        name: &'a str,
        text: &'a str,
    ) -> Self {
        Self {
            news: News::Reply,
            ticket,
            message: Some(message),
            mine: touched.assignee.as_slice(),
            team: touched.team,
            actor_name: name,
            text,
        }
    }
}

/// Tells those whom it concerns, in the transaction in which it happens; never whoever did it.
pub(crate) async fn notify(tx: &mut Tx, ctx: &Ctx, notice: &Notice<'_>) -> Result<()> {
    let Notice { news, ticket, message, mine, team, actor_name, .. } = *notice;
    // Whoever imports history tells nobody.
    if crate::ctx::now() - ctx.now > HISTORY {
        return Ok(());
    }
    let of = Of { ticket, mine, team, at: ctx.now };
    let people = concerned(tx, ctx.workspace, news, &of, ctx.user()).await?;
    let (mut rows, mut pushed) = (Vec::new(), Vec::new());
    for person in &people {
        let rule = person.preferences.notify.rule(news);
        // A note names people, not tickets.
        let covers = match news {
            News::Mention => mine.contains(&person.user),
            _ => rule.covers(person.stands),
        };
        if !covers || !rule.is_on() {
            continue;
        }
        let quiet = person.preferences.notify.quiet.as_ref();
        let quiet = quiet.and_then(|quiet| until(quiet, ctx.now));
        let id = NotificationId::generate();
        let mail_at = rule.email.then(|| mail_time(ctx.now, quiet));
        rows.push(Tell { id, user: person.user, in_app: rule.app, mail_at });
        if rule.browser && quiet.is_none() {
            pushed.push(id);
        }
        if let Some(at) = mail_at {
            mail::plan(tx, ctx, person.user, at).await?;
        }
    }
    if rows.is_empty() {
        return Ok(());
    }
    let excerpt = text::excerpt(notice.text, limits::SNIPPET_CHARS);
    let happened = Happened { news, ticket, message, actor_name, excerpt: &excerpt, at: ctx.now };
    insert_notifications(tx, ctx.workspace, &happened, &rows).await?;
    push::plan(tx, ctx, &rows, &pushed).await
}

/// A time zone that this server does not know has no quiet hours: better a mail than none.
fn until(quiet: &Quiet, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    quiet.time_zone.parse::<Tz>().ok().and_then(|zone| quiet.until(now, &zone))
}

/// By the steps of [`PATIENCE`], so that what comes close together is one mail; after quiet hours
/// as many as they brought.
fn mail_time(now: DateTime<Utc>, quiet: Option<DateTime<Utc>>) -> DateTime<Utc> {
    let soon = now + PATIENCE;
    let soon = soon.duration_round_up(PATIENCE).unwrap_or(soon);
    quiet.map_or(soon, |end| end.max(soon))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_close_together_goes_with_one_mail() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().expect("a test's time");
        let one = mail_time(at("2026-11-24T09:00:10Z"), None);
        assert_eq!(one, mail_time(at("2026-11-24T09:01:50Z"), None));
        assert!(one - at("2026-11-24T09:01:50Z") >= PATIENCE);
        let morning = at("2026-11-25T07:00:00Z");
        assert_eq!(mail_time(at("2026-11-24T22:00:00Z"), Some(morning)), morning);
    }
}
