-- The addresses that a workspace answers from, and how mail leaves and arrives there.

-- Whether the mails of this workspace carry a picture that tells when they were opened.
alter table workspaces add column open_tracking boolean not null default true;

create table mailboxes (
    workspace_id uuid not null references workspaces,
    id uuid not null,
    -- lower-cased, as every address that is compared
    address text not null,
    -- stands behind the agent's name: Priya Raman (Acme Support)
    name text not null,
    signature text not null default '',
    -- answers where the ticket came by another way
    is_default boolean not null default false,
    -- outbox: mail stays in the table outbox and reaches nobody; the demo's way
    transport text not null default 'smtp' check (transport in ('smtp', 'outbox')),
    smtp_host text,
    smtp_port int check (smtp_port between 1 and 65535),
    smtp_tls text check (smtp_tls in ('none', 'starttls', 'implicit')),
    smtp_user text,
    -- the passwords and the key are sealed; the server's environment holds what opens them
    smtp_password bytea,
    imap_host text,
    imap_port int check (imap_port between 1 and 65535),
    imap_tls text check (imap_tls in ('none', 'starttls', 'implicit')),
    imap_user text,
    imap_password bytea,
    imap_folder text not null default 'INBOX',
    -- where reading goes on; another uidvalidity makes the uids new
    imap_uidvalidity bigint,
    imap_last_uid bigint,
    dkim_domain text,
    dkim_selector text,
    dkim_key bytea,
    version int not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (workspace_id, id),
    check ((smtp_host is null) = (smtp_port is null) and (smtp_host is null) = (smtp_tls is null)),
    check ((imap_host is null) = (imap_port is null) and (imap_host is null) = (imap_tls is null)),
    check ((dkim_domain is null) = (dkim_selector is null))
);
create unique index mailboxes_address on mailboxes (workspace_id, address);
create unique index mailboxes_default on mailboxes (workspace_id) where is_default;

-- What mailboxes with the transport `outbox` would have sent; the oldest go first.
create table outbox (
    workspace_id uuid not null references workspaces,
    id uuid not null,
    sent_at timestamptz not null,
    sender text not null,
    recipients text[] not null,
    raw bytea not null,
    primary key (workspace_id, id)
);
