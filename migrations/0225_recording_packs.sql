-- Small recorded sessions share one object: a file of its own for each would be mostly file.
create table recording_packs (
    workspace_id uuid not null references workspaces on delete cascade,
    file_id uuid not null,
    bytes bigint not null,
    sha256 bytea not null,
    -- sessions in it when it was made; once there are fewer, it is made anew without the others
    members int not null,
    made_at timestamptz not null,
    primary key (workspace_id, file_id)
);

-- its file_id is a pack's
alter table recordings add column shares_file boolean not null default false;
drop index recordings_file;
create index recordings_file on recordings (workspace_id, file_id) where file_id is not null;
create index recordings_small on recordings (received_at)
    where stored and not shares_file and file_id is not null and bytes <= 65536;
