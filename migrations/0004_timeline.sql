-- One append-only stream of everything that happened around a customer.

create table timeline_events (
    workspace_id uuid not null,
    customer_id uuid not null,
    occurred_at timestamptz not null,
    id uuid not null,
    kind text not null check (kind in ('ticket', 'event', 'session', 'error', 'call', 'crm', 'help', 'activity')),
    -- who sent it: api, rapport, sentry, hubspot, dialpad, help_centre …
    source text not null,
    -- machine name (report_export_clicked, ticket.status_changed); repeats collapse by it
    name text not null,
    -- what people read; empty means the name
    title text not null default '',
    body text,
    -- a name in the icon sprite, or one character
    icon text,
    url text,
    actor_name text,
    ticket_id uuid,
    object_type text,
    object_id text,
    payload jsonb not null default '{}',
    dedupe_key text,
    received_at timestamptz not null default now(),
    primary key (workspace_id, customer_id, occurred_at, id),
    foreign key (workspace_id, customer_id) references customers (workspace_id, id),
    foreign key (workspace_id, ticket_id) references tickets (workspace_id, id)
);
-- A page filtered by one kind costs what an unfiltered page costs.
create index timeline_events_kind on timeline_events (workspace_id, customer_id, kind, occurred_at, id);
create index timeline_events_ticket on timeline_events (workspace_id, ticket_id, occurred_at, id) where ticket_id is not null;
create unique index timeline_events_dedupe on timeline_events (workspace_id, source, dedupe_key) where dedupe_key is not null;

-- Kept counts: a page never counts. One row a customer and kind, one a customer and day (UTC).
create table timeline_counts (
    workspace_id uuid not null,
    customer_id uuid not null,
    kind text not null,
    n bigint not null,
    primary key (workspace_id, customer_id, kind),
    foreign key (workspace_id, customer_id) references customers on delete cascade
);

create table timeline_days (
    workspace_id uuid not null,
    customer_id uuid not null,
    day date not null,
    n int not null,
    errors int not null default 0,
    primary key (workspace_id, customer_id, day),
    foreign key (workspace_id, customer_id) references customers on delete cascade
);
