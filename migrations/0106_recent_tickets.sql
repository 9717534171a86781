-- What somebody looked at last stands first where they search.
create index ticket_reads_recent on ticket_reads (workspace_id, user_id, read_at);
