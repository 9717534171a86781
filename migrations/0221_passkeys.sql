-- Passkeys (WebAuthn): keys on people's devices that let them in without a password.
create table passkeys (
    workspace_id uuid not null,
    id uuid not null,
    user_id uuid not null,
    name text not null,
    -- the domain for which the device made it: it answers to no other
    rp_id text not null,
    -- what the device calls it. A log-in says no more than this of whose it is, so that it is known once
    -- in all workspaces
    credential_id bytea not null check (octet_length(credential_id) between 1 and 1023),
    -- public key and counter, as the library writes them
    credential jsonb not null,
    created_at timestamptz not null,
    last_used_at timestamptz,
    primary key (workspace_id, id),
    foreign key (workspace_id, user_id) references users on delete cascade,
    constraint passkeys_credential unique (credential_id)
);
create index passkeys_user on passkeys (workspace_id, user_id);

-- A passkey that somebody is about to add: what their device was asked, by the session that asked.
create table passkey_setups (
    workspace_id uuid not null,
    user_id uuid not null,
    session_hash bytea not null,
    options jsonb not null,
    state jsonb not null,
    expires_at timestamptz not null,
    primary key (workspace_id, user_id),
    foreign key (workspace_id, user_id) references users on delete cascade
);

-- Log-ins that wait for a passkey. Whose it will be nobody knows before it answers, but where a
-- password was right before.
create table passkey_challenges (
    -- sha-256 of the form's token, and of the browser's cookie
    token_hash bytea primary key,
    browser_hash bytea not null,
    workspace_id uuid,
    user_id uuid,
    state jsonb not null,
    expires_at timestamptz not null,
    foreign key (workspace_id, user_id) references users on delete cascade,
    check ((workspace_id is null) = (user_id is null))
);
create index passkey_challenges_browser on passkey_challenges (browser_hash, expires_at);
create index passkey_challenges_age on passkey_challenges (expires_at);
create index passkey_challenges_user on passkey_challenges (workspace_id, user_id);
