-- The word that the field has for a file whose row is gone, or never came.
alter table loose_files rename to orphaned_files;
alter index loose_files_pkey rename to orphaned_files_pkey;
alter index loose_files_since rename to orphaned_files_since;

create or replace function note_loose_file() returns trigger language plpgsql as $$
begin
    insert into orphaned_files (workspace_id, id) values (old.workspace_id, old.id)
    on conflict do nothing;
    return null;
end $$;
alter function note_loose_file() rename to note_orphaned_file;
alter trigger attachments_loose on attachments rename to attachments_orphaned;

create or replace function note_loose_recording_file() returns trigger language plpgsql as $$
begin
    if old.file_id is not null then
        insert into orphaned_files (workspace_id, id) values (old.workspace_id, old.file_id)
        on conflict do nothing;
    end if;
    return null;
end $$;
alter function note_loose_recording_file() rename to note_orphaned_recording_file;
alter trigger recording_chunks_loose on recording_chunks rename to recording_chunks_orphaned;
alter trigger recordings_loose on recordings rename to recordings_orphaned;

create or replace function note_loose_picture() returns trigger language plpgsql as $$
begin
    insert into orphaned_files (workspace_id, id) values (old.workspace_id, old.picture_id)
    on conflict do nothing;
    return null;
end $$;
alter function note_loose_picture() rename to note_orphaned_picture;
