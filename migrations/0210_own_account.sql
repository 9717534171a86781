-- What people set for themselves: their picture, and what stands below their answers.

-- The picture lies in the file store, made anew from what was sent.
alter table users
    add column picture_id uuid,
    add column picture_bytes int,
    add column picture_sha256 bytea,
    add check (num_nulls(picture_id, picture_bytes, picture_sha256) in (0, 3));
create unique index users_picture on users (workspace_id, picture_id) where picture_id is not null;

-- The bytes of one that was replaced or removed go, as those of attachments do.
create function note_loose_picture() returns trigger language plpgsql as $$
begin
    insert into loose_files (workspace_id, id) values (old.workspace_id, old.picture_id)
    on conflict do nothing;
    return null;
end $$;
create trigger users_picture_replaced after update on users
    for each row when (
        old.picture_id is not null and old.picture_id is distinct from new.picture_id
    )
    execute function note_loose_picture();

-- In place of the mailbox's own signature, in Markdown as answers are.
create table user_signatures (
    workspace_id uuid not null,
    user_id uuid not null,
    mailbox_id uuid not null,
    body text not null check (body <> ''),
    primary key (workspace_id, user_id, mailbox_id),
    foreign key (workspace_id, user_id) references users (workspace_id, id) on delete cascade,
    foreign key (workspace_id, mailbox_id) references mailboxes (workspace_id, id) on delete cascade
);
create index user_signatures_mailbox on user_signatures (workspace_id, mailbox_id);

-- A mailbox's signature is plain text, a person's is Markdown.
alter table outgoing_mails add column signature_markdown boolean not null default false;
