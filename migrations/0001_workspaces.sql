-- Workspaces, the people who work in them, and the ways to prove who one is.
-- Rule for every table: workspace_id comes first in each key, and foreign keys
-- are composite, so that one workspace can never point into another.

create extension if not exists pg_trgm;

create table workspaces (
    workspace_id uuid primary key,
    name text not null,
    -- the number that the next ticket gets; taken by update … returning
    next_ticket_number bigint not null default 1,
    created_at timestamptz not null default now()
);

create table users (
    workspace_id uuid not null references workspaces,
    id uuid not null,
    email text not null,
    name text not null,
    role text not null check (role in ('admin', 'agent', 'viewer')),
    password_hash text not null,
    disabled_at timestamptz,
    created_at timestamptz not null default now(),
    primary key (workspace_id, id)
);
-- Login starts with an e-mail and nothing else, so this key alone has no workspace in it.
create unique index users_email on users (lower(email));

create table teams (
    workspace_id uuid not null references workspaces,
    id uuid not null,
    name text not null,
    created_at timestamptz not null default now(),
    primary key (workspace_id, id)
);
create unique index teams_name on teams (workspace_id, lower(name));

create table sessions (
    -- sha-256 of the cookie's token: a copy of the table opens no session
    token_hash bytea primary key,
    workspace_id uuid not null,
    user_id uuid not null,
    created_at timestamptz not null default now(),
    last_seen_at timestamptz not null default now(),
    expires_at timestamptz not null,
    foreign key (workspace_id, user_id) references users on delete cascade
);
create index sessions_user on sessions (workspace_id, user_id);
create index sessions_expiry on sessions (expires_at);

create table api_keys (
    workspace_id uuid not null references workspaces,
    id uuid not null,
    name text not null,
    kind text not null check (kind in ('secret', 'public')),
    -- sha-256 of the key
    key_hash bytea not null unique,
    created_at timestamptz not null default now(),
    revoked_at timestamptz,
    primary key (workspace_id, id)
);

create table idempotency_keys (
    workspace_id uuid not null,
    api_key_id uuid not null,
    key text not null,
    -- sha-256 of method, path and body: the same key with another request is refused
    request_hash bytea not null,
    -- null while the first request still runs
    status smallint,
    response jsonb,
    created_at timestamptz not null default now(),
    primary key (workspace_id, api_key_id, key),
    foreign key (workspace_id, api_key_id) references api_keys on delete cascade
);
create index idempotency_keys_age on idempotency_keys (created_at);

create table audit_log (
    workspace_id uuid not null references workspaces,
    id uuid not null,
    at timestamptz not null default now(),
    actor_kind text not null check (actor_kind in ('user', 'api_key', 'system')),
    actor_id uuid,
    action text not null,
    object text not null,
    detail jsonb not null default '{}',
    primary key (workspace_id, id)
);
