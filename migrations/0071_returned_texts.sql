-- The text of an answer that was taken back, until its author writes the next one.
create table returned_texts (
    workspace_id uuid not null,
    user_id uuid not null,
    ticket_id uuid not null,
    body text not null,
    returned_at timestamptz not null default now(),
    primary key (workspace_id, user_id, ticket_id),
    foreign key (workspace_id, user_id) references users (workspace_id, id) on delete cascade,
    foreign key (workspace_id, ticket_id) references tickets (workspace_id, id) on delete cascade
);

-- Mail of megabytes is packed while it is stored; LZ4 does it several times faster. A Postgres
-- that was built without it keeps its own way.
do $$
begin
    alter table raw_emails alter column raw set compression lz4;
exception when feature_not_supported then
    null;
end $$;
