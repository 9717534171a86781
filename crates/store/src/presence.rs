//! Who has which ticket open.

use crate::{Result, Store};
use rapport_domain::presence::{Doing, HERE_FOR, Present, TYPING_FOR};
use rapport_domain::{CustomerId, TicketId, UserId, WorkspaceId};

/// Tabs of one person that colleagues see.
const TABS_MAX: i64 = 20;

/// A tab at a ticket.
#[derive(Debug, Clone, Copy)]
pub struct Tab {
    pub workspace: WorkspaceId,
    pub user: UserId,
    /// Drawn by the browser.
    pub tab: i64,
    pub ticket: TicketId,
}

/// Somebody at a ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PresentRow {
    pub workspace: WorkspaceId,
    pub ticket: TicketId,
    pub customer: CustomerId,
    pub person: Present,
}

impl Store {
    /// Notes that a tab is at a ticket, for some seconds; nothing where there is no such ticket.
    /// Said again within a second it costs no write.
    pub async fn set_present(&self, tab: Tab, name: &str, doing: Doing) -> Result<()> {
        sqlx::query!(
            "insert into presence as p
                (workspace_id, user_id, tab, ticket_id, customer_id, name, until, typing_until)
            select t.workspace_id, $2, $3, t.id, t.customer_id, $5,
                now() + make_interval(secs => $6),
                case when $7 then now() + make_interval(secs => $8) end
            from tickets t
            where t.workspace_id = $1 and t.id = $4
                and (select count(*) from presence o where o.workspace_id = $1
                    and o.user_id = $2 and o.tab <> $3) < $9
            on conflict (workspace_id, user_id, tab) do update set ticket_id = excluded.ticket_id,
                customer_id = excluded.customer_id, name = excluded.name, until = excluded.until,
                typing_until = excluded.typing_until
            where p.ticket_id <> excluded.ticket_id or p.until < excluded.until - interval '1 second'
                or (p.typing_until is null) <> (excluded.typing_until is null)",
            tab.workspace.0,
            tab.user.0,
            tab.tab,
            tab.ticket.0,
            name,
            HERE_FOR.as_secs_f64(),
            doing == Doing::Typing,
            TYPING_FOR.as_secs_f64(),
            TABS_MAX,
        )
        .execute(self.pool())
        .await?;
        Ok(())
    }

    /// Notes that a tab has left a ticket. One that is at another by now stays there.
    pub async fn forget_present(&self, tab: Tab) -> Result<()> {
        sqlx::query!(
            "delete from presence
            where workspace_id = $1 and user_id = $2 and tab = $3 and ticket_id = $4",
            tab.workspace.0,
            tab.user.0,
            tab.tab,
            tab.ticket.0,
        )
        .execute(self.pool())
        .await?;
        Ok(())
    }

    /// Who is where, by ticket and person, each person once a ticket: at most `limit` tabs. Of
    /// every workspace, for a server has readers of all.
    pub async fn present(&self, limit: i64) -> Result<Vec<PresentRow>> {
        let rows = sqlx::query!(
            r#"select workspace_id as "workspace: WorkspaceId", ticket_id as "ticket: TicketId",
                customer_id as "customer: CustomerId", user_id as "user: UserId", name,
                coalesce(typing_until > now(), false) as "typing!"
            from presence where until > now()
            order by workspace_id, ticket_id, user_id, typing_until desc nulls last limit $1"#,
            limit,
        )
        .fetch_all(self.pool())
        .await?;
        let mut found: Vec<PresentRow> = Vec::with_capacity(rows.len());
        for r in rows {
            let again = |last: &PresentRow| {
                (last.workspace, last.ticket, last.person.user) == (r.workspace, r.ticket, r.user)
            };
            if found.last().is_some_and(again) {
                continue;
            }
            let doing = if r.typing { Doing::Typing } else { Doing::Looking };
            let person = Present { user: r.user, name: r.name, doing };
            found.push(PresentRow {
                workspace: r.workspace,
                ticket: r.ticket,
                customer: r.customer,
                person,
            });
        }
        Ok(found)
    }

    /// Deletes tabs that are gone, of every workspace.
    pub async fn sweep_present(&self) -> Result<u64> {
        let done =
            sqlx::query!("delete from presence where until < now()").execute(self.pool()).await?;
        Ok(done.rows_affected())
    }
}
