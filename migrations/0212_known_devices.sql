-- The browsers that a person logged in from before, each by the hash of a mark that it keeps in a
-- cookie: a log-in from another one is told to them.
create table known_devices (
    workspace_id uuid not null,
    user_id uuid not null,
    mark_hash bytea not null,
    first_at timestamptz not null,
    last_at timestamptz not null,
    -- when a mail told of it
    told_at timestamptz,
    primary key (workspace_id, user_id, mark_hash),
    foreign key (workspace_id, user_id) references users (workspace_id, id) on delete cascade
);

-- The country that a proxy says, where the operator names its header.
alter table sessions add column country text not null default '';
