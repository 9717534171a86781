-- API keys that people make: what each may do, until when, and when it was used last.
alter table api_keys
    -- the key's first characters, by which people know it again; empty for keys older than this
    add column prefix text not null default '',
    -- words of rapport_domain::api_key::Scope; a browser's key has none, it sends events alone
    add column scopes text[] not null default '{}',
    -- a browser's key: the pages that may use it, https://app.example; empty is any
    add column allowed_origins text[] not null default '{}',
    add column created_by uuid,
    add column expires_at timestamptz,
    -- not more exact than a minute: a busy key does not write a row for each request
    add column last_used_at timestamptz,
    add column last_used_address text,
    add column last_used_agent text,
    add foreign key (workspace_id, created_by) references users;

-- Those that were there could do everything, and still can.
update api_keys set scopes = array[
    'customers:read', 'customers:write', 'tickets:read', 'tickets:write',
    'events:write', 'mail:write', 'settings:read', 'settings:write'
] where kind = 'secret';

create unique index api_keys_name on api_keys (workspace_id, lower(name)) where revoked_at is null;
