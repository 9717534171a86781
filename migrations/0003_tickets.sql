-- Tickets, messages, attachments, linked issues, and mail as it arrived.

create table tickets (
    workspace_id uuid not null references workspaces,
    id uuid not null,
    number bigint not null,
    customer_id uuid not null,
    subject text not null,
    status text not null check (status in ('new', 'open', 'pending', 'snoozed', 'closed')),
    priority text not null default 'normal' check (priority in ('urgent', 'high', 'normal', 'low')),
    channel text not null check (channel in ('email', 'chat', 'phone', 'form', 'api', 'internal')),
    -- the address or widget it came to
    mailbox text,
    assignee_id uuid,
    team_id uuid,
    tags text[] not null default '{}',
    fields jsonb not null default '{}',
    csat_score smallint check (csat_score between 1 and 5),
    submitted_at timestamptz not null,
    first_response_at timestamptz,
    closed_at timestamptz,
    last_inbound_at timestamptz,
    -- newest message of any kind, for the list
    last_message_at timestamptz,
    last_message_text text not null default '',
    last_message_channel text,
    message_count int not null default 0,
    last_activity_at timestamptz not null,
    version int not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (workspace_id, id),
    unique (workspace_id, number),
    foreign key (workspace_id, customer_id) references customers (workspace_id, id),
    foreign key (workspace_id, assignee_id) references users (workspace_id, id),
    foreign key (workspace_id, team_id) references teams (workspace_id, id)
);
create index tickets_customer on tickets (workspace_id, customer_id, last_activity_at, id);
create index tickets_activity on tickets (workspace_id, last_activity_at, id);
create index tickets_status on tickets (workspace_id, status, last_activity_at, id);
create index tickets_assignee on tickets (workspace_id, assignee_id, last_activity_at, id);
create index tickets_submitted on tickets (workspace_id, submitted_at, id);

-- When an agent last saw a ticket; a newer inbound message makes it unread.
create table ticket_reads (
    workspace_id uuid not null,
    user_id uuid not null,
    ticket_id uuid not null,
    read_at timestamptz not null,
    primary key (workspace_id, user_id, ticket_id),
    foreign key (workspace_id, user_id) references users on delete cascade,
    foreign key (workspace_id, ticket_id) references tickets on delete cascade
);

create table ticket_participants (
    workspace_id uuid not null,
    ticket_id uuid not null,
    email text not null,
    name text,
    created_at timestamptz not null default now(),
    primary key (workspace_id, ticket_id, email),
    foreign key (workspace_id, ticket_id) references tickets on delete cascade
);

create table linked_issues (
    workspace_id uuid not null,
    id uuid not null,
    ticket_id uuid not null,
    provider text not null check (provider in ('linear', 'jira', 'github')),
    key text not null,
    url text not null,
    title text,
    state text not null default 'todo' check (state in ('todo', 'in_progress', 'done', 'canceled')),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (workspace_id, id),
    unique (workspace_id, ticket_id, provider, key),
    foreign key (workspace_id, ticket_id) references tickets on delete cascade
);

-- Mail is stored before it is parsed; parsing can be run again.
create table raw_emails (
    workspace_id uuid not null references workspaces,
    id uuid not null,
    received_at timestamptz not null default now(),
    sha256 bytea not null,
    raw bytea not null,
    state text not null default 'stored' check (state in ('stored', 'parsed', 'unreadable')),
    error text,
    primary key (workspace_id, id)
);
create unique index raw_emails_content on raw_emails (workspace_id, sha256);

create table messages (
    workspace_id uuid not null,
    id uuid not null,
    ticket_id uuid not null,
    kind text not null check (kind in ('customer', 'agent', 'note')),
    channel text not null check (channel in ('email', 'chat', 'phone', 'form', 'api', 'internal')),
    author_user_id uuid,
    author_customer_id uuid,
    author_name text not null,
    author_email text,
    subject text,
    body_text text not null,
    -- cleaned HTML, null when the message is plain text
    body_html text,
    -- every header as [name, value], in order of arrival
    headers jsonb not null default '[]',
    -- Message-ID and In-Reply-To without angle brackets
    message_id text,
    in_reply_to text,
    raw_email_id uuid,
    -- the mail could not be read: only the raw text is there
    unreadable boolean not null default false,
    receipt text check (receipt in ('queued', 'sent', 'delivered', 'viewed', 'not_viewed', 'error')),
    receipt_at timestamptz,
    receipt_error text,
    -- what a form sent to make a retry harmless
    client_key text,
    sent_at timestamptz not null,
    created_at timestamptz not null default now(),
    primary key (workspace_id, id),
    foreign key (workspace_id, ticket_id) references tickets on delete cascade,
    foreign key (workspace_id, author_user_id) references users (workspace_id, id),
    foreign key (workspace_id, author_customer_id) references customers (workspace_id, id),
    foreign key (workspace_id, raw_email_id) references raw_emails (workspace_id, id)
);
create index messages_ticket on messages (workspace_id, ticket_id, sent_at, id);
create unique index messages_message_id on messages (workspace_id, message_id) where message_id is not null;
create unique index messages_client_key on messages (workspace_id, ticket_id, client_key) where client_key is not null;

create table attachments (
    workspace_id uuid not null,
    id uuid not null,
    message_id uuid not null,
    file_name text not null,
    content_type text not null,
    -- without angle brackets, for inline images
    content_id text,
    size_bytes bigint not null,
    data bytea not null,
    created_at timestamptz not null default now(),
    primary key (workspace_id, id),
    foreign key (workspace_id, message_id) references messages on delete cascade
);
create index attachments_message on attachments (workspace_id, message_id);
