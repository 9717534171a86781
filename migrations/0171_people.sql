-- People: who was invited, who is still here, when each was seen, and how a password is set anew.
alter table users add column last_seen_at timestamptz;

-- Sessions as their owner sees them: an id of their own, because the hash opens them.
alter table sessions
    add column id uuid not null default gen_random_uuid(),
    add column address text not null default '',
    add column agent text not null default '';

create table invitations (
    workspace_id uuid not null references workspaces,
    id uuid not null,
    email text not null,
    role text not null check (role in ('admin', 'agent', 'viewer')),
    invited_by uuid,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    -- when the newest mail of it was taken by a server
    mailed_at timestamptz,
    accepted_at timestamptz,
    revoked_at timestamptz,
    primary key (workspace_id, id),
    foreign key (workspace_id, invited_by) references users
);
-- Somebody is invited once; those whose time ran out are renewed, not doubled.
create unique index invitations_open on invitations (workspace_id, lower(email))
    where accepted_at is null and revoked_at is null;

create table password_resets (
    -- sha-256 of the link's token; the row goes when it is used
    token_hash bytea primary key,
    workspace_id uuid not null,
    user_id uuid not null,
    expires_at timestamptz not null,
    -- one link a person: a newer one takes the place of the one before
    unique (workspace_id, user_id),
    foreign key (workspace_id, user_id) references users on delete cascade
);

-- A workspace keeps an admin who can log in, whoever changes it and however many do at once: the
-- lock lets them see what the one before did.
create function keep_an_admin() returns trigger language plpgsql as $$
begin
    perform pg_advisory_xact_lock(hashtextextended('admins' || old.workspace_id::text, 0));
    if not exists (
        select from users
        where workspace_id = old.workspace_id and id <> old.id
            and role = 'admin' and disabled_at is null
    ) then
        raise exception 'the last admin stays'
            using errcode = 'check_violation', constraint = 'users_last_admin';
    end if;
    return coalesce(new, old);
end $$;
create trigger keep_an_admin before update on users
    for each row when (
        old.role = 'admin' and old.disabled_at is null
        and (new.role <> 'admin' or new.disabled_at is not null)
    )
    execute function keep_an_admin();
create trigger keep_an_admin_here before delete on users
    for each row when (old.role = 'admin' and old.disabled_at is null)
    execute function keep_an_admin();
