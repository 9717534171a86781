//! The open ticket: properties, messages, activities and what its editors offer.

use super::rows::{ActivityRow, MessageRow, UploadRow};
use crate::tickets::{self, ASSIGNABLE, AssignableColumns, TicketColumns};
use crate::{Result, Store, StoreError};
use rapport_domain::fields::{FieldDef, FieldEntity, FieldType};
use rapport_domain::message::Upload;
use rapport_domain::stored::Stored;
use rapport_domain::ticket::{Assignable, Ticket};
use rapport_domain::{Cursor, FieldId, UserId, Uuid, WorkspaceId, limits};
use serde::Deserialize;
use sqlx::types::Json;
use sqlx::{Postgres, QueryBuilder};

/// What the open ticket shows, as stored.
#[derive(Debug)]
pub struct TicketDetailsRows {
    pub ticket: Stored<Ticket>,
    /// Newest first, one more than a page holds when there are earlier ones.
    pub messages: Vec<MessageRow>,
    /// Newest first.
    pub activities: Vec<ActivityRow>,
    pub field_defs: Vec<FieldDef>,
    pub assignable: Assignable,
    pub sending: Sending,
    /// The viewer's files that wait for a message here.
    pub uploads: Vec<Upload>,
    /// The text of an answer that the viewer took back.
    pub returned: Option<String>,
}

/// What decides how an answer would leave.
#[derive(Debug, Deserialize)]
pub struct Sending {
    pub last_sender: Option<String>,
    pub customer: Option<String>,
    /// The mailbox that answers, if one can.
    pub mailbox: Option<SendingFrom>,
    /// The addresses of all mailboxes.
    pub own: Vec<String>,
}

/// The mailbox that answers.
#[derive(Debug, Deserialize)]
pub struct SendingFrom {
    pub address: String,
    pub signature: String,
    pub quotes: bool,
}

#[derive(Debug, Deserialize)]
struct JsonField {
    id: Uuid,
    key: String,
    label: String,
    #[serde(rename = "type")]
    kind: FieldType,
    options: Vec<String>,
    position: i32,
    sensitive: bool,
}

#[derive(sqlx::FromRow)]
struct Columns {
    #[sqlx(flatten)]
    ticket: TicketColumns,
    messages: Json<Vec<MessageRow>>,
    activities: Json<Vec<ActivityRow>>,
    fields: Json<Vec<JsonField>>,
    #[sqlx(flatten)]
    assignable: AssignableColumns,
    sending: Json<Sending>,
    uploads: Json<Vec<UploadRow>>,
    returned: Option<String>,
}

impl Store {
    /// Everything the open ticket shows; one round trip. `before` leads to earlier messages.
    pub async fn ticket_details(
        &self,
        workspace: WorkspaceId,
        viewer: Option<UserId>,
        number: i64,
        before: Option<Cursor>,
    ) -> Result<TicketDetailsRows> {
        let mut sql = QueryBuilder::new("");
        tickets::push_ticket(&mut sql, workspace, viewer, number);
        sql.push(", ");
        push_messages(&mut sql, before);
        push_activities(&mut sql);
        push_sending(&mut sql, viewer);
        push_uploads(&mut sql, viewer);
        sql.push(
            ", (select coalesce(json_agg(f), '[]') from (
                select id, key, label, type, options, position, sensitive from custom_fields
                where workspace_id = $1 and entity = 'ticket' and archived_at is null
                order by position, key limit 100
            ) f) as fields, ",
        );
        sql.push(ASSIGNABLE);
        sql.push(" from page t cross join shown");
        let found: Option<Columns> = sql.build_query_as().fetch_optional(self.pool()).await?;
        let found = found.ok_or(StoreError::NotFound)?;
        Ok(TicketDetailsRows {
            ticket: found.ticket.into(),
            messages: found.messages.0,
            activities: found.activities.0,
            field_defs: found.fields.0.into_iter().map(FieldDef::from).collect(),
            assignable: found.assignable.into(),
            sending: found.sending.0,
            uploads: found.uploads.0.into_iter().map(Upload::from).collect(),
            returned: found.returned,
        })
    }
}

/// The newest messages before a position. `$1` is the workspace, `t` the ticket.
fn push_messages(sql: &mut QueryBuilder<Postgres>, before: Option<Cursor>) {
    sql.push(
        "(select coalesce(json_agg(m), '[]') from (
            select id, kind, channel, author_user_id, author_name, author_email, subject,
                coalesce(body_markdown, body_text) as body_text,
                body_markdown is not null as markdown, body_html is not null as has_html,
                raw_email_id is not null as has_raw, forwards is not null as forwarded,
                headers, unreadable, mail, receipt, receipt_at, receipt_error, sent_at,
                -- no session is longer than 13 hours
                kind = 'customer' and exists (select from recordings r
                    where r.workspace_id = $1 and r.customer_id = t.customer_id
                        and r.started_at <= messages.sent_at and r.last_at >= messages.sent_at
                        and r.started_at > messages.sent_at - interval '13 hours') as recorded,
                o.attempts, o.next_attempt_at, o.unopened_since,
                (select coalesce(json_agg(json_build_object('email', d.email, 'role', d.role,
                        'state', d.state, 'at', d.at, 'reason', d.reason)
                        order by d.role desc, d.email), '[]')
                    from deliveries d
                    where d.workspace_id = $1 and d.message_id = messages.id) as recipients,
                (select coalesce(json_agg(json_build_object('id', a.id, 'file_name', a.file_name,
                        'content_type', a.content_type, 'size_bytes', a.size_bytes)
                        order by a.created_at, a.id), '[]')
                    from attachments a
                    where a.workspace_id = $1 and a.message_id = messages.id) as attachments
            from messages
            left join lateral (select attempts, next_attempt_at,
                    case when tracked and not exists (select from message_opens op
                        where op.workspace_id = $1 and op.message_id = messages.id)
                    then handed_over_at end as unopened_since
                from outgoing_mails
                where workspace_id = $1 and message_id = messages.id) o on true
            where workspace_id = $1 and ticket_id = t.id",
    );
    if let Some(before) = before {
        sql.push(" and (sent_at, id) < (").push_bind(before.at).push(", ");
        sql.push_bind(before.id).push(")");
    }
    sql.push(" order by sent_at desc, id desc limit ");
    sql.push_bind(i64::from(limits::TICKET_MESSAGES) + 1).push(") m) as messages");
}

fn push_activities(sql: &mut QueryBuilder<Postgres>) {
    sql.push(
        ", (select coalesce(json_agg(e), '[]') from (
            select id, occurred_at, name, shown_title($1, name, title, payload) as title, body,
                actor_name,
                case when name = 'ticket.csat_answered' then (payload ->> 'score')::smallint end
                    as score
            from timeline_events
            where workspace_id = $1 and ticket_id = t.id and kind = 'activity'
            order by occurred_at desc, id desc limit ",
    );
    sql.push_bind(i64::from(limits::TICKET_ACTIVITIES)).push(") e) as activities");
}

/// As [`super::last_sender`] and [`crate::mailboxes::answering`], in the page's round trip.
fn push_sending(sql: &mut QueryBuilder<Postgres>, viewer: Option<UserId>) {
    sql.push(
        ", (select json_build_object(
            'last_sender', (select coalesce(m.answer_to, m.author_email) from messages m
                where m.workspace_id = $1 and m.ticket_id = t.id and m.kind = 'customer'
                    and m.author_email is not null
                    and (
                        t.customer_id = (select coalesce(a.merged_into, a.id) from customers a
                            where a.workspace_id = $1 and a.id = m.author_customer_id)
                        or (m.author_customer_id is null and (select c.email is null
                            from customers c where c.workspace_id = $1 and c.id = t.customer_id))
                        or exists (select from ticket_participants p
                            where p.workspace_id = $1 and p.ticket_id = t.id and p.proven
                                and p.email = lower(m.author_email))
                    )
                    and not exists (
                        select from messages f join deliveries d
                            on d.workspace_id = f.workspace_id and d.message_id = f.id
                        where f.workspace_id = $1 and f.ticket_id = t.id
                            and f.forwards is not null and d.email = lower(m.author_email)
                            and m.author_customer_id is distinct from t.customer_id
                    )
                order by m.sent_at desc, m.id desc limit 1),
            'customer', (select email from customers
                where workspace_id = $1 and id = t.customer_id),
            'mailbox', (select json_build_object('address', address, 'signature', coalesce((
                    select body from user_signatures s where s.workspace_id = $1
                        and s.mailbox_id = mailboxes.id and s.user_id = ",
    );
    sql.push_bind(viewer.map(|user| user.0));
    sql.push(
        "), signature), 'quotes', quotes)
                from mailboxes
                where workspace_id = $1 and (address = lower(t.mailbox) or is_default)
                    and (smtp_host is not null or transport = 'outbox')
                order by (address = lower(t.mailbox)) desc nulls last limit 1),
            'own', (select coalesce(json_agg(address), '[]') from mailboxes
                where workspace_id = $1))) as sending",
    );
}

/// What the viewer chose for messages of this ticket that are not written yet, and what came back.
fn push_uploads(sql: &mut QueryBuilder<Postgres>, viewer: Option<UserId>) {
    sql.push(
        ", (select coalesce(json_agg(u), '[]') from (
            select id, upload_mode as mode, file_name, content_type, size_bytes from attachments
            where workspace_id = $1 and ticket_id = t.id and message_id is null
                and uploaded_by = ",
    );
    sql.push_bind(viewer.map(|v| v.0)).push(" order by created_at, id limit ");
    // As many for an answer, as many for a note.
    sql.push_bind(2 * limits::UPLOADS_MAX as i64).push(") u) as uploads, (select body from returned_texts where workspace_id = $1 and ticket_id = t.id and user_id = ");
    sql.push_bind(viewer.map(|v| v.0)).push(") as returned");
}

impl From<JsonField> for FieldDef {
    fn from(f: JsonField) -> Self {
        let JsonField { id, key, label, kind, options, position, sensitive } = f;
        let (id, entity) = (FieldId(id), FieldEntity::Ticket);
        Self { id, entity, key, label, kind, options, position, archived: false, sensitive }
    }
}
