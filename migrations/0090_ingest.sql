-- Every event that was received and what became of it, for a while: the timeline has what was
-- linked for good, this says why something was not.
create table event_log (
    workspace_id uuid not null references workspaces,
    received_at timestamptz not null,
    -- of the timeline's event, once it has one
    id uuid not null,
    state text not null check (state in ('linked', 'unlinked', 'ignored', 'error')),
    -- in words, where it was not linked
    reason text not null default '',
    source text not null,
    -- track, page, identify … or event
    type text not null,
    name text not null,
    dedupe_key text,
    customer_id uuid,
    occurred_at timestamptz,
    -- whom it names, while nobody is known by that
    whose_kind text,
    whose_value text,
    -- what linking it later takes; only while it is not linked
    event jsonb,
    primary key (workspace_id, received_at, id)
);
create index event_log_id on event_log (workspace_id, id);
create index event_log_trouble on event_log (workspace_id, state, received_at, id) where state <> 'linked';
create index event_log_name on event_log (workspace_id, name, received_at, id);
create index event_log_customer on event_log (workspace_id, customer_id, received_at, id) where customer_id is not null;
create index event_log_waiting on event_log (workspace_id, whose_kind, whose_value) where state = 'unlinked';
create unique index event_log_waiting_once on event_log (workspace_id, source, dedupe_key)
    where state = 'unlinked' and dedupe_key is not null;

alter table workspaces
    add column event_log_days int not null default 30 check (event_log_days between 1 and 366);

-- How long events of a kind are kept; a kind without a row stays for ever.
create table event_retention (
    workspace_id uuid not null references workspaces,
    kind text not null check (kind in ('event', 'session', 'error', 'call', 'crm', 'help')),
    days int not null check (days between 1 and 3653),
    primary key (workspace_id, kind)
);

-- When the traits that stand here were sent: older ones that come late change nothing.
alter table customers add column traits_at timestamptz;
