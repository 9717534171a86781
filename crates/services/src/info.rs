//! The info pane of the profile page.

use crate::{Ctx, Result};
use chrono::{DateTime, Offset, TimeZone, Utc};
use chrono_tz::Tz;
use rapport_domain::identity::IdentifierKind;
use rapport_domain::info::{InfoPane, LocalTime};
use rapport_domain::{CustomerId, Permission, limits, locale, phone};

/// Everything the pane shows, in one round trip to the database. Of the notes the newest,
/// unless all are asked for.
pub async fn pane(
    ctx: &Ctx,
    customer: CustomerId,
    ticket: Option<i64>,
    all_notes: bool,
) -> Result<InfoPane> {
    ctx.require(Permission::CustomersRead)?;
    let notes = if all_notes { limits::NOTES_SHOWN_MAX } else { limits::NOTES_SHOWN };
    let ticket = ticket.filter(|_| ctx.may(Permission::TicketsRead));
    let mut pane = ctx.store.info_pane(ctx.workspace, customer, ticket, notes).await?;
    pane.local_time =
        pane.customer.details.time_zone.as_deref().and_then(|zone| local_time(zone, ctx.now));
    let numbers = pane.customer.values(IdentifierKind::Phone).map(String::from);
    let written = numbers.map(|number| (number.clone(), phone::for_people(&number)));
    pane.phones = written.filter(|(number, written)| number != written).collect();
    Ok(pane)
}

/// A real customer for the config page's preview; `None` in an empty workspace, and for those who may
/// not read customers.
pub async fn sample(ctx: &Ctx) -> Result<Option<InfoPane>> {
    ctx.require(Permission::SettingsWrite)?;
    if !ctx.may(Permission::CustomersRead) {
        return Ok(None);
    }
    match ctx.store.sample_customer(ctx.workspace).await? {
        Some((customer, ticket)) => pane(ctx, customer, ticket, false).await.map(Some),
        None => Ok(None),
    }
}

/// The offset that holds in a zone at `now`; a name that is no zone has none.
fn local_time(zone: &str, now: DateTime<Utc>) -> Option<LocalTime> {
    let tz: Tz = zone.parse().ok()?;
    let offset = tz.offset_from_utc_datetime(&now.naive_utc()).fix().local_minus_utc();
    Some(LocalTime { city: locale::zone_city(zone), offset_minutes: offset / 60 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_offset_follows_the_season() {
        let at = |t: &str| t.parse::<DateTime<Utc>>().expect("a time");
        let berlin = |t| local_time("Europe/Berlin", at(t)).map(|l| l.offset_minutes);
        assert_eq!(berlin("2026-11-24T09:41:00Z"), Some(60));
        assert_eq!(berlin("2026-07-01T09:41:00Z"), Some(120));
        assert_eq!(local_time("Mars/Olympus", at("2026-07-01T00:00:00Z")), None);
        assert_eq!(
            local_time("Asia/Kolkata", at("2026-07-01T00:00:00Z")).map(|l| l.offset_minutes),
            Some(330)
        );
    }
}
