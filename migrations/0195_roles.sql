-- Roles that a workspace makes of permissions itself. Whoever has one keeps in users.role the nearest of
-- the three that every workspace has: agent where it may write tickets, viewer elsewhere, so that
-- what asks "who can be given a ticket" asks one column.
create table roles (
    workspace_id uuid not null references workspaces,
    id uuid not null,
    name text not null,
    -- words of rapport_domain::permission::Permission
    permissions text[] not null,
    created_at timestamptz not null default now(),
    primary key (workspace_id, id)
);
create unique index roles_name on roles (workspace_id, lower(name));
alter table users add column role_id uuid,
    add foreign key (workspace_id, role_id) references roles (workspace_id, id),
    -- an admin may do everything: there is no less of it
    add check (role_id is null or role <> 'admin');
create index users_role on users (workspace_id, role_id) where role_id is not null;

-- Whoever may do more or less from now on: their streams are looked at again.
create trigger note_own_role after update on users
    for each row when (old.role_id is distinct from new.role_id and old.role = new.role)
    execute function note_person_change();
