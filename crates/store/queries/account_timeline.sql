-- A stretch of an account's timeline around a position: its own events and those of its customers.
-- $1 workspace, $2 account, $3 kinds (empty: all), $4 and $5 the position, $6 events before it,
-- $7 events after it, $8 how many customers are read: those who were active last,
-- $9 and $10 from where on what was done to tickets shows before the position, $11 whether none of it does
-- after it, as in timeline_page.sql.
-- Each stream gives as many keys as the page has rows, from the two indexes that timeline_page.sql
-- reads, and only the rows that are on the page are fetched: the cost depends on the customers,
-- whose number is bounded, and on no number of events.
with account as materialized (
    select id from accounts where workspace_id = $1 and id = $2
), active as materialized (
    -- one more than is read says that there are more
    select c.id, c.name, row_number() over (order by c.last_activity_at desc, c.id desc) as place
    from account cross join lateral (
        select id, name, last_activity_at from customers
        where workspace_id = $1 and account_id = account.id and merged_into is null
        order by last_activity_at desc, id desc limit $8::bigint + 1
    ) c
), streams as materialized (
    select id, null::uuid as customer_id from account
    union all select id, id from active where place <= $8
    -- those merged into one of them whose events were not moved yet
    union all
    select m.id, active.id from active cross join lateral (
        select id from customers
        where workspace_id = $1 and merged_into = active.id and folded_at is null limit 50
    ) m
    where active.place <= $8
), older as materialized (
    select s.id as stream, s.customer_id, e.kind, e.occurred_at, e.id
    from streams s cross join lateral (
        (
            select kind, occurred_at, id from timeline_events
            where workspace_id = $1 and customer_id = s.id and kind = 'event'
                and (occurred_at, id) < ($4, $5) and cardinality($3::text[]) = 0
            order by occurred_at desc, id desc limit $6
        )
        union all (
            select kind, occurred_at, id from timeline_events
            where workspace_id = $1 and customer_id = s.id and kind <> 'event'
                and not (kind = 'activity' and ticket_id is not null)
                and (occurred_at, id) < ($4, $5) and cardinality($3::text[]) = 0
            order by occurred_at desc, id desc limit $6
        )
        union all (
            select kind, occurred_at, id from timeline_events
            where workspace_id = $1 and customer_id = s.id and kind = 'activity'
                and ticket_id is not null
                and (occurred_at, id) < ($4, $5) and (occurred_at, id) >= ($9, $10)
                and cardinality($3::text[]) = 0
            order by occurred_at desc, id desc limit $6
        )
        union all (
            select f.* from unnest($3::text[]) k (kind) cross join lateral (
                select kind, occurred_at, id from timeline_events
                where workspace_id = $1 and customer_id = s.id and kind = k.kind
                    and (occurred_at, id) < ($4, $5)
                order by occurred_at desc, id desc limit $6
            ) f
        )
    ) e
    order by e.occurred_at desc, e.id desc limit $6
), newer as materialized (
    select s.id as stream, s.customer_id, e.kind, e.occurred_at, e.id
    from streams s cross join lateral (
        (
            select kind, occurred_at, id from timeline_events
            where workspace_id = $1 and customer_id = s.id and kind = 'event'
                and (occurred_at, id) > ($4, $5) and cardinality($3::text[]) = 0
            order by occurred_at, id limit $7
        )
        union all (
            select kind, occurred_at, id from timeline_events
            where workspace_id = $1 and customer_id = s.id and kind <> 'event'
                and not (kind = 'activity' and ticket_id is not null)
                and (occurred_at, id) > ($4, $5) and cardinality($3::text[]) = 0
            order by occurred_at, id limit $7
        )
        union all (
            select kind, occurred_at, id from timeline_events
            where workspace_id = $1 and customer_id = s.id and kind = 'activity'
                and ticket_id is not null
                and (occurred_at, id) > ($4, $5) and not $11
                and cardinality($3::text[]) = 0
            order by occurred_at, id limit $7
        )
        union all (
            select f.* from unnest($3::text[]) k (kind) cross join lateral (
                select kind, occurred_at, id from timeline_events
                where workspace_id = $1 and customer_id = s.id and kind = k.kind
                    and (occurred_at, id) > ($4, $5)
                order by occurred_at, id limit $7
            ) f
        )
    ) e
    order by e.occurred_at, e.id limit $7
), rows as (
    select k.older, k.customer_id as whose, e.*
    from (select true as older, * from older union all select false, * from newer) k
    cross join lateral (
        select * from timeline_events
        where workspace_id = $1 and customer_id = k.stream and kind = k.kind
            and occurred_at = k.occurred_at and id = k.id
        limit 1
    ) e
)
select
    (select coalesce(json_agg(json_build_object(
        'number', t.number, 'status', t.status, 'label', (select l.name from status_labels l
            where l.workspace_id = $1 and l.id = t.label_id),
        'changes', (select count(*) from (
            select 1 from timeline_events e
            where e.workspace_id = $1 and e.ticket_id = t.id and e.kind = 'activity' limit 100
        ) some_of_them),
        'newest', (select json_agg(json_build_object('at', e.occurred_at, 'actor', e.actor_name,
                'title', e.title, 'name', e.name) order by e.occurred_at desc, e.id desc)
            from (
                select * from timeline_events
                where workspace_id = $1 and ticket_id = t.id and kind = 'activity'
                order by occurred_at desc, id desc limit 20
            ) e)
    )), '[]')
        from (
            select ticket_id from rows where kind = 'ticket' and ticket_id is not null
            group by ticket_id
        ) about
        join tickets t on t.workspace_id = $1 and t.id = about.ticket_id) as "tickets!: Json<Vec<TicketNow>>",
    exists (select from active where place > $8) as "more_customers!",
    (select coalesce(json_agg(json_build_object(
        'place', case when r.older then 'older' else 'newer' end, 'id', r.id, 'occurred_at', r.occurred_at, 'received_at', r.received_at,
        'kind', r.kind, 'source', r.source, 'name', r.name, 'title', r.title, 'body', r.body,
        'icon', r.icon, 'url', r.url, 'actor_name', r.actor_name, 'object_type', r.object_type,
        'object_id', r.object_id, 'payload', r.payload, 'customer_id', a.id,
        'customer_name', a.name,
        'ticket', case when r.ticket_id is not null then (
            select json_build_object('number', t.number, 'subject', t.subject, 'status', t.status,
                'label', (select l.name from status_labels l
                    where l.workspace_id = $1 and l.id = t.label_id))
            from tickets t where t.workspace_id = $1 and t.id = r.ticket_id
        ) end
    )), '[]') from rows r left join active a on a.id = r.whose) as "rows!: Json<Vec<Row>>"
from account
