-- A stretch of one customer's timeline around a position, and with $8 its overview: one trip.
-- $1 workspace, $2 customer, $3 kinds (empty: all), $4 and $5 the position,
-- $6 events before it, $7 events after it, $8 whether the overview is wanted, $9 its first day.
-- Without a filter the primary key is read, with one the index by kind, a few rows of each
-- kind: the cost depends on the page alone, not on the customer or the depth. The two arms
-- exclude each other by a condition that Postgres decides before it reads a row.
with who as materialized (
    select coalesce(merged_into, id) as id from customers where workspace_id = $1 and id = $2
), older as (
    select e.* from who cross join lateral (
        select * from timeline_events
        where workspace_id = $1 and customer_id = who.id and (occurred_at, id) < ($4, $5)
            and cardinality($3::text[]) = 0
        order by occurred_at desc, id desc limit $6
    ) e
    union all (
        select e.* from who cross join unnest($3::text[]) k (kind) cross join lateral (
            select * from timeline_events
            where workspace_id = $1 and customer_id = who.id and kind = k.kind
                and (occurred_at, id) < ($4, $5)
            order by occurred_at desc, id desc limit $6
        ) e
        order by e.occurred_at desc, e.id desc limit $6
    )
), newer as (
    select e.* from who cross join lateral (
        select * from timeline_events
        where workspace_id = $1 and customer_id = who.id and (occurred_at, id) > ($4, $5)
            and cardinality($3::text[]) = 0
        order by occurred_at, id limit $7
    ) e
    union all (
        select e.* from who cross join unnest($3::text[]) k (kind) cross join lateral (
            select * from timeline_events
            where workspace_id = $1 and customer_id = who.id and kind = k.kind
                and (occurred_at, id) > ($4, $5)
            order by occurred_at, id limit $7
        ) e
        order by e.occurred_at, e.id limit $7
    )
), rows as (
    select true as older, * from older union all select false, * from newer
)
select
    who.id as "customer!",
    (select coalesce(json_agg(json_build_object(
        'older', r.older, 'id', r.id, 'occurred_at', r.occurred_at, 'received_at', r.received_at,
        'kind', r.kind, 'source', r.source, 'name', r.name, 'title', r.title, 'body', r.body,
        'icon', r.icon, 'url', r.url, 'actor_name', r.actor_name, 'object_type', r.object_type,
        'object_id', r.object_id, 'payload', r.payload,
        'ticket', case when r.ticket_id is not null then (
            select json_build_object('number', t.number, 'subject', t.subject, 'status', t.status,
                'label', (select l.name from status_labels l
                    where l.workspace_id = $1 and l.id = t.label_id))
            from tickets t where t.workspace_id = $1 and t.id = r.ticket_id
        ) end
    )), '[]') from rows r) as "rows!: Json<Vec<Row>>",
    case when $8 then (
        select coalesce(json_agg(json_build_array(c.kind, c.n)), '[]')
        from timeline_counts c where c.workspace_id = $1 and c.customer_id = who.id
    ) end as "counts: Json<Vec<(EventKind, i64)>>",
    case when $8 then (
        select coalesce(json_agg(json_build_object('day', d.day, 'n', d.n, 'errors', d.errors)
            order by d.day), '[]')
        from timeline_days d
        where d.workspace_id = $1 and d.customer_id = who.id and d.day >= $9
    ) end as "days: Json<Vec<ActivityDay>>"
from who
