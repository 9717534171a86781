-- Sessions that somebody deleted while they ran: what their browsers go on sending is not taken. As long
-- as a session can be, and a little more.
create table deleted_recordings (
    workspace_id uuid not null references workspaces on delete cascade,
    session_key text not null,
    at timestamptz not null,
    primary key (workspace_id, session_key)
);
create index deleted_recordings_at on deleted_recordings (at);
