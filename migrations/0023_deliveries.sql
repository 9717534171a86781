-- Mail on its way out, and what became of it at each recipient.

create table outgoing_mails (
    workspace_id uuid not null,
    message_id uuid not null,
    -- null when the mailbox was removed before the mail left
    mailbox_id uuid,
    -- Message-IDs of the ticket so far, oldest first
    reference_ids text[] not null default '{}',
    tracked boolean not null,
    -- the ticket's status before and after the answer, for taking it back
    status_before text not null,
    status_after text not null,
    attempts int not null default 0,
    -- null once it left or was given up
    next_attempt_at timestamptz,
    -- when the mail last went to a server
    handed_over_at timestamptz,
    -- times that the whole mail was handed over and the server never said whether it took it
    unclear int not null default 0,
    primary key (workspace_id, message_id),
    foreign key (workspace_id, message_id) references messages on delete cascade,
    foreign key (workspace_id, mailbox_id) references mailboxes on delete set null (mailbox_id)
);
create index outgoing_mails_mailbox on outgoing_mails (workspace_id, mailbox_id);

create table deliveries (
    workspace_id uuid not null,
    message_id uuid not null,
    email text not null,
    role text not null check (role in ('to', 'cc', 'bcc')),
    state text not null default 'queued'
        check (state in ('queued', 'sent', 'delivered', 'viewed', 'bounced', 'failed')),
    at timestamptz not null,
    reason text,
    smtp_code smallint,
    primary key (workspace_id, message_id, email),
    foreign key (workspace_id, message_id) references messages on delete cascade
);

-- Openings of tracked mails: one row for machines and one for people, so that nobody can fill it.
create table message_opens (
    workspace_id uuid not null,
    message_id uuid not null,
    machine boolean not null,
    first_at timestamptz not null,
    last_at timestamptz not null,
    opens int not null default 1,
    user_agent text not null,
    primary key (workspace_id, message_id, machine),
    foreign key (workspace_id, message_id) references messages on delete cascade
);
