-- A page of the event log, newest first: what is on a timeline from there, the rest from the
-- log's own table.
-- $1 workspace, $2 and $3 the place before which it starts, $4 the states, $5 how many events are
-- looked at, $6 a customer or account, $7 what names and ids have to contain (lower case), $8 rows wanted.
with received as materialized (
    select * from (
        (
            select id, received_at, 'linked' as state, '' as reason, source, received_as as kind,
                name, dedupe_key, customer_id, null as whose_kind, null as whose_value, occurred_at
            from timeline_events
            where workspace_id = $1 and received_as is not null and (received_at, id) < ($2, $3)
                and 'linked' = any($4::text[])
            order by received_at desc, id desc limit $5
        )
        union all (
            select l.id, l.received_at, l.state, l.reason, l.source, l.type, l.name, l.dedupe_key,
                l.customer_id, l.whose_kind, l.whose_value, l.occurred_at
            from unnest($4::text[]) as s (state) cross join lateral (
                select * from event_log
                where workspace_id = $1 and state = s.state and (received_at, id) < ($2, $3)
                order by received_at desc, id desc limit $5
            ) l
        )
    ) both_of_them
    order by received_at desc, id desc limit $5
), looked as materialized (
    select count(*) as n, (array_agg(received_at order by received_at, id))[1] as last_at,
        (array_agg(id order by received_at, id))[1] as last_id
    from received
), found as (
    select * from received
    where $7 = '' or customer_id = $6 or id::text = $7 or position($7 in lower(name)) > 0
        or position($7 in lower(dedupe_key)) > 0 or position($7 in lower(whose_value)) > 0
    order by received_at desc, id desc limit $8
)
select looked.n as "looked!", looked.last_at, looked.last_id,
    f.id as "id?: EventId", f.received_at as "received_at?", f.state as "state?: EventState",
    coalesce(nullif(f.reason, ''), aside.words, '') as "reason?", f.source as "source?", f.kind as "kind?", f.name as "name?",
    f.dedupe_key as "dedupe_key?", c.id as "customer?: CustomerId",
    a.id as "account?: AccountId", coalesce(c.name, a.name) as "stream_name?", f.whose_kind as "whose_kind?: IdentifierKind",
    f.whose_value as "whose_value?", f.occurred_at as "occurred_at?"
from looked
left join found f on true
-- what was set aside of an event that is on its timeline all the same
left join lateral (
    select string_agg(a.field || ': ' || (a.it->>'why'), ' ' order by a.field) as words
    from timeline_events e
    cross join lateral jsonb_each(e.payload->'$rapport.set_aside') as a (field, it)
    where f.state = 'linked' and e.workspace_id = $1 and e.received_as is not null
        and e.received_at = f.received_at and e.id = f.id
) aside on true
left join customers c on c.workspace_id = $1 and c.id = f.customer_id
left join accounts a on a.workspace_id = $1 and a.id = f.customer_id
order by f.received_at desc, f.id desc
