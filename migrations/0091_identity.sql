-- Who is whom: secrets that prove a browser's user, merges that can be taken back, and hints
-- that two people may be one.

create table identity_secrets (
    workspace_id uuid not null references workspaces,
    id uuid not null,
    -- sealed to this row
    secret bytea not null,
    created_at timestamptz not null default now(),
    -- until then tokens that it signed still count
    retires_at timestamptz,
    primary key (workspace_id, id)
);

alter table customers
    -- the events of a merged customer stay theirs until they are folded into the survivor's
    add column folded_at timestamptz;
create index customers_merged on customers (workspace_id, merged_into) where merged_into is not null;

create table customer_merges (
    workspace_id uuid not null,
    id uuid not null,
    survivor_id uuid not null,
    merged_id uuid not null,
    merged_at timestamptz not null,
    -- who or what did it, in words
    actor text not null,
    -- what the survivor took over: field, value before, value after
    taken jsonb not null default '[]',
    -- until then it can be taken back; null for what was never anybody's record
    undo_until timestamptz,
    undone_at timestamptz,
    primary key (workspace_id, id),
    foreign key (workspace_id, survivor_id) references customers (workspace_id, id),
    foreign key (workspace_id, merged_id) references customers (workspace_id, id)
);
create index customer_merges_survivor on customer_merges (workspace_id, survivor_id, merged_at);
create index customer_merges_merged on customer_merges (workspace_id, merged_id);

-- What a merge moved, so that exactly that goes back.
create table customer_merge_moves (
    workspace_id uuid not null,
    merge_id uuid not null,
    kind text not null check (kind in ('ticket', 'note', 'identifier', 'customer')),
    -- an id; of an identifier its kind and value
    value text not null,
    primary key (workspace_id, merge_id, kind, value),
    foreign key (workspace_id, merge_id) references customer_merges on delete cascade
);

create table merge_suggestions (
    workspace_id uuid not null,
    -- the smaller id first
    a uuid not null,
    b uuid not null,
    -- kind and value of the identifier that speaks for it
    evidence_kind text not null,
    evidence_value text not null,
    created_at timestamptz not null default now(),
    dismissed_at timestamptz,
    primary key (workspace_id, a, b, evidence_kind, evidence_value),
    check (a < b),
    foreign key (workspace_id, a) references customers (workspace_id, id) on delete cascade,
    foreign key (workspace_id, b) references customers (workspace_id, id) on delete cascade
);
create index merge_suggestions_b on merge_suggestions (workspace_id, b);
