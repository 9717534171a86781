-- The inbox as a home for the day: views with counts, more filters, and an index for each.

-- Tickets that wait for us are looked at all day, in every order and by whose they are. What is
-- closed piles up for years and must not be read past.
create index tickets_todo_submitted on tickets (workspace_id, submitted_at, id)
    where status in ('new', 'open');
create index tickets_todo_priority on tickets (workspace_id, priority_rank, last_activity_at, id)
    where status in ('new', 'open');
create index tickets_todo_assignee on tickets (workspace_id, assignee_id, last_activity_at, id)
    where status in ('new', 'open');
create index tickets_todo_team on tickets (workspace_id, team_id, last_activity_at, id)
    where status in ('new', 'open');
create index tickets_unclosed on tickets (workspace_id, last_activity_at, id)
    where status <> 'closed';
create index tickets_spam on tickets (workspace_id, last_activity_at, id) where spam_at is not null;
-- Filters over everything: a rare value is looked up, a common one met while walking in order.
create index tickets_channel on tickets (workspace_id, channel, last_activity_at, id);
create index tickets_team on tickets (workspace_id, team_id, last_activity_at, id)
    where team_id is not null;
create index tickets_tags on tickets using gin (tags);
-- Words of the subject and of the newest message; "simple" knows every language equally little.
create index tickets_words on tickets
    using gin (to_tsvector('simple'::regconfig, subject || ' ' || last_message_text));
create index notifications_mentions on notifications (workspace_id, user_id, ticket_id)
    where kind = 'mention';

-- Marked as unread by the reader, whatever came since.
alter table ticket_reads add column marked_unread boolean not null default false;

-- Views of the inbox that people saved, for themselves or for everybody.
create table inbox_views (
    workspace_id uuid not null,
    id uuid not null,
    user_id uuid not null,
    name text not null,
    -- the address of its first page, in the one spelling that the inbox writes
    href text not null,
    -- its place among those of the same person
    position int not null,
    shared boolean not null default false,
    created_at timestamptz not null default now(),
    primary key (workspace_id, id),
    foreign key (workspace_id, user_id) references users (workspace_id, id) on delete cascade
);
create unique index inbox_views_name on inbox_views (workspace_id, user_id, lower(name));
create index inbox_views_shared on inbox_views (workspace_id, lower(name)) where shared;
