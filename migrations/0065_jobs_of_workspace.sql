-- What waits in a workspace, for its admins.
create index jobs_waiting on jobs (workspace_id, run_at, id) where dead_at is null;
