-- A stretch of one customer's timeline around a position, and with $8 its overview: one trip.
-- $1 workspace, $2 customer, $3 kinds (empty: all), $4 and $5 the position,
-- $6 events before it, $7 events after it, $8 whether the overview is wanted, $9 its first day,
-- $10 and $11 the instants that events lie between, $12 what they contain (lower case) and $13 their
-- source (empty: anything), $14 and $15 how many are looked at before and after, $16 whose
-- saved filters, $17 and $18 from where on what was done to tickets shows before the position,
-- and $19 whether none of it does after it: it folds into the tickets' rows.
-- With a filter the primary key is read, a few rows of each kind of each identity; without one
-- its custom events, and beside them the index that holds all others: the cost depends on the
-- page alone, not on the customer or the depth. The two arms exclude each other by a condition
-- that Postgres decides before it reads a row.
with who as materialized (
    select surviving_customer($1, $2) as id
), ids as materialized (
    -- the customer, and those merged into them whose events were not moved yet
    select id from who where id is not null
    union all (
        select c.id from who join customers c
            on c.workspace_id = $1 and c.merged_into = who.id and c.folded_at is null
        limit 50
    )
), hidden as materialized (
    -- what events call sensitive fields
    select sensitive_names($1) as names
), pending as materialized (
    -- what was written a moment ago and not added to the kept counts yet
    select e.kind, e.day, e.n from timeline_batches b
    cross join lateral unnest(b.customers, b.kinds, b.days, b.n) as e (customer_id, kind, day, n)
    where $8 and b.workspace_id = $1 and not b.counted
        and b.customers && array(select id from ids) and e.customer_id in (select id from ids)
), older_looked as materialized (
    (
        select e.* from ids cross join lateral (
            (
                select * from timeline_events
                where workspace_id = $1 and customer_id = ids.id and kind = 'event'
                    and (occurred_at, id) < ($4, $5) and occurred_at >= $10
                    and cardinality($3::text[]) = 0
                order by occurred_at desc, id desc limit $14
            )
            union all (
                select * from timeline_events
                where workspace_id = $1 and customer_id = ids.id and kind <> 'event'
                    and not (kind = 'activity' and ticket_id is not null)
                    and (occurred_at, id) < ($4, $5) and occurred_at >= $10
                    and cardinality($3::text[]) = 0
                order by occurred_at desc, id desc limit $14
            )
            union all (
                select * from timeline_events
                where workspace_id = $1 and customer_id = ids.id and kind = 'activity'
                    and ticket_id is not null
                    and (occurred_at, id) < ($4, $5) and (occurred_at, id) >= ($17, $18)
                    and occurred_at >= $10 and cardinality($3::text[]) = 0
                order by occurred_at desc, id desc limit $14
            )
        ) e
        order by e.occurred_at desc, e.id desc limit $14
    )
    union all (
        select e.* from ids cross join unnest($3::text[]) k (kind) cross join lateral (
            select * from timeline_events
            where workspace_id = $1 and customer_id = ids.id and kind = k.kind
                and (occurred_at, id) < ($4, $5) and occurred_at >= $10
            order by occurred_at desc, id desc limit $14
        ) e
        order by e.occurred_at desc, e.id desc limit $14
    )
), newer_looked as materialized (
    (
        select e.* from ids cross join lateral (
            (
                select * from timeline_events
                where workspace_id = $1 and customer_id = ids.id and kind = 'event'
                    and (occurred_at, id) > ($4, $5) and occurred_at < $11
                    and cardinality($3::text[]) = 0
                order by occurred_at, id limit $15
            )
            union all (
                select * from timeline_events
                where workspace_id = $1 and customer_id = ids.id and kind <> 'event'
                    and not (kind = 'activity' and ticket_id is not null)
                    and (occurred_at, id) > ($4, $5) and occurred_at < $11
                    and cardinality($3::text[]) = 0
                order by occurred_at, id limit $15
            )
            union all (
                select * from timeline_events
                where workspace_id = $1 and customer_id = ids.id and kind = 'activity'
                    and ticket_id is not null
                    and (occurred_at, id) > ($4, $5) and not $19
                    and occurred_at < $11 and cardinality($3::text[]) = 0
                order by occurred_at, id limit $15
            )
        ) e
        order by e.occurred_at, e.id limit $15
    )
    union all (
        select e.* from ids cross join unnest($3::text[]) k (kind) cross join lateral (
            select * from timeline_events
            where workspace_id = $1 and customer_id = ids.id and kind = k.kind
                and (occurred_at, id) > ($4, $5) and occurred_at < $11
            order by occurred_at, id limit $15
        ) e
        order by e.occurred_at, e.id limit $15
    )
), older as (
    select older_looked.* from older_looked cross join hidden
    where ($13 = '' or source = $13) and ($12 = ''
        or position($12 in event_words($1, hidden.names, name, title, body, payload)) > 0)
    order by occurred_at desc, id desc limit $6
), newer as (
    select newer_looked.* from newer_looked cross join hidden
    where ($13 = '' or source = $13) and ($12 = ''
        or position($12 in event_words($1, hidden.names, name, title, body, payload)) > 0)
    order by occurred_at, id limit $7
), pinned as (
    select p.pinned_at, e.* from timeline_pins p
    join timeline_events e on e.workspace_id = $1 and e.customer_id = p.customer_id
        and e.kind = p.kind and e.occurred_at = p.occurred_at and e.id = p.event_id
    where $8 and p.workspace_id = $1 and p.customer_id in (select id from ids)
    order by p.pinned_at desc limit 50
), rows as (
    select 'older' as place, null::timestamptz as pinned_at, * from older
    union all select 'newer', null, * from newer
    union all select 'pin', * from pinned
), recorded as materialized (
    -- sessions that ran while these happened: none is longer than 13 hours
    select s.started_at, s.last_at from ids join recordings s
        on s.workspace_id = $1 and s.customer_id = ids.id
        and s.started_at <= (select max(occurred_at) from rows)
        and s.started_at > (select min(occurred_at) from rows) - interval '13 hours'
    limit 500
)
select
    who.id as "whose!",
    false as "more_customers!",
    (select names from hidden) as "hidden!: Vec<String>",
    (select coalesce(json_agg(json_build_object(
        'place', r.place, 'id', r.id, 'occurred_at', r.occurred_at, 'received_at', r.received_at,
        'kind', r.kind, 'source', r.source, 'name', r.name,
        'title', shown_title($1, r.name, r.title, r.payload), 'body', r.body,
        'icon', r.icon, 'url', r.url, 'actor_name', r.actor_name, 'object_type', r.object_type,
        'object_id', r.object_id, 'payload', r.payload,
        'recorded', r.kind <> 'session' and exists (select 1 from recorded s
            where s.started_at <= r.occurred_at and s.last_at >= r.occurred_at),
        'ticket', case when r.ticket_id is not null then (
            select json_build_object('number', t.number, 'subject', t.subject, 'status', t.status,
                'label', (select l.name from status_labels l
                    where l.workspace_id = $1 and l.id = t.label_id))
            from tickets t where t.workspace_id = $1 and t.id = r.ticket_id
        ) end
    ) order by r.pinned_at desc), '[]') from rows r) as "rows!: Json<Vec<Row>>",
    (select coalesce(json_agg(json_build_object(
        'number', t.number, 'status', t.status, 'label', (select l.name from status_labels l
            where l.workspace_id = $1 and l.id = t.label_id),
        'changes', (select count(*) from (
            select 1 from timeline_events e
            where e.workspace_id = $1 and e.ticket_id = t.id and e.kind = 'activity' limit 100
        ) some_of_them),
        'newest', (select json_agg(json_build_object('at', e.occurred_at, 'actor', e.actor_name,
                'title', shown_title($1, e.name, e.title, e.payload), 'name', e.name)
                order by e.occurred_at desc, e.id desc)
            from (
                select * from timeline_events
                where workspace_id = $1 and ticket_id = t.id and kind = 'activity'
                order by occurred_at desc, id desc limit 20
            ) e)
    )), '[]')
        from (
            select ticket_id from rows where kind = 'ticket' and ticket_id is not null
            union
            -- and those that something was just done to, wherever their row is
            select ticket_id from (
                select a.ticket_id from ids cross join lateral (
                    select ticket_id from timeline_events
                    where $8 and workspace_id = $1 and customer_id = ids.id and kind = 'activity'
                    order by occurred_at desc, id desc limit 5
                ) a
            ) latest
            where ticket_id is not null
        ) about
        join tickets t on t.workspace_id = $1 and t.id = about.ticket_id) as "tickets!: Json<Vec<TicketNow>>",
    case when $8 then (
        select coalesce(json_agg(json_build_array(c.kind, c.n)), '[]') from (
            select kind, sum(n)::bigint as n from (
                select kind, n from timeline_counts
                where workspace_id = $1 and customer_id in (select id from ids)
                union all select kind, n from pending
            ) both_of_them
            group by kind having sum(n) > 0
        ) c
    ) end as "counts: Json<Vec<(EventKind, i64)>>",
    case when $8 then (
        select coalesce(json_agg(json_build_object('day', d.day, 'n', d.n, 'errors', d.errors)
            order by d.day), '[]')
        from (
            select day, sum(n)::int as n, sum(errors)::int as errors from (
                select day, n, errors from timeline_days
                where workspace_id = $1 and customer_id in (select id from ids) and day >= $9
                union all
                select day, n, case when kind = 'error' then n else 0 end from pending
                where day >= $9
            ) both_of_them
            group by day having sum(n) > 0
        ) d
    ) end as "days: Json<Vec<ActivityDay>>",
    case when $8 then (
        select coalesce(json_agg(json_build_object('id', f.id, 'name', f.name, 'query', f.query)
            order by lower(f.name)), '[]')
        from saved_filters f where f.workspace_id = $1 and f.user_id = $16
    ) end as "filters: Json<Vec<FilterRow>>",
    -- where each side's look ended, when it saw as many as it may
    (select json_build_array(o.occurred_at, o.id) from older_looked o
        where (select count(*) from older_looked) = $14
        order by o.occurred_at, o.id limit 1) as "older_end: Json<(DateTime<Utc>, Uuid)>",
    (select json_build_array(n.occurred_at, n.id) from newer_looked n
        where (select count(*) from newer_looked) = $15
        order by n.occurred_at desc, n.id desc limit 1) as "newer_end: Json<(DateTime<Utc>, Uuid)>"
from who
where who.id is not null
