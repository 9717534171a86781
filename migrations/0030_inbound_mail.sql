-- Mail as it arrives: by which way, what it is about, and what is known of it besides its words.

-- null: the message did not come by mail; else its kind, verdicts on its sender, what was left out
alter table messages add column mail jsonb;

alter table raw_emails
    add column source text not null default 'http'
        check (source in ('http', 'smtp', 'lmtp', 'imap')),
    -- what the delivering side said outside of the mail: address, names, recipients
    add column envelope jsonb not null default '{}',
    -- sha-256 of the body without line-end differences: generators repeat Message-IDs
    add column body_sha256 bytea,
    -- a report about this message of ours, or a copy of it: it makes no message of its own
    add column concerns_message_id uuid,
    -- unlike received_at, never of an import's past
    add column stored_at timestamptz not null default now(),
    -- how often filing was tried
    add column attempts int not null default 0,
    add foreign key (workspace_id, concerns_message_id) references messages (workspace_id, id)
        on delete set null (concerns_message_id);

-- Mail that was stored and not filed yet, because the server stopped in between: nearly none.
create index raw_emails_stored on raw_emails (workspace_id, stored_at) where state = 'stored';

-- Mail that comes over SMTP starts with an address and nothing else, so this key has no workspace.
create index mailboxes_any_address on mailboxes (address, created_at);
-- Mailboxes that are read: asked for by the server itself, for all workspaces.
create index mailboxes_read on mailboxes (workspace_id, id) where imap_host is not null;
-- The mail server whose Authentication-Results are believed in mail that is read from there.
alter table mailboxes
    add column imap_authserv_id text,
    -- when it was last reached, and why it is not reached now
    add column imap_reached_at timestamptz,
    add column imap_error text;
