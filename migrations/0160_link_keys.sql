-- What signs the addresses in our mails, sealed like every other secret: whoever reads a copy of the
-- database makes up none. The newest signs; those before it count until they retire.
create table link_keys (
    workspace_id uuid not null references workspaces,
    id uuid not null,
    -- sealed to this row
    sealed_key bytea not null,
    created_at timestamptz not null default now(),
    retires_at timestamptz,
    primary key (workspace_id, id)
);

-- The key that lay open until now: the server seals it when it starts, for only the server can.
alter table workspaces
    alter column mail_key drop default,
    alter column mail_key drop not null;
