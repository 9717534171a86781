-- What agents write with: marked-up messages, snippets, and who was named in a note.

-- The Markdown that a message was written in; body_text says the same in plain words. Null for
-- messages that came as text or HTML.
alter table messages add column body_markdown text;

create table snippets (
    workspace_id uuid not null references workspaces,
    id uuid not null,
    name text not null,
    -- Markdown with variables, {{customer.first_name}}
    body text not null,
    version int not null default 1,
    updated_at timestamptz not null default now(),
    primary key (workspace_id, id)
);
-- People choose them by name, so two cannot have the same.
create unique index snippets_name on snippets (workspace_id, lower(name));

-- What somebody is told of. Read ones are kept as history until they are swept.
create table notifications (
    workspace_id uuid not null,
    user_id uuid not null,
    id uuid not null,
    kind text not null check (kind in ('mention')),
    ticket_id uuid not null,
    message_id uuid not null,
    actor_name text not null,
    excerpt text not null,
    created_at timestamptz not null,
    read_at timestamptz,
    primary key (workspace_id, user_id, id),
    foreign key (workspace_id, user_id) references users (workspace_id, id) on delete cascade,
    foreign key (workspace_id, ticket_id) references tickets on delete cascade,
    foreign key (workspace_id, message_id) references messages on delete cascade
);
create index notifications_unread on notifications (workspace_id, user_id) where read_at is null;
create index notifications_read on notifications (read_at) where read_at is not null;
create index notifications_message on notifications (workspace_id, message_id);
create index notifications_ticket on notifications (workspace_id, ticket_id);

-- Whether a person also gets a mail when somebody names them.
alter table users add column mention_mails boolean not null default true;
