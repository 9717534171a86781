-- Work that outlives a request. A row is written by the transaction that wants the work, leased
-- by a worker, and deleted when it is done; what failed too often stays for an admin.
create table jobs (
    workspace_id uuid not null references workspaces,
    id uuid not null,
    kind text not null,
    -- what it is about: one waiting job of a kind for each
    key text not null,
    payload jsonb not null default '{}',
    run_at timestamptz not null,
    -- raised by each lease, so that a worker which lost its lease cannot finish the next one's work
    attempts int not null default 0,
    max_attempts int not null check (max_attempts > 0),
    leased_until timestamptz,
    last_error text,
    dead_at timestamptz,
    created_at timestamptz not null default now(),
    primary key (workspace_id, id)
);
create unique index jobs_key on jobs (workspace_id, kind, key) where dead_at is null;
-- Workers serve every workspace alike, so this index alone has none in front.
create index jobs_due on jobs (run_at) where dead_at is null;
create index jobs_dead on jobs (workspace_id, dead_at, id) where dead_at is not null;
