-- Secrets of a key that was rotated, while they still work beside the new one.
create table api_key_old_secrets (
    workspace_id uuid not null,
    key_id uuid not null,
    key_hash bytea not null unique,
    prefix text not null,
    rotated_at timestamptz not null default now(),
    valid_until timestamptz not null,
    -- not more exact than a minute, as that of the key
    last_used_at timestamptz,
    primary key (workspace_id, key_id, key_hash),
    foreign key (workspace_id, key_id) references api_keys (workspace_id, id) on delete cascade
);

-- Requests of a key a day (UTC), added up in memory and written now and then.
create table api_key_usage (
    workspace_id uuid not null,
    key_id uuid not null,
    day date not null,
    requests bigint not null check (requests > 0),
    primary key (workspace_id, key_id, day),
    foreign key (workspace_id, key_id) references api_keys (workspace_id, id) on delete cascade
);
