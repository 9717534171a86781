-- A stretch of an account's timeline around a position, its own events and those of its customers, and with
-- $12 its overview.
-- $1 workspace, $2 account, $3 kinds (empty: all), $4 and $5 the position, $6 events before it,
-- $7 events after it, $8 how many customers are read: those who were active last,
-- $9 and $10 from where on what was done to tickets shows before the position, $11 whether none of it does
-- after it, as in timeline_page.sql; $13 the overview's first day, $14 and $15 the instants that events lie
-- between, $16 what they contain (lower case) and $17 their source (empty: anything), $18 and $19 how many are
-- looked at before and after, $20 whose saved filters.
-- Each stream gives as many keys as are looked at, from the two indexes that timeline_page.sql
-- reads, and only the rows that are looked at are fetched: the cost depends on the customers,
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
), older_looked as materialized (
    select s.id as stream, s.customer_id, e.kind, e.occurred_at, e.id
    from streams s cross join lateral (
        (
            select kind, occurred_at, id from timeline_events
            where workspace_id = $1 and customer_id = s.id and kind = 'event'
                and (occurred_at, id) < ($4, $5) and occurred_at >= $14 and cardinality($3::text[]) = 0
            order by occurred_at desc, id desc limit $18
        )
        union all (
            select kind, occurred_at, id from timeline_events
            where workspace_id = $1 and customer_id = s.id and kind <> 'event'
                and not (kind = 'activity' and ticket_id is not null)
                and (occurred_at, id) < ($4, $5) and occurred_at >= $14 and cardinality($3::text[]) = 0
            order by occurred_at desc, id desc limit $18
        )
        union all (
            select kind, occurred_at, id from timeline_events
            where workspace_id = $1 and customer_id = s.id and kind = 'activity'
                and ticket_id is not null
                and (occurred_at, id) < ($4, $5) and occurred_at >= $14 and (occurred_at, id) >= ($9, $10)
                and cardinality($3::text[]) = 0
            order by occurred_at desc, id desc limit $18
        )
        union all (
            select f.* from unnest($3::text[]) k (kind) cross join lateral (
                select kind, occurred_at, id from timeline_events
                where workspace_id = $1 and customer_id = s.id and kind = k.kind
                    and (occurred_at, id) < ($4, $5) and occurred_at >= $14
                order by occurred_at desc, id desc limit $18
            ) f
        )
    ) e
    order by e.occurred_at desc, e.id desc limit $18
), newer_looked as materialized (
    select s.id as stream, s.customer_id, e.kind, e.occurred_at, e.id
    from streams s cross join lateral (
        (
            select kind, occurred_at, id from timeline_events
            where workspace_id = $1 and customer_id = s.id and kind = 'event'
                and (occurred_at, id) > ($4, $5) and occurred_at < $15 and cardinality($3::text[]) = 0
            order by occurred_at, id limit $19
        )
        union all (
            select kind, occurred_at, id from timeline_events
            where workspace_id = $1 and customer_id = s.id and kind <> 'event'
                and not (kind = 'activity' and ticket_id is not null)
                and (occurred_at, id) > ($4, $5) and occurred_at < $15 and cardinality($3::text[]) = 0
            order by occurred_at, id limit $19
        )
        union all (
            select kind, occurred_at, id from timeline_events
            where workspace_id = $1 and customer_id = s.id and kind = 'activity'
                and ticket_id is not null
                and (occurred_at, id) > ($4, $5) and occurred_at < $15 and not $11
                and cardinality($3::text[]) = 0
            order by occurred_at, id limit $19
        )
        union all (
            select f.* from unnest($3::text[]) k (kind) cross join lateral (
                select kind, occurred_at, id from timeline_events
                where workspace_id = $1 and customer_id = s.id and kind = k.kind
                    and (occurred_at, id) > ($4, $5) and occurred_at < $15
                order by occurred_at, id limit $19
            ) f
        )
    ) e
    order by e.occurred_at, e.id limit $19
), looked as materialized (
    select 'older' as place, null::timestamptz as pinned_at, k.customer_id as whose, e.*
    from older_looked k cross join lateral (
        select * from timeline_events
        where workspace_id = $1 and customer_id = k.stream and kind = k.kind
            and occurred_at = k.occurred_at and id = k.id
        limit 1
    ) e
    union all
    select 'newer', null, k.customer_id, e.*
    from newer_looked k cross join lateral (
        select * from timeline_events
        where workspace_id = $1 and customer_id = k.stream and kind = k.kind
            and occurred_at = k.occurred_at and id = k.id
        limit 1
    ) e
), hidden as materialized (
    -- what events call sensitive fields
    select sensitive_names($1) as names
), found as (
    select looked.* from looked cross join hidden
    where ($17 = '' or source = $17) and ($16 = ''
        or position($16 in event_words($1, hidden.names, name, title, body, payload)) > 0)
), pinned as (
    select 'pin' as place, p.pinned_at, s.customer_id as whose, e.* from streams s
    join timeline_pins p on p.workspace_id = $1 and p.customer_id = s.id
    join timeline_events e on e.workspace_id = $1 and e.customer_id = p.customer_id
        and e.kind = p.kind and e.occurred_at = p.occurred_at and e.id = p.event_id
    where $12
    order by p.pinned_at desc limit 50
), rows as (
    (select * from found where place = 'older' order by occurred_at desc, id desc limit $6)
    union all (select * from found where place = 'newer' order by occurred_at, id limit $7)
    union all select * from pinned
), recorded as materialized (
    -- sessions that ran while these happened: none is longer than 13 hours
    select s.customer_id, s.started_at, s.last_at from streams join recordings s
        on s.workspace_id = $1 and s.customer_id = streams.id
        and s.started_at <= (select max(occurred_at) from rows)
        and s.started_at > (select min(occurred_at) from rows) - interval '13 hours'
    limit 500
), pending as materialized (
    -- what was written a moment ago and not added to the kept counts yet
    select e.kind, e.day, e.n from timeline_batches b
    cross join lateral unnest(b.customers, b.kinds, b.days, b.n) as e (customer_id, kind, day, n)
    where $12 and b.workspace_id = $1 and not b.counted
        and b.customers && array(select id from streams)
        and e.customer_id in (select id from streams)
)
select
    account.id as "whose!",
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
                select a.ticket_id from streams cross join lateral (
                    select ticket_id, occurred_at from timeline_events
                    where $12 and workspace_id = $1 and customer_id = streams.id and kind = 'activity'
                    order by occurred_at desc, id desc limit 1
                ) a
                order by a.occurred_at desc limit 5
            ) latest
            where ticket_id is not null
        ) about
        join tickets t on t.workspace_id = $1 and t.id = about.ticket_id) as "tickets!: Json<Vec<TicketNow>>",
    exists (select from active where place > $8) as "more_customers!",
    (select names from hidden) as "hidden!: Vec<String>",
    (select coalesce(json_agg(json_build_object(
        'place', r.place, 'id', r.id, 'occurred_at', r.occurred_at, 'received_at', r.received_at,
        'kind', r.kind, 'source', r.source, 'name', r.name,
        'title', shown_title($1, r.name, r.title, r.payload), 'body', r.body,
        'icon', r.icon, 'url', r.url, 'actor_name', r.actor_name, 'object_type', r.object_type,
        'object_id', r.object_id, 'payload', r.payload,
        'customer', case when a.id is not null then json_build_object('id', a.id, 'name', a.name) end,
        'recorded', r.kind <> 'session' and exists (select 1 from recorded s
            where s.customer_id = r.customer_id
                and s.started_at <= r.occurred_at and s.last_at >= r.occurred_at),
        'ticket', case when r.ticket_id is not null then (
            select json_build_object('number', t.number, 'subject', t.subject, 'status', t.status,
                'label', (select l.name from status_labels l
                    where l.workspace_id = $1 and l.id = t.label_id))
            from tickets t where t.workspace_id = $1 and t.id = r.ticket_id
        ) end
    ) order by r.pinned_at desc), '[]') from rows r left join active a on a.id = r.whose) as "rows!: Json<Vec<Row>>",
    case when $12 then (
        select coalesce(json_agg(json_build_array(c.kind, c.n)), '[]') from (
            select kind, sum(n)::bigint as n from (
                select kind, n from timeline_counts
                where workspace_id = $1 and customer_id in (select id from streams)
                union all select kind, n from pending
            ) both_of_them
            group by kind having sum(n) > 0
        ) c
    ) end as "counts: Json<Vec<(EventKind, i64)>>",
    case when $12 then (
        select coalesce(json_agg(json_build_object('day', d.day, 'n', d.n, 'errors', d.errors)
            order by d.day), '[]')
        from (
            select day, sum(n)::int as n, sum(errors)::int as errors from (
                select day, n, errors from timeline_days
                where workspace_id = $1 and customer_id in (select id from streams) and day >= $13
                union all
                select day, n, case when kind = 'error' then n else 0 end from pending
                where day >= $13
            ) both_of_them
            group by day having sum(n) > 0
        ) d
    ) end as "days: Json<Vec<ActivityDay>>",
    case when $12 then (
        select coalesce(json_agg(json_build_object('id', f.id, 'name', f.name, 'query', f.query)
            order by lower(f.name)), '[]')
        from saved_filters f where f.workspace_id = $1 and f.user_id = $20
    ) end as "filters: Json<Vec<FilterRow>>",
    -- where each side's look ended, when it saw as many as it may
    (select json_build_array(o.occurred_at, o.id) from older_looked o
        where (select count(*) from older_looked) = $18
        order by o.occurred_at, o.id limit 1) as "older_end: Json<(DateTime<Utc>, Uuid)>",
    (select json_build_array(n.occurred_at, n.id) from newer_looked n
        where (select count(*) from newer_looked) = $19
        order by n.occurred_at desc, n.id desc limit 1) as "newer_end: Json<(DateTime<Utc>, Uuid)>"
from account
