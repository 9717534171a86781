-- Recorded sessions: the events of a browser, packed in the file store, and an index of each here.

create table recording_settings (
    workspace_id uuid primary key references workspaces,
    settings jsonb not null
);

-- Customers who do not want to be recorded. Like events, this is read of all identities of one.
create table recording_refusals (
    workspace_id uuid not null,
    customer_id uuid not null,
    at timestamptz not null,
    primary key (workspace_id, customer_id),
    foreign key (workspace_id, customer_id) references customers on delete cascade
);

create table recordings (
    workspace_id uuid not null,
    id uuid not null,
    -- Like events a session stays under a merged customer's id until that is folded: an undo finds it.
    customer_id uuid not null,
    -- what the browser calls the session, and itself: nobody else may add to it
    session_key text not null,
    sender text not null,
    -- by our clock; the offset is what our clock was ahead of the browser's
    started_at timestamptz not null,
    last_at timestamptz not null,
    clock_offset_ms bigint not null,
    received_at timestamptz not null,
    -- chunks are taken until it is stored; until then they lie in files of their own
    stored boolean not null default false,
    live boolean not null default true,
    -- when the timeline was last told of its state
    told_at timestamptz not null,
    duration_s bigint not null default 0,
    active_s int not null default 0,
    page_views int not null default 0,
    clicks int not null default 0,
    errors int not null default 0,
    rage_clicks int not null default 0,
    paths text[] not null default '{}',
    browser text,
    os text,
    device text,
    screen text,
    time_zone text,
    windows text[] not null default '{}',
    chunks int not null default 0,
    raw_bytes bigint not null default 0,
    bytes bigint not null default 0,
    index jsonb not null default '{}',
    -- the one object of a stored session
    file_id uuid,
    sha256 bytea,
    primary key (workspace_id, id),
    unique (workspace_id, session_key),
    foreign key (workspace_id, customer_id) references customers (workspace_id, id) on delete cascade
);
create index recordings_customer on recordings (workspace_id, customer_id, started_at, id);
create index recordings_started on recordings (workspace_id, started_at);
-- What the server itself looks for: sessions that went quiet, and those that are not packed yet.
create index recordings_live on recordings (received_at) where live;
create index recordings_unstored on recordings (received_at) where not stored;
create unique index recordings_file on recordings (workspace_id, file_id) where file_id is not null;

create table recording_chunks (
    workspace_id uuid not null,
    recording_id uuid not null,
    window_key text not null,
    seq int not null,
    file_id uuid not null,
    bytes int not null,
    raw_bytes int not null,
    -- of the bytes as they came, so that what is sent twice is told from another's
    sent_sha256 bytea not null,
    sha256 bytea not null,
    events int not null,
    -- the browser's milliseconds
    first_at bigint not null,
    last_at bigint not null,
    full_at bigint,
    primary key (workspace_id, recording_id, window_key, seq),
    foreign key (workspace_id, recording_id) references recordings on delete cascade
);
create unique index recording_chunks_file on recording_chunks (workspace_id, file_id);

-- The seek index of a stored session: each part is a zstd frame that can be read by itself.
create table recording_parts (
    workspace_id uuid not null,
    recording_id uuid not null,
    n int not null,
    window_key text not null,
    "offset" bigint not null,
    bytes int not null,
    raw_bytes int not null,
    first_at bigint not null,
    last_at bigint not null,
    full_at bigint,
    gap boolean not null,
    primary key (workspace_id, recording_id, n),
    foreign key (workspace_id, recording_id) references recordings on delete cascade
);

-- Bytes without a row are removed, as those of attachments are.
create function note_loose_recording_file() returns trigger language plpgsql as $$
begin
    if old.file_id is not null then
        insert into loose_files (workspace_id, id) values (old.workspace_id, old.file_id)
        on conflict do nothing;
    end if;
    return null;
end $$;
create trigger recording_chunks_loose after delete on recording_chunks
    for each row execute function note_loose_recording_file();
create trigger recordings_loose after delete on recordings
    for each row execute function note_loose_recording_file();
create trigger recordings_replaced after update on recordings
    for each row when (old.file_id is distinct from new.file_id)
    execute function note_loose_recording_file();
