-- Many events at once: less is written for each, and what is derived from them is written once
-- a transaction and added up a moment later.

-- How an event that was received from outside came: track, page … or event. The event log reads
-- those from here; its own table keeps what is on no timeline.
alter table timeline_events add column received_as text;
update timeline_events e set received_as = l.type from event_log l
where l.state = 'linked' and l.customer_id = e.customer_id and l.workspace_id = e.workspace_id
    and l.occurred_at = e.occurred_at and l.id = e.id;
delete from event_log l using timeline_events e
where l.state = 'linked' and l.customer_id = e.customer_id and l.workspace_id = e.workspace_id
    and l.occurred_at = e.occurred_at and l.id = e.id;
create index timeline_events_received on timeline_events (workspace_id, received_at, id)
    where received_as is not null;
drop index event_log_name;
drop index event_log_customer;
drop index event_log_trouble;
create index event_log_state on event_log (workspace_id, state, received_at, id);

-- One index holds every event, by kind; another all that are no custom events. A page without a
-- filter reads both side by side: custom events, by far the most, are written once only.
-- Keys are compared byte by byte, several times an event.
alter table timeline_events drop constraint timeline_events_pkey;
drop index timeline_events_kind;
alter table timeline_events alter kind type text collate "C", alter source type text collate "C",
    alter dedupe_key type text collate "C";
alter table timeline_events add primary key (workspace_id, customer_id, kind, occurred_at, id);
create index timeline_events_other on timeline_events (workspace_id, customer_id, occurred_at, id)
    where kind <> 'event';

-- Whose an event is was asked once an event, with a lock on the customer's row each; now once a
-- statement. Customers are never deleted.
alter table timeline_events drop constraint timeline_events_workspace_id_customer_id_fkey;
create function check_event_customers() returns trigger language plpgsql as $$
begin
    if exists (
        select 1 from (select distinct workspace_id, customer_id from written) w
        where not exists (select 1 from customers c
            where c.workspace_id = w.workspace_id and c.id = w.customer_id)
    ) then
        raise foreign_key_violation using
            message = 'an event of a customer that is not in its workspace';
    end if;
    return null;
end $$;
create trigger check_insert after insert on timeline_events referencing new table as written
    for each statement execute function check_event_customers();
create trigger check_update after update on timeline_events referencing new table as written
    for each statement execute function check_event_customers();

-- What a transaction adds to the kept counts (or takes away): a row a transaction, with as many
-- entries in each array as customers, kinds and days it touched. Added to timeline_counts and
-- timeline_days a moment later; until then a page adds those of its customer itself.
create table timeline_batches (
    workspace_id uuid not null references workspaces,
    id bigint not null generated always as identity,
    -- as in changes: open pages are told of events by these rows
    xid bigint not null default pg_current_xact_id()::text::bigint,
    at timestamptz not null default now(),
    counted boolean not null default false,
    customers uuid[] not null,
    kinds text[] not null,
    days date[] not null,
    n int[] not null,
    -- the latest of each; null for what only moved
    latest timestamptz[],
    primary key (workspace_id, id)
);
-- Packing them would cost more than they weigh.
alter table timeline_batches alter customers set storage external, alter kinds set storage external,
    alter days set storage external, alter n set storage external, alter latest set storage external;
create index timeline_batches_due on timeline_batches (id) where not counted;
create index timeline_batches_told on timeline_batches (xid);
drop trigger note_insert on timeline_counts;
drop trigger note_update on timeline_counts;
drop function note_timeline_change();
