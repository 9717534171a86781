-- Somebody can be invited in a role of the workspace's own; `role` is the nearest built-in one, as in users.
-- A role that an open invitation offers is not removed; a closed one forgets it.
alter table invitations
    add column role_id uuid,
    add foreign key (workspace_id, role_id) references roles (workspace_id, id)
        on delete set null (role_id);

-- The list of people, a page at a time.
create index users_listed on users (workspace_id, (disabled_at is not null), lower(name), id);
