-- The bytes of attachments leave the database; what waits for a message is an attachment too.

-- null: the bytes lie in the file store, under workspace and id
alter table attachments alter column data drop not null;
-- null on rows of before, until their bytes are moved
alter table attachments add column sha256 bytea;

-- A file whose message is not written yet belongs to a person, in a ticket, for one kind of message.
alter table attachments alter column message_id drop not null;
alter table attachments
    add column ticket_id uuid,
    add column uploaded_by uuid,
    add column upload_mode text,
    add foreign key (workspace_id, ticket_id) references tickets on delete cascade not valid,
    add foreign key (workspace_id, uploaded_by) references users (workspace_id, id) not valid,
    add constraint attachments_mode check (upload_mode in ('reply', 'note')) not valid,
    add constraint attachments_place check (message_id is not null
        or (ticket_id is not null and uploaded_by is not null and upload_mode is not null)) not valid,
    add constraint attachments_bytes check (data is not null or sha256 is not null) not valid;
create index attachments_waiting on attachments (workspace_id, uploaded_by, ticket_id)
    where message_id is null;
create index attachments_unmoved on attachments (workspace_id, id) where data is not null;

-- Bytes in the file store that may have no row: noted before they are written, and when a row
-- goes. A job removes what still has none a day later.
create table loose_files (
    workspace_id uuid not null references workspaces,
    id uuid not null,
    since timestamptz not null default now(),
    primary key (workspace_id, id)
);
create index loose_files_since on loose_files (since);

create function note_loose_file() returns trigger language plpgsql as $$
begin
    insert into loose_files (workspace_id, id) values (old.workspace_id, old.id)
    on conflict do nothing;
    return null;
end $$;
create trigger attachments_loose after delete on attachments
    for each row execute function note_loose_file();
