-- The workspace's own words for where a ticket stands: each belongs to a category, and the
-- category decides what a ticket does. New and snoozed are states without a word of their own.
create table status_labels (
    workspace_id uuid not null references workspaces,
    id uuid not null,
    name text not null,
    category text not null check (category in ('open', 'waiting', 'closed')),
    position int not null,
    -- what a ticket gets that comes into the category by itself
    is_default boolean not null default false,
    archived_at timestamptz,
    created_at timestamptz not null default now(),
    primary key (workspace_id, id),
    -- so there is one in use in every category
    check (not is_default or archived_at is null)
);
create unique index status_labels_name on status_labels (workspace_id, lower(name));
create unique index status_labels_default on status_labels (workspace_id, category) where is_default;

-- What every workspace starts with.
create function add_default_labels(workspace uuid) returns void
language sql as $$
    insert into status_labels (workspace_id, id, name, category, position, is_default)
    values (workspace, gen_random_uuid(), 'Open', 'open', 1, true),
        (workspace, gen_random_uuid(), 'Pending', 'waiting', 1, true),
        (workspace, gen_random_uuid(), 'Closed', 'closed', 1, true);
$$;
select add_default_labels(workspace_id) from workspaces;

alter table tickets
    -- null while it is new or snoozed
    add column label_id uuid,
    add foreign key (workspace_id, label_id) references status_labels (workspace_id, id);
update tickets t set label_id = l.id from status_labels l
where l.workspace_id = t.workspace_id and l.is_default
    and l.category = case t.status when 'open' then 'open' when 'pending' then 'waiting'
        when 'closed' then 'closed' end;
create index tickets_label on tickets (workspace_id, label_id, last_activity_at, id);
