-- Single sign-on by OpenID Connect: one provider a workspace, and who came by it.
create table sso_settings (
    workspace_id uuid primary key references workspaces,
    issuer text not null,
    client_id text not null,
    -- sealed to this row
    client_secret bytea not null,
    -- what the button on the login page says
    button text not null,
    -- in lower case; whoever is new needs an address of one of them, and none is any
    domains text[] not null default '{}',
    -- addresses count as checked where the provider does not say whether they are
    trusts_addresses boolean not null default false,
    groups_claim text not null default '',
    joins text not null check (joins in ('invited', 'groups', 'domains')),
    default_role text not null check (default_role in ('admin', 'agent', 'viewer')),
    default_role_id uuid,
    -- passwords are refused
    only_sso boolean not null default false,
    -- a form says which one its author saw
    version int not null default 1,
    foreign key (workspace_id, default_role_id) references roles (workspace_id, id)
);

create table sso_groups (
    workspace_id uuid not null,
    -- the first that somebody is in counts
    position int not null,
    name text not null,
    role text not null check (role in ('admin', 'agent', 'viewer')),
    role_id uuid,
    primary key (workspace_id, position),
    foreign key (workspace_id) references sso_settings on delete cascade,
    foreign key (workspace_id, role_id) references roles (workspace_id, id)
);

-- Who somebody is at the provider: their address may change there, and be given to somebody else.
create table sso_identities (
    workspace_id uuid not null,
    issuer text not null,
    subject text not null,
    user_id uuid not null,
    linked_at timestamptz not null,
    used_at timestamptz not null,
    primary key (workspace_id, issuer, subject),
    unique (workspace_id, user_id, issuer),
    foreign key (workspace_id, user_id) references users on delete cascade
);

-- Log-ins that are at the provider. What they carry there follows from the state and the browser's
-- cookie, of neither of which more than a hash is kept.
create table sso_logins (
    state_hash bytea primary key,
    workspace_id uuid not null references workspaces,
    browser_hash bytea not null,
    -- the page of ours that was wanted
    next text not null,
    expires_at timestamptz not null
);
create index sso_logins_age on sso_logins (workspace_id, expires_at);

-- Admins whose password opens the door also where passwords are refused.
alter table users add column break_glass boolean not null default false;
