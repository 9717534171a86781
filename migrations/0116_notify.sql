-- People are told of more than being named in a note, each by the ways that they chose.
alter table notifications drop constraint notifications_kind_check;
alter table notifications
    add constraint notifications_kind_check
        check (kind in ('mention', 'assigned', 'reply', 'due_soon', 'overdue')),
    -- an assignment or a due time is no message
    alter column message_id drop not null,
    -- whether it stands at the bell; what only leaves by mail does not
    add column in_app boolean not null default true,
    -- when it is mailed unless its reader has looked by then; null when it is not, or was
    add column mail_at timestamptz;
create index notifications_mail on notifications (workspace_id, user_id, mail_at) where mail_at is not null;

-- One switch becomes a rule of its own kind.
update users set preferences = preferences || jsonb_build_object('notify', jsonb_build_object(
    'mention', jsonb_build_object('whose', 'mine', 'app', true, 'browser', true, 'email', false)))
where not mention_mails;
alter table users drop column mention_mails;

-- Mails that wait are one a person from now on.
update notifications n set mail_at = j.run_at from jobs j
where j.kind = 'mention_mail' and j.workspace_id = n.workspace_id and j.key = n.id::text
    and j.dead_at is null and n.read_at is null;
delete from jobs where kind = 'mention_mail';
insert into jobs (workspace_id, id, kind, key, run_at, max_attempts)
select workspace_id, gen_random_uuid(), 'notify_mail', user_id || ':0', max(mail_at), 6
from notifications where mail_at is not null group by workspace_id, user_id;

-- The due time of which people were warned: once each.
alter table tickets add column sla_warned_at timestamptz;

-- By which push services know the server, one key a workspace; sealed.
create table push_keys (
    workspace_id uuid primary key references workspaces,
    public_key bytea not null,
    sealed_key bytea not null,
    created_at timestamptz not null default now()
);

-- Browsers in which somebody wants to be told: no longer than they are logged in there.
create table push_subscriptions (
    workspace_id uuid not null,
    user_id uuid not null,
    id uuid not null,
    session_hash bytea not null references sessions (token_hash) on delete cascade,
    endpoint text not null,
    public_key bytea not null,
    auth bytea not null,
    -- what the browser calls itself
    device text not null,
    created_at timestamptz not null default now(),
    primary key (workspace_id, user_id, id),
    foreign key (workspace_id, user_id) references users on delete cascade
);
create unique index push_subscriptions_endpoint on push_subscriptions (md5(endpoint));
create index push_subscriptions_session on push_subscriptions (session_hash);
